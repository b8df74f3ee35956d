package pattern

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// Dobson, An Introduction to Statistical Modelling (1990), p. 93, as in the
// help page of R's glm: three outcomes by three treatments.
func TestRegressionAgreesWithDobson(t *testing.T) {
	t.Parallel()
	y := []float64{18, 17, 15, 20, 10, 20, 25, 13, 12}
	x, w := make([][]float64, 9), make([]float64, 9)
	for i := range x {
		row := []float64{1, 0, 0, 0, 0}
		if i%3 > 0 {
			row[i%3] = 1
		}
		if i/3 > 0 {
			row[2+i/3] = 1
		}
		x[i], w[i] = row, 1
	}
	f, ok := quasiPoisson(x, y, w, nil)
	if !ok {
		t.Fatal("it does not settle")
	}
	for j, want := range []float64{3.044522, -0.4542553, -0.2929871, 0, 0} {
		if !near(f.beta[j], want, 1e-6) {
			t.Errorf("coefficient %d: %.7f, want %.7f", j, f.beta[j], want)
		}
	}
	for j, want := range []float64{0.1708987, 0.2021708, 0.1927423, 0.2, 0.2} {
		if !near(math.Sqrt(f.inverse[j][j]), want, 1e-6) {
			t.Errorf("standard error %d: %.7f, want %.7f", j, math.Sqrt(f.inverse[j][j]), want)
		}
	}
	deviance := 0.0
	for i := range y {
		deviance += devianceOf(y[i], f.mean[i])
	}
	if !near(deviance, 5.1291, 1e-4) {
		t.Errorf("residual deviance %.4f, want 5.1291", deviance)
	}
}

// Montgomery, Introduction to Statistical Quality Control, example of the
// tabular CUSUM: target 10, σ = 1, K = 0.5, H = 5; the mean moves to 11 after
// the twentieth value, and C⁺ passes 5 at the 29th with 5.28.
func TestCusumAgreesWithMontgomery(t *testing.T) {
	t.Parallel()
	x := []float64{
		9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08,
		9.37, 10.62, 10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52,
	}
	z := make([]float64, len(x))
	for i, v := range x {
		z[i] = v - 10
	}
	sum, run := Cusum(z, 0.5)
	for i, s := range sum {
		if (s > 5) != (i >= 28) {
			t.Errorf("C+ at %d is %.2f", i+1, s)
		}
	}
	if !near(sum[28], 5.28, 1e-9) || run[28] != 7 {
		t.Errorf("C+ at 29 is %.2f after %d values, want 5.28 after 7", sum[28], run[28])
	}
}

// monday begins the tests' series.
var monday = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// ordinary is a series with a habit of the week, rain and holidays.
func ordinary(r *rand.Rand, days int, level float64) Daily {
	d := Daily{Start: monday, Counts: make([]int, days), Holiday: make([]bool, days), Rain: make([]float64, days)}
	for i := range days {
		d.Holiday[i] = i%29 == 3
		if r.Float64() < 0.4 {
			d.Rain[i] = -15 * math.Log(r.Float64())
		}
		d.Counts[i] = poisson(r, level*usual(d, i))
	}
	return d
}

func usual(d Daily, i int) float64 {
	m := []float64{1.3, 1.2, 1, 1, 1, 0.5, 0.4}[i%7] * math.Exp(0.15*math.Log1p(d.Rain[i]))
	if d.Holiday[i] {
		m *= 0.6
	}
	return m
}

func TestHabitLearnsWeekRainAndHolidays(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(21, 1))
	const level = 20
	worst := 0.0
	for range 30 {
		d := ordinary(r, 181, level)
		h, ok := NewHabit(d, 174)
		if !ok {
			t.Fatal("no habit")
		}
		for i := 174; i < 181; i++ {
			mu, _ := h.Expected(i)
			worst = math.Max(worst, math.Abs(math.Log(mu/(level*usual(d, i)))))
		}
		if h.fit.dispersion > 1.5 {
			t.Errorf("dispersion %.2f of a Poisson series", h.fit.dispersion)
		}
	}
	if worst > 0.45 { // about four standard errors of a weekday's mean
		t.Errorf("an expectation is off by a factor of %.2f", math.Exp(worst))
	}
}

