package forecast

import "math"

// Score is how well forecasts of a series did on days they had not seen.
type Score struct {
	// Origins is how many days the series was forecast from, Days how many
	// values were foreseen in all.
	Origins, Days int
	// MASE is the mean absolute error divided by the mean absolute error of the
	// seasonal naive within the days before the origin (Hyndman and Koehler,
	// "Another look at measures of forecast accuracy", International Journal of
	// Forecasting 22 (2006) 679–688). Relative is the error divided by that of
	// the seasonal naive at the very same days ahead. Below 1 is better than
	// the week before.
	MASE, Relative float64
	// Coverage is the share of values within the 80 % band.
	Coverage float64
	// ByHorizon is the coverage 1, 2, … days ahead.
	ByHorizon []float64
}

// Backtest forecasts the series from origins every step days, newest last, each
// time from the days before alone, and compares with what came. It returns
// false when not even one origin has Least days before it.
func Backtest(s Series, horizon, origins, step int) (Score, bool) {
	return backtest(s, horizon, origins, step, Make)
}

// BacktestShare does the same for a thin series forecast by Share.
func BacktestShare(parent, child Series, horizon, origins, step int) (Score, bool) {
	if len(parent.Values) != len(child.Values) {
		return Score{}, false
	}
	return backtest(child, horizon, origins, step, func(before Series, horizon int) ([]Point, bool) {
		then := parent
		then.Values = parent.Values[:len(before.Values)]
		return Share(then, before, horizon)
	})
}

func backtest(s Series, horizon, origins, step int, foresee func(Series, int) ([]Point, bool)) (Score, bool) {
	t := tally{within: make([]float64, horizon), seen: make([]float64, horizon)}
	for k := origins - 1; k >= 0; k-- {
		at := len(s.Values) - horizon - k*step
		if at < Least {
			continue
		}
		before := s
		before.Values = s.Values[:at]
		if points, ok := foresee(before, horizon); ok {
			t.add(s, at, points)
		}
	}
	return t.score()
}

type tally struct {
	origins                     int
	errors, naive, scaled, days float64
	within, seen                []float64
}

// add compares the forecast made before day at with what came.
func (t *tally) add(s Series, at int, points []Point) {
	y, ok := filled(s.Values[:at])
	scale := 0.0
	for i := Week; i < len(y); i++ {
		scale += math.Abs(y[i]-y[i-Week]) / float64(len(y)-Week)
	}
	if !ok || scale == 0 {
		return
	}
	t.origins++
	for h, p := range points {
		came := s.Values[at+h]
		if math.IsNaN(came) {
			continue
		}
		e := math.Abs(came - p.Mean)
		t.errors += e
		t.scaled += e / scale
		t.naive += math.Abs(came - y[at-Week+h%Week])
		t.days++
		t.seen[h]++
		if came >= p.Low && came <= p.High {
			t.within[h]++
		}
	}
}

func (t *tally) score() (Score, bool) {
	if t.days == 0 || t.naive == 0 {
		return Score{}, false
	}
	out := Score{Origins: t.origins, Days: int(t.days), MASE: t.scaled / t.days, Relative: t.errors / t.naive}
	for h := range t.seen {
		out.Coverage += t.within[h] / t.days
		out.ByHorizon = append(out.ByHorizon, t.within[h]/max(1, t.seen[h]))
	}
	return out, true
}
