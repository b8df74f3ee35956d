package geo

import (
	"math"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
)

// locator finds the shape that holds a point: a grid of boxes names the
// shapes whose bounding box touches it, and each shape keeps its edges by
// horizontal strips, so that a test looks at few of them.
type locator struct {
	shapes []shape
	bound  orb.Bound
	grid   [][]int32
	nx, ny int
}

type shape struct {
	code   string
	bound  orb.Bound
	strips [][]edge
	height float64 // of one strip, degrees
}

// edge is a side of a ring with its lower end first. The order makes the
// arithmetic the same for both areas that share the side, so a point on it
// falls to exactly one of them.
type edge struct{ lo, hi orb.Point }

func newLocator(areas []city.Area) locator {
	var l locator
	for _, a := range areas {
		if len(a.Outline) == 0 {
			continue
		}
		s := newShape(a.Code, a.Outline)
		if len(l.shapes) == 0 {
			l.bound = s.bound
		}
		l.bound = l.bound.Union(s.bound)
		l.shapes = append(l.shapes, s)
	}
	if len(l.shapes) == 0 {
		return l
	}
	l.nx, l.ny = 64, 64
	l.grid = make([][]int32, l.nx*l.ny)
	for i, s := range l.shapes {
		x0, y0 := l.box(s.bound.Min)
		x1, y1 := l.box(s.bound.Max)
		for y := y0; y <= y1; y++ {
			for x := x0; x <= x1; x++ {
				l.grid[y*l.nx+x] = append(l.grid[y*l.nx+x], int32(i))
			}
		}
	}
	return l
}

func newShape(code string, m orb.MultiPolygon) shape {
	s := shape{code: code, bound: m.Bound()}
	edges := 0
	for _, p := range m {
		for _, r := range p {
			edges += len(r)
		}
	}
	n := min(512, max(1, edges/8))
	s.height = (s.bound.Max[1] - s.bound.Min[1]) / float64(n)
	s.strips = make([][]edge, n)
	for _, p := range m {
		for _, r := range p {
			for i := 1; i < len(r); i++ {
				s.add(edge{lo: r[i-1], hi: r[i]})
			}
		}
	}
	return s
}

func (s *shape) add(e edge) {
	if e.lo[1] == e.hi[1] {
		return // a level side never crosses the level ray of the test
	}
	if e.lo[1] > e.hi[1] {
		e.lo, e.hi = e.hi, e.lo
	}
	for i := s.strip(e.lo[1]); i <= s.strip(e.hi[1]); i++ {
		s.strips[i] = append(s.strips[i], e)
	}
}

func (s *shape) strip(y float64) int {
	if s.height <= 0 {
		return 0
	}
	return min(len(s.strips)-1, max(0, int((y-s.bound.Min[1])/s.height)))
}

// contains counts the sides that a ray to the east crosses. A side holds its
// lower end and not its upper one; a point on a side lies east of it.
func (s *shape) contains(p orb.Point) bool {
	if !s.bound.Contains(p) {
		return false
	}
	in := false
	for _, e := range s.strips[s.strip(p[1])] {
		if (e.lo[1] <= p[1]) == (e.hi[1] <= p[1]) {
			continue
		}
		if p[0] < (e.hi[0]-e.lo[0])*(p[1]-e.lo[1])/(e.hi[1]-e.lo[1])+e.lo[0] {
			in = !in
		}
	}
	return in
}

// box returns the grid box of a point, clamped to the grid.
func (l *locator) box(p orb.Point) (x, y int) {
	at := func(v, lo, hi float64, n int) int {
		if hi <= lo {
			return 0
		}
		return min(n-1, max(0, int((v-lo)/(hi-lo)*float64(n))))
	}
	return at(p[0], l.bound.Min[0], l.bound.Max[0], l.nx), at(p[1], l.bound.Min[1], l.bound.Max[1], l.ny)
}

func (l *locator) locate(p orb.Point) (string, bool) {
	if len(l.shapes) == 0 || math.IsNaN(p[0]) || math.IsNaN(p[1]) || !l.bound.Contains(p) {
		return "", false
	}
	x, y := l.box(p)
	for _, i := range l.grid[y*l.nx+x] {
		if l.shapes[i].contains(p) {
			return l.shapes[i].code, true
		}
	}
	return "", false
}
