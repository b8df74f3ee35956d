package planner

import (
	"strings"
	"time"

	"balaikota/backend/city"
)

// maxTokens is how many tokens of a question are read; a longer one is asked
// to be put shorter.
const maxTokens = 80

// longestPhrase is the most tokens that one name or phrase has.
const longestPhrase = 9

// subject is a category of reports or an indicator.
type subject struct {
	indicator bool
	slug      string
	name      string
}

// lexicon is one catalogue made ready for reading: every way to write its
// names beside the words of the grammar. It is never changed once built.
type lexicon struct {
	language   Language
	cat        Catalogue
	zone       *time.Location
	cityCode   string
	cityName   string
	vocabulary map[string]bool // words that are not mended away
	cityWords  map[string]bool
	counted    map[string]bool
	doubled    map[string]bool

	cues     map[string]cue   // phrase → cue
	stems    map[string]cue   // root → cue
	phrases  map[string]found // names of subjects, offices, channels, sources
	byStem   map[string]found // names of subjects by the roots of their words
	areas    map[string]areaName
	squashed map[string]areaName // names without spaces
	typos    typoIndex
	parts    map[string][]int // word → subjects with it in their name
	roots    map[string][]int // root → subjects
	subjects []namedSubject
	names    map[string]city.Area
	category map[string]city.Category
	indic    map[string]city.Indicator
	office   map[string]city.Office
	units    map[string]bool // words of the indicators' units
}

// found is what a phrase names.
type found struct {
	kind     kind
	fit      fit
	subjects []subject
	slug     string
}

func newLexicon(c Catalogue, lang Language) *lexicon {
	l := &lexicon{
		language: lang, cat: c, zone: c.Zone, vocabulary: map[string]bool{}, cityWords: map[string]bool{}, counted: countedWords, doubled: doubledWords,
		cues: map[string]cue{}, stems: map[string]cue{}, phrases: map[string]found{}, byStem: map[string]found{}, areas: map[string]areaName{}, squashed: map[string]areaName{},
		parts: map[string][]int{}, roots: map[string][]int{}, names: map[string]city.Area{}, category: map[string]city.Category{}, indic: map[string]city.Indicator{}, office: map[string]city.Office{}, units: map[string]bool{},
	}
	if l.zone == nil {
		l.zone = time.UTC
	}
	l.learnGrammar()
	l.learnAreas()
	l.learnSubjects()
	l.learnOffices()
	l.learnChannels()
	l.learnSynonyms()
	l.learnMeasures()
	l.typos = newTypoIndex(l)
	return l
}

func (l *lexicon) stem(w string) string { return l.language.Stem(w) }

// learnGrammar takes in the words that are the same in every city.
func (l *lexicon) learnGrammar() {
	for c, list := range cuePhrases {
		for p := range strings.SplitSeq(list, "|") {
			if root, ok := strings.CutPrefix(p, "~"); ok {
				l.stems[root] = c
				p = root
			}
			key := strings.Join(words(p), " ")
			l.know(key)
			if _, taken := l.cues[key]; !taken || c < l.cues[key] {
				l.cues[key] = c
			}
		}
	}
	for _, list := range []map[string]bool{fillers, ofCommand} {
		for w := range list {
			l.know(w)
		}
	}
	for w := range monthWords {
		l.know(w)
	}
	for _, m := range []map[string]bool{pastWords, betweenWords, backWords} {
		for w := range m {
			l.know(w)
		}
	}
	l.know("i ii iii iv hari minggu pekan bulan tahun triwulan kuartal semester jam seminggu sepekan sebulan setahun sehari besok lusa semalam samalam tadi nanti pagi siang sore malam subuh sejak mulai semenjak antara awal akhir sebelumnya depan mendatang tanggal senin selasa rabu kamis jumat sabtu ahad belakang belakangan dulu koma belas puluh ratus ribu juta miliar seratus seribu sepuluh sebelas pertama kedua ketiga keempat hingga sekota rp rupiah mm cm meter km kg persen derajat")
	for w := range digitWords {
		l.know(w)
	}
}

func (l *lexicon) know(text string) {
	for w := range strings.FieldsSeq(text) {
		l.vocabulary[w] = true
	}
}

// words splits a name into its words as tokens does, without mending them.
func words(text string) []string {
	var out []string
	for _, p := range split(strings.ToLower(text)) {
		if p.dash && len(out) > 0 && doubles(out[len(out)-1], p.text) {
			continue
		}
		if p.digit {
			p.text = strings.ReplaceAll(p.text, ",", ".")
		}
		out = append(out, p.text)
	}
	return out
}

