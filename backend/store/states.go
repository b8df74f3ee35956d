package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// place is where an indicator has a state.
type place struct{ indicator, area string }

// refreshStates recomputes the states of the touched places and of the city as
// a whole, publishes those that differ and raises or ends threshold alerts.
func (in *ingestion) refreshStates(ctx context.Context, touched map[place]bool) error {
	if len(touched) == 0 {
		return nil
	}
	for p := range touched {
		touched[place{p.indicator, in.cat.cityCode}] = true
	}
	if err := in.stationStates(ctx, touched); err != nil {
		return err
	}
	if err := in.wholeStates(ctx, touched); err != nil {
		return err
	}
	return in.dropStates(ctx, touched)
}

// dropStates removes the states of places that no value speaks for any more.
func (in *ingestion) dropStates(ctx context.Context, silent map[place]bool) error {
	for p := range silent {
		tag, err := in.tx.Exec(ctx, `DELETE FROM indicator_states WHERE indicator = $1 AND area_code = $2`, p.indicator, p.area)
		if err != nil {
			return fmt.Errorf("drop a state: %w", err)
		}
		if tag.RowsAffected() == 0 {
			continue
		}
		in.events = append(in.events, city.Event{
			Topic: city.TopicIndicators, Key: p.indicator + "|" + p.area, Op: "remove",
			AreaCode: p.area, Roles: in.cat.indicators[p.indicator].VisibleTo, Shared: true,
		})
		before := in.tally
		if err := in.endAlert(ctx, thresholdKey(p)); err != nil {
			return err
		}
		in.tally = before
	}
	return nil
}

func thresholdKey(p place) string { return "threshold:" + p.indicator + ":" + p.area }

type stateRow struct {
	Indicator, AreaCode string
	Time                time.Time
	Value               float64
	Previous            *float64
	Severity            string
	SourceID            int64
	ReceivedAt          time.Time
}

func (in *ingestion) saveStates(ctx context.Context, c stateColumns) error {
	changed, err := rowsOf[stateRow](ctx, in.tx, saveStatesQuery, c.indicator, c.area, c.time, c.value, c.previous, c.previousOf, c.severity, c.source, c.stations, c.oldest)
	if err != nil {
		return fmt.Errorf("save states: %w", err)
	}
	for _, r := range changed {
		state := in.cat.state(r)
		data, err := json.Marshal(state)
		if err != nil {
			return fmt.Errorf("encode a state: %w", err)
		}
		in.events = append(in.events, city.Event{
			Topic: city.TopicIndicators, Key: r.Indicator + "|" + r.AreaCode, Op: "put", Data: data,
			AreaCode: r.AreaCode, Roles: in.cat.indicators[r.Indicator].VisibleTo, Shared: true,
		})
		if err := in.thresholdAlert(ctx, state); err != nil {
			return err
		}
	}
	return nil
}

func (c *catalogue) state(r stateRow) city.IndicatorState {
	src := c.sources[r.SourceID]
	return city.IndicatorState{
		Indicator: r.Indicator, AreaCode: r.AreaCode, Time: r.Time, Value: r.Value, Previous: r.Previous,
		Severity: city.Severity(r.Severity), Source: src.Slug, ReceivedAt: r.ReceivedAt, Simulated: src.Simulated,
	}
}

const indicatorStatesQuery = `SELECT indicator, area_code, time, value, previous, severity, source_id, received_at
	FROM indicator_states ORDER BY indicator, area_code`

func (s *Store) indicatorStates(ctx context.Context, tx pgx.Tx, cat *catalogue) ([]city.IndicatorState, error) {
	rows, err := rowsOf[stateRow](ctx, tx, indicatorStatesQuery)
	if err != nil {
		return nil, fmt.Errorf("read the indicators' states: %w", err)
	}
	out := make([]city.IndicatorState, len(rows))
	for i, r := range rows {
		out[i] = cat.state(r)
	}
	return out, nil
}

