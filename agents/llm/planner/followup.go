package planner

import (
	"slices"

	"balaikota/backend/city"
)

// elliptical reports whether a question only goes on from the one before: it
// leaves out what is asked about.
func (r *reading) elliptical() bool {
	if r.base == nil {
		return false
	}
	if r.has(cueExplain, cueFresh, cueSources, cueAgenda, cueIncident, cueWeather, cueDraft, cueProfile, cueLoad, cueSimilar) {
		return false
	}
	if r.goesOn() {
		return true
	}
	if r.namesReports() || len(r.indicatorsSaid()) > 0 {
		return false
	}
	if len(r.categoriesSaid()) > 0 {
		return !r.has(cueHowMany, cueShare)
	}
	return true
}

// goesOn reports whether the words say that the question goes on from the one
// before: it begins with "kalau", "bagaimana dengan", "dan", "yang", or points
// back with "tadi", "tersebut".
func (r *reading) goesOn() bool {
	if m, ok := r.first(); ok && m.kind == isCue && (m.cue == cueFollow || m.cue == cueAnd || m.cue == cueHow && m.length() > 1 && r.word(m.to-1) == "dengan") {
		return true
	}
	if r.word(0) == "yang" {
		return true
	}
	return slices.ContainsFunc(r.ms, func(m match) bool {
		return m.kind == isFiller && m.length() == 1 && (r.word(m.from) == "tersebut" || r.word(m.from) == "tadi")
	})
}

// namesReports reports whether the word for reports itself was said, alone or
// in a measure's name ("laporan lewat tenggat"): such a question is whole.
func (r *reading) namesReports() bool {
	return r.has(cueReport) || slices.ContainsFunc(r.ms, func(m match) bool {
		return m.kind == isCue && slices.ContainsFunc(r.ts[m.from:m.to], func(t token) bool { return r.l.cues[t.word] == cueReport })
	})
}

// followUp is the call before with what was said now put in the place of it.
func (r *reading) followUp() *reply {
	f := *r.base
	f.Assumed = nil
	if r.has(cueWhich) && !r.dimensionSaid() && len(r.areas) < 2 && len(r.categoriesSaid()) < 2 {
		return ask("Apa saja yang dibandingkan?", asks(r.offers())...)
	}
	if out := r.changeSubject(&f); out != nil {
		return out
	}
	if out := r.changeMeasure(&f); out != nil {
		return out
	}
	if out := r.changePlace(&f); out != nil {
		return out
	}
	if out := r.changeTool(&f); out != nil {
		return out
	}
	if out := r.changeTime(&f); out != nil {
		return out
	}
	if !r.anythingUsed() && len(r.unread()) == 0 {
		return ask("Apa yang ingin diketahui lebih lanjut?", asks(r.offers())...)
	}
	return r.finish(f, cueReport, cueHow, cueFollow, cueWhich, cueMost, cueLeast, cueSlow, cueFast, cueSteep, cueRank, cueBy, cueTrend, cueAgainst, cueChange, cueRise, cueFall, cueNow, cueShow,
		cueDetail, cueWith, cueAnd, cueTotal, cueLatest, cueWhy, cueForecast, cueCase, cueKinds, cueMap, cueMedian, cueMean, cueDistrict, cueVillage, cueOffices, cueSomeArea, cueWhere)
}

func (r *reading) anythingUsed() bool {
	if len(r.used) > 0 {
		return true
	}
	return r.has(cueMost, cueRank, cueBy, cueTrend, cueAgainst, cueChange, cueWhy, cueShow, cueDetail, cueNow, cueRise, cueFall)
}

// changeSubject puts another category, indicator, office or channel in.
func (r *reading) changeSubject(f *frame) *reply {
	if inds := r.indicatorsSaid(); len(inds) == 1 {
		f.Indicator, f.Category, f.Office, f.Channel, f.Status = inds[0], "", "", "", ""
		r.useIndicator(inds[0])
		if r.base.Indicator == "" {
			f.Measure = city.MeasureLatest
			f.Period = ""
			f.assume("measure")
		}
	}
	g := frame{}
	cats := r.categoriesSaid()
	if out := r.fillReports(&g); out != nil && len(cats) > 1 {
		return out
	}
	if g.Category != "" && f.Indicator != "" {
		return ask("Maksudnya laporan "+r.l.inside(r.l.category[g.Category].Name)+"?", asks([]string{"Berapa laporan " + r.l.inside(r.l.category[g.Category].Name) + " bulan ini?"})...)
	}
	if g.Category != "" && f.Category != "" && g.Category != f.Category && r.has(cueAgainst) && f.Measure != "" {
		f.tool, f.AgainstCategory, f.AgainstArea, f.AgainstPeriod, f.By = city.ToolCompare, g.Category, "", "", ""
		return nil
	}
	if g.Office != "" && f.AgainstOffice != "" {
		f.tool, f.AgainstOffice, f.AgainstPeriod = city.ToolMeasure, "", "" // one of the two, or a third
	}
	if g.Office != "" && f.By == city.ByOffice {
		f.tool, f.By, f.Top, f.Order, f.Change = city.ToolMeasure, "", 0, "", false
	}
	f.Category, f.Office, f.Channel = cmpOr(g.Category, f.Category), cmpOr(g.Office, f.Office), cmpOr(g.Channel, f.Channel)
	if f.By == city.ByCategory && g.Category != "" {
		f.tool, f.By, f.Top = city.ToolMeasure, "", 0 // "yang sampah?" after a ranking of categories
	}
	return nil
}

