package planner

import "balaikota/backend/city"

// trend reads "tren …", "grafik … per minggu".
func (r *reading) trend() *reply {
	if !r.has(cueTrend, cueByDay, cueByWeek, cueByMonth) || r.has(cueDays) {
		return nil
	}
	if !r.aboutReports() && len(r.subjects) == 0 && !r.kindSaid(isOffice) {
		if r.who.screen.Indicator == "" {
			return nil
		}
	}
	f := frame{tool: city.ToolTrend}
	if len(r.subjects) == 0 && !r.aboutReports() && r.who.screen.Indicator != "" {
		f.Indicator, f.Measure = r.who.screen.Indicator, r.usualMeasure(r.who.screen.Indicator)
	} else if out := r.measureOf(&f); out != nil {
		return out
	}
	if out := r.fillPlace(&f); out != nil {
		return out
	}
	if f.Indicator == "" {
		if out := r.fillReports(&f); out != nil {
			return out
		}
	}
	if out := r.fillPeriod(&f, "30_hari_terakhir"); out != nil {
		return out
	}
	switch {
	case r.has(cueByMonth):
		f.By = city.ByMonth
	case r.has(cueByWeek):
		f.By = city.ByWeek
	case r.has(cueByDay):
		f.By = city.ByDay
	default:
		f.By = r.step(f.Period)
		f.assume("by")
	}
	return r.finish(f, cueTrend, cueByDay, cueByWeek, cueByMonth, cueReport, cueHow, cueShow, cueTotal)
}

// step is the step of a line over a period: some ten to seventy points.
func (r *reading) step(period string) city.Dimension {
	p, err := city.ParsePeriod(period, r.at, r.l.zone)
	if err != nil || p.From.IsZero() {
		return city.ByMonth
	}
	switch days := p.To.Sub(p.From).Hours() / 24; {
	case days > 200:
		return city.ByMonth
	case days > 62:
		return city.ByWeek
	}
	return city.ByDay
}

// showMap reads "tampilkan di peta …".
func (r *reading) showMap() *reply {
	if !r.has(cueMap) {
		return nil
	}
	f := frame{tool: city.ToolMap}
	if out := r.measureOf(&f); out != nil {
		return out
	}
	if out := r.fillPlace(&f); out != nil {
		return out
	}
	if f.Indicator == "" {
		if out := r.fillReports(&f); out != nil {
			return out
		}
	}
	if momentary(f.Measure) {
		if out := r.moment(&f); out != nil {
			return out
		}
	} else if out := r.fillPeriod(&f, city.PeriodThisMonth); out != nil {
		return out
	}
	switch by, ok := r.dimension(); {
	case ok && by == city.ByKecamatan:
		f.Level = "kecamatan"
	case ok && by == city.ByKelurahan:
		f.Level = "kelurahan"
	}
	return r.finish(f, cueMap, cueShow, cueReport, cueBy, cueNow, cueHow, cueDetail, cueWhere, cueDistrict, cueVillage)
}

// list reads "tampilkan laporan …", "laporan apa saja di …".
func (r *reading) list() *reply {
	asked := r.has(cueShow, cueDetail) || r.has(cueWhat) && !r.has(cueHowMany)
	if !asked || r.has(cueHowMany, cueTotal, cueShare, cueHowLong, cueMedian, cueMost, cueLeast) || !r.aboutReports() || len(r.indicatorsSaid()) > 0 || r.has(cueResponse, cueClosing, cueOnTime, cueLoad) {
		return nil
	}
	return r.listOf(frame{})
}

// listOf fills a list of reports with what was said.
func (r *reading) listOf(f frame) *reply {
	f.tool, f.Measure, f.Status = city.ToolNear, "", ""
	switch {
	case r.has(cueOverdue):
		f.Status = "lewat_tenggat"
	case r.has(cueOpen):
		f.Status = "belum_selesai"
	case r.has(cueProgress):
		f.Status = "in_progress"
	case r.has(cueRejected):
		f.Status = "rejected"
	case r.has(cueClosed):
		f.Status = "closed"
	}
	if out := r.fillPlace(&f); out != nil {
		return out
	}
	if out := r.fillReports(&f); out != nil {
		return out
	}
	for i, m := range r.ms {
		switch {
		case m.kind == isPlace:
			f.Place, r.used[i] = m.text, true
		case m.kind == isNumber && len(m.codes) == 0 && m.value >= 1 && m.value <= 50 && m.value == float64(int(m.value)):
			f.Top, r.used[i] = int(m.value), true
		}
	}
	if out := r.fillPeriod(&f, ""); out != nil {
		return out
	}
	return r.finish(f, cueShow, cueDetail, cueReport, cueOpen, cueOverdue, cueClosed, cueProgress, cueRejected, cueNear, cueLatest, cueNow, cueHow, cueCase, cueWhich)
}
