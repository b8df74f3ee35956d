package planner

import (
	"slices"
	"strings"
)

// typoIndex finds known words that one or two slips of the finger turn into a
// written one. Words are kept by length, so that a look-up compares a few
// hundred of them.
type typoIndex struct {
	byLength map[int][][]rune
}

// shortestTypo is the length below which a slip leaves too many readings.
const (
	shortestTypo = 4 // of four letters only a fifth may be missing
	longestTypo  = 40
)

func newTypoIndex(l *lexicon) typoIndex {
	ix := typoIndex{byLength: map[int][][]rune{}}
	add := func(w string) {
		if rs := []rune(w); len(rs) >= 4 {
			ix.byLength[len(rs)] = append(ix.byLength[len(rs)], rs)
		}
	}
	for w := range l.vocabulary {
		add(w)
	}
	for w, a := range l.squashed { // spelled together and wrong
		if !l.vocabulary[w] && !a.part {
			add(w)
		}
	}
	for _, ws := range ix.byLength {
		slices.SortFunc(ws, slices.Compare)
	}
	return ix
}

// near returns the known words that are nearest to w.
func (ix typoIndex) near(w string) []string {
	rs := []rune(w)
	if len(rs) < shortestTypo {
		return nil
	}
	limit := 1
	if len(rs) >= 9 {
		limit = 2
	}
	var best []string
	bestAt := limit + 1
	for n := len(rs) - limit; n <= len(rs)+limit; n++ {
		for _, known := range ix.byLength[n] {
			if known[0] != rs[0] {
				continue // the first letter is seldom wrong
			}
			d := distance(rs, known, limit)
			if len(rs) == 4 && (d != 1 || len(known) != 5) {
				continue
			}
			if d == 2 && known[len(known)-1] != rs[len(rs)-1] {
				continue
			}
			if d == 1 && len(known) == len(rs) && !keySlip(rs, known) {
				continue
			}
			switch {
			case d < bestAt:
				best, bestAt = []string{string(known)}, d
			case d == bestAt && d <= limit:
				best = append(best, string(known))
			}
		}
	}
	return best
}

// keySlip reports whether two words of one length differ as a slip makes
// them: two letters changed over, or a key hit beside the one meant. Another
// letter is rather another word ("ramadan" is no slip for "ramalan").
func keySlip(a, b []rune) bool {
	for i := range a {
		if a[i] == b[i] {
			continue
		}
		if i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] {
			return true
		}
		return strings.ContainsRune(besideKey[b[i]], a[i])
	}
	return true
}

// besideKey are the keys around each letter on a QWERTY keyboard, and vowels
// that are heard alike.
var besideKey = map[rune]string{
	'q': "wa", 'w': "qes", 'e': "wrdi", 'r': "etf", 't': "ryg", 'y': "tuh", 'u': "yijo", 'i': "uoke", 'o': "iplu", 'p': "ol",
	'a': "qsze", 's': "awdxz", 'd': "sefcx", 'f': "drgvc", 'g': "fthbv", 'h': "gyjnb", 'j': "hukmn", 'k': "jilm", 'l': "kop",
	'z': "asx", 'x': "zsdc", 'c': "xdfv", 'v': "cfgb", 'b': "vghn", 'n': "bhjm", 'm': "njk",
}

// distance is the number of letters wrong, missing, too many or changed over
// (Damerau 1964, optimal string alignment), limit+1 when it is more than limit.
func distance(a, b []rune, limit int) int {
	if len(a) >= longestTypo || len(b) >= longestTypo {
		return limit + 1
	}
	var rows [3][longestTypo + 1]int
	prev2, prev, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+btoi(a[i-1] != b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return limit + 1
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(b)]
}
