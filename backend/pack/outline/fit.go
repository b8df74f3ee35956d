package outline

import (
	"errors"
	"math"

	"github.com/paulmach/orb"
)

// Site is one area to outline: a point inside it and its size.
type Site struct {
	Point orb.Point // WGS 84 lon/lat
	Km2   float64
}

// plane maps lon/lat to kilometres around a city: the lengths of one degree
// on the WGS 84 ellipsoid at the middle latitude, constant over a city.
type plane struct {
	origin   orb.Point
	kmPerDeg orb.Point
}

func newPlane(sites []Site) plane {
	var b orb.Bound
	for i, s := range sites {
		if i == 0 {
			b = s.Point.Bound()
		}
		b = b.Extend(s.Point)
	}
	mid := b.Center()
	const a, e2 = 6378.137, 0.00669437999014
	sin, cos := math.Sincos(mid[1] * math.Pi / 180)
	w := 1 - e2*sin*sin
	perRad := math.Pi / 180
	return plane{origin: mid, kmPerDeg: orb.Point{a / math.Sqrt(w) * cos * perRad, a * (1 - e2) / math.Pow(w, 1.5) * perRad}}
}

func (p plane) km(q orb.Point) orb.Point {
	return orb.Point{(q[0] - p.origin[0]) * p.kmPerDeg[0], (q[1] - p.origin[1]) * p.kmPerDeg[1]}
}

func (p plane) degrees(q orb.Point) orb.Point {
	return orb.Point{q[0]/p.kmPerDeg[0] + p.origin[0], q[1]/p.kmPerDeg[1] + p.origin[1]}
}

const outside = -1

// raster is the plane cut into square pixels, each given to a site or outside.
type raster struct {
	cell   float64 // km
	min    orb.Point
	nx, ny int
	label  []int16
}

func newRaster(sites []Site, pl plane, cell float64) *raster {
	total := 0.0
	b := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}
	for _, s := range sites {
		r := 1.6 * math.Sqrt(s.Km2/math.Pi)
		q := pl.km(s.Point)
		b = b.Union(orb.Bound{Min: orb.Point{q[0] - r, q[1] - r}, Max: orb.Point{q[0] + r, q[1] + r}})
		total += s.Km2
	}
	pad := 0.06 * math.Sqrt(total)
	r := &raster{cell: cell, min: orb.Point{b.Min[0] - pad, b.Min[1] - pad}}
	r.nx = int(math.Ceil((b.Max[0]-b.Min[0]+2*pad)/cell)) + 2
	r.ny = int(math.Ceil((b.Max[1]-b.Min[1]+2*pad)/cell)) + 2
	r.label = make([]int16, r.nx*r.ny)
	return r
}

func (r *raster) center(x, y int) orb.Point {
	return orb.Point{r.min[0] + (float64(x)+0.5)*r.cell, r.min[1] + (float64(y)+0.5)*r.cell}
}

// assign gives each pixel to the site with the least distance minus weight.
// Without a mask, a pixel farther than the weight of every site is outside;
// with one, the mask says. It returns the area of each site.
func (r *raster) assign(points []orb.Point, weight []float64, mask []bool) []float64 {
	got := make([]float64, len(points))
	for y := range r.ny {
		for x := range r.nx {
			i := y*r.nx + x
			if mask != nil && !mask[i] {
				r.label[i] = outside
				continue
			}
			c := r.center(x, y)
			best, at := math.Inf(1), outside
			for s, p := range points {
				d := best + weight[s]
				dx, dy := c[0]-p[0], c[1]-p[1]
				if d < 0 || dx*dx+dy*dy >= d*d {
					continue
				}
				best, at = math.Sqrt(dx*dx+dy*dy)-weight[s], s
			}
			if mask == nil && best > 0 {
				at = outside
			}
			r.label[i] = int16(at)
			if at != outside {
				got[at] += r.cell * r.cell
			}
		}
	}
	return got
}

// fit moves the weights until every site has its area within tolerance
// (relative), or the rounds are used up. A site that is too small grows by
// the difference of the radii of equal discs.
func (r *raster) fit(sites []Site, points []orb.Point, weight []float64, mask []bool, rounds int) {
	for range rounds {
		got := r.assign(points, weight, mask)
		worst := 0.0
		for s := range sites {
			miss := math.Sqrt(sites[s].Km2/math.Pi) - math.Sqrt(got[s]/math.Pi)
			weight[s] += 0.9 * miss
			worst = max(worst, math.Abs(got[s]-sites[s].Km2)/sites[s].Km2)
		}
		if worst < 0.004 {
			return
		}
	}
	r.assign(points, weight, mask)
}

var errTooMany = errors.New("outlining areas: at least 1 and at most 20,000 areas with a positive size are needed")

func check(sites []Site) error {
	if len(sites) == 0 || len(sites) > 20000 {
		return errTooMany
	}
	for _, s := range sites {
		if !(s.Km2 > 0) || math.IsInf(s.Km2, 0) {
			return errTooMany
		}
	}
	return nil
}
