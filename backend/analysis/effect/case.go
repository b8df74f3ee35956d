package effect

import (
	"math"
	"time"
)

// Kind is what a series counts, and so how it scatters.
type Kind int

// Kinds of series.
const (
	Counts Kind = iota // things a day, summed over days: reports
	Stock              // how many stand at the end of each day: overdue reports
	Level              // a measured value: an indicator
)

// Unit is one area (or office) with its days.
type Unit struct {
	Code string
	// People is the population, 0 when not known or without meaning.
	People float64
	// Values by day, NaN where none is known.
	Values []float64
}

// Span is days of a unit on which a like action was felt: from the first day
// of it, up to and with Until.
type Span struct{ Unit, From, Until int }

// Case is one action and the series it should change. Days are counted from
// Start; all units' values begin there.
type Case struct {
	Kind  Kind
	Start time.Time // the first day, midnight in the city's zone
	Units []Unit
	// Acted is the unit that the action was for.
	Acted int
	// Sent and Done are the days on which the action was ordered and done.
	Sent, Done int
	// Through is the last day that is over and known.
	Through int
	// Days is how many days after Done are measured.
	Days int
	// Touched are like actions elsewhere and earlier ones here.
	Touched []Span
	// MoreIsBetter says that the action should raise the values.
	MoreIsBetter bool
	// Whole is the series of the city that a thin one is forecast as a part
	// of; nil when there is none.
	Whole []float64
	// Holiday marks days not worked, by day, as far ahead as known.
	Holiday []bool
}

// Result is what was found.
type Result struct {
	// Measured is how many days after Done are known.
	Measured int
	// Seen and Expected are sums (Counts) or means a day over those days; Low
	// and High bound what would have come without the action in 80 of 100 cases.
	Seen, Expected, Low, High float64
	// Change is Seen against Expected in per cent, with its 80 % interval;
	// Known is false when there was too little to say.
	Known                         bool
	Change, ChangeLow, ChangeHigh float64
	// Less and More are the shares of placebos at least as far below and above
	// what was expected of them.
	Less, More float64
	// LogRatio and LogError are for pooling; LogError 0 when not known.
	LogRatio, LogError float64
	// Forecast is what the own forecast says of the same days, in the unit of
	// Seen; NaN when there was none.
	Forecast float64
	// Matched are the areas compared with, nearest first; Placebos how many
	// pasts like this one the interval rests on.
	Matched  []string
	Placebos int
	// Alone is true when no like areas were there and only the series' own past
	// was compared; Peak when the action was ordered at a peak.
	Alone, Peak bool
	Outcome     Outcome
	Reason      Reason
	Points      []Point
}

// Point is one day of the chart, NaN for what is not known.
type Point struct {
	Day                               int
	Seen, Expected, Low, High, Others float64
}

// Outcome is what an action came to.
type Outcome string

// Outcomes, as in backend/city.Effect.
const (
	Measuring Outcome = "measuring"
	Worked    Outcome = "worked"
	NoChange  Outcome = "no_change"
	Worse     Outcome = "worse"
	Unclear   Outcome = "unclear"
)

// Reason says why the outcome is unclear.
type Reason string

// Reasons.
const (
	Clear     Reason = ""
	TooFew    Reason = "too-few"   // fewer than leastExpected were expected
	TooShort  Reason = "too-short" // too little history, or days unknown
	Wide      Reason = "wide"      // chance alone scatters more
	Disagrees Reason = "disagrees" // the two views do not agree
	AtPeak    Reason = "at-peak"   // begun at a peak, and nothing to compare with
)

const (
	// The last days and weeks before an order, and what lies before them.
	lastDays, lastWeeks = 7, 28
	recent              = lastDays + lastWeeks
	longest, shortest   = 365, 28
	// Fewer expected than this are too few to be compared: chance alone brings
	// none of them once in 150 cases.
	leastExpected = 5.0
	// Fewer days are not looked at.
	leastDays = 7
	// An order done after more days than this is taken as one of this many.
	longestGap = 60
)

// gap is how many days lay between order and completion.
func (c Case) gap() int { return min(max(c.Done-c.Sent, 0), longestGap) }

// measured is how many days after Done are over.
func (c Case) measured() int { return max(0, min(c.Days, c.Through-c.Done)) }

// mean of the known values in [from, to); false when less than 7 of 10 are
// known.
func mean(values []float64, from, to int) (float64, bool) {
	if from < 0 || to > len(values) || from >= to {
		return math.NaN(), false
	}
	sum, n := 0.0, 0
	for _, v := range values[from:to] {
		if !math.IsNaN(v) {
			sum, n = sum+v, n+1
		}
	}
	return sum / float64(n), n > 0 && 10*n >= 7*(to-from)
}
