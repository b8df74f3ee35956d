package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"balaikota/backend/city"

	"github.com/riverqueue/river"
)

// LongStore is where long jobs stand. backend/store implements it.
type LongStore interface {
	// BeginLongJob takes a waiting job on; ok is false when it is not to be done.
	BeginLongJob(ctx context.Context, id int64) (kind city.LongJobKind, by city.Actor, ok bool, err error)
	// BeatLongJob says how far a job is; goOn is false when it is to stop.
	BeatLongJob(ctx context.Context, id int64, step string, done, total int64) (goOn bool, err error)
	EndLongJob(ctx context.Context, id int64, state city.LongJobState, result city.LongJobResult, fault string, offered []city.NoticeChannel) error
}

// LongWork does one kind of long job for by until ctx ends, and says how far it
// is. What it brought before an error is kept.
type LongWork func(ctx context.Context, by city.Actor, progress city.LongJobProgress) (city.LongJobResult, error)

// LongOptions are what long jobs work with.
type LongOptions struct {
	Store LongStore
	Works map[city.LongJobKind]LongWork
	// Offered are the channels by which officers are told of an end.
	Offered []city.NoticeChannel
}

const (
	queueLong = "long"
	// beatEvery is how often a job says how far it is, and hears that it is
	// to stop.
	beatEvery = time.Second
)

// errCanceled is why a job's context ended: somebody wants it stopped.
var errCanceled = errors.New("canceled")

// longArgs is one long job.
type longArgs struct {
	ID int64 `json:"id"`
}

// Kind implements river.JobArgs.
func (longArgs) Kind() string { return "long" }

// InsertOpts implements river.JobArgsWithInsertOpts: what failed is begun anew
// by a person, never by itself.
func (longArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queueLong, MaxAttempts: 1}
}

// StartLong hands a job that was put down as waiting to whichever node is free.
func (j *Jobs) StartLong(ctx context.Context, id int64) error {
	if _, err := j.client.Insert(ctx, longArgs{ID: id}, nil); err != nil {
		return fmt.Errorf("queue the job %d: %w", id, err)
	}
	return nil
}

type longWorker struct {
	river.WorkerDefaults[longArgs]
	jobs *Jobs
}

// Timeout implements river.Worker: it takes as long as it takes, and people can
// cancel it.
func (w *longWorker) Timeout(*river.Job[longArgs]) time.Duration { return -1 }

// Work implements river.Worker.
func (w *longWorker) Work(ctx context.Context, job *river.Job[longArgs]) error {
	opt, id := w.jobs.opt.Long, job.Args.ID
	kind, by, ok, err := opt.Store.BeginLongJob(ctx, id)
	if err != nil || !ok {
		return err
	}
	work, known := opt.Works[kind]
	if !known {
		return w.end(ctx, id, kind, city.LongJobResult{}, fmt.Errorf("this program does not know work of the kind %q", kind))
	}
	running, stop := context.WithCancelCause(ctx)
	at := &position{}
	var beating sync.WaitGroup
	beating.Go(func() { w.beat(running, stop, id, at) })
	result, err := work(running, by, at.set)
	if err != nil && running.Err() != nil {
		err = context.Cause(running)
	}
	stop(nil)
	beating.Wait()
	return w.end(ctx, id, kind, result, err)
}

// position is how far a job is; it is said once a beat, however often it moves.
type position struct {
	mu          sync.Mutex
	step        string
	done, total int64
}

func (p *position) set(step string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step, p.done, p.total = step, done, total
}

func (p *position) get() (step string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.step, p.done, p.total
}

func (w *longWorker) beat(ctx context.Context, stop context.CancelCauseFunc, id int64, at *position) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		step, done, total := at.get()
		goOn, err := w.jobs.opt.Long.Store.BeatLongJob(ctx, id, step, done, total)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil: // it may be restarting; who watches ends the job if it stays away
			w.jobs.opt.Log.Warn("A job could not say how far it is", "job", id, "err", err)
		case !goOn:
			stop(errCanceled)
			return
		}
	}
}

// end writes the end down, also when the server is stopping.
func (w *longWorker) end(ctx context.Context, id int64, kind city.LongJobKind, result city.LongJobResult, failed error) error {
	state, fault := city.JobDone, ""
	switch {
	case errors.Is(failed, errCanceled):
		state = city.JobCanceled
	case errors.Is(failed, context.Canceled):
		state, fault = city.JobFailed, "server berhenti; mulai lagi"
	case failed != nil:
		state, fault = city.JobFailed, strings.Join(strings.Fields(failed.Error()), " ")
		w.jobs.opt.Log.Warn("A job failed", "job", id, "kind", kind, "err", failed)
	}
	saying, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return w.jobs.opt.Long.Store.EndLongJob(saying, id, state, result, fault, w.jobs.opt.Long.Offered)
}
