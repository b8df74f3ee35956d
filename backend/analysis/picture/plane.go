package picture

import (
	"image"
	"math"
)

// Plane is a picture's brightness, 0 to 255, row by row.
type Plane struct {
	W, H int
	Pix  []uint8
}

// NewPlane returns a black plane.
func NewPlane(w, h int) Plane { return Plane{w, h, make([]uint8, w*h)} }

// PlaneOf returns a picture's brightness (ITU-R BT.601, as JPEG has it).
func PlaneOf(img image.Image) Plane {
	b := img.Bounds()
	p := NewPlane(b.Dx(), b.Dy())
	switch src := img.(type) {
	case *image.YCbCr:
		for y := range p.H {
			at := src.YOffset(b.Min.X, b.Min.Y+y)
			copy(p.Pix[y*p.W:(y+1)*p.W], src.Y[at:at+p.W])
		}
	case *image.Gray:
		for y := range p.H {
			at := src.PixOffset(b.Min.X, b.Min.Y+y)
			copy(p.Pix[y*p.W:(y+1)*p.W], src.Pix[at:at+p.W])
		}
	case *image.RGBA:
		p.fromRGBA(src.Pix, src.Stride)
	case *image.NRGBA:
		p.fromRGBA(src.Pix, src.Stride)
	default:
		for y := range p.H {
			for x := range p.W {
				r, g, bl, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
				p.Pix[y*p.W+x] = uint8((299*r + 587*g + 114*bl + 500<<8) / (1000 << 8))
			}
		}
	}
	return p
}

func (p Plane) fromRGBA(pix []uint8, stride int) {
	for y := range p.H {
		row := pix[y*stride:]
		for x := range p.W {
			r, g, b := int(row[4*x]), int(row[4*x+1]), int(row[4*x+2])
			p.Pix[y*p.W+x] = uint8((299*r + 587*g + 114*b + 500) / 1000)
		}
	}
}

// Image is the plane as a picture.
func (p Plane) Image() *image.Gray {
	return &image.Gray{Pix: p.Pix, Stride: p.W, Rect: image.Rect(0, 0, p.W, p.H)}
}

// Fit returns the plane with its longer side at most long pixels; a smaller one
// as it is.
func (p Plane) Fit(long int) Plane {
	m := max(p.W, p.H)
	if m <= long {
		return p
	}
	return p.Scaled(max(1, (p.W*long+m/2)/m), max(1, (p.H*long+m/2)/m))
}

// Scaled returns the plane in another size: each pixel the mean of the area it
// covers, so that nothing finer than the new pixels is left to disturb; where
// the plane grows, between the nearest four.
func (p Plane) Scaled(w, h int) Plane {
	if w == p.W && h == p.H {
		return p
	}
	if w > p.W && h > p.H && p.W > 1 && p.H > 1 {
		return p.enlarged(w, h)
	}
	out := NewPlane(w, h)
	sum := make([]float32, w*h)
	line := make([]float32, w)
	fx, fy := float64(p.W)/float64(w), float64(p.H)/float64(h)
	columns := spans(p.W, w, fx)
	for y := range h {
		from, to := float64(y)*fy, float64(y+1)*fy
		for sy := int(from); sy < p.H && float64(sy) < to-1e-9; sy++ {
			share := float32(math.Min(to, float64(sy+1)) - math.Max(from, float64(sy)))
			p.shrinkRow(line, sy, columns)
			for x, v := range line {
				sum[y*w+x] += share * v
			}
		}
	}
	norm := float32(1 / (fx * fy))
	for i, v := range sum {
		out.Pix[i] = uint8(min(255, v*norm+0.5))
	}
	return out
}

func (p Plane) enlarged(w, h int) Plane {
	out := NewPlane(w, h)
	fx, fy := float64(p.W)/float64(w), float64(p.H)/float64(h)
	for y := range h {
		v := max(0, min(float64(p.H-1), (float64(y)+0.5)*fy-0.5))
		for x := range w {
			g, _ := p.at(max(0, min(float64(p.W-1), (float64(x)+0.5)*fx-0.5)), v)
			out.Pix[y*w+x] = uint8(g + 0.5)
		}
	}
	return out
}

