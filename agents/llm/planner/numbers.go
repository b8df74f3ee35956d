package planner

import (
	"strconv"
	"strings"
	"unicode"
)

// parseNumber reads digits as Indonesians write them: a comma before the
// decimals, points between thousands. A single point that does not leave three
// digits behind it is taken for a decimal point.
func parseNumber(s string) (float64, bool) {
	if s == "" || !unicode.IsDigit(rune(s[0])) {
		return 0, false
	}
	clean := s
	switch comma, point := strings.Count(s, ","), strings.Count(s, "."); {
	case comma == 1:
		clean = strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", ".")
	case comma > 1:
		clean = strings.ReplaceAll(s, ",", "")
	case point > 1 || point == 1 && len(s)-strings.IndexByte(s, '.') == 4 && s[0] != '0':
		clean = strings.ReplaceAll(s, ".", "")
	}
	v, err := strconv.ParseFloat(clean, 64)
	return v, err == nil
}

var digitWords = map[string]float64{
	"nol": 0, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9,
}

var scaleWords = map[string]float64{"ribu": 1000, "juta": 1e6, "miliar": 1e9}

// numberAt reads the number that begins at token i, in digits or in words
// ("tiga puluh koma satu", "15 ribu"), and says how many tokens it takes; 0
// when there is none.
func numberAt(ts []token, i int) (value float64, n int) {
	if i >= len(ts) {
		return 0, 0
	}
	if ts[i].number {
		value, n = ts[i].value, 1
	} else if value, n = wordsBelowThousand(ts, i); n == 0 {
		return 0, 0
	}
	total := 0.0
	for i+n < len(ts) && scaleWords[ts[i+n].word] > 0 {
		total += value * scaleWords[ts[i+n].word]
		value = 0
		n++
		if v, m := wordsBelowThousand(ts, i+n); m > 0 {
			value, n = v, n+m
		}
	}
	value += total
	if i+n < len(ts) && ts[i+n].word == "koma" {
		if dec, m := decimals(ts, i+n+1); m > 0 {
			return value + dec, n + 1 + m
		}
	}
	return value, n
}

// decimals reads the digits spoken after "koma".
func decimals(ts []token, i int) (v float64, n int) {
	unit := 0.1
	for i+n < len(ts) {
		t := ts[i+n]
		d, ok := digitWords[t.word]
		if t.number && t.value < 10 {
			d, ok = t.value, true
		}
		if !ok {
			return v, n
		}
		v += d * unit
		unit /= 10
		n++
	}
	return v, n
}

func wordsBelowThousand(ts []token, i int) (v float64, n int) {
	for i+n < len(ts) {
		w := ts[i+n].word
		next := ""
		if i+n+1 < len(ts) {
			next = ts[i+n+1].word
		}
		d, isDigit := digitWords[w]
		switch {
		case w == "seribu" && n == 0:
			return 1000, 1
		case w == "seratus":
			v, n = v+100, n+1
		case w == "sepuluh":
			return v + 10, n + 1
		case w == "sebelas":
			return v + 11, n + 1
		case isDigit && next == "ratus" && v == 0:
			v, n = v+100*d, n+2
		case isDigit && next == "belas":
			return v + 10 + d, n + 2
		case isDigit && next == "puluh":
			v, n = v+10*d, n+2
		case isDigit:
			return v + d, n + 1
		default:
			return v, n
		}
	}
	return v, n
}
