package store

import (
	"context"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const normsQuery = `SELECT channel, category, coalesce(answer_days, 0) AS answer_days, coalesce(answer_hours, 0) AS answer_hours,
	coalesce(close_days, 0) AS close_days, source, to_char(effective_on, 'YYYY-MM-DD') AS effective_on
	FROM norms ORDER BY channel, category, effective_on`

func readNorms(ctx context.Context, tx pgx.Tx) ([]city.Norm, error) {
	return rowsOf[city.Norm](ctx, tx, normsQuery)
}

// Norms returns how long reports may take, row by row. They are public.
func (s *Store) Norms(ctx context.Context) (out []city.Norm, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = readNorms(ctx, tx)
		return err
	})
	return out, err
}

const (
	insertNorm = `INSERT INTO norms AS n (channel, category, answer_days, answer_hours, close_days, source, effective_on)
		VALUES (lower($1), $2, nullif($3::int, 0), nullif($4::int, 0), nullif($5::int, 0), $6, $7::text::date)
		ON CONFLICT ON CONSTRAINT norms_are_stated_once `
	addNorm     = insertNorm + `DO NOTHING`
	replaceNorm = insertNorm + `DO UPDATE SET answer_days = excluded.answer_days, answer_hours = excluded.answer_hours,
		close_days = excluded.close_days, source = excluded.source
		WHERE (n.answer_days, n.answer_hours, n.close_days, n.source) IS DISTINCT FROM
			(excluded.answer_days, excluded.answer_hours, excluded.close_days, excluded.source)`
)

// saveNorm adds a norm; one that is there already stays or is replaced.
func saveNorm(ctx context.Context, tx pgx.Tx, n city.Norm, replace bool) (bool, error) {
	wrote, err := addOrReplace(ctx, tx, replace, addNorm, replaceNorm, n.Channel, n.Category, n.AnswerDays, n.AnswerHours, n.CloseDays, n.Source, n.EffectiveOn)
	if err != nil {
		return false, fmt.Errorf("save the norm of channel %q, category %q from %s: %w", n.Channel, n.Category, n.EffectiveOn, err)
	}
	return wrote, nil
}

func addMissingNorms(ctx context.Context, tx pgx.Tx, norms []city.Norm) (added int, err error) {
	for _, n := range norms {
		wrote, err := saveNorm(ctx, tx, n, false)
		if err != nil {
			return 0, err
		}
		if wrote {
			added++
		}
	}
	return added, nil
}

// SaveNorms adds or changes norms by channel, category and day of effect, and
// works out the deadlines of unfinished reports anew.
func (s *Store) SaveNorms(ctx context.Context, by city.Actor, norms []city.Norm) (city.Tally, error) {
	tally, err := s.saveAll(ctx, len(norms), func(tx pgx.Tx, i int) (bool, bool, error) {
		n := norms[i]
		before, err := column[string](ctx, tx, `SELECT source FROM norms WHERE channel = lower($1) AND category = $2 AND effective_on = $3::text::date`,
			n.Channel, n.Category, n.EffectiveOn)
		if err != nil {
			return false, false, err
		}
		wrote, err := saveNorm(ctx, tx, n, true)
		if err != nil || !wrote {
			return false, wrote, err
		}
		return len(before) == 0, true, record(ctx, tx, by, "norm.save", n.Channel+"/"+n.Category, n.Source, map[string]any{"norm": n})
	})
	if err != nil || tally.Added+tally.Changed == 0 {
		return tally, err
	}
	return tally, s.RefreshDeadlines(ctx)
}

// Clock returns the city's working days and norms, as deadlines are worked out
// by them now. They are public.
func (s *Store) Clock(ctx context.Context) (city.Clock, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return city.Clock{}, err
	}
	return cat.clock, nil
}
