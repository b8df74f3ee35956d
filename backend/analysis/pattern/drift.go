package pattern

// CUSUM settings: the reference value is half the shift looked for (one
// standard deviation), the decision interval gives one false alarm in about
// 140,000 days of a steady series by Siegmund's approximation
// ARL ≈ (e^{2kb} − 2kb − 1)/(2k²), b = h + 1.166, so that two hundred series
// together give one in about two years. A drift must last driftLeast days.
const (
	driftReference = 0.5
	driftInterval  = 10.0
	driftWindow    = 28
	driftLeast     = 5
)

// Cusum adds up how far standardised values lie above the reference k, never
// below zero: C⁺(i) = max(0, z(i) − k + C⁺(i−1)), the upper one-sided tabular
// CUSUM. run is how many values ago each sum left zero.
//
// Sources: Page, "Continuous inspection schemes", Biometrika 41 (1954);
// Lucas, "Counted Data CUSUM's", Technometrics 27 (1985) 129–144; the tabular
// form as in Montgomery, Introduction to Statistical Quality Control.
func Cusum(z []float64, k float64) (sum []float64, run []int) {
	sum, run = make([]float64, len(z)), make([]int, len(z))
	for i, v := range z {
		before, length := 0.0, 0
		if i > 0 {
			before, length = sum[i-1], run[i-1]
		}
		if s := before + v - k; s > 0 {
			sum[i], run[i] = s, length+1
		}
	}
	return sum, run
}

// Drift is a slow rise: for Days days a series has stayed above its habit.
type Drift struct {
	Series   int
	Days     int
	Seen     int
	Expected float64
	Sum      float64 // the CUSUM, alarm above 10
}

// Drifts looks for series that have risen slowly within the four weeks up to
// and including day, each day too little to be an anomaly: the CUSUM of their
// standardised residuals about the habit learned before those four weeks. Days
// on which a series was blind add nothing. Single days count at most 3, so that
// one flood is no drift (Crosier, "A new two-sided cumulative sum quality
// control scheme", Technometrics 28 (1986), advises limits against outliers).
func Drifts(series []Daily, day int) (found []Drift) {
	for i, d := range series {
		from := day - driftWindow + 1
		h, ok := NewHabit(d, from)
		if !ok {
			continue
		}
		var z []float64
		for t := from; t <= day; t++ {
			if d.Blind != nil && d.Blind[t] {
				z = append(z, driftReference)
				continue
			}
			z = append(z, min(3, h.Residual(t)))
		}
		sum, run := Cusum(z, driftReference)
		last := len(z) - 1
		if sum[last] <= driftInterval || run[last] < driftLeast {
			continue
		}
		out := Drift{Series: i, Days: run[last], Sum: sum[last]}
		for t := day - run[last] + 1; t <= day; t++ {
			if d.Blind != nil && d.Blind[t] {
				continue
			}
			mu, _ := h.Expected(t)
			out.Seen += d.Counts[t]
			out.Expected += mu
		}
		found = append(found, out)
	}
	return found
}
