// Package picturetest draws photographs of streets for tests: a ground and
// house fronts in perspective, sky, trees, rubbish and potholes, seen through a
// lens and a sensor with noise and colour filters. They stand for a phone's
// pictures in geometry, light, texture and noise; they are simpler than any real
// street, and say nothing of faces, water or night. It may
// import the standard library only; tests of other packages use it too.
package picturetest

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
)

// Scene is a street. The same Seed is the same street.
type Scene struct {
	Seed uint64
	// Pothole and Trash are what is wrong there.
	Pothole, Trash bool
	// Tiled gives ground and fronts the same repeated texture in every street:
	// the hardest to tell apart.
	Tiled bool
}

// View is where the camera stands and when.
type View struct {
	X, Height, Z float64 // metres
	Yaw, Pitch   float64 // radians
	Focal        float64 // of the picture's width; 0.8 is a phone's
	Light        float64 // 1 is a bright day
	Shade        float64 // direction of the light
	Time         uint64  // what moves, and the sensor's noise
	Noise        float64 // standard deviation of the sensor at mid grey, of 255
}

// Usual is a view of a person with a phone, noise included.
func Usual(time uint64) View {
	return View{Height: 1.5, Focal: 0.8, Light: 1, Pitch: 0.12, Time: time, Noise: 3}
}

// Nearby is the view of somebody who comes back and stands about there again.
func (v View) Nearby(time uint64) View {
	r := rand.New(rand.NewPCG(time, 77))
	n := func(s float64) float64 { return s * r.NormFloat64() }
	v.X += n(0.2)
	v.Z += n(0.25)
	v.Height += n(0.05)
	v.Yaw += n(0.04)
	v.Pitch += n(0.03)
	v.Light *= 0.75 + 0.4*r.Float64()
	v.Shade += n(0.5)
	v.Time = time
	return v
}

func hash(a, b, c uint64) float32 {
	z := a*0x9e3779b97f4a7c15 ^ b*0xbf58476d1ce4e5b9 ^ c*0x94d049bb133111eb
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float32((z^z>>31)>>40) / (1 << 24)
}

// value is smooth noise in the plane, 0 to 1.
func value(seed uint64, x, y float64) float32 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := uint64(int64(fx)), uint64(int64(fy))
	u, v := float32(x-fx), float32(y-fy)
	u, v = u*u*(3-2*u), v*v*(3-2*v)
	a, b := hash(seed, ix, iy), hash(seed, ix+1, iy)
	c, d := hash(seed, ix, iy+1), hash(seed, ix+1, iy+1)
	return (a+(b-a)*u)*(1-v) + (c+(d-c)*u)*v
}

// grain is noise of several sizes, none finer than the pixel's footprint.
func grain(seed uint64, x, y, pixel float64) float32 {
	var sum float32
	amplitude, size := float32(0.5), 1.2
	for o := range uint64(6) {
		if size < pixel {
			break
		}
		sum += amplitude * (value(seed+o, x/size, y/size) - 0.5)
		amplitude *= 0.72
		size *= 0.45
	}
	return sum
}

type rgb [3]float32

func (c rgb) times(f float32) rgb { return rgb{c[0] * f, c[1] * f, c[2] * f} }

// street is a scene's shape.
type street struct {
	seed, texture uint64
	left, right   float64 // house fronts
	end           float64
	ground        rgb
	fronts        [3]rgb
	window        float64
	tiled         bool
	holes, bags   [][3]float64 // x, z, radius
	trees         [][4]float64 // x, z, height, radius
}

func (s Scene) street() street {
	r := rand.New(rand.NewPCG(s.Seed, 11))
	t := street{
		seed: s.Seed, texture: s.Seed*131 + 7, left: -2.5 - 3*r.Float64(), right: 2.5 + 3*r.Float64(), end: 14 + 20*r.Float64(),
		window: 1.4 + 1.6*r.Float64(), tiled: s.Tiled,
	}
	g := 0.35 + 0.3*r.Float32()
	t.ground = rgb{g * 1.05, g, g * (0.85 + 0.1*r.Float32())}
	for i := range t.fronts {
		t.fronts[i] = rgb{0.35 + 0.6*r.Float32(), 0.35 + 0.55*r.Float32(), 0.3 + 0.55*r.Float32()}
	}
	for range 2 + r.IntN(4) {
		side := t.left + 0.8
		if r.IntN(2) == 0 {
			side = t.right - 0.8
		}
		t.trees = append(t.trees, [4]float64{side, 4 + 14*r.Float64(), 1.8 + 1.5*r.Float64(), 0.7 + 0.7*r.Float64()})
	}
	hole := [3]float64{(r.Float64() - 0.5) * 2, 3.2 + 2*r.Float64(), 0.45 + 0.4*r.Float64()}
	if s.Pothole {
		t.holes = append(t.holes, hole)
	}
	n := 5 + r.IntN(8)
	for range n {
		b := [3]float64{t.left + 0.5 + 1.2*r.Float64(), 3 + 5*r.Float64(), 0.15 + 0.25*r.Float64()}
		if s.Trash {
			t.bags = append(t.bags, b)
		}
	}
	if s.Tiled {
		t.texture, t.left, t.right, t.ground = 99, -3.5, 3.5, rgb{0.55, 0.52, 0.48}
		t.fronts = [3]rgb{{0.8, 0.7, 0.6}, {0.75, 0.75, 0.7}, {0.7, 0.72, 0.75}}
		t.window = 2
	}
	return t
}

