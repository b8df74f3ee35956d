package pack

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"balaikota/backend/city"
)

//go:embed samarinda
var embedded embed.FS

// City is everything the program needs to know about one city before the
// first source speaks.
type City struct {
	Code string // Kemendagri code, "64.72"
	Name string // "Kota Samarinda"
	// Timezone is the IANA name ("Asia/Makassar"), ZoneLabel what people
	// write after a clock time ("WITA").
	Timezone  string
	ZoneLabel string
	// Areas in code order: the city, its kecamatan, its kelurahan. Outlines
	// are approximate until official ones are imported.
	Areas []city.Area
	// Offices of the city, then those of every kecamatan and kelurahan. IDs
	// are 0: the store gives them.
	Offices    []city.Office
	Categories []city.Category
	Indicators []city.Indicator
	// Holidays are midnights UTC of calendar days.
	Holidays []city.Holiday
	// Norms are how long a report may take.
	Norms      []city.Norm
	Population []Population
	// Places are landmarks that reports name.
	Places []Place
	// Hazard is what the assessment of flood risk follows.
	Hazard city.HazardDeclarations
	// Ladder is who hears of late instructions.
	Ladder city.EscalationLadder
	// ActionKinds and ActionRules are what can be advised, and when.
	ActionKinds []city.ActionKind
	ActionRules []city.ActionRule
}

// Population is the number of people in an area as one source counted it.
type Population struct {
	AreaCode string
	People   int
	Year     int
	Source   string
}

// OutlineSource is what an outline that we computed says of itself.
const OutlineSource = "perkiraan Balaikota dari titik label dan luas"

// Names lists the embedded cities.
func Names() []string {
	entries, err := embedded.ReadDir(".")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// Load reads an embedded city by its folder's name ("samarinda").
func Load(name string) (City, error) {
	if !slices.Contains(Names(), name) {
		return City{}, city.Errorf(city.NotFound, "there is no city pack %q; there are %v", name, Names())
	}
	sub, err := fs.Sub(embedded, name)
	if err != nil {
		return City{}, fmt.Errorf("opening city pack %s: %w", name, err)
	}
	return LoadFS(sub)
}

// LoadFS reads a city from a folder with the files of an embedded one:
// city.json, areas.csv, offices.csv, categories.csv, indicators.csv,
// thresholds.csv, holidays.csv, population.csv and, if there are any,
// norms.csv, hazard_*.csv, places.csv, action_*.csv and outlines.geojson. Errors name the
// file, the row and the column.
func LoadFS(fsys fs.FS) (City, error) {
	c, outlineSource, err := loadIdentity(fsys)
	if err != nil {
		return City{}, err
	}
	steps := []func(fs.FS, *City) error{
		loadAreas, loadPopulation, loadOffices, loadCategories, loadIndicators, loadThresholds, loadHolidays, loadNorms, loadLadder, loadHazard, loadPlaces, loadActions,
	}
	for _, step := range steps {
		if err := step(fsys, &c); err != nil {
			return City{}, err
		}
	}
	if err := loadOutlines(fsys, &c, outlineSource); err != nil {
		return City{}, err
	}
	return c, nil
}

func loadIdentity(fsys fs.FS) (City, string, error) {
	raw, err := fs.ReadFile(fsys, "city.json")
	if err != nil {
		return City{}, "", fmt.Errorf("reading city pack: %w", err)
	}
	var head struct {
		Code, Name, Timezone string
		ZoneLabel            string `json:"zone_label"`
		OutlineSource        string `json:"outline_source"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return City{}, "", fmt.Errorf("reading city.json: %w", err)
	}
	if level, ok := city.LevelOfCode(head.Code); !ok || level != city.Kota {
		return City{}, "", city.InvalidField("city.json: code", "%q is not the code of a city, like 64.72", head.Code)
	}
	if _, err := time.LoadLocation(head.Timezone); err != nil {
		return City{}, "", city.InvalidField("city.json: timezone", "%q is not a time zone, like Asia/Makassar", head.Timezone)
	}
	return City{Code: head.Code, Name: head.Name, Timezone: head.Timezone, ZoneLabel: head.ZoneLabel}, head.OutlineSource, nil
}

// Foundation returns the city as an empty database takes it.
func (c City) Foundation() city.Foundation {
	return city.Foundation{
		Setting: city.Setting{Code: c.Code, Name: c.Name, Timezone: c.Timezone, ZoneLabel: c.ZoneLabel},
		Areas:   c.Areas, Offices: c.Offices, Categories: c.Categories, Indicators: c.Indicators, Holidays: c.Holidays, Hazard: c.Hazard, Ladder: c.Ladder,
		Norms: c.Norms, ActionKinds: c.ActionKinds, ActionRules: c.ActionRules,
	}
}

// Location returns the city's time zone. Load has checked that it exists.
func (c City) Location() *time.Location {
	loc, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return time.UTC
	}
	return loc
}
