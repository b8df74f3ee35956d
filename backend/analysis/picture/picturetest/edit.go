package picturetest

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// JPEG presses a picture and unpacks it again.
func JPEG(img image.Image, quality int) (raw []byte, seen image.Image) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic(err) // a buffer takes all, and no test draws what cannot be written
	}
	out, err := jpeg.Decode(bytes.NewReader(b.Bytes()))
	if err != nil {
		panic(err)
	}
	return b.Bytes(), out
}

// Warp draws a picture of w by h whose pixel x, y is at's place in img; what
// lies outside is dark.
func Warp(img image.Image, w, h int, at func(x, y float64) (float64, float64)) *image.RGBA {
	b := img.Bounds()
	src := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(src, src.Bounds(), img, b.Min, draw.Src)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := at(float64(x), float64(y))
			out.SetRGBA(x, y, between(src, u, v))
		}
	}
	return out
}

func between(src *image.RGBA, u, v float64) color.RGBA {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	if u < -0.5 || v < -0.5 || u > float64(w)-0.5 || v > float64(h)-0.5 {
		return color.RGBA{18, 18, 20, 255}
	}
	u, v = math.Max(0, math.Min(u, float64(w-1)-1e-6)), math.Max(0, math.Min(v, float64(h-1)-1e-6))
	x, y := int(u), int(v)
	fx, fy := u-float64(x), v-float64(y)
	i := src.PixOffset(x, y)
	var c [3]uint8
	for k := range 3 {
		a, b := float64(src.Pix[i+k]), float64(src.Pix[i+4+k])
		d, e := float64(src.Pix[i+src.Stride+k]), float64(src.Pix[i+src.Stride+4+k])
		c[k] = uint8((a*(1-fx)+b*fx)*(1-fy) + (d*(1-fx)+e*fx)*fy + 0.5)
	}
	return color.RGBA{c[0], c[1], c[2], 255}
}

// Resize scales a picture; shrinking goes by halves so that nothing flickers.
func Resize(img image.Image, factor float64) *image.RGBA {
	b := img.Bounds()
	for factor < 0.5 {
		img = Warp(img, b.Dx()/2, b.Dy()/2, func(x, y float64) (float64, float64) { return 2*x + 0.5, 2*y + 0.5 })
		b, factor = img.Bounds(), factor*2
	}
	w, h := int(float64(b.Dx())*factor), int(float64(b.Dy())*factor)
	return Warp(img, w, h, func(x, y float64) (float64, float64) { return (x+0.5)/factor - 0.5, (y+0.5)/factor - 0.5 })
}

// Crop keeps a share of the area, somewhere.
func Crop(img image.Image, share float64, r *rand.Rand) *image.RGBA {
	b := img.Bounds()
	side := math.Sqrt(share)
	w, h := int(float64(b.Dx())*side), int(float64(b.Dy())*side)
	x0, y0 := float64(r.IntN(b.Dx()-w+1)), float64(r.IntN(b.Dy()-h+1))
	return Warp(img, w, h, func(x, y float64) (float64, float64) { return x + x0, y + y0 })
}

// Mirror changes left and right.
func Mirror(img image.Image) *image.RGBA {
	b := img.Bounds()
	return Warp(img, b.Dx(), b.Dy(), func(x, y float64) (float64, float64) { return float64(b.Dx()-1) - x, y })
}

// Turn turns clockwise by a quarter.
func Turn(img image.Image) *image.RGBA {
	b := img.Bounds()
	return Warp(img, b.Dy(), b.Dx(), func(x, y float64) (float64, float64) { return y, float64(b.Dy()-1) - x })
}

// Rotate turns by a small angle (radians) and cuts the corners away.
func Rotate(img image.Image, angle float64) *image.RGBA {
	b := img.Bounds()
	sin, cos := math.Sincos(angle)
	cx, cy := float64(b.Dx())/2, float64(b.Dy())/2
	w, h := int(float64(b.Dx())*(1-math.Abs(angle)*1.2)), int(float64(b.Dy())*(1-math.Abs(angle)*1.6))
	return Warp(img, w, h, func(x, y float64) (float64, float64) {
		x, y = x-float64(w)/2, y-float64(h)/2
		return cx + cos*x - sin*y, cy + sin*x + cos*y
	})
}

// Relight changes contrast and brightness.
func Relight(img image.Image, contrast, add float64) *image.RGBA {
	b := img.Bounds()
	out := Warp(img, b.Dx(), b.Dy(), func(x, y float64) (float64, float64) { return x, y })
	for i := range out.Pix {
		if i%4 != 3 {
			out.Pix[i] = uint8(math.Max(0, math.Min(255, (float64(out.Pix[i])-128)*contrast+128+add)))
		}
	}
	return out
}

