package store

import (
	"context"
	"fmt"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

// mostTasks is how many a day's list holds.
const mostTasks = 200

const tasksQuery = `SELECT ` + dispositionColumns + dispositionTables + `WHERE ` + dispositionsSeen + ` AND ` + dispositionsTo + `
	AND d.status NOT IN ('done', 'canceled', 'declined') ORDER BY d.due_at, d.id LIMIT @limit`

// taskSeverityQuery reads how grave incidents are that the asker may see.
const taskSeverityQuery = `SELECT id, urgency FROM incidents WHERE id = ANY ($1) AND merged_into IS NULL`

// nextRungQuery reads whom the ladder tells first when a deadline passes, by
// kind of office.
const nextRungQuery = `SELECT of_kind, to_role FROM (SELECT DISTINCT ON (of_kind, rung) of_kind, rung, to_role, share FROM escalation_rules
		WHERE clock = 'close' AND effective_on <= $1 ORDER BY of_kind, rung, effective_on DESC) now ORDER BY of_kind, share DESC, rung DESC`

// Tasks is today's list of the asker's post, from where he is (nil unknown).
func (s *Store) Tasks(ctx context.Context, asker city.Asker, from *orb.Point) (out []city.Task, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) error {
		args := s.dispositionArgs(asker, city.DispositionFilter{Limit: mostTasks})
		rows, err := rowsOf[dispositionRow](ctx, tx, tasksQuery, args)
		if err != nil {
			return fmt.Errorf("read tasks: %w", err)
		}
		out, err = s.tasksOf(ctx, tx, cat, asker, from, rows)
		return err
	})
	return out, err
}

func (s *Store) tasksOf(ctx context.Context, tx pgx.Tx, cat *catalogue, asker city.Asker, from *orb.Point, rows []dispositionRow) ([]city.Task, error) {
	severity, next, err := s.taskGrounds(ctx, tx, cat, rows)
	if err != nil {
		return nil, err
	}
	offices, err := rowsOf[officePlaceRow](ctx, tx, officePlacesQuery)
	if err != nil {
		return nil, fmt.Errorf("read offices: %w", err)
	}
	kinds := map[int64]string{}
	for _, o := range offices {
		kinds[o.ID] = o.Kind
	}
	tasks, grounds := make([]city.Task, len(rows)), make([]city.TaskGround, len(rows))
	for i := range rows {
		r := &rows[i]
		tasks[i].Disposition = r.disposition(cat, s.now())
		if tasks[i].May, _, err = s.mayNow(ctx, tx, asker, r, offices); err != nil {
			return nil, err
		}
		grounds[i].Next = next[kinds[r.ToOfficeID]]
		for _, id := range r.Incidents {
			if v := severity[id]; grounds[i].Severity == "" || v.Rank() > grounds[i].Severity.Rank() {
				grounds[i].Severity = v
			}
		}
	}
	day := city.TaskDay{Now: s.now(), Zone: cat.location, Label: cat.zoneLabel, Start: from}
	return day.OrderTasks(tasks, grounds), nil
}

func (s *Store) taskGrounds(ctx context.Context, tx pgx.Tx, cat *catalogue, rows []dispositionRow) (map[int64]city.Severity, map[string]city.Role, error) {
	var ids []int64
	for i := range rows {
		ids = append(ids, rows[i].Incidents...)
	}
	graves, err := rowsOf[struct {
		ID      int64
		Urgency string
	}](ctx, tx, taskSeverityQuery, ids)
	if err != nil {
		return nil, nil, fmt.Errorf("read how grave incidents are: %w", err)
	}
	severity := map[int64]city.Severity{}
	for _, g := range graves {
		severity[g.ID] = city.Severity(g.Urgency)
	}
	rungs, err := rowsOf[struct {
		OfKind string
		ToRole string
	}](ctx, tx, nextRungQuery, s.now().In(cat.location))
	if err != nil {
		return nil, nil, fmt.Errorf("read the ladder: %w", err)
	}
	next := map[string]city.Role{}
	for _, r := range rungs {
		next[r.OfKind] = city.Role(r.ToRole) // the first rung comes last
	}
	return severity, next, nil
}
