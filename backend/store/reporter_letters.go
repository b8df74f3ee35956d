package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// questionsAtOnce is how many questions one round addresses.
const questionsAtOnce = 200

// addressQuestionsQuery gives open questions a channel. A secret letter's are
// not brought: they would name its addressee.
const addressQuestionsQuery = `WITH open AS (
	SELECT a.id FROM reporter_asks a JOIN dispositions d ON d.id = a.disposition_id
	WHERE a.closes_at > $1 AND d.finished_at = a.finished_at AND d.nature <> 'rahasia' AND NOT EXISTS (SELECT FROM reporter_words w WHERE w.ask_id = a.id)
		AND NOT EXISTS (SELECT FROM reporter_letters l WHERE l.ask_id = a.id) ORDER BY a.id LIMIT $3),
ways AS (
	SELECT w.ask_id, CASE WHEN NOT w.by_email THEN 'tanpa' WHEN w.first_ask <> w.ask_id THEN 'sama' ELSE 'surel' END AS channel
	FROM reporter_ways(ARRAY(SELECT id FROM open)) w)
INSERT INTO reporter_letters (ask_id, channel, made_at, next_at, ended_at)
SELECT ask_id, channel, $1, $1, CASE WHEN channel IN ('sama', 'tanpa') THEN $1::timestamptz END FROM ways WHERE channel IN ('sama', 'tanpa') OR channel = ANY ($2)
ON CONFLICT DO NOTHING`

// AddressAsks puts open questions to reporters on their way through a
// channel among offered by which the reporter is reached, and notes those whom
// none reaches. It returns how many; none while nothing is offered.
func (s *Store) AddressAsks(ctx context.Context, offered []city.NoticeChannel) (n int, err error) {
	if len(offered) == 0 {
		return 0, nil
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, addressQuestionsQuery, s.now(), offered, questionsAtOnce)
		n = int(tag.RowsAffected())
		return err
	})
	return n, wrapped(err, "put questions to reporters on their way")
}

const (
	// What was answered, is over or is no longer said to be finished is asked
	// no more.
	endQuestionsQuery = `UPDATE reporter_letters l SET ended_at = $1, error = 'pertanyaan sudah ditutup', leased_by = '', lease_until = NULL
	FROM reporter_asks a JOIN dispositions d ON d.id = a.disposition_id
	WHERE a.id = l.ask_id AND l.taken_at IS NULL AND l.ended_at IS NULL AND (l.lease_until IS NULL OR l.lease_until <= $1)
		AND (a.closes_at <= $1 OR d.finished_at IS DISTINCT FROM a.finished_at OR EXISTS (SELECT FROM reporter_words w WHERE w.ask_id = a.id))`
	claimQuestionsQuery = `WITH due AS (
	SELECT l.ask_id, l.channel FROM reporter_letters l
	WHERE l.taken_at IS NULL AND l.ended_at IS NULL AND l.next_at <= $1 AND (l.lease_until IS NULL OR l.lease_until <= $1) AND l.channel = ANY ($2)
	ORDER BY l.next_at, l.ask_id LIMIT $3 FOR UPDATE OF l SKIP LOCKED)
	UPDATE reporter_letters l SET attempts = attempts + 1, leased_by = $4, lease_until = $5
	FROM due WHERE l.ask_id = due.ask_id AND l.channel = due.channel RETURNING l.ask_id, l.channel, l.attempts`
	questionErrandsQuery = `SELECT l.ask_id, l.channel, l.attempts, coalesce(reporter_address(l.ask_id, l.channel, $2::text, $3::timestamptz), '') AS address,
	r.external_id AS ticket, r.id AS report_id, coalesce(c.name, '') AS category, coalesce(w.name, '') AS area, a.finished_at, a.closes_at,
	d.to_role, coalesce(f.name, '') AS office_name, coalesce(t.name, '') AS office_area, s.name AS city, k.token
	FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id JOIN reporter_ask_links k ON k.ask_id = a.id JOIN reports r ON r.id = a.report_id
	JOIN dispositions d ON d.id = a.disposition_id CROSS JOIN city_setting s
	LEFT JOIN categories c ON c.slug = r.category LEFT JOIN areas w ON w.code = nullif(r.area_code, '')
	LEFT JOIN offices f ON f.id = d.to_office_id LEFT JOIN areas t ON t.code = nullif(d.to_area, '') WHERE l.ask_id = ANY ($1) AND l.leased_by = $2`
)

