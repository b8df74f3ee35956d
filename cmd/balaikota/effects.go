package main

import (
	"context"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"

	"balaikota/backend/analysis/effect"
	"balaikota/backend/city"
	"balaikota/backend/store"
)

// effectPast is how far back series are read for effects, in days.
const effectPast = 760

// measureEffects works out, once a city day, what the done dispositions brought
// that are not measured to their end, and the ledger of what worked. Yesterday
// is the last day that counts: today is not over.
func (d *database) measureEffects(ctx context.Context, now time.Time, log *slog.Logger) error {
	e, err := d.effectsAt(ctx, now)
	if err != nil {
		return err
	}
	var out []store.SavedEffect
	for _, a := range e.actions {
		if e.settled(a) {
			continue
		}
		one, err := e.measure(ctx, a)
		if err != nil {
			return err
		}
		out = append(out, one)
		if err := breathe(ctx); err != nil {
			return err
		}
	}
	// Also with nothing new: what was opened again is dropped.
	if err := d.KeepEffects(ctx, out); err != nil {
		return err
	}
	if len(out) == 0 {
		return nil
	}
	if err := d.keepLedger(ctx, now); err != nil {
		return err
	}
	log.Info("Effects measured", "dispositions", len(out), "through", e.today.AddDate(0, 0, -1).Format(time.DateOnly))
	return nil
}

// effects is one day's measuring.
type effects struct {
	db           *database
	now          time.Time
	first, today time.Time // midnights in the city's zone; first is day 0
	calendar     city.Calendar
	actions      []store.DoneAction
	measured     map[int64]map[string]store.MeasuredDay
	seasons      []string
	areas        map[string]city.Area
	categories   map[string]city.Category
	indicators   map[string]city.Indicator
	rain         []float64
	reports      map[string]map[string][]float64 // by category, by area of the finest level
	offices      map[string][]float64            // overdue by office; nil until read
	values       map[string]map[string][]float64 // by indicator and area
}

func (d *database) effectsAt(ctx context.Context, now time.Time) (*effects, error) {
	clock, err := d.Clock(ctx)
	if err != nil {
		return nil, err
	}
	today := clock.Calendar.DayStart(now)
	e := &effects{
		db: d, now: now, today: today, first: today.AddDate(0, 0, -effectPast), calendar: clock.Calendar, measured: map[int64]map[string]store.MeasuredDay{},
		areas: map[string]city.Area{}, categories: map[string]city.Category{}, indicators: map[string]city.Indicator{},
		reports: map[string]map[string][]float64{}, values: map[string]map[string][]float64{},
	}
	if e.actions, err = d.DoneActions(ctx); err != nil || len(e.actions) == 0 {
		return e, err
	}
	days, err := d.MeasuredDays(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range days {
		if e.measured[m.DispositionID] == nil {
			e.measured[m.DispositionID] = map[string]store.MeasuredDay{}
		}
		e.measured[m.DispositionID][m.DoneOn] = m
	}
	if e.seasons, err = d.Seasons(ctx); err != nil {
		return nil, err
	}
	return e, e.declarations(ctx)
}

func (e *effects) declarations(ctx context.Context) error {
	areas, err := e.db.Areas(ctx)
	if err != nil {
		return err
	}
	for _, a := range areas {
		e.areas[a.Code] = a
	}
	categories, err := e.db.Categories(ctx)
	if err != nil {
		return err
	}
	for _, c := range categories {
		e.categories[c.Slug] = c
	}
	indicators, err := e.db.Indicators(ctx, city.System)
	if err != nil {
		return err
	}
	for _, i := range indicators {
		e.indicators[i.Slug] = i
	}
	rain, err := e.db.DailyRain(ctx, e.first, e.today)
	if err != nil {
		return err
	}
	e.rain = e.empty(math.NaN())
	for _, r := range rain {
		e.put(e.rain, r.Day, r.MM)
	}
	return nil
}

// day counts city days from first.
func (e *effects) day(t time.Time) int {
	return int(math.Round(e.calendar.DayStart(t).Sub(e.first).Hours() / 24))
}

func (e *effects) date(day int) string { return e.first.AddDate(0, 0, day).Format(time.DateOnly) }

func (e *effects) empty(v float64) []float64 {
	out := make([]float64, effectPast)
	for i := range out {
		out[i] = v
	}
	return out
}

// put writes the value of a date, which is a midnight UTC.
func (e *effects) put(series []float64, date time.Time, v float64) {
	y, m, d := e.first.Date()
	if i := int(math.Round(date.Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)).Hours() / 24)); i >= 0 && i < len(series) {
		if math.IsNaN(series[i]) {
			series[i] = 0
		}
		series[i] += v
	}
}