// working is the plane with its longer side at workingLong, and how many of its
// own pixels a pixel of that is, at most 1: the detail it has.
func (p Plane) working() (Plane, float64) {
	m := max(p.W, p.H)
	if m >= workingLong || min(p.W, p.H) < 32 {
		return p.Fit(workingLong), 1
	}
	return p.Scaled(max(1, (p.W*workingLong+m/2)/m), max(1, (p.H*workingLong+m/2)/m)), float64(m) / workingLong
}

// span is which pixels of a row one pixel covers, and how much of the first
// and last.
type span struct {
	from, to    int // to is the last
	first, last float32
}

func spans(n, w int, f float64) []span {
	out := make([]span, w)
	for x := range out {
		from, to := float64(x)*f, float64(x+1)*f
		s := span{from: int(from), to: min(n-1, int(math.Ceil(to-1e-9))-1)}
		s.to = max(s.to, s.from)
		s.first = float32(math.Min(to, float64(s.from+1)) - from)
		s.last = float32(to - float64(s.to))
		out[x] = s
	}
	return out
}

func (p Plane) shrinkRow(line []float32, y int, columns []span) {
	row := p.Pix[y*p.W : (y+1)*p.W]
	for x, s := range columns {
		v := s.first * float32(row[s.from])
		if s.to > s.from {
			n := 0
			for _, b := range row[s.from+1 : s.to] {
				n += int(b)
			}
			v += float32(n) + s.last*float32(row[s.to])
		}
		line[x] = v
	}
}

// Mirrored returns the plane with left and right changed.
func (p Plane) Mirrored() Plane {
	out := NewPlane(p.W, p.H)
	for y := range p.H {
		for x := range p.W {
			out.Pix[y*p.W+x] = p.Pix[y*p.W+p.W-1-x]
		}
	}
	return out
}

// Turned returns the plane turned clockwise by a quarter.
func (p Plane) Turned() Plane {
	out := NewPlane(p.H, p.W)
	for y := range p.H {
		for x := range p.W {
			out.Pix[x*p.H+p.H-1-y] = p.Pix[y*p.W+x]
		}
	}
	return out
}

// Cut returns the part of the plane in r.
func (p Plane) Cut(r image.Rectangle) Plane {
	r = r.Intersect(image.Rect(0, 0, p.W, p.H))
	out := NewPlane(r.Dx(), r.Dy())
	for y := range out.H {
		at := (r.Min.Y+y)*p.W + r.Min.X
		copy(out.Pix[y*out.W:(y+1)*out.W], p.Pix[at:at+out.W])
	}
	return out
}

// smoothed is the mean over squares of side 2·radius+1.
func (p Plane) smoothed(radius int) Plane {
	out := NewPlane(p.W, p.H)
	cum := p.sums()
	w := p.W + 1
	for y := range p.H {
		y0, y1 := max(0, y-radius), min(p.H, y+radius+1)
		for x := range p.W {
			x0, x1 := max(0, x-radius), min(p.W, x+radius+1)
			n := uint32((x1 - x0) * (y1 - y0))
			s := cum[y1*w+x1] - cum[y0*w+x1] - cum[y1*w+x0] + cum[y0*w+x0]
			out.Pix[y*p.W+x] = uint8((s + n/2) / n)
		}
	}
	return out
}

// sums is the integral image: sums[y][x] is of all pixels above y and left of x.
func (p Plane) sums() []uint32 {
	w := p.W + 1
	cum := make([]uint32, w*(p.H+1))
	for y := range p.H {
		var row uint32
		for x := range p.W {
			row += uint32(p.Pix[y*p.W+x])
			cum[(y+1)*w+x+1] = cum[y*w+x+1] + row
		}
	}
	return cum
}

// at is the brightness between pixels, ok false outside.
func (p Plane) at(x, y float64) (v float32, ok bool) {
	if x < 0 || y < 0 || x > float64(p.W-1) || y > float64(p.H-1) {
		return 0, false
	}
	x0, y0 := min(int(x), p.W-2), min(int(y), p.H-2)
	if x0 < 0 || y0 < 0 {
		return 0, false
	}
	fx, fy := float32(x-float64(x0)), float32(y-float64(y0))
	i := y0*p.W + x0
	top := float32(p.Pix[i])*(1-fx) + float32(p.Pix[i+1])*fx
	low := float32(p.Pix[i+p.W])*(1-fx) + float32(p.Pix[i+p.W+1])*fx
	return top*(1-fy) + low*fy, true
}
