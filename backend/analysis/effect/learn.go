package effect

import "math"

// weights say what comes after a past: the mean of all, the year, the four
// weeks and the last week before.
type weights [4]float64

// row is a window's past as the regression takes it; typical the mean of all
// bases.
func (c Case) row(w window, typical float64) weights {
	if c.Kind == Level {
		return weights{1, 0, (w.weeks - w.base) / w.spread, (w.days - w.base) / w.spread}
	}
	return weights{typical, w.base, w.weeks, w.days}
}

// came is what came after a window without what was common to all, as the
// regression takes it.
func (c Case) came(w window) float64 {
	if c.Kind == Level {
		return (w.after-w.base)/w.spread - w.shared
	}
	return w.after / w.shared
}

// learn finds the weights by least squares over windows, each weighed by the
// inverse of its scatter; for counts no weight is negative (Lawson and Hanson
// 1974): the negative ones are left out one by one.
func (c Case) learn(all []window, typical float64) weights {
	use := [4]bool{true, c.Kind != Level, true, true}
	for {
		w := c.solve(all, typical, use)
		worst := -1
		for k := range use {
			//nolint:gosec // use and w are as long
			if use[k] && w[k] < 0 && c.Kind != Level && (worst < 0 || w[k] < w[worst]) {
				worst = k
			}
		}
		if worst < 0 {
			return w
		}
		use[worst] = false //nolint:gosec // worst came of a range over use
	}
}

func (c Case) solve(all []window, typical float64, use [4]bool) weights {
	var a [4][5]float64
	for _, w := range all {
		x, y, v := c.row(w, typical), c.came(w), 1.0
		if c.Kind != Level {
			v = 1 / (typical + w.base + w.weeks)
		}
		for i := range a {
			for j := range a {
				a[i][j] += v * x[i] * x[j]
			}
			a[i][4] += v * x[i] * y
		}
	}
	for i := range a {
		// A trace of ridge keeps like columns apart.
		a[i][i] += 1e-6*a[i][i] + 1e-12
		if !use[i] {
			a[i] = [5]float64{}
			for j := range a {
				a[j][i] = 0
			}
			a[i][i] = 1
		}
	}
	return eliminate(a)
}

// eliminate solves four equations by Gauss.
func eliminate(a [4][5]float64) (out weights) {
	for i := range a {
		pivot := i
		for j := i + 1; j < len(a); j++ {
			if math.Abs(a[j][i]) > math.Abs(a[pivot][i]) {
				pivot = j
			}
		}
		a[i], a[pivot] = a[pivot], a[i]
		if math.Abs(a[i][i]) < 1e-300 {
			continue
		}
		for j := range a {
			if j == i {
				continue
			}
			f := a[j][i] / a[i][i]
			for k := i; k < 5; k++ {
				a[j][k] -= f * a[i][k]
			}
		}
	}
	for i := range a {
		if math.Abs(a[i][i]) >= 1e-300 {
			out[i] = a[i][4] / a[i][i]
		}
	}
	return out
}

// expected is what a window's past lets expect after it, mean a day.
func (c Case) expected(w window, typical float64, by weights) float64 {
	x, sum := c.row(w, typical), 0.0
	for k := range x {
		sum += by[k] * x[k]
	}
	if c.Kind == Level {
		return w.base + w.spread*(sum+w.shared)
	}
	return max(0, sum) * w.shared
}

// share finds what all units had in common after each day (counts: a factor;
// levels: a shift in standard deviations) and writes it into the windows. The
// factor leans on 1 by what ten of the things counted would weigh. It returns
// the factor of each day.
func (c Case) share(all []window, length int, typical float64, by weights) map[int]float64 {
	type sum struct{ seen, expected, n float64 }
	days := map[int]*sum{}
	for _, w := range all {
		s := days[w.day]
		if s == nil {
			s = &sum{}
			days[w.day] = s
		}
		if c.Kind == Level {
			w.shared = 0
			s.seen += (w.after - c.expected(w, typical, by)) / w.spread
		} else {
			w.shared = 1
			s.seen += w.after
			s.expected += c.expected(w, typical, by)
		}
		s.n++
	}
	lean := 10 / float64(length)
	if c.Kind == Stock {
		lean = 10
	}
	out := map[int]float64{}
	for day, s := range days {
		if c.Kind == Level {
			out[day] = s.seen / (s.n + 3)
		} else {
			out[day] = (s.seen + lean) / (s.expected + lean)
		}
	}
	for i := range all {
		all[i].shared = out[all[i].day]
	}
	return out
}
