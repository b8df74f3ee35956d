package planner

import (
	"slices"
	"strings"
	"unicode"
)

// token is one word, number or sign of a question.
type token struct {
	raw  string // lower case, as written
	word string // mended
	stem string
	// number is set for digits; value is what they say.
	number bool
	value  float64
	// stop is true when a punctuation mark stands before the token.
	stop bool
	// capital is true when it was written with a capital letter.
	capital bool
	// ticket is true for what looks like the number of a report: UJI-00012.
	ticket bool
	// unit are the parts of a unit written as one: m³, detik.
	unit []string
	// glued is true for a number that hangs on the letters before it: PM10.
	glued bool
}

// piece is a run of characters of one kind.
type piece struct {
	text  string
	digit bool
	stop  bool
	glued bool // nothing stands between it and the piece before
	dash  bool // a hyphen does, perhaps with spaces
	tight bool // a hyphen and nothing else does
	slash bool
	// capital is true when the first letter was one.
	capital bool
}

// tokens splits a question into words and numbers and mends the words.
func (l *lexicon) tokens(text string) []token {
	pieces := split(text)
	out := make([]token, 0, len(pieces)+4)
	for i := 0; i < len(pieces); i++ {
		p := pieces[i]
		if t, n := fixedForm(pieces[i:]); n > 0 {
			t.stop = p.stop
			out = append(out, t)
			i += n - 1
			continue
		}
		if t, n := l.unitToken(pieces[i:], out); n > 0 {
			out = append(out, t)
			i += n - 1
			continue
		}
		if hesitates(p.text) {
			if i+1 < len(pieces) {
				pieces[i+1].stop = pieces[i+1].stop || p.stop
			}
			continue
		}
		switch {
		case p.digit && p.dash && len(out) > 0 && out[len(out)-1].number:
			out = append(out, token{raw: "-", word: "sampai", stem: "sampai"}, numberToken(p))
		case p.digit && p.glued && p.text == "2" && len(out) > 0 && len([]rune(out[len(out)-1].raw)) > 2 && !l.counted[out[len(out)-1].raw]:
			// lampu2: the word doubled, no number
		case p.digit:
			t := numberToken(p)
			t.glued = p.glued && len(out) > 0 && !out[len(out)-1].number && !l.counted[out[len(out)-1].raw] && monthWords[out[len(out)-1].raw] == 0
			out = append(out, t)
		case p.dash && len(out) > 0 && !out[len(out)-1].number && doubles(out[len(out)-1].raw, p.text):
			// rata-rata, anak-anaknya
		default:
			out = l.mended(out, p)
		}
	}
	return out
}

// hesitates reports whether a word is the sound of thinking: eee, emm, hmm.
// Such a sound is left out; it stands between words that belong together.
func hesitates(w string) bool {
	if len(w) < 2 || w == "mm" || strings.Trim(w, "ehmu") != "" {
		return w == "anu"
	}
	short := []rune{}
	for _, r := range w {
		if len(short) == 0 || short[len(short)-1] != r {
			short = append(short, r)
		}
	}
	return slices.Contains([]string{"e", "em", "eh", "hm", "ehm", "hem", "um", "uh"}, string(short))
}

// doubles reports whether the second half of a hyphenated word repeats the first.
func doubles(first, second string) bool {
	return len(first) >= 3 && (first == second || strings.HasSuffix(first, second) && len(second) >= 3 ||
		strings.HasPrefix(second, first) && len(second) <= len(first)+4)
}

// mended appends the words that one written word stands for.
func (l *lexicon) mended(out []token, p piece) []token {
	words := l.mend(p.text)
	for i, w := range words {
		t := token{raw: p.text, word: w, stem: l.stem(w), stop: p.stop && i == 0, capital: p.capital}
		if len(words) > 1 {
			t.raw = w
		}
		if v, ok := parseNumber(w); ok {
			t.number, t.value = true, v
		}
		// "rata rata", "apa apa": speech writes doubled words without a hyphen.
		if n := len(out); n > 0 && !p.stop && out[n-1].word == w && !t.number && len(w) > 2 && l.doubled[w] {
			continue
		}
		out = append(out, t)
	}
	return out
}

