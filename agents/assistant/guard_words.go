package assistant

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// synonyms of units and of what is counted.
var unitNames = map[string]string{
	"laporan": "laporan", "aduan": "laporan", "pengaduan": "laporan", "keluhan": "laporan", "jam": "jam", "menit": "menit", "hari": "hari",
	"minggu": "minggu", "mm": "mm", "cm": "cm", "m": "m", "meter": "m", "km": "km", "km/jam": "km/jam", "kejadian": "kejadian",
	"orang": "orang", "jiwa": "jiwa", "ton": "ton", "liter": "liter", "unit": "unit",
}

// unitFits: what stands right behind a number must be the figure's unit when it
// is a unit at all.
func unitFits(m *marked, k mark, f city.Figure, all []city.Figure) bool {
	if k.number.Kind != tool.NumberPlain && k.number.Kind != tool.NumberWord {
		return true
	}
	behind := strings.ToLower(strings.TrimSpace(m.text[k.end:]))
	word := behind
	if i := strings.IndexFunc(behind, func(r rune) bool { return !unicode.IsLetter(r) && r != '/' && r != '°' }); i >= 0 {
		word = behind[:i]
	}
	said, known := unitNames[word]
	if !known {
		known = slices.ContainsFunc(all, func(o city.Figure) bool { return word != "" && firstWord(o.Unit) == word })
		said = word
	}
	if !known {
		return true
	}
	have := firstWord(f.Unit)
	if name, ok := unitNames[have]; ok {
		have = name
	}
	return have == said
}

func firstWord(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(s), " ")
	return s
}

// measureWords tell the measures of reports apart, the more special first.
var measureWords = []struct {
	measure string
	words   *regexp.Regexp
}{
	{city.MeasureOverdue, regexp.MustCompile(`(?i)\b(lewat|melewati|melampaui|melebihi) (batas waktu|tenggat|batas)|\bterlambat\b`)},
	{city.MeasureOpen, regexp.MustCompile(`(?i)\b(belum|tidak|tak) (selesai|diselesaikan|tuntas|ditutup|tertangani)|\bmasih (terbuka|berjalan|menunggu)`)},
	{city.MeasureResponse, regexp.MustCompile(`(?i)\bwaktu (respons?|tanggap)`)},
	{city.MeasureClosing, regexp.MustCompile(`(?i)\bwaktu (pe)?(nye)?lesai(an)?\b`)},
	{city.MeasureOnTime, regexp.MustCompile(`(?i)\btepat waktu\b`)},
	{city.MeasureClosed, regexp.MustCompile(`(?i)\b(selesai|diselesaikan|tuntas|dituntaskan|ditutup)\b`)},
	{city.MeasureReceived, regexp.MustCompile(`(?i)\b(laporan|aduan|keluhan|pengaduan) (yang )?(masuk|diterima|baru)\b`)},
}

// measureFits: a clause that says selesai is not about what came in. Words
// that are the figure's own label's are always its own.
func measureFits(m *marked, k mark, f city.Figure) bool {
	if f.Measure == "" || f.Operation != "" || !ofReports(f) {
		return true
	}
	c := m.clause(k.start)
	said := measureSaid(m.text[c[0]:c[1]])
	return said == "" || said == f.Measure || said == measureSaid(f.Label) || said == city.MeasureReceived && f.Measure == city.MeasureShare
}

// measureSaid is the measure that a text's words are of, "" when they tell none.
func measureSaid(text string) string {
	for _, w := range measureWords {
		if w.words.MatchString(text) {
			return w.measure
		}
	}
	return ""
}

// Directions a clause may state.
var (
	upWords    = regexp.MustCompile(`(?i)\b(naik|meningkat|bertambah|melonjak|menanjak|kenaikan|peningkatan|lebih (banyak|tinggi|besar|lama|cepat naik))\b`)
	downWords  = regexp.MustCompile(`(?i)\b(turun|menurun|berkurang|merosot|menyusut|anjlok|penurunan|lebih (sedikit|rendah|kecil|singkat|pendek))\b`)
	levelWords = regexp.MustCompile(`(?i)\b(tetap|tidak berubah|sama (dengan|seperti|banyak)|stabil)\b`)
	negation   = regexp.MustCompile(`(?i)\b(tidak|bukan|tanpa|belum)\s+(ada\s+)?(naik|turun|meningkat|menurun|bertambah|berkurang|kenaikan|penurunan|lebih)\b`)
	priorWord  = regexp.MustCompile(`(?i)\b(dari|dibanding|dibandingkan|daripada|sebelumnya|semula)\b`)
	belowWord  = regexp.MustCompile(`(?i)\b(minus|selisih|berbeda|terpaut)\b`)
)

