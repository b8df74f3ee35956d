package planner

import (
	"fmt"
	"strings"
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

// unitBefore names the calendar unit ("bulan", "minggu", "tahun", "triwulan",
// "semester") before the one in which a period ends, however long the period
// is: "bulan sebelumnya" after "7 hari terakhir". Where no unit was said, or
// the period is named by that unit, it is the period before.
func unitBefore(name, unit string, at time.Time) string {
	p, err := city.ParsePeriod(name, at, at.Location())
	if unit == "" || unit == "hari" || err != nil || strings.HasPrefix(name, unit+"_") {
		return before(name, at)
	}
	end := p.To.In(at.Location()).Add(-time.Nanosecond)
	one, err := city.ParsePeriod(calendarUnit(end, unit), at, at.Location())
	if err != nil {
		return before(name, at)
	}
	return calendarUnit(one.From.In(at.Location()).Add(-time.Nanosecond), unit)
}

// calendarUnit names the calendar unit that holds a moment, as
// city.ParsePeriod reads it; weeks begin on Monday.
func calendarUnit(t time.Time, unit string) string {
	month := int(t.Month())
	switch unit {
	case "minggu":
		monday := t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
		return monday.Format(time.DateOnly) + ".." + monday.AddDate(0, 0, 6).Format(time.DateOnly)
	case "bulan":
		return t.Format("2006-01")
	case "triwulan":
		return fmt.Sprintf("%d-T%d", t.Year(), (month+2)/3)
	case "semester":
		return fmt.Sprintf("%d-S%d", t.Year(), (month+5)/6)
	case "tahun":
		return t.Format("2006")
	}
	return ""
}

// isDay reports whether a period is one day or less.
func isDay(name string, at time.Time) bool {
	p, err := city.ParsePeriod(name, at, at.Location())
	return err == nil && !p.From.IsZero() && p.To.Sub(p.From) <= 26*time.Hour
}
