package effect

import "testing"

// BenchmarkMeasure59x400 measures one action in a city of 59 kelurahan with 400
// days.
func BenchmarkMeasure59x400(b *testing.B) {
	s := simulate(7, 400)
	one := s.cases(1, 370, 3, 28, 0.7, true)[0]
	for b.Loop() {
		Measure(one)
	}
}