// IndicatorStates returns the newest values the asker may see.
func (s *Store) IndicatorStates(ctx context.Context, asker city.Asker) (out []city.IndicatorState, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = s.indicatorStates(ctx, tx, cat)
		return err
	})
	return out, err
}

// Steps of a series.
const (
	StepRaw  = "raw"
	StepHour = "hour"
	StepDay  = "day"
)

// seriesLimit bounds how many steps one answer carries.
const seriesLimit = 5000

// Series returns an indicator's values at an area in [from, to), put together
// by hour or by day of the city with the indicator's own aggregation. A step
// without data is left out; the screen draws the gap.
func (s *Store) Series(ctx context.Context, asker city.Asker, slug, area, step string, from, to time.Time) ([]city.SeriesPoint, error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	ind, ok := cat.indicators[slug]
	if !ok || !ind.MayBeSeenBy(asker.Role) {
		return nil, city.Errorf(city.NotFound, "there is no indicator %q", slug)
	}
	if !slices.Contains([]string{StepRaw, StepHour, StepDay}, step) {
		return nil, city.InvalidField("step", "is %q; use raw, hour or day", step)
	}
	if area == "" {
		area = cat.cityCode
	}
	var out []city.SeriesPoint
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.SeriesPoint](ctx, tx, seriesSQL(ind.Aggregation, step, cat.location), slug, area, from, to, cat.cityCode, seriesLimit)
		slices.Reverse(out)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the series of %s: %w", slug, err)
	}
	return out, nil
}

func seriesSQL(aggregation, step string, loc *time.Location) string {
	agg := map[string]string{"sum": "sum(value)", "max": "max(value)", "last": "(array_agg(value ORDER BY time DESC))[1]"}[aggregation]
	if agg == "" {
		agg = "avg(value)"
	}
	bucket := "time"
	if step != StepRaw {
		bucket = "date_trunc(" + literal(step) + ", time, " + literal(loc.String()) + ")"
	}
	return `SELECT ` + bucket + ` AS time, ` + agg + ` AS value FROM observations
		WHERE indicator = $1 AND ` + counts + ` AND time >= $3 AND time < $4 AND (area_code = $2 OR ($2 = $5 AND NOT EXISTS (
			SELECT FROM station_states c WHERE c.indicator = $1 AND c.area_code = $5)))
		GROUP BY 1 ORDER BY 1 DESC LIMIT $6`
}

// RefreshForecasts moves forecast states on to the step that holds now. It is
// run every few minutes; running it twice changes nothing.
func (s *Store) RefreshForecasts(ctx context.Context) error {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		in := ingestion{store: s, tx: tx, cat: cat}
		moved, err := rowsOf[struct{ Indicator, AreaCode string }](ctx, tx, `WITH due AS (
				SELECT DISTINCT ON (o.indicator, o.area_code, o.station) o.* FROM observations o
				WHERE o.forecast AND `+counts+` AND o.time <= $1 AND o.time > $1::timestamptz - interval '12 hours'
				ORDER BY o.indicator, o.area_code, o.station, o.time DESC
			)
			INSERT INTO station_states AS s (indicator, area_code, station, time, value, source_id)
			SELECT indicator, area_code, station, time, value, source_id FROM due
			WHERE NOT EXISTS (SELECT FROM station_states h WHERE (h.indicator, h.area_code, h.station) = (due.indicator, due.area_code, due.station)
				AND (h.time > due.time OR (h.time = due.time AND h.value = due.value)))
			ON CONFLICT ON CONSTRAINT station_states_pkey DO UPDATE SET time = excluded.time, value = excluded.value, source_id = excluded.source_id
			WHERE excluded.time > s.time OR (excluded.time = s.time AND excluded.value <> s.value)
			RETURNING s.indicator, s.area_code`, s.now())
		if err != nil {
			return fmt.Errorf("move forecasts on: %w", err)
		}
		touched := map[place]bool{}
		for _, m := range moved {
			touched[place{m.Indicator, m.AreaCode}] = true
		}
		if err := in.refreshStates(ctx, touched); err != nil {
			return err
		}
		return appendEvents(ctx, tx, in.events)
	})
}
