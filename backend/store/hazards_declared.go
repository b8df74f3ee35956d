package store

import (
	"context"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// addHazard adds the rows of a pack that the database lacks. Once a table has
// rows the city's own choice of inputs and recipients stands: a row that was
// taken out does not come back.
func addHazard(ctx context.Context, tx pgx.Tx, d city.HazardDeclarations) error {
	var filled bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM hazard_inputs)").Scan(&filled); err != nil {
		return fmt.Errorf("look for hazard rows: %w", err)
	}
	if filled {
		return nil
	}
	return saveHazard(ctx, tx, d)
}

func saveHazard(ctx context.Context, tx pgx.Tx, d city.HazardDeclarations) error {
	for _, i := range d.Inputs {
		if _, err := tx.Exec(ctx, `INSERT INTO hazard_inputs (hazard, role, slug, step_seconds, low, high, habit, source)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, i.Hazard, string(i.Role), i.Slug, i.StepSeconds, i.Low, i.High, i.Habit, i.Source); err != nil {
			return fmt.Errorf("save hazard input %s %s: %w", i.Role, i.Slug, err)
		}
	}
	for _, w := range d.Weights {
		if _, err := tx.Exec(ctx, `INSERT INTO hazard_weights (hazard, horizon_hours, factor, weight, scale, cap, source, effective_on)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::date)`, w.Hazard, w.HorizonHours, w.Factor, w.Weight, w.Scale, w.Cap, w.Source, w.EffectiveOn); err != nil {
			return fmt.Errorf("save hazard weight %s: %w", w.Factor, err)
		}
	}
	for _, l := range d.Levels {
		if _, err := tx.Exec(ctx, `INSERT INTO hazard_levels (hazard, level, score, source, effective_on) VALUES ($1, $2, $3, $4, $5::text::date)`,
			l.Hazard, string(l.Level), l.Score, l.Source, l.EffectiveOn); err != nil {
			return fmt.Errorf("save hazard level %s: %w", l.Level, err)
		}
	}
	for _, e := range d.Exposures {
		if _, err := tx.Exec(ctx, `INSERT INTO hazard_exposures (hazard, area_code, slug, value, source, effective_on) VALUES ($1, $2, $3, $4, $5, $6::text::date)`,
			e.Hazard, e.AreaCode, e.Slug, e.Value, e.Source, e.EffectiveOn); err != nil {
			return fmt.Errorf("save hazard exposure of %s: %w", e.AreaCode, err)
		}
	}
	for _, r := range d.Recipients {
		if _, err := tx.Exec(ctx, `INSERT INTO hazard_recipients (hazard, level, office, role, reason, source) VALUES ($1, $2, $3, $4, $5, $6)`,
			r.Hazard, string(r.Level), r.Office, string(r.Role), r.Reason, r.Source); err != nil {
			return fmt.Errorf("save hazard recipient: %w", err)
		}
	}
	return nil
}

const (
	hazardInputsQuery  = `SELECT hazard, role, slug, step_seconds, low, high, habit, source FROM hazard_inputs WHERE hazard = $1 ORDER BY role, step_seconds, slug`
	hazardWeightsQuery = `SELECT hazard, horizon_hours, factor, weight, scale, cap, source, to_char(effective_on, 'YYYY-MM-DD') AS effective_on
	FROM hazard_weights WHERE hazard = $1 ORDER BY horizon_hours, factor, effective_on`
	hazardLevelsQuery = `SELECT hazard, level, score, source, to_char(effective_on, 'YYYY-MM-DD') AS effective_on
	FROM hazard_levels WHERE hazard = $1 ORDER BY score`
	hazardExposuresQuery = `SELECT hazard, area_code, slug, value, source, to_char(effective_on, 'YYYY-MM-DD') AS effective_on
	FROM hazard_exposures WHERE hazard = $1 ORDER BY slug, area_code, effective_on`
	hazardRecipientsQuery = `SELECT hazard, level, office, role, reason, source FROM hazard_recipients WHERE hazard = $1
	ORDER BY array_position(ARRAY['perhatian', 'siaga', 'awas'], level), office = '', office, role`
)

func readHazard(ctx context.Context, tx pgx.Tx, hazard string) (d city.HazardDeclarations, err error) {
	if d.Inputs, err = rowsOf[city.HazardInput](ctx, tx, hazardInputsQuery, hazard); err != nil {
		return d, fmt.Errorf("read the hazard's inputs: %w", err)
	}
	if d.Weights, err = rowsOf[city.HazardWeight](ctx, tx, hazardWeightsQuery, hazard); err != nil {
		return d, fmt.Errorf("read the hazard's weights: %w", err)
	}
	if d.Levels, err = rowsOf[city.HazardLevel](ctx, tx, hazardLevelsQuery, hazard); err != nil {
		return d, fmt.Errorf("read the hazard's levels: %w", err)
	}
	if d.Exposures, err = rowsOf[city.HazardExposure](ctx, tx, hazardExposuresQuery, hazard); err != nil {
		return d, fmt.Errorf("read the hazard's exposures: %w", err)
	}
	if d.Recipients, err = rowsOf[city.HazardRecipientRule](ctx, tx, hazardRecipientsQuery, hazard); err != nil {
		return d, fmt.Errorf("read the hazard's recipients: %w", err)
	}
	return d, nil
}

// HazardDeclarations returns the rows an assessment follows; without inputs
// the city does not assess the hazard.
func (s *Store) HazardDeclarations(ctx context.Context, asker city.Asker, hazard string) (d city.HazardDeclarations, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		d, err = readHazard(ctx, tx, hazard)
		return err
	})
	return d, err
}
