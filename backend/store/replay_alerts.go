package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// alertRun is a stretch of time in which an alert stood at one severity.
type alertRun struct {
	severity  city.Severity
	areas     []string
	from, end time.Time // end: zero while it runs
}

// alertRowsQuery reads the last run of every alert that touches a period.
const alertRowsQuery = `SELECT key, severity, area_codes, since, coalesce(ended_at, until) AS ended FROM alerts
	WHERE since <= $2 AND (ended_at IS NULL OR ended_at > $1) AND (until IS NULL OR until > $1)`

// alertEventsQuery reads what became of alerts in a period, oldest first. An
// alert that was raised, ended and raised again has one row in alerts, but all
// of it here, as long as events are kept.
const alertEventsQuery = `SELECT key, op, at, data FROM events WHERE topic = 'alerts' AND at > $1 AND at <= $2 ORDER BY seq`

// alerts marks each kelurahan with the gravest alert that names it or an area
// around it. Alerts of the whole city are counted, but colour nothing: a city
// of one colour says nothing about where.
func (r *replay) alerts(ctx context.Context, tx pgx.Tx) error {
	r.cat.eachKelurahan(func(code string) { r.out.Areas = append(r.out.Areas, code) })
	r.columns()
	for f := range r.out.Values {
		for c := range r.out.Areas {
			r.set(f, c, 0)
		}
	}
	if !r.asker.Role.Valid() { // events are read below as the system: the walls end here
		return nil
	}
	runs, err := r.alertRuns(ctx, tx)
	if err != nil {
		return err
	}
	for _, run := range runs {
		r.mark(run)
	}
	return nil
}

func (r *replay) alertRuns(ctx context.Context, tx pgx.Tx) ([]alertRun, error) {
	first, last := r.grid.first, r.grid.last()
	rows, err := rowsOf[struct {
		Key, Severity string
		AreaCodes     []string
		Since         time.Time
		Ended         *time.Time
	}](ctx, tx, alertRowsQuery, first, last)
	if err != nil {
		return nil, fmt.Errorf("read the alerts: %w", err)
	}
	var events []alertEvent
	err = r.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		events, err = rowsOf[alertEvent](ctx, tx, alertEventsQuery, first, last)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the events of alerts: %w", err)
	}
	runs, told, err := runsOf(events)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		began, known := told[row.Key]
		switch {
		case !known: // nothing happened to it in the period
			run := alertRun{severity: city.Severity(row.Severity), areas: row.AreaCodes, from: row.Since}
			if row.Ended != nil {
				run.end = *row.Ended
			}
			runs = append(runs, run)
		case row.Since.Before(began): // it stood before the first event that is kept
			runs = append(runs, alertRun{severity: city.Severity(row.Severity), areas: row.AreaCodes, from: row.Since, end: began})
		}
	}
	return runs, nil
}

type alertEvent struct {
	Key, Op string
	At      time.Time
	Data    []byte
}

// runsOf joins events to runs. told is when the first event of each key was.
func runsOf(events []alertEvent) (runs []alertRun, told map[string]time.Time, err error) {
	told = map[string]time.Time{}
	open := map[string]alertRun{}
	for _, e := range events {
		if _, ok := told[e.Key]; !ok {
			told[e.Key] = e.At
		}
		if run, ok := open[e.Key]; ok {
			run.end = earlier(run.end, e.At)
			runs = append(runs, run)
			delete(open, e.Key)
		}
		if e.Op != "put" {
			continue
		}
		var a city.Alert
		if err := json.Unmarshal(e.Data, &a); err != nil {
			return nil, nil, fmt.Errorf("decode an event of alert %s: %w", e.Key, err)
		}
		run := alertRun{severity: a.Severity, areas: a.AreaCodes, from: e.At}
		if a.Until != nil {
			run.end = *a.Until
		}
		open[e.Key] = run
	}
	for _, run := range open {
		runs = append(runs, run)
	}
	return runs, told, nil
}

func earlier(a, b time.Time) time.Time {
	if !a.IsZero() && a.Before(b) {
		return a
	}
	return b
}

// mark raises the areas of a run to its severity at each of its frames.
func (r *replay) mark(run alertRun) {
	rank := float64(rankOf(run.severity))
	for f := r.grid.frameOf(run.from); f < r.grid.count; f++ {
		if !run.end.IsZero() && !r.grid.at(f).Before(run.end) {
			return
		}
		r.out.N[f]++
		for c, code := range r.out.Areas {
			for _, area := range run.areas {
				if area != r.cat.cityCode && city.Within(code, area) && rank > *r.out.Values[f][c] {
					r.set(f, c, rank)
				}
			}
		}
	}
}

// eachKelurahan calls fn with the code of every kelurahan.
func (c *catalogue) eachKelurahan(fn func(code string)) {
	for code := range c.areas {
		if level, ok := city.LevelOfCode(code); ok && level == city.Kelurahan {
			fn(code)
		}
	}
}
