package tools

import (
	"context"
	_ "embed"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed area.md
var areaText string

func (d Deps) areaProfile() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolArea, Description: areaText}, func(ctx context.Context, c tool.Call, in city.AreaInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		if in.Area == "" && c.Screen != nil {
			in.Area = c.Screen.Area
		}
		if err := a.profile(in); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

// profile words how an area stands: who lives there, what came in, what waits.
func (a *answer) profile(in city.AreaInput) error {
	q := a.scoped(city.MeasureQuery{Measure: city.MeasureReceived, Area: in.Area, Period: in.Period})
	ar, ok := a.area(q.Area)
	if !ok {
		return city.InvalidField("area", "unknown area %.40q", q.Area)
	}
	asks := func(measure string, by city.Dimension) city.MeasureQuery {
		x := q
		x.Measure, x.By = measure, by
		if measure == city.MeasureOpen || measure == city.MeasureOverdue || measure == city.MeasureIncidents {
			x.Period = ""
		}
		return x
	}
	ms, err := a.measure(asks(city.MeasureReceived, ""), asks(city.MeasureClosed, ""), asks(city.MeasureOpen, ""), asks(city.MeasureOverdue, ""),
		asks(city.MeasureReceived, city.ByCategory))
	if err != nil {
		return err
	}
	a.stated("area", in.Area, q.Area, a.fullArea(q.Area))
	a.stated("period", in.Period, ms[0].Query.Period, a.periodChip(ms[0].Period))
	a.r.Area = ar.Code
	a.name(ar.Name)
	a.people(ar)
	if a.missing(ms[0]) {
		return nil
	}
	a.standing(ar, ms)
	a.r.Blocks = append([]city.Block{{Kind: "map", Title: a.areaName(ar.Code), Level: string(ar.Level), Highlight: []string{ar.Code}}}, a.r.Blocks...)
	if ar.Level == city.Kota {
		a.r.Blocks[0].Level, a.r.Blocks[0].Highlight = string(city.Kecamatan), nil
	}
	a.ask("Apa kejadian paling mendesak" + a.askPlace(ar.Code) + "?")
	a.ask("Bagaimana tren laporan" + a.askPlace(ar.Code) + " 30 hari terakhir?")
	if level := a.below(ar.Code); level != "" {
		a.ask(upper(level) + " mana" + a.askWithin(ar.Code) + " yang paling banyak laporan yang belum selesai?")
	}
	return nil
}

func (a *answer) people(ar city.Area) {
	if ar.Population <= 0 {
		return
	}
	f := city.Figure{Label: "Penduduk, " + a.shortArea(ar.Code), Value: float64(ar.Population), Unit: "jiwa", Area: ar.Code}
	a.figure(f)
	s := a.areaName(ar.Code) + " berpenduduk " + city.FormatNumber(f.Value, 0) + " jiwa"
	if ar.PopulationYear > 0 {
		year := city.FormatDay(time.Date(ar.PopulationYear, 1, 1, 12, 0, 0, 0, a.c.Zone), a.c.Zone)
		year = year[len(year)-4:]
		a.name("data tahun "+year, "tahun "+year)
		s += " (data tahun " + year + ")"
	}
	a.say(s + ".")
}

func (a *answer) standing(ar city.Area, ms []city.Measurement) {
	received, closed, open, overdue, byCategory := ms[0], ms[1], ms[2], ms[3], ms[4]
	table := city.Block{Kind: "table", Title: "Keadaan " + a.areaName(ar.Code), Columns: []string{"Ukuran", "Nilai"}}
	say := func(m city.Measurement) string {
		if !valued(m) {
			return "tidak diketahui"
		}
		a.figure(a.valueFigure(m, m.Rows[0]))
		table.Rows = append(table.Rows, []string{m.Measure.Name, write(m, *m.Rows[0].Value)})
		return bare(m, *m.Rows[0].Value)
	}
	if valued(received) {
		a.r.Head = len(a.r.Figures)
	}
	office := ""
	if received.Query.Office != "" {
		office = " untuk " + received.Query.Office
		a.name(received.Query.Office)
	}
	a.say(upper(a.during(received.Period)) + " ada " + say(received) + " laporan masuk" + office + " " + a.place(ar.Code) + " dan " + say(closed) + " diselesaikan; sekarang " +
		say(open) + " belum selesai, " + say(overdue) + " di antaranya melewati batas waktu.")
	rows, _ := known(byCategory)
	sortRows(rows, true)
	if len(rows) > 0 && *rows[0].Value > 0 {
		refs := make([]string, len(rows))
		for i, r := range rows {
			refs[i] = tool.FigureRef(a.figure(a.valueFigure(byCategory, r)))
		}
		a.say("Keluhan terbanyak: " + lower(a.keyName(city.ByCategory, rows[0].Key, "")) + ", " + bare(byCategory, *rows[0].Value) + " laporan.")
		a.r.Blocks = append(a.r.Blocks, a.blockOf(byCategory, rows, refs, a.title(byCategory)))
	}
	a.r.Blocks = append(a.r.Blocks, table)
}
