package store

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	qualityPage  = 20_000           // values that one transaction looks at
	qualityTurn  = 40 * time.Second // how long one turn of the watch may take
	qualityQuiet = 24 * time.Hour   // a doubt that was not confirmed for so long goes on no longer
)

// seriesValue is a stored value as the watch reads it.
type seriesValue struct {
	Indicator, AreaCode, Station string
	Time                         time.Time
	Value                        float64
	SourceID                     int64
	KeptOut                      bool
	Finding                      *int64
	Kind, State                  *string // of the finding
}

func (v seriesValue) series() seriesKey { return seriesKey{v.Indicator, v.AreaCode, v.Station} }

func (v seriesValue) under(kinds ...city.QualityKind) bool {
	return v.Kind != nil && slices.Contains(kinds, city.QualityKind(*v.Kind))
}

func (v seriesValue) dismissed() bool {
	return v.State != nil && *v.State == string(city.QualityDismissed)
}

const (
	qualityReadQuery = `SELECT read_to, now() AS at FROM quality_read`
	qualityReadTo    = `UPDATE quality_read SET read_to = $1 WHERE read_to < $1`
	seriesValues     = `SELECT o.indicator, o.area_code, o.station, o.time, o.value, o.source_id, o.kept_out, o.finding, f.kind, f.state FROM `
	ofFindings       = ` o LEFT JOIN quality_findings f ON f.id = o.finding `
	// The range of receipt is read first: the index of receipts leads to it.
	newValuesQuery = `WITH new AS MATERIALIZED (
		SELECT * FROM observations WHERE received_at > $1 AND received_at <= $2 AND NOT forecast AND flags = '{}'
	) ` + seriesValues + `new` + ofFindings + `WHERE (o.indicator, o.area_code, o.time, o.station) > ($3, $4, $5, $6)
	ORDER BY o.indicator, o.area_code, o.time, o.station LIMIT $7`
	allValuesQuery = seriesValues + `observations` + ofFindings + `WHERE o.indicator = $1 AND (o.area_code, o.time, o.station) > ($2, $3, $4)
		AND NOT o.forecast AND o.flags = '{}' ORDER BY o.area_code, o.time, o.station LIMIT $5`
)

// WatchQuality looks at what came since its last turn for what only a series
// shows, reads anew what changed rules make necessary, and ends findings that
// are not confirmed any more. settled is how long a delivery may take to be
// stored: what was received in that time is left to the next turn. One node at
// a time may run it. It returns how many values it looked at.
func (s *Store) WatchQuality(ctx context.Context, settled time.Duration) (int, error) {
	end := time.Now().Add(qualityTurn)
	seen, err := s.watchNew(ctx, settled, end)
	if err != nil {
		return seen, wrapped(err, "look at new values")
	}
	for time.Now().Before(end) {
		n, more, err := s.readAnewPage(ctx)
		seen += n
		if err != nil {
			return seen, wrapped(err, "read an indicator anew")
		}
		if !more {
			break
		}
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, endQuietQuery, s.now().Add(-qualityQuiet), qualityQuiet.Seconds())
		return err
	})
	return seen, wrapped(err, "end findings")
}

// A doubt ends when its series has gone on without it, and for a while nothing
// was found by it.
const endQuietQuery = `UPDATE quality_findings f SET state = 'berakhir' WHERE f.state = 'terbuka' AND f.kind <> 'macet' AND f.changed_at < $1
	AND EXISTS (SELECT FROM station_states s WHERE (s.indicator, s.area_code, s.station) = (f.indicator, f.area_code, f.station) AND s.time > f.to_time + make_interval(secs => $2))`

// watchNew goes through what was received since the last turn, in slices so
// long that one is a few pages at the rates a city has.
func (s *Store) watchNew(ctx context.Context, settled time.Duration, end time.Time) (seen int, err error) {
	for time.Now().Before(end) {
		var from, at time.Time
		if err := s.write(ctx, func(tx pgx.Tx) error { return tx.QueryRow(ctx, qualityReadQuery).Scan(&from, &at) }); err != nil {
			return seen, err
		}
		to := at.Add(-settled)
		if !to.After(from) {
			return seen, nil
		}
		last := to
		// A long absence is caught up with in slices.
		if slice := from.Add(2 * time.Minute); to.After(slice) && to.Sub(from) < 7*24*time.Hour {
			to = slice
		}
		n, err := s.watchSlice(ctx, from, to)
		seen += n
		if err != nil {
			return seen, err
		}
		if err := s.write(ctx, func(tx pgx.Tx) error { _, err := tx.Exec(ctx, qualityReadTo, to); return err }); err != nil {
			return seen, err
		}
		if to.Equal(last) {
			return seen, nil
		}
	}
	return seen, nil
}

