package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

var wita = time.FixedZone("WITA", 8*3600)

// hands are a clock that the test turns: time passes, and the clock is set.
type hands struct {
	wall time.Time
	up   time.Duration
}

func (h *hands) pass(d time.Duration) { h.wall, h.up = h.wall.Add(d), h.up+d }
func (h *hands) set(d time.Duration)  { h.wall = h.wall.Add(d) }

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", text, wita)
	if err != nil {
		panic(err)
	}
	return t
}

// none stands in for the connectors: nothing is pulled here, only queued.
type none struct{}

func (none) RunOnce(context.Context, city.Source) (city.Tally, time.Time, error) {
	return city.Tally{}, time.Time{}, nil
}
func (none) Forget(int64)                            {}
func (none) Waits(city.Source) bool                  { return false }
func (none) Wait(context.Context, city.Source) error { return nil }

// clocked are jobs on a real database whose clock is the test's. They do not run:
// the test beats, and counts what is queued.
type clocked struct {
	*Jobs
	*hands
	store *store.Store
}

func newClocked(t *testing.T, begin string, tasks []Task, schedules map[string]string) clocked {
	t.Helper()
	s := storetest.New(t)
	h := &hands{wall: at(begin)}
	for slug, schedule := range schedules {
		storetest.Source(t, s, func(src *city.Source) { src.Slug, src.Schedule = slug, schedule })
	}
	j, err := New(Options{
		Pool: s.Pool(), Sources: s, Runner: none{}, Waiting: errors.New("waiting"), NoWait: errors.New("no wait"), TryLock: s.TryLock, Log: slog.New(slog.DiscardHandler), Tasks: tasks,
		Location: wita, Now: func() time.Time { return h.wall }, Uptime: func() time.Duration { return h.up },
		ParseSchedule: func(text string) (Schedule, error) { return cron.ParseStandard(text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.plan(t.Context()); err != nil {
		t.Fatal(err)
	}
	return clocked{Jobs: j, hands: h, store: s}
}

// queued takes what is queued off, and returns it in order: the slugs and tasks.
func (c clocked) queued(t *testing.T) []string {
	t.Helper()
	rows, err := c.store.Pool().Query(t.Context(), "WITH gone AS (DELETE FROM river_job RETURNING id, coalesce(args->>'slug', args->>'name') AS what) SELECT what FROM gone ORDER BY what")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var what string
		if err := rows.Scan(&what); err != nil {
			t.Fatal(err)
		}
		out = append(out, what)
	}
	return out
}

// during beats each half minute for a time, and counts what was queued.
func (c clocked) during(t *testing.T, d time.Duration) map[string]int {
	t.Helper()
	count := map[string]int{}
	for end := c.up + d; c.up < end; {
		c.pass(30 * time.Second)
		if err := c.beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, what := range c.queued(t) {
			count[what]++
		}
	}
	return count
}

var (
	everyKind  = map[string]string{"lima-menit": "*/5 * * * *", "tiap-jam": "0 * * * *", "pagi": "0 6 * * *", "tengah-malam": "0 0 * * *", "selang": "@every 10m", "selang-panjang": "@every 6h"}
	minuteTask = []Task{{Name: "menit", Every: time.Minute}, {Name: "harian", Every: 24 * time.Hour}}
)

// TestTheClockIsSetBackOrForthAnHour: whatever is done to the clock, what is asked
// for each few minutes goes on at its pace, and what belongs to a time of the day
// comes once on that day.
func TestTheClockIsSetBackOrForthAnHour(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		begin string
		set   time.Duration
		want  map[string]int // in the two hours after it
	}{
		"not at all": {"2026-11-23 04:58:10", 0, map[string]int{"lima-menit": 24, "tiap-jam": 2, "pagi": 1, "selang": 12, "menit": 120}},
		// 06:30 becomes 05:30: six in the morning comes again, and is done with.
		"back over six": {"2026-11-23 06:20:10", -time.Hour, map[string]int{"lima-menit": 24, "tiap-jam": 2, "selang": 12, "menit": 120}},
		// 05:30 becomes 06:30: six was jumped over, and is made up for once.
		"forth over six": {"2026-11-23 05:20:10", time.Hour, map[string]int{"lima-menit": 25, "tiap-jam": 3, "pagi": 1, "selang": 12, "menit": 120}},
		// 00:30 becomes 23:30 of the day before.
		"back over midnight": {"2026-11-23 00:20:10", -time.Hour, map[string]int{"lima-menit": 24, "tiap-jam": 2, "selang": 12, "menit": 120}},
		// 23:30 becomes 00:30 of the next day.
		"forth over midnight": {"2026-11-23 23:20:10", time.Hour, map[string]int{"lima-menit": 25, "tiap-jam": 3, "tengah-malam": 1, "selang": 12, "menit": 120}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begin := at(tc.begin)
			// The day's own times have come before, as on any day.
			c := newClocked(t, begin.Add(-time.Hour).Format("2006-01-02 15:04:05"), minuteTask, everyKind)
			first := c.queued(t)
			if len(first) != len(everyKind) {
				t.Fatalf("at first %v", first)
			}
			c.during(t, time.Hour+10*time.Minute)
			c.set(tc.set)
			got := c.during(t, 2*time.Hour)
			for what := range everyKind {
				if got[what] != tc.want[what] {
					t.Errorf("%s: %d times, want %d", what, got[what], tc.want[what])
				}
			}
			if got["menit"] != tc.want["menit"] || got["harian"] != 0 {
				t.Errorf("tasks: %v", got)
			}
		})
	}
}

// TestWhatIsQueuedIsDoneAtOnce, whatever the clock said when its time was made out: a
// job is available by the database's clock, not by the node's.
func TestWhatIsQueuedIsDoneAtOnce(t *testing.T) {
	t.Parallel()
	c := newClocked(t, "2036-11-23 06:00:00", minuteTask, map[string]string{"pagi": "0 6 * * *"})
	c.pass(25 * time.Hour)
	if err := c.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	var late int
	if err := c.store.Pool().QueryRow(t.Context(), "SELECT count(*) FROM river_job WHERE state <> 'available' OR scheduled_at > now()").Scan(&late); err != nil || late != 0 {
		t.Errorf("%d jobs wait for the clock (%v)", late, err)
	}
	if got := c.queued(t); !slices.Equal(got, []string{"harian", "menit", "pagi", "pagi"}) {
		t.Errorf("queued %v", got)
	}
}

// TestWhatCouldNotBeQueuedStaysDue: a database that is away for a moment skips nothing.
func TestWhatCouldNotBeQueuedStaysDue(t *testing.T) {
	t.Parallel()
	c := newClocked(t, "2026-11-23 05:59:00", nil, map[string]string{"pagi": "0 6 * * *"})
	c.queued(t)
	c.pass(90 * time.Second)
	away, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.beat(away); err == nil {
		t.Fatal("it was queued all the same")
	}
	for i := range 3 {
		if err := c.beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := c.queued(t), map[bool]int{true: 1}[i == 0]; len(got) != want {
			t.Errorf("beat %d: %v", i, got)
		}
		c.pass(time.Minute)
	}
}

// TestSchedulesAreReadInTheCitysZone, whatever the machine's is.
func TestSchedulesAreReadInTheCitysZone(t *testing.T) {
	t.Parallel()
	six, err := cron.ParseStandard("0 6 * * *")
	if err != nil {
		t.Fatal(err)
	}
	c := newClocked(t, "2026-11-22 20:00:00", nil, map[string]string{"pagi": "0 6 * * *"})
	c.queued(t)
	c.wall = c.wall.UTC() // a machine that lives in UTC
	var when []string
	for range 24 * 4 {
		c.pass(15 * time.Minute)
		if err := c.beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(c.queued(t)) > 0 {
			when = append(when, c.wall.In(wita).Format("15:04"))
		}
	}
	if fmt.Sprint(when) != "[06:00]" {
		t.Errorf("pulled at %v; %s", when, six.Next(c.wall))
	}
}
