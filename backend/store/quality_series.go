package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

type seriesRow struct {
	IndicatorSlug, AreaCode, Station string
	city.SeriesHabit
	Stuck *int64
}

const (
	seriesHabitsQuery = `SELECT q.indicator AS indicator_slug, q.area_code, q.station, q.last_time, q.last_value, q.run_from, q.run_n, q.seen, q.usual,
	q.month_from, q.month_n, q.month_secs, q.before_n, q.before_secs, q.prev_time, q.prev_value, q.month_step, q.before_step, q.stuck FROM quality_series q
	JOIN unnest($1::text[], $2::text[], $3::text[]) AS t(indicator, area_code, station) USING (indicator, area_code, station)`
	saveHabitsQuery = `INSERT INTO quality_series (indicator, area_code, station, last_time, last_value, run_from, run_n, seen, usual, month_from, month_n, month_secs, before_n, before_secs, stuck, prev_time, prev_value, month_step, before_step)
	SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::float8[], $6::timestamptz[], $7::int[], $8::bigint[], $9::float8[], $10::timestamptz[], $11::int[], $12::float8[], $13::int[], $14::float8[], $15::bigint[], $16::timestamptz[], $17::float8[], $18::float8[], $19::float8[])
	ORDER BY 1, 2, 3
	ON CONFLICT ON CONSTRAINT quality_series_pkey DO UPDATE SET last_time = excluded.last_time, last_value = excluded.last_value, run_from = excluded.run_from, run_n = excluded.run_n,
		seen = excluded.seen, usual = excluded.usual, month_from = excluded.month_from, month_n = excluded.month_n, month_secs = excluded.month_secs,
		before_n = excluded.before_n, before_secs = excluded.before_secs, stuck = excluded.stuck,
		prev_time = excluded.prev_time, prev_value = excluded.prev_value, month_step = excluded.month_step, before_step = excluded.before_step`
	endFindingsQuery   = `UPDATE quality_findings SET state = 'berakhir', changed_at = $2 WHERE id = ANY ($1) AND state = 'terbuka' RETURNING source_id`
	releaseValuesQuery = `UPDATE observations o SET finding = NULL, kept_out = false FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) AS t(indicator, area_code, station, time)
	WHERE (o.indicator, o.area_code, o.time, o.station) = (t.indicator, t.area_code, t.time, t.station)`
	runValuesQuery = `SELECT o.time, o.source_id FROM observations o WHERE o.indicator = $1 AND o.area_code = $2 AND o.station = $3 AND o.time > $4 AND o.time <= $5
		AND o.value = $6 AND NOT o.forecast AND o.flags = '{}' AND o.finding IS NULL ORDER BY o.time`
)

// stuckRun is a run beyond the habit of its series: every value after the
// first repeats it.
type stuckRun struct {
	series   *examined
	rule     city.QualityRule
	from, to time.Time
	value    float64
	ended    bool
}

// examined is one series while a page is gone through.
type examined struct {
	key   seriesKey
	habit city.SeriesHabit
	stuck *int64
	run   *stuckRun // the run it is in, when that is beyond its habit
	read  time.Time // how far it had been read before
	late  int       // values that lie before that
}

// examination goes through one page of values.
type examination struct {
	ingestion
	whole    bool // every value is judged, not only the series
	order    []*examined
	series   map[seriesKey]*examined
	runs     []*stuckRun
	ended    []int64
	found    []doubt
	jumps    []doubt
	released []seriesValue
	sources  map[int64]bool // of which something was found or ended
	back     []stationValue
	out      []stationValue
}

// examine holds a page of values, in order of time within each series, against
// the rules.
func (s *Store) examine(ctx context.Context, tx pgx.Tx, rows []seriesValue, whole bool) error {
	if len(rows) == 0 {
		return nil
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return err
	}
	x := examination{ingestion: ingestion{store: s, tx: tx, cat: cat}, whole: whole, series: map[seriesKey]*examined{}, sources: map[int64]bool{}}
	if err := x.load(ctx, rows); err != nil {
		return err
	}
	for _, v := range rows {
		x.value(v)
	}
	return x.save(ctx)
}

// load reads the habits of the page's series.
func (x *examination) load(ctx context.Context, rows []seriesValue) error {
	for _, v := range rows {
		if x.series[v.series()] == nil {
			e := &examined{key: v.series()}
			x.series[e.key] = e
			x.order = append(x.order, e)
		}
	}
	inds, areas, stations := seriesColumns(func(yield func(seriesKey) bool) {
		for _, e := range x.order {
			if !yield(e.key) {
				return
			}
		}
	})
	habits, err := rowsOf[seriesRow](ctx, x.tx, seriesHabitsQuery, inds, areas, stations)
	if err != nil {
		return fmt.Errorf("read the habits of series: %w", err)
	}
	for _, r := range habits {
		e := x.series[seriesKey{r.IndicatorSlug, r.AreaCode, r.Station}]
		e.habit, e.stuck, e.read = r.SeriesHabit, r.Stuck, r.LastTime
	}
	return nil
}

