package forecast

import (
	"math"
	"slices"
)

// bands puts a band around each day ahead, from the errors that the same
// forecast made at the same horizon on earlier days. factor scales a day
// (holidays).
//
// Method: split conformal prediction with the score of conformalised quantile
// regression (Romano, Patterson and Candès, NeurIPS 2019; Lei, G'Sell, Rinaldo,
// Tibshirani and Wasserman, "Distribution-Free Predictive Inference for
// Regression", J. Am. Stat. Assoc. 113 (2018) 1094–1111): errors are divided by
// their own 10th and 90th percentile, so that the band may be lopsided, and
// the ⌈0.8 (n+1)⌉th smallest of them widens it. For counts errors are first divided by
// the square root of what was said. Cutting the band at 0 loses no coverage,
// since no value lies below. Errors of neighbouring days overlap and are not exchangeable, so
// the guarantee of the theorem does not hold as it stands, and series change: the level is
// adapted to what the bands held before (adapted), and Backtest measures what they hold.
func (s Series) bands(r rolled, factor func(h int) float64) []Point {
	out := make([]Point, len(r.ahead))
	floor := s.NonNegative || s.Count
	for i, said := range r.ahead {
		below, above := spread(r.past[i], i+1, s.scale)
		m := said * factor(i+1)
		if floor {
			m = max(0, m)
		}
		unit := s.scale(m)
		out[i] = Point{Mean: m, Low: m - below*unit, High: m + above*unit}
		if floor {
			out[i].Low = max(0, out[i].Low)
			out[i].High = max(0, out[i].High)
		}
	}
	return out
}

// scale is the unit of an error around what was said.
func (s Series) scale(said float64) float64 {
	if s.Count {
		return math.Sqrt(max(said, 0) + 1)
	}
	return 1
}

// spread returns how far, in units of scale, a band reaches below and above.
func spread(past []pair, horizon int, scale func(float64) float64) (below, above float64) {
	if len(past) == 0 {
		return 0, 0
	}
	errors := make([]float64, len(past))
	for i, p := range past {
		errors[i] = (p.came - p.said) / scale(p.said)
	}
	sorted := slices.Sorted(slices.Values(errors))
	size := max(math.Abs(sorted[0]), math.Abs(sorted[len(sorted)-1]))
	least := 1e-3*size + 1e-12
	below = max(-quantile(sorted, (1-Level)/2), least)
	above = max(quantile(sorted, (1+Level)/2), least)
	scores := make([]float64, len(errors))
	for i, e := range errors {
		scores[i] = max(-e/below, e/above)
	}
	level := adapted(scores, horizon)
	slices.Sort(scores)
	q := max(0, atLevel(scores, level))
	return q * below, q * above
}

// atLevel is the conformal quantile of sorted scores.
func atLevel(sorted []float64, level float64) float64 {
	rank := int(math.Ceil(level * float64(len(sorted)+1)))
	return sorted[max(1, min(rank, len(sorted)))-1]
}

// Steps of the adaptation, and between which levels it may move.
const (
	adaptation          = 0.03
	lowLevel, highLevel = 0.7, 0.97
)

// adapted is the level that bands must be given to hold Level of what comes,
// found by going through the scores in their order: after a value outside its band the
// next are made wider, after one inside a little narrower (adaptive conformal
// inference, Gibbs and Candès, "Adaptive Conformal Inference Under Distribution
// Shift", NeurIPS 2021). A band is judged when its day has come, horizon days later.
func adapted(scores []float64, horizon int) float64 {
	level := Level
	var known []float64
	for k, score := range scores {
		if k >= horizon {
			at, _ := slices.BinarySearch(known, scores[k-horizon])
			known = slices.Insert(known, at, scores[k-horizon])
		}
		if len(known) < fewest {
			continue
		}
		if score > atLevel(known, level) {
			level += adaptation * Level
		} else {
			level -= adaptation * (1 - Level)
		}
		level = min(max(level, lowLevel), highLevel)
	}
	return level
}

// quantile is the linear interpolation between order statistics (type 7 of
// Hyndman and Fan 1996).
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
