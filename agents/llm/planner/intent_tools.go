package planner

import (
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// incident reads "kejadian paling mendesak", "kejadian 55", "kasus serupa
// dengan kejadian 12".
func (r *reading) incident() *reply {
	if !r.has(cueIncident, cueSimilar) && !(r.has(cueUrgent) && !r.dimensionSaid() && len(r.indicatorsSaid()) == 0) {
		return nil
	}
	f := frame{tool: city.ToolIncident}
	if i, id := r.incidentNumber(); id > 0 {
		f.ID = id
		if i >= 0 {
			r.used[i] = true
		}
		if r.has(cueSimilar) {
			f.tool = city.ToolSimilar
		}
		return r.finish(f, cueIncident, cueSimilar, cueThis, cueShow, cueDetail, cueExplain, cueHow, cueCase, cueProfile, cueWith)
	}
	if r.has(cueSimilar) {
		return ask("Serupa dengan kejadian nomor berapa?", asks([]string{"Apa kejadian paling mendesak?"})...)
	}
	if out := r.fillPlace(&f); out != nil {
		return out
	}
	if cats := r.categoriesSaid(); len(cats) == 1 {
		f.Category = cats[0]
		r.useCategories()
	}
	if r.has(cueHowMany) && r.has(cueUrgent) {
		return ask("Saya dapat menyebut kejadian yang paling mendesak, atau menghitung laporan. Yang mana?", asks([]string{"Apa kejadian paling mendesak?", "Berapa laporan yang lewat tenggat?"})...)
	}
	if r.has(cueHowMany) {
		return r.incidentCount(f)
	}
	r.nowOnly()
	for i, m := range r.ms {
		if m.kind == isNumber && len(m.codes) == 0 && m.value >= 1 && m.value <= 10 && m.value == float64(int(m.value)) {
			f.Top, r.used[i] = int(m.value), true
		}
	}
	return r.finish(f, cueIncident, cueUrgent, cueShow, cueDetail, cueNow, cueReport, cueCase, cueWhich, cueHow, cueLatest)
}

// nowOnly marks a time said that is now: the tools of the moment take no other.
func (r *reading) nowOnly() {
	for i, m := range r.ms {
		if m.kind == isPeriod && (m.span.name == city.PeriodToday || m.span.name == city.PeriodUntilNow) {
			r.used[i] = true
		}
	}
}

func (r *reading) incidentCount(f frame) *reply {
	g := frame{tool: city.ToolMeasure}
	g.Measure, g.Area, g.Category, g.Assumed = city.MeasureIncidents, f.Area, f.Category, f.Assumed
	if out := r.moment(&g); out != nil {
		return out
	}
	if out := r.dividedBy(&g); out != nil {
		return out
	}
	return r.finish(g, cueIncident, cueNow, cueTotal, cueBy, cueOpen)
}

// incidentNumber finds the number said behind "kejadian", or the one on screen.
func (r *reading) incidentNumber() (index int, id int64) {
	at := r.find(cueIncident)
	for i, m := range r.ms {
		if m.kind == isNumber && len(m.codes) == 0 && at >= 0 && m.from >= r.ms[at].to && m.from <= r.ms[at].to+1 && m.value == float64(int64(m.value)) && m.value > 0 {
			return i, int64(m.value)
		}
	}
	if r.has(cueThis) || r.has(cueSimilar) {
		return -1, r.who.screen.Incident
	}
	return -1, 0
}

// explain reads "apa itu …", "artinya …".
func (r *reading) explain() *reply {
	if !r.has(cueExplain) {
		return nil
	}
	f := frame{tool: city.ToolExplain}
	inds, cats := r.indicatorsSaid(), r.categoriesSaid()
	switch {
	case len(inds) == 1 && len(cats) == 0:
		f.Indicator = inds[0]
		r.useIndicator(inds[0])
	case r.has(cueResponse, cueClosing, cueOverdue, cueOnTime, cueOpen, cueClosed, cueShare):
		measure, _, open := r.reportMeasure()
		if open != nil {
			return open
		}
		f.Explain = measure
	case len(cats) == 1 && len(inds) == 0:
		f.Category = cats[0]
		r.useCategories()
	case r.has(cueThis) && r.who.screen.Indicator != "":
		f.Indicator = r.who.screen.Indicator
	case r.has(cueIncident):
		f.Explain = city.MeasureIncidents
	case r.has(cueReport) && len(inds)+len(cats) == 0:
		f.Explain = city.MeasureReceived
	default:
		return ask("Arti data apa yang ingin diketahui?", asks(r.offers())...)
	}
	return r.finish(f, cueExplain, cueThis, cueReport, cueIncident, cueWith, cueMedian, cueHow)
}

// freshness reads "kapan data … diperbarui", "sumber data apa saja".
func (r *reading) freshness() *reply {
	if !r.has(cueFresh, cueSources) && !(r.has(cueWhen) && (r.has(cueLatest) || r.anyWord("terakhir")) && (r.has(cueReport) || r.anyWord("data", "datanya", "informasi"))) {
		return nil
	}
	f := frame{tool: city.ToolSources}
	for i, m := range r.ms {
		if m.kind == isSource {
			f.Source, r.used[i] = m.slug, true
		}
	}
	for _, slug := range r.indicatorsSaid() {
		r.useIndicator(slug)
	}
	r.nowOnly()
	return r.finish(f, cueFresh, cueSources, cueWhen, cueLatest, cueNow, cueShow, cueDetail, cueReport, cueHow, cueWhich, cueCase)
}

// agenda reads "agenda hari ini", "jadwal saya besok", "apa yang harus saya putuskan".
func (r *reading) agenda() *reply {
	if !r.has(cueAgenda) && (!r.has(cueDue) || r.has(cueHowMany)) {
		return nil
	}
	f := frame{tool: city.ToolAgenda}
	r.takeDay(&f)
	return r.finish(f, cueAgenda, cueDue, cueNow, cueShow, cueDetail, cueHow, cueReport)
}

// takeDay takes the one day that an agenda is asked for; a longer time stays
// unread, and so is asked about.
func (r *reading) takeDay(f *frame) {
	for i, m := range r.ms {
		if m.kind != isPeriod {
			continue
		}
		if day, ok := r.dayNamed(m); ok {
			f.Day, r.used[i] = day, true
		}
	}
}

// dayNamed is the day that a period is, "" for today.
func (r *reading) dayNamed(m match) (day string, ok bool) {
	switch first := r.word(m.from); {
	case m.span.name == city.PeriodToday, m.span.name == city.PeriodUntilNow, m.span.ahead == 1 && (first == "malam" || first == "nanti"):
		return "", true
	case m.span.name == city.PeriodYesterday:
		return r.at.AddDate(0, 0, -1).Format(time.DateOnly), true
	case first == "besok", first == "lusa":
		return r.at.AddDate(0, 0, m.span.ahead).Format(time.DateOnly), true
	}
	if _, err := time.Parse(time.DateOnly, m.span.name); err != nil {
		return "", false
	}
	return m.span.name, true
}

// weather reads questions about weather, tide and the risk of flooding.
func (r *reading) weather() *reply {
	rain := r.has(cueRain) || r.anyWord("hujan") && r.ahead() && !r.has(cueHowMany, cueReport)
	if !r.has(cueWeather) && !rain {
		return nil
	}
	if r.has(cueReport, cueIncident, cueMap, cueExplain, cueFresh, cueDraft) || r.base != nil && !r.has(cueWeather) && !r.has(cueRain) {
		return nil
	}
	if r.rainAhead() {
		return r.rainForecast()
	}
	f := frame{tool: city.ToolWeather}
	if out := r.fillPlace(&f); out != nil {
		return out
	}
	f.Assumed = nil
	for i, m := range r.ms {
		switch {
		case m.kind == isPeriod && m.span.ahead > 0 && m.span.ahead <= 7, m.kind == isPeriod && m.span.name == city.PeriodToday,
			m.kind == isSubject && r.floodOrWater(m), m.kind == isArea:
			r.used[i] = true
		}
	}
	return r.finish(f, cueWeather, cueRain, cueForecast, cueNow, cueHow, cueWhen, cueShow, cueMost, cueHowMany, cueLatest, cueMaximum, cueWhere, cueUrgent, cueAnd, cueWith)
}

// rainAhead reports whether the sky of a time to come is asked for; tide and
// the risk of floods are the weather tool's, which looks ahead for both.
func (r *reading) rainAhead() bool {
	ahead := r.ahead()
	for _, m := range r.ms {
		if m.kind == isCue && (m.cue == cueRain || m.cue == cueWeather) {
			first := r.word(m.from)
			ahead = ahead || slices.Contains([]string{"akan", "bakal", "mau", "bisa", "kemungkinan", "ramalan", "prakiraan", "perkiraan"}, first) || r.word(m.from+1) == "akan"
		}
	}
	sky, other := r.anyWord("hujan", "cuaca", "cuacanya"), false
	for _, m := range r.ms {
		other = other || m.kind == isCue && m.cue == cueWeather && !strings.Contains(m.text, "cuaca")
	}
	return ahead && sky && !other
}

// rainForecast answers from the indicator that the city holds rain forecasts
// in. The state of now is never passed off as one.
func (r *reading) rainForecast() *reply {
	f := frame{tool: city.ToolForecast}
	for _, s := range r.l.subjects {
		if s.indicator && unreal[s.head] && s.head != "target" && s.head != "rencana" && slices.Contains(s.words, "hujan") {
			f.Indicator = s.slug
			break
		}
	}
	if f.Indicator == "" {
		return ask("Saya tidak punya prakiraan cuaca. Yang bisa saya sebut:", asks([]string{"Bagaimana cuaca hari ini?", "Bagaimana risiko banjir?"})...)
	}
	if out := r.fillPlace(&f); out != nil {
		return out
	}
	for i, m := range r.ms {
		switch {
		case m.kind == isPeriod && m.span.far:
			return r.unknown(written(r.ts[m.from:m.to]), "Prakiraan yang saya punya paling jauh 14 hari ke depan.")
		case m.kind == isPeriod && m.span.ahead > 0:
			f.Days, r.used[i] = m.span.ahead, true
		case m.kind == isPeriod && m.span.name == city.PeriodToday:
			f.Days, r.used[i] = 1, true
		case m.kind == isSubject && r.floodOrWater(m), m.kind == isArea:
			r.used[i] = true
		}
	}
	if f.Days == 0 {
		f.Days = 1
		f.assume("days")
	}
	return r.finish(f, cueWeather, cueRain, cueForecast, cueNow, cueHow, cueWhen, cueShow, cueMost, cueLatest, cueMaximum, cueWhere)
}

// floodOrWater reports whether a subject is what the weather tool tells of.
func (r *reading) floodOrWater(m match) bool {
	for i := m.from; i < m.to; i++ {
		switch r.ts[i].stem {
		case "banjir", "hujan", "air", "sungai", "muka", "pasang", "mahakam", "genang", "prakira":
			return true
		}
		if r.ts[i].word == "banjir" || r.ts[i].word == "hujan" {
			return true
		}
	}
	return false
}

func (r *reading) ahead() bool {
	for _, s := range r.periods {
		if s.ahead > 0 {
			return true
		}
	}
	return r.has(cueForecast)
}

// forecast reads questions about days to come.
func (r *reading) forecast() *reply {
	f := frame{tool: city.ToolForecast}
	far := false
	for i, m := range r.ms {
		if m.kind == isPeriod && (m.span.ahead > 0 || m.span.far) {
			r.used[i] = true
			f.Days, far = m.span.ahead, m.span.far
		}
	}
	if f.Days == 0 && !far && !r.has(cueForecast) {
		return nil
	}
	if far {
		return r.unknown(written(r.ts), "Prakiraan yang saya punya paling jauh 14 hari ke depan.")
	}
	inds := r.indicatorsSaid()
	if len(inds) == 0 && !r.aboutReports() && len(r.categoriesSaid()) == 0 {
		if r.has(cueAgenda) || r.base != nil {
			return nil
		}
		return ask("Prakiraan apa yang dimaksud?", asks([]string{"Berapa perkiraan laporan 7 hari ke depan?", "Bagaimana cuaca besok?"})...)
	}
	if len(inds) > 1 || len(inds) == 1 && len(r.categoriesSaid()) > 0 {
		return ask("Ada lebih dari satu hal dalam pertanyaan ini. Prakiraan yang mana?", asks(r.offers())...)
	}
	if len(inds) == 1 {
		f.Indicator = inds[0]
		r.useIndicator(inds[0])
	} else if out := r.fillReports(&f); out != nil {
		return out
	}
	if f.Office != "" || f.Channel != "" || len(r.namedPeriods()) > 0 {
		return ask("Prakiraan dihitung per wilayah dan kategori, untuk hari-hari ke depan. Yang mana?", asks([]string{"Berapa perkiraan laporan 7 hari ke depan?"})...)
	}
	if out := r.fillPlace(&f); out != nil {
		return out
	}
	if f.Days == 0 {
		f.Days = 7
		f.assume("days")
	}
	return r.finish(f, cueForecast, cueReport, cueHow, cueShow, cueTrend, cueRise, cueFall, cueChange)
}

// load reads "beban kerja DLH", "bagaimana kinerja dinas".
func (r *reading) load() *reply {
	if !r.has(cueLoad) && !(r.kindSaid(isOffice) && r.has(cueHow, cueProfile) && !r.aboutReports() && len(r.subjects) == 0) {
		return nil
	}
	f := frame{tool: city.ToolOffice}
	for i, m := range r.ms {
		if m.kind == isOffice {
			f.Office, r.used[i] = m.slug, true
		}
	}
	if f.Office == "" && !r.has(cueOffices) {
		return nil
	}
	if ps := r.namedPeriods(); len(ps) != 1 || ps[0] != city.PeriodToday {
		if out := r.fillPeriod(&f, ""); out != nil {
			return out
		}
	} else {
		r.nowOnly()
	}
	return r.finish(f, cueLoad, cueHow, cueProfile, cueOffices, cueNow, cueShow, cueReport, cueBy)
}

// profile reads "bagaimana kondisi Palaran".
func (r *reading) profile() *reply {
	if !r.has(cueProfile) && !(r.has(cueHow) && r.areaSaid) || r.aboutReports() || len(r.subjects) > 0 || r.kindSaid(isOffice) {
		return nil
	}
	f := frame{tool: city.ToolArea}
	if out := r.fillPlace(&f); out != nil {
		return out
	}
	if ps := r.namedPeriods(); len(ps) == 1 && ps[0] == city.PeriodToday {
		r.nowOnly()
	} else if out := r.fillPeriod(&f, ""); out != nil {
		return out
	}
	return r.finish(f, cueProfile, cueHow, cueNow, cueShow, cueLatest)
}
