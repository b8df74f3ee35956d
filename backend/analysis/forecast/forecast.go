package forecast

import "math"

// Least is the shortest series, in days, that is forecast: four weeks to begin
// with, four weeks of errors, and two weeks ahead of the last of them.
const Least = 70

const (
	warmUp     = 4 * Week
	calibrated = 365 // how many of the newest errors make the bands
	fewest     = 4 * Week
	// Only the newest two years are listened to.
	heardOf = 730
)

// Point is one day ahead. Low and High bound the band that holds the value in
// 80 of 100 cases.
type Point struct {
	Mean, Low, High float64
}

// Level is the share of values that bands are made to hold.
const Level = 0.8

// Make forecasts the horizon days after the series' last, day after tomorrow
// being the second. It returns false when fewer than Least days are known.
func Make(s Series, horizon int) ([]Point, bool) {
	if s.known() < Least || horizon < 1 || len(s.Values) < warmUp+fewest+horizon {
		return nil, false
	}
	y, share, ok := s.plain()
	if !ok {
		return nil, false
	}
	r := s.run(y, horizon)
	return s.bands(r, func(h int) float64 {
		if day := len(y) + h - 1; s.holiday(day) && !s.sunday(day) {
			return share
		}
		return 1
	}), true
}

func (s Series) known() (n int) {
	for _, v := range s.Values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			n++
		}
	}
	return n
}

// rolled is a forecast from the series' end and what would have been said on
// each day before it.
type rolled struct {
	ahead []float64 // by horizon - 1
	// past[h-1] are pairs (said, came true) at horizon h, oldest first.
	past [][]pair
}

type pair struct{ said, came float64 }

// clearly is how much smaller the error of a single method must have been at a
// horizon before it is preferred to the mean of the three.
const clearly = 0.9

// run takes the methods through the series and keeps what was said. The mean of
// the first three speaks, except at horizons at which one method alone has had
// errors smaller by a tenth over the last year: a tide follows the moon and not
// the week, and the mean would only spoil it.
func (s Series) run(y []float64, horizon int) rolled {
	y = y[max(0, len(y)-heardOf):]
	heard := y
	if s.Count {
		heard = calm(y)
	}
	methods := fit(heard).filters()
	said := make([]rolled, len(methods)+1) // the mean, then each method
	for k := range said {
		said[k] = rolled{ahead: make([]float64, horizon), past: make([][]pair, horizon)}
	}
	from := max(warmUp, len(y)-calibrated-horizon)
	values := make([]float64, len(said))
	for i := range y {
		for _, m := range methods {
			m.step(heard[i])
		}
		if i+1 < from {
			continue
		}
		for h := 1; h <= horizon && (i+h < len(y) || i+1 == len(y)); h++ {
			for k, m := range methods {
				values[k+1] = m.ahead(h)
			}
			values[0] = (values[1] + values[2] + values[3]) / 3
			for k := range said {
				if i+h < len(y) {
					said[k].past[h-1] = append(said[k].past[h-1], pair{values[k], y[i+h]})
				} else {
					said[k].ahead[h-1] = values[k]
				}
			}
		}
	}
	out := said[0]
	for h := range horizon {
		best, least := 0, clearly*absolute(said[0].past[h])
		for k := 1; k < len(said); k++ {
			if e := absolute(said[k].past[h]); e < least {
				best, least = k, e
			}
		}
		out.past[h], out.ahead[h] = said[best].past[h], said[best].ahead[h]
	}
	return out
}

// absolute is the mean absolute error of what was said.
func absolute(past []pair) float64 {
	sum := 0.0
	for _, p := range past {
		sum += math.Abs(p.said - p.came)
	}
	return sum / float64(max(1, len(past)))
}
