package planner

import (
	"slices"
	"strings"

	"balaikota/backend/city"
)

// heads reads "berapa kali warga mengadu" and "berapa orang yang melapor" as
// how many reports there are. Where nobody reports, times and people are
// counted of something that is not held here: "berapa orang kebanjiran".
func (r *reading) heads() *reply {
	people := r.has(cuePeople) || r.has(cueReporter) && r.has(cueHowMany, cueTotal)
	if !people && !r.has(cueTimes) || r.has(cuePersonal, cueWho) {
		return nil
	}
	if r.has(cuePeople) && r.reportedOnly() {
		return ask("Yang saya hitung ialah laporan warga, bukan orang yang dilaporkan. Maksudnya ini?", asks(r.offers())...)
	}
	if r.has(cueReport, cueReporter) {
		for i := range r.ms {
			switch m := &r.ms[i]; {
			case m.kind != isCue:
			case m.cue == cuePeople, m.cue == cueTimes:
				m.cue = cueHowMany
			case m.cue == cueReporter:
				m.cue = cueReport
			}
		}
		r.headsSaid = true
		return nil
	}
	at := r.find(cuePeople, cueTimes)
	if at < 0 {
		return nil
	}
	if inds := r.indicatorsSaid(); len(inds) == 1 {
		name := r.l.indic[inds[0]].Name
		beyond := r.ms[at].cue == cueTimes && r.has(cueAbove, cueBelow, cueThreshold, cueWatch, cueDanger, cueCare) // daysBeyond asks whether days are meant
		counted := r.ms[at].cue == cuePeople && unitFits([]string{"orang"}, r.l.indic[inds[0]]) && !r.has(cueRise, cueFall, cueChange)
		if beyond || counted {
			r.ms[at].cue = cueHowMany
			return nil
		}
		return ask("Saya tidak menghitung berapa kali atau berapa orang untuk "+r.l.inside(name)+". Yang ada:", asks([]string{"Berapa " + r.l.inside(name) + " terakhir?", "Bagaimana tren " + r.l.inside(name) + " 30 hari terakhir?"})...)
	}
	if len(r.categoriesSaid()) == 1 {
		f := frame{tool: city.ToolMeasure, MeasureQuery: city.MeasureQuery{Measure: city.MeasureReceived}}
		if out := r.settleAreas(); out != nil {
			return out
		}
		if out := r.fillFigure(&f); out != nil {
			return out
		}
		name := r.l.inside(r.l.category[f.Category].Name)
		return ask("Yang saya hitung ialah laporan warga, bukan orang atau kejadiannya. Maksudnya laporan "+name+"?", option("Ya, laporan "+name, f))
	}
	if r.base != nil {
		return ask("Yang saya hitung ialah laporan warga. Apa yang ingin diketahui?", asks(r.offers())...)
	}
	return r.unknown(written(r.ts), "Yang saya hitung ialah laporan warga; hitungan orang atau kejadian lain tidak saya pegang.")
}

// reportedOnly reports whether people are said to be reported, not to report.
func (r *reading) reportedOnly() bool {
	passive, active := false, r.has(cueReporter)
	for _, m := range r.ms {
		if m.kind == isCue && m.cue == cueReport {
			di := strings.HasPrefix(r.word(m.from), "di")
			passive, active = passive || di, active || !di
		}
	}
	return passive && !active
}

// citizens are those who report; they neither close nor turn down reports.
var citizens = wordSet("warga masyarakat penduduk rakyat pelapor orang publik wali walikota pemerintah pemkot gubernur presiden dprd")

// doneBy meets "laporan yang ditolak warga": what was done is said to be done
// by somebody whom the figures do not know.
func (r *reading) doneBy() *reply {
	for _, m := range r.ms {
		if m.kind != isCue || !slices.Contains([]cue{cueRejected, cueClosed, cueOpen, cueProgress, cueHandled, cueResponse, cueUnanswered, cueOverdue}, m.cue) {
			continue
		}
		last := r.word(m.to - 1)
		if !strings.HasPrefix(last, "di") && !strings.HasPrefix(last, "ter") || m.to >= len(r.ts) || r.ts[m.to].stop {
			continue
		}
		by, next := r.word(m.to) == "oleh", m.to
		if by {
			next++
		}
		if !citizens[r.word(next)] && !(by && !r.nameAt(next)) {
			continue
		}
		return ask("Saya tidak mencatat siapa selain perangkat daerah yang melakukannya. Bisa diperjelas “"+written(r.ts[m.from:min(next+1, len(r.ts))])+"”, atau pilih salah satu:", asks(r.offers())...)
	}
	return nil
}

