package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// retentionBatch is how many are erased in one transaction: what a killed
// server has erased by then is erased, and the next night goes on.
const retentionBatch = 500

const (
	retentionRulesQuery = `SELECT id, what, keep_months, source, to_char(effective_on, 'YYYY-MM-DD') AS effective_on, changed_at, changed_by, reason
	FROM retention_rules ORDER BY what, effective_on DESC, id DESC`
	addRetentionRuleQuery = `INSERT INTO retention_rules (what, keep_months, source, effective_on, changed_at, changed_by, reason) VALUES ($1, $2, $3, $4::date, $5, $6, $7)`
	retentionRunsQuery    = `SELECT DISTINCT ON (what) what, at, erased FROM retention_runs ORDER BY what, id DESC`
	addRetentionRunQuery  = `INSERT INTO retention_runs (at, what, rule_id, before, erased) VALUES ($1, $2, $3, $4, $5)`

	// A question that may still reach the reporter keeps the address.
	dueIdentities = ` FROM reporters p JOIN reports r ON r.id = p.report_id WHERE r.closed_at < $1
		AND NOT EXISTS (SELECT FROM reporter_asks a WHERE a.report_id = p.report_id AND a.closes_at > $2)`
	// What a pin, or an answer under way, needs stays.
	dueConversations = ` FROM conversations c WHERE c.changed_at < $1 AND $2::timestamptz IS NOT NULL
		AND NOT EXISTS (SELECT FROM questions q WHERE q.conversation_id = c.id AND (q.status = 'running' OR EXISTS (SELECT FROM pins n WHERE n.question_id = q.id)))`
	dueRefusals = ` FROM refused_rows f WHERE coalesce(f.settled_at, f.at) < $1 AND $2::timestamptz IS NOT NULL`

	countIdentitiesQuery    = `SELECT count(*)` + dueIdentities
	countConversationsQuery = `SELECT count(*)` + dueConversations
	countRefusalsQuery      = `SELECT count(*)` + dueRefusals

	// The source's own record names the reporter too, in fields of its own.
	eraseIdentitiesQuery = `WITH due AS (SELECT p.report_id` + dueIdentities + ` ORDER BY p.report_id LIMIT $3),
	gone AS (DELETE FROM reporters WHERE report_id IN (SELECT report_id FROM due) RETURNING report_id),
	forgotten AS (UPDATE subject_corrections SET sealed = NULL, key_id = '' WHERE report_id IN (SELECT report_id FROM gone) AND sealed IS NOT NULL),
	silenced AS (` + silenceNote + `WHERE report_id IN (SELECT report_id FROM gone) AND erased_at IS NULL)
	UPDATE reports SET raw = NULL WHERE id IN (SELECT report_id FROM gone) RETURNING id`
	// Who asked for their own data is known as long.
	eraseSubjectsQuery      = `UPDATE subject_requests SET sealed = NULL, key_id = '' WHERE decided_at < $1 AND sealed IS NOT NULL`
	eraseConversationsQuery = `DELETE FROM conversations WHERE id IN (SELECT c.id` + dueConversations + ` ORDER BY c.id LIMIT $3) RETURNING id`
	eraseRefusalsQuery      = `DELETE FROM refused_rows WHERE id IN (SELECT f.id` + dueRefusals + ` ORDER BY f.id LIMIT $3) RETURNING id`
)

// countDue counts what is kept too long of a subject.
func countDue(ctx context.Context, tx pgx.Tx, what city.RetentionSubject, before, now time.Time) (n int64, err error) {
	switch what {
	case city.KeepIdentities:
		err = tx.QueryRow(ctx, countIdentitiesQuery, before, now).Scan(&n)
	case city.KeepConversations:
		err = tx.QueryRow(ctx, countConversationsQuery, before, now).Scan(&n)
	case city.KeepRefusals:
		err = tx.QueryRow(ctx, countRefusalsQuery, before, now).Scan(&n)
	default:
		err = city.Errorf(city.Internal, "nothing is known to erase of %q", what)
	}
	return n, wrapped(err, "count what is kept too long")
}

