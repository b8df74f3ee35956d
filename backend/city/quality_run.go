package city

import (
	"math"
	"time"
)

// SeriesHabit is how one series of values behaves: the run of equal values it
// is in, and the longest runs it came out of.
type SeriesHabit struct {
	LastTime  time.Time
	LastValue float64
	// RunFrom is when LastValue was first read in a row, RunN how often.
	RunFrom time.Time
	RunN    int
	Seen    int64
	// Usual is of what size the values are, drawn slowly towards each new one.
	Usual float64
	// The longest run since MonthFrom, and in the thirty days before.
	MonthFrom             time.Time
	MonthN, BeforeN       int
	MonthSecs, BeforeSecs float64
}

// usualPull is how fast the usual size follows: one value in twenty.
const usualPull = 0.05

// Next takes the next value, in order of time; it reports whether the value
// ended a run (the habit has then learned how long that was). A run that was
// found to be an error is not to be learned: learn is false then.
func (h *SeriesHabit) Next(at time.Time, v float64, learn bool) (ended bool) {
	h.turn(at)
	h.Seen++
	size := math.Abs(v)
	if h.Seen == 1 {
		h.Usual = size
	} else {
		// In steps of at most half, so that one wild value moves it little.
		h.Usual += math.Max(-0.5*h.Usual, math.Min(0.5*h.Usual+1e-9, size-h.Usual)) * usualPull
	}
	if h.Seen > 1 && v == h.LastValue {
		h.RunN++
		h.LastTime = at
		return false
	}
	if ended = h.Seen > 1; ended && learn {
		h.Learn(h.RunN, h.LastTime.Sub(h.RunFrom))
	}
	h.RunFrom, h.RunN, h.LastTime, h.LastValue = at, 1, at, v
	return ended
}

// Learn takes a run for usual.
func (h *SeriesHabit) Learn(n int, long time.Duration) {
	h.MonthN, h.MonthSecs = max(h.MonthN, n), math.Max(h.MonthSecs, long.Seconds())
}

// turn moves on to the next thirty days.
func (h *SeriesHabit) turn(at time.Time) {
	switch {
	case h.MonthFrom.IsZero():
		h.MonthFrom = at
	case at.Sub(h.MonthFrom) >= 2*qualityMonth:
		// After a long silence the habit is still the best that is known.
		h.BeforeN, h.BeforeSecs = max(h.MonthN, h.BeforeN), math.Max(h.MonthSecs, h.BeforeSecs)
		h.MonthFrom, h.MonthN, h.MonthSecs = at, 0, 0
	case at.Sub(h.MonthFrom) >= qualityMonth:
		h.BeforeN, h.BeforeSecs = h.MonthN, h.MonthSecs
		h.MonthFrom, h.MonthN, h.MonthSecs = at, 0, 0
	}
}

// Stuck reports whether the run the series is in is beyond its habit by a rule
// of kind QualityStuck.
func (h *SeriesHabit) Stuck(r QualityRule) bool {
	p := r.Params
	longest, secs := max(h.MonthN, h.BeforeN), math.Max(h.MonthSecs, h.BeforeSecs)
	switch {
	case h.LastValue == 0 && !p.Zero:
		return false
	case h.Seen-int64(h.RunN) < int64(p.Learn): // what is usual is not known yet
		return false
	case h.RunN < p.Values || float64(h.RunN) <= p.Factor*float64(longest):
		return false
	}
	long := h.LastTime.Sub(h.RunFrom)
	return long.Hours() >= p.Hours && long.Seconds() > p.Factor*secs
}
