package ical

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

const (
	maxEntries = 5000 // of one calendar within the span
	maxTitle   = 200
)

// reading turns the events of a stream of calendars into appointments.
type reading struct {
	from, to time.Time
	home     *time.Location
	barren   int
	entries  []city.AgendaEntry
	refused  []city.Refusal
}

// appointment is one UID: the event, and the occurrences that were changed.
type appointment struct {
	uid     string
	number  int // of its first VEVENT, as a person counts
	master  *component
	changed []*component
	zones   *zones
	method  string
}

// calendar reads one VCALENDAR.
func (r *reading) calendar(ctx context.Context, c *component) error {
	zones := newZones(r.home, c)
	byUID := map[string]*appointment{}
	var order []*appointment
	n := 0
	for _, e := range c.parts {
		if e.name != "VEVENT" {
			continue
		}
		n++
		uid := strings.TrimSpace(e.text("UID"))
		if uid == "" { // RFC 5545 wants one; an appointment is worth more than its number
			begin, _ := e.get("DTSTART")
			uid = "tanpa-uid|" + begin.value + "|" + e.text("SUMMARY")
		}
		a := byUID[uid]
		if a == nil {
			a = &appointment{uid: uid, number: n, zones: zones, method: c.word("METHOD")}
			byUID[uid], order = a, append(order, a)
		}
		a.add(e)
	}
	for _, a := range order {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.appointment(ctx, a); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r.refuse(a, err)
		}
	}
	return nil
}

// add keeps the latest version of the event and of each changed occurrence.
func (a *appointment) add(e *component) {
	rid, isChange := e.get("RECURRENCE-ID")
	if !isChange {
		if a.master == nil || !older(e, a.master) {
			a.master = e
		}
		return
	}
	for i, old := range a.changed {
		if was, _ := old.get("RECURRENCE-ID"); was.value == rid.value {
			if !older(e, old) {
				a.changed[i] = e
			}
			return
		}
	}
	a.changed = append(a.changed, e)
}

func older(a, b *component) bool {
	an, at := sequence(a)
	bn, bt := sequence(b)
	return an < bn || an == bn && at < bt
}

// refuse tells that an appointment is not shown. Who reads refused rows may
// not read the agenda, so nothing of what it says is repeated.
func (r *reading) refuse(a *appointment, err error) {
	r.refused = append(r.refused, city.Refusal{
		Kind: "agenda", ExternalID: keyOf(a.uid, ""), Place: fmt.Sprintf("VEVENT %d", a.number), Reason: err.Error(),
	})
}

// change is an occurrence that differs from its series.
type change struct {
	event   *component
	was     stamp // when it would have been
	start   stamp
	onwards bool // and so do all after it
}

func (r *reading) appointment(ctx context.Context, a *appointment) error {
	changes, err := a.changes()
	if err != nil {
		return err
	}
	if a.master != nil {
		if err := r.series(ctx, a, changes); err != nil {
			return err
		}
	}
	for _, c := range changes {
		if err := r.one(a, c.event, c.start, c.was); err != nil {
			return err
		}
	}
	return nil
}

func (a *appointment) changes() ([]change, error) {
	var out []change
	for _, e := range a.changed {
		p, _ := e.get("RECURRENCE-ID")
		was, err := a.zones.stampOf(p)
		if err != nil {
			return nil, err
		}
		start, err := a.start(e)
		if err != nil {
			return nil, err
		}
		out = append(out, change{event: e, was: was, start: start, onwards: strings.EqualFold(p.params["RANGE"], "THISANDFUTURE")})
	}
	slices.SortFunc(out, func(x, y change) int { return x.was.moment().Compare(y.was.moment()) })
	return out, nil
}

func (a *appointment) start(e *component) (stamp, error) {
	p, has := e.get("DTSTART")
	if !has || p.broken {
		return stamp{}, errors.New("DTSTART is missing or cannot be read")
	}
	return a.zones.stampOf(p)
}

// length is that of an event as it was first written: its occurrences begin on
// other days, and DTEND does not.
func (a *appointment) length(e *component) (time.Duration, error) {
	start, err := a.start(e)
	if err != nil {
		return 0, err
	}
	return a.zones.length(e, start)
}

