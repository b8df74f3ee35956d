package city

import "time"

// Calendar knows the city's working days: Monday to Friday that are not
// holidays or collective leave (cuti bersama).
type Calendar struct {
	// Location is the city's time zone.
	Location *time.Location
	// Holidays holds the dates that are not worked, as "2006-01-02".
	Holidays map[string]bool
}

// Working reports whether the day of t, in the city's zone, is a working day.
func (c Calendar) Working(t time.Time) bool {
	t = t.In(c.Location)
	switch t.Weekday() {
	case time.Saturday, time.Sunday:
		return false
	}
	var day [len(time.DateOnly)]byte
	return !c.Holidays[string(t.AppendFormat(day[:0], time.DateOnly))]
}

// Due returns the end (the following midnight) of the nth working day after
// the day of receipt: the deadline of docs/architecture.md. n is at least 1.
func (c Calendar) Due(received time.Time, n int) time.Time {
	return c.AddWorkingDays(received, n).AddDate(0, 0, 1)
}

// AddWorkingDays returns the midnight that begins the nth working day after
// the day of t in the city's zone; with n below 1, the day of t itself. The day
// of t does not count, worked or not.
func (c Calendar) AddWorkingDays(t time.Time, n int) time.Time {
	day := c.DayStart(t)
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if c.Working(day) {
			n--
		}
	}
	return day
}

// WorkingDaysBetween counts the working days after the day of from, up to and
// with the day of to; 0 when that day is not later. It undoes AddWorkingDays.
func (c Calendar) WorkingDaysBetween(from, to time.Time) int {
	n := 0
	last := c.DayStart(to)
	for day := c.DayStart(from).AddDate(0, 0, 1); !day.After(last); day = day.AddDate(0, 0, 1) {
		if c.Working(day) {
			n++
		}
	}
	return n
}

// DayStart returns the midnight that begins the day of t in the city's zone.
func (c Calendar) DayStart(t time.Time) time.Time {
	t = t.In(c.Location)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, c.Location)
}

// DueBy is a deadline from now: the end of the given working days, or the given
// hours on the clock, to the minute, where there are no days.
func (c Calendar) DueBy(now time.Time, days, hours int) time.Time {
	if days > 0 {
		return c.Due(now, days).UTC()
	}
	return now.Add(time.Duration(hours) * time.Hour).Truncate(time.Minute).UTC()
}
