package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"balaikota/backend/city"
)

const upsertObservations = `WITH incoming AS (
	SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::float8[], $7::boolean[], $8::timestamptz[], $9::text[])
		AS t(indicator, area_code, station, time, value, forecast, issued_at, flags)
), differing AS (
	SELECT i.*, o.value AS before, o.source_id AS before_source, coalesce(o.forecast, false) AS before_forecast FROM incoming i LEFT JOIN observations o USING (indicator, area_code, station, time)
	WHERE o.indicator IS NULL OR ((` + otherValue + ` OR (o.flags, o.forecast) IS DISTINCT FROM (string_to_array(i.flags, ' '), i.forecast))
		AND (o.forecast OR NOT i.forecast) -- what was measured is never replaced by what was foreseen
		AND (o.issued_at IS NULL OR i.issued_at IS NULL OR i.issued_at >= o.issued_at))
), written AS (
	INSERT INTO observations AS o (indicator, area_code, station, time, value, forecast, issued_at, source_id, flags)
	SELECT indicator, area_code, station, time, value, forecast, issued_at, $1, string_to_array(flags, ' ') FROM differing
	ON CONFLICT ON CONSTRAINT observations_pkey DO UPDATE SET value = excluded.value, forecast = excluded.forecast, issued_at = excluded.issued_at,
		source_id = excluded.source_id, flags = excluded.flags, received_at = now(), finding = NULL, kept_out = false
	-- Another source may have written the same meanwhile: what was read above is older.
	WHERE (o.value, o.flags, o.forecast) IS DISTINCT FROM (excluded.value, excluded.flags, excluded.forecast)
		AND (o.forecast OR NOT excluded.forecast) AND (o.issued_at IS NULL OR excluded.issued_at IS NULL OR excluded.issued_at >= o.issued_at)
	RETURNING o.indicator, o.area_code, o.station, o.time, o.value, o.forecast, o.flags, (xmax = 0) AS added
)
SELECT w.*, CASE WHEN NOT d.before_forecast THEN d.before END AS before, d.before_source FROM written w JOIN differing d USING (indicator, area_code, station, time)`

// otherValue says that a value came in that is another than the one kept, not
// the same one with the noise of its rounding. Numbers at the ends of what a
// float holds are compared as they are: Postgres refuses to overflow.
const otherValue = `CASE WHEN o.value = i.value THEN false
	WHEN abs(o.value) BETWEEN 1e-290 AND 1e290 AND abs(i.value) BETWEEN 1e-290 AND 1e290 THEN abs(o.value - i.value) >= 1e-9 * abs(o.value)
	ELSE true END`

// counts is what makes a value count in figures: its source has no remark on it,
// and no finding keeps it out. Every figure made of observations asks for this
// and for nothing else.
const counts = "flags = '{}' AND NOT kept_out"

type writtenObservation struct {
	Indicator, AreaCode, Station string
	Time                         time.Time
	Value                        float64
	Forecast                     bool
	Flags                        []string
	Added                        bool
	Before                       *float64 // the measured value it replaced
	BeforeSource                 *int64
}

func (w writtenObservation) key() observationKey {
	return observationKey{w.Indicator, w.AreaCode, w.Station, w.Time.UnixMicro()}
}

type observationKey struct {
	indicator, area, station string
	micro                    int64
}

