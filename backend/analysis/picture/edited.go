package picture

import (
	"math"
	"slices"
)

// Trace is a finding of editing: how strong, and where to look.
type Trace struct {
	Score  float64
	Region [4]float64 // x, y, width, height as shares of the picture
}

// editLong is the size that traces are looked for at: a phone's noise is still
// there, and it takes a second.
const editLong = 1280

// residue is what is left of a plane after its smooth parts (Immerkær's
// operator, "Fast noise variance estimation", 1996): noise, and fine texture.
func residue(p Plane) []int16 {
	out := make([]int16, len(p.Pix))
	for y := 1; y < p.H-1; y++ {
		for x := 1; x < p.W-1; x++ {
			i := y*p.W + x
			a, b, c := p.Pix[i-p.W-1:i-p.W+2], p.Pix[i-1:i+2], p.Pix[i+p.W-1:i+p.W+2]
			out[i] = int16(a[0]) - 2*int16(a[1]) + int16(a[2]) - 2*int16(b[0]) + 4*int16(b[1]) - 2*int16(b[2]) + int16(c[0]) - 2*int16(c[1]) + int16(c[2])
		}
	}
	return out
}

const noiseBlock = 16

// Painted looks for a part that has none of the noise that the rest of the
// picture has, as filled and smeared parts have (noise inconsistency: Mahdian
// and Saic, "Using noise inconsistencies for blind image forensics", 2009). The
// score is how many blocks of 16 pixels hang together so, at 1280; 0 for a
// picture whose own noise is too little to say, as of a hard-pressed one. Very
// dark and very light parts have no noise to miss.
func Painted(p Plane) Trace {
	p = p.Fit(editLong)
	res := residue(p)
	w, h := p.W/noiseBlock, p.H/noiseBlock
	if w*h < 100 {
		return Trace{}
	}
	noise := make([]float64, w*h)
	usable := make([]bool, w*h)
	var known []float64
	for by := range h {
		for bx := range w {
			mean, dev := blockNoise(p, res, bx, by)
			noise[by*w+bx] = dev
			if usable[by*w+bx] = mean > 35 && mean < 225; usable[by*w+bx] {
				known = append(known, dev)
			}
		}
	}
	if len(known) < 60 {
		return Trace{}
	}
	slices.Sort(known)
	// The quietest parts that a picture has anyway: a clear sky, a wall.
	floor := known[len(known)/5]
	if floor < 0.15 {
		return Trace{}
	}
	quiet := make([]bool, w*h)
	for i := range quiet {
		quiet[i] = usable[i] && noise[i] < 0.3*floor
	}
	return largestPart(quiet, w, h)
}

// blockNoise is the mean brightness and the mean absolute residue of a block.
func blockNoise(p Plane, res []int16, bx, by int) (mean, dev float64) {
	for y := by * noiseBlock; y < (by+1)*noiseBlock; y++ {
		for i := y*p.W + bx*noiseBlock; i < y*p.W+(bx+1)*noiseBlock; i++ {
			mean += float64(p.Pix[i])
			dev += math.Abs(float64(res[i]))
		}
	}
	const n = noiseBlock * noiseBlock
	return mean / n, dev / n * math.Sqrt(math.Pi/2) / 6
}

// largestPart is the largest set of marked blocks that hang together.
func largestPart(marked []bool, w, h int) Trace {
	seen := make([]bool, len(marked))
	var best Trace
	for start := range marked {
		if !marked[start] || seen[start] {
			continue
		}
		stack, n := []int{start}, 0
		seen[start] = true
		box := [4]int{w, h, 0, 0}
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			n++
			x, y := i%w, i/w
			box = [4]int{min(box[0], x), min(box[1], y), max(box[2], x+1), max(box[3], y+1)}
			for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
				u, v := x+d[0], y+d[1]
				if u >= 0 && v >= 0 && u < w && v < h && marked[v*w+u] && !seen[v*w+u] {
					seen[v*w+u] = true
					stack = append(stack, v*w+u)
				}
			}
		}
		if float64(n) > best.Score {
			best = Trace{float64(n), [4]float64{
				float64(box[0]) / float64(w), float64(box[1]) / float64(h), float64(box[2]-box[0]) / float64(w), float64(box[3]-box[1]) / float64(h),
			}}
		}
	}
	return best
}

// NoiseLevel is the standard deviation of a picture's noise in its quieter
// parts. A sensor's is there unless the picture was pressed hard; what is drawn
// or made smooth has none.
func NoiseLevel(p Plane) float64 {
	p = p.Fit(editLong)
	res := residue(p)
	w, h := p.W/noiseBlock, p.H/noiseBlock
	var all []float64
	for by := range h {
		for bx := range w {
			if mean, dev := blockNoise(p, res, bx, by); mean > 35 && mean < 225 {
				all = append(all, dev)
			}
		}
	}
	if len(all) < 20 {
		return math.NaN()
	}
	slices.Sort(all)
	return all[len(all)/2]
}