// Caption writes over a picture as stamps do: a dark band with light signs and
// a frame around.
func Caption(img image.Image, r *rand.Rand) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	frame := w / 25
	out := image.NewRGBA(image.Rect(0, 0, w+2*frame, h+2*frame))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.RGBA{250, 250, 250, 255}), image.Point{}, draw.Src)
	draw.Draw(out, image.Rect(frame, frame, w+frame, h+frame), img, b.Min, draw.Src)
	band := image.Rect(frame, frame+h*4/5, frame+w*4/5, frame+h)
	draw.Draw(out, band, image.NewUniform(color.RGBA{20, 30, 90, 255}), image.Point{}, draw.Src)
	size := h / 30
	for line := range 4 {
		for sign := range 30 {
			x, y := band.Min.X+size+sign*size, band.Min.Y+size/2+line*size*3/2
			for dy := range 5 {
				for dx := range 3 {
					if r.IntN(2) == 0 {
						continue
					}
					cell := image.Rect(x+dx*size/4, y+dy*size/5, x+(dx+1)*size/4, y+(dy+1)*size/5).Intersect(band)
					draw.Draw(out, cell, image.NewUniform(color.White), image.Point{}, draw.Src)
				}
			}
		}
	}
	return out
}

// Screen photographs a picture on a screen: its grid of red, green and blue
// stripes, seen a little askew, through a sensor of nearly the same pitch.
func Screen(img image.Image, w, h int, time uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(time, 9))
	b := img.Bounds()
	pitch := 2.2 + 1.2*r.Float64() // sensor pixels a screen pixel
	tilt, turn := 0.06*(r.Float64()-0.5), 0.08*(r.Float64()-0.5)
	scale := float64(b.Dx()) / float64(w) * 0.94
	sin, cos := math.Sincos(turn)
	place := func(x, y float64) (float64, float64) {
		x, y = x-float64(w)/2, y-float64(h)/2
		k := 1 + tilt*x/float64(w)
		return float64(b.Dx())/2 + scale*(cos*x-sin*y)*k, float64(b.Dy())/2 + scale*(sin*x+cos*y)*k
	}
	shown := Warp(img, w, h, place)
	light := make([]rgb, w*h)
	for y := range h {
		for x := range w {
			u, v := place(float64(x), float64(y))
			u, v = u/scale/pitch, v/scale/pitch
			i := shown.PixOffset(x, y)
			for k := range 3 {
				l := math.Pow(float64(shown.Pix[i+k])/255, 1.8) / 0.85
				// Each colour is a third of the pixel wide; dark lines between rows.
				stripe := 1 + 0.75*math.Cos(2*math.Pi*(u-float64(k)/3))
				row := 1 + 0.35*math.Cos(2*math.Pi*v)
				light[y*w+x][k] = float32(l * stripe * row * 0.8)
			}
		}
	}
	return develop(light, w, h, View{Time: time, Noise: 3})
}

// Patch covers a part of the picture with another of its parts, softly at the
// rim: the simplest way to make a hole in the road go away.
func Patch(img image.Image, to image.Rectangle, from image.Point) *image.RGBA {
	b := img.Bounds()
	out := Warp(img, b.Dx(), b.Dy(), func(x, y float64) (float64, float64) { return x, y })
	src := Warp(out, b.Dx(), b.Dy(), func(x, y float64) (float64, float64) { return x, y })
	for y := to.Min.Y; y < to.Max.Y; y++ {
		for x := to.Min.X; x < to.Max.X; x++ {
			rim := min(x-to.Min.X, to.Max.X-1-x, y-to.Min.Y, to.Max.Y-1-y)
			a := math.Min(1, float64(rim)/3)
			i, j := out.PixOffset(x, y), src.PixOffset(x-to.Min.X+from.X, y-to.Min.Y+from.Y)
			for k := range 3 {
				out.Pix[i+k] = uint8(a*float64(src.Pix[j+k]) + (1-a)*float64(out.Pix[i+k]) + 0.5)
			}
		}
	}
	return out
}

// Diffuse fills a part from its rim inwards (Laplace's equation), as simple
// inpainting does.
func Diffuse(img image.Image, hole image.Rectangle) *image.RGBA {
	b := img.Bounds()
	out := Warp(img, b.Dx(), b.Dy(), func(x, y float64) (float64, float64) { return x, y })
	w, h := hole.Dx()+2, hole.Dy()+2
	for k := range 3 {
		p := make([]float64, w*h)
		for y := range h {
			for x := range w {
				p[y*w+x] = float64(out.Pix[out.PixOffset(hole.Min.X-1+x, hole.Min.Y-1+y)+k])
				if x > 0 && y > 0 && x < w-1 && y < h-1 {
					p[y*w+x] = float64(out.Pix[out.PixOffset(hole.Min.X-1, hole.Min.Y-1+y)+k])
				}
			}
		}
		for range 300 {
			for y := 1; y < h-1; y++ {
				for x := 1; x < w-1; x++ {
					p[y*w+x] += 1.8 * ((p[y*w+x-1]+p[y*w+x+1]+p[(y-1)*w+x]+p[(y+1)*w+x])/4 - p[y*w+x])
				}
			}
		}
		for y := 1; y < h-1; y++ {
			for x := 1; x < w-1; x++ {
				out.Pix[out.PixOffset(hole.Min.X-1+x, hole.Min.Y-1+y)+k] = uint8(math.Max(0, math.Min(255, p[y*w+x]+0.5)))
			}
		}
	}
	return out
}
