package outline

import "math"

// smoothMask rounds the union of the cells: a Gaussian blur, cut at the level
// that keeps the total area, without holes and islands.
func (r *raster) smoothMask(km2, sigmaKm float64) []bool {
	field := make([]float64, len(r.label))
	for i, l := range r.label {
		if l != outside {
			field[i] = 1
		}
	}
	field = r.blur(field, sigmaKm/r.cell)
	low, high := 0.0, 1.0
	var mask []bool
	for range 16 {
		level := (low + high) / 2
		mask = r.solid(field, level)
		n := 0
		for _, in := range mask {
			if in {
				n++
			}
		}
		if float64(n)*r.cell*r.cell > km2 {
			low = level
		} else {
			high = level
		}
	}
	return mask
}

// blur is a separable Gaussian; the frame around the city is empty.
func (r *raster) blur(f []float64, sigma float64) []float64 {
	half := int(math.Ceil(3 * sigma))
	kernel := make([]float64, 2*half+1)
	sum := 0.0
	for i := range kernel {
		d := float64(i - half)
		kernel[i] = math.Exp(-d * d / (2 * sigma * sigma))
		sum += kernel[i]
	}
	pass := func(in []float64, n, m, stepN, stepM int) []float64 {
		out := make([]float64, len(in))
		for a := range n {
			for b := range m {
				v := 0.0
				for k, w := range kernel {
					if c := b + k - half; c >= 0 && c < m {
						v += w * in[a*stepN+c*stepM]
					}
				}
				out[a*stepN+b*stepM] = v / sum
			}
		}
		return out
	}
	return pass(pass(f, r.ny, r.nx, r.nx, 1), r.nx, r.ny, 1, r.nx)
}

// solid is the largest connected part of field above level, holes filled.
func (r *raster) solid(field []float64, level float64) []bool {
	part := r.largest(func(i int) bool { return field[i] > level })
	frame := r.flood(0, func(i int) bool { return !part[i] })
	mask := make([]bool, len(field))
	for i := range mask {
		mask[i] = !frame[i]
	}
	return mask
}

func (r *raster) largest(in func(int) bool) []bool {
	seen := make([]bool, len(r.label))
	var best []bool
	size := 0
	for i := range r.label {
		if seen[i] || !in(i) {
			continue
		}
		part, n := r.flood(i, in), 0
		for j, p := range part {
			if p {
				seen[j] = true
				n++
			}
		}
		if n > size {
			best, size = part, n
		}
	}
	if best == nil {
		best = make([]bool, len(r.label))
	}
	return best
}

// flood returns the pixels that hang together with start by their sides.
func (r *raster) flood(start int, in func(int) bool) []bool {
	seen := make([]bool, len(r.label))
	stack := []int{start}
	seen[start] = true
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		x, y := i%r.nx, i/r.nx
		for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			u, v := x+d[0], y+d[1]
			if u < 0 || v < 0 || u >= r.nx || v >= r.ny {
				continue
			}
			if j := v*r.nx + u; !seen[j] && in(j) {
				seen[j] = true
				stack = append(stack, j)
			}
		}
	}
	return seen
}

// settle gives every pixel that does not hang together with its site's own
// pixel to a neighbour, and breaks corners where two areas touch only
// diagonally, until each area is one piece bordered by lines.
func (r *raster) settle(seeds []int) {
	for range 100 {
		if changed := r.joinPieces(seeds); !r.breakCorners() && !changed {
			return
		}
	}
}

func (r *raster) joinPieces(seeds []int) bool {
	ok := make([]bool, len(r.label))
	for s, seed := range seeds {
		for i, in := range r.flood(seed, func(i int) bool { return int(r.label[i]) == s }) {
			ok[i] = ok[i] || in
		}
	}
	changed := false
	for i, l := range r.label {
		if l == outside || ok[i] {
			continue
		}
		for _, d := range [4]int{1, -1, r.nx, -r.nx} {
			if j := i + d; ok[j] && r.label[j] != outside {
				r.label[i], changed = r.label[j], true
				break
			}
		}
	}
	return changed
}

func (r *raster) breakCorners() bool {
	changed := false
	for y := 1; y < r.ny-1; y++ {
		for x := 1; x < r.nx-1; x++ {
			i := y*r.nx + x
			a, b, c, d := r.label[i], r.label[i+1], r.label[i+r.nx], r.label[i+r.nx+1]
			if a == b || c == d || a == c || b == d {
				continue
			}
			switch {
			case a == d:
				r.label[i+1], changed = a, true
			case b == c:
				r.label[i], changed = b, true
			}
		}
	}
	return changed
}
