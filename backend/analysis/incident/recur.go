package incident

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Trace is what is kept of an incident to recognise its like later.
type Trace struct {
	Key      string
	Category string
	Areas    []string
	Lon, Lat *float64
	// Places are the ids of the places that its voices name most, streets
	// without a number left out (a long street is no place); Kinds are the heads
	// of its landmarks: pasar, masjid …
	Places []uint64
	Kinds  []string
	// Words are the words of the subject that most voices use, with their share.
	Words       map[string]float64
	First, Last time.Time
	// Closed is when its last report was closed, nil while one is open.
	Closed *time.Time
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
			if l.words[w.text] != 0 {
				counts[w.text]++
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

// over is when the incident was over: when it was closed, else quietAfter its
// last voice.
func (t *Trace) over() time.Time {
	if t.Closed != nil && t.Closed.After(t.Last) {
		return *t.Closed
	}
	return t.Last.Add(quietAfter)
}

// Case is a matter that keeps coming back: a structural case.
type Case struct {
	Category string
	// Keys are its incidents, oldest first; at least two.
	Keys []string
}

// Recurrences finds what came back: an incident of the same category at the
// same place that began within the given time after an earlier one was over
// (closed, or a week without a voice). Incidents that recur from one to the
// next are one case. Cases are ordered by their first incidents.
func Recurrences(past []Trace, within time.Duration) []Case {
	ts := slices.Clone(past)
	slices.SortFunc(ts, func(a, b Trace) int { return cmp.Or(a.First.Compare(b.First), strings.Compare(a.Key, b.Key)) })
	u := newUnions(len(ts))
	index := map[string][]int{}
	for i := range ts {
		for _, k := range ts[i].marks() {
			for _, j := range index[k] {
				a, b := &ts[j], &ts[i]
				gap := b.First.Sub(a.over())
				if a.Category == b.Category && gap >= 0 && gap <= within && samePlace(a, b) {
					u.join(i, j)
				}
			}
			index[k] = append(index[k], i)
		}
	}
	at := map[int]int{}
	var out []Case
	for i := range ts {
		root := u.find(i)
		c, ok := at[root]
		if !ok {
			c = len(out)
			at[root] = c
			out = append(out, Case{Category: ts[i].Category})
		}
		out[c].Keys = append(out[c].Keys, ts[i].Key)
	}
	return slices.DeleteFunc(out, func(c Case) bool { return len(c.Keys) < 2 })
}

// marks are keys of which two traces of one place share at least one.
func (t *Trace) marks() []string {
	if t.Category == "" {
		return nil
	}
	var out []string
	for _, p := range t.Places {
		out = append(out, fmt.Sprintf("%s p %x", t.Category, p))
	}
	if t.Lon != nil {
		const cell = 2 * sameMetres / float64(metresPerDegree)
		x, y := *t.Lon*math.Cos(math.Round(*t.Lat*10)/10*math.Pi/180)/cell, *t.Lat/cell
		for i := range 4 { // as Features.cells
			out = append(out, fmt.Sprintf("%s c%d %.0f %.0f", t.Category, i, math.Floor(x+float64(i&1)/2), math.Floor(y+float64(i>>1)/2)))
		}
	}
	return out
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
// of place (another market).
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
