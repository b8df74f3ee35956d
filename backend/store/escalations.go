package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	ladderRulesQuery = `SELECT rung, of_kind AS of, to_role AS to, clock AS when, share, source, to_char(effective_on, 'YYYY-MM-DD') AS effective_on
	FROM escalation_rules ORDER BY of_kind, rung, clock, effective_on`
	answerTimesQuery = `SELECT nature, hours, working, source, to_char(effective_on, 'YYYY-MM-DD') AS effective_on FROM answer_times ORDER BY nature, effective_on`

	insertRule = `INSERT INTO escalation_rules AS r (of_kind, rung, to_role, clock, share, source, effective_on) VALUES ($1, $2, $3, $4, $5, $6, $7::text::date)
	ON CONFLICT ON CONSTRAINT escalation_rules_pkey `
	addRule     = insertRule + `DO NOTHING`
	replaceRule = insertRule + `DO UPDATE SET to_role = excluded.to_role, share = excluded.share, source = excluded.source
	WHERE (r.to_role, r.share, r.source) IS DISTINCT FROM (excluded.to_role, excluded.share, excluded.source)`
	insertAnswerTime = `INSERT INTO answer_times AS a (nature, hours, working, source, effective_on) VALUES ($1, $2, $3, $4, $5::text::date)
	ON CONFLICT ON CONSTRAINT answer_times_pkey `
	addAnswerTime     = insertAnswerTime + `DO NOTHING`
	replaceAnswerTime = insertAnswerTime + `DO UPDATE SET hours = excluded.hours, working = excluded.working, source = excluded.source
	WHERE (a.hours, a.working, a.source) IS DISTINCT FROM (excluded.hours, excluded.working, excluded.source)`
)

// EscalationLadder returns all rows of the ladder, old ones too.
func (s *Store) EscalationLadder(ctx context.Context) (out city.EscalationLadder, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		if out.Rules, err = rowsOf[city.EscalationRule](ctx, tx, ladderRulesQuery); err != nil {
			return err
		}
		out.AnswerTimes, err = rowsOf[city.AnswerTime](ctx, tx, answerTimesQuery)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("read the ladder: %w", err)
	}
	return out, nil
}

// saveLadder adds rows; those that are there stay or are replaced.
func saveLadder(ctx context.Context, tx pgx.Tx, in city.EscalationLadder, replace bool) error {
	for _, r := range in.Rules {
		if _, err := addOrReplace(ctx, tx, replace, addRule, replaceRule, r.Of, r.Rung, r.To, r.When, r.Share, cleanText(r.Source), r.EffectiveOn); err != nil {
			return fmt.Errorf("save rung %d of %s: %w", r.Rung, r.Of, err)
		}
	}
	for _, a := range in.AnswerTimes {
		if _, err := addOrReplace(ctx, tx, replace, addAnswerTime, replaceAnswerTime, string(a.Nature), a.Hours, a.Working, cleanText(a.Source), a.EffectiveOn); err != nil {
			return fmt.Errorf("save the answer time of %s: %w", a.Nature, err)
		}
	}
	return nil
}

// SetEscalationLadder adds or replaces rows of the ladder by office, rung,
// clock and day of effect; the audit trail keeps who, why and the rows.
func (s *Store) SetEscalationLadder(ctx context.Context, by city.Actor, in city.EscalationLadder, reason string) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		if err := saveLadder(ctx, tx, in, true); err != nil {
			return err
		}
		return record(ctx, tx, by, "escalation.rules", "", reason, map[string]any{"rules": in.Rules, "answer_times": in.AnswerTimes})
	})
}

type escalationRow struct {
	ID            int64
	DispositionID int64
	Number        int
	SentAt        time.Time
	Subject       string
	ToRole        string
	Office        string
	Rung          int
	To            string
	When          string
	At            time.Time
	Why           string
	WhyEN         string
}

const escalationsQuery = `SELECT e.id, e.disposition_id, d.number, d.sent_at, d.subject, d.to_role, coalesce(f.short_name, 'Sekretaris Daerah') AS office,
	e.rung, e.to_role AS to, e.clock AS when, e.at, e.why, e.why_en
	FROM escalations e JOIN dispositions d ON d.id = e.disposition_id LEFT JOIN offices f ON f.id = d.to_office_id
	ORDER BY e.at DESC, e.id DESC OFFSET $1 LIMIT $2`

// Escalations returns what went up the ladder of the dispositions that the
// asker may see, newest first, and how many there are.
func (s *Store) Escalations(ctx context.Context, asker city.Asker, offset, limit int) (out []city.Escalation, total int, err error) {
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, 0, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		rows, err := rowsOf[escalationRow](ctx, tx, escalationsQuery, max(0, offset), limit)
		if err != nil {
			return err
		}
		out = make([]city.Escalation, len(rows))
		for i, r := range rows {
			out[i] = city.Escalation{
				ID: r.ID, DispositionID: r.DispositionID, Number: city.DispositionNumber(r.Number, r.SentAt.In(cat.location)), Subject: r.Subject, Office: r.Office,
				Rung: r.Rung, To: r.To, When: r.When, At: r.At, Why: city.Said{Text: r.Why, TextEN: r.WhyEN},
			}
		}
		return tx.QueryRow(ctx, `SELECT count(*) FROM escalations e JOIN dispositions d ON d.id = e.disposition_id`).Scan(&total)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read what went up: %w", err)
	}
	return out, total, nil
}
