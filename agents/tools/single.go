package tools

import (
	"math"
	"strings"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// single words one value.
func (a *answer) single(m city.Measurement, beside []city.Measurement) {
	row := m.Rows[0]
	a.head(a.valueFigure(m, row))
	if ofIndicator(m.Query.Measure) {
		a.singleIndicator(m, row)
	} else {
		a.singleReports(m, row, beside)
	}
	a.thin(m, row.N)
}

func (a *answer) singleReports(m city.Measurement, row city.MeasureRow, beside []city.Measurement) {
	q := m.Query
	where, when := a.place(q.Area), a.during(m.Period)
	value := write(m, *row.Value)
	switch q.Measure {
	case city.MeasureOpen, city.MeasureOverdue, city.MeasureIncidents:
		a.existing(m, *row.Value, where, a.asOf(m.Period.To))
		a.name(a.asOf(m.Period.To))
	case city.MeasureReceived, city.MeasureClosed:
		a.existing(m, *row.Value, where, when)
		a.against(beside)
	case city.MeasureResponse, city.MeasureClosing:
		done := "direspons"
		if q.Measure == city.MeasureClosing {
			done = "diselesaikan"
		}
		n := a.count(row.N, "laporan", upper(a.reports(q))+" yang "+done+", "+a.shortArea(q.Area)+", "+city.FormatPeriod(m.Period, a.c.Zone))
		a.say(upper(a.matter(q)) + " " + where + " " + when + " adalah " + value + ", dari " + n + " laporan yang sudah " + done + ".")
	case city.MeasureShare:
		a.share(m, value, where, when, beside)
	default:
		a.say(upper(a.matter(q)) + " " + where + " " + when + " adalah " + value + ".")
	}
}

// existing words a count: "Ada 63 laporan warga di … pada …"; nought is said
// as "Tidak ada".
func (a *answer) existing(m city.Measurement, value float64, where, when string) {
	q := m.Query
	noun, rest := a.reports(q), ""
	switch q.Measure {
	case city.MeasureClosed:
		rest = " yang diselesaikan"
	case city.MeasureOpen:
		rest = " yang belum selesai"
	case city.MeasureOverdue:
		rest = " yang melewati batas waktu penyelesaian"
	case city.MeasureIncidents:
		noun = a.matter(q)
	}
	if value == 0 {
		a.say("Tidak ada " + noun + " " + where + rest + " " + when + ": 0.")
		return
	}
	a.say("Ada " + bare(m, value) + " " + noun + " " + where + rest + " " + when + ".")
}

// against says what the same count was in the period before.
func (a *answer) against(beside []city.Measurement) {
	if len(beside) == 0 || beside[0].Missing != city.NotMissing || len(beside[0].Rows) == 0 || beside[0].Rows[0].Value == nil {
		return
	}
	b := beside[0]
	// A period that begins before the first report is not the whole of itself.
	if b.Data.First != nil && b.Period.From.Before(*b.Data.First) {
		return
	}
	a.figure(a.valueFigure(b, b.Rows[0]))
	dates := city.FormatPeriod(b.Period, a.c.Zone)
	a.name(dates)
	a.say("Periode sebelumnya (" + dates + "): " + bare(b, *b.Rows[0].Value) + ".")
}

// share words a percentage of all reports, with the two counts behind it where
// they agree with it.
func (a *answer) share(m city.Measurement, value, where, when string, beside []city.Measurement) {
	q, row := m.Query, m.Rows[0]
	about := a.portion(q)
	s := value + " laporan " + where + " " + when + " " + about
	if len(beside) == 1 && valued(beside[0]) && row.N > 0 {
		part := beside[0]
		count := *part.Rows[0].Value
		if math.Abs(100*count/float64(row.N)-*row.Value) < 0.051 {
			a.figure(a.valueFigure(part, part.Rows[0]))
			whole := part
			whole.Query.Category, whole.Query.Office, whole.Query.Channel, whole.Query.Status = "", "", "", ""
			n := float64(row.N)
			a.figure(a.valueFigure(whole, city.MeasureRow{Value: &n, N: row.N}))
			s += ": " + bare(part, count) + " dari " + bare(part, n) + " laporan"
		}
	}
	a.say(s + ".")
}

// portion words which part of all reports a share is: "tentang sampah",
// "berstatus selesai dan disampaikan lewat WhatsApp".
func (a *answer) portion(q city.MeasureQuery) string {
	var parts []string
	if q.Category != "" {
		parts = append(parts, "tentang "+a.categoryWord(q.Category))
	}
	if q.Status != "" {
		parts = append(parts, "berstatus "+statusName(q.Status))
	}
	if q.Channel != "" {
		a.name(channelName(q.Channel))
		parts = append(parts, "disampaikan lewat "+channelName(q.Channel))
	}
	if q.Office != "" {
		o, _ := a.office(q.Office)
		a.name(o.ShortName, o.Name)
		parts = append(parts, "ditujukan kepada "+o.ShortName)
	}
	return strings.Join(parts, " dan ")
}

func valued(m city.Measurement) bool {
	return m.Missing == city.NotMissing && len(m.Rows) > 0 && m.Rows[0].Value != nil
}

func (a *answer) singleIndicator(m city.Measurement, row city.MeasureRow) {
	q := m.Query
	i, _ := a.indicator(q.Indicator)
	a.name(i.Name)
	where, when := a.indicatorPlace(q), a.during(m.Period)
	value := write(m, *row.Value)
	switch q.Measure {
	case city.MeasureLatest:
		s := i.Name + where + " terakhir " + value
		if row.Time != nil {
			s += ", diamati " + a.moment(*row.Time)
		}
		a.say(s + ".")
		a.passed(i, q.Area, *row.Value, row)
		a.fresh(m, row)
	case city.MeasureMax, city.MeasureMin:
		s := upper(a.matter(q)) + where + " " + when + " adalah " + value
		if row.Time != nil {
			s += ", pada " + a.clock(*row.Time)
		}
		a.say(s + ".")
	case city.MeasureDaysAbove, city.MeasureDaysBelow:
		side := "di atas "
		if q.Measure == city.MeasureDaysBelow {
			side = "di bawah "
		}
		a.say(i.Name + where + " " + side + a.limit(q, i) + " selama " + value + " " + when + ".")
		a.basis(row)
	default:
		a.say(upper(a.matter(q)) + where + " " + when + " adalah " + value + ".")
		a.basis(row)
	}
}

// basis says how many observations a value stands on.
func (a *answer) basis(row city.MeasureRow) {
	if row.N == 0 {
		return
	}
	n := a.count(row.N, "pengamatan", "Pengamatan di balik angka")
	a.caveat("Dihitung dari " + n + " pengamatan.")
}

// passed says which threshold a value has passed.
func (a *answer) passed(i city.Indicator, area string, value float64, row city.MeasureRow) {
	if row.Time == nil {
		return
	}
	level, t := i.SeverityOf(value, area, row.Time.In(a.c.Zone))
	if t == nil {
		return
	}
	a.threshold(i, *t)
	a.say("Itu melewati ambang " + severityName(level) + " " + city.FormatValue(t.Value, i.Decimals, i.Unit) + ".")
}

func (a *answer) threshold(i city.Indicator, t city.Threshold) {
	a.once(city.Figure{
		Label: "Ambang " + severityName(t.Level) + ", " + i.Name, Value: t.Value, Unit: i.Unit, Decimals: i.Decimals,
		Indicator: i.Slug, Area: t.AreaCode,
	})
}

// divided words a value per part: the whole, then the largest parts.
func (a *answer) divided(m city.Measurement) {
	rows, nameless := known(m)
	rows = a.withEmpty(m, rows)
	sortRows(rows, true)
	refs := make([]string, len(rows))
	title := a.title(m)
	when := a.during(m.Period)
	if m.Measure.Moment {
		when = a.asOf(m.Period.To)
		a.name(when)
	}
	where := a.indicatorOrPlace(m.Query)
	if m.Whole != nil && m.Whole.Value != nil {
		whole := m
		whole.Query.By = city.ByNothing
		a.head(a.valueFigure(whole, *m.Whole))
		if counts(m.Query.Measure) {
			a.existing(whole, *m.Whole.Value, a.place(m.Query.Area), when)
		} else {
			a.say(upper(a.matter(m.Query)) + where + " " + when + " adalah " + write(m, *m.Whole.Value) + ".")
		}
	} else {
		a.say(upper(a.matter(m.Query)) + where + " " + when + " menurut " + dimensionNames[m.Query.By] + ".")
	}
	for i, r := range rows {
		refs[i] = tool.FigureRef(a.figure(a.valueFigure(m, r)))
	}
	var top []string
	for _, r := range rows[:min(3, len(rows))] {
		if counts(m.Query.Measure) && *r.Value == 0 {
			break
		}
		top = append(top, a.partName(m, r)+" "+bare(m, *r.Value))
	}
	if len(top) > 0 {
		a.say(upper(extreme(m.Query.Measure, true)) + ": " + enumerate(top) + ".")
	}
	a.nameless(m, nameless)
	if len(rows) > 0 {
		a.r.Blocks = append(a.r.Blocks, a.blockOf(m, rows, refs, title), a.table(m, rows, title))
	}
	a.followUps(m)
}

// nameless says how many are left out because nobody knows their part.
func (a *answer) nameless(m city.Measurement, n float64) {
	if n == 0 || !counts(m.Query.Measure) {
		return
	}
	what := map[city.Dimension]string{city.ByCategory: "kategori", city.ByOffice: "perangkat daerah"}[m.Query.By]
	if ofArea(m.Query.By) {
		what = dimensionNames[m.Query.By]
	}
	if what == "" {
		return
	}
	f := city.Figure{Label: "Tanpa " + what + " yang diketahui", Value: n, Unit: m.Unit, Measure: m.Query.Measure, Category: m.Query.Category}
	a.figure(f)
	a.caveat(city.FormatNumber(n, 0) + " laporan tidak ikut dibagi karena " + what + "nya belum diketahui.")
}

// extreme is the word for the end of an order.
func extreme(measure string, most bool) string {
	switch {
	case counts(measure) && most:
		return "terbanyak"
	case counts(measure):
		return "tersedikit"
	case most:
		return "tertinggi"
	}
	return "terendah"
}
