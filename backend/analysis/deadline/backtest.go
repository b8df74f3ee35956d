package deadline

import (
	"time"

	"balaikota/backend/city"
)

// Cases makes what a Model learns from of reports, as they stood at a moment:
// later ones did not exist, and what was closed later was unfinished.
func Cases(cal city.Calendar, past []city.PastReport, now time.Time) []Case {
	cases := make([]Case, 0, len(past))
	for _, r := range past {
		if !r.CreatedAt.Before(now) {
			continue
		}
		end, done := now, false
		if r.ClosedAt != nil && r.ClosedAt.Before(now) {
			end, done = *r.ClosedAt, true
		}
		cases = append(cases, Case{Office: r.Office, Category: r.Category, Worked: Worked(cal, r.CreatedAt, end, r.Pauses), Done: done})
	}
	return cases
}

// Scored is a forecast and what came of it.
type Scored struct {
	Probability float64
	Missed      bool
}

// BackTest forecasts as if it had been done at each of the moments, in any
// order: learned from what was known then, for the reports unfinished then
// whose deadline was ahead and has passed by now. Reports that were ever paused
// are not scored, because their deadline was not known then.
func BackTest(cal city.Calendar, past []city.PastReport, now time.Time, moments []time.Time) []Scored {
	var out []Scored
	for _, at := range moments {
		m := Learn(Cases(cal, past, at))
		if m == nil {
			continue
		}
		for _, r := range past {
			unfinished := r.CreatedAt.Before(at) && (r.ClosedAt == nil || !r.ClosedAt.Before(at))
			if !unfinished || len(r.Pauses) > 0 || r.DueAt == nil || !r.DueAt.After(at) || r.DueAt.After(now) {
				continue
			}
			risk := m.Miss(r.Office, r.Category, Worked(cal, r.CreatedAt, at, nil), allowed(cal, r.CreatedAt, *r.DueAt, nil))
			out = append(out, Scored{risk.Probability, r.ClosedAt == nil || r.ClosedAt.After(*r.DueAt)})
		}
	}
	return out
}

// Weekly are the moments of a back-test before now: the same time of day on
// each of the weeks 1 to n before, spread over the days of the week so that
// Mondays are not all that is tested.
func Weekly(now time.Time, n int) []time.Time {
	var out []time.Time
	for i := range n {
		out = append(out, now.AddDate(0, 0, -7*(i+1)-i%5))
	}
	return out
}

// Bin is what was forecast between two probabilities.
type Bin struct {
	From, To   float64
	Count      int
	Said, Came float64 // mean forecast, share that missed
}

// Score is how good forecasts were.
type Score struct {
	Count int
	// Brier is the mean squared difference of forecast and outcome (0 best);
	// Base that of always saying the share that missed, known afterwards.
	Brier, Base float64
	// Bins is the reliability table in steps of 0.1, empty bins left out.
	Bins []Bin
}

// Skilled reports whether the forecasts are worth showing: at least 50, and
// better than the share of misses itself.
func (s Score) Skilled() bool { return s.Count >= least && s.Brier < s.Base }

// Measure scores forecasts. Sources: G. W. Brier, Verification of forecasts
// expressed in terms of probability, Monthly Weather Review 78 (1950) 1–3; for
// the table, A. H. Murphy, R. L. Winkler, Reliability of subjective probability
// forecasts of precipitation and temperature, Applied Statistics 26 (1977)
// 41–47.
func Measure(scored []Scored) Score {
	s := Score{Count: len(scored)}
	if s.Count == 0 {
		return s
	}
	var bins [10]Bin
	missed := 0.0
	for _, f := range scored {
		came := 0.0
		if f.Missed {
			came = 1
		}
		missed += came
		s.Brier += (f.Probability - came) * (f.Probability - came)
		b := &bins[min(int(f.Probability*10), 9)]
		b.Count++
		b.Said += f.Probability
		b.Came += came
	}
	n := float64(s.Count)
	s.Brier /= n
	s.Base = missed / n * (1 - missed/n)
	for i, b := range bins {
		if b.Count == 0 {
			continue
		}
		b.From, b.To = float64(i)/10, float64(i+1)/10
		b.Said, b.Came = b.Said/float64(b.Count), b.Came/float64(b.Count)
		s.Bins = append(s.Bins, b)
	}
	return s
}
