package classify

import (
	"slices"
	"testing"
)

// TestCommittee: the mean of the members' weights is the mean of their scores.
func TestCommittee(t *testing.T) {
	t.Parallel()
	member := func(of float32) *weights {
		return &weights{labels: 2, rows: []float32{of, -of, 2 * of, 1}, bias: []float32{of, 0}}
	}
	x := vector{at: []uint32{0, 1}, value: []float32{0.5, 0.25}}
	want, got := make([]float32, 2), make([]float32, 2)
	for _, of := range []float32{1, 2, 6} {
		member(of).scores(x, got)
		for i, v := range got {
			want[i] += v / 3
		}
	}
	committee([]*weights{member(1), member(2), member(6)}).scores(x, got)
	if !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}
