package main

import (
	"log/slog"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// The machine's clock is set back or forth by an hour. What belongs to a day comes
// once on it; backend/jobs has the tests of the schedules themselves.

// settable is a city whose clock the test sets; it begins at a day's midnight.
type settable struct {
	*database
	place storetest.DB
	day   time.Time
	clock time.Time
}

func newSettable(t *testing.T) *settable {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Makassar")
	if err != nil {
		t.Fatal(err)
	}
	c := &settable{place: storetest.NewDB(t), day: time.Date(2026, 11, 23, 0, 0, 0, 0, zone)}
	c.clock = c.day
	s := storetest.Open(t, c.place, storetest.WithClock(c.now))
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.database = &database{Store: s, url: c.place.AppURL, city: setting}
	return c
}

func (c *settable) now() time.Time { return c.clock }

// set puts the clock so long after the first midnight.
func (c *settable) set(after time.Duration) { c.clock = c.day.Add(after) }

func TestTheMorningsSheetWhenTheClockIsSet(t *testing.T) {
	t.Parallel()
	c := newSettable(t)
	b := &briefer{db: c.database, offered: func() []city.NoticeChannel { return nil }, log: slog.New(slog.DiscardHandler), now: c.now}
	for _, step := range []struct {
		at    time.Duration
		sheet int
	}{
		{6*time.Hour + time.Minute, 1}, {5*time.Hour + 2*time.Minute, 1}, {6*time.Hour + time.Minute, 1}, // back over six
		{29*time.Hour + 50*time.Minute, 1}, {30*time.Hour + 50*time.Minute, 2}, // forth over six of the next day
		{47*time.Hour + 50*time.Minute, 2}, {48*time.Hour + 50*time.Minute, 2}, {47*time.Hour + 50*time.Minute, 2}, // over midnight and back
		{54 * time.Hour, 3},
	} {
		c.set(step.at)
		if err := b.watch(t.Context()); err != nil {
			t.Fatal(err)
		}
		if list, err := c.Briefings(t.Context(), city.System, 10); err != nil || len(list) != step.sheet {
			t.Fatalf("%s after midnight: %d sheets, not %d: %v", step.at, len(list), step.sheet, err)
		}
	}
}

func TestTheNightsErasingWhenTheClockIsSet(t *testing.T) {
	t.Parallel()
	c := newSettable(t)
	sql := storetest.Connect(t, c.place.SuperuserURL)
	k := &keeper{db: c.database, data: t.TempDir(), log: slog.New(slog.DiscardHandler), now: c.now}
	rules, err := c.Retentions(t.Context(), city.System, c.day)
	if err != nil || len(rules) == 0 {
		t.Fatalf("%d rules, %v", len(rules), err)
	}
	for _, step := range []struct {
		at   time.Duration
		runs int // of each rule
	}{
		{2*time.Hour + 50*time.Minute, 0}, {3*time.Hour + 5*time.Minute, 1}, {2*time.Hour + 5*time.Minute, 1}, {3*time.Hour + 5*time.Minute, 1}, // back over three
		{26*time.Hour + 50*time.Minute, 1}, {27*time.Hour + 50*time.Minute, 2}, // forth over three of the next day
		{48*time.Hour + 10*time.Minute, 2}, {47*time.Hour + 10*time.Minute, 2}, // back over midnight
		{51 * time.Hour, 3},
	} {
		c.set(step.at)
		if err := k.watch(t.Context()); err != nil {
			t.Fatal(err)
		}
		var runs int
		if err := sql.QueryRow(t.Context(), "SELECT count(*) FROM retention_runs").Scan(&runs); err != nil || runs != step.runs*len(rules) {
			t.Fatalf("%s after midnight: %d runs of %d rules, want %d each: %v", step.at, runs, len(rules), step.runs, err)
		}
	}
}

func TestTheNightsBackupWhenTheClockIsSet(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("WITA", 8*3600)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, zone) }
	good := func(b time.Time) city.Backups {
		item := city.Backup{BeganAt: b}
		return city.Backups{Items: []city.Backup{item}, Good: &item}
	}
	failed := func(b time.Time) city.Backups {
		return city.Backups{Items: []city.Backup{{BeganAt: b, Fault: "penuh"}}}
	}
	for name, c := range map[string]struct {
		all  city.Backups
		now  time.Time
		want bool
	}{
		"made, and set back before its time":       {good(at(22, 2, 5)), at(22, 1, 20), false},
		"made, set back, and its time comes again": {good(at(22, 2, 5)), at(22, 2, 1), false},
		"set forth over its time":                  {good(at(21, 2, 5)), at(22, 2, 50), true},
		"set back over midnight":                   {good(at(22, 2, 5)), at(22, 23, 10), false},
		"failed, and set back":                     {failed(at(22, 2, 30)), at(22, 2, 10), true},
	} {
		if got := nightDue(c.all, c.now, 2*time.Hour, at(1, 0, 0)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
