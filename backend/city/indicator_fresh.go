package city

import (
	"slices"
	"time"
)

// rhythms are how often values come, as the form of a declaration offers it too: a
// month counts 31 days, a quarter 92, a year 366, so that none is over before its time.
var rhythms = []time.Duration{
	15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, freshDay, 7 * freshDay, 31 * freshDay, 92 * freshDay, 184 * freshDay, 366 * freshDay,
}

const (
	freshDay = 24 * time.Hour
	// freshTimes is how many times of one place must be known before a rhythm is
	// read from them.
	freshTimes = 3
	// A clock that sends a little late is no other rhythm.
	freshSlack = 50
)

// FreshFrom says how long a value is fresh where nobody said it: the rhythm in which
// values of one place come, by the median distance of their times, and never less
// than the interval in which their source is asked. times need no order; expect may be
// 0. It is 0 while fewer than three times are known. What comes more seldom than each
// year is fresh for as long as it takes.
func FreshFrom(times []time.Time, expect time.Duration) time.Duration {
	known := slices.Clone(times)
	slices.SortFunc(known, time.Time.Compare)
	known = slices.CompactFunc(known, time.Time.Equal)
	if len(known) < freshTimes {
		return 0
	}
	var gaps []float64
	for n, at := range known[1:] {
		gaps = append(gaps, float64(at.Sub(known[n])))
	}
	usual := time.Duration(median(gaps))
	fresh := min(usual.Round(time.Minute), indicatorFreshMost*time.Second)
	for _, r := range rhythms {
		if usual <= r+r/freshSlack {
			fresh = r
			break
		}
	}
	return max(fresh, expect)
}
