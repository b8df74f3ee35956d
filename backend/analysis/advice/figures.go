package advice

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
)

const (
	// staleTimes is after how many times its freshness a value is stale, as on
	// screens.
	staleTimes = 6
	// ahead is how many days of a forecast are looked at; a forecast of reports
	// is above the usual from aboveUsual times of it and aboveReports more.
	ahead        = 7
	aboveUsual   = 1.25
	aboveReports = 10
	// forecastsLast is how long a forecast holds, floodsLast an assessment.
	forecastsLast, floodsLast = 48 * time.Hour, 30 * time.Minute
	// linesMost is how many lines of evidence a matter carries.
	linesMost = 5
)

func patience(i city.Indicator) time.Duration {
	return time.Duration(max(1, i.FreshForSeconds)) * time.Second
}

// limits are the indicators past a threshold: one matter for each indicator,
// and one for each place where it is measured by area.
func (b *book) limits() []matter {
	type passed struct {
		state city.IndicatorState
		limit city.Threshold
		level city.Severity
	}
	by := map[string][]passed{}
	for _, s := range b.states {
		decl, ok := b.indicators[s.Indicator]
		if !ok || len(decl.Thresholds) == 0 || (decl.Grain == "city") != (b.whole(s.AreaCode) == b.CityCode) {
			continue
		}
		level, t := decl.SeverityOf(s.Value, s.AreaCode, b.now.In(b.Calendar.Location))
		if t != nil {
			by[s.Indicator] = append(by[s.Indicator], passed{s, *t, level})
		}
	}
	var out []matter
	for slug, ps := range by {
		decl := b.indicators[slug]
		slices.SortFunc(ps, func(x, y passed) int {
			return cmp.Or(y.level.Rank()-x.level.Rank(), cmp.Compare(y.state.Value, x.state.Value), strings.Compare(x.state.AreaCode, y.state.AreaCode))
		})
		var group []matter
		for _, p := range ps {
			group = append(group, b.limit(decl, p.state, p.limit, p.level))
		}
		whole := group[0]
		whole.subject, whole.grouped = "indikator:"+slug, decl.Grain != "city"
		whole.area, whole.areas = b.CityCode, []string{b.CityCode}
		for _, m := range group[1:] {
			whole.evidence = append(whole.evidence, m.evidence...)
		}
		whole.evidence = whole.evidence[:min(linesMost, len(whole.evidence))]
		if n := len(group) - 1; n > 0 {
			whole.where = join(whole.where, " +"+strconv.Itoa(n), [2]string{" wilayah", " areas"})
		}
		out = append(out, whole)
		if decl.Grain != "city" {
			for _, m := range group {
				m.local = true
				out = append(out, m)
			}
		}
	}
	return out
}

func (b *book) limit(decl city.Indicator, s city.IndicatorState, t city.Threshold, lv city.Severity) matter {
	area := b.whole(s.AreaCode)
	value, bound := quantity(s.Value, decl), quantity(t.Value, decl)
	ratio := 1.0
	if t.Value != 0 {
		ratio = s.Value / t.Value
		if !t.Above {
			ratio = t.Value / max(s.Value, 1e-9)
		}
	}
	text := join([2]string{"Diukur ", "Measured "}, b.moment(s.Time), [2]string{" untuk ", " for "}, b.areaName(area), [2]string{"; batas tingkat ", "; the limit is that of "}, level(lv), ".")
	return matter{
		trigger: city.TriggerIndicator, subject: "indikator:" + decl.Slug + ":" + area, indicator: decl.Slug, severity: lv, size: max(0, ratio), reach: 1,
		since: s.Time, area: area, areas: []string{area}, where: b.areaName(area),
		what:  city.Said{Text: lower(decl.Name), TextEN: cmp.Or(decl.NameEN, decl.Name)},
		value: value, unit: decl.Unit, limit: bound.Text, limitEN: bound.TextEN, dataAt: s.Time, simulated: s.Simulated,
		stale: b.now.Sub(s.Time) > staleTimes*patience(decl),
		evidence: []city.Evidence{{
			Said: text, Kind: "indicator", Key: decl.Slug, AreaCode: area, Value: new(s.Value), Unit: decl.Unit, Limit: new(t.Value), At: s.Time, Source: t.Source,
		}},
	}
}

