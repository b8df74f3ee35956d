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
	// Prev is the value before the last, PrevTime its time; the largest steps from
	// one value to the next in the same two months. A step is learned with the
	// value after it, when it is known not to have been a jump.
	PrevTime              time.Time
	PrevValue             float64
	MonthStep, BeforeStep float64
}

// usualPull is how fast the usual size follows: one value in twenty.
const usualPull = 0.05

// Next takes the next value, in order of time; it reports whether the value
// ended a run (the habit has then learned how long that was). A run that was
// found to be an error is not to be learned: learn is false then.
func (h *SeriesHabit) Next(at time.Time, v float64, learn bool) (ended bool) {
	h.turn(at)
	h.Seen++
	if h.Seen > 2 {
		h.MonthStep = math.Max(h.MonthStep, math.Abs(h.LastValue-h.PrevValue))
	}
	h.PrevTime, h.PrevValue = h.LastTime, h.LastValue
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
		h.BeforeStep = math.Max(h.MonthStep, h.BeforeStep)
		h.MonthFrom, h.MonthN, h.MonthSecs, h.MonthStep = at, 0, 0, 0
	case at.Sub(h.MonthFrom) >= qualityMonth:
		h.BeforeN, h.BeforeSecs, h.BeforeStep = h.MonthN, h.MonthSecs, h.MonthStep
		h.MonthFrom, h.MonthN, h.MonthSecs, h.MonthStep = at, 0, 0, 0
	}
}

// Jumped reports whether the last value was a jump by a rule of kind
// QualityJump, now that the next one, v, has come: it lay further from the value
// before it than so many times the largest step that is usual, and v is back
// where it began, within one usual step. Water that rises in a flood does not
// come back with the next value, so that it is never a jump.
func (h *SeriesHabit) Jumped(r QualityRule, at time.Time, v float64) bool {
	usual := math.Max(h.MonthStep, h.BeforeStep)
	if h.Seen < int64(max(r.Params.Learn, 3)) || usual == 0 || r.Params.Hours > 0 && at.Sub(h.PrevTime).Hours() > r.Params.Hours {
		return false
	}
	return math.Abs(h.LastValue-h.PrevValue) > r.Params.Factor*usual && math.Abs(v-h.PrevValue) <= usual
}

// Forget takes the last value out of the habit, which was a jump: the next one
// follows the value before it. Equal values in a row that it broke off begin anew.
func (h *SeriesHabit) Forget() {
	h.RunFrom, h.RunN, h.LastTime, h.LastValue = h.PrevTime, 1, h.PrevTime, h.PrevValue
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
