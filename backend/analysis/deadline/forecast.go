package deadline

import (
	"cmp"
	"slices"
	"time"

	"balaikota/backend/city"
)

// Likely is the chance from which a report is listed: more likely missed than
// not.
const Likely = 0.5

// workingDay is a working day of a norm, from midnight to midnight.
const workingDay = 24 * time.Hour

// AtRisk returns the running reports that will likely miss their deadline,
// likeliest first, of equally likely ones the one with less time left, then by
// number. Categories are by slug, for the sentence that says why.
func (m *Model) AtRisk(cal city.Calendar, running []city.RunningReport, categories map[string]city.Category, now time.Time) []city.AtRisk {
	out := []city.AtRisk{}
	for _, r := range running {
		if r.DueAt == nil || !r.DueAt.After(now) {
			continue
		}
		age, may := Worked(cal, r.CreatedAt, now, r.Pauses), allowed(cal, r.CreatedAt, *r.DueAt, r.Pauses)
		risk := m.Miss(r.Office, r.Category, age, may)
		if risk.Probability < Likely {
			continue
		}
		left := cal.WorkingTime(now, *r.DueAt)
		item := city.AtRisk{Report: r.ReportSummary, Probability: risk.Probability, WorkingDaysLeft: float64(left) / float64(workingDay)}
		item.Why, item.WhyEN = city.ExplainAtRisk(float64(age)/float64(workingDay), item.WorkingDaysLeft, risk.Probability, city.AtRiskBasis{
			Category: categories[r.Category], Office: r.Office, Whole: risk.Level == CategoryLevel, City: risk.Level == CityLevel, Past: risk.Past,
		})
		out = append(out, item)
	}
	slices.SortStableFunc(out, func(a, b city.AtRisk) int {
		return cmp.Or(cmp.Compare(b.Probability, a.Probability), cmp.Compare(a.WorkingDaysLeft, b.WorkingDaysLeft), cmp.Compare(a.Report.ID, b.Report.ID))
	})
	return out
}
