package importing

import (
	"strings"
	"time"
	"unicode"

	"balaikota/backend/city"
)

// Env is what rows are understood against.
type Env struct {
	// Zone is the city's time zone, for times that name none. Required.
	Zone *time.Location
	// Areas finds areas by code and name; nil leaves area fields as written.
	Areas city.AreaIndex

	indicators map[string]city.Indicator
	categories map[string]city.Category
	offices    map[string]city.Office
}

// NewEnv builds an Env. Indicators, categories and offices are found by slug
// or short name, by their names in both languages and by aliases.
func NewEnv(zone *time.Location, areas city.AreaIndex, indicators []city.Indicator, categories []city.Category, offices []city.Office) Env {
	e := Env{Zone: zone, Areas: areas, indicators: map[string]city.Indicator{}, categories: map[string]city.Category{}, offices: map[string]city.Office{}}
	for _, i := range indicators {
		named(e.indicators, i, i.NameEN, i.Name)
	}
	for _, c := range categories {
		named(e.categories, c, c.NameEN, c.Name)
	}
	for _, o := range offices {
		named(e.offices, o, append(o.Aliases, o.Name)...)
	}
	for _, i := range indicators { // the slug itself always wins
		e.indicators[foldName(i.Slug)] = i
	}
	for _, c := range categories {
		e.categories[foldName(c.Slug)] = c
	}
	for _, o := range offices {
		e.offices[foldName(o.ShortName)] = o
	}
	return e
}

func named[T any](m map[string]T, v T, names ...string) {
	for _, n := range names {
		if key := foldName(n); key != "" {
			if _, taken := m[key]; !taken {
				m[key] = v
			}
		}
	}
}

// foldName compares names by letters and digits only.
func foldName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// area finds the one area that written means: its code, or its name when only
// one area or one with all the others inside it is meant. ok is false when it
// is unknown or means several.
func (e Env) area(written string) (code string, several []string, ok bool) {
	written = strings.TrimSpace(written)
	if written == "" || e.Areas == nil {
		return written, nil, true
	}
	if _, known := e.Areas.Area(written); known {
		return written, nil, true
	}
	found := e.Areas.Find(written)
	if len(found) == 0 {
		return "", nil, false
	}
	for _, c := range found[1:] {
		if !city.Within(c, found[0]) {
			return "", found, false
		}
	}
	return found[0], nil, true
}

// names writes areas for a message: "Sempaja Barat (64.72.05.1012)".
func (e Env) names(codes []string) string {
	var out []string
	for i, c := range codes {
		if i == 5 {
			out = append(out, "…")
			break
		}
		a, _ := e.Areas.Area(c)
		out = append(out, a.Name+" ("+c+")")
	}
	return strings.Join(out, ", ")
}
