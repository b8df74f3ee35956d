package city_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

// skb2026 is the days off of 2026 (SKB 3 Menteri 1497/2025, 2/2025, 5/2025).
const skb2026 = `01-01 01-16 02-16 02-17 03-18 03-19 03-20 03-21 03-22 03-23 03-24 04-03 04-05 05-01 05-14 05-15
	05-27 05-28 05-31 06-01 06-16 08-17 08-25 12-24 12-25`

func samarinda(t *testing.T) city.Calendar {
	t.Helper()
	c := city.Calendar{Location: wita(t), Holidays: map[string]bool{}}
	for day := range strings.FieldsSeq(skb2026) {
		c.Holidays["2026-"+day] = true
	}
	if len(c.Holidays) != 25 {
		t.Fatalf("%d days off, the SKB has 25", len(c.Holidays))
	}
	return c
}

// golden is one worked deadline.
type golden struct {
	line     int
	received time.Time
	days     int
	pauses   []city.Pause
	counted  []city.Pause // stretches with both ends
	due      *time.Time
	why      string
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func readGolden(t *testing.T) (out []golden) {
	t.Helper()
	raw, err := os.ReadFile("testdata/deadlines_2026.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for text := range strings.Lines(string(raw)) {
		n++
		if text = strings.TrimSpace(text); text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		cells := strings.Split(text, " | ")
		if len(cells) != 6 {
			t.Fatalf("line %d has %d cells", n, len(cells))
		}
		g := golden{line: n, received: instant(t, cells[0]), why: cells[5]}
		if g.days, err = strconv.Atoi(cells[1]); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		for p := range strings.FieldsSeq(strings.TrimPrefix(cells[2], "-")) {
			from, until, _ := strings.Cut(p, "/")
			pause := city.Pause{From: instant(t, from)}
			if until != "" {
				pause.Until = new(instant(t, until))
			}
			g.pauses = append(g.pauses, pause)
		}
		for c := range strings.FieldsSeq(strings.TrimPrefix(cells[3], "-")) {
			g.counted = append(g.counted, stretch(t, c))
		}
		if cells[4] != "-" {
			g.due = new(instant(t, cells[4]))
		}
		out = append(out, g)
	}
	return out
}

// stretch reads MM-DD, MM-DD@HH:MM-HH:MM, or either with a year.
func stretch(t *testing.T, s string) city.Pause {
	t.Helper()
	day, clock, part := strings.Cut(s, "@")
	if len(day) == len("01-02") {
		day = "2026-" + day
	}
	midnight := instant(t, day+"T00:00:00+08:00")
	from, until := midnight, midnight.Add(24*time.Hour)
	if part {
		a, b, _ := strings.Cut(clock, "-")
		from = instant(t, day+"T"+a+":00+08:00")
		if b != "24:00" {
			until = instant(t, day+"T"+b+":00+08:00")
		}
	}
	return city.Pause{From: from, Until: &until}
}

// The table was worked by hand. Its own working is checked first, against
// nothing but the weekday and the list of days off, then the calendar.
func TestDeadlinesWorkedByHand(t *testing.T) {
	t.Parallel()
	cal := samarinda(t)
	table := readGolden(t)
	if len(table) < 40 {
		t.Fatalf("only %d rows", len(table))
	}
	norms := map[int]int{}
	for _, g := range table {
		norms[g.days]++
		var sum time.Duration
		for _, c := range g.counted {
			day := c.From.In(cal.Location)
			if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday || cal.Holidays[day.Format(time.DateOnly)] {
				t.Errorf("line %d counts %s, which is off", g.line, day.Format(time.DateOnly))
			}
			sum += c.Until.Sub(c.From)
		}
		due, ok := cal.PausedDue(g.received, g.days, g.pauses)
		if g.due == nil {
			if ok {
				t.Errorf("line %d (%s): %s, but the clock stands", g.line, g.why, due)
			}
			continue
		}
		if last := g.counted[len(g.counted)-1].Until; sum != time.Duration(g.days)*24*time.Hour || !last.Equal(*g.due) {
			t.Errorf("line %d does not add up: %s counted, ends %s", g.line, sum, last)
		}
		if !ok || !due.Equal(*g.due) {
			t.Errorf("line %d (%s): %s %v, worked by hand %s", g.line, g.why, due, ok, g.due)
		}
		if len(g.pauses) == 0 && !cal.Due(g.received, g.days).Equal(*g.due) {
			t.Errorf("line %d (%s): Due says %s", g.line, g.why, cal.Due(g.received, g.days))
		}
	}
	for _, n := range []int{1, 2, 3, 5, 10, 14} {
		if norms[n] == 0 {
			t.Errorf("no row for a norm of %d days", n)
		}
	}
}
