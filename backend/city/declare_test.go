package city

import (
	"math"
	"testing"
	"time"
)

func declared() Indicator {
	zero, most := 0.0, 100.0
	return Indicator{
		Slug: "rtlh", Name: "Rumah tidak layak huni", Unit: "rumah", Direction: "down", Grain: "village", Aggregation: "sum", FreshForSeconds: 86400,
		Min: &zero, Max: &most, Definition: "Rumah tidak layak huni menurut Disperkim.",
		Thresholds: []Threshold{{Level: Siaga, Above: true, Value: 50, Source: "SK 1/2026", EffectiveOn: "2026-01-01"}},
		Target:     &Target{Value: 10, By: "2029-12-31", Source: "RPJMD"},
	}
}

func TestADeclarationSaysWhatIsWrongWithIt(t *testing.T) {
	today := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	if err := declared().CheckDeclaration(today); err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	for field, spoil := range map[string]func(*Indicator){
		"slug":              func(i *Indicator) { i.Slug = "Rumah Tidak" },
		"name":              func(i *Indicator) { i.Name = " " },
		"unit":              func(i *Indicator) { i.Unit = "" },
		"direction":         func(i *Indicator) { i.Direction = "sideways" },
		"grain":             func(i *Indicator) { i.Grain = "rt" },
		"aggregation":       func(i *Indicator) { i.Aggregation = "median" },
		"fresh_for_seconds": func(i *Indicator) { i.FreshForSeconds = 1 },
		"decimals":          func(i *Indicator) { i.Decimals = 7 },
		"max":               func(i *Indicator) { i.Max = i.Min },
		"definition":        func(i *Indicator) { i.Definition = "rumah" },
		"value":             func(i *Indicator) { i.Thresholds[0].Value = 101 },
		"target.value":      func(i *Indicator) { i.Target.Value = -1 },
	} {
		i := declared()
		spoil(&i)
		e, ok := i.CheckDeclaration(today).(*Error) //nolint:errorlint // the field of the error itself
		if !ok || e.Code != Invalid || e.Field != field || e.Key == "" {
			t.Errorf("%s: %v", field, e)
		}
	}
	i := declared()
	i.Aggregation = "last"
	if e, ok := i.CheckDeclaration(today).(*Error); !ok || e.Field != "aggregation" { //nolint:errorlint // as above
		t.Error("the figure of the last kelurahan would be the city's")
	}
	i.Grain = "city"
	if err := i.CheckDeclaration(today); err != nil {
		t.Error(err)
	}
	i = declared()
	i.Min = &nan
	if CodeOf(i.CheckDeclaration(today)) != Invalid {
		t.Error("a bound that is no number is taken")
	}
}
