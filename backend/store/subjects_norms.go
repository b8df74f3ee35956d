package store

import (
	"context"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	subjectNormsQuery = `SELECT id, kind, hours, remind_hours, source, to_char(effective_on, 'YYYY-MM-DD') AS effective_on, changed_at, changed_by, reason
	FROM subject_norms ORDER BY kind, effective_on DESC, id DESC`
	subjectLimitsQuery = `SELECT DISTINCT ON (kind) kind, coalesce(hours, 0) AS hours, article, says, to_char(effective_on, 'YYYY-MM-DD') AS effective_on
	FROM subject_limits WHERE effective_on <= $1::text::date ORDER BY kind, effective_on DESC`
	// No request gets more hours than the law gives, also by a norm that is older.
	subjectNormQuery = `SELECT n.id, least(n.hours, (SELECT l.hours FROM subject_limits l WHERE l.kind = n.kind AND l.effective_on <= $2::text::date ORDER BY l.effective_on DESC LIMIT 1)) AS hours
	FROM subject_norms n WHERE n.kind = $1 AND n.effective_on <= $2::text::date ORDER BY n.effective_on DESC, n.id DESC LIMIT 1`
	addSubjectNorm = `INSERT INTO subject_norms (kind, hours, remind_hours, source, effective_on, changed_at, changed_by, reason) VALUES ($1, $2, $3, $4, $5::text::date, $6, $7, $8)`
)

type subjectNorm struct {
	ID    int64
	Hours int
}

// SubjectNorms returns, for each kind of request of persons about their own data,
// the norm in effect today, all of them, and what the law says; to operators and
// auditors.
func (s *Store) SubjectNorms(ctx context.Context, asker city.Asker) ([]city.SubjectNorms, error) {
	if err := keepersOnly(asker); err != nil {
		return nil, err
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	today := cat.today(s.now())
	var norms []city.SubjectNorm
	var limits []city.SubjectLimit
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		if norms, err = rowsOf[city.SubjectNorm](ctx, tx, subjectNormsQuery); err != nil {
			return err
		}
		limits, err = rowsOf[city.SubjectLimit](ctx, tx, subjectLimitsQuery, today)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the norms of requests about personal data: %w", err)
	}
	out := make([]city.SubjectNorms, len(city.SubjectKinds))
	for i, kind := range city.SubjectKinds {
		out[i] = normsOf(kind, norms, today)
		out[i].Law = limitOf(kind, limits)
	}
	return out, nil
}

// normsOf picks a kind's norms, newest first, and the one in effect.
func normsOf(kind city.SubjectKind, norms []city.SubjectNorm, today string) city.SubjectNorms {
	out := city.SubjectNorms{History: []city.SubjectNorm{}}
	for _, n := range norms {
		if n.Kind != kind {
			continue
		}
		if out.Rule.ID == 0 && n.EffectiveOn <= today {
			out.Rule = n
		}
		out.History = append(out.History, n)
	}
	return out
}

// limitOf is what the law says of a kind; no hours when it says nothing.
func limitOf(kind city.SubjectKind, limits []city.SubjectLimit) city.SubjectLimit {
	for _, l := range limits {
		if l.Kind == kind {
			return l
		}
	}
	return city.SubjectLimit{Kind: kind}
}

// ChangeSubjectNorm sets another norm for a kind of request from a day on, with the
// reason, audited; requests that were noted before keep their time. What gives more
// hours than the law is Invalid on the field hours. Only an operator may.
func (s *Store) ChangeSubjectNorm(ctx context.Context, by city.Actor, asker city.Asker, kind city.SubjectKind, c city.SubjectNormChange) error {
	if err := operatorOnly(asker); err != nil {
		return err
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	if c, err = c.Clean(cat.today(s.now())); err != nil {
		return err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		limits, err := rowsOf[city.SubjectLimit](ctx, tx, subjectLimitsQuery, c.EffectiveOn)
		if err != nil {
			return err
		}
		if err := limitOf(kind, limits).Allows(c.Hours); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, addSubjectNorm, kind, c.Hours, c.RemindHours, cleanText(c.Source), c.EffectiveOn, *stored(new(s.now())), by.Name, cleanText(c.Reason)); err != nil {
			return fmt.Errorf("write a norm: %w", err)
		}
		return record(ctx, tx, by, "subject.norm", string(kind), c.Reason,
			map[string]any{"hours": c.Hours, "remind_hours": c.RemindHours, "effective_on": c.EffectiveOn, "source": c.Source})
	})
	return wrapped(err, "change a norm of requests about personal data")
}
