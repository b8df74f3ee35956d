package city

import (
	"context"
	"encoding/json"
	"time"
)

// Freshness is how well a source keeps its promise.
type Freshness string

// Freshness classes: age up to 2, up to 6, beyond 6 times what is expected, and
// failing. Paused and never are their own. Of a source that is the worse of how
// it answers (SourceHealth.Pull) and how new what it brings is (SourceHealth.Data).
const (
	Fresh    Freshness = "langsung"
	Late     Freshness = "tertunda"
	Stale    Freshness = "basi"
	Broken   Freshness = "terputus"
	Paused   Freshness = "dijeda"
	NeverRun Freshness = "belum"
)

// Source (sumber data) is a configured connector.
type Source struct {
	ID        int64
	Slug      string
	Name      string
	Connector string
	// Config is the connector's configuration as JSON; secrets are names of
	// environment variables or files, never the secrets themselves.
	Config json.RawMessage
	// Schedule is a five-field cron expression or "@every 30s".
	Schedule string
	// ExpectEvery is the interval the source promises.
	ExpectEvery time.Duration
	// BySchedule says that ExpectEvery follows from Schedule, as nobody chose it; nil
	// is of a source that was saved before that was written down.
	BySchedule *bool
	Paused     bool
	Simulated  bool
	// Owner is the office or person to call, Contact how.
	Owner, Contact string
	Attribution    string
	// LegalBasis says what allows the city to take the data in, "" if nobody
	// has said; PersonalData whether persons are named in them, nil likewise.
	LegalBasis   string
	PersonalData *bool
	// Cursor is where the next pull goes on; moved only with the data. SentBack
	// is how often somebody sent it back; a Delivery says which it follows.
	Cursor   json.RawMessage
	SentBack int
	// QuotaHour is the most new and changed rows it may bring in an hour, 0 if
	// there is no bound; TakenHour how many came in the present one (UTC, whole).
	QuotaHour, TakenHour int
}

// RereadWhy is why a source is read again.
type RereadWhy string

// Why a source was sent back.
const (
	RereadAsked   RereadWhy = "asked"   // somebody named a moment, or the start
	RereadRefused RereadWhy = "refused" // its refused rows are to be offered again
	RereadChanged RereadWhy = "changed" // what is read there was changed in its settings
)

// Rereading is how far a source that was sent back has come.
type Rereading struct {
	Why     RereadWhy  `json:"why" enum:"asked,refused,changed"`
	From    *time.Time `json:"from,omitempty" doc:"The moment it was sent back to; absent: from its start"`
	Began   time.Time  `json:"began"`
	Reached *time.Time `json:"reached,omitempty" doc:"Time of the newest record read since"`
	Rows    int64      `json:"rows" doc:"Rows read since; those that were known already change nothing"`
	Done    *time.Time `json:"done,omitempty" doc:"When it had caught up"`
}

// SourceHealth is a source as Sumber Data and the sources topic show it.
type SourceHealth struct {
	Slug          string     `json:"slug"`
	Name          string     `json:"name"`
	Connector     string     `json:"connector"`
	Freshness     Freshness  `json:"freshness" enum:"langsung,tertunda,basi,terputus,dijeda,belum" doc:"The worse of pull and data"`
	Pull          Freshness  `json:"pull" enum:"langsung,tertunda,basi,terputus,dijeda,belum" doc:"How it answers, by its last success"`
	Data          *DataAge   `json:"data,omitempty" doc:"How new its data are; absent where nothing of it has an age"`
	Schedule      string     `json:"schedule"`
	ExpectSeconds int        `json:"expect_seconds"`
	LastAttempt   *time.Time `json:"last_attempt,omitempty"`
	LastSuccess   *time.Time `json:"last_success,omitempty"`
	LastData      *time.Time `json:"last_data,omitempty" doc:"Time of the newest record that was accepted"`
	NextAttempt   *time.Time `json:"next_attempt,omitempty"`
	Failures      int        `json:"failures" doc:"Failures in a row"`
	LastError     string     `json:"last_error,omitempty" doc:"In plain English"`
	// LastErrorKey and LastErrorParams give the translated text on screen.
	LastErrorKey    string            `json:"last_error_key,omitempty" doc:"Names the text on screen of last_error"`
	LastErrorParams map[string]string `json:"last_error_params,omitempty"`
	RowsToday       int               `json:"rows_today"`
	RowsTotal       int64             `json:"rows_total"`
	Refused         int               `json:"refused" doc:"Rows waiting with a reason"`
	Findings        int               `json:"findings,omitempty" doc:"Doubts about its values that go on"`
	Owner           string            `json:"owner,omitempty"`
	Contact         string            `json:"contact,omitempty"`
	Attribution     string            `json:"attribution,omitempty"`
	Simulated       bool              `json:"simulated,omitempty"`
	LegalBasis      string            `json:"legal_basis,omitempty" doc:"What allows the city to take the data in, as an operator wrote it"`
	PersonalData    *bool             `json:"personal_data,omitempty" doc:"Whether persons are named in its data; absent until somebody has said"`
	QuotaHour       int               `json:"quota_hour,omitempty" doc:"The most new and changed rows in an hour; absent: no bound"`
	SlowedUntil     *time.Time        `json:"slowed_until,omitempty" doc:"Set while it waits for the next hour because it has brought that many; what is left waits at the source"`
	Rereading       *Rereading        `json:"rereading,omitempty" doc:"Set once it was sent back"`
	// Silence is set while a source that answers is unusually silent
	// (mencurigakan): see FindSilence.
	Silence *Silence `json:"silence,omitempty" doc:"Set while it answers but brings unusually long nothing new"`
	// Greetings are messages of a chat that say nothing of a matter: no reports.
	Greetings int `json:"greetings,omitempty" doc:"Greetings and thanks that came by themselves in the last 7 days; they are kept, and are no reports"`
}

