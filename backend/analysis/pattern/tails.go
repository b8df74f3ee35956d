package pattern

import "math"

// The tails are computed through the incomplete gamma and beta functions
// (series and continued fractions of Abramowitz and Stegun 1964, 6.5.29,
// 6.5.31 and 26.5.8, summed by Lentz's method), so that a chance of 1e-40
// keeps its digits, which 1 minus a sum does not.

const (
	tiny     = 1e-300
	accuracy = 1e-15
	rounds   = 10_000
)

// lowerGamma is the regularised P(a, x) and its complement Q(a, x).
func lowerGamma(a, x float64) (p, q float64) {
	if x <= 0 || a <= 0 {
		if a <= 0 {
			return 1, 0
		}
		return 0, 1
	}
	lg, _ := math.Lgamma(a)
	front := math.Exp(a*math.Log(x) - x - lg)
	if x < a+1 {
		term := 1 / a
		sum := term
		for n := 1; n < rounds && term > sum*accuracy; n++ {
			term *= x / (a + float64(n))
			sum += term
		}
		p = front * sum
		return p, 1 - p
	}
	b := x + 1 - a
	c, d := 1/tiny, 1/b
	h := d
	for i := 1; i < rounds; i++ {
		an := -float64(i) * (float64(i) - a)
		b += 2
		d = 1 / nonzero(an*d+b)
		c = nonzero(b + an/c)
		h *= d * c
		if math.Abs(d*c-1) < accuracy {
			break
		}
	}
	q = front * h
	return 1 - q, q
}

func nonzero(v float64) float64 {
	if math.Abs(v) < tiny {
		return tiny
	}
	return v
}

// betaShare is the regularised incomplete beta function I_x(a, b).
func betaShare(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab - la - lb + a*math.Log(x) + b*math.Log1p(-x))
	if x < (a+1)/(a+b+2) {
		return front * betaFraction(x, a, b) / a
	}
	return 1 - front*betaFraction(1-x, b, a)/b
}

func betaFraction(x, a, b float64) float64 {
	c, d := 1.0, 1/nonzero(1-(a+b)*x/(a+1))
	h := d
	for i := 1; i < rounds; i++ {
		m := float64(i)
		num := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / nonzero(1+num*d)
		c = nonzero(1 + num/c)
		h *= d * c
		num = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / nonzero(1+num*d)
		c = nonzero(1 + num/c)
		h *= d * c
		if math.Abs(d*c-1) < accuracy {
			break
		}
	}
	return h
}

// PoissonAtLeast is P(X ≥ k) for X ~ Poisson(mean).
func PoissonAtLeast(k int, mean float64) float64 {
	if k <= 0 {
		return 1
	}
	p, _ := lowerGamma(float64(k), mean)
	return p
}

// CountAtLeast is P(X ≥ k) for a count of the given mean whose variance is
// dispersion times the mean: Poisson at dispersion 1 or less, else negative
// binomial with size mean/(dispersion−1).
func CountAtLeast(k int, mean, dispersion float64) float64 {
	switch {
	case k <= 0:
		return 1
	case mean <= 0:
		return 0
	case dispersion <= 1+1e-9:
		return PoissonAtLeast(k, mean)
	}
	return betaShare(1-1/dispersion, float64(k), mean/(dispersion-1))
}

// CountAtMost is P(X ≤ k) for the same count as CountAtLeast.
func CountAtMost(k int, mean, dispersion float64) float64 {
	switch {
	case k < 0:
		return 0
	case mean <= 0:
		return 1
	case dispersion <= 1+1e-9:
		_, q := lowerGamma(float64(k)+1, mean)
		return q
	}
	return betaShare(1/dispersion, mean/(dispersion-1), float64(k)+1)
}

// BinomialAtLeast is P(X ≥ k) for k or more successes in n trials of chance p.
func BinomialAtLeast(k, n int, p float64) float64 {
	switch {
	case k <= 0:
		return 1
	case k > n:
		return 0
	}
	return betaShare(p, float64(k), float64(n-k)+1)
}

// ChiSquareAtMost is P(X ≤ x) for X of chi-square with df degrees of freedom.
func ChiSquareAtMost(x, df float64) float64 {
	p, _ := lowerGamma(df/2, x/2)
	return p
}

// ChiSquareAtLeast is P(X ≥ x) for X of chi-square with df degrees of freedom.
func ChiSquareAtLeast(x, df float64) float64 {
	_, q := lowerGamma(df/2, x/2)
	return q
}

// normalAbove is P(Z > z) of the standard normal distribution.
func normalAbove(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// skewedAbove is P(Z > z) of a standardised Pearson type III distribution with
// the given skewness: a gamma distribution moved and scaled to mean 0 and
// variance 1, mirrored when the skewness is negative, normal when it is none.
func skewedAbove(z, skewness float64) float64 {
	if math.Abs(skewness) < 1e-4 {
		return normalAbove(z)
	}
	shape := 4 / (skewness * skewness)
	p, q := lowerGamma(shape, shape+math.Abs(z*math.Sqrt(shape))*sign(z*skewness))
	if skewness > 0 {
		return q
	}
	return p
}

func sign(v float64) float64 {
	if v < 0 {
		return -1
	}
	return 1
}
