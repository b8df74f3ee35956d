package shrink

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: got %.5f, want %.5f ± %g", what, got, want, within)
	}
}

// TestGammaOnTheInsuranceClaims: Efron and Hastie (2016), Table 6.1: claims of
// 9461 policies of a European insurer, and the gamma's maximum likelihood.
func TestGammaOnTheInsuranceClaims(t *testing.T) {
	t.Parallel()
	var peers []Count
	for claims, policies := range []int{7840, 1317, 239, 42, 14, 4, 4, 1} {
		for range policies {
			peers = append(peers, Count{K: float64(claims), N: 1})
		}
	}
	g, ok := FitGamma(peers)
	if !ok {
		t.Fatal("no fit")
	}
	near(t, "shape", g.Shape, 0.70, 0.01)
	near(t, "scale", 1/g.Rate, 0.31, 0.01)
	for claims, want := range []float64{0.164, 0.398, 0.633, 0.87, 1.10, 1.34, 1.57} {
		near(t, "expected claims next year", g.Level(Count{K: float64(claims), N: 1}).Mean, want, 0.006)
	}
}

// TestBetaOnTheFamiliesOfSaxony: boys among the first 12 children of 6115
// families (Geissler 1889; Lindsey and Altham, J. R. Stat. Soc. C 47 (1998)
// 149–157): the beta-binomial's maximum likelihood is 34.096, 31.572.
func TestBetaOnTheFamiliesOfSaxony(t *testing.T) {
	t.Parallel()
	var peers []Count
	for boys, families := range []int{3, 24, 104, 286, 670, 1033, 1343, 1112, 829, 478, 181, 45, 7} {
		for range families {
			peers = append(peers, Count{K: float64(boys), N: 12})
		}
	}
	b, ok := FitBeta(peers)
	if !ok {
		t.Fatal("no fit")
	}
	near(t, "α", b.A, 34.09558, 0.05)
	near(t, "β", b.B, 31.5715, 0.05)
}

// TestPoolOnTheBCGTrials: 13 trials of BCG vaccine (Colditz et al., JAMA 271
// (1994) 698–702); DerSimonian and Laird give τ² 0.3088, log risk ratio −0.7141
// (0.1787), as printed by the metafor package (Viechtbauer, J. Stat. Softw. 36
// (2010) 3).
func TestPoolOnTheBCGTrials(t *testing.T) {
	t.Parallel()
	var cases []Case
	for _, r := range [][4]float64{
		{4, 119, 11, 128}, {6, 300, 29, 274}, {3, 228, 11, 209}, {62, 13536, 248, 12619}, {33, 5036, 47, 5761}, {180, 1361, 372, 1079}, {8, 2537, 10, 619},
		{505, 87886, 499, 87892}, {29, 7470, 45, 7232}, {17, 1699, 65, 1600}, {186, 50448, 141, 27197}, {5, 2493, 3, 2338}, {27, 16886, 29, 17825},
	} {
		n, m := r[0]+r[1], r[2]+r[3]
		cases = append(cases, Case{math.Log(r[0] / n * m / r[2]), math.Sqrt(1/r[0] - 1/n + 1/r[2] - 1/m)})
	}
	p, ok := Pool(cases)
	if !ok {
		t.Fatal("nothing pooled")
	}
	near(t, "τ²", p.Between, 0.3088, 0.0002)
	near(t, "log risk ratio", p.Mean, -0.7141, 0.0001)
	near(t, "error", p.Error, 0.1787, 0.0001)
	few, _ := Pool(cases[:1])
	drawn := few.Towards(p)
	if drawn.Mean <= min(few.Mean, p.Mean) || drawn.Mean >= max(few.Mean, p.Mean) || drawn.Error >= few.Error {
		t.Errorf("one case %+v drawn to all %+v is %+v", few, p, drawn)
	}
}

// TestIntervalsAreThoseOfTheTables: Beta(1, 1) and Gamma(1, 1) have quantiles
// in closed form; Beta(2, 3) at 0.5 is 11/16.
func TestIntervalsAreThoseOfTheTables(t *testing.T) {
	t.Parallel()
	e := Beta{1, 1}.Share(Count{})
	near(t, "uniform low", e.Low, 0.1, 1e-9)
	near(t, "uniform high", e.High, 0.9, 1e-9)
	near(t, "uniform sd", e.SD, math.Sqrt(1.0/12), 1e-12)
	near(t, "Beta(2,3)", betaBelow(0.5, 2, 3), 11.0/16, 1e-12)
	g := Gamma{1, 1}.Level(Count{})
	near(t, "exponential low", g.Low, -math.Log(0.9), 1e-9)
	near(t, "exponential high", g.High, -math.Log(0.1), 1e-9)
	near(t, "Erlang(3) below 5", gammaBelow(5, 3), 1-math.Exp(-5)*(1+5+12.5), 1e-12)
	near(t, "Erlang(3) below 1", gammaBelow(1, 3), 1-math.Exp(-1)*(1+1+0.5), 1e-12)
}

// TestZeroOfNothingIsNotZeroOfMany: what the city index rests on.
func TestZeroOfNothingIsNotZeroOfMany(t *testing.T) {
	t.Parallel()
	prior, ok := FitBeta([]Count{{8, 20}, {3, 30}, {12, 25}, {1, 18}, {9, 40}, {6, 11}})
	if !ok {
		t.Fatal("no fit")
	}
	none, many := prior.Share(Count{0, 0}), prior.Share(Count{0, 50})
	if many.Mean > 0.1 || many.High > 0.15 {
		t.Errorf("none late of 50 is %+v", many)
	}
	if none.Mean < 0.15 || none.High-none.Low < 3*(many.High-many.Low) {
		t.Errorf("none late of none is %+v, of 50 %+v", none, many)
	}
	for _, peers := range [][]Count{nil, {{0, 0}}, {{0, 5}}, {{0, 5}, {0, 9}}, {{5, 5}, {9, 9}}} {
		b, _ := FitBeta(peers)
		g, _ := FitGamma(peers)
		for _, e := range []Estimate{b.Share(Count{}), b.Share(Count{3, 4}), g.Level(Count{0, 7})} {
			if math.IsNaN(e.Mean) || e.Low < 0 || e.Low > e.High || math.IsInf(e.High, 0) {
				t.Errorf("peers %v give %+v", peers, e)
			}
		}
	}
}
