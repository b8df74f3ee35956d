package place

import (
	"strings"
)

// Kind says what sort of place a mention names.
type Kind string

// The kinds of places people write.
const (
	Street        Kind = "street"        // jalan
	Alley         Kind = "alley"         // gang, blok, lorong
	Landmark      Kind = "landmark"      // masjid, pasar, simpang, perumahan …
	Neighbourhood Kind = "neighbourhood" // RT, RW
	Area          Kind = "area"          // kelurahan, kecamatan, kampung … by rank
)

// Mention is one place named in a text. Mentions may stand in one another:
// "kantor kelurahan Melati" is a landmark and an area, "pos ronda RT 7" a
// landmark and a neighbourhood, "simpang Jl. Melati" a landmark and a street.
type Mention struct {
	Kind Kind `json:"kind"`
	// Head is the noun that says what it is, in its usual spelling: "jalan",
	// "gang", "simpang", "masjid", "sd", "rt", "kelurahan" …
	Head string `json:"head"`
	// Name is what it is called, in small letters, words parted by one space,
	// accents and apostrophes dropped; "" where a number says it all (RT 12,
	// SDN 024, gang 5).
	Name string `json:"name,omitempty"`
	// Number is the number that belongs to the name, without leading zeros: of
	// RT and RW, a school, an alley, or what follows a street's name ("Jl.
	// Melati 3" and "Jl. Melati III" are both 3, "km 5" is km5).
	Number string `json:"number,omitempty"`
	// House is a house number, said with no. or nomor.
	House string `json:"house,omitempty"`
	// Near is true when the place is said to be beside it: dekat, depan,
	// sekitar, belakang, samping, arah …
	Near bool `json:"near,omitempty"`
	// Start and End are byte offsets in the text, head to last digit.
	Start int `json:"-"`
	End   int `json:"-"`
}

// Key is equal for mentions of the same place under different spellings: it
// leaves out titles and initials ("Kapten", "DI"), old spelling (oe, dj, tj),
// doubled letters and spaces. It is "" only for the zero Mention.
func (m Mention) Key() string {
	if m.Kind == "" {
		return ""
	}
	return m.Head + ":" + FoldName(m.Name) + ":" + m.Number
}

// Mentions returns the places that a text names, in order of their start. It
// looks for head nouns (with their abbreviations and typing errors) and takes
// the words behind them for a name as long as they may belong to one; without
// a head noun nothing is a place, so a person's name never becomes one. RT/RW,
// numbers and ranks (kelurahan, kecamatan) are read by their forms. The time
// is linear in the length of the text.
func Mentions(text string) []Mention {
	return readAll(text).found
}

func readAll(text string) *reader {
	r := newReader(text)
	for i := 0; i < len(r.tokens); {
		i = r.read(i)
	}
	return r
}

// reader holds one text while it is read.
type reader struct {
	tokens []token
	// telling is true when capitals tell names from words: neither all small,
	// nor all capitals, nor every word with a capital.
	telling bool
	// inside is true while the place that names another one is read: one step
	// is enough, and keeps the time linear.
	inside bool
	found  []Mention
}

func newReader(text string) *reader {
	r := &reader{tokens: tokenise(text)}
	words, capital := 0, 0
	for _, t := range r.tokens {
		if t.number || len(t.word) < 3 {
			continue
		}
		words++
		if t.capital {
			capital++
		}
	}
	r.telling = capital > 0 && capital*4 <= words*3
	return r
}

// read takes the mention that starts at token i, if there is one, and returns
// where to go on.
func (r *reader) read(i int) int {
	h, n := r.headAt(i)
	switch {
	case n == 0:
		return i + 1
	case h.kind == Neighbourhood:
		return r.neighbourhood(i, h)
	case h.kind == Area:
		return r.area(i, n, h)
	default:
		return r.named(i, n, h)
	}
}

// named reads a street, an alley or a landmark whose head has n tokens.
func (r *reader) named(i, n int, h head) int {
	m := Mention{Kind: h.kind, Head: h.name, Start: r.tokens[i].start, End: r.tokens[i+n-1].end, Near: r.near(i)}
	if h.kind == Street && !r.meansStreet(i, n) {
		return i + n
	}
	next := i + n
	inner := false
	if h.joins && !r.inside && next < len(r.tokens) && r.tokens[next].gap.soft() {
		inner = r.joined(&m, next)
	}
	if !inner {
		next = r.name(&m, next, h)
		next = r.number(&m, next, h)
	}
	if m.Name == "" && m.Number == "" {
		return i + n
	}
	r.found = append(r.found, m)
	if inner {
		return i + n
	}
	return next
}

// joined names a place by the one that stands behind its head: "simpang Jl.
// Melati", "kantor kelurahan Melati", "pos ronda RT 7". The inner place is read
// on its own afterwards.
func (r *reader) joined(m *Mention, at int) bool {
	h, n := r.headAt(at)
	if n == 0 || h.kind == Landmark && m.Head == h.name {
		return false
	}
	sub := reader{tokens: r.tokens, telling: r.telling, inside: true}
	if sub.read(at); len(sub.found) == 0 {
		return false
	}
	in := sub.found[0]
	switch in.Kind {
	case Street:
		m.Name, m.Number = in.Name, in.Number
	default:
		m.Name, m.Number = strings.TrimSpace(in.Head+" "+in.Name), in.Number
	}
	m.End = in.End
	return true
}

// area reads "kelurahan Melati Ulu".
func (r *reader) area(i, n int, h head) int {
	m := Mention{Kind: Area, Head: h.name, Start: r.tokens[i].start, End: r.tokens[i+n-1].end, Near: r.near(i)}
	next := r.name(&m, i+n, h)
	if m.Name == "" {
		return i + n
	}
	r.found = append(r.found, m)
	return next
}

// near looks back over filling words for a word of nearness.
func (r *reader) near(i int) bool {
	for back := 1; back <= 3 && i-back >= 0 && r.tokens[i-back+1].gap.soft(); back++ {
		w := r.tokens[i-back].word
		if nearWords[w] {
			return true
		}
		if !fillWords[w] {
			return false
		}
	}
	return false
}
