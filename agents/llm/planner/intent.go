package planner

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"balaikota/backend/city"
)

// always are cues that no wish has to take up: they only say that something is
// asked, or of reports, or of the whole city.
var always = []cue{cueHowMany, cueAbout, cueCity, cueWhat, cueFollow, cueAll, cueGreeting, cueWith}

// decide finds out what is wanted. The order is from what must never be
// overlooked to what is left when nothing else was said.
func (r *reading) decide() *reply {
	if len(r.ts) > maxTokens {
		return ask("Pertanyaannya terlalu panjang untuk saya baca. Bisa dipersingkat menjadi satu pertanyaan?", asks(r.examples())...)
	}
	for _, step := range []func() *reply{r.heads, r.refusal, r.smallTalk, r.doneBy, r.draft, r.places, r.strange, r.settleAreas, r.weather, r.unclearSubject} {
		if out := step(); out != nil {
			return out
		}
	}
	if r.elliptical() {
		return r.followUp()
	}
	for _, wish := range []func() *reply{
		r.responsible, r.incident, r.explain, r.freshness, r.agenda, r.showMap, r.forecast,
		r.why, r.officesSide, r.comparison, r.ranking, r.trend, r.list, r.valueOfIndicator, r.load, r.profile, r.figureOfReports,
	} {
		if out := wish(); out != nil {
			return out
		}
	}
	if r.base == nil && (r.areaSaid || len(r.periods) > 0 || len(r.subjects) > 0 || r.has(cueFollow)) {
		return ask("Apa yang ingin diketahui tentang itu?", asks(r.offers())...)
	}
	return r.unknown("", "")
}

func (r *reading) unclearSubject() *reply {
	if m, cs, open := r.unclear(); open {
		return r.askSubject(m, cs)
	}
	return nil
}

// refusal says no to asking who reported and to orders that change something.
func (r *reading) refusal() *reply {
	if r.asksIdentity() {
		return decline("identitas", "")
	}
	if r.anyWord("hapus", "hapuskan", "hapusin") || !r.has(cueDraft) && r.orders() {
		return decline("mengubah_data", "")
	}
	return nil
}

// asksIdentity reports whether the question is for a reporter's identity.
func (r *reading) asksIdentity() bool {
	reporter := r.has(cueReporter)
	ticket := false
	for _, t := range r.ts {
		ticket = ticket || t.ticket
	}
	personal := r.has(cuePersonal) || r.anyWord("nama", "nik", "telepon", "hp", "alamat", "identitas", "kontak", "email", "hape", "ponsel", "biodata")
	people := r.anyWord("warga", "orang", "orangnya", "masyarakat", "penduduk", "pengguna")
	spoke := r.anyWord("melapor", "melaporkan", "lapor", "mengadu", "mengadukan", "mengeluh", "ngadu", "mengirim", "komplain", "mengeluhkan")
	switch {
	case spoke && r.whichPerson():
		return true
	case personal && (reporter || ticket || people && (spoke || r.has(cueReport))):
		return true
	case r.has(cueWho) && (reporter || spoke || ticket):
		return true
	case personal && r.has(cueShow, cueDetail) && people:
		return true
	}
	return reporter && !r.has(cueHowMany, cueTotal, cueMost) && (r.has(cueShow, cueDetail, cueWho) || len(r.ts) <= 4)
}

// whichPerson reports whether one of the people is asked for: "warga mana".
func (r *reading) whichPerson() bool {
	for i, t := range r.ts {
		if (t.word == "warga" || t.word == "orang" || t.word == "pelapor" || t.word == "masyarakat") && r.word(i+1) == "mana" {
			return true
		}
	}
	return false
}

// orders reports whether the question is an order to change something: its
// first word that says anything is such an order.
func (r *reading) orders() bool {
	for i, t := range r.ts {
		if ofCommand[t.raw] || ofCommand[t.word] {
			return true
		}
		if (t.word == "buat" || t.word == "buatkan" || t.word == "ajukan") && r.word(i+1) == "laporan" {
			return true
		}
		if !fillers[t.word] && !r.l.isGreeting(t.word) && !r.courteous(i) {
			return false
		}
	}
	return false
}

