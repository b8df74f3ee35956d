package picturetest

import (
	"image"
	"math"
	"math/rand/v2"
)

// Recapture photographs a screen of 480 to 900 pixels across that shows a
// picture, with a phone held by hand: up to 14 degrees askew (perspective, not
// a mere shift), its rim in or out of the picture, red, green and blue stripes
// a third of a pixel wide with dark gaps, a lens a little out of focus, glare,
// other brightness and white, and a sensor of its own (noise, colour filters).
// Moiré comes of itself where pixels of screen and sensor are about as large.
func Recapture(img image.Image, w, h int, time uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(time, 21))
	b := img.Bounds()
	across := 480 + r.IntN(421)
	shown := resized(img, across)
	down := shown.Rect.Dy()
	at := askew(r, float64(across), float64(down), float64(w), float64(h), float64(b.Dx())/float64(b.Dy()))
	defocus := 0.35 + 0.4*r.Float64()
	var samples [12][2]float64
	for i := range samples {
		samples[i] = [2]float64{0.29*r.NormFloat64() + defocus*r.NormFloat64(), 0.29*r.NormFloat64() + defocus*r.NormFloat64()}
	}
	bright := 0.75 + 0.4*r.Float64()
	white := rgb{float32(0.94 + 0.12*r.Float64()), 1, float32(0.94 + 0.12*r.Float64())}
	glare, gx, gy := 0.08*r.Float64(), r.Float64()*float64(w), r.Float64()*float64(h)
	light := make([]rgb, w*h)
	for y := range h {
		for x := range w {
			var sum rgb
			for _, s := range samples {
				u, v := at(float64(x)+s[0], float64(y)+s[1])
				c := emitted(shown, u, v)
				for k := range sum {
					sum[k] += c[k]
				}
			}
			d := math.Hypot(float64(x)-gx, float64(y)-gy) / float64(w)
			haze := float32(glare * math.Exp(-4*d*d))
			for k := range sum {
				light[y*w+x][k] = sum[k]/float32(len(samples))*white[k]*float32(bright) + haze
			}
		}
	}
	return develop(light, w, h, View{Time: time, Noise: 3})
}

// resized is a picture as a screen of so many pixels across shows it.
func resized(img image.Image, across int) *image.RGBA {
	b := img.Bounds()
	for b.Dx() >= 2*across {
		img = Resize(img, 0.5)
		b = img.Bounds()
	}
	f := float64(b.Dx()) / float64(across)
	return Warp(img, across, int(float64(b.Dy())/f), func(x, y float64) (float64, float64) { return (x+0.5)*f - 0.5, (y+0.5)*f - 0.5 })
}

// askew is where the ray of a camera's pixel meets the screen, in its pixels:
// a pinhole camera turned about all three axes.
func askew(r *rand.Rand, across, down, w, h, shape float64) func(x, y float64) (float64, float64) {
	yaw, pitch, roll := 0.24*(2*r.Float64()-1), 0.24*(2*r.Float64()-1), 0.06*r.NormFloat64()
	fill := 0.82 + 0.26*r.Float64()
	dx, dy := 0.03*r.NormFloat64(), 0.03*r.NormFloat64()
	focal := 0.8 * w
	far := focal / (w * fill) // distance in widths of the screen
	sy, cy := math.Sincos(yaw)
	sp, cp := math.Sincos(pitch)
	sr, cr := math.Sincos(roll)
	return func(x, y float64) (float64, float64) {
		px, py := (x-w/2)/focal, (y-h/2)/focal
		px, py = cr*px-sr*py, sr*px+cr*py
		// The screen is the plane through (0, 0, far), turned by yaw and pitch.
		nx, ny, nz := sy*cp, sp, cy*cp
		k := nz * far / (nx*px + ny*py + nz)
		qx, qy, qz := k*px, k*py, k-far
		u := cy*qx - sy*qz
		v := cp*qy - sp*(sy*qx+cy*qz)
		return across * (0.5 + u + dx), down * (0.5 + v*shape + dy)
	}
}

// emitted is the light of a screen at a point within one of its pixels.
func emitted(shown *image.RGBA, u, v float64) (out rgb) {
	x, y := int(math.Floor(u)), int(math.Floor(v))
	if x < 0 || y < 0 || x >= shown.Rect.Dx() || y >= shown.Rect.Dy() {
		return rgb{0.015, 0.015, 0.016}
	}
	fx, fy := u-float64(x), v-float64(y)
	if fy < 0.08 || fy > 0.92 {
		return out
	}
	k := min(2, int(3*fx))
	if s := 3*fx - float64(k); s < 0.1 || s > 0.9 {
		return out
	}
	out[k] = linear[shown.Pix[shown.PixOffset(x, y)+k]] * 3 / (0.84 * 0.8)
	return out
}

// linear is the light of a screen's values (gamma 2.2).
var linear = func() (out [256]float32) {
	for i := range out {
		out[i] = float32(math.Pow(float64(i)/255, 2.2))
	}
	return out
}()
