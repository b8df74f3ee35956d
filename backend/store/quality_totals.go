package store

import (
	"cmp"
	"strings"
	"time"

	"balaikota/backend/city"
)

// moment is one indicator at one time.
type moment struct {
	indicator string
	micro     int64
}

// momentRows is what a delivery holds of one indicator at one time, of each place
// the row that counts.
type momentRows struct {
	rule city.QualityRule
	rows []city.Observation
	at   map[observationKey]int
}

// expectTotals finds rows that are the sum of others beside them, by their name,
// by their place, or by their code: they are not added to what they are made of.
func (in *ingestion) expectTotals(d city.Delivery) {
	all := map[moment]*momentRows{}
	for _, o := range d.Observations {
		rule, watched := in.cat.quality[o.Indicator][city.QualityTotals]
		if !watched {
			continue
		}
		o.AreaCode = cmp.Or(o.AreaCode, in.cat.cityCode)
		m := moment{o.Indicator, o.Time.UnixMicro()}
		g := all[m]
		if g == nil {
			g = &momentRows{rule: rule, at: map[observationKey]int{}}
			all[m] = g
		}
		key := keyOf(o)
		if n, twice := g.at[key]; twice {
			g.rows[n] = o
			continue
		}
		g.at[key] = len(g.rows)
		g.rows = append(g.rows, o)
	}
	for m, g := range all {
		if len(g.rows) < 3 {
			continue
		}
		g.named(in.doubts.totals)
		if g.rule.Params.Values > 0 {
			aggregation := in.cat.indicators[m.indicator].Aggregation
			g.placed(in.doubts.totals, aggregation)
			if aggregation != "last" {
				g.coded(in.doubts.totals)
			}
		}
	}
}

func keyOf(o city.Observation) observationKey {
	return observationKey{o.Indicator, o.AreaCode, o.Station, o.Time.UnixMicro()}
}

// named are totals that are called so and agree with the others of their area.
func (g *momentRows) named(totals map[observationKey]bool) {
	sums, parts := map[string]float64{}, map[string]int{}
	for _, o := range g.rows {
		if !g.rule.IsTotal(o.Station) {
			sums[o.AreaCode] += o.Value
			parts[o.AreaCode]++
		}
	}
	for _, o := range g.rows {
		if g.rule.IsTotal(o.Station) && parts[o.AreaCode] >= 2 && g.rule.Agree(o.Value, sums[o.AreaCode]) {
			totals[keyOf(o)] = true
		}
	}
}

// placed are totals that are called nothing: a row of no station beside the
// stations of its area, or one of an area beside the areas in it. The value of an
// area is left to it where values are not added up over areas: there it is
// the area's own.
func (g *momentRows) placed(totals map[observationKey]bool, aggregation string) {
	least := g.rule.Params.Values
	if aggregation == "sum" {
		least = min(least, 2)
	}
	stations, areas := map[string]parts{}, map[string]parts{} // by the area that they are of, or in
	there := map[string]bool{}
	for _, o := range g.rows {
		there[o.AreaCode] = true
	}
	for _, o := range g.rows {
		switch outer := outerArea(o.AreaCode, there); {
		case totals[keyOf(o)]:
		case o.Station != "":
			stations[o.AreaCode] = stations[o.AreaCode].and(o.Value)
			fallthrough
		case outer != "":
			areas[outer] = areas[outer].and(o.Value)
		}
	}
	for _, t := range g.rows {
		if t.Station != "" || totals[keyOf(t)] {
			continue
		}
		if s := stations[t.AreaCode]; aggregation != "last" && s.n >= least && city.SumsUp(t.Value, s.sum) {
			totals[keyOf(t)] = true
		}
		if a := areas[t.AreaCode]; aggregation == "sum" && a.n >= least && city.SumsUp(t.Value, a.sum) {
			totals[keyOf(t)] = true
		}
	}
}

type parts struct {
	sum float64
	n   int
}

func (p parts) and(v float64) parts { return parts{p.sum + v, p.n + 1} }

// outerArea is the nearest area around another of which there is a row, "" for none.
func outerArea(code string, there map[string]bool) string {
	for {
		dot := strings.LastIndexByte(code, '.')
		if dot < 0 {
			return ""
		}
		if code = code[:dot]; there[code] {
			return code
		}
	}
}

// coded are rows of a higher level of codes whose lower levels are there too.
func (g *momentRows) coded(totals map[observationKey]bool) {
	values := map[string]float64{} // by area, what the code is within, and code
	name := func(o city.Observation) string {
		within, code := city.LevelCode(o.Station)
		if code == "" {
			return ""
		}
		return strings.ReplaceAll(o.AreaCode+" "+within, ".", "_") + " ." + code
	}
	for _, o := range g.rows {
		if n := name(o); n != "" {
			values[n] += o.Value
		}
	}
	if len(values) < 3 {
		return
	}
	parents := city.Levels(values, g.rule.Agree)
	for _, o := range g.rows {
		if parents[name(o)] {
			totals[keyOf(o)] = true
		}
	}
}

// expectOutdated finds values that were old when they came: each station's only
// row in a delivery that holds much newer ones of other stations, as in a list of
// present levels that carries gauges along which have long been silent. An
// archive has more than one row of a station.
func (in *ingestion) expectOutdated(d city.Delivery) {
	newest, rows := map[string]time.Time{}, map[seriesKey]int{}
	for _, o := range d.Observations {
		if _, watched := in.cat.quality[o.Indicator][city.QualityOutdated]; !watched || o.Forecast || o.Time.After(in.store.now()) {
			continue
		}
		rows[seriesKey{o.Indicator, o.AreaCode, o.Station}]++
		if o.Time.After(newest[o.Indicator]) {
			newest[o.Indicator] = o.Time
		}
	}
	for _, o := range d.Observations {
		if o.Forecast || rows[seriesKey{o.Indicator, o.AreaCode, o.Station}] != 1 {
			continue
		}
		allowed := time.Duration(in.cat.quality[o.Indicator][city.QualityOutdated].Params.Factor * float64(in.cat.indicators[o.Indicator].FreshForSeconds) * float64(time.Second))
		if allowed > 0 && newest[o.Indicator].Sub(o.Time) > allowed {
			o.AreaCode = cmp.Or(o.AreaCode, in.cat.cityCode)
			in.doubts.outdated[keyOf(o)] = true
		}
	}
}
