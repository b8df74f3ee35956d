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

const (
	// joinsReport is true where a reply to a message joins the report: its chat
	// knows what was asked (AskedReportOf), and a letter says to which mailbox
	// replies go, which is read.
	joinsReport = `(o.connector = reporter_channel(r.id) OR (o.connector = 'imap' AND reporter_channel(r.id) = 'surel' AND o.config ->> 'user' LIKE '%_@_%'))`

	answerFactsQuery = `SELECT r.id, r.external_id AS ticket, r.area_code, coalesce(r.office_id, 0) AS office_id, coalesce(f.area_code, '') AS office_area, r.status, r.created_at,
	r.due_at, r.closed_at, coalesce(r.category, '') AS category, coalesce(c.name, '') AS category_name, coalesce(w.name, '') AS area, coalesce(f.name, '') AS office, s.name AS city,
	coalesce(i.status, '') AS incident, i.closed_at AS incident_closed_at, coalesce(d.status, '') AS disposition, coalesce(d.done_by, '') AS done_by, d.done_at,
	reporter_channel(r.id) AS channel, ` + joinsReport + ` AS replies
	FROM reports r JOIN sources o ON o.id = r.source_id CROSS JOIN city_setting s LEFT JOIN categories c ON c.slug = r.category LEFT JOIN areas w ON w.code = nullif(r.area_code, '')
	LEFT JOIN offices f ON f.id = r.office_id LEFT JOIN report_analyses a ON a.report_id = r.id LEFT JOIN incidents i ON i.id = a.incident_id
	LEFT JOIN LATERAL (SELECT d.status, d.done_by, d.done_at FROM dispositions d WHERE d.parent_id IS NULL AND d.nature <> 'rahasia' AND d.status <> 'canceled'
		AND (d.reports @> ARRAY[r.id] OR d.incidents @> ARRAY[a.incident_id]) ORDER BY d.id DESC LIMIT 1) d ON true
	WHERE r.id = $1 AND r.removed_at IS NULL`

	reporterMessagesQuery = `SELECT id, kind, asks, text, at, by_name AS by, channel, taken_at, ended_at, error, replied_at, automatic, wait_until, waited_out_at
	FROM reporter_messages WHERE report_id = $1 ORDER BY at, id LIMIT 200`
)

// answerFacts is what a report's rows say for its answer.
type answerFacts struct {
	ID               int64
	Ticket           string
	AreaCode         string
	OfficeID         int64
	OfficeArea       string
	Status           string
	CreatedAt        time.Time
	DueAt, ClosedAt  *time.Time
	Category         string
	CategoryName     string
	Area             string
	Office           string
	City             string
	Incident         string
	IncidentClosedAt *time.Time
	Disposition      string
	DoneBy           string
	DoneAt           *time.Time
	Channel          string
	Replies          bool
}

// stands is how the matter stands for an answer.
func (f answerFacts) stands() city.ReportStatus {
	order := city.DispositionStatus(f.Disposition)
	working := order != "" && order != city.DispositionSent && order != city.DispositionDeclined && order != city.DispositionDone
	return city.MatterStatus(city.ReportStatus(f.Status), city.IncidentStatus(f.Incident), working, order == city.DispositionDone)
}

// facts are what drafts are filled with. A matter that is finished has no
// deadline to tell any more.
func (f answerFacts) facts(stands city.ReportStatus) city.AnswerFacts {
	out := city.AnswerFacts{
		Ticket: askRow{Ticket: f.Ticket, ReportID: f.ID}.ticket(), Category: f.CategoryName, Area: f.Area, Office: f.Office, City: f.City,
		Received: f.CreatedAt, Due: f.DueAt, Proof: f.DoneBy,
	}
	if stands == city.Closed || stands == city.Rejected {
		out.Due = nil
	}
	if stands == city.Closed {
		for _, at := range []*time.Time{f.ClosedAt, f.DoneAt, f.IncidentClosedAt} {
			if at != nil {
				out.Finished = at
				break
			}
		}
	}
	return out
}

// Answering returns what an officer needs to answer the reporter of a report:
// drafts, the way to the reporter among the channels offered, and what was
// written before. Missing is for the caller to add. NotFound when the report is
// not the asker's to see.
func (s *Store) Answering(ctx context.Context, asker city.Asker, id int64, offered []city.NoticeChannel) (out city.Answering, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return out, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[answerFacts](ctx, tx, answerFactsQuery, id)
		if err != nil {
			return fmt.Errorf("read what an answer needs: %w", err)
		}
		if len(rows) == 0 || !asker.Scope().Sees(rows[0].AreaCode, rows[0].OfficeID) {
			return city.Errorf(city.NotFound, "there is no report %d, or it is not yours to see", id)
		}
		f := rows[0]
		held := heldReport{OfficeID: f.OfficeID, OfficeArea: f.OfficeArea}
		out = city.Answering{
			Status: f.stands(), Channel: city.NoticeChannel(f.Channel), Carried: slices.Contains(offered, city.NoticeChannel(f.Channel)), Replies: f.Replies,
			May: held.keepsClock(asker), Missing: []city.Gap{}, Messages: []city.ReporterMessage{},
		}
		templates, err := rowsOf[city.AnswerTemplate](ctx, tx, answerTemplatesQuery)
		if err != nil {
			return fmt.Errorf("read templates: %w", err)
		}
		out.Drafts = cat.drafts(templates, f, out.Status)
		messages, err := rowsOf[city.ReporterMessage](ctx, tx, reporterMessagesQuery, id)
		if err != nil {
			return fmt.Errorf("read what was written: %w", err)
		}
		out.AsksLeft = asksLeft(messages)
		for _, m := range messages {
			m.Text = city.MaskPersonal(m.Text)
			out.Messages = append(out.Messages, m)
		}
		return nil
	})
	return out, wrapped(err, fmt.Sprintf("draft an answer to report %d", id))
}