// value takes the next value of its series.
func (x *examination) value(v seriesValue) {
	e := x.series[v.series()]
	if !v.Time.After(e.habit.LastTime) {
		e.late++ // judged by itself when it came; see readAnewIfLate
		return
	}
	if x.whole && x.single(v, knownUsual(e.habit)) {
		return
	}
	if v.KeptOut && !v.under(city.QualityStuck) {
		return // no value of the sensor
	}
	x.jump(e, v)
	wasStuck := e.stuck != nil || e.run != nil
	if e.habit.Next(v.Time, v.Value, !wasStuck) && wasStuck {
		if e.stuck != nil {
			x.ended = append(x.ended, *e.stuck)
		}
		if e.run != nil {
			e.run.ended = true
		}
		e.stuck, e.run = nil, nil
	}
	rule, watched := x.cat.quality[v.Indicator][city.QualityStuck]
	switch {
	case !watched || v.under(city.QualityStuck) && v.dismissed():
	case e.run != nil:
		e.run.to = v.Time
	case e.habit.Stuck(rule):
		e.run = &stuckRun{series: e, rule: rule, from: e.habit.RunFrom, to: v.Time, value: v.Value}
		if e.stuck != nil && e.read.After(e.run.from) {
			e.run.from = e.read // what lies before is under the finding already
		}
		x.runs = append(x.runs, e.run)
	}
}

// jump holds the last value of a series against the one that follows it.
func (x *examination) jump(e *examined, v seriesValue) {
	rule, watched := x.cat.quality[v.Indicator][city.QualityJump]
	if !watched || !e.habit.Jumped(rule, v.Time, v.Value) {
		return
	}
	x.jumps = append(x.jumps, doubt{rule: rule, series: e.key, at: e.habit.LastTime, value: e.habit.LastValue, beside: &v.Value})
	e.habit.Forget()
}

const jumpSourceQuery = `SELECT o.source_id FROM observations o WHERE o.indicator = $1 AND o.area_code = $2 AND o.station = $3 AND o.time = $4
	AND NOT o.forecast AND o.flags = '{}' AND o.finding IS NULL`

// markJumps puts jumps under findings, except what is under one already.
func (x *examination) markJumps(ctx context.Context) error {
	for _, d := range x.jumps {
		k := d.series
		of, err := column[int64](ctx, x.tx, jumpSourceQuery, k.indicator, k.area, k.station, d.at)
		if err != nil {
			return fmt.Errorf("read a jump: %w", err)
		}
		if len(of) == 0 {
			continue
		}
		d.source = of[0]
		x.found = append(x.found, d)
		if d.keepsOut() {
			x.out = append(x.out, stationValue{k.indicator, k.area, k.station, d.at, d.value, false})
		}
	}
	return nil
}

// single holds one value against the rules in force, and reports
// whether it is kept out by one.
func (x *examination) single(v seriesValue, usual float64) bool {
	alone := v.under(city.QualityMarker, city.QualityImpossible, city.QualityBelowZero)
	if v.Finding != nil && !alone || alone && v.dismissed() {
		return v.KeptOut && alone
	}
	x.doubts = doubts{}
	x.sourceID = v.SourceID
	g := writtenObservation{Indicator: v.Indicator, AreaCode: v.AreaCode, Station: v.Station, Time: v.Time, Value: v.Value, Forecast: true} // single rules only
	d, doubtful := x.verdict(g, usual)
	at := stationValue{v.Indicator, v.AreaCode, v.Station, v.Time, v.Value, false}
	switch {
	case !doubtful && v.Finding == nil:
		return false
	case !doubtful:
		x.released, x.back = append(x.released, v), append(x.back, at)
		return false
	case !alone || *v.Kind != string(d.rule.Kind) || v.KeptOut != d.keepsOut():
		x.found = append(x.found, d)
		if d.keepsOut() {
			x.out = append(x.out, at)
		} else if v.KeptOut {
			x.back = append(x.back, at)
		}
	}
	return d.keepsOut()
}

// save writes what the page showed.
func (x *examination) save(ctx context.Context) error {
	if err := x.release(ctx); err != nil {
		return err
	}
	for _, r := range x.runs {
		if err := x.markRun(ctx, r); err != nil {
			return err
		}
	}
	if err := x.markJumps(ctx); err != nil {
		return err
	}
	if err := x.saveDoubts(ctx, x.found); err != nil {
		return err
	}
	if len(x.ended) > 0 {
		of, err := column[int64](ctx, x.tx, endFindingsQuery, x.ended, x.store.now())
		if err != nil {
			return fmt.Errorf("end findings: %w", err)
		}
		for _, id := range of {
			x.sources[id] = true
		}
	}
	for _, d := range x.found {
		x.sources[d.source] = true
	}
	if err := x.saveHabits(ctx); err != nil {
		return err
	}
	if err := x.readAnewIfLate(ctx); err != nil {
		return err
	}
	x.sourceID = 0
	if err := x.follow(ctx, x.back, x.out); err != nil {
		return err
	}
	if err := x.tellSources(ctx); err != nil {
		return err
	}
	return appendEvents(ctx, x.tx, x.events)
}

