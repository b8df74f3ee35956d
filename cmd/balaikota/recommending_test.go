package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/web"
)

// TestTheRoadOfAdvice is the real binary on the simulated city: a flood is
// reported, advice appears by itself, its place is told to whom it concerns,
// and each line of evidence resolves to its rows over HTTP.
func TestTheRoadOfAdvice(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	p := i.start("serve", "--simulate", "--addr", "127.0.0.1:0", "--sim-speed", "600")
	mayor := strings.TrimSpace(i.must("user", "token", "--role", "wali_kota"))
	screen := watch(t, mayor, func() string { return p.url }, city.TopicRecommendations)
	base := simAddress(t, p)
	post(t, base+"/_sim/flood?area=64.72.08.1001&intensity=90")
	eventually(t, 5*time.Minute, "advice about an incident or the flood", func() error {
		top, err := tryFetch[web.TopRecommendations](t.Context(), mayor, p.url+"/api/recommendations/top")
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(top.Items, func(r city.Recommendation) bool {
			return r.Trigger == city.TriggerIncident || r.Trigger == city.TriggerFlood
		}) {
			return fmt.Errorf("%d wait, none about reports", top.Waiting)
		}
		return nil
	})
	screen.until(time.Minute, "advice on the screen", func() error {
		if n := screen.count(city.TopicRecommendations); n == 0 {
			return fmt.Errorf("none yet")
		}
		return nil
	})
	camat := strings.TrimSpace(i.must("user", "token", "--role", "camat", "--area", "64.72.08"))
	for who, token := range map[string]string{"the mayor": mayor, "the camat": camat} {
		// Data goes on while it is read: a row may have ended since the round.
		eventually(t, 3*time.Minute, "each line of evidence of "+who+" resolves", func() error {
			page, err := tryFetch[web.RecommendationPage](t.Context(), token, p.url+"/api/recommendations?status=proposed&limit=200")
			if err != nil {
				return err
			}
			lines := 0
			for _, r := range page.Items {
				if who == "the camat" && !city.Within(r.AreaCode, "64.72.08") {
					t.Fatalf("the camat sees advice about %s", r.AreaCode)
				}
				for _, e := range r.Evidence {
					lines++
					if err := resolve(t, p.url, token, e); err != nil {
						return fmt.Errorf("%s: %q: %w", r.Key, e.Text, err)
					}
				}
			}
			if lines == 0 {
				return fmt.Errorf("no evidence on %d items", len(page.Items))
			}
			return nil
		})
	}
	screen.mustHaveNoGap()
}

// resolve opens the rows that a line of evidence names, as its reader.
func resolve(t *testing.T, base, token string, e city.Evidence) error {
	t.Helper()
	ctx := t.Context()
	switch e.Kind {
	case "incident":
		for _, id := range e.IDs {
			if _, err := tryFetch[city.IncidentDetail](ctx, token, fmt.Sprintf("%s/api/incidents/%d", base, id)); err != nil {
				return err
			}
		}
		return someOf(len(e.IDs))
	case "deadline":
		for _, id := range e.IDs {
			if _, err := tryFetch[city.ReportDetail](ctx, token, fmt.Sprintf("%s/api/reports/%d", base, id)); err != nil {
				return err
			}
		}
		return someOf(len(e.IDs))
	case "pattern":
		list, err := tryFetch[web.PatternList](ctx, token, base+"/api/patterns")
		return found(err, list.Items, func(p city.Pattern) bool { return p.Key == e.Key })
	case "alert":
		list, err := tryFetch[[]city.Alert](ctx, token, base+"/api/alerts")
		return found(err, list, func(a city.Alert) bool { return a.Key == e.Key })
	case "indicator":
		list, err := tryFetch[[]city.IndicatorState](ctx, token, base+"/api/indicators/states")
		return found(err, list, func(s city.IndicatorState) bool { return s.Indicator == e.Key && s.AreaCode == e.AreaCode })
	case "forecast":
		list, err := tryFetch[[]city.Forecast](ctx, token, base+"/api/forecasts?subject="+url.QueryEscape(e.Key)+"&area="+url.QueryEscape(e.AreaCode))
		return found(err, list, func(city.Forecast) bool { return true })
	case "flood":
		d, err := tryFetch[city.HazardDetail](ctx, token, base+"/api/hazards/flood/"+e.AreaCode)
		return found(err, d.Risks, func(r city.HazardRisk) bool { return r.AreaCode == e.AreaCode })
	}
	return fmt.Errorf("nothing opens evidence of kind %q", e.Kind)
}

func someOf(n int) error {
	if n == 0 {
		return fmt.Errorf("it names no row")
	}
	return nil
}

func found[T any](err error, list []T, is func(T) bool) error {
	if err == nil && !slices.ContainsFunc(list, is) {
		err = fmt.Errorf("it is not among %d", len(list))
	}
	return err
}

// TestReportsAreSilent only when every source that brings them is.
func TestReportsAreSilent(t *testing.T) {
	t.Parallel()
	early, late := time.Date(2026, 3, 12, 1, 0, 0, 0, time.UTC), time.Date(2026, 3, 12, 3, 0, 0, 0, time.UTC)
	source := func(slug string, f city.Freshness, at *time.Time) city.SourceHealth {
		return city.SourceHealth{Slug: slug, Freshness: f, LastSuccess: at}
	}
	for name, x := range map[string]struct {
		sources []city.SourceHealth
		want    time.Time
	}{
		"none brings reports":     {nil, time.Time{}},
		"one still delivers":      {[]city.SourceHealth{source("a", city.Broken, &early), source("b", city.Late, &late)}, time.Time{}},
		"all are silent":          {[]city.SourceHealth{source("a", city.Broken, &early), source("b", city.Stale, &late)}, late},
		"a paused one says none":  {[]city.SourceHealth{source("a", city.Paused, &early)}, time.Time{}},
		"another source is fresh": {[]city.SourceHealth{source("a", city.Broken, &early), source("c", city.Fresh, &late)}, early},
	} {
		named := []string{}
		for _, s := range x.sources {
			if s.Slug != "c" {
				named = append(named, s.Slug)
			}
		}
		if got := silentSince(x.sources, named); !got.Equal(x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}
