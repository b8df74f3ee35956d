package picture

import (
	"math"
	"math/cmplx"
	"slices"
)

// ScreenPeak is how far the strongest single frequency of a picture stands out
// of those around it, in their medians: the grid of a screen or a print that
// was photographed leaves such peaks, at its own frequency or folded down
// (moiré). Frequencies of the axes, which roofs and windows have too, are left
// out, and what lies low, which any street has. The spectrum is the mean of
// nine windowed squares of 256 pixels at the picture's own size (method:
// spectral peaks of recaptured pictures, Muammar and Dragotti, "An
// investigation into aliasing in images recaptured from an LCD monitor", ICASSP
// 2013).
func ScreenPeak(p Plane) float64 {
	const n = 256
	if p.W < n || p.H < n {
		return 0
	}
	power := make([]float64, n*n)
	for i := range 3 {
		for j := range 3 {
			addSpectrum(power, p, (p.W-n)*i/2, (p.H-n)*j/2, n)
		}
	}
	best := 0.0
	for v := 0; v <= n/2; v++ {
		for u := range n {
			fx, fy := float64(signed(u, n))/n, float64(v)/n
			r := math.Hypot(fx, fy)
			if r < 0.12 || math.Abs(fx) < 0.02 || math.Abs(fy) < 0.02 {
				if r < 0.2 { // a screen held straight has its peaks on the axes, but far out
					continue
				}
			}
			if p := power[v*n+u]; p > 0 {
				best = max(best, p/around(power, u, v, n))
			}
		}
	}
	return math.Sqrt(best)
}

func signed(u, n int) int {
	if u > n/2 {
		return u - n
	}
	return u
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
