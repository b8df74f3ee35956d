package effect

import (
	"math"
	"slices"
)

// scatter is how placebos lay around what was expected of them: errors sorted,
// in units of sqrt(m + over·m²) for counts expected m (a negative binomial's),
// of the series' own deviation for levels.
type scatter struct {
	errors []float64
	over   float64
	unit   float64 // of levels
	level  bool
}

// size is the unit of an error around m.
func (s scatter) size(m float64) float64 {
	if s.level {
		return s.unit
	}
	return math.Sqrt(max(m, 0.25) + s.over*m*m)
}

// scatter takes the placebos' errors. They were learnt from by four weights, so
// they are made a little wider.
func (c Case) scatter(near []window, expected []float64, n int) scatter {
	s := scatter{level: c.Kind == Level}
	var square, plain, fourth float64
	for i, w := range near {
		d, m := w.after*c.times(n)-expected[i], expected[i]
		square, plain, fourth = square+d*d, plain+m, fourth+m*m
	}
	if !s.level && fourth > 0 {
		s.over = max(0, (square-plain)/fourth)
	}
	free := math.Sqrt(float64(len(near)) / float64(len(near)-4))
	for i, w := range near {
		s.unit = w.spread
		s.errors = append(s.errors, (w.after*c.times(n)-expected[i])/s.size(expected[i])*free)
	}
	slices.Sort(s.errors)
	return s
}

// quantile is the conformal one: at most a share p of a new error lies below
// (upper false), or above (upper true, p the share above).
func (s scatter) quantile(p float64, upper bool) float64 {
	n := len(s.errors)
	rank := max(int(math.Floor(p*float64(n+1))), 1) // too few for the level asked for: the farthest
	if upper {
		return s.errors[n-rank]
	}
	return s.errors[rank-1]
}

// conclude fills in the change with its interval by inverting the placebo
// test: a factor θ (levels: a shift) is in the interval if Seen, held against θ
// times what was expected, lies where 80 of 100 placebos do.
func (c Case) conclude(r *Result, s scatter) {
	below, above := s.quantile(tail, false), s.quantile(tail, true)
	size := s.size(r.Expected)
	r.Low, r.High = r.Expected+below*size, r.Expected+above*size
	z := (r.Seen - r.Expected) / size
	n := float64(len(s.errors) + 1)
	at, _ := slices.BinarySearch(s.errors, math.Nextafter(z, math.Inf(1)))
	from, _ := slices.BinarySearch(s.errors, z)
	r.Less, r.More = float64(at+1)/n, float64(len(s.errors)-from+1)/n
	if s.level {
		c.concludeLevel(r, below*size, above*size)
		return
	}
	r.Low = max(0, r.Low)
	if r.Expected < leastExpected {
		return
	}
	r.Known = true
	theta := func(z float64) float64 {
		low, high := 0.0, 20.0
		for range 60 {
			mid := (low + high) / 2
			m := mid * r.Expected
			if r.Seen-m > z*s.size(m) {
				low = mid
			} else {
				high = mid
			}
		}
		return low
	}
	r.Change = 100 * (r.Seen/r.Expected - 1)
	r.ChangeLow = min(r.Change, 100*(theta(above)-1))
	r.ChangeHigh = max(r.Change, 100*(theta(below)-1))
	r.LogRatio = math.Log((r.Seen + 0.5) / (r.Expected + 0.5))
	wide := (above - below) / (2 * 1.2816)
	r.LogError = math.Sqrt(1/(r.Seen+0.5)+s.over) * max(wide, 0.5)
}

func (c Case) concludeLevel(r *Result, below, above float64) {
	base := math.Abs(r.Expected)
	if base < 1e-9 {
		return
	}
	r.Known = true
	percent := func(d float64) float64 { return min(max(100*d/base, -100), 1000) }
	r.Change = percent(r.Seen - r.Expected)
	r.ChangeLow, r.ChangeHigh = min(r.Change, percent(r.Seen-r.Expected-above)), max(r.Change, percent(r.Seen-r.Expected-below))
	if r.Seen > 0 && r.Expected > 0 {
		r.LogRatio = math.Log(r.Seen / r.Expected)
		r.LogError = max(1e-6, (above-below)/(2*1.2816)/base)
	}
}

// judge says what it came to. An effect needs both views: the placebos (beyond
// 95 of 100, and the whole 80 % interval) and the own forecast, where there is one.
func (r *Result) judge(c Case, ok bool) (Outcome, Reason) {
	switch {
	case !ok:
		return Unclear, TooShort
	case !r.Known:
		return Unclear, TooFew
	}
	down, up := r.Less <= alpha && r.ChangeHigh < 0, r.More <= alpha && r.ChangeLow > 0
	if down || up {
		if !math.IsNaN(r.Forecast) && (r.Seen < r.Forecast) != down {
			return Unclear, Disagrees
		}
		if r.Alone && r.Peak {
			return Unclear, AtPeak
		}
		if down != c.MoreIsBetter {
			return Worked, Clear
		}
		return Worse, Clear
	}
	if r.ChangeLow >= -narrow && r.ChangeHigh <= narrow {
		return NoChange, Clear
	}
	return Unclear, Wide
}
