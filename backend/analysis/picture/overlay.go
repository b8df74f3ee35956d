package picture

import "math"

// overlaySide is the side of the parts that are compared, in pixels of the
// coarser of two pictures.
const overlaySide = 14

// motion is where a picture's points lie in an earlier one.
type motion interface {
	apply(x, y float64) (float64, float64)
	// size is how many times larger lengths become in the middle of a picture of
	// w by h.
	size(w, h int) float64
}

// overlay lays the picture on the earlier one by m (working pixels of the
// picture to those of the earlier) and compares them part by part, at the
// detail of the coarser; of the picture's, detail is left by its own size. Of
// ready, the picture in another size, use is made where it is the size wanted.
func overlay(work, ready Plane, earlier Print, m motion, detail float64) Likeness {
	thumb := earlier.Thumb
	t := float64(thumb.W) / float64(earlier.W) // thumb pixels a working pixel
	size := m.size(work.W, work.H) * t         // thumb pixels a pixel of work
	if size < 0.05 || size > 20 || math.IsNaN(size) {
		return Likeness{}
	}
	// Both at the detail of the coarser, so that fine structure is not held
	// against what is not there.
	grid := min(1, size, detail)
	small, w, h := ready, max(1, int(float64(work.W)*grid+0.5)), max(1, int(float64(work.H)*grid+0.5))
	if small.W != w || small.H != h {
		small = work.Scaled(w, h)
	}
	sw, sh := float64(work.W)/float64(small.W), float64(work.H)/float64(small.H)
	if shrink := grid / size; shrink < 1 {
		thumb = thumb.Scaled(max(1, int(float64(thumb.W)*shrink+0.5)), max(1, int(float64(thumb.H)*shrink+0.5)))
	}
	tw, th := float64(thumb.W)/float64(earlier.W), float64(thumb.H)/float64(earlier.H)
	moved, seen := lay(small, thumb, m, sw, sh, tw, th)
	return compareParts(fine(small, nil), fine(Plane{small.W, small.H, moved}, seen), seen, small.W, small.H, thumb)
}

// lay returns the earlier picture where the picture shows it, and where that is.
func lay(small, thumb Plane, m motion, sw, sh, tw, th float64) (moved []uint8, seen []bool) {
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

// compareParts holds the details of two pictures against one another, square by
// square.
func compareParts(a, b []float32, seen []bool, w, h int, thumb Plane) Likeness {
	across, down := w/overlaySide, h/overlaySide
	parts := make([]part, across*down)
	known, same := 0, 0
	box := [4]int{w, h, 0, 0}
	for i := range parts {
		x, y := i%across*overlaySide, i/across*overlaySide
		parts[i] = comparePart(a, b, seen, w, x, y)
		if parts[i].ok {
			known++
		}
		if parts[i].same {
			same++
			box = [4]int{min(box[0], x), min(box[1], y), max(box[2], x+overlaySide), max(box[3], y+overlaySide)}
		}
	}
	// Fewer parts than these say nothing of a picture.
	if known < 12 {
		return Likeness{}
	}
	l := Likeness{Same: float64(same) / float64(known), Overlap: float64(covered(seen)) / float64(min(w*h, thumb.W*thumb.H))}
	if l.Same >= SameLimit {
		l.Structure = structure(parts, across)
	}
	if same > 0 {
		l.Region = [4]float64{
			float64(box[0]) / float64(w), float64(box[1]) / float64(h), float64(box[2]-box[0]) / float64(w), float64(box[3]-box[1]) / float64(h),
		}
	}
	return l
}

func covered(seen []bool) (n int) {
	for _, s := range seen {
		if s {
			n++
		}
	}
	return n
}

// comparePart correlates the details of one part; it says nothing where either
// has none, or less than all of it is seen in both.
func comparePart(a, b []float32, seen []bool, w, x, y int) part {
	const faint = 1.2 // standard deviation below which there is only noise
	var aa, bb, ab, sa, sb float64
	for v := y; v < y+overlaySide; v++ {
		for i := v*w + x; i < v*w+x+overlaySide; i++ {
			if !seen[i] {
				return part{}
			}
			p, q := float64(a[i]), float64(b[i])
			sa, sb, aa, bb, ab = sa+p, sb+q, aa+p*p, bb+q*q, ab+p*q
		}
	}
	const n = overlaySide * overlaySide
	va, vb := aa/n-sa*sa/n/n, bb/n-sb*sb/n/n
	out := part{ok: va >= faint*faint || vb >= faint*faint, detail: max(va, vb)}
	if out.ok && va >= 0.05 && vb >= 0.05 {
		out.same = ab/n-sa*sb/n/n >= agreeing*math.Sqrt(va*vb)
	}
	return out
}