// CatchesUp reports whether the source is late, and not stale, for the one reason
// that more lies there than was read yet: its data are as old as stale ones.
func (h SourceHealth) CatchesUp() bool {
	return h.Freshness == Late && h.Pull != Stale && h.Data != nil && h.Data.State == Stale
}

// SourceCard is what people say of a source.
type SourceCard struct {
	Owner        string `json:"owner" maxLength:"120" doc:"The office or person to call"`
	Contact      string `json:"contact" maxLength:"120"`
	LegalBasis   string `json:"legal_basis" maxLength:"500" doc:"What allows the city to take the data in"`
	PersonalData *bool  `json:"personal_data,omitempty" doc:"Whether persons are named in its data; absent if not known"`
}

// Refusal is a row that could not be taken, kept with its reason so that it
// can be looked at and tried again.
type Refusal struct {
	ExternalID string          `json:"external_id,omitempty"`
	Kind       string          `json:"kind" doc:"reports, observations, alerts …"`
	Place      string          `json:"place" doc:"File, row, field or URL"`
	Reason     string          `json:"reason"`
	Raw        json.RawMessage `json:"raw,omitempty"`
}

// Delivery is what one pull brought, to be stored in one transaction with the
// cursor that follows it.
type Delivery struct {
	SourceID     int64
	Reports      []Report
	Observations []Observation
	Alerts       []Alert
	Refused      []Refusal
	// Repeated are times that were there more than once; Observations hold the
	// version that counts.
	Repeated []RepeatedObservation
	// Removed are external ids of reports the source no longer has.
	Removed []string
	// Listing is set when the reports, refused ones included, are part of a list
	// of all that the source has.
	Listing *Listing
	// Agenda replaces what the source's calendar held of its span; nil leaves it.
	Agenda *AgendaSpan
	// Cameras are how cameras of the source fare; nil leaves them.
	Cameras *CameraSights
	// Letters are what the source's service tells of letters that it took.
	Letters []LetterFate
	// Words are what officers wrote by the source's chat; they are no reports.
	Words []OfficerWord
	// Greetings came by the source's chat and stand alone; they are no reports.
	Greetings []ChatGreeting
	// Cursor follows the data; nil leaves it where it is. It does not move when
	// the source was sent back (Source.SentBack) since it was read for this.
	Cursor   json.RawMessage
	SentBack int
	// Attempt, when not nil, is recorded as the source's health.
	Attempt *Attempt
	// Note, when not nil, is told what became of each row that was not found
	// as stored already: kind is reports or observations, key the external id
	// or ObservationKey, result added, changed or refused. It may be told of
	// one row more than once; the last word counts once Ingest has returned
	// without error.
	Note func(kind, key, result, reason string)
}

// ObservationKey names an observation within its source.
func ObservationKey(indicator, areaCode, station string, at time.Time) string {
	return indicator + "|" + areaCode + "|" + station + "|" + at.UTC().Format(time.RFC3339Nano)
}

// Attempt is how one pull went.
type Attempt struct {
	Started  time.Time
	Finished time.Time
	Err      error
	// RetryAt is when the runner will try again; zero = by schedule.
	RetryAt time.Time
	// Slowed says that RetryAt is so late because of the source's quota.
	Slowed bool
	// Before is what the run's earlier deliveries brought; what the delivery
	// that carries the attempt brings itself comes on top.
	Before Tally
}

// Listing says which part of a list of everything a delivery is.
type Listing struct {
	First bool // it begins the list
	Last  bool // it ends it: reports that were not on it are gone at the source
}

// ListingLeast is how many reports there must be for a list that lacks more than
// half of them not to be believed: it is more often cut off than true.
const ListingLeast = 20

// Tally counts what became of the rows of a delivery or an import.
type Tally struct {
	Read      int `json:"read"`
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
	Removed   int `json:"removed,omitempty"`
}

// Ingester stores deliveries. backend/store implements it.
type Ingester interface {
	// Ingest stores a delivery in one transaction: rows, rollups, events,
	// refusals, queued analysis, cursor and health. The same delivery twice
	// changes nothing the second time.
	Ingest(ctx context.Context, d Delivery) (Tally, error)
}

// SourceRun is how one pull of a source went.
type SourceRun struct {
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	OK       bool      `json:"ok"`
	Error    string    `json:"error,omitempty" doc:"In plain English"`
	// ErrorKey and ErrorParams give the translated text on screen.
	ErrorKey    string            `json:"error_key,omitempty" doc:"Names the text on screen of error; absent of pulls before it was kept"`
	ErrorParams map[string]string `json:"error_params,omitempty"`
	Added       int               `json:"added"`
	Changed     int               `json:"changed"`
	Known       int               `json:"known" doc:"Rows that were there already as they came, from this source or another"`
	Refused     int               `json:"refused"`
}

// RefusedRow is a refused row as Sumber Data lists it.
type RefusedRow struct {
	ID         int64     `json:"id"`
	Kind       string    `json:"kind"`
	ExternalID string    `json:"external_id,omitempty"`
	Place      string    `json:"place"`
	Reason     string    `json:"reason"`
	At         time.Time `json:"at"`
	Times      int       `json:"times" doc:"How often it was refused"`
}

// RefusedOriginal is a refused row as its source sent it. It may name people.
type RefusedOriginal struct {
	RefusedRow
	Original string
}
