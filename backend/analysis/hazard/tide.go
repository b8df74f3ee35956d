package hazard

import (
	"errors"
	"math"
	"time"
)

// periods of the four largest tidal constituents in hours: M2, S2, K1, O1
// (D. T. Pugh, Tides, Surges and Mean Sea-Level, 1987, table 4:1).
var periods = [4]float64{12.4206012, 12, 23.93447213, 25.81933871}

// minSpan is what it takes to tell M2 from S2 and K1 from O1 (one beat,
// 14.8 and 13.7 days; the Rayleigh criterion, Pugh 1987, section 4:2).
const minSpan = 14 * 24 * time.Hour

// minFit is the share of variance a fit must explain to be believed.
const minFit = 0.8

// Tide is a harmonic fit: the mean and four waves.
type Tide struct {
	origin time.Time
	mean   float64
	cos    [4]float64
	sin    [4]float64
	// Offset is what the newest hours stood above the fit (river, wind); it is
	// taken to last.
	Offset float64
	// Fit is the share of variance explained, 0 to 1.
	Fit float64
}

var errTideUnknown = errors.New("too few readings for a tide, or they do not follow one")

// FitTide fits the mean and the four largest constituents to readings (any
// order and spacing) by least squares, as harmonic analysis does (G. Godin,
// The Analysis of Tides, 1972; M. Foreman, Manual for Tidal Heights Analysis,
// 1977, without nodal corrections, which matter over years). It needs two
// weeks of readings, and refuses when they explain less than minFit of the
// variance.
func FitTide(readings []Reading) (Tide, error) {
	if len(readings) < 200 {
		return Tide{}, errTideUnknown
	}
	first, last := readings[0].At, readings[0].At
	for _, r := range readings {
		if r.At.Before(first) {
			first = r.At
		}
		if r.At.After(last) {
			last = r.At
		}
	}
	if last.Sub(first) < minSpan {
		return Tide{}, errTideUnknown
	}
	const n = 9
	a := make([][]float64, n)
	for i := range a {
		a[i] = make([]float64, n+1)
	}
	for _, r := range readings {
		row := basis(r.At.Sub(last).Hours())
		for i := range n {
			for j := range n {
				a[i][j] += row[i] * row[j]
			}
			a[i][n] += row[i] * r.Value
		}
	}
	x, err := eliminate(a)
	if err != nil {
		return Tide{}, errTideUnknown
	}
	t := Tide{origin: last, mean: x[0]}
	for k := range periods {
		t.cos[k], t.sin[k] = x[1+2*k], x[2+2*k]
	}
	t.judge(readings, last)
	if t.Fit < minFit {
		return t, errTideUnknown
	}
	return t, nil
}

func basis(hours float64) (row [9]float64) {
	row[0] = 1
	for k, p := range periods {
		row[1+2*k], row[2+2*k] = math.Cos(2*math.Pi*hours/p), math.Sin(2*math.Pi*hours/p)
	}
	return row
}

// judge sets Fit and Offset.
func (t *Tide) judge(readings []Reading, last time.Time) {
	var mean, left, all, late float64
	for _, r := range readings {
		mean += r.Value / float64(len(readings))
	}
	n := 0.0
	for _, r := range readings {
		e := r.Value - t.At(r.At)
		left += e * e
		all += (r.Value - mean) * (r.Value - mean)
		if last.Sub(r.At) <= 3*time.Hour {
			late += e
			n++
		}
	}
	if all > 0 {
		t.Fit = 1 - left/all
	}
	if n > 0 {
		t.Offset = late / n
	}
}

// At is the level at a time, in the readings' unit.
func (t *Tide) At(when time.Time) float64 {
	row := basis(when.Sub(t.origin).Hours())
	v := t.mean + t.Offset
	for k := range periods {
		v += t.cos[k]*row[1+2*k] + t.sin[k]*row[2+2*k]
	}
	return v
}

// Highest is the highest level in [from, to] and when, to five minutes.
func (t *Tide) Highest(from, to time.Time) (level float64, at time.Time) {
	level = math.Inf(-1)
	for when := from; !when.After(to); when = when.Add(5 * time.Minute) {
		if v := t.At(when); v > level {
			level, at = v, when
		}
	}
	return level, at
}
