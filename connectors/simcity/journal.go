package simcity

import (
	"strconv"
	"time"

	"balaikota/connectors/simcity/world"
)

// Kinds of journal line. The first group is emitted to the outside and has
// ledger entries; the second is what else a restart must know.
const (
	lineReport = "report"
	lineChange = "change" // an office did something
	lineEdit   = "edit"   // the citizen changed the text
	lineFrame  = "frame"
	lineAlert  = "alert"
	lineQuake  = "quake"
	lineExport = "export"

	lineStart  = "start"
	lineAnchor = "anchor"
	lineFlood  = "flood"
	lineReplay = "replay" // another record is played from here on, or none
)

// line is one line of the journal. Times called At are stamped ones, as the
// outside saw them.
type line struct {
	Kind string    `json:"k"`
	Tick int64     `json:"tick"`
	At   time.Time `json:"at,omitzero"`

	Report  *world.Report `json:"report,omitempty"` // Report.At is stamped too
	Outside bool          `json:"outside,omitempty"`
	Replay  int           `json:"replay,omitempty"` // row of the record, from 1
	Number  int64         `json:"number,omitempty"` // of all replayed rows, from 1
	From    string        `json:"from,omitempty"`   // replay: the place in the record

	ID     string `json:"id,omitempty"`
	Status string `json:"status,omitempty"`
	Note   string `json:"note,omitempty"`
	Text   string `json:"text,omitempty"`

	Frame *world.Frame `json:"frame,omitempty"`
	Alert *world.Alert `json:"alert,omitempty"`
	Quake *world.Quake `json:"quake,omitempty"`

	File string `json:"file,omitempty"`
	Rows int    `json:"rows,omitempty"`
	Upto int64  `json:"upto,omitempty"`

	Area    string  `json:"area,omitempty"`
	MM      float64 `json:"mm,omitempty"`
	Minutes int     `json:"minutes,omitempty"`

	Set string    `json:"set,omitempty"` // replay: which record; "" the grammar
	Sim time.Time `json:"sim,omitzero"`  // replay: when its first citizen speaks

	Start  *startLine `json:"start,omitempty"`
	Anchor *anchor    `json:"anchor,omitempty"`
}

// startLine is the first line: what a folder's city is made of.
type startLine struct {
	Seed   int64
	Prefix string
	Pace   float64
	Zero   time.Time // simulated time of tick 0
	Begin  time.Time // simulated time at which the clock starts (end of backlog)
	Frames time.Time // simulated time of the first sensor reading
	Wall   bool
}

// isCommand says whether the line changed the world from outside.
func (l *line) isCommand() bool { return l.Kind == lineFlood || l.Kind == lineReplay || l.Outside }

// key tells emissions apart when the world is run again over ticks that the
// journal knows already.
func (l *line) key() string {
	switch l.Kind {
	case lineReport:
		return "r" + l.Report.ID
	case lineChange:
		return "c" + l.ID + "/" + l.Status
	case lineFrame:
		return "f" + strconv.FormatInt(l.Frame.Tick, 10)
	case lineAlert:
		return "a" + l.Alert.ID
	case lineQuake:
		return "q" + l.Quake.ID
	}
	return ""
}

// linesOf are the journal lines of one step of the world.
func (c *City) linesOf(out world.Output) []line {
	var list []line
	for i := range out.Reports {
		rep := out.Reports[i]
		rep.At = c.clock.stamp(rep.At)
		list = append(list, line{Kind: lineReport, Tick: out.Tick, At: rep.At, Report: &rep})
	}
	for _, ch := range out.Changes {
		list = append(list, line{Kind: lineChange, Tick: out.Tick, At: c.clock.stamp(ch.At), ID: ch.Report, Status: ch.Status, Note: ch.Note})
	}
	// At a high speed in wall-clock time several readings fall into a second;
	// only the first goes out, since a station has one value at a time.
	if at := c.clock.stamp(out.Time); out.Frame != nil && !out.Time.Before(c.start.Frames) && at.After(c.lastFrame) {
		c.lastFrame = at
		list = append(list, line{Kind: lineFrame, Tick: out.Tick, At: at, Frame: out.Frame})
	}
	for i := range out.Alerts {
		a := out.Alerts[i]
		a.Sent, a.Effective, a.Expires = c.clock.stamp(a.Sent), c.clock.stamp(a.Effective), c.clock.stamp(a.Expires)
		list = append(list, line{Kind: lineAlert, Tick: out.Tick, At: a.Sent, Alert: &a})
	}
	for i := range out.Quakes {
		q := out.Quakes[i]
		q.Time = c.clock.stamp(q.Time)
		list = append(list, line{Kind: lineQuake, Tick: out.Tick, At: q.Time, Quake: &q})
	}
	return list
}
