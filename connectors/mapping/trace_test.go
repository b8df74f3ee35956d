package mapping_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
	"balaikota/connectors/mapping"
)

// TestMappedTellsHowTheFirstRecordWasRead: what an officer sees before a
// source is connected, without who sent the report.
func TestMappedTellsHowTheFirstRecordWasRead(t *testing.T) {
	t.Parallel()
	rows := mapping.Rows{Kind: "reports", Where: ".tampil", Fields: map[string]mapping.Field{
		"external_id": {Get: ".no"}, "created_at": {Get: ".waktu", Time: []string{"02-01-2006 15:04"}}, "text": {Get: ".isi"}, "channel": {Const: "loket"},
		"status": {Get: ".tahap", Map: map[string]string{"Selesai": "closed", "*": "open"}}, "lon": {Get: ".x", Number: "id"}, "lat": {Get: ".y", Number: "id"},
		"reporter_phone": {Get: ".telp"}, "category": {Get: ".jenis.nama"},
	}}
	r, err := rows.Reader(connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment()))
	if err != nil {
		t.Fatal(err)
	}
	var page connectors.Page
	records := []any{
		map[string]any{"no": "0", "tampil": false},
		map[string]any{"no": "7", "tampil": true, "waktu": "20-11-2026 08:00", "isi": "Lubang", "tahap": "Selesai", "x": "117,2", "y": "utara", "telp": "0812", "jenis": []any{}},
	}
	if err := r.Convert(t.Context(), records, &page); err != nil {
		t.Fatal(err)
	}
	want := []city.MappedField{
		{Field: "category", From: ".jenis.nama", Became: "the expression failed: expected an object but got"},
		{Field: "channel", From: "const loket", Became: "loket"},
		{Field: "created_at", From: ".waktu", Read: "20-11-2026 08:00", Became: "2026-11-20T08:00:00+08:00"},
		{Field: "external_id", From: ".no", Read: "7", Became: "7"},
		{Field: "lat", From: ".y", Read: "utara", Became: `"utara" is not a number in the style id`},
		{Field: "lon", From: ".x", Read: "117,2", Became: "117.2"},
		{Field: "reporter_phone", From: ".telp", Read: "•••", Became: "•••"},
		{Field: "status", From: ".tahap", Read: "Selesai", Became: "closed"},
		{Field: "text", From: ".isi", Read: "Lubang", Became: "Lubang"},
	}
	if diff := cmp.Diff(want, r.Mapped(t.Context())); diff != "" {
		t.Error(diff)
	}
	if len(page.Refused) != 1 {
		t.Errorf("refused: %+v", page.Refused)
	}
}