// changeMeasure puts another measure in: "yang belum selesai?", "rata-ratanya?".
func (r *reading) changeMeasure(f *frame) *reply {
	if f.Indicator != "" {
		if r.has(cueMaximum, cueMinimum, cueMean, cueTotal) || !r.dimensionSaid() && r.has(cueMost, cueLeast) {
			if out := r.operation(f); out != nil {
				return out
			}
			r.use(cueMaximum, cueMinimum, cueMean, cueTotal, cueMost, cueLeast)
			if f.Measure != city.MeasureLatest && f.Period == "" {
				f.Period = city.PeriodThisMonth
				f.assume("period")
			}
			f.Limit = nil
		} else if r.has(cueLatest, cueNow) && f.tool == city.ToolMeasure {
			f.Measure, f.Period, f.Limit = city.MeasureLatest, "", nil
			r.use(cueLatest, cueNow)
		}
		return nil
	}
	if !r.has(cueOpen, cueClosed, cueOverdue, cueOnTime, cueResponse, cueClosing, cueProgress, cueRejected, cueUnanswered, cueShare, cueHowLong) {
		return nil
	}
	measure, status, open := r.reportMeasure()
	if open != nil {
		return open
	}
	if f.tool == city.ToolNear {
		f.Status = map[string]string{city.MeasureOpen: "belum_selesai", city.MeasureOverdue: "lewat_tenggat", city.MeasureClosed: "closed"}[measure]
		return nil
	}
	f.Measure, f.Status = measure, status
	if f.tool != city.ToolCompare && f.tool != city.ToolRank {
		f.tool, f.By = city.ToolMeasure, ""
	}
	if momentary(measure) && f.tool != city.ToolCompare {
		f.Period = ""
	} else if f.Period == "" {
		f.Period = city.PeriodThisMonth
		f.assume("period")
	}
	return nil
}

// changePlace puts another area in.
func (r *reading) changePlace(f *frame) *reply {
	r.useAreas()
	switch {
	case len(r.areas) == 1 && r.has(cueAgainst) && len(r.periods) == 0 && f.Measure != "":
		if f.Area == "" || f.Area == r.areas[0] {
			return ask("Dibandingkan dengan wilayah mana?")
		}
		f.tool, f.AgainstArea, f.AgainstPeriod, f.AgainstCategory, f.By = city.ToolCompare, r.areas[0], "", "", ""
	case len(r.areas) == 1:
		if r.partOf(r.areas[0], f.By) && f.tool == city.ToolRank && !r.dimensionSaid() {
			f.tool, f.By, f.Top, f.Order, f.Change = city.ToolMeasure, "", 0, "", false
		}
		if f.AgainstArea != "" {
			f.AgainstArea = ""
			f.AgainstPeriod = "sebelumnya"
		}
		f.Area = r.areas[0]
	case len(r.areas) > 1:
		if len(r.areas) == 2 && r.has(cueAgainst, cueWhich, cueMost, cueLeast, cueChange) {
			f.tool, f.Area, f.AgainstArea, f.AgainstPeriod = city.ToolCompare, r.areas[0], r.areas[1], ""
			return nil
		}
		return ask("Wilayah mana yang dimaksud?", r.eachArea()...)
	case r.areaSaid:
		f.Area = ""
	}
	return nil
}

// partOf reports whether an area is one of the parts that were ranked.
func (r *reading) partOf(code string, by city.Dimension) bool {
	return string(r.l.names[code].Level) == string(by)
}

