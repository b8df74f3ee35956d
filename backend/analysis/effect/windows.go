package effect

import (
	"cmp"
	"math"
	"slices"
)

// window is one past and what came after it: a placebo, or the action itself.
type window struct {
	unit, day int
	// base, weeks and days are means a day of the year before, of the four weeks
	// and of the last week before the order.
	base, weeks, days float64
	after             float64 // mean a day after it
	spread            float64 // standard deviation of a day in base (Level)
	distance          float64
	shared            float64 // what all had in common after it
}

// sums are running sums of a unit's values and squares, to take means quickly.
// start is the first day on which anything is known.
type sums struct {
	value, square, known []float64
	start                int
}

func summed(values []float64) sums {
	s := sums{value: make([]float64, len(values)+1), square: make([]float64, len(values)+1), known: make([]float64, len(values)+1)}
	for s.start < len(values) && math.IsNaN(values[s.start]) {
		s.start++
	}
	for i, v := range values {
		s.value[i+1], s.square[i+1], s.known[i+1] = s.value[i], s.square[i], s.known[i]
		if !math.IsNaN(v) {
			s.value[i+1], s.square[i+1], s.known[i+1] = s.value[i]+v, s.square[i]+v*v, s.known[i]+1
		}
	}
	return s
}

func (s sums) mean(from, to int) (float64, bool) {
	if from < 0 || to >= len(s.value) || from >= to {
		return math.NaN(), false
	}
	n := s.known[to] - s.known[from]
	return (s.value[to] - s.value[from]) / n, n > 0 && 10*n >= 7*float64(to-from)
}

func (s sums) deviation(from, to int) float64 {
	n := s.known[to] - s.known[from]
	m := (s.value[to] - s.value[from]) / n
	return math.Sqrt(max(0, (s.square[to]-s.square[from])/n-m*m))
}

// at is the window of a unit around a day on which something was, or might
// have been, done; length days after it are looked at.
func (c Case) at(s sums, unit, day, length int) (window, bool) {
	sent := day - c.gap()
	end := sent - recent
	from := max(s.start, end-longest)
	if end-from < shortest {
		return window{}, false
	}
	w := window{unit: unit, day: day, shared: 1}
	var ok [4]bool
	w.base, ok[0] = s.mean(from, end)
	w.weeks, ok[1] = s.mean(end, sent-lastDays)
	w.days, ok[2] = s.mean(sent-lastDays, sent)
	w.after, ok[3] = s.mean(day+1, day+1+length)
	if c.Kind == Level {
		w.spread = max(s.deviation(from, end), 1e-9*max(1, math.Abs(w.base)))
		w.shared = 0
	}
	return w, ok[0] && ok[1] && ok[2] && ok[3]
}

// placebos are all windows at which nothing like the action was felt: of other
// units at any time, of the acted one before the order.
func (c Case) placebos(all []sums, length int) []window {
	step := lastDays
	var out []window
	for u := range c.Units {
		for day := c.Done; day > recent; day -= step {
			if c.free(u, day, length) {
				if w, ok := c.at(all[u], u, day, length); ok {
					out = append(out, w)
				}
			}
		}
		// Later days than the action's, as far as they are over.
		for day := c.Done + step; day+length <= c.Through; day += step {
			if c.free(u, day, length) {
				if w, ok := c.at(all[u], u, day, length); ok {
					out = append(out, w)
				}
			}
		}
	}
	return out
}

// free reports whether no like action was felt in a window.
func (c Case) free(unit, day, length int) bool {
	from, until := day-c.gap()-recent, day+length
	if unit == c.Acted && until >= c.Sent {
		return false
	}
	for _, t := range c.Touched {
		if t.Unit == unit && t.From <= until && t.Until >= from {
			return false
		}
	}
	return true
}

// far is how unlike two pasts are, in units of what chance scatters: counts
// after the square root (Anscombe 1948), levels in standard deviations from
// their base; beside it half the logarithm of the populations' ratio.
func (c Case) far(a, b window) float64 {
	var d float64
	if c.Kind == Level {
		a1, a2, b1, b2 := (a.weeks-a.base)/a.spread, (a.days-a.base)/a.spread, (b.weeks-b.base)/b.spread, (b.days-b.base)/b.spread
		d = (a1-b1)*(a1-b1) + (a2-b2)*(a2-b2)
	} else {
		// The year is known best, but a level a little off is mended by what is
		// learnt; the shape before the order is what must be alike.
		base, weeks, days := math.Sqrt(a.base)-math.Sqrt(b.base), math.Sqrt(a.weeks)-math.Sqrt(b.weeks), math.Sqrt(a.days)-math.Sqrt(b.days)
		d = 4 * (lastWeeks*base*base + lastWeeks*weeks*weeks + lastDays*days*days)
	}
	if p, q := c.Units[a.unit].People, c.Units[b.unit].People; p > 0 && q > 0 {
		l := math.Log(p / q)
		d += 0.25 * l * l
	}
	return d
}

// nearest sorts windows by how like they are to one and returns the first n.
func (c Case) nearest(to window, all []window, n int) []window {
	for i := range all {
		all[i].distance = c.far(to, all[i])
	}
	slices.SortFunc(all, func(a, b window) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.unit, b.unit), cmp.Compare(a.day, b.day))
	})
	return all[:min(n, len(all))]
}
