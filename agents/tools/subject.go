package tools

import (
	"strings"

	"balaikota/backend/city"
)

// scoped narrows a query to what the asker may see when it does not say: a
// camat who names no area means the own kecamatan, a kepala OPD the own
// office. What was added is returned, for the chips: the sentence then says
// where its figure holds.
func (a *answer) scoped(q city.MeasureQuery) city.MeasureQuery {
	if ofIndicator(q.Measure) {
		return q
	}
	switch a.asker.Role {
	case city.Camat, city.Lurah:
		if q.Area == "" {
			q.Area = a.asker.AreaCode
		}
	case city.KepalaOPD:
		if q.Office == "" {
			q.Office = a.ownOffice()
		}
	}
	return q
}

// mine is the first wall of tools that do not measure: what lies outside the
// asker's own area or office is refused, not answered with nought. The second
// wall is the store's.
func (a *answer) mine(area, office string) error {
	outside := ""
	switch a.asker.Role {
	case city.Camat, city.Lurah:
		if area != "" && !city.Within(area, a.asker.AreaCode) {
			outside = "area"
		}
	case city.KepalaOPD:
		if o, ok := a.office(office); office != "" && (!ok || o.ID != a.asker.OfficeID) {
			outside = "office"
		}
	}
	if outside == "" {
		return nil
	}
	e := city.Errorf(city.Forbidden, "it lies outside the asker's own")
	e.Field = outside
	return e
}

func ofIndicator(measure string) bool {
	switch measure {
	case city.MeasureLatest, city.MeasureMax, city.MeasureMin, city.MeasureMean, city.MeasureSum, city.MeasureDaysAbove, city.MeasureDaysBelow:
		return true
	}
	return false
}

// counts reports whether a measure counts things, so that one says terbanyak
// of it and not tertinggi.
func counts(measure string) bool {
	switch measure {
	case city.MeasureReceived, city.MeasureClosed, city.MeasureOpen, city.MeasureOverdue, city.MeasureIncidents, city.MeasureDaysAbove, city.MeasureDaysBelow:
		return true
	}
	return false
}

// reports names the reports that a query is about: "laporan warga", "laporan
// sampah", with how they came in and whose they are.
func (a *answer) reports(q city.MeasureQuery) string {
	s := "laporan warga"
	if q.Category != "" {
		s = "laporan " + a.categoryWord(q.Category)
	}
	if q.Status != "" {
		s += " berstatus " + statusName(q.Status)
	}
	if q.Channel != "" {
		a.name(channelName(q.Channel))
		s += " lewat " + channelName(q.Channel)
	}
	if q.Office != "" {
		o, _ := a.office(q.Office)
		a.name(o.ShortName, o.Name)
		s += " untuk " + o.ShortName
	}
	return s
}

// categoryWord is a category inside a sentence, and keeps its name.
func (a *answer) categoryWord(slug string) string {
	c, _ := a.category(slug)
	a.name(c.Name)
	return lower(c.Name)
}

// place is where a query looks, and keeps the name.
func (a *answer) place(code string) string {
	ar, ok := a.area(code)
	if ok {
		a.name(ar.Name)
	}
	return a.in(code)
}

// indicatorPlace is where an indicator is measured; of one that the whole city
// has one value of, nothing is said: the dam stands where it stands.
func (a *answer) indicatorPlace(q city.MeasureQuery) string {
	i, _ := a.indicator(q.Indicator)
	if i.Grain == "city" && a.wholeCity(q.Area) {
		return ""
	}
	return " " + a.place(q.Area)
}

// matter is what a measure measures, as a noun inside a sentence, without
// place and time: "laporan pohon", "laporan sampah yang belum selesai", "median
// waktu respons laporan warga", "rata-rata curah hujan harian".
func (a *answer) matter(q city.MeasureQuery) string {
	if ofIndicator(q.Measure) {
		i, _ := a.indicator(q.Indicator)
		a.name(i.Name)
		return a.indicatorMatter(q, i)
	}
	reports := a.reports(q)
	switch q.Measure {
	case city.MeasureClosed:
		return reports + " yang diselesaikan"
	case city.MeasureOpen:
		return reports + " yang belum selesai"
	case city.MeasureOverdue:
		return reports + " yang melewati batas waktu penyelesaian"
	case city.MeasureResponse:
		return "median waktu respons " + reports
	case city.MeasureClosing:
		return "median waktu penyelesaian " + reports
	case city.MeasureShare:
		q.Category = ""
		return "porsi " + reports
	case city.MeasureOnTime:
		return "persentase " + reports + " yang selesai tepat waktu"
	case city.MeasureIncidents:
		if q.Category == "" {
			reports = strings.Replace(reports, "laporan warga", "laporan", 1)
		}
		return strings.Replace(reports, "laporan", "kejadian aktif", 1)
	}
	return reports
}

