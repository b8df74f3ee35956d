package all

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/simcity"
	"balaikota/connectors/simcity/world"
)

// simAreas is the simulated city's areas; a point lies in the kelurahan with
// the nearest label, near enough for these tests.
type simAreas struct{}

func (simAreas) Locate(p orb.Point) (string, bool) {
	best, code := math.Inf(1), ""
	for _, a := range world.Areas {
		if d := geo.DistanceHaversine(p, orb.Point{a.Lon, a.Lat}); d < best {
			best, code = d, a.Code
		}
	}
	return code, best < 15_000
}

func (simAreas) Find(name string) (out []string) {
	for _, a := range world.Areas {
		if strings.EqualFold(a.Name, name) {
			out = append(out, a.Code)
		}
	}
	return out
}

func (s simAreas) Area(code string) (city.Area, bool) {
	level, ok := city.LevelOfCode(code)
	if !ok {
		return city.Area{}, false
	}
	list := s.Areas(level)
	i := slices.IndexFunc(list, func(a city.Area) bool { return a.Code == code })
	if i < 0 {
		return city.Area{}, false
	}
	return list[i], true
}

func (simAreas) Areas(level city.Level) (out []city.Area) {
	switch level {
	case city.Kota:
		return []city.Area{{Code: "64.72", Level: level, Name: "Samarinda", Label: orb.Point{117.15, -0.5}}}
	case city.Kecamatan:
		for _, d := range world.Districts {
			out = append(out, city.Area{Code: d.Code, Level: level, Name: d.Name, ParentCode: "64.72"})
		}
	case city.Kelurahan:
		for _, a := range world.Areas {
			out = append(out, city.Area{Code: a.Code, Level: level, Name: a.Name, ParentCode: a.Code[:8], Label: orb.Point{a.Lon, a.Lat}})
		}
	}
	return out
}

// memory keeps deliveries the way the store does: a report once, an older
// version never over a newer one.
type memory struct {
	mu           sync.Mutex
	cursors      map[int64]json.RawMessage
	reports      map[string]city.Report
	observations map[string]float64
	alerts       map[string]city.Alert
	refused      map[string]bool
}

func newMemory() *memory {
	return &memory{cursors: map[int64]json.RawMessage{}, reports: map[string]city.Report{}, observations: map[string]float64{},
		alerts: map[string]city.Alert{}, refused: map[string]bool{}}
}

func (m *memory) Ingest(_ context.Context, d city.Delivery) (city.Tally, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range d.Reports {
		key := fmt.Sprint(d.SourceID, "/", r.ExternalID)
		old, there := m.reports[key]
		if there && !r.UpdatedAt.IsZero() && r.UpdatedAt.Before(old.UpdatedAt) {
			continue
		}
		if r.UpdatedAt.IsZero() {
			r.UpdatedAt = old.UpdatedAt
		}
		m.reports[key] = r
	}
	for _, o := range d.Observations {
		m.observations[strings.Join([]string{o.Indicator, o.AreaCode, o.Station, strconv.FormatInt(o.Time.Unix(), 10)}, "|")] = o.Value
	}
	for _, a := range d.Alerts {
		m.alerts[a.Key] = a
	}
	for _, r := range d.Refused {
		m.refused[r.Kind+": "+r.Reason] = true
	}
	if len(d.Cursor) > 0 {
		m.cursors[d.SourceID] = d.Cursor
	}
	return city.Tally{Read: len(d.Reports) + len(d.Observations)}, nil
}

// simRows reads simcity's outbox: the columns it writes, as backend/importing
// would.
type simRows struct {
	f    *os.File
	next func() (map[string]string, error)
}

func openSimRows(_ context.Context, _, path string) (connectors.RowReader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if filepath.Ext(path) == ".jsonl" {
		dec := json.NewDecoder(f)
		return &simRows{f, func() (map[string]string, error) {
			var raw map[string]any
			if err := dec.Decode(&raw); err != nil {
				return nil, err
			}
			m := map[string]string{}
			for k, v := range raw {
				if v != nil {
					m[k] = fmt.Sprint(v)
				}
			}
			return m, nil
		}}, nil
	}
	r := csv.NewReader(f)
	header, err := r.Read()
	if err != nil {
		return nil, city.InvalidField(filepath.Base(path), "the heading cannot be read")
	}
	return &simRows{f, func() (map[string]string, error) {
		cells, err := r.Read()
		m := map[string]string{}
		for i, c := range cells {
			m[header[i]] = c
		}
		return m, err
	}}, nil
}

func (s *simRows) Close() error { return s.f.Close() }

func (s *simRows) Next() (connectors.Row, error) {
	m, err := s.next()
	if err != nil {
		return connectors.Row{}, err
	}
	at, err := time.Parse(time.RFC3339, m["created_at"])
	if err != nil {
		return connectors.Row{Refused: &city.Refusal{Kind: "reports", Reason: err.Error()}}, nil
	}
	return connectors.Row{Report: &city.Report{ExternalID: m["external_id"], CreatedAt: at, Text: m["text"], StatedArea: m["area_code"], Status: city.ReportStatus(m["status"])}}, nil
}

var _ io.Closer = (*simRows)(nil)