// silences are the sources behind indicators that no longer bring values. What was
// old when it came is history that somebody connected, not a flow that stopped.
func (b *book) silences() []matter {
	by := map[string][]city.IndicatorState{}
	for _, s := range b.states {
		decl, ok := b.indicators[s.Indicator]
		if !ok || s.Source == "" || (decl.Rank == 0 && len(decl.Thresholds) == 0) {
			continue
		}
		limit := staleTimes * patience(decl)
		if b.now.Sub(s.Time) > limit && (s.ReceivedAt.IsZero() || s.ReceivedAt.Sub(s.Time) <= limit) {
			by[s.Source] = append(by[s.Source], s)
		}
	}
	var out []matter
	for source, states := range by {
		if b.sources[source].Freshness == city.Paused {
			continue
		}
		slices.SortFunc(states, func(x, y city.IndicatorState) int {
			return cmp.Or(x.Time.Compare(y.Time), strings.Compare(x.Indicator, y.Indicator), strings.Compare(x.AreaCode, y.AreaCode))
		})
		out = append(out, b.silence(source, states))
	}
	return out
}

func (b *book) silence(source string, states []city.IndicatorState) matter {
	name := cmp.Or(b.sources[source].Name, source)
	m := matter{
		trigger: city.TriggerSource, subject: "sumber:" + source, severity: city.Perhatian, reach: 1, area: b.CityCode, areas: []string{b.CityCode},
		where: b.areaName(b.CityCode), since: states[len(states)-1].Time, dataAt: b.now, what: same(name),
	}
	// Hours only, so that a minute more is nothing new.
	m.size = float64(int(b.now.Sub(m.since).Hours()))
	m.value = span(b.now.Sub(m.since))
	seen := map[string]bool{}
	for _, s := range states {
		m.simulated = m.simulated || s.Simulated
		if seen[s.Indicator] {
			continue
		}
		seen[s.Indicator] = true
		if len(m.evidence) == linesMost {
			continue
		}
		decl := b.indicators[s.Indicator]
		m.indicator = cmp.Or(m.indicator, s.Indicator)
		m.evidence = append(m.evidence, city.Evidence{
			Said: join(city.Said{Text: decl.Name, TextEN: cmp.Or(decl.NameEN, decl.Name)},
				[2]string{": nilai terakhir ", ": last value "}, quantity(s.Value, decl), [2]string{" pada ", " at "}, b.moment(s.Time), "."),
			Kind: "indicator", Key: s.Indicator, AreaCode: b.whole(s.AreaCode), Value: new(s.Value), Unit: decl.Unit, At: s.Time,
		})
	}
	m.voices = len(seen)
	return m
}

func (b *book) forecasts() []matter {
	var out []matter
	for _, f := range b.Forecasts {
		if len(f.Points) == 0 {
			continue
		}
		points := f.Points[:min(ahead, len(f.Points))]
		var m matter
		var ok bool
		if f.Kind == city.ForecastReports {
			m, ok = b.moreReports(f, points)
		} else {
			m, ok = b.limitAhead(f, points)
		}
		if !ok {
			continue
		}
		m.trigger, m.dataAt, m.since, m.reach = city.TriggerForecast, f.MadeAt, f.MadeAt, max(1, m.reach)
		m.stale = b.now.Sub(f.MadeAt) > forecastsLast
		m.simulated = b.Simulated
		out = append(out, m)
	}
	return out
}

