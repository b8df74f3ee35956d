package city

import (
	"encoding/json"
	"time"
)

// ReportStatus is where a report stands.
type ReportStatus string

// The four statuses of the import contract.
const (
	Open       ReportStatus = "open"
	InProgress ReportStatus = "in_progress"
	Closed     ReportStatus = "closed"
	Rejected   ReportStatus = "rejected"
)

// ReportStatuses in their usual order.
var ReportStatuses = []ReportStatus{Open, InProgress, Closed, Rejected}

// Report (laporan warga) is one citizen's report as a source tells it. The
// store adds what Balaikota works out (the computed area, the office).
type Report struct {
	// ExternalID is the source's own id; with the source it is unique.
	ExternalID string
	// Channel is how the citizen spoke: call-112, whatsapp, web, counter …
	Channel string
	// CreatedAt is when the citizen reported; RespondedAt and ClosedAt are nil
	// until then. UpdatedAt is the source's own time of the last change (zero
	// when it has none): an older page never overwrites a newer one.
	CreatedAt   time.Time
	UpdatedAt   time.Time
	RespondedAt *time.Time
	ClosedAt    *time.Time
	Text        string
	// Lon and Lat are WGS 84 degrees as the source gave them, nil if absent.
	Lon, Lat *float64
	// Address is the place in the citizen's or source's own words.
	Address string
	// StatedArea is the area code the citizen or officer named; ComputedArea
	// the kelurahan the point lies in. They are kept apart; either may be "".
	StatedArea   string
	ComputedArea string
	// Category is a category slug, "" when not known; Office an office's short
	// name as the source gives it, "" for the category's own.
	Category string
	Office   string
	Status   ReportStatus
	// Answer is what the office told the citizen, "" if nothing yet.
	Answer string
	// MediaURL is a picture at the source, "" if none.
	MediaURL string
	// Reporter is who reported, if the source says; it goes to its own table.
	Reporter *Reporter
	// Raw is the source's own record, kept for audit and for mapping anew.
	Raw json.RawMessage
	// RawNamesNobody: whoever made Raw left out who reported. Else the store
	// seals it.
	RawNamesNobody bool `json:"-"`
	// Stems are the search words of Text (backend/analysis), space separated.
	Stems string
	// Flags are the quality remarks made on the way in.
	Flags []Flag
	// Parts are the messages that a report from a chat is made of; nil for
	// others. What was once part of a report stays so.
	Parts []ReportPart
	// VoiceNotes are the recordings that it came with.
	VoiceNotes []VoiceNote
}

// AreaCode is the area the report counts for: what was stated, else what the
// point says, else "".
func (r Report) AreaCode() string {
	if r.StatedArea != "" {
		return r.StatedArea
	}
	return r.ComputedArea
}

// Reporter is the identity of a citizen. Only an operator with a logged reason
// and an auditor may read it.
type Reporter struct {
	Name  string
	Phone string
	Email string
	// Handle is the account id at the source.
	Handle string
}

// Flag is a quality remark on a report or an observation.
type Flag string

// Flags set on the way in.
const (
	FlagSwappedPoint    Flag = "titik_tertukar"       // lat and lon were swapped; mended
	FlagOutsideCity     Flag = "titik_luar_kota"      // the point lies outside the city; not used
	FlagAreaDiffers     Flag = "wilayah_berbeda"      // stated and computed area disagree
	FlagFutureTime      Flag = "waktu_di_depan"       // created later than received
	FlagTimeOrder       Flag = "urutan_waktu"         // answered or closed before it was created; that time is not used
	FlagNoPlace         Flag = "tanpa_lokasi"         // neither point nor area
	FlagUnknownCategory Flag = "kategori_tak_dikenal" // the source's category is none of ours
	FlagUnknownArea     Flag = "wilayah_tak_dikenal"  // the source's area code is none of ours
	FlagImpossible      Flag = "nilai_mustahil"       // a value the indicator cannot take
	FlagSecret          Flag = "rahasia_di_sumber"    //nolint:gosec // no credential: secret at its source, words and place stay there
	FlagNotOurs         Flag = "bukan_wewenang"       // its source says that another authority answers for it
)

// Flags are all of them; each has its text on screen under "flag." and its name.
var Flags = []Flag{
	FlagSwappedPoint, FlagOutsideCity, FlagAreaDiffers, FlagFutureTime, FlagTimeOrder, FlagNoPlace,
	FlagUnknownCategory, FlagUnknownArea, FlagImpossible, FlagSecret, FlagNotOurs,
}

