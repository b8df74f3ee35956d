package tools

import (
	"context"
	_ "embed"
	"math"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed compare.md
var compareText string

func (d Deps) compare() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolCompare, Description: compareText}, func(ctx context.Context, c tool.Call, in city.CompareInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		if err := a.compared(in); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

// previousPeriod is how against_period names the period before.
const previousPeriod = "sebelumnya"

func (a *answer) compared(in city.CompareInput) error {
	if in.By != city.ByNothing {
		return city.InvalidField("by", "is not for comparing; use peringkat")
	}
	q := a.scoped(in.MeasureQuery)
	if q.Period == "" {
		q.Period = city.PeriodLastMonth
		if besides(in) {
			q.Period = usualPeriod(q.Measure)
		}
	}
	other, err := a.otherSide(in, q)
	if err != nil {
		return err
	}
	ms, err := a.measure(q, other)
	if err != nil {
		return err
	}
	now, then := ms[0], ms[1]
	a.chips(in.MeasureQuery, now)
	a.againstChips(in, then)
	if a.missing(now) || a.missing(then) {
		return nil
	}
	for _, m := range ms {
		if !valued(m) {
			a.nothing(m)
			return nil
		}
	}
	pair := [2]int{a.figure(a.valueFigure(now, now.Rows[0])), a.figure(a.valueFigure(then, then.Rows[0]))}
	if besides(in) {
		a.sideBySide(now, then)
	} else {
		a.changed(now, then)
	}
	for _, m := range ms {
		a.thin(m, m.Rows[0].N)
	}
	a.compareBlock(now, then, pair)
	a.followUps(now)
	return nil
}

// besides reports whether two sides are compared rather than two times.
func besides(in city.CompareInput) bool {
	return in.AgainstArea != "" || in.AgainstCategory != "" || in.AgainstOffice != ""
}

// otherSide is the query with the one thing changed.
func (a *answer) otherSide(in city.CompareInput, q city.MeasureQuery) (city.MeasureQuery, error) {
	other := q
	if in.AgainstArea != "" {
		other.Area = in.AgainstArea
	}
	if in.AgainstCategory != "" {
		other.Category = in.AgainstCategory
	}
	if in.AgainstOffice != "" {
		o, ok := a.office(in.AgainstOffice)
		if !ok {
			return other, city.InvalidField("against_office", "unknown office %.60q", in.AgainstOffice)
		}
		other.Office = o.ShortName
	}
	if in.AgainstPeriod != "" && in.AgainstPeriod != previousPeriod {
		other.Period = in.AgainstPeriod
		return other, nil
	}
	if in.AgainstPeriod == previousPeriod || !besides(in) {
		p, err := city.ParsePeriod(q.Period, a.c.At, a.c.Zone)
		if err != nil {
			return other, err
		}
		before := p.Previous(a.c.Zone)
		if before.Name == "" {
			return other, city.InvalidField("against_period", "nothing comes before %s; name both periods", q.Period)
		}
		other.Period = before.Name
	}
	return other, nil
}

func (a *answer) againstChips(in city.CompareInput, then city.Measurement) {
	if in.AgainstArea != "" {
		a.chip("against_area", in.AgainstArea, "Dibanding "+a.fullArea(in.AgainstArea))
	}
	if in.AgainstCategory != "" {
		c, _ := a.category(in.AgainstCategory)
		a.chip("against_category", in.AgainstCategory, "Dibanding "+c.Name)
	}
	if in.AgainstOffice != "" {
		a.chip("against_office", in.AgainstOffice, "Dibanding "+then.Query.Office)
	}
	if in.AgainstPeriod != "" || !besides(in) {
		a.stated("against_period", in.AgainstPeriod, then.Query.Period, "Dibanding "+city.FormatPeriod(then.Period, a.c.Zone))
	}
}

// changed words a measure in two periods: "Laporan pohon di … naik 18,2 %: 13
// pada April 2026, 11 pada Maret 2026."
func (a *answer) changed(now, then city.Measurement) {
	x, y := *now.Rows[0].Value, *then.Rows[0].Value
	what := upper(a.matter(now.Query)) + a.indicatorOrPlace(now.Query)
	whenNow, whenThen := a.compareWhen(now), a.compareWhen(then)
	switch {
	case bare(now, x) == bare(then, y):
		a.headChange(now, then, 0)
		a.say(what + " tetap: " + write(now, x) + " " + whenNow + ", " + write(then, y) + " " + whenThen + ".")
	case y == 0:
		a.say(what + " naik dari " + bare(then, y) + " menjadi " + write(now, x) + " (" + whenThen + " dan " + whenNow + ").")
		a.caveat("Perubahan dari 0 tidak dinyatakan dalam persen.")
	default:
		a.say(what + " " + a.howMuch(now, then) + ": " + write(now, x) + " " + whenNow + ", " + write(then, y) + " " + whenThen + ".")
	}
	if !now.Measure.Moment && a.running(now.Period) && !a.running(then.Period) {
		a.caveat("Periode " + city.FormatPeriod(now.Period, a.c.Zone) + " belum penuh, pembandingnya penuh.")
		a.name(city.FormatPeriod(now.Period, a.c.Zone))
	}
}

// howMuch is the change in words, and makes it the head figure: percent, or of
// percentages the points between them.
func (a *answer) howMuch(now, then city.Measurement) string {
	x, y := *now.Rows[0].Value, *then.Rows[0].Value
	if now.Unit == "%" {
		points := round1(x - y)
		f := a.changeFigure(now, points)
		f.Unit, f.Operation, f.Label = "poin persen", "difference", "Selisih, "+f.Label
		a.head(f)
		return direction(points) + " " + city.FormatNumber(math.Abs(points), 1) + " poin persen"
	}
	percent := round1((x - y) / math.Abs(y) * 100)
	a.headChange(now, then, percent)
	return direction(percent) + " " + city.FormatNumber(math.Abs(percent), 1) + " %"
}

func direction(v float64) string {
	if v < 0 {
		return "turun"
	}
	return "naik"
}

func round1(v float64) float64 { return math.Round(v*10) / 10 }

// headChange makes a change in percent the figure that was asked for.
func (a *answer) headChange(now, then city.Measurement, percent float64) {
	f := a.changeFigure(now, percent)
	f.From, f.To = earliest(f.From, boundary(then)), latest(f.To, &then.Period.To)
	f.Unit, f.Operation, f.Label = "%", "change", "Perubahan, "+f.Label
	a.head(f)
}

func boundary(m city.Measurement) *time.Time {
	if m.Period.From.IsZero() {
		return nil
	}
	return &m.Period.From
}

func (a *answer) changeFigure(now city.Measurement, v float64) city.Figure {
	f := a.valueFigure(now, now.Rows[0])
	f.Value, f.Decimals, f.N, f.Time = v, 1, 0, nil
	return f
}

func (a *answer) compareWhen(m city.Measurement) string {
	if m.Measure.Moment {
		a.name(a.asOf(m.Period.To))
		return a.asOf(m.Period.To)
	}
	return a.during(m.Period)
}

// sideBySide words two areas, categories or offices in one period.
func (a *answer) sideBySide(one, two city.Measurement) {
	x, y := *one.Rows[0].Value, *two.Rows[0].Value
	nameOne, nameTwo := a.sideName(one, two), a.sideName(two, one)
	common := one.Query
	if one.Query.Category != two.Query.Category {
		common.Category = ""
	}
	if one.Query.Office != two.Query.Office {
		common.Office = ""
	}
	s := upper(a.matter(common))
	if one.Query.Area == two.Query.Area {
		s += a.indicatorOrPlace(common)
	}
	whenOne, whenTwo := a.compareWhen(one), a.compareWhen(two)
	if whenOne == whenTwo {
		s += " " + whenOne
		whenOne, whenTwo = "", ""
	} else {
		whenOne, whenTwo = " "+whenOne, " "+whenTwo
	}
	a.say(s + ": " + nameOne + " " + write(one, x) + whenOne + ", " + nameTwo + " " + write(two, y) + whenTwo + ".")
	switch {
	case bare(one, x) == bare(two, y):
		a.headChange(one, two, 0)
		a.say("Keduanya sama.")
	case y == 0:
		a.caveat("Selisih terhadap 0 tidak dinyatakan dalam persen.")
	default:
		a.say(upper(nameOne) + " " + a.moreOrLess(one, two) + ".")
	}
}

func (a *answer) moreOrLess(one, two city.Measurement) string {
	x, y := *one.Rows[0].Value, *two.Rows[0].Value
	word := "lebih tinggi "
	switch more := x > y; {
	case counts(one.Query.Measure) && more:
		word = "lebih banyak "
	case counts(one.Query.Measure):
		word = "lebih sedikit "
	case !more:
		word = "lebih rendah "
	}
	if one.Unit == "%" {
		points := round1(x - y)
		f := a.changeFigure(one, points)
		f.Unit, f.Operation, f.Label = "poin persen", "difference", "Selisih, "+f.Label
		a.head(f)
		return word + city.FormatNumber(math.Abs(points), 1) + " poin persen"
	}
	percent := round1((x - y) / math.Abs(y) * 100)
	a.headChange(one, two, percent)
	return word + city.FormatNumber(math.Abs(percent), 1) + " %"
}

// sideName is a side by what sets it apart from the other.
func (a *answer) sideName(m, other city.Measurement) string {
	if m.Query.Area != other.Query.Area {
		ar, _ := a.area(m.Query.Area)
		a.name(ar.Name)
		return a.areaName(m.Query.Area)
	}
	if m.Query.Office != other.Query.Office {
		o, _ := a.office(m.Query.Office)
		a.name(o.ShortName, o.Name)
		return o.ShortName
	}
	c, _ := a.category(m.Query.Category)
	a.name(c.Name)
	if m.Query.Category == "" {
		return "semua kategori"
	}
	return lower(c.Name)
}

func (a *answer) compareBlock(now, then city.Measurement, pair [2]int) {
	b := city.Block{Kind: "bars", Title: upper(a.matter(now.Query)), Unit: now.Unit, Decimals: now.Decimals}
	for i, m := range []city.Measurement{now, then} {
		key, label := m.Query.Period, city.FormatPeriod(m.Period, a.c.Zone)
		if m.Measure.Moment {
			label = a.asOf(m.Period.To)
		}
		switch {
		case now.Query.Area != then.Query.Area:
			key, label = m.Query.Area, a.areaName(m.Query.Area)
		case now.Query.Office != then.Query.Office:
			key, label = m.Query.Office, m.Query.Office
		case now.Query.Category != then.Query.Category:
			key, label = m.Query.Category, upper(a.sideName(m, then))
		}
		a.name(label)
		value := *m.Rows[0].Value
		b.Items = append(b.Items, city.BlockItem{Key: key, Label: label, Value: &value, Figure: tool.FigureRef(pair[i])})
	}
	a.r.Blocks = append(a.r.Blocks, b)
}
