package ical

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/simcity"
)

// hall keeps the last agenda that was delivered.
type hall struct {
	mu      sync.Mutex
	agenda  *city.AgendaSpan
	cursor  json.RawMessage
	refused []city.Refusal
}

// Ingest implements city.Ingester.
func (h *hall) Ingest(_ context.Context, d city.Delivery) (city.Tally, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d.Agenda != nil {
		h.agenda = d.Agenda
	}
	if len(d.Cursor) > 0 {
		h.cursor = d.Cursor
	}
	h.refused = append(h.refused, d.Refused...)
	return city.Tally{}, nil
}

// TestTheSimulatedMayorsAgendaArrives reads the simulated city's calendar over
// HTTP through faults, and finds on each day what that day must hold.
func TestTheSimulatedMayorsAgendaArrives(t *testing.T) {
	t.Parallel()
	sim, err := simcity.New(simcity.Options{Dir: t.TempDir(), Seed: 7, Backlog: -1, History: -1, Log: slog.New(slog.DiscardHandler)})
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
	if err := sim.SetFaults([]simcity.Fault{{Kind: "error", P: .2}, {Kind: "cut", P: .4}, {Kind: "malformed", P: .3}}); err != nil {
		t.Fatal(err)
	}
	h, skew := &hall{}, time.Duration(0)
	env := testEnv(t, time.Time{})
	env.Now = func() time.Time { return time.Now().Add(skew) }
	runner := connectors.NewRunner(connectors.NewRegistry(Spec), h, env, nil, connectors.RunLimits{})
	failed := 0
	for range 40 {
		_, retry, err := runner.RunOnce(t.Context(), offered(t, sim, h.cursor))
		if err == nil {
			break
		}
		if failed++; h.agenda != nil {
			t.Fatal("a reading that failed delivered an agenda")
		}
		skew += max(0, retry.Sub(env.Now()))
	}
	if err := sim.SetFaults(nil); err != nil {
		t.Fatal(err)
	}
	skew = 0
	h.cursor = nil
	if _, _, err := runner.RunOnce(t.Context(), offered(t, sim, nil)); err != nil || h.agenda == nil || len(h.refused) > 0 {
		t.Fatalf("agenda %v, refused %v, %v", h.agenda, h.refused, err)
	}
	checkDays(t, *h.agenda)
	t.Logf("%d appointments; %d readings failed before", len(h.agenda.Entries), failed)
}

func offered(t *testing.T, sim *simcity.City, cursor json.RawMessage) city.Source {
	t.Helper()
	for _, src := range sim.Sources() {
		if src.Connector != "ical" {
			continue
		}
		config, err := json.Marshal(src.Config)
		if err != nil {
			t.Fatal(err)
		}
		return city.Source{ID: 1, Slug: src.Slug, Connector: src.Connector, Config: config, Cursor: cursor, Simulated: true}
	}
	t.Fatal("the simulated city offers no calendar")
	return city.Source{}
}

// checkDays: the week's meeting on Mondays, exercise on Fridays, a private hour
// on Wednesdays, two single appointments on each working day.
func checkDays(t *testing.T, span city.AgendaSpan) {
	t.Helper()
	for day := span.From.In(makassar()); day.Before(span.To); day = day.AddDate(0, 0, 1) {
		has := map[string]int{}
		for _, e := range span.Entries {
			if begin := e.Start.In(makassar()); begin.YearDay() == day.YearDay() {
				has[begin.Format("15.04 ")]++
				has[e.Title]++
			}
		}
		weekday := day.Weekday()
		if is := weekday == time.Monday; (has["Rapat pimpinan"] == 1) != is {
			t.Errorf("%s: %v", day.Format(time.DateOnly), has)
		}
		if is := weekday == time.Wednesday; (has[city.AgendaBusy] == 1) != is || has["Keperluan keluarga"] > 0 {
			t.Errorf("%s: %v", day.Format(time.DateOnly), has)
		}
		if weekday != time.Saturday && weekday != time.Sunday && (has["10.00 "] != 1 || has["14.30 "] != 1) {
			t.Errorf("%s: %v", day.Format(time.DateOnly), has)
		}
	}
}
