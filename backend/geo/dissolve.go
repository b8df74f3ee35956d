package geo

import (
	"math"
	"slices"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
)

// sliverKm2 is the size below which a ring left over between two borders
// that do not quite meet is dropped.
const sliverKm2 = 0.0005

// Dissolve joins outlines that share borders: sides used in both directions
// vanish, the others are the border of the union. Outlines must be oriented
// (outer rings counter-clockwise) and must not overlap. Gaps between them
// smaller than 500 m² are closed.
func Dissolve(outlines ...orb.MultiPolygon) orb.MultiPolygon {
	type side struct{ a, b orb.Point }
	count := map[side]int{}
	var order []side
	for _, m := range outlines {
		for _, p := range m {
			for _, r := range p {
				for i := 1; i < len(r); i++ {
					s := side{snap(r[i-1]), snap(r[i])}
					if s.a == s.b {
						continue
					}
					back := side{s.b, s.a}
					if count[back] > 0 {
						count[back]--
						continue
					}
					count[s]++
					order = append(order, s)
				}
			}
		}
	}
	next := map[orb.Point][]orb.Point{}
	var starts []orb.Point
	for _, s := range order {
		if count[s] > 0 {
			count[s]--
			if len(next[s.a]) == 0 {
				starts = append(starts, s.a)
			}
			next[s.a] = append(next[s.a], s.b)
		}
	}
	return nest(walk(starts, next))
}

// snap makes borders from one file meet that differ in the last digit: 1e-7
// degrees are one centimetre.
func snap(p orb.Point) orb.Point {
	return orb.Point{math.Round(p[0]*1e7) / 1e7, math.Round(p[1]*1e7) / 1e7}
}

// walk follows the remaining sides to closed rings; where a path meets itself
// the loop is cut off as a ring of its own.
func walk(starts []orb.Point, next map[orb.Point][]orb.Point) []orb.Ring {
	var rings []orb.Ring
	for _, start := range starts {
		for len(next[start]) > 0 {
			path := []orb.Point{start}
			at := map[orb.Point]int{start: 0}
			for {
				here := path[len(path)-1]
				out := next[here]
				if len(out) == 0 {
					break // an open end: borders that do not meet
				}
				to := out[len(out)-1]
				next[here] = out[:len(out)-1]
				i, met := at[to]
				if !met {
					at[to] = len(path)
					path = append(path, to)
					continue
				}
				ring := append(orb.Ring(slices.Clone(path[i:])), to)
				if len(ring) >= 4 && math.Abs(ringKm2(ring)) > sliverKm2 {
					rings = append(rings, ring)
				}
				for _, p := range path[i+1:] {
					delete(at, p)
				}
				path = path[:i+1]
				if i == 0 {
					break
				}
			}
		}
	}
	return rings
}

// nest sorts rings into polygons: counter-clockwise ones are outer rings,
// clockwise ones holes of the smallest outer ring around them.
func nest(rings []orb.Ring) orb.MultiPolygon {
	var m orb.MultiPolygon
	var holes []orb.Ring
	for _, r := range rings {
		if ringKm2(r) > 0 {
			m = append(m, orb.Polygon{r})
		} else {
			holes = append(holes, r)
		}
	}
	slices.SortStableFunc(m, func(a, b orb.Polygon) int {
		return int(math.Copysign(1, ringKm2(b[0])-ringKm2(a[0])))
	})
	for _, h := range holes {
		for i := len(m) - 1; i >= 0; i-- {
			s := newShape("", orb.MultiPolygon{{m[i][0]}})
			if s.contains(midpoint(h)) {
				m[i] = append(m[i], h)
				break
			}
		}
	}
	return m
}

func midpoint(r orb.Ring) orb.Point {
	return orb.Point{(r[0][0] + r[1][0]) / 2, (r[0][1] + r[1][1]) / 2}
}

// DissolveParents gives every kecamatan and the city the union of the
// outlines of its kelurahan (the city also of its kecamatan), when all of them
// have one from the same source. Approximate unions never replace an official
// outline; areas without whole parts stay as they are. The label point moves
// when it lies outside.
func DissolveParents(areas []city.Area) []city.Area {
	out := slices.Clone(areas)
	for _, level := range []city.Level{city.Kecamatan, city.Kota} {
		for i, parent := range out {
			if parent.Level != level {
				continue
			}
			parts, first := partsOf(parent, out, city.Kelurahan)
			if level == city.Kota && (first == nil || first.Approximate) {
				if upper, official := partsOf(parent, out, city.Kecamatan); official != nil && !official.Approximate {
					parts, first = upper, official
				}
			}
			if first == nil || first.Approximate && len(parent.Outline) > 0 && !parent.Approximate {
				continue
			}
			out[i] = withOutline(parent, Dissolve(parts...), first.OutlineSource, first.Approximate)
		}
	}
	return out
}

// partsOf returns the outlines of a level inside parent and their first area,
// nil unless all of them have an outline of one source.
func partsOf(parent city.Area, areas []city.Area, level city.Level) ([]orb.MultiPolygon, *city.Area) {
	var parts []orb.MultiPolygon
	var first *city.Area
	for i := range areas {
		a := &areas[i]
		if a.Level != level || !city.Within(a.Code, parent.Code) {
			continue
		}
		if first == nil {
			first = a
		}
		if len(a.Outline) == 0 || a.Approximate != first.Approximate || a.OutlineSource != first.OutlineSource {
			return nil, nil
		}
		parts = append(parts, a.Outline)
	}
	return parts, first
}

// withOutline returns the area with another outline, its size if that is
// official, and a label point inside it.
func withOutline(a city.Area, m orb.MultiPolygon, source string, approximate bool) city.Area {
	a.Outline, a.OutlineSource, a.Approximate = m, source, approximate
	if !approximate || a.AreaKm2 == 0 {
		a.AreaKm2 = math.Round(AreaKm2(m)*1000) / 1000
	}
	s := newShape("", m)
	if !s.contains(a.Label) {
		a.Label = LabelPoint(m)
	}
	return a
}
