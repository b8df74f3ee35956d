package city

import (
	"encoding/json"
	"strconv"
	"time"
)

// Officer (pejabat) is an account.
type Officer struct {
	ID           int64
	Username     string
	Name         string
	Role         Role
	AreaCode     string
	OfficeID     int64
	Office       string // short name, "" if none
	PasswordHash string
	MustChange   bool
	DisabledAt   *time.Time
	CreatedAt    time.Time
}

// Asker is on whose behalf the officer's requests are.
func (o Officer) Asker() Asker {
	return Asker{OfficerID: o.ID, Role: o.Role, AreaCode: o.AreaCode, OfficeID: o.OfficeID}
}

// Session is a signed-in browser or a script's token.
type Session struct {
	ID         int64
	Kind       string // browser, token or wall
	OfficerID  int64  // 0 for a token and a wall
	Username   string
	Name       string
	Role       Role
	AreaCode   string
	OfficeID   int64
	Office     string
	MustChange bool
	ExpiresAt  time.Time
	LastSeenAt time.Time
	// StandInID is the stand-in (Plh.) the session acts under, 0 none; Role,
	// AreaCode and OfficeID are then those of the absent officer, whom
	// ActingFor names. OfficerID stays the person's own, so that conversations
	// and notices of the absent one stay his.
	StandInID   int64
	ActingFor   string
	ActingForID string // username
	// WallID is the paired screen whose session it is, 0 none; Name is then the
	// screen's.
	WallID int64
}

// Asker is on whose behalf the session's requests are.
func (s Session) Asker() Asker {
	a := Asker{OfficerID: s.OfficerID, Role: s.Role, AreaCode: s.AreaCode, OfficeID: s.OfficeID}
	if s.OfficerID == 0 {
		a.Key = "sesi:" + strconv.FormatInt(s.ID, 10)
	}
	return a
}

// Actor names the session in the audit trail.
func (s Session) Actor() Actor {
	name := s.Username
	switch {
	case s.WallID != 0:
		name = "layar:" + s.Name
	case name == "":
		name = "token:" + string(s.Role)
	}
	if s.StandInID != 0 {
		name += " a.n. " + s.ActingForID + " (Plh.)"
	}
	return Actor{OfficerID: s.OfficerID, Name: name, ActingFor: s.ActingFor}
}

// Actor is who did something, for the audit trail.
type Actor struct {
	OfficerID int64  // 0 if not an officer
	Name      string // username, "token:role", "baris perintah", "sistem"
	// ActingFor names the absent officer somebody stands in for (Plh.).
	ActingFor string
}

// CommandLine is the actor of commands run on the server itself.
var CommandLine = Actor{Name: "baris perintah"}

// AuditEntry is one line of the audit trail.
type AuditEntry struct {
	ID        int64           `json:"id"`
	At        time.Time       `json:"at"`
	OfficerID *int64          `json:"officer_id,omitempty"`
	Actor     string          `json:"actor"`
	Action    string          `json:"action"`
	Subject   string          `json:"subject"`
	Reason    string          `json:"reason,omitempty"`
	Detail    json.RawMessage `json:"detail,omitempty"`
}
