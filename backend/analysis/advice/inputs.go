package advice

import (
	"time"

	"balaikota/backend/city"
)

// Inputs is the city as one round of advice sees it. Lists may come in any
// order; times are moments.
type Inputs struct {
	CityCode string
	CityName string
	// Calendar counts working days; ZoneLabel is written after hours (WITA).
	Calendar  city.Calendar
	ZoneLabel string

	Areas      []city.Area
	Offices    []city.Office
	Categories []city.Category
	Indicators []city.Indicator

	// Incidents are the running ones; Patterns those that hold now.
	Incidents []city.Incident
	Patterns  []city.Pattern
	Forecasts []city.Forecast
	// Usual is how many reports a day an area (by code) had of late.
	Usual map[string]float64
	// Overdue are reports past their deadline, AtRisk those about to miss it,
	// one row for each office.
	Overdue, AtRisk []OfficeCases
	States          []city.IndicatorState
	// Sources names the sources by slug.
	Sources []city.SourceHealth
	Flood   city.HazardPicture
	// Alerts are what runs now; only official warnings and quakes are read.
	Alerts []city.Alert
	// ReportsStale is since when no source of reports has delivered, zero while
	// one of them does.
	ReportsStale time.Time

	// Given are the dispositions that run, or were done of late.
	Given []Given
	// Ledger is what past actions brought; Past are past actions themselves.
	Ledger []city.LedgerLine
	Past   []Past
	// Simulated is true when any source is: what joins all is marked then.
	Simulated bool
}

// OfficeCases are an office's reports past their deadline, or about to be.
type OfficeCases struct {
	Office string
	Count  int
	// Oldest is the earliest deadline among them.
	Oldest time.Time
	// Reports are the numbers of the most pressing, at most twenty.
	Reports []int64
	// At is when they were counted.
	At time.Time
}

// Given is a disposition as far as advice about the same matter needs it.
type Given struct {
	ID        int64
	Number    string
	Key       string // of the recommendation it came from, "" for none
	Action    string
	Office    string // short name
	Incidents []int64
	Status    city.DispositionStatus
	DoneAt    *time.Time
}

// Past is an earlier action with what it was about.
type Past struct {
	Action, AreaCode, Category string
	city.PastAction
}

// book finds declarations by their names.
type book struct {
	Inputs
	areas      map[string]city.Area
	offices    map[string]city.Office // by short name
	areaOffice map[string]city.Office // by area
	categories map[string]city.Category
	indicators map[string]city.Indicator
	states     map[[2]string]city.IndicatorState
	sources    map[string]city.SourceHealth
	kinds      map[string]city.ActionKind
	now        time.Time
}

func newBook(in Inputs, kinds []city.ActionKind, now time.Time) *book {
	b := &book{
		Inputs: in, areas: map[string]city.Area{}, offices: map[string]city.Office{}, areaOffice: map[string]city.Office{}, now: now,
		categories: map[string]city.Category{}, indicators: map[string]city.Indicator{}, states: map[[2]string]city.IndicatorState{},
		sources: map[string]city.SourceHealth{}, kinds: map[string]city.ActionKind{},
	}
	for _, a := range in.Areas {
		b.areas[a.Code] = a
	}
	for _, o := range in.Offices {
		b.offices[o.ShortName] = o
		if o.AreaCode != "" {
			b.areaOffice[o.AreaCode] = o
		}
	}
	for _, c := range in.Categories {
		b.categories[c.Slug] = c
	}
	for _, i := range in.Indicators {
		b.indicators[i.Slug] = i
	}
	for _, s := range in.States {
		b.states[[2]string{s.Indicator, b.whole(s.AreaCode)}] = s
	}
	for _, s := range in.Sources {
		b.sources[s.Slug] = s
	}
	for _, k := range kinds {
		b.kinds[k.Slug] = k
	}
	return b
}

// whole gives the whole city its code.
func (b *book) whole(area string) string {
	if area == "" {
		return b.CityCode
	}
	return area
}

// areaName is an area's name as a sentence writes it.
func (b *book) areaName(code string) city.Said {
	if code == "" || code == b.CityCode {
		return city.Said{Text: "seluruh kota", TextEN: "the whole city"}
	}
	name := b.areas[code].Name
	if name == "" {
		name = code
	}
	if l, ok := city.LevelOfCode(code); ok && l == city.Kecamatan {
		return city.Said{Text: "Kec. " + name, TextEN: name + " district"}
	}
	return city.Said{Text: name, TextEN: name}
}

// office finds who a rule means for a matter: a short name, the office that
// owns the matter (pemilik), or that of the kelurahan or kecamatan of the
// place. It is false when there is none: then nothing is advised.
func (b *book) office(rule city.ActionRule, m matter) (city.Office, bool) {
	name := rule.Office
	switch rule.Office {
	case "pemilik":
		name = m.office
	case "kelurahan":
		if l, _ := city.LevelOfCode(m.area); l != city.Kelurahan {
			return city.Office{}, false
		}
		o, ok := b.areaOffice[m.area]
		return o, ok
	case "kecamatan":
		code := m.area
		if l, _ := city.LevelOfCode(code); l == city.Kelurahan {
			code = city.ParentCode(code)
		}
		if l, _ := city.LevelOfCode(code); l != city.Kecamatan {
			return city.Office{}, false
		}
		o, ok := b.areaOffice[code]
		return o, ok
	}
	o, ok := b.offices[name]
	return o, ok
}
