package city

import (
	"slices"
	"time"
)

// Pause is a stretch of time in which a report's clock stands still, because
// its office waits for the citizen or holds the matter closed.
type Pause struct {
	From time.Time
	// Until is the first moment the clock runs again; nil while it stands.
	Until *time.Time
}

// WorkingTime returns how much of [from, to) lies in working days. A working
// day is worked from midnight to midnight, because norms in working days end
// at midnight: the time from one midnight to the next is one day of a norm,
// whatever an office's opening hours. It is 0 when to is not after from.
func (c Calendar) WorkingTime(from, to time.Time) time.Duration {
	var sum time.Duration
	for from.Before(to) {
		end := earlier(c.nextDay(from), to)
		if c.Working(from) {
			sum += end.Sub(from)
		}
		from = end
	}
	return sum
}

// AddWorkingTime returns the first moment by which d of working time has
// passed since t: at the end of a Friday it is Saturday's midnight, not
// Monday's.
func (c Calendar) AddWorkingTime(t time.Time, d time.Duration) time.Time {
	at, _ := c.elapse(t, d, nil, false)
	return at
}

// PausedWorkingTime returns how much working time of [from, to) lies in
// pauses; overlapping ones count once, one that stands reaches to to.
func (c Calendar) PausedWorkingTime(from, to time.Time, pauses []Pause) time.Duration {
	var sum time.Duration
	for _, p := range MergePauses(pauses) {
		until := to
		if p.Until != nil {
			until = earlier(*p.Until, to)
		}
		sum += c.WorkingTime(later(p.From, from), until)
	}
	return sum
}

// PausedDue is Due for a report whose clock stood still at times. The deadline
// is the first moment at which n whole working days (n times 24 hours of
// working days) have run, unpaused, since the end of the day of receipt. So:
//
//   - without pauses it is Due;
//   - a pause moves the deadline by exactly the working time it covers, to the
//     minute and without rounding: a working day paused from midnight to
//     midnight does not count at all, three hours of a working day move the
//     deadline by three hours of working days;
//   - a pause on a Saturday, a Sunday or a holiday, on the day of receipt, or
//     after the deadline moves nothing: a missed deadline stays missed;
//   - overlapping pauses count once.
//
// While a pause stands that began before the deadline, there is none: ok is
// false until the clock runs again (docs/adr/0015).
func (c Calendar) PausedDue(received time.Time, n int, pauses []Pause) (due time.Time, ok bool) {
	if len(pauses) == 0 {
		return c.Due(received, n), true
	}
	return c.elapse(c.nextDay(received), time.Duration(n)*24*time.Hour, MergePauses(pauses), false)
}

// PausedHours is PausedDue for a norm in hours: these run on the clock, day
// and night, because norms in hours are promised where somebody is always
// there (the emergency number). Only pauses do not count.
func (c Calendar) PausedHours(received time.Time, hours int, pauses []Pause) (due time.Time, ok bool) {
	return c.elapse(received, time.Duration(hours)*time.Hour, MergePauses(pauses), true)
}

// elapse returns the first moment by which need has run since t outside the
// pauses (merged, in order), on working days or on every day; false if a
// pause that stands comes first.
func (c Calendar) elapse(t time.Time, need time.Duration, pauses []Pause, everyDay bool) (time.Time, bool) {
	for {
		for len(pauses) > 0 && pauses[0].Until != nil && !pauses[0].Until.After(t) {
			pauses = pauses[1:]
		}
		end := c.nextDay(t)
		switch {
		case !everyDay && !c.Working(t):
			t = end
			continue
		case len(pauses) > 0 && !pauses[0].From.After(t):
			if pauses[0].Until == nil {
				return time.Time{}, false
			}
			t = earlier(*pauses[0].Until, end)
			continue
		case len(pauses) > 0:
			end = earlier(end, pauses[0].From)
		}
		if run := end.Sub(t); run < need {
			need -= run
			t = end
			continue
		}
		return t.Add(need).In(c.Location), true
	}
}

// MergePauses returns the pauses in order of time, those that overlap or touch
// as one, and without those that cover nothing. The argument is not changed.
func MergePauses(pauses []Pause) []Pause {
	sorted := slices.Clone(pauses)
	slices.SortFunc(sorted, func(a, b Pause) int { return a.From.Compare(b.From) })
	out := sorted[:0]
	for _, p := range sorted {
		if p.Until != nil && !p.Until.After(p.From) {
			continue
		}
		last := len(out) - 1
		if last < 0 || (out[last].Until != nil && out[last].Until.Before(p.From)) {
			out = append(out, p)
			continue
		}
		if out[last].Until != nil && (p.Until == nil || p.Until.After(*out[last].Until)) {
			out[last].Until = p.Until
		}
	}
	return out
}

// PausesUntil cuts pauses off at end, for a report that was answered or closed
// then: what came later, and a pause nobody ended, does not matter to it.
func PausesUntil(pauses []Pause, end time.Time) []Pause {
	var out []Pause
	for _, p := range pauses {
		if !p.From.Before(end) {
			continue
		}
		if p.Until == nil || p.Until.After(end) {
			p.Until = &end
		}
		out = append(out, p)
	}
	return out
}

// nextDay is the midnight after t in the city's zone.
func (c Calendar) nextDay(t time.Time) time.Time { return c.DayStart(t).AddDate(0, 0, 1) }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
