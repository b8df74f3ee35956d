package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"
)

// A state puts a place's stations together. Stations that have been silent for
// over twice the indicator's freshness, measured from the place's newest value, no
// longer count. For the city's own code, when no source speaks for the whole city,
// the areas' stations are put together instead.
//
// Thousands of stations make one state, and each delivery of some of them makes it
// anew. So each station is looked at once, and the whole city is put together from
// the areas' states; an area's stations are looked at again only where some of them
// are too old for the city's newest value (oldest says so), or where it is not known
// how many they are (stations is 0: states from before this was kept).
//
// The value of the day before is put together from history: where many stations
// speak it is kept for ten minutes.
const (
	stationsAnew  = 50           // up to so many, the day before is always read anew
	dayBeforeKept = "10 minutes" // beyond that
)

// readStations reads stations "s" since a moment, as one row.
const readStations = `count(*)::int AS stations, min(s.time) AS oldest, sum(s.value) AS total, max(s.value) AS top,
	max(ARRAY[extract(epoch FROM s.time)::float8, s.value, s.source_id::float8]) AS latest`

// aggregated is the value of what readStations read.
const aggregated = `CASE aggregation WHEN 'sum' THEN total WHEN 'max' THEN top WHEN 'last' THEN latest[2] ELSE total / stations END`

// dayBefore, areas as an expression, and dayBeforeEnd complete states "n" by the
// value of 24 hours before.
const (
	dayBefore = `
SELECT n.indicator, n.area_code, n.time, n.value, n.source_id, n.stations, n.oldest,
	CASE WHEN k.kept THEN b.previous ELSE (
		SELECT CASE n.aggregation WHEN 'sum' THEN sum(l.value) WHEN 'max' THEN max(l.value) ELSE avg(l.value) END
		FROM (
			SELECT DISTINCT ON (o.area_code, o.station) o.value FROM observations o
			WHERE o.indicator = n.indicator AND ` + counts + `
				AND o.time <= n.time - interval '24 hours' AND o.time > n.time - interval '27 hours' AND o.area_code = ANY (`
	dayBeforeEnd = `)
			ORDER BY o.area_code, o.station, o.time DESC
		) l) END AS previous,
	CASE WHEN k.kept THEN b.previous_of ELSE n.time - interval '24 hours' END AS previous_of
FROM now_states n LEFT JOIN indicator_states b ON b.indicator = n.indicator AND b.area_code = n.area_code
	CROSS JOIN LATERAL (SELECT coalesce(n.stations > $3 AND n.time - interval '24 hours' BETWEEN b.previous_of AND b.previous_of + interval '` + dayBeforeKept + `', false) AS kept) k`
)

const wantedPlaces = `WITH wanted AS (
	SELECT w.indicator, w.area_code, i.aggregation, make_interval(secs => 2 * i.fresh_for_seconds) AS patience
	FROM unnest($1::text[], $2::text[]) AS w(indicator, area_code) JOIN indicators i ON i.slug = w.indicator
), `

// stationStatesQuery puts places together from their own stations.
const stationStatesQuery = wantedPlaces + `heard AS (
	SELECT w.*, s.* FROM wanted w CROSS JOIN LATERAL (
		SELECT max(s.time) AS time, ` + readStations + ` FROM station_states s WHERE s.indicator = w.indicator AND s.area_code = w.area_code) s
	WHERE s.stations > 0
), patient AS (
	SELECT h.indicator, h.area_code, h.aggregation, h.time, h.latest, f.* FROM heard h CROSS JOIN LATERAL (
		SELECT h.stations, h.oldest, h.total, h.top WHERE h.oldest >= h.time - h.patience
		UNION ALL
		SELECT count(*)::int, min(s.time), sum(s.value), max(s.value) FROM station_states s
		WHERE h.oldest < h.time - h.patience AND s.indicator = h.indicator AND s.area_code = h.area_code AND s.time >= h.time - h.patience
		HAVING h.oldest < h.time - h.patience) f
), now_states AS (
	SELECT indicator, area_code, aggregation, time, ` + aggregated + ` AS value, latest[3]::bigint AS source_id, stations, oldest FROM patient
)` + dayBefore + `ARRAY[n.area_code]` + dayBeforeEnd

