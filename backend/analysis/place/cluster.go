package place

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// How the sightings of a name become places.
const (
	// Cells of one place are at most so many cells apart.
	reachPlace, reachStreet = 2, 3
	// A landmark whose typical deviation (1.4826 × MAD, the standard deviation
	// of a normal law: Rousseeuw and Croux, JASA 88 (1993) 1273) is larger is a
	// name used all over, not one place.
	widestPlaceM = 400
	leastSpreadM = 30
	// Seen at one spot only, a street is still a street: half of a short one.
	leastStreetM = 200
)

// Lookup returns the places of one key, the most seen first: sightings fall
// into clusters of neighbouring cells, each with at least three of them is a
// place. Its middle is the median by axis, which up to half the sightings may
// be wrong without moving far.
func (b *Book) Lookup(key string) []Known {
	p, ok := b.pages[key]
	if !ok {
		return nil
	}
	reach := int32(reachPlace)
	if p.kind == Street {
		reach = reachStreet
	}
	of := 0
	for _, c := range p.cells.all() {
		of += c.n
	}
	if of < leastSeen {
		return nil
	}
	var out []Known
	for _, group := range clusters(&p.cells, reach) {
		if k, ok := p.known(group); ok {
			k.Key, k.Of = key, of
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b Known) int {
		return cmp.Or(cmp.Compare(b.Seen, a.Seen), cmp.Compare(a.Point[0], b.Point[0]), cmp.Compare(a.Point[1], b.Point[1]))
	})
	return out
}

// spot is the middle of the sightings in a cell.
type spot struct {
	at   orb.Point
	n    int
	area string
}

// clusters joins cells that are at most reach apart (single linkage on the
// grid), in an order that depends on the cells alone.
func clusters(cells *cells, reach int32) [][]spot {
	type square struct{ x, y int32 }
	spots := map[square][]spot{}
	for c, s := range cells.all() {
		n := int64(s.n)
		at := orb.Point{
			(float64(c.x) + (float64(s.x)/float64(n)+0.5)/1000) / cellsPerDegree,
			(float64(c.y) + (float64(s.y)/float64(n)+0.5)/1000) / cellsPerDegree,
		}
		spots[square{c.x, c.y}] = append(spots[square{c.x, c.y}], spot{at, s.n, c.area})
	}
	todo := slices.SortedFunc(maps.Keys(spots), func(a, b square) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) })
	done := make(map[square]bool, len(spots))
	var out [][]spot
	for _, from := range todo {
		if done[from] {
			continue
		}
		done[from] = true
		var group []spot
		for queue := []square{from}; len(queue) > 0; {
			at := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			group = append(group, spots[at]...)
			for dx := -reach; dx <= reach; dx++ {
				for dy := -reach; dy <= reach; dy++ {
					next := square{at.x + dx, at.y + dy}
					if _, there := spots[next]; there && !done[next] {
						done[next] = true
						queue = append(queue, next)
					}
				}
			}
		}
		out = append(out, group)
	}
	return out
}

// known makes a place of a cluster, false when it is too little or too wide.
func (p *page) known(group []spot) (Known, bool) {
	seen := 0
	var areas counts
	for _, s := range group {
		seen += s.n
		areas.add(s.area, s.n)
	}
	if seen < leastSeen {
		return Known{}, false
	}
	middle := orb.Point{
		weightedQuantile(group, 0.5, func(s spot) float64 { return s.at[0] }),
		weightedQuantile(group, 0.5, func(s spot) float64 { return s.at[1] }),
	}
	away := func(s spot) float64 { return metres(s.at, middle) }
	share, least, spots := 0.8, float64(leastSpreadM), seen
	if p.kind == Street {
		share, least, spots = 0.95, leastStreetM, len(group)
	} else if 1.4826*weightedQuantile(group, 0.5, away) > widestPlaceM {
		return Known{}, false
	}
	k := Known{
		Head: p.head, Name: p.names.most(), Point: &middle, Seen: seen, Origin: Learned, AreaCode: areas.most(),
		SpreadM: math.Round(max(least, widened(weightedQuantile(group, share, away), spots))),
	}
	if p.last != 0 {
		k.Last = time.Unix(p.last, 0).UTC()
	}
	return k, true
}

// widened corrects the reach of few sightings: k places drawn evenly from a
// stretch span (k-1)/(k+1) of it on average (order statistics of the uniform
// law; David and Nagaraja, Order Statistics, 2003, section 2.2). On a street k
// counts cells, for ten voices of one matter show one spot of it.
func widened(m float64, k int) float64 {
	if k < 2 {
		return m
	}
	return m * float64(k+1) / float64(k-1)
}

// weightedQuantile is the smallest value that at least a share q of the
// sightings do not exceed.
func weightedQuantile(group []spot, q float64, value func(spot) float64) float64 {
	type weighted struct {
		v float64
		n int
	}
	all := make([]weighted, len(group))
	total := 0
	for i, s := range group {
		all[i] = weighted{value(s), s.n}
		total += s.n
	}
	slices.SortFunc(all, func(a, b weighted) int { return cmp.Compare(a.v, b.v) })
	need := max(1, int(math.Ceil(q*float64(total)-1e-9)))
	for _, w := range all {
		if need -= w.n; need <= 0 {
			return w.v
		}
	}
	return all[len(all)-1].v
}
