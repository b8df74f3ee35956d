package tools

import (
	"context"
	_ "embed"
	"math"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed trend.md
var trendText string

func (d Deps) trend() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolTrend, Description: trendText}, func(ctx context.Context, c tool.Call, in city.MeasureQuery) (tool.Result, error) {
		a := d.answer(ctx, c)
		if err := a.trended(in); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

// Limits of what a trend is read from.
const (
	leastSteps = 4   // with fewer no direction is stated
	clearly    = 2.0 // how many standard errors apart the halves must lie
)

// trended answers a division by time: a line, its mean and extremes, and
// whether the later half lies above the earlier.
func (a *answer) trended(asked city.MeasureQuery) error {
	q := a.scoped(asked)
	if q.Measure == city.MeasureLatest {
		q.Measure = city.MeasureMean
	}
	if q.Period == "" {
		q.Period = "30_hari_terakhir"
	}
	if q.By == city.ByNothing {
		q.By = a.usualStep(q.Period)
	}
	if !ofTime(q.By) {
		return city.InvalidField("by", "must be hari, minggu or bulan for a trend; use peringkat for %s", q.By)
	}
	ms, err := a.measure(q)
	if err != nil {
		return err
	}
	m := ms[0]
	a.chips(asked, m)
	if a.missing(m) {
		return nil
	}
	steps, refs := a.steps(m)
	if len(steps) == 0 {
		a.nothing(m)
		return nil
	}
	a.describeTrend(m, steps)
	block := city.Block{Kind: "line", Title: a.title(m), Unit: m.Unit, Decimals: m.Decimals}
	for i, r := range m.Rows {
		block.Items = append(block.Items, city.BlockItem{Key: r.Key, Label: a.stepName(q.By, r.Key), Value: r.Value, Figure: refs[i]})
	}
	a.drawThreshold(&block, q)
	a.r.Blocks = append(a.r.Blocks, block)
	a.followUps(m)
	return nil
}

// usualStep is the step that draws a period with neither three points nor a
// hundred.
func (a *answer) usualStep(period string) city.Dimension {
	p, err := city.ParsePeriod(period, a.c.At, a.c.Zone)
	switch days := p.To.Sub(p.From).Hours() / 24; {
	case err != nil || days <= 45:
		return city.ByDay
	case days <= 200:
		return city.ByWeek
	}
	return city.ByMonth
}

// steps are the rows that have a value, their figures added; the references
// follow all rows.
func (a *answer) steps(m city.Measurement) (steps []city.MeasureRow, refs []string) {
	refs = make([]string, len(m.Rows))
	for i, r := range m.Rows {
		if r.Value == nil {
			continue
		}
		steps = append(steps, r)
		refs[i] = tool.FigureRef(a.figure(a.valueFigure(m, r)))
	}
	return steps, refs
}

func (a *answer) describeTrend(m city.Measurement, steps []city.MeasureRow) {
	full := a.fullSteps(m, steps)
	if len(full) == 0 {
		full = steps
	}
	most := full[0]
	for _, r := range full {
		if *r.Value > *most.Value {
			most = r
		}
	}
	last := full[len(full)-1]
	a.say(a.trendMean(m, full) + ", tertinggi " + a.point(m, most) + ", terakhir " + a.point(m, last) + ".")
	a.say(a.whereTo(m, full))
	step := dimensionNames[m.Query.By]
	if len(full) < len(steps) {
		a.caveat(upper(step) + " yang belum penuh tidak ikut dihitung.")
	}
	if gaps := len(m.Rows) - len(steps); gaps > 0 {
		a.caveat(a.count(gaps, step, upper(step)+" tanpa data") + " " + step + " tidak ada datanya.")
	}
}

// trendMean words the mean of the steps and makes it the head figure: of
// counts so many a step, of all else the mean itself.
func (a *answer) trendMean(m city.Measurement, full []city.MeasureRow) string {
	mean := meanOf(full)
	step := dimensionNames[m.Query.By]
	f := a.valueFigure(m, city.MeasureRow{Value: &mean, N: len(full)})
	f.Label, f.Operation, f.Decimals = "Rata-rata per "+step+", "+f.Label, "mean", max(1, m.Decimals)
	f.From, f.To = a.span(m)
	a.head(f)
	matter, per := a.matter(m.Query), ""
	if counts(m.Query.Measure) || m.Query.Measure == city.MeasureSum {
		per = " per " + step
	}
	if m.Query.Measure == city.MeasureMean {
		i, _ := a.indicator(m.Query.Indicator)
		matter = lower(i.Name)
	}
	return upper(matter) + a.indicatorOrPlace(m.Query) + " " + a.during(m.Period) + " rata-rata " + city.FormatValue(mean, f.Decimals, m.Unit) + per
}

// point is one step's value with its time: of an indicator's means no more
// decimals than the indicator has itself.
func (a *answer) point(m city.Measurement, r city.MeasureRow) string {
	if i, ok := a.indicator(m.Query.Indicator); ok && m.Query.Measure == city.MeasureMean {
		m.Decimals = i.Decimals
	}
	return bare(m, *r.Value) + " (" + a.keyStep(m, r) + ")"
}

func (a *answer) span(m city.Measurement) (from, to *time.Time) {
	if !m.Period.From.IsZero() {
		from = &m.Period.From
	}
	return from, &m.Period.To
}

func (a *answer) keyStep(m city.Measurement, r city.MeasureRow) string {
	s := a.stepName(m.Query.By, r.Key)
	a.name(s)
	return s
}

// fullSteps leaves out steps that the period cuts: half a week is no week. Of
// means and extremes a part is as good as the whole.
func (a *answer) fullSteps(m city.Measurement, steps []city.MeasureRow) []city.MeasureRow {
	if !counts(m.Query.Measure) || m.Measure.Moment {
		return steps
	}
	var full []city.MeasureRow
	for _, r := range steps {
		from, to, ok := a.step(m.Query.By, r.Key)
		if !ok || !from.Before(m.Period.From) && !to.After(m.Period.To) {
			full = append(full, r)
		}
	}
	return full
}

// whereTo compares the later half of the steps with the earlier one (the
// middle step of an odd number belongs to neither). The difference counts when
// it is more than two standard errors (Welch).
func (a *answer) whereTo(m city.Measurement, full []city.MeasureRow) string {
	if len(full) < leastSteps {
		return ""
	}
	half := len(full) / 2
	early, late := full[:half], full[len(full)-half:]
	x, y := meanOf(early), meanOf(late)
	spread := math.Sqrt((varianceOf(early) + varianceOf(late)) / float64(half))
	if math.Abs(y-x) <= clearly*spread || x == y {
		return "Tidak ada kecenderungan naik atau turun yang jelas."
	}
	a.halfFigure(m, early, x)
	a.halfFigure(m, late, y)
	decimals := max(1, m.Decimals)
	s := "Kecenderungannya " + direction(y-x) + ": rata-rata bagian awal " + city.FormatNumber(x, decimals) + ", bagian akhir " + city.FormatNumber(y, decimals)
	if x != 0 && m.Unit != "%" {
		percent := round1((y - x) / math.Abs(x) * 100)
		f := a.valueFigure(m, city.MeasureRow{Value: &percent})
		f.Unit, f.Decimals, f.Operation, f.Label = "%", 1, "change", "Perubahan bagian akhir terhadap bagian awal"
		a.figure(f)
		s += " (" + city.FormatNumber(percent, 1) + " %)"
	}
	return s + "."
}

func (a *answer) halfFigure(m city.Measurement, rows []city.MeasureRow, mean float64) {
	f := a.valueFigure(m, city.MeasureRow{Value: &mean, N: len(rows)})
	from, _, _ := a.step(m.Query.By, rows[0].Key)
	_, to, _ := a.step(m.Query.By, rows[len(rows)-1].Key)
	f.From, f.To, f.Operation, f.Decimals = &from, &to, "mean", max(1, m.Decimals)
	f.Label = "Rata-rata " + city.FormatPeriod(city.Period{From: from, To: to}, a.c.Zone)
	a.figure(f)
}

func meanOf(rows []city.MeasureRow) float64 {
	sum := 0.0
	for _, r := range rows {
		sum += *r.Value
	}
	return sum / float64(len(rows))
}

func varianceOf(rows []city.MeasureRow) float64 {
	if len(rows) < 2 {
		return 0
	}
	mean, sum := meanOf(rows), 0.0
	for _, r := range rows {
		sum += (*r.Value - mean) * (*r.Value - mean)
	}
	return sum / float64(len(rows)-1)
}

// drawThreshold draws an indicator's mildest threshold into a line.
func (a *answer) drawThreshold(b *city.Block, q city.MeasureQuery) {
	if q.Indicator == "" || q.Measure == city.MeasureSum || q.Measure == city.MeasureDaysAbove || q.Measure == city.MeasureDaysBelow {
		return
	}
	i, ok := a.indicator(q.Indicator)
	if !ok {
		return
	}
	for _, t := range i.Thresholds {
		if t.AreaCode != "" && t.AreaCode != q.Area {
			continue
		}
		if b.Limit == nil || t.Above && t.Value < *b.Limit {
			b.Limit = &t.Value
		}
	}
	if b.Limit != nil {
		a.once(city.Figure{Label: "Ambang pada grafik, " + i.Name, Value: *b.Limit, Unit: i.Unit, Decimals: i.Decimals, Indicator: i.Slug})
	}
}
