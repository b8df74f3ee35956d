package planner

import "balaikota/backend/city"

// ranking reads "kecamatan mana yang paling banyak …", "apa keluhan
// terbanyak", "lima kelurahan teratas", "urutkan per kelurahan".
func (r *reading) ranking() *reply {
	most := r.has(cueMost, cueLeast, cueSlow, cueFast, cueSteep, cueRank)
	by, ok := r.rankedPart(most)
	if !ok {
		return nil
	}
	f := frame{tool: city.ToolRank}
	f.By = by
	if !r.has(cueDistrict, cueVillage, cueOffices, cueKinds, cueChannels, cueReport, cueCase) || r.has(cueSomeArea, cueWhere) {
		f.assume("by")
	}
	if out := r.rankMeasure(&f); out != nil {
		return out
	}
	r.rankOrder(&f)
	if out := r.fillPlace(&f); out != nil {
		return out
	}
	if f.Indicator == "" {
		if out := r.fillReports(&f); out != nil {
			return out
		}
	}
	if f.Office != "" && f.By == city.ByOffice && len(f.Assumed) == 0 {
		return ask("Peringkat semua perangkat daerah, atau hanya " + f.Office + "?")
	}
	if out := r.rankPeriod(&f); out != nil {
		return out
	}
	r.rankTop(&f)
	return r.finish(f, cueReport, cueMost, cueLeast, cueSlow, cueFast, cueSteep, cueRank, cueWhich, cueRise, cueFall, cueShow, cueDetail, cueHow, cueNow, cueBy, cueTotal, cueUrgent, cueDistrict, cueVillage, cueSomeArea, cueWhere, cueOffices, cueKinds, cueCase, cueChannels, cueAgainst, cueLatest)
}

// rankedPart finds what is ranked; ok is false when nothing is.
func (r *reading) rankedPart(most bool) (city.Dimension, bool) {
	which := r.has(cueWhich, cueWhere)
	kinds := len(r.categoriesSaid()) == 0 && len(r.indicatorsSaid()) == 0
	if r.dimensionSaid() && (which || most) {
		if r.has(cueKinds) && !r.has(cueDistrict, cueVillage, cueOffices) && !kinds {
			return "", false
		}
		if r.has(cueUrgent) && !most && !r.aboutReports() {
			return "", false
		}
		return r.dimension()
	}
	if r.has(cueUrgent) && !most {
		return "", false
	}
	// "apa keluhan terbanyak", "masalah utama"
	if most && kinds && r.has(cueReport, cueCase) && !r.has(cueHowMany, cueTotal) && len(r.areas) < 2 && !r.has(cueOpen, cueOverdue, cueSlow, cueFast) {
		return city.ByCategory, true
	}
	return "", false
}

// rankMeasure finds what the ranking is by.
func (r *reading) rankMeasure(f *frame) *reply {
	if inds := r.indicatorsSaid(); len(inds) > 0 && !r.has(cueMean, cueTotal, cueMaximum, cueMinimum, cueSteep) {
		return r.rankIndicator(f, inds)
	}
	if out := r.measureOf(f); out != nil {
		return out
	}
	if f.Measure == city.MeasureShare && (f.By != city.ByKecamatan && f.By != city.ByKelurahan || r.has(cueSteep, cueRise, cueFall)) {
		return ask("Peringkat menurut bagian belum ada; menurut jumlah laporan bisa. Itu yang dimaksud?", asks([]string{"Kecamatan mana yang paling banyak laporan bulan ini?"})...)
	}
	return nil
}

