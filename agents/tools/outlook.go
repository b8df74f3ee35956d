package tools

import (
	"cmp"
	"slices"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

// outlook words what an indicator's own source foresees, from the question's
// moment to the end of the last day asked for; false when it foresees nothing.
func (a *answer) outlook(in city.ForecastInput, code string, days int) (bool, error) {
	i, ok := a.indicator(in.Indicator)
	if !ok {
		return false, nil
	}
	area := code
	if a.wholeCity(code) {
		area = ""
	}
	at := a.c.At.In(a.c.Zone)
	until := time.Date(at.Year(), at.Month(), at.Day()+days+1, 0, 0, 0, 0, a.c.Zone)
	steps, err := a.d.Situation.Outlook(a.ctx, a.asker, in.Indicator, area, a.c.At, until)
	if err != nil || len(steps) == 0 {
		return false, err
	}
	top := slices.MaxFunc(steps, func(x, y city.OutlookStep) int {
		return cmp.Or(cmp.Compare(x.Value, y.Value), y.Time.Compare(x.Time), cmp.Compare(y.AreaCode, x.AreaCode))
	})
	last := steps[len(steps)-1].Time
	span := a.clock(a.c.At) + " – " + a.clock(last)
	topAt, issued := a.clock(top.Time), a.clock(newest(steps))
	a.name(span, topAt, issued, i.Name, upper(lower(i.Name)), i.Unit)
	a.r.Head = a.figure(city.Figure{
		Label: "Tertinggi, " + i.Name, Value: top.Value, Unit: i.Unit, Decimals: i.Decimals, Indicator: i.Slug, Area: top.AreaCode, Time: &top.Time, N: len(steps),
	})
	a.say(upper(a.forecastMatter(in)) + " " + a.place(code) + " (" + span + ") tertinggi " + city.FormatValue(top.Value, i.Decimals, i.Unit) + ", " + topAt + " di " + a.areaName(top.AreaCode) + ".")
	a.outlookSteps(i, code, steps)
	a.caveat("Diterbitkan sumbernya " + issued + "; prakiraan bukan kepastian.")
	a.r.Data.SnapshotAt = newest(steps)
	for _, s := range steps {
		if !slices.Contains(a.r.Data.Sources, s.Source) {
			a.r.Data.Sources = append(a.r.Data.Sources, s.Source)
		}
		if s.Simulated && !a.r.Data.Simulated {
			a.r.Data.Simulated = true
			a.caveat("Angka ini memuat data simulasi, bukan data warga yang sebenarnya.")
		}
	}
	return true, nil
}

func newest(steps []city.OutlookStep) time.Time {
	return slices.MaxFunc(steps, func(x, y city.OutlookStep) int { return x.IssuedAt.Compare(y.IssuedAt) }).IssuedAt
}

// outlookSteps says how the mean of the areas goes, and draws it with the
// lowest and highest area as a band.
func (a *answer) outlookSteps(i city.Indicator, code string, steps []city.OutlookStep) {
	line := city.Block{Kind: "line", Title: i.Name + ", " + a.areaName(code), Unit: i.Unit, Decimals: i.Decimals}
	var sum float64
	for _, at := range chunksByTime(steps) {
		mean, low, high := 0.0, at[0].Value, at[0].Value
		for _, s := range at {
			mean += s.Value / float64(len(at))
			low, high = min(low, s.Value), max(high, s.Value)
		}
		sum += mean
		when := at[0].Time.In(a.c.Zone)
		label := a.clock(when)
		f := a.figure(city.Figure{Label: i.Name + ", " + label, Value: mean, Unit: i.Unit, Decimals: i.Decimals, Indicator: i.Slug, Area: code, Time: &when, N: len(at)})
		if high > low {
			a.figure(city.Figure{Label: "Terendah, " + label, Value: low, Unit: i.Unit, Decimals: i.Decimals, Indicator: i.Slug, Time: &when})
			a.figure(city.Figure{Label: "Tertinggi, " + label, Value: high, Unit: i.Unit, Decimals: i.Decimals, Indicator: i.Slug, Time: &when})
		}
		line.Items = append(line.Items, city.BlockItem{Figure: tool.FigureRef(f), Key: when.Format(time.RFC3339), Label: city.FormatDay(when, a.c.Zone) + " " + when.Format("15.04"), Value: &mean, Low: &low, High: &high})
	}
	mean := sum / float64(len(line.Items))
	a.figure(city.Figure{Label: "Rata-rata, " + i.Name, Value: mean, Unit: i.Unit, Decimals: i.Decimals, Indicator: i.Slug, Area: code, N: len(steps)})
	a.say("Rata-rata wilayah " + city.FormatValue(mean, i.Decimals, i.Unit) + " dari " + a.count(len(line.Items), "waktu", "Waktu yang diprakirakan") + " waktu.")
	a.r.Blocks = append(a.r.Blocks, line)
}

// chunksByTime cuts steps, which are in order of time, where the time changes.
func chunksByTime(steps []city.OutlookStep) (out [][]city.OutlookStep) {
	from := 0
	for i := range steps {
		if i > from && !steps[i].Time.Equal(steps[from].Time) {
			out, from = append(out, steps[from:i]), i
		}
	}
	return append(out, steps[from:])
}
