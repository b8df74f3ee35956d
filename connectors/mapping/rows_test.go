package mapping_test

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"

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