// directionOf is 1, -1 or 0 for a direction that a clause states; ok is false
// when it states none, or several.
func directionOf(clause string) (direction int, ok bool) {
	up, down, level := upWords.MatchString(clause), downWords.MatchString(clause), levelWords.MatchString(clause)
	switch {
	case up && !down && !level:
		return 1, true
	case down && !up && !level:
		return -1, true
	case level && !up && !down:
		return 0, true
	}
	return 0, false
}

// signed reports whether a figure states a change.
func signed(f city.Figure) bool { return f.Operation == "change" || f.Operation == "difference" }

func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// signFits: a change is said with its own direction.
func signFits(m *marked, k mark, f city.Figure) bool {
	if !signed(f) {
		return f.Value >= 0 || k.number.Value < 0 || belowWord.MatchString(m.text)
	}
	c := m.clause(k.start)
	clause := m.text[c[0]:c[1]]
	direction, ok := directionOf(clause)
	if !ok {
		direction, ok = directionOf(m.text)
	}
	if ok {
		return direction == sign(f.Value)
	}
	return f.Value >= 0 || k.number.Value < 0 || belowWord.MatchString(m.text)
}

// directions checks every clause that states a direction against the changes
// that tools returned, else against the two values of its sentence.
func (e *evidence) directions(m *marked) (wrong []string) {
	for _, c := range m.clauses {
		clause := m.text[c[0]:c[1]]
		if negation.MatchString(clause) {
			if !hasToken(e.said, negation.FindString(clause)) {
				wrong = append(wrong, "arah perubahan yang diingkari tidak ada di hasil alat")
			}
			continue
		}
		direction, ok := directionOf(clause)
		if !ok {
			if upWords.MatchString(clause) || downWords.MatchString(clause) {
				wrong = append(wrong, "arah perubahan tidak jelas")
			}
			continue
		}
		if !e.directionHolds(m, c, direction) {
			wrong = append(wrong, fmt.Sprintf("arah %q tidak sesuai dengan angkanya", strings.TrimSpace(clause)))
		}
	}
	return wrong
}

func (e *evidence) directionHolds(m *marked, c [2]int, direction int) bool {
	current, before, pair := pairIn(m)
	if !m.comparesNames() {
		if holds, known := e.changeHolds(m, c, direction); known && (!holds || !pair) {
			return holds
		}
	}
	if pair {
		return sign(current-before) == direction
	}
	if holds, known := e.comparison(m, direction); known {
		return holds
	}
	if holds, known := e.changeHolds(m, c, direction); known {
		return holds
	}
	said, ok := directionOf(e.said)
	return ok && said == direction || direction == 0 && levelWords.MatchString(e.said)
}

// comparesNames reports whether a sentence names two of a kind, which it may
// compare with each other rather than with before.
func (m *marked) comparesNames() bool {
	for _, kind := range []MentionKind{MentionArea, MentionCategory, MentionOffice} {
		if len(m.between(kind, 0, len(m.text))) == 2 {
			return true
		}
	}
	return false
}

// changeHolds checks a direction by the changes that tools returned for what
// the clause is about; all of them must have it.
func (e *evidence) changeHolds(m *marked, c [2]int, direction int) (holds, known bool) {
	here := mark{kind: markNumber, start: c[1] - 1, end: c[1]}
	for i, f := range e.figures {
		if !signed(f) || !e.isOf(i, MentionArea, e.named(m, here, MentionArea)) || !e.isOf(i, MentionCategory, e.named(m, here, MentionCategory)) {
			continue
		}
		if sign(f.Value) != direction {
			return false, true
		}
		known = true
	}
	return known, known
}

// pairIn finds the value of now and of before in a sentence that states both:
// "34, naik dari 20", "dari 20 menjadi 34".
func pairIn(m *marked) (current, before float64, ok bool) {
	var now, prior []float64
	for _, k := range m.numbers(0, len(m.text)) {
		if k.number.Kind == tool.NumberPercent {
			continue
		}
		c := m.clause(k.start)
		from := c[0]
		for _, other := range m.numbers(from, k.start) {
			from = max(from, other.end)
		}
		lead := m.text[from:k.start]
		// "naik 14": the change itself is neither.
		if d, has := directionOf(lead); has && d != 0 && !priorWord.MatchString(lead) && !strings.Contains(strings.ToLower(lead), "menjadi") {
			continue
		}
		if priorWord.MatchString(lead) && !strings.Contains(strings.ToLower(lead), "menjadi") {
			prior = append(prior, k.number.Value)
		} else {
			now = append(now, k.number.Value)
		}
	}
	if len(now) != 1 || len(prior) != 1 {
		return 0, 0, false
	}
	return now[0], prior[0], true
}

