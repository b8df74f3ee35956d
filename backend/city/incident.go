package city

import "time"

// IncidentStatus is where an incident stands.
type IncidentStatus string

// The statuses of an incident. New, handled and closed follow from its
// reports; watched and dismissed are an officer's word.
const (
	IncidentNew       IncidentStatus = "new"
	IncidentWatched   IncidentStatus = "watched"
	IncidentHandled   IncidentStatus = "handled"
	IncidentClosed    IncidentStatus = "closed"
	IncidentDismissed IncidentStatus = "dismissed"
)

// IncidentStatuses in their usual order.
var IncidentStatuses = []IncidentStatus{IncidentNew, IncidentWatched, IncidentHandled, IncidentClosed, IncidentDismissed}

// Said is one sentence for the screen in both languages.
type Said struct {
	Text   string `json:"text" doc:"Indonesian"`
	TextEN string `json:"text_en"`
}

// IncidentFlag is a remark that a reader should know before believing the
// count of voices. Flagged reports are never removed.
type IncidentFlag string

// Flags of incidents; each has its text on screen under "incident.flag.".
const (
	IncidentCampaign    IncidentFlag = "kampanye"     // near-identical texts in a short time
	IncidentOneVoice    IncidentFlag = "satu_suara"   // most reports come from one reporter
	IncidentMassClosing IncidentFlag = "tutup_massal" // closed together with many others at a period's end
	IncidentByHand      IncidentFlag = "disunting"    // merged or split by an officer
)

// Incident (kejadian) is one matter that one or more reports speak of.
type Incident struct {
	ID    int64  `json:"id"`
	Title string `json:"title" doc:"What and where; machine-made unless an officer wrote it"`
	// TitleBy is machine or officer.
	TitleBy  string `json:"title_by" enum:"machine,officer"`
	Category string `json:"category,omitempty" doc:"What most of its reports are about"`
	AreaCode string `json:"area_code,omitempty"`
	// Areas are all areas its reports count for, AreaCode first.
	Areas  []string `json:"areas" nullable:"false"`
	Place  string   `json:"place,omitempty" doc:"The place most of its reports name"`
	Office string   `json:"office,omitempty" doc:"Short name of the proposed office"`
	// Lon and Lat are absent when no report says where; RadiusM is how far the
	// true place may lie from them.
	Lon     *float64       `json:"lon,omitempty"`
	Lat     *float64       `json:"lat,omitempty"`
	RadiusM float64        `json:"radius_m,omitempty"`
	Status  IncidentStatus `json:"status" enum:"new,watched,handled,closed,dismissed"`
	Urgency Severity       `json:"urgency" enum:"info,perhatian,siaga,awas" doc:"By stated rules, never learned"`
	// UrgencyReasons are the rules that spoke, gravest first, at most three.
	UrgencyReasons []Said    `json:"urgency_reasons" nullable:"false"`
	Voices         int       `json:"voices" doc:"Its reports"`
	Unfinished     int       `json:"unfinished" doc:"Of them neither closed nor rejected"`
	Doubtful       int       `json:"doubtful" doc:"Of them hardly belonging to it"`
	FirstAt        time.Time `json:"first_at"`
	LastAt         time.Time `json:"last_at"`
	// Daily is the number of reports on each of the city's days from the day
	// of FirstAt on, at most 60 days, the last ones when it is older.
	Daily     []int    `json:"daily" nullable:"false"`
	DailyFrom string   `json:"daily_from" doc:"The day of the first of daily, YYYY-MM-DD"`
	Channels  []string `json:"channels" nullable:"false"`
	// Why says in one sentence why these reports are one matter.
	Why   Said           `json:"why"`
	Flags []IncidentFlag `json:"flags" nullable:"false"`
	// Recurrence counts earlier incidents of the same kind at the same place
	// within 90 days; from one on it is a structural case.
	Recurrence int        `json:"recurrence,omitempty"`
	ClosedAt   *time.Time `json:"closed_at,omitempty"`
	Answer     string     `json:"answer,omitempty" doc:"The closing answer that every reporter gets"`
	ChangedAt  time.Time  `json:"changed_at"`
	Simulated  bool       `json:"simulated,omitempty"`
}

// IncidentMember is one report of an incident and why it belongs.
type IncidentMember struct {
	ReportSummary
	// Score is how sure the link is, 0 to 1; the first report has none.
	Score    float64 `json:"score,omitempty"`
	Reasons  []Said  `json:"reasons" nullable:"false"`
	Doubtful bool    `json:"doubtful,omitempty"`
	ByHand   bool    `json:"by_hand,omitempty" doc:"An officer said that it belongs"`
}

// SimilarCase is an earlier incident that is like this one, and how it ended.
type SimilarCase struct {
	ID          int64     `json:"id"`
	Title       string    `json:"title"`
	FirstAt     time.Time `json:"first_at"`
	Voices      int       `json:"voices"`
	Office      string    `json:"office,omitempty"`
	DaysToClose *float64  `json:"days_to_close,omitempty" doc:"From its first report to its closing; absent while open"`
	Answer      string    `json:"answer,omitempty" doc:"What was told to the reporters"`
	SamePlace   bool      `json:"same_place"`
	Why         Said      `json:"why"`
}

