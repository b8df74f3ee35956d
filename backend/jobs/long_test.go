package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/jobs"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/robfig/cron/v3"
)

// longNode runs a node that does long jobs by works.
func longNode(t *testing.T, s *store.Store, works map[city.LongJobKind]jobs.LongWork) *jobs.Jobs {
	t.Helper()
	j, err := jobs.New(jobs.Options{
		Pool: s.Pool(), Sources: s, Runner: newPuller(), Waiting: errWaiting, NoWait: errNoWait, TryLock: s.TryLock, Log: slog.New(slog.DiscardHandler),
		ParseSchedule: func(text string) (jobs.Schedule, error) { return cron.ParseStandard(text) },
		Long:          jobs.LongOptions{Store: s, Works: works},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- j.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := wait(t, done, "the jobs' end"); err != nil {
			t.Error(err)
		}
	})
	return j
}

// reaches reads a job until ok says so.
func reaches(t *testing.T, s *store.Store, asker city.Asker, id int64, what string, ok func(city.LongJob) bool) city.LongJob {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		j, err := s.LongJob(t.Context(), asker, id)
		if err != nil {
			t.Fatal(err)
		}
		if ok(j) {
			return j
		}
		select {
		case <-deadline:
			t.Fatalf("%s: not in a minute, but %+v", what, j)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func TestLongJobsSayHowFarTheyAreAndStopWhenTold(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	op := storetest.Officer(t, s, city.Operator)
	by, asker := city.Actor{OfficerID: op.ID, Name: op.Username}, op.Asker()
	stopped, goOn := make(chan error, 1), make(chan struct{})
	j := longNode(t, s, map[city.LongJobKind]jobs.LongWork{
		city.BackupJob: func(ctx context.Context, who city.Actor, progress city.LongJobProgress) (city.LongJobResult, error) {
			if who.OfficerID != op.ID {
				t.Errorf("it works for %+v", who)
			}
			progress("menyalin", 3, 8)
			<-ctx.Done()
			stopped <- context.Cause(ctx)
			return city.LongJobResult{}, ctx.Err()
		},
		city.LearnJob: func(_ context.Context, _ city.Actor, _ city.LongJobProgress) (city.LongJobResult, error) {
			<-goOn
			return city.LongJobResult{Learned: &city.LearnedResult{Rows: 70}}, nil
		},
	})
	id, err := s.AskLongJob(t.Context(), by, asker, city.BackupJob, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AskLongJob(t.Context(), by, asker, city.BackupJob, false); city.CodeOf(err) != city.Conflict {
		t.Errorf("a second of the kind: %v", err)
	}
	if err := j.StartLong(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	at := reaches(t, s, asker, id, "a beat", func(j city.LongJob) bool { return j.Done == 3 })
	if at.State != city.JobRunning || at.Total != 8 || at.Step != "menyalin" || !at.Yours || at.BegunAt == nil {
		t.Errorf("under way: %+v", at)
	}
	if got, err := s.CancelLongJob(t.Context(), by, asker, id); err != nil || !got.Canceling {
		t.Errorf("canceled: %+v, %v", got, err)
	}
	if err := wait(t, stopped, "its end"); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it stopped for %v", err)
	}
	if got := reaches(t, s, asker, id, "the end", city.LongJob.Ended); got.State != city.JobCanceled || got.Fault != "" {
		t.Errorf("its end: %+v", got)
	}

	id, err = s.AskLongJob(t.Context(), by, asker, city.LearnJob, false)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.TellOfLongJob(t.Context(), asker, id, true); err != nil || !got.Tell {
		t.Errorf("to be told: %+v, %v", got, err)
	}
	if err := j.StartLong(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	close(goOn)
	if got := reaches(t, s, asker, id, "the end", city.LongJob.Ended); got.State != city.JobDone || got.Result.Learned == nil || got.Result.Learned.Rows != 70 {
		t.Errorf("its end: %+v", got)
	}
	told, _, err := s.Notices(t.Context(), asker, true)
	if err != nil || len(told) != 1 || told[0].Kind != "job" || told[0].Text != "Belajar ulang kategori selesai." {
		t.Errorf("told %+v, %v", told, err)
	}
	auditor := storetest.Officer(t, s, city.Auditor)
	if all, err := s.LongJobs(t.Context(), auditor.Asker()); err != nil || len(all) != 2 || all[0].Yours {
		t.Errorf("what an auditor sees: %+v, %v", all, err)
	}
	if _, err := s.CancelLongJob(t.Context(), by, auditor.Asker(), id); city.CodeOf(err) != city.Forbidden {
		t.Errorf("an auditor cancels: %v", err)
	}
}

func TestAJobWithoutANodeFails(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	s := storetest.New(t, storetest.WithClock(func() time.Time { return now }))
	op := storetest.Officer(t, s, city.Operator)
	by := city.Actor{OfficerID: op.ID, Name: op.Username}
	id, err := s.AskLongJob(t.Context(), by, op.Asker(), city.BackupJob, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok, err := s.BeginLongJob(t.Context(), id); err != nil || !ok {
		t.Fatalf("begin: %v, %v", ok, err)
	}
	if _, _, ok, err := s.BeginLongJob(t.Context(), id); err != nil || ok {
		t.Errorf("begun twice: %v, %v", ok, err)
	}
	if n, err := s.EndSilentLongJobs(t.Context(), nil); err != nil || n != 0 {
		t.Errorf("at once: %d, %v", n, err)
	}
	now = now.Add(city.LongJobSilence + time.Second)
	if n, err := s.EndSilentLongJobs(t.Context(), nil); err != nil || n != 1 {
		t.Errorf("after its silence: %d, %v", n, err)
	}
	if goOn, err := s.BeatLongJob(t.Context(), id, "menyalin", 1, 2); err != nil || goOn {
		t.Errorf("a node that comes back goes on: %v, %v", goOn, err)
	}
	got, err := s.LongJob(t.Context(), op.Asker(), id)
	if err != nil || got.State != city.JobFailed || got.Fault == "" {
		t.Errorf("its end: %+v, %v", got, err)
	}
	if told, _, err := s.Notices(t.Context(), op.Asker(), true); err != nil || len(told) != 1 {
		t.Errorf("told %+v, %v", told, err)
	}
	if _, err := s.AskLongJob(t.Context(), by, op.Asker(), city.BackupJob, false); err != nil {
		t.Errorf("the next of the kind: %v", err)
	}
}