// rankIndicator ranks areas by an indicator where nobody said by which of its
// figures: one day has one; of longer times it is asked.
func (r *reading) rankIndicator(f *frame, inds []string) *reply {
	if out := r.measureOf(f); out != nil {
		return out
	}
	ps := r.namedPeriods()
	switch {
	case len(ps) == 0:
		f.Measure = city.MeasureLatest
		return nil
	case len(ps) == 1 && isDay(ps[0], r.at):
		return nil
	}
	g, h := *f, *f
	g.Measure, h.Measure = city.MeasureMean, city.MeasureMax
	if r.has(cueLeast) {
		h.Measure = city.MeasureMin
	}
	var options []city.Option
	name := r.l.inside(r.l.indic[inds[0]].Name)
	for _, o := range []struct {
		text string
		f    frame
	}{{"Menurut rata-rata " + name, g}, {"Menurut satu nilai " + name + " yang paling ujung", h}} {
		r.rankOrder(&o.f)
		o.f.Period, o.f.Top, o.f.Assumed = ps[0], 1, nil
		if len(r.areas) == 1 {
			o.f.Area = r.areas[0]
		}
		options = append(options, option(o.text, o.f))
	}
	return ask("Peringkat menurut rata-ratanya, atau menurut nilai tertinggi yang pernah tercatat dalam waktu itu?", options...)
}

// rankOrder reads most or least, and whether the change is meant.
func (r *reading) rankOrder(f *frame) {
	f.Order = ""
	if r.has(cueLeast) || r.has(cueFast) || r.has(cueMinimum) && f.Measure != city.MeasureMin {
		f.Order = "tersedikit"
	}
	if r.has(cueSteep) || r.has(cueRise, cueFall) {
		f.Change = true
		if r.has(cueFall) && !r.has(cueRise) {
			f.Order = "tersedikit"
		}
	}
}

// rankPeriod fills the time of a ranking.
func (r *reading) rankPeriod(f *frame) *reply {
	if momentary(f.Measure) && !f.Change {
		return r.moment(f)
	}
	if f.Indicator != "" && len(r.namedPeriods()) == 0 && f.Measure == city.MeasureMean && r.has(cueNow, cueLatest) {
		f.Measure = city.MeasureLatest
		return nil
	}
	return r.fillPeriod(f, city.PeriodThisMonth)
}

// rankTop reads how many are to be named: a number said, one for "mana yang
// paling …", all for a list.
func (r *reading) rankTop(f *frame) {
	for i, m := range r.ms {
		if m.kind == isNumber && len(m.codes) == 0 && m.value >= 1 && m.value <= 20 && m.value == float64(int(m.value)) && r.countsParts(m) {
			f.Top = int(m.value)
			r.used[i] = true
			return
		}
	}
	listed := r.has(cueDetail) || r.has(cueRank) && !r.has(cueMost, cueLeast, cueSlow, cueFast, cueSteep) || r.anyWord("saja") && r.has(cueWhich)
	if !listed {
		f.Top = 1
	}
}

// countsParts reports whether a number says how many to name: it stands before
// or after a part ("lima kelurahan", "kelurahan 5 besar") or "top".
func (r *reading) countsParts(m match) bool {
	for _, i := range []int{m.to, m.from - 1, m.to + 1} {
		w := r.word(i)
		switch r.l.cues[w] {
		case cueDistrict, cueVillage, cueOffices, cueKinds, cueChannels, cueRank, cueMost, cueSomeArea, cueReport, cueCase, cueLeast:
			return true
		}
		if w == "teratas" || w == "terbawah" || w == "terbanyak" {
			return true
		}
	}
	return false
}

// why answers "kenapa naik" with what contributed most to the change.
func (r *reading) why() *reply {
	if !r.has(cueWhy) {
		return nil
	}
	if len(r.indicatorsSaid()) > 0 {
		return r.unknown(written(r.ts), "Saya tidak dapat menyebut sebab; yang bisa saya tunjukkan hanya angkanya.")
	}
	if !r.aboutReports() {
		return nil
	}
	f := frame{tool: city.ToolRank, Change: true}
	var open *reply
	if f.Measure, f.Status, open = r.reportMeasure(); open != nil {
		return open
	}
	if out := r.fillPlace(&f); out != nil {
		return out
	}
	if out := r.fillReports(&f); out != nil {
		return out
	}
	f.By = r.divides(f)
	f.assume("by")
	if out := r.fillPeriod(&f, city.PeriodThisMonth); out != nil {
		return out
	}
	return r.finish(f, cueWhy, cueReport, cueRise, cueFall, cueChange, cueMost, cueNow)
}

// divides is what a change is best taken apart by.
func (r *reading) divides(f frame) city.Dimension {
	if f.Category == "" {
		return city.ByCategory
	}
	return city.ByKelurahan
}
