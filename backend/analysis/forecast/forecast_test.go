package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func near(t *testing.T, name string, got, want, within float64) {
	t.Helper()
	if math.Abs(got-want) > within {
		t.Errorf("%s = %.4f, want %.4f", name, got, want)
	}
}

// TestSimpleSmoothingOfOilProduction is the example of Hyndman and
// Athanasopoulos, Forecasting: Principles and Practice, 2nd edition (2018),
// §7.1: Saudi Arabian oil production 1996–2013 in million tonnes, with the fitted
// alpha 0.8339 and first level 446.5868 printed there, forecast 542.6806.
func TestSimpleSmoothingOfOilProduction(t *testing.T) {
	t.Parallel()
	f := ses{alpha: 0.8339, level: 446.5868}
	for _, y := range []float64{
		445.36, 453.20, 454.41, 422.38, 456.04, 440.39, 425.19, 486.21, 500.43, 521.28, 508.95, 488.89, 509.87, 456.72, 473.82, 525.95, 549.83, 542.34,
	} {
		f.step(y)
	}
	near(t, "forecast", f.level, 542.6806, 0.01)
}

// TestLinearTrendOfAirPassengers is the example of the same book, §7.2, table
// 7.2: air passengers in Australia 1990–2016 in millions, Holt's linear trend
// with alpha 0.8302, beta* 0.0001, first level 15.57 and first trend 2.102; forecasts
// 74.60, 76.70, 78.81, 80.91, 83.01. Without damping (phi 1) the damped trend is
// Holt's, with beta = alpha × beta*.
func TestLinearTrendOfAirPassengers(t *testing.T) {
	t.Parallel()
	f := damped{dampedParameters: dampedParameters{alpha: 0.8302, beta: 0.8302 * 0.0001, phi: 1}, level: 15.57, trend: 2.102}
	for _, y := range []float64{
		17.55, 21.86, 23.89, 26.93, 26.89, 28.83, 30.08, 30.95, 30.19, 31.58, 32.58, 33.48, 39.02, 41.39, 41.60, 44.66, 46.95, 48.73, 51.49, 50.03,
		60.64, 63.36, 66.36, 68.20, 68.12, 69.78, 72.60,
	} {
		f.step(y)
	}
	for h, want := range []float64{74.60, 76.70, 78.81, 80.91, 83.01} {
		near(t, "forecast", f.ahead(h+1), want, 0.02)
	}
}

// TestThetaIsTheMeanOfItsLines holds the closed form of Hyndman and Billah
// (2003) against the construction of Assimakopoulos and Nikolopoulos (2000): the
// mean of the regression line (theta 0) carried on and of simple exponential smoothing
// of the line with doubled curvature (theta 2, 2y minus the line).
func TestThetaIsTheMeanOfItsLines(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 9))
	n, alpha := 60, 0.3
	y := make([]float64, n)
	for i := range y {
		y[i] = 20 + 0.4*float64(i+1) + 3*r.NormFloat64()
	}
	var sumT, sumY, sumTY, sumTT float64
	for i, v := range y {
		x := float64(i + 1)
		sumT, sumY, sumTY, sumTT = sumT+x, sumY+v, sumTY+x*v, sumTT+x*x
	}
	b := (float64(n)*sumTY - sumT*sumY) / (float64(n)*sumTT - sumT*sumT)
	a := (sumY - b*sumT) / float64(n)
	doubled := ses{alpha: alpha, level: 2*y[0] - (a + b)}
	for i, v := range y {
		doubled.step(2*v - (a + b*float64(i+1)))
	}
	f := newTheta(alpha, y[0], false)
	for _, v := range y {
		f.step(v)
	}
	for h := 1; h <= 10; h++ {
		lines := (doubled.level + a + b*float64(n+h)) / 2
		near(t, "theta", f.ahead(h), lines, 1e-9)
	}
}

func weekly(n int, f func(i int) float64) Series {
	s := Series{Start: time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)} // a Monday
	for i := range n {
		s.Values = append(s.Values, f(i))
	}
	return s
}

func TestAKnownWeekIsForeseen(t *testing.T) {
	t.Parallel()
	habit := []float64{10, 12, 11, 13, 15, 4, 2}
	s := weekly(140, func(i int) float64 { return habit[i%Week] })
	s.Count = true
	points, ok := Make(s, 14)
	if !ok {
		t.Fatal("no forecast")
	}
	for h, p := range points {
		near(t, "mean", p.Mean, habit[(140+h)%Week], 0.35)
		if p.Low > p.Mean || p.High < p.Mean || p.Low < 0 {
			t.Errorf("day %d: %+v", h+1, p)
		}
	}
}

