package planner

import (
	"slices"
	"strings"

	"balaikota/backend/city"
)

// reportMeasure works out which measure of reports is meant. open is the
// question to ask where the words leave it open.
func (r *reading) reportMeasure() (measure, status string, open *reply) {
	long := r.has(cueHowLong, cueMedian, cueSlow, cueFast) || r.has(cueMean) && r.has(cueResponse, cueClosing)
	switch {
	case r.has(cueUnanswered):
		return "", "", ask("Saya tidak punya hitungan laporan yang belum ditanggapi. Yang ada:", asks([]string{"Berapa laporan yang belum selesai?", "Berapa median waktu respons bulan ini?"})...)
	case r.has(cueOnTime):
		r.use(cueOnTime, cueShare, cueClosed)
		return city.MeasureOnTime, "", nil
	case r.has(cueOverdue) && r.has(cueClosed):
		return "", "", ask("Maksudnya laporan yang sekarang lewat tenggat, atau persen laporan yang selesai tepat waktu?", asks([]string{"Berapa laporan yang lewat tenggat?", "Berapa persen laporan yang selesai tepat waktu?"})...)
	case r.has(cueShare) && r.has(cueRise, cueFall, cueChange):
		r.use(cueShare) // "naik berapa persen" is a change
	case r.has(cueShare):
		return r.shareMeasure()
	case r.has(cueOverdue):
		r.use(cueOverdue, cueOpen)
		return city.MeasureOverdue, "", nil
	case r.has(cueOpen):
		r.use(cueOpen, cueProgress)
		return city.MeasureOpen, "", nil
	case r.has(cueResponse) && (long || r.timeSaid(cueResponse)):
		r.use(cueResponse, cueHowLong, cueMedian, cueMean, cueHandled)
		return city.MeasureResponse, "", nil
	case r.has(cueClosing), (long || r.has(cueDays)) && r.has(cueClosed, cueHandled):
		r.use(cueClosing, cueHowLong, cueMedian, cueMean, cueClosed, cueHandled, cueDays)
		return city.MeasureClosing, "", nil
	case r.has(cueResponse):
		return "", "", ask("Saya tidak punya hitungan laporan yang sudah ditanggapi. Yang ada:", asks([]string{"Berapa median waktu respons bulan ini?", "Berapa laporan yang selesai bulan ini?"})...)
	case r.has(cueSlow, cueFast, cueHowLong, cueMedian):
		return "", "", ask("Maksudnya lama sampai ditanggapi, atau lama sampai selesai?", asks([]string{"Berapa median waktu respons bulan ini?", "Berapa median waktu selesai bulan ini?"})...)
	case r.has(cueProgress):
		r.use(cueProgress)
		return city.MeasureOpen, "in_progress", nil
	case r.has(cueRejected):
		r.use(cueRejected)
		return city.MeasureReceived, "rejected", nil
	case r.has(cueClosed):
		r.use(cueClosed)
		return city.MeasureClosed, "", nil
	}
	return city.MeasureReceived, "", nil
}

// timeSaid reports whether a cue's own words speak of time: "waktu respons".
func (r *reading) timeSaid(c cue) bool {
	for _, m := range r.ms {
		if m.kind == isCue && m.cue == c && (strings.Contains(m.text, "waktu") || strings.Contains(m.text, "lama") || strings.Contains(m.text, "kecepatan") || m.text == "response time" || strings.HasPrefix(m.text, "respon")) {
			return m.length() > 1 || r.has(cueHowLong, cueMedian)
		}
	}
	return false
}

