package language

import "strings"

// Stem shortens a lower-case word to its root by the affixes of Indonesian
// morphology (particles and possessives, then -kan -an -i, then up to two
// prefixes with the nasal changes), accepting a result only when it is a known
// root; otherwise the word comes back as it is. The order of the steps is that
// of Nazief and Adriani (1996), with the longest root taken first.
func Stem(word string) string {
	if r := known().root(word); r != "" {
		return r
	}
	return word
}

var (
	particles   = []string{"", "lah", "kah", "tah", "pun"}
	possessives = []string{"", "nya", "ku", "mu"}
	// derived suffixes, the shortest first so that the longest root is tried
	// first; -in and -akan are spoken and Banjar forms of -kan.
	derived = []string{"", "i", "in", "an", "kan", "akan"}
)

// root returns the root of a word, "" if none is known.
func (l *lexicon) root(word string) string {
	if l.roots[word] || l.names[word] {
		return word
	}
	if len(word) < 4 {
		return ""
	}
	for _, p := range particles {
		bare, ok := without(word, p)
		if !ok {
			continue
		}
		for _, s := range possessives {
			owned, ok := without(bare, s)
			if !ok {
				continue
			}
			if l.roots[owned] || l.names[owned] {
				return owned
			}
			if r := l.rootBelow(owned); r != "" {
				return r
			}
		}
	}
	return ""
}

// rootBelow finds the root below derivational suffixes and prefixes: with one
// standard prefix at most, then with two, then with spoken and Banjar ones, so
// that perbaikan is per-baik-an and not per-ba-ikan.
func (l *lexicon) rootBelow(word string) string {
	if r, ok := l.exceptions[word]; ok {
		return r
	}
	for pass := range 3 {
		for _, s := range derived {
			w, ok := without(word, s)
			if !ok {
				continue
			}
			if pass == 0 {
				if l.roots[w] {
					return w
				}
				if r, ok := l.exceptions[w]; ok {
					return r
				}
			}
			if r := l.below(w, pass); r != "" {
				return r
			}
		}
	}
	return ""
}

func (l *lexicon) below(w string, pass int) string {
	if pass == 2 {
		return l.withoutPrefixes(w, spoken, 1)
	}
	return l.withoutPrefixes(w, nasal, pass+1)
}

func without(word, suffix string) (string, bool) {
	cut, ok := strings.CutSuffix(word, suffix)
	return cut, ok && (suffix == "" || len(cut) >= 3)
}

// prefix is one with the letters that a root may have lost to it. Before a
// vowel mem- and men- always stand for a lost p and t (vowel is that letter),
// since a root that begins with a vowel takes meng-: memutus is mem-(p)utus.
type prefix struct {
	prefix string
	lost   []string
	vowel  string
}

var bare = []string{""}

// nasal prefixes and the first letters that they may have swallowed, with the
// plain prefixes.
var nasal = []prefix{
	{"menge", bare, ""}, {"penge", bare, ""}, {"meny", []string{"s"}, ""}, {"peny", []string{"s"}, ""},
	{"meng", []string{"", "k"}, ""}, {"peng", []string{"", "k"}, ""}, {"men", bare, "t"}, {"pen", bare, "t"}, {"mem", bare, "p"}, {"pem", bare, "p"}, {"me", bare, ""}, {"pe", bare, ""}, {"ber", bare, ""}, {"per", bare, ""},
	{"ter", bare, ""}, {"di", bare, ""}, {"ke", bare, ""}, {"se", bare, ""},
}

// spoken prefixes, and be- and te- before r.
var spoken = []prefix{
	{"be", bare, ""}, {"te", bare, ""}, {"nge", bare, ""}, {"ng", []string{"", "k"}, ""}, {"ny", []string{"s"}, ""}, {"n", []string{"t"}, ""},
	{"ba", bare, ""}, {"ta", bare, ""}, {"ma", bare, ""},
}

// withoutPrefixes returns the root below up to depth prefixes, "" if none.
func (l *lexicon) withoutPrefixes(w string, prefixes []prefix, depth int) string {
	for _, p := range prefixes {
		rest, ok := strings.CutPrefix(w, p.prefix)
		if !ok || len(rest) < 2 {
			continue
		}
		swallowed := p.lost
		if p.vowel != "" && strings.IndexByte("aeiou", rest[0]) >= 0 {
			swallowed = []string{p.vowel}
		}
		for _, lost := range swallowed {
			if l.roots[lost+rest] && len(lost)+len(rest) > 2 {
				return lost + rest
			}
		}
		if depth < 2 || len(rest) < 5 {
			continue
		}
		for _, lost := range swallowed {
			if r := l.withoutPrefixes(lost+rest, prefixes, depth-1); r != "" {
				return r
			}
		}
	}
	return ""
}