func TestAHolidayIsForeseenAsASunday(t *testing.T) {
	t.Parallel()
	s := weekly(140, func(i int) float64 {
		if i%Week == 6 {
			return 5
		}
		return 20
	})
	s.Count = true
	s.Holiday = make([]bool, 154)
	s.Holiday[142] = true // a Wednesday ahead
	points, _ := Make(s, 14)
	near(t, "Tuesday", points[1].Mean, 20, 0.8)
	near(t, "holiday", points[2].Mean, 5, 0.8)
	// Once enough holidays were seen, their own habit counts.
	for _, i := range []int{9, 37, 72, 93, 114} {
		s.Holiday[i], s.Values[i] = true, 10
	}
	points, _ = Make(s, 14)
	near(t, "holiday by habit", points[2].Mean, 10, 0.8)
}

func TestTooLittleIsNotForecast(t *testing.T) {
	t.Parallel()
	s := weekly(Least-1, func(i int) float64 { return float64(i) })
	if _, ok := Make(s, 14); ok {
		t.Error("forecast from too few days")
	}
	unknown := weekly(200, func(int) float64 { return math.NaN() })
	if _, ok := Make(unknown, 14); ok {
		t.Error("forecast from nothing")
	}
	if _, ok := Backtest(s, 14, 8, 7); ok {
		t.Error("backtest of too few days")
	}
}

// TestBandsHoldWhatTheyPromise draws series whose law is known: the bands must
// hold 80 in 100 of what comes, for lopsided and cut-off values too.
func TestBandsHoldWhatTheyPromise(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 1))
	for _, c := range []struct {
		name        string
		draw        func(i int) float64
		count       bool
		nonNegative bool
	}{
		{name: "normal", draw: func(i int) float64 { return 50 + 5*float64(i%Week) + 8*r.NormFloat64() }},
		{name: "poisson", draw: func(i int) float64 { return poisson(r, 12+4*math.Sin(float64(i)/60)) }, count: true},
		{name: "often nothing", draw: func(int) float64 { return max(0, 20*r.NormFloat64()-8) }, nonNegative: true},
		{name: "gets wilder", draw: func(i int) float64 { return 50 + (3+float64(i)/60)*r.NormFloat64() }},
		{name: "lopsided", draw: func(int) float64 { return math.Exp(1 + r.NormFloat64()) }, nonNegative: true},
	} {
		s := weekly(900, c.draw)
		s.Count, s.NonNegative = c.count, c.nonNegative
		score, ok := Backtest(s, 14, 50, 14)
		t.Logf("%s: %+v", c.name, score)
		if !ok || score.Coverage < 0.75 || score.Coverage > 0.86 || score.Relative > 0.95 {
			t.Errorf("%s: coverage %.3f, error %.3f of the seasonal naive's", c.name, score.Coverage, score.Relative)
		}
	}
}

func poisson(r *rand.Rand, mean float64) float64 {
	k, p := 0, r.Float64()
	for limit := math.Exp(-mean); p > limit; k++ {
		p *= r.Float64()
	}
	return float64(k)
}

func TestAThinSeriesFollowsItsParent(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 5))
	parent := weekly(300, func(i int) float64 { return 20 + 10*float64(i%Week) })
	child := weekly(300, func(i int) float64 { return poisson(r, parent.Values[i]/100) })
	parent.Count, child.Count = true, true
	if !Thin(child) || Thin(parent) {
		t.Fatal("thin")
	}
	points, ok := Share(parent, child, 14)
	if !ok {
		t.Fatal("no forecast")
	}
	var part, whole float64
	for i := 300 - sharedOver; i < 300; i++ {
		part, whole = part+child.Values[i], whole+parent.Values[i]
	}
	for h, p := range points {
		near(t, "share", p.Mean, (20+10*float64((300+h)%Week))*part/whole, 0.02)
		if p.Low < 0 || p.High < 1 {
			t.Errorf("%+v", p)
		}
	}
}

func TestTheSameSeriesGivesTheSameForecast(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	s := weekly(200, func(int) float64 { return r.Float64() })
	a, _ := Make(s, 14)
	b, _ := Make(s, 14)
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("day %d: %+v and %+v", i, a[i], b[i])
		}
	}
}

func FuzzMake(f *testing.F) {
	f.Add(uint64(1), 100, 14, true)
	f.Add(uint64(2), 71, 30, false)
	f.Fuzz(func(t *testing.T, seed uint64, n, horizon int, count bool) {
		n, horizon = ((n%400)+400)%400, ((horizon%40)+40)%40
		r := rand.New(rand.NewPCG(seed, 0))
		s := weekly(n, func(int) float64 {
			if r.IntN(9) == 0 {
				return math.NaN()
			}
			return math.Floor(math.Exp(r.NormFloat64() * float64(seed%20)))
		})
		s.Count = count
		points, ok := Make(s, horizon)
		for _, p := range points {
			if math.IsNaN(p.Mean+p.Low+p.High) || p.Low > p.High || count && p.Low < 0 {
				t.Errorf("%+v", p)
			}
		}
		if ok && len(points) != horizon {
			t.Errorf("%d points", len(points))
		}
	})
}