// shareMeasure reads "berapa persen … yang tentang …".
func (r *reading) shareMeasure() (measure, status string, open *reply) {
	if status := r.shareOfStatus(); status != "" {
		if r.saysWhen(cueClosed, cueRejected, cueProgress) {
			return "", "", r.askWhichShare(status)
		}
		r.use(cueShare, cueClosed, cueProgress, cueRejected)
		return city.MeasureShare, status, nil
	}
	if r.has(cueOpen, cueClosed, cueOverdue, cueResponse, cueProgress, cueRejected, cueUnanswered) {
		return "", "", ask("Persen yang saya punya: bagian satu kategori, kanal, atau status dari semua laporan, dan laporan yang selesai tepat waktu. Yang mana?",
			asks([]string{"Berapa persen laporan yang selesai tepat waktu bulan ini?", "Berapa laporan yang selesai bulan ini?"})...)
	}
	if len(r.categoriesSaid()) == 0 && !r.kindSaid(isOffice) && !r.kindSaid(isChannel) && (r.base == nil || r.base.Category == "") {
		return "", "", ask("Bagian laporan tentang kategori apa yang dimaksud?", asks(r.offers())...)
	}
	for _, m := range r.ms {
		if m.kind == isArea && r.word(m.from-1) == "dari" && !r.has(cueAbout) {
			return "", "", ask("Maksudnya bagian kategori itu di antara semua laporan "+m.text+"?", asks(r.offers())...)
		}
	}
	r.use(cueShare)
	return city.MeasureShare, "", nil
}

// shareOfStatus is the status whose share among all reports is asked for: one
// is said, and nothing else that would make it a share among some of them.
func (r *reading) shareOfStatus() string {
	narrowed := len(r.categoriesSaid()) > 0 || r.kindSaid(isOffice) || r.kindSaid(isChannel) || r.who.office != "" ||
		r.base != nil && r.elliptical() && r.base.Category+r.base.Office+r.base.Channel+r.base.Status+r.base.Indicator != ""
	if narrowed || r.has(cueOpen, cueOverdue, cueResponse, cueUnanswered) || btoi(r.has(cueClosed))+btoi(r.has(cueProgress))+btoi(r.has(cueRejected)) != 1 {
		return ""
	}
	switch {
	case r.has(cueClosed):
		return string(city.Closed)
	case r.has(cueProgress):
		return string(city.InProgress)
	}
	return string(city.Rejected)
}

// saysWhen reports whether a time stands behind what was done: "yang selesai
// bulan lalu" may be of that month's reports or of those done in it.
func (r *reading) saysWhen(cues ...cue) bool {
	at := r.find(cues...)
	return slices.ContainsFunc(r.ms, func(m match) bool { return m.kind == isPeriod && m.from >= r.ms[at].to })
}

func (r *reading) askWhichShare(status string) *reply {
	ps := r.namedPeriods()
	if len(ps) != 1 || len(r.areas) > 1 {
		return ask("Persen dari laporan yang mana?", asks([]string{"Berapa persen laporan bulan ini yang sudah selesai?", "Berapa persen laporan yang selesai tepat waktu bulan ini?"})...)
	}
	f := frame{tool: city.ToolMeasure, MeasureQuery: city.MeasureQuery{Measure: city.MeasureShare, Status: status, Period: ps[0]}}
	f.Area, _ = r.area()
	options := []city.Option{option("Dari laporan yang masuk dalam waktu itu, yang statusnya kini demikian", f)}
	if status == string(city.Closed) {
		f.Measure, f.Status = city.MeasureOnTime, ""
		options = append(options, option("Dari laporan yang selesai dalam waktu itu, yang tepat waktu", f))
	}
	return ask("Persen dari laporan yang mana?", options...)
}

