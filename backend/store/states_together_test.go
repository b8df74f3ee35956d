package store_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// heardStation is what a test knows of a station: its newest value.
type heardStation struct {
	area  string
	time  time.Time
	value float64
}

// expected puts stations together as the states' definition says, the plain way:
// all stations of an area, or of the whole city, at once.
func expected(stations map[string]heardStation, aggregation, area string, patience time.Duration) (value float64, at time.Time, ok bool) {
	var newest heardStation
	for _, s := range stations {
		if (s.area == area || area == storetest.CityCode) && s.time.After(newest.time) {
			newest = s
		}
	}
	sum, top, n := 0.0, math.Inf(-1), 0.0
	for _, s := range stations {
		if (s.area == area || area == storetest.CityCode) && !s.time.Before(newest.time.Add(-patience)) {
			sum, top, n = sum+s.value, max(top, s.value), n+1
		}
	}
	switch aggregation {
	case "sum":
		value = sum
	case "max":
		value = top
	case "last":
		value = newest.value
	default:
		value = sum / n
	}
	return value, newest.time, n > 0
}

// TestStatesAreWhatTheirStationsSay lets stations speak at random, some of them
// falling silent for long, and holds the states of areas and city, which are put
// together in steps, against the definition.
func TestStatesAreWhatTheirStationsSay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const fresh = time.Hour
	kinds := map[string]string{"rerata": "mean", "jumlah": "sum", "puncak": "max", "terakhir": "last"}
	var declared []city.Indicator
	for slug, how := range kinds {
		declared = append(declared, city.Indicator{Slug: slug, Name: slug, Unit: "m", Grain: "village", Aggregation: how, FreshForSeconds: int(fresh.Seconds())})
	}
	if _, err := f.SaveIndicators(t.Context(), declared); err != nil {
		t.Fatal(err)
	}
	areas := []string{storetest.SamarindaUlu, storetest.SamarindaUtara, "64.72.04"}
	r := rand.New(rand.NewPCG(1, 2))
	heard := map[string]map[string]heardStation{}
	for slug := range kinds {
		heard[slug] = map[string]heardStation{}
	}
	for round := range 40 {
		f.clock.forward(time.Duration(1+r.IntN(90)) * time.Minute)
		var os []city.Observation
		for slug := range kinds {
			for range 1 + r.IntN(12) {
				n := r.IntN(90)
				s := heardStation{area: areas[min(n%4, 2)], time: f.clock.now.Add(-time.Duration(r.IntN(300)) * time.Minute).Add(time.Duration(n) * time.Second), value: float64(r.IntN(1000)) / 10}
				station := fmt.Sprintf("s%02d", n)
				os = append(os, city.Observation{Indicator: slug, AreaCode: s.area, Station: station, Time: s.time, Value: s.value})
				if have, ok := heard[slug][station]; !ok || !s.time.Before(have.time) {
					heard[slug][station] = s
				}
			}
		}
		f.observe(t, os...)
		for slug, how := range kinds {
			for _, area := range append([]string{storetest.CityCode}, areas...) {
				want, at, ok := expected(heard[slug], how, area, 2*fresh)
				got, found := f.state(t, slug, area)
				if ok != found || ok && (math.Abs(got.Value-want) > 1e-9 || !got.Time.Equal(at)) {
					t.Fatalf("round %d, %s of %s: %v at %s (%v), its stations say %v at %s (%v)", round, how, area, got.Value, got.Time, found, want, at, ok)
				}
			}
		}
	}
	if n := len(maps.Clone(heard["rerata"])); n < 60 {
		t.Fatalf("only %d stations spoke", n)
	}
}

// TestTheDayBeforeOfManyStationsIsKeptForAWhile: beyond fifty stations the value
// of the day before is read every ten minutes.
func TestTheDayBeforeOfManyStationsIsKeptForAWhile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	speak := func(at time.Time, value float64) {
		var os []city.Observation
		for n := range 60 {
			os = append(os, city.Observation{Indicator: rain, AreaCode: storetest.SamarindaUlu, Station: fmt.Sprintf("s%02d", n), Time: at, Value: value})
		}
		f.observe(t, os...)
	}
	before := func() float64 {
		t.Helper()
		s, ok := f.state(t, rain, storetest.SamarindaUlu)
		if !ok || s.Previous == nil {
			t.Fatalf("no value of the day before: %+v", s)
		}
		return *s.Previous
	}
	yesterday := f.clock.now.Add(-24 * time.Hour)
	speak(yesterday.Add(-time.Minute), 5)
	speak(yesterday.Add(5*time.Minute), 7)
	speak(yesterday.Add(12*time.Minute), 9)
	for _, step := range []struct{ after, want float64 }{{0, 5}, {6, 5}, {13, 9}} {
		at := noon.Add(time.Duration(step.after) * time.Minute)
		f.clock.now = at
		speak(at, 20)
		if got := before(); got != step.want {
			t.Errorf("%v minutes on, the day before was %v, want %v", step.after, got, step.want)
		}
	}
}

// TestAStateIsReceivedWithItsValue: when a state was received is not moved by what
// else is known of it; who looks for sources that fell silent goes by it.
func TestAStateIsReceivedWithItsValue(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.SaveIndicators(t.Context(), []city.Indicator{{Slug: "puncak", Name: "puncak", Unit: "m", Grain: "village", Aggregation: "max", FreshForSeconds: 3600}}); err != nil {
		t.Fatal(err)
	}
	hear := func(station string, value float64) city.IndicatorState {
		o := storetest.Observation("puncak", storetest.SamarindaUlu, noon, value)
		o.Station = station
		f.observe(t, o)
		s, _ := f.state(t, "puncak", storetest.SamarindaUlu)
		return s
	}
	first := hear("a", 2)
	if second := hear("b", 1); second.Value != 2 || !second.ReceivedAt.Equal(first.ReceivedAt) {
		t.Errorf("a lower station: %v received %v, before %v", second.Value, second.ReceivedAt, first.ReceivedAt)
	}
	if third := hear("c", 3); third.Value != 3 || !third.ReceivedAt.After(first.ReceivedAt) {
		t.Errorf("a higher station: %v received %v, before %v", third.Value, third.ReceivedAt, first.ReceivedAt)
	}
}
