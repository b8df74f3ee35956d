package effect

import (
	"math"
	"testing"
)

// TestTheChartSaysWhatTheWordsSay: over the measured days the line of what would
// have come has the mean that is told in words, and lies within its own band.
func TestTheChartSaysWhatTheWordsSay(t *testing.T) {
	t.Parallel()
	s := simulate(80, 500)
	var concluded, alone int
	for i, c := range s.cases(24, 440, 3, 28, 0.7, false) {
		if i%3 == 2 { // without areas that are like it
			c.Units, c.Acted, c.Touched = c.Units[c.Acted:c.Acted+1], 0, nil
		}
		if i%3 == 1 { // how many stand, growing as backlogs do
			c.Kind = Stock
			for u := range c.Units {
				c.Units[u].Values = standing(c.Units[u].Values)
			}
		}
		r := Measure(c)
		if math.IsNaN(r.Expected) || r.High == 0 {
			continue
		}
		concluded++
		if r.Alone {
			alone++
		}
		if told, drawn := r.Expected, c.foreseen(r.Points)*c.times(r.Measured); math.Abs(told-drawn) > 1e-6*max(1, told) {
			t.Errorf("case %d, kind %d: told %.2f, drawn %.2f", i, c.Kind, told, drawn)
		}
		for _, p := range r.Points {
			if p.Day > c.Done && !(p.Low <= p.Expected && p.Expected <= p.High) {
				t.Errorf("case %d, kind %d, day %d: %.2f stands outside of its band, %.2f to %.2f", i, c.Kind, p.Day, p.Expected, p.Low, p.High)
				break
			}
		}
	}
	if concluded < 12 || alone == 0 || alone == concluded {
		t.Errorf("%d cases concluded, %d of them alone: the test has too little to look at", concluded, alone)
	}
}

// standing is a backlog of what comes in and is taken up too slowly.
func standing(arrived []float64) []float64 {
	out, stock := make([]float64, len(arrived)), 0.0
	for d, v := range arrived {
		stock += v - 0.02*stock
		out[d] = stock
	}
	return out
}