// asksLeft is how many questions may still be asked: none while one waits for its
// answer.
func asksLeft(messages []city.ReporterMessage) int {
	left := city.QuestionsPerReport
	for _, m := range messages {
		if m.Kind != "pertanyaan" || m.EndedAt != nil {
			continue
		}
		if m.RepliedAt == nil && m.WaitedOutAt == nil {
			return 0
		}
		left -= len(m.Asks)
	}
	return max(left, 0)
}

func (c *catalogue) drafts(templates []city.AnswerTemplate, f answerFacts, stands city.ReportStatus) []city.AnswerDraft {
	out, facts := []city.AnswerDraft{}, f.facts(stands)
	for _, t := range city.RankAnswers(templates, f.Category, stands) {
		text, unknown := t.Fill(facts, c.location, c.zoneLabel)
		if unknown == nil {
			unknown = []city.AnswerWord{}
		}
		out = append(out, city.AnswerDraft{TemplateID: t.ID, Title: t.Title, Fits: t.Status == stands, Text: text, Unknown: unknown})
	}
	return out
}

const (
	knownMessageQuery = `SELECT report_id, kind FROM reporter_messages WHERE client_id = $1::text::uuid`
	messageWayQuery   = `SELECT reporter_channel(r.id) AS channel, ` + joinsReport + ` AS replies, r.external_id AS ticket FROM reports r JOIN sources o ON o.id = r.source_id WHERE r.id = $1`
	// What the report says is remembered with a question, to know its answer by.
	saidHash           = `sha256(convert_to(r.text || chr(31) || r.address || chr(31) || coalesce(r.lon::text, '') || ' ' || coalesce(r.lat::text, ''), 'UTF8'))`
	addReporterMessage = `INSERT INTO reporter_messages (client_id, report_id, kind, template_id, text, at, officer_id, by_name, channel, next_at, taken_at)
	VALUES ($1::text::uuid, $2, 'jawaban', nullif($3::bigint, 0), $4, $5, nullif($6::bigint, 0), $7, $8, $5, CASE WHEN $8 = 'sendiri' THEN $5::timestamptz END)`
	addReporterQuestion = `INSERT INTO reporter_messages (client_id, report_id, kind, asks, text, at, officer_id, by_name, channel, next_at, said_before)
	SELECT $1::text::uuid, r.id, 'pertanyaan', $3, $4, $5, nullif($6::bigint, 0), $7, $8, $5, ` + saidHash + ` FROM reports r WHERE r.id = $2`
	respondQuery = `UPDATE reports SET responded_at = greatest(created_at, $2), changed_at = now() WHERE id = $1 AND responded_at IS NULL`
)

type messageWay struct {
	Channel string
	Replies bool
	Ticket  string
}

type knownMessage struct {
	ReportID int64
	Kind     string
}

// Reply sends an officer's answer to the reporter of a report, by the channel
// that reaches them among those offered, or notes that the officer told it. The
// same client id sends once. Once it is taken it counts as the report's answer.
// Forbidden for whom the report is not to answer; Conflict when no channel
// leads there or the same words went before.
func (s *Store) Reply(ctx context.Context, by city.Actor, asker city.Asker, id int64, r city.Reply, offered []city.NoticeChannel) error {
	r, err := r.Clean()
	if err != nil {
		return err
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	err = s.writeToReporter(ctx, asker, id, r.ClientID, "jawaban", func(tx pgx.Tx, _ heldReport, way messageWay, now time.Time) error {
		channel := way.Channel
		if r.InPerson {
			channel = "sendiri"
		} else if err := reaches(way, offered); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, addReporterMessage, r.ClientID, id, r.TemplateID, cleanText(r.Text), now, by.OfficerID, by.Name, channel); err != nil {
			return fmt.Errorf("keep an answer: %w", err)
		}
		if err := record(ctx, tx, by, "report.reply", strconv.FormatInt(id, 10), "", map[string]any{"channel": channel, "template": r.TemplateID}); err != nil {
			return err
		}
		if !r.InPerson {
			return nil
		}
		return s.responded(ctx, tx, cat, id, now)
	})
	if violates(err, "reporter_messages_say_it_once") {
		return keyed(city.Errorf(city.Conflict, "the reporter was told these words already"), "error.reply_twice")
	}
	return err
}

