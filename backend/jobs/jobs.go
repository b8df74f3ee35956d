// Package jobs runs the city's recurring work on river: pulling sources by
// their schedules, the watches that raise alerts, and housekeeping. River's
// leader election runs each schedule once however many nodes there are, and a
// unique key keeps a source from being pulled twice at the same time.
//
// It imports backend/city and river, pgx for the pool river works on, and
// cron to tell an interval from times of the clock; what the jobs do is handed in.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// Sources is where the configured sources are found. backend/store implements it.
type Sources interface {
	Sources(ctx context.Context) ([]city.Source, error)
	Source(ctx context.Context, slug string) (city.Source, error)
}

// Runner pulls one source once. connectors.Runner implements it.
type Runner interface {
	RunOnce(ctx context.Context, src city.Source) (city.Tally, time.Time, error)
	Forget(sourceID int64)
	// Waits reports whether the source can be told of news; Wait returns nil
	// when there are some, and Options.NoWait when there is no telling after all.
	Waits(src city.Source) bool
	Wait(ctx context.Context, src city.Source) error
}

// Schedule says when next; robfig/cron's schedules are such.
type Schedule interface {
	Next(after time.Time) time.Time
}

// Task is one piece of recurring work.
type Task struct {
	Name  string
	Every time.Duration
	Run   func(ctx context.Context) error
}

// Options are what the jobs work with.
type Options struct {
	Pool    *pgxpool.Pool
	Sources Sources
	Runner  Runner
	// ParseSchedule reads a source's schedule.
	ParseSchedule func(string) (Schedule, error)
	Tasks         []Task
	// Location is the zone in which schedules of the clock are read; UTC when nil.
	Location *time.Location
	// Now is the clock and Uptime the time that has passed since some moment, which
	// setting the clock does not touch; the machine's when nil.
	Now    func() time.Time
	Uptime func() time.Duration
	// Waiting is the error in the chain of a run that did not take place.
	Waiting error
	// NoWait is the error in the chain of Runner.Wait of a source that cannot
	// tell of news.
	NoWait error
	// TryLock takes a named lock of the whole city; backend/store's.
	TryLock func(ctx context.Context, name string) (release func(), ok bool, err error)
	// Long is the work that people wait for; zero: none is done here.
	Long LongOptions
	Log  *slog.Logger
}

// Jobs is the running queue of one node.
type Jobs struct {
	opt    Options
	client *river.Client[pgx.Tx]

	mu      sync.Mutex
	planned map[string]plan       // by source slug
	tasks   map[string]*timetable // by name

	// Only Run's goroutine touches these.
	heard     map[string]*hearing // by source slug
	listening sync.WaitGroup
}

type plan struct {
	schedule string
	table    *timetable // nil when the schedule cannot be read
}

// pullsAtOnce bounds how many sources are asked at once. Most of a pull is waiting
// for the other side, and sources that hang must leave room for those that do not;
// how many deliveries are stored at once is the store's to bound.
const pullsAtOnce = 48

// reloadEvery is how soon a new or changed source is noticed.
const reloadEvery = 5 * time.Second

