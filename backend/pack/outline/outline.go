package outline

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Fineness of the drawing, in kilometres.
const (
	pixelKm    = 0.05 // side of a pixel of the last raster
	smoothKm   = 0.9  // rounding of the city's outline
	straightKm = 0.03 // how far a drawn border may leave the pixels
)

// Compute returns one polygon per site, in the order of sites: WGS 84
// lon/lat with 5 decimals, outer ring counter-clockwise and closed. Together
// they cover one area without gaps and overlaps; each holds its site's point.
//
// First every site grows a disc until its part of the union has its area
// (this makes the city's outline); the union is smoothed; then the sites
// share the inside so that each has its area.
func Compute(sites []Site) ([]orb.Polygon, error) {
	if err := check(sites); err != nil {
		return nil, err
	}
	pl := newPlane(sites)
	points, weight, total := make([]orb.Point, len(sites)), make([]float64, len(sites)), 0.0
	for i, s := range sites {
		points[i], weight[i] = pl.km(s.Point), math.Sqrt(s.Km2/math.Pi)
		total += s.Km2
	}
	newRaster(sites, pl, 4*pixelKm).fit(sites, points, weight, nil, 150)
	r := newRaster(sites, pl, pixelKm)
	r.fit(sites, points, weight, nil, 12)
	mask := r.smoothMask(total, smoothKm)
	coarse := newRaster(sites, pl, 4*pixelKm)
	coarse.fit(sites, points, weight, coarse.resample(r, mask), 150)
	r.fit(sites, points, weight, mask, 25)
	seeds := make([]int, len(sites))
	for i, p := range points {
		seeds[i] = int((p[1]-r.min[1])/r.cell)*r.nx + int((p[0]-r.min[0])/r.cell)
		if int(r.label[seeds[i]]) != i {
			return nil, fmt.Errorf("outlining areas: point %d does not lie in its own cell", i)
		}
	}
	r.settle(seeds)
	return assemble(r, pl, len(sites))
}

func (r *raster) resample(fine *raster, mask []bool) []bool {
	out := make([]bool, len(r.label))
	for y := range r.ny {
		for x := range r.nx {
			c := r.center(x, y)
			u, v := int((c[0]-fine.min[0])/fine.cell), int((c[1]-fine.min[1])/fine.cell)
			out[y*r.nx+x] = u >= 0 && v >= 0 && u < fine.nx && v < fine.ny && mask[v*fine.nx+u]
		}
	}
	return out
}

// assemble joins the arcs around each label to a ring.
func assemble(r *raster, pl plane, n int) ([]orb.Polygon, error) {
	around := make([][][]orb.Point, n)
	for _, a := range r.arcs() {
		line := r.straighten(a, straightKm)
		for i, p := range line {
			line[i] = round(pl.degrees(p))
		}
		if a.left != outside {
			around[a.left] = append(around[a.left], line)
		}
		if a.right != outside {
			around[a.right] = append(around[a.right], backwards(line))
		}
	}
	out := make([]orb.Polygon, n)
	for s, lines := range around {
		rings := join(lines)
		if len(rings) == 0 {
			return nil, fmt.Errorf("outlining areas: area %d has no border", s)
		}
		outer := 0
		for i := range rings {
			if area(rings[i]) > area(rings[outer]) {
				outer = i
			}
		}
		rings[0], rings[outer] = rings[outer], rings[0]
		out[s] = orb.Polygon(rings)
	}
	return out, nil
}

func join(lines [][]orb.Point) []orb.Ring {
	from := map[orb.Point]int{}
	for i, l := range lines {
		from[l[0]] = i
	}
	used := make([]bool, len(lines))
	var rings []orb.Ring
	for i := range lines {
		if used[i] {
			continue
		}
		ring := orb.Ring{lines[i][0]}
		for at := i; !used[at]; {
			used[at] = true
			ring = append(ring, lines[at][1:]...)
			next, ok := from[ring[len(ring)-1]]
			if !ok {
				break
			}
			at = next
		}
		if len(ring) >= 4 && ring.Closed() {
			rings = append(rings, ring)
		}
	}
	return rings
}

func backwards(line []orb.Point) []orb.Point {
	out := make([]orb.Point, len(line))
	for i, p := range line {
		out[len(line)-1-i] = p
	}
	return out
}

// area is the signed area in square degrees, positive counter-clockwise.
func area(ring orb.Ring) float64 {
	sum := 0.0
	for i := 1; i < len(ring); i++ {
		sum += (ring[i-1][0]-ring[0][0])*(ring[i][1]-ring[0][1]) - (ring[i][0]-ring[0][0])*(ring[i-1][1]-ring[0][1])
	}
	return sum / 2
}

func round(p orb.Point) orb.Point {
	return orb.Point{math.Round(p[0]*1e5) / 1e5, math.Round(p[1]*1e5) / 1e5}
}