// courteous reports whether a token stands in words of courtesy.
func (r *reading) courteous(i int) bool {
	return slices.ContainsFunc(r.ms, func(m match) bool {
		return i >= m.from && i < m.to && (m.kind == isFiller || m.kind == isCue && m.cue == cueGreeting)
	})
}

func (l *lexicon) isGreeting(w string) bool {
	c := l.cues[w]
	return c == cueGreeting || c == cueFollow
}

func (r *reading) anyWord(ws ...string) bool {
	for _, t := range r.ts {
		for _, w := range ws {
			if t.word == w || t.raw == w {
				return true
			}
		}
	}
	return false
}

// smallTalk meets greetings and "what can you do" with examples.
func (r *reading) smallTalk() *reply {
	if r.has(cueHelp) {
		return ask("Saya menjawab pertanyaan tentang laporan warga, indikator kota, kejadian, dan kinerja perangkat daerah. Misalnya:", asks(r.examples())...)
	}
	m, some := r.first()
	if len(r.unread()) > 0 || some && (m.kind != isCue || m.cue != cueGreeting) {
		return nil
	}
	for _, m := range r.ms {
		if m.kind != isFiller && (m.kind != isCue || m.cue != cueGreeting) && !r.dayGreeting(m) {
			return nil
		}
	}
	return ask("Ada yang bisa saya bantu? Misalnya:", asks(r.examples())...)
}

// dayGreeting reports whether a match belongs to "pagi", "siang" said as a greeting.
func (r *reading) dayGreeting(m match) bool { return m.kind == isCue && m.cue == cueCity }

// finish makes the answer of a frame, unless something that was said is left over.
func (r *reading) finish(f frame, accept ...cue) *reply {
	if out := r.leftover(accept...); out != nil {
		return out
	}
	r.assumeTypos(&f)
	if r.headsSaid {
		f.assume("measure")
	}
	return answer(f)
}

// leftover asks about the first thing said that nothing took up.
func (r *reading) leftover(accept ...cue) *reply {
	r.use(always...)
	r.use(accept...)
	if len(r.categoriesSaid()) > 0 {
		r.use(cueKinds, cueCase)
	}
	for i, m := range r.ms {
		if m.kind == isFiller || r.used[i] {
			continue
		}
		return ask("Saya belum paham bagian “"+m.text+"” dalam pertanyaan ini. Bisa diperjelas, atau pilih salah satu:", asks(r.offers())...)
	}
	return nil
}

// assumeTypos notes the fields that stand on a mended word, so that the chip says so.
func (r *reading) assumeTypos(f *frame) {
	for i := range r.mended {
		for _, m := range r.ms {
			if i < m.from || i >= m.to {
				continue
			}
			switch {
			case m.kind == isArea:
				f.assume("area")
			case m.kind == isSubject && f.Indicator != "":
				f.assume("indicator")
			case m.kind == isSubject:
				f.assume("category")
			}
		}
	}
}

func (r *reading) categoriesSaid() []string { return r.ofSort(false) }
func (r *reading) indicatorsSaid() []string { return r.ofSort(true) }

// fillPlace puts the area meant into a frame.
func (r *reading) fillPlace(f *frame) *reply {
	r.useAreas()
	if len(r.areas) > 1 {
		return ask("Ada lebih dari satu wilayah dalam pertanyaan ini. Wilayah mana yang dimaksud?", r.eachArea()...)
	}
	code, assumed := r.area()
	f.Area = code
	if assumed {
		f.assume("area")
	}
	return nil
}

func (r *reading) eachArea() []city.Option {
	var out []city.Option
	for _, a := range r.areas {
		out = append(out, city.Option{Text: r.l.title(a)})
	}
	return out
}

// fillReports puts category, office and channel into a frame.
func (r *reading) fillReports(f *frame) *reply {
	cats := r.categoriesSaid()
	if len(cats) > 1 {
		return ask("Ada lebih dari satu kategori dalam pertanyaan ini. Kategori mana yang dimaksud?", r.eachCategory(cats)...)
	}
	if len(cats) == 1 {
		f.Category = cats[0]
		r.useCategories()
	}
	for i, m := range r.ms {
		switch {
		case m.kind == isOffice && (f.Office == "" || f.Office == m.slug):
			f.Office = m.slug
			r.used[i] = true
		case m.kind == isChannel && (f.Channel == "" || f.Channel == m.slug):
			f.Channel = m.slug
			r.used[i] = true
		}
	}
	if f.Office == "" && r.who.office != "" {
		f.Office = r.who.office
		f.assume("office")
	}
	return nil
}

