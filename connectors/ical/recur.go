package ical

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

const (
	maxInterval    = 1000
	maxOccurrences = 2000 // of one series within the span
	// maxBarren bounds rules that name no day at all (30 February of each year):
	// the library follows each to the year 9999.
	maxBarren = 5
)

// readRule reads an RRULE on the wall clock of start. toWall turns an UNTIL in
// UTC into that clock. Rules by the hour and below, and intervals that cannot
// be meant, are refused: they are how a calendar keeps a reader busy for ever.
func readRule(text string, start time.Time, toWall func(until time.Time) time.Time) (*rule, error) {
	text = strings.ToUpper(strings.TrimSpace(text))
	until, plain := splitUntil(text)
	opt, err := rrule.StrToROptionInLocation(plain, time.UTC)
	if err != nil {
		return nil, fmt.Errorf("RRULE cannot be read: %w", err)
	}
	switch {
	case opt.Freq > rrule.DAILY:
		return nil, errors.New("RRULE repeats within a day, which an agenda does not")
	case opt.Interval < 0 || opt.Interval > maxInterval:
		return nil, fmt.Errorf("RRULE's INTERVAL is not between 1 and %d", maxInterval)
	case len(opt.Byhour)+len(opt.Byminute)+len(opt.Bysecond) > 24 || len(plain) > 1000:
		return nil, errors.New("RRULE is too long")
	}
	opt.Dtstart = start
	if until != "" {
		if opt.Until, err = lastOf(until, toWall); err != nil {
			return nil, err
		}
	}
	return newRule(opt)
}

// rule is an RRULE. Where the library would look for a day that never comes one
// day at a time up to the year 9999, the days are picked here instead.
type rule struct {
	*rrule.RRule
	pick  func(day time.Time) bool // nil for all
	count int                      // of the picked; 0 without end
}

func newRule(opt *rrule.ROption) (*rule, error) {
	out := &rule{}
	if opt.Freq == rrule.DAILY || opt.Freq == rrule.WEEKLY {
		if len(opt.Byyearday)+len(opt.Byweekno) > 0 || opt.Freq == rrule.WEEKLY && len(opt.Bymonthday) > 0 {
			return nil, errors.New("RRULE has a part that its FREQ does not take (RFC 5545 §3.3.10)")
		}
		if len(opt.Bysetpos) > 0 {
			return nil, errors.New("RRULE's BYSETPOS is understood for months and years only")
		}
		out.pick, out.count = picker(opt), opt.Count
		opt.Bymonth, opt.Bymonthday, opt.Count = nil, nil, 0
		if opt.Freq == rrule.DAILY {
			opt.Byweekday = nil
		}
	}
	var err error
	out.RRule, err = rrule.NewRRule(*opt)
	return out, err
}

// picker tells the days that BYMONTH, BYMONTHDAY and, of daily rules, BYDAY
// let through.
func picker(opt *rrule.ROption) func(time.Time) bool {
	months, days, weekdays := opt.Bymonth, opt.Bymonthday, opt.Byweekday
	if opt.Freq == rrule.WEEKLY {
		weekdays = nil
	}
	return func(t time.Time) bool {
		if len(months) > 0 && !slices.Contains(months, int(t.Month())) {
			return false
		}
		last := time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
		if len(days) > 0 && !slices.Contains(days, t.Day()) && !slices.Contains(days, t.Day()-last-1) {
			return false
		}
		return len(weekdays) == 0 || slices.ContainsFunc(weekdays, func(w rrule.Weekday) bool { return (w.Day()+1)%7 == int(t.Weekday()) })
	}
}

// each hands on one time after the other, up to the first not before end,
// until take says that it is enough; it reports whether there was any.
func (r *rule) each(end time.Time, take func(time.Time) bool) (some bool) {
	next, left := r.Iterator(), r.count
	for t, ok := next(); ok && t.Before(end); t, ok = next() {
		some = true
		if r.pick != nil && !r.pick(t) {
			continue
		}
		if !take(t) || left == 1 {
			return true
		}
		left--
	}
	return some
}

