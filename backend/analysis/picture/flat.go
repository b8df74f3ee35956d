package picture

import "math"

func (h homography) apply(x, y float64) (float64, float64) {
	z := h[6]*x + h[7]*y + h[8]
	if z < 0.1 {
		return -1e9, -1e9 // behind the camera
	}
	return (h[0]*x + h[1]*y + h[2]) / z, (h[3]*x + h[4]*y + h[5]) / z
}

func (h homography) size(w, ht int) float64 {
	x, y := float64(w)/2, float64(ht)/2
	x0, y0 := h.apply(x, y)
	x1, y1 := h.apply(x+1, y)
	x2, y2 := h.apply(x, y+1)
	return math.Sqrt(math.Abs((x1-x0)*(y2-y0) - (x2-x0)*(y1-y0)))
}

// flat finds the projective change that most pairs agree on: of a thing that is
// flat, as a screen or a print is. It begins with the shift, turn and scale
// that most agree on loosely, and lets perspective in step by step (least
// squares of the linear equations; Hartley and Zisserman, 2003, section 4.1).
func flat(pairs []match) (homography, []match, bool) {
	m, ok := similarityWithin(pairs, 14)
	if !ok {
		return homography{}, nil, false
	}
	var fits []match
	for _, p := range pairs {
		if m.fits(p, 14) {
			fits = append(fits, p)
		}
	}
	var h homography
	for _, within := range []float64{14, 10, 7, 5, 4} {
		if h, ok = leastSquares(fits); !ok {
			return h, nil, false
		}
		fits = fits[:0:0]
		for _, p := range pairs {
			x, y := h.apply(float64(p.a.X), float64(p.a.Y))
			dx, dy := x-float64(p.b.X), y-float64(p.b.Y)
			if r := within * float64(max(1, p.b.Scale/2)); dx*dx+dy*dy < r*r {
				fits = append(fits, p)
			}
		}
	}
	return h, fits, len(fits) >= 12
}

// leastSquares fits a projective change to pairs; coordinates are scaled so
// that the equations weigh alike.
func leastSquares(pairs []match) (homography, bool) {
	const unit = workingLong
	if len(pairs) < 10 {
		return homography{}, false
	}
	var n [8][9]float64
	for _, p := range pairs {
		x, y, u, v := float64(p.a.X)/unit, float64(p.a.Y)/unit, float64(p.b.X)/unit, float64(p.b.Y)/unit
		for _, row := range [2][9]float64{{x, y, 1, 0, 0, 0, -u * x, -u * y, u}, {0, 0, 0, x, y, 1, -v * x, -v * y, v}} {
			for i := range 8 {
				for j := range 9 {
					n[i][j] += row[i] * row[j]
				}
			}
		}
	}
	h, ok := solve8(&n)
	h[2], h[5] = h[2]*unit, h[5]*unit
	h[6], h[7] = h[6]/unit, h[7]/unit
	return h, ok && math.Abs(h[6]) < 0.0015 && math.Abs(h[7]) < 0.0015
}

const (
	// screenDetail is at which share of the working size a picture of a screen
	// is compared: the grid and most of its moiré are finer.
	screenDetail = 0.25
	// ScreenSameLimit is SameLimit for pictures of a screen. It lies between
	// those of an earlier picture and those of the same street on another day, on
	// the split that is not reported.
	ScreenSameLimit = 0.8
)

// throughScreen compares a picture of a screen with an earlier picture: the
// screen is flat, so one projective change lays them on one another, and what
// is coarser than the grid must agree. It says nothing of pictures without a
// grid: at so little detail the same street on another day agrees as well.
func (q Query) throughScreen(pairs []match, earlier Print) Likeness {
	h, fits, ok := flat(pairs)
	if !ok {
		return Likeness{Screen: true}
	}
	l := overlay(q.soft, Plane{}, earlier, h, screenDetail)
	l.Matches, l.Screen = len(fits), true
	return l
}
