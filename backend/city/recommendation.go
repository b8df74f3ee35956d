package city

import (
	"strconv"
	"strings"
	"time"
)

// RecommendationStatus is where a recommendation stands.
type RecommendationStatus string

// Statuses of a recommendation. Proposed and postponed ones wait for a person;
// withdrawn is Balaikota's own word, with the reason, and never hidden.
const (
	RecommendationProposed  RecommendationStatus = "proposed"
	RecommendationPostponed RecommendationStatus = "postponed"
	RecommendationApproved  RecommendationStatus = "approved" // a disposition was sent
	RecommendationDeclined  RecommendationStatus = "declined"
	RecommendationWithdrawn RecommendationStatus = "withdrawn"
)

// Trigger is what a rule of advice looks at.
type Trigger string

// Triggers of rules.
const (
	TriggerIncident   Trigger = "incident"   // a running incident
	TriggerStructural Trigger = "structural" // a matter that came back within 90 days
	TriggerHotspot    Trigger = "hotspot"    // reports bunched in place and time, or a series far from its habit
	TriggerSilent     Trigger = "silent"     // an area with far fewer reports than expected
	TriggerForecast   Trigger = "forecast"   // days ahead above their usual
	TriggerOverdue    Trigger = "overdue"    // an office's reports past their deadline
	TriggerBreach     Trigger = "breach"     // an office's reports about to miss it
	TriggerIndicator  Trigger = "indicator"  // an indicator past a threshold
	TriggerSource     Trigger = "source"     // an indicator whose data stopped coming
	TriggerFlood      Trigger = "flood"      // flood risk of a kelurahan
	TriggerWarning    Trigger = "warning"    // an official warning
)

// Triggers in the order screens list them.
var Triggers = []Trigger{
	TriggerIncident, TriggerStructural, TriggerFlood, TriggerWarning, TriggerIndicator, TriggerHotspot, TriggerOverdue,
	TriggerBreach, TriggerForecast, TriggerSilent, TriggerSource,
}

// ActionKind is a kind of action that can be advised, done and measured:
// declared once, read by advice, proof and the ledger of effects.
type ActionKind struct {
	Slug   string `json:"slug"`
	Name   string `json:"name" doc:"Verb first: Bersihkan drainase"`
	NameEN string `json:"name_en"`
	// Proof is true when "done" needs a picture from the place.
	Proof bool `json:"proof"`
	// Measure is what the action should change, over EffectDays after it.
	Measure    string `json:"measure" enum:"reports,indicator,overdue" doc:"reports: of the same category in the same area"`
	EffectDays int    `json:"effect_days"`
	// Low, Mid, High are the expected change in per cent (negative: fewer) as
	// long as the city's own ledger has too few cases, with the source.
	Low          float64 `json:"low"`
	Mid          float64 `json:"mid"`
	High         float64 `json:"high"`
	EffectSource string  `json:"effect_source"`
	// CostLow and CostHigh are rupiah a case; both 0 when not known.
	CostLow    float64 `json:"cost_low"`
	CostHigh   float64 `json:"cost_high"`
	CostSource string  `json:"cost_source"`
}

