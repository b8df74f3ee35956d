package integrity

// Limit is a threshold and why it is where it is.
type Limit struct {
	Value float64
	Why   string
}

// Limits are the thresholds of this package by name.
var Limits = map[string]Limit{
	"campaign_words":      {8, "shorter texts are alike because there are few ways to say that a lamp is out"},
	"campaign_similarity": {0.6, "two words changed in twenty leave about seven tenths of the pairs of words, honest texts on one matter below three tenths"},
	"campaign_reports":    {5, "two or three alike are a family or a report sent twice"},
	"campaign_hours":      {72, "a text that is passed round is sent within days"},

	"quota_days":       {15, "fewer days show no evenness"},
	"quota_mean":       {2, "below two reports a day nearly every day looks like the next"},
	"quota_chance":     {1e-5, "some hundred channels and offices a month: one false flag in about eighty years for each test"},
	"quota_mode":       {4, "a target of one to three a day cannot be told from chance"},
	"quota_burst":      {2.5, "a busy week's end doubles, a written-up register multiplies"},
	"quota_burst_size": {10, "fewer are no burst"},
	"quota_gap_spread": {0.3, "gaps between people's reports spread by about their mean, a clock's by almost nothing"},
	"quota_gaps":       {20, "fewer gaps may be even by chance"},
	"quota_round":      {0.6, "a fifth of all minutes end in 0 or 5"},

	"closing_ratio":   {2.5, "the habit's own spread between weeks reaches two"},
	"closing_least":   {10, "fewer closings are a day's work"},
	"closing_chance":  {1e-5, "some fifty offices a month: one false flag in about a hundred and sixty years"},
	"closing_habit":   {40, "working days of habit needed before anything is compared"},
	"closing_minutes": {10, "nobody inspects ten places in ten minutes"},
	"closing_at_once": {10, "see closing_minutes"},
	"closing_unasked": {0.5, "more than half closed without any answer to the citizen"},
}

// limit looks a threshold up; a name that is not there is a mistake of ours.
func limit(name string) float64 {
	l, ok := Limits[name]
	if !ok {
		panic("integrity: no limit is called " + name)
	}
	return l.Value
}

// Reason is one thing that speaks for a finding.
type Reason struct {
	// Kind names it: "same_text", "one_reporter", "many_places", "even_days",
	// "same_count", "last_days", "even_gaps", "round_minutes", "at_once",
	// "unanswered".
	Kind string
	// Seen is the figure, Usual what it would be otherwise.
	Seen, Usual float64
	// P is the chance of it by accident; 0 where none is computed.
	P float64
}