func (r *reading) eachCategory(slugs []string) []city.Option {
	var out []city.Option
	for _, s := range slugs {
		out = append(out, city.Option{Text: "Laporan " + r.l.inside(r.l.category[s].Name)})
	}
	return out
}

func (r *reading) useCategories() {
	for i, m := range r.ms {
		if m.kind == isSubject && m.fit != byHint {
			if cs := r.candidates(m); len(cs) == 1 && !cs[0].indicator {
				r.used[i] = true
			}
		}
	}
}

func (r *reading) useIndicator(slug string) {
	for i, m := range r.ms {
		if m.kind == isSubject && m.fit != byHint {
			if cs := r.candidates(m); len(cs) == 1 && cs[0].indicator && cs[0].slug == slug {
				r.used[i] = true
			}
		}
	}
}

// past returns the named periods that were said, in order, and marks them used.
func (r *reading) past() []string {
	var out []string
	for i, m := range r.ms {
		if m.kind == isPeriod && m.span.name != "" {
			r.used[i] = true
			out = append(out, m.span.name)
		}
	}
	return out
}

// fillPeriod puts the one period said into a frame, or the default one.
func (r *reading) fillPeriod(f *frame, fallback string) *reply {
	ps := r.past()
	for i, m := range r.ms {
		if m.kind == isPeriod && m.span.vague {
			f.assume("period")
		}
		if m.kind == isPeriod && m.span.before && r.base != nil && r.base.Period != "" {
			r.used[i] = true
			ps = append(ps, unitBefore(r.base.Period, m.span.unit, r.at))
		}
	}
	for _, s := range r.periods {
		if s.other != "" && len(ps) == 1 && s.choice[0] != "" {
			return ask(s.choice[0], r.eachPeriod(*f, s.choice[1], s.name, s.choice[2], s.other)...)
		}
		if s.other != "" && len(ps) == 1 {
			return ask("Maksudnya sejak waktu itu sampai sekarang, atau hanya waktu itu?", r.eachPeriod(*f, "Sejak itu sampai sekarang", s.name, "Hanya waktu itu", s.other)...)
		}
	}
	switch {
	case len(ps) > 1:
		return ask("Ada lebih dari satu waktu dalam pertanyaan ini. Waktu mana yang dimaksud?")
	case len(ps) == 1:
		f.Period = ps[0]
	case fallback != "":
		f.Period = fallback
		f.assume("period")
	}
	return nil
}

// eachPeriod offers a frame with two times; pairs are a text and a period.
func (r *reading) eachPeriod(f frame, pairs ...string) []city.Option {
	var out []city.Option
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Period = pairs[i+1]
		out = append(out, option(pairs[i], f))
	}
	return out
}

// lower writes the name of a subject as it stands inside a sentence: its first
// letter small, unless it begins with an abbreviation (PM2.5, RTH).
func lower(name string) string {
	if name == "" {
		return ""
	}
	first, n := utf8.DecodeRuneInString(name)
	if second, _ := utf8.DecodeRuneInString(name[n:]); unicode.IsUpper(second) || unicode.IsDigit(second) {
		return name
	}
	return string(unicode.ToLower(first)) + name[n:]
}

// inside is lower for the city's subjects: one named after the city or an area
// with a name of two words keeps its capital.
func (l *lexicon) inside(name string) string {
	for _, a := range l.names {
		if (a.Level != city.Kelurahan || strings.Contains(a.Name, " ")) && a.Name != "" && strings.HasPrefix(name+" ", a.Name+" ") {
			return name
		}
	}
	if bare := strings.TrimPrefix(l.cityName, "Kota "); bare != "" && strings.HasPrefix(name+" ", bare+" ") {
		return name
	}
	return lower(name)
}
