package deadline

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Weeks of remission of 21 children with acute leukaemia given
// 6-mercaptopurine, + where the child was still in remission (E. J. Freireich
// et al., Blood 21 (1963) 699–716; reprinted in D. R. Cox, D. Oakes, Analysis
// of Survival Data, 1984, and in D. G. Kleinbaum, M. Klein, Survival Analysis,
// whose table 2.1 gives the estimates below).
func TestKaplanMeierOnTheRemissionData(t *testing.T) {
	t.Parallel()
	var obs []Observation
	for _, w := range []float64{23, 6, 13, 7, 22, 6, 16, 6, 10} { // in no order
		obs = append(obs, Observation{w, true})
	}
	for _, w := range []float64{35, 6, 9, 10, 11, 34, 17, 19, 20, 25, 32, 32} {
		obs = append(obs, Observation{w, false})
	}
	c := KaplanMeier(obs)
	if diff := cmp.Diff([]float64{6, 7, 10, 13, 16, 22, 23}, c.Times); diff != "" {
		t.Errorf("times: %s", diff)
	}
	if diff := cmp.Diff([]int{21, 17, 15, 12, 11, 7, 6}, c.AtRisk); diff != "" {
		t.Errorf("at risk: %s", diff)
	}
	if diff := cmp.Diff([]int{3, 1, 1, 1, 1, 1, 1}, c.Ended); diff != "" {
		t.Errorf("ended: %s", diff)
	}
	for i, want := range []float64{0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482} {
		if math.Abs(c.Survival[i]-want) > 5e-5 {
			t.Errorf("S(%g) = %.4f, published %.4f", c.Times[i], c.Survival[i], want)
		}
	}
	for at, want := range map[float64]float64{0: 1, 5.9: 1, 6: 0.8571, 9.5: 0.8067, 22.5: 0.5378, 35: 0.4482, 99: 0.4482} {
		if got := c.At(at); math.Abs(got-want) > 5e-5 {
			t.Errorf("At(%g) = %.4f, want %.4f", at, got, want)
		}
	}
	if got := KaplanMeier(nil).At(3); got != 1 {
		t.Errorf("without data: %g", got)
	}
}

// Where only one cell has data, every level sees the same reports, so the
// shrinkage changes nothing and the model is Kaplan–Meier.
func TestModelOfOneCellIsKaplanMeier(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var cases []Case
	var obs []Observation
	for range 400 {
		quarters := 1 + r.IntN(300)
		done := r.IntN(4) > 0
		cases = append(cases, Case{"DLH", "sampah", time.Duration(quarters) * grain, done})
		obs = append(obs, Observation{float64(quarters), done})
	}
	m, km := Learn(cases), KaplanMeier(obs)
	for q := 0; q < 290; q += 7 {
		age, may := time.Duration(q)*grain, time.Duration(q+10)*grain
		want := min(max(km.At(float64(q+10))/km.At(float64(q)), 0.01), 0.99)
		if got := m.Miss("DLH", "sampah", age, may).Probability; math.Abs(got-want) > 1e-6 {
			t.Errorf("at age %s: %.4f, Kaplan–Meier %.4f", age, got, want)
		}
	}
}

func TestThinCellsLeanOnWhatIsAboveThem(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	var cases []Case
	add := func(n int, office, category string, mean time.Duration) {
		for range n {
			cases = append(cases, Case{office, category, time.Duration(r.ExpFloat64() * float64(mean)), true})
		}
	}
	day := 24 * time.Hour
	add(800, "DLH", "sampah", day)            // fast
	add(800, "Kec. Palaran", "sampah", 4*day) // slow
	add(3, "Kec. Sambutan", "sampah", 10*day) // thin
	m := Learn(cases)
	p := func(office, category string) float64 { return m.Miss(office, category, 0, 2*day).Probability }
	if got, want := p("DLH", "sampah"), math.Exp(-2); math.Abs(got-want) > 0.05 {
		t.Errorf("a full cell: %.3f, truth %.3f", got, want)
	}
	if got, want := p("Kec. Palaran", "sampah"), math.Exp(-0.5); math.Abs(got-want) > 0.06 {
		t.Errorf("a full slow cell: %.3f, truth %.3f", got, want)
	}
	above := (math.Exp(-2) + math.Exp(-0.5)) / 2
	if got := p("Kec. Sambutan", "sampah"); math.Abs(got-above) > 0.12 {
		t.Errorf("a thin cell: %.3f, the category has %.3f", got, above)
	}
	if got, want := p("Dinas Baru", "sampah"), m.Miss("Dinas Baru", "sampah", 0, 2*day); got != want.Probability || want.Level != CategoryLevel {
		t.Errorf("an unknown office: %+v", want)
	}
	if got := m.Miss("Dinas Baru", "baru", 0, 2*day); got.Level != CityLevel || got.Past < 1600 {
		t.Errorf("an unknown category: %+v", got)
	}
	if got := m.Miss("DLH", "sampah", 2*day, 2*day); got.Probability != 1 {
		t.Errorf("time is up: %+v", got)
	}
	if Learn(cases[:least-1]) != nil {
		t.Error("learned from too little")
	}
	// A report grows more at risk the less time it has, and never leaves 0…1.
	last := 0.0
	for may := 10 * day; may > 0; may -= 6 * time.Hour {
		got := m.Miss("DLH", "sampah", 0, may).Probability
		if got < last || got > 1 {
			t.Fatalf("%s left: %g after %g", may, got, last)
		}
		last = got
	}
}
