package tools

import (
	"strings"
	"time"

	"balaikota/backend/city"
)

// dimensionNames are what a measure is divided by, as a sentence says it.
var dimensionNames = map[city.Dimension]string{
	city.ByKecamatan: "kecamatan", city.ByKelurahan: "kelurahan", city.ByCategory: "kategori", city.ByOffice: "perangkat daerah",
	city.ByChannel: "kanal", city.ByStatus: "status", city.ByDay: "hari", city.ByWeek: "minggu", city.ByMonth: "bulan",
}

func ofTime(by city.Dimension) bool { return by.Times() }

func ofArea(by city.Dimension) bool { return by == city.ByKecamatan || by == city.ByKelurahan }

// keyName is one part of a division by its name. given is the label that the
// measurement carries.
func (a *answer) keyName(by city.Dimension, key, given string) string {
	switch by {
	case city.ByKecamatan, city.ByKelurahan:
		if key == "" {
			return "tanpa wilayah"
		}
		if ar, ok := a.area(key); ok {
			a.name(ar.Name)
		}
		return a.areaName(key)
	case city.ByCategory:
		if key == "" {
			return "tanpa kategori"
		}
		c, _ := a.category(key)
		a.name(c.Name)
		return c.Name
	case city.ByOffice:
		if key == "" {
			return "tanpa perangkat daerah"
		}
		o, _ := a.office(key)
		a.name(o.ShortName, o.Name)
		return o.ShortName
	case city.ByChannel:
		a.name(channelName(key))
		return channelName(key)
	case city.ByStatus:
		return statusName(key)
	case city.ByDay, city.ByWeek, city.ByMonth:
		return a.stepName(by, key)
	}
	if given != "" {
		return given
	}
	return key
}

// step is the stretch of time that a key of a division by time names.
func (a *answer) step(by city.Dimension, key string) (from, to time.Time, ok bool) {
	form := time.DateOnly
	if len(key) == len("2006-01") {
		form = "2006-01"
	}
	from, err := time.ParseInLocation(form, key, a.c.Zone)
	if err != nil {
		return from, to, false
	}
	switch by {
	case city.ByMonth:
		to = from.AddDate(0, 1, 0)
	case city.ByWeek:
		to = from.AddDate(0, 0, 7)
	default:
		to = from.AddDate(0, 0, 1)
	}
	return from, to, true
}

func (a *answer) stepName(by city.Dimension, key string) string {
	from, to, ok := a.step(by, key)
	if !ok {
		return key
	}
	return city.FormatPeriod(city.Period{Name: key, From: from, To: to}, a.c.Zone)
}

// known are the rows with a value and a part that has a name, and how many
// reports stand in parts without one (no area known, no category).
func known(m city.Measurement) (rows []city.MeasureRow, nameless float64) {
	for _, r := range m.Rows {
		switch {
		case r.Value == nil:
		case r.Key == "" && m.Query.By != city.ByNothing:
			nameless += *r.Value
		default:
			rows = append(rows, r)
		}
	}
	return rows, nameless
}

// withEmpty adds the areas without any row as zeros: where nobody reported,
// nought was reported. Of a median, a share or an indicator nothing is added.
func (a *answer) withEmpty(m city.Measurement, rows []city.MeasureRow) []city.MeasureRow {
	if m.Measure.Of != city.OfReports || !counts(m.Measure.Slug) || m.Cut || m.Missing != city.NotMissing {
		return rows
	}
	have := map[string]bool{}
	for _, r := range rows {
		have[r.Key] = true
	}
	add := func(key string) {
		if !have[key] {
			rows = append(rows, city.MeasureRow{Key: key, Value: new(float64)})
		}
	}
	switch m.Query.By {
	case city.ByKecamatan, city.ByKelurahan:
		level := city.Level(m.Query.By)
		for _, ar := range a.d.Areas.Areas(level) {
			if a.wholeCity(m.Query.Area) || city.Within(ar.Code, m.Query.Area) {
				add(ar.Code)
			}
		}
	case city.ByCategory:
		for _, c := range a.allCategories() {
			add(c.Slug)
		}
	}
	return rows
}

// blockOf draws a division: areas as a map, time as a line, all else as bars.
// refs are the rows' figures.
func (a *answer) blockOf(m city.Measurement, rows []city.MeasureRow, refs []string, title string) city.Block {
	b := city.Block{Kind: "bars", Title: title, Unit: m.Unit, Decimals: m.Decimals}
	switch {
	case ofArea(m.Query.By):
		b.Kind, b.Level = "map", string(m.Query.By)
	case ofTime(m.Query.By):
		b.Kind = "line"
	}
	for i, r := range rows {
		b.Items = append(b.Items, city.BlockItem{Key: r.Key, Label: a.keyName(m.Query.By, r.Key, r.Label), Value: r.Value, Figure: refs[i]})
	}
	return b
}

// title heads a block: "Laporan sampah per kelurahan, Maret 2026".
func (a *answer) title(m city.Measurement) string {
	q := m.Query
	by := q.By
	s := upper(a.matter(q))
	if by != city.ByNothing {
		s += " per " + dimensionNames[by]
	}
	if !a.wholeCity(q.Area) {
		s += ", " + a.areaName(q.Area)
	}
	if m.Measure.Moment {
		return s + ", " + a.asOf(m.Period.To)
	}
	dates := city.FormatPeriod(m.Period, a.c.Zone)
	a.name(dates)
	return s + ", " + dates
}

// table writes rows as a table. Where the people of areas are known, a second
// column says how many reports that is for ten thousand of them.
func (a *answer) table(m city.Measurement, rows []city.MeasureRow, title string) city.Block {
	b := city.Block{Kind: "table", Title: title, Columns: []string{upper(dimensionNames[m.Query.By]), upper(strings.TrimSpace(m.Measure.Name))}}
	perHead := ofArea(m.Query.By) && counts(m.Query.Measure) && a.peopleKnown(rows)
	if perHead {
		b.Columns = append(b.Columns, "Per "+a.perPeople()+" jiwa")
	}
	for _, r := range rows {
		line := []string{a.keyName(m.Query.By, r.Key, r.Label), write(m, *r.Value)}
		if perHead {
			ar, _ := a.area(r.Key)
			rate := *r.Value * peopleUnit / float64(ar.Population)
			f := a.valueFigure(m, r)
			f.Value, f.Decimals, f.Unit, f.Label, f.Operation = rate, 1, "per 10.000 jiwa", f.Label+", per 10.000 jiwa", "ratio"
			a.figure(f)
			line = append(line, city.FormatNumber(rate, 1))
		}
		b.Rows = append(b.Rows, line)
	}
	return b
}

// peopleUnit is per how many people rates are given.
const peopleUnit = 10_000

func (a *answer) perPeople() string {
	a.once(city.Figure{Label: "Satuan angka per penduduk", Value: peopleUnit, Unit: "jiwa"})
	return city.FormatNumber(peopleUnit, 0)
}

// peopleKnown reports whether the people of all areas are known, counted in
// the same year: rates of different years are not laid side by side.
func (a *answer) peopleKnown(rows []city.MeasureRow) bool {
	year := 0
	for _, r := range rows {
		ar, ok := a.area(r.Key)
		if !ok || ar.Population <= 0 || year != 0 && ar.PopulationYear != year {
			return false
		}
		year = ar.PopulationYear
	}
	return len(rows) > 0
}
