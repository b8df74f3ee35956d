package ical

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// zone turns a wall-clock time into a moment. A wall clock is a time.Time in
// UTC whose hands show what was written: recurrences are worked out on it, so
// that a meeting at nine stays at nine whatever the zone does.
type zone interface {
	moment(wall time.Time) time.Time
	wall(moment time.Time) time.Time
}

// named is a zone of the tz database.
type named struct{ *time.Location }

func (z named) moment(w time.Time) time.Time {
	return time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), 0, z.Location)
}

func (z named) wall(m time.Time) time.Time { return onWall(m.In(z.Location)) }

// onWall keeps what the hands show.
func onWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// otherNames are zones by what programs call them that do not use the tz
// database's names: Windows (CLDR windowsZones, those of our longitudes) and
// the letters Indonesians write.
var otherNames = map[string]string{
	"SE Asia Standard Time": "Asia/Jakarta", "Singapore Standard Time": "Asia/Singapore", "China Standard Time": "Asia/Shanghai",
	"Taipei Standard Time": "Asia/Taipei", "W. Australia Standard Time": "Australia/Perth", "Tokyo Standard Time": "Asia/Tokyo",
	"Korea Standard Time": "Asia/Seoul", "WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura", "GMT": "UTC", "Z": "UTC",
}

// database finds a zone of the tz database by the names it goes by: its own,
// its own behind a maker's prefix (/mozilla.org/20050126_1/Asia/Makassar), or
// another program's. "Local" would be this machine's zone and is none.
func database(name string) (zone, bool) {
	name = strings.TrimSpace(name)
	if other, ok := otherNames[name]; ok {
		name = other
	}
	parts := strings.Split(strings.Trim(name, "/"), "/")
	for from := range parts {
		try := strings.Join(parts[from:], "/")
		if try == "" || strings.EqualFold(try, "local") || (from > 0 && len(parts)-from < 2) {
			continue
		}
		if loc, err := time.LoadLocation(try); err == nil {
			return named{loc}, true
		}
	}
	return nil, false
}

// zones are the zones that a calendar's times may name.
type zones struct {
	city    zone
	defined map[string]*component // VTIMEZONE by TZID
	made    map[string]zone
}

func newZones(city *time.Location, calendar *component) *zones {
	z := &zones{city: named{city}, defined: map[string]*component{}, made: map[string]zone{}}
	for _, part := range calendar.parts {
		if id, ok := part.get("TZID"); part.name == "VTIMEZONE" && ok {
			z.defined[id.value] = part
		}
	}
	return z
}

// find returns the zone of a TZID: the tz database's where it knows the name,
// else as the calendar itself defines it (RFC 5545 §3.6.5).
func (z *zones) find(id string) (zone, error) {
	if id == "" {
		return z.city, nil
	}
	if known, ok := z.made[id]; ok {
		return known, nil
	}
	found, ok := database(id)
	if !ok {
		def := z.defined[id]
		if def == nil {
			return nil, fmt.Errorf("its time zone %q is unknown and not defined in the calendar", clip(id, 60))
		}
		if loc, has := def.get("X-LIC-LOCATION"); has {
			found, ok = database(loc.value)
		}
		if !ok {
			var err error
			if found, err = define(def); err != nil {
				return nil, fmt.Errorf("its time zone %q cannot be read: %w", clip(id, 60), err)
			}
		}
	}
	z.made[id] = found
	return found, nil
}

// written is a zone as a calendar defines it.
type written []observance

// observance is a STANDARD or DAYLIGHT part: from each of its onsets on the
// offset is to; offsets are seconds east of UTC.
type observance struct {
	start    time.Time
	from, to int
	rule     *rule
	dates    []time.Time
}

func define(def *component) (zone, error) {
	var z written
	for _, part := range def.parts {
		if part.name != "STANDARD" && part.name != "DAYLIGHT" {
			continue
		}
		o, err := readObservance(part)
		if err != nil {
			return nil, err
		}
		if z = append(z, o); len(z) > 50 {
			return nil, errors.New("it has too many parts")
		}
	}
	if len(z) == 0 {
		return nil, errors.New("it has neither STANDARD nor DAYLIGHT")
	}
	return z, nil
}

func readObservance(part *component) (o observance, err error) {
	begin, _ := part.get("DTSTART")
	if o.start, err = time.Parse(localForm, begin.value); err != nil {
		return o, errors.New("DTSTART is not a local time")
	}
	if o.from, err = offset(part, "TZOFFSETFROM"); err != nil {
		return o, err
	}
	if o.to, err = offset(part, "TZOFFSETTO"); err != nil {
		return o, err
	}
	if p, has := part.get("RRULE"); has {
		// Zones of the last centuries may begin long ago; the years we show are few.
		start := o.start
		if start.Year() < earliestYear {
			start = start.AddDate(earliestYear-start.Year(), 0, 0)
		}
		if o.rule, err = readRule(p.value, start, func(until time.Time) time.Time { return until.Add(time.Duration(o.from) * time.Second) }); err != nil {
			return o, err
		}
		if o.rule.OrigOptions.Freq != rrule.YEARLY || o.rule.After(start, true).IsZero() {
			return o, errors.New("its RRULE is not a day of every year")
		}
	}
	for _, p := range part.all("RDATE") {
		for v := range strings.SplitSeq(p.value, ",") {
			if t, err := time.Parse(localForm, v); err == nil {
				o.dates = append(o.dates, t)
			}
		}
	}
	return o, nil
}

var offsetForm = regexp.MustCompile(`^([+-])(\d{2})(\d{2})(\d{2})?$`)

func offset(part *component, name string) (int, error) {
	p, _ := part.get(name)
	m := offsetForm.FindStringSubmatch(strings.TrimSpace(p.value))
	if m == nil {
		return 0, fmt.Errorf("%s is not an offset such as +0800", name)
	}
	seconds := 0
	for i, unit := range []int{3600, 60, 1} {
		n, _ := strconv.Atoi(m[i+2]) // digits or nothing
		seconds += n * unit
	}
	if m[1] == "-" {
		seconds = -seconds
	}
	return seconds, nil
}

// onset is the last onset not after a wall clock, the zero time if none.
func (o observance) onset(wall time.Time) (last time.Time) {
	if !o.start.After(wall) {
		last = o.start
	}
	for _, d := range o.dates {
		if !d.After(wall) && d.After(last) {
			last = d
		}
	}
	if o.rule != nil {
		if t := o.rule.Before(wall, true); t.After(last) {
			last = t
		}
	}
	return last
}

// offset is what the hands are ahead of UTC, in seconds.
func (z written) offset(wall time.Time) int {
	var last time.Time
	out, first := z[0].from, time.Time{}
	for _, o := range z {
		if at := o.onset(wall); !at.IsZero() && at.After(last) {
			last, out = at, o.to
		}
		if last.IsZero() && (first.IsZero() || o.start.Before(first)) {
			first, out = o.start, o.from
		}
	}
	return out
}

func (z written) moment(w time.Time) time.Time {
	return w.Add(-time.Duration(z.offset(w)) * time.Second)
}

func (z written) wall(m time.Time) time.Time {
	m = onWall(m.UTC())
	guess := m.Add(time.Duration(z.offset(m)) * time.Second)
	return m.Add(time.Duration(z.offset(guess)) * time.Second)
}
