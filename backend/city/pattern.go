package city

import "time"

// PatternKind says what is unusual.
type PatternKind string

// Kinds of pattern.
const (
	PatternHotspot     PatternKind = "hotspot"      // bunched in place and time
	PatternAnomaly     PatternKind = "anomaly"      // one day far above the habit
	PatternDrift       PatternKind = "drift"        // a slow rise over days
	PatternSilent      PatternKind = "silent"       // far fewer than expected
	PatternCampaign    PatternKind = "campaign"     // one text again and again
	PatternQuota       PatternKind = "quota"        // counts that follow a target
	PatternMassClosing PatternKind = "mass_closing" // closed at a period's end
)

// PatternKinds in the order screens list them.
var PatternKinds = []PatternKind{PatternHotspot, PatternAnomaly, PatternDrift, PatternSilent, PatternCampaign, PatternQuota, PatternMassClosing}

// PatternCheck is when patterns of a kind were last looked for, whether or not
// there were any.
type PatternCheck struct {
	Kind      PatternKind `json:"kind" enum:"hotspot,anomaly,drift,silent,campaign,quota,mass_closing"`
	CheckedAt time.Time   `json:"checked_at"`
}

// OfIntegrity reports whether the kind is about whether reports and closings
// are what they say; those are for the city-wide roles, and for the head of
// the office concerned.
func (k PatternKind) OfIntegrity() bool {
	return k == PatternCampaign || k == PatternQuota || k == PatternMassClosing
}

// Pattern (pola) is something unusual in the city's reports, with the figures
// that say so. It is a state: stored while it holds, ended when it does not.
type Pattern struct {
	// Key is stable for one matter: "hotspot:banjir-drainase:64.72.05.1013".
	Key      string      `json:"key"`
	Kind     PatternKind `json:"kind" enum:"hotspot,anomaly,drift,silent,campaign,quota,mass_closing"`
	Severity Severity    `json:"severity" enum:"info,perhatian,siaga,awas"`
	// AreaCode is the area in the middle, the city's code for all of it, "" when
	// it has no place; AreaCodes are all areas concerned.
	AreaCode  string   `json:"area_code,omitempty"`
	AreaCodes []string `json:"area_codes" nullable:"false"`
	Category  string   `json:"category,omitempty" doc:"Empty: all categories together"`
	Office    string   `json:"office,omitempty" doc:"Short name of the office concerned"`
	// Since and Until bound what was counted.
	Since    time.Time `json:"since"`
	Until    time.Time `json:"until"`
	Seen     float64   `json:"seen" doc:"Reports (or closings) counted"`
	Expected float64   `json:"expected" doc:"What would be usual"`
	// P is the chance of it by accident, Q its false discovery rate, Recurrence
	// how often accident would bring it, in days; absent where not computed.
	P          *float64 `json:"p,omitempty"`
	Q          *float64 `json:"q,omitempty"`
	Recurrence *float64 `json:"recurrence_days,omitempty"`
	Headline   string   `json:"headline"`
	HeadlineEN string   `json:"headline_en"`
	// Evidence are the figures in one line; Reasons, when there are several
	// kinds of them, one sentence each.
	Evidence   string   `json:"evidence"`
	EvidenceEN string   `json:"evidence_en"`
	Reasons    []string `json:"reasons" nullable:"false"`
	ReasonsEN  []string `json:"reasons_en" nullable:"false"`
	Advice     string   `json:"advice,omitempty"`
	AdviceEN   string   `json:"advice_en,omitempty"`
	// Method names how it was found and the source of the method.
	Method string `json:"method"`
	// Reports are the reports concerned where they are few.
	Reports []int64 `json:"reports,omitempty"`
	// Alerted is true when it raised an alert.
	Alerted   bool `json:"alerted"`
	Simulated bool `json:"simulated,omitempty"`
}

// Alert is the alert a pattern raises.
func (p Pattern) Alert(kind AlertKind) Alert {
	return Alert{
		Key: p.Key, Kind: kind, Severity: p.Severity, Headline: p.Headline, HeadlineEN: p.HeadlineEN,
		Evidence: p.Evidence, EvidenceEN: p.EvidenceEN, Advice: p.Advice, AdviceEN: p.AdviceEN,
		Office: p.Office, AreaCodes: p.AreaCodes, Since: p.Since, Simulated: p.Simulated,
	}
}

// HotspotQuery asks for the map of hotspots.
type HotspotQuery struct {
	// Level is "cell" for a grid or "kelurahan".
	Level    string
	Category string // "" = all
	Days     int
	Metres   float64 // size of a cell
}

// Hotspot is one place of the map.
type Hotspot struct {
	AreaCode string     // of a kelurahan, "" for a cell
	Box      [4]float64 // west, south, east, north of a cell
	Count    int        // reports of the category
	Rate     float64    // per 1000 people, of a kelurahan of known population
	Around   float64    // reports (or rates) of the place and its neighbours
	Expected float64    // what Around would be if all were spread evenly
	Z, P, Q  float64
	// Heat is panas_99, panas_95, panas_90, biasa, dingin_90, dingin_95 or
	// dingin_99.
	Heat string
}

// HotspotMap is the answer to a HotspotQuery.
type HotspotMap struct {
	HotspotQuery
	From, To time.Time
	// Reports is how many were mapped.
	Reports int
	// Places is how many places were compared; Hotspots are those with reports
	// or a heat.
	Places int
	// Lacking says why there is no heat: few_places, few_reports, all_equal;
	// "" when there is.
	Lacking  string
	Measure  string // count or rate
	Hotspots []Hotspot
}