// comparison checks "A lebih banyak daripada B" by the figures of A and B.
func (e *evidence) comparison(m *marked, direction int) (holds, known bool) {
	for _, kind := range []MentionKind{MentionArea, MentionCategory, MentionOffice} {
		names := m.between(kind, 0, len(m.text))
		if len(names) != 2 {
			continue
		}
		for i, a := range e.figures {
			for j, b := range e.figures {
				if i == j || a.Measure != b.Measure || a.Indicator != b.Indicator || a.Unit != b.Unit || signed(a) || signed(b) ||
					!e.isOf(i, kind, names[:1]) || !e.isOf(j, kind, names[1:]) {
					continue
				}
				if sign(a.Value-b.Value) != direction {
					return false, true
				}
				known = true
			}
		}
		if known {
			return true, true
		}
	}
	return false, false
}

var (
	absolute    = regexp.MustCompile(`(?i)\b(semua (laporan|aduan|keluhan|wilayah|kecamatan|kelurahan|sudah|telah)|seluruh (laporan|aduan|keluhan)|semuanya|seluruhnya (selesai|aman|tuntas)|tidak ada|tak ada|belum ada|nihil|aman|terkendali|membaik|memburuk|kondusif|selalu|tidak pernah|darurat|kritis)\b`)
	superlative = regexp.MustCompile(`(?i)\b(terbanyak|tertinggi|terbesar|tersedikit|terendah|terkecil|terlama|tercepat|terburuk|terbaik|paling \p{L}+)\b`)
)

// mostWords and leastWords are the two ends of an order.
var (
	mostWords  = regexp.MustCompile(`(?i)\b(terbanyak|tertinggi|terbesar|terlama|paling (banyak|tinggi|besar|lama))\b`)
	leastWords = regexp.MustCompile(`(?i)\b(tersedikit|terendah|terkecil|tercepat|paling (sedikit|rendah|kecil|cepat))\b`)
)

// claims checks words that state a judgement or an absolute, which no number
// carries: a tool must have said so.
func (e *evidence) claims(text string) (wrong []string) {
	zero := slices.ContainsFunc(e.figures, func(f city.Figure) bool { return f.Value == 0 })
	for _, found := range absolute.FindAllString(text, -1) {
		nothing := strings.HasSuffix(strings.ToLower(found), "ada") || strings.EqualFold(found, "nihil")
		if !hasToken(e.said, found) && (!nothing || !zero) {
			wrong = append(wrong, fmt.Sprintf("pernyataan %q tidak ada di hasil alat", found))
		}
	}
	for _, s := range sentences(text) {
		if !e.verbatim(s) {
			wrong = append(wrong, e.superlatives(s)...)
		}
	}
	return wrong
}

// verbatim reports whether a sentence is a tool's own, word for word. Where
// several tools spoke it must name its place itself or begin what a tool said,
// or it could be put behind another's sentence.
func (e *evidence) verbatim(s string) bool {
	for _, text := range e.texts {
		at := strings.Index(text, s)
		if at < 0 {
			continue
		}
		if at == 0 || len(e.texts) == 1 || slices.ContainsFunc(e.t.a.Places(s), func(m Mention) bool { return m.Kind == MentionArea }) {
			return true
		}
	}
	return false
}

// superlatives: what is called the most must lead a list, or be called so by a
// tool.
func (e *evidence) superlatives(text string) []string {
	at := superlative.FindStringIndex(text)
	if at == nil {
		return nil
	}
	if most, least := mostWords.MatchString(e.said), leastWords.MatchString(e.said); most != least &&
		(mostWords.MatchString(text) && !most || leastWords.MatchString(text) && !least) {
		return []string{fmt.Sprintf("%q kebalikan dari hasil alat", text[at[0]:at[1]])}
	}
	m := e.takeApart(text)
	c := m.clause(at[0])
	for _, kind := range []MentionKind{MentionArea, MentionCategory, MentionOffice} {
		names := m.between(kind, c[0], c[1])
		if len(names) == 0 {
			names = m.between(kind, at[1], len(text))
		}
		for _, rank := range e.ranks {
			ranked := slices.DeleteFunc(slices.Clone(names), func(n mark) bool { return rankOf(rank, n) == 0 })
			if len(ranked) == 0 {
				continue
			}
			if slices.ContainsFunc(ranked, func(n mark) bool { return rankOf(rank, n) == 1 }) {
				return nil
			}
			return []string{fmt.Sprintf("%q bukan yang pertama dalam daftar", text[ranked[0].start:ranked[0].end])}
		}
	}
	if found := text[at[0]:at[1]]; !hasToken(e.said, found) && !hasToken(e.question, found) {
		return []string{fmt.Sprintf("%q tidak ada di hasil alat", found)}
	}
	return nil
}

func rankOf(rank map[string]int, n mark) int {
	for _, k := range n.keys {
		if at := rank[k]; at > 0 {
			return at
		}
	}
	return 0
}
