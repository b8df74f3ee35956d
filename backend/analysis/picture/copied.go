package picture

import (
	"cmp"
	"math"
	"slices"
)

const (
	// copyApart is how far a copy must lie from what it was copied from, in
	// pixels at 1280: nearer, any texture is like itself.
	copyApart = 32
	// copyShifts is how many shifts are looked at part by part.
	copyShifts = 16
	// copyWindow and copyStep are the squares whose noise is compared, and how
	// far they lie apart.
	copyWindow, copyStep = 16, 8
	// copyAgree is the correlation of the noise of a square and its copy. Of
	// squares that are none it is 0 with a standard deviation of about 0.08.
	copyAgree = 0.7
)

// Copied looks for a part that stands in the picture twice, noise and all, as
// where a damage was covered with a piece of the same road (copy-move:
// Fridrich, Soukal and Lukáš, "Detection of copy-move forgery in digital
// images", DFRWS 2003, section 3.2, autocorrelation; here of the noise alone,
// evened out over the picture, so that a wall of equal bricks, each with noise
// of its own, hardly counts). The shifts of its highest peaks are then verified
// square by square. The score is how many squares that hang together agree, at
// 1280. A piece that was turned, resized or made lighter in parts is not found.
func Copied(p Plane) Trace {
	p = p.Fit(editLong)
	if p.W < 4*copyWindow || p.H < 4*copyWindow {
		return Trace{}
	}
	noise := evenNoise(p)
	var best Trace
	telling := tellingSquares(noise, p.W, p.H)
	for _, s := range peaks(cepstrum(noise, p.W, p.H), p.W, p.H) {
		if t := verifyShift(noise, telling, p.W, p.H, s[0], s[1]); t.Score > best.Score {
			best = t
		}
	}
	return best
}

// evenNoise is the residue in units of its own size in each block, edges cut
// off, 0 where a block has none to compare; and less what the grid of JPEG's
// blocks leaves in all of them alike.
func evenNoise(p Plane) []float32 {
	res := fine(p, nil)
	out := make([]float32, len(res))
	const block, most = 8, 2.0
	for by := 0; by+block <= p.H; by += block {
		for bx := 0; bx+block <= p.W; bx += block {
			sum := 0.0
			for y := by; y < by+block; y++ {
				for _, r := range res[y*p.W+bx : y*p.W+bx+block] {
					sum += math.Abs(float64(r))
				}
			}
			mean := sum / block / block
			if mean < 1.5 {
				continue
			}
			for y := by; y < by+block; y++ {
				for i := y*p.W + bx; i < y*p.W+bx+block; i++ {
					out[i] = float32(max(-most, min(most, float64(res[i])/mean)))
				}
			}
		}
	}
	var sums, counts [64]float32
	for i, v := range out {
		if v != 0 {
			k := i/p.W%8*8 + i%p.W%8
			sums[k] += v
			counts[k]++
		}
	}
	for i, v := range out {
		if v != 0 {
			k := i/p.W%8*8 + i%p.W%8
			out[i] = v - sums[k]/counts[k]
		}
	}
	return out
}

// grid is a plane of complex numbers whose sides are powers of two.
type grid struct {
	w, h int
	v    []complex128
}

// cepstrum is the autocorrelation (the transform of the power) with the
// logarithm of the power instead: a copy is an echo, which ripples the spectrum
// everywhere, while edges and regular patterns stand in few frequencies and
// would drown it (Bogert, Healy and Tukey, "The quefrency alanysis of time
// series for echoes", 1963).
func cepstrum(noise []float32, w, h int) grid {
	g := grid{w: 1, h: 1}
	for g.w < w {
		g.w *= 2
	}
	for g.h < h {
		g.h *= 2
	}
	g.v = make([]complex128, g.w*g.h)
	for y := range h {
		for x := range w {
			g.v[y*g.w+x] = complex(float64(noise[y*w+x]), 0)
		}
	}
	g.transform()
	mean := 0.0
	for i, c := range g.v {
		power := real(c)*real(c) + imag(c)*imag(c)
		g.v[i] = complex(power, 0)
		mean += power / float64(len(g.v))
	}
	if mean == 0 {
		return g
	}
	for i, c := range g.v {
		g.v[i] = complex(math.Log(real(c)/mean+0.01), 0)
	}
	g.transform() // of an even function: the same as back
	return g
}