// observations upserts one chunk and brings the states it touches up to date.
func (in *ingestion) observations(ctx context.Context, os []city.Observation) error {
	cols := in.observationColumns(os)
	if len(cols.indicator) == 0 {
		return nil
	}
	got, err := rowsOf[writtenObservation](ctx, in.tx, upsertObservations, in.sourceID, cols.indicator, cols.area, cols.station, cols.time, cols.value, cols.forecast, cols.issued, cols.flags)
	if err != nil {
		return fmt.Errorf("upsert: %w", err)
	}
	in.tally.Unchanged += len(cols.indicator) - len(got)
	for n, at := range cols.issued { // the same values issued anew are news
		switch {
		case cols.forecast[n] && at != nil:
			in.brought(city.DataForecasts, cols.indicator[n], *at)
		case !cols.forecast[n] && in.state.Rereading: // forgotten when its settings changed
			in.brought(city.DataObservations, cols.indicator[n], cols.time[n])
		}
	}
	keptOut, err := in.judge(ctx, got)
	if err != nil {
		return err
	}
	touched := map[place]bool{}
	var newest, withdrawn []stationValue
	for n, g := range got {
		if g.Added {
			in.tally.Added++
		} else {
			in.tally.Changed++
		}
		in.tell("observations", city.ObservationKey(g.Indicator, g.AreaCode, g.Station, g.Time), g.Added)
		v := stationValue{g.Indicator, g.AreaCode, g.Station, g.Time, g.Value, g.Forecast}
		switch {
		case len(g.Flags) == 0 && !keptOut[n]:
			newest = append(newest, v)
			if !g.Forecast {
				in.brought(city.DataObservations, g.Indicator, g.Time)
			}
		case g.Added:
			continue // kept, but never a figure
		default:
			withdrawn = append(withdrawn, v)
		}
		touched[place{g.Indicator, g.AreaCode}] = true
	}
	if err := in.withdraw(ctx, withdrawn); err != nil {
		return err
	}
	if err := in.stations(ctx, newest); err != nil {
		return err
	}
	return in.refreshStates(ctx, touched)
}

type observationColumns struct {
	indicator, area, station, flags []string
	time                            []time.Time
	value                           []float64
	forecast                        []bool
	issued                          []*time.Time
}

// observationColumns checks each row against its declaration, keeps the last
// of rows with one key and refuses what no declaration fits.
func (in *ingestion) observationColumns(os []city.Observation) observationColumns {
	var c observationColumns
	at := map[observationKey]int{}
	for _, o := range os {
		decl, ok := in.cat.indicators[o.Indicator]
		if reason := in.reasonAgainst(o, decl, ok); reason != "" {
			in.refuseObservation(o, reason)
			continue
		}
		if o.AreaCode == "" {
			o.AreaCode = in.cat.cityCode
		}
		issued := given(o.IssuedAt)
		key := observationKey{o.Indicator, o.AreaCode, o.Station, o.Time.UnixMicro()}
		if n, ok := at[key]; ok {
			in.repeat(key, c.value[n], o.Forecast)
			c.value[n], c.issued[n], c.flags[n] = o.Value, issued, flagList(o.Flags)
			continue
		}
		at[key] = len(c.value)
		c.indicator, c.area, c.station = append(c.indicator, o.Indicator), append(c.area, o.AreaCode), append(c.station, o.Station)
		c.time, c.value = append(c.time, o.Time), append(c.value, o.Value)
		c.forecast, c.issued = append(c.forecast, o.Forecast), append(c.issued, issued)
		c.flags = append(c.flags, flagList(o.Flags))
	}
	return c
}

// refuseObservation keeps the observation itself, as it has no raw record.
func (in *ingestion) refuseObservation(o city.Observation, reason string) {
	raw, err := json.Marshal(o)
	if err != nil { // NaN and infinity are no JSON
		raw = fmt.Appendf(nil, "%+v", o)
	}
	if in.note != nil {
		in.note("observations", city.ObservationKey(o.Indicator, o.AreaCode, o.Station, o.Time), "refused", reason)
	}
	in.refuse("observations", o.Indicator, o.AreaCode, reason, raw)
}

func (in *ingestion) reasonAgainst(o city.Observation, decl city.Indicator, declared bool) string {
	_, areaKnown := in.cat.areas[o.AreaCode]
	switch {
	case !declared:
		return fmt.Sprintf("there is no indicator %q; declare it under Sumber Data or with: balaikota import indicators FILE", o.Indicator)
	case o.Time.IsZero():
		return "time must be given"
	case !plausible(o.Time) || !plausible(o.IssuedAt):
		return "a time lies outside the years 1900 to 2199"
	case o.AreaCode != "" && !areaKnown:
		return fmt.Sprintf("there is no area %q", o.AreaCode)
	case math.IsNaN(o.Value) || math.IsInf(o.Value, 0):
		return "the value is no number"
	case o.Unit != "" && !sameUnit(o.Unit, decl.Unit):
		return fmt.Sprintf("unit %q is not the indicator's unit %q", o.Unit, decl.Unit)
	case o.Forecast && o.IssuedAt.IsZero():
		return "a forecast must say when it was issued"
	case !o.Forecast && o.Time.After(in.store.now().Add(time.Hour)):
		return "time lies in the future: the source's clock is wrong or the time zone is missing"
	}
	return ""
}