// settled reports whether an action is measured as far as can be today.
func (e *effects) settled(a store.DoneAction) bool {
	m, ok := e.measured[a.ID][e.date(e.day(a.DoneAt))]
	return ok && (m.Final || m.Through >= e.date(effectPast-1))
}

// measure works out one effect.
func (e *effects) measure(ctx context.Context, a store.DoneAction) (store.SavedEffect, error) {
	c, err := e.series(ctx, a)
	if err != nil {
		return store.SavedEffect{}, err
	}
	done := e.day(a.DoneAt)
	out := store.SavedEffect{OfficeID: a.OfficeID, EffectSeries: city.EffectSeries{Effect: city.Effect{
		DispositionID: a.ID, Number: city.DispositionNumber(a.Number, a.SentAt.In(e.calendar.Location)), Subject: a.Subject, Action: a.Action, Office: a.Office,
		AreaCode: a.AreaCode, Category: a.Category, Indicator: a.Indicator, Measure: a.Measure, DoneOn: e.date(done), Days: a.Days,
		Season: e.seasons[e.first.AddDate(0, 0, done).Month()-1], Method: effect.Method, Matched: []string{}, MeasuredAt: e.now,
	}, Points: []city.EffectPoint{}}}
	if len(c.Units) == 0 || c.Done < 0 {
		e.nothing(&out)
		return out, nil
	}
	r := effect.Measure(c)
	e.fill(&out, a, c, r)
	return out, nil
}

// nothing says that there is no series to measure by.
func (e *effects) nothing(out *store.SavedEffect) {
	out.Outcome, out.Final, out.Through = string(effect.Unclear), true, out.DoneOn
	out.Text = city.Said{
		Text:   "Dampak tidak diukur: tidak ada deret data yang menyebut perkara ini (kategori, indikator atau perangkat daerah).",
		TextEN: "The effect is not measured: no series of data is about this matter (category, indicator or office).",
	}
}

// fill writes a result as screens take it.
func (e *effects) fill(out *store.SavedEffect, a store.DoneAction, c effect.Case, r effect.Result) {
	out.Through = e.date(c.Done + r.Measured)
	out.Outcome, out.Final = string(r.Outcome), r.Outcome != effect.Measuring
	out.Seen, out.Expected, out.ExpectedLow, out.ExpectedHigh = r.Seen, r.Expected, r.Low, r.High
	out.Text = r.Words(c, e.subject(a))
	if r.Matched != nil {
		out.Matched = r.Matched
	}
	if r.Known {
		low := max(r.ChangeLow, -100)
		out.Change, out.Low, out.High = &r.Change, &low, &r.ChangeHigh
	}
	if r.LogError > 0 {
		out.LogRatio, out.LogError = &r.LogRatio, &r.LogError
	}
	out.Rain = e.rainBy(c.Sent, c.Done, r.Measured)
	known := func(v float64) *float64 {
		if math.IsNaN(v) {
			return nil
		}
		return &v
	}
	for _, p := range r.Points {
		out.Points = append(out.Points, city.EffectPoint{
			Day: e.date(p.Day), Seen: known(p.Seen), Expected: known(p.Expected), Low: known(p.Low), High: known(p.High), Others: known(p.Others),
		})
	}
}

// rainBy is the rain a day after the action by that of the four weeks before
// the order; nil without enough data or rain.
func (e *effects) rainBy(sent, done, n int) *float64 {
	mean := func(from, to int) float64 {
		sum, known := 0.0, 0
		for i := max(from, 0); i < min(to, len(e.rain)); i++ {
			if !math.IsNaN(e.rain[i]) {
				sum, known = sum+e.rain[i], known+1
			}
		}
		if 2*known < to-from {
			return math.NaN()
		}
		return sum / float64(known)
	}
	before, after := mean(sent-28, sent), mean(done+1, done+1+n)
	if n == 0 || math.IsNaN(before) || math.IsNaN(after) || before < 0.1 {
		return nil
	}
	by := after / before
	return &by
}

