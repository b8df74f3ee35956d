package live

import (
	"encoding/json"
	"time"

	"balaikota/backend/city"
)

// Subscribe is the one message a client sends on /live: first to begin, again
// to change what it follows or to ask for a snapshot (without Since).
type Subscribe struct {
	Subscribe []city.Topic `json:"subscribe" nullable:"false" doc:"Topics to follow; those the client may not see are ignored"`
	// Since is the last number the client has; nil asks for a snapshot.
	Since *int64 `json:"since,omitempty" doc:"Last sequence number the client has; absent asks for a snapshot"`
}

// Snapshot is the whole state a client subscribed to, as of Seq.
type Snapshot struct {
	Type         string                `json:"type" enum:"snapshot"`
	Seq          int64                 `json:"seq"`
	At           time.Time             `json:"at" doc:"When the snapshot was read"`
	Indicators   []city.IndicatorState `json:"indicators,omitempty" nullable:"false"`
	Reports      []city.ReportSummary  `json:"reports,omitempty" nullable:"false" doc:"The newest reports, newest first, at most 500"`
	Incidents    []city.Incident       `json:"incidents,omitempty" nullable:"false" doc:"Incidents not closed or dismissed, most pressing first, at most 300"`
	Alerts       []city.Alert          `json:"alerts,omitempty" nullable:"false"`
	Dispositions []city.Disposition    `json:"dispositions,omitempty" nullable:"false" doc:"Those not over and those with news within 7 days, newest first, at most 300"`
	Sources      []city.SourceHealth   `json:"sources,omitempty" nullable:"false"`
	// Recommendations are those proposed, best first, at most 200.
	Recommendations []city.Recommendation `json:"recommendations,omitempty" nullable:"false"`
	Agenda          []city.AgendaEntry    `json:"agenda,omitempty" nullable:"false" doc:"Appointments of today and the week after it, for mayor and secretary"`
	Walls           []city.WallState      `json:"walls,omitempty" nullable:"false" doc:"How paired screens are told to show, for screens and those who steer them"`
}

// Delta covers every event after From up to Seq; Changes holds those the
// client subscribed to and may see.
type Delta struct {
	Type    string    `json:"type" enum:"delta"`
	From    int64     `json:"from"`
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at" doc:"Commit time of the oldest change in it, RFC 3339 with nanoseconds"`
	Changes []Change  `json:"changes" nullable:"false"`
}

// Change is one thing that is new, different or gone.
type Change struct {
	Topic city.Topic `json:"topic" enum:"indicators,reports,incidents,alerts,dispositions,sources,recommendations,agenda,walls"`
	Op    string     `json:"op" enum:"put,remove"`
	// Key names the thing within its topic: report id, alert key,
	// "indicator|area" or source slug.
	Key string `json:"key"`
	// Data is the thing as the snapshot carries it; absent for remove.
	Data json.RawMessage `json:"data,omitempty"`
}

// Close codes of /live. 3000 to 3499 mean come back, 3500 to 3999 do not.
const (
	CloseSlow           = 3001 // the client did not keep up
	CloseRestart        = 3002 // the server is stopping
	CloseBehind         = 3003 // the number asked for is no longer held
	CloseRightsChanged  = 3004 // role or area changed: come back with the new rights
	CloseFull           = 3005 // the server has no room for more clients
	CloseSessionEnded   = 3500 // signed out, expired or revoked
	CloseForbidden      = 3501 // this role may not follow anything
	CloseBadMessage     = 3502 // a message outside the contract
	CloseTooManyMessage = 3503 // more messages than allowed
)