func wordSet(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}

// candidates returns every reading of every group of tokens.
func (l *lexicon) candidates(ts []token, at time.Time) []match {
	out := l.preambles(ts)
	periods := periodReader{ts, at}
	for i := range ts {
		if s, n := periods.read(i); n > 0 {
			out = append(out, match{from: i, to: i + n, kind: isPeriod, span: s})
		}
		out = l.amountsAt(out, ts, i)
		out = l.channelsAt(out, ts, i)
		out = l.phrasesAt(out, ts, i)
		out = l.areasAt(out, ts, i)
		out = l.partsAt(out, ts, i)
		if fillers[ts[i].word] {
			out = append(out, match{from: i, to: i + 1, kind: isFiller})
		}
	}
	for i := range out {
		out[i].text = written(ts[out[i].from:out[i].to])
	}
	return out
}

// phrasesAt appends the cues and names that begin at token i.
func (l *lexicon) phrasesAt(out []match, ts []token, i int) []match {
	key, bare, stems, glued := "", "", "", ""
	for n := 1; n <= longestPhrase && i+n <= len(ts); n++ {
		t := ts[i+n-1]
		if n > 1 {
			key, bare, stems = key+" ", bare+" ", stems+" "
		}
		w := t.word
		if t.number {
			w = strings.ReplaceAll(w, ",", ".")
		}
		key, bare, stems, glued = key+w, bare+withoutNya(w), stems+t.stem, glued+w
		m := match{from: i, to: i + n, fit: bySynonym}
		if c, ok := l.cues[key]; ok {
			m.kind, m.cue = isCue, c
			out = append(out, m)
		} else if c, ok := l.cues[bare]; ok {
			m.kind, m.cue = isCue, c
			out = append(out, m)
		} else if c, ok := l.stems[stems]; ok && n == 1 {
			m.kind, m.cue = isCue, c
			out = append(out, m)
		}
		f, ok := l.phrases[key]
		if !ok {
			f, ok = l.byStem[stems]
		}
		if !ok && n > 1 {
			f, ok = l.phrases[glued] // "pm 2.5", "kota besar" is left to areas
			ok = ok && strings.ContainsAny(glued, "0123456789")
		}
		if ok {
			m.kind, m.fit, m.subjects, m.slug, m.cue = f.kind, f.fit, f.subjects, f.slug, noCue
			out = append(out, m)
		}
	}
	return out
}

func withoutNya(w string) string {
	if cut, ok := strings.CutSuffix(w, "nya"); ok && len(cut) > 3 {
		return cut
	}
	return w
}

func written(ts []token) string {
	var b strings.Builder
	for i, t := range ts {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.raw)
	}
	return b.String()
}

// name puts a phrase for what it names, unless a better one stands there.
func (l *lexicon) name(phrase string, f found) {
	ws := words(phrase)
	if len(ws) == 0 || len(ws) > longestPhrase {
		return
	}
	key := strings.Join(ws, " ")
	l.know(key)
	l.phrases[key] = merged(l.phrases[key], f)
	for i, w := range ws { // "air nggak ngalir" is read as "air tidak ngalir"
		if full, ok := spoken[w]; ok {
			ws[i] = full
		}
	}
	if mended := strings.Join(ws, " "); mended != key {
		l.phrases[mended] = merged(l.phrases[mended], f)
	}
	if f.kind != isSubject || f.fit == byHint {
		return
	}
	for i, w := range ws {
		ws[i] = l.stem(w)
	}
	stems := strings.Join(ws, " ")
	if len(ws) == 1 && stems != key {
		return // "bersih" is not kebersihan, but kebanjiran is banjir
	}
	l.byStem[stems] = merged(l.byStem[stems], f)
}

// merged joins two things of one name: the better fit wins, equals are kept
// both, so that the question is asked which is meant.
func merged(have, more found) found {
	if have.subjects == nil && have.slug == "" {
		return more
	}
	if have.kind != more.kind || have.fit != more.fit {
		if more.fit < have.fit {
			return more
		}
		return have
	}
	have.subjects = append([]subject{}, have.subjects...)
	for _, s := range more.subjects {
		if !holds(have.subjects, s) {
			have.subjects = append(have.subjects, s)
		}
	}
	return have
}

func holds(list []subject, s subject) bool {
	for _, have := range list {
		if have.slug == s.slug && have.indicator == s.indicator {
			return true
		}
	}
	return false
}
