package city

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The bounds of a declaration that an officer writes.
const (
	indicatorFreshLeast = 60              // seconds
	indicatorFreshMost  = 800 * 24 * 3600 // what is counted every second year
	definitionLeast     = 10
)

// CheckDeclaration says in words what is wrong with an indicator that an officer
// declares, nil when nothing is: it has a plain slug, a name, a unit, words for what
// is measured and by whom, bounds that leave values between them, and thresholds
// and a target that it can reach. today is a day in the city's time zone.
// Fields are named as in the wire form.
func (i Indicator) CheckDeclaration(today time.Time) error {
	finite := func(v *float64) bool { return v == nil || !math.IsNaN(*v) && !math.IsInf(*v, 0) }
	words := func(s string, least, most int) bool {
		n := utf8.RuneCountInString(strings.TrimSpace(s))
		return n >= least && n <= most
	}
	switch {
	case !plainSlug.MatchString(i.Slug) || len(i.Slug) > 60:
		return ruleError("slug", "error.indicator_slug", i.Slug, "%q is no plain name of small letters, digits and hyphens", i.Slug)
	case !words(i.Name, 1, 120) || !words(i.NameEN, 0, 120):
		return ruleError("name", "error.indicator_name", "", "an indicator has a name of at most 120 letters")
	case !words(i.Unit, 1, 30):
		return ruleError("unit", "error.indicator_unit", "", "an indicator has a unit of at most 30 letters")
	case !slices.Contains([]string{"up", "down", "none"}, i.Direction):
		return ruleError("direction", "error.indicator_choice", i.Direction, "%q is none of up, down, none", i.Direction)
	case !slices.Contains([]string{"city", "district", "village"}, i.Grain):
		return ruleError("grain", "error.indicator_choice", i.Grain, "%q is none of city, district, village", i.Grain)
	case !slices.Contains([]string{"mean", "sum", "max", "last"}, i.Aggregation):
		return ruleError("aggregation", "error.indicator_choice", i.Aggregation, "%q is none of mean, sum, max, last", i.Aggregation)
	case i.Aggregation == "last" && i.Grain != "city":
		return ruleError("aggregation", "error.indicator_together", "", "the newest value is one area's, not that of several together; choose sum, mean or max")
	case i.FreshForSeconds < indicatorFreshLeast || i.FreshForSeconds > indicatorFreshMost:
		return ruleError("fresh_for_seconds", "error.indicator_fresh", "", "a value is fresh for a minute at least and 800 days at most")
	case i.Decimals < 0 || i.Decimals > 6:
		return ruleError("decimals", "error.indicator_decimals", "", "a figure is shown with 0 to 6 decimals")
	case !finite(i.Min) || !finite(i.Max) || i.Min != nil && i.Max != nil && *i.Min >= *i.Max:
		return ruleError("max", "error.indicator_bounds", "", "the greatest possible value is not above the least")
	case !words(i.Definition, definitionLeast, 2000):
		return ruleError("definition", "error.indicator_definition", "", "say what is measured and by whom, in %d to 2000 letters", definitionLeast)
	}
	if err := i.CheckThresholds(i.Thresholds, today); err != nil {
		return err
	}
	return i.CheckTarget(i.Target, today)
}