// mend returns the words that a written word stands for. A word of the
// catalogue or the grammar is never mended away.
func (l *lexicon) mend(raw string) []string {
	if full, ok := spoken[raw]; ok {
		return strings.Fields(full) // names are looked up as they were written, too
	}
	if l.vocabulary[raw] {
		return []string{raw}
	}
	if bare := l.withoutClitic(raw); bare != "" {
		return []string{bare}
	}
	words := strings.Fields(l.language.Normalise(raw))
	if len(words) == 1 && words[0] != raw && len(raw) >= 5 && l.vocabulary[words[0]] {
		// A slip that may as well be for another word is left for its neighbours to tell.
		if near := l.typos.near(raw); len(near) > 1 && slices.Contains(near, words[0]) {
			return []string{raw}
		}
	}
	for i, w := range words {
		if full, ok := spoken[w]; ok && !l.vocabulary[w] && !strings.Contains(full, " ") {
			words[i] = full
			continue
		}
		if bare := l.withoutClitic(w); bare != "" {
			words[i] = bare
		}
	}
	if len(words) == 0 {
		return []string{raw}
	}
	return words
}

// withoutClitic cuts -nya, -kah, -lah and -pun where a known word is left.
func (l *lexicon) withoutClitic(w string) string {
	if l.vocabulary[w] {
		return ""
	}
	for _, s := range []string{"nyakah", "nyalah", "nya", "kah", "lah", "pun", "tu", "ni", "ny", "x"} {
		if cut, ok := strings.CutSuffix(w, s); ok && len(cut) >= 3 && l.vocabulary[cut] {
			return cut
		}
	}
	// se-Samarinda, sekecamatan
	if cut, ok := strings.CutPrefix(w, "se"); ok && l.cityWords[cut] {
		return cut
	}
	return ""
}

// split cuts a text into runs of letters and runs of digits; a point or comma
// between digits belongs to the number.
func split(text string) []piece {
	var out []piece
	rs := []rune(text)
	stop, dash, tight, slash, gap := false, false, false, false, true
	for i := 0; i < len(rs); {
		r := rs[i]
		switch {
		case unicode.IsDigit(r):
			j := i
			for j < len(rs) && (unicode.IsDigit(rs[j]) || (rs[j] == '.' || rs[j] == ',') && j+1 < len(rs) && unicode.IsDigit(rs[j+1]) && j > i) {
				j++
			}
			out = append(out, piece{string(rs[i:j]), true, stop, !gap, dash, tight && rs[i-1] != ' ', slash, false})
			i, stop, dash, tight, slash, gap = j, false, false, false, false, false
		case unicode.IsLetter(r):
			j := i
			for j < len(rs) && (unicode.IsLetter(rs[j]) || rs[j] == '²' || rs[j] == '³') {
				j++
			}
			out = append(out, piece{strings.ToLower(string(rs[i:j])), false, stop, !gap, dash, tight && rs[i-1] != ' ', slash, unicode.IsUpper(r)})
			i, stop, dash, tight, slash, gap = j, false, false, false, false, false
		case r == '%' || r == '>' || r == '<':
			out = append(out, piece{text: string(r), stop: stop})
			i, stop, dash, tight, slash, gap = i+1, false, false, false, false, true
		case r == '^' && !gap: // m^3
			i++
		default:
			hyphen := strings.ContainsRune("-–—", r)
			tight = hyphen && !gap
			dash = hyphen || dash && r == ' '
			slash = r == '/'
			stop = stop || strings.ContainsRune(".,;:!?\n()", r)
			gap = true
			i++
		}
	}
	return out
}

// fixedForm reads what several pieces make together: a date in figures, the
// number of a report.
func fixedForm(p []piece) (token, int) {
	if len(p) >= 3 && p[0].digit && p[1].digit && p[2].digit {
		if len(p[0].text) == 4 && p[1].dash && p[2].dash {
			return token{raw: p[0].text + "-" + p[1].text + "-" + p[2].text, word: isoDate}, 3
		}
		if len(p[2].text) == 4 && (p[1].slash && p[2].slash || p[1].dash && p[2].dash) {
			return token{raw: p[2].text + "-" + two(p[1].text) + "-" + two(p[0].text), word: isoDate}, 3
		}
	}
	if len(p) >= 2 && !p[0].digit && p[1].digit && p[1].tight && len(p[1].text) >= 3 && len(p[0].text) <= 8 {
		return token{raw: p[0].text + "-" + p[1].text, word: ticketWord, ticket: true}, 2
	}
	return token{}, 0
}

// Words that stand for tokens of a fixed form; no written word is like them.
const (
	isoDate    = "\x00tanggal"
	unitWord   = "\x00satuan"
	ticketWord = "\x00tiket"
)

func two(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

func numberToken(p piece) token {
	v, _ := parseNumber(p.text)
	return token{raw: p.text, word: p.text, stem: p.text, number: true, value: v, stop: p.stop}
}
