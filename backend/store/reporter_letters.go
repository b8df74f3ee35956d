package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	// lettersAtOnce is how many letters one round addresses.
	lettersAtOnce = 200
	// lettersPerDay is how many letters one mailbox gets on one day of the city,
	// over all works: who reports much is not flooded, and servers that see many
	// letters of one sender to one mailbox take them for spam. The others come on
	// the following days.
	lettersPerDay = 3
	// lettersFrom is the hour of the day at which those go on.
	lettersFrom = 8
	// answersFor is how long a closing answer waits for a mailbox that a question
	// comes to.
	answersFor = 30 * 24 * time.Hour

	// One node at a time decides what goes to which mailbox.
	lettersLockQuery = "SELECT pg_advisory_xact_lock(hashtext('balaikota letters'))"
)

// addressQuestionsQuery gives open questions a channel. A secret letter's are
// not brought: they would name its addressee.
const addressQuestionsQuery = `WITH open AS (
	SELECT a.id FROM reporter_asks a JOIN dispositions d ON d.id = a.disposition_id
	WHERE a.closes_at > $1 AND d.finished_at = a.finished_at AND d.nature <> 'rahasia' AND NOT EXISTS (SELECT FROM reporter_words w WHERE w.ask_id = a.id)
		AND NOT EXISTS (SELECT FROM reporter_letters l WHERE l.ask_id = a.id AND l.kind = 'tanya') ORDER BY a.id LIMIT $3),
ways AS (
	SELECT w.ask_id, CASE WHEN w.way IS NULL THEN 'tanpa' WHEN w.first_ask <> w.ask_id THEN 'sama' ELSE w.way END AS channel
	FROM reporter_ways(ARRAY(SELECT id FROM open)) w WHERE w.way IS NULL OR w.way = ANY ($2))
INSERT INTO reporter_letters (ask_id, channel, made_at, next_at, ended_at)
SELECT ask_id, channel, $1, $1, CASE WHEN channel IN ('sama', 'tanpa') THEN $1::timestamptz END FROM ways
ON CONFLICT DO NOTHING`

// addressAnswersQuery puts closing answers on their way to those mailboxes that
// a question about the same work came to. Other tickets keep theirs for the
// channels to come.
const addressAnswersQuery = `WITH open AS (
	SELECT w.report_id, w.incident_id, min(a.id) AS ask_id FROM report_answers w JOIN incidents i ON i.id = w.incident_id AND i.status = 'closed'
		JOIN reporter_asks a ON a.report_id = w.report_id JOIN reporter_letters l ON l.ask_id = a.id AND l.kind = 'tanya' AND (l.taken_at IS NOT NULL OR l.channel = 'sama')
	WHERE w.delivered_at IS NULL AND w.at > $3 AND NOT EXISTS (SELECT FROM reporter_letters x WHERE x.report_id = w.report_id AND x.incident_id = w.incident_id)
	GROUP BY 1, 2 ORDER BY 3 LIMIT $4),
ways AS (
	SELECT w.* FROM (SELECT array_agg(report_id) AS reports, array_agg(incident_id) AS incidents, array_agg(ask_id) AS asks FROM open) o,
		reporter_answer_ways(o.reports, o.incidents, o.asks) w WHERE w.way = ANY ($2))
INSERT INTO reporter_letters (ask_id, kind, report_id, incident_id, channel, joined_report, made_at, next_at, ended_at)
SELECT ask_id, 'jawab', report_id, incident_id, CASE WHEN joined THEN 'sama' ELSE way END, CASE WHEN joined THEN first_report END, $1, $1, CASE WHEN joined THEN $1::timestamptz END
FROM (SELECT w.*, w.first_report <> w.report_id AS joined FROM ways w) w
ON CONFLICT DO NOTHING`

// AddressAsks puts open questions to reporters, and closing answers to those
// who were asked, on their way through a channel among offered by which the
// reporter is reached, and notes whom none reaches. It returns how many; none
// while nothing is offered.
func (s *Store) AddressAsks(ctx context.Context, offered []city.NoticeChannel) (n int, err error) {
	if len(offered) == 0 {
		return 0, nil
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lettersLockQuery); err != nil {
			return err
		}
		now := s.now()
		asks, err := tx.Exec(ctx, addressQuestionsQuery, now, offered, lettersAtOnce)
		if err != nil {
			return err
		}
		answers, err := tx.Exec(ctx, addressAnswersQuery, now, offered, now.Add(-answersFor), lettersAtOnce)
		n = int(asks.RowsAffected() + answers.RowsAffected())
		return err
	})
	return n, wrapped(err, "put letters to reporters on their way")
}

