package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	// askDays is within how many working days a reporter may answer.
	askDays = 3
	// asksAtMost is of how many reports of one disposition the reporters are asked.
	asksAtMost = 200
	// askedWithin leaves alone what was finished before reporters were asked.
	askedWithin  = 14 * 24 * time.Hour
	wordsAtMost  = 280 // characters of a reporter's own words
	reporterPage = "/publik/beres/"
)

const toAskQuery = `SELECT d.id FROM dispositions d WHERE d.status IN ('proof_in', 'done') AND d.finished_at > $1
	AND NOT EXISTS (SELECT FROM reporter_asks a WHERE a.disposition_id = d.id AND a.finished_at = d.finished_at)
	AND EXISTS (SELECT FROM reports r WHERE r.removed_at IS NULL AND (r.id = ANY (d.reports)
		OR r.id IN (SELECT x.report_id FROM report_analyses x WHERE x.incident_id = ANY (d.incidents)))) ORDER BY d.id LIMIT 100`

const reportsToAskQuery = `SELECT r.id FROM reports r WHERE r.removed_at IS NULL AND (r.id = ANY ($1::bigint[])
	OR r.id IN (SELECT x.report_id FROM report_analyses x WHERE x.incident_id = ANY ($2::bigint[]))) ORDER BY r.created_at, r.id LIMIT $3`

// AskReporters makes the links by which the reporters of finished work say
// whether it is done, and ends those that nobody used in time.
func (s *Store) AskReporters(ctx context.Context) error {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	var ids []int64
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		ids, err = column[int64](ctx, tx, toAskQuery, s.now().Add(-askedWithin))
		return err
	})
	if err != nil {
		return fmt.Errorf("read whose reporters are to be asked: %w", err)
	}
	for _, id := range ids {
		if err := s.write(ctx, func(tx pgx.Tx) error { return s.askReportersOf(ctx, tx, cat, id) }); err != nil {
			return fmt.Errorf("ask the reporters of disposition %d: %w", id, err)
		}
	}
	return s.closeAsks(ctx, cat)
}

func (s *Store) askReportersOf(ctx context.Context, tx pgx.Tx, cat *catalogue, id int64) error {
	r, err := lockDisposition(ctx, tx, city.System, id)
	if err != nil || r.FinishedAt == nil {
		return err
	}
	reports, err := column[int64](ctx, tx, reportsToAskQuery, r.Reports, r.Incidents, asksAtMost)
	if err != nil {
		return fmt.Errorf("read the reports: %w", err)
	}
	now := *stored(new(s.now()))
	asked := false
	for _, report := range reports {
		var ask int64
		err := tx.QueryRow(ctx, `INSERT INTO reporter_asks (disposition_id, report_id, finished_at, asked_at, closes_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (disposition_id, report_id, finished_at) DO NOTHING RETURNING id`, id, report, *r.FinishedAt, now, cat.calendar.Due(now, askDays).UTC()).Scan(&ask)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return fmt.Errorf("ask a reporter: %w", err)
		}
		token, _ := newSecret()
		if _, err := tx.Exec(ctx, `INSERT INTO reporter_ask_links (ask_id, token) VALUES ($1, $2)`, ask, token); err != nil {
			return fmt.Errorf("make a link: %w", err)
		}
		asked = true
	}
	if !asked || r.ReporterWord != "" {
		return nil
	}
	r.ReporterWord = "asked"
	return s.tellWord(ctx, tx, cat, r)
}

func (s *Store) tellWord(ctx context.Context, tx pgx.Tx, cat *catalogue, r *dispositionRow) error {
	events, err := s.putDisposition(ctx, tx, cat, r, r.readers())
	if err != nil {
		return err
	}
	return appendEvents(ctx, tx, events)
}

// stillAsked is true of a question that may be answered longer because it was
// sent later: its mailbox had had its letters of a day.
const (
	stillAsked    = `EXISTS (SELECT FROM reporter_letters l WHERE l.ask_id = a.id AND l.kind = 'tanya' AND l.closes_at > $1)`
	lateAsksQuery = `SELECT DISTINCT a.disposition_id FROM reporter_asks a
	WHERE a.closes_at <= $1 AND NOT EXISTS (SELECT FROM reporter_words w WHERE w.ask_id = a.id) AND NOT ` + stillAsked + ` LIMIT 100`
	noAnswerQuery = `INSERT INTO reporter_words (ask_id, at, answer) SELECT a.id, $1::timestamptz, 'none' FROM reporter_asks a
	WHERE a.disposition_id = $2 AND a.closes_at <= $1 AND NOT ` + stillAsked + ` ON CONFLICT DO NOTHING`
	// askCloses is until when question a may be answered.
	askCloses = `coalesce((SELECT max(l.closes_at) FROM reporter_letters l WHERE l.ask_id = a.id AND l.kind = 'tanya'), a.closes_at)`
)

