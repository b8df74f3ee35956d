package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// Where an indicator is measured for a plan: its rows of the plan's area
// itself if there are any, else those of the areas in it, as statesQuery does
// for the city. Divided by area, the rows of the dimension's level or below.
const indicatorPlaces = `WITH known AS (
	SELECT s.area_code, s.station, s.source_id, CASE @by WHEN 'kecamatan' THEN substr(s.area_code, 1, 8) WHEN 'kelurahan' THEN s.area_code ELSE '' END AS key
	FROM station_states s WHERE s.indicator = @indicator AND s.area_code ~>=~ @area AND s.area_code ~<~ (@area || '/')
), places AS (
	SELECT * FROM known WHERE CASE WHEN @by IN ('kecamatan', 'kelurahan') THEN length(area_code) >= CASE @by WHEN 'kecamatan' THEN 8 ELSE 13 END
			AND (@grain <> 'district' OR length(area_code) = 8)
		ELSE area_code = @area OR NOT EXISTS (SELECT FROM known k WHERE k.area_code = @area) END
)`

const observationExtentQuery = indicatorPlaces + `
SELECT min(f.time) AS first, max(l.time) AS last, coalesce(array_agg(DISTINCT p.source_id), '{}') AS sources, coalesce(max(k.stations), 0) > 1 AS many
FROM places p JOIN (SELECT key, count(*) AS stations FROM places GROUP BY key) k ON k.key = p.key
	LEFT JOIN LATERAL (SELECT o.time FROM observations o WHERE o.indicator = @indicator AND o.area_code = p.area_code
		AND NOT o.forecast AND ` + counts + ` ORDER BY o.time LIMIT 1) f ON true
	LEFT JOIN LATERAL (SELECT o.time FROM observations o WHERE o.indicator = @indicator AND o.area_code = p.area_code
		AND NOT o.forecast AND ` + counts + ` AND o.time <= @at ORDER BY o.time DESC LIMIT 1) l ON true`

// observedQuery puts the values of one time together by key, with the
// indicator's own aggregation (stations that speak at the same moment are
// averaged where it is last). What adds up over several stations is put
// together by day, as stations need not speak at the same moments.
const observedQuery = indicatorPlaces + `, observed AS (
	SELECT p.key, CASE WHEN @aggregation = 'sum' AND @many THEN date_trunc('day', o.time, @zone::text) ELSE o.time END AS at, count(*) AS n,
		CASE @aggregation WHEN 'sum' THEN sum(o.value) WHEN 'max' THEN max(o.value) ELSE avg(o.value) END AS value
	FROM (SELECT DISTINCT key, area_code FROM places) p JOIN observations o ON o.indicator = @indicator AND o.area_code = p.area_code
	WHERE NOT o.forecast AND ` + counts + ` AND o.time >= @from AND o.time < @to GROUP BY 1, 2
)`

// seriesFiguresQuery works every figure of a series out by key and step.
const seriesFiguresQuery = observedQuery + `
SELECT key, CASE WHEN cardinality(@steps::timestamptz[]) > 0 THEN width_bucket(greatest(at, (@steps::timestamptz[])[1]), @steps::timestamptz[]) ELSE 0 END AS step, sum(n)::bigint AS n,
	CASE @figure WHEN 'max' THEN max(value) WHEN 'min' THEN min(value) WHEN 'mean' THEN avg(value) WHEN 'sum' THEN sum(value)
		ELSE (array_agg(value ORDER BY at DESC) FILTER (WHERE @figure = 'last'))[1] END AS value,
	CASE @figure WHEN 'max' THEN (array_agg(at ORDER BY value DESC, at) FILTER (WHERE @figure = 'max'))[1]
		WHEN 'min' THEN (array_agg(at ORDER BY value, at) FILTER (WHERE @figure = 'min'))[1] WHEN 'last' THEN max(at) END AS time
FROM observed GROUP BY 1, 2`

