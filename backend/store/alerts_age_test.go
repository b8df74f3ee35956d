package store_test

import (
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func TestAnOldValueRaisesNoThresholdAlertAndEndsOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const wells, prices = "air-sumur", "harga-minyak"
	const fresh = 2 * 24 * time.Hour
	const patience = 3 * fresh // the period that a value stands for, and twice how long it is fresh
	for _, slug := range []string{wells, prices} {
		if _, err := f.SaveIndicators(t.Context(), []city.Indicator{{Slug: slug, Name: slug, Unit: "m", Grain: "city", Aggregation: "last", FreshForSeconds: int(fresh / time.Second)}}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.SaveThresholds(t.Context(), city.CommandLine, city.Asker{Role: city.Operator}, city.ThresholdSet{Indicator: slug, Reason: why, Thresholds: []city.Threshold{limit(city.Siaga, 0.5)}}); err != nil {
			t.Fatal(err)
		}
	}
	standing := func(want ...string) []city.Alert {
		t.Helper()
		as, err := f.Alerts(t.Context(), mayor)
		if err != nil {
			t.Fatal(err)
		}
		keys := []string{}
		for _, a := range as {
			keys = append(keys, strings.Split(a.Key, ":")[1])
		}
		equal(t, "alerts", keys, append([]string{}, want...))
		return as
	}
	ended := func(want int) {
		t.Helper()
		n, err := f.EndExpiredAlerts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "ended", n, want)
	}
	says := func(id, en string) {
		t.Helper()
		a := standing(wells)[0]
		if !strings.HasSuffix(a.Evidence, id) || !strings.HasSuffix(a.EvidenceEN, en) {
			t.Errorf("evidence %q and %q, want the ends %q and %q", a.Evidence, a.EvidenceEN, id, en)
		}
	}

	f.observe(t, city.Observation{Indicator: prices, Time: noon.AddDate(0, -4, 0), Value: 1})
	if s, ok := f.state(t, prices, storetest.CityCode); !ok || s.Value != 1 {
		t.Fatalf("the old value is no state: %+v", s)
	}
	standing()

	read := noon.Add(-3 * time.Hour)
	f.observe(t, city.Observation{Indicator: wells, Time: read, Value: 1})
	says(", per 09.00 WITA", ", as of 09:00 WITA")
	ended(0)

	// The day after, the hour alone would read as today's.
	f.clock.forward(24 * time.Hour)
	ended(0)
	says(", per 16 Maret 2026 09.00 WITA", ", as of 16 March 2026 09:00 WITA")
	before := f.head(t)
	ended(0)
	equal(t, "told again", f.head(t), before)

	f.clock.now = read.Add(patience)
	ended(0)
	standing(wells)
	f.clock.forward(time.Second)
	ended(1)
	ended(0)
	standing()

	f.observe(t, city.Observation{Indicator: wells, Time: f.clock.now.Add(-time.Minute), Value: 2})
	standing(wells)
	// Still past the limit, but the source goes on with what was long ago.
	f.clock.forward(patience + time.Hour)
	f.observe(t, city.Observation{Indicator: wells, Time: f.clock.now.Add(-patience - time.Minute), Value: 3})
	standing()
}

// TestTheAlertOfAPeriodStandsUntilTheNextOneIsDue: January's figure bears the first of
// January, comes in February, and is the newest there is until February's comes in
// March. It is told for what it is, a month, and not as a reading of that night.
func TestTheAlertOfAPeriodStandsUntilTheNextOneIsDue(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const inflation = "inflasi"
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{{Slug: inflation, Name: "Inflasi", Unit: "%", Grain: "city", Aggregation: "last", FreshForSeconds: 31 * 86400}}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.SaveThresholds(t.Context(), city.CommandLine, city.Asker{Role: city.Operator}, city.ThresholdSet{Indicator: inflation, Reason: why, Thresholds: []city.Threshold{limit(city.Siaga, 5)}}); err != nil {
		t.Fatal(err)
	}
	wita := time.FixedZone("WITA", 8*3600)
	january := time.Date(2026, 1, 1, 0, 0, 0, 0, wita)
	on := func(month time.Month, day int) {
		t.Helper()
		f.clock.now = time.Date(2026, month, day, 10, 0, 0, 0, wita)
		if _, err := f.EndExpiredAlerts(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	standing := func(want int) []city.Alert {
		t.Helper()
		as, err := f.Alerts(t.Context(), mayor)
		if err != nil || len(as) != want {
			t.Fatalf("on %s %d alerts stand, want %d (%v)", f.clock.now.In(wita).Format(time.DateOnly), len(as), want, err)
		}
		return as
	}
	on(time.February, 10)
	f.observe(t, city.Observation{Indicator: inflation, Time: january, Value: 7})
	a := standing(1)[0]
	if !strings.HasSuffix(a.Evidence, ", untuk Januari 2026") || !strings.HasSuffix(a.EvidenceEN, ", for January 2026") {
		t.Errorf("evidence %q and %q", a.Evidence, a.EvidenceEN)
	}
	// February's is not due before March.
	on(time.March, 9)
	standing(1)
	f.observe(t, city.Observation{Indicator: inflation, Time: january.AddDate(0, 1, 0), Value: 3})
	standing(0)
	// Nothing came since: what was true of February says nothing of August.
	on(time.March, 10)
	f.observe(t, city.Observation{Indicator: inflation, Time: january.AddDate(0, 1, 0), Value: 6})
	standing(1)
	on(time.August, 1)
	standing(0)
}
