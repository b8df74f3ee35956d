package city

import "time"

// Effect (dampak) is what an action brought, measured: the series after it
// against its own forecast and against kelurahan that were like it before.
type Effect struct {
	DispositionID int64     `json:"disposition_id"`
	Number        string    `json:"number"`
	Subject       string    `json:"subject"`
	Action        string    `json:"action"`
	Office        string    `json:"office"`
	AreaCode      string    `json:"area_code"`
	Category      string    `json:"category,omitempty"`
	Indicator     string    `json:"indicator,omitempty"`
	Measure       string    `json:"measure" enum:"reports,indicator,overdue"`
	DoneOn        string    `json:"done_on" format:"date" doc:"The day of the line in the chart"`
	Through       string    `json:"through" format:"date" doc:"The last day measured"`
	Days          int       `json:"days"`
	Season        string    `json:"season" enum:"hujan,kemarau,peralihan"`
	Seen          float64   `json:"seen" doc:"Sum (or mean) after it"`
	Expected      float64   `json:"expected" doc:"Without it"`
	ExpectedLow   float64   `json:"expected_low" doc:"80 % band"`
	ExpectedHigh  float64   `json:"expected_high"`
	Change        *float64  `json:"change,omitempty" doc:"Per cent; absent when there was too little to compare"`
	Low           *float64  `json:"low,omitempty"`
	High          *float64  `json:"high,omitempty"`
	Outcome       string    `json:"outcome" enum:"measuring,worked,no_change,worse,unclear,not_measured" doc:"not_measured: it is not, and will not be; the text says why"`
	Text          Said      `json:"text" doc:"One sentence with the figures"`
	Method        string    `json:"method" doc:"How, with its source"`
	Matched       []string  `json:"matched" nullable:"false" doc:"Codes of the areas it was compared with"`
	Rain          *float64  `json:"rain,omitempty" doc:"mm after it by mm before it, a day; absent without rain data"`
	MeasuredAt    time.Time `json:"measured_at,omitzero" doc:"Absent as long as nothing is measured"`
	Final         bool      `json:"final"`
}

// EffectSeries is an effect with its chart.
type EffectSeries struct {
	Effect
	Points []EffectPoint `json:"points" nullable:"false"`
}

// EffectPoint is one day of an effect's chart.
type EffectPoint struct {
	Day      string   `json:"day" format:"date"`
	Seen     *float64 `json:"seen"`
	Expected *float64 `json:"expected"`
	Low      *float64 `json:"low"`
	High     *float64 `json:"high"`
	Others   *float64 `json:"others" doc:"The matched areas, brought to the same size"`
}

// LedgerLine is what worked, by kind of action, office and season.
type LedgerLine struct {
	Action   string   `json:"action"`
	Name     string   `json:"name"`
	Office   string   `json:"office,omitempty" doc:"Empty: all"`
	Season   string   `json:"season,omitempty" doc:"Empty: all"`
	Cases    int      `json:"cases"`
	Worked   int      `json:"worked"`
	Worse    int      `json:"worse"`
	Change   *float64 `json:"change,omitempty" doc:"Pooled per cent"`
	Low      *float64 `json:"low,omitempty"`
	High     *float64 `json:"high,omitempty"`
	MedianH  *float64 `json:"median_hours,omitempty" doc:"From sending to done"`
	Verified int      `json:"verified" doc:"Whose proof stands"`
}

// IndexPart is one part of the city index.
type IndexPart struct {
	Slug     string  `json:"slug"`
	Name     string  `json:"name"`
	NameEN   string  `json:"name_en"`
	Score    float64 `json:"score" doc:"0 to 100"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Weight   float64 `json:"weight"`
	Cases    float64 `json:"cases" doc:"What it rests on"`
	Fresh    float64 `json:"fresh" doc:"Share of its data that is fresh, 0 to 1"`
	Text     Said    `json:"text"`
	Measured bool    `json:"measured" doc:"false: no data; it does not count and widens the interval"`
}

// CityIndex is an honest single figure: bounded, shrunk where counts are
// small, with its interval and what it rests on.
type CityIndex struct {
	AreaCode string      `json:"area_code"`
	At       time.Time   `json:"at" doc:"When it was worked out; the year 1 before it first was, and then there are no parts"`
	Score    float64     `json:"score" doc:"0 to 100"`
	Low      float64     `json:"low"`
	High     float64     `json:"high"`
	Fresh    float64     `json:"fresh"`
	Parts    []IndexPart `json:"parts" nullable:"false"`
	Text     Said        `json:"text"`
	Method   string      `json:"method"`
}

// OfficePage is a fair account of one office over a period.
type OfficePage struct {
	Office     string    `json:"office"`
	Name       string    `json:"name"`
	From       time.Time `json:"from"`
	Until      time.Time `json:"until"`
	Inherited  int       `json:"inherited" doc:"Open when the period began"`
	Received   int       `json:"received"`
	Closed     int       `json:"closed"`
	Open       int       `json:"open"`
	Cases      int       `json:"cases" doc:"Reports whose deadline fell into the period, whenever they were received"`
	Late       int       `json:"late" doc:"Of cases: closed after their deadline, or still open. What was overdue before the period is not among them."`
	ExpectLate float64   `json:"expect_late" doc:"Late if the city as a whole had had this mix of cases and this rain"`
	Ratio      *float64  `json:"ratio,omitempty" doc:"Late by expected late, shrunk; below 1 is better"`
	RatioLow   *float64  `json:"ratio_low,omitempty"`
	RatioHigh  *float64  `json:"ratio_high,omitempty"`
	Standing   Standing  `json:"standing" enum:"none,thin,fewer,usual,more" doc:"What the ratio says, only as much as its interval does"`
	MedianH    *float64  `json:"median_hours,omitempty"`
	Rain       *float64  `json:"rain,omitempty" doc:"mm in the period by the usual"`
	Sent       int       `json:"sent" doc:"Dispositions sent to it"`
	Done       int       `json:"done"`
	Waiting    int       `json:"waiting" doc:"Of those not done, waiting on somebody else"`
	Proven     int       `json:"proven"`
	Text       Said      `json:"text"`
	Notes      []Said    `json:"notes" nullable:"false" doc:"What to know before comparing"`
}

// Standing is how an office's late reports compare with what its mix of cases
// leads to expect.
type Standing string

// The standings: no report fell due, too few to compare, and what the whole
// interval of the ratio says.
const (
	StandingNone  Standing = "none"
	StandingThin  Standing = "thin"
	StandingFewer Standing = "fewer"
	StandingUsual Standing = "usual"
	StandingMore  Standing = "more"
)

// EffectFilter selects effects and lines of the ledger; empty fields do not
// filter.
type EffectFilter struct {
	Action string
	Office string // short name
	Season string
}
