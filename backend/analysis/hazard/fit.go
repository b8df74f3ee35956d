package hazard

import (
	"errors"
	"math"
	"slices"
)

// Fit learns the weights of a logistic model from rows of factors and whether
// the flood came, with the constant first. ridge > 0 shrinks all weights but
// the constant, which keeps the fit finite where a factor divides perfectly.
//
// Method: maximum likelihood by Newton's method (iteratively reweighted least
// squares; P. McCullagh and J. Nelder, Generalized Linear Models, 1989, section
// 2.5), with a quadratic penalty (S. le Cessie and J. van Houwelingen, Ridge
// estimators in logistic regression, 1992). It needs some tens of floods to
// say anything: with fewer the declared weights are better.
func Fit(rows [][]float64, flood []bool, ridge float64) ([]float64, error) {
	if len(rows) == 0 || len(rows) != len(flood) {
		return nil, errors.New("fit flood weights: there must be as many rows as outcomes")
	}
	n := len(rows[0]) + 1
	w := make([]float64, n)
	for range 60 {
		step, err := newton(rows, flood, w, ridge)
		if err != nil {
			return nil, err
		}
		largest := 0.0
		for i := range w {
			w[i] += step[i]
			largest = max(largest, math.Abs(step[i]))
		}
		if largest < 1e-8 {
			return w, nil
		}
	}
	return nil, errors.New("fit flood weights: no end in sight; the factors may divide the floods perfectly, raise ridge")
}

// newton is one step: (XᵀWX + ridge)⁻¹ (Xᵀ(y − p) − ridge·w).
func newton(rows [][]float64, flood []bool, w []float64, ridge float64) ([]float64, error) {
	n := len(w)
	h := make([][]float64, n)
	for i := range h {
		h[i] = make([]float64, n+1)
	}
	x := make([]float64, n)
	for r, row := range rows {
		x[0] = 1
		copy(x[1:], row)
		z := 0.0
		for i := range w {
			z += w[i] * x[i]
		}
		p, y := logistic(z), 0.0
		if flood[r] {
			y = 1
		}
		for i := range n {
			for j := range n {
				h[i][j] += p * (1 - p) * x[i] * x[j]
			}
			h[i][n] += (y - p) * x[i]
		}
	}
	for i := 1; i < n; i++ {
		h[i][i] += ridge
		h[i][n] -= ridge * w[i]
	}
	return eliminate(h)
}

// eliminate solves [H | b] by Gaussian elimination with pivoting.
func eliminate(h [][]float64) ([]float64, error) {
	n := len(h)
	for col := range n {
		best := col
		for row := col + 1; row < n; row++ {
			if math.Abs(h[row][col]) > math.Abs(h[best][col]) {
				best = row
			}
		}
		if math.Abs(h[best][col]) < 1e-12 {
			return nil, errors.New("fit flood weights: the factors do not differ enough")
		}
		h[col], h[best] = h[best], h[col]
		for row := col + 1; row < n; row++ {
			f := h[row][col] / h[col][col]
			for k := col; k <= n; k++ {
				h[row][k] -= f * h[col][k]
			}
		}
	}
	x := make([]float64, n)
	for row := n - 1; row >= 0; row-- {
		x[row] = h[row][n]
		for k := row + 1; k < n; k++ {
			x[row] -= h[row][k] * x[k]
		}
		x[row] /= h[row][row]
	}
	return x, nil
}

// Wilson is the 95 % score interval of a proportion (E. B. Wilson 1927; R.
// Newcombe, Two-sided confidence intervals for the single proportion,
// Statistics in Medicine 17, 1998, method 3).
func Wilson(hits, of int) (low, high float64) {
	if of == 0 {
		return 0, 1
	}
	const z = 1.959963985
	n, p := float64(of), float64(hits)/float64(of)
	mid := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return (mid - half) / (1 + z*z/n), (mid + half) / (1 + z*z/n)
}

// RecallAt is the share of floods whose score lies above the threshold that
// lets rate of the other rows through, and that threshold (a point of the
// receiver operating characteristic). Rows that tie with it do not pass.
func RecallAt(scores []float64, flood []bool, rate float64) (hits, floods int, threshold float64) {
	var quiet []float64
	for i, s := range scores {
		if !flood[i] {
			quiet = append(quiet, s)
		}
	}
	threshold = Quantile(quiet, 1-rate)
	for i, s := range scores {
		if flood[i] {
			floods++
			if s > threshold {
				hits++
			}
		}
	}
	return hits, floods, threshold
}

// Quantile is the smallest value that at least q of the values do not exceed;
// minus infinity of none.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.Inf(-1)
	}
	sorted := slices.Sorted(slices.Values(values))
	at := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[min(max(at, 0), len(sorted)-1)]
}
