package geo

import (
	"container/heap"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// WGS 84.
const (
	earthRadiusKm = 6378.137
	eccentricity2 = 0.00669437999014
)

// AreaKm2 is the area on the WGS 84 ellipsoid in square kilometres, from the
// cylindrical equal-area projection with authalic latitude (Snyder, Map
// Projections, 1987, equations 3-12 and 10-15). A sphere would be half a per
// cent off near the equator.
func AreaKm2(m orb.MultiPolygon) float64 {
	sum := 0.0
	for _, p := range m {
		for i, r := range p {
			a := math.Abs(ringKm2(r))
			if i > 0 {
				a = -a
			}
			sum += a
		}
	}
	return sum
}

func ringKm2(r orb.Ring) float64 {
	project := func(p orb.Point) (x, y float64) {
		e, sin := math.Sqrt(eccentricity2), math.Sin(p[1]*math.Pi/180)
		q := (1 - eccentricity2) * (sin/(1-eccentricity2*sin*sin) - math.Log((1-e*sin)/(1+e*sin))/(2*e))
		return (p[0] - r[0][0]) * math.Pi / 180, q / 2
	}
	sum := 0.0
	for i := 1; i < len(r); i++ {
		ax, ay := project(r[i-1])
		bx, by := project(r[i])
		sum += (bx + ax) * (by - ay)
	}
	return sum / 2 * earthRadiusKm * earthRadiusKm
}

// LabelPoint is the point of the outline farthest from its border (the pole
// of inaccessibility), to about a hundredth of the outline's size: where a
// label fits best. It always lies inside.
func LabelPoint(m orb.MultiPolygon) orb.Point {
	if len(m) == 0 || len(m[0]) == 0 || len(m[0][0]) == 0 {
		return orb.Point{}
	}
	b := m.Bound()
	width, height := b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]
	side := max(min(width, height), max(width, height)/100)
	if side <= 0 {
		return b.Center()
	}
	var queue poleQueue
	s := newShape("", m)
	push := func(x, y, half float64) {
		d := s.depth(orb.Point{x, y}, m)
		heap.Push(&queue, poleCell{center: orb.Point{x, y}, half: half, depth: d, best: d + half*math.Sqrt2})
	}
	half := side / 2
	for x := b.Min[0]; x < b.Max[0]; x += side {
		for y := b.Min[1]; y < b.Max[1]; y += side {
			push(x+half, y+half, half)
		}
	}
	best := poleCell{center: b.Center(), depth: s.depth(b.Center(), m)}
	for range poleRounds {
		if queue.Len() == 0 {
			break
		}
		c := heap.Pop(&queue).(poleCell)
		if c.depth > best.depth {
			best = c
		}
		if c.best-best.depth <= side/100 && best.depth > 0 || c.half < side*1e-9 {
			break
		}
		h := c.half / 2
		for _, d := range [4][2]float64{{-1, -1}, {1, -1}, {-1, 1}, {1, 1}} {
			push(c.center[0]+d[0]*h, c.center[1]+d[1]*h, h)
		}
	}
	if best.depth <= 0 {
		return s.somewhere()
	}
	return best.center
}

// poleRounds bounds the search in shapes thinner than any cell.
const poleRounds = 2000

// somewhere returns a point inside: the middle of the widest stretch of a
// level line through the shape.
func (s *shape) somewhere() orb.Point {
	best, width := s.bound.Center(), 0.0
	for k := 1; k < 16; k++ {
		y := s.bound.Min[1] + (s.bound.Max[1]-s.bound.Min[1])*float64(k)/16
		var xs []float64
		for _, e := range s.strips[s.strip(y)] {
			if (e.lo[1] <= y) != (e.hi[1] <= y) {
				xs = append(xs, (e.hi[0]-e.lo[0])*(y-e.lo[1])/(e.hi[1]-e.lo[1])+e.lo[0])
			}
		}
		slices.Sort(xs)
		for i := 1; i < len(xs); i += 2 {
			if w := xs[i] - xs[i-1]; w > width {
				best, width = orb.Point{(xs[i] + xs[i-1]) / 2, y}, w
			}
		}
	}
	return best
}

// depth is the distance to the border in degrees, negative outside.
func (s *shape) depth(p orb.Point, m orb.MultiPolygon) float64 {
	near := math.Inf(1)
	for _, poly := range m {
		for _, r := range poly {
			for i := 1; i < len(r); i++ {
				near = min(near, sideDistance2(p, r[i-1], r[i]))
			}
		}
	}
	if s.contains(p) {
		return math.Sqrt(near)
	}
	return -math.Sqrt(near)
}

func sideDistance2(p, a, b orb.Point) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	t := 0.0
	if l2 := dx*dx + dy*dy; l2 > 0 {
		t = min(1, max(0, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/l2))
	}
	x, y := p[0]-a[0]-t*dx, p[1]-a[1]-t*dy
	return x*x + y*y
}

type poleCell struct {
	center      orb.Point
	half        float64
	depth, best float64
}

type poleQueue []poleCell

func (q poleQueue) Len() int           { return len(q) }
func (q poleQueue) Less(i, j int) bool { return q[i].best > q[j].best }
func (q poleQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *poleQueue) Push(c any)        { *q = append(*q, c.(poleCell)) }
func (q *poleQueue) Pop() any {
	old := *q
	c := old[len(old)-1]
	*q = old[:len(old)-1]
	return c
}