// ActionRule (aturan saran) is one row: when what is seen, this is advised. An
// officer can read and change it; every change is kept.
type ActionRule struct {
	Slug    string  `json:"slug"`
	Enabled bool    `json:"enabled"`
	Trigger Trigger `json:"trigger" enum:"incident,structural,hotspot,silent,forecast,overdue,breach,indicator,source,flood,warning"`
	Action  string  `json:"action" doc:"Slug of the kind of action"`
	// Conditions; an empty one does not narrow.
	Categories  []string `json:"categories" nullable:"false"`
	Indicators  []string `json:"indicators" nullable:"false"`
	MinSeverity Severity `json:"min_severity" enum:"info,perhatian,siaga,awas"`
	MinVoices   int      `json:"min_voices" doc:"Reports not settled, or cases for overdue and breach"`
	MinAgeHours int      `json:"min_age_hours" doc:"How long it must have stood unsolved"`
	// Office is a short name; "pemilik" the office that owns the category
	// there, "kelurahan" and "kecamatan" those of the place.
	Office string `json:"office"`
	// Title and Reason are templates: {apa} {tempat} {suara} {sisa} {jam} {nilai}
	// {satuan} {batas} {perangkat} {jumlah}; see backend/analysis/advice.
	Title    string `json:"title"`
	TitleEN  string `json:"title_en"`
	Reason   string `json:"reason"`
	ReasonEN string `json:"reason_en"`
	// Risk says what happens if nothing is done.
	Risk   string `json:"risk"`
	RiskEN string `json:"risk_en"`
	// DueDays is working days, DueHours hours on the clock; one of them.
	DueDays  int `json:"due_days"`
	DueHours int `json:"due_hours"`
	// Weight multiplies the rank, 0.1 to 10.
	Weight float64 `json:"weight"`
	// Replaces are rules whose advice for the same place and matter this one's
	// makes needless; Contradicts those that cannot stand beside it.
	Replaces    []string  `json:"replaces" nullable:"false"`
	Contradicts []string  `json:"contradicts" nullable:"false"`
	Source      string    `json:"source" doc:"Where the rule comes from"`
	Version     int       `json:"version"`
	ChangedAt   time.Time `json:"changed_at"`
	ChangedBy   string    `json:"changed_by"`
}

// Evidence is one line of why, with the rows it rests on: each resolves to
// something the reader can open.
type Evidence struct {
	Said
	Kind string `json:"kind" enum:"incident,report,pattern,forecast,indicator,flood,alert,deadline,measure,effect"`
	// IDs are reports or incidents; Key an alert's, pattern's or indicator's.
	IDs      []int64    `json:"ids,omitempty"`
	Key      string     `json:"key,omitempty"`
	AreaCode string     `json:"area_code,omitempty"`
	Value    *float64   `json:"value,omitempty"`
	Unit     string     `json:"unit,omitempty"`
	Limit    *float64   `json:"limit,omitempty" doc:"Threshold, norm or usual value it is held against"`
	At       time.Time  `json:"at" doc:"Of the data"`
	Until    *time.Time `json:"until,omitempty"`
	Source   string     `json:"source,omitempty" doc:"Of a norm or threshold"`
}

// ExpectedEffect is what an action should bring, as a range.
type ExpectedEffect struct {
	Said
	Measure string  `json:"measure" enum:"reports,indicator,overdue"`
	Low     float64 `json:"low" doc:"Per cent of change; negative is fewer"`
	Mid     float64 `json:"mid"`
	High    float64 `json:"high"`
	Days    int     `json:"days"`
	// From is ledger when Cases past actions of the city say so, else rule.
	From   string `json:"from" enum:"ledger,rule"`
	Cases  int    `json:"cases"`
	Source string `json:"source,omitempty"`
}

// PastAction is an earlier action like the one advised, and what it brought.
type PastAction struct {
	DispositionID int64     `json:"disposition_id"`
	Number        string    `json:"number"`
	Subject       string    `json:"subject"`
	Office        string    `json:"office"`
	DoneAt        time.Time `json:"done_at"`
	Effect        *float64  `json:"effect,omitempty" doc:"Per cent of change; absent while it is being measured"`
	Low           *float64  `json:"low,omitempty"`
	High          *float64  `json:"high,omitempty"`
	Outcome       string    `json:"outcome" enum:"measuring,worked,no_change,worse,unclear"`
}

// RankPart is one factor of a recommendation's rank: impact × urgency ×
// actionability × weight.
type RankPart struct {
	Factor string  `json:"factor" enum:"dampak,mendesak,dapat-ditindak,bobot"`
	Value  float64 `json:"value"`
	Said
}