// tellSources lets screens know of what was found, and answers that are
// remembered be worked out anew.
func (x *examination) tellSources(ctx context.Context) error {
	for id := range x.sources {
		event, err := x.store.healthEvent(ctx, x.tx, x.cat, x.cat.sources[id].Slug)
		if err != nil {
			return err
		}
		x.events = append(x.events, event)
	}
	return nil
}

// lateMany is from how many late values in a page on a series' history is new
// enough to be read from its beginning.
const lateMany = 100

// readAnewIfLate lets an indicator be read anew of which much came that lies
// before what was read: an archive that was imported after live values.
func (x *examination) readAnewIfLate(ctx context.Context) error {
	var slugs []string
	for _, e := range x.order {
		if !x.whole && e.late >= lateMany && !slices.Contains(slugs, e.key.indicator) {
			slugs = append(slugs, e.key.indicator)
		}
	}
	if len(slugs) == 0 {
		return nil
	}
	_, err := x.tx.Exec(ctx, addQualityDueQuery, slugs, x.store.now().In(x.cat.location).Format(time.DateOnly))
	return wrapped(err, "let indicators be read anew")
}

func (x *examination) release(ctx context.Context) error {
	if len(x.released) == 0 {
		return nil
	}
	var inds, areas, stations []string
	var times []time.Time
	for _, v := range x.released {
		inds, areas, stations, times = append(inds, v.Indicator), append(areas, v.AreaCode), append(stations, v.Station), append(times, v.Time)
	}
	_, err := x.tx.Exec(ctx, releaseValuesQuery, inds, areas, stations, times)
	return wrapped(err, "let values count again")
}

// markRun puts a run under a finding. One whose values officers judged already
// adds nothing.
func (x *examination) markRun(ctx context.Context, r *stuckRun) error {
	k := r.series.key
	rows, err := rowsOf[struct {
		Time     time.Time
		SourceID int64
	}](ctx, x.tx, runValuesQuery, k.indicator, k.area, k.station, r.from, r.to, r.value)
	if err != nil || len(rows) == 0 {
		return wrapped(err, "read a run of equal values")
	}
	var found []doubt
	for _, row := range rows {
		x.sources[row.SourceID] = true
		found = append(found, doubt{rule: r.rule, series: k, source: row.SourceID, at: row.Time, value: r.value})
		if r.rule.Effect == city.KeepOut {
			x.out = append(x.out, stationValue{k.indicator, k.area, k.station, row.Time, r.value, false})
		}
	}
	ids, err := x.saveFindings(ctx, found)
	if err != nil {
		return err
	}
	if err := x.putUnder(ctx, found, ids); err != nil {
		return err
	}
	id := ids[findingKey{rows[len(rows)-1].SourceID, city.QualityStuck, k}]
	if r.ended {
		x.ended = append(x.ended, id)
		return nil
	}
	r.series.stuck = &id
	return nil
}

func (x *examination) saveHabits(ctx context.Context) error {
	var c struct {
		inds, areas, stations               []string
		last, runFrom, month, prev          []time.Time
		value, usual, monthSecs, beforeSecs []float64
		prevValue, monthStep, beforeStep    []float64
		runN, monthN, beforeN               []int
		seen                                []int64
		stuck                               []*int64
	}
	for _, e := range x.order {
		h := e.habit
		if h.Seen == 0 {
			continue
		}
		c.inds, c.areas, c.stations = append(c.inds, e.key.indicator), append(c.areas, e.key.area), append(c.stations, e.key.station)
		c.last, c.runFrom, c.month = append(c.last, h.LastTime), append(c.runFrom, h.RunFrom), append(c.month, h.MonthFrom)
		c.value, c.usual = append(c.value, h.LastValue), append(c.usual, h.Usual)
		c.monthSecs, c.beforeSecs = append(c.monthSecs, h.MonthSecs), append(c.beforeSecs, h.BeforeSecs)
		c.runN, c.monthN, c.beforeN = append(c.runN, h.RunN), append(c.monthN, h.MonthN), append(c.beforeN, h.BeforeN)
		c.seen, c.stuck = append(c.seen, h.Seen), append(c.stuck, e.stuck)
		c.prev, c.prevValue = append(c.prev, h.PrevTime), append(c.prevValue, h.PrevValue)
		c.monthStep, c.beforeStep = append(c.monthStep, h.MonthStep), append(c.beforeStep, h.BeforeStep)
	}
	_, err := x.tx.Exec(ctx, saveHabitsQuery, c.inds, c.areas, c.stations, c.last, c.value, c.runFrom, c.runN, c.seen, c.usual,
		c.month, c.monthN, c.monthSecs, c.beforeN, c.beforeSecs, c.stuck, c.prev, c.prevValue, c.monthStep, c.beforeStep)
	return wrapped(err, "keep the habits of series")
}
