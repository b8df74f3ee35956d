package picture

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"sync"
)

// Feature is a corner that is found again in another picture of the same
// thing, with 256 bits of what is around it.
type Feature struct {
	// X, Y are in pixels of the working size; Scale is how many of them a pixel
	// of the level has on which it was found.
	X, Y, Scale float32
	Angle       float32 // radians
	Bits        [4]uint64
}

const (
	levelStep   = 1.2
	levels      = 8
	patchRadius = 15
	border      = 22 // a turned patch reaches so far
	fastLow     = 7
)

// Features finds at most want corners of a plane over eight sizes, spread over
// the picture: ORB (Rublee, Rabaud, Konolige and Bradski, "ORB: an efficient
// alternative to SIFT or SURF", ICCV 2011): FAST-9 corners (Rosten and
// Drummond, ECCV 2006) ranked by Harris' measure (Harris and Stephens, 1988),
// turned by their intensity centroid, described by 256 comparisons of BRIEF
// (Calonder et al., ECCV 2010; its pattern G II, drawn once, instead of ORB's
// learned one). It needs about 100 pixels on the shorter side.
func Features(p Plane, want int) []Feature {
	var out []Feature
	total := 0.0
	for l := range levels {
		total += math.Pow(levelStep, -float64(l))
	}
	for l := range levels {
		scale := math.Pow(levelStep, float64(l))
		w, h := int(float64(p.W)/scale+0.5), int(float64(p.H)/scale+0.5)
		if w < 2*border+16 || h < 2*border+16 {
			break
		}
		share := int(float64(want)*math.Pow(levelStep, -float64(l))/total + 0.5)
		out = append(out, levelFeatures(p.Scaled(w, h), max(share, 12), float32(p.W)/float32(w), float32(p.H)/float32(h))...)
	}
	return out
}

type corner struct {
	x, y  int
	score float32
}

func levelFeatures(p Plane, want int, sx, sy float32) []Feature {
	corners := spread(strongest(p, fastCorners(p)), p, want)
	soft := p.smoothed(2)
	out := make([]Feature, len(corners))
	for i, c := range corners {
		angle := centroidAngle(p, c.x, c.y)
		out[i] = Feature{
			X: (float32(c.x)+0.5)*sx - 0.5, Y: (float32(c.y)+0.5)*sy - 0.5, Scale: (sx + sy) / 2, Angle: angle, Bits: describe(soft, c.x, c.y, angle),
		}
	}
	return out
}

// circle is FAST's ring of 16 pixels at radius 3.
var circle = [16][2]int{{0, -3}, {1, -3}, {2, -2}, {3, -1}, {3, 0}, {3, 1}, {2, 2}, {1, 3}, {0, 3}, {-1, 3}, {-2, 2}, {-3, 1}, {-3, 0}, {-3, -1}, {-2, -2}, {-1, -3}}

func fastCorners(p Plane) []corner {
	var ring [16]int
	for i, c := range circle {
		ring[i] = c[1]*p.W + c[0]
	}
	var out []corner
	for y := border; y < p.H-border; y++ {
		for x := border; x < p.W-border; x++ {
			i := y*p.W + x
			if isCorner(p.Pix, i, &ring) {
				out = append(out, corner{x: x, y: y})
			}
		}
	}
	return out
}

// isCorner reports whether nine pixels of the ring in a row are all lighter or
// all darker than the middle.
func isCorner(pix []uint8, i int, ring *[16]int) bool {
	lo, hi := int(pix[i])-fastLow, int(pix[i])+fastLow
	// Of any nine in a row two of the four compass points are part.
	n, s, e, w := int(pix[i+ring[0]]), int(pix[i+ring[8]]), int(pix[i+ring[4]]), int(pix[i+ring[12]])
	light, dark := 0, 0
	for _, v := range [4]int{n, e, s, w} {
		if v > hi {
			light++
		} else if v < lo {
			dark++
		}
	}
	if light < 2 && dark < 2 {
		return false
	}
	var up, down uint32
	for k, o := range ring {
		v := int(pix[i+o])
		if v > hi {
			up |= 1 << k
		} else if v < lo {
			down |= 1 << k
		}
	}
	return nineInARow(up) || nineInARow(down)
}

func nineInARow(m uint32) bool {
	m |= m << 16
	m &= m >> 1 // runs of 2
	m &= m >> 2 // 4
	m &= m >> 4 // 8
	m &= m >> 1 // 9
	return m != 0
}

// strongest gives corners Harris' measure and keeps those that no neighbour
// beats.
func strongest(p Plane, cs []corner) []corner {
	score := make([]float32, p.W*p.H)
	for i := range cs {
		cs[i].score = harris(p, cs[i].x, cs[i].y)
		score[cs[i].y*p.W+cs[i].x] = cs[i].score
	}
	return slices.DeleteFunc(cs, func(c corner) bool {
		if c.score <= 0 {
			return true
		}
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				if s := score[(c.y+dy)*p.W+c.x+dx]; s > c.score || (s == c.score && (dy < 0 || dy == 0 && dx < 0)) {
					return true
				}
			}
		}
		return false
	})
}