func TestHabitNeedsEightWeeksAndReports(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(22, 1))
	d := ordinary(r, 100, 10)
	if _, ok := NewHabit(d, leastHistory+guardDays-1); ok {
		t.Error("55 days are called a habit")
	}
	if _, ok := NewHabit(d, leastHistory+guardDays); !ok {
		t.Error("56 days are not")
	}
	if _, ok := NewHabit(Daily{Start: monday, Counts: make([]int, 100)}, 99); ok {
		t.Error("no report at all is called a habit")
	}
	d.Blind = make([]bool, 100)
	for i := range 60 {
		d.Blind[i] = true
	}
	if _, ok := NewHabit(d, 99); ok {
		t.Error("32 days that were seen are called a habit")
	}
	if got, judged := Anomalies([]Daily{{Start: monday, Counts: make([]int, 10)}}, 9); got != nil || judged != 0 {
		t.Errorf("ten days gave %v, %d judged", got, judged)
	}
}

// An old outbreak must not raise the limit for the next (Noufaily 2013).
func TestAnOldOutbreakDoesNotHideTheNext(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(23, 1))
	d := ordinary(r, 150, 6)
	for i := 60; i < 66; i++ {
		d.Counts[i] += 60
	}
	d.Counts[149] += 30
	found, judged := Anomalies([]Daily{d}, 149)
	if len(found) != 1 || judged != 1 {
		t.Fatalf("found %v of %d", found, judged)
	}
	if a := found[0]; a.Expected > 15 || a.Limit >= a.Seen || a.Limit < int(a.Expected) {
		t.Errorf("expected %.1f, limit %d, seen %d", a.Expected, a.Limit, a.Seen)
	}
}

// TestOrdinaryDaysRaiseLittle measures false alarms: a city of 60 series of
// all sizes over 30 days of which nothing is true. (120 series over 60 days, run
// once: one anomaly, one drift.)
func TestOrdinaryDaysRaiseLittle(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes seconds")
	}
	r := rand.New(rand.NewPCG(24, 1))
	const length, days = 200, 30
	var series []Daily
	for n := range 60 {
		series = append(series, ordinary(r, length, []float64{0.1, 0.5, 2, 8, 40}[n%5]))
	}
	anomalies, drifts := 0, map[int]bool{}
	for day := length - days; day < length; day++ {
		found, judged := Anomalies(series, day)
		anomalies += len(found)
		if judged < 55 {
			t.Fatalf("day %d: %d judged", day, judged)
		}
		for _, f := range Drifts(series, day) {
			drifts[f.Series] = true
		}
	}
	t.Logf("%d anomalies and %d drifts in a month of 60 ordinary series", anomalies, len(drifts))
	if anomalies > 2 || len(drifts) > 2 {
		t.Errorf("%d anomalies and %d drifts where nothing happened", anomalies, len(drifts))
	}
}

func TestASlowRiseIsSeenAndAFloodIsNone(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(25, 1))
	rising, flooded := ordinary(r, 180, 8), ordinary(r, 180, 8)
	for i := 165; i < 180; i++ {
		rising.Counts[i] += poisson(r, 6*usual(rising, i))
	}
	flooded.Counts[178] += 90
	flooded.Counts[179] += 60
	found := Drifts([]Daily{rising, flooded}, 179)
	if len(found) != 1 || found[0].Series != 0 {
		t.Fatalf("found %+v, want the first alone", found)
	}
	if d := found[0]; d.Days < 8 || d.Days > 20 || float64(d.Seen) < 1.4*d.Expected {
		t.Errorf("%d days, %d seen, %.1f expected", d.Days, d.Seen, d.Expected)
	}
}

func TestBlindDaysAreNotJudged(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(26, 1))
	d := ordinary(r, 120, 10)
	d.Counts[119] = 200
	d.Blind = make([]bool, 120)
	d.Blind[119] = true
	if found, judged := Anomalies([]Daily{d}, 119); len(found) != 0 || judged != 0 {
		t.Errorf("a blind day gave %v", found)
	}
}

func BenchmarkAnomalies200Series(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var series []Daily
	for range 200 {
		series = append(series, ordinary(r, 180, 3))
	}
	for b.Loop() {
		Anomalies(series, 179)
	}
}
