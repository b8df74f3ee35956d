package classify

import (
	"cmp"
	"math"
	"slices"
)

// softmax sets p to the probabilities of the decision values at a temperature
// (as a factor: larger is surer) and returns the two largest labels, the lower
// one where equal.
func softmax(values []float32, temperature float64, p []float64) (best, second int) {
	second = -1
	for c, v := range values {
		switch {
		case v > values[best]:
			best, second = c, best
		case c != best && (second < 0 || v > values[second]):
			second = c
		}
	}
	sum := 0.0
	for c, v := range values {
		p[c] = math.Exp(temperature * float64(v-values[best]))
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
	return best, second
}

// uncalibrated is the temperature of a model that no held-out row has judged.
const uncalibrated = 2.0

// fitTemperature finds the factor on the decision values that makes held-out
// labels most likely, by golden section over its logarithm: the loss is convex
// in the factor.
func fitTemperature(values [][]float32, labels []int) float64 {
	loss := func(logT float64) float64 { return logLoss(values, labels, math.Exp(logT)) }
	const golden = 0.6180339887498949
	lo, hi := math.Log(0.2), math.Log(20.0)
	a, b := hi-golden*(hi-lo), lo+golden*(hi-lo)
	la, lb := loss(a), loss(b)
	for hi-lo > 0.01 {
		if la < lb {
			hi, b, lb = b, a, la
			a = hi - golden*(hi-lo)
			la = loss(a)
		} else {
			lo, a, la = a, b, lb
			b = lo + golden*(hi-lo)
			lb = loss(b)
		}
	}
	return math.Exp((lo + hi) / 2)
}

// logLoss is how unlikely the labels are at a temperature: the sum of the
// negative logarithms of their probabilities.
func logLoss(values [][]float32, labels []int, temperature float64) (sum float64) {
	for i, v := range values {
		top, z := slices.Max(v), 0.0
		for _, x := range v {
			z += math.Exp(temperature * float64(x-top))
		}
		sum += math.Log(z) - temperature*float64(v[labels[i]]-top)
	}
	return sum
}

// Scores say how good predictions were on rows whose label is known.
type Scores struct {
	Rows     int     `json:"rows"`
	Accuracy float64 `json:"accuracy"`
	// MacroF1 is the mean over the labels that occur of the harmonic mean of
	// precision and recall.
	MacroF1 float64 `json:"macro_f1"`
	// ECE is the expected calibration error: how far confidence and share of
	// right answers lie apart, in 15 equal bins of confidence, weighed by their
	// rows (Naeini, Cooper, Hauskrecht 2015).
	ECE float64 `json:"ece"`
	// SurestHalf is the share of right answers among the surer half.
	SurestHalf float64 `json:"surest_half"`
	// Threshold is the confidence from which an answer is taken without a
	// person's look; 2 means none is. Above is the share of rows from there on.
	Threshold float64               `json:"threshold"`
	Above     float64               `json:"above"`
	ByLabel   map[string]LabelScore `json:"by_label"`
}

// LabelScore counts one label's rows: how many bear it, how many were given
// it, and how many of these rightly.
type LabelScore struct {
	Rows  int `json:"rows"`
	Given int `json:"given"`
	Right int `json:"right"`
}

// F1 is the harmonic mean of precision and recall.
func (s LabelScore) F1() float64 {
	if s.Right == 0 {
		return 0
	}
	return 2 * float64(s.Right) / float64(s.Rows+s.Given)
}

// scoring gathers judged predictions.
type scoring struct {
	judged []judged
	labels map[string]*LabelScore
}

type judged struct {
	confidence float64
	right      bool
}

func (s *scoring) add(truth string, g Guess) {
	if s.labels == nil {
		s.labels = map[string]*LabelScore{}
	}
	s.judged = append(s.judged, judged{g.Confidence, truth == g.Label})
	t, got := s.label(truth), s.label(g.Label)
	t.Rows++
	got.Given++
	if truth == g.Label {
		t.Right++
	}
}

func (s *scoring) label(name string) *LabelScore {
	l := s.labels[name]
	if l == nil {
		l = &LabelScore{}
		s.labels[name] = l
	}
	return l
}

func (s *scoring) scores() Scores {
	out := Scores{Rows: len(s.judged), ByLabel: map[string]LabelScore{}}
	if out.Rows == 0 {
		return out
	}
	right, present := 0, 0
	names := make([]string, 0, len(s.labels))
	for name := range s.labels {
		names = append(names, name)
	}
	slices.Sort(names) // sums of fractions depend on their order
	for _, name := range names {
		l := *s.labels[name]
		right += l.Right
		out.ByLabel[name] = l
		if l.Rows > 0 {
			present++
			out.MacroF1 += l.F1()
		}
	}
	out.Accuracy = float64(right) / float64(out.Rows)
	out.MacroF1 /= float64(present)
	s.sort()
	half, halfRight := s.judged[:(len(s.judged)+1)/2], 0
	for _, j := range half {
		if j.right {
			halfRight++
		}
	}
	out.SurestHalf = float64(halfRight) / float64(len(half))
	out.ECE = s.ece()
	return out
}

// sort puts the surest first; what is equally sure with the wrong first, so
// that no score depends on the rows' order.
func (s *scoring) sort() {
	wrongFirst := func(right bool) int {
		if right {
			return 1
		}
		return 0
	}
	slices.SortFunc(s.judged, func(a, b judged) int {
		return cmp.Or(cmp.Compare(b.confidence, a.confidence), cmp.Compare(wrongFirst(a.right), wrongFirst(b.right)))
	})
}

func (s *scoring) ece() float64 {
	const bins = 15
	var sum, right [bins]float64
	for _, j := range s.judged {
		b := min(bins-1, int(j.confidence*bins))
		sum[b] += j.confidence
		if j.right {
			right[b]++
		}
	}
	total := 0.0
	for b := range bins {
		total += math.Abs(sum[b] - right[b])
	}
	return total / float64(len(s.judged))
}

// never is a threshold that no confidence reaches.
const never = 2.0

// threshold is the lowest confidence from which on the share of right answers
// reaches the target by the lower end of its one-sided 95 % interval (Wilson
// 1927), so that a lucky handful does not set it.
func (s *scoring) threshold(target float64) float64 {
	if len(s.judged) < minCalibration {
		return never
	}
	s.sort()
	best, right := never, 0
	for i, j := range s.judged {
		if j.right {
			right++
		}
		last := i+1 == len(s.judged) || s.judged[i+1].confidence < j.confidence
		if last && wilsonLower(right, i+1) >= target {
			best = j.confidence
		}
	}
	return best
}

func (s *scoring) above(threshold float64) float64 {
	n := 0
	for _, j := range s.judged {
		if j.confidence >= threshold {
			n++
		}
	}
	return float64(n) / float64(max(1, len(s.judged)))
}

func wilsonLower(right, n int) float64 {
	const z = 1.6448536269514722
	p, m := float64(right)/float64(n), float64(n)
	return (p + z*z/(2*m) - z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))) / (1 + z*z/m)
}