func (g grid) transform() {
	for y := range g.h {
		fft(g.v[y*g.w : (y+1)*g.w])
	}
	column := make([]complex128, g.h)
	for x := range g.w {
		for y := range g.h {
			column[y] = g.v[y*g.w+x]
		}
		fft(column)
		for y := range g.h {
			g.v[y*g.w+x] = column[y]
		}
	}
}

// peaks are the shifts at which the picture is most like itself. The sides of
// the grid are hardly larger than the picture's, so that each may stand for a
// shift the other way round; both are given.
func peaks(g grid, w, h int) (out [][2]int) {
	type peak struct {
		x, y int
		v    float64
	}
	var all []peak
	low := 0.0
	for y := 0; y <= g.h/2; y++ {
		for x := range g.w {
			dx := min(x, g.w-x)
			if dx*dx+y*y < copyApart*copyApart || y == 0 && x > g.w/2 {
				continue
			}
			v := real(g.v[y*g.w+x])
			if v <= low || !highest(g, x, y, v) {
				continue
			}
			all = append(all, peak{x, y, v})
			if len(all) == 4*copyShifts {
				slices.SortFunc(all, func(a, b peak) int { return cmp.Or(cmp.Compare(b.v, a.v), a.y-b.y, a.x-b.x) })
				all = all[:copyShifts]
				low = all[copyShifts-1].v
			}
		}
	}
	slices.SortFunc(all, func(a, b peak) int { return cmp.Or(cmp.Compare(b.v, a.v), a.y-b.y, a.x-b.x) })
	for _, p := range all[:min(len(all), copyShifts)] {
		for _, dx := range [2]int{p.x, p.x - g.w} {
			for _, dy := range [2]int{p.y, p.y - g.h} {
				if dx > -w && dx < w && dy > -h && dy < h {
					out = append(out, [2]int{dx, dy})
				}
			}
		}
	}
	return out
}

func highest(g grid, x, y int, v float64) bool {
	for dy := -2; dy <= 2; dy++ {
		for dx := -2; dx <= 2; dx++ {
			if real(g.v[(y+dy+g.h)%g.h*g.w+(x+dx+g.w)%g.w]) > v {
				return false
			}
		}
	}
	return true
}

// verifyShift counts the squares whose noise is the same after the shift, and
// takes the largest set that hangs together.
func verifyShift(noise []float32, telling []bool, w, h, dx, dy int) Trace {
	across, down := (w-copyWindow)/copyStep+1, (h-copyWindow)/copyStep+1
	marked := make([]bool, across*down)
	for by := range down {
		for bx := range across {
			x, y := bx*copyStep, by*copyStep
			if !telling[by*across+bx] || x+dx < 0 || y+dy < 0 || x+dx+copyWindow > w || y+dy+copyWindow > h {
				continue
			}
			var ab, aa, bb float32
			for v := y; v < y+copyWindow; v++ {
				a, b := noise[v*w+x:v*w+x+copyWindow], noise[(v+dy)*w+x+dx:(v+dy)*w+x+dx+copyWindow]
				for i, n := range a {
					ab, aa, bb = ab+n*b[i], aa+n*n, bb+b[i]*b[i]
				}
			}
			const least = copyWindow * copyWindow / 2
			marked[by*across+bx] = aa > least && bb > least && float64(ab) > copyAgree*math.Sqrt(float64(aa)*float64(bb))
		}
	}
	return largestPart(marked, across, down)
}

// tellingSquares are those with details in both directions: a straight edge is
// like itself anywhere along it (the smaller eigenvalue of the structure tensor;
// Shi and Tomasi, "Good features to track", CVPR 1994).
func tellingSquares(noise []float32, w, h int) []bool {
	across, down := (w-copyWindow)/copyStep+1, (h-copyWindow)/copyStep+1
	out := make([]bool, across*down)
	for by := range down {
		for bx := range across {
			var xx, yy, xy float64
			for y := by*copyStep + 1; y < by*copyStep+copyWindow; y++ {
				for i := y*w + bx*copyStep + 1; i < y*w+bx*copyStep+copyWindow; i++ {
					gx, gy := float64(noise[i]-noise[i-1]), float64(noise[i]-noise[i-w])
					xx, yy, xy = xx+gx*gx, yy+gy*gy, xy+gx*gy
				}
			}
			smaller := (xx + yy - math.Sqrt((xx-yy)*(xx-yy)+4*xy*xy)) / 2
			out[by*across+bx] = smaller > 0.25*(xx+yy)
		}
	}
	return out
}
