package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/jobs"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/robfig/cron/v3"
)

var (
	errWaiting = errors.New("not asked")
	errNoWait  = errors.New("it cannot tell")
)

// puller stands in for the connectors: it notes who is pulled and when two
// are at it at once.
type puller struct {
	pulls   chan string
	forgot  chan int64
	busy    atomic.Int32
	overlap atomic.Bool
	hold    time.Duration
	again   func() (time.Time, error)
	// wait is how news are told of; nil for sources that tell none. take is called
	// as a pull begins and says how many rows it brings.
	wait func(ctx context.Context, src city.Source) error
	take func() int
	// refused is told of each lock that another node holds, unless it is nil.
	refused chan string
}

// locking is the store's lock, and tells whom it refuses.
func (p *puller) locking(s *store.Store) func(context.Context, string) (func(), bool, error) {
	return func(ctx context.Context, name string) (func(), bool, error) {
		release, ok, err := s.TryLock(ctx, name)
		if err == nil && !ok && p.refused != nil {
			p.refused <- name
		}
		return release, ok, err
	}
}

func newPuller() *puller {
	return &puller{pulls: make(chan string, 1000), forgot: make(chan int64, 10)}
}

func (p *puller) Forget(id int64) { p.forgot <- id }

func (p *puller) Waits(city.Source) bool { return p.wait != nil }

func (p *puller) Wait(ctx context.Context, src city.Source) error { return p.wait(ctx, src) }

func (p *puller) RunOnce(ctx context.Context, src city.Source) (city.Tally, time.Time, error) {
	if p.busy.Add(1) > 1 {
		p.overlap.Store(true)
	}
	defer p.busy.Add(-1)
	var tally city.Tally
	if p.take != nil {
		tally.Read = p.take()
	}
	select { // a pull takes its time
	case <-ctx.Done():
	case <-time.After(p.hold):
	}
	p.pulls <- src.Slug
	if p.again != nil {
		at, err := p.again()
		return tally, at, err
	}
	return tally, time.Time{}, nil
}

// node is one server's jobs on a shared database.
func node(t *testing.T, s *store.Store, p *puller, tasks ...jobs.Task) *jobs.Jobs {
	t.Helper()
	j, err := jobs.New(jobs.Options{
		Pool: s.Pool(), Sources: s, Runner: p, Waiting: errWaiting, NoWait: errNoWait, TryLock: p.locking(s), Log: slog.New(slog.DiscardHandler), Tasks: tasks,
		ParseSchedule: func(text string) (jobs.Schedule, error) { return cron.ParseStandard(text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- j.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("stopping: %v", err)
			}
		case <-time.After(30 * time.Second):
			t.Error("the jobs did not stop")
		}
	})
	return j
}

func wait[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(60 * time.Second):
		t.Fatalf("%s: nothing in a minute", what)
		panic("unreachable")
	}
}

func TestTwoNodesPullASourceOneAtATime(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	p := newPuller()
	p.hold = 300 * time.Millisecond
	var nodes []*store.Store
	for range 2 {
		nodes = append(nodes, storetest.Open(t, db))
	}
	storetest.Source(t, nodes[0], func(s *city.Source) { s.Schedule = "@every 1s" })
	for _, s := range nodes {
		node(t, s, p)
	}
	for range 6 {
		if got := wait(t, p.pulls, "a pull"); got != "uji" {
			t.Errorf("pulled %q", got)
		}
	}
	if p.overlap.Load() {
		t.Error("the source was pulled twice at the same time")
	}
}

func TestAKilledNodesSourceIsPulledByTheNext(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	s := storetest.Open(t, db)
	storetest.Source(t, s, func(s *city.Source) { s.Schedule = "@every 1s" })
	// The dead node: a job in the state running, and a lock whose connection ends.
	dead := storetest.Connect(t, db.SuperuserURL)
	if _, err := dead.Exec(t.Context(), `INSERT INTO river_job (args, kind, max_attempts, queue, state, attempt, attempted_at, attempted_by)
		VALUES ('{"slug":"uji"}', 'poll', 1, 'poll', 'running', 1, now(), '{mati}')`); err != nil {
		t.Fatal(err)
	}
	holder := storetest.Open(t, db)
	release, ok, err := holder.TryLock(t.Context(), "poll:uji")
	if err != nil || !ok {
		t.Fatalf("lock: %v, %v", ok, err)
	}
	t.Cleanup(release)
	p := newPuller()
	node(t, s, p)
	select {
	case <-p.pulls:
		t.Fatal("pulled while another node holds the source")
	case <-time.After(3 * time.Second):
	}
	if _, err := dead.Exec(t.Context(), `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
		WHERE l.locktype = 'advisory' AND a.datname = current_database() AND l.granted AND l.mode = 'ExclusiveLock' AND a.query LIKE '%pg_try_advisory_lock%'`); err != nil {
		t.Fatal(err)
	}
	wait(t, p.pulls, "a pull after the holder has died")
}

func TestPollNowForgetsEarlierFailures(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	id := storetest.Source(t, s, func(s *city.Source) { s.Schedule = "0 0 1 1 *" })
	p := newPuller()
	j := node(t, s, p)
	wait(t, p.pulls, "the first pull of a new source")
	if err := j.PollNow(t.Context(), "uji"); err != nil {
		t.Fatal(err)
	}
	if got := wait(t, p.forgot, "forgetting"); got != id {
		t.Errorf("forgot %d", got)
	}
	wait(t, p.pulls, "a pull on demand")
	if err := j.PollNow(t.Context(), "tidak-ada"); city.CodeOf(err) != city.NotFound {
		t.Errorf("an unknown source: %v", err)
	}
}

func TestAFailedPullComesBackWhenTheRunnerSays(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	storetest.Source(t, s, func(s *city.Source) { s.Schedule = "0 0 1 1 *" })
	p := newPuller()
	var once sync.Once
	var began time.Time
	p.again = func() (time.Time, error) {
		var err error
		var at time.Time
		once.Do(func() { began = time.Now(); at, err = began.Add(2*time.Second), errors.New("sumber menolak") })
		return at, err
	}
	node(t, s, p)
	wait(t, p.pulls, "the first pull")
	wait(t, p.pulls, "the pull after a failure")
	if waited := time.Since(began); waited < 2*time.Second {
		t.Errorf("came back after %s, before it was allowed to", waited)
	}
}

func TestTasksRunOnEveryStart(t *testing.T) {
	t.Parallel()
	ran := make(chan string, 10)
	node(t, storetest.New(t), newPuller(), jobs.Task{Name: "uji", Every: time.Hour, Run: func(context.Context) error { ran <- "uji"; return nil }})
	wait(t, ran, "the task")
}
