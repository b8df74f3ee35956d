package classify

import (
	"math"
	"testing"
)

// TestBayesEqualsTheTextbook works Example 13.1 of Manning, Raghavan, Schütze
// 2008: three documents about China, one about Japan; with a prior of 1,
// P(Chinese|c) = 3/7, P(Tokyo|c) = P(Japan|c) = 1/14, P(each|not c) = 2/9.
func TestBayesEqualsTheTextbook(t *testing.T) {
	t.Parallel()
	const chinese, beijing, shanghai, macao, tokyo, japan = 0, 1, 2, 3, 4, 5
	p := &problem{
		rows: []vector{
			{at: []uint32{chinese, beijing}, value: []float32{2, 1}},
			{at: []uint32{chinese, shanghai}, value: []float32{2, 1}},
			{at: []uint32{chinese, macao}, value: []float32{1, 1}},
			{at: []uint32{chinese, tokyo, japan}, value: []float32{1, 1, 1}},
			{at: []uint32{tokyo, macao}, value: []float32{9, 9}}, // not in use
		},
		label: []int{0, 0, 0, 1, 0}, cost: []float32{1, 1, 1, 1, 0}, features: 6, labels: 2,
	}
	w := bayes(p, func(int) float32 { return 1 }, 1)
	for _, c := range []struct {
		feature    int
		yes, other float64
	}{{chinese, 3.0 / 7, 2.0 / 9}, {tokyo, 1.0 / 14, 2.0 / 9}, {japan, 1.0 / 14, 2.0 / 9}, {macao, 1.0 / 7, 1.0 / 9}} {
		got, want := float64(w.rows[2*c.feature]-w.rows[2*c.feature+1]), math.Log(c.yes/c.other)
		if math.Abs(got-want) > 1e-5 {
			t.Errorf("feature %d: log ratio %.4f, want %.4f", c.feature, got, want)
		}
		if sum := w.rows[2*c.feature] + w.rows[2*c.feature+1]; math.Abs(float64(sum)) > 1e-5 {
			t.Errorf("feature %d: sum %.4f, want 0", c.feature, sum)
		}
	}
}
