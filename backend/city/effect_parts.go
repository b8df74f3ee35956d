package city

// IndexPartRule declares one part of the city index: what it measures and which
// values score 0 and 100. A row with its source.
type IndexPartRule struct {
	Slug    string
	Name    string
	NameEN  string
	Kind    string // share, rate, hours, indicators, freshness, proof
	Measure string // slug of a measure, for share, rate and hours
	Period  string // name of a period, where it counts over one
	Weight  float64
	Best    float64 // scores 100
	Worst   float64 // scores 0
	Source  string
}
