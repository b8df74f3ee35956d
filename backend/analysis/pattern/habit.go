package pattern

import (
	"math"
	"time"
)

// Least history of a series before anything is said about it, and how much of
// the newest past is kept out of the habit: what has begun to go wrong must not
// teach what is usual.
const (
	leastHistory = 56
	guardDays    = 7
)

// Daily is a series of counts by city day with what is known of the days.
type Daily struct {
	// Start is the first day (its midnight, in the city's zone).
	Start  time.Time
	Counts []int
	// Holiday marks days that are not worked besides Saturdays and Sundays.
	// Nil when not known.
	Holiday []bool
	// Rain is millimetres of rain by day; nil when not measured. A day
	// without a reading is NaN and counts as the mean of the others.
	Rain []float64
	// Blind marks days on which a source failed: they teach nothing, and on
	// one of them nothing is judged. Nil: none.
	Blind []bool
}

// Habit is what a series usually does, and how far from it days may be.
type Habit struct {
	fit     fit
	design  design
	daily   Daily
	through int // days from this on were kept out
}

// design says which columns a series has.
type design struct {
	trend, holiday, rain bool
	rainMean             float64
	length               float64
}

// NewHabit learns a series' habit from its days before day number until (days
// from until on, and the seven before it, are not looked at). It returns false when
// there are fewer than 56 days to learn from or no reports at all.
//
// Method: quasi-Poisson regression of the count on the day of the week,
// holidays, rain of the day and of the day before (log(1+mm)) and a linear
// trend, the last three only where there is enough to tell: the algorithm of
// Farrington, Andrews, Beale and Catchpole, "A Statistical Algorithm for the
// Early Detection of Outbreaks of Infectious Disease", J. R. Statist. Soc. A 159
// (1996) 547–563, on days, with the changes of Noufaily et al., "An improved
// algorithm for outbreak detection in multiple surveillance systems",
// Statistics in Medicine 32 (2013) 1206–1222: days with an Anscombe residual s
// above 2.58 are reweighted by s⁻², so that an old outbreak does not hide the
// next, and the limit is a quantile of the negative binomial distribution.
//
// A holiday is taken as a Sunday until four holidays have been seen.
func NewHabit(d Daily, until int) (*Habit, bool) {
	through := until - guardDays
	h := &Habit{daily: d, through: through}
	var rows []int
	total := 0
	for i := range max(0, through) {
		if d.Blind == nil || !d.Blind[i] {
			rows = append(rows, i)
			total += d.Counts[i]
		}
	}
	if len(rows) < leastHistory || total == 0 {
		return nil, false
	}
	h.design = designFor(d, rows)
	x, y, w := make([][]float64, len(rows)), make([]float64, len(rows)), make([]float64, len(rows))
	for i, r := range rows {
		x[i], y[i], w[i] = h.row(r), float64(d.Counts[r]), 1
	}
	for range 4 {
		f, ok := quasiPoisson(x, y, w, h.fit.mean)
		if !ok {
			return nil, false
		}
		h.fit = f
		if !h.reweight(y, w) {
			break
		}
	}
	return h, true
}

// reweight gives days far above their habit a small weight; the weights keep
// their sum. It reports whether any weight is not 1.
func (h *Habit) reweight(y, w []float64) bool {
	sum, far := 0.0, false
	for i := range w {
		w[i] = 1
		if s := anscombe(y[i], h.fit.mean[i], h.fit.dispersion, h.fit.lever[i]); s > 2.58 {
			w[i], far = 1/(s*s), true
		}
		sum += w[i]
	}
	for i := range w {
		w[i] *= float64(len(w)) / sum
	}
	return far
}

// anscombe is the standardised Anscombe residual of a Poisson count
// (Farrington et al. 1996, §3.6).
func anscombe(y, mu, dispersion, lever float64) float64 {
	return 1.5 * (math.Cbrt(y*y) - math.Cbrt(mu*mu)) / (math.Pow(mu, 1.0/6) * math.Sqrt(dispersion*math.Max(0.05, 1-lever)))
}

func designFor(d Daily, rows []int) design {
	out := design{length: float64(len(d.Counts)), trend: len(rows) >= 2*leastHistory}
	holidays, wet, n := 0, 0, 0
	for _, r := range rows {
		if d.Holiday != nil && d.Holiday[r] {
			holidays++
		}
		if d.Rain != nil && !math.IsNaN(d.Rain[r]) {
			out.rainMean += math.Log1p(d.Rain[r])
			n++
			if d.Rain[r] >= 5 {
				wet++
			}
		}
	}
	out.holiday = holidays >= 4
	out.rain = wet >= 8 && n-wet >= 8
	out.rainMean /= math.Max(1, float64(n))
	return out
}

// row is the covariates of day i.
func (h *Habit) row(i int) []float64 {
	out := make([]float64, 7, 11)
	out[0] = 1
	holiday := h.daily.Holiday != nil && h.daily.Holiday[i]
	day := h.daily.Start.AddDate(0, 0, i).Weekday()
	if holiday && !h.design.holiday {
		day = time.Sunday
	}
	if day != time.Sunday {
		out[day] = 1
	}
	if h.design.holiday {
		out = append(out, indicator(holiday))
	}
	if h.design.rain {
		out = append(out, h.rain(i), h.rain(i-1))
	}
	if h.design.trend {
		out = append(out, float64(i)/h.design.length-0.5)
	}
	return out
}

func (h *Habit) rain(i int) float64 {
	if i < 0 || math.IsNaN(h.daily.Rain[i]) {
		return h.design.rainMean
	}
	return math.Log1p(h.daily.Rain[i])
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Expected is what the habit expects of day i, and how many times the mean the
// variance of a single day's count about it is: the series' own dispersion and
// the doubt about the mean together.
func (h *Habit) Expected(i int) (mu, dispersion float64) {
	mu, e := h.fit.at(h.row(i))
	return mu, h.fit.dispersion + mu*math.Expm1(e*e)
}

// Residual is day i's standardised Anscombe residual.
func (h *Habit) Residual(i int) float64 {
	mu, dispersion := h.Expected(i)
	return anscombe(float64(h.daily.Counts[i]), mu, dispersion, 0)
}
