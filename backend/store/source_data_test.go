package store_test

import (
	"errors"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// pulled delivers what one pull at the fixture's present brought.
func (f *fixture) pulled(t *testing.T, d city.Delivery) city.SourceHealth {
	t.Helper()
	d.SourceID, d.Attempt = f.source, &city.Attempt{Started: f.clock.now, Finished: f.clock.now}
	storetest.Ingest(t, f.Store, d)
	return f.health(t)
}

func wantData(t *testing.T, h city.SourceHealth, headline, pull city.Freshness, why city.DataWhy) {
	t.Helper()
	if h.Freshness != headline || h.Pull != pull {
		t.Errorf("%s, answers %s; want %s, answers %s (%+v)", h.Freshness, h.Pull, headline, pull, h.Data)
	}
	switch {
	case h.Data == nil && why != "", h.Data != nil && h.Data.Why != why:
		t.Errorf("data %+v, want why %q", h.Data, why)
	}
}

// TestYearOldRowsAtEveryPullAreNotLive: the pull succeeds, and brings the value
// of a year ago each time.
func TestYearOldRowsAtEveryPullAreNotLive(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	old := noon.AddDate(-1, 0, 0)
	for range 3 {
		h := f.pulled(t, city.Delivery{Observations: []city.Observation{storetest.Observation("muka-air-benanga", "", old, 7)}})
		wantData(t, h, city.Stale, city.Fresh, city.DataOld)
		if h.Data.Indicator != "muka-air-benanga" || h.Data.Last == nil || !h.Data.Last.Equal(old) || h.Data.ExpectSeconds != 3600 {
			t.Errorf("data %+v", h.Data)
		}
		f.clock.now = f.clock.now.Add(5 * time.Minute)
	}
	// The same of reports that citizens made a year ago.
	g := newFixture(t)
	g.clock.now = noon.AddDate(1, 0, 0)
	wantData(t, g.pulled(t, city.Delivery{Reports: storetest.Reports("lama", 2)}), city.Stale, city.Fresh, city.DataOld)
}

// TestRowsThatAreAllRefusedAreNotData, neither their times nor their number;
// one wrong row of a source that is well changes nothing.
func TestRowsThatAreAllRefusedAreNotData(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	wrong := []city.Observation{storetest.Observation("tidak-ada", "", noon, 7), storetest.Observation("muka-air-benanga", "99.99", noon, 7)}
	h := f.pulled(t, city.Delivery{Observations: wrong})
	wantData(t, h, city.Stale, city.Fresh, city.DataRefused)
	if h.LastData != nil || h.Data.RefusedSince == nil || !h.Data.RefusedSince.Equal(noon) {
		t.Errorf("newest %v, %+v", h.LastData, h.Data)
	}
	f.clock.now = noon.Add(time.Minute)
	if h = f.pulled(t, city.Delivery{}); h.Data == nil || !h.Data.RefusedSince.Equal(noon) {
		t.Errorf("a pull that brought nothing ends it: %+v", h.Data)
	}
	right := storetest.Observation("muka-air-benanga", "", f.clock.now, 7)
	wantData(t, f.pulled(t, city.Delivery{Observations: append(wrong, right)}), city.Fresh, city.Fresh, "")
	wantData(t, f.pulled(t, city.Delivery{Observations: wrong}), city.Fresh, city.Fresh, "")
	f.clock.now = f.clock.now.Add(20 * time.Minute) // four times the promise
	wantData(t, f.pulled(t, city.Delivery{Observations: wrong}), city.Late, city.Fresh, city.DataRefused)
	f.clock.now = f.clock.now.Add(24 * time.Hour)
	wantData(t, f.pulled(t, city.Delivery{Observations: wrong}), city.Stale, city.Fresh, city.DataRefused)
	// A value that no figure counts is no news either.
	f.clock.now = f.clock.now.Add(time.Minute)
	wantData(t, f.pulled(t, city.Delivery{Observations: []city.Observation{storetest.Observation("muka-air-benanga", "", f.clock.now, -9999)}}), city.Stale, city.Fresh, city.DataOld)
}

// TestDataAsNewAsTheyCanBeAreLive: monthly figures, forecasts, nothing to tell.
func TestDataAsNewAsTheyCanBeAreLive(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{
		{Slug: "inflasi", Name: "Inflasi", Unit: "%", Grain: "city", Aggregation: "last", FreshForSeconds: 31 * 86400},
	}); err != nil {
		t.Fatal(err)
	}
	// January's figure bears the first of January and stands until mid-March.
	january := time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("WITA", 8*3600))
	f.clock.now = january.AddDate(0, 2, 14)
	wantData(t, f.pulled(t, city.Delivery{Observations: []city.Observation{storetest.Observation("inflasi", "", january, 2)}}), city.Fresh, city.Fresh, "")
	f.clock.now = january.AddDate(0, 4, 0)
	wantData(t, f.pulled(t, city.Delivery{}), city.Late, city.Fresh, city.DataOld)
	// A forecast is as new as it was issued, also when it says the same again.
	w := newFixture(t)
	foreseen := storetest.Observation("prakiraan-hujan", storetest.Lempake, noon.Add(6*time.Hour), 2)
	foreseen.Forecast, foreseen.IssuedAt = true, noon
	for _, age := range []time.Duration{0, 23 * time.Hour} {
		w.clock.now = noon.Add(age)
		wantData(t, w.pulled(t, city.Delivery{Observations: []city.Observation{foreseen}}), city.Fresh, city.Fresh, "")
	}
	w.clock.now = noon.Add(80 * time.Hour)
	wantData(t, w.pulled(t, city.Delivery{}), city.Stale, city.Fresh, city.DataOld)
	foreseen.IssuedAt = w.clock.now
	wantData(t, w.pulled(t, city.Delivery{Observations: []city.Observation{foreseen}}), city.Fresh, city.Fresh, "")
}

