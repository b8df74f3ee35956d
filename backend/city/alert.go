package city

import (
	"encoding/json"
	"time"
)

// AlertKind says what raised an alert.
type AlertKind string

// Kinds of alert.
const (
	AlertThreshold AlertKind = "threshold" // an indicator passed a threshold
	AlertWarning   AlertKind = "warning"   // an official warning (BMKG CAP)
	AlertQuake     AlertKind = "quake"     // an earthquake felt or near
	AlertSurge     AlertKind = "surge"     // many more reports than usual
	AlertOverdue   AlertKind = "overdue"   // reports past their norm
	AlertSource    AlertKind = "source"    // a source that went quiet
	AlertHotspot   AlertKind = "hotspot"   // reports bunched in place and time (space-time scan)
	AlertAnomaly   AlertKind = "anomaly"   // a series far from its habit
	AlertSilent    AlertKind = "silent"    // an area with far fewer reports than expected
	AlertFlood     AlertKind = "flood"     // flood risk from rain, tide, dam, warnings and voices
	AlertBreach    AlertKind = "breach"    // reports about to miss their norm
	AlertIncident  AlertKind = "incident"  // a grave or fast-growing incident
	AlertService   AlertKind = "service"   // a public service disturbed, as its operator says (a bus line)
)

// Alert (peringatan) is something that needs attention now. It is a state: put
// when it arises or changes, removed when it is over.
type Alert struct {
	// Key is stable for one matter, so that raising it twice changes nothing:
	// "threshold:muka-air-benanga:64.72", "cap:<identifier of the first alert>".
	Key      string    `json:"key"`
	Kind     AlertKind `json:"kind" enum:"threshold,warning,quake,surge,overdue,source,hotspot,anomaly,silent,flood,breach,incident,service"`
	Severity Severity  `json:"severity" enum:"info,perhatian,siaga,awas"`
	// Headline is one sentence of at most 90 characters, Indonesian.
	Headline   string `json:"headline"`
	HeadlineEN string `json:"headline_en,omitempty"`
	// Evidence is the figures behind it in one line, with time.
	Evidence   string `json:"evidence"`
	EvidenceEN string `json:"evidence_en,omitempty"`
	// Advice is what is usually done, one sentence; "" when none is stated.
	Advice   string `json:"advice,omitempty"`
	AdviceEN string `json:"advice_en,omitempty"`
	// Office is the short name of who acts; "" when not settled.
	Office    string   `json:"office,omitempty"`
	AreaCodes []string `json:"area_codes" nullable:"false" doc:"Empty for the whole city"`
	// Voices is how many citizens told of the incident behind it, 0 for any other kind.
	Voices int        `json:"voices,omitempty" doc:"Citizens who told of it, of an incident"`
	Since  time.Time  `json:"since"`
	Until  *time.Time `json:"until,omitempty" doc:"When it ends by itself"`
	Source string     `json:"source,omitempty"`
	// Attribution must be shown with it ("BMKG").
	Attribution string          `json:"attribution,omitempty"`
	Geometry    json.RawMessage `json:"geometry,omitempty" doc:"GeoJSON geometry of the affected area"`
	URL         string          `json:"url,omitempty"`
	Simulated   bool            `json:"simulated,omitempty"`
	// Acknowledged says who knows of it; nil while nobody has said so, or since
	// it became graver.
	Acknowledged *Acknowledgement `json:"acknowledged,omitempty"`
	// Over is set by a source that ends an alert (CAP Cancel, AllClear).
	Over bool `json:"-"`
}

// Acknowledgement (diketahui) is an officer's word that he knows of an alert.
// It promises nothing; it only ends the interruption of the wall.
type Acknowledgement struct {
	By string    `json:"by" doc:"Username, with whom he stands in for"`
	At time.Time `json:"at"`
}
