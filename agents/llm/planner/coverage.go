package planner

import (
	"slices"
	"strings"
)

// strange meets words that name nothing here. Where no known subject is named,
// or the word stands where a subject belongs, there is no such data; otherwise
// the word is asked about. It is never skipped.
func (r *reading) strange() *reply {
	unknown := r.unread()
	hints := r.hints()
	if len(unknown) == 0 && len(hints) == 0 {
		return nil
	}
	if n := len(unknown); n > 0 && unknown[n-1] == len(r.ts)-1 && r.word(len(r.ts)-1) == "tidak" {
		unknown = unknown[:n-1] // "… hujan nggak?"
		r.ms = append(r.ms, match{from: len(r.ts) - 1, to: len(r.ts), kind: isFiller})
	}
	if len(unknown) == 0 && (len(hints) == 0 || r.has(cueWeather, cueDraft)) {
		return nil
	}
	if len(unknown) == 0 {
		return r.askHints(hints)
	}
	at := unknown[0]
	text := r.around(at)
	if parts := r.l.parts[r.ts[at].word]; len(unknown) == 1 && len(parts) > 0 && len(r.subjects) == 0 && r.has(cueReport) {
		m := match{text: text}
		for _, k := range parts[:min(len(parts), 6)] {
			m.subjects = append(m.subjects, r.l.subjects[k].subject)
		}
		return r.askHints([]match{m})
	}
	switch {
	case joints[r.ts[at].word] && r.has(cueReport):
	case r.placeBefore(at) && (r.aboutReports() || len(r.subjects) > 0 || r.base != nil):
		return ask("Saya tidak mengenal tempat “"+text+"” di kota ini. Kecamatan atau kelurahan mana yang dimaksud?", asks(r.offers())...)
	case !r.has(cueReport) && !r.strong() && r.base == nil, r.topicBefore(at) && len(r.subjects) == 0:
		return r.unknown("“"+text+"”", "")
	case !r.has(cueReport) && !r.strong() && !r.has(cueFollow) && len(r.ts) > 3:
		return r.unknown("“"+text+"”", "")
	}
	return ask("Saya belum paham kata “"+text+"” dalam pertanyaan ini. Bisa diperjelas, atau pilih salah satu:", asks(r.offers())...)
}

// joints are words that no data are about: they say how others belong together.
var joints = wordSet("tidak bukan hari minggu pekan bulan tahun jam akhir awal hampir setelah sebelum sesudah ke tengah seminggu sehari sebulan sejam")

// strong reports whether a subject was named by more than a part of its name.
func (r *reading) strong() bool {
	return slices.ContainsFunc(r.subjects, func(m match) bool { return m.fit <= byWord || m.fit == byPart && m.length() > 1 })
}

// around is the unknown word with the unknown words next to it.
func (r *reading) around(at int) string {
	unknown := r.unread()
	from, to := at, at+1
	for slices.Contains(unknown, to) || to < len(r.ts) && fillers[r.ts[to].word] && slices.Contains(unknown, to+1) {
		to++
	}
	return written(r.ts[from:to])
}

// placeBefore reports whether the word stands where a place belongs.
func (r *reading) placeBefore(at int) bool {
	w := r.word(at - 1)
	return w == "di" || w == "ke" || w == "daerah" || w == "wilayah" || ranks[w] != ""
}

// topicBefore reports whether the word stands where the subject of reports
// belongs: "laporan …", "soal …".
func (r *reading) topicBefore(at int) bool {
	for i := at - 1; i >= 0; i-- {
		if w := r.ts[i].word; w == "yang" || w == "warga" || w == "masyarakat" {
			continue
		}
		for _, m := range r.ms {
			if i >= m.from && i < m.to {
				return m.kind == isCue && (m.cue == cueReport || m.cue == cueAbout || m.cue == cueCase)
			}
		}
		return false
	}
	return false
}

// hints are the words that alone say too little to name one subject.
func (r *reading) hints() []match {
	var out []match
	for _, m := range r.ms {
		if m.kind == isSubject && m.fit == byHint {
			out = append(out, m)
		}
	}
	return out
}

