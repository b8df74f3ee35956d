package forecast

import (
	"math"
	"slices"
)

// settings are the fitted parameters of the three methods.
type settings struct {
	season     bool
	period     int // 0: none but the week
	thetaAlpha float64
	first      float64
	damped     dampedParameters
	start      damped // states before the first day
}

// fit chooses the parameters that make the squared one-step errors smallest,
// by halving steps along one parameter at a time from fixed starting points: the same
// series gives the same parameters anywhere.
func fit(y []float64) settings {
	s := settings{season: seasonal(y), period: period(y)}
	opening := y[:min(len(y), 2*Week)]
	s.first = mean(opening)
	s.start = damped{level: s.first}
	if s.season {
		for d := range Week {
			var sum, n float64
			for i := d; i < min(len(y), 6*Week); i += Week {
				sum, n = sum+y[i]-mean(y[i-d:min(len(y), i-d+Week)]), n+1
			}
			s.start.season[d] = sum / n
		}
	}
	s.thetaAlpha = descend([]float64{0.2}, [][2]float64{{0.01, 0.99}}, func(p []float64) float64 {
		return squares(newTheta(p[0], s.first, s.season), y)
	})[0]
	bounds := [][2]float64{{0.01, 0.99}, {0, 0.5}, {0, 0}, {0.8, 0.98}}
	from := []float64{0.2, 0.02, 0, 0.9}
	if s.season {
		bounds[2], from[2] = [2]float64{0, 0.5}, 0.05
	}
	best := descend(from, bounds, func(p []float64) float64 {
		d := parameters(p)
		if d.beta > d.alpha || d.gamma > 1-d.alpha {
			return math.Inf(1)
		}
		f := s.start
		f.dampedParameters = d
		return squares(&f, y)
	})
	s.damped = parameters(best)
	return s
}

func parameters(p []float64) dampedParameters {
	return dampedParameters{alpha: p[0], beta: p[1], gamma: p[2], phi: p[3]}
}

// filters returns the three methods before the first day, and the naive of the
// series' own period when it has one.
func (s settings) filters() []filter {
	d := s.start
	d.dampedParameters = s.damped
	out := []filter{newTheta(s.thetaAlpha, s.first, s.season), &d, newNaive(Week)}
	if s.period > 0 {
		out = append(out, newNaive(s.period))
	}
	return out
}

// Periods that a series may follow besides the week: up to two months, which
// holds the spring-neap cycle (14.8 days) and twice the lunar month (59.06).
const (
	shortestPeriod = Week + 1
	longestPeriod  = 60
)

// period returns the lag, beyond a week, at which a series repeats itself best, if
// better than after a week; 0 if none. At least three repetitions must be seen.
func period(y []float64) int {
	best, least := 0, repeats(y, Week)
	for lag := shortestPeriod; lag <= longestPeriod && 3*lag <= len(y); lag++ {
		if e := repeats(y, lag); e < least {
			best, least = lag, e
		}
	}
	return best
}

// repeats is the mean distance between values lag days apart.
func repeats(y []float64, lag int) float64 {
	sum := 0.0
	for i := lag; i < len(y); i++ {
		sum += math.Abs(y[i] - y[i-lag])
	}
	return sum / float64(max(1, len(y)-lag))
}

// squares is the sum of squared one-step errors, the first two weeks left out.
func squares(f filter, y []float64) (sum float64) {
	for i, v := range y {
		if i >= 2*Week {
			e := v - f.ahead(1)
			sum += e * e
		}
		f.step(v)
	}
	return sum
}

// descend walks down one parameter at a time, halving its step when neither
// side is lower.
func descend(p []float64, bounds [][2]float64, cost func([]float64) float64) []float64 {
	best := cost(p)
	steps := make([]float64, len(p))
	for i, b := range bounds {
		steps[i] = (b[1] - b[0]) / 4
	}
	for range 10 {
		for i, b := range bounds {
			if steps[i] == 0 {
				continue
			}
			moved := false
			for _, by := range []float64{steps[i], -steps[i]} {
				tried := slices.Clone(p)
				tried[i] = min(max(p[i]+by, b[0]), b[1])
				if c := cost(tried); c < best {
					p, best, moved = tried, c, true
					break
				}
			}
			if !moved {
				steps[i] /= 2
			}
		}
	}
	return p
}
