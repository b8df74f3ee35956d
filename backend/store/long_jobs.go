package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// unclaimedFor is how long a job may wait for a node before it counts as lost.
const unclaimedFor = 2 * time.Minute

const (
	longJobColumns = `SELECT j.id, j.kind, j.state, coalesce(j.officer_id, 0) AS officer_id, j.actor, j.asked_at, j.begun_at, j.ended_at, j.step, j.done, j.total,
	j.cancel_by, j.tell, j.result, j.fault,
	(SELECT extract(epoch FROM l.ended_at - l.begun_at)::float8 FROM long_jobs l WHERE l.kind = j.kind AND l.state = 'selesai' ORDER BY l.id DESC LIMIT 1) AS last_took FROM long_jobs j `
	longJobQuery = longJobColumns + `WHERE j.id = $1`
	// Of each kind what runs, and what ended last.
	longJobsQuery   = longJobColumns + `WHERE j.ended_at IS NULL OR j.id IN (SELECT max(id) FROM long_jobs WHERE ended_at IS NOT NULL GROUP BY kind) ORDER BY j.id DESC`
	addLongJobQuery = `INSERT INTO long_jobs (kind, officer_id, actor, asked_at, tell) VALUES ($1, nullif($2::bigint, 0), $3, $4, $5) RETURNING id`
	beginJobQuery   = `UPDATE long_jobs SET state = 'berjalan', begun_at = $2, beat_at = $2 WHERE id = $1 AND state = 'menunggu' AND cancel_by = ''
	RETURNING kind, coalesce(officer_id, 0) AS officer_id, actor`
	beatJobQuery    = `UPDATE long_jobs SET beat_at = $2, step = $3, done = $4, total = $5 WHERE id = $1 AND state = 'berjalan' RETURNING cancel_by`
	endJobQuery     = `UPDATE long_jobs SET state = $2, ended_at = $3, result = $4, fault = $5 WHERE id = $1 AND ended_at IS NULL RETURNING id`
	cancelJobQuery  = `UPDATE long_jobs SET cancel_by = $2 WHERE id = $1 AND ended_at IS NULL AND cancel_by = '' RETURNING state`
	tellOfJobQuery  = `UPDATE long_jobs SET tell = $3 WHERE id = $1 AND officer_id = $2 AND ended_at IS NULL RETURNING id`
	silentJobsQuery = `SELECT id FROM long_jobs WHERE (state = 'berjalan' AND beat_at < $1) OR (state = 'menunggu' AND asked_at < $2)`
	lostJobFault    = "server yang mengerjakannya berhenti; mulai lagi"
)

type longJobRow struct {
	ID               int64
	Kind             city.LongJobKind
	State            city.LongJobState
	OfficerID        int64
	Actor            string
	AskedAt          time.Time
	BegunAt, EndedAt *time.Time
	Step             string
	Done, Total      int64
	CancelBy         string
	Tell             bool
	Result           json.RawMessage
	Fault            string
	LastTook         *float64 // seconds, of the last of the kind that succeeded
}

func (r longJobRow) job(asker city.Asker, now time.Time) (city.LongJob, error) {
	j := city.LongJob{
		ID: r.ID, Kind: r.Kind, State: r.State, Actor: r.Actor, AskedAt: r.AskedAt, BegunAt: r.BegunAt, EndedAt: r.EndedAt, Step: r.Step,
		Done: r.Done, Total: r.Total, Canceling: r.CancelBy != "" && r.EndedAt == nil, Tell: r.Tell, Fault: r.Fault,
		Yours: r.OfficerID != 0 && r.OfficerID == asker.OfficerID,
	}
	if r.State == city.JobRunning && r.LastTook != nil && r.BegunAt != nil {
		if left := *r.LastTook - now.Sub(*r.BegunAt).Seconds(); left > 0 {
			j.SecondsLeft = &left
		}
	}
	if err := json.Unmarshal(r.Result, &j.Result); err != nil {
		return j, fmt.Errorf("decode the result of job %d: %w", r.ID, err)
	}
	return j, nil
}