// startCity runs a simulated city with some days behind it.
func startCity(t *testing.T) *simcity.City {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	sim, err := simcity.New(simcity.Options{Dir: t.TempDir(), Seed: 7, Backlog: 10 * 24 * time.Hour, History: 24 * time.Hour, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sim.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-sim.Ready():
	case err := <-ended:
		t.Fatalf("the city did not start: %v", err)
	case <-time.After(time.Minute):
		t.Fatal("the city did not start within a minute")
	}
	return sim
}

// TestSimulatedCityArrivesWhole connects every source the simulated city
// offers, first through every kind of fault, then without, and compares what
// arrived with the city's own ledger.
func TestSimulatedCityArrivesWhole(t *testing.T) {
	t.Parallel()
	sim := startCity(t)
	if err := sim.Export(); err != nil {
		t.Fatal(err)
	}
	var skew time.Duration // waits are skipped by setting our clock on
	env := connectors.Env{
		HTTP: connectors.NewClient("balaikota-test", nil), Areas: simAreas{}, Location: time.FixedZone("WITA", 8*3600),
		Now: func() time.Time { return time.Now().Add(skew) }, Log: slog.New(slog.DiscardHandler), OpenRows: openSimRows,
		Categories: simCategories(),
	}
	env.HTTP.Limit(strings.TrimPrefix(sim.BaseURL(), "http://"), 60_000, 100) // its own limit of the forecast stays
	store := newMemory()
	runner := connectors.NewRunner(Registry(), store, env, nil, connectors.RunLimits{})
	var sources []city.Source
	for i, s := range sim.Sources() {
		if s.Connector != "files" {
			s.Config["timeout"] = "1s"
		}
		if s.Connector == "bmkg" {
			s.Config["requests_per_minute"] = 60_000
		}
		if s.Connector == "bmkg" && strings.HasSuffix(s.Slug, "forecast") {
			continue // has a budget of 60 a minute; TestForecast… covers it
		}
		config, err := json.Marshal(s.Config)
		if err != nil {
			t.Fatal(err)
		}
		if spec, ok := Registry().Lookup(s.Connector); !ok || spec.Check(config) != nil {
			t.Errorf("source %s: %v", s.Slug, spec.Check(config))
		}
		sources = append(sources, city.Source{ID: int64(i + 1), Slug: s.Slug, Connector: s.Connector, Config: config, Simulated: true})
	}
	poll := func() (failed int) {
		for _, src := range sources {
			src.Cursor = store.cursors[src.ID]
			for range 20 {
				_, retry, err := runner.RunOnce(t.Context(), src)
				src.Cursor = store.cursors[src.ID]
				if err == nil && retry.IsZero() {
					break
				}
				if err != nil {
					failed++
				}
				if wait := retry.Sub(env.Now()); wait > 0 {
					skew += wait
				}
			}
		}
		return failed
	}
	set := func(f simcity.Faults) {
		if err := sim.SetFaults(f); err != nil {
			t.Fatal(err)
		}
	}
	set(simcity.Faults{{Kind: "error", P: .1}, {Kind: "limit", P: .1, After: 1}, {Kind: "cut", P: .1}, {Kind: "malformed", P: .1},
		{Kind: "duplicate", P: .4}, {Kind: "reorder", P: .4}, {Kind: "ahead", P: .15}, {Kind: "edit", P: .3}, {Kind: "hang", P: .01}})
	failed := poll() + poll()
	if failed == 0 {
		t.Error("no fault was met; the test shows nothing")
	}
	set(nil)
	skew += 15 * time.Second
	if n := poll(); n > 0 {
		t.Errorf("%d failures without faults", n)
	}
	skew += 7 * time.Hour // past the full refresh
	poll()
	compare(t, sim, store, sources)
}

func simCategories() (out []city.Category) {
	for _, c := range world.Categories {
		out = append(out, city.Category{Slug: c.Slug, Name: c.Name})
	}
	return out
}

// compare holds what arrived against the ledger.
func compare(t *testing.T, sim *simcity.City, store *memory, sources []city.Source) {
	t.Helper()
	feeds := map[string]int64{}
	for _, s := range sources {
		feeds[map[string]string{"sim-open311": "open311", "sim-outbox": "outbox", "sim-jalan-peduli": "jalan-peduli"}[s.Slug]] = s.ID
	}
	newest := map[string]simcity.Entry{}
	readings := 0
	for _, e := range sim.Ledger() {
		switch e.Kind {
		case "report":
			newest[fmt.Sprint(feeds[e.Feed], "/", e.ID)] = e
		case "observations":
			readings += e.N
		}
	}
	counts := map[string]int{}
	for key, e := range newest {
		got, ok := store.reports[key]
		counts[e.Feed]++
		if !ok {
			t.Errorf("%s %s never arrived", e.Feed, e.ID)
			continue
		}
		if e.Feed == "open311" && (string(got.Status) != e.Status || !got.UpdatedAt.Equal(e.Time.Truncate(time.Second)) && !got.UpdatedAt.Equal(e.Time)) {
			t.Errorf("%s is %s of %v, the ledger says %s of %v", e.ID, got.Status, got.UpdatedAt, e.Status, e.Time)
		}
		if got.CreatedAt.After(time.Now()) {
			t.Errorf("%s was made in the future: %v", e.ID, got.CreatedAt)
		}
	}
	if len(store.reports) != len(newest) {
		t.Errorf("%d reports arrived, the ledger has %d", len(store.reports), len(newest))
	}
	for _, feed := range []string{"open311", "outbox", "jalan-peduli"} {
		if counts[feed] == 0 {
			t.Errorf("the ledger has no reports of %s; the test shows nothing", feed)
		}
	}
	// The ledger counts stations that did not answer too; they have no value.
	if len(store.observations) > readings || len(store.observations) < readings*99/100 {
		t.Errorf("%d observations arrived, the ledger has %d readings", len(store.observations), readings)
	}
	t.Logf("%v reports, %d observations of %d readings, %d alerts, refused: %v",
		counts, len(store.observations), readings, len(store.alerts), store.refused)
}