// figureOfReports answers with one figure of reports: how many, how long, which share.
func (r *reading) figureOfReports() *reply {
	cats := r.categoriesSaid()
	office := r.kindSaid(isOffice)
	handled := r.has(cueHandled) && r.has(cueHowLong, cueMedian) // nothing but reports is handled here
	if !r.aboutReports() && !handled && len(cats) == 0 && !office && !r.has(cueShare) && !(r.has(cueCase) && r.has(cueHowMany)) {
		return nil
	}
	if !r.aboutReports() && !handled && (!r.has(cueShare) || len(cats) == 0) {
		if out := r.withoutReports(cats); out != nil {
			return out
		}
	}
	f := frame{tool: city.ToolMeasure}
	var open *reply
	if f.Measure, f.Status, open = r.reportMeasure(); open != nil {
		return open
	}
	if out := r.atPlace(&f); out != nil {
		return out
	}
	if out := r.dividedBy(&f); out != nil {
		return out
	}
	if f.Measure == city.MeasureReceived && f.Status == "" && !r.has(cueHowMany, cueTotal, cueHow, cueBy, cueWhat, cueHandled) && len(r.periods) == 0 && !r.areaSaid {
		return ask("Apa yang ingin diketahui tentang laporan itu?", asks(r.offers())...)
	}
	if r.has(cueNow) && !momentary(f.Measure) && len(r.periods) == 0 {
		return r.askNow(f)
	}
	several := r.severalFigures(f)
	if several != nil {
		return several
	}
	if out := r.fillFigure(&f); out != nil {
		return out
	}
	if r.has(cueHow) {
		f.assume("measure")
	}
	if f.Measure == city.MeasureReceived && r.has(cueHandled) {
		if f.Office == "" {
			return ask("Maksudnya laporan yang sudah selesai ditangani, atau yang masih dikerjakan?", asks([]string{"Berapa laporan yang selesai bulan ini?", "Berapa laporan yang sedang dikerjakan?"})...)
		}
	}
	return r.finish(f, cueReport, cueTotal, cueHow, cueShow, cueNow, cueBy, cueHandled)
}

func (r *reading) kindSaid(k kind) bool {
	for _, m := range r.ms {
		if m.kind == k && m.fit != byHint {
			return true
		}
	}
	return false
}

// withoutReports meets "berapa sekolah di Palaran": the things themselves are
// not counted here, reports about them are.
func (r *reading) withoutReports(cats []string) *reply {
	if r.problemSaid() {
		return nil
	}
	if len(cats) != 1 || !r.has(cueHowMany, cueCase) && !r.has(cueTotal) {
		if r.has(cueOpen, cueClosed, cueOverdue) || len(cats) == 0 && !r.kindSaid(isOffice) {
			return nil
		}
	}
	f := frame{tool: city.ToolMeasure, MeasureQuery: city.MeasureQuery{Measure: city.MeasureReceived}}
	if out := r.fillFigure(&f); out != nil {
		return out
	}
	name := ""
	if f.Category != "" {
		name = " " + r.l.inside(r.l.category[f.Category].Name)
	}
	return ask("Yang saya hitung ialah laporan warga. Maksudnya laporan"+name+"?", option("Ya, laporan"+name, f))
}

// problems are words that name trouble: who counts them counts reports.
var problems = wordSet("rusak berlubang lubang bolong tumbang mati padam mampet liar banjir genangan bocor roboh macet menumpuk numpuk tergenang kebanjiran longsor bising kebisingan kemacetan kebakaran gelap ambles keributan")

func (r *reading) problemSaid() bool {
	for _, m := range r.subjects {
		for i := m.from; i < m.to; i++ {
			if problems[r.ts[i].word] {
				return true
			}
		}
	}
	return false
}

// fillFigure fills what all figures of reports have: place, category, office,
// channel and the time their measure takes.
func (r *reading) fillFigure(f *frame) *reply {
	if out := r.fillPlace(f); out != nil {
		return out
	}
	if out := r.fillReports(f); out != nil {
		return out
	}
	if momentary(f.Measure) {
		return r.moment(f)
	}
	if out := r.fillPeriod(f, r.defaultPeriod()); out != nil {
		return out
	}
	return nil
}

// defaultPeriod is the time meant when none was said: "sekarang" is today's
// month as much as nothing is.
func (r *reading) defaultPeriod() string { return city.PeriodThisMonth }

// askNow meets "berapa laporan sekarang": reports are counted over a time.
func (r *reading) askNow(f frame) *reply {
	if out := r.fillFigure(&f); out != nil {
		return out
	}
	f.Assumed = nil
	day, month, open := f, f, f
	day.Period, month.Period = city.PeriodToday, city.PeriodThisMonth
	options := []city.Option{option("Hari ini", day), option("Bulan ini", month)}
	if f.Measure == city.MeasureReceived && f.Status == "" {
		open.Measure, open.Period = city.MeasureOpen, ""
		options = append(options, option("Yang belum selesai saat ini", open))
	}
	return ask("“Sekarang” dihitung untuk hari ini atau bulan ini?", options...)
}

