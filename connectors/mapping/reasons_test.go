package mapping

import (
	"testing"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// TestReasonsAreThoseTheScreenKnows: the screen puts what is said most often into
// Indonesian by its form, and its tests read this file. UPDATE=1 writes it anew.
func TestReasonsAreThoseTheScreenKnows(t *testing.T) {
	t.Parallel()
	var said []string
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	env.Categories = []city.Category{{Slug: "jalan-rusak"}}
	env.Indicators = []city.Indicator{{Slug: "muka-air", Unit: "m", Grain: "city"}}
	written := func(text string) (rows Rows, err error) {
		t.Helper()
		_, err = connectors.Define(connectors.Spec{Name: "uji"}, func(c mapped, _ connectors.Env) (connectors.Connector, error) {
			rows = c.Mapping
			return nil, rows.Check()
		}).New(connectortest.YAML(t, "mapping:\n  "+text+"\n"), env)
		return rows, err
	}
	row := func(kind, fields string, record map[string]any) {
		t.Helper()
		rows, err := written("kind: " + kind + "\n  fields: {" + fields + "}")
		if err != nil {
			t.Fatal(err)
		}
		r, err := rows.Reader(env)
		if err != nil {
			t.Fatal(err)
		}
		var page connectors.Page
		if err := r.Convert(t.Context(), []any{record}, &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Refused) != 1 {
			t.Fatalf("%s {%s}: nothing is refused", kind, fields)
		}
		said = append(said, page.Refused[0].Reason)
	}
	reports := "external_id: .id, created_at: .t, text: .isi"
	row("reports", reports, map[string]any{"id": "1", "t": "kemarin", "isi": "x"})
	row("reports", reports, map[string]any{"id": "1", "t": "0001-02-03T00:00:00Z", "isi": []any{"x"}})
	row("reports", reports+", category: .k", map[string]any{"id": "1", "t": "2026-11-01T00:00:00Z", "isi": "x", "k": "lain"})
	row("reports", reports+", status: {get: .s, map: {baru: open}}", map[string]any{"id": "1", "t": "2026-11-01T00:00:00Z", "isi": "x", "s": "arsip"})
	observations := "indicator: .i, time: .t, value: {get: .v, number: id}, unit: .u, area: .a"
	good := func(change string, v any) map[string]any {
		m := map[string]any{"i": "muka-air", "t": "2026-11-01T00:00:00Z", "v": "1,5", "u": "m", "a": ""}
		m[change] = v
		return m
	}
	row("observations", observations, good("v", "dua"))
	row("observations", "indicator: {const: muka-air}, time: .t, value: .tinggi", good("v", "1"))
	row("observations", observations, good("u", "mm Hg"))
	row("observations", observations, good("i", "hujan"))
	row("observations", observations, good("a", "Atlantis"))
	row("observations", "indicator: .i, time: .t, value: .v, lon: .lon, lat: .lat", map[string]any{"i": "muka-air", "t": "2026-11-01T00:00:00Z", "v": 1, "lon": 10, "lat": 50})
	for _, config := range []string{"kind: laporan", "kind: reports", "kind: reports\n  fields: {external_id: .id, created_at: .t, text: {zone: Asia/Makassar}}", "kind: reports\n  fields: {external_id: '.id |', created_at: .t, text: .x}", "kind: reports\n  fields: {text: .x}\n  jenis: x"} {
		_, err := written(config)
		said = append(said, connectortest.Said(t, err))
	}
	connectortest.Reasons(t, said...)
}

// mapped is a configuration that is a mapping.
type mapped struct {
	Mapping Rows `json:"mapping" required:"true" doc:"What a row is."`
}