// closeAsks notes that nobody answered in time.
func (s *Store) closeAsks(ctx context.Context, cat *catalogue) error {
	var ids []int64
	err := s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		ids, err = column[int64](ctx, tx, lateAsksQuery, s.now())
		return err
	})
	if err != nil {
		return fmt.Errorf("read which reporters did not answer: %w", err)
	}
	for _, id := range ids {
		err := s.write(ctx, func(tx pgx.Tx) error {
			r, err := lockDisposition(ctx, tx, city.System, id)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, noAnswerQuery, s.now(), id); err != nil {
				return fmt.Errorf("note that nobody answered: %w", err)
			}
			return s.settleWord(ctx, tx, cat, r)
		})
		if err != nil {
			return fmt.Errorf("end the question to the reporters of disposition %d: %w", id, err)
		}
	}
	return nil
}

type wordCounts struct{ Open, Yes, No int }

const wordCountsQuery = `SELECT count(*) FILTER (WHERE w.ask_id IS NULL)::int AS open, count(*) FILTER (WHERE w.answer = 'yes')::int AS yes,
	count(*) FILTER (WHERE w.answer IN ('no', 'partly'))::int AS no
	FROM reporter_asks a LEFT JOIN reporter_words w ON w.ask_id = a.id WHERE a.disposition_id = $1 AND a.finished_at = $2`

// settleWord draws what follows from the answers so far: one no outweighs any
// yes, for it names something that is not done. It opens nothing again by
// itself: a second person looks, or the sender decides.
func (s *Store) settleWord(ctx context.Context, tx pgx.Tx, cat *catalogue, r *dispositionRow) error {
	if r.FinishedAt == nil {
		return nil // opened again since
	}
	rows, err := rowsOf[wordCounts](ctx, tx, wordCountsQuery, r.ID, *r.FinishedAt)
	if err != nil {
		return fmt.Errorf("count the answers: %w", err)
	}
	n, was := rows[0], r.ReporterWord
	switch {
	case n.No > 0:
		r.ReporterWord = "no"
	case n.Yes > 0:
		r.ReporterWord = "yes"
	case n.Open == 0:
		r.ReporterWord = "none"
	}
	if r.ReporterWord != was {
		if err := s.tellWord(ctx, tx, cat, r); err != nil {
			return err
		}
	}
	switch {
	case r.ReporterWord == "no" && was != "no":
		all, err := rowsOf[standing](ctx, tx, standingQuery, r.ID)
		if err != nil || len(all) == 0 {
			return wrapped(err, "read the pictures")
		}
		return s.queueProof(ctx, tx, cat, r, all[0].ID, "reporter")
	case r.ReporterWord == "yes" && r.Status == string(city.DispositionProof):
		_, err := s.takeStep(ctx, tx, systemActor, city.System, r.ID,
			city.DispositionStepInput{Kind: city.StepConfirm, Text: "Pelapor menyatakan sudah beres.", DoneBy: "reporter"}, nil)
		return wrapped(err, "confirm by the reporter's word")
	}
	return nil
}

// ReporterAsks returns the questions to reporters made since, oldest first,
// with the links that whoever reaches the reporter hands on.
func (s *Store) ReporterAsks(ctx context.Context, since time.Time) (out []city.ReporterAsk, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.ReporterAsk](ctx, tx, `SELECT a.id, a.disposition_id, a.report_id, a.asked_at, `+askCloses+` AS closes_at, $2::text || l.token AS path
			FROM reporter_asks a JOIN reporter_ask_links l ON l.ask_id = a.id WHERE a.asked_at >= $1 ORDER BY a.asked_at, a.id LIMIT 1000`, since, reporterPage)
		return err
	})
	return out, wrapped(err, "read the questions to reporters")
}

const wordsOfQuery = `SELECT a.report_id, a.asked_at, w.at AS answered_at, coalesce(w.answer, '') AS answer, coalesce(w.text, '') AS text,
	CASE WHEN l.ask_id IS NULL THEN 'unsent' WHEN l.channel = 'tanpa' THEN 'no_way' WHEN l.channel = 'sama' THEN 'same'
		WHEN l.taken_at IS NOT NULL THEN 'sent' WHEN l.ended_at IS NOT NULL THEN 'failed' ELSE 'waiting' END AS reach,
	CASE WHEN l.channel NOT IN ('sama', 'tanpa') THEN l.channel ELSE '' END AS channel, l.taken_at AS reached_at
	FROM reporter_asks a LEFT JOIN reporter_words w ON w.ask_id = a.id AND w.answer <> 'none'
	LEFT JOIN LATERAL (SELECT ask_id, channel, taken_at, ended_at FROM reporter_letters l WHERE l.ask_id = a.id AND l.kind = 'tanya' ORDER BY taken_at, channel LIMIT 1) l ON true
	WHERE a.disposition_id = $1 ORDER BY a.asked_at, a.id`