// daysQuery counts the days beyond a limit, each day's values put together
// with the indicator's own aggregation; n is how many days had a value.
const daysQuery = observedQuery + `, days AS (
	SELECT key, date_trunc('day', at, @zone::text) AS day, CASE @aggregation WHEN 'sum' THEN sum(value) WHEN 'max' THEN max(value)
		WHEN 'last' THEN (array_agg(value ORDER BY at DESC))[1] ELSE avg(value) END AS value
	FROM observed GROUP BY 1, 2
)
SELECT key, CASE WHEN cardinality(@steps::timestamptz[]) > 0 THEN width_bucket(greatest(day, (@steps::timestamptz[])[1]), @steps::timestamptz[]) ELSE 0 END AS step, count(*) AS n,
	(count(*) FILTER (WHERE CASE WHEN @above THEN value > @limit::float8 ELSE value < @limit::float8 END))::float8 AS value, NULL::timestamptz AS time
FROM days GROUP BY 1, 2`

// latestQuery takes each station's newest value, and of those that are not
// silent for over twice the indicator's freshness puts a key's together, as
// statesQuery does.
const latestQuery = indicatorPlaces + `, spoken AS (
	SELECT p.key, p.area_code, p.station, l.time, l.value, max(l.time) OVER (PARTITION BY p.key) AS newest
	FROM places p CROSS JOIN LATERAL (SELECT o.time, o.value FROM observations o WHERE o.indicator = @indicator AND o.area_code = p.area_code AND o.station = p.station
		AND NOT o.forecast AND ` + counts + ` AND o.time <= @until ORDER BY o.time DESC LIMIT 1) l
)
SELECT key, 0 AS step, count(*) AS n, CASE @aggregation WHEN 'sum' THEN sum(value) WHEN 'max' THEN max(value)
	WHEN 'last' THEN (array_agg(value ORDER BY time DESC, area_code, station))[1] ELSE avg(value) END AS value, max(time) AS time
FROM spoken WHERE time >= newest - make_interval(secs => @patience) GROUP BY key`

type figureRow struct {
	Key   string
	Step  int
	N     int64
	Value *float64
	Time  *time.Time
}

// placeArgs are the arguments of indicatorPlaces. by is the dimension where it
// is one of area.
func (p *measurePlan) placeArgs(by city.Dimension) pgx.NamedArgs {
	area := p.area
	if area == "" {
		area = p.cat.cityCode
	}
	if by != city.ByKecamatan && by != city.ByKelurahan {
		by = city.ByNothing
	}
	return pgx.NamedArgs{
		"indicator": p.indicator.Slug, "area": area, "by": string(by), "grain": p.indicator.Grain, "aggregation": p.indicator.Aggregation,
		"zone": p.cat.location.String(), "at": p.at,
	}
}

// manyStations is the extent's key for whether some place has several.
type observationState struct {
	extent
	many bool
}

func (m *measuring) observationExtent(ctx context.Context, p *measurePlan) (extent, error) {
	st, err := m.observationState(ctx, p, p.query.By)
	return st.extent, err
}

func (m *measuring) observationState(ctx context.Context, p *measurePlan, by city.Dimension) (st observationState, err error) {
	if err := m.tx.QueryRow(ctx, observationExtentQuery, p.placeArgs(by)).Scan(&st.first, &st.last, &st.sources, &st.many); err != nil {
		return st, fmt.Errorf("read what observations there are: %w", err)
	}
	if st.last == nil { // all lie ahead of the moment asked from
		st.last = st.first
	}
	return st, nil
}

