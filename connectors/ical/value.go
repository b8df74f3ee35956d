package ical

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	dateForm  = "20060102"
	localForm = "20060102T150405"
	utcForm   = "20060102T150405Z"

	// Series that begin before would be followed day by day up to now.
	earliestYear = 1970
	latestYear   = 2200
)

// stamp is a DATE or DATE-TIME as written.
type stamp struct {
	wall time.Time // what the hands show in zone
	day  bool      // a date alone: a day of the city, wherever the calendar was made
	zone zone
}

func (s stamp) moment() time.Time { return s.zone.moment(s.wall) }

// at is another time by the same clock.
func (s stamp) at(wall time.Time) stamp {
	s.wall = wall
	return s
}

// stampOf reads a property of one time. A time without zone or Z is floating:
// it is meant where its reader is, which is the city.
func (z *zones) stampOf(p property) (stamp, error) {
	return z.stampText(p.value, p)
}

func (z *zones) stampText(value string, p property) (stamp, error) {
	value = strings.TrimSpace(value)
	if t, err := time.Parse(dateForm, value); err == nil {
		return within(stamp{wall: t, day: true, zone: z.city})
	}
	if strings.EqualFold(p.params["VALUE"], "DATE") && len(value) > len(dateForm) {
		// Some programs say DATE and write a midnight after it.
		if t, err := time.Parse(dateForm, value[:len(dateForm)]); err == nil {
			return within(stamp{wall: t, day: true, zone: z.city})
		}
	}
	if t, err := time.Parse(utcForm, value); err == nil {
		return within(stamp{wall: t, zone: named{time.UTC}})
	}
	t, err := time.Parse(localForm, value)
	if err != nil {
		return stamp{}, fmt.Errorf("%s %q is not a time such as 20261121T090000", p.name, clip(value, 40))
	}
	zone, err := z.find(p.params["TZID"])
	if err != nil {
		return stamp{}, err
	}
	return within(stamp{wall: t, zone: zone})
}

func within(s stamp) (stamp, error) {
	if y := s.wall.Year(); y < earliestYear || y > latestYear {
		return stamp{}, fmt.Errorf("the year %d cannot be meant", y)
	}
	return s, nil
}

// stamps reads a property that lists times, such as EXDATE; of periods
// (RDATE;VALUE=PERIOD) the beginnings.
func (z *zones) stamps(p property) ([]stamp, error) {
	if p.broken {
		return nil, fmt.Errorf("%s cannot be read", p.name)
	}
	var out []stamp
	for v := range strings.SplitSeq(p.value, ",") {
		begin, _, _ := strings.Cut(v, "/")
		if strings.TrimSpace(begin) == "" {
			continue
		}
		s, err := z.stampText(begin, p)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

var durationForm = regexp.MustCompile(`^([+-]?)P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$`)

// duration reads RFC 5545 §3.3.6; days are days of the calendar, the rest is
// time.
func duration(s string) (days int, rest time.Duration, err error) {
	m := durationForm.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(s)))
	if m == nil || strings.Join(m[2:], "") == "" {
		return 0, 0, fmt.Errorf("DURATION %q is not a span such as PT1H30M", clip(s, 40))
	}
	if m[1] == "-" {
		return 0, 0, errors.New("DURATION is negative")
	}
	n := func(i int) int { v, _ := strconv.Atoi(m[i]); return v } // digits or nothing
	rest = time.Duration(n(4))*time.Hour + time.Duration(n(5))*time.Minute + time.Duration(n(6))*time.Second
	return 7*n(2) + n(3), rest, nil
}

// length is how long an appointment is, by the clock on the wall: whole days
// for dates, and what DTEND or DURATION say for the rest.
func (z *zones) length(event *component, start stamp) (time.Duration, error) {
	if p, has := event.get("DTEND"); has {
		end, err := z.stampOf(p)
		if err != nil {
			return 0, err
		}
		span := end.moment().Sub(start.moment())
		if start.day {
			span = end.wall.Sub(start.wall).Truncate(24 * time.Hour)
			if span == 0 {
				span = 24 * time.Hour // "until the same day" is meant to hold it
			}
		}
		if span < 0 {
			return 0, errors.New("it ends before it begins")
		}
		return min(span, maxLength), nil
	}
	if p, has := event.get("DURATION"); has {
		days, rest, err := duration(p.value)
		if err != nil {
			return 0, err
		}
		return min(time.Duration(days)*24*time.Hour+rest, maxLength), nil
	}
	if start.day {
		return 24 * time.Hour, nil
	}
	return 0, nil
}

// maxLength bounds one appointment: an exhibition, not a term of office.
const maxLength = 366 * 24 * time.Hour
