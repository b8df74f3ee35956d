package city

import "time"

// MeetingPoint is one point of a meeting's agenda or minutes.
type MeetingPoint struct {
	ID            int64     `json:"id"`
	Week          string    `json:"week" doc:"ISO week: 2026-W47"`
	Kind          string    `json:"kind" enum:"topic,decision,question"`
	Text          string    `json:"text"`
	Owner         string    `json:"owner,omitempty" doc:"Short name of the office"`
	DispositionID int64     `json:"disposition_id,omitempty"`
	By            string    `json:"by"`
	At            time.Time `json:"at"`
	// Status is the last of its changes; open points come back next week.
	Status string     `json:"status" enum:"open,decided,dropped"`
	EndAt  *time.Time `json:"end_at,omitempty"`
	Reason string     `json:"reason,omitempty"`
}

// MeetingPointInput is a point that somebody writes.
type MeetingPointInput struct {
	// ClientID makes writing it twice harmless.
	ClientID      string `json:"client_id" format:"uuid"`
	Kind          string `json:"kind" enum:"topic,decision,question"`
	Text          string `json:"text" minLength:"3" maxLength:"1000"`
	Owner         string `json:"owner,omitempty" doc:"Short name of the office"`
	DispositionID int64  `json:"disposition_id,omitempty"`
}

// MeetingPointChange is what becomes of a point.
type MeetingPointChange struct {
	Status string `json:"status" enum:"open,decided,dropped"`
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"Needed unless it was decided"`
}

// MeetingDisposition is a disposition as a meeting looks at it.
type MeetingDisposition struct {
	Disposition
	// Account is one sentence: done by what, or not done because of what.
	Account Said    `json:"account"`
	Effect  *Effect `json:"effect,omitempty"`
}

// Meeting (rapat) is the week's review: what was decided, done, not done, why.
type Meeting struct {
	Week    string               `json:"week"`
	From    time.Time            `json:"from" doc:"Monday 00.00 of the week before, in the city's zone"`
	Until   time.Time            `json:"until" doc:"Monday 00.00 of the week"`
	At      time.Time            `json:"at"`
	Decided []MeetingDisposition `json:"decided" nullable:"false" doc:"Sent in the week"`
	Done    []MeetingDisposition `json:"done" nullable:"false" doc:"Done in the week, whenever sent"`
	NotDone []MeetingDisposition `json:"not_done" nullable:"false" doc:"Due by now and not done, and those waiting, latest first"`
	Advice  []Recommendation     `json:"advice" nullable:"false" doc:"Waiting for a decision"`
	Refused []Recommendation     `json:"refused" nullable:"false" doc:"Declined or postponed in the week, with reasons"`
	Points  []MeetingPoint       `json:"points" nullable:"false" doc:"This week's, and open ones of earlier weeks"`
	Summary Said                 `json:"summary"`
	// Minutes are frozen when the meeting is closed; numbered.
	Minutes *Minutes `json:"minutes,omitempty"`
}

// Minutes (notulen) are a closed meeting's record.
type Minutes struct {
	Number   int       `json:"number"`
	ClosedAt time.Time `json:"closed_at"`
	ClosedBy string    `json:"closed_by"`
	Present  []string  `json:"present" nullable:"false"`
	SHA256   string    `json:"sha256" doc:"Of the frozen record"`
}
