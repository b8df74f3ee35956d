package store

import (
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// Open311Settings gives a transaction the rights of a key from outside, 0 for none.
func Open311Settings(key int64) string { return open311Settings(key) }

// WrittenStatements are the statements that are put together at run time, in
// all their variants.
func WrittenStatements() []string {
	s := &Store{now: time.Now}
	cat := &catalogue{offices: map[string]int64{}, location: time.UTC}
	now := time.Now()
	filters := []city.ReportFilter{
		{}, {AreaCode: "64.72.01"}, {Category: "x"}, {Office: "x"}, {Channel: "x"}, {Source: "x"}, {Status: city.ReportStatuses}, {From: now},
		{To: now}, {Overdue: true}, {Review: true}, {Incident: 1}, {Stems: []string{"x"}}, {BeforeTime: now, BeforeID: 1},
		{AreaCode: "64.72.01", Category: "x", Office: "x", Channel: "x", Source: "x", Status: city.ReportStatuses, From: now, To: now, Overdue: true, Stems: []string{"x"}, BeforeTime: now, BeforeID: 1},
	}
	askers := []city.Asker{city.System, {}, {Role: city.Camat, AreaCode: "64.72.01"}, {Role: city.KepalaOPD, OfficeID: 1}, {Role: city.Layar}}
	var out []string
	for _, a := range askers {
		for _, f := range filters {
			where, _ := s.reportConditions(cat, a, f)
			out = append(out, listReportsSQL(a.Role, where), figuresSQL(where))
		}
	}
	for _, a := range askers {
		for _, f := range []city.IncidentFilter{
			{}, {Sort: "newest"}, {Sort: "voices"}, {Status: city.IncidentStatuses}, {AreaCode: "64.72.01", Category: "x", Office: "x", MinVoices: 2,
				MinUrgency: city.Siaga, Structural: true, ActiveSince: now},
		} {
			where, _ := incidentConditions(cat, a, f)
			out = append(out, listIncidentsSQL(where, f.Sort), countIncidentsSQL(where))
		}
	}
	for _, aggregation := range []string{"mean", "sum", "max", "last"} {
		for _, step := range []string{StepRaw, StepHour, StepDay} {
			out = append(out, seriesSQL(aggregation, step, cat.location))
		}
	}
	return out
}

// ListReportsSQL is the statement by which an asker's reports are read.
func ListReportsSQL(asker city.Asker, f city.ReportFilter) (settings, sql string, args pgx.NamedArgs) {
	s := &Store{now: time.Now}
	where, args := s.reportConditions(&catalogue{cityCode: "64.72"}, asker, f)
	args["limit"] = 20
	return askerSettings(asker, ""), listReportsSQL(asker.Role, where), args
}

// AskerSettings is the statement that gives a transaction an asker's rights.
func AskerSettings(asker city.Asker, reason string) string { return askerSettings(asker, reason) }

// MostHooks is how much may wait at one source's hook.
const MostHooks = mostHooks
