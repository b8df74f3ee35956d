package simcity

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"os"
	"regexp"
	"sort"
	"time"

	"balaikota/connectors/simcity/world"
)

// replay is what recorded files give the city to say; the empty one has
// nothing.
type replay struct {
	rows    []replayRow // oldest first
	set     string      // tells one record from another; "" when there is none
	refused int         // lines without a text

	forecasts map[string][]byte // by adm4
	quakeFile map[string][]byte // by file name
	feed      []byte            // nowcast RSS
	caps      map[string][]byte // by CAP identifier or file code
}

// loadReplay reads recorded files and tells them apart by their shape.
func loadReplay(paths []string) (*replay, error) {
	p := &replay{forecasts: map[string][]byte{}, quakeFile: map[string][]byte{}, caps: map[string][]byte{}}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("simcity: replay: %w", err)
		}
		if err := p.load(data); err != nil {
			return nil, fmt.Errorf("simcity: replay %s: %w", path, err)
		}
	}
	sort.SliceStable(p.rows, func(i, j int) bool { return p.rows[i].At.Before(p.rows[j].At) })
	if p.speaks() {
		p.set = contentHash(p.rows)
	}
	return p, nil
}

// speaks says whether recorded complaints take the place of the grammar.
func (p *replay) speaks() bool { return len(p.rows) > 0 }

func (p *replay) forecast(code string) ([]byte, bool) {
	b, ok := p.forecasts[code]
	return b, ok
}

func (p *replay) quakes(file string) ([]byte, bool) {
	b, ok := p.quakeFile[file]
	return b, ok
}

var bmkgBase = regexp.MustCompile(`https://www\.bmkg\.go\.id/`)

// rss is the recorded feed with its links led to this city.
func (p *replay) rss(base string) ([]byte, bool) {
	if p.feed == nil {
		return nil, false
	}
	return bmkgBase.ReplaceAllLiteral(p.feed, []byte(base)), true
}

func (p *replay) cap(code string) ([]byte, bool) {
	b, ok := p.caps[code]
	return b, ok
}

func sendRecorded(w http.ResponseWriter, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType+"; charset=utf-8")
	// The client is gone when this fails; there is nobody left to tell.
	_, _ = w.Write(body) //nolint:gosec // the operator's own recording, served on loopback under its own content type
}

// chooseRecord notes which record is played from a simulated time on, when it
// is another one than before: then the citizens' own voices fall silent, or
// are heard again when there is none.
func (c *City) chooseRecord(from time.Time) error {
	if c.data.set == c.replay.set {
		return nil
	}
	l := line{Kind: lineReplay, Tick: c.world.TickNow(), Set: c.replay.set, Sim: from}
	c.obey(&l)
	return c.commit([]line{l})
}

// replayLines lets the recorded citizens speak whose time has come: the first
// of them when the record was chosen, the others at their distance from him.
func (c *City) replayLines(tick int64, now time.Time) []line {
	if !c.replay.speaks() || c.data.set != c.replay.set {
		return nil
	}
	var list []line
	rows := c.replay.rows
	for n := c.data.replayed; n < len(rows); n++ {
		at := c.data.setBegan.Add(rows[n].At.Sub(rows[0].At))
		if at.After(now) {
			break
		}
		rep := c.play(c.data.replayedN+1, rows[n])
		rep.At = c.clock.stamp(at)
		c.adopt(&rep)
		c.data.replayed, c.data.replayedN = n+1, c.data.replayedN+1
		list = append(list, line{Kind: lineReport, Tick: tick, At: rep.At, Report: &rep, Outside: true, Replay: n + 1, Number: c.data.replayedN, From: rows[n].place()})
	}
	return list
}

// play gives a recorded citizen a part in this city. A kelurahan elsewhere is
// played by one of ours, always the same one; the record's own coordinates are
// kept only if they lie in this part of the world.
func (c *City) play(number int64, row replayRow) world.Report {
	a := castArea(row)
	s := service(row.Category)
	rep := world.Report{ID: fmt.Sprintf("RPL-%s-%06d", c.start.Prefix, number), Channel: world.ByOpen311, Text: row.Text,
		Area: a.Code, TrueArea: a.Code, Category: s.Slug, TrueCategory: s.Slug, Office: s.Office}
	if a.Code != "" {
		rep.Address = "Kel. " + a.Name + ", Samarinda"
	}
	if row.Lat != nil && row.Lon != nil && *row.Lat > -1.2 && *row.Lat < 0.2 && *row.Lon > 116.5 && *row.Lon < 117.8 {
		rep.Lat, rep.Lon = row.Lat, row.Lon
	}
	return rep
}

// castArea finds the kelurahan that plays the recorded one.
func castArea(row replayRow) world.Area {
	if a, ok := world.AreaByCode(row.AreaCode); ok {
		return a
	}
	name := row.Village
	if name == "" {
		name = row.District
	}
	if name == "" {
		return world.Area{}
	}
	for _, a := range world.Areas {
		if a.Name == name {
			return a
		}
	}
	h := fnv.New32a()
	fmt.Fprint(h, name)
	return world.Areas[h.Sum32()%uint32(len(world.Areas))]
}
