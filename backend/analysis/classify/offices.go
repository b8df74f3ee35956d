package classify

import "balaikota/backend/city"

// Offices says which office a report goes to.
type Offices struct {
	byCategory map[string]string
	byArea     map[[2]string]string // category and area
}

// NewOffices takes the categories' own offices and what officers corrected
// reports to. Where two rules speak of the same category and area the later one
// holds.
func NewOffices(categories []city.Category, rules []city.OfficeRule) *Offices {
	o := &Offices{byCategory: map[string]string{}, byArea: map[[2]string]string{}}
	for _, c := range categories {
		o.byCategory[c.Slug] = c.Office
	}
	last := map[[2]string]city.OfficeRule{}
	for _, r := range rules {
		key := [2]string{r.Category, r.AreaCode}
		if before, ok := last[key]; r.Office != "" && (!ok || r.At.After(before.At)) {
			last[key], o.byArea[key] = r, r.Office
		}
	}
	return o
}

// OfficeFor proposes the office (short name) for a category in an area: the one
// an officer last corrected such a report to in that very area, else the
// category's own; learned reports which. A correction is not carried over to
// other areas, larger or smaller: why it was made is not known. "" for a
// category that is not known.
func (o *Offices) OfficeFor(category, areaCode string) (office string, learned bool) {
	if office, ok := o.byArea[[2]string{category, areaCode}]; ok && areaCode != "" {
		return office, true
	}
	return o.byCategory[category], false
}
