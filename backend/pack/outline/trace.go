package outline

import (
	"math"

	"github.com/paulmach/orb"
)

// arc is a border line between two labels from one junction to the next;
// left lies to the left of its direction. A ring without junction is an arc
// whose ends meet.
type arc struct {
	left, right int16
	line        []int // corner numbers, y*(nx+1)+x
}

// corner steps: east, north, west, south.
func (r *raster) steps() [4]int { return [4]int{1, r.nx + 1, -1, -(r.nx + 1)} }

// sides returns the labels left and right of the step from corner c.
func (r *raster) sides(c, dir int) (left, right int16) {
	x, y := c%(r.nx+1), c/(r.nx+1)
	at := func(x, y int) int16 {
		if x < 0 || y < 0 || x >= r.nx || y >= r.ny {
			return outside
		}
		return r.label[y*r.nx+x]
	}
	switch dir {
	case 0:
		return at(x, y), at(x, y-1)
	case 1:
		return at(x-1, y), at(x, y)
	case 2:
		return at(x-1, y-1), at(x-1, y)
	default:
		return at(x, y-1), at(x-1, y-1)
	}
}

// arcs follows every border between labels, each once.
func (r *raster) arcs() []arc {
	steps := r.steps()
	border := func(c, d int) bool { a, b := r.sides(c, d); return a != b }
	degree := func(c int) int {
		n := 0
		for d := range 4 {
			if border(c, d) {
				n++
			}
		}
		return n
	}
	used := map[[2]int]bool{}
	follow := func(start, d int) arc {
		left, right := r.sides(start, d)
		a := arc{left: left, right: right, line: []int{start}}
		c := start
		for {
			used[[2]int{c, d}] = true
			c += steps[d]
			used[[2]int{c, (d + 2) % 4}] = true
			a.line = append(a.line, c)
			if c == start || degree(c) != 2 {
				return a
			}
			for next := range 4 {
				if next != (d+2)%4 && border(c, next) {
					d = next
					break
				}
			}
		}
	}
	var out []arc
	for _, junctions := range []bool{true, false} {
		for c := range (r.nx + 1) * (r.ny + 1) {
			if n := degree(c); n == 0 || (n != 2) != junctions {
				continue
			}
			for d := range 4 {
				if border(c, d) && !used[[2]int{c, d}] {
					out = append(out, follow(c, d))
				}
			}
		}
	}
	return out
}

// straighten draws an arc through the middles of its pixel sides, which keep
// close to the true border where the corners make stairs, and drops those
// that lie within tolerance (km) of the line through the others
// (Douglas–Peucker). Junctions stay.
func (r *raster) straighten(a arc, tolerance float64) []orb.Point {
	corner := func(i int) orb.Point {
		c := a.line[i]
		return orb.Point{r.min[0] + float64(c%(r.nx+1))*r.cell, r.min[1] + float64(c/(r.nx+1))*r.cell}
	}
	pts := []orb.Point{corner(0)}
	for i := 1; i < len(a.line); i++ {
		p, q := corner(i-1), corner(i)
		pts = append(pts, orb.Point{(p[0] + q[0]) / 2, (p[1] + q[1]) / 2})
	}
	pts = append(pts, corner(len(a.line)-1))
	if a.line[0] == a.line[len(a.line)-1] {
		half := len(pts) / 2
		return append(peucker(pts[:half+1], tolerance), peucker(pts[half:], tolerance)[1:]...)
	}
	return peucker(pts, tolerance)
}

func peucker(pts []orb.Point, tolerance float64) []orb.Point {
	keep := make([]bool, len(pts))
	keep[0], keep[len(pts)-1] = true, true
	var split func(i, j int)
	split = func(i, j int) {
		worst, at := tolerance, -1
		for k := i + 1; k < j; k++ {
			if d := distance(pts[k], pts[i], pts[j]); d > worst {
				worst, at = d, k
			}
		}
		if at > 0 {
			keep[at] = true
			split(i, at)
			split(at, j)
		}
	}
	split(0, len(pts)-1)
	var out []orb.Point
	for i, k := range keep {
		if k {
			out = append(out, pts[i])
		}
	}
	return out
}

func distance(p, a, b orb.Point) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	l2 := dx*dx + dy*dy
	if l2 == 0 {
		return math.Hypot(p[0]-a[0], p[1]-a[1])
	}
	t := min(1, max(0, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/l2))
	return math.Hypot(p[0]-a[0]-t*dx, p[1]-a[1]-t*dy)
}
