package tools

import (
	"math"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// rankedChange ranks parts by how much they rose (tersedikit: fell) against
// the period before, in their own unit: a percentage of a small number leads
// any list.
func (a *answer) rankedChange(in city.RankInput, q city.MeasureQuery) error {
	if q.Period == "" {
		q.Period = city.PeriodLastMonth
	}
	p, err := city.ParsePeriod(q.Period, a.c.At, a.c.Zone)
	if err != nil {
		return err
	}
	before := p.Previous(a.c.Zone)
	if before.Name == "" {
		return city.InvalidField("period", "nothing comes before %s", q.Period)
	}
	then := q
	then.Period = before.Name
	ms, err := a.measure(q, then)
	if err != nil {
		return err
	}
	a.chips(in.MeasureQuery, ms[0])
	a.chip("change", "true", "Perubahan")
	rose := in.Order != "tersedikit"
	if a.missing(ms[0]) || a.missing(ms[1]) {
		return nil
	}
	rows := a.differences(ms[0], ms[1])
	if len(rows) == 0 {
		a.nothing(ms[0])
		return nil
	}
	sortRows(rows, rose)
	a.wordChanges(ms, rows, rose, in.Top)
	return nil
}

// differences are the parts with their change as Value, where both periods
// have one.
func (a *answer) differences(now, then city.Measurement) []city.MeasureRow {
	rowsNow, _ := known(now)
	rowsThen, _ := known(then)
	rowsNow, rowsThen = a.withEmpty(now, rowsNow), a.withEmpty(then, rowsThen)
	old := map[string]float64{}
	for _, r := range rowsThen {
		old[r.Key] = *r.Value
	}
	var out []city.MeasureRow
	for _, r := range rowsNow {
		if was, ok := old[r.Key]; ok {
			d := *r.Value - was
			out = append(out, city.MeasureRow{Key: r.Key, Label: r.Label, Value: &d, N: r.N})
		}
	}
	return out
}

func (a *answer) wordChanges(ms []city.Measurement, rows []city.MeasureRow, rose bool, top int) {
	now, then := ms[0], ms[1]
	matter := upper(a.matter(now.Query)) + a.within(now.Query)
	whenNow, whenThen := a.compareWhen(now), a.compareWhen(then)
	word := "naik"
	if !rose {
		word = "turun"
	}
	refs := make([]string, len(rows))
	leader := len(a.r.Figures)
	for i, r := range rows {
		f := a.valueFigure(now, r)
		f.Label, f.Operation = "Perubahan, "+f.Label, "difference"
		refs[i] = tool.FigureRef(a.figure(f))
	}
	title := "Perubahan " + a.title(now)
	first := rows[0]
	moved := *first.Value
	if moved == 0 || (moved > 0) != rose {
		a.say("Tidak ada " + dimensionNames[now.Query.By] + " yang " + matterWord(matter) + " " + word + " " + whenNow + " dibanding " + whenThen + ".")
		a.r.Blocks = append(a.r.Blocks, a.blockOf(now, rows, refs, title))
		return
	}
	a.r.Head = leader
	a.lead(now.Query.By, first.Key)
	x, y := valueAt(now, first.Key), valueAt(then, first.Key)
	a.partFigure(now, first.Key, x)
	a.partFigure(then, first.Key, y)
	a.say(matter + " paling banyak " + word + " " + a.at(now, first) + ": " + word + " " + write(now, math.Abs(moved)) + ", dari " + bare(then, y) + " " + whenThen + " menjadi " + bare(now, x) + " " + whenNow + ".")
	tied := 1
	for tied < len(rows) && sameShown(now, *rows[tied].Value, moved) {
		tied++
	}
	if tied > 1 {
		a.say("Sama besar di " + a.count(tied-1, "bagian", "Bagian lain dengan perubahan sama") + " " + dimensionNames[now.Query.By] + " lain.")
	}
	a.followChanges(now, rows[1:], rose, top)
	a.r.Blocks = append(a.r.Blocks, a.blockOf(now, rows, refs, title))
	a.rankFollowUps(now, rows)
}

func matterWord(s string) string { return "jumlah " + lower(s) + "nya" }

// followChanges names those who moved the same way after the first.
func (a *answer) followChanges(m city.Measurement, rows []city.MeasureRow, rose bool, top int) {
	want := max(2, top-1)
	var names []string
	for _, r := range rows[:min(want, len(rows))] {
		if *r.Value == 0 || (*r.Value > 0) != rose {
			break
		}
		names = append(names, a.partName(m, r)+" "+bare(m, math.Abs(*r.Value)))
	}
	if len(names) > 0 {
		a.say("Menyusul " + enumerate(names) + ".")
	}
}

func valueAt(m city.Measurement, key string) float64 {
	for _, r := range m.Rows {
		if r.Key == key && r.Value != nil {
			return *r.Value
		}
	}
	return 0
}

func (a *answer) partFigure(m city.Measurement, key string, v float64) {
	a.figure(a.valueFigure(m, city.MeasureRow{Key: key, Value: &v}))
}
