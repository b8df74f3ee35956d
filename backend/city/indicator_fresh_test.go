package city_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
)

func TestHowLongAValueIsFreshFollowsFromHowOftenValuesCome(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	begin := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	every := func(n int, step func(n int) time.Time) (out []time.Time) {
		for i := range n {
			out = append(out, step(i))
		}
		return out
	}
	spaced := func(d time.Duration) func(int) time.Time {
		return func(n int) time.Time { return begin.Add(time.Duration(n) * d) }
	}
	months := func(k int) func(int) time.Time { return func(n int) time.Time { return begin.AddDate(0, k*n, 0) } }
	// Prices of working days: two of seven are missing.
	working := func(n int) time.Time { return begin.AddDate(0, 0, 5+n/5*7+n%5) }
	for name, c := range map[string]struct {
		times  []time.Time
		expect time.Duration
		want   time.Duration
	}{
		"nothing":                  {nil, time.Hour, 0},
		"two values tell nothing":  {every(2, months(1)), time.Hour, 0},
		"one value many times":     {every(9, func(int) time.Time { return begin }), time.Hour, 0},
		"each ten minutes":         {every(20, spaced(10*time.Minute)), 0, 15 * time.Minute},
		"an hour, a little late":   {every(20, spaced(61*time.Minute)), 0, time.Hour},
		"ten minutes, asked daily": {every(20, spaced(10*time.Minute)), day, day},
		"each day":                 {every(20, spaced(day)), 5 * time.Minute, day},
		"working days":             {every(20, working), 5 * time.Minute, day},
		"each week":                {every(5, spaced(7*day)), time.Hour, 7 * day},
		"each month":               {every(12, months(1)), time.Hour, 31 * day},
		"two Februaries":           {every(3, months(1)), time.Hour, 31 * day},
		"each quarter":             {every(5, months(3)), time.Hour, 92 * day},
		"each half year":           {every(5, months(6)), time.Hour, 184 * day},
		"each year":                {every(4, months(12)), time.Hour, 366 * day},
		"each second year":         {every(4, months(24)), time.Hour, 730 * day},
	} {
		if got := city.FreshFrom(c.times, c.expect); got != c.want {
			t.Errorf("%s: fresh for %s, want %s", name, got, c.want)
		}
	}
}
