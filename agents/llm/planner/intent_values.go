package planner

import (
	"strings"

	"balaikota/backend/city"
)

// valueOfIndicator answers with one figure of an indicator: its latest value,
// its highest, lowest, mean or sum over a time, or days beyond a limit.
func (r *reading) valueOfIndicator() *reply {
	inds := r.indicatorsSaid()
	if len(inds) == 0 {
		return nil
	}
	if len(inds) > 1 || len(r.categoriesSaid()) > 0 || r.has(cueReport, cueOpen, cueClosed, cueOverdue) {
		return ask("Ada lebih dari satu hal dalam pertanyaan ini. Yang mana dulu?", asks(r.offers())...)
	}
	if out := r.countOfThings(inds[0]); out != nil {
		return out
	}
	f := frame{tool: city.ToolMeasure}
	f.Indicator = inds[0]
	r.useIndicator(f.Indicator)
	if out := r.fillPlace(&f); out != nil {
		return out
	}
	r.useUnit(r.l.indic[f.Indicator])
	if r.has(cueAbove, cueBelow, cueThreshold, cueWatch, cueDanger, cueCare, cueDays) {
		return r.daysBeyond(f)
	}
	if out := r.operation(&f); out != nil {
		return out
	}
	if out := r.dividedBy(&f); out != nil {
		return out
	}
	if out := r.valuePeriod(&f); out != nil {
		return out
	}
	return r.finish(f, cueMaximum, cueMinimum, cueMean, cueLatest, cueNow, cueTotal, cueHow, cueShow, cueBy, cueMost, cueLeast)
}

// useUnit takes up "berapa mm", "berapa persen" where that is the indicator's unit.
func (r *reading) useUnit(ind city.Indicator) {
	for i, m := range r.ms {
		if m.kind == isCue && m.cue == cueUnit && unitFits(r.unitSaid(m), ind) {
			r.used[i] = true
		}
	}
	if ind.Unit == "%" {
		r.use(cueShare)
	}
}

// unitSaid is the unit that a match names.
func (r *reading) unitSaid(m match) []string {
	if u := r.ts[m.from].unit; u != nil {
		return u
	}
	return spokenUnit(strings.Fields(m.key(r)))
}

// countOfThings meets "berapa rumah sakit": a part of an indicator's name
// behind "berapa" counts the thing, which the indicator does not.
func (r *reading) countOfThings(slug string) *reply {
	for _, m := range r.subjects {
		if m.fit < byPart || !r.has(cueHowMany) || r.aboutValues() || r.has(cueMost, cueLeast) {
			continue
		}
		head := words(r.l.indic[slug].Name)
		if len(head) > 0 && r.word(m.from) == head[0] {
			continue
		}
		f := frame{tool: city.ToolMeasure}
		f.Measure, f.Indicator = city.MeasureLatest, slug
		return ask("Maksudnya "+r.l.inside(r.l.indic[slug].Name)+"?", option(r.l.indic[slug].Name+" terakhir", f))
	}
	return nil
}

// operation finds which figure of the indicator is meant.
func (r *reading) operation(f *frame) *reply {
	high := r.has(cueMaximum) || r.saidMost(cueMost, "tertinggi", "paling tinggi", "terbesar", "paling besar", "terbanyak", "paling banyak")
	low := r.has(cueMinimum) || r.saidMost(cueLeast, "terendah", "paling rendah", "terkecil", "paling kecil", "tersedikit", "paling sedikit")
	mean, total := r.has(cueMean), r.has(cueTotal)
	said := btoi(high) + btoi(low) + btoi(mean) + btoi(total)
	switch {
	case said > 1 || r.has(cueMost) && !high || r.has(cueLeast) && !low:
		return ask("Angka mana yang dimaksud?", r.operations(*f)...)
	case high:
		f.Measure = city.MeasureMax
	case low:
		f.Measure = city.MeasureMin
	case mean:
		f.Measure = city.MeasureMean
	case total:
		f.Measure = city.MeasureSum
	case r.has(cueLatest, cueNow):
		f.Measure = city.MeasureLatest
	case len(r.namedPeriods()) == 0 || len(r.namedPeriods()) == 1 && r.namedPeriods()[0] == city.PeriodToday:
		f.Measure = city.MeasureLatest
		f.assume("measure")
	case r.sumSaid():
		f.Measure = city.MeasureSum
	default:
		f.Measure = r.usualMeasure(f.Indicator)
		f.assume("measure")
	}
	return nil
}

// sumSaid reports whether "jumlah" was said outside the indicator's name.
func (r *reading) sumSaid() bool {
	for _, m := range r.ms {
		if m.kind == isCue && m.cue == cueHowMany && strings.Contains(m.text, "jumlah") {
			return true
		}
	}
	return false
}

func (r *reading) saidMost(c cue, phrases ...string) bool {
	for _, m := range r.ms {
		if m.kind != isCue || m.cue != c {
			continue
		}
		for _, p := range phrases {
			if m.key(r) == p {
				return true
			}
		}
	}
	return false
}

// key is the match's mended words.
func (m match) key(r *reading) string {
	var ws []string
	for _, t := range r.ts[m.from:m.to] {
		ws = append(ws, t.word)
	}
	return strings.Join(ws, " ")
}

