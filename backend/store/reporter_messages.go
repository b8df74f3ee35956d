package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// Messages is where what officers wrote to reporters waits to be brought, and what
// goes to them by itself. It implements notice.Asks.
type Messages struct {
	s       *Store
	missing func(city.ReportDetail) []city.Gap
}

// Messages returns the messages to reporters that wait. Where missing says what a
// report lacks (backend/analysis/missing), its reporter is asked without an officer;
// with nil nobody is.
func (s *Store) Messages(missing func(city.ReportDetail) []city.Gap) Messages {
	return Messages{s, missing}
}

const (
	claimMessagesQuery = `UPDATE reporter_messages m SET attempts = attempts + 1, leased_by = $2, lease_until = clock_timestamp() + $3::interval WHERE m.id IN (
	SELECT id FROM reporter_messages WHERE taken_at IS NULL AND ended_at IS NULL AND next_at <= $1 AND (lease_until IS NULL OR lease_until <= now()) AND channel = ANY ($4)
	ORDER BY next_at, id LIMIT $5 FOR UPDATE SKIP LOCKED) RETURNING m.id`
	messageErrandsQuery = `SELECT m.id, m.asks, m.text, m.channel, m.attempts, 
	coalesce(z.key_id, '') AS key_id, z.sealed, coalesce(z.source, '') AS source, coalesce(z.heard, 0) AS heard,
	r.external_id AS ticket, r.id AS report_id, s.name AS city, ` + joinsReport + ` AS replies,
	CASE WHEN o.connector = 'imap' THEN coalesce(r.raw ->> 'message_id', '') ELSE '' END AS follows,
	CASE WHEN o.connector = 'imap' AND o.config ->> 'user' LIKE '%_@_%' THEN o.config ->> 'user' ELSE '' END AS reply_to
	FROM reporter_messages m LEFT JOIN LATERAL reporter_message_sealed(m.id, $2::text, $3::timestamptz) z ON true
	JOIN reports r ON r.id = m.report_id JOIN sources o ON o.id = r.source_id CROSS JOIN city_setting s WHERE m.id = ANY ($1) AND m.leased_by = $2 ORDER BY m.id`
	finishMessageQuery = `UPDATE reporter_messages SET leased_by = '', lease_until = NULL, error = left($4, 300),
	taken_at = CASE WHEN $5 THEN $3::timestamptz END, ended_at = CASE WHEN $6 THEN $3::timestamptz END, next_at = coalesce($7, next_at)
	WHERE id = $1 AND leased_by = $2 AND taken_at IS NULL AND ended_at IS NULL RETURNING kind, report_id, at, by_name, channel, automatic`
	waitUntilQuery  = `UPDATE reporter_messages SET wait_until = $2 WHERE id = $1`
	waitForReporter = `WITH p AS (INSERT INTO report_pauses (report_id, began_at, reason, set_by)
		SELECT r.id, $2, 'menunggu jawaban pelapor atas pertanyaan singkat', $3 FROM reports r WHERE r.id = $1 AND r.status IN ('open', 'in_progress')
		ON CONFLICT (report_id) WHERE ended_at IS NULL DO NOTHING RETURNING id)
	UPDATE reporter_messages m SET pause_id = p.id FROM p WHERE m.id = $4`
)

type messageErrand struct {
	ID       int64
	Asks     []city.Gap
	Text     string
	Channel  string
	Attempts int
	sealedWay
	Ticket   string
	ReportID int64
	City     string
	Replies  bool
	Follows  string
	ReplyTo  string
}

// ClaimAsks takes on at most limit messages that are due through the channels,
// until the lease named lease ends after hold. Only what is leased has an
// address.
func (m Messages) ClaimAsks(ctx context.Context, lease string, channels []city.NoticeChannel, limit int, hold time.Duration) ([]city.ReporterErrand, error) {
	var rows []messageErrand
	err := m.s.write(ctx, func(tx pgx.Tx) error {
		rows = nil
		now := m.s.now()
		ids, err := column[int64](ctx, tx, claimMessagesQuery, now, lease, hold, channels, limit)
		if err != nil || len(ids) == 0 {
			return err
		}
		if rows, err = rowsOf[messageErrand](ctx, tx, messageErrandsQuery, ids, lease, now); err != nil {
			return err
		}
		var locked []int64
		rows, locked, err = openWays(m.s.identities, rows, func(r *messageErrand) (int64, int64, string, *sealedWay) {
			return r.ID, r.ReportID, r.Channel, &r.sealedWay
		})
		if err != nil {
			return err
		}
		return putOffMessages(ctx, tx, locked, lease, now)
	})
	if err != nil {
		return nil, fmt.Errorf("take on messages to reporters: %w", err)
	}
	out := make([]city.ReporterErrand, len(rows))
	for i, r := range rows {
		letter := city.ReporterWritten{
			Key: "pesan/" + strconv.FormatInt(r.ID, 10), Ticket: askRow{Ticket: r.Ticket, ReportID: r.ReportID}.ticket(), City: r.City, Asks: r.Asks, Text: r.Text, Replies: r.Replies,
		}.Letter()
		letter.Follows, letter.ReplyTo = r.Follows, r.ReplyTo
		out[i] = city.ReporterErrand{ID: r.ID, Channel: city.NoticeChannel(r.Channel), Attempts: r.Attempts, Lease: lease, Address: r.Address, Letter: letter}
	}
	return out, nil
}

