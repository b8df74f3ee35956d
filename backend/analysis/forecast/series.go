package forecast

import (
	"math"
	"slices"
	"time"
)

// Week is the length of the season that every series is held against.
const Week = 7

// Series is a daily series without gaps in its calendar.
type Series struct {
	// Start is the first day; only its weekday matters.
	Start time.Time
	// Values by day, NaN where none is known.
	Values []float64
	// Holiday marks days not worked besides Saturdays and Sundays. It may
	// reach beyond Values into the days to forecast; nil when it does not matter
	// or is not known. Days past its end are taken as none.
	Holiday []bool
	// NonNegative says that no value can lie below 0.
	NonNegative bool
	// Count says that values are numbers of things: their spread grows with
	// the square root of their level. It implies NonNegative.
	Count bool
}

func (s Series) holiday(day int) bool { return day < len(s.Holiday) && s.Holiday[day] }

func (s Series) sunday(day int) bool { return (int(s.Start.Weekday())+day)%Week == 0 }

// filled returns the values with gaps closed by a straight line between their
// neighbours, and by the nearest value at the ends. False if nothing is known.
func filled(values []float64) ([]float64, bool) {
	out := make([]float64, len(values))
	last := -1
	for i, v := range values {
		out[i] = v
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		for j := last + 1; j < i; j++ {
			if last < 0 {
				out[j] = v
				continue
			}
			out[j] = values[last] + (v-values[last])*float64(j-last)/float64(i-last)
		}
		last = i
	}
	for j := last + 1; j < len(out) && last >= 0; j++ {
		out[j] = values[last]
	}
	return out, last >= 0
}

// plain returns the series as it would have been without holidays (each holiday
// replaced by the mean of the same weekday in the weeks around it), and the share of
// a plain day that a holiday brings.
func (s Series) plain() (values []float64, share float64, ok bool) {
	values, ok = filled(s.Values)
	if !ok || s.Holiday == nil {
		return values, 1, ok
	}
	raw, _ := filled(s.Values)
	seen, held, usual := 0, 0.0, 0.0
	for i := range values {
		if !s.holiday(i) || s.sunday(i) {
			continue
		}
		sum, n := 0.0, 0
		for _, j := range []int{i - 2*Week, i - Week, i + Week, i + 2*Week} {
			if j >= 0 && j < len(raw) && !s.holiday(j) {
				sum, n = sum+raw[j], n+1
			}
		}
		if n == 0 {
			continue
		}
		values[i] = sum / float64(n)
		seen, held, usual = seen+1, held+raw[i], usual+values[i]
	}
	if seen < fewestHolidays || usual <= 0 {
		return values, s.sundayShare(raw), true
	}
	return values, min(max(held/usual, 0.1), 1.5), true
}

// fewestHolidays is from how many holidays on their own habit is believed.
const fewestHolidays = 4

// sundayShare is what a Sunday brings of a working day: what a holiday is
// taken to bring until enough have been seen.
func (s Series) sundayShare(values []float64) float64 {
	var sundays, others, n, m float64
	for i, v := range values {
		switch {
		case s.holiday(i):
		case s.sunday(i):
			sundays, n = sundays+v, n+1
		case (int(s.Start.Weekday())+i)%Week != 6:
			others, m = others+v, m+1
		}
	}
	if n == 0 || m == 0 || others <= 0 {
		return 1
	}
	return min(max(sundays/n/(others/m), 0.1), 1.5)
}

// calm returns counts with bursts cut down to a limit: a flood's thousand
// reports are no habit, and would stand in every forecast of the weeks after. The limit of
// a day is the median of the eight weeks before it and four times their spread
// (1.4826 times the median absolute deviation, the rule of Hampel, "The Influence
// Curve and Its Role in Robust Estimation", J. Am. Stat. Assoc. 69 (1974) 383–393),
// at least that of a Poisson count. Errors are still taken against what came.
func calm(y []float64) []float64 {
	out := slices.Clone(y)
	var window, off []float64
	for i := warmUp; i < len(y); i++ {
		window = append(window[:0], y[max(0, i-8*Week):i]...)
		slices.Sort(window)
		middle := quantile(window, 0.5)
		off = off[:0]
		for _, v := range window {
			off = append(off, math.Abs(v-middle))
		}
		slices.Sort(off)
		out[i] = min(y[i], middle+4*max(1.4826*quantile(off, 0.5), math.Sqrt(max(middle, 1))))
	}
	return out
}

// seasonal reports whether a series has a weekly season: its autocorrelation at
// lag 7 is above the 90 % limit of Bartlett's formula, the test that
// Assimakopoulos and Nikolopoulos (2000) put before the Theta method.
func seasonal(y []float64) bool {
	if len(y) < 3*Week {
		return false
	}
	sum := 0.0
	for k := 1; k < Week; k++ {
		r := autocorrelation(y, k)
		sum += r * r
	}
	return autocorrelation(y, Week) > 1.645*math.Sqrt((1+2*sum)/float64(len(y)))
}

func autocorrelation(y []float64, lag int) float64 {
	m := mean(y)
	var top, bottom float64
	for i := range y {
		bottom += (y[i] - m) * (y[i] - m)
		if i >= lag {
			top += (y[i] - m) * (y[i-lag] - m)
		}
	}
	if bottom == 0 {
		return 0
	}
	return top / bottom
}

func mean(y []float64) float64 {
	s := 0.0
	for _, v := range y {
		s += v
	}
	return s / float64(max(1, len(y)))
}