// ReportSummary is a report as lists, maps and deltas carry it: no identity,
// personal data in the text masked.
type ReportSummary struct {
	ID           int64        `json:"id"`
	Source       string       `json:"source" doc:"Slug of the source"`
	ExternalID   string       `json:"external_id"`
	Channel      string       `json:"channel"`
	CreatedAt    time.Time    `json:"created_at"`
	RespondedAt  *time.Time   `json:"responded_at,omitempty"`
	ClosedAt     *time.Time   `json:"closed_at,omitempty"`
	DueAt        *time.Time   `json:"due_at,omitempty" doc:"End of the last working day allowed for closing; absent while the clock stands still"`
	RespondDueAt *time.Time   `json:"respond_due_at,omitempty" doc:"When the first answer is due; absent while the clock stands still"`
	Paused       bool         `json:"paused,omitempty" doc:"The clock stands still: its office waits for the citizen"`
	Text         string       `json:"text" doc:"At most 240 characters, personal data masked"`
	Lon          *float64     `json:"lon,omitempty"`
	Lat          *float64     `json:"lat,omitempty"`
	AreaCode     string       `json:"area_code,omitempty"`
	StatedArea   string       `json:"stated_area,omitempty"`
	ComputedArea string       `json:"computed_area,omitempty"`
	Category     string       `json:"category,omitempty"`
	Office       string       `json:"office,omitempty" doc:"Short name of the office that owns it"`
	Status       ReportStatus `json:"status" enum:"open,in_progress,closed,rejected"`
	Simulated    bool         `json:"simulated,omitempty"`
	// What the analysis adds, absent until it has looked.
	Urgency    Severity `json:"urgency,omitempty" enum:"info,perhatian,siaga,awas"`
	IncidentID int64    `json:"incident_id,omitempty"`
	Review     bool     `json:"review,omitempty" doc:"A person must decide the category"`
	// Proposed is the category that the analysis holds most likely while the
	// report has none, with its calibrated confidence.
	Proposed   string  `json:"proposed,omitempty" doc:"The category that the analysis proposes while the report has none"`
	Confidence float64 `json:"confidence,omitempty" doc:"How sure the proposal is, 0 to 1"`
	// Guess is where it most likely is when it carries no point of its own.
	Guess *Guess `json:"guess,omitempty"`
}

// Guess is an estimated place: an area to draw, never a point.
type Guess struct {
	Lon     float64 `json:"lon"`
	Lat     float64 `json:"lat"`
	RadiusM float64 `json:"radius_m"`
}

// ReportDetail is one report in full, personal data in the text masked.
type ReportDetail struct {
	ReportSummary
	FullText string `json:"full_text"`
	// VoiceNotes are the recordings that it came with, with what was heard in them.
	VoiceNotes []ReportVoice `json:"voice_notes,omitempty" nullable:"false" doc:"Recordings that it came with, oldest first"`
	Address    string        `json:"address,omitempty"`
	MediaURL   string        `json:"media_url,omitempty"`
	Flags      []Flag        `json:"flags" nullable:"false"`
	SourceName string        `json:"source_name"`
	ReceivedAt time.Time     `json:"received_at"`
	ChangedAt  time.Time     `json:"changed_at"`
	// Answer is what the office told the citizen, "" if nothing yet.
	Answer string `json:"answer,omitempty"`
	// AnsweredAt is when that answer was given by closing its incident here.
	AnsweredAt      *time.Time      `json:"answered_at,omitempty" doc:"Since when the ticket holds the closing answer of its incident; absent for an answer of the source's own"`
	AnswerReachedAt *time.Time      `json:"answer_reached_at,omitempty" doc:"When a channel took that answer to its reporter"`
	Analysis        *ReportAnalysis `json:"analysis,omitempty"`
	IdentityReads   []IdentityRead  `json:"identity_reads,omitempty" nullable:"false" doc:"Who looked who reported, oldest first; for mayor, secretary, operator and auditor"`
}

// ReportFilter selects reports. Empty fields do not filter.
type ReportFilter struct {
	AreaCode string // the area or any area in it
	Category string
	Office   string
	Channel  string
	Source   string
	Status   []ReportStatus
	From, To time.Time // created_at in [From, To)
	Overdue  bool      // not closed, not rejected, past DueAt
	Review   bool      // a person must decide the category
	Incident int64     // reports of this incident only
	// Stems are search words, already stemmed as the stored ones were.
	Stems []string
	// Before is the id cursor of the page before (newest first); 0 = first.
	BeforeTime time.Time
	BeforeID   int64
	Limit      int // 1 to 500; 0 = 50
}

// ReportFigures are a period's head numbers by the definitions of
// docs/architecture.md; Open and Overdue are as of To.
type ReportFigures struct {
	From             time.Time `json:"from"`
	To               time.Time `json:"to"`
	Received         int       `json:"received" doc:"Created in the period"`
	Closed           int       `json:"closed" doc:"Closed in the period"`
	Open             int       `json:"open" doc:"Created before the end, not rejected, not closed by then"`
	Overdue          int       `json:"overdue" doc:"Open and past the deadline at the end"`
	MedianCloseHours *float64  `json:"median_close_hours,omitempty" doc:"Of those closed in the period; absent below ten"`
	// Answers are the reporters' words on finished work ("beres?") of the
	// SatisfactionDays before To that the asker may see.
	Answers      int      `json:"answers" doc:"Reporters who said in the 90 days before the end whether the work on their report was done"`
	Satisfaction *float64 `json:"satisfaction,omitempty" doc:"Share of answers that say it was done, 0 to 1; absent below ten answers"`
}

// SatisfactionDays is the span over which reporters' answers are counted: they
// come days after the work, and few a day.
const SatisfactionDays = 90

// FewestAnswers is below how many answers their share is not told: it would be
// chance, and might tell what one person said.
const FewestAnswers = 10

// IdentityRead is one time somebody looked who made a report.
type IdentityRead struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Reason string    `json:"reason" doc:"As given then, personal data masked"`
}

// IdentityOverseers see who looked at reporters' identities and why.
var IdentityOverseers = []Role{WaliKota, Sekda, Operator, Auditor}

// ReportCount is how many reports an area and category received.
type ReportCount struct {
	AreaCode string `json:"area_code" doc:"Kelurahan, or a larger area where no kelurahan is known; empty when no place is known"`
	Category string `json:"category" doc:"Empty when not known"`
	Count    int    `json:"count"`
}
