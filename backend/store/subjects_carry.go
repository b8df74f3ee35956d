package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// SubjectMessages is where codes and results wait to be brought to those who asked
// for their own data. It implements notice.Asks.
type SubjectMessages struct{ s *Store }

// SubjectMessages returns what waits for those who asked for their own data.
func (s *Store) SubjectMessages() SubjectMessages { return SubjectMessages{s} }

// AddressAsks does nothing: a message has its address from when it was written.
func (SubjectMessages) AddressAsks(context.Context, []city.NoticeChannel) (int, error) { return 0, nil }

const (
	claimSubjectMessages = `UPDATE subject_messages m SET attempts = attempts + 1, leased_by = $2, lease_until = clock_timestamp() + $3::interval FROM city_setting s WHERE m.id IN (
	SELECT id FROM subject_messages WHERE taken_at IS NULL AND ended_at IS NULL AND next_at <= $1 AND (lease_until IS NULL OR lease_until <= now()) AND channel = ANY ($4)
	ORDER BY next_at, id LIMIT $5 FOR UPDATE SKIP LOCKED)
	RETURNING m.id, m.mark::text AS mark, m.request_id, m.kind, m.text, m.channel, m.key_id, m.sealed, m.attempts, s.name AS city`
	putOffSubjectMessages = `UPDATE subject_messages SET leased_by = '', lease_until = NULL, attempts = attempts - 1, next_at = $3, error = 'alamat tidak dapat dibuka'
	WHERE id = ANY ($1) AND leased_by = $2`
	keepSubjectCode       = `UPDATE subject_requests SET code_box = $2, code_key = $3, code_until = $4, code_tries = 0 WHERE id = $1 AND decided_at IS NULL`
	finishSubjectMessages = `UPDATE subject_messages SET leased_by = '', lease_until = NULL, error = left($4, 300),
	taken_at = CASE WHEN $5 THEN $3::timestamptz END, ended_at = CASE WHEN $6 THEN $3::timestamptz END, next_at = coalesce($7, next_at),
	sealed = CASE WHEN $5 OR $6 THEN NULL ELSE sealed END, key_id = CASE WHEN $5 OR $6 THEN '' ELSE key_id END
	WHERE id = $1 AND leased_by = $2 AND taken_at IS NULL AND ended_at IS NULL RETURNING request_id, kind, channel`
)

type subjectErrand struct {
	ID        int64
	Mark      string
	RequestID int64
	Kind      string
	Text      string
	Channel   string
	KeyID     string
	Sealed    []byte
	Attempts  int
	City      string
}

// ClaimAsks takes on at most limit messages that are due through the channels, until
// the lease named lease ends after hold. A code is made here, each time anew.
func (m SubjectMessages) ClaimAsks(ctx context.Context, lease string, channels []city.NoticeChannel, limit int, hold time.Duration) (out []city.ReporterErrand, err error) {
	cat, err := m.s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	err = m.s.write(ctx, func(tx pgx.Tx) error {
		out = nil
		now := m.s.now()
		rows, err := rowsOf[subjectErrand](ctx, tx, claimSubjectMessages, now, lease, hold, channels, limit)
		if err != nil {
			return err
		}
		var locked []int64
		for _, r := range rows {
			address, err := m.s.identities.Open("subject-message/"+r.Mark, r.KeyID, r.Sealed)
			if errors.Is(err, city.ErrSealed) {
				locked = append(locked, r.ID)
				continue
			}
			if err != nil {
				return fmt.Errorf("open where message %d goes: %w", r.ID, err)
			}
			w, err := m.written(ctx, tx, r, now)
			if err != nil {
				return err
			}
			out = append(out, city.ReporterErrand{
				ID: r.ID, Channel: city.NoticeChannel(r.Channel), Attempts: r.Attempts, Lease: lease, Address: string(address), Letter: w.Letter(cat.location, cat.zoneLabel),
			})
		}
		if len(locked) == 0 {
			return nil
		}
		_, err = tx.Exec(ctx, putOffSubjectMessages, locked, lease, now.Add(lockedPause))
		return err
	})
	return out, wrapped(err, "take on messages to those who asked for their data")
}

