package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	lockModelQuery      = `SELECT pg_advisory_xact_lock(7283002, hashtext($1))`
	retireModelQuery    = `UPDATE models SET active = false WHERE name = $1 AND active RETURNING id`
	enforceModelQuery   = `UPDATE models SET active = true WHERE name = $1 AND id = $2 RETURNING id`
	addModelChangeQuery = `INSERT INTO model_changes (name, at, actor, how, model_id, before_id, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	modelChangesQuery   = `SELECT name, at, actor, how, model_id, before_id, reason FROM
	(SELECT c.*, row_number() OVER (PARTITION BY name ORDER BY id DESC) AS nth FROM model_changes c) x WHERE nth <= 10 ORDER BY id DESC`
	modelHeldQuery   = `SELECT coalesce((SELECT how = 'kembali' FROM model_changes WHERE name = $1 ORDER BY id DESC LIMIT 1), false)`
	modelStatesQuery = `SELECT m.id, m.name, m.trained_at, m.examples, m.corrections, m.scores, m.active,
	CASE WHEN m.name = 'kategori' THEN (SELECT count(DISTINCT c.report_id) FROM corrections c WHERE c.field = 'category' AND c.at > m.trained_at) ELSE 0 END::int AS since
	FROM models m ORDER BY m.name, m.active DESC, m.id DESC`
)

// modelChanged notes that a model came in force instead of those before, of
// which there is at most one.
func (s *Store) modelChanged(ctx context.Context, tx pgx.Tx, name, by, how string, id int64, before []int64, reason string) error {
	was := int64(0)
	if len(before) > 0 {
		was = before[0]
	}
	if by == "" {
		by = "Balaikota"
	}
	_, err := tx.Exec(ctx, addModelChangeQuery, name, s.now(), by, how, id, was, cleanText(reason))
	return wrapped(err, "note the change of a model")
}

// ModelHeld reports whether somebody went back to the model that is in force:
// the night then learns nothing new.
func (s *Store) ModelHeld(ctx context.Context, name string) (held bool, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error { return tx.QueryRow(ctx, modelHeldQuery, name).Scan(&held) })
	return held, wrapped(err, "look whether a model is held")
}

type modelStateRow struct {
	ID                    int64
	Name                  string
	TrainedAt             time.Time
	Examples, Corrections int
	Scores                json.RawMessage
	Active                bool
	Since                 int
}

func (r modelStateRow) state() (city.ModelState, error) {
	var measured struct {
		Rows     int     `json:"rows"`
		Accuracy float64 `json:"accuracy"`
		MacroF1  float64 `json:"macro_f1"`
		Above    float64 `json:"above"`
	}
	if err := json.Unmarshal(r.Scores, &measured); err != nil {
		return city.ModelState{}, fmt.Errorf("decode how model %d was measured: %w", r.ID, err)
	}
	return city.ModelState{ID: r.ID, TrainedAt: r.TrainedAt, Examples: r.Examples, Corrections: r.Corrections,
		Measured: measured.Rows, Accuracy: measured.Accuracy, MacroF1: measured.MacroF1, Above: measured.Above}, nil
}

type modelChangeRow struct {
	Name              string
	At                time.Time
	Actor, How        string
	ModelID, BeforeID int64
	Reason            string
}

// ModelsInForce returns the models that decide now, by name, with those before
// and their changes; to operators and auditors.
func (s *Store) ModelsInForce(ctx context.Context, asker city.Asker) (out []city.ModelInForce, err error) {
	if err := keepersOnly(asker); err != nil {
		return nil, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		states, err := rowsOf[modelStateRow](ctx, tx, modelStatesQuery)
		if err != nil {
			return err
		}
		changes, err := rowsOf[modelChangeRow](ctx, tx, modelChangesQuery)
		if err != nil {
			return err
		}
		out, err = modelsOf(states, changes)
		return err
	})
	return out, wrapped(err, "read the models")
}

// modelsOf puts each name's models together; states come by name, the one in
// force first.
func modelsOf(states []modelStateRow, changes []modelChangeRow) ([]city.ModelInForce, error) {
	out := []city.ModelInForce{}
	for _, r := range states {
		state, err := r.state()
		if err != nil {
			return nil, err
		}
		if r.Active {
			out = append(out, city.ModelInForce{Name: r.Name, ModelState: state, CorrectionsSince: r.Since, Earlier: []city.ModelState{}, Changes: []city.ModelChange{}})
		} else if n := len(out); n > 0 && out[n-1].Name == r.Name {
			out[n-1].Earlier = append(out[n-1].Earlier, state)
		}
	}
	for i := range out {
		m := &out[i]
		for _, c := range changes {
			if c.Name == m.Name {
				m.Changes = append(m.Changes, city.ModelChange{At: c.At, Actor: c.Actor, How: c.How, ModelID: c.ModelID, BeforeID: c.BeforeID, Reason: c.Reason})
			}
		}
		m.Held = len(m.Changes) > 0 && m.Changes[0].How == "kembali"
	}
	return out, nil
}

// GoBackToModel puts an earlier model of a name in force again, with the
// reason, audited. Conflict when it is in force already. Only an operator may.
func (s *Store) GoBackToModel(ctx context.Context, by city.Actor, asker city.Asker, name string, id int64, reason string) error {
	if asker.Role != city.Operator {
		return city.Errorf(city.Forbidden, "only an operator may change which model is in force")
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockModelQuery, name); err != nil {
			return fmt.Errorf("lock the models %s: %w", name, err)
		}
		before, err := column[int64](ctx, tx, retireModelQuery, name)
		if err != nil {
			return fmt.Errorf("retire the model %s: %w", name, err)
		}
		if len(before) > 0 && before[0] == id {
			return city.Errorf(city.Conflict, "this model is in force already")
		}
		found, err := column[int64](ctx, tx, enforceModelQuery, name, id)
		if err != nil {
			return fmt.Errorf("put the model %s in force: %w", name, err)
		}
		if len(found) == 0 {
			return city.Errorf(city.NotFound, "there is no model %q with number %d any more", name, id)
		}
		if err := s.modelChanged(ctx, tx, name, by.Name, "kembali", id, before, reason); err != nil {
			return err
		}
		return record(ctx, tx, by, "model.back", name+" "+strconv.FormatInt(id, 10), reason, map[string]any{"before": before})
	})
}