type finishedMessage struct {
	Kind     string
	ReportID int64
	At       time.Time
	ByName   string
	Channel  string
	// Automatic is one that no officer asked.
	Automatic bool
}

// FinishAsk writes how a message went and gives up its lease. An answer that a
// channel took counts from when it was written; a question that it took stops
// the report's clock from now on, unless it stands already.
func (m Messages) FinishAsk(ctx context.Context, e city.ReporterErrand, o city.NoticeOutcome) (held bool, err error) {
	cat, err := m.s.currentCatalogue(ctx)
	if err != nil {
		return false, err
	}
	err = m.s.write(ctx, func(tx pgx.Tx) error {
		held = false
		if _, err := tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
			return fmt.Errorf("lock the counts: %w", err)
		}
		var next *time.Time
		if !o.NextAt.IsZero() {
			next = &o.NextAt
		}
		now := *stored(new(m.s.now()))
		rows, err := rowsOf[finishedMessage](ctx, tx, finishMessageQuery, e.ID, e.Lease, now, city.MaskPersonal(cleanText(o.Error)), o.Taken, o.Ended, next)
		if err != nil || len(rows) == 0 {
			return err
		}
		held = true
		if !o.Taken {
			return nil
		}
		return m.taken(ctx, tx, cat, e, rows[0], now)
	})
	return held, wrapped(err, fmt.Sprintf("note how message %d to a reporter went", e.ID))
}

func (m Messages) taken(ctx context.Context, tx pgx.Tx, cat *catalogue, e city.ReporterErrand, f finishedMessage, now time.Time) error {
	subject := strconv.FormatInt(f.ReportID, 10)
	detail := map[string]any{"message": e.ID, "channel": f.Channel, "attempts": e.Attempts}
	if f.Kind == "jawaban" {
		if err := record(ctx, tx, systemActor, "reporter.answer", subject, "", detail); err != nil {
			return err
		}
		return m.s.responded(ctx, tx, cat, f.ReportID, f.At)
	}
	if err := record(ctx, tx, systemActor, "reporter.ask", subject, "", detail); err != nil {
		return err
	}
	if f.Automatic {
		if err := waitUntil(ctx, tx, cat, e.ID, now); err != nil {
			return err
		}
	}
	tag, err := tx.Exec(ctx, waitForReporter, f.ReportID, now, f.ByName, e.ID)
	if err != nil || tag.RowsAffected() == 0 {
		return wrapped(err, "let the clock wait for the reporter")
	}
	if err := record(ctx, tx, city.Actor{Name: f.ByName}, "report.pause", subject, "menunggu jawaban pelapor", nil); err != nil {
		return err
	}
	if err := refreshDeadlinesOf(ctx, tx, cat, []int64{f.ReportID}); err != nil {
		return err
	}
	return tellDeadlines(ctx, tx, cat, []int64{f.ReportID})
}

// waitUntil bounds the waiting for the answer to a question that no officer asked:
// nobody would think of ending it.
func waitUntil(ctx context.Context, tx pgx.Tx, cat *catalogue, id int64, now time.Time) error {
	rules, err := rowsOf[city.QuestionRule](ctx, tx, questionRulesQuery)
	if err != nil || len(rules) == 0 {
		return wrapped(err, "read how long a reporter is waited for")
	}
	_, err = tx.Exec(ctx, waitUntilQuery, id, cat.calendar.Due(now, rules[0].WaitDays).UTC())
	return wrapped(err, "note how long a reporter is waited for")
}

const (
	repliedQuery = `UPDATE reporter_messages m SET replied_at = $2 FROM reports r
	WHERE r.id = m.report_id AND m.report_id = ANY ($1) AND m.kind = 'pertanyaan' AND m.taken_at IS NOT NULL AND m.replied_at IS NULL AND m.said_before <> ` + saidHash + ` RETURNING m.report_id`
	endWaitingQuery = `UPDATE report_pauses p SET ended_at = greatest(p.began_at, $2), ended_by = 'sistem', end_reason = 'pelapor menjawab' FROM reporter_messages m
	WHERE m.report_id = ANY ($1) AND m.pause_id = p.id AND p.ended_at IS NULL RETURNING p.report_id`
)

// replied notes which reporters said more after they were asked: what their
// report says is not what it said. The waiting that the question began ends.
func (in *ingestion) replied(ctx context.Context, known []int64) error {
	now := *stored(new(in.store.now()))
	ids, err := column[int64](ctx, in.tx, repliedQuery, known, now)
	if err != nil || len(ids) == 0 {
		return wrapped(err, "note that reporters replied")
	}
	ended, err := column[int64](ctx, in.tx, endWaitingQuery, ids, now)
	if err != nil {
		return fmt.Errorf("end the waiting for reporters: %w", err)
	}
	for _, id := range ended {
		if err := record(ctx, in.tx, systemActor, "report.resume", strconv.FormatInt(id, 10), "pelapor menjawab", nil); err != nil {
			return err
		}
	}
	return nil
}