func (r *reading) askHints(hints []match) *reply {
	m := hints[0]
	if !r.aboutReports() && !r.aboutValues() && r.base == nil && len(r.subjects) == 0 {
		return r.unknown("“"+m.text+"”", "")
	}
	var names []string
	for _, s := range m.subjects {
		if s.indicator && r.aboutReports() && !r.aboutValues() {
			continue
		}
		if s.indicator {
			names = append(names, "Berapa "+r.l.inside(s.name)+" terakhir?")
		} else {
			names = append(names, "Berapa laporan "+r.l.inside(s.name)+" bulan ini?")
		}
	}
	if len(names) == 0 {
		names = r.offers()
	}
	return ask("“"+m.text+"” bisa berarti beberapa hal. Maksudnya salah satu ini?", asks(names)...)
}

// places turns street names and landmarks into one place: "di jalan X",
// "di sekitar Y".
func (r *reading) places() *reply {
	for i := range r.ts {
		if !streetWords[r.ts[i].word] && !r.nearWord(i) {
			continue
		}
		if w := r.word(i - 1); streetWords[r.ts[i].word] && w != "di" && w != "sekitar" && w != "dekat" && w != "depan" && w != "ke" && w != "sepanjang" {
			continue
		}
		if r.areaFrom(i).to > 0 && !r.nearWord(i) {
			continue // Kelurahan Simpang Tiga
		}
		to := i + 1
		for to < len(r.ts) && (r.isUnread(to) || r.ts[to].number && to > i && streetWords[r.ts[to-1].word] || (streetWords[r.ts[to].word] || r.ts[i].word == "simpang" && digitWords[r.ts[to].word] > 0) && to == i+1) {
			to++
		}
		if m := r.areaFrom(i + 1); to == i+1 && !(m.to > 0 && m.said == "" && (r.nearWord(i) && streetWords[r.word(i+1)] || roads[r.word(i)])) {
			continue
		}
		from := i
		if r.nearWord(i) {
			from++
		}
		for m := r.areaFrom(to); m.to > to && (m.from < to || to == i+1); m = r.areaFrom(to) {
			to = m.to // Jalan Pasar Pagi, but Gang Melati in Palaran
		}
		text := written(r.ts[from:to])
		if streetWords[r.word(from)] && r.ts[from].raw != r.word(from) {
			text = r.word(from) + strings.TrimPrefix(text, r.ts[from].raw) // jl merdeka
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		r.takePlace(match{from: from, to: to, kind: isPlace, text: text})
		return nil
	}
	return nil
}

// streetWords begin the names of places that are no areas.
var streetWords = wordSet("jalan gang simpang perumahan pasar komplek kompleks jembatan rt rw gg masjid terminal taman perempatan bundaran")

// roads are the street words that no area's name begins with.
var roads = wordSet("jalan gang gg perumahan komplek kompleks")

// areaFrom is the area whose name holds token i, of which the words before may
// have been taken for a street's; an empty match where there is none.
func (r *reading) areaFrom(i int) match {
	for _, m := range r.ms {
		if m.kind == isArea && m.from <= i && i < m.to {
			return m
		}
	}
	return match{}
}

func (r *reading) nearWord(i int) bool {
	for _, m := range r.ms {
		if m.kind == isCue && m.cue == cueNear && i == m.to-1 {
			return true
		}
	}
	return false
}

func (r *reading) isUnread(i int) bool { return slices.Contains(r.unread(), i) }

// takePlace puts a place in the stead of what its words were read as. Words
// that a broken reading leaves are read anew: "Simpang Empat minggu ini" is
// not four weeks.
func (r *reading) takePlace(p match) {
	out := []match{p}
	free := map[int]bool{}
	for _, m := range r.ms {
		if m.to <= p.from || m.from >= p.to {
			out = append(out, m)
			continue
		}
		for i := m.from; i < m.to; i++ {
			free[i] = i < p.from || i >= p.to
		}
	}
	inFree := slices.DeleteFunc(r.l.candidates(r.ts, r.at), func(m match) bool {
		for i := m.from; i < m.to; i++ {
			if !free[i] {
				return true
			}
		}
		return false
	})
	r.ms = append(out, settle(inFree, len(r.ts))...)
	slices.SortFunc(r.ms, func(a, b match) int { return a.from - b.from })
	r.subjects = slices.DeleteFunc(r.subjects, func(m match) bool { return m.from < p.to && m.to > p.from })
	r.periods = nil
	for _, m := range r.ms {
		if m.kind == isPeriod {
			r.periods = append(r.periods, m.span)
		}
	}
}
