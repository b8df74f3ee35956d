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
	const patience = 4 * 24 * time.Hour // twice how long they are fresh
	for _, slug := range []string{wells, prices} {
		if _, err := f.SaveIndicators(t.Context(), []city.Indicator{{Slug: slug, Name: slug, Unit: "m", Grain: "city", Aggregation: "last", FreshForSeconds: int(patience / 2 / time.Second)}}); err != nil {
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
