package city

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// longestDue is how far ahead a deadline may lie.
const longestDue = 366 * 24 * time.Hour

var formUUID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// IsUUID reports whether s is a UUID as screens write them, in lower case.
func IsUUID(s string) bool { return formUUID.MatchString(s) }

// wrongField is an Invalid error whose text on screen has the key.
func wrongField(field, key, format string, args ...any) error {
	e := InvalidField(field, format, args...)
	e.Key = key
	return e
}

// Check says what of an order is wrong, whatever the sender's rights.
func (o DispositionOrder) Check(now time.Time) error {
	if !IsUUID(o.ClientID) {
		return wrongField("client_id", "", "is no UUID in lower case")
	}
	if (o.Role == Sekda) == (o.Office != "") || (o.Role != "" && o.Role != Sekda) {
		return wrongField("office", "error.dsp_addressee", "name an office, or the role sekda")
	}
	for _, t := range []struct {
		field, text string
		least, most int
	}{{"subject", o.Subject, 5, 200}, {"instruction", o.Instruction, 5, 4000}, {"note", o.Note, 0, 2000}, {"place", o.Place, 0, 200}} {
		if n := utf8.RuneCountInString(strings.TrimSpace(t.text)); n < t.least || n > t.most {
			return wrongField(t.field, "error.dsp_text", "has %d characters; write %d to %d", n, t.least, t.most)
		}
	}
	if !slices.Contains([]Nature{NatureOrdinary, NatureUrgent, NatureVeryUrgent, NatureSecret}, o.Nature) {
		return wrongField("nature", "", "is %q; use biasa, segera, sangat_segera or rahasia", o.Nature)
	}
	if (o.Lon == nil) != (o.Lat == nil) || o.Lon != nil && (*o.Lon < -180 || *o.Lon > 180 || *o.Lat < -90 || *o.Lat > 90) {
		return wrongField("lon", "", "give both longitude and latitude in degrees")
	}
	for _, l := range []struct {
		field   string
		n, most int
	}{{"copies", len(o.Copies), 20}, {"incidents", len(o.Incidents), 50}, {"reports", len(o.Reports), 200}, {"attachments", len(o.Attachments), 10}} {
		if l.n > l.most {
			return wrongField(l.field, "", "names %d; at most %d", l.n, l.most)
		}
	}
	return o.checkDue(now)
}

func (o DispositionOrder) checkDue(now time.Time) error {
	ways := 0
	for _, given := range []bool{o.DueAt != nil, o.DueDays != 0, o.DueHours != 0} {
		if given {
			ways++
		}
	}
	switch {
	case ways != 1:
		return wrongField("due_days", "error.dsp_due_one", "state the deadline once: working days, hours, or a moment")
	case o.DueDays < 0 || o.DueDays > 250:
		return wrongField("due_days", "error.dsp_due_days", "is %d; use 1 to 250 working days", o.DueDays)
	case o.DueHours < 0 || o.DueHours > 240:
		return wrongField("due_hours", "error.dsp_due_hours", "is %d; use 1 to 240 hours", o.DueHours)
	case o.DueAt != nil:
		return CheckDueAt(*o.DueAt, now)
	}
	return nil
}

// CheckDueAt says what is wrong with a stated deadline: it must lie ahead, at
// most a year.
func CheckDueAt(due, now time.Time) error {
	if !due.After(now) {
		return wrongField("due_at", "error.dsp_due_past", "lies in the past; state a moment ahead")
	}
	if due.Sub(now) > longestDue {
		return wrongField("due_at", "error.dsp_due_far", "lies more than a year ahead")
	}
	return nil
}

// Deadline of a disposition: when, and by which clock it moves while it waits.
type Deadline struct {
	At time.Time
	// Clock is true for hours on the clock, day and night; false for working
	// days, which end at midnight.
	Clock bool
}

// Deadline works out an order's. A stated moment counts in working days when
// it is a midnight of the city, and by the clock otherwise.
func (o DispositionOrder) Deadline(c Calendar, now time.Time) Deadline {
	if o.DueAt != nil {
		return c.DeadlineAt(*o.DueAt)
	}
	return Deadline{At: c.DueBy(now, o.DueDays, o.DueHours), Clock: o.DueDays == 0}
}

// DeadlineAt is a stated moment as a deadline.
func (c Calendar) DeadlineAt(at time.Time) Deadline {
	return Deadline{At: at.UTC(), Clock: !at.Equal(c.DayStart(at))}
}

// AfterWaiting is the deadline of work that was given at start, after it
// waited on others over [from, until):
//
//   - by the clock it moves by as long as it waited;
//   - in working days it moves by exactly the working time that it waited
//     (WorkingTime), to the minute; weekends, holidays and the day it was given
//     move nothing, as with a report's pauses (PausedDue);
//   - waiting that began at or after the deadline moves nothing: a missed
//     deadline stays missed. How long that was is late, so that it can be left
//     out of how late it is.
func (c Calendar) AfterWaiting(d Deadline, start, from, until time.Time) (moved Deadline, late time.Duration) {
	switch {
	case !until.After(from):
		return d, 0
	case !from.Before(d.At):
		return d, until.Sub(from)
	case d.Clock:
		d.At = d.At.Add(until.Sub(from))
		return d, 0
	}
	if w := c.WorkingTime(later(from, c.nextDay(start)), until); w > 0 {
		d.At = c.AddWorkingTime(d.At, w).UTC()
	}
	return d, 0
}