const (
	// What was answered, is over or is no longer said to be finished is asked
	// no more.
	endQuestionsQuery = `UPDATE reporter_letters l SET ended_at = $1, error = 'pertanyaan sudah ditutup', leased_by = '', lease_until = NULL
	FROM reporter_asks a JOIN dispositions d ON d.id = a.disposition_id
	WHERE a.id = l.ask_id AND l.kind = 'tanya' AND l.taken_at IS NULL AND l.ended_at IS NULL AND (l.lease_until IS NULL OR l.lease_until <= now())
		AND (coalesce(l.closes_at, a.closes_at) <= $1 OR d.finished_at IS DISTINCT FROM a.finished_at OR EXISTS (SELECT FROM reporter_words w WHERE w.ask_id = a.id))`
	dueLettersQuery = `SELECT letter, waits FROM reporter_letters_due($1, $2, $3, $4, $5)`
	// What waits for another day may be answered as long after that day.
	holdLettersQuery  = `UPDATE reporter_letters SET next_at = $2, closes_at = CASE WHEN kind = 'tanya' THEN $3::timestamptz END WHERE id = ANY ($1)`
	claimLettersQuery = `UPDATE reporter_letters l SET attempts = attempts + 1, leased_by = $2, lease_until = clock_timestamp() + $3::interval
	WHERE l.id = ANY ($1) AND l.taken_at IS NULL AND l.ended_at IS NULL AND (l.lease_until IS NULL OR l.lease_until <= now())`
	letterErrandsQuery = `SELECT l.id, l.ask_id, l.kind, l.channel, l.attempts, 
	coalesce(z.key_id, '') AS key_id, z.sealed, coalesce(z.source, '') AS source, coalesce(z.heard, 0) AS heard,
	r.external_id AS ticket, r.id AS report_id, coalesce(c.name, '') AS category, coalesce(w.name, '') AS area, a.finished_at, coalesce(l.closes_at, a.closes_at) AS closes_at,
	d.to_role, coalesce(f.name, '') AS office_name, coalesce(t.name, '') AS office_area, s.name AS city, k.token,
	coalesce(n.text, '') AS answer, coalesce(n.at, l.made_at) AS answered_at,
	ARRAY(SELECT q.external_id FROM reporter_letters j JOIN reports q ON q.id = j.report_id WHERE j.incident_id = l.incident_id AND j.joined_report = l.report_id ORDER BY q.id LIMIT 20) AS joined,
	CASE WHEN o.connector = 'imap' THEN coalesce(r.raw ->> 'message_id', '') ELSE '' END AS follows
	FROM reporter_letters l JOIN reporter_asks a ON a.id = l.ask_id JOIN reporter_ask_links k ON k.ask_id = a.id JOIN reports r ON r.id = a.report_id
	LEFT JOIN LATERAL reporter_letter_sealed(l.id, $2::text, $3::timestamptz) z ON true JOIN sources o ON o.id = r.source_id JOIN dispositions d ON d.id = a.disposition_id CROSS JOIN city_setting s LEFT JOIN report_answers n ON n.report_id = l.report_id AND n.incident_id = l.incident_id
	LEFT JOIN categories c ON c.slug = r.category LEFT JOIN areas w ON w.code = nullif(r.area_code, '')
	LEFT JOIN offices f ON f.id = d.to_office_id LEFT JOIN areas t ON t.code = nullif(d.to_area, '') WHERE l.id = ANY ($1) AND l.leased_by = $2 ORDER BY l.id`
)

type letterDue struct {
	Letter int64
	Waits  bool
}

type letterErrand struct {
	ID       int64
	AskID    int64
	Kind     string
	Channel  string
	Attempts int
	sealedWay
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
	Answer     string
	AnsweredAt time.Time
	Joined     []string
	// Follows is the reporter's own letter, when the report came by one: the
	// connector imap keeps its Message-ID in the record.
	Follows string
}

// ClaimAsks takes on at most limit letters that are due through the channels,
// until the lease named lease ends after hold, and ends questions that are not
// to be asked any more. A mailbox that had its letters of the day waits for the
// next. Only what is leased has an address.
func (s *Store) ClaimAsks(ctx context.Context, lease string, channels []city.NoticeChannel, limit int, hold time.Duration) ([]city.ReporterErrand, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	var rows []letterErrand
	err = s.write(ctx, func(tx pgx.Tx) error {
		rows = nil
		now := s.now()
		if _, err := tx.Exec(ctx, endQuestionsQuery, now); err != nil {
			return fmt.Errorf("end questions that are over: %w", err)
		}
		ids, err := dueLetters(ctx, tx, cat, now, channels, limit)
		if err != nil || len(ids) == 0 {
			return err
		}
		if _, err := tx.Exec(ctx, claimLettersQuery, ids, lease, hold); err != nil {
			return err
		}
		if rows, err = rowsOf[letterErrand](ctx, tx, letterErrandsQuery, ids, lease, now); err != nil {
			return err
		}
		var locked []int64
		rows, locked, err = openWays(s.identities, rows, func(r *letterErrand) (int64, int64, string, *sealedWay) {
			return r.ID, r.ReportID, r.Channel, &r.sealedWay
		})
		if err != nil {
			return err
		}
		return putOffLetters(ctx, tx, locked, lease, now)
	})
	if err != nil {
		return nil, fmt.Errorf("take on letters to reporters: %w", err)
	}
	out := make([]city.ReporterErrand, len(rows))
	for i, r := range rows {
		out[i] = city.ReporterErrand{
			ID: r.ID, AskID: r.AskID, Channel: city.NoticeChannel(r.Channel), Attempts: r.Attempts, Lease: lease, Address: r.Address, Letter: r.letter(cat),
		}
		out[i].Letter.Follows = r.Follows
	}
	return out, nil
}

