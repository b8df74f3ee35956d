package planner

import (
	"strings"

	"balaikota/backend/city"
)

// comparison reads "Mei dibanding April", "Palaran sama Sambutan banyakan
// mana", "naik atau turun".
func (r *reading) comparison() *reply {
	if r.has(cueSteep) || r.has(cueWhich, cueRank) && r.dimensionSaid() || r.has(cueForecast) {
		return nil
	}
	cats := r.categoriesSaid()
	against := r.has(cueAgainst, cueChange, cueRise, cueFall) || r.has(cueAbove, cueBelow) && !r.kindSaid(isNumber) && (len(r.namedPeriods()) == 2 || len(r.areas) == 2)
	choosing := r.has(cueWhich) || r.has(cueMost, cueLeast, cueSlow, cueFast)
	ps := r.namedPeriods()
	switch {
	case len(r.areas) == 2 && (against || choosing):
	case len(cats) == 2 && (against || choosing):
	case len(ps) == 2 && (against || choosing):
	case r.beforeSaid() && (against || len(ps) == 1):
	case against:
	default:
		return nil
	}
	f := frame{tool: city.ToolCompare}
	if out := r.measureOf(&f); out != nil {
		return out
	}
	switch {
	case len(r.areas) == 2 && len(cats) < 2 && len(ps) < 2:
		f.Area, f.AgainstArea = r.areas[0], r.areas[1]
		r.useAreas()
	case len(cats) == 2 && len(r.areas) < 2 && len(ps) < 2:
		f.Category, f.AgainstCategory = cats[0], cats[1]
		r.useCategories()
	}
	if f.AgainstArea == "" {
		if out := r.fillPlace(&f); out != nil {
			return out
		}
	}
	if f.AgainstCategory == "" && f.Indicator == "" {
		if out := r.fillReports(&f); out != nil {
			return out
		}
	} else if f.AgainstCategory != "" {
		r.fillOffice(&f)
	}
	var out *reply
	if f.AgainstArea != "" || f.AgainstCategory != "" {
		if momentary(f.Measure) {
			out = r.moment(&f)
		} else {
			out = r.fillPeriod(&f, city.PeriodThisMonth)
		}
	} else {
		out = r.comparePeriods(&f)
	}
	if out != nil {
		return out
	}
	return r.finish(f, cueReport, cueAgainst, cueChange, cueRise, cueFall, cueWhich, cueMost, cueLeast, cueAnd, cueWith, cueHow, cueNow, cueShow, cueTotal, cueMean, cueLatest, cueAbove, cueBelow)
}

// fillOffice fills office and channel where the categories are compared.
func (r *reading) fillOffice(f *frame) {
	for i, m := range r.ms {
		if m.kind == isOffice {
			f.Office, r.used[i] = m.slug, true
		}
	}
}

// measureOf finds the measure of a comparison, ranking, trend or map: of an
// indicator when one is named, else of reports.
func (r *reading) measureOf(f *frame) *reply {
	inds := r.indicatorsSaid()
	if len(inds) == 0 {
		if !r.aboutReports() && len(r.categoriesSaid()) == 0 && !r.kindSaid(isOffice) && !r.has(cueCase) && f.tool == city.ToolCompare {
			return ask("Apa yang ingin dibandingkan?", asks([]string{"Apakah laporan naik atau turun dibanding bulan lalu?"})...)
		}
		var open *reply
		f.Measure, f.Status, open = r.reportMeasure()
		return open
	}
	if len(inds) > 1 || len(r.categoriesSaid()) > 0 {
		return ask("Ada lebih dari satu hal dalam pertanyaan ini. Yang mana dulu?", asks(r.offers())...)
	}
	f.Indicator = inds[0]
	r.useIndicator(f.Indicator)
	f.Measure = r.usualMeasure(f.Indicator)
	switch {
	case r.has(cueMean):
		f.Measure = city.MeasureMean
		r.use(cueMean)
	case r.has(cueTotal):
		f.Measure = city.MeasureSum
		r.use(cueTotal)
	case r.has(cueMaximum):
		f.Measure = city.MeasureMax
		r.use(cueMaximum)
	case r.has(cueMinimum):
		f.Measure = city.MeasureMin
		r.use(cueMinimum)
	default:
		f.assume("measure")
	}
	return nil
}