// Photograph takes a picture of w by h pixels.
func (s Scene) Photograph(v View, w, h int) *image.RGBA {
	t := s.street()
	sensor := make([]rgb, w*h)
	focal := v.Focal * float64(w)
	sinY, cosY := math.Sincos(v.Yaw)
	sinP, cosP := math.Sincos(v.Pitch)
	for y := range h {
		for x := range w {
			dx, dy, dz := (float64(x)-float64(w)/2)/focal, -(float64(y)-float64(h)/2)/focal, 1.0
			dy, dz = dy*cosP-dz*sinP, dy*sinP+dz*cosP
			dx, dz = dx*cosY+dz*sinY, dz*cosY-dx*sinY
			c := t.colour(v, dx, dy, dz, 1/focal)
			// The lens is darker towards the corners (cos⁴).
			ex, ey := (float64(x)/float64(w) - 0.5), (float64(y)/float64(h) - 0.5)
			fall := 1 / (1 + 0.9*(ex*ex+ey*ey))
			sensor[y*w+x] = c.times(float32(v.Light * fall * fall))
		}
	}
	return develop(sensor, w, h, v)
}

func (t street) colour(v View, dx, dy, dz, pixel float64) rgb {
	best, c := math.Inf(1), rgb{}
	if dy < -1e-4 { // ground
		k := v.Height / -dy
		if x, z := v.X+k*dx, v.Z+k*dz; x > t.left && x < t.right && z < t.end {
			best, c = k, t.floor(x, z, k*pixel*k/v.Height)
		}
	}
	wall := func(k float64, i int, along, up float64) {
		if k > 0 && k < best && up < 3+4*float64(hash(t.seed, 5, uint64(int64(math.Floor(along/6))+100)+uint64(i)*1000)) && up > 0 {
			best, c = k, t.front(i, along, up, k*pixel)
		}
	}
	if dx < 0 {
		k := (t.left - v.X) / dx
		wall(k, 0, v.Z+k*dz, v.Height+k*dy)
	} else if dx > 0 {
		k := (t.right - v.X) / dx
		wall(k, 1, v.Z+k*dz, v.Height+k*dy)
	}
	if dz > 0 {
		k := (t.end - v.Z) / dz
		wall(k, 2, v.X+k*dx+50, v.Height+k*dy)
		for i, tree := range t.trees {
			k := (tree[1] - v.Z) / dz
			if k <= 0 || k > best {
				continue
			}
			if leaf, ok := t.tree(uint64(i), tree, v, v.X+k*dx, v.Height+k*dy, k*pixel); ok {
				best, c = k, leaf
			}
		}
	}
	for i, b := range t.bags {
		if dy > 0.1 {
			break
		}
		// Bags are balls on the ground.
		ox, oy, oz := v.X-b[0], v.Height-b[2]*0.7, v.Z-b[1]
		bb, aa := ox*dx+oy*dy+oz*dz, dx*dx+dy*dy+dz*dz
		disc := bb*bb - aa*(ox*ox+oy*oy+oz*oz-b[2]*b[2])
		if disc <= 0 {
			continue
		}
		if k := (-bb - math.Sqrt(disc)) / aa; k > 0 && k < best {
			best = k
			n := (oy + k*dy) / b[2]
			shine := float32(0.35 + 0.5*n)
			shine += 0.5 * grain(t.seed+900+uint64(i), 8*(ox+k*dx), 8*(oy+k*dy), 8*k*pixel)
			c = rgb{hash(t.seed, 61, uint64(i)), hash(t.seed, 62, uint64(i)), hash(t.seed, 63, uint64(i))}.times(shine)
		}
	}
	if math.IsInf(best, 1) {
		return t.sky(v, dx, dy, dz)
	}
	return c
}

func (t street) sky(v View, dx, dy, dz float64) rgb {
	up := float32(dy / math.Sqrt(dx*dx+dy*dy+dz*dz))
	cloud := grain(v.Time+31, 3*dx/(0.2+math.Abs(dy)), 3*dz/(0.2+math.Abs(dy)), 0.3)
	w := max(0, min(1, 0.5+1.6*cloud))
	return rgb{0.55 - 0.25*up + 0.35*w, 0.7 - 0.15*up + 0.2*w, 0.95}
}

