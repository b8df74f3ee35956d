package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"balaikota/backend/city"
)

// doubts is what an ingestion knows of its delivery before the rows are stored.
type doubts struct {
	repeated map[observationKey]float64 // times that were there twice, and the value written first
	totals   map[observationKey]bool
	outdated map[observationKey]bool
	stuck    map[seriesKey]stuckSeries
}

type seriesKey struct{ indicator, area, station string }

type stuckSeries struct {
	IndicatorSlug, AreaCode, Station string
	LastValue                        float64
	RunFrom                          time.Time
}

// doubt is what one rule says of one stored value.
type doubt struct {
	rule    city.QualityRule
	series  seriesKey
	source  int64
	at      time.Time
	value   float64
	beside  *float64
	otherID *int64
}

func (d doubt) keepsOut() bool { return d.rule.Effect == city.KeepOut }

// expectDoubts looks at a delivery as a whole: what it held twice, totals beside
// their parts, and what was old in it already.
func (in *ingestion) expectDoubts(d city.Delivery) {
	in.doubts = doubts{repeated: map[observationKey]float64{}, totals: map[observationKey]bool{}, outdated: map[observationKey]bool{}}
	for _, r := range d.Repeated {
		in.repeat(observationKey{r.Indicator, cmp.Or(r.AreaCode, in.cat.cityCode), r.Station, r.Time.UnixMicro()}, r.Earlier, false)
	}
	in.expectTotals(d)
	in.expectOutdated(d)
}

// repeat notes that a time of a series was delivered more than once.
func (in *ingestion) repeat(key observationKey, earlier float64, forecast bool) {
	if _, known := in.doubts.repeated[key]; !known && !forecast && in.doubts.repeated != nil {
		in.doubts.repeated[key] = earlier
	}
}

// judge holds values that were just stored against the rules that a single
// value can break, and notes what they find; for each it returns whether it is
// kept out of figures.
func (in *ingestion) judge(ctx context.Context, got []writtenObservation) ([]bool, error) {
	keptOut := make([]bool, len(got))
	usual, err := in.usualSizes(ctx, got)
	if err != nil {
		return nil, err
	}
	if in.doubts.stuck == nil && len(got) > 0 {
		if err := in.readStuck(ctx); err != nil {
			return nil, err
		}
	}
	var found []doubt
	for n, g := range got {
		d, doubtful := in.verdict(g, usual[seriesKey{g.Indicator, g.AreaCode, g.Station}])
		if !doubtful {
			continue
		}
		keptOut[n] = d.keepsOut()
		found = append(found, d)
	}
	return keptOut, in.saveDoubts(ctx, found)
}

// verdict is the first rule that keeps a value out, else the first that
// remarks on it.
func (in *ingestion) verdict(g writtenObservation, usual float64) (doubt, bool) {
	rules := in.cat.quality[g.Indicator]
	base := doubt{series: seriesKey{g.Indicator, g.AreaCode, g.Station}, source: in.sourceID, at: g.Time, value: g.Value}
	var first *doubt
	for _, kind := range city.QualityKinds {
		r, ok := rules[kind]
		if !ok || g.Forecast && kind != city.QualityMarker && kind != city.QualityImpossible && kind != city.QualityBelowZero {
			continue
		}
		d := base
		d.rule = r
		if !in.fits(&d, g, usual) {
			continue
		}
		if d.keepsOut() {
			return d, true
		}
		if first == nil {
			first = &d
		}
	}
	if first == nil {
		return doubt{}, false
	}
	return *first, true
}

