package pattern

import (
	"cmp"
	"slices"
)

// BenjaminiHochberg turns the p-values of many tests into q-values: calling
// everything with q ≤ 0.05 a find keeps the expected share of false finds
// among the finds at 5 % or less. q(i) = min over j ≥ i of p(j)·m/j in the
// order of p, at most 1; the order of the result is the order of the input.
//
// Source: Benjamini and Hochberg, "Controlling the False Discovery Rate", J. R.
// Statist. Soc. B 57 (1995) 289–300; valid under positive dependence, which
// neighbouring places have (Benjamini and Yekutieli, Ann. Statist. 29 (2001)).
func BenjaminiHochberg(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	q := make([]float64, len(p))
	least := 1.0
	for rank := len(order); rank > 0; rank-- {
		i := order[rank-1]
		least = min(least, p[i]*float64(len(p))/float64(rank))
		q[i] = least
	}
	return q
}
