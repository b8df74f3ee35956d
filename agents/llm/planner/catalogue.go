package planner

import (
	"time"

	"balaikota/backend/city"
)

// Catalogue is everything of one city that a question may name. The planner
// copies what it needs; a changed catalogue is handed in anew (Renew).
type Catalogue struct {
	// CityName is the city's full or bare name ("Kota Samarinda").
	CityName string
	// CityCode is its Kemendagri code; an area of level kota in Areas will do.
	CityCode   string
	Areas      []city.Area // outlines are not looked at
	Categories []city.Category
	Indicators []city.Indicator
	Offices    []city.Office
	Channels   []Channel
	// Measures are the declared measures; their names and words are
	// understood beside the planner's own words for them.
	Measures []city.Measure
	Sources  []Source
	Zone     *time.Location // nil: UTC
}

// Channel is a way citizens speak to the city.
type Channel struct {
	Slug string
	Name string
	// Words are other names of it.
	Words []string
}

// Source is a source of data that can be asked about by name.
type Source struct {
	Slug string
	Name string
}

// Language are the functions on Indonesian words that the planner needs, as
// backend/analysis/language has them. Both are pure and safe for concurrent use.
type Language struct {
	// Normalise mends the spelling of one lower-case word; the answer may be
	// several words with spaces between.
	Normalise func(word string) string
	// Stem shortens a lower-case word to its root, or returns it as it is.
	Stem func(word string) string
}
