package incident

import (
	"math"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Trace is what is kept of an incident to recognise its like later. The
// marshalled part is what nothing else says of the incident.
type Trace struct {
	Key      string   `json:"-"`
	Category string   `json:"-"`
	Lon      *float64 `json:"-"`
	Lat      *float64 `json:"-"`
	// First and Last are its first and last voice; Closed is when its last report
	// was closed, nil while one is open.
	First  time.Time  `json:"-"`
	Last   time.Time  `json:"-"`
	Closed *time.Time `json:"-"`

	Areas []string `json:"areas,omitempty"`
	// Places are the ids of the places that its voices name most, streets
	// without a number left out (a long street is no place); Kinds are the heads
	// of its landmarks: pasar, masjid …
	Places []uint64 `json:"places,omitempty"`
	Kinds  []string `json:"kinds,omitempty"`
	// Words are the words of the subject that most voices use, with their share.
	Words map[string]float64 `json:"words,omitempty"`
}

// traceWords is how many words a trace keeps.
const traceWords = 12

func trace(s *Summary, fs []*Features, named said) Trace {
	t := Trace{
		Key: s.Key, Category: s.Category, Areas: s.Areas, Lon: s.Lon, Lat: s.Lat, First: s.First, Last: s.Last, Words: map[string]float64{},
	}
	if named.spot != nil {
		t.Places = append(t.Places, named.spot.id)
		t.Kinds = append(t.Kinds, named.spot.head)
	}
	if named.street != nil && named.street.number != "" {
		t.Places = append(t.Places, named.street.id)
	}
	l, counts := lexical(), map[string]int{}
	for _, f := range fs {
		for _, w := range f.words {
			if text := f.word(w); l.words[text] != 0 {
				counts[text]++
			}
		}
	}
	for i, w := range mostFirst(counts) {
		if i == traceWords {
			break
		}
		t.Words[w] = float64(counts[w]) / float64(len(fs))
	}
	return t
}

// quietAfter is how long no voice was heard when an incident that nobody closed
// counts as over.
const quietAfter = 7 * 24 * time.Hour

// over is when the incident was over: when it was closed after its last voice,
// or quietAfter that voice, whichever came first. A closing long after does not
// count: what came back meanwhile came back.
func (t *Trace) over() time.Time {
	quiet := t.Last.Add(quietAfter)
	if t.Closed != nil && t.Closed.Before(quiet) {
		if t.Closed.Before(t.Last) {
			return t.Last
		}
		return *t.Closed
	}
	return quiet
}

// ReturnsWithin is how long after an incident was over one at the same place
// is its return.
const ReturnsWithin = 90 * 24 * time.Hour

// Returns reports whether an incident is an earlier one come back: of the same
// category at the same place, begun within ReturnsWithin after the earlier was
// over (closed, or a week without a voice). One that came back is a structural
// case.
func Returns(earlier, later *Trace) bool {
	gap := later.First.Sub(earlier.over())
	return later.Category != "" && earlier.Category == later.Category && gap >= 0 && gap <= ReturnsWithin && samePlace(earlier, later)
}

// Like is an earlier incident that resembles one.
type Like struct {
	Key       string
	Score     float64 // 0 to 1
	SamePlace bool
	Last      time.Time
	Why       city.Said
}

// Similar are at most n past incidents like the one given, best first, that
// began before it: of its category, or told with the same words of the
// subject; better when at the same place, in the same area or at the same kind
// of place (another market), and when it was closed: what solved it can be read.
func Similar(of Trace, past []Trace, n int) []Like {
	var out []Like
	for i := range past {
		p := &past[i]
		if p.Key == of.Key || !p.First.Before(of.First) {
			continue
		}
		l := Like{Key: p.Key, Last: p.Last, SamePlace: samePlace(&of, p)}
		words := cosine(of.Words, p.Words)
		sameCategory := of.Category != "" && of.Category == p.Category
		if !sameCategory && words < 0.6 {
			continue
		}
		var parts, partsEN []string
		add := func(score float64, id, en string) {
			l.Score += score
			if id != "" {
				parts, partsEN = append(parts, id), append(partsEN, en)
			}
		}
		if sameCategory {
			add(0.3, "kategori sama", "same category")
		}
		if words >= 0.3 {
			add(0.3*words, "pokok serupa", "similar subject")
		}
		switch {
		case l.SamePlace:
			add(0.4, "tempat sama", "same place")
		case len(of.Kinds) > 0 && len(p.Kinds) > 0 && of.Kinds[0] == p.Kinds[0]:
			add(0.15, "sama-sama di "+of.Kinds[0], "also at a "+of.Kinds[0])
		case len(of.Areas) > 0 && len(p.Areas) > 0 && of.Areas[0] == p.Areas[0]:
			add(0.1, "kelurahan sama", "same kelurahan")
		}
		if p.Closed != nil {
			add(0.1, "sudah selesai", "closed")
		}
		l.Why = city.Said{Text: sentence(parts), TextEN: sentence(partsEN)}
		out = append(out, l)
	}
	slices.SortFunc(out, byStrength)
	return out[:min(n, len(out))]
}

func sentence(parts []string) string {
	s := strings.Join(parts, ", ")
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func cosine(a, b map[string]float64) float64 {
	var dot, aa, bb float64
	for w, x := range a {
		dot += x * b[w]
		aa += x * x
	}
	for _, y := range b {
		bb += y * y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	// Rounded, since the order of a sum over a map is not ours to choose.
	return math.Round(dot/math.Sqrt(aa*bb)*1e9) / 1e9
}