func sameUnit(a, b string) bool {
	squeeze := func(s string) string { return strings.ToLower(strings.NewReplacer(" ", "", ".", "").Replace(s)) }
	return squeeze(a) == squeeze(b)
}

type stationValue struct {
	indicator, area, station string
	time                     time.Time
	value                    float64
	forecast                 bool
}

// stations keeps each station's newest value. A forecast's is the latest step
// that has begun; RefreshForecasts moves it on as time passes.
func (in *ingestion) stations(ctx context.Context, vs []stationValue) error {
	best := map[[3]string]stationValue{}
	now := in.store.now()
	for _, v := range vs {
		if v.forecast && v.time.After(now) {
			continue
		}
		k := [3]string{v.indicator, v.area, v.station}
		if have, ok := best[k]; !ok || v.time.After(have.time) {
			best[k] = v
		}
	}
	if len(best) == 0 {
		return nil
	}
	var ind, area, station []string
	var times []time.Time
	var values []float64
	for _, v := range best {
		ind, area, station = append(ind, v.indicator), append(area, v.area), append(station, v.station)
		times, values = append(times, v.time), append(values, v.value)
	}
	_, err := in.tx.Exec(ctx, `INSERT INTO station_states AS s (indicator, area_code, station, time, value, source_id)
		SELECT t.*, $1 FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::float8[]) AS t(indicator, area_code, station, time, value)
		ORDER BY 1, 2, 3
		ON CONFLICT ON CONSTRAINT station_states_pkey DO UPDATE SET time = excluded.time, value = excluded.value, source_id = excluded.source_id
		WHERE excluded.time >= s.time`, in.sourceID, ind, area, station, times, values)
	if err != nil {
		return fmt.Errorf("keep the stations' newest values: %w", err)
	}
	return nil
}

const withdrawQuery = `WITH wrong AS (
	SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) AS t(indicator, area_code, station, time)
), gone AS (
	DELETE FROM station_states s USING wrong w
	WHERE (s.indicator, s.area_code, s.station, s.time) = (w.indicator, w.area_code, w.station, w.time)
	RETURNING s.indicator, s.area_code, s.station
)
SELECT o.indicator, o.area_code, o.station, o.time, o.value, o.source_id FROM gone g CROSS JOIN LATERAL (
	SELECT * FROM observations o WHERE (o.indicator, o.area_code, o.station) = (g.indicator, g.area_code, g.station)
		AND ` + counts + ` AND (NOT o.forecast OR o.time <= $5) ORDER BY o.time DESC LIMIT 1
) o`

// withdraw takes back values that their source has since corrected to ones
// that cannot be: a station that showed one falls back to the value before.
func (in *ingestion) withdraw(ctx context.Context, vs []stationValue) error {
	if len(vs) == 0 {
		return nil
	}
	var ind, area, station []string
	var times []time.Time
	for _, v := range vs {
		ind, area, station, times = append(ind, v.indicator), append(area, v.area), append(station, v.station), append(times, v.time)
	}
	before, err := rowsOf[struct {
		Indicator, AreaCode, Station string
		Time                         time.Time
		Value                        float64
		SourceID                     int64
	}](ctx, in.tx, withdrawQuery, ind, area, station, times, in.store.now())
	if err != nil {
		return fmt.Errorf("withdraw values: %w", err)
	}
	for _, b := range before {
		if _, err := in.tx.Exec(ctx, `INSERT INTO station_states (indicator, area_code, station, time, value, source_id) VALUES ($1, $2, $3, $4, $5, $6)`,
			b.Indicator, b.AreaCode, b.Station, b.Time, b.Value, b.SourceID); err != nil {
			return fmt.Errorf("fall back to the value before: %w", err)
		}
	}
	return nil
}