// AskLongJob puts a job down as waiting; the caller sees to it that somebody
// works on it. Conflict when one of the kind runs already. An operator's is
// audited; tell asks for a notice at its end.
func (s *Store) AskLongJob(ctx context.Context, by city.Actor, asker city.Asker, kind city.LongJobKind, tell bool) (id int64, err error) {
	if asker.Role != city.Operator && asker.Role != city.SystemRole {
		return 0, city.Errorf(city.Forbidden, "only an operator may start this")
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, addLongJobQuery, kind, by.OfficerID, by.Name, s.now(), tell && by.OfficerID != 0).Scan(&id); err != nil {
			return err
		}
		return record(ctx, tx, by, "job.start", string(kind)+" "+strconv.FormatInt(id, 10), "", nil)
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "long_jobs_one_of_a_kind" {
		e := city.Wrap(city.Conflict, err, "this runs already; wait for its end, or cancel it")
		e.Key = "error.job_runs"
		return 0, e
	}
	return id, wrapped(err, "put a job down")
}

// LongJob returns one job to operators and auditors.
func (s *Store) LongJob(ctx context.Context, asker city.Asker, id int64) (city.LongJob, error) {
	all, err := s.jobsOf(ctx, asker, func(tx pgx.Tx) ([]longJobRow, error) { return rowsOf[longJobRow](ctx, tx, longJobQuery, id) })
	if err == nil && len(all) == 0 {
		return city.LongJob{}, city.Errorf(city.NotFound, "there is no job with number %d", id)
	}
	if err != nil {
		return city.LongJob{}, err
	}
	return all[0], nil
}

// LongJobs returns, newest first, the jobs that run and of each kind the one
// that ended last; to operators and auditors.
func (s *Store) LongJobs(ctx context.Context, asker city.Asker) ([]city.LongJob, error) {
	return s.jobsOf(ctx, asker, func(tx pgx.Tx) ([]longJobRow, error) { return rowsOf[longJobRow](ctx, tx, longJobsQuery) })
}

// jobsOf reads jobs with the asker's rights.
func (s *Store) jobsOf(ctx context.Context, asker city.Asker, read func(tx pgx.Tx) ([]longJobRow, error)) ([]city.LongJob, error) {
	if err := keepersOnly(asker); err != nil {
		return nil, err
	}
	out := []city.LongJob{}
	err := s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := read(tx)
		if err != nil {
			return err
		}
		out = out[:0]
		for _, r := range rows {
			j, err := r.job(asker, s.now())
			if err != nil {
				return err
			}
			out = append(out, j)
		}
		return nil
	})
	return out, wrapped(err, "read the jobs")
}

type begunJob struct {
	Kind      city.LongJobKind
	OfficerID int64
	Actor     string
}

// BeginLongJob takes a waiting job on and says for whom. ok is false when it is
// not to be done: another node has it, or it was canceled before it began.
func (s *Store) BeginLongJob(ctx context.Context, id int64) (kind city.LongJobKind, by city.Actor, ok bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		begun, err := rowsOf[begunJob](ctx, tx, beginJobQuery, id, s.now())
		if ok = len(begun) > 0; ok {
			kind, by = begun[0].Kind, city.Actor{OfficerID: begun[0].OfficerID, Name: begun[0].Actor}
		}
		return err
	})
	return kind, by, ok, wrapped(err, "begin a job")
}

// BeatLongJob says how far a job is. goOn is false when it is to stop: somebody
// canceled it, or it was given up as silent.
func (s *Store) BeatLongJob(ctx context.Context, id int64, step string, done, total int64) (goOn bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		cancel, err := column[string](ctx, tx, beatJobQuery, id, s.now(), step, max(done, 0), max(total, 0))
		goOn = len(cancel) == 1 && cancel[0] == ""
		return err
	})
	return goOn, wrapped(err, "say how far a job is")
}

