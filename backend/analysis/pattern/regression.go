package pattern

import "math"

// fit is a quasi-Poisson regression with logarithmic link.
type fit struct {
	beta []float64
	// dispersion is the Pearson estimate of variance/mean, at least 1.
	dispersion float64
	// inverse is (X'WX)⁻¹, from which the error of a fitted mean follows.
	inverse [][]float64
	mean    []float64 // fitted, of each row
	lever   []float64 // diagonal of the hat matrix
}

// quasiPoisson fits log E(y) = Xβ by iteratively reweighted least squares
// (McCullagh and Nelder, Generalized Linear Models, 1989, §2.5 and §6.2); var y
// = φ·mean. weights are prior weights of the rows. A ridge of 1e-8 keeps a
// covariate that never varies from stopping it. start is a first guess of the
// means, nil for none. It returns false when it does not settle.
func quasiPoisson(x [][]float64, y, weights, start []float64) (fit, bool) {
	p := len(x[0])
	f := fit{beta: make([]float64, p), mean: make([]float64, len(y)), lever: make([]float64, len(y))}
	if start == nil {
		least := 0.1 + mean(y)*0.1
		for i, v := range y {
			f.mean[i] = v + least
		}
	}
	copy(f.mean, start)
	last := math.Inf(1)
	for range 50 {
		a, b := normalEquations(x, y, weights, f.mean)
		inverse, ok := invert(a)
		if !ok {
			return fit{}, false
		}
		f.inverse = inverse
		for i := range f.beta {
			f.beta[i] = dot(inverse[i], b)
		}
		deviance := 0.0
		for i, row := range x {
			f.mean[i] = math.Exp(math.Min(30, math.Max(-30, dot(row, f.beta))))
			deviance += weights[i] * devianceOf(y[i], f.mean[i])
		}
		if math.Abs(deviance-last) < 1e-8*(math.Abs(deviance)+0.1) {
			f.finish(x, y, weights)
			return f, true
		}
		last = deviance
	}
	return fit{}, false
}

func normalEquations(x [][]float64, y, weights, mu []float64) (a [][]float64, b []float64) {
	p := len(x[0])
	a, b = square(p), make([]float64, p)
	used := make([]int, 0, p) // most columns are days of the week, and zero
	for i, row := range x {
		w := weights[i] * mu[i]
		z := math.Log(mu[i]) + (y[i]-mu[i])/mu[i]
		used = used[:0]
		for j, v := range row {
			if v == 0 {
				continue
			}
			used = append(used, j)
			b[j] += w * v * z
			for _, k := range used {
				a[j][k] += w * v * row[k]
			}
		}
	}
	for j := range p {
		a[j][j] += 1e-8
		for k := range j {
			a[k][j] = a[j][k]
		}
	}
	return a, b
}

func devianceOf(y, mu float64) float64 {
	if y == 0 {
		return 2 * mu
	}
	return 2 * (y*math.Log(y/mu) - (y - mu))
}

// finish adds the dispersion and the leverages.
func (f *fit) finish(x [][]float64, y, weights []float64) {
	pearson, rows := 0.0, 0.0
	for i, row := range x {
		d := y[i] - f.mean[i]
		pearson += weights[i] * d * d / f.mean[i]
		rows += weights[i]
		f.lever[i] = weights[i] * f.mean[i] * f.variance(row)
	}
	f.dispersion = math.Max(1, pearson/math.Max(1, rows-float64(len(f.beta))))
}

// at is the mean at row and the standard error of its logarithm, φ included.
func (f *fit) at(row []float64) (mu, errorOfLog float64) {
	return math.Exp(math.Min(30, dot(row, f.beta))), math.Sqrt(f.dispersion * f.variance(row))
}

func (f *fit) variance(row []float64) float64 {
	v := 0.0
	for j, a := range row {
		if a != 0 {
			v += a * dot(f.inverse[j], row)
		}
	}
	return math.Max(0, v)
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

func mean(x []float64) float64 {
	m, _, _ := moments(x)
	return m
}

func square(n int) [][]float64 {
	flat := make([]float64, n*n)
	out := make([][]float64, n)
	for i := range out {
		out[i] = flat[i*n : (i+1)*n]
	}
	return out
}

// invert is Gauss and Jordan's with pivots on the diagonal, enough for the
// positive definite matrices of least squares.
func invert(a [][]float64) ([][]float64, bool) {
	n := len(a)
	out := square(n)
	for i := range n {
		out[i][i] = 1
	}
	for i := range n {
		pivot := a[i][i]
		if math.Abs(pivot) < 1e-12 || math.IsNaN(pivot) {
			return nil, false
		}
		for k := range n {
			a[i][k] /= pivot
			out[i][k] /= pivot
		}
		for j := range n {
			if j == i || a[j][i] == 0 {
				continue
			}
			factor := a[j][i]
			for k := range n {
				a[j][k] -= factor * a[i][k]
				out[j][k] -= factor * out[i][k]
			}
		}
	}
	return out, true
}
