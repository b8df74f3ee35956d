package mapping_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
	"balaikota/connectors/mapping"
)

// TestAPointOutsideTheCityIsNotTheCitysValue: at every level, for a source of the
// whole country would otherwise give the city another city's value.
func TestAPointOutsideTheCityIsNotTheCitysValue(t *testing.T) {
	t.Parallel()
	areas := connectortest.TwoHalves() // with borders, that a point can be said to lie outside
	for i := range areas {
		areas[i].Outline = orb.MultiPolygon{{orb.Bound{Min: orb.Point{117, -0.8}, Max: orb.Point{117.3, -0.3}}.ToRing()}}
	}
	for _, level := range []string{"as_given", "declared", "kelurahan", "kecamatan", "kota"} {
		rows := mapping.Rows{Kind: "observations", AreaLevel: level, Fields: map[string]mapping.Field{
			"indicator": {Const: "pm25"}, "time": {Get: ".t"}, "value": {Get: ".v"}, "lon": {Get: ".x"}, "lat": {Get: ".y"}, "area": {Get: ".area"},
		}}
		r, err := rows.Reader(connectortest.Env(t, areas, connectortest.Moment()))
		if err != nil {
			t.Fatal(err)
		}
		var page connectors.Page
		now := "2026-11-20T08:00:00+08:00"
		records := []any{
			map[string]any{"t": now, "v": 1.0, "x": -3.7, "y": 40.4},
			map[string]any{"t": now, "v": 2.0, "x": 117.2, "y": -0.5},
			map[string]any{"t": now, "v": 3.0},
		}
		if err := r.Convert(t.Context(), records, &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Observations) != 2 || len(page.Refused) != 1 || !strings.Contains(page.Refused[0].Reason, "outside the city") {
			t.Errorf("%s: %+v, refused %+v", level, page.Observations, page.Refused)
		}
	}
}

// TestIndicatorsThatNobodyDeclaredAreNamedOnce: their rows are refused, and a
// trial offers to declare them.
func TestIndicatorsThatNobodyDeclaredAreNamedOnce(t *testing.T) {
	t.Parallel()
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	env.Indicators = []city.Indicator{{Slug: "pm25", Unit: "µg/m³"}}
	rows := mapping.Rows{Kind: "observations", Fields: map[string]mapping.Field{
		"indicator": {Get: ".i"}, "time": {Get: ".t"}, "value": {Get: ".v"}, "unit": {Get: ".u"},
	}}
	r, err := rows.Reader(env)
	if err != nil {
		t.Fatal(err)
	}
	row := func(slug, unit string) any {
		return map[string]any{"i": slug, "t": "2026-11-20T08:00:00+08:00", "v": 1.0, "u": unit}
	}
	var page connectors.Page
	if err := r.Convert(t.Context(), []any{row("rtlh", "rumah"), row("pm25", ""), row("rtlh", "rumah"), row("kos", "")}, &page); err != nil {
		t.Fatal(err)
	}
	want := []city.TrialIndicator{{Slug: "rtlh", Unit: "rumah"}, {Slug: "kos"}}
	if !slices.Equal(page.Undeclared, want) || len(page.Refused) != 3 || len(page.Observations) != 1 {
		t.Errorf("undeclared %+v, refused %+v", page.Undeclared, page.Refused)
	}
}