type questionClaim struct {
	AskID    int64
	Channel  string
	Attempts int
}

type questionErrand struct {
	AskID      int64
	Channel    string
	Attempts   int
	Address    string
	Ticket     string
	ReportID   int64
	Category   string
	Area       string
	FinishedAt time.Time
	ClosesAt   time.Time
	ToRole     string
	OfficeName string
	OfficeArea string
	City       string
	Token      string
}

// ClaimAsks takes on at most limit questions that are due through the
// channels, until the lease named lease ends after hold, and ends those that
// are not to be asked any more. Only what is leased has an address.
func (s *Store) ClaimAsks(ctx context.Context, lease string, channels []city.NoticeChannel, limit int, hold time.Duration) ([]city.ReporterErrand, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	var rows []questionErrand
	err = s.write(ctx, func(tx pgx.Tx) error {
		rows = nil
		now := s.now()
		if _, err := tx.Exec(ctx, endQuestionsQuery, now); err != nil {
			return fmt.Errorf("end questions that are over: %w", err)
		}
		claims, err := rowsOf[questionClaim](ctx, tx, claimQuestionsQuery, now, channels, limit, lease, now.Add(hold))
		if err != nil || len(claims) == 0 {
			return err
		}
		ids := make([]int64, len(claims))
		for i, c := range claims {
			ids[i] = c.AskID
		}
		rows, err = rowsOf[questionErrand](ctx, tx, questionErrandsQuery, ids, lease, now)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take on questions to reporters: %w", err)
	}
	// The order of a join is nobody's promise.
	slices.SortFunc(rows, func(a, b questionErrand) int { return int(a.AskID - b.AskID) })
	out := make([]city.ReporterErrand, len(rows))
	for i, r := range rows {
		out[i] = city.ReporterErrand{
			AskID: r.AskID, Channel: city.NoticeChannel(r.Channel), Attempts: r.Attempts, Lease: lease, Address: r.Address,
			Letter: r.asked().Letter(cat.location, cat.zoneLabel),
		}
	}
	return out, nil
}

func (r questionErrand) asked() city.ReporterAsked {
	post := dispositionRow{ToRole: r.ToRole, ToName: r.OfficeName, ToAreaName: r.OfficeArea}
	return city.ReporterAsked{
		Key: "tanya/" + strconv.FormatInt(r.AskID, 10), Path: reporterPage + r.Token, Ticket: askRow{Ticket: r.Ticket, ReportID: r.ReportID}.ticket(),
		Category: r.Category, Area: r.Area, Office: post.addresseeName(), City: r.City, Finished: r.FinishedAt, ClosesAt: r.ClosesAt,
	}
}

const finishQuestionQuery = `UPDATE reporter_letters SET leased_by = '', lease_until = NULL, error = left($5, 300),
	taken_at = CASE WHEN $6 THEN $4::timestamptz END, ended_at = CASE WHEN $7 THEN $4::timestamptz END, next_at = coalesce($8, next_at)
	WHERE ask_id = $1 AND channel = $2 AND leased_by = $3 AND taken_at IS NULL AND ended_at IS NULL`

// FinishAsk writes how a question went and gives up its lease; that a
// channel took it is in the audit trail. It returns false when the lease had
// gone to another node, whose outcome then counts.
func (s *Store) FinishAsk(ctx context.Context, e city.ReporterErrand, o city.NoticeOutcome) (held bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		var next *time.Time
		if !o.NextAt.IsZero() {
			next = &o.NextAt
		}
		tag, err := tx.Exec(ctx, finishQuestionQuery, e.AskID, string(e.Channel), e.Lease, s.now(), city.MaskPersonal(cleanText(o.Error)), o.Taken, o.Ended, next)
		if err != nil {
			return err
		}
		held = tag.RowsAffected() == 1
		if !held || !o.Taken {
			return nil
		}
		return record(ctx, tx, systemActor, "reporter.ask", strconv.FormatInt(e.AskID, 10), "", map[string]any{"channel": e.Channel, "attempts": e.Attempts})
	})
	return held, wrapped(err, fmt.Sprintf("note how question %d to a reporter went", e.AskID))
}
