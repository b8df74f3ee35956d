package voice

import "strings"

// soundDistance is the edit distance of two folded words in which sounds that
// are easily taken for each other cost half (Levenshtein's distance with
// weights; insertions and deletions of a vowel or h cost half too).
func soundDistance(a, b string) float64 {
	before := make([]float64, len(b)+1)
	row := make([]float64, len(b)+1)
	for j := 1; j <= len(b); j++ {
		before[j] = before[j-1] + presence(b[j-1])
	}
	for i := 1; i <= len(a); i++ {
		row[0] = before[0] + presence(a[i-1])
		for j := 1; j <= len(b); j++ {
			row[j] = min(before[j-1]+confusion(a[i-1], b[j-1]), before[j]+presence(a[i-1]), row[j-1]+presence(b[j-1]))
		}
		before, row = row, before
	}
	return before[len(b)]
}

// presence is the cost of hearing a sound that is not there, or missing one.
func presence(c byte) float64 {
	if strings.IndexByte("aeiouh", c) >= 0 {
		return 0.5
	}
	return 1
}

// families are sounds that are made at the same place of the mouth.
var families = []string{"aeiou", "pbf", "td", "kg", "csjz", "mn", "rl"}

// confusion is the cost of hearing one sound for another.
func confusion(a, b byte) float64 {
	if a == b {
		return 0
	}
	for _, f := range families {
		if strings.IndexByte(f, a) >= 0 && strings.IndexByte(f, b) >= 0 {
			return 0.5
		}
	}
	return 1
}
