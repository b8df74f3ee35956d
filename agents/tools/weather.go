package tools

import (
	"cmp"
	"context"
	_ "embed"
	"slices"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed weather.md
var weatherText string

func (d Deps) weather() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolWeather, Description: weatherText}, func(ctx context.Context, c tool.Call, in city.WeatherInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		if err := a.waters(in.Area); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

// waters words what the sky and the water do: values of the indicators that
// the city declared as inputs of the flood assessment, the risk, the warnings.
func (a *answer) waters(area string) error {
	p, err := a.d.Situation.HazardPicture(a.ctx, a.asker, city.HazardFlood)
	if err != nil && city.CodeOf(err) != city.NotFound { // a city that assesses no floods
		return err
	}
	if len(p.Inputs) == 0 { // not assessed yet: the declarations say what matters
		if p.Inputs, err = a.declaredInputs(); err != nil {
			return err
		}
	}
	alerts, err := a.d.Situation.Alerts(a.ctx, a.asker)
	if err != nil {
		return err
	}
	a.stated("area", area, area, a.fullArea(area))
	a.r.Area = cmp.Or(area, a.d.CityCode)
	shown, err := a.gauges(area, p)
	if err != nil {
		return err
	}
	risk, warned := a.floodRisk(area, p), a.warnings(area, alerts)
	if (risk || warned) && p.Simulated {
		a.r.Data.Simulated = true
		a.caveat("Penilaian ini memuat data simulasi.")
	}
	if !shown && !risk && !warned {
		a.r.Status = city.Abstained
		a.say("Belum ada data cuaca, pasang, atau muka air di sini.")
	}
	foreseen, err := a.reportsForeseen(area)
	if err != nil {
		return err
	}
	if foreseen {
		a.ask("Berapa prakiraan laporan" + a.askPlace(area) + " 7 hari ke depan?")
	}
	a.ask("Apa kejadian paling mendesak?")
	return nil
}

// reportsForeseen reports whether there is a forecast of an area's reports that
// the asker can be told of: forecasts are not made by office.
func (a *answer) reportsForeseen(area string) (bool, error) {
	if a.asker.OfficeID != 0 {
		return false, nil
	}
	code := cmp.Or(area, a.asker.AreaCode, a.d.CityCode)
	all, err := a.d.Situation.Forecasts(a.ctx, a.asker, "reports", code)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(all, func(f city.Forecast) bool { return f.Category == "" && (f.AreaCode == code || f.AreaCode == "") }), nil
}

func (a *answer) declaredInputs() (out []city.HazardInputState, err error) {
	d, err := a.d.Situation.HazardDeclarations(a.ctx, a.asker, city.HazardFlood)
	if err != nil && city.CodeOf(err) != city.NotFound {
		return nil, err
	}
	for _, i := range d.Inputs {
		out = append(out, city.HazardInputState{Role: i.Role, Slug: i.Slug})
	}
	return out, nil
}

// gauges words the newest value of each input, at most three in the text, all
// in the table.
func (a *answer) gauges(area string, p city.HazardPicture) (bool, error) {
	ms, err := a.gaugeValues(area, p)
	if err != nil {
		return false, err
	}
	table := city.Block{Kind: "table", Title: "Cuaca dan muka air", Columns: []string{"Indikator", "Wilayah", "Nilai", "Waktu"}}
	var said []string
	first := len(a.r.Figures)
	for _, m := range ms {
		if !valued(m) || m.Rows[0].Time == nil {
			continue
		}
		row := m.Rows[0]
		i, _ := a.indicator(m.Query.Indicator)
		at, value := a.clock(*row.Time), write(m, *row.Value)
		a.name(i.Name, at)
		a.figure(a.valueFigure(m, row))
		table.Rows = append(table.Rows, []string{i.Name, a.areaName(m.Query.Area), value, at})
		if len(said) < 3 {
			said = append(said, lower(i.Name)+" "+value)
		}
		a.fresh(m, row)
	}
	if len(said) == 0 {
		return false, nil
	}
	a.r.Head = first
	a.say("Keadaan terakhir " + a.place(area) + ": " + enumerate(said) + ".")
	a.r.Blocks = append(a.r.Blocks, table)
	return true, nil
}

// gaugeValues are the newest values up to the question's moment, each for the
// area that its indicator is measured at.
func (a *answer) gaugeValues(area string, p city.HazardPicture) ([]city.Measurement, error) {
	var queries []city.MeasureQuery
	seen := map[string]bool{}
	for _, in := range p.Inputs {
		i, ok := a.indicator(in.Slug)
		if !ok || seen[in.Slug] || in.Role == city.RoleVoices || in.Role == city.RoleWarning || len(queries) == 12 {
			continue
		}
		seen[in.Slug] = true
		q := city.MeasureQuery{Measure: city.MeasureLatest, Indicator: in.Slug, Area: area}
		if i.Grain == "city" {
			q.Area = ""
		}
		queries = append(queries, q)
	}
	if len(queries) == 0 {
		return nil, nil
	}
	return a.measure(queries...)
}

// floodRisk words the risk over the shortest horizon, of the gravest kelurahan.
func (a *answer) floodRisk(area string, p city.HazardPicture) bool {
	var here []city.HazardRisk
	for _, r := range p.Risks {
		if a.wholeCity(area) || city.Within(r.AreaCode, area) || city.Within(area, r.AreaCode) {
			here = append(here, r)
		}
	}
	if len(here) == 0 || p.At.After(a.c.At.Add(time.Hour)) {
		return false // nothing was assessed then
	}
	shortest := slices.MinFunc(here, func(x, y city.HazardRisk) int { return x.HorizonHours - y.HorizonHours }).HorizonHours
	var raised []city.HazardRisk
	for _, r := range here {
		if r.HorizonHours == shortest && r.Level.Rank() > 0 {
			raised = append(raised, r)
		}
	}
	at := a.clock(p.At)
	a.name(at)
	a.figure(city.Figure{Label: "Rentang penilaian risiko banjir", Value: float64(shortest), Unit: "jam", Time: &p.At})
	hours := city.FormatNumber(float64(shortest), 0) + " jam ke depan"
	n := a.count(len(raised), "kelurahan", "Kelurahan dengan risiko banjir, "+hours)
	if len(raised) == 0 {
		a.say("Risiko banjir " + hours + " tidak meningkat di kelurahan mana pun (" + n + "), dinilai " + at + ".")
		return true
	}
	slices.SortStableFunc(raised, func(x, y city.HazardRisk) int { return y.Level.Rank() - x.Level.Rank() })
	top := raised[0]
	a.name(top.AreaName)
	a.say("Risiko banjir " + hours + " meningkat di " + n + " kelurahan; tertinggi " + a.areaName(top.AreaCode) + ", tingkat " + severityName(top.Level) + " (dinilai " + at + ").")
	block := city.Block{Kind: "map", Title: "Risiko banjir " + hours, Level: string(city.Kelurahan)}
	for _, r := range raised {
		a.name(r.AreaName)
		rank := float64(r.Level.Rank())
		block.Items = append(block.Items, city.BlockItem{Key: r.AreaCode, Label: a.areaName(r.AreaCode) + ": " + severityName(r.Level), Value: &rank})
		block.Highlight = append(block.Highlight, r.AreaCode)
		a.once(city.Figure{Label: "Tingkat risiko banjir, " + a.shortArea(r.AreaCode) + " (1 Perhatian, 2 Siaga, 3 Awas)", Value: rank, Area: r.AreaCode, Time: &p.At})
	}
	a.r.Blocks = append(a.r.Blocks, block)
	return true
}

// warnings words the official warnings that hold. What they say stands in a
// table for the screen: it is the issuer's text, and no sentence of ours.
func (a *answer) warnings(area string, alerts []city.Alert) bool {
	var held []city.Alert
	for _, al := range alerts {
		if al.Kind != city.AlertWarning || al.Until != nil && al.Until.Before(a.c.At) || al.Since.After(a.c.At) {
			continue
		}
		touches := len(al.AreaCodes) == 0 || a.wholeCity(area)
		for _, code := range al.AreaCodes {
			touches = touches || city.Within(code, area) || city.Within(area, code)
		}
		if touches {
			held = append(held, al)
		}
	}
	if len(held) == 0 {
		return false
	}
	slices.SortStableFunc(held, func(x, y city.Alert) int { return y.Severity.Rank() - x.Severity.Rank() })
	table := city.Block{Kind: "table", Title: "Peringatan resmi", Columns: []string{"Peringatan", "Tingkat", "Sampai"}}
	for _, al := range held {
		until := "tidak disebut"
		if al.Until != nil {
			until = a.clock(*al.Until)
			a.name(until)
		}
		table.Rows = append(table.Rows, []string{al.Headline, severityName(al.Severity), until})
		a.name(al.Headline)
	}
	a.r.Blocks = append(a.r.Blocks, table)
	a.say("Ada " + a.count(len(held), "peringatan", "Peringatan resmi yang berlaku") + " peringatan resmi yang berlaku; tertinggi: " + a.alertWords(held[0]) + ".")
	return true
}

// alertWords names an alert in a sentence. Those that others word (official
// warnings, incidents with their titles, operators' notices) are named by what we know of them.
func (a *answer) alertWords(al city.Alert) string {
	where := ""
	if len(al.AreaCodes) > 0 {
		where = " " + a.place(al.AreaCodes[0])
	}
	level := ""
	if al.Severity.Rank() > 0 {
		level = " tingkat " + severityName(al.Severity)
	}
	switch al.Kind {
	case city.AlertWarning:
		by := a.d.ownWords(al.Attribution)
		if len(by) > 20 || by == "" {
			by = "resmi"
		}
		a.name(by)
		return "peringatan " + by + level + where
	case city.AlertQuake:
		return "gempa bumi" + where
	case city.AlertIncident:
		return "kejadian mendesak" + level + where
	case city.AlertService:
		return "gangguan layanan umum" + where
	}
	a.name(al.Headline)
	return al.Headline
}