func (s *Store) watchSlice(ctx context.Context, from, to time.Time) (seen int, err error) {
	var after seriesValue
	for {
		var rows []seriesValue
		err := s.write(ctx, func(tx pgx.Tx) (err error) {
			if rows, err = rowsOf[seriesValue](ctx, tx, newValuesQuery, from, to, after.Indicator, after.AreaCode, after.Time, after.Station, qualityPage); err != nil {
				return fmt.Errorf("read what was received: %w", err)
			}
			return s.examine(ctx, tx, rows, false)
		})
		seen += len(rows)
		if err != nil || len(rows) < qualityPage {
			return seen, err
		}
		after = rows[len(rows)-1]
	}
}

const (
	nextDueQuery = `SELECT indicator, due_on, begun, area_code, time, station FROM quality_due WHERE due_on <= $1::text::date ORDER BY due_on, begun DESC, indicator LIMIT 1`
	moveDueQuery = `UPDATE quality_due SET begun = true, area_code = $3, time = $4, station = $5 WHERE indicator = $1 AND due_on = $2`
	dropDueQuery = `DELETE FROM quality_due WHERE indicator = $1 AND due_on = $2`
	// What a series showed is found again, or not; what officers dismissed stays.
	releaseStuckQuery = `WITH released AS (
		UPDATE observations o SET finding = NULL, kept_out = false FROM quality_findings f
		WHERE f.indicator = $1 AND f.kind IN ('macet', 'lompat') AND f.state IN ('terbuka', 'berakhir') AND o.finding = f.id
	), forgotten AS (DELETE FROM quality_series WHERE indicator = $1)
	UPDATE quality_findings SET state = 'dicabut', changed_at = $2 WHERE indicator = $1 AND kind IN ('macet', 'lompat') AND state IN ('terbuka', 'berakhir')`
	// Doubts of the delivery itself cannot be looked for again: their effect follows the rule.
	followRuleQuery = `UPDATE quality_findings f SET rule_id = r.id, effect = CASE r.effect WHEN 'abaikan' THEN f.effect ELSE r.effect END,
		state = CASE WHEN r.effect = 'abaikan' THEN 'dicabut' WHEN f.state = 'dicabut' THEN 'berakhir' ELSE f.state END
	FROM unnest($2::text[], $3::bigint[], $4::text[]) AS r(kind, id, effect) WHERE f.indicator = $1 AND f.kind = r.kind AND f.rule_id <> r.id AND f.state <> 'ditolak'
	RETURNING f.id`
	setKeptOutQuery = `UPDATE observations o SET kept_out = (f.effect = 'keluarkan' AND f.state IN ('terbuka', 'berakhir')) FROM quality_findings f
	WHERE f.id = ANY ($1) AND o.finding = f.id AND o.kept_out <> (f.effect = 'keluarkan' AND f.state IN ('terbuka', 'berakhir'))
	RETURNING o.indicator AS slug, o.area_code, o.station, o.time, o.value, o.kept_out, o.forecast`
	recountQuery = `UPDATE quality_findings f SET n = c.n, state = CASE WHEN c.n = 0 THEN 'dicabut' ELSE f.state END
	FROM (SELECT f.id, count(o.finding) AS n FROM quality_findings f LEFT JOIN observations o ON o.finding = f.id
		WHERE f.indicator = $1 AND f.kind IN ('mustahil', 'penanda_kosong', 'di_bawah_nol') AND f.state IN ('terbuka', 'berakhir') GROUP BY f.id) c
	WHERE c.id = f.id AND (c.n = 0 OR c.n <> f.n)`
)

type qualityDue struct {
	Indicator string
	DueOn     time.Time
	Begun     bool
	AreaCode  string
	Time      time.Time
	Station   string
}

// readAnewPage reads the next page of an indicator whose rules changed.
func (s *Store) readAnewPage(ctx context.Context) (n int, more bool, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return 0, false, err
	}
	today := s.now().In(cat.location).Format(time.DateOnly)
	err = s.write(ctx, func(tx pgx.Tx) error {
		due, err := rowsOf[qualityDue](ctx, tx, nextDueQuery, today)
		if err != nil || len(due) == 0 {
			more = false
			return err
		}
		d := due[0]
		more = true
		if !d.Begun {
			if err := s.beginAnew(ctx, tx, d.Indicator); err != nil {
				return err
			}
		}
		rows, err := rowsOf[seriesValue](ctx, tx, allValuesQuery, d.Indicator, d.AreaCode, d.Time, d.Station, qualityPage)
		if err != nil {
			return fmt.Errorf("read the values of %s: %w", d.Indicator, err)
		}
		n = len(rows)
		if err := s.examine(ctx, tx, rows, true); err != nil {
			return err
		}
		if n < qualityPage {
			if _, err := tx.Exec(ctx, recountQuery, d.Indicator); err != nil {
				return fmt.Errorf("count findings anew: %w", err)
			}
			_, err = tx.Exec(ctx, dropDueQuery, d.Indicator, d.DueOn)
			return err
		}
		last := rows[n-1]
		_, err = tx.Exec(ctx, moveDueQuery, d.Indicator, d.DueOn, last.AreaCode, last.Time, last.Station)
		return err
	})
	return n, more, err
}