// EndLongJob writes a job's end, once, and tells the officer who asked to hear
// of it, through the first channel of his choice among offered.
func (s *Store) EndLongJob(ctx context.Context, id int64, state city.LongJobState, result city.LongJobResult, fault string, offered []city.NoticeChannel) error {
	encoded, err := result.MarshalResult()
	if err != nil {
		return fmt.Errorf("encode the result of job %d: %w", id, err)
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		ended, err := column[int64](ctx, tx, endJobQuery, id, state, s.now(), encoded, cleanText(fault))
		if err != nil || len(ended) == 0 {
			return wrapped(err, "end a job")
		}
		rows, err := rowsOf[longJobRow](ctx, tx, longJobQuery, id)
		if err != nil || len(rows) == 0 {
			return wrapped(err, "read a job that ended")
		}
		r := rows[0]
		if !r.Tell || r.OfficerID == 0 {
			return nil
		}
		_, err = s.tell(ctx, tx, r.OfficerID, "pekerjaan:"+strconv.FormatInt(id, 10), 0, city.LongJobNotice(city.LongJob{ID: id, Kind: r.Kind, State: r.State}), offered, false)
		return err
	})
}

// CancelLongJob asks for a job's end: one that waits ends at once, one that
// runs when its node hears of it. Conflict when it has ended already.
func (s *Store) CancelLongJob(ctx context.Context, by city.Actor, asker city.Asker, id int64) (city.LongJob, error) {
	if asker.Role != city.Operator {
		return city.LongJob{}, city.Errorf(city.Forbidden, "only an operator may cancel this")
	}
	err := s.write(ctx, func(tx pgx.Tx) error {
		state, err := column[city.LongJobState](ctx, tx, cancelJobQuery, id, by.Name)
		if err != nil {
			return fmt.Errorf("cancel a job: %w", err)
		}
		if len(state) == 0 {
			return nil // ended, or asked to stop already: the answer says so
		}
		if state[0] == city.JobWaiting {
			if _, err := tx.Exec(ctx, endJobQuery, id, city.JobCanceled, s.now(), []byte(`{}`), ""); err != nil {
				return fmt.Errorf("end a job that waits: %w", err)
			}
		}
		return record(ctx, tx, by, "job.cancel", strconv.FormatInt(id, 10), "", nil)
	})
	if err != nil {
		return city.LongJob{}, err
	}
	return s.LongJob(ctx, asker, id)
}

// TellOfLongJob says whether the officer who began a job wants a notice at its
// end; Conflict for others' and for one that has ended.
func (s *Store) TellOfLongJob(ctx context.Context, asker city.Asker, id int64, tell bool) (city.LongJob, error) {
	if _, err := self(asker); err != nil {
		return city.LongJob{}, err
	}
	err := s.write(ctx, func(tx pgx.Tx) error {
		found, err := column[int64](ctx, tx, tellOfJobQuery, id, asker.OfficerID, tell)
		if err == nil && len(found) == 0 {
			return city.Errorf(city.Conflict, "this job is not yours, or has ended")
		}
		return wrapped(err, "choose a notice")
	})
	if err != nil {
		return city.LongJob{}, err
	}
	return s.LongJob(ctx, asker, id)
}

// EndSilentLongJobs fails the jobs whose node fell silent, or that no node took
// on, and returns how many.
func (s *Store) EndSilentLongJobs(ctx context.Context, offered []city.NoticeChannel) (n int, err error) {
	var ids []int64
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		ids, err = column[int64](ctx, tx, silentJobsQuery, s.now().Add(-city.LongJobSilence), s.now().Add(-unclaimedFor))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look for jobs without a node: %w", err)
	}
	for _, id := range ids {
		if err := s.EndLongJob(ctx, id, city.JobFailed, city.LongJobResult{}, lostJobFault, offered); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
