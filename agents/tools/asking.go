package tools

import (
	"balaikota/backend/city"
)

// measure asks for measurements under the asker's rights, all from one
// snapshot.
func (a *answer) measure(queries ...city.MeasureQuery) ([]city.Measurement, error) {
	for i, q := range queries {
		if q.Period == "" {
			queries[i].Period = usualPeriod(q.Measure)
		}
	}
	ms, err := a.d.Measures.Measure(a.ctx, a.asker, a.c.At, queries...)
	if err != nil {
		return nil, err
	}
	for _, m := range ms {
		a.use(m)
	}
	return ms, nil
}

// usualPeriod is meant when a person names none: of a state the moment, of
// counts and means the last thirty days, said on a chip.
func usualPeriod(measure string) string {
	switch measure {
	case city.MeasureOpen, city.MeasureOverdue, city.MeasureIncidents, city.MeasureLatest:
		return city.PeriodUntilNow
	}
	return "30_hari_terakhir"
}

// chips say how a query was understood. asked is the input as it came, which
// says what was not stated.
func (a *answer) chips(asked city.MeasureQuery, m city.Measurement) {
	q := m.Query
	name := m.Measure.Name
	a.chip("measure", q.Measure, name)
	if q.Indicator != "" {
		i, _ := a.indicator(q.Indicator)
		a.chip("indicator", q.Indicator, i.Name)
	} else if q.Category != "" {
		c, _ := a.category(q.Category)
		a.chip("category", q.Category, c.Name)
	}
	a.stated("area", asked.Area, q.Area, a.fullArea(q.Area))
	if q.Indicator != "" && asked.Area != "" && q.Area != asked.Area && !a.wholeCity(asked.Area) {
		a.name(a.areaName(asked.Area))
		a.caveat("Indikator ini tidak diukur untuk " + a.areaName(asked.Area) + "; yang ditampilkan nilai " + a.areaName(q.Area) + ".")
	}
	if q.Office != "" {
		a.stated("office", asked.Office, q.Office, q.Office)
	}
	if q.Channel != "" {
		a.chip("channel", q.Channel, upper(channelName(q.Channel)))
	}
	if q.Status != "" {
		a.chip("status", q.Status, upper(statusName(q.Status)))
	}
	if !m.Measure.Moment || asked.Period != "" {
		a.stated("period", asked.Period, q.Period, a.periodChip(m.Period))
	}
	if q.Limit != nil {
		i, _ := a.indicator(q.Indicator)
		a.chip("limit", city.FormatNumber(*q.Limit, -1), city.FormatValue(*q.Limit, decimalsOf(*q.Limit), i.Unit))
	}
	if q.By != city.ByNothing {
		a.chip("by", string(q.By), "Per "+dimensionNames[q.By])
	}
	a.r.Area, a.r.Category = q.Area, q.Category
	if a.r.Area == "" {
		a.r.Area = a.d.CityCode
	}
}

// stated is a chip that is marked as assumed when the input did not hold it.
func (a *answer) stated(kind, asked, value, text string) {
	if asked == "" {
		a.assumedChip(kind, value, text)
		return
	}
	a.chip(kind, value, text)
}

// missing ends the turn where there is nothing to measure, with a sentence
// that says from when to when there is.
func (a *answer) missing(m city.Measurement) bool {
	if m.Missing == city.NotMissing {
		return false
	}
	a.r.Status = city.Abstained
	what, where := upper(a.matterPlain(m.Query)), ""
	if !ofIndicator(m.Query.Measure) || !a.wholeCity(m.Query.Area) {
		where = " " + a.place(m.Query.Area)
	}
	when := " " + a.during(m.Period)
	if m.Measure.Moment {
		when = ""
	}
	a.say("Tidak ada data " + lower(what) + where + when + ".")
	a.spanOfData(m)
	return true
}

// matterPlain is what the data are of, whatever is worked out from them.
func (a *answer) matterPlain(q city.MeasureQuery) string {
	if ofIndicator(q.Measure) {
		i, _ := a.indicator(q.Indicator)
		a.name(i.Name)
		return lower(i.Name)
	}
	return a.reports(city.MeasureQuery{Category: q.Category, Channel: q.Channel, Office: q.Office})
}

func (a *answer) spanOfData(m city.Measurement) {
	d := m.Data
	if d.First == nil || d.Last == nil {
		a.say("Belum ada data semacam itu di sini.")
		return
	}
	first, last := *d.First, *d.Last
	a.figure(city.Figure{
		Label: "Data yang ada, " + a.matterPlain(m.Query), Value: float64(dayCount(first, last)), Unit: "hari", Measure: m.Query.Measure,
		Indicator: m.Query.Indicator, From: &first, To: &last,
	})
	span := a.day(first) + " sampai " + a.day(last)
	a.name(span, a.day(first), a.day(last))
	whose := ""
	if m.Missing == city.NoObservation && m.Query.Area != "" {
		whose = " untuk wilayah lain"
	}
	a.say("Data yang ada" + whose + " dari " + span + ".")
	switch m.Missing {
	case city.BeforeData:
		a.caveat("Periode yang ditanyakan lebih awal dari data tertua.")
	case city.AfterData:
		a.caveat("Periode yang ditanyakan lebih baru dari data terakhir.")
	}
}

