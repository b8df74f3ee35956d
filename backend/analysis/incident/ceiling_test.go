package incident

import (
	"math/rand/v2"
	"testing"
)

// TestCeilingHidesNoLink weighs every pair that the ceiling holds to be two
// matters, with the default weights and with weights as far from them as
// learning may move them. Pairs of one block and day come near the threshold.
func TestCeilingHidesNoLink(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 5))
	reports := buildCity(77, 20, 300, 120).reports
	for i := range reports {
		if r.IntN(8) == 0 {
			reports[i].Photo = 1 << 40 >> r.IntN(3)
		}
		if r.IntN(4) == 0 {
			reports[i].Guess = reports[r.IntN(len(reports))].Category
		}
	}
	models := []*Model{Default()}
	for range 4 {
		m := Default()
		for i := range m.Weights {
			m.Weights[i] += maxShift * (2*r.Float64() - 1)
		}
		m.Threshold = maxThresholdShift * (2*r.Float64() - 1)
		models = append(models, m)
	}
	for k, m := range models {
		fs, top := featuresOf(m, reports), m.ceiling()
		below, joined := 0, 0
		for i := range fs {
			for j := max(0, i-150); j < i; j++ {
				score := m.Score(&fs[i], &fs[j])
				if score >= 0 {
					joined++
				}
				if top.below(&fs[i], &fs[j].prepared) {
					below++
					if score >= 0 {
						t.Fatalf("model %d: %s and %s score %.3f and are held to be below", k, fs[i].Key, fs[j].Key, score)
					}
				}
			}
		}
		if joined < 100 || below < 10*joined {
			t.Errorf("model %d: %d pairs below, %d joined: nothing was tested", k, below, joined)
		}
	}
}
