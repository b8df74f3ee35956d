package classify

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"balaikota/backend/analysis/language"
)

// Bounds of what is read of one text: a report is rarely longer, and a text
// that somebody made long on purpose costs no more than these.
const (
	maxTextBytes  = 12000
	maxTokens     = 2000
	maxTokenBytes = 40
)

// Kinds of feature; each kind has hashes of its own.
const (
	kindWord byte = iota + 1 // a word as normalised by package language
	kindRaw                  // a word as it was written, where that differs
	kindRoot                 // the root of a word
	kindPair                 // the roots of two words in a row
	kindChar                 // a sequence of letters inside a word and its borders
)

// gramBytes is the length of letter sequences, the border of the word counting
// as one. Sequences of 3 to 5 bytes took two to three times the work and found
// no more on held-out rows.
const gramBytes = 4

// term is one occurrence of a feature: the feature's key in the upper half, the
// place of its (last) word and its kind in the lower, so that sorting terms
// groups them by feature.
type term uint64

func newTerm(key uint32, kind byte, token int) term {
	return term(uint64(key)<<32 | uint64(kind)<<16 | uint64(token))
}

func (t term) key() uint32 { return uint32(t >> 32) }
func (t term) kind() byte  { return byte(t >> 16) }
func (t term) token() int  { return int(t & 0xffff) }

// extraction reads texts into terms and keeps its room between texts.
type extraction struct {
	words []string // what a term's token number names
	terms []term   // sorted
	roots map[string]string
}

// rootCache bounds how many roots an extraction remembers.
const rootCache = 1 << 15

func (x *extraction) root(word string) string {
	if r, ok := x.roots[word]; ok {
		return r
	}
	r := language.Stem(word)
	if x.roots == nil || len(x.roots) >= rootCache {
		x.roots = make(map[string]string, 1024)
	}
	x.roots[strings.Clone(word)] = r
	return r
}

// read fills words and terms from a text.
func (x *extraction) read(text string) {
	text = bounded(text)
	x.words, x.terms = x.words[:0], x.terms[:0]
	for _, w := range language.Tokens(text) {
		if len(x.words) < maxTokens {
			x.words = append(x.words, figureless(w))
		}
	}
	normal := len(x.words)
	before := ""
	for i, w := range x.words {
		root := x.root(w)
		x.add(kindWord, i, w, "")
		x.add(kindRoot, i, root, "")
		if i > 0 {
			x.add(kindPair, i, before, root)
		}
		before = root
	}
	known := x.words[:normal]
	for raw := range strings.FieldsFuncSeq(strings.ToLower(text), notWord) {
		raw = figureless(raw)
		x.grams(raw, len(x.words))
		if len(x.words) < 2*maxTokens {
			x.words = append(x.words, raw)
		}
		if !slices.Contains(known, raw) {
			x.add(kindRaw, len(x.words)-1, raw, "")
		}
	}
	slices.Sort(x.terms)
}

func notWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// bounded is the part of a text that is read, cut between characters.
func bounded(text string) string {
	if len(text) <= maxTextBytes {
		return text
	}
	cut := maxTextBytes
	for cut > maxTextBytes-4 && text[cut]&0xC0 == 0x80 {
		cut--
	}
	return text[:cut]
}

// figureless gives all long numbers (telephone, identity, ticket) one name:
// which number it is says nothing about the matter and is nobody's business.
func figureless(w string) string {
	if len(w) > maxTokenBytes {
		w = strings.ToValidUTF8(w[:maxTokenBytes], "")
	}
	if len(w) > 4 && strings.Trim(w, "0123456789") == "" {
		return "#"
	}
	return w
}

func (x *extraction) add(kind byte, token int, a, b string) {
	x.terms = append(x.terms, newTerm(featureKey(kind, a, b), kind, token))
}

// grams adds the letter sequences of a word with a border on each side.
func (x *extraction) grams(word string, token int) {
	if token >= 2*maxTokens {
		return
	}
	var room [maxTokenBytes + 2]byte
	b := append(append(append(room[:0], ' '), word...), ' ')
	for i := 0; i+gramBytes <= len(b); i++ {
		x.terms = append(x.terms, newTerm(hashBytes(offset(kindChar), b[i:i+gramBytes]), kindChar, token))
	}
}

// FNV-1a, 64 bit, folded to 32 with a final mix (the hashing trick: Weinberger
// et al. 2009, "Feature Hashing for Large Scale Multitask Learning"). 32 bits
// over some hundred thousand features meet about once, so no signs are needed.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func offset(kind byte) uint64 { return (fnvOffset ^ uint64(kind)) * fnvPrime }

func featureKey(kind byte, a, b string) uint32 {
	h := offset(kind)
	for i := range len(a) {
		h = (h ^ uint64(a[i])) * fnvPrime
	}
	if b != "" {
		h = (h ^ ' ') * fnvPrime
		for i := range len(b) {
			h = (h ^ uint64(b[i])) * fnvPrime
		}
	}
	return mix(h)
}

func hashBytes(h uint64, b []byte) uint32 {
	for _, c := range b {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return mix(h)
}

func mix(h uint64) uint32 {
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	if k := uint32(h >> 32); k != 0 {
		return k
	}
	return 1 // 0 marks an empty place of the index
}

// textHash orders texts and deals them to folds; it depends on nothing else.
func textHash(text string) uint64 {
	h := uint64(fnvOffset)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * fnvPrime
	}
	h ^= h >> 29
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}

// logCounts holds 1 + ln n, the sublinear weight of a feature that occurs n
// times (Manning, Raghavan, Schütze 2008, §6.4.1).
var logCounts = func() (t [256]float32) {
	for n := range t {
		t[n] = float32(1 + math.Log(float64(max(n, 1))))
	}
	return t
}()