// nameAt reports whether an office or area is named from token i on, a rank or
// "dinas" before it aside.
func (r *reading) nameAt(i int) bool {
	return slices.ContainsFunc(r.ms, func(m match) bool {
		return i >= m.from && i < m.to && (m.kind == isOffice || m.kind == isArea || m.kind == isCue && (m.cue == cueOffices || m.cue == cueWhich || m.cue == cueWho))
	})
}

// responsible answers "siapa yang mengurus lampu jalan": whose matter a
// category is.
func (r *reading) responsible() *reply {
	asked := r.has(cueWho) || r.has(cueOffices) && r.has(cueWhich, cueWhat)
	cats := r.categoriesSaid()
	if !asked || !r.has(cueHandled, cueDuty) || len(cats) != 1 || len(r.indicatorsSaid()) > 0 ||
		r.has(cueHowMany, cueMost, cueLeast, cueFast, cueSlow, cueOpen, cueClosed, cueOverdue, cueRank, cueTotal, cueShare, cueReporter) {
		return nil
	}
	f := frame{tool: city.ToolExplain}
	f.Category = cats[0]
	r.useCategories()
	return r.finish(f, cueWho, cueHandled, cueDuty, cueOffices, cueWhich, cueReport, cueCase, cueNow)
}

// officesSide answers "DLH sama Dishub banyakan mana tunggakannya" with the
// two compared, and more of them with the figure of each.
func (r *reading) officesSide() *reply {
	var offices []string
	for _, m := range r.ms {
		if m.kind == isOffice && !slices.Contains(offices, m.slug) {
			offices = append(offices, m.slug)
		}
	}
	if len(offices) < 2 || len(offices) > 4 || !r.aboutReports() || len(r.areas) > 1 || len(r.categoriesSaid()) > 1 || len(r.indicatorsSaid()) > 0 ||
		r.has(cueRise, cueFall, cueChange, cueSteep, cueTrend, cueMap, cueShow, cueShare, cueBy, cueTotal) {
		return nil
	}
	f := frame{tool: city.ToolMeasure}
	var open *reply
	if f.Measure, f.Status, open = r.reportMeasure(); open != nil {
		return open
	}
	if out := r.fillFigure(&f); out != nil {
		return out
	}
	for i, m := range r.ms {
		r.used[i] = r.used[i] || m.kind == isOffice
	}
	if out := r.leftover(cueReport, cueWho, cueWhich, cueMost, cueLeast, cueFast, cueSlow, cueAnd, cueWith, cueAgainst, cueHandled, cueNow, cueHow, cueAbove); out != nil {
		return out
	}
	if len(offices) == 2 {
		f.tool, f.Office, f.AgainstOffice = city.ToolCompare, offices[0], offices[1]
		return answer(f)
	}
	out := make([]frame, len(offices))
	for i, o := range offices {
		out[i] = f
		out[i].Office = o
	}
	return answer(out...)
}

// troubles are what may ail a source of data.
var troubles = wordSet("mati bermasalah masalah error eror macet putus terputus rusak hidup aktif tidak terlambat telat basi segar gagal tertunda nyala live normal lambat online offline lancar berhenti tersendat berfungsi jalan berjalan sehat beres terkini lagi sedang down")

// sourceTrouble lets words about sources stand for no matter of reports:
// "sumber data mana yang mati".
func (r *reading) sourceTrouble() {
	if !r.has(cueSources) || r.has(cueReport) {
		return
	}
	for i := range r.ts {
		if !troubles[r.ts[i].word] {
			continue
		}
		own := match{from: i, to: i + 1, kind: isFiller, text: r.ts[i].raw}
		inside := slices.IndexFunc(r.ms, func(m match) bool { return i >= m.from && i < m.to })
		switch {
		case inside < 0:
			r.ms = append(r.ms, own)
		case r.ms[inside].length() == 1:
			r.subjects = slices.DeleteFunc(r.subjects, func(m match) bool { return m.from == i })
			r.ms[inside] = own
		}
	}
	slices.SortFunc(r.ms, func(a, b match) int { return a.from - b.from })
}
