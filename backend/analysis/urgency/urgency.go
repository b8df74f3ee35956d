package urgency

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"balaikota/backend/analysis/language"
	"balaikota/backend/city"
)

// Facts are what is known beside the text. All may be zero.
type Facts struct {
	// Voices is how many citizens speak of the same matter; 0 counts as 1.
	Voices int
	// Warning is the gravest weather warning in force at the place, "" if none.
	Warning city.Severity
	// Category is the slug of the report's category, "" if not known.
	Category string
}

// Standing says how a statement holds.
type Standing string

// Standings. What is denied ("tidak ada korban") gives no reason at all.
const (
	Now      Standing = "now"
	Possible Standing = "possible" // feared, or meant to be prevented
	Past     Standing = "past"
	Over     Standing = "over" // said to be dealt with
)

// Match is what was written in the text that a rule holds for: byte offsets.
type Match struct {
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// Reason is one rule that holds.
type Reason struct {
	Rule     string        `json:"rule" doc:"Id in the rules, or voices, warning, raised"`
	Theme    string        `json:"theme" enum:"life,plea,health,power,access,water,many,vulnerable,weather,voices"`
	Level    city.Severity `json:"level" enum:"info,perhatian,siaga,awas" doc:"What the rule gives, its standing considered"`
	Standing Standing      `json:"standing" enum:"now,possible,past,over"`
	Text     string        `json:"text" doc:"Indonesian"`
	TextEN   string        `json:"text_en"`
	Words    []Match       `json:"words" nullable:"false" doc:"What in the text it holds for, in order"`
}

// Judgement is how pressing a report is and why, gravest reason first.
type Judgement struct {
	Level   city.Severity `json:"level" enum:"info,perhatian,siaga,awas"`
	Reasons []Reason      `json:"reasons" nullable:"false"`
	// Score orders reports of one level among themselves and never crosses
	// levels: 1000 × the level's rank, 500 when a danger that is told has that
	// level without being raised to it, 10 × the reasons' ranks, voices up to 9.
	Score int `json:"score"`
}

// manyVoices is from how many voices on they count as many people.
const manyVoices = 10

// Judge reads a report by the rules. The gravest statement that holds now
// gives the level; what is only feared, or past, gives perhatian at most; what
// is said to be dealt with, info. People, place and weather raise perhatian to
// siaga, and two of these themes together raise siaga to awas. Voices alone
// never give more than perhatian: one quiet crack outranks forty loud drains.
func Judge(text string, facts Facts) Judgement {
	r := newReading(text)
	var reasons []Reason
	for _, m := range r.matches() {
		reasons = append(reasons, r.reason(m))
	}
	reasons = append(reasons, fromFacts(facts, reasons)...)
	return conclude(mergeByRule(reasons), facts)
}

// reason words one match.
func (r *reading) reason(m match) Reason {
	standing := r.standing(m)
	out := Reason{Rule: m.rule.id, Theme: m.rule.theme, Level: lowered(m.rule.level, standing), Standing: standing}
	for _, span := range m.spans() {
		start, end := r.tokens[span.from].Start, r.tokens[span.to-1].End
		out.Words = append(out.Words, Match{Text: r.text[start:end], Start: start, End: end})
	}
	note := notes[standing]
	quoted := make([]string, len(out.Words))
	for i, w := range out.Words {
		quoted[i] = w.Text
	}
	words := " (“" + strings.Join(quoted, " … ") + "”)"
	out.Text, out.TextEN = capital(m.rule.reason)+note[0]+words, capital(m.rule.reasonEN)+note[1]+words
	return out
}

var notes = map[Standing][2]string{
	Now: {"", ""}, Possible: {", baru dikhawatirkan", ", feared so far"}, Past: {", kejadian lampau", ", in the past"},
	Over: {", disebut sudah tertangani", ", said to be dealt with"},
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// lowered is what is left of a level for a statement that does not hold now.
func lowered(level city.Severity, s Standing) city.Severity {
	switch {
	case s == Over || s == Past && level != city.Awas || s == Possible && level.Rank() <= city.Perhatian.Rank():
		return city.Info
	case s != Now:
		return city.Perhatian
	}
	return level
}

// fromFacts gives the reasons that lie outside the text.
func fromFacts(f Facts, told []Reason) (out []Reason) {
	if f.Voices >= manyVoices {
		n := city.Number(float64(f.Voices), 0, ',')
		out = append(out, Reason{
			Rule: "voices", Theme: "voices", Level: city.Perhatian, Standing: Now, Words: []Match{},
			Text: n + " warga menyuarakan hal yang sama", TextEN: city.Number(float64(f.Voices), 0, '.') + " citizens speak of the same matter",
		})
	}
	atWeather := slices.ContainsFunc(language.Tokens(f.Category), func(w string) bool { return weatherWords[w] }) ||
		slices.ContainsFunc(told, func(r Reason) bool { return r.Standing == Now && weatherRules[r.Rule] })
	if f.Warning.Rank() >= city.Perhatian.Rank() && atWeather {
		level := city.Info
		if f.Warning.Rank() >= city.Siaga.Rank() {
			level = city.Perhatian
		}
		out = append(out, Reason{
			Rule: "warning", Theme: "weather", Level: level, Standing: Now, Words: []Match{},
			Text: "Peringatan cuaca sedang berlaku (" + string(f.Warning) + ")", TextEN: "A weather warning is in force (" + string(f.Warning) + ")",
		})
	}
	return out
}

// weatherWords are words of category slugs for which weather matters, and
// weatherRules the rules.
var (
	weatherWords = map[string]bool{"banjir": true, "drainase": true, "pohon": true, "longsor": true, "genangan": true, "sungai": true}
	weatherRules = map[string]bool{
		"banjir": true, "banjir-rumah": true, "banjir-tinggi": true, "air-naik": true, "longsor": true, "longsor-rumah": true,
		"pohon-rawan": true, "pohon-tumbang": true, "bangunan-rawan": true, "jembatan-rusak": true, "tiang": true,
	}
)

// raising themes make a danger worse but are none themselves.
var raising = map[string]bool{"many": true, "vulnerable": true, "weather": true}

// conclude takes the level from the reasons.
func conclude(reasons []Reason, f Facts) Judgement {
	level := city.Info
	themes := map[string]bool{}
	for _, r := range reasons {
		if r.Standing == Now && raising[r.Theme] {
			themes[r.Theme] = true
		}
		if r.Level.Rank() > level.Rank() {
			level = r.Level
		}
	}
	hazard := slices.ContainsFunc(reasons, func(r Reason) bool {
		return r.Standing == Now && !raising[r.Theme] && r.Theme != "voices" && r.Theme != "plea" && r.Level == level && level != city.Info
	})
	raisedTo := true
	switch {
	case hazard && level == city.Perhatian && len(themes) > 0:
		level = city.Siaga
	case hazard && level == city.Siaga && len(themes) > 1:
		level = city.Awas
	default:
		raisedTo = false
	}
	slices.SortStableFunc(reasons, func(a, b Reason) int { return cmp.Compare(b.Level.Rank(), a.Level.Rank()) })
	score := 1000*level.Rank() + max(0, min(f.Voices, 9))
	if hazard && !raisedTo {
		score += 500
	}
	for _, r := range reasons {
		score += 10 * r.Level.Rank()
	}
	if reasons == nil {
		reasons = []Reason{}
	}
	return Judgement{Level: level, Reasons: reasons, Score: min(score, 1000*level.Rank()+999)}
}

// mergeByRule keeps the gravest reason of each rule, the earliest of equals.
func mergeByRule(reasons []Reason) (out []Reason) {
	at := map[string]int{}
	for _, r := range reasons {
		i, seen := at[r.Rule]
		if !seen {
			at[r.Rule] = len(out)
			out = append(out, r)
			continue
		}
		if r.Level.Rank() > out[i].Level.Rank() || r.Level == out[i].Level && r.Standing == Now && out[i].Standing != Now {
			out[i] = r
		}
	}
	return out
}
