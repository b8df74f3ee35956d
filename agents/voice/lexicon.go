package voice

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Lexicon holds the names that a transcript must get right: kelurahan and
// kecamatan, offices, streets, people of the city hall.
type Lexicon struct {
	byKey  map[string]string // names by what is left of them when folded
	names  []lexiconName
	widest int
	known  func(word string) bool
	said   int // how many of the names may be told to a recogniser
	// careful: only stretches without any ordinary word are taken for a misheard name.
	careful bool
}

type lexiconName struct{ written, key string }

// Correction is a place where the recogniser wrote something else.
type Correction struct {
	Heard   string `json:"heard"`
	Written string `json:"written"`
}

// NewLexicon takes the names as they are written: those that a recogniser
// outside may be told to listen for, and people's, which stay here. known reports whether a
// lower-case word is ordinary Indonesian: such words are never taken for a
// misheard name.
func NewLexicon(names, people []string, known func(word string) bool) *Lexicon {
	l := &Lexicon{byKey: map[string]string{}, known: known}
	for i, n := range slices.Concat(names, people) {
		if i == len(names) {
			l.said = len(l.names)
		}
		n = strings.Join(strings.Fields(n), " ")
		key := fold(n)
		if len(key) < leastKey || l.byKey[key] != "" {
			continue
		}
		l.byKey[key] = n
		l.names = append(l.names, lexiconName{n, key})
		l.widest = max(l.widest, len(strings.Fields(n)))
	}
	if len(people) == 0 {
		l.said = len(l.names)
	}
	return l
}

// Careful returns a lexicon that puts less right, for transcripts that count before
// anybody has read them: "Masjid Al Huda" is no misheard Kelurahan Mesjid.
func (l *Lexicon) Careful() *Lexicon {
	out := *l
	out.careful = true
	return &out
}

// leastKey is under how many letters a name is too short to be found by ear.
const leastKey = 4

// Correct puts the names in a transcript right, and says where it did. A name
// that was heard is written as the city writes it; a stretch of up to a few
// words that sounds like exactly one name, and holds a word that is no
// ordinary Indonesian, becomes that name.
func (l *Lexicon) Correct(text string) (string, []Correction) {
	words := spans(text)
	var out strings.Builder
	corrections := []Correction{}
	end := 0 // what of text is written already
	for _, f := range l.find(text, words) {
		from, to := words[f.first].start, words[f.first+f.words-1].end
		out.WriteString(text[end:from])
		out.WriteString(f.name)
		if heard := text[from:to]; fold(heard) != fold(f.name) {
			corrections = append(corrections, Correction{Heard: heard, Written: f.name})
		}
		end = to
	}
	out.WriteString(text[end:])
	return out.String(), corrections
}

// finding is a stretch of words that stands for a name.
type finding struct {
	first, words int
	name         string
	distance     float64
}

// find returns the stretches that stand for names, in order and apart: names
// written right before those that sound alike, the nearest first.
func (l *Lexicon) find(text string, words []span) []finding {
	var all []finding
	for i := range words {
		for n := 1; n <= min(l.widest+1, len(words)-i); n++ { // a name's word may be heard as two
			if name, ok := l.byKey[foldAll(text, words[i:i+n])]; ok {
				all = append(all, finding{i, n, name, 0})
			} else if !l.ordinary(text, words[i:i+n]) {
				if name, d := l.nearest(foldAll(text, words[i:i+n])); name != "" {
					all = append(all, finding{i, n, name, d})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(b.words, a.words))
	})
	var out []finding
	for _, f := range all {
		if !slices.ContainsFunc(out, func(o finding) bool { return f.first < o.first+o.words && o.first < f.first+f.words }) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b finding) int { return cmp.Compare(a.first, b.first) })
	return out
}

// ordinary reports whether each of the words is Indonesian, or none has letters; to
// one who is careful, whether one of them is Indonesian.
func (l *Lexicon) ordinary(text string, words []span) bool {
	strange := func(s span) bool {
		w := strings.ToLower(text[s.start:s.end])
		return unicode.IsLetter([]rune(w)[0]) && !l.known(w) && l.byKey[fold(w)] == ""
	}
	if l.careful {
		return slices.ContainsFunc(words, func(s span) bool { return !strange(s) })
	}
	return !slices.ContainsFunc(words, strange)
}

// alike is up to which share of its letters a stretch may differ from a name,
// and apart by how much the next name must be further away.
const (
	alike = 0.26
	apart = 0.12
)

// nearest returns the one name that sounds like heard, and how far it is (0 to
// 1, by the name's length); "" when none does or two do.
func (l *Lexicon) nearest(heard string) (string, float64) {
	if len(heard) < leastKey {
		return "", 1
	}
	best, second, name := 1.0, 1.0, ""
	for _, n := range l.names {
		longest := max(len(n.key), len(heard))
		if gap := len(n.key) - len(heard); max(gap, -gap) > longest/3 {
			continue
		}
		d := soundDistance(heard, n.key) / float64(longest)
		if d < best {
			best, second, name = d, best, n.written
		} else {
			second = min(second, d)
		}
	}
	if best > alike || second-best < apart {
		return "", 1
	}
	return name, best
}

type span struct{ start, end int }

// spans are the words of a text: letters and digits.
func spans(text string) (out []span) {
	start := -1
	for i, r := range text {
		switch in := unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\''; {
		case in && start < 0:
			start = i
		case !in && start >= 0:
			out = append(out, span{start, i})
			start = -1
		}
	}
	if start >= 0 {
		out = append(out, span{start, len(text)})
	}
	return out
}

func foldAll(text string, words []span) string {
	var b strings.Builder
	for _, s := range words {
		b.WriteString(fold(text[s.start:s.end]))
	}
	return b.String()
}

// older are ways of writing the same sound, the old Dutch ones among them.
var older = strings.NewReplacer("oe", "u", "dj", "j", "tj", "c", "sj", "sy", "ch", "h", "kh", "h", "dz", "z", "ph", "f", "v", "f", "x", "ks", "q", "k", "w", "u", "y", "i")

// fold leaves of a name what is heard of it: small letters and digits without
// spaces, double letters once, one letter for one sound.
func fold(s string) string {
	var b strings.Builder
	var last rune
	for _, r := range older.Replace(strings.ToLower(s)) {
		if (unicode.IsLetter(r) || unicode.IsDigit(r)) && r != last && r < unicode.MaxASCII {
			b.WriteRune(r)
			last = r
		}
	}
	return b.String()
}