// moreReports is a week ahead with clearly more reports than of late.
func (b *book) moreReports(f city.Forecast, points []city.ForecastPoint) (matter, bool) {
	usual := b.Usual[f.AreaCode] * float64(len(points))
	sum, low := 0.0, 0.0
	for _, p := range points {
		sum, low = sum+p.Mean, low+p.Low
	}
	if f.Category != "" || usual <= 0 || sum < usual*aboveUsual || sum-usual < aboveReports {
		return matter{}, false
	}
	ratio := sum / usual
	m := matter{
		subject: "ramalan:laporan:" + f.AreaCode, size: ratio, reach: sum - usual, area: b.whole(f.AreaCode), areas: []string{b.whole(f.AreaCode)},
		where: b.areaName(f.AreaCode), what: city.Said{Text: "laporan warga", TextEN: "citizens' reports"}, value: number(sum), unit: "laporan",
		limit: number(usual).Text, limitEN: number(usual).TextEN, severity: city.Info, voices: int(sum),
	}
	switch {
	case ratio >= 2 && low > usual:
		m.severity = city.Siaga
	case ratio >= 1.5 || low > usual:
		m.severity = city.Perhatian
	}
	text := join([2]string{"Ramalan untuk ", "The forecast for "}, b.areaName(f.AreaCode), [2]string{", dibuat ", ", made "}, b.moment(f.MadeAt), ".")
	m.evidence = []city.Evidence{{
		Said: text, Kind: "forecast", Key: "reports", AreaCode: f.AreaCode, Value: new(sum), Unit: "laporan", Limit: new(usual), At: f.MadeAt, Until: b.dayEnd(points[len(points)-1].Day),
	}}
	return m, true
}

// limitAhead is an indicator that is foreseen to pass a threshold that it has
// not passed yet.
func (b *book) limitAhead(f city.Forecast, points []city.ForecastPoint) (matter, bool) {
	decl, ok := b.indicators[f.Indicator]
	if !ok || (decl.Grain == "city") != (b.whole(f.AreaCode) == b.CityCode) {
		return matter{}, false
	}
	now := city.Info
	if s, ok := b.states[[2]string{f.Indicator, b.whole(f.AreaCode)}]; ok {
		now, _ = decl.SeverityOf(s.Value, f.AreaCode, b.now)
	}
	worst, at, limit := now, -1, city.Threshold{}
	for i, p := range points {
		if lv, t := decl.SeverityOf(p.Mean, f.AreaCode, b.now); t != nil && lv.Rank() > worst.Rank() {
			worst, at, limit = lv, i, *t
		}
	}
	if at < 0 {
		return matter{}, false
	}
	p, area := points[at], b.whole(f.AreaCode)
	value, bound, until := quantity(p.Mean, decl), quantity(limit.Value, decl), b.dayEnd(p.Day)
	m := matter{
		subject: "ramalan:" + f.Indicator + ":" + area, indicator: f.Indicator, severity: worst, area: area, areas: []string{area}, where: b.areaName(area),
		what:  city.Said{Text: lower(decl.Name), TextEN: cmp.Or(decl.NameEN, decl.Name)},
		value: value, unit: decl.Unit, limit: bound.Text, limitEN: bound.TextEN,
	}
	if limit.Value != 0 {
		m.size = p.Mean / limit.Value
	}
	day := same(p.Day)
	if until != nil {
		day = b.day(until.Add(-time.Second))
	}
	m.evidence = []city.Evidence{{
		Said: join([2]string{"Ramalan yang dibuat ", "The forecast made "}, b.moment(f.MadeAt), [2]string{"; batas tingkat ", "; the limit of "}, level(worst),
			[2]string{" terlewati pada ", " is passed on "}, day, "."),
		Kind: "forecast", Key: f.Indicator, AreaCode: f.AreaCode, Value: new(p.Mean), Unit: decl.Unit, Limit: new(limit.Value), At: f.MadeAt, Until: until, Source: limit.Source,
	}}
	return m, true
}

func (b *book) dayEnd(day string) *time.Time {
	t, err := time.ParseInLocation(time.DateOnly, day, b.Calendar.Location)
	if err != nil {
		return nil
	}
	return new(t.AddDate(0, 0, 1).UTC())
}
