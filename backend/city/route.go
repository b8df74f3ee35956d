package city

import (
	"math"

	"github.com/paulmach/orb"
)

// MetresBetween is the distance of two points (WGS 84 lon/lat) on the sphere
// by the haversine formula, radius 6 371 008.8 m (IUGG mean radius).
func MetresBetween(a, b orb.Point) float64 {
	const radius, rad = 6371008.8, math.Pi / 180
	la, lb := a.Lat()*rad, b.Lat()*rad
	dLat, dLon := lb-la, (b.Lon()-a.Lon())*rad
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(la)*math.Cos(lb)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(h)))
}

// VisitOrder returns the order in which to visit points, as their indexes: the
// nearest unvisited one next (Rosenkrantz, Stearns and Lewis, "An analysis of
// several heuristics for the traveling salesman problem", SIAM J. Comput. 6,
// 1977), then two-opt exchanges (Croes, "A method for solving
// traveling-salesman problems", Operations Research 6, 1958) until none
// shortens the way, which is open: it ends at the last point. It begins at
// start, or with nil at the first point. Distances are as the crow flies. The
// same points give the same order.
func VisitOrder(start *orb.Point, points []orb.Point) []int {
	if len(points) == 0 {
		return []int{}
	}
	at := points[0]
	if start != nil {
		at = *start
	}
	left := make([]int, len(points))
	for i := range left {
		left[i] = i
	}
	order := make([]int, 0, len(points))
	for len(left) > 0 {
		best := 0
		for k := range left {
			if MetresBetween(at, points[left[k]]) < MetresBetween(at, points[left[best]]) {
				best = k
			}
		}
		order = append(order, left[best])
		at = points[left[best]]
		left = append(left[:best], left[best+1:]...)
	}
	twoOpt(start, points, order)
	return order
}

// twoOpt turns stretches of the way around while that shortens it. Without a
// start the first point stays.
func twoOpt(start *orb.Point, points []orb.Point, order []int) {
	first := 0
	before := func(i int) (orb.Point, bool) {
		switch {
		case i > 0:
			return points[order[i-1]], true
		case start != nil:
			return *start, true
		}
		return orb.Point{}, false
	}
	if start == nil {
		first = 1
	}
	for improved := true; improved; {
		improved = false
		for i := first; i < len(order)-1; i++ {
			for j := i + 1; j < len(order); j++ {
				from, ok := before(i)
				saved := 0.0
				if ok {
					saved += MetresBetween(from, points[order[i]]) - MetresBetween(from, points[order[j]])
				}
				if j+1 < len(order) {
					next := points[order[j+1]]
					saved += MetresBetween(points[order[j]], next) - MetresBetween(points[order[i]], next)
				}
				if saved > 0.01 {
					for a, b := i, j; a < b; a, b = a+1, b-1 {
						order[a], order[b] = order[b], order[a]
					}
					improved = true
				}
			}
		}
	}
}
