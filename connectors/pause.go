package connectors

import (
	"iter"
	"time"

	"github.com/robfig/cron/v3"
)

// LongestPause is the longest time between two turns of a schedule that follow one
// another, over thirteen months: nights, weekends and the ends of months in which it
// plans nothing belong to it. It is what a source can promise of which nobody said more.
// The zone in which the schedule is read does not matter to it, but for the hour
// that a summer time moves.
func LongestPause(s cron.Schedule) (longest time.Duration) {
	for d := range pauses(s) {
		longest = max(longest, d)
	}
	return longest
}

// Pauses reports whether a schedule somewhere leaves exactly d between two turns.
func Pauses(s cron.Schedule, d time.Duration) bool {
	for p := range pauses(s) {
		if p == d {
			return true
		}
	}
	return false
}

// pauses are the times between turns that follow one another, some of them more than
// once. All days that have turns at all have the same ones, so that one day's are
// looked through and, over thirteen months, what lies between the days.
func pauses(s cron.Schedule) iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		if every, ok := s.(cron.ConstantDelaySchedule); ok {
			yield(every.Delay)
			return
		}
		zone := time.UTC
		if spec, ok := s.(*cron.SpecSchedule); ok && spec.Location != time.Local {
			zone = spec.Location
		}
		first := s.Next(time.Date(2025, 12, 31, 23, 59, 59, 0, zone))
		last := first
		for at := s.Next(first); at.YearDay() == first.YearDay() && at.Year() == first.Year(); at = s.Next(at) {
			if !yield(at.Sub(last)) {
				return
			}
			last = at
		}
		span, end := last.Sub(first), first.AddDate(1, 1, 0)
		for day := first; !day.After(end); {
			next := s.Next(time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 59, 0, zone))
			if next.IsZero() || !yield(next.Sub(day)-span) {
				return
			}
			day = next
		}
	}
}