// TestQuietNightsAreNoOldData: a source of reports is held against its own habit.
func TestQuietNightsAreNoOldData(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := 0
	report := func(at time.Time) city.Report {
		n++
		return storetest.Report("r"+time.Duration(n).String(), func(r *city.Report) { r.CreatedAt, r.UpdatedAt = at, at })
	}
	end := noon.AddDate(0, 0, 1)
	for at := noon.AddDate(0, 0, -28); at.Before(end); at = at.Add(3 * time.Hour) {
		if h := at.Hour(); h == 0 || h > 12 { // UTC: nobody writes in the night
			continue
		}
		f.clock.now = at
		f.pulled(t, city.Delivery{Reports: []city.Report{report(at)}})
	}
	last := f.clock.now
	watch := func() city.SourceHealth {
		t.Helper()
		if err := f.WatchSilence(t.Context()); err != nil {
			t.Fatal(err)
		}
		return f.pulled(t, city.Delivery{})
	}
	f.clock.now = last.Add(15 * time.Hour)
	wantData(t, watch(), city.Fresh, city.Fresh, "")
	f.clock.now = last.Add(3 * 24 * time.Hour)
	wantData(t, watch(), city.Late, city.Fresh, city.DataOld)
	f.clock.now = last.Add(8 * 24 * time.Hour)
	wantData(t, watch(), city.Stale, city.Fresh, city.DataOld)
}

// TestPartOfASourceCanBeOld, and what it no longer brings after its settings
// changed is not awaited; what is still being caught up with is late at most.
func TestPartOfASourceCanBeOld(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	level := storetest.Observation("muka-air-benanga", "", noon, 7)
	d := city.Delivery{Observations: []city.Observation{level, storetest.Observation("muka-air-mahakam", "", noon.AddDate(0, 0, -3), 1)}}
	h := f.pulled(t, d)
	wantData(t, h, city.Late, city.Fresh, city.DataPartOld)
	if h.Data.Indicator != "muka-air-mahakam" {
		t.Errorf("data %+v", h.Data)
	}
	if err := f.SendBackSource(t.Context(), "uji", city.RereadChanged, time.Time{}, nil); err != nil {
		t.Fatal(err)
	}
	src, err := f.Source(t.Context(), "uji")
	if err != nil {
		t.Fatal(err)
	}
	wantData(t, f.pulled(t, city.Delivery{Observations: []city.Observation{level}, SentBack: src.SentBack}), city.Fresh, city.Fresh, "")

	g := newFixture(t)
	old := []city.Observation{storetest.Observation("muka-air-benanga", "", noon.AddDate(-1, 0, 0), 7)}
	storetest.Ingest(t, g.Store, city.Delivery{SourceID: g.source, Observations: old, Attempt: &city.Attempt{Started: noon, Finished: noon, RetryAt: noon}})
	wantData(t, g.health(t), city.Late, city.Fresh, city.DataOld)
	wantData(t, g.pulled(t, city.Delivery{}), city.Stale, city.Fresh, city.DataOld)
	// One that does not answer is that first of all.
	for range 3 {
		storetest.Ingest(t, g.Store, city.Delivery{SourceID: g.source, Attempt: &city.Attempt{Started: noon, Finished: noon, Err: errors.New("away")}})
	}
	if h := g.health(t); h.Freshness != city.Broken {
		t.Errorf("%s", h.Freshness)
	}
}

// TestAnArchiveThatWasImportedIsNotLate: nothing is expected of rows that are
// handed in, until they come week after week.
func TestAnArchiveThatWasImportedIsNotLate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.sql.Exec(t.Context(), "UPDATE sources SET connector = 'push', expect_seconds = 2592000"); err != nil {
		t.Fatal(err)
	}
	h := f.pulled(t, city.Delivery{Observations: []city.Observation{storetest.Observation("muka-air-benanga", "", noon.AddDate(-3, 0, 0), 7)}})
	wantData(t, h, city.Fresh, city.Fresh, "")
	for day := range 29 {
		f.clock.now = noon.AddDate(0, 0, day)
		f.pulled(t, city.Delivery{Observations: []city.Observation{storetest.Observation("muka-air-benanga", "", f.clock.now, 7+float64(day)/10)}})
	}
	if err := f.WatchSilence(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantData(t, f.health(t), city.Fresh, city.Fresh, "")
	f.clock.now = f.clock.now.Add(12 * time.Hour)
	wantData(t, f.health(t), city.Stale, city.Fresh, city.DataOld)
}
