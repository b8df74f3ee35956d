package tools

import (
	"context"
	_ "embed"
	"math"
	"strings"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed calculate.md
var calculateText string

func calculate() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolCalculate, Description: calculateText}, func(_ context.Context, c tool.Call, in city.CalculateInput) (tool.Result, error) {
		figures, err := named(c, in.Of)
		if err != nil {
			return tool.Result{}, err
		}
		f, text, err := worked(in.Operation, figures)
		if err != nil {
			return tool.Result{}, err
		}
		f.Operation, f.Of = in.Operation, in.Of
		return tool.Result{Text: text, Figures: []city.Figure{f}, Head: 0, Area: f.Area, Category: f.Category}, nil
	})
}

// named are the figures of this turn with the IDs, in their order.
func named(c tool.Call, ids []string) ([]city.Figure, error) {
	if len(ids) < 2 || len(ids) > 50 {
		return nil, city.InvalidField("of", "must name at least two figures, such as E1 and E2")
	}
	var out []city.Figure
	for _, id := range ids {
		found := false
		for _, f := range c.Figures {
			if f.ID == id {
				out, found = append(out, f), true
				break
			}
		}
		if !found {
			return nil, city.InvalidField("of", "there is no figure %.20q in this turn", id)
		}
	}
	return out, nil
}

func worked(operation string, fs []city.Figure) (city.Figure, string, error) {
	if operation != "sum" && len(fs) != 2 {
		return city.Figure{}, "", city.InvalidField("of", "%s takes exactly two figures", operation)
	}
	one := fs[0]
	for _, f := range fs[1:] {
		if f.Unit != one.Unit {
			return city.Figure{}, "", city.InvalidField("of", "the figures have different units: %s and %s", one.Unit, f.Unit)
		}
	}
	out := common(fs)
	x, y := one.Value, fs[len(fs)-1].Value
	write := func(f city.Figure) string { return city.FormatValue(f.Value, f.Decimals, f.Unit) }
	switch operation {
	case "sum":
		out.Value = 0
		terms := make([]string, len(fs))
		for i, f := range fs {
			out.Value += f.Value
			terms[i] = write(f)
		}
		out.Label = "Jumlah"
		return out, "Jumlah " + enumerate(terms) + " adalah " + write(out) + ".", nil
	case "difference":
		out.Value, out.Label = x-y, "Selisih"
		return out, "Selisih " + write(one) + " dan " + write(fs[1]) + " adalah " + write(out) + ".", nil
	}
	if y == 0 {
		return city.Figure{}, "", city.InvalidField("of", "cannot divide by nought")
	}
	out.Unit, out.Decimals = "%", 1
	switch operation {
	case "ratio":
		out.Unit, out.Decimals, out.Value, out.Label = "kali", 2, math.Round(x/y*100)/100, "Perbandingan"
		return out, write(one) + " adalah " + write(out) + " " + write(fs[1]) + ".", nil
	case "percent":
		out.Value, out.Label = round1(x/y*100), "Persentase"
		return out, write(one) + " adalah " + write(out) + " dari " + write(fs[1]) + ".", nil
	case "change":
		out.Value, out.Label = round1((x-y)/math.Abs(y)*100), "Perubahan"
		shown := out
		shown.Value = math.Abs(out.Value)
		word := direction(out.Value) + " " + write(shown)
		if out.Value == 0 {
			word = "tetap"
		}
		return out, "Dari " + write(fs[1]) + " menjadi " + write(one) + ": " + word + ".", nil
	}
	return city.Figure{}, "", city.InvalidField("operation", "must be difference, sum, ratio, percent or change")
}

// common keeps what all the figures are of.
func common(fs []city.Figure) city.Figure {
	out := fs[0]
	for _, f := range fs[1:] {
		out.Decimals = max(out.Decimals, f.Decimals)
		if f.Measure != out.Measure {
			out.Measure = ""
		}
		if f.Indicator != out.Indicator {
			out.Indicator = ""
		}
		if f.Area != out.Area {
			out.Area = ""
		}
		if f.Category != out.Category {
			out.Category = ""
		}
		if f.Office != out.Office {
			out.Office = ""
		}
	}
	out.ID, out.From, out.To, out.Time, out.N = "", nil, nil, nil, 0
	out.Unit = strings.TrimSpace(out.Unit)
	return out
}