// subject is what the measured series is called.
func (e *effects) subject(a store.DoneAction) effect.Subject {
	place := ""
	if area, ok := e.areas[a.AreaCode]; ok {
		place = area.Name
	}
	in := func(word string) string {
		if place == "" {
			return ""
		}
		return " " + word + " " + place
	}
	switch a.Measure {
	case "overdue":
		return effect.Subject{Name: "Laporan lewat tenggat di " + a.Office, NameEN: "Overdue reports of " + a.Office, Unit: "laporan sehari", UnitEN: "reports a day", Decimals: 1}
	case "indicator":
		i := e.indicators[a.Indicator]
		return effect.Subject{Name: i.Name + in("di"), NameEN: i.NameEN + in("in"), Unit: i.Unit, UnitEN: i.Unit, Decimals: i.Decimals}
	}
	k := e.categories[a.Category]
	return effect.Subject{
		Name: "Laporan " + strings.ToLower(k.Name) + in("di"), NameEN: "Reports of " + strings.ToLower(k.NameEN) + in("in"), Unit: "laporan", UnitEN: "reports",
	}
}

// series puts together the acted series and those it is compared with; without
// any the case has no units.
func (e *effects) series(ctx context.Context, a store.DoneAction) (effect.Case, error) {
	c := effect.Case{Start: e.first, Sent: e.day(a.SentAt), Done: e.day(a.DoneAt), Through: effectPast - 1, Days: a.Days}
	c.Holiday = make([]bool, effectPast+a.Days)
	for i := range c.Holiday {
		c.Holiday[i] = e.calendar.Holidays[e.date(i)]
	}
	var units map[string][]float64
	var err error
	acted := a.AreaCode
	switch a.Measure {
	case "reports":
		if a.Category == "" {
			return c, nil
		}
		if acted == "" {
			acted = e.db.city.Code
		}
		units, err = e.reportsAt(ctx, a.Category, acted)
		c.Kind = effect.Counts
		if whole, ok := units[""]; ok {
			c.Whole = whole
			delete(units, "")
		}
	case "overdue":
		c.Kind, acted = effect.Stock, a.Office
		units, err = e.overdue(ctx)
	default:
		c.Kind = effect.Level
		units, err = e.indicatorAt(ctx, a.Indicator)
		for len(units) > 0 && units[acted] == nil && acted != "" {
			acted = city.ParentCode(acted) // it may be measured for a larger area only
		}
		c.MoreIsBetter = e.indicators[a.Indicator].Direction == "up"
	}
	if err != nil || units[acted] == nil {
		return c, err
	}
	e.units(&c, units, acted, a)
	return c, nil
}