// Recommendation (rekomendasi) is advice to a named office about one matter.
type Recommendation struct {
	ID int64 `json:"id"`
	// Key is stable for one matter: rule and subject; making it twice changes
	// nothing.
	Key        string  `json:"key"`
	Rule       string  `json:"rule"`
	Action     string  `json:"action"`
	ActionName string  `json:"action_name"`
	Trigger    Trigger `json:"trigger"`
	Title      string  `json:"title" doc:"Action verb first, at most 90 characters"`
	TitleEN    string  `json:"title_en"`
	// Why is one sentence: the reason, and what follows if nothing is done (Risk
	// again). Evidence are the rows under it, and do not say it again.
	Why      Said       `json:"why"`
	Evidence []Evidence `json:"evidence" nullable:"false"`
	Risk     Said       `json:"risk"`
	Severity Severity   `json:"severity" enum:"info,perhatian,siaga,awas"`
	// Size is how large the matter is, and FirstSize was when it was advised:
	// reports, cases, kelurahan, hours of silence, or value by limit.
	Size       float64        `json:"size"`
	FirstSize  float64        `json:"first_size"`
	AreaCode   string         `json:"area_code,omitempty"`
	AreaCodes  []string       `json:"area_codes" nullable:"false"`
	Place      string         `json:"place,omitempty"`
	Lon        *float64       `json:"lon,omitempty"`
	Lat        *float64       `json:"lat,omitempty"`
	Category   string         `json:"category,omitempty"`
	Indicator  string         `json:"indicator,omitempty"`
	IncidentID int64          `json:"incident_id,omitempty"`
	Office     string         `json:"office" doc:"Short name of who should act"`
	DueAt      time.Time      `json:"due_at" doc:"Proposed deadline if it is sent now"`
	DueDays    int            `json:"due_days,omitempty" doc:"Working days; 0 when the rule states hours"`
	DueHours   int            `json:"due_hours,omitempty"`
	Effect     ExpectedEffect `json:"effect"`
	CostLow    float64        `json:"cost_low,omitempty" doc:"Rupiah"`
	CostHigh   float64        `json:"cost_high,omitempty"`
	CostSource string         `json:"cost_source,omitempty"`
	Past       []PastAction   `json:"past" nullable:"false" doc:"At most three"`
	// Score orders; Parts explain it; Rank is the place among the asker's
	// proposed ones, 0 when it is not among them. An override by the sekda
	// stands above the score.
	Score     float64              `json:"score"`
	Rank      int                  `json:"rank,omitempty"`
	Parts     []RankPart           `json:"parts" nullable:"false"`
	Override  *RankOverride        `json:"override,omitempty"`
	Status    RecommendationStatus `json:"status" enum:"proposed,postponed,approved,declined,withdrawn"`
	Until     *time.Time           `json:"until,omitempty" doc:"Postponed until"`
	Withdrawn *Said                `json:"withdrawn,omitempty" doc:"Why it was withdrawn"`
	// GoneSince is since when its condition is no longer seen: it is withdrawn
	// when that lasts.
	GoneSince *time.Time `json:"gone_since,omitempty"`
	DecidedBy string     `json:"decided_by,omitempty"`
	Reason    string     `json:"reason,omitempty" doc:"Given with the decision"`
	// DispositionID and DispositionStatus are of what was sent.
	DispositionID     int64             `json:"disposition_id,omitempty"`
	DispositionNumber string            `json:"disposition_number,omitempty"`
	DispositionStatus DispositionStatus `json:"disposition_status,omitempty" enum:"sent,accepted,working,asked,hindered,passed_on,proof_in,done,declined,canceled"`
	MadeAt            time.Time         `json:"made_at"`
	ChangedAt         time.Time         `json:"changed_at"`
	DataAt            time.Time         `json:"data_at" doc:"Of the oldest data under it"`
	// Trend is what changed since it was made.
	Trend string `json:"trend" enum:"baru,memburuk,tetap,membaik"`
	// Stale is true when a source under it is stale: it is not advised anew.
	Stale     bool `json:"stale,omitempty"`
	Simulated bool `json:"simulated,omitempty"`
}