// dueLetters returns what may go now; what has to wait for another day is put
// off until then.
func dueLetters(ctx context.Context, tx pgx.Tx, cat *catalogue, now time.Time, channels []city.NoticeChannel, limit int) (ids []int64, err error) {
	if _, err := tx.Exec(ctx, lettersLockQuery); err != nil {
		return nil, err
	}
	today := cat.calendar.DayStart(now)
	due, err := rowsOf[letterDue](ctx, tx, dueLettersQuery, now, today, lettersPerDay, channels, limit)
	if err != nil {
		return nil, fmt.Errorf("read which letters are due: %w", err)
	}
	var waiting []int64
	for _, d := range due {
		if d.Waits {
			waiting = append(waiting, d.Letter)
		} else {
			ids = append(ids, d.Letter)
		}
	}
	if len(waiting) > 0 {
		next := today.AddDate(0, 0, 1).Add(lettersFrom * time.Hour)
		if _, err := tx.Exec(ctx, holdLettersQuery, waiting, next.UTC(), cat.calendar.Due(next, askDays).UTC()); err != nil {
			return nil, fmt.Errorf("let letters wait for another day: %w", err)
		}
	}
	return ids, nil
}

func (r letterErrand) letter(cat *catalogue) city.ReporterLetter {
	ticket := askRow{Ticket: r.Ticket, ReportID: r.ReportID}.ticket()
	if r.Kind == "jawab" {
		tickets := []string{ticket}
		for _, t := range r.Joined {
			if t == city.MaskPersonal(t) && len(t) <= 40 {
				tickets = append(tickets, t)
			}
		}
		return city.ReporterAnswered{
			Key: "jawab/" + strconv.FormatInt(r.ID, 10), Path: reporterPage + r.Token, Tickets: tickets, Category: r.Category, Area: r.Area, City: r.City,
			Text: city.MaskPersonal(r.Answer), Closed: r.AnsweredAt,
		}.Letter(cat.location, cat.zoneLabel)
	}
	post := dispositionRow{ToRole: r.ToRole, ToName: r.OfficeName, ToAreaName: r.OfficeArea}
	return city.ReporterAsked{
		Key: "tanya/" + strconv.FormatInt(r.AskID, 10), Path: reporterPage + r.Token, Ticket: ticket,
		Category: r.Category, Area: r.Area, Office: post.addresseeName(), City: r.City, Finished: r.FinishedAt, ClosesAt: r.ClosesAt,
	}.Letter(cat.location, cat.zoneLabel)
}

const (
	finishLetterQuery = `UPDATE reporter_letters SET leased_by = '', lease_until = NULL, error = left($4, 300),
	taken_at = CASE WHEN $5 THEN $3::timestamptz END, ended_at = CASE WHEN $6 THEN $3::timestamptz END, next_at = coalesce($7, next_at)
	WHERE id = $1 AND leased_by = $2 AND taken_at IS NULL AND ended_at IS NULL RETURNING kind`
	// The tickets that the same letter answers are answered with it.
	deliveredQuery = `UPDATE report_answers w SET delivered_at = $2 FROM reporter_letters l, reporter_letters j
	WHERE l.id = $1 AND j.incident_id = l.incident_id AND (j.id = l.id OR j.joined_report = l.report_id)
		AND w.report_id = j.report_id AND w.incident_id = j.incident_id AND w.delivered_at IS NULL`
)

// FinishAsk writes how a letter went and gives up its lease; that a channel took
// it is in the audit trail. It returns false when the lease had gone to another
// node, whose outcome then counts.
func (s *Store) FinishAsk(ctx context.Context, e city.ReporterErrand, o city.NoticeOutcome) (held bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		held = false
		var next *time.Time
		if !o.NextAt.IsZero() {
			next = &o.NextAt
		}
		now := s.now()
		kinds, err := column[string](ctx, tx, finishLetterQuery, e.ID, e.Lease, now, city.MaskPersonal(cleanText(o.Error)), o.Taken, o.Ended, next)
		if err != nil || len(kinds) == 0 {
			return err
		}
		held = true
		if !o.Taken {
			return nil
		}
		detail := map[string]any{"channel": e.Channel, "attempts": e.Attempts}
		if kinds[0] == "tanya" {
			return record(ctx, tx, systemActor, "reporter.ask", strconv.FormatInt(e.AskID, 10), "", detail)
		}
		if _, err := tx.Exec(ctx, deliveredQuery, e.ID, now); err != nil {
			return fmt.Errorf("note that an answer was delivered: %w", err)
		}
		return record(ctx, tx, systemActor, "reporter.answer", strconv.FormatInt(e.ID, 10), "", detail)
	})
	return held, wrapped(err, fmt.Sprintf("note how letter %d to a reporter went", e.ID))
}
