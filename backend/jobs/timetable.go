package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/robfig/cron/v3"
)

// pulse is how often the leading node looks what is due. River's own periodic jobs
// are not used for more than this beat: they would be made out for a time of the
// clock before it was set back, and wait for it; they would come in a burst for
// each time that it was set past; and they would read cron fields in the machine's
// zone.
const pulse = 500 * time.Millisecond

// timetable says when one thing is due, whatever is done to the clock: an interval is
// counted by time that has passed, and times of the clock once each.
type timetable struct {
	schedule Schedule      // of the clock
	every    time.Duration // an interval, when there is no schedule
	seen     time.Time     // the clock's reading until which its times are done with
	last     time.Time     // its reading at the last run
	ran      time.Duration // uptime at the last run
	started  bool
}

// newTimetable begins a table whose first run is made by whoever makes it; now is
// in the city's zone.
func newTimetable(s Schedule, now time.Time, up time.Duration) *timetable {
	t := &timetable{schedule: s}
	if each, ok := s.(cron.ConstantDelaySchedule); ok {
		t.schedule, t.every = nil, each.Delay
	}
	t.did(now, up)
	return t
}

// due reports whether it is time. Several times of the clock that were jumped over
// are one. A time that comes again, because the clock was set back, counts when half
// of what lies between two of them has really passed: each five minutes goes on, and
// each morning does not come twice.
func (t *timetable) due(now time.Time, up time.Duration) bool {
	if t.schedule == nil {
		return !t.started || up-t.ran >= t.every
	}
	now = now.Round(0) // the clock's reading alone
	if now.Before(t.seen) {
		t.seen = now
	}
	next := t.schedule.Next(t.seen)
	if next.IsZero() || next.After(now) {
		return false
	}
	if !next.After(t.last) && up-t.ran < t.schedule.Next(next).Sub(next)/2 {
		t.seen = now
		return false
	}
	return true
}

// did notes a run.
func (t *timetable) did(now time.Time, up time.Duration) {
	now = now.Round(0)
	t.seen, t.last, t.ran, t.started = now, now, up, true
}

// beat queues what is due. What could not be queued stays due.
func (j *Jobs) beat(ctx context.Context) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	now, up := j.opt.Now().In(j.opt.Location), j.opt.Uptime()
	var many []river.InsertManyParams
	var tables []*timetable
	for _, t := range j.opt.Tasks {
		if table := j.tasks[t.Name]; table.due(now, up) {
			many, tables = append(many, river.InsertManyParams{Args: taskArgs{Name: t.Name}}), append(tables, table)
		}
	}
	for slug, p := range j.planned {
		if p.table != nil && p.table.due(now, up) {
			many, tables = append(many, river.InsertManyParams{Args: pollArgs{Slug: slug}}), append(tables, p.table)
		}
	}
	if len(many) == 0 {
		return nil
	}
	if _, err := j.client.InsertManyFast(ctx, many); err != nil {
		return fmt.Errorf("queue what is due: %w", err)
	}
	for _, t := range tables {
		t.did(now, up)
	}
	return nil
}

// beats are the one periodic job that river is asked for, on the leading node alone.
// It inserts nothing of its own.
func (j *Jobs) beats() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(pulse), func() (river.JobArgs, *river.InsertOpts) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := j.beat(ctx); err != nil {
			j.opt.Log.Warn("What is due was not queued", "err", err)
		}
		return nil, nil
	}, &river.PeriodicJobOpts{ID: "beat", RunOnStart: true})
}
