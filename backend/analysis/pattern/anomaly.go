package pattern

// Anomaly thresholds.
const (
	// anomalyLeast is how many reports a day must have to be worth a word,
	// whatever its chance (Noufaily et al. use five in four weeks; a day of a
	// kelurahan is smaller than a week of a country).
	anomalyLeast = 5
	// anomalyRate is the false discovery rate over all series of a day.
	anomalyRate = 0.01
)

// Anomaly is a day on which a series was far above its habit.
type Anomaly struct {
	Series int // position of the series
	Seen   int
	// Expected is what the habit gives for such a day, Limit the count that one
	// day in a thousand exceeds.
	Expected float64
	Limit    int
	P, Q     float64
	// Rain and Holiday say what the expectation allowed for.
	Rain, Holiday bool
}

// Anomalies compares one day (position day, the same in all series) with each
// series' habit and returns those above it at a false discovery rate of 1 %
// over all series, with at least five reports. A series with too little
// history, or blind on the day, is passed over; judged says how many were not.
//
// P is the upper tail of a negative binomial with the habit's mean and
// dispersion (see NewHabit for method and sources).
func Anomalies(series []Daily, day int) (found []Anomaly, judged int) {
	var all []Anomaly
	var p []float64
	for i, d := range series {
		if d.Blind != nil && d.Blind[day] {
			continue
		}
		h, ok := NewHabit(d, day)
		if !ok {
			continue
		}
		mu, dispersion := h.Expected(day)
		a := Anomaly{
			Series: i, Seen: d.Counts[day], Expected: mu, Rain: h.design.rain, Holiday: d.Holiday != nil && d.Holiday[day],
			P: CountAtLeast(d.Counts[day], mu, dispersion),
		}
		if a.P < 0.01 {
			a.Limit = limitOf(mu, dispersion)
		}
		all, p = append(all, a), append(p, a.P)
	}
	for i, q := range BenjaminiHochberg(p) {
		all[i].Q = q
		if q <= anomalyRate && all[i].Seen >= anomalyLeast {
			found = append(found, all[i])
		}
	}
	return found, len(all)
}

// limitOf is the smallest count that is exceeded with a chance below 0.001.
func limitOf(mu, dispersion float64) int {
	k := int(mu)
	for CountAtLeast(k+1, mu, dispersion) >= 0.001 {
		k++
	}
	return k
}