// splitUntil takes UNTIL out of a rule: the library would read it in a zone
// where it belongs on the wall.
func splitUntil(text string) (until, plain string) {
	var rest []string
	for part := range strings.SplitSeq(strings.Trim(text, ";"), ";") {
		if v, ok := strings.CutPrefix(part, "UNTIL="); ok {
			until = v
			continue
		}
		rest = append(rest, part)
	}
	return until, strings.Join(rest, ";")
}

// lastOf is the last moment on the wall that an UNTIL allows; a date allows
// its whole day.
func lastOf(until string, toWall func(time.Time) time.Time) (time.Time, error) {
	if t, err := time.Parse(dateForm, until); err == nil {
		return t.Add(24*time.Hour - time.Second), nil
	}
	if t, err := time.Parse(utcForm, until); err == nil {
		return toWall(t), nil
	}
	if t, err := time.Parse(localForm, until); err == nil {
		return t, nil
	}
	return time.Time{}, errors.New("RRULE's UNTIL is not a time")
}

// series works out when an event begins within [from, to) on its own wall
// clock, oldest first; a series that has nothing there gives nothing.
type series struct {
	zones  *zones
	barren *int // rules that named no day, over the whole calendar
}

func (s series) starts(ctx context.Context, event *component, start stamp, from, to time.Time) ([]stamp, error) {
	if len(event.all("EXRULE")) > 0 {
		return nil, errors.New("EXRULE is not understood (RFC 5545 no longer has it); use EXDATE")
	}
	found := map[time.Time]bool{}
	if in(start.wall, from, to) {
		found[start.wall] = true
	}
	for _, p := range event.all("RRULE") {
		if err := s.repeat(ctx, p, start, from, to, found); err != nil {
			return nil, err
		}
	}
	for _, p := range event.all("RDATE") {
		more, err := s.zones.stamps(p)
		if err != nil {
			return nil, err
		}
		for _, m := range more {
			if w := start.zone.wall(m.moment()); in(w, from, to) {
				found[w] = true
			}
		}
	}
	if err := s.except(event, start, found); err != nil {
		return nil, err
	}
	if len(found) > maxOccurrences {
		return nil, fmt.Errorf("it happens more than %d times in the span", maxOccurrences)
	}
	out := make([]stamp, 0, len(found))
	for w := range found {
		out = append(out, start.at(w))
	}
	slices.SortFunc(out, func(a, b stamp) int { return a.wall.Compare(b.wall) })
	return out, nil
}

func in(t, from, to time.Time) bool { return !t.Before(from) && t.Before(to) }

// repeat adds the days of one rule.
func (s series) repeat(ctx context.Context, p property, start stamp, from, to time.Time, found map[time.Time]bool) error {
	if p.broken {
		return errors.New("RRULE cannot be read")
	}
	rule, err := readRule(p.value, start.wall, start.zone.wall)
	if err != nil {
		return err
	}
	if *s.barren >= maxBarren && rule.pick == nil {
		return errors.New("the calendar has too many rules that name no day")
	}
	some := rule.each(to, func(t time.Time) bool {
		if !t.Before(from) {
			found[t] = true
		}
		return len(found) <= maxOccurrences && ctx.Err() == nil
	})
	// A series that begins after the span has none either, at no cost.
	if !some && start.wall.Before(to) {
		*s.barren++
	}
	return ctx.Err()
}

// except takes away what EXDATE names. A date takes away all of its day, also
// from a series with times: several programs write it so.
func (s series) except(event *component, start stamp, found map[time.Time]bool) error {
	for _, p := range event.all("EXDATE") {
		list, err := s.zones.stamps(p)
		if err != nil {
			return err
		}
		for _, e := range list {
			if !e.day {
				delete(found, start.zone.wall(e.moment()))
				continue
			}
			for w := range found {
				if sameDay(w, e.wall) {
					delete(found, w)
				}
			}
		}
	}
	return nil
}

func sameDay(a, b time.Time) bool { return a.Format(dateForm) == b.Format(dateForm) }

// sequence orders versions of one event: the later one counts.
func sequence(event *component) (int, string) {
	p, _ := event.get("SEQUENCE")
	n, _ := strconv.Atoi(strings.TrimSpace(p.value)) // none is 0
	changed, _ := event.get("LAST-MODIFIED")
	return n, changed.value
}