// changeTool turns the question before into a ranking, comparison, trend, list
// or forecast.
func (r *reading) changeTool(f *frame) *reply {
	measured := f.Measure != ""
	switch {
	case f.AgainstArea != "" && len(r.areas) > 0 || f.AgainstCategory != "" && r.has(cueAgainst):
		return nil // the comparison asked for stands
	case r.has(cueMap) && measured:
		f.tool, f.By, f.Order, f.Top, f.Change = city.ToolMap, "", "", 0, false
		f.AgainstArea, f.AgainstCategory, f.AgainstPeriod, f.AgainstOffice = "", "", "", ""
	case r.has(cueWhy):
		if f.Indicator != "" || !measured {
			return r.unknown(written(r.ts), "Saya tidak dapat menyebut sebab; yang bisa saya tunjukkan hanya angkanya.")
		}
		f.tool, f.Change, f.By, f.Order, f.Top = city.ToolRank, true, r.divides(*f), "", 0
		f.AgainstArea, f.AgainstCategory, f.AgainstPeriod, f.AgainstOffice = "", "", "", ""
		if f.Period == "" {
			f.Period = city.PeriodThisMonth
			f.assume("period")
		}
		f.assume("by")
	case r.dimensionSaid() && !(r.has(cueKinds) && len(r.categoriesSaid()) > 0):
		if !measured {
			return nil
		}
		return r.rankAgain(f)
	case r.has(cueTrend, cueByDay, cueByWeek, cueByMonth) && measured:
		f.tool, f.By = city.ToolTrend, city.ByDay
		if f.Period == "" {
			f.Period = "30_hari_terakhir"
			f.assume("period")
		}
		switch {
		case r.use(cueByMonth):
			f.By = city.ByMonth
		case r.use(cueByWeek):
			f.By = city.ByWeek
		case !r.use(cueByDay):
			f.By = r.step(f.Period)
		}
	case r.has(cueAgainst, cueChange, cueRise, cueFall) && measured && f.tool != city.ToolRank && f.AgainstArea == "":
		f.tool, f.By = city.ToolCompare, ""
		if f.Measure == city.MeasureLatest {
			f.Measure = city.MeasureMean
			f.assume("measure")
		}
	case r.has(cueShow, cueDetail) && measured && f.Indicator == "" && f.tool == city.ToolMeasure:
		f.Status = map[string]string{city.MeasureOpen: "belum_selesai", city.MeasureOverdue: "lewat_tenggat", city.MeasureClosed: "closed"}[f.Measure]
		f.tool = city.ToolNear
	}
	return nil
}

// rankAgain ranks what was asked about before by the part said now.
func (r *reading) rankAgain(f *frame) *reply {
	by, ok := r.dimension()
	if !ok {
		return nil
	}
	was := f.tool
	f.By = by
	f.AgainstArea, f.AgainstCategory, f.AgainstPeriod, f.AgainstOffice = "", "", "", ""
	if f.Measure == city.MeasureShare {
		f.Measure = city.MeasureReceived
	}
	if by == city.ByCategory {
		f.Category = ""
	}
	level, _ := city.LevelOfCode(f.Area)
	if len(r.areas) == 0 && (by == city.ByKecamatan || by == city.ByKelurahan && level == city.Kelurahan) {
		f.Area = ""
	}
	if by == city.ByOffice {
		f.Office = ""
	}
	if was == city.ToolRank && !r.has(cueMost, cueLeast, cueRank, cueSlow, cueFast, cueSteep) {
		return nil
	}
	if r.has(cueBy) && !r.has(cueMost, cueLeast, cueWhich, cueRank) {
		f.tool = city.ToolMeasure
		return nil
	}
	f.tool = city.ToolRank
	r.rankOrder(f)
	f.Top = 0
	r.rankTop(f)
	return nil
}

// changeTime puts another time in.
func (r *reading) changeTime(f *frame) *reply {
	if f.AgainstArea != "" && len(r.periods) == 0 {
		return nil
	}
	if f.tool == city.ToolCompare && f.AgainstArea == "" && f.AgainstCategory == "" && f.AgainstOffice == "" && r.has(cueAgainst, cueChange, cueRise, cueFall) {
		return r.comparePeriods(f)
	}
	if len(r.periods) == 0 {
		return nil
	}
	if f.tool == city.ToolAgenda {
		r.takeDay(f)
		return nil
	}
	for i, m := range r.ms {
		if m.kind == isPeriod && (m.span.ahead > 0 || m.span.far) {
			r.used[i] = true
			if m.span.far || f.Office != "" || f.Channel != "" {
				return r.unknown(written(r.ts), "Prakiraan yang saya punya paling jauh 14 hari ke depan, per wilayah dan kategori.")
			}
			*f = frame{tool: city.ToolForecast, Days: m.span.ahead, MeasureQuery: city.MeasureQuery{Indicator: f.Indicator, Area: f.Area, Category: f.Category}}
			return nil
		}
	}
	if f.Measure == city.MeasureLatest && len(r.namedPeriods()) == 1 && !isDay(r.namedPeriods()[0], r.at) {
		f.Measure = r.usualMeasure(f.Indicator)
		f.assume("measure")
	}
	if momentary(f.Measure) && f.Measure != city.MeasureLatest {
		return r.moment(f)
	}
	old := f.Period
	if out := r.fillPeriod(f, old); out != nil {
		return out
	}
	if f.tool == city.ToolCompare && f.Period != old {
		f.AgainstPeriod = "sebelumnya"
		if f.AgainstArea != "" || f.AgainstCategory != "" || f.AgainstOffice != "" {
			f.AgainstPeriod = ""
		}
	}
	return nil
}