// RankOverride is the sekda's or mayor's word against the computed rank.
type RankOverride struct {
	Rank   int       `json:"rank"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// RecommendationChange is one line of its history, never changed.
type RecommendationChange struct {
	At     time.Time            `json:"at"`
	By     string               `json:"by"`
	From   RecommendationStatus `json:"from,omitempty" enum:"proposed,postponed,approved,declined,withdrawn"`
	To     RecommendationStatus `json:"to" enum:"proposed,postponed,approved,declined,withdrawn"`
	Reason string               `json:"reason,omitempty"`
}

// RecommendationDecision is what a person decides about a recommendation.
type RecommendationDecision struct {
	Decision string     `json:"decision" enum:"approve,decline,postpone,reopen,rank"`
	Reason   string     `json:"reason,omitempty" maxLength:"1000" doc:"Required to decline, postpone or rank"`
	Until    *time.Time `json:"until,omitempty" doc:"postpone: at most 30 days ahead"`
	Rank     int        `json:"rank,omitempty" minimum:"0" maximum:"5" doc:"rank: 1 to 5; 0 takes the override away"`
	// Order is approve's disposition; absent: as proposed.
	Order *DispositionOrder `json:"order,omitempty"`
}

// RecommendationFilter selects recommendations; empty fields do not filter.
type RecommendationFilter struct {
	Status   []RecommendationStatus
	AreaCode string
	Office   string
	Action   string
	Incident int64
	Offset   int
	Limit    int // 1 to 200; 0 = 50
}

// Order is the disposition that advice proposes, ready to be sent or edited:
// its subject is the title, its instruction says why and on what rows.
func (r Recommendation) Order() DispositionOrder {
	nature := NatureOrdinary
	switch {
	case r.DueHours > 0 && r.DueHours <= 6:
		nature = NatureVeryUrgent
	case r.DueHours > 0 || r.DueDays == 1:
		nature = NatureUrgent
	}
	o := DispositionOrder{
		Office: r.Office, Copies: []string{}, Nature: nature, Subject: r.Title, DueDays: r.DueDays, DueHours: r.DueHours, RecommendationID: r.ID,
		Action: r.Action, AreaCode: r.AreaCode, Place: r.Place, Lon: r.Lon, Lat: r.Lat, Category: r.Category, Indicator: r.Indicator,
		Incidents: []int64{}, Reports: []int64{}, Attachments: []int64{},
	}
	if r.IncidentID != 0 {
		o.Incidents = append(o.Incidents, r.IncidentID)
	}
	lines := []string{r.Title + ".", r.Why.Text}
	for _, e := range r.Evidence {
		if e.Kind == "deadline" {
			o.Reports = append(o.Reports, e.IDs...)
		}
		if e.Text != "" && e.Text != r.Why.Text {
			lines = append(lines, "- "+e.Text)
		}
	}
	if r.Risk.Text != "" && !strings.Contains(strings.ToLower(r.Why.Text), strings.ToLower(r.Risk.Text)) {
		lines = append(lines, "Bila dibiarkan: "+r.Risk.Text)
	}
	o.Instruction = strings.Join(lines, "\n")
	return o
}

// NoAdvice says that nothing is advised; rules is how many rules look.
func NoAdvice(rules int) Said {
	if rules == 0 {
		return Said{Text: "Belum ada aturan saran yang aktif, jadi tidak ada yang disarankan.", TextEN: "No rule of advice is on, so nothing is advised."}
	}
	n := strconv.Itoa(rules)
	return Said{
		Text:   "Tidak ada saran yang menunggu. Dari " + n + " aturan, tidak satu pun melihat hal baru yang perlu ditindak.",
		TextEN: "No advice is waiting. None of " + n + " rules sees anything new to act on.",
	}
}