// beginAnew takes back what only reading decides, and lets the other findings
// follow their rules.
func (s *Store) beginAnew(ctx context.Context, tx pgx.Tx, slug string) error {
	cat, err := s.catalogueIn(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, releaseStuckQuery, slug, s.now()); err != nil {
		return fmt.Errorf("release what was stuck: %w", err)
	}
	rules, err := readQualityRules(ctx, tx)
	if err != nil {
		return err
	}
	var kinds, effects []string
	var ids []int64
	today := s.now().In(cat.location).Format(time.DateOnly)
	holding := city.QualityRulesOf(rules, cat.indicators[slug], today)
	for _, kind := range []city.QualityKind{city.QualityTotals, city.QualityOutdated, city.QualityRepeated, city.QualityContradicted} {
		r, ok := holding[kind]
		if !ok { // switched off
			r = city.QualityRule{Effect: city.IgnoreQuality}
			for _, other := range rules {
				if other.Kind == kind && other.Effect == city.IgnoreQuality {
					r.ID = other.ID
				}
			}
		}
		kinds, ids, effects = append(kinds, string(kind)), append(ids, r.ID), append(effects, string(r.Effect))
	}
	moved, err := column[int64](ctx, tx, followRuleQuery, slug, kinds, ids, effects)
	if err != nil {
		return fmt.Errorf("let findings follow their rules: %w", err)
	}
	in := ingestion{store: s, tx: tx, cat: cat}
	if err := in.resettle(ctx, moved); err != nil {
		return err
	}
	return appendEvents(ctx, tx, in.events)
}

type resettled struct {
	Slug, AreaCode, Station string
	Time                    time.Time
	Value                   float64
	KeptOut, Forecast       bool
}

// resettle makes the values under findings count or not, as those say by now,
// and brings the states up to date.
func (in *ingestion) resettle(ctx context.Context, findings []int64) error {
	if len(findings) == 0 {
		return nil
	}
	rows, err := rowsOf[resettled](ctx, in.tx, setKeptOutQuery, findings)
	if err != nil {
		return fmt.Errorf("let values count or not: %w", err)
	}
	var back, out []stationValue
	for _, r := range rows {
		v := stationValue{r.Slug, r.AreaCode, r.Station, r.Time, r.Value, r.Forecast}
		if r.KeptOut {
			out = append(out, v)
		} else {
			back = append(back, v)
		}
	}
	return in.follow(ctx, back, out)
}

// follow brings stations and states up to date with values that count again
// and values that count no more.
func (in *ingestion) follow(ctx context.Context, back, out []stationValue) error {
	if err := in.withdraw(ctx, out); err != nil {
		return err
	}
	if len(back) > 0 {
		if err := in.restoreStations(ctx, back); err != nil {
			return err
		}
	}
	touched := map[place]bool{}
	for _, v := range slices.Concat(back, out) {
		touched[place{v.indicator, v.area}] = true
	}
	return in.refreshStates(ctx, touched)
}

const restoreStationsQuery = `INSERT INTO station_states AS s (indicator, area_code, station, time, value, source_id)
	SELECT l.indicator, l.area_code, l.station, l.time, l.value, l.source_id
	FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[]) AS k(indicator, area_code, station)) k CROSS JOIN LATERAL (
		SELECT * FROM observations o WHERE (o.indicator, o.area_code, o.station) = (k.indicator, k.area_code, k.station)
			AND ` + counts + ` AND (NOT o.forecast OR o.time <= $4) ORDER BY o.time DESC LIMIT 1
	) l ORDER BY 1, 2, 3
	ON CONFLICT ON CONSTRAINT station_states_pkey DO UPDATE SET time = excluded.time, value = excluded.value, source_id = excluded.source_id
	WHERE (s.time, s.value) IS DISTINCT FROM (excluded.time, excluded.value)`

// restoreStations sets the newest value of stations, whichever source it is of.
func (in *ingestion) restoreStations(ctx context.Context, vs []stationValue) error {
	keys := map[seriesKey]bool{}
	for _, v := range vs {
		keys[seriesKey{v.indicator, v.area, v.station}] = true
	}
	inds, areas, stations := seriesColumns(maps.Keys(keys))
	_, err := in.tx.Exec(ctx, restoreStationsQuery, inds, areas, stations, in.store.now())
	return wrapped(err, "restore the stations' newest values")
}

// usualKnown is from how many values on a series' usual size is used.
const usualKnown = 5

func knownUsual(h city.SeriesHabit) float64 {
	if h.Seen < usualKnown {
		return 0
	}
	return math.Max(h.Usual, 1e-9)
}