// usualMeasure is what an indicator is told by over a time, as its declaration says.
func (r *reading) usualMeasure(slug string) string {
	switch r.l.indic[slug].Aggregation {
	case "sum":
		return city.MeasureSum
	case "max":
		return city.MeasureMax
	}
	return city.MeasureMean
}

func (r *reading) beforeSaid() bool {
	for _, s := range r.periods {
		if s.before {
			return true
		}
	}
	return false
}

// namedPeriods are the periods said, without marking them.
func (r *reading) namedPeriods() []string {
	var out []string
	for _, s := range r.periods {
		if s.name != "" {
			out = append(out, s.name)
		}
	}
	return out
}

func (r *reading) dimensionSaid() bool {
	return r.has(cueDistrict, cueVillage, cueSomeArea, cueOffices, cueKinds, cueChannels, cueWhere)
}

// comparePeriods fills the two times of a comparison.
func (r *reading) comparePeriods(f *frame) *reply {
	ps := r.past()
	for i, m := range r.ms {
		if m.kind == isPeriod && m.span.before {
			r.used[i] = true
		}
	}
	for _, s := range r.periods {
		if s.choice[0] != "" {
			return ask(s.choice[0])
		}
	}
	switch {
	case len(ps) > 2:
		return ask("Ada lebih dari dua waktu dalam pertanyaan ini. Dua yang mana yang dibandingkan?")
	case len(ps) == 2:
		f.Period, f.AgainstPeriod = ps[0], ps[1]
		if !r.againstBetween() && earlier(ps[0], ps[1], r.at) {
			f.Period, f.AgainstPeriod = ps[1], ps[0]
		}
	case len(ps) == 1 && !r.beforeSaid() && r.againstBefore():
		f.AgainstPeriod = ps[0]
		f.Period = current(ps[0])
		f.assume("period")
		if r.elliptical() && r.base.Period != "" && r.base.Period != ps[0] {
			f.Period = r.base.Period
		}
		if f.Period == "" || f.Period == f.AgainstPeriod {
			return ask("Waktu mana yang dibandingkan dengan itu?")
		}
	case len(ps) == 1:
		f.Period, f.AgainstPeriod = ps[0], "sebelumnya"
	default:
		f.Period, f.AgainstPeriod = city.PeriodThisMonth, "sebelumnya"
		if r.elliptical() && r.base.Period != "" {
			f.Period = r.base.Period
		}
		f.assume("period")
	}
	return nil
}

// againstBetween reports whether the word of comparison stands between the two times.
func (r *reading) againstBetween() bool {
	seen := 0
	for _, m := range r.ms {
		if m.kind == isPeriod && m.span.name != "" {
			seen++
		}
		if m.kind == isCue && (m.cue == cueAgainst || m.cue == cueAbove || m.cue == cueBelow) && seen == 1 && !strings.HasPrefix(m.text, "banding") {
			return true
		}
	}
	return false
}

// againstBefore reports whether the one time said is what is compared with.
func (r *reading) againstBefore() bool {
	for _, m := range r.ms {
		if m.kind == isPeriod && m.span.name != "" {
			return false
		}
		if m.kind == isCue && m.cue == cueAgainst {
			return true
		}
	}
	return false
}

// current is the time now that one compares with a time before.
func current(period string) string {
	unit, which, _ := strings.Cut(period, "_")
	switch {
	case period == city.PeriodYesterday || period == city.PeriodDayBefore:
		return city.PeriodToday
	case which == "lalu":
		return unit + "_ini"
	case len(period) == len("2006-01"):
		return city.PeriodThisMonth
	case len(period) == len("2006"):
		return city.PeriodThisYear
	case len(period) == len(isoDate)+2 && !strings.Contains(period, ".."):
		return city.PeriodToday
	}
	return ""
}
