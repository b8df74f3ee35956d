package picture

import (
	"math"
	"math/cmplx"
	"slices"
)

// ScreenLimit is from which ScreenPeak on a picture shows a grid.
const ScreenLimit = 8.3

const (
	screenSide    = 128 // pixels of a square whose spectrum is looked at
	screenSquares = 6   // at most so many across and down
)

// ScreenPeak is how far the strongest single frequency stands out of those
// around it, in their medians, in half of the parts of a picture: the grid of a
// screen or a print that was photographed leaves such peaks, at its own
// frequency or folded down (moiré), and runs all through the picture, while
// tiles, fences and windows stand in parts of it. The parts are looked at one by
// one since perspective changes the frequency from one to the next. Frequencies
// of the axes, which roofs and windows have too, are left out, and what lies
// low, which any street has; the picture is taken at its own size (method:
// spectral peaks of recaptured pictures, Muammar and Dragotti, "An
// investigation into aliasing in images recaptured from an LCD monitor", ICASSP
// 2013).
func ScreenPeak(p Plane) float64 {
	if p.W < 2*screenSide || p.H < 2*screenSide {
		return 0
	}
	across, down := min(screenSquares, p.W/screenSide), min(screenSquares, p.H/screenSide)
	all := make([]float64, 0, across*down)
	for j := range down {
		for i := range across {
			all = append(all, squarePeak(p, (p.W-screenSide)*i/(across-1), (p.H-screenSide)*j/(down-1)))
		}
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// squarePeak is the strongest peak of one square.
func squarePeak(p Plane, x0, y0 int) float64 {
	const n = screenSide
	power := make([]float64, n*n)
	addSpectrum(power, p, x0, y0, n)
	best := 0.0
	for v := 0; v <= n/2; v++ {
		for u := range n {
			fx, fy := math.Abs(float64(signed(u, n))/n), float64(v)/n
			r := math.Hypot(fx, fy)
			// A screen held straight has its peaks on the axes, but far out.
			if r < 0.12 || (fx < 0.03 || fy < 0.03) && r < 0.25 || !summit(power, u, v, n) {
				continue
			}
			if at := power[v*n+u]; standsOut(power, u, v, n, at/max(best, 1)) {
				best = max(best, at/around(power, u, v, n))
			}
		}
	}
	return math.Sqrt(best)
}

// summit reports whether no frequency next to one is stronger.
func summit(power []float64, u, v, n int) bool {
	for dv := -1; dv <= 1; dv++ {
		for du := -1; du <= 1; du++ {
			if power[(v+dv+n)%n*n+(u+du+n)%n] > power[v*n+u] {
				return false
			}
		}
	}
	return true
}

func signed(u, n int) int {
	if u > n/2 {
		return u - n
	}
	return u
}

// standsOut reports whether at least half of what around looks at is below a
// limit: the median itself is needed for few frequencies.
func standsOut(power []float64, u, v, n int, limit float64) bool {
	below, all := 0, 0
	for dv := -6; dv <= 6; dv++ {
		row := (v + dv + n) % n * n
		for du := -6; du <= 6; du++ {
			if max(dv, -dv, du, -du) < 3 {
				continue
			}
			all++
			if power[row+(u+du+n)%n] < limit {
				below++
			}
		}
	}
	return 2*below >= all
}

// around is the median power of the ring two to six steps away.
func around(power []float64, u, v, n int) float64 {
	var near []float64
	for dv := -6; dv <= 6; dv++ {
		for du := -6; du <= 6; du++ {
			if d := max(dv, -dv, du, -du); d < 3 {
				continue
			}
			near = append(near, power[(v+dv+n)%n*n+(u+du+n)%n])
		}
	}
	slices.Sort(near)
	return near[len(near)/2] + 1e-9
}

func addSpectrum(power []float64, p Plane, x0, y0, n int) {
	rows := make([]complex128, n*n)
	for y := range n {
		for x := range n {
			wx := 0.5 - 0.5*math.Cos(2*math.Pi*float64(x)/float64(n))
			wy := 0.5 - 0.5*math.Cos(2*math.Pi*float64(y)/float64(n))
			rows[y*n+x] = complex(wx*wy*(float64(p.Pix[(y0+y)*p.W+x0+x])-128), 0)
		}
		fft(rows[y*n : (y+1)*n])
	}
	column := make([]complex128, n)
	for x := range n {
		for y := range n {
			column[y] = rows[y*n+x]
		}
		fft(column)
		for y := range n {
			a := cmplx.Abs(column[y])
			power[y*n+x] += a * a
		}
	}
}

// fft is the transform of Cooley and Tukey (1965) in place; the length is a
// power of two.
func fft(a []complex128) {
	n := len(a)
	for i, j := 1, 0; i < n; i++ {
		bit := n >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		j ^= bit
		if i < j {
			a[i], a[j] = a[j], a[i]
		}
	}
	for size := 2; size <= n; size <<= 1 {
		step := cmplx.Rect(1, -2*math.Pi/float64(size))
		for i := 0; i < n; i += size {
			w := complex(1, 0)
			for k := range size / 2 {
				u, v := a[i+k], a[i+k+size/2]*w
				a[i+k], a[i+k+size/2] = u+v, u-v
				w *= step
			}
		}
	}
}