// series adds the occurrences that were not changed one by one.
func (r *reading) series(ctx context.Context, a *appointment, changes []change) error {
	start, err := a.start(a.master)
	if err != nil {
		return err
	}
	length, err := a.length(a.master)
	if err != nil {
		return err
	}
	// Wide enough for what began before, and for what a change moves in.
	from, to := start.zone.wall(r.from).Add(-length-maxShift), start.zone.wall(r.to).Add(maxShift)
	starts, err := series{zones: a.zones, barren: &r.barren}.starts(ctx, a.master, start, from, to)
	if err != nil {
		return err
	}
	repeats := len(starts) > 1 || len(a.master.all("RRULE"))+len(a.master.all("RDATE")) > 0
	for _, s := range starts {
		event, at, own := a.master, s, false
		for _, c := range changes {
			own = own || replaces(c, s)
			if c.onwards && s.moment().After(c.was.moment()) {
				event, at = c.event, c.start.at(s.wall.Add(c.start.wall.Sub(c.was.wall)))
			}
		}
		if own {
			continue
		}
		was := s
		if !repeats {
			was = stamp{}
		}
		if err := r.one(a, event, at, was); err != nil {
			return err
		}
	}
	return nil
}

// maxShift is how far THISANDFUTURE may move a series.
const maxShift = 8 * 24 * time.Hour

// replaces reports whether a change is about the occurrence at s. A change
// named by its day alone is about the one of that day.
func replaces(c change, s stamp) bool {
	if c.was.day || s.day {
		return sameDay(c.was.wall, s.wall)
	}
	return c.was.moment().Equal(s.moment())
}

// one adds one occurrence if it overlaps the span. was is the time it has in
// its series, which stays its name when it is moved; zero for single ones.
func (r *reading) one(a *appointment, event *component, start, was stamp) error {
	length, err := a.length(event)
	if err != nil {
		return err
	}
	begin, end := start.moment(), start.moment().Add(length)
	if start.day {
		end = start.at(start.wall.Add(length)).moment()
	}
	if !begin.Before(r.to) || end.Before(r.from) || end.Equal(r.from) && length > 0 {
		return nil
	}
	entry := city.AgendaEntry{Key: keyOf(a.uid, nameOf(was)), Start: begin.UTC(), End: end.UTC(), AllDay: start.day}
	if !a.describe(event, &entry) {
		return nil
	}
	if len(r.entries) >= maxEntries {
		return fmt.Errorf("the calendar has more than %d appointments in the span; the others are left out", maxEntries)
	}
	r.entries = append(r.entries, entry)
	return nil
}

func nameOf(was stamp) string {
	switch {
	case was.zone == nil:
		return ""
	case was.day:
		return was.wall.Format(dateForm)
	}
	return was.moment().UTC().Format(utcForm)
}

// keyOf names an occurrence. UIDs hold addresses of people and hosts, so they
// are not kept themselves.
func keyOf(uid, occurrence string) string {
	sum := sha256.Sum256([]byte(uid + "\x00" + occurrence))
	return hex.EncodeToString(sum[:12])
}

// describe says what an appointment is; false if it is none that an agenda
// shows: a private one that is cancelled or leaves its owner free.
func (a *appointment) describe(event *component, e *city.AgendaEntry) bool {
	status := event.word("STATUS")
	e.Cancelled = status == "CANCELLED" || a.method == "CANCEL"
	e.Tentative = status == "TENTATIVE" && !e.Cancelled
	// Who marks a series private means each of its days, also those that a
	// program wrote anew without the mark.
	if private(event) || a.master != nil && private(a.master) {
		e.Private, e.Title = true, city.AgendaBusy
		return !e.Cancelled && event.word("TRANSP") != "TRANSPARENT"
	}
	title := event.text("SUMMARY")
	if title == "" && a.master != nil {
		title = a.master.text("SUMMARY")
	}
	if e.Title = shown(title); e.Title == "" {
		e.Title = city.AgendaUntitled
	}
	e.Place = shown(event.text("LOCATION"))
	return true
}

// private reads CLASS (RFC 5545 §3.8.1.3): words it does not know are private.
func private(event *component) bool {
	c := event.word("CLASS")
	return c != "" && c != "PUBLIC"
}

var links = regexp.MustCompile(`(?i)\b(?:https?|webcal|zoommtg|msteams)://\S+`)

// shown is text on one line, without personal numbers and without links, which
// open the meeting to whoever has them.
func shown(text string) string {
	text = links.ReplaceAllString(city.VisibleText(text), "[tautan]")
	return city.Excerpt(strings.Join(strings.Fields(text), " "), maxTitle)
}
