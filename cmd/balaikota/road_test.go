package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

// TestTheRoad is the main job in the real binary: the simulated city speaks,
// connectors pull, Postgres keeps, numbered events travel, a screen shows.
func TestTheRoad(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	p := i.start("serve", "--simulate", "--addr", "127.0.0.1:0", "--sim-speed", "600")
	token := strings.TrimSpace(i.must("user", "token", "--role", "wali_kota"))
	s := watch(t, token, func() string { return p.url }, city.Topics...)
	s.until(2*time.Minute, "reports, indicators and sources on the screen", func() error {
		if r, v, src := s.count(city.TopicReports), s.count(city.TopicIndicators), s.count(city.TopicSources); r < 50 || v < 5 || src < 3 {
			return fmt.Errorf("%d reports, %d values, %d sources", r, v, src)
		}
		return nil
	})
	s.mustHaveNoGap()
	for _, src := range fetch[[]city.SourceHealth](t, token, p.url+"/api/sources") {
		if !src.Simulated {
			t.Errorf("source %s does not say that it is a simulation", src.Slug)
		}
	}
	base := simAddress(t, p)
	eventually(t, time.Minute, "every source has delivered once", func() error {
		for _, src := range fetch[[]city.SourceHealth](t, token, p.url+"/api/sources") {
			// A run of the forecast takes over a minute: 59 requests, politely.
			if src.Failures > 0 || (src.LastSuccess == nil && src.RowsTotal == 0) {
				return fmt.Errorf("source %s: %s %q", src.Slug, src.Freshness, src.LastError)
			}
		}
		return nil
	})
	before := s.count(city.TopicReports)
	post(t, base+"/_sim/flood?area=64.72.08.1001&intensity=90")
	s.until(3*time.Minute, "the flood's reports reach the screen", func() error {
		if n := s.count(city.TopicReports); n <= before {
			return fmt.Errorf("%d reports as before", n)
		}
		return nil
	})
	s.mustHaveNoGap()
	if err := p.stop(); err != nil {
		t.Errorf("stopping: %v\n%s", err, p.output())
	}
	if n := s.snapshots; n != 1 {
		t.Errorf("the screen needed %d snapshots", n)
	}
	again := time.Now()
	p = i.start("serve", "--addr", "127.0.0.1:0")
	t.Logf("a second start was ready after %.1f s", time.Since(again).Seconds())
	all := fetch[city.ReportFigures](t, token, p.url+"/api/reports/figures?from=2020-01-01T00:00:00Z")
	if all.Received < before {
		t.Errorf("%d reports after a restart, %d before", all.Received, before)
	}
	if strings.Contains(p.output(), "Akun pertama") {
		t.Error("the first logins were shown a second time")
	}
}

// TestASimulationStartedAgainIsAskedWhereItIs: the simulated city listens at
// another address at each start, and no source is asked at the old one first.
func TestASimulationStartedAgainIsAskedWhereItIs(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	token := ""
	pulled := func(p *process, since time.Time) {
		t.Helper()
		eventually(t, 2*time.Minute, "all sources but the patient forecast are pulled", func() error {
			for _, src := range fetch[[]city.SourceHealth](t, token, p.url+"/api/sources") {
				if src.Slug != "sim-bmkg-forecast" && (src.LastSuccess == nil || src.LastSuccess.Before(since)) {
					return fmt.Errorf("%s was not", src.Slug)
				}
			}
			return nil
		})
	}
	p := i.start("serve", "--simulate", "--addr", "127.0.0.1:0")
	token = strings.TrimSpace(i.must("user", "token", "--role", "operator"))
	simAddress(t, p)
	pulled(p, time.Time{})
	// A day later, to the schedules: all are due at once.
	if _, err := ownerConnection(t, i.data).Exec(t.Context(), "UPDATE source_state SET next_attempt = now() - interval '1 day', last_attempt = last_attempt - interval '1 day', last_success = last_success - interval '1 day'"); err != nil {
		t.Fatal(err)
	}
	if err := p.stop(); err != nil {
		t.Fatalf("stopping: %v\n%s", err, p.output())
	}
	again := time.Now()
	p = i.start("serve", "--simulate", "--addr", "127.0.0.1:0")
	pulled(p, again)
	if strings.Contains(p.output(), "pull failed") {
		t.Errorf("a source was asked where the city no longer is:\n%s", p.output())
	}
}

var simLine = regexp.MustCompile(`The simulated city runs" address=(http://127\.0\.0\.1:\d+)`)

// simAddress finds the simulated city in the server's log.
func simAddress(t *testing.T, p *process) string {
	t.Helper()
	var address string
	eventually(t, time.Minute, "the simulated city's address", func() error {
		m := simLine.FindStringSubmatch(p.output())
		if m == nil {
			return fmt.Errorf("not in the log yet")
		}
		address = m[1]
		return nil
	})
	return address
}

func post(t *testing.T, url string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		t.Fatalf("POST %s: %d", url, resp.StatusCode)
	}
}

// ledger reads what the simulated city has emitted.
func ledger(t *testing.T, base string) (reports map[string]int, entries int) {
	t.Helper()
	resp, err := http.Get(base + "/_sim/ledger")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	reports = map[string]int{}
	dec := json.NewDecoder(resp.Body)
	for dec.More() {
		var e struct {
			Kind, ID, Feed string
			Version        int
		}
		if err := dec.Decode(&e); err != nil {
			t.Fatal(err)
		}
		entries++
		if e.Kind == "report" && e.Feed == "open311" {
			reports[e.ID] = max(reports[e.ID], e.Version)
		}
	}
	return reports, entries
}
