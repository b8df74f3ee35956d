package store_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// TestHowLongAnIndicatorIsFreshFollowsFromItsValues where nobody said it, and only
// there: a monthly figure is not outdated after four days.
func TestHowLongAnIndicatorIsFreshFollowsFromItsValues(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const day = 24 * 3600
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{
		{Slug: "inflasi", Name: "Inflasi", Unit: "%", Grain: "city", Aggregation: "last"},
		{Slug: "ditetapkan", Name: "Ditetapkan", Unit: "%", Grain: "city", Aggregation: "last", FreshForSeconds: 5 * day},
	}); err != nil {
		t.Fatal(err)
	}
	fresh := func(slug string, want int, assumed bool) {
		t.Helper()
		all, err := f.Indicators(t.Context(), mayor)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range all {
			if i.Slug == slug && (i.FreshForSeconds != want || i.FreshAssumed != assumed) {
				t.Errorf("%s is fresh for %d s (assumed: %v), want %d (%v)", slug, i.FreshForSeconds, i.FreshAssumed, want, assumed)
			}
		}
	}
	january := time.Date(2025, 11, 1, 0, 0, 0, 0, time.FixedZone("WITA", 8*3600))
	months := func(from, to int) (out []city.Observation) {
		for n := from; n < to; n++ {
			for _, slug := range []string{"inflasi", "ditetapkan"} {
				out = append(out, city.Observation{Indicator: slug, Time: january.AddDate(0, n, 0), Value: float64(n)})
			}
		}
		return out
	}
	f.clock.now = january.AddDate(0, 5, 10)
	f.observe(t, months(0, 2)...)
	fresh("inflasi", 2*day, true)
	// Each month one, as they really come: the third tells.
	f.observe(t, months(2, 3)...)
	fresh("inflasi", 31*day, true)
	fresh("ditetapkan", 5*day, false)
	h := f.pulled(t, city.Delivery{Observations: months(3, 5)})
	wantData(t, h, city.Late, city.Fresh, city.DataPartOld)
	equal(t, "overdue", h.Data.Indicator, "ditetapkan")
	// What somebody says afterwards holds.
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{{Slug: "inflasi", Name: "Inflasi", Unit: "%", Grain: "city", Aggregation: "last", FreshForSeconds: 60 * day}}); err != nil {
		t.Fatal(err)
	}
	f.observe(t, months(5, 6)...)
	fresh("inflasi", 60*day, false)
}

// TestTwoSourcesAtOnceWithTheSameValueAreNoChange: while one writes, the other reads
// that nothing is there. It waits, and finds what it brings.
func TestTwoSourcesAtOnceWithTheSameValueAreNoChange(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := storetest.Source(t, f.Store, func(s *city.Source) { s.Slug = "pasang-lain" })
	o := storetest.Observation("muka-air-mahakam", storetest.CityCode, noon, 1.5)
	first, err := f.sql.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Exec(t.Context(), "INSERT INTO observations (indicator, area_code, station, time, value, source_id) VALUES ($1, $2, $3, $4, $5, $6)",
		o.Indicator, o.AreaCode, o.Station, o.Time, o.Value, other); err != nil {
		t.Fatal(err)
	}
	type result struct {
		tally city.Tally
		err   error
	}
	second := make(chan result, 1)
	go func() {
		tally, err := f.Ingest(t.Context(), city.Delivery{SourceID: f.source, Observations: []city.Observation{o}})
		second <- result{tally, err}
	}()
	look := storetest.Connect(t, f.db.SuperuserURL)
	until(t, "the ingest waits", func() bool {
		return one[int](t, look, "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1
	})
	if err := first.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := <-second
	if got.err != nil {
		t.Fatal(got.err)
	}
	equal(t, "tally", got.tally, city.Tally{Read: 1, Unchanged: 1})
	equal(t, "whose it is", one[int64](t, look, "SELECT source_id FROM observations WHERE indicator = $1", o.Indicator), other)
}
