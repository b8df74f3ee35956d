package shrink

import "math"

// Estimate is a shrunk figure with its 80 % interval and standard deviation.
type Estimate struct {
	Mean, Low, High, SD float64
}

// tail is what lies beyond each end of an interval.
const tail = 0.1

// Count is K of N (shares), or K over an exposure of N (rates: people, days,
// expected cases).
type Count struct{ K, N float64 }

// Beta is the spread of shares among peers: mean A/(A+B); A+B says how many
// cases it is worth.
type Beta struct{ A, B float64 }

// Bounds of how many cases a prior is worth: never less than a few, since peers
// that all look alike by chance must not be taken for certain, nor more than
// any figure of a city rests on.
const leastWorth, mostWorth = 2, 2000

// FitBeta learns the spread of shares from the peers by maximum likelihood of
// the beta-binomial (Skellam 1948; Casella and Berger, Statistical Inference
// §4.4). False without at least two peers with cases; the prior is then their
// joint share, worth leastWorth cases, or (1, 1) without any.
func FitBeta(peers []Count) (Beta, bool) {
	var k, n float64
	used := 0
	for _, c := range peers {
		if c.N > 0 {
			k, n, used = k+c.K, n+c.N, used+1
		}
	}
	mean := (k + 1) / (n + 2)
	if used < 2 {
		return Beta{mean * leastWorth, (1 - mean) * leastWorth}, false
	}
	like := func(mean, worth float64) float64 {
		a, b := mean*worth, (1-mean)*worth
		sum := float64(used) * (lgamma(worth) - lgamma(a) - lgamma(b))
		for _, c := range peers {
			if c.N > 0 {
				sum += lgamma(c.K+a) + lgamma(c.N-c.K+b) - lgamma(c.N+worth)
			}
		}
		return sum
	}
	worth := math.Log(20)
	for range 6 {
		worth = peak(math.Log(leastWorth), math.Log(mostWorth), func(w float64) float64 { return like(mean, math.Exp(w)) })
		mean = peak(1e-4, 1-1e-4, func(m float64) float64 { return like(m, math.Exp(worth)) })
	}
	w := math.Exp(worth)
	return Beta{mean * w, (1 - mean) * w}, true
}

// Share is the share of one place or office, drawn towards its peers': the
// posterior mean and 80 % interval of the beta-binomial. Nothing of nothing is
// the prior, wide; nothing of many is near zero.
func (p Beta) Share(c Count) Estimate {
	a, b := p.A+c.K, p.B+c.N-c.K
	mean := a / (a + b)
	return Estimate{
		Mean: mean, SD: math.Sqrt(mean * (1 - mean) / (a + b + 1)),
		Low:  quantile(tail, 1, func(x float64) float64 { return betaBelow(x, a, b) }),
		High: quantile(1-tail, 1, func(x float64) float64 { return betaBelow(x, a, b) }),
	}
}

// Gamma is the spread of rates among peers: mean Shape/Rate per unit of
// exposure.
type Gamma struct{ Shape, Rate float64 }

// FitGamma learns the spread of rates from the peers by maximum likelihood of
// the negative binomial (Greenwood and Yule 1920; Efron and Hastie, Computer
// Age Statistical Inference (2016), §6.1; with exposures Clayton and Kaldor,
// Biometrics 43 (1987) 671–681). False without at least two peers with
// exposure; the prior is then the joint rate with a shape of 1.
func FitGamma(peers []Count) (Gamma, bool) {
	var k, n float64
	used := 0
	for _, c := range peers {
		if c.N > 0 {
			k, n, used = k+c.K, n+c.N, used+1
		}
	}
	if n == 0 {
		return Gamma{1, 1}, false
	}
	mean := (k + 0.5) / n
	if used < 2 {
		return Gamma{1, 1 / mean}, false
	}
	if k > 0 {
		mean = k / n
	}
	like := func(mean, shape float64) float64 {
		rate, sum := shape/mean, float64(used)*(shape*math.Log(shape/mean)-lgamma(shape))
		for _, c := range peers {
			if c.N > 0 {
				sum += lgamma(c.K+shape) - (c.K+shape)*math.Log(c.N+rate)
			}
		}
		return sum
	}
	shape, level := 0.0, math.Log(mean)
	for range 6 {
		shape = peak(math.Log(0.05), math.Log(mostWorth), func(s float64) float64 { return like(math.Exp(level), math.Exp(s)) })
		level = peak(math.Log(mean)-3, math.Log(mean)+3, func(m float64) float64 { return like(math.Exp(m), math.Exp(shape)) })
	}
	s := math.Exp(shape)
	return Gamma{s, s / math.Exp(level)}, true
}

// Level is the rate of one place or office per unit of exposure, drawn towards
// its peers': the posterior mean and 80 % interval of the gamma-Poisson.
func (p Gamma) Level(c Count) Estimate {
	shape, rate := p.Shape+c.K, p.Rate+c.N
	mean, sd := shape/rate, math.Sqrt(shape)/rate
	top := (shape + 20*math.Sqrt(shape) + 40) / rate
	return Estimate{
		Mean: mean, SD: sd,
		Low:  quantile(tail, top, func(x float64) float64 { return gammaBelow(x*rate, shape) }),
		High: quantile(1-tail, top, func(x float64) float64 { return gammaBelow(x*rate, shape) }),
	}
}

// peak finds the top of a function with one top between two bounds, by golden
// section (Kiefer 1953).
func peak(low, high float64, f func(float64) float64) float64 {
	const golden = 0.6180339887498949
	a, b := high-golden*(high-low), low+golden*(high-low)
	fa, fb := f(a), f(b)
	for high-low > 1e-7*(1+math.Abs(low)) {
		if fa > fb {
			high, b, fb = b, a, fa
			a = high - golden*(high-low)
			fa = f(a)
		} else {
			low, a, fa = a, b, fb
			b = low + golden*(high-low)
			fb = f(b)
		}
	}
	return (low + high) / 2
}
