package connectors

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
)

// tried runs a trial of a connector whose pages pull gives.
func tried(t *testing.T, declared []city.Indicator, pull func(context.Context, json.RawMessage) (Page, error)) (city.SourceTrial, error) {
	t.Helper()
	r, _ := runnerOf(t, nil, RunLimits{}, pull)
	r.env.Indicators = declared
	return r.Try(t.Context(), testSource)
}

func series(indicator, station string, values ...float64) (out []city.Observation) {
	for i, v := range values {
		out = append(out, city.Observation{Indicator: indicator, Station: station, Value: v, Time: time.Date(2026, 11, 20, i, 0, 0, 0, wita)})
	}
	return out
}

// TestTrialFindsWhatLooksWrong: values that can be kept and are likely wrong.
func TestTrialFindsWhatLooksWrong(t *testing.T) {
	t.Parallel()
	top := 20.0
	declared := []city.Indicator{{Slug: "muka-air", Unit: "m", Max: &top}, {Slug: "hujan", Unit: "mm"}, {Slug: "harga", Unit: "Rp/kg"}, {Slug: "suhu", Unit: "°C"}}
	lon, lat := 10.0, 10.0
	got, err := tried(t, declared, func(context.Context, json.RawMessage) (Page, error) {
		p := Page{Reports: []city.Report{
			{ExternalID: "1", CreatedAt: time.Date(2026, 11, 20, 0, 0, 0, 0, wita), Text: "a", Lon: &lon, Lat: &lat, Reporter: &city.Reporter{Name: "Warga Contoh"}},
			{ExternalID: "2", CreatedAt: time.Date(2026, 11, 23, 0, 0, 0, 0, wita), Text: "b", StatedArea: "Karang Mumus"},
		}}
		p.Observations = append(p.Observations, series("muka-air", "A", 7.2, 7.3, 9999, 7.1)...)
		p.Observations = append(p.Observations, series("hujan", "B", 0, 0, 0, 0, 0, 0, 3, -1)...) // dry hours are no doubt
		p.Observations = append(p.Observations, series("hujan", "C", -1.9, 2, 3)...)
		p.Observations = append(p.Observations, series("harga", "", 16000, 0, 16100)...)
		p.Observations = append(p.Observations, series("suhu", "D", 28, 31.5, 31.5, 31.5, 31.5, 31.5, 31.5)...)
		p.Observations = append(p.Observations, series("suhu", "E", -3, 999, 1000, 1001)...) // 999 among its like is a value
		p.Observations = append(p.Observations, series("tak-ada", "", 1)...)
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []city.Suspicion{
		{Kind: "impossible", Subject: "muka-air A", Count: 1, Of: 4, Example: 9999},
		{Kind: "sentinel", Subject: "muka-air A", Count: 1, Of: 4, Example: 9999},
		{Kind: "sentinel", Subject: "hujan B", Count: 1, Of: 8, Example: -1},
		{Kind: "negative", Subject: "hujan C", Count: 1, Of: 3, Example: -1.9},
		{Kind: "stuck", Subject: "suhu D", Count: 6, Of: 7, Example: 31.5},
		{Kind: "many_zeros", Subject: "harga", Count: 1, Of: 3},
		{Kind: "undeclared", Subject: "tak-ada", Count: 1, Of: 1},
		{Kind: "outside", Count: 1, Of: 32},
		{Kind: "future", Count: 1, Of: 32},
		{Kind: "no_place", Count: 1, Of: 32},
	}
	if diff := cmp.Diff(want, got.Suspicions); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]city.TrialIndicator{{Slug: "tak-ada"}}, got.Undeclared); diff != "" {
		t.Error(diff)
	}
	if got.Reports != 2 || got.Observations != 30 || len(got.FirstObservations) != trialRows || !got.FirstReports[0].Reporter {
		t.Errorf("%+v", got)
	}
	if text, _ := json.Marshal(got); strings.Contains(string(text), "Warga Contoh") {
		t.Error("a trial shows who reported")
	}
}

// TestATrialOfNothingHasListsAllTheSame: the page reads their lengths.
func TestATrialOfNothingHasListsAllTheSame(t *testing.T) {
	t.Parallel()
	got, err := tried(t, nil, func(context.Context, json.RawMessage) (Page, error) { return Page{}, nil })
	if err != nil {
		t.Fatal(err)
	}
	if text, err := json.Marshal(got); err != nil || strings.Contains(string(text), "null") {
		t.Errorf("%s, %v", text, err)
	}
}

// TestTrialEndsAndIsAlone: three pages at most, like refusals in one line,
// failures explained, panics and secrets kept in.
func TestTrialEndsAndIsAlone(t *testing.T) {
	t.Parallel()
	pages := 0
	got, err := tried(t, nil, func(_ context.Context, cursor json.RawMessage) (Page, error) {
		pages++
		if want := map[int]string{1: "", 2: `"1"`, 3: `"2"`}[pages]; string(cursor) != want {
			t.Errorf("page %d from %s", pages, cursor)
		}
		p := Page{More: true, Cursor: json.RawMessage(`"` + string(rune('0'+pages)) + `"`)}
		for range 20 {
			p.Refused = append(p.Refused, city.Refusal{Kind: "observations", Place: "row 7", Reason: `time: "31 Feb" is not a time`})
		}
		p.Refused = append(p.Refused, city.Refusal{Kind: "observations", Place: "row 9", Reason: "value is missing"})
		return p, nil
	})
	if err != nil || got.Pages != 3 || pages != 3 || !got.More || got.RefusedCount != 63 || len(got.Refused) != 2 || got.Refused[0].Times != 60 {
		t.Errorf("%d pages, %v: %+v", pages, err, got)
	}
	for name, pull := range map[string]func(context.Context, json.RawMessage) (Page, error){
		string(FailTheirs): func(context.Context, json.RawMessage) (Page, error) {
			return Page{}, &StatusError{Status: 500, URL: "x"}
		},
		string(FailOther): func(context.Context, json.RawMessage) (Page, error) { panic("kunci") },
		string(FailFormat): func(context.Context, json.RawMessage) (Page, error) {
			return Page{}, &FormatError{Declared: "CSV", Found: "PNG"}
		},
		string(FailTold): func(context.Context, json.RawMessage) (Page, error) { return Page{}, &ToldError{Detail: "rusak"} },
	} {
		_, err := tried(t, nil, pull)
		var told *city.Error
		if !errors.As(err, &told) || told.Key != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}
