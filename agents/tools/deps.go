package tools

import (
	"context"
	"log/slog"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// Catalogue is what the city declares. backend/store implements it.
type Catalogue interface {
	Categories(ctx context.Context) ([]city.Category, error)
	Indicators(ctx context.Context, asker city.Asker) ([]city.Indicator, error)
	Offices(ctx context.Context) ([]city.Office, error)
	Norms(ctx context.Context) ([]city.Norm, error)
	Clock(ctx context.Context) (city.Clock, error)
}

// Reports lists citizens' reports within the asker's rights.
type Reports interface {
	Reports(ctx context.Context, asker city.Asker, f city.ReportFilter) ([]city.ReportSummary, error)
	RunningReports(ctx context.Context, asker city.Asker, office, area string, until time.Time, limit int) ([]city.RunningReport, error)
}

// Incidents reads incidents within the asker's rights.
type Incidents interface {
	Incidents(ctx context.Context, asker city.Asker, f city.IncidentFilter) ([]city.Incident, int, error)
	Incident(ctx context.Context, asker city.Asker, id int64) (city.IncidentDetail, error)
}

// Situation is what holds now: alerts, risks, forecasts, sources.
type Situation interface {
	Alerts(ctx context.Context, asker city.Asker) ([]city.Alert, error)
	HazardPicture(ctx context.Context, asker city.Asker, hazard string) (city.HazardPicture, error)
	HazardDeclarations(ctx context.Context, asker city.Asker, hazard string) (city.HazardDeclarations, error)
	Forecasts(ctx context.Context, asker city.Asker, subject, area string) ([]city.Forecast, error)
	// Outlook is what an indicator's own source foresees (BMKG's weather).
	Outlook(ctx context.Context, asker city.Asker, indicator, area string, from, until time.Time) ([]city.OutlookStep, error)
	SourceHealths(ctx context.Context) ([]city.SourceHealth, error)
}

// Agenda reads the mayor's appointments within the asker's rights: others than
// city.AgendaReaders are Forbidden.
type Agenda interface {
	Agenda(ctx context.Context, asker city.Asker, from, to time.Time) (city.Agenda, error)
}

// Similar finds past incidents like one, best first.
type Similar interface {
	Similar(ctx context.Context, asker city.Asker, id int64) ([]city.SimilarCase, error)
}

// AtRisk lists unfinished reports that will likely miss their deadline.
type AtRisk interface {
	AtRisk(ctx context.Context, asker city.Asker, office, area string, days int) (city.AtRiskList, error)
}

// Place is a street, landmark or RT that somebody named, found.
type Place struct {
	Name     string
	Area     string // code of the kelurahan it lies in
	Lon, Lat float64
	RadiusM  float64 // how far around it counts
}

// Deps is what the tools work with. Only Similar, AtRisk, Places, Stems, Now
// and Log may be nil: tools that want one of the first four then say that they
// cannot.
type Deps struct {
	Measures  city.Measurer
	Catalogue Catalogue
	Areas     city.AreaIndex
	Reports   Reports
	Incidents Incidents
	Situation Situation
	Agenda    Agenda
	Similar   Similar
	AtRisk    AtRisk
	// Places finds the places that a name may mean, best first.
	Places func(ctx context.Context, name, area string) ([]Place, error)
	// Stems are the search words of a text, as the store's are.
	Stems func(text string) []string
	// CityCode is the Kemendagri code of the whole city.
	CityCode string
	// ZoneLabel is the city's time zone as people write it (WITA).
	ZoneLabel string
	// Now is the clock by which the store's lists hold; nil is the machine's.
	// Measures know any moment, lists and states only this one.
	Now func() time.Time
	Log *slog.Logger
}

// New returns the registry of all tools.
func New(d Deps) *tool.Registry {
	return tool.NewRegistry(d.Log, d.values,
		d.measure(), d.compare(), d.rank(), d.trend(), d.forecast(),
		d.near(), d.incident(), d.similar(), d.explain(), d.sources(),
		d.areaProfile(), d.officeLoad(), d.agenda(), d.weather(), d.showOnMap(),
		d.draft(), calculate(), d.askBack(), d.unknown(), d.decline(),
	)
}

// values are the values that fields of inputs may take in this city. What
// cannot be read now is not enumerated: inputs are checked all the same.
func (d Deps) values(ctx context.Context, asker city.Asker) tool.Values {
	known := map[string][]string{
		"by":        {"kecamatan", "kelurahan", "kategori", "opd", "kanal", "status", "hari", "minggu", "bulan"},
		"level":     {"kecamatan", "kelurahan"},
		"order":     {"terbanyak", "tersedikit"},
		"operation": {"difference", "sum", "ratio", "percent", "change"},
	}
	for _, m := range city.Measures() {
		known["measure"] = append(known["measure"], m.Slug)
	}
	b := book{d: d, ctx: ctx, asker: asker}
	for _, c := range b.allCategories() {
		known["category"] = append(known["category"], c.Slug)
	}
	for _, i := range b.allIndicators() {
		known["indicator"] = append(known["indicator"], i.Slug)
	}
	for _, o := range b.allOffices() {
		if o.Kind == "opd" || o.Kind == "bumd" {
			known["office"] = append(known["office"], o.ShortName)
		}
	}
	known["against_category"], known["against_office"] = known["category"], known["office"]
	return func(field string) []string { return known[field] }
}
