package httpjson

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

// TestSimulatedSensorsArriveWhole reads a sensor feed through faults: every
// reading of a declared indicator arrives once, with its true time.
func TestSimulatedSensorsArriveWhole(t *testing.T) {
	t.Parallel()
	s := startSimulation(t)
	m, source := s.connect()
	s.faults(simcity.Fault{Kind: "error", P: .15}, simcity.Fault{Kind: "cut", P: .15}, simcity.Fault{Kind: "malformed", P: .15},
		simcity.Fault{Kind: "duplicate", P: .4}, simcity.Fault{Kind: "reorder", P: .4}, simcity.Fault{Kind: "ahead", P: .3})
	failed := 0
	for range 6 {
		failed += s.poll(source, "sim-traffic")
		s.skew += time.Minute
	}
	s.faults()
	if n := s.poll(source, "sim-traffic"); n > 0 || failed == 0 {
		t.Errorf("%d failures without faults, %d with", n, failed)
	}
	want := 0
	for _, e := range s.city.Ledger() {
		if e.Kind == "observations" && e.Feed == "traffic" {
			want += e.N
		}
	}
	if want == 0 || len(m.observations) != want {
		t.Errorf("%d readings arrived, the ledger has %d", len(m.observations), want)
	}
	for _, o := range m.observations {
		if level, _ := city.LevelOfCode(o.AreaCode); level != city.Kecamatan || o.Indicator != "kecepatan-jalan" || o.Time.After(time.Now()) || len(o.Flags) > 0 {
			t.Fatalf("arrived as %+v", o)
		}
	}
}

func TestSimulatedRoadReportsArriveWhole(t *testing.T) {
	t.Parallel()
	s := startSimulation(t)
	m, source := s.connect()
	if n := s.poll(source, "sim-jalan-peduli"); n > 0 {
		t.Errorf("%d failures", n)
	}
	want := map[string]bool{}
	for _, e := range s.city.Ledger() {
		if e.Kind == "report" && e.Feed == "jalan-peduli" {
			want[e.ID] = true
		}
	}
	if len(want) == 0 || len(m.reports) != len(want) || len(m.refused) > 0 {
		t.Errorf("%d reports arrived, the ledger has %d; refused %v", len(m.reports), len(want), m.refused)
	}
}
