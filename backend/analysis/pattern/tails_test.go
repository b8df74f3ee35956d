package pattern

import (
	"math"
	"testing"
)

// Against tables: chi-square 5 % points (df 1: 3.841, df 10: 18.307, df 30:
// 43.773; Abramowitz and Stegun, table 26.8), binomial P(X ≥ 8 | 10, 0.5) =
// 56/1024, and sums written out.
func TestTailsAgreeWithTables(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ x, df float64 }{{3.8415, 1}, {18.307, 10}, {43.773, 30}} {
		if got := ChiSquareAtLeast(c.x, c.df); !near(got, 0.05, 2e-5) {
			t.Errorf("chi-square %g, df %g: %g", c.x, c.df, got)
		}
		if got := ChiSquareAtMost(c.x, c.df); !near(got, 0.95, 2e-5) {
			t.Errorf("chi-square %g, df %g: %g below", c.x, c.df, got)
		}
	}
	if got := BinomialAtLeast(8, 10, 0.5); !near(got, 56.0/1024, 1e-12) {
		t.Errorf("binomial: %g", got)
	}
	if BinomialAtLeast(0, 5, 0.1) != 1 || BinomialAtLeast(6, 5, 0.1) != 0 {
		t.Error("binomial at its ends")
	}
}

func TestCountTailsEqualTheirSums(t *testing.T) {
	t.Parallel()
	for _, mu := range []float64{0.3, 4, 37} {
		for _, phi := range []float64{1, 1.5, 6} {
			below := 0.0
			for k := range 120 {
				if got := CountAtLeast(k, mu, phi); !near(got, 1-below, 1e-9) {
					t.Fatalf("P(X >= %d), mean %g, dispersion %g: %g, want %g", k, mu, phi, got, 1-below)
				}
				below += massOf(k, mu, phi)
				if got := CountAtMost(k, mu, phi); !near(got, below, 1e-9) {
					t.Fatalf("P(X <= %d), mean %g, dispersion %g: %g, want %g", k, mu, phi, got, below)
				}
			}
		}
	}
	if got := PoissonAtLeast(200, 20); got < 1e-140 || got > 1e-120 {
		t.Errorf("a far tail: %g", got)
	}
	if CountAtLeast(3, 0, 1) != 0 || CountAtMost(-1, 2, 1) != 0 || CountAtMost(0, 0, 1) != 1 {
		t.Error("counts at their ends")
	}
}

// massOf is P(X = k) from the textbook formulas.
func massOf(k int, mu, phi float64) float64 {
	lk, _ := math.Lgamma(float64(k) + 1)
	if phi == 1 {
		return math.Exp(float64(k)*math.Log(mu) - mu - lk)
	}
	r := mu / (phi - 1)
	la, _ := math.Lgamma(float64(k) + r)
	lr, _ := math.Lgamma(r)
	return math.Exp(la - lr - lk + r*math.Log(1/phi) + float64(k)*math.Log(1-1/phi))
}

// The tail of a standardised exponential (skewness 2): P(Z > z) = e^{−(1+z)}.
func TestSkewedTailIsExponentialAtSkewnessTwo(t *testing.T) {
	t.Parallel()
	for _, z := range []float64{-0.5, 0, 1, 4} {
		if got, want := skewedAbove(z, 2), math.Exp(-(1 + z)); !near(got, want, 1e-12) {
			t.Errorf("z %g: %g, want %g", z, got, want)
		}
		if got, want := skewedAbove(-z, -2), 1-math.Exp(-(1+z)); !near(got, want, 1e-12) {
			t.Errorf("mirrored, z %g: %g, want %g", z, got, want)
		}
	}
	if got := skewedAbove(1.96, 0); !near(got, 0.025, 1e-4) {
		t.Errorf("no skewness: %g", got)
	}
	if got := skewedAbove(1.96, 0.001); !near(got, 0.025, 1e-4) {
		t.Errorf("hardly any skewness: %g", got)
	}
}
