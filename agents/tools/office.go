package tools

import (
	"context"
	_ "embed"
	"slices"
	"strings"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed office.md
var officeText string

func (d Deps) officeLoad() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolOffice, Description: officeText}, func(ctx context.Context, c tool.Call, in city.OfficeInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		if err := a.load(in); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

func (a *answer) load(in city.OfficeInput) error {
	q := a.scoped(city.MeasureQuery{Measure: city.MeasureReceived, Office: in.Office})
	if q.Office == "" {
		return a.allOfficesLoad(q)
	}
	o, ok := a.office(q.Office)
	if !ok {
		return city.InvalidField("office", "unknown office %.60q", q.Office)
	}
	q.Office = o.ShortName
	a.name(o.ShortName, o.Name)
	a.stated("office", in.Office, q.Office, o.Name)
	ask := func(measure string) city.MeasureQuery {
		x := q
		x.Measure, x.Period = measure, in.Period
		if measure == city.MeasureOpen || measure == city.MeasureOverdue {
			x.Period = ""
		}
		return x
	}
	ms, err := a.measure(ask(city.MeasureReceived), ask(city.MeasureClosed), ask(city.MeasureOpen), ask(city.MeasureOverdue), ask(city.MeasureClosing), ask(city.MeasureOnTime))
	if err != nil {
		return err
	}
	a.stated("period", in.Period, ms[0].Query.Period, a.periodChip(ms[0].Period))
	if a.missing(ms[0]) {
		return nil
	}
	a.wordLoad(o, ms)
	return nil
}

func (a *answer) wordLoad(o city.Office, ms []city.Measurement) {
	table := city.Block{Kind: "table", Title: "Beban " + o.ShortName, Columns: []string{"Ukuran", "Nilai"}}
	words := make([]string, len(ms))
	for i, m := range ms {
		words[i] = "tidak diketahui"
		if !valued(m) {
			continue
		}
		if m.Query.Measure == city.MeasureOpen {
			a.head(a.valueFigure(m, m.Rows[0]))
		} else {
			a.figure(a.valueFigure(m, m.Rows[0]))
		}
		words[i] = bare(m, *m.Rows[0].Value)
		table.Rows = append(table.Rows, []string{m.Measure.Name, write(m, *m.Rows[0].Value)})
		if m.Measure.LeastN > 0 {
			a.thin(m, m.Rows[0].N)
		}
	}
	where := ""
	if ms[0].Query.Area != "" {
		where = " " + a.place(ms[0].Query.Area)
	}
	a.say(o.ShortName + " punya " + words[2] + " laporan yang belum selesai" + where + ", " + words[3] + " di antaranya melewati batas waktu.")
	s := upper(a.during(ms[0].Period)) + " masuk " + words[0] + " dan selesai " + words[1]
	if valued(ms[4]) {
		s += ", median waktu penyelesaian " + write(ms[4], *ms[4].Rows[0].Value)
	}
	if valued(ms[5]) {
		s += ", tepat waktu " + write(ms[5], *ms[5].Rows[0].Value)
	}
	a.say(s + ".")
	a.r.Blocks = append(a.r.Blocks, table)
	a.ask("Kelurahan mana yang paling banyak laporan untuk " + o.ShortName + " yang belum selesai?")
	a.ask("Bagaimana tren laporan untuk " + o.ShortName + " 30 hari terakhir?")
}

// allOfficesLoad lists the offices by what waits with them.
func (a *answer) allOfficesLoad(q city.MeasureQuery) error {
	open, overdue := q, q
	open.Measure, open.By = city.MeasureOpen, city.ByOffice
	overdue.Measure, overdue.By = city.MeasureOverdue, city.ByOffice
	ms, err := a.measure(open, overdue)
	if err != nil {
		return err
	}
	a.assumedChip("office", "", "Semua perangkat daerah")
	a.r.Area = q.Area
	if a.missing(ms[0]) {
		return nil
	}
	rows, nameless := known(ms[0])
	sortRows(rows, true)
	late, _ := known(ms[1])
	table := city.Block{Kind: "table", Title: "Beban perangkat daerah", Columns: []string{"Perangkat daerah", "Belum selesai", "Lewat tenggat"}}
	refs := make([]string, len(rows))
	leader := len(a.r.Figures)
	for i, r := range rows {
		refs[i] = tool.FigureRef(a.figure(a.valueFigure(ms[0], r)))
		lateRow := city.MeasureRow{Key: r.Key, Value: new(float64)}
		if n := slices.IndexFunc(late, func(l city.MeasureRow) bool { return l.Key == r.Key }); n >= 0 {
			lateRow = late[n]
		}
		a.figure(a.valueFigure(ms[1], lateRow))
		table.Rows = append(table.Rows, []string{a.keyName(city.ByOffice, r.Key, r.Label), bare(ms[0], *r.Value), bare(ms[1], *lateRow.Value)})
	}
	if len(rows) == 0 {
		a.nothing(ms[0])
		return nil
	}
	a.r.Head = leader
	when := a.asOf(ms[0].Period.To)
	a.name(when)
	a.say("Laporan yang belum selesai " + a.place(q.Area) + " " + when + " terbanyak pada " + table.Rows[0][0] + ": " + table.Rows[0][1] + ", " + table.Rows[0][2] + " di antaranya melewati batas waktu.")
	var next []string
	for _, r := range table.Rows[1:min(3, len(table.Rows))] {
		next = append(next, r[0]+" "+r[1])
	}
	if len(next) > 0 {
		a.say("Menyusul " + enumerate(next) + ".")
	}
	a.nameless(ms[0], nameless)
	a.r.Blocks = append(a.r.Blocks, a.blockOf(ms[0], rows, refs, a.title(ms[0])), table)
	a.ask("Bagaimana beban " + strings.TrimSpace(table.Rows[0][0]) + "?")
	return nil
}
