package tools

import (
	"context"
	_ "embed"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed measure.md
var measureText string

func (d Deps) measure() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolMeasure, Description: measureText}, func(ctx context.Context, c tool.Call, in city.MeasureQuery) (tool.Result, error) {
		a := d.answer(ctx, c)
		if err := a.measured(in); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

// measured answers one measure query: a figure, or one per part.
func (a *answer) measured(asked city.MeasureQuery) error {
	if ofTime(asked.By) {
		return a.trended(asked)
	}
	q := a.scoped(asked)
	queries := append([]city.MeasureQuery{q}, a.beside(q)...)
	ms, err := a.measure(queries...)
	if err != nil {
		return err
	}
	m := ms[0]
	a.chips(asked, m)
	if a.missing(m) {
		return nil
	}
	if q.By != city.ByNothing {
		a.divided(m)
		return nil
	}
	if len(m.Rows) == 0 || m.Rows[0].Value == nil {
		a.nothing(m)
		return nil
	}
	a.single(m, ms[1:])
	a.followUps(m)
	return nil
}

// beside are the queries whose figures stand next to the one that was asked
// for: what a share is of, and the period before a period that is over.
func (a *answer) beside(q city.MeasureQuery) []city.MeasureQuery {
	if q.By != city.ByNothing {
		return nil
	}
	switch q.Measure {
	case city.MeasureShare:
		q.Measure = city.MeasureReceived
		return []city.MeasureQuery{q}
	case city.MeasureReceived, city.MeasureClosed:
		name := q.Period
		if name == "" {
			name = usualPeriod(q.Measure)
		}
		p, err := city.ParsePeriod(name, a.c.At, a.c.Zone)
		if err != nil || p.Empty() || a.running(p) {
			return nil
		}
		before := p.Previous(a.c.Zone)
		if before.Name == "" {
			return nil
		}
		q.Period = before.Name
		return []city.MeasureQuery{q}
	}
	return nil
}

// nothing words a measure that has no value although there are data: a median
// of no report.
func (a *answer) nothing(m city.Measurement) {
	a.r.Status = city.Abstained
	when := " " + a.during(m.Period)
	if m.Measure.Moment {
		when = " " + a.asOf(m.Period.To)
	}
	switch m.Query.Measure {
	case city.MeasureResponse:
		a.say("Tidak ada " + a.reports(m.Query) + " " + a.place(m.Query.Area) + when + " yang sudah direspons, jadi median waktu respons tidak dapat dihitung.")
	case city.MeasureClosing, city.MeasureOnTime:
		a.say("Tidak ada " + a.reports(m.Query) + " " + a.place(m.Query.Area) + when + " yang diselesaikan, jadi angkanya tidak dapat dihitung.")
	case city.MeasureShare:
		a.say("Tidak ada laporan " + a.place(m.Query.Area) + when + ", jadi porsinya tidak dapat dihitung.")
	default:
		a.say("Tidak ada data " + a.matterPlain(m.Query) + a.indicatorOrPlace(m.Query) + when + ".")
		a.spanOfData(m)
	}
	a.name(a.asOf(m.Period.To))
}

func (a *answer) indicatorOrPlace(q city.MeasureQuery) string {
	if ofIndicator(q.Measure) {
		return a.indicatorPlace(q)
	}
	return " " + a.place(q.Area)
}