// thin says when a value stands on too few rows.
func (a *answer) thin(m city.Measurement, n int) {
	if m.Measure.LeastN == 0 || n >= m.Measure.LeastN {
		return
	}
	a.once(city.Figure{Label: "Batas jumlah agar angka kokoh, " + m.Measure.Name, Value: float64(m.Measure.LeastN)})
	a.figure(city.Figure{Label: "Jumlah data di balik angka, " + m.Measure.Name, Value: float64(n), Area: m.Query.Area, Category: m.Query.Category})
	a.caveat("Hanya dari " + city.FormatNumber(float64(n), 0) + " data (kurang dari " + city.FormatNumber(float64(m.Measure.LeastN), 0) + "), jadi belum kokoh.")
}

// fresh says when an indicator's newest value is older than it should be.
func (a *answer) fresh(m city.Measurement, row city.MeasureRow) {
	i, ok := a.indicator(m.Query.Indicator)
	if !ok || row.Time == nil || i.FreshForSeconds <= 0 || m.Query.Measure != city.MeasureLatest {
		return
	}
	age := m.Period.To.Sub(*row.Time).Seconds()
	if age <= 6*float64(i.FreshForSeconds) {
		return
	}
	n, unit := age/3600, "jam"
	if n >= 72 {
		n, unit = n/24, "hari"
	}
	f := city.Figure{Label: "Umur data terakhir, " + i.Name, Value: float64(int(n)), Unit: unit, Indicator: i.Slug, Time: row.Time}
	a.figure(f)
	a.caveat("Data basi: nilai terakhir sudah berumur " + city.FormatValue(f.Value, 0, unit) + ".")
}

// followUps are what is worth asking after a measure, as full questions.
func (a *answer) followUps(m city.Measurement) {
	q := m.Query
	where := a.askPlace(q.Area)
	when := " " + a.askPeriod(m.Period)
	if m.Measure.Moment {
		when = ""
	}
	if ofIndicator(q.Measure) {
		a.followIndicator(q, where, when)
		return
	}
	reports := "laporan"
	if q.Category != "" {
		reports += " " + a.categoryWord(q.Category)
	}
	if q.Measure != city.MeasureOpen {
		a.ask("Berapa " + reports + " yang belum selesai" + where + "?")
	}
	if level := a.below(q.Area); level != "" {
		ask := "paling banyak " + reports
		if q.Measure == city.MeasureOpen || q.Measure == city.MeasureOverdue {
			ask, when = "paling banyak "+reports+" yang belum selesai", ""
		}
		a.ask(upper(level) + " mana" + a.askWithin(q.Area) + " yang " + ask + when + "?")
	}
	if q.Category == "" {
		a.ask("Apa keluhan terbanyak" + where + when + "?")
	} else {
		a.ask("Bagaimana perubahan " + reports + where + " bulan lalu dibanding bulan sebelumnya?")
	}
}

func (a *answer) followIndicator(q city.MeasureQuery, where, when string) {
	i, _ := a.indicator(q.Indicator)
	name := lower(i.Name)
	if q.Measure != city.MeasureLatest {
		a.ask("Berapa " + name + where + " terakhir?")
	} else {
		a.ask("Berapa " + name + " tertinggi" + where + " bulan ini?")
		when = " 30 hari terakhir"
	}
	a.ask("Bagaimana tren " + name + where + when + "?")
	if i.Grain == "district" && a.asker.AreaCode == "" { // who sees one area ranks none
		a.ask("Kecamatan mana dengan rata-rata " + name + " tertinggi" + when + "?")
	}
	a.ask("Apa arti " + name + "?")
}

// askPlace is a place in a question, "" for the whole city.
func (a *answer) askPlace(code string) string {
	if a.wholeCity(code) {
		return ""
	}
	return " " + a.place(code)
}

func (a *answer) askWithin(code string) string {
	if a.wholeCity(code) {
		return ""
	}
	return " " + a.place(code)
}

// below is the level under an area: what may be ranked within it.
func (a *answer) below(code string) string {
	ar, ok := a.area(code)
	switch {
	case !ok || ar.Level == city.Kelurahan:
		return ""
	case ar.Level == city.Kecamatan:
		return "kelurahan"
	}
	return "kecamatan"
}

func dayCount(from, to interface{ Unix() int64 }) int {
	return int((to.Unix() - from.Unix()) / 86400)
}