func eraseBatch(ctx context.Context, tx pgx.Tx, what city.RetentionSubject, before, now time.Time) (ids []int64, err error) {
	switch what {
	case city.KeepIdentities:
		if _, err := tx.Exec(ctx, eraseSubjectsQuery, before); err != nil {
			return nil, fmt.Errorf("erase who asked for their data: %w", err)
		}
		ids, err = column[int64](ctx, tx, eraseIdentitiesQuery, before, now, retentionBatch)
	case city.KeepConversations:
		ids, err = column[int64](ctx, tx, eraseConversationsQuery, before, now, retentionBatch)
	case city.KeepRefusals:
		ids, err = column[int64](ctx, tx, eraseRefusalsQuery, before, now, retentionBatch)
	default:
		err = city.Errorf(city.Internal, "nothing is known to erase of %q", what)
	}
	return ids, wrapped(err, "erase what is kept too long")
}

type retentionRunRow struct {
	What   city.RetentionSubject
	At     time.Time
	Erased int64
}

// Retentions returns, for each subject, the rule in effect on the day of now,
// its history, and how many the next run would erase, counted now and erased
// not; now is in the city's zone. For operators and auditors.
func (s *Store) Retentions(ctx context.Context, asker city.Asker, now time.Time) ([]city.Retention, error) {
	if err := keepersOnly(asker); err != nil {
		return nil, err
	}
	out := []city.Retention{}
	// How many identities there are is counted by the system: who asks may not
	// see whose.
	err := s.read(ctx, city.System, func(tx pgx.Tx) error {
		rules, err := rowsOf[city.RetentionRule](ctx, tx, retentionRulesQuery)
		if err != nil {
			return fmt.Errorf("read the rules: %w", err)
		}
		runs, err := rowsOf[retentionRunRow](ctx, tx, retentionRunsQuery)
		if err != nil {
			return fmt.Errorf("read the runs: %w", err)
		}
		out = out[:0]
		for _, what := range city.RetentionSubjects {
			r := retentionOf(what, rules, now)
			for _, run := range runs {
				if run.What == what {
					r.Last = &city.RetentionRun{At: run.At, Erased: run.Erased}
				}
			}
			if r.Due, err = countDue(ctx, tx, what, r.Before, now); err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	return out, wrapped(err, "read how long things are kept")
}

// retentionOf picks a subject's rules, newest first, and the one in effect.
func retentionOf(what city.RetentionSubject, rules []city.RetentionRule, now time.Time) city.Retention {
	r := city.Retention{History: []city.RetentionRule{}}
	today := now.Format(time.DateOnly)
	for _, rule := range rules {
		if rule.What != what {
			continue
		}
		if r.Rule.ID == 0 && rule.EffectiveOn <= today {
			r.Rule = rule
		}
		r.History = append(r.History, rule)
	}
	r.Before = city.RetentionBefore(now, r.Rule.KeepMonths)
	return r
}

// ChangeRetention sets another rule for a subject from a day on, with the
// reason, audited; what stood before stays in the history. Only an operator
// may. today is the city's.
func (s *Store) ChangeRetention(ctx context.Context, by city.Actor, asker city.Asker, what city.RetentionSubject, c city.RetentionChange, today string) error {
	if asker.Role != city.Operator {
		return city.Errorf(city.Forbidden, "only an operator may change how long things are kept")
	}
	if c.EffectiveOn < today {
		return city.InvalidField("effective_on", "a rule begins today or later")
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, addRetentionRuleQuery, what, c.KeepMonths, cleanText(c.Source), c.EffectiveOn, s.now(), by.Name, cleanText(c.Reason)); err != nil {
			return fmt.Errorf("write a rule of retention: %w", err)
		}
		return record(ctx, tx, by, "retention.rule", string(what), c.Reason, map[string]any{"keep_months": c.KeepMonths, "effective_on": c.EffectiveOn, "source": c.Source})
	})
}

// Erase erases what a subject's rule no longer lets be kept, batch by batch,
// and returns how many; the run is noted and audited by its count alone. now is
// in the city's zone. Ended or killed between batches, the next run goes on.
func (s *Store) Erase(ctx context.Context, r city.Retention, now time.Time) (erased int64, err error) {
	what := r.Rule.What
	for {
		n := 0
		if err := s.write(ctx, func(tx pgx.Tx) error {
			ids, err := eraseBatch(ctx, tx, what, r.Before, now)
			n = len(ids)
			if err != nil || n == 0 {
				return err
			}
			return record(ctx, tx, city.Actor{Name: "Balaikota"}, "retention.erase", string(what), "", map[string]any{"erased": n, "before": r.Before, "rule": r.Rule.ID})
		}); err != nil {
			return erased, err
		}
		if erased += int64(n); n < retentionBatch {
			break
		}
	}
	return erased, s.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, addRetentionRunQuery, s.now(), what, r.Rule.ID, r.Before, erased)
		return wrapped(err, "note a run of retention")
	})
}
