package picture

import "math"

// Facing is how far two pictures show one place from about one side.
type Facing struct {
	// Matches is how many corners lie as one change of perspective moves them.
	Matches int
	// Spread is how much of the picture's width and height they span, the
	// smaller share of the two.
	Spread float64
}

// SameViewMatches is from how many matches on a view is the same. Pictures of
// two places have up to eleven by chance on the test set.
const SameViewMatches = 14

// Same reports whether both show one view.
func (f Facing) Same() bool { return f.Matches >= SameViewMatches && f.Spread >= 0.15 }

// Facing compares the view with that of an earlier picture: corners that match
// under one projective change (RANSAC over four pairs, Hartley and Zisserman,
// "Multiple View Geometry", 2003, algorithm 4.6). What changed between, as a
// road that was mended should, has no matches and counts for nothing.
func (q Query) Facing(earlier Print) Facing {
	pairs := pair(q.Features, earlier.Features)
	if len(pairs) < 8 {
		return Facing{Matches: 0}
	}
	const tries, within = 1500, 5.0
	var best Facing
	state := uint64(len(pairs))*7919 + 1
	next := func() int {
		state = state*6364136223846793005 + 1442695040888963407
		return int(state>>33) % len(pairs)
	}
	for range tries {
		four := [4]match{pairs[next()], pairs[next()], pairs[next()], pairs[next()]}
		h, ok := projective(four)
		if !ok {
			continue
		}
		if f := h.support(pairs, within, q.W, q.H); f.Matches > best.Matches {
			best = f
		}
	}
	return best
}

// homography takes x, y to the earlier picture.
type homography [9]float64

func (h homography) support(pairs []match, within float64, w, ht int) Facing {
	n := 0
	x0, y0, x1, y1 := float32(math.MaxFloat32), float32(math.MaxFloat32), float32(0), float32(0)
	for _, p := range pairs {
		x, y := float64(p.a.X), float64(p.a.Y)
		z := h[6]*x + h[7]*y + h[8]
		if z < 0.2 || z > 5 {
			continue
		}
		dx, dy := (h[0]*x+h[1]*y+h[2])/z-float64(p.b.X), (h[3]*x+h[4]*y+h[5])/z-float64(p.b.Y)
		if dx*dx+dy*dy > within*within {
			continue
		}
		n++
		x0, x1, y0, y1 = min(x0, p.a.X), max(x1, p.a.X), min(y0, p.a.Y), max(y1, p.a.Y)
	}
	if n == 0 {
		return Facing{}
	}
	return Facing{n, math.Min(float64(x1-x0)/float64(w), float64(y1-y0)/float64(ht))}
}

// projective solves the eight unknowns of four pairs (Gauss with pivots). Not
// ok when three lie in a line, or when the corners would be turned over.
func projective(four [4]match) (homography, bool) {
	var m [8][9]float64
	for i, p := range four {
		x, y, u, v := float64(p.a.X), float64(p.a.Y), float64(p.b.X), float64(p.b.Y)
		m[2*i] = [9]float64{x, y, 1, 0, 0, 0, -u * x, -u * y, u}
		m[2*i+1] = [9]float64{0, 0, 0, x, y, 1, -v * x, -v * y, v}
	}
	h, ok := solve8(&m)
	// The size must stay within what a walk of some metres makes of it.
	det := h[0]*h[4] - h[1]*h[3]
	return h, ok && det > 0.1 && det < 10 && math.Abs(h[6]) < 0.003 && math.Abs(h[7]) < 0.003
}

// solve8 solves eight equations, their right sides last (Gauss with pivots).
func solve8(m *[8][9]float64) (h homography, ok bool) {
	for c := range 8 {
		pivot := c
		for r := c + 1; r < 8; r++ {
			if math.Abs(m[r][c]) > math.Abs(m[pivot][c]) {
				pivot = r
			}
		}
		if math.Abs(m[pivot][c]) < 1e-9 {
			return homography{}, false
		}
		m[c], m[pivot] = m[pivot], m[c]
		for r := range 8 {
			if r == c {
				continue
			}
			f := m[r][c] / m[c][c]
			for k := c; k < 9; k++ {
				m[r][k] -= f * m[c][k]
			}
		}
	}
	for i := range 8 {
		h[i] = m[i][8] / m[i][i]
	}
	h[8] = 1
	return h, true
}