func (t street) floor(x, z, pixel float64) rgb {
	f := 1 + 0.75*grain(t.texture, x, z, pixel)
	speck := value(t.texture+40, x*60, z*60) - 0.5
	if pixel < 0.02 {
		f += 0.35 * speck
	}
	if t.tiled {
		if u, w := x*2-math.Floor(x*2), z*2-math.Floor(z*2); u < 0.06 || w < 0.06 {
			f *= 0.6
		}
	} else if math.Abs(x) < 0.07 && z-3*math.Floor(z/3) < 1.6 {
		f *= 1.7 // lane marking
	}
	crack := value(t.texture+50, x*0.9, z*0.9)
	if math.Abs(float64(crack)-0.5) < 0.012 {
		f *= 0.55
	}
	for _, o := range t.holes {
		d := math.Hypot(x-o[0], (z-o[1])*0.8) / o[2]
		d += 0.35 * float64(grain(t.texture+70, x*3, z*3, pixel))
		switch {
		case d < 0.8:
			f *= 0.35
		case d < 1:
			f *= 0.7
		}
	}
	return t.ground.times(max(0.05, f))
}

func (t street) front(i int, along, up, pixel float64) rgb {
	house := uint64(int64(math.Floor(along/6)) + 1000)
	if t.tiled {
		house = 3
	}
	c := t.fronts[i]
	for k := range c {
		c[k] *= 0.6 + 0.7*hash(t.texture+uint64(i), house, uint64(k))
	}
	f := 1 + 0.45*grain(t.texture+200+uint64(i), along, up, pixel)
	u, w := along/t.window-math.Floor(along/t.window), up/1.9-math.Floor(up/1.9)
	if u > 0.3 && u < 0.7 && w > 0.35 && w < 0.85 {
		id := hash(t.texture+300, house*7+uint64(i), uint64(int64(along/t.window))*13+uint64(int64(up/1.9)))
		if u > 0.34 && u < 0.66 && w > 0.39 && w < 0.81 {
			return rgb{0.15 + 0.3*id, 0.2 + 0.3*id, 0.25 + 0.35*id}.times(f)
		}
		return rgb{0.9, 0.9, 0.88}.times(f * 0.8)
	}
	if up < 0.5 {
		f *= 0.7
	}
	return c.times(f)
}

// tree is leaves that the wind moved since, seen at x and up in its plane.
func (t street) tree(i uint64, tree [4]float64, v View, x, up, pixel float64) (rgb, bool) {
	if math.Abs(x-tree[0]) < 0.09 && up > 0 && up < tree[2] {
		return rgb{0.3, 0.22, 0.15}.times(1 + grain(t.seed+i+500, x*5, up*5, pixel)), true
	}
	if math.Hypot(x-tree[0], up-tree[2]-0.4) > 1.3*tree[3] {
		return rgb{}, false
	}
	wind := 0.06 * float64(hash(v.Time, i, 3)-0.5)
	r := math.Hypot(x-tree[0], up-tree[2]-0.4)/tree[3] + 0.6*float64(grain(t.seed+i+400, x*2+wind, up*2, pixel))
	if r > 0.8 {
		return rgb{}, false
	}
	f := 0.6 + 1.2*grain(t.seed+i+450, x*4+3*wind, up*4-2*wind, 4*pixel)
	return rgb{0.25, 0.5, 0.18}.times(max(0.1, f)), true
}

// develop is what a sensor makes of light: shot and read noise, one colour a
// pixel, the others from its neighbours, gamma.
func develop(light []rgb, w, h int, v View) *image.RGBA {
	r := rand.New(rand.NewPCG(v.Time, 1234))
	raw := make([]float32, w*h)
	for y := range h {
		for x := range w {
			k := 1
			if x&1 == y&1 {
				k = 2 * (x & 1)
			}
			l := max(0, light[y*w+x][k])
			raw[y*w+x] = l + float32(v.Noise)/255*1.6*float32(r.NormFloat64())*(0.25+float32(math.Sqrt(float64(l))))
		}
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			var sum, n rgb
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					u, q := x+dx, y+dy
					if u < 0 || q < 0 || u >= w || q >= h {
						continue
					}
					k := 1
					if u&1 == q&1 {
						k = 2 * (u & 1)
					}
					weight := float32(1)
					if dx == 0 && dy == 0 {
						weight = 8
					}
					sum[k] += weight * raw[q*w+u]
					n[k] += weight
				}
			}
			img.SetRGBA(x, y, color.RGBA{tone(sum[0] / n[0]), tone(sum[1] / n[1]), tone(sum[2] / n[2]), 255})
		}
	}
	return img
}

var curve = func() (out [4097]uint8) {
	for i := range out {
		out[i] = uint8(255*math.Pow(float64(i)/4096, 1/1.8) + 0.5)
	}
	return out
}()

func tone(l float32) uint8 { return curve[int(4096*max(0, min(1, l*0.85)))] }
