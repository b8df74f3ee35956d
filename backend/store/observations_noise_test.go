package store_test

import (
	"fmt"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func TestRoundingNoiseIsNoChange(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{{Slug: "kebisingan", Name: "Kebisingan", Unit: "dB", Grain: "city", Aggregation: "last"}}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		value float64
		want  city.Tally
	}{
		{7.1, city.Tally{Read: 1, Added: 1}},
		{7.1 + 4e-15, city.Tally{Read: 1, Unchanged: 1}},
		{7.1 - 7e-10, city.Tally{Read: 1, Unchanged: 1}},
		{7.1 + 7.2e-9, city.Tally{Read: 1, Changed: 1}},
		{0, city.Tally{Read: 1, Changed: 1}},
		{1e-12, city.Tally{Read: 1, Changed: 1}},
		{5e-324, city.Tally{Read: 1, Changed: 1}}, // neither may be multiplied
		{-5e-324, city.Tally{Read: 1, Changed: 1}},
	} {
		equal(t, fmt.Sprint("written of ", step.value), f.observe(t, city.Observation{Indicator: "kebisingan", Time: noon, Value: step.value}), step.want)
	}
	// A second source that says the same is not made the row's source.
	f.observe(t, city.Observation{Indicator: "kebisingan", Time: noon, Value: 55})
	second := storetest.Source(t, f.Store, func(s *city.Source) { s.Slug = "sumber-kedua" })
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: second, Observations: []city.Observation{{Indicator: "kebisingan", Time: noon, Value: 55 + 1e-13}}})
	equal(t, "whose value", one[int64](t, f.sql, "SELECT source_id FROM observations WHERE indicator = 'kebisingan'"), f.source)
}
