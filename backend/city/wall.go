package city

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// WallTopics are what a paired screen may follow.
var WallTopics = []Topic{TopicIndicators, TopicReports, TopicAlerts, TopicSources, TopicWalls}

// WallPairers may pair, steer and revoke screens.
var WallPairers = []Role{WaliKota, Sekda, Operator}

// How long a code for pairing holds, and within what of its end it is renewed.
const (
	WallCodeHolds  = 10 * time.Minute
	WallCodeRenews = time.Minute
	// WallHolds is how long a paired screen may be off before it must be paired
	// again.
	WallHolds = 180 * 24 * time.Hour
)

// WallState (layar) is how one paired screen is told to show.
type WallState struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Paused bool   `json:"paused" doc:"Its scenes stand still"`
	// Turn counts scenes that it was told to go on by; only its change matters.
	Turn  int  `json:"turn" doc:"Grows with each scene forward, shrinks with each back"`
	Chime bool `json:"chime" doc:"A short tone when something urgent arises"`
}

// Wall is a paired screen as those see it who may pair.
type Wall struct {
	WallState
	PairedAt time.Time `json:"paired_at"`
	PairedBy string    `json:"paired_by" doc:"Name of the officer"`
	LastSeen time.Time `json:"last_seen" doc:"When it last asked for something; at most ten minutes old while it shows"`
	// Ended says that its session ran out for want of use; only revoking is left.
	Ended bool `json:"ended,omitempty"`
}

// WallChange is what a screen is told; nil leaves as is.
type WallChange struct {
	Paused *bool `json:"paused,omitempty"`
	Chime  *bool `json:"chime,omitempty"`
	Step   int   `json:"step,omitempty" minimum:"-1" maximum:"1" doc:"1 shows the next scene, -1 the one before"`
}

// WallPairing is a code that waits to be entered by an officer.
type WallPairing struct {
	Code      string
	ExpiresAt time.Time
}

// WallNameMost is how many letters a screen's name may have.
const WallNameMost = 60

// WallName is a screen's name as it is kept, Invalid when there is none or it
// is too long.
func WallName(name string) (string, error) {
	name = strings.Join(strings.Fields(VisibleText(name)), " ")
	if name == "" || utf8.RuneCountInString(name) > WallNameMost {
		e := InvalidField("name", "give the screen a name of at most %d letters", WallNameMost)
		e.Key = "error.wall_name"
		return "", e
	}
	return name, nil
}

// WallCode is the six digits of a code as an officer writes it ("482 913").
func WallCode(written string) (string, error) {
	code := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, VisibleText(written))
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return "", NoWallCode()
	}
	return code, nil
}

// NoWallCode says that no screen shows the code.
func NoWallCode() error {
	e := InvalidField("code", "no screen shows this code, or it has ended; read it again from the screen")
	e.Key = "error.wall_code"
	return e
}

// shownOnWalls reports whether what is for roles (all when empty) may stand on
// a wall: it names screens, or leaves out no officer.
func shownOnWalls(roles []Role) bool {
	if len(roles) == 0 || slices.Contains(roles, Layar) {
		return true
	}
	return !slices.ContainsFunc(Roles, func(r Role) bool { return !slices.Contains(roles, r) })
}

// ForWall is a report as a wall shows it: where, when and what kind, without
// the citizen's words and the number under which a source knows it.
func (r ReportSummary) ForWall() ReportSummary {
	r.Text, r.ExternalID, r.Channel = "", "", ""
	return r
}

// ForWall is a disposition as a wall shows it: to which office, about what,
// until when. Names of people, what was written by hand besides the subject,
// and numbers of reports are left out; the subject is masked.
func (d Disposition) ForWall() Disposition {
	d.From, d.ActingFor, d.Instruction, d.Note, d.LastNews = "", "", "", "", ""
	d.Subject = MaskOutward(d.Subject)
	d.Reports, d.Incidents, d.Copies = []int64{}, []int64{}, []string{}
	return d
}

// ForWall is advice as a wall shows it: without who decided and in what words.
func (r Recommendation) ForWall() Recommendation {
	r.DecidedBy, r.Reason, r.Override, r.Past = "", "", nil, []PastAction{}
	return r
}

// ForWall is an alert as a wall shows it: that somebody knows, not who.
func (a Alert) ForWall() Alert {
	if a.Acknowledged != nil {
		a.Acknowledged = &Acknowledgement{At: a.Acknowledged.At}
	}
	return a
}

// EventForWall is the data of an event as a wall gets it. What cannot be read
// is left out.
func EventForWall(topic Topic, data json.RawMessage) json.RawMessage {
	switch topic {
	case TopicReports:
		return rewritten(data, ReportSummary.ForWall)
	case TopicAlerts:
		return rewritten(data, Alert.ForWall)
	}
	return data
}

func rewritten[T any](data json.RawMessage, change func(T) T) json.RawMessage {
	var thing T
	if err := json.Unmarshal(data, &thing); err != nil {
		return nil
	}
	out, err := json.Marshal(change(thing))
	if err != nil {
		return nil
	}
	return out
}
