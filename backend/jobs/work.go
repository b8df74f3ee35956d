package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/riverqueue/river"
)

const (
	queuePoll  = "poll"
	queueTasks = "tasks"
)

// pollArgs pulls one source.
type pollArgs struct {
	Slug string `json:"slug"`
	// Now is set when an officer asked for it.
	Now bool `json:"now,omitempty"`
}

// Kind implements river.JobArgs.
func (pollArgs) Kind() string { return "poll" }

// InsertOpts implements river.JobArgsWithInsertOpts.
func (pollArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queuePoll, MaxAttempts: 1}
}

type pollWorker struct {
	river.WorkerDefaults[pollArgs]
	jobs *Jobs
}

// Work pulls the source. The runner has stored the outcome by the time it
// returns, so a failed pull is no failed job: it is put off to the time the
// runner names, and the schedule goes on. A source that is being pulled, or
// that a put-off job will pull, is left to that.
func (w *pollWorker) Work(ctx context.Context, job *river.Job[pollArgs]) error {
	_, again, err := w.jobs.pull(ctx, job.Args.Slug, job.Args.Now)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil || again.IsZero() {
		return err
	}
	return river.JobSnooze(max(0, time.Until(again)))
}

// pull pulls a source unless it is being pulled elsewhere; now goes past its
// pause. A source that failed is no error; again is when to try again, as the
// runner says.
func (j *Jobs) pull(ctx context.Context, slug string, now bool) (tally city.Tally, again time.Time, err error) {
	release, ok, err := j.opt.TryLock(ctx, "poll:"+slug)
	if err != nil || !ok {
		return tally, again, err
	}
	defer release()
	src, err := j.opt.Sources.Source(ctx, slug)
	if err != nil {
		return tally, again, err
	}
	if src.Paused && !now {
		return tally, again, nil
	}
	if now {
		j.opt.Runner.Forget(src.ID)
	}
	tally, again, err = j.opt.Runner.RunOnce(ctx, src)
	if errors.Is(err, j.opt.Waiting) {
		return tally, time.Time{}, nil
	}
	if err != nil {
		j.opt.Log.Warn("A source was not pulled", "source", src.Slug, "err", err, "again", again)
	}
	return tally, again, nil
}

// taskArgs runs one of the recurring tasks.
type taskArgs struct {
	Name string `json:"name"`
}

// Kind implements river.JobArgs.
func (taskArgs) Kind() string { return "task" }

// InsertOpts implements river.JobArgsWithInsertOpts.
func (taskArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queueTasks, MaxAttempts: 1}
}

type taskWorker struct {
	river.WorkerDefaults[taskArgs]
	jobs *Jobs
}

// Work runs the task by its name; one that this program no longer knows is
// dropped.
func (w *taskWorker) Work(ctx context.Context, job *river.Job[taskArgs]) error {
	for _, t := range w.jobs.opt.Tasks {
		if t.Name != job.Args.Name {
			continue
		}
		release, ok, err := w.jobs.opt.TryLock(ctx, "task:"+t.Name)
		if err != nil || !ok {
			return err
		}
		defer release()
		if err := t.Run(ctx); err != nil {
			w.jobs.opt.Log.Warn("A task failed", "task", t.Name, "err", err)
			return fmt.Errorf("run task %s: %w", t.Name, err)
		}
		return nil
	}
	return river.JobCancel(fmt.Errorf("there is no task %q", job.Args.Name))
}
