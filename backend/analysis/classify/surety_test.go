package classify

import (
	"math"
	"math/rand/v2"
	"testing"
)

// lying makes n texts' decision values over four labels and whether the answer
// is right, by a known curve: the third label's answers are right less often
// than their values tell.
func lying(n int, truth surety) (at []position, right []bool) {
	r := rand.New(rand.NewPCG(7, 7))
	p := make([]float64, 4)
	for range n {
		values := []float32{0, 0, 0, 0}
		for c := range values {
			values[c] = float32(r.NormFloat64()*0.5 - 0.7)
		}
		x := positionOf(values, 60, 3, p)
		at, right = append(at, x), append(right, r.Float64() < truth.confidence(&x))
	}
	return at, right
}

func TestSuretyFindsTheCurve(t *testing.T) {
	t.Parallel()
	truth := plainSurety(4)
	truth.weights[0], truth.weights[1], truth.weights[3] = 0.4, 0.6, 0.5
	truth.first[2], truth.second[1] = -1.5, -0.8
	at, right := lying(20000, truth)
	got := fitSurety(4, at, right)
	worst, plain := 0.0, 0.0
	before := plainSurety(4)
	for i := range at {
		want := truth.confidence(&at[i])
		worst = max(worst, math.Abs(got.confidence(&at[i])-want))
		plain = max(plain, math.Abs(before.confidence(&at[i])-want))
	}
	if worst > 0.08 || plain < 0.3 {
		t.Errorf("off by up to %.3f, a plain one by %.3f", worst, plain)
	}
	if gap := got.first[2] - got.first[0]; math.Abs(gap+1.5) > 0.2 {
		t.Errorf("the third label is shifted by %.2f against the first, want -1.5", gap)
	}
}

func TestSuretyOfFewOrFaultlessRowsStaysNear(t *testing.T) {
	t.Parallel()
	at, right := lying(50, plainSurety(4))
	for i := range right {
		right[i] = true
	}
	s := fitSurety(4, at, right)
	for i := range at {
		if got := s.confidence(&at[i]); math.IsNaN(got) || got < 0.5 || got >= 1 {
			t.Errorf("%d: %g of a set without an error", i, got)
		}
	}
	if none := fitSurety(4, nil, nil); none.weights != plainSurety(4).weights {
		t.Errorf("no row at all gives %+v", none)
	}
}
