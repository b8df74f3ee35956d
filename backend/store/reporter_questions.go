package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	// askedSoon is how long after a report, or after an answer, it is asked without
	// an officer: whoever wrote has the matter in mind, WhatsApp lets a city write
	// freely for a day, and a mailbox that is read for the first time is no reason
	// to write to the senders of years.
	askedSoon = 23 * time.Hour
	// looksKept is how long it is remembered that a report was looked at.
	looksKept = 7 * 24 * time.Hour
	// looksAtOnce is how many reports one round looks at.
	looksAtOnce = 50
	noReply     = "pelapor tidak menjawab dalam batas tunggu"
	noArrival   = "pertanyaan tidak sampai kepada pelapor"
)

// itself is who asks without an officer, in the audit trail and on screen.
var itself = city.Actor{Name: "Balaikota"}

const (
	questionRulesQuery = `SELECT id, enabled, quiet_seconds, wait_days, source, changed_at, changed_by, reason FROM question_rules ORDER BY id DESC LIMIT 100`
	addQuestionRule    = `INSERT INTO question_rules (enabled, quiet_seconds, wait_days, source, changed_at, changed_by, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	answerableQuery    = `SELECT id FROM sources WHERE connector IN ('whatsapp', 'telegram') OR (connector = 'imap' AND config ->> 'user' LIKE '%_@_%')`

	// askable is true of a report whose reporter may be asked without an officer:
	// no officer answered, nothing waits for an answer, questions are left, and none
	// failed to arrive.
	askable = `r.removed_at IS NULL AND r.status IN ('open', 'in_progress') AND NOT r.flags && ARRAY['rahasia_di_sumber']
	AND EXISTS (SELECT FROM report_analyses a WHERE a.report_id = r.id) AND NOT EXISTS (SELECT FROM analysis_queue q WHERE q.report_id = r.id)
	AND NOT EXISTS (SELECT FROM reporter_messages m WHERE m.report_id = r.id AND (m.kind = 'jawaban' OR (m.replied_at IS NULL AND m.waited_out_at IS NULL)
		OR (m.automatic AND (m.ended_at IS NOT NULL OR m.waited_out_at IS NOT NULL))))
	AND NOT EXISTS (SELECT FROM report_pauses p WHERE p.report_id = r.id AND p.ended_at IS NULL)
	AND (SELECT coalesce(sum(cardinality(m.asks)), 0) FROM reporter_messages m WHERE m.report_id = r.id AND m.ended_at IS NULL) < 2`

	// What a report may lack is a place, or words; missing.Of says whether it does.
	maySayLess = `((r.lon IS NULL AND btrim(r.address) = '') OR cardinality(regexp_split_to_array(btrim(regexp_replace(r.text || ' ' || r.spoken, '(Pesan|Surat) susulan [^\n]*:|\[[^\]\n]*\]', ' ', 'g')), '\s+')) < 8)`

	// watchUnfinishedQuery begins to look at unfinished reports, anew at those that
	// say something else than before. It runs every few seconds, so it goes by the
	// newest reports and answers, each by its index, never through all of a source's.
	watchUnfinishedQuery = `INSERT INTO question_looks AS l (report_id, said, since)
	SELECT r.id, ` + saidHash + `, $1 FROM reports r WHERE r.id IN (SELECT n.id FROM reports n WHERE n.created_at > $3
		UNION SELECT m.report_id FROM reporter_messages m WHERE m.kind = 'pertanyaan' AND m.replied_at > $3)
		AND r.source_id = ANY ($2) AND ` + maySayLess + ` AND ` + askable + ` AND NOT EXISTS (` + awaitedNote + `$1)
	ON CONFLICT (report_id) DO UPDATE SET said = excluded.said, since = excluded.since, settled_at = NULL WHERE l.said <> excluded.said`
	quietQuery      = `SELECT report_id FROM question_looks WHERE settled_at IS NULL AND since <= $1 AND since > $2 ORDER BY since, report_id LIMIT $3`
	dropLooksQuery  = `DELETE FROM question_looks WHERE since < $1`
	settleLookQuery = `UPDATE question_looks SET settled_at = $2 WHERE report_id = $1`

	// mayAskQuery finds a report that is to be asked about now, as it was looked at;
	// no row for one that changed, or whose reporter is not to be asked.
	mayAskQuery = `SELECT reporter_channel(r.id) AS channel, ` + joinsReport + ` AS replies, r.external_id AS ticket,
	(SELECT coalesce(sum(cardinality(m.asks)), 0)::int FROM reporter_messages m WHERE m.report_id = r.id AND m.ended_at IS NULL) AS asked,
	reporter_is_asked_enough(r.id, $2, $3) AS enough
	FROM reports r JOIN sources o ON o.id = r.source_id JOIN question_looks l ON l.report_id = r.id
	WHERE r.id = $1 AND l.settled_at IS NULL AND l.said = ` + saidHash + ` AND ` + askable + ` AND NOT EXISTS (` + awaitedNote + `$4) FOR NO KEY UPDATE OF r`
	addAutomaticQuestion = `INSERT INTO reporter_messages (client_id, report_id, kind, asks, text, at, by_name, channel, next_at, said_before, automatic)
	SELECT gen_random_uuid(), r.id, 'pertanyaan', $2, $3, $4, $5, $6, $4, ` + saidHash + `, true FROM reports r WHERE r.id = $1`

	// What waits too long, or for the answer to a question that never arrived.
	endedWaitsQuery = `SELECT m.id, m.report_id, m.ended_at IS NOT NULL AS lost FROM reporter_messages m WHERE m.kind = 'pertanyaan' AND m.replied_at IS NULL AND m.waited_out_at IS NULL
		AND (m.wait_until <= $1 OR (m.ended_at IS NOT NULL AND EXISTS (SELECT FROM report_pauses p WHERE p.id = m.pause_id AND p.ended_at IS NULL))) ORDER BY m.id LIMIT 200`
	waitedOutQuery = `UPDATE reporter_messages SET waited_out_at = $2 WHERE id = $1 AND replied_at IS NULL AND waited_out_at IS NULL AND wait_until IS NOT NULL`
	endWaitQuery   = `UPDATE report_pauses p SET ended_at = greatest(p.began_at, $2), ended_by = 'sistem', end_reason = $3 FROM reporter_messages m
	WHERE m.id = $1 AND m.pause_id = p.id AND p.ended_at IS NULL AND m.replied_at IS NULL RETURNING p.report_id`

	questionCountsQuery = `SELECT channel, count(*) AS asked, count(replied_at) AS answered, count(waited_out_at) AS waited_out, count(ended_at) AS undelivered
	FROM reporter_messages WHERE automatic GROUP BY channel ORDER BY channel`
)

// QuestionRules returns the rule by which reporters are asked without an officer,
// and those before it. For operators and auditors.
func (s *Store) QuestionRules(ctx context.Context, asker city.Asker) (out city.QuestionRules, err error) {
	if err := keepersOnly(asker); err != nil {
		return out, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out.History, err = rowsOf[city.QuestionRule](ctx, tx, questionRulesQuery)
		if err == nil && len(out.History) > 0 {
			out.Rule = out.History[0]
		}
		return err
	})
	return out, wrapped(err, "read by which rule reporters are asked")
}

// ChangeQuestionRule sets another rule at once, with the reason, audited. Only an
// operator may.
func (s *Store) ChangeQuestionRule(ctx context.Context, by city.Actor, asker city.Asker, c city.QuestionRuleChange) error {
	if asker.Role != city.Operator {
		return city.Errorf(city.Forbidden, "only an operator may change whether reporters are asked by themselves")
	}
	c, err := c.Clean()
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, addQuestionRule, c.Enabled, c.QuietSeconds, c.WaitDays, cleanText(c.Source), s.now(), by.Name, cleanText(c.Reason)); err != nil {
			return fmt.Errorf("write a rule of questions: %w", err)
		}
		return record(ctx, tx, by, "question.rule", "", c.Reason, map[string]any{"enabled": c.Enabled, "quiet_seconds": c.QuietSeconds, "wait_days": c.WaitDays, "source": c.Source})
	})
}

// QuestionCounts counts what became of the questions that went by themselves.
func (s *Store) QuestionCounts(ctx context.Context) (out []city.QuestionCount, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.QuestionCount](ctx, tx, questionCountsQuery)
		return err
	})
	return out, wrapped(err, "count the questions to reporters")
}

// AddressAsks asks reporters whose reports lack something, where nothing more came
// for a while, and lets clocks go on that waited long enough. What officers wrote
// has its channel already.
func (m Messages) AddressAsks(ctx context.Context, offered []city.NoticeChannel) (int, error) {
	if m.missing == nil {
		return 0, nil
	}
	var rules []city.QuestionRule
	var sources []int64
	err := m.s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		if rules, err = rowsOf[city.QuestionRule](ctx, tx, questionRulesQuery); err != nil {
			return err
		}
		sources, err = column[int64](ctx, tx, answerableQuery)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read by which rule reporters are asked: %w", err)
	}
	ended := m.endWaits(ctx)
	if len(rules) == 0 || !rules[0].Enabled || len(sources) == 0 || len(offered) == 0 {
		return 0, ended
	}
	n, err := m.askUnfinished(ctx, rules[0], sources, offered)
	return n, errors.Join(ended, err)
}

// askUnfinished looks at what came in, and asks about what has been quiet.
func (m Messages) askUnfinished(ctx context.Context, rule city.QuestionRule, sources []int64, offered []city.NoticeChannel) (int, error) {
	now := m.s.now()
	var due []int64
	err := m.s.write(ctx, func(tx pgx.Tx) (err error) {
		if _, err := tx.Exec(ctx, watchUnfinishedQuery, now, sources, now.Add(-askedSoon)); err != nil {
			return fmt.Errorf("look at unfinished reports: %w", err)
		}
		if _, err := tx.Exec(ctx, dropLooksQuery, now.Add(-looksKept)); err != nil {
			return fmt.Errorf("forget old looks: %w", err)
		}
		due, err = column[int64](ctx, tx, quietQuery, now.Add(-time.Duration(rule.QuietSeconds)*time.Second), now.Add(-askedSoon), looksAtOnce)
		return err
	})
	if err != nil {
		return 0, err
	}
	n := 0
	var failed []error
	for _, id := range due {
		asked, err := m.askByItself(ctx, id, offered)
		if err != nil {
			failed = append(failed, fmt.Errorf("ask the reporter of report %d: %w", id, err))
		}
		if asked {
			n++
		}
		if ctx.Err() != nil {
			break
		}
	}
	return n, errors.Join(failed...)
}

type mayAsk struct {
	Channel string
	Replies bool
	Ticket  string
	Asked   int
	Enough  bool
}

// askByItself asks about what a report lacks, once. The question and that it was
// asked are one transaction: a server that dies asks again or has asked.
func (m Messages) askByItself(ctx context.Context, id int64, offered []city.NoticeChannel) (asked bool, err error) {
	cat, err := m.s.currentCatalogue(ctx)
	if err != nil {
		return false, err
	}
	// One that is gone meanwhile lacks nothing.
	report, missed := m.s.Report(ctx, city.System, id)
	if missed != nil && city.CodeOf(missed) != city.NotFound {
		return false, missed
	}
	gaps := m.missing(report)
	err = m.s.write(ctx, func(tx pgx.Tx) error {
		asked = false
		// One node at a time decides what goes to whom.
		if _, err := tx.Exec(ctx, lettersLockQuery); err != nil {
			return err
		}
		now := *stored(new(m.s.now()))
		rows, err := rowsOf[mayAsk](ctx, tx, mayAskQuery, id, cat.calendar.DayStart(now), lettersPerDay, now)
		if err != nil {
			return err
		}
		if len(rows) == 1 && rows[0].Enough {
			return nil // later, perhaps
		}
		if _, err := tx.Exec(ctx, settleLookQuery, id, now); err != nil {
			return fmt.Errorf("note that a report was looked at: %w", err)
		}
		if len(rows) == 0 || len(gaps) == 0 || !rows[0].Replies || !slices.Contains(offered, city.NoticeChannel(rows[0].Channel)) {
			return nil
		}
		asks := gaps[:min(len(gaps), city.QuestionsPerReport-rows[0].Asked)]
		asked = true
		return askAutomatically(ctx, tx, id, rows[0], asks, now)
	})
	return asked && err == nil, err
}

func askAutomatically(ctx context.Context, tx pgx.Tx, id int64, way mayAsk, asks []city.Gap, now time.Time) error {
	text := city.AutomaticQuestion(askRow{Ticket: way.Ticket, ReportID: id}.ticket(), asks, way.Channel != string(city.NoticeEmail))
	if _, err := tx.Exec(ctx, addAutomaticQuestion, id, asks, text, now, itself.Name, way.Channel); err != nil {
		return fmt.Errorf("keep a question: %w", err)
	}
	return record(ctx, tx, itself, "report.question", strconv.FormatInt(id, 10), "", map[string]any{"channel": way.Channel, "asks": asks, "automatic": true})
}

type endedWait struct {
	ID       int64
	ReportID int64
	Lost     bool
}

// endWaits lets clocks go on whose reporter did not answer in time, and those that
// wait for the answer to a question that did not arrive after all.
func (m Messages) endWaits(ctx context.Context) error {
	var ended []endedWait
	err := m.s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		ended, err = rowsOf[endedWait](ctx, tx, endedWaitsQuery, m.s.now())
		return err
	})
	if err != nil || len(ended) == 0 {
		return wrapped(err, "read which reporters did not answer")
	}
	cat, err := m.s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, e := range ended {
		if err := m.s.write(ctx, func(tx pgx.Tx) error { return m.endWait(ctx, tx, cat, e) }); err != nil {
			failed = append(failed, fmt.Errorf("let the clock of report %d go on: %w", e.ReportID, err))
		}
	}
	return errors.Join(failed...)
}

func (m Messages) endWait(ctx context.Context, tx pgx.Tx, cat *catalogue, e endedWait) error {
	if _, err := tx.Exec(ctx, "SELECT lock_rollups()"); err != nil {
		return fmt.Errorf("lock the counts: %w", err)
	}
	now, why := *stored(new(m.s.now())), noArrival
	if !e.Lost {
		why = noReply
		if _, err := tx.Exec(ctx, waitedOutQuery, e.ID, now); err != nil {
			return fmt.Errorf("note that nobody answered: %w", err)
		}
	}
	ids, err := column[int64](ctx, tx, endWaitQuery, e.ID, now, why)
	if err != nil || len(ids) == 0 {
		return wrapped(err, "end a waiting")
	}
	if err := record(ctx, tx, systemActor, "report.resume", strconv.FormatInt(e.ReportID, 10), why, nil); err != nil {
		return err
	}
	if err := refreshDeadlinesOf(ctx, tx, cat, ids); err != nil {
		return err
	}
	return tellDeadlines(ctx, tx, cat, ids)
}