// New prepares the queue; Run starts it.
func New(opt Options) (*Jobs, error) {
	if opt.Location == nil {
		opt.Location = time.UTC
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if began := time.Now(); opt.Uptime == nil {
		opt.Uptime = func() time.Duration { return time.Since(began) }
	}
	j := &Jobs{opt: opt, planned: map[string]plan{}, tasks: map[string]*timetable{}, heard: map[string]*hearing{}}
	workers := river.NewWorkers()
	river.AddWorker(workers, &pollWorker{jobs: j})
	river.AddWorker(workers, &taskWorker{jobs: j})
	river.AddWorker(workers, &longWorker{jobs: j})
	cfg := &river.Config{
		Logger:  slog.New(quiet{opt.Log.Handler()}),
		Workers: workers,
		Queues: map[string]river.QueueConfig{
			queuePoll: {MaxWorkers: pullsAtOnce}, queueTasks: {MaxWorkers: 2}, queueLong: {MaxWorkers: 1},
		},
		CompletedJobRetentionPeriod: 10 * time.Minute,
		CancelledJobRetentionPeriod: time.Hour,
		DiscardedJobRetentionPeriod: 24 * time.Hour,
		JobTimeout:                  5 * time.Minute,
	}
	for _, t := range opt.Tasks {
		j.tasks[t.Name] = &timetable{every: t.Every} // at once, and then again
	}
	cfg.PeriodicJobs = []*river.PeriodicJob{j.beats()}
	var err error
	if j.client, err = river.NewClient(riverpgxv5.New(opt.Pool), cfg); err != nil {
		return nil, fmt.Errorf("prepare the job queue: %w", err)
	}
	return j, nil
}

// Run works until ctx ends, then lets jobs under way finish for up to ten
// seconds and cancels what is left; their data is committed or not at all.
func (j *Jobs) Run(ctx context.Context) error {
	if err := j.start(ctx); err != nil {
		return err
	}
	defer j.listening.Wait() // ctx has ended by then
	tick := time.NewTicker(reloadEvery)
	defer tick.Stop()
	for {
		if err := j.plan(ctx); err != nil && ctx.Err() == nil {
			j.opt.Log.Warn("The sources' schedules were not read", "err", err)
		}
		select {
		case <-tick.C:
			continue
		case <-ctx.Done():
		}
		return j.stop(context.WithoutCancel(ctx))
	}
}

// start waits for the database: it may be restarting.
func (j *Jobs) start(ctx context.Context) error {
	for {
		err := j.client.Start(context.WithoutCancel(ctx))
		if err == nil {
			return nil
		}
		j.opt.Log.Warn("The job queue did not start; trying again", "err", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(2 * time.Second):
		}
	}
}

func (j *Jobs) stop(ctx context.Context) error {
	soft, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := j.client.Stop(soft); err == nil {
		return nil
	}
	hard, cancelHard := context.WithTimeout(ctx, 5*time.Second)
	defer cancelHard()
	if err := j.client.StopAndCancel(hard); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stop the job queue: %w", err)
	}
	return nil
}

// plan brings the timetables in line with the configured sources.
func (j *Jobs) plan(ctx context.Context) error {
	sources, err := j.opt.Sources.Sources(ctx)
	if err != nil {
		return err
	}
	j.listen(ctx, sources)
	j.mu.Lock()
	defer j.mu.Unlock()
	wanted := map[string]string{}
	for _, s := range sources {
		if !s.Paused && s.Schedule != "" {
			wanted[s.Slug] = s.Schedule
		}
	}
	for slug, p := range j.planned {
		if wanted[slug] != p.schedule {
			delete(j.planned, slug)
		}
	}
	for slug, text := range wanted {
		if _, ok := j.planned[slug]; ok {
			continue
		}
		schedule, err := j.opt.ParseSchedule(text)
		if err != nil {
			j.opt.Log.Warn("A source's schedule cannot be read", "source", slug, "schedule", text, "err", err)
			j.planned[slug] = plan{schedule: text}
			continue
		}
		// At once, not only when this node is elected: the node that was may
		// have been killed a moment ago.
		if _, err := j.client.Insert(ctx, pollArgs{Slug: slug}, nil); err != nil {
			return fmt.Errorf("queue a first pull of %s: %w", slug, err)
		}
		j.planned[slug] = plan{schedule: text, table: newTimetable(schedule, j.opt.Now().In(j.opt.Location), j.opt.Uptime())}
	}
	return nil
}

// PollNow pulls a source as soon as a worker is free, whatever its schedule
// and however it failed before.
func (j *Jobs) PollNow(ctx context.Context, slug string) error {
	src, err := j.opt.Sources.Source(ctx, slug)
	if err != nil {
		return err
	}
	if src.Schedule == "" {
		return city.Errorf(city.Conflict, "source %q is pushed to, not pulled", slug)
	}
	if _, err := j.client.Insert(ctx, pollArgs{Slug: slug, Now: true}, nil); err != nil {
		return fmt.Errorf("queue a pull of %s: %w", slug, err)
	}
	return nil
}

// quiet lets only warnings and errors of the queue through.
type quiet struct{ slog.Handler }

// Enabled implements slog.Handler.
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}