func (r *reading) operations(f frame) []city.Option {
	period := city.PeriodThisMonth
	if ps := r.namedPeriods(); len(ps) == 1 {
		period = ps[0]
	}
	var out []city.Option
	for _, o := range []struct{ text, measure string }{{"Nilai tertinggi", city.MeasureMax}, {"Nilai terendah", city.MeasureMin}, {"Rata-rata", city.MeasureMean}} {
		g := f
		g.Measure, g.Period = o.measure, period
		out = append(out, option(o.text, g))
	}
	return out
}

// valuePeriod fills the time an indicator's figure is over.
func (r *reading) valuePeriod(f *frame) *reply {
	if f.Measure == city.MeasureLatest {
		for _, p := range r.past() {
			switch p {
			case city.PeriodToday, city.PeriodUntilNow:
			default:
				g, h := *f, *f
				g.Period, h.Period = "", p
				h.Measure = city.MeasureMean
				return ask("Maksudnya nilai terakhir, atau angka dalam waktu itu?", option("Nilai terakhir", g), option("Rata-rata dalam waktu itu", h))
			}
		}
		return nil
	}
	return r.fillPeriod(f, city.PeriodThisMonth)
}

// daysBeyond reads "berapa hari … di atas 30", "… di atas ambang siaga".
func (r *reading) daysBeyond(f frame) *reply {
	ind := r.l.indic[f.Indicator]
	limit, ok, out := r.limit(ind)
	if out != nil {
		return out
	}
	above, below := r.has(cueAbove), r.has(cueBelow)
	if !ok {
		return ask("Di atas atau di bawah angka berapa "+r.l.inside(ind.Name)+" dihitung?", asks([]string{"Berapa " + r.l.inside(ind.Name) + " tertinggi bulan ini?"})...)
	}
	switch {
	case above == below && !r.has(cueWatch, cueDanger, cueCare, cueThreshold):
		return ask("Maksudnya di atas atau di bawah angka itu?")
	case below && !above:
		f.Measure = city.MeasureDaysBelow
	case above:
		f.Measure = city.MeasureDaysAbove
	case limit.Above:
		f.Measure = city.MeasureDaysAbove
		f.assume("measure")
	default:
		f.Measure = city.MeasureDaysBelow
		f.assume("measure")
	}
	if !r.has(cueDays) {
		return ask("Maksudnya berapa hari "+r.l.inside(ind.Name)+" melewati angka itu?", asks(r.offers())...)
	}
	value := limit.Value
	f.Limit = &value
	if out := r.fillPeriod(&f, city.PeriodThisMonth); out != nil {
		return out
	}
	return r.finish(f, cueDays, cueAbove, cueBelow, cueThreshold, cueWatch, cueDanger, cueCare, cueHow, cueShow)
}

// limit finds the limit said: a number, or one of the indicator's own thresholds.
func (r *reading) limit(ind city.Indicator) (city.Threshold, bool, *reply) {
	for i, m := range r.ms {
		if m.kind != isNumber {
			continue
		}
		if r.used[i] {
			continue
		}
		if !unitFits(m.codes, ind) {
			return city.Threshold{}, false, ask("“" + m.text + "” bukan satuan " + r.l.inside(ind.Name) + ", yang diukur dalam " + ind.Unit + ". Angka berapa yang dimaksud?")
		}
		r.used[i] = true
		return city.Threshold{Value: m.value, Above: true}, true, nil
	}
	level := city.Severity("")
	switch {
	case r.has(cueWatch):
		level = city.Siaga
	case r.has(cueDanger):
		level = city.Awas
	case r.has(cueCare):
		level = city.Perhatian
	case !r.has(cueThreshold):
		return city.Threshold{}, false, nil
	}
	found := r.thresholds(ind, level)
	switch len(found) {
	case 0:
		return city.Threshold{}, false, ask(ind.Name+" tidak punya ambang itu. Di atas angka berapa yang dihitung?", asks(r.offers())...)
	case 1:
		return found[0], true, nil
	}
	var names []string
	for _, t := range found {
		names = append(names, "Berapa hari "+r.l.inside(ind.Name)+" di atas ambang "+string(t.Level)+" bulan ini?")
	}
	return city.Threshold{}, false, ask("Ambang yang mana?", asks(names)...)
}

// thresholds are those in force of a level, or of all levels when it is "".
func (r *reading) thresholds(ind city.Indicator, level city.Severity) []city.Threshold {
	newest := map[city.Severity]city.Threshold{}
	today := r.at.Format("2006-01-02")
	area, _ := r.area()
	for _, t := range ind.Thresholds {
		if level != "" && t.Level != level || t.EffectiveOn > today || t.AreaCode != "" && t.AreaCode != area {
			continue
		}
		if have, ok := newest[t.Level]; !ok || have.EffectiveOn < t.EffectiveOn || have.AreaCode == "" && t.AreaCode != "" {
			newest[t.Level] = t
		}
	}
	var out []city.Threshold
	for _, l := range []city.Severity{city.Perhatian, city.Siaga, city.Awas} {
		if t, ok := newest[l]; ok {
			out = append(out, t)
		}
	}
	return out
}
