package tools

import (
	"context"
	_ "embed"
	"slices"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed agenda.md
var agendaText string

func (d Deps) agenda() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolAgenda, Description: agendaText}, func(ctx context.Context, c tool.Call, in city.AgendaInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		if err := a.due(in.Day); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

const mostDue = 500 // running reports read for a day

// due words a day: its appointments, what is due on it, what may be late.
func (a *answer) due(day string) error {
	clock, err := a.d.Catalogue.Clock(a.ctx)
	if err != nil {
		return err
	}
	cal := clock.Calendar
	cal.Location = a.c.Zone
	from := cal.DayStart(a.c.At)
	if day != "" {
		if from, err = time.ParseInLocation(time.DateOnly, day, a.c.Zone); err != nil {
			return city.InvalidField("day", "must be a date such as 2026-06-18")
		}
	}
	to := from.AddDate(0, 0, 1)
	a.stated("day", day, from.Format(time.DateOnly), a.day(from))
	a.r.Area = a.d.CityCode
	a.name(a.day(from))
	kind := "hari kerja"
	if !cal.Working(from) {
		kind = "bukan hari kerja"
	}
	if err := a.appointments(from, to); err != nil {
		return err
	}
	if to.Before(a.c.At) {
		a.say(a.day(from) + " adalah " + kind + " dan sudah lewat.")
		return nil
	}
	if err := a.dueReports(from, to, kind); err != nil {
		return err
	}
	if err := a.atRisk(); err != nil {
		return err
	}
	return a.inForceAlerts()
}

func (a *answer) dueReports(from, to time.Time, kind string) error {
	q := a.scoped(city.MeasureQuery{Measure: city.MeasureOverdue})
	ms, err := a.measure(q)
	if err != nil {
		return err
	}
	if !a.present() {
		a.say(a.day(from) + " adalah " + kind + "; yang jatuh tempo hanya diketahui untuk hari ini dan sesudahnya.")
		return a.alreadyLate(ms[0])
	}
	runs, err := a.d.Reports.RunningReports(a.ctx, a.asker, q.Office, q.Area, to, mostDue)
	if err != nil {
		return err
	}
	var ids []int64
	n := 0
	for _, r := range runs {
		if r.DueAt == nil || !r.DueAt.After(from) || r.DueAt.After(to) {
			continue
		}
		n++
		if len(ids) < tool.MostIDs {
			ids = append(ids, r.ID)
		}
	}
	a.head(city.Figure{Label: "Laporan jatuh tempo, " + a.day(from), Value: float64(n), Unit: "laporan", Area: q.Area, Office: q.Office, From: &from, To: &to})
	a.say(a.day(from) + " adalah " + kind + "; " + city.FormatNumber(float64(n), 0) + " laporan jatuh tempo hari itu.")
	if len(runs) == mostDue {
		a.r.Cut = true
		a.caveat("Laporan yang diperiksa dibatasi, jadi jumlahnya dapat lebih besar.")
	}
	if n > 0 {
		a.r.Blocks = append(a.r.Blocks, city.Block{Kind: "reports", Title: "Jatuh tempo " + a.day(from), IDs: ids})
	}
	return a.alreadyLate(ms[0])
}

// alreadyLate adds how many are past their deadline.
func (a *answer) alreadyLate(m city.Measurement) error {
	a.ask("Apa kejadian paling mendesak?")
	a.ask("Berapa laporan yang melewati batas waktu?")
	if !valued(m) {
		return nil
	}
	a.figure(a.valueFigure(m, m.Rows[0]))
	a.say("Yang sudah melewati batas waktu: " + write(m, *m.Rows[0].Value) + ".")
	return nil
}

func (a *answer) atRisk() error {
	if a.d.AtRisk == nil {
		return nil
	}
	list, err := a.d.AtRisk.AtRisk(a.ctx, a.asker, "", "", 3)
	if err != nil {
		return err
	}
	if len(list.Items) == 0 {
		return nil
	}
	at := list.Within
	a.figure(city.Figure{Label: "Laporan yang berisiko lewat tenggat", Value: float64(len(list.Items)), Unit: "laporan", To: &at})
	within := a.day(list.Within)
	a.name(within)
	a.say(city.FormatNumber(float64(len(list.Items)), 0) + " laporan kemungkinan melewati tenggat sebelum " + within + ".")
	return nil
}

func (a *answer) inForceAlerts() error {
	alerts, err := a.d.Situation.Alerts(a.ctx, a.asker)
	if err != nil {
		return err
	}
	alerts = slices.DeleteFunc(slices.Clone(alerts), func(al city.Alert) bool { return al.Since.After(a.c.At) })
	matters := city.Attention(alerts, a.c.At)
	n := 0
	for _, al := range alerts {
		if al.Severity != city.Info && (al.Until == nil || al.Until.After(a.c.At)) {
			n++
		}
	}
	a.figure(city.Figure{Label: "Peringatan yang berlaku", Value: float64(n), Unit: "peringatan", To: &a.c.At})
	if n == 0 {
		a.say("Tidak ada peringatan yang berlaku: 0.")
		return nil
	}
	table := city.Block{Kind: "table", Title: "Perlu perhatian", Columns: []string{"Peringatan", "Tingkat"}}
	for _, m := range matters {
		a.name(m.Alert.Headline)
		table.Rows = append(table.Rows, []string{m.Alert.Headline, severityName(m.Alert.Severity)})
	}
	a.say("Ada " + city.FormatNumber(float64(n), 0) + " peringatan yang berlaku; teratas: " + a.alertWords(matters[0].Alert) + ".")
	a.r.Blocks = append(a.r.Blocks, table)
	return nil
}
