package pattern

import (
	"cmp"
	"math"
	"slices"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
)

const (
	// touchMetres is how near two outlines must come to be called touching:
	// outlines of different surveys, and our own approximations, leave gaps.
	touchMetres = 60
	// nearestAreas is how many neighbours an area has whose outline is not
	// known, and at least one that touches none.
	nearestAreas = 5
)

// Neighbours lists for each area which of the others touch it, as positions in
// areas: outlines within 60 m of each other. An area without outline, or that
// touches none (an island), has the five with the nearest labels. The relation
// is symmetric.
func Neighbours(areas []city.Area) [][]int {
	near := make([]map[int]bool, len(areas))
	for i := range near {
		near[i] = map[int]bool{}
	}
	join := func(i, j int) {
		if i != j {
			near[i][j], near[j][i] = true, true
		}
	}
	touching(areas, join)
	for i := range areas {
		if len(near[i]) == 0 {
			for _, j := range nearest(areas, i, nearestAreas) {
				join(i, j)
			}
		}
	}
	out := make([][]int, len(areas))
	for i, set := range near {
		for j := range set {
			out[i] = append(out[i], j)
		}
		slices.Sort(out[i])
	}
	return out
}

// touching walks along every outline in steps of half the touching distance
// and joins areas that pass through the same or a neighbouring box.
func touching(areas []city.Area, join func(i, j int)) {
	boxes := map[Cell][]int{}
	var g Grid
	for i, a := range areas {
		if len(a.Outline) == 0 {
			continue
		}
		if g.StepLat == 0 {
			g = NewGrid(touchMetres, a.Label[1])
		}
		walk(a.Outline, g.StepLat/2, func(p orb.Point) {
			c := g.At(p)
			if here := boxes[c]; len(here) == 0 || here[len(here)-1] != i {
				boxes[c] = append(here, i)
			}
		})
	}
	for c, here := range boxes {
		for dy := range int32(2) {
			for dx := int32(-1); dx <= 1; dx++ {
				for _, i := range here {
					for _, j := range boxes[Cell{c.X + dx, c.Y + dy}] {
						join(i, j)
					}
				}
			}
		}
	}
}

func walk(outline orb.MultiPolygon, step float64, visit func(orb.Point)) {
	for _, polygon := range outline {
		if len(polygon) == 0 {
			continue
		}
		ring := polygon[0]
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			n := 1 + int(math.Hypot(b[0]-a[0], b[1]-a[1])/step)
			for k := range n {
				t := float64(k) / float64(n)
				visit(orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])})
			}
		}
	}
}

// nearest are the k areas whose labels lie nearest to area i's, nearest first.
func nearest(areas []city.Area, i, k int) []int {
	points := make([]orb.Point, len(areas))
	for n, a := range areas {
		points[n] = a.Label
	}
	return byDistance(points, i)[1:min(k+1, len(areas))]
}

// byDistance orders all points by their distance to point i, i itself first;
// equal distances keep their order.
func byDistance(points []orb.Point, i int) []int {
	order := make([]int, len(points))
	d := make([]float64, len(points))
	shrink := math.Cos(points[i][1] * math.Pi / 180)
	for j, p := range points {
		order[j] = j
		d[j] = math.Hypot((p[0]-points[i][0])*shrink, p[1]-points[i][1])
	}
	d[i] = -1
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(d[a], d[b]) })
	return order
}