// wholeStatesQuery puts the whole city ($2) together from its areas.
const wholeStatesQuery = wantedPlaces + `parts AS (
	SELECT w.*, s.area_code AS part, s.time, s.value, s.source_id, s.stations, s.oldest, max(s.time) OVER (PARTITION BY w.indicator) - w.patience AS since
	FROM wanted w JOIN indicator_states s ON s.indicator = w.indicator AND s.area_code <> w.area_code
), counted AS (
	SELECT p.indicator, p.area_code, p.aggregation, p.time, f.* FROM parts p CROSS JOIN LATERAL (
		SELECT p.stations, p.oldest, p.value * CASE WHEN p.aggregation = 'sum' THEN 1 ELSE p.stations END AS total, p.value AS top,
			ARRAY[extract(epoch FROM p.time)::float8, p.value, p.source_id::float8] AS latest
		WHERE p.stations > 0 AND p.oldest >= p.since
		UNION ALL
		SELECT ` + readStations + ` FROM station_states s
		WHERE NOT (p.stations > 0 AND p.oldest >= p.since) AND s.indicator = p.indicator AND s.area_code = p.part AND s.time >= p.since
		HAVING NOT (p.stations > 0 AND p.oldest >= p.since)) f
	WHERE p.time >= p.since AND f.stations > 0
), whole AS (
	SELECT indicator, area_code, aggregation, max(time) AS time, sum(stations)::int AS stations, min(oldest) AS oldest,
		sum(total) AS total, max(top) AS top, max(latest) AS latest FROM counted GROUP BY indicator, area_code, aggregation
), now_states AS (
	SELECT indicator, area_code, aggregation, time, ` + aggregated + ` AS value, latest[3]::bigint AS source_id, stations, oldest FROM whole
)` + dayBefore + `ARRAY(SELECT a.area_code FROM indicator_states a WHERE a.indicator = n.indicator AND a.area_code <> n.area_code)` + dayBeforeEnd

// stationStates saves the states of those places whose own stations speak, and
// takes them out of touched.
func (in *ingestion) stationStates(ctx context.Context, touched map[place]bool) error {
	var indicators, areas []string
	for p := range touched {
		indicators, areas = append(indicators, p.indicator), append(areas, p.area)
	}
	made, err := rowsOf[madeState](ctx, in.tx, stationStatesQuery, indicators, areas, stationsAnew)
	if err != nil {
		return fmt.Errorf("put the states of areas together: %w", err)
	}
	return in.saveMade(ctx, made, touched)
}

// wholeStates does so for the whole city where no source speaks for it.
func (in *ingestion) wholeStates(ctx context.Context, touched map[place]bool) error {
	var indicators, areas []string
	for p := range touched {
		if p.area == in.cat.cityCode {
			indicators, areas = append(indicators, p.indicator), append(areas, p.area)
		}
	}
	if len(areas) == 0 {
		return nil
	}
	made, err := rowsOf[madeState](ctx, in.tx, wholeStatesQuery, indicators, areas, stationsAnew)
	if err != nil {
		return fmt.Errorf("put the state of the city together: %w", err)
	}
	return in.saveMade(ctx, made, touched)
}

func (in *ingestion) saveMade(ctx context.Context, made []madeState, touched map[place]bool) error {
	rows := stateColumns{}
	for _, st := range made {
		delete(touched, place{st.Indicator, st.AreaCode})
		level, _ := in.cat.indicators[st.Indicator].SeverityOf(st.Value, st.AreaCode, in.store.now().In(in.cat.location))
		rows.add(st, level)
	}
	if len(rows.area) == 0 {
		return nil
	}
	return in.saveStates(ctx, rows)
}

// madeState is a place's state as it was put together.
type madeState struct {
	Indicator, AreaCode string
	Time                time.Time
	Value               float64
	SourceID            int64
	Stations            int32
	Oldest              time.Time
	Previous            *float64
	PreviousOf          time.Time
}

type stateColumns struct {
	indicator, area, severity []string
	time, previousOf, oldest  []time.Time
	value                     []float64
	previous                  []*float64
	source                    []int64
	stations                  []int32
}

func (c *stateColumns) add(st madeState, level city.Severity) {
	c.indicator, c.area, c.severity = append(c.indicator, st.Indicator), append(c.area, st.AreaCode), append(c.severity, string(level))
	c.time, c.value = append(c.time, st.Time), append(c.value, st.Value)
	c.previous, c.previousOf = append(c.previous, st.Previous), append(c.previousOf, st.PreviousOf)
	c.source, c.stations, c.oldest = append(c.source, st.SourceID), append(c.stations, st.Stations), append(c.oldest, st.Oldest)
}

// A state that is put together anew of the same values, or falls back on an earlier
// one, was not received again.
const saveStatesQuery = `INSERT INTO indicator_states AS s (indicator, area_code, time, value, previous, previous_of, severity, source_id, stations, oldest)
SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::float8[], $5::float8[], $6::timestamptz[], $7::text[], $8::bigint[], $9::integer[], $10::timestamptz[]) ORDER BY 1, 2
ON CONFLICT ON CONSTRAINT indicator_states_pkey DO UPDATE SET time = excluded.time, value = excluded.value, previous = excluded.previous, previous_of = excluded.previous_of,
	severity = excluded.severity, source_id = excluded.source_id, stations = excluded.stations, oldest = excluded.oldest,
	received_at = CASE WHEN excluded.time > s.time OR (excluded.time = s.time AND excluded.value <> s.value) THEN now() ELSE s.received_at END
WHERE (s.time, s.value, s.previous, s.severity, s.stations, s.oldest) IS DISTINCT FROM
	(excluded.time, excluded.value, excluded.previous, excluded.severity, excluded.stations, excluded.oldest)
RETURNING s.indicator, s.area_code, s.time, s.value, s.previous, s.severity, s.source_id, s.received_at`
