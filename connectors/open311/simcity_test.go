package open311

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/geo"
	"balaikota/backend/pack"
	"balaikota/connectors"
	"balaikota/connectors/simcity"
)

// memory keeps deliveries the way the store does: a report once, and never an
// older version over a newer one.
type memory struct {
	mu           sync.Mutex
	cursor       json.RawMessage
	reports      map[string]city.Report
	observations map[string]city.Observation
	alerts       map[string]city.Alert
	refused      map[string]int
}

// Ingest implements city.Ingester.
func (m *memory) Ingest(_ context.Context, d city.Delivery) (city.Tally, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range d.Reports {
		old, there := m.reports[r.ExternalID]
		if there && !r.UpdatedAt.IsZero() && r.UpdatedAt.Before(old.UpdatedAt) {
			continue
		}
		if r.UpdatedAt.IsZero() {
			r.UpdatedAt = old.UpdatedAt
		}
		m.reports[r.ExternalID] = r
	}
	for _, o := range d.Observations {
		m.observations[fmt.Sprint(o.Indicator, o.AreaCode, o.Station, o.Time.Unix())] = o
	}
	for _, a := range d.Alerts {
		m.alerts[a.Key] = a
	}
	for _, r := range d.Refused {
		m.refused[r.Reason]++
	}
	if len(d.Cursor) > 0 {
		m.cursor = d.Cursor
	}
	return city.Tally{Read: len(d.Reports) + len(d.Observations)}, nil
}

// simulation is a simulated city with this connector's sources on it. Waits
// between tries are skipped by setting our clock on.
type simulation struct {
	t      *testing.T
	city   *simcity.City
	runner *connectors.Runner
	skew   time.Duration
	// timeout of requests: short while faults hang, long enough for a busy
	// machine without them.
	timeout string
}

func startSimulation(t *testing.T) *simulation {
	t.Helper()
	sim, err := simcity.New(simcity.Options{Dir: t.TempDir(), Seed: 7, Backlog: 10 * 24 * time.Hour, History: 24 * time.Hour, Log: slog.New(slog.DiscardHandler)})
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
	case <-time.After(time.Minute):
		t.Fatal("the simulated city did not start within a minute")
	}
	return &simulation{t: t, city: sim, timeout: "30s"}
}

// connect makes the runner for one source; its deliveries go to the memory.
func (s *simulation) connect() (*memory, func(slug string) city.Source) {
	s.t.Helper()
	samarinda, err := pack.Load("samarinda")
	if err != nil {
		s.t.Fatal(err)
	}
	index, err := geo.New(samarinda.Areas)
	if err != nil {
		s.t.Fatal(err)
	}
	m := &memory{reports: map[string]city.Report{}, observations: map[string]city.Observation{}, alerts: map[string]city.Alert{}, refused: map[string]int{}}
	env := connectors.Env{
		HTTP: connectors.NewClient("balaikota-test", nil), Areas: index, Location: wita, Log: slog.New(slog.DiscardHandler),
		Now:        func() time.Time { return time.Now().Add(s.skew) },
		Categories: samarinda.Categories, Indicators: samarinda.Indicators,
	}
	env.HTTP.Limit(strings.TrimPrefix(s.city.BaseURL(), "http://"), 60_000, 100)
	s.runner = connectors.NewRunner(connectors.NewRegistry(Spec), m, env, nil, connectors.RunLimits{})
	return m, func(slug string) city.Source {
		for _, src := range s.city.Sources() {
			if src.Slug != slug {
				continue
			}
			src.Config["timeout"] = s.timeout
			config, err := json.Marshal(src.Config)
			if err != nil {
				s.t.Fatal(err)
			}
			return city.Source{ID: 1, Slug: slug, Connector: src.Connector, Config: config, Cursor: m.cursor, Simulated: true}
		}
		s.t.Fatalf("the simulated city offers no source %s", slug)
		return city.Source{}
	}
}

// poll pulls until the source has no more; it returns how often it failed.
func (s *simulation) poll(source func(slug string) city.Source, slug string) (failed int) {
	s.t.Helper()
	for range 60 {
		_, retry, err := s.runner.RunOnce(s.t.Context(), source(slug))
		if err == nil && retry.IsZero() {
			return failed
		}
		if err != nil {
			failed++
		}
		if wait := retry.Sub(time.Now().Add(s.skew)); wait > 0 {
			s.skew += wait
		}
	}
	s.t.Error("it never comes to an end")
	return failed
}

func (s *simulation) faults(f ...simcity.Fault) {
	s.t.Helper()
	if s.timeout = "30s"; len(f) > 0 {
		s.timeout = "1s"
	}
	if err := s.city.SetFaults(f); err != nil {
		s.t.Fatal(err)
	}
}

// TestSimulatedCityArrivesWhole reads the simulated city through every kind of
// fault and compares what arrived with the city's own ledger.
func TestSimulatedCityArrivesWhole(t *testing.T) {
	t.Parallel()
	for format, paging := range map[string]string{"json": "page", "xml": "none"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			s := startSimulation(t)
			m, offered := s.connect()
			source := func(slug string) city.Source {
				src := offered(slug)
				var config map[string]any
				if err := json.Unmarshal(src.Config, &config); err != nil {
					t.Fatal(err)
				}
				config["format"], config["paging"], config["max_rows"] = format, paging, 1000
				src.Config, _ = json.Marshal(config) // it was JSON a line ago
				return src
			}
			s.faults(simcity.Fault{Kind: "error", P: .1}, simcity.Fault{Kind: "limit", P: .1, After: 1}, simcity.Fault{Kind: "cut", P: .1},
				simcity.Fault{Kind: "malformed", P: .1}, simcity.Fault{Kind: "duplicate", P: .4}, simcity.Fault{Kind: "reorder", P: .4},
				simcity.Fault{Kind: "ahead", P: .15}, simcity.Fault{Kind: "edit", P: .3}, simcity.Fault{Kind: "hang", P: .02})
			failed := 0
			for range 4 {
				failed += s.poll(source, "sim-open311")
				s.skew += 7 * time.Hour // past the full refresh
			}
			if failed == 0 {
				t.Error("no fault was met; the test shows nothing")
			}
			s.faults()
			if n := s.poll(source, "sim-open311"); n > 0 {
				t.Errorf("%d failures without faults", n)
			}
			compareReports(t, s.city, m, "open311", true)
		})
	}
}

func compareReports(t *testing.T, sim *simcity.City, m *memory, feed string, versions bool) {
	t.Helper()
	newest := map[string]simcity.Entry{}
	for _, e := range sim.Ledger() {
		if e.Kind == "report" && e.Feed == feed {
			newest[e.ID] = e
		}
	}
	for id, e := range newest {
		got, ok := m.reports[id]
		switch {
		case !ok:
			t.Errorf("%s never arrived", id)
		case versions && (string(got.Status) != e.Status || !got.UpdatedAt.Equal(e.Time.Truncate(time.Second))):
			t.Errorf("%s is %s of %v, the ledger says %s of %v", id, got.Status, got.UpdatedAt, e.Status, e.Time)
		case got.CreatedAt.After(time.Now()):
			t.Errorf("%s was made in the future: %v", id, got.CreatedAt)
		}
	}
	if len(newest) == 0 || len(m.reports) != len(newest) {
		t.Errorf("%d reports arrived, the ledger has %d", len(m.reports), len(newest))
	}
	t.Logf("%d reports; refused %v", len(m.reports), m.refused)
}
