package language

import (
	"slices"
	"strings"
)

// slipIndex finds known roots that one slip of the finger turns into a written
// word. It holds every root of five letters or more under itself and under
// each of its shapes with one letter left out, so that a look-up costs as many
// map reads as the word has letters, whatever the size of the list: the
// symmetric deletion of Garbe's SymSpell (2012), on the distance of Damerau
// (1964) with one edit.
type slipIndex map[string][]string

// shortestMended is the length below which a slip leaves too many readings.
const shortestMended = 5

func newSlipIndex(roots map[string]bool) slipIndex {
	ix := make(slipIndex, 7*len(roots))
	for r := range roots {
		if len(r) < shortestMended {
			continue
		}
		ix.add(r, r)
		for i := range len(r) {
			ix.add(r[:i]+r[i+1:], r)
		}
	}
	return ix
}

func (ix slipIndex) add(shape, root string) {
	if !slices.Contains(ix[shape], root) {
		ix[shape] = append(ix[shape], root)
	}
}

// root returns the one root that a plausible slip turns into w, "" if there is
// none or more than one.
func (ix slipIndex) root(w string) string {
	if len(w) < shortestMended || !isPlain(w) {
		return ""
	}
	found := ""
	var buf [48]byte
	for i := -1; i < len(w); i++ {
		shape := append(buf[:0], w...)
		if i >= 0 {
			shape = append(shape[:i], w[i+1:]...)
		}
		for _, r := range ix[string(shape)] {
			if r == found || !slipped(r, w) {
				continue
			}
			if found != "" {
				return ""
			}
			found = r
		}
	}
	return found
}

func isPlain(w string) bool {
	if len(w) > 40 {
		return false
	}
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return false
		}
	}
	return true
}

// slipped reports whether a hurried thumb may write root as w: two letters
// swapped, one left out, one doubled or struck beside its neighbour, or one
// for a neighbouring or like-sounding one. The first letter stays, since slips
// seldom fall there and names that differ in it are many.
func slipped(root, w string) bool {
	if root[0] != w[0] {
		return false
	}
	i := 0
	for i < len(root) && i < len(w) && root[i] == w[i] {
		i++
	}
	switch len(root) - len(w) {
	case 1: // left out
		return root[i+1:] == w[i:]
	case -1: // one too many
		return root[i:] == w[i+1:] && (w[i] == w[i-1] || beside(w[i], w[i-1]) || i+1 < len(w) && beside(w[i], w[i+1]))
	case 0:
		if i == len(root) || i+1 > len(root) {
			return false
		}
		if root[i+1:] == w[i+1:] {
			return beside(root[i], w[i]) || alike(root[i], w[i])
		}
		return i+1 < len(root) && root[i] == w[i+1] && root[i+1] == w[i] && root[i+2:] == w[i+2:]
	}
	return false
}

var rows = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm"}

// beside reports whether two letters are neighbours on the keyboard.
func beside(a, b byte) bool {
	ra, ca := keyOf(a)
	rb, cb := keyOf(b)
	if ra == rb {
		return ca-cb == 1 || cb-ca == 1
	}
	if ra > rb {
		ra, ca, rb, cb = rb, cb, ra, ca
	}
	// Rows are set off by half a key: below column c lie c-1 and c.
	return rb-ra == 1 && (cb == ca || cb == ca-1)
}

func keyOf(c byte) (row, column int) {
	for r, keys := range rows {
		if i := strings.IndexByte(keys, c); i >= 0 {
			return r, i
		}
	}
	return -5, -5
}

// alike reports whether two letters are taken for one another by ear.
func alike(a, b byte) bool {
	for _, pair := range []string{"ae", "ei", "ou", "bp", "dt", "fp", "fv", "gk", "jz", "kq", "sz", "cs"} {
		if pair[0] == a && pair[1] == b || pair[0] == b && pair[1] == a {
			return true
		}
	}
	return false
}

// slip returns the root that a slip turned into w, "" if none, or if w may
// well be a word or name of its own that nobody told us: a short one that can
// be spoken, and no frequent root beside it.
func (l *lexicon) slip(w string) string {
	r := l.slips.root(w)
	if r != "" && (l.frequent[r] || len(r) >= 8 || !speakable(w)) {
		return r
	}
	return ""
}

// mend returns an unknown word with its one slip put right, the word itself
// when no reading or more than one fits. Affixes may stand around the root.
func (l *lexicon) mend(w string) string {
	if len(w) < shortestMended || !isPlain(w) {
		return w
	}
	if r := l.slip(w); r != "" {
		return r
	}
	found := ""
	for _, p := range plainPrefixes {
		rest, ok := strings.CutPrefix(w, p)
		if !ok {
			continue
		}
		for _, s := range plainSuffixes {
			middle, ok := strings.CutSuffix(rest, s)
			if !ok || len(middle) < shortestMended || p == "" && s == "" {
				continue
			}
			r := l.slip(middle)
			if r == "" {
				continue
			}
			if full := p + r + s; found == "" {
				found = full
			} else if found != full {
				return w
			}
		}
	}
	if found == "" {
		return w
	}
	return found
}

// Affixes that leave the root's letters as they are.
var (
	plainPrefixes = []string{"", "di", "ter", "ber", "ke", "se", "per"}
	plainSuffixes = []string{"", "nya", "kan", "an", "i"}
)

// speakable reports whether a word is built as Indonesian words are: syllables
// of one vowel, at most one consonant (or ng, ny, sy, kh, or a cluster with r,
// l, w) before it, and at the end of a syllable no c, g, j, q, v, w, x, y, z.
func speakable(w string) bool {
	i := 0
	for i < len(w) {
		i += onset(w[i:])
		if i == len(w) || !isVowel(w[i]) {
			return false
		}
		i++
		c := coda(w[i:])
		// A consonant before a vowel begins the next syllable.
		if c > 0 && i+c < len(w) && isVowel(w[i+c]) {
			c = 0
		}
		i += c
	}
	return true
}

func isVowel(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }

// onset is the length of the consonants that may begin a syllable in front of
// s's first vowel.
func onset(s string) int {
	if s == "" || isVowel(s[0]) {
		return 0
	}
	if len(s) > 1 && (strings.HasPrefix(s, "ng") || strings.HasPrefix(s, "ny") || strings.HasPrefix(s, "sy") || strings.HasPrefix(s, "kh")) {
		return 2
	}
	if len(s) > 1 && strings.IndexByte("bdgkpt", s[0]) >= 0 && strings.IndexByte("rl", s[1]) >= 0 || strings.HasPrefix(s, "sw") {
		return 2
	}
	return 1
}

// coda is the length of the consonants that may end a syllable at s.
func coda(s string) int {
	switch {
	case s == "" || strings.IndexByte("bdfhklmnprst", s[0]) < 0:
		return 0
	case strings.HasPrefix(s, "ng"):
		return 2
	}
	return 1
}
