package tool

import (
	"regexp"
	"strings"
)

// Words of numbers. A word of units stands alone or before a multiplier; "se-"
// is one of it.
var (
	unitWords = map[string]float64{
		"nol": 0, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5,
		"enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9,
	}
	wholeWords = map[string]float64{"sepuluh": 10, "sebelas": 11, "seratus": 100, "seribu": 1e3, "sejuta": 1e6}
	tenWords   = map[string]float64{"belas": 1, "puluh": 10, "ratus": 100}
	powerWords = map[string]float64{"ribu": 1e3, "juta": 1e6, "miliar": 1e9, "milyar": 1e9, "triliun": 1e12}
	// Vague and broken quantities claim a number too.
	loneWords = map[string]float64{
		"puluhan": 10, "belasan": 11, "ratusan": 100, "ribuan": 1e3, "jutaan": 1e6, "selusin": 12,
		"separuh": 0.5, "setengah": 0.5, "sepertiga": 1.0 / 3, "seperempat": 0.25, "semiliar": 1e9,
	}
	ordinalWords = map[string]float64{
		"pertama": 1, "kesatu": 1, "kedua": 2, "ketiga": 3, "keempat": 4, "kelima": 5, "keenam": 6,
		"ketujuh": 7, "kedelapan": 8, "kesembilan": 9, "kesepuluh": 10, "kesebelas": 11,
	}
	textWord = regexp.MustCompile(`\p{L}+`)
)

type spoken struct {
	word       string
	start, end int
}

// words finds numbers that are written in words.
func (s *numberScan) words() {
	all := textWord.FindAllStringIndex(s.text, -1)
	tokens := make([]spoken, len(all))
	for i, at := range all {
		tokens[i] = spoken{strings.ToLower(s.text[at[0]:at[1]]), at[0], at[1]}
	}
	for i := 0; i < len(tokens); {
		if n := notANumber(tokens, i); n > 0 {
			i += n
			continue
		}
		value, decimals, n := s.readWords(tokens[i:])
		if n > 0 {
			s.take(s.wordMention(tokens[i:i+n], value, decimals))
			i += n
			continue
		}
		if v, ok := ordinalWords[tokens[i].word]; ok {
			s.take(Mention{Start: tokens[i].start, End: tokens[i].end, Kind: NumberOrdinal, Value: v})
		}
		i++
	}
}

// notANumber returns how many words from i on are a phrase in which satu counts
// nothing: salah satu (one of them), satu-satunya (the only one), satu per satu
// (one by one).
func notANumber(tokens []spoken, i int) int {
	next := func(k int) string {
		if i+k < len(tokens) {
			return tokens[i+k].word
		}
		return ""
	}
	switch a := tokens[i].word; {
	case a == "salah" && next(1) == "satu", a == "satu" && next(1) == "satunya", a == "satu" && next(1) == "sama":
		return 2
	case a == "satu" && next(1) == "per" && next(2) == "satu":
		return 3
	}
	return 0
}

func (s *numberScan) wordMention(used []spoken, value float64, decimals int) Mention {
	m := Mention{Start: used[0].start, End: used[len(used)-1].end, Kind: NumberWord, Value: value, Decimals: decimals}
	if percent := percentAfter.FindString(s.text[m.End:]); percent != "" {
		m.Kind = NumberPercent
		m.End += len(percent)
	} else if rupiah := rupiahAfter.FindString(s.text[m.End:]); rupiah != "" {
		m.Kind = NumberRupiah
		m.End += len(rupiah)
	}
	return m
}

var (
	percentAfter = regexp.MustCompile(`(?i)^\s?(?:%|persen\b)`)
	rupiahAfter  = regexp.MustCompile(`(?i)^\s+rupiah\b`)
)

// readWords reads the longest number at the beginning of the tokens, which
// must follow each other with nothing but spaces between, and returns how many
// words it took.
func (s *numberScan) readWords(tokens []spoken) (value float64, decimals, n int) {
	if len(tokens) == 0 {
		return 0, 0, 0
	}
	if v, ok := loneWords[tokens[0].word]; ok {
		return v, 0, 1
	}
	total, group, last := 0.0, 0.0, -1.0
	for n < len(tokens) && (n == 0 || s.adjoining(tokens[n-1], tokens[n])) {
		w := tokens[n].word
		switch {
		case last < 0 && has(unitWords, w):
			last = unitWords[w]
		case last < 0 && has(wholeWords, w) && wholeWords[w] < 1e3:
			group += wholeWords[w]
		case last < 0 && has(wholeWords, w):
			total += wholeWords[w]
		case last >= 0 && w == "belas":
			group, last = group+last+10, -1
		case last >= 0 && has(tenWords, w):
			group, last = group+last*tenWords[w], -1
		case n > 0 && has(powerWords, w):
			total, group, last = total+(group+max(last, 0))*powerWords[w], 0, -1
		default:
			return s.spokenDecimals(tokens, total+group+max(last, 0), n)
		}
		n++
	}
	return s.spokenDecimals(tokens, total+group+max(last, 0), n)
}

// spokenDecimals reads "koma lima" after n words.
func (s *numberScan) spokenDecimals(tokens []spoken, value float64, n int) (float64, int, int) {
	if n == 0 || n+1 >= len(tokens) || tokens[n].word != "koma" || !has(unitWords, tokens[n+1].word) {
		return value, 0, n
	}
	part, decimals := 0.1, 0
	n++
	for n < len(tokens) && has(unitWords, tokens[n].word) {
		value += unitWords[tokens[n].word] * part
		part /= 10
		decimals++
		n++
	}
	return value, decimals, n
}

func (s *numberScan) adjoining(a, b spoken) bool {
	return strings.TrimSpace(s.text[a.end:b.start]) == ""
}

func has(m map[string]float64, w string) bool {
	_, ok := m[w]
	return ok
}