// AskReporter sends short questions to the reporter of an unfinished report: two
// over all, those that went by themselves included. Conflict when no channel leads
// there, when a reply would not join the report, when a question waits for its
// answer or none is left. The clock stands from when the channel takes it.
func (s *Store) AskReporter(ctx context.Context, by city.Actor, asker city.Asker, id int64, clientID string, gaps []city.Gap, offered []city.NoticeChannel) error {
	var asks []string
	for _, g := range city.Gaps {
		if slices.Contains(gaps, g) {
			asks = append(asks, string(g))
		}
	}
	if len(asks) == 0 {
		return city.InvalidField("asks", "names where, what, or both")
	}
	err := s.writeToReporter(ctx, asker, id, clientID, "pertanyaan", func(tx pgx.Tx, h heldReport, way messageWay, now time.Time) error {
		if !unfinished(city.ReportStatus(h.Status)) {
			return keyed(city.Errorf(city.Conflict, "report %d is settled; nothing is missing any more", id), "error.question_settled")
		}
		if err := reaches(way, offered); err != nil {
			return err
		}
		if !way.Replies {
			return keyed(city.Errorf(city.Conflict, "a reply by this channel would not join report %d; ask in person", id), "error.question_no_reply")
		}
		before, err := rowsOf[city.ReporterMessage](ctx, tx, reporterMessagesQuery, id)
		if err != nil {
			return fmt.Errorf("read what was asked: %w", err)
		}
		if len(asks) > asksLeft(before) {
			return keyed(city.Errorf(city.Conflict, "the reporter was asked already"), "error.question_twice")
		}
		text := city.QuestionText(askRow{Ticket: way.Ticket, ReportID: id}.ticket(), gaps)
		if _, err := tx.Exec(ctx, addReporterQuestion, clientID, id, asks, text, now, by.OfficerID, by.Name, way.Channel); err != nil {
			return fmt.Errorf("keep a question: %w", err)
		}
		return record(ctx, tx, by, "report.question", strconv.FormatInt(id, 10), "", map[string]any{"channel": way.Channel, "asks": asks})
	})
	if violates(err, "reporter_messages_ask_one_at_a_time") {
		return keyed(city.Errorf(city.Conflict, "the reporter was asked already"), "error.question_twice")
	}
	return err
}

// reaches says why a message cannot go, nil when it can.
func reaches(way messageWay, offered []city.NoticeChannel) error {
	if way.Channel == "" {
		return keyed(city.Errorf(city.Conflict, "no channel leads to the reporter; copy the text and tell it in person"), "error.reply_no_channel")
	}
	if !slices.Contains(offered, city.NoticeChannel(way.Channel)) {
		return keyed(city.Errorf(city.Conflict, "this server cannot send by the reporter's channel; copy the text and tell it in person"), "error.reply_not_carried")
	}
	return nil
}

// writeToReporter runs do for those who may answer a report, unless the client
// id says that it was done.
func (s *Store) writeToReporter(ctx context.Context, asker city.Asker, id int64, clientID, kind string, do func(tx pgx.Tx, h heldReport, way messageWay, now time.Time) error) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
			return fmt.Errorf("lock the counts: %w", err)
		}
		rows, err := rowsOf[heldReport](ctx, tx, heldReportQuery, id)
		if err != nil {
			return fmt.Errorf("read report %d: %w", id, err)
		}
		if len(rows) == 0 || !asker.Scope().Sees(rows[0].AreaCode, rows[0].OfficeID) {
			return city.Errorf(city.NotFound, "there is no report %d, or it is not yours to see", id)
		}
		if !rows[0].keepsClock(asker) {
			return keyed(city.Errorf(city.Forbidden, "an operator or the office that owns the report answers it"), "error.reply_rights")
		}
		known, err := rowsOf[knownMessage](ctx, tx, knownMessageQuery, clientID)
		if err != nil {
			return fmt.Errorf("look whether it was sent: %w", err)
		}
		if len(known) > 0 {
			if known[0] != (knownMessage{id, kind}) {
				return city.Errorf(city.Conflict, "this client_id was used for another message")
			}
			return nil
		}
		ways, err := rowsOf[messageWay](ctx, tx, messageWayQuery, id)
		if err != nil || len(ways) == 0 {
			return fmt.Errorf("read the way to the reporter of %d: %w", id, err)
		}
		return do(tx, rows[0], ways[0], *stored(new(s.now())))
	})
}

// responded notes that a report was answered at a moment, unless it was before,
// and tells screens.
func (s *Store) responded(ctx context.Context, tx pgx.Tx, cat *catalogue, id int64, at time.Time) error {
	if _, err := tx.Exec(ctx, respondQuery, id, at); err != nil {
		return fmt.Errorf("note that report %d was answered: %w", id, err)
	}
	if err := refreshDeadlinesOf(ctx, tx, cat, []int64{id}); err != nil {
		return err
	}
	return tellDeadlines(ctx, tx, cat, []int64{id})
}
