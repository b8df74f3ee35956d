package simcity

import (
	"sort"
	"strings"
	"time"

	"balaikota/connectors/simcity/world"
)

// maxFrames is how many sensor readings are kept in memory, about 138
// simulated days.
const maxFrames = 20_000

// complaint is a report as it stands now. Values are replaced, never changed,
// so that a copy can be encoded without the lock.
type complaint struct {
	world.Report
	Status    string
	Note      string
	Updated   time.Time
	Responded time.Time
	Closed    time.Time
	Version   int
	Changed   int64 // ledger number of the last version
	From      string
}

// reading is one frame with the time stamped on it.
type reading struct {
	At     time.Time
	Values []float64
	Daily  bool
}

// records is everything that can be asked for, in memory.
type records struct {
	complaints map[string]*complaint
	byTime     []*complaint // oldest first
	frames     []reading
	alerts     []world.Alert
	quakes     []world.Quake
	posted     int64
	set        string    // the record being played, "" for none
	setBegan   time.Time // simulated
	replayed   int       // rows of it that have been played
	replayedN  int64     // rows of all records
	exported   int64     // ledger number up to which exports go
	exports    int
}

func newRecords() records { return records{complaints: map[string]*complaint{}} }

// apply takes one journal line in; seq is the ledger number it got.
func (r *records) apply(l *line, seq int64) {
	switch l.Kind {
	case lineReport:
		r.add(&complaint{Report: *l.Report, Status: world.Open, Updated: l.At, Version: 1, Changed: seq, From: l.From})
		if l.Replay > 0 {
			r.replayed = l.Replay
			r.replayedN = l.Number
		} else if l.Outside {
			r.posted++
		}
	case lineChange, lineEdit:
		r.change(l, seq)
	case lineFrame:
		r.frames = append(r.frames, reading{l.At, l.Frame.Values, l.Frame.Daily})
		if len(r.frames) > maxFrames+maxFrames/10 {
			r.frames = append([]reading(nil), r.frames[len(r.frames)-maxFrames:]...)
		}
	case lineAlert:
		r.alerts = append(r.alerts, *l.Alert)
	case lineQuake:
		r.quakes = append(r.quakes, *l.Quake)
	case lineReplay:
		r.set, r.setBegan, r.replayed = l.Set, l.Sim, 0
	case lineExport:
		r.exported = l.Upto
		r.exports++
	}
}

// add files a new complaint in order of its time.
func (r *records) add(c *complaint) {
	r.complaints[c.ID] = c
	i := len(r.byTime)
	for i > 0 && c.At.Before(r.byTime[i-1].At) {
		i--
	}
	r.byTime = append(r.byTime, nil)
	copy(r.byTime[i+1:], r.byTime[i:])
	r.byTime[i] = c
}

// change puts a new version in the place of the old one.
func (r *records) change(l *line, seq int64) {
	old, ok := r.complaints[l.ID]
	if !ok {
		return
	}
	c := *old
	c.Version++
	c.Changed = seq
	c.Updated = l.At
	if l.Text != "" {
		c.Text = l.Text
	}
	if l.Status != "" {
		c.Status, c.Note = l.Status, l.Note
		if c.Responded.IsZero() {
			c.Responded = l.At
		}
		if l.Status == world.Closed || l.Status == world.Rejected {
			c.Closed = l.At
		}
	}
	*old = c
}

// since is the place of the first complaint at or after a time.
func (r *records) since(t time.Time) int {
	return sort.Search(len(r.byTime), func(i int) bool { return !r.byTime[i].At.Before(t) })
}

// feedOf names the protocol by which a channel's complaints go out.
func feedOf(channel string) string {
	switch channel {
	case world.ByOpen311:
		return "open311"
	case world.ByPeduli:
		return "jalan-peduli"
	}
	return "outbox"
}

// rainDaily is the feed that has one reading a day.
const rainDaily = "rain-daily"

// stationFeeds are the sensor feeds in the order of world.Stations.
var stationFeeds = func() []string {
	var list []string
	for _, s := range world.Stations {
		if len(list) == 0 || list[len(list)-1] != s.Feed {
			list = append(list, s.Feed)
		}
	}
	return list
}()

// feedRange is the part of a frame that belongs to a feed.
func feedRange(feed string) (from, to int) {
	from = -1
	for i, s := range world.Stations {
		if s.Feed == feed {
			if from < 0 {
				from = i
			}
			to = i + 1
		}
	}
	return max(from, 0), to
}

// areaText is a kelurahan's name by code, or nothing.
func areaText(code string) string {
	a, ok := world.AreaByCode(code)
	if !ok {
		return ""
	}
	return strings.TrimSpace(a.Name)
}
