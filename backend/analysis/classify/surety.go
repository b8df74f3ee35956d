package classify

import "math"

// surety turns the decision values of a text into the share of such answers
// that are right: a logistic curve (Platt 1999) over the log odds of the most
// likely label and over how the values lie, with a shift for the label that won
// and one for the label that came second. Some labels are mistaken for each
// other more often than the values tell, and where two matters are in one text
// both values are high: the log odds alone rank such answers too far up. The
// shifts are drawn towards none, so that a label of few rows keeps the common
// curve (partial pooling: Gelman and Hill 2007, ch. 12; by a ridge penalty:
// le Cessie and van Houwelingen 1992).
type surety struct {
	weights [signs]float64
	first   []float64 // of the label that won
	second  []float64 // of the label that came second
}

// signs is how many numbers describe how the values lie; the first is always 1
// and the second the log odds, the last how long the text is: in a long one a
// high value may stand on many words that say little each, or on a second matter.
const signs = 10

// plainSurety leaves the probability as it is.
func plainSurety(labels int) surety {
	s := surety{first: make([]float64, labels), second: make([]float64, labels)}
	s.weights[1] = 1
	return s
}

// position is how the decision values of one text lie.
type position struct {
	best, second int
	signs        [signs]float64
}

// positionOf works p out, the probabilities at the temperature; features is how
// many the model knows of the text.
func positionOf(values []float32, features int, temperature float64, p []float64) position {
	best, second := softmax(values, temperature, p)
	third, sum := math.Inf(-1), 0.0
	for c, v := range values {
		sum += float64(v)
		if c != best && c != second {
			third = max(third, float64(v))
		}
	}
	a, b := float64(values[best]), float64(values[second])
	if len(values) == 2 {
		third = b
	}
	mean := 10 * sum / float64(len(values)) // as wide as the others
	return position{best, second, [signs]float64{1, logOdds(p[best]), a - b, a, b, third, mean, bent(a), bent(b), math.Log(float64(1+features)) - usualLength}}
}

// usualLength is the logarithm of the number of features of a short complaint.
const usualLength = 4

// bent is a parabola that goes on straight beyond ±1, so that a value that no
// held-out row had does not bring the curve down again.
func bent(x float64) float64 {
	if x = math.Abs(x); x > 1 {
		return 2*x - 1
	}
	return x * x
}

// confidence is the curve's value for a text.
func (s *surety) confidence(x *position) float64 {
	z := s.first[x.best] + s.second[x.second]
	for i, w := range s.weights {
		z += w * x.signs[i]
	}
	return 1 / (1 + math.Exp(-z))
}

// logOdds bends a little at the ends: no probability is 0 or 1.
func logOdds(p float64) float64 { return math.Log((p + 1e-3) / (1 - p + 1e-3)) }

// Pulls towards a plain surety, in held-out rows of evidence: chosen on
// held-out rows of real complaints, where twice or half changes little.
const (
	pullWeight = 1.0
	pullShift  = 5.0
	fitRounds  = 100
)

// fitSurety fits the curve to whether held-out answers were right, with Platt's
// targets a little inside 0 and 1. Newton's method goes in turn over the
// weights, the first labels' shifts and the second labels' (these do not touch
// each other, so that a thousand labels cost no more than ten).
func fitSurety(labels int, at []position, right []bool) surety {
	good := 0.0
	for _, r := range right {
		if r {
			good++
		}
	}
	f := suretyFit{surety: plainSurety(labels), at: at, target: make([]float64, len(at))}
	high, low := (good+1)/(good+2), 1/(float64(len(right))-good+2)
	for i, r := range right {
		if f.target[i] = low; r {
			f.target[i] = high
		}
	}
	before := f.loss()
	for range fitRounds {
		moved := f.moveWeights()
		moved += f.moveShifts(f.first, func(x *position) int { return x.best })
		moved += f.moveShifts(f.second, func(x *position) int { return x.second })
		if !(moved > 1e-3) {
			break
		}
	}
	if !(f.loss() <= before) {
		return plainSurety(labels) // also where a number is none any more
	}
	return f.surety
}

// suretyFit is a curve on its way to the rows.
type suretyFit struct {
	surety
	at     []position
	target []float64
}

// loss is the cross entropy and the pulls.
func (f *suretyFit) loss() float64 {
	sum := 0.0
	for i, w := range f.weights {
		sum += pullWeight / 2 * square(w-plainWeight(i))
	}
	for c := range f.first {
		sum += pullShift / 2 * (square(f.first[c]) + square(f.second[c]))
	}
	for i := range f.at {
		q := min(1-1e-12, max(1e-12, f.confidence(&f.at[i])))
		sum -= f.target[i]*math.Log(q) + (1-f.target[i])*math.Log(1-q)
	}
	return sum
}

func square(x float64) float64 { return x * x }

func plainWeight(sign int) float64 {
	if sign == 1 {
		return 1
	}
	return 0
}

// moveWeights takes one Newton step and returns its length.
func (f *suretyFit) moveWeights() float64 {
	var h [signs][signs + 1]float64 // the second derivatives, then the first
	for a := range signs {
		h[a][a], h[a][signs] = pullWeight, pullWeight*(f.weights[a]-plainWeight(a))
	}
	for i := range f.at {
		x := &f.at[i]
		q := f.confidence(x)
		e, v := q-f.target[i], q*(1-q)
		for a := range signs {
			s, row := x.signs[a], &h[a] //nolint:gosec // a lies below signs, the length of both
			row[signs] += e * s
			for b := range a + 1 {
				row[b] += v * s * x.signs[b]
			}
		}
	}
	for a := range signs {
		for b := range a {
			h[b][a] = h[a][b]
		}
	}
	moved := 0.0
	for a, by := range solved(&h) {
		f.weights[a] -= by
		moved += math.Abs(by)
	}
	return moved
}

// solved is the solution of a positive definite system by Gauss and Jordan's
// elimination, the right side in the last column.
func solved(h *[signs][signs + 1]float64) (x [signs]float64) {
	for a := range h {
		for b := signs; b >= a; b-- {
			h[a][b] /= h[a][a]
		}
		for c := range h {
			if c == a {
				continue
			}
			for b := signs; b >= a; b-- {
				h[c][b] -= h[c][a] * h[a][b]
			}
		}
	}
	for a := range h {
		x[a] = h[a][signs]
	}
	return x
}

// moveShifts takes one Newton step on each label's shift and returns the
// longest.
func (f *suretyFit) moveShifts(shifts []float64, label func(*position) int) float64 {
	slope, bend := make([]float64, len(shifts)), make([]float64, len(shifts))
	for c, s := range shifts {
		slope[c], bend[c] = pullShift*s, pullShift
	}
	for i := range f.at {
		x := &f.at[i]
		q, c := f.confidence(x), label(x)
		slope[c] += q - f.target[i]
		bend[c] += q * (1 - q)
	}
	moved := 0.0
	for c := range shifts {
		by := slope[c] / bend[c]
		shifts[c] -= by
		moved = max(moved, math.Abs(by))
	}
	return moved
}
