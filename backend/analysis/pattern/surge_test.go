package pattern

import (
	"math"
	"testing"
)

// Poisson tails from published tables: mean 2, P(X ≥ 5) = 0.0527; mean 5,
// P(X ≥ 10) = 0.0318; mean 0.5, P(X ≥ 3) = 0.0144.
func TestPoissonTailAgreesWithTables(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		k    int
		mean float64
		want float64
	}{{5, 2, 0.0527}, {10, 5, 0.0318}, {3, 0.5, 0.0144}, {0, 3, 1}} {
		if got := PoissonAtLeast(c.k, c.mean); math.Abs(got-c.want) > 5e-5 {
			t.Errorf("P(X >= %d | %g) = %.4f, want %.4f", c.k, c.mean, got, c.want)
		}
	}
}

func TestSurgeNeedsManyMoreThanUsual(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		w    Window
		want bool
	}{
		{"quiet place, five voices in three hours", Window{Recent: 5, Past: 2, PastWindows: 224}, true},
		{"quiet place, two voices", Window{Recent: 2, Past: 0, PastWindows: 224}, false},
		{"busy place as usual", Window{Recent: 9, Past: 1400, PastWindows: 224}, false},
		{"busy place, three times as many", Window{Recent: 22, Past: 1400, PastWindows: 224}, true},
		{"no history at all", Window{Recent: 4, Past: 0, PastWindows: 0}, false},
	} {
		if _, got := Surge(c.w); got != c.want {
			t.Errorf("%s: surge %v, want %v", c.name, got, c.want)
		}
	}
}
