package picture

import "math"

// overlaySide is the side of the parts that are compared, in pixels of the
// coarser of two pictures.
const overlaySide = 14

// overlay lays the picture on the earlier one by m (working pixels of the
// picture to those of the earlier) and compares them part by part, at the
// detail of the coarser; of the picture's, detail is left by its own size.
func overlay(work Plane, earlier Print, m affine, detail float64) Likeness {
	thumb := earlier.Thumb
	t := float64(thumb.W) / float64(earlier.W) // thumb pixels a working pixel
	size := m.size() * t                       // thumb pixels a pixel of work
	if size < 0.05 || size > 20 || math.IsNaN(size) {
		return Likeness{}
	}
	// Both at the detail of the coarser, so that fine structure is not held
	// against what is not there.
	grid := min(1, size, detail)
	small := work.Scaled(max(1, int(float64(work.W)*grid+0.5)), max(1, int(float64(work.H)*grid+0.5)))
	sw, sh := float64(work.W)/float64(small.W), float64(work.H)/float64(small.H)
	if shrink := grid / size; shrink < 1 {
		thumb = thumb.Scaled(max(1, int(float64(thumb.W)*shrink+0.5)), max(1, int(float64(thumb.H)*shrink+0.5)))
	}
	tw, th := float64(thumb.W)/float64(earlier.W), float64(thumb.H)/float64(earlier.H)
	moved, seen := lay(small, thumb, m, sw, sh, tw, th)
	return compareParts(fine(small, nil), fine(Plane{small.W, small.H, moved}, seen), seen, small.W, small.H, thumb)
}

// lay returns the earlier picture where the picture shows it, and where that is.
func lay(small, thumb Plane, m affine, sw, sh, tw, th float64) (moved []uint8, seen []bool) {
	moved, seen = make([]uint8, small.W*small.H), make([]bool, small.W*small.H)
	for y := range small.H {
		for x := range small.W {
			u, v := m.apply((float64(x)+0.5)*sw-0.5, (float64(y)+0.5)*sh-0.5)
			if g, ok := thumb.at((u+0.5)*tw-0.5, (v+0.5)*th-0.5); ok {
				moved[y*small.W+x], seen[y*small.W+x] = uint8(g+0.5), true
			}
		}
	}
	return moved, seen
}

// fine is a plane less its own soft image: the details, without light and shade.
func fine(p Plane, seen []bool) []float32 {
	soft := p.smoothed(2)
	out := make([]float32, len(p.Pix))
	for i, v := range p.Pix {
		if seen == nil || seen[i] {
			out[i] = float32(v) - float32(soft.Pix[i])
		}
	}
	return out
}

func compareParts(a, b []float32, seen []bool, w, h int, thumb Plane) Likeness {
	var parts, same int
	box := [4]int{w, h, 0, 0}
	for y := 0; y+overlaySide <= h; y += overlaySide {
		for x := 0; x+overlaySide <= w; x += overlaySide {
			r, ok := correlate(a, b, seen, w, x, y)
			if !ok {
				continue
			}
			parts++
			if r >= agreeing {
				same++
				box = [4]int{min(box[0], x), min(box[1], y), max(box[2], x+overlaySide), max(box[3], y+overlaySide)}
			}
		}
	}
	covered := 0
	for _, s := range seen {
		if s {
			covered++
		}
	}
	// Fewer parts than these say nothing of a picture.
	if parts < 12 {
		return Likeness{}
	}
	l := Likeness{Same: float64(same) / float64(parts), Overlap: float64(covered) / float64(min(w*h, thumb.W*thumb.H))}
	if same > 0 {
		l.Region = [4]float64{
			float64(box[0]) / float64(w), float64(box[1]) / float64(h), float64(box[2]-box[0]) / float64(w), float64(box[3]-box[1]) / float64(h),
		}
	}
	return l
}

// correlate is the correlation of the details of one part; not ok where either
// has none, or less than all of it is seen in both.
func correlate(a, b []float32, seen []bool, w, x, y int) (float64, bool) {
	const faint = 1.2 // standard deviation below which there is only noise
	var aa, bb, ab, sa, sb float64
	for v := y; v < y+overlaySide; v++ {
		for i := v*w + x; i < v*w+x+overlaySide; i++ {
			if !seen[i] {
				return 0, false
			}
			p, q := float64(a[i]), float64(b[i])
			sa, sb, aa, bb, ab = sa+p, sb+q, aa+p*p, bb+q*q, ab+p*q
		}
	}
	const n = overlaySide * overlaySide
	va, vb := aa/n-sa*sa/n/n, bb/n-sb*sb/n/n
	if va < faint*faint && vb < faint*faint {
		return 0, false
	}
	if va < 0.05 || vb < 0.05 {
		return 0, true
	}
	return (ab/n - sa*sb/n/n) / math.Sqrt(va*vb), true
}
