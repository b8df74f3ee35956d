package incident

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// located is where the points of a group lie.
type located struct {
	lon, lat *float64
	radius   float64 // metres; covers three of four points that agree
	widest   float64 // metres between the farthest two that agree
	agree    int
	astray   int // points far from the others
}

// Points agree when at least half of them lie within agreeMetres of their
// median; those farther away are astray (a wrong point, a report sent from
// home). A median of few points is no exact place: the radius is at least
// leastRadius.
const (
	agreeMetres = 1500
	leastRadius = 30
	maxPoints   = 200 // looked at, oldest first
)

func gather(fs []*Features) located {
	var with []*Features
	for _, f := range fs {
		if f.point && len(with) < maxPoints {
			with = append(with, f)
		}
	}
	if len(with) == 0 {
		return located{}
	}
	centre := median(with)
	var agree []*Features
	for _, f := range with {
		if metres(centre, &f.prepared) <= agreeMetres {
			agree = append(agree, f)
		}
	}
	l := located{agree: len(agree), astray: len(with) - len(agree)}
	if 2*len(agree) < len(with) {
		return located{astray: len(with)}
	}
	centre = median(agree)
	far := make([]float64, len(agree))
	for i, f := range agree {
		far[i] = metres(centre, &f.prepared)
		for _, g := range agree[:i] {
			l.widest = max(l.widest, metres(f, &g.prepared))
		}
	}
	slices.Sort(far)
	l.radius = math.Round(max(leastRadius, far[(len(far)*3-1)/4]))
	l.lon, l.lat = &centre.lon, &centre.lat
	return l
}

// median takes the middle of each coordinate: one wrong point does not move it.
func median(fs []*Features) *Features {
	lon, lat := make([]float64, len(fs)), make([]float64, len(fs))
	for i, f := range fs {
		lon[i], lat[i] = f.lon, f.lat
	}
	slices.Sort(lon)
	slices.Sort(lat)
	middle := func(v []float64) float64 { return (v[(len(v)-1)/2] + v[len(v)/2]) / 2 }
	m := &Features{prepared: prepared{point: true, lon: middle(lon), lat: middle(lat)}}
	m.cosLat = math.Cos(m.lat * math.Pi / 180)
	return m
}

// said are the places that most voices of a group name, nil if none.
type said struct {
	spot, street   *spot
	voices         int // that name any place
	nSpot, nStreet int // that name spot, street
}

// saidPlaces finds the landmark (else alley, else RT) and the street that most
// voices name; the first named wins a tie. A place that hardly one in four
// names is left out.
func saidPlaces(fs []*Features) said {
	type tally struct {
		s     *spot
		n     int
		order int
	}
	var all [spotArea + 1]map[uint64]*tally
	out := said{}
	for i, f := range fs {
		named := false
		for j := range f.spots {
			s := &f.spots[j]
			if all[s.kind] == nil {
				all[s.kind] = map[uint64]*tally{}
			}
			t := all[s.kind][s.id]
			if t == nil {
				t = &tally{s: s, order: i*maxSpots + j}
				all[s.kind][s.id] = t
			}
			t.n++
			named = named || s.kind != spotArea
		}
		if named {
			out.voices++
		}
	}
	best := func(kind int) (*spot, int) {
		var top *tally
		for _, t := range all[kind] {
			if top == nil || t.n > top.n || t.n == top.n && t.order < top.order {
				top = t
			}
		}
		if top == nil || 4*top.n < out.voices {
			return nil, 0
		}
		return top.s, top.n
	}
	for _, kind := range []int{spotLandmark, spotAlley, spotUnit} {
		if out.spot, out.nSpot = best(kind); out.spot != nil {
			break
		}
	}
	out.street, out.nStreet = best(spotStreet)
	return out
}

// text writes the places as a title does: "Pasar Melati, Jalan Kenanga 3".
func (s said) text() string {
	var parts []string
	for _, p := range []*spot{s.spot, s.street} {
		if p != nil {
			parts = append(parts, written(p))
		}
	}
	return strings.Join(parts, ", ")
}

// most is the place that more voices name, and how many do.
func (s said) most() (*spot, int) {
	if s.nStreet > s.nSpot {
		return s.street, s.nStreet
	}
	return s.spot, s.nSpot
}

// capitals are heads that are abbreviations.
var capitals = map[string]bool{"rt": true, "rw": true, "sd": true, "smp": true, "sma": true, "smk": true, "tk": true, "rs": true, "tps": true, "spbu": true}

// written is a place's name in title case.
func written(s *spot) string {
	words := strings.Fields(s.shown)
	for i, w := range words {
		if capitals[w] {
			words[i] = strings.ToUpper(w)
			continue
		}
		_, size := utf8.DecodeRuneInString(w)
		words[i] = strings.ToUpper(w[:size]) + w[size:]
	}
	return strings.Join(words, " ")
}

// samePlace reports whether two traces are of one place: a named place in
// common in a common area, or points within each other's radius and 150 m.
func samePlace(a, b *Trace) bool {
	if a.Lon != nil && b.Lon != nil {
		x := (*a.Lon - *b.Lon) * math.Cos(*a.Lat*math.Pi/180)
		y := *a.Lat - *b.Lat
		d := metresPerDegree * math.Sqrt(x*x+y*y)
		if d <= sameMetres || d > farMetres {
			return d <= sameMetres
		}
	}
	if !shareArea(a.Areas, b.Areas) {
		return false
	}
	for _, p := range a.Places {
		if slices.Contains(b.Places, p) {
			return true
		}
	}
	return false
}

// Points of one place lie within sameMetres; beyond farMetres a common name is
// another place's.
const (
	sameMetres = 150
	farMetres  = 2000
)

func shareArea(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	return slices.ContainsFunc(a, func(code string) bool { return slices.Contains(b, code) })
}

// byStrength orders likes.
func byStrength(a, b Like) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), b.Last.Compare(a.Last), strings.Compare(a.Key, b.Key))
}
