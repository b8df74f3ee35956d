package city

import (
	"slices"
	"time"
)

// Kinds of data whose age tells whether a source still brings news. Warnings,
// calendars and cameras are not among them: a source that says that there is no
// warning has told the truth of today.
const (
	DataReports      = "reports"
	DataObservations = "observations"
	DataForecasts    = "forecasts"
)

// SourceDatum is how new the newest accepted datum of one kind is that a source
// has brought: of a report when it was made or changed, of an observation when
// it was measured (only values that count in figures), of a forecast when it was
// issued.
type SourceDatum struct {
	Kind      string
	Indicator string // of observations and forecasts
	Newest    time.Time
	// FreshFor is how long the indicator declares a value to be fresh, 0 if it
	// does not say.
	FreshFor time.Duration
}

// What is expected of data where nobody said more. Forecasts are made twice a
// day (BMKG renews its model at 00 and 12 UTC). Reports of a source whose habit
// is not known yet are expected within a week.
const (
	forecastEvery = 12 * time.Hour
	reportsEvery  = 7 * 24 * time.Hour
	reportsLeast  = 24 * time.Hour // no source is late for being quiet at night
	// A value that is fresh for a day or longer stands for a period and bears the
	// time of its beginning: January's figure cannot come before February.
	periodLeast = 24 * time.Hour
)

// DataWhy is why a source's data are not fresh.
type DataWhy string

// Reasons.
const (
	DataOld     DataWhy = "umur"     // the newest datum is older than what is expected
	DataPartOld DataWhy = "sebagian" // that is so of some indicators
	DataRefused DataWhy = "ditolak"  // rows come, and all of them are refused
)

// DataAge is how new a source's data are, whether or not it answers.
type DataAge struct {
	State Freshness `json:"state" enum:"langsung,tertunda,basi"`
	Why   DataWhy   `json:"why,omitempty" enum:"umur,sebagian,ditolak" doc:"Absent when fresh"`
	// Indicator is whose newest value is overdue, Last of when that is.
	Indicator     string     `json:"indicator,omitempty" doc:"The indicator that is overdue; absent for reports"`
	Last          *time.Time `json:"last,omitempty" doc:"The newest accepted datum of what is overdue"`
	ExpectSeconds int        `json:"expect_seconds,omitempty" doc:"How old it may be: up to twice that it is fresh, up to six times late"`
	// RefusedSince is set while every row that comes is refused.
	RefusedSince *time.Time `json:"refused_since,omitempty" doc:"Since when every row that comes is refused"`
}

// Worse reports whether the data, and not how the source answers, make its
// freshness what it is.
func (a *DataAge) Worse(pull Freshness) bool {
	return a != nil && a.State != Fresh && (pull == Fresh || pull == Late && a.State == Stale)
}

// DataExpectation is what a source's data are held against.
type DataExpectation struct {
	// Promise is the interval that the source promises, 0 if nobody promised any.
	Promise time.Duration
	// Usual is the longest pause between new rows that is usual for the source
	// (UsualPause), 0 if not known.
	Usual time.Duration
	// Handed says that the rows are handed in and nothing is fetched: only what
	// is known to come regularly can be late, an archive that was imported is not.
	Handed bool
	// RefusedSince is since when every row that comes is refused, nil if it is not
	// so; Never that none was ever accepted.
	RefusedSince *time.Time
	Never        bool
}

// ageState classes an age against what is expected: up to 2 times langsung, up
// to 6 times tertunda, beyond basi.
func ageState(age, expect time.Duration) Freshness {
	switch {
	case age <= 2*expect:
		return Fresh
	case age <= 6*expect:
		return Late
	}
	return Stale
}

// expects is how old a datum may be, and how long the period is whose beginning
// it bears; no expectation is 0.
func (e DataExpectation) expects(d SourceDatum) (expect, period time.Duration) {
	switch d.Kind {
	case DataReports:
		if e.Usual == 0 {
			return max(e.Promise, reportsEvery), 0
		}
		return max(e.Promise, e.Usual, reportsLeast), 0
	case DataForecasts:
		return max(e.Promise, d.FreshFor, forecastEvery), 0
	}
	if d.FreshFor == 0 {
		return 0, 0
	}
	period = periodOf(d.FreshFor)
	if e.Handed {
		return d.FreshFor, period
	}
	return max(e.Promise, d.FreshFor), period
}

// JudgeData says how new a source's data are at now. It is nil where nothing
// can be said: nothing with a time came, or nothing is expected of it.
func JudgeData(data []SourceDatum, e DataExpectation, now time.Time) *DataAge {
	out := judgeAges(data, e, now)
	if e.RefusedSince == nil {
		return out
	}
	// One wrong row among few is no trouble of the source; none that was ever
	// right is.
	state := ageState(now.Sub(*e.RefusedSince), e.Promise)
	if e.Never {
		state = Stale
	}
	if out == nil {
		out = &DataAge{State: Fresh}
	}
	if worse := WorseFreshness(out.State, state); worse != Fresh {
		out.State, out.Why, out.RefusedSince = worse, DataRefused, e.RefusedSince
	}
	return out
}

// judgeAges holds each kind against what is expected of it. While some is stale
// and some is not the source is late, in part.
func judgeAges(data []SourceDatum, e DataExpectation, now time.Time) *DataAge {
	if e.Handed && e.Usual == 0 {
		return nil
	}
	var best, worst *DataAge
	for _, d := range data {
		expect, period := e.expects(d)
		if expect == 0 {
			continue
		}
		a := &DataAge{State: ageState(now.Sub(d.Newest)-period, expect), Indicator: d.Indicator, Last: &d.Newest, ExpectSeconds: int(expect / time.Second)}
		if best == nil || graver(best, a) {
			best = a
		}
		if worst == nil || graver(a, worst) {
			worst = a
		}
	}
	switch {
	case best == nil:
		return nil
	case worst.State == Stale && best.State != Stale:
		worst.State, worst.Why = Late, DataPartOld
		return worst
	case best.State != Fresh:
		best.Why = DataOld
	}
	return best
}

// graver reports whether a is in a worse state than b, or of an earlier time in
// the same.
func graver(a, b *DataAge) bool {
	if a.State != b.State {
		return WorseFreshness(a.State, b.State) == a.State
	}
	return a.Last.Before(*b.Last)
}

// WorseFreshness is the worse of langsung, tertunda and basi.
func WorseFreshness(a, b Freshness) Freshness {
	order := []Freshness{Fresh, Late, Stale}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// UsualPause is the longest pause between the hours in which a source brought
// something new, as is usual for it: the median over the weeks before now of the
// longest pause that ended in each, so that one outage is not taken for a habit.
// It is 0 while less than UsualLeast weeks are known.
func UsualPause(hours []SourceHour, now time.Time) time.Duration {
	var at []time.Time
	for _, h := range hours {
		if h.Added > 0 && h.Hour.Before(now) {
			at = append(at, h.Hour)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	longest := map[int]time.Duration{} // by weeks before now
	for i, t := range at {
		if i == 0 {
			continue
		}
		week := int(now.Sub(t) / (7 * 24 * time.Hour))
		longest[week] = max(longest[week], t.Sub(at[i-1]))
	}
	if len(longest) < UsualLeast {
		return 0
	}
	var all []float64
	for _, p := range longest {
		all = append(all, float64(p))
	}
	return time.Duration(median(all))
}