// IncidentDetail is an incident with its reports and its like.
type IncidentDetail struct {
	Incident
	Members []IncidentMember `json:"members" nullable:"false" doc:"Oldest first, those the asker may see"`
	Hidden  int              `json:"hidden,omitempty" doc:"Reports of it that belong to others"`
	Similar []SimilarCase    `json:"similar" nullable:"false"`
	Rulings []IncidentRuling `json:"rulings" nullable:"false" doc:"What officers decided about it, newest first"`
	// Quotes are at most three of Members in the citizens' own words.
	Quotes []IncidentQuote `json:"quotes" nullable:"false" doc:"At most three reports that speak for it, oldest first, personal data hidden"`
}

// IncidentRuling is an officer's word on which reports are one matter.
type IncidentRuling struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Same   bool      `json:"same" doc:"true: one matter; false: another matter"`
	Count  int       `json:"count" doc:"How many reports it moved"`
	Reason string    `json:"reason,omitempty"`
}

// IncidentFilter selects incidents. Empty fields do not filter.
type IncidentFilter struct {
	Status      []IncidentStatus
	AreaCode    string
	Category    string
	Office      string
	MinVoices   int
	MinUrgency  Severity
	Structural  bool
	Sort        string // growth (default), newest, voices
	Offset      int
	Limit       int // 1 to 200; 0 = 50
	ActiveSince time.Time
}

// GroupingState says how far the grouping of reports is.
type GroupingState struct {
	At      *time.Time `json:"at,omitempty" doc:"When reports were last grouped"`
	Reports int        `json:"reports" doc:"Reports grouped"`
	Waiting int        `json:"waiting" doc:"Reports not grouped yet"`
	Review  int        `json:"review" doc:"Reports whose category a person must decide"`
}

// ReportAnalysis is what Balaikota worked out about a report, beside what the
// source said.
type ReportAnalysis struct {
	// Category is the machine's proposal, with its calibrated confidence, the
	// runners-up, and the words that decided.
	Category   string     `json:"category,omitempty"`
	Confidence float64    `json:"confidence"`
	Proposals  []Proposal `json:"proposals" nullable:"false" doc:"At most three, best first"`
	Words      []string   `json:"words" nullable:"false" doc:"The words that decided"`
	Sure       bool       `json:"sure" doc:"false: a person must decide"`
	// CategoryBy and OfficeBy say who set what the report carries.
	CategoryBy     string         `json:"category_by" enum:"source,analysis,officer"`
	OfficeBy       string         `json:"office_by" enum:"source,analysis,officer"`
	Urgency        Severity       `json:"urgency" enum:"info,perhatian,siaga,awas"`
	UrgencyReasons []Said         `json:"urgency_reasons" nullable:"false"`
	Place          *PlaceEstimate `json:"place,omitempty"`
	IncidentID     int64          `json:"incident_id,omitempty"`
	IncidentTitle  string         `json:"incident_title,omitempty"`
	IncidentVoices int            `json:"incident_voices,omitempty"`
	At             time.Time      `json:"at"`
}

// Proposal is a category that a report may belong to.
type Proposal struct {
	Category   string  `json:"category"`
	Confidence float64 `json:"confidence"`
}

// PlaceEstimate is where a report most likely speaks of.
type PlaceEstimate struct {
	AreaCode string `json:"area_code,omitempty"`
	Name     string `json:"name,omitempty" doc:"The place as the text names it"`
	// Lon and Lat are absent when nothing says where; RadiusM is the
	// uncertainty: screens draw an area, not a point, when it is over 100 m.
	Lon        *float64 `json:"lon,omitempty"`
	Lat        *float64 `json:"lat,omitempty"`
	RadiusM    float64  `json:"radius_m,omitempty"`
	Confidence float64  `json:"confidence"`
	From       string   `json:"from" enum:"point,stated,text,learned,none"`
	// Disagrees says what contradicts what, nothing when all agree.
	Disagrees []Said `json:"disagrees" nullable:"false"`
}

// CorrectionField is what an officer may put right about a report.
type CorrectionField string

// Fields of a correction.
const (
	CorrectCategory CorrectionField = "category" // a category slug
	CorrectOffice   CorrectionField = "office"   // an office's short name
	CorrectArea     CorrectionField = "area"     // an area code
	CorrectUrgency  CorrectionField = "urgency"  // a severity
)

// Correction is an officer's word against the machine's or the source's. It
// holds for ever, and the machine learns from it.
type Correction struct {
	ReportID int64
	Field    CorrectionField
	Value    string
	Reason   string
}

// IncidentEdit is what an officer changes about an incident; empty fields stay.
type IncidentEdit struct {
	Title  string
	Status IncidentStatus
	Answer string
	Reason string
}