// ReporterWords returns what the reporters of a disposition were asked, how far
// the questions came and what was answered; NotFound to those who may not see it.
func (s *Store) ReporterWords(ctx context.Context, asker city.Asker, disposition int64) (out []city.ReporterWord, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		var sees bool
		if err := tx.QueryRow(ctx, seesDispositionQuery, disposition).Scan(&sees); err != nil {
			return err
		}
		if !sees {
			return noDisposition(disposition)
		}
		out, err = rowsOf[city.ReporterWord](ctx, tx, wordsOfQuery, disposition)
		return err
	})
	return out, wrapped(err, "read reporters' words")
}

type askRow struct {
	ID            int64
	DispositionID int64
	Ticket        string
	ReportID      int64
	Category      string
	Area          string
	CreatedAt     time.Time
	FinishedAt    time.Time
	ClosesAt      time.Time
	Answer        string
	City          string
	Closing       string
}

const askByTokenQuery = `SELECT a.id, a.disposition_id, r.external_id AS ticket, r.id AS report_id, coalesce(c.name, '') AS category, coalesce(w.name, '') AS area,
	r.created_at, a.finished_at, ` + askCloses + ` AS closes_at, coalesce(o.answer, '') AS answer, s.name AS city,
	coalesce((SELECT w.text FROM report_answers w WHERE w.report_id = r.id ORDER BY w.at DESC LIMIT 1), '') AS closing
	FROM reporter_ask_links l JOIN reporter_asks a ON a.id = l.ask_id JOIN reports r ON r.id = a.report_id CROSS JOIN city_setting s
	LEFT JOIN categories c ON c.slug = r.category LEFT JOIN areas w ON w.code = nullif(r.area_code, '') LEFT JOIN reporter_words o ON o.ask_id = a.id WHERE l.token = $1`

// ReporterQuestion is what the page of a link shows; NotFound for no such link.
func (s *Store) ReporterQuestion(ctx context.Context, token string) (city.ReporterQuestion, error) {
	var rows []askRow
	err := s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		rows, err = rowsOf[askRow](ctx, tx, askByTokenQuery, token)
		return err
	})
	if err != nil {
		return city.ReporterQuestion{}, fmt.Errorf("read a question to a reporter: %w", err)
	}
	if len(rows) == 0 {
		return city.ReporterQuestion{}, noReporterLink()
	}
	a := rows[0]
	return city.ReporterQuestion{
		Ticket: a.ticket(), What: a.Category, Where: a.Area, When: a.CreatedAt, Finished: a.FinishedAt, ClosesAt: a.ClosesAt, City: a.City, Answer: a.Answer,
		Closing: city.MaskPersonal(a.Closing),
	}, nil
}

// ticket is the source's number, unless a person may be named in it.
func (a askRow) ticket() string {
	if t := city.MaskPersonal(a.Ticket); t == a.Ticket && len(t) <= 40 {
		return t
	}
	return fmt.Sprint(a.ReportID)
}

func noReporterLink() error {
	return keyed(city.Errorf(city.NotFound, "there is no such question"), "error.reporter_link")
}

// AnswerReporter keeps a reporter's single answer: yes, no or partly, with a few
// words of which personal data is masked. Conflict when it was answered or is
// too late.
func (s *Store) AnswerReporter(ctx context.Context, token, answer, text string) error {
	if answer != "yes" && answer != "no" && answer != "partly" {
		return city.InvalidField("answer", "is none of yes, no and partly")
	}
	text = strings.TrimSpace(city.Excerpt(cleanText(text), wordsAtMost))
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		rows, err := rowsOf[askRow](ctx, tx, askByTokenQuery, token)
		if err != nil {
			return fmt.Errorf("read the question: %w", err)
		}
		if len(rows) == 0 {
			return noReporterLink()
		}
		r, err := lockDisposition(ctx, tx, city.System, rows[0].DispositionID)
		if err != nil {
			return err
		}
		if s.now().After(rows[0].ClosesAt) {
			return keyed(city.Errorf(city.Conflict, "the time for an answer is over"), "error.reporter_late")
		}
		tag, err := tx.Exec(ctx, `INSERT INTO reporter_words (ask_id, at, answer, text) VALUES ($1, $2, $3, $4) ON CONFLICT (ask_id) DO NOTHING`, rows[0].ID, s.now(), answer, text)
		if err != nil {
			return fmt.Errorf("write the answer: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return keyed(city.Errorf(city.Conflict, "it is answered already"), "error.reporter_answered")
		}
		return s.settleWord(ctx, tx, cat, r)
	})
	return wrapped(err, "keep a reporter's answer")
}