// written is what a message says; a code is kept as a keyed hash alone.
func (m SubjectMessages) written(ctx context.Context, tx pgx.Tx, r subjectErrand, now time.Time) (city.SubjectWritten, error) {
	w := city.SubjectWritten{Key: "data-pribadi/" + strconv.FormatInt(r.ID, 10), City: r.City, Number: r.RequestID, Text: r.Text}
	if r.Kind != "kode" {
		return w, nil
	}
	k, err := m.s.identities.Newest()
	if err != nil {
		return w, err
	}
	w.Code, w.Until = newSubjectCode(), *stored(new(now.Add(city.SubjectCodeLasts)))
	_, err = tx.Exec(ctx, keepSubjectCode, r.RequestID, codeBox(k, r.RequestID, w.Code), k.ID(), w.Until)
	return w, wrapped(err, "keep a code")
}

type finishedSubject struct {
	RequestID int64
	Kind      string
	Channel   string
}

// FinishAsk writes how a message went and gives up its lease; one that is over
// forgets where it went.
func (m SubjectMessages) FinishAsk(ctx context.Context, e city.ReporterErrand, o city.NoticeOutcome) (held bool, err error) {
	err = m.s.write(ctx, func(tx pgx.Tx) error {
		held = false
		var next *time.Time
		if !o.NextAt.IsZero() {
			next = &o.NextAt
		}
		rows, err := rowsOf[finishedSubject](ctx, tx, finishSubjectMessages, e.ID, e.Lease, *stored(new(m.s.now())), city.MaskPersonal(cleanText(o.Error)), o.Taken, o.Ended, next)
		if err != nil || len(rows) == 0 {
			return err
		}
		held = true
		if !o.Taken {
			return nil
		}
		action := map[string]string{"kode": "subject.code_sent", "hasil": "subject.result_sent"}[rows[0].Kind]
		return record(ctx, tx, systemActor, action, strconv.FormatInt(rows[0].RequestID, 10), "", map[string]any{"channel": rows[0].Channel, "attempts": e.Attempts})
	})
	return held, wrapped(err, fmt.Sprintf("note how message %d went", e.ID))
}

const (
	subjectsToTell = `SELECT q.id, q.due_at, q.due_at < $1 AS late FROM subject_requests q JOIN subject_norms n ON n.id = q.norm_id
	WHERE q.decided_at IS NULL AND q.due_at - make_interval(hours => n.remind_hours) <= $1 ORDER BY q.due_at, q.id LIMIT 500`
	subjectsStand = `SELECT count(*)::int AS open, (count(*) FILTER (WHERE due_at < $1))::int AS late, min(due_at) AS next FROM subject_requests WHERE decided_at IS NULL`
)

type subjectToTell struct {
	ID    int64
	DueAt time.Time
	Late  bool
}

// TellSubjects reminds the operators, once each, of requests whose time ends soon,
// and tells them of those whose time has ended. It returns how many there are.
func (s *Store) TellSubjects(ctx context.Context, offered []city.NoticeChannel) (n int, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		rows, err := rowsOf[subjectToTell](ctx, tx, subjectsToTell, s.now())
		if err != nil {
			return err
		}
		n = len(rows)
		for _, r := range rows {
			key := "data-pribadi:" + strconv.FormatInt(r.ID, 10)
			if r.Late {
				key += ":lewat"
			}
			if err := s.tellOperators(ctx, tx, key, city.SubjectNotice(r.ID, r.DueAt, r.Late, cat.location, cat.zoneLabel), offered); err != nil {
				return err
			}
		}
		return nil
	})
	return n, wrapped(err, "remind of requests about personal data")
}

// SubjectsStanding is how many requests wait, how many of them too long, and when
// the next one's time ends (nil for none).
type SubjectsStanding struct {
	Open, Late int
	Next       *time.Time
}

// SubjectsStand says how the requests about personal data stand.
func (s *Store) SubjectsStand(ctx context.Context) (out SubjectsStanding, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[SubjectsStanding](ctx, tx, subjectsStand, s.now())
		if err == nil {
			out = rows[0]
		}
		return err
	})
	return out, wrapped(err, "count the requests about personal data")
}
