package effect

import (
	"math"
	"slices"
)

const (
	// Fewer other units than this are no comparison.
	leastUnits = 5
	// The interval rests on so many of the nearest placebos; on fewer than the
	// least of them none.
	neighbours, leastPlacebos = 250, 40
	// alpha is how often chance alone may look like an effect to each side.
	alpha = 0.05
	// tail lies beyond each end of an 80 % interval.
	tail = 0.1
	// An interval around nothing that is no wider than this many per cent to
	// either side says that nothing much changed.
	narrow = 35.0
)

// Measure works out what the action brought by the last known day. It looks at
// nothing later than Through, and learns of the acted series from the days
// before the order alone.
func Measure(c Case) Result {
	n := c.measured()
	r := Result{Measured: n, Forecast: math.NaN(), Outcome: Measuring}
	own := c.Units[c.Acted].Values
	r.Points = c.chart(n)
	seen, known := mean(own, c.Done+1, c.Done+1+n)
	if n < min(leastDays, c.Days) || !known {
		if n >= c.Days {
			r.Outcome, r.Reason = Unclear, TooShort
		}
		return r
	}
	r.Seen = seen * c.times(n)
	r.Forecast = c.foreseen(r.Points) * c.times(n)
	ok := c.compare(&r, n)
	if !ok {
		ok = c.alone(&r, n)
	}
	if n < c.Days {
		return r
	}
	r.Outcome, r.Reason = r.judge(c, ok)
	return r
}

// times turns a mean a day into what Seen is told in.
func (c Case) times(n int) float64 {
	if c.Kind == Counts {
		return float64(n)
	}
	return 1
}

// compare measures against matched areas; false when there are too few.
func (c Case) compare(r *Result, n int) bool {
	all := make([]sums, len(c.Units))
	for u := range c.Units {
		all[u] = summed(c.Units[u].Values)
	}
	acted, ok := c.at(all[c.Acted], c.Acted, c.Done, n)
	if !ok {
		return false
	}
	r.Peak = c.peak(acted)
	windows := c.placebos(all, n)
	units := map[int]bool{}
	typical := 0.0
	for _, w := range windows {
		if w.unit != c.Acted {
			units[w.unit] = true
		}
		typical += w.base / float64(len(windows))
	}
	if len(units) < leastUnits || len(windows) < leastPlacebos {
		return false
	}
	var shared map[int]float64
	for range 3 {
		by := c.learn(windows, typical)
		shared = c.share(windows, n, typical, by)
	}
	if s, known := shared[c.Done]; known {
		acted.shared = s
	}
	near := c.nearest(acted, windows, neighbours)
	by := c.learn(near, typical)
	r.Matched, r.Placebos = c.matched(near), len(near)
	expected := make([]float64, len(near))
	for i, w := range near {
		expected[i] = c.expected(w, typical, by) * c.times(n)
	}
	s := c.scatter(near, expected, n)
	r.Expected = c.expected(acted, typical, by) * c.times(n)
	s.unit = acted.spread
	c.conclude(r, s)
	c.redraw(r, c.times(n))
	c.others(r.Points, near, acted)
	return true
}

// peak reports whether the last days or weeks before the order lay above the
// year by more than chance brings once in twenty times.
func (c Case) peak(w window) bool {
	if c.Kind == Level {
		d := (w.days - w.base) / w.spread
		return math.Abs(d) > 1.645
	}
	over := func(v, days float64) bool { return (v-w.base)*math.Sqrt(days/max(w.base, 1/days)) > 1.645 }
	return over(w.days, lastDays) || over(w.weeks, lastWeeks)
}

// matched are the units of the nearest windows, nearest first, at most ten,
// the acted one left out.
func (c Case) matched(near []window) []string {
	out := []string{}
	for _, w := range near {
		if code := c.Units[w.unit].Code; w.unit != c.Acted && !slices.Contains(out, code) {
			if out = append(out, code); len(out) == 10 {
				break
			}
		}
	}
	return out
}
