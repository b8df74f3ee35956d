package planner

import (
	"time"

	"balaikota/backend/city"
)

// earlier reports whether period a begins before period b, as of at.
func earlier(a, b string, at time.Time) bool {
	pa, errA := city.ParsePeriod(a, at, at.Location())
	pb, errB := city.ParsePeriod(b, at, at.Location())
	return errA == nil && errB == nil && pa.From.Before(pb.From)
}

// before names the period before another: of the same kind, or the last whole
// unit when one is named.
func before(name string, at time.Time) string {
	switch name {
	case city.PeriodToday:
		return city.PeriodYesterday
	case city.PeriodThisWeek:
		return city.PeriodLastWeek
	case city.PeriodThisMonth:
		return city.PeriodLastMonth
	case city.PeriodThisYear:
		return city.PeriodLastYear
	}
	p, err := city.ParsePeriod(name, at, at.Location())
	if err != nil {
		return ""
	}
	return p.Previous(at.Location()).Name
}

// isDay reports whether a period is one day or less.
func isDay(name string, at time.Time) bool {
	p, err := city.ParsePeriod(name, at, at.Location())
	return err == nil && !p.From.IsZero() && p.To.Sub(p.From) <= 26*time.Hour
}