// fits reports whether a value is what the doubt's rule speaks of.
func (in *ingestion) fits(d *doubt, g writtenObservation, usual float64) bool {
	switch d.rule.Kind {
	case city.QualityMarker:
		return d.rule.Marks(g.Value, usual)
	case city.QualityImpossible:
		return d.rule.Impossible(in.cat.indicators[g.Indicator], g.Value)
	case city.QualityBelowZero:
		return d.rule.BelowZero(in.cat.indicators[g.Indicator], g.Value)
	case city.QualityOutdated:
		return in.doubts.outdated[g.key()]
	case city.QualityTotals:
		return in.doubts.totals[g.key()]
	case city.QualityStuck:
		s, stuck := in.doubts.stuck[d.series]
		return stuck && s.LastValue == g.Value && g.Time.After(s.RunFrom)
	case city.QualityRepeated:
		earlier, twice := in.doubts.repeated[g.key()]
		if twice && !d.rule.Agree(earlier, g.Value) {
			d.beside = &earlier
		}
		return twice
	case city.QualityContradicted:
		if g.Before == nil || d.rule.Agree(*g.Before, g.Value) {
			return false
		}
		d.beside, d.otherID = g.Before, g.BeforeSource
		if *g.BeforeSource != in.sourceID {
			return true
		}
		d.otherID = nil
		settled := time.Duration(d.rule.Params.Hours * float64(time.Hour))
		return in.store.now().Sub(g.Time) > settled
	}
	return false
}

const usualSizesQuery = `SELECT q.indicator, q.area_code, q.station, q.usual FROM quality_series q
	JOIN unnest($1::text[], $2::text[], $3::text[]) AS t(indicator, area_code, station) USING (indicator, area_code, station)`

