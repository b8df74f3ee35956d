package forecast

import "math"

// filter is a method with its parameters fixed: it takes one day after the
// other and says at any time what it expects h days ahead (h from 1).
type filter interface {
	step(y float64)
	ahead(h int) float64
}

// naive is the seasonal naive: the value one season before, the newest season
// again and again.
type naive struct {
	last []float64
	n    int
}

func newNaive(season int) *naive { return &naive{last: make([]float64, season)} }

func (f *naive) step(y float64) { f.last[f.n%len(f.last)] = y; f.n++ }

func (f *naive) ahead(h int) float64 { return f.last[(f.n+h-1)%len(f.last)] }

// ses is simple exponential smoothing with a given first level (Hyndman and
// Athanasopoulos, Forecasting: Principles and Practice, §8.1).
type ses struct {
	alpha, level float64
}

func (f *ses) step(y float64) { f.level += f.alpha * (y - f.level) }

// theta is the Theta method of Assimakopoulos and Nikolopoulos, "The theta
// model: a decomposition approach to forecasting", International Journal of
// Forecasting 16 (2000) 521–530, in the closed form of Hyndman and Billah,
// "Unmasking the Theta method", same journal 19 (2003) 287–290: simple exponential
// smoothing with half the slope of the regression on time as drift. A weekly
// season, when there is one, is taken off additively before and put back after:
// the mean distance of each weekday from the seven days around it.
type theta struct {
	ses
	n      int
	sumY   float64
	sumTY  float64
	season *weekdays
}

func newTheta(alpha, first float64, withSeason bool) *theta {
	f := &theta{ses: ses{alpha: alpha, level: first}}
	if withSeason {
		f.season = &weekdays{}
	}
	return f
}

func (f *theta) step(y float64) {
	if f.season != nil {
		s := f.season.of(f.n)
		f.season.step(y)
		y -= s
	}
	f.ses.step(y)
	f.n++
	f.sumY += y
	f.sumTY += float64(f.n) * y
}

// slope is that of the least squares line through all values against 1…n.
func (f *theta) slope() float64 {
	n := float64(f.n)
	if f.n < 2 {
		return 0
	}
	return 12 * (f.sumTY - f.sumY*(n+1)/2) / (n * (n*n - 1))
}

func (f *theta) ahead(h int) float64 {
	n := float64(f.n)
	drift := f.slope() / 2 * (float64(h-1) + (1-math.Pow(1-f.alpha, n))/f.alpha)
	y := f.level + drift
	if f.season != nil {
		y += f.season.of(f.n + h - 1)
	}
	return y
}

// weekdays is the running mean distance of each weekday from the centred mean
// of seven days.
type weekdays struct {
	recent [Week]float64
	n      int
	sum    [Week]float64
	count  [Week]float64
}

func (w *weekdays) step(y float64) {
	w.recent[w.n%Week] = y
	w.n++
	if w.n < Week {
		return
	}
	middle := w.n - 4 // the day in the middle of the last seven
	w.sum[middle%Week] += w.recent[middle%Week] - mean(w.recent[:])
	w.count[middle%Week]++
}

// of is the season of day number i (from 0), 0 in the first weeks. The seven
// seasons add up to nothing.
func (w *weekdays) of(i int) float64 {
	var all float64
	for d := range w.sum {
		if w.count[d] < 2 {
			return 0
		}
		all += w.sum[d] / w.count[d]
	}
	d := i % Week
	return w.sum[d]/w.count[d] - all/Week
}

// damped is exponential smoothing with a damped additive trend (Gardner and
// McKenzie, "Forecasting Trends in Time Series", Management Science 31 (1985)
// 1237–1246) and, when seasonal, an additive weekly season: ETS(A,Ad,N) and
// ETS(A,Ad,A) in the error correction form of Hyndman, Koehler, Ord and Snyder,
// Forecasting with Exponential Smoothing (2008), tables 2.1 and 2.2.
type damped struct {
	dampedParameters
	level, trend float64
	season       [Week]float64
	n            int
}

type dampedParameters struct {
	alpha, beta, gamma, phi float64 // beta and gamma as they stand in the error form
}

func (f *damped) step(y float64) {
	s := &f.season[f.n%Week]
	trend := f.phi * f.trend
	e := y - f.level - trend - *s
	f.level += trend + f.alpha*e
	f.trend = trend + f.beta*e
	*s += f.gamma * e
	f.n++
}

func (f *damped) ahead(h int) float64 {
	sum, p := 0.0, 1.0
	for range h {
		p *= f.phi
		sum += p
	}
	return f.level + sum*f.trend + f.season[(f.n+h-1)%Week]
}
