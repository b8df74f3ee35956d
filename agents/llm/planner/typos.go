package planner

import "slices"

// typoIndex finds known words that one or two slips of the finger turn into a
// written one. Words are kept by length, so that a look-up compares a few
// hundred of them.
type typoIndex struct {
	byLength map[int][]string
}

// shortestTypo is the length below which a slip leaves too many readings.
const shortestTypo = 5

func newTypoIndex(l *lexicon) typoIndex {
	ix := typoIndex{byLength: map[int][]string{}}
	add := func(w string) {
		if n := len([]rune(w)); n >= 4 {
			ix.byLength[n] = append(ix.byLength[n], w)
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
		slices.Sort(ws)
	}
	return ix
}

// mend returns the one known word that is nearest to w, "" when none is near
// or several are.
func (ix typoIndex) mend(w string) string {
	rs := []rune(w)
	if len(rs) < shortestTypo {
		return ""
	}
	limit := 1
	if len(rs) >= 8 {
		limit = 2
	}
	best, bestAt, several := "", limit+1, false
	for n := len(rs) - limit; n <= len(rs)+limit; n++ {
		for _, known := range ix.byLength[n] {
			if known[0] != w[0] && (limit < 2 || known[len(known)-1] != w[len(w)-1]) {
				continue // the first letter is seldom wrong
			}
			d := distance(rs, []rune(known), limit)
			switch {
			case d < bestAt:
				best, bestAt, several = known, d, false
			case d == bestAt && d <= limit:
				several = true
			}
		}
	}
	if several || bestAt > limit {
		return ""
	}
	return best
}

// distance is the number of letters wrong, missing, too many or changed over
// (Damerau 1964, optimal string alignment), limit+1 when it is more than limit.
func distance(a, b []rune, limit int) int {
	prev2, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := btoi(a[i-1] != b[j-1])
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
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
