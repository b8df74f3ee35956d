package effect

import (
	"math"

	"balaikota/backend/analysis/forecast"
)

const (
	// The chart begins so many days before the action was done.
	shown = 56
	// The own past is tried from at most so many days.
	origins = 24
)

// series is the acted one before a day, as forecasts take it.
func (c Case) series(values []float64, until int) forecast.Series {
	from := 0
	for from < until && math.IsNaN(values[from]) {
		from++
	}
	s := forecast.Series{Start: c.Start.AddDate(0, 0, from), Values: values[from:until], Count: c.Kind != Level}
	if len(c.Holiday) > from && c.Kind == Counts {
		s.Holiday = c.Holiday[from:]
	}
	return s
}

// foresee forecasts the length days from a day on, from the days before it
// alone; a thin series as its part of the whole.
func (c Case) foresee(until, length int) ([]forecast.Point, bool) {
	own := c.series(c.Units[c.Acted].Values, until)
	if c.Kind == Counts && c.Whole != nil && forecast.Thin(own) {
		return forecast.Share(c.series(c.Whole, until), own, length)
	}
	return forecast.Make(own, length)
}

// chart is the days from some weeks before the action to the last measured
// one, with the own forecast made on the day before it was done; redraw brings it to
// what is concluded.
func (c Case) chart(n int) []Point {
	var out []Point
	nan := math.NaN()
	own := c.Units[c.Acted].Values
	for day := max(0, c.Done-shown); day <= c.Done+n && day < len(own); day++ {
		out = append(out, Point{Day: day, Seen: own[day], Expected: nan, Low: nan, High: nan, Others: nan})
	}
	ahead, ok := c.foresee(c.Done, n+1)
	if !ok {
		return out
	}
	for i := range out {
		if h := out[i].Day - c.Done; h >= 0 {
			out[i].Expected, out[i].Low, out[i].High = ahead[h].Mean, ahead[h].Low, ahead[h].High
		}
	}
	return out
}

// foreseen is the mean a day of the forecast over the days after the action on
// which something is known.
func (c Case) foreseen(points []Point) float64 {
	sum, n := 0.0, 0
	for _, p := range points {
		if p.Day > c.Done && !math.IsNaN(p.Seen) {
			sum, n = sum+p.Expected, n+1
		}
	}
	return sum / float64(n)
}

// redraw brings the own forecast in the chart to what was concluded: its shape
// stays, its mean over the measured days becomes Expected, and its band Low and
// High. A chart that shows one expectation while the words tell another would
// have both doubted.
func (c Case) redraw(r *Result, times float64) {
	mean, low, high := r.Expected/times, r.Low/times, r.High/times
	own := r.Forecast / times
	for i := range r.Points {
		p := &r.Points[i]
		if p.Day < c.Done {
			continue
		}
		at := p.Expected
		switch {
		case c.Kind == Level:
			if math.IsNaN(own) || math.IsNaN(at) {
				at, own = mean, mean
			}
			at += mean - own
			p.Expected, p.Low, p.High = at, at+low-mean, at+high-mean
		case own > 0 && mean > 0 && !math.IsNaN(at):
			at *= mean / own
			p.Expected, p.Low, p.High = at, at*low/mean, at*high/mean
		default: // no forecast to take a shape from
			p.Expected, p.Low, p.High = mean, low, high
		}
		p.Low, p.High = min(p.Low, p.Expected), max(p.High, p.Expected)
	}
}

// others draws the nearest matched areas into the chart, brought to the acted
// one's level of the year before.
func (c Case) others(points []Point, near []window, acted window) {
	taken := map[int]window{}
	for _, w := range near {
		if w.unit != c.Acted && len(taken) < 10 {
			if _, seen := taken[w.unit]; !seen {
				taken[w.unit] = w
			}
		}
	}
	for i := range points {
		var sum, base, n float64
		for unit, w := range taken {
			if v := c.Units[unit].Values[points[i].Day]; !math.IsNaN(v) {
				if c.Kind == Level {
					v = (v-w.base)/w.spread*acted.spread + acted.base
				}
				sum, base, n = sum+v, base+w.base, n+1
			}
		}
		switch {
		case n == 0:
		case c.Kind == Level:
			points[i].Others = sum / n
		case base > 0:
			points[i].Others = sum / base * acted.base
		}
	}
}

// alone measures against the series' own forecast, where no like areas are: the
// interval is that of the same forecast's errors from earlier days of the own
// past, whole windows at a time (the placebo in time of Abadie, Diamond and
// Hainmueller, American Journal of Political Science 59 (2015) 495–510).
func (c Case) alone(r *Result, n int) bool {
	if math.IsNaN(r.Forecast) {
		return false
	}
	r.Alone, r.Expected, r.Matched = true, r.Forecast, []string{}
	own := summed(c.Units[c.Acted].Values)
	if w, ok := c.at(own, c.Acted, c.Done, n); ok {
		r.Peak = c.peak(w)
	}
	var near []window
	var expected []float64
	step := max(lastDays, n/2)
	for day := c.Sent - n - 1; day > 0 && len(near) < origins; day -= step {
		came, known := own.mean(day+1, day+1+n)
		ahead, ok := c.foresee(day, n+1)
		if !ok {
			break
		}
		if !known {
			continue
		}
		sum := 0.0
		for _, p := range ahead[1:] {
			sum += p.Mean
		}
		near = append(near, window{day: day, after: came, spread: 1})
		expected = append(expected, sum/float64(n)*c.times(n))
	}
	if len(near) < 12 {
		return false
	}
	s := c.scatter(near, expected, n)
	s.unit, r.Placebos = 1, len(near)
	c.conclude(r, s)
	c.redraw(r, c.times(n))
	return true
}
