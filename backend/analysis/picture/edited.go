package picture

import (
	"cmp"
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

// Copied looks for a part that stands in the picture twice, noise and all
// (copy-move: Fridrich, Soukal and Lukáš, "Detection of copy-move forgery in
// digital images", DFRWS 2003; here blocks are sorted by their means and
// gradients, and what has the same shift is verified on the residue, so that a
// wall of equal bricks, each with noise of its own, is none). The score is how
// many blocks of 8 pixels agree, at 1280.
func Copied(p Plane) Trace {
	p = p.Fit(editLong)
	const side, step = 16, 1
	cum := p.sums()
	var blocks []copyBlock
	for y := 0; y+side <= p.H; y += step {
		for x := 0; x+side <= p.W; x += step {
			if b, ok := newCopyBlock(p, cum, x, y); ok {
				blocks = append(blocks, b)
			}
		}
	}
	slices.SortFunc(blocks, func(a, b copyBlock) int { return cmp.Or(cmp.Compare(a.key, b.key), int(a.y-b.y), int(a.x-b.x)) })
	votes := map[[2]int16]int{}
	for i := range blocks {
		for j := i + 1; j < len(blocks) && j <= i+4 && blocks[j].key == blocks[i].key; j++ {
			dx, dy := blocks[j].x-blocks[i].x, blocks[j].y-blocks[i].y
			if dy < 0 || dy == 0 && dx < 0 {
				dx, dy = -dx, -dy
			}
			if int(dx)*int(dx)+int(dy)*int(dy) >= 40*40 {
				votes[[2]int16{dx, dy}]++
			}
		}
	}
	shifts := make([][2]int16, 0, len(votes))
	for s, n := range votes {
		if n >= 5 {
			shifts = append(shifts, s)
		}
	}
	slices.SortFunc(shifts, func(a, b [2]int16) int { return cmp.Or(votes[b]-votes[a], int(a[0]-b[0]), int(a[1]-b[1])) })
	res := residue(p)
	var best Trace
	for _, s := range shifts[:min(len(shifts), 24)] {
		if t := verifyShift(p, res, int(s[0]), int(s[1])); t.Score > best.Score {
			best = t
		}
	}
	return best
}

type copyBlock struct {
	x, y int16
	key  uint64
}

// newCopyBlock describes a block by the means of its sixteen parts, in coarse
// steps relative to its own; not ok for one without any shape.
func newCopyBlock(p Plane, cum []uint32, x, y int) (copyBlock, bool) {
	w := p.W + 1
	var means [16]int
	total := 0
	for i := range 16 {
		x0, y0 := x+i%4*4, y+i/4*4
		means[i] = int(cum[(y0+4)*w+x0+4]-cum[y0*w+x0+4]-cum[(y0+4)*w+x0]+cum[y0*w+x0]) / 4 // quarters of a grey level
		total += means[i]
	}
	low, high := means[0], means[0]
	key := uint64(0)
	for _, m := range means {
		low, high = min(low, m), max(high, m)
		key = key<<4 | uint64(min(15, max(0, (m-total/16+6)/12+8)))
	}
	return copyBlock{int16(x), int16(y), key}, high-low > 30
}

// verifyShift counts the blocks of 8 pixels whose residue is the same after the
// shift, and takes the largest set that hangs together.
func verifyShift(p Plane, res []int16, dx, dy int) Trace {
	const side = 8
	w, h := p.W/side, p.H/side
	marked := make([]bool, w*h)
	for by := range h {
		for bx := range w {
			x, y := bx*side, by*side
			if x+dx < 1 || y+dy < 1 || x+dx+side >= p.W || y+dy+side >= p.H || x < 1 || y < 1 {
				continue
			}
			var ab, aa, bb float64
			for v := y; v < y+side; v++ {
				for i := v*p.W + x; i < v*p.W+x+side; i++ {
					a, b := float64(res[i]), float64(res[i+dy*p.W+dx])
					ab, aa, bb = ab+a*b, aa+a*a, bb+b*b
				}
			}
			const n = side * side
			marked[by*w+bx] = aa > 2*n && bb > 2*n && ab > 0.7*math.Sqrt(aa*bb)
		}
	}
	return largestPart(marked, w, h)
}