// moment checks the time of a measure that is a state: now needs no saying;
// about another time it is asked, because "belum selesai bulan lalu" may mean
// reports of that month or the state at its end.
func (r *reading) moment(f *frame) *reply {
	for _, p := range r.past() {
		if p == city.PeriodToday || p == city.PeriodUntilNow {
			continue
		}
		g := *f
		g.Period = ""
		what := "belum selesai"
		if f.Measure == city.MeasureOverdue {
			what = "lewat tenggat"
		}
		h := *f
		h.Period = p
		return ask("Hitungan laporan yang "+what+" adalah keadaan pada satu saat. Maksudnya keadaan sekarang, atau pada akhir waktu itu?",
			option("Sekarang", g), option("Pada akhir waktu itu", h))
	}
	return nil
}

// atPlace meets a figure asked for a street or landmark: reports are listed
// there, figures are counted by area.
func (r *reading) atPlace(f *frame) *reply {
	if !r.kindSaid(isPlace) {
		return nil
	}
	if f.Measure != city.MeasureReceived && f.Measure != city.MeasureOpen && f.Measure != city.MeasureOverdue && f.Measure != city.MeasureClosed {
		return ask("Angka itu dihitung per kecamatan atau kelurahan, tidak per tempat. Wilayah mana yang dimaksud?")
	}
	return r.listOf(*f)
}

// dividedBy reads "per kecamatan", "menurut kategori".
func (r *reading) dividedBy(f *frame) *reply {
	if !r.has(cueBy) {
		return nil
	}
	by, ok := r.dimension()
	if !ok {
		return nil
	}
	f.By = by
	return nil
}

// dimension reads what is ranked or divided.
func (r *reading) dimension() (city.Dimension, bool) {
	for _, d := range []struct {
		cue cue
		by  city.Dimension
	}{{cueVillage, city.ByKelurahan}, {cueDistrict, city.ByKecamatan}, {cueOffices, city.ByOffice}, {cueKinds, city.ByCategory}, {cueChannels, city.ByChannel}, {cueStatuses, city.ByStatus}} {
		if r.has(d.cue) {
			r.use(d.cue)
			return d.by, true
		}
	}
	if r.has(cueSomeArea, cueWhere) {
		r.use(cueSomeArea, cueWhere)
		if len(r.areas) == 1 && r.l.names[r.areas[0]].Level == city.Kecamatan {
			return city.ByKelurahan, true
		}
		return city.ByKecamatan, true
	}
	return "", false
}

// severalFigures answers "di A dan B" and "sampah dan banjir" with one figure each.
func (r *reading) severalFigures(f frame) *reply {
	cats := r.categoriesSaid()
	if len(r.areas) < 2 && len(cats) < 2 || len(r.areas) > 1 && len(cats) > 1 || len(r.areas) > 4 || len(cats) > 4 {
		return nil
	}
	if !r.has(cueAnd, cueWith) || r.has(cueTotal) || f.By != "" {
		return nil
	}
	r.use(cueAnd, cueWith)
	r.useAreas()
	areas, single := r.areas, frame{}
	if len(areas) < 2 {
		areas = areas[:0:0]
	}
	if len(cats) < 2 {
		cats = nil
	}
	var out []frame
	for _, a := range areas {
		out = append(out, f)
		out[len(out)-1].Area = a
	}
	for _, c := range cats {
		out = append(out, f)
		out[len(out)-1].Category = c
	}
	one := *r
	one.areas = nil
	if len(r.areas) == 1 {
		one.areas = r.areas
	}
	single = f
	if len(cats) > 1 {
		one.subjects = nil
		r.useCategories()
	}
	if reply := one.fillFigure(&single); reply != nil {
		return reply
	}
	for i := range out {
		merged := single
		if len(areas) > 0 {
			merged.Area, merged.Assumed = out[i].Area, nil
			if single.Period == city.PeriodThisMonth && len(r.periods) == 0 {
				merged.assume("period")
			}
		} else {
			merged.Category = out[i].Category
		}
		out[i] = merged
	}
	if left := r.leftover(cueReport, cueHow, cueShow, cueNow, cueHandled); left != nil {
		return left
	}
	return answer(out...)
}