// usualSizes are of what size the values of those series are that hold a number
// which may stand for "no value": as learned, else by the other values at hand.
func (in *ingestion) usualSizes(ctx context.Context, got []writtenObservation) (map[seriesKey]float64, error) {
	wanted := map[seriesKey][]float64{}
	for _, g := range got {
		if in.cat.quality[g.Indicator][city.QualityMarker].Candidate(g.Value) {
			wanted[seriesKey{g.Indicator, g.AreaCode, g.Station}] = nil
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	for _, g := range got {
		k := seriesKey{g.Indicator, g.AreaCode, g.Station}
		if have, ok := wanted[k]; ok && !in.cat.quality[g.Indicator][city.QualityMarker].Candidate(g.Value) {
			wanted[k] = append(have, max(g.Value, -g.Value))
		}
	}
	out := map[seriesKey]float64{}
	for k, sizes := range wanted {
		if len(sizes) > 0 {
			slices.Sort(sizes)
			out[k] = sizes[len(sizes)/2]
		}
	}
	inds, areas, stations := seriesColumns(maps.Keys(wanted))
	known, err := rowsOf[struct {
		Indicator, AreaCode, Station string
		Usual                        float64
	}](ctx, in.tx, usualSizesQuery, inds, areas, stations)
	for _, r := range known {
		out[seriesKey{r.Indicator, r.AreaCode, r.Station}] = r.Usual
	}
	return out, wrapped(err, "read of what size values usually are")
}

const stuckSeriesQuery = `SELECT indicator AS indicator_slug, area_code, station, last_value, run_from FROM quality_series WHERE stuck IS NOT NULL`

// readStuck reads which series repeat themselves now: what they go on to repeat
// is kept out as it comes.
func (in *ingestion) readStuck(ctx context.Context) error {
	rows, err := rowsOf[stuckSeries](ctx, in.tx, stuckSeriesQuery)
	in.doubts.stuck = map[seriesKey]stuckSeries{}
	for _, r := range rows {
		in.doubts.stuck[seriesKey{r.IndicatorSlug, r.AreaCode, r.Station}] = r
	}
	return wrapped(err, "read which series are stuck")
}

func seriesColumns(keys func(func(seriesKey) bool)) (inds, areas, stations []string) {
	for k := range keys {
		inds, areas, stations = append(inds, k.indicator), append(areas, k.area), append(stations, k.station)
	}
	return inds, areas, stations
}

const (
	saveFindingsQuery = `INSERT INTO quality_findings AS f (kind, rule_id, effect, source_id, indicator, area_code, station, from_time, to_time, n, example, beside, other_id, found_at, changed_at)
	SELECT t.*, $14, $14 FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[], $10::bigint[], $11::float8[], $12::float8[], $13::bigint[]) AS t
	ORDER BY 4, 1, 5, 6, 7
	ON CONFLICT (source_id, kind, indicator, area_code, station) WHERE state = 'terbuka' DO UPDATE SET rule_id = excluded.rule_id, effect = excluded.effect,
		from_time = least(f.from_time, excluded.from_time), to_time = greatest(f.to_time, excluded.to_time), n = f.n + excluded.n, changed_at = excluded.changed_at,
		example = CASE WHEN excluded.to_time >= f.to_time THEN excluded.example ELSE f.example END, beside = coalesce(excluded.beside, f.beside), other_id = coalesce(excluded.other_id, f.other_id)
	RETURNING f.id, f.source_id, f.kind, f.indicator, f.area_code, f.station`
	putUnderFindingQuery = `UPDATE observations o SET finding = t.finding, kept_out = t.kept_out
	FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $6::boolean[]) AS t(indicator, area_code, station, time, finding, kept_out)
	WHERE (o.indicator, o.area_code, o.time, o.station) = (t.indicator, t.area_code, t.time, t.station)`
)

type findingKey struct {
	source int64
	kind   city.QualityKind
	series seriesKey
}

// saveDoubts writes findings, or lets those that go on grow, and puts the
// values under them.
func (in *ingestion) saveDoubts(ctx context.Context, found []doubt) error {
	if len(found) == 0 {
		return nil
	}
	ids, err := in.saveFindings(ctx, found)
	if err != nil {
		return err
	}
	return in.putUnder(ctx, found, ids)
}

func (in *ingestion) putUnder(ctx context.Context, found []doubt, ids map[findingKey]int64) error {
	var inds, areas, stations []string
	var times []time.Time
	var findings []int64
	var out []bool
	for _, d := range found {
		inds, areas, stations = append(inds, d.series.indicator), append(areas, d.series.area), append(stations, d.series.station)
		times, out = append(times, d.at), append(out, d.keepsOut())
		findings = append(findings, ids[findingKey{d.source, d.rule.Kind, d.series}])
	}
	if _, err := in.tx.Exec(ctx, putUnderFindingQuery, inds, areas, stations, times, findings, out); err != nil {
		return fmt.Errorf("put values under findings: %w", err)
	}
	return nil
}

type findingColumns struct {
	kinds, effects, inds, areas, stations []string
	rules, sources, ns                    []int64
	from, to                              []time.Time
	examples                              []float64
	besides                               []*float64
	others                                []*int64
}

func (in *ingestion) saveFindings(ctx context.Context, found []doubt) (map[findingKey]int64, error) {
	var c findingColumns
	at := map[findingKey]int{}
	for _, d := range found {
		key := findingKey{d.source, d.rule.Kind, d.series}
		i, known := at[key]
		if !known {
			i = len(c.kinds)
			at[key] = i
			c.kinds, c.effects, c.rules, c.sources = append(c.kinds, string(d.rule.Kind)), append(c.effects, string(d.rule.Effect)), append(c.rules, d.rule.ID), append(c.sources, d.source)
			c.inds, c.areas, c.stations = append(c.inds, d.series.indicator), append(c.areas, d.series.area), append(c.stations, d.series.station)
			c.from, c.to, c.ns = append(c.from, d.at), append(c.to, d.at), append(c.ns, 0)
			c.examples, c.besides, c.others = append(c.examples, d.value), append(c.besides, d.beside), append(c.others, d.otherID)
		}
		c.ns[i]++
		if d.at.Before(c.from[i]) {
			c.from[i] = d.at
		}
		if d.at.After(c.to[i]) {
			c.to[i], c.examples[i] = d.at, d.value
		}
		if d.beside != nil {
			c.besides[i], c.others[i] = d.beside, d.otherID
			c.examples[i] = d.value // the two stand beside each other
		}
	}
	rows, err := rowsOf[struct {
		ID, SourceID                       int64
		Kind, Indicator, AreaCode, Station string
	}](ctx, in.tx, saveFindingsQuery, c.kinds, c.rules, c.effects, c.sources, c.inds, c.areas, c.stations, c.from, c.to, c.ns, c.examples, c.besides, c.others, in.store.now())
	ids := map[findingKey]int64{}
	for _, r := range rows {
		ids[findingKey{r.SourceID, city.QualityKind(r.Kind), seriesKey{r.Indicator, r.AreaCode, r.Station}}] = r.ID
	}
	return ids, wrapped(err, "write findings")
}