// units puts series of the acted one's level into the case, in order of their
// codes, and marks what like actions touched.
func (e *effects) units(c *effect.Case, units map[string][]float64, acted string, a store.DoneAction) {
	codes := []string{}
	for code := range units {
		if code == acted || c.Kind == effect.Stock || strings.Count(code, ".") == strings.Count(acted, ".") {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	for i, code := range codes {
		if code == acted {
			c.Acted = i
		}
		c.Units = append(c.Units, effect.Unit{Code: code, People: float64(e.areas[code].Population), Values: units[code]})
	}
	for _, other := range e.actions {
		if other.ID == a.ID || other.Measure != a.Measure || other.Category != a.Category || other.Indicator != a.Indicator {
			continue
		}
		where := other.AreaCode
		if c.Kind == effect.Stock {
			where = other.Office
		}
		for i, code := range codes {
			if code == where || (c.Kind != effect.Stock && (city.Within(where, code) || city.Within(code, where))) {
				c.Touched = append(c.Touched, effect.Span{Unit: i, From: e.day(other.SentAt), Until: e.day(other.DoneAt) + other.Days})
			}
		}
	}
}

// reportsAt are the daily reports of a category by area of the level of code,
// "" being the whole city.
func (e *effects) reportsAt(ctx context.Context, category, code string) (map[string][]float64, error) {
	if e.reports[category] == nil {
		days, err := e.db.CategoryDays(ctx, category, e.first, e.today.AddDate(0, 0, -1))
		if err != nil {
			return nil, err
		}
		all := map[string][]float64{}
		for _, d := range days {
			if all[d.AreaCode] == nil {
				all[d.AreaCode] = e.empty(0)
			}
			e.put(all[d.AreaCode], d.Day, float64(d.Received))
		}
		e.reports[category] = all
	}
	parts := strings.Count(code, ".")
	out := map[string][]float64{"": e.empty(0)}
	for area := range e.areas {
		if strings.Count(area, ".") == parts {
			out[area] = e.empty(0)
		}
	}
	for area, values := range e.reports[category] {
		within := area
		for strings.Count(within, ".") > parts {
			within = city.ParentCode(within)
		}
		for i, v := range values {
			out[""][i] += v
			if out[within] != nil && within != "" {
				out[within][i] += v
			}
		}
	}
	e.unheard(out)
	return out, nil
}

// unheard marks the days before the first report of all as not known: the city
// had no reports yet, not none to make.
func (e *effects) unheard(all map[string][]float64) {
	first := slices.IndexFunc(all[""], func(v float64) bool { return v > 0 })
	for _, values := range all {
		for i := range max(first, 0) {
			values[i] = math.NaN()
		}
	}
}

// overdue are the offices' overdue reports at the end of each day.
func (e *effects) overdue(ctx context.Context) (map[string][]float64, error) {
	if e.offices != nil {
		return e.offices, nil
	}
	changes, err := e.db.OverdueChanges(ctx, e.first, e.today)
	if err != nil {
		return nil, err
	}
	e.offices = map[string][]float64{}
	for _, c := range changes {
		if e.offices[c.Office] == nil {
			e.offices[c.Office] = e.empty(0)
		}
		e.put(e.offices[c.Office], c.Day, float64(c.Change))
	}
	for _, values := range e.offices {
		for i := 1; i < len(values); i++ {
			values[i] += values[i-1]
		}
	}
	return e.offices, nil
}

// indicatorAt are an indicator's days by area.
func (e *effects) indicatorAt(ctx context.Context, slug string) (map[string][]float64, error) {
	i, ok := e.indicators[slug]
	if !ok || e.values[slug] != nil {
		return e.values[slug], nil
	}
	days, err := e.db.IndicatorDays(ctx, i, e.first, e.today)
	if err != nil {
		return nil, err
	}
	out := map[string][]float64{}
	for _, d := range days {
		code := d.AreaCode
		if code == "" {
			code = e.db.city.Code
		}
		if out[code] == nil {
			out[code] = e.empty(math.NaN())
		}
		e.put(out[code], d.Day, d.Value)
	}
	e.values[slug] = out
	return out, nil
}

// keepLedger pools all final effects.
func (d *database) keepLedger(ctx context.Context, now time.Time) error {
	all, err := d.FinalEffects(ctx)
	if err != nil {
		return err
	}
	past := make([]effect.Past, len(all))
	for i, f := range all {
		past[i] = effect.Past{Action: f.Action, Season: f.Season, Office: f.OfficeID, Outcome: effect.Outcome(f.Outcome), Hours: f.Hours, Verified: f.Verified}
		if f.LogError != nil {
			past[i].LogRatio, past[i].LogErr = *f.LogRatio, *f.LogError
		}
	}
	var lines []store.SavedLine
	for _, l := range effect.Ledger(past) {
		line := store.SavedLine{OfficeID: l.Office, LedgerLine: city.LedgerLine{
			Action: l.Action, Season: l.Season, Cases: l.Cases, Worked: l.Worked, Worse: l.Worse, Verified: l.Verified,
		}}
		if l.Known {
			line.Change, line.Low, line.High = &l.Change, &l.Low, &l.High
		}
		if !math.IsNaN(l.MedianHours) {
			line.MedianH = &l.MedianHours
		}
		lines = append(lines, line)
	}
	return d.KeepLedger(ctx, now, lines)
}
