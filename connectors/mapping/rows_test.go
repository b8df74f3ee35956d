package mapping_test

import (
	"math"
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

// TestAColumnThatIsGoneIsToldOnce: silence of one sensor is no fault, that of the very
// column is.
func TestAColumnThatIsGoneIsToldOnce(t *testing.T) {
	t.Parallel()
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	env.Indicators = []city.Indicator{{Slug: "muka-air", Unit: "m", Grain: "city"}}
	rows := mapping.Rows{Kind: "observations", Where: ".aktif != false", Fields: map[string]mapping.Field{
		"indicator": {Const: "muka-air"}, "time": {Const: "now"}, "value": {Get: `.data."tinggi m"`, Missing: []string{"-"}},
	}}
	reader, err := rows.Reader(env)
	if err != nil {
		t.Fatal(err)
	}
	gauge := func(name string, v any) any { return map[string]any{"data": map[string]any{name: v}} }
	off := map[string]any{"aktif": false}
	for name, tc := range map[string]struct {
		records        []any
		taken, refused int
		passed         []city.PassedOver
	}{
		"renamed":       {[]any{gauge("tinggi_m", 1), gauge("tinggi_m", 2), off}, 0, 1, []city.PassedOver{{Why: city.PassedNoValue, Count: 2}, {Why: city.PassedFilter, Count: 1}}},
		"all are quiet": {[]any{gauge("tinggi m", nil), gauge("tinggi m", "-"), map[string]any{"data": nil}}, 0, 0, []city.PassedOver{{Why: city.PassedNoValue, Count: 3}}},
		"one lacks it":  {[]any{gauge("lain", 1), gauge("tinggi m", 2)}, 1, 0, []city.PassedOver{{Why: city.PassedNoValue, Count: 1}}},
		"none is on":    {[]any{off}, 0, 0, []city.PassedOver{{Why: city.PassedFilter, Count: 1}}},
	} {
		var page connectors.Page
		if err := reader.Convert(t.Context(), tc.records, &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Observations) != tc.taken || len(page.Refused) != tc.refused || !slices.Equal(page.PassedOver, tc.passed) {
			t.Errorf("%s: %+v", name, page)
		}
	}
}

// TestAUnitIsTheIndicatorsOrIsMadeIt: 742 cm are never 742 m.
func TestAUnitIsTheIndicatorsOrIsMadeIt(t *testing.T) {
	t.Parallel()
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	env.Indicators = []city.Indicator{{Slug: "muka-air", Unit: "m", Grain: "city"}, {Slug: "pm25", Unit: "µg/m³", Grain: "city"}, {Slug: "beras", Unit: "Rp/kg", Grain: "city"}}
	rows := mapping.Rows{Kind: "observations", Fields: map[string]mapping.Field{"indicator": {Get: ".i"}, "time": {Const: "now"}, "value": {Get: ".v"}, "unit": {Get: ".u"}}}
	reader, err := rows.Reader(env)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		indicator, unit string
		value, want     float64
		refused         bool
	}{
		{"muka-air", "CMT", 742, 7.42, false}, {"muka-air", "MTR", 7.42, 7.42, false}, {"muka-air", "", 7.42, 7.42, false}, {"muka-air", "cm", 50, 0.5, false},
		{"pm25", "GP", 0.035, 35, false}, {"pm25", "GQ", 35, 35, false}, {"beras", "Rp./Kg", 13500, 13500, false},
		{"muka-air", "CEL", 30, 0, true}, {"beras", "Rp/liter", 13500, 0, true}, {"muka-air", "GQ", 1, 0, true},
	} {
		var page connectors.Page
		if err := reader.Convert(t.Context(), []any{map[string]any{"i": tc.indicator, "v": tc.value, "u": tc.unit}}, &page); err != nil {
			t.Fatal(err)
		}
		switch {
		case tc.refused != (len(page.Refused) == 1):
			t.Errorf("%+v: %+v", tc, page)
		case !tc.refused && (math.Abs(page.Observations[0].Value-tc.want) > 1e-9 || page.Observations[0].Unit == tc.unit && tc.unit == "CMT"):
			t.Errorf("%+v: %+v", tc, page.Observations[0])
		}
	}
}

// TestANameOfTwoLevelsIsThatOfTheIndicators: kelurahan Sambutan lies in kecamatan
// Sambutan.
func TestANameOfTwoLevelsIsThatOfTheIndicators(t *testing.T) {
	t.Parallel()
	env := connectortest.Env(t, append(connectortest.TwoHalves(), city.Area{Code: "64.72.08.1002", Level: city.Kelurahan, Name: "Sungai Pinang", ParentCode: "64.72.08"}), connectortest.Moment())
	env.Indicators = []city.Indicator{{Slug: "penduduk", Unit: "jiwa", Grain: "village"}, {Slug: "sekolah", Unit: "unit", Grain: "district"}, {Slug: "muka-air", Unit: "m", Grain: "city"}}
	rows := mapping.Rows{Kind: "observations", Fields: map[string]mapping.Field{"indicator": {Get: ".i"}, "time": {Const: "now"}, "value": {Const: "1"}, "area": {Const: "Sungai Pinang"}}}
	reader, err := rows.Reader(env)
	if err != nil {
		t.Fatal(err)
	}
	for indicator, want := range map[string]string{"penduduk": "64.72.08.1002", "sekolah": "64.72.08", "muka-air": ""} {
		var page connectors.Page
		if err := reader.Convert(t.Context(), []any{map[string]any{"i": indicator}}, &page); err != nil {
			t.Fatal(err)
		}
		if want == "" != (len(page.Refused) == 1) || want != "" && page.Observations[0].AreaCode != want {
			t.Errorf("%s: %+v", indicator, page)
		}
	}
}

// TestATrialOfManyMessagesProposesSeldom: sensors give one record a message, thousands
// of them; what is proposed goes by many, and is not worked out for each.
func TestATrialOfManyMessagesProposesSeldom(t *testing.T) {
	t.Parallel()
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	env.Trial = true
	rows := mapping.Rows{Kind: "observations", Fields: map[string]mapping.Field{"indicator": {Const: "muka-air"}, "time": {Const: "now"}, "value": {Get: ".v"}}}
	reader, err := rows.Reader(env)
	if err != nil {
		t.Fatal(err)
	}
	proposals := 0
	var last []city.ProposedMapping
	for i := range 1000 {
		var page connectors.Page
		record := map[string]any{"v": float64(i), "pos": []string{"a", "b", "c"}[i%3]}
		if err := reader.Convert(t.Context(), []any{record}, &page); err != nil {
			t.Fatal(err)
		}
		if page.Proposed != nil {
			proposals++
			last = page.Proposed
		}
	}
	if proposals > 9 || last[0].Fields["station"].Get != ".pos" {
		t.Errorf("%d proposals, the last %+v", proposals, last)
	}
}
