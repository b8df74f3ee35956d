package shrink

import "math"

// betaBelow is the regularised incomplete beta function, by the continued
// fraction of Press et al., Numerical Recipes, 3rd ed. (2007), §6.4.
func betaBelow(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - betaBelow(1-x, b, a)
	}
	front := math.Exp(lgamma(a+b) - lgamma(a) - lgamma(b) + a*math.Log(x) + b*math.Log1p(-x))
	c, d := 1.0, 1/away(1-(a+b)*x/(a+1))
	h := d
	for m := 1.0; m < 1000; m++ {
		e := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/away(1+e*d), away(1+e/c)
		h *= d * c
		e = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/away(1+e*d), away(1+e/c)
		h *= d * c
		if math.Abs(d*c-1) < 1e-12 {
			break
		}
	}
	return front * h / a
}

// gammaBelow is the regularised lower incomplete gamma function, by its series
// or continued fraction (Numerical Recipes, §6.2).
func gammaBelow(x, a float64) float64 {
	if x <= 0 {
		return 0
	}
	front := math.Exp(a*math.Log(x) - x - lgamma(a))
	if x < a+1 {
		sum, term := 1/a, 1/a
		for n := 1.0; n < 10000 && term > sum*1e-14; n++ {
			term *= x / (a + n)
			sum += term
		}
		return front * sum
	}
	b, c := x+1-a, 1e300
	d := 1 / away(b)
	h := d
	for i := 1.0; i < 10000; i++ {
		e := -i * (i - a)
		b += 2
		d, c = 1/away(e*d+b), away(b+e/c)
		h *= d * c
		if math.Abs(d*c-1) < 1e-13 {
			break
		}
	}
	return 1 - front*h
}

// away keeps a divisor off zero.
func away(v float64) float64 {
	if math.Abs(v) < 1e-300 {
		return 1e-300
	}
	return v
}

func lgamma(x float64) float64 { v, _ := math.Lgamma(x); return v }

// quantile finds where below, which grows from 0, reaches p, by halving.
func quantile(p, top float64, below func(float64) float64) float64 {
	low, high := 0.0, top
	for range 200 {
		mid := (low + high) / 2
		if mid == low || mid == high {
			break
		}
		if below(mid) < p {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}
