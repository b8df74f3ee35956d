package tools

import (
	"context"
	_ "embed"
	"slices"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed showmap.md
var showMapText string

func (d Deps) showOnMap() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolMap, Description: showMapText}, func(ctx context.Context, c tool.Call, in city.MapInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		if err := a.mapped(in); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

// mapped draws a measure by area; without a measure it shows where an area
// lies.
func (a *answer) mapped(in city.MapInput) error {
	level := in.Level
	if level == "" {
		level = string(city.Kelurahan)
		if in.By == city.ByKecamatan {
			level = string(city.Kecamatan)
		}
		if i, ok := a.indicator(in.Indicator); in.Indicator != "" && ok && i.Grain == "district" {
			level = string(city.Kecamatan)
		}
	}
	if level != string(city.Kecamatan) && level != string(city.Kelurahan) {
		return city.InvalidField("level", "must be kecamatan or kelurahan")
	}
	if in.Measure == "" {
		return a.flyTo(in.Area)
	}
	q := a.scoped(in.MeasureQuery)
	q.By = city.Dimension(level)
	ms, err := a.measure(q)
	if err != nil {
		return err
	}
	m := ms[0]
	a.chips(in.MeasureQuery, m)
	// The map's level says the same as "Per kelurahan", and is what can be changed.
	a.r.Chips = slices.DeleteFunc(a.r.Chips, func(c city.Chip) bool { return c.Kind == "by" })
	a.stated("level", in.Level, level, "Per "+level)
	if a.missing(m) {
		return nil
	}
	a.divided(m)
	return nil
}

func (a *answer) flyTo(code string) error {
	q := a.scoped(city.MeasureQuery{Measure: city.MeasureReceived, Area: code})
	ar, ok := a.area(q.Area)
	if !ok {
		return city.InvalidField("area", "unknown area %.40q", code)
	}
	a.name(ar.Name)
	a.stated("area", code, ar.Code, a.fullArea(ar.Code))
	a.r.Area = ar.Code
	level := ar.Level
	if level != city.Kecamatan && level != city.Kelurahan {
		level = city.Kecamatan
	}
	block := city.Block{Kind: "map", Title: a.areaName(ar.Code), Level: string(level)}
	if ar.Level == level {
		block.Highlight = []string{ar.Code}
	}
	a.r.Blocks = append(a.r.Blocks, block)
	a.say(a.fullArea(ar.Code) + " ditampilkan di peta.")
	a.name(a.areaName(ar.ParentCode))
	a.ask("Bagaimana profil " + a.areaName(ar.Code) + "?")
	return nil
}