func harris(p Plane, x, y int) float32 {
	var xx, yy, xy float32
	for v := y - 3; v <= y+3; v++ {
		for u := x - 3; u <= x+3; u++ {
			i := v*p.W + u
			gx := float32(int(p.Pix[i+1]) - int(p.Pix[i-1]))
			gy := float32(int(p.Pix[i+p.W]) - int(p.Pix[i-p.W]))
			xx, yy, xy = xx+gx*gx, yy+gy*gy, xy+gx*gy
		}
	}
	return xx*yy - xy*xy - 0.04*(xx+yy)*(xx+yy)
}

// spread keeps want corners, the strongest of each part of the picture in
// turn: a crop must not lose most of them at once.
func spread(cs []corner, p Plane, want int) []corner {
	const across = 8
	cells := make([][]corner, across*across)
	for _, c := range cs {
		i := c.y*across/p.H*across + c.x*across/p.W
		cells[i] = append(cells[i], c)
	}
	for _, cell := range cells {
		slices.SortFunc(cell, func(a, b corner) int {
			return cmp.Or(cmp.Compare(b.score, a.score), a.y-b.y, a.x-b.x)
		})
	}
	out := make([]corner, 0, want)
	for rank := 0; len(out) < want; rank++ {
		before := len(out)
		var round []corner
		for _, cell := range cells {
			if rank < len(cell) {
				round = append(round, cell[rank])
			}
		}
		slices.SortStableFunc(round, func(a, b corner) int { return cmp.Compare(b.score, a.score) })
		out = append(out, round[:min(len(round), want-len(out))]...)
		if len(out) == before {
			break
		}
	}
	return out
}

// centroidAngle is where the brightness around a corner lies heaviest (Rosin,
// "Measuring corner properties", 1999).
func centroidAngle(p Plane, x, y int) float32 {
	mx, my := 0, 0
	for dy := -patchRadius; dy <= patchRadius; dy++ {
		half := halfWidths[dy+patchRadius]
		row := (y+dy)*p.W + x
		sum := 0
		for dx := -half; dx <= half; dx++ {
			v := int(p.Pix[row+dx])
			mx += dx * v
			sum += v
		}
		my += dy * sum
	}
	return float32(math.Atan2(float64(my), float64(mx)))
}

var halfWidths = func() (out [2*patchRadius + 1]int) {
	for dy := -patchRadius; dy <= patchRadius; dy++ {
		out[dy+patchRadius] = int(math.Sqrt(patchRadius*patchRadius - float64(dy*dy)))
	}
	return out
}()

// turns is in how many directions the pattern is kept ready.
const turns = 60

// pattern is BRIEF's pairs of points for every direction. They are part of
// what stored prints mean (PrintVersion): drawn by splitmix64, never otherwise.
var pattern = sync.OnceValue(func() *[turns][256][4]int8 {
	var pairs [256][4]float64
	state := uint64(0x9e3779b97f4a7c15)
	next := func() float64 {
		state += 0x9e3779b97f4a7c15
		z := state
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return float64((z^z>>31)>>11) / (1 << 53)
	}
	for i := range pairs {
		for j := 0; j < 4; j += 2 {
			r := math.Sqrt(-2*math.Log(1-next())) * 31 / 5
			a := 2 * math.Pi * next()
			r = min(r, patchRadius-1)
			pairs[i][j], pairs[i][j+1] = r*math.Cos(a), r*math.Sin(a)
		}
	}
	var out [turns][256][4]int8
	for t := range out {
		sin, cos := math.Sincos(2 * math.Pi * float64(t) / turns)
		for i, q := range pairs {
			for j := 0; j < 4; j += 2 {
				out[t][i][j] = int8(math.Round(cos*q[j] - sin*q[j+1]))
				out[t][i][j+1] = int8(math.Round(sin*q[j] + cos*q[j+1]))
			}
		}
	}
	return &out
})

func describe(soft Plane, x, y int, angle float32) (out [4]uint64) {
	t := int(math.Round(float64(angle)/(2*math.Pi)*turns)+turns) % turns
	at := y*soft.W + x
	for i, q := range pattern()[t] {
		a := soft.Pix[at+int(q[1])*soft.W+int(q[0])]
		b := soft.Pix[at+int(q[3])*soft.W+int(q[2])]
		if a < b {
			out[i>>6] |= 1 << (i & 63)
		}
	}
	return out
}

// distance is in how many bits two features differ.
func distance(a, b *[4]uint64) int {
	return bits.OnesCount64(a[0]^b[0]) + bits.OnesCount64(a[1]^b[1]) + bits.OnesCount64(a[2]^b[2]) + bits.OnesCount64(a[3]^b[3])
}