// indicatorRows answers a plan over observations.
func (m *measuring) indicatorRows(ctx context.Context, p *measurePlan, e extent, out *city.Measurement) error {
	p.cutSteps(*e.first)
	out.Cut = p.cut
	whole, err := m.figures(ctx, p, city.ByNothing, nil)
	if err != nil {
		return err
	}
	w := city.MeasureRow{Label: p.wholeLabel()}
	if len(whole) > 0 {
		w = figure(w, whole[0])
	}
	switch {
	case p.query.By == city.ByNothing:
		out.Rows = []city.MeasureRow{w}
		if w.Value == nil {
			out.Missing = city.NoObservation
		}
		return nil
	case p.query.By.Times():
		out.Rows, err = m.stepFigures(ctx, p)
	default:
		out.Rows, err = m.areaFigures(ctx, p)
	}
	out.Whole = &w
	if err == nil && !slices.ContainsFunc(out.Rows, func(r city.MeasureRow) bool { return r.Value != nil }) {
		out.Missing = city.NoObservation
	}
	return err
}

func figure(r city.MeasureRow, f figureRow) city.MeasureRow {
	r.Value, r.N, r.Time = f.Value, int(f.N), f.Time
	return r
}

func (m *measuring) stepFigures(ctx context.Context, p *measurePlan) ([]city.MeasureRow, error) {
	rows := make([]city.MeasureRow, len(p.steps))
	begins := make([]time.Time, len(p.steps))
	for i, st := range p.steps {
		rows[i] = city.MeasureRow{Key: st.key, Label: st.label}
		begins[i] = st.from
	}
	if len(rows) == 0 {
		return rows, nil
	}
	found, err := m.figures(ctx, p, city.ByNothing, begins)
	for _, f := range found {
		if f.Step >= 1 && f.Step <= len(rows) {
			rows[f.Step-1] = figure(rows[f.Step-1], f)
		}
	}
	return rows, err
}

// areaFigures are a row for each area there is, also for those without values.
func (m *measuring) areaFigures(ctx context.Context, p *measurePlan) ([]city.MeasureRow, error) {
	found, err := m.figures(ctx, p, p.query.By, nil)
	if err != nil {
		return nil, err
	}
	var rows []city.MeasureRow
	for _, code := range p.areasAt() {
		r := city.MeasureRow{Key: code, Label: p.cat.areas[code]}
		if i := slices.IndexFunc(found, func(f figureRow) bool { return f.Key == code }); i >= 0 {
			r = figure(r, found[i])
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// seriesFigures are the figures of seriesFiguresQuery.
var seriesFigures = map[string]string{city.MeasureMax: "max", city.MeasureMin: "min", city.MeasureMean: "mean", city.MeasureSum: "sum", city.MeasureLatest: "last"}

// figures asks for the plan's figure by area and by step.
func (m *measuring) figures(ctx context.Context, p *measurePlan, by city.Dimension, steps []time.Time) ([]figureRow, error) {
	args := p.placeArgs(by)
	slug := p.measure.Slug
	if slug == city.MeasureLatest && steps == nil {
		args["patience"] = 2 * float64(p.indicator.FreshForSeconds)
		args["until"] = p.period.To
		if p.period.To.Before(p.at) {
			args["until"] = p.period.To.Add(-time.Microsecond)
		}
		return rowsOf[figureRow](ctx, m.tx, latestQuery, args)
	}
	st, err := m.observationState(ctx, p, by)
	if err != nil {
		return nil, err
	}
	args["many"], args["from"], args["to"] = st.many, p.period.From, p.period.To
	if len(steps) > 0 && p.period.From.Before(steps[0]) {
		args["from"] = steps[0]
	}
	if args["steps"] = steps; steps == nil {
		args["steps"] = []time.Time{}
	}
	if slug == city.MeasureDaysAbove || slug == city.MeasureDaysBelow {
		args["above"], args["limit"] = slug == city.MeasureDaysAbove, *p.query.Limit
		return rowsOf[figureRow](ctx, m.tx, daysQuery, args)
	}
	args["figure"] = seriesFigures[slug]
	return rowsOf[figureRow](ctx, m.tx, seriesFiguresQuery, args)
}