func (a *answer) indicatorMatter(q city.MeasureQuery, i city.Indicator) string {
	name := lower(i.Name)
	switch q.Measure {
	case city.MeasureMax:
		return name + " tertinggi"
	case city.MeasureMin:
		return name + " terendah"
	case city.MeasureMean:
		return "rata-rata " + name
	case city.MeasureSum:
		return "jumlah " + name
	case city.MeasureDaysAbove, city.MeasureDaysBelow:
		side := "di atas "
		if q.Measure == city.MeasureDaysBelow {
			side = "di bawah "
		}
		return "hari dengan " + name + " " + side + a.limit(q, i)
	}
	return name + " terakhir"
}

// limit writes a query's limit with the indicator's unit and keeps it as a
// figure.
func (a *answer) limit(q city.MeasureQuery, i city.Indicator) string {
	if q.Limit == nil {
		return "batas"
	}
	decimals := decimalsOf(*q.Limit)
	a.once(city.Figure{
		Label: "Batas yang ditanyakan, " + i.Name, Value: *q.Limit, Unit: i.Unit, Decimals: decimals, Indicator: i.Slug,
	})
	return city.FormatValue(*q.Limit, decimals, i.Unit)
}

// decimalsOf is how many decimals a stated value has, at most six.
func decimalsOf(v float64) int {
	_, after, _ := strings.Cut(city.FormatNumber(v, -1), ",")
	return len(after)
}

// label names a figure for the list of evidence: "Laporan masuk, Sampah, Kec.
// Palaran, 1–18 Juni 2026".
func (a *answer) label(m city.Measurement, key string, by city.Dimension) string {
	q := m.Query
	parts := []string{m.Measure.Name}
	if q.Indicator != "" {
		i, _ := a.indicator(q.Indicator)
		parts = append(parts, i.Name)
	}
	if q.Category != "" {
		c, _ := a.category(q.Category)
		parts = append(parts, c.Name)
	}
	if q.Office != "" {
		parts = append(parts, q.Office)
	}
	if q.Channel != "" {
		parts = append(parts, channelName(q.Channel))
	}
	if q.Status != "" {
		parts = append(parts, statusName(q.Status))
	}
	if key != "" {
		parts = append(parts, a.keyName(by, key, ""))
	}
	if by != city.ByKecamatan && by != city.ByKelurahan || key == "" {
		parts = append(parts, a.shortArea(q.Area))
	}
	if m.Measure.Moment {
		parts = append(parts, a.asOf(m.Period.To))
	} else {
		parts = append(parts, city.FormatPeriod(m.Period, a.c.Zone))
	}
	return strings.Join(parts, ", ")
}

// valueFigure is a measured value as a figure with all that it is of.
func (a *answer) valueFigure(m city.Measurement, row city.MeasureRow) city.Figure {
	q := m.Query
	f := city.Figure{
		Label: a.label(m, row.Key, q.By), Value: *row.Value, Unit: m.Unit, Decimals: m.Decimals,
		Measure: q.Measure, Indicator: q.Indicator, Area: q.Area, Category: q.Category, Office: q.Office,
		N: row.N, Time: row.Time,
	}
	if f.Area == "" {
		f.Area = a.d.CityCode
	}
	if !m.Period.From.IsZero() && !m.Measure.Moment {
		from := m.Period.From
		f.From = &from
	}
	to := m.Period.To
	f.To = &to
	switch q.By {
	case city.ByKecamatan, city.ByKelurahan:
		f.Area = row.Key
	case city.ByCategory:
		f.Category = row.Key
	case city.ByOffice:
		f.Office = row.Key
	case city.ByDay, city.ByWeek, city.ByMonth:
		if from, until, ok := a.step(q.By, row.Key); ok {
			f.From, f.To = &from, &until
		}
	}
	return f
}

// write writes a measured value with its unit.
func write(m city.Measurement, v float64) string { return city.FormatValue(v, m.Decimals, m.Unit) }

// bare writes a measured value without its unit, where the unit was said.
func bare(m city.Measurement, v float64) string { return city.FormatNumber(v, m.Decimals) }
