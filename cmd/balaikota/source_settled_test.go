package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// layerSource is a layer's source; its mapping names the column of the time.
const layerSource = `slug: aduan-uji
name: Layer uji
connector: arcgis
schedule: "@every 5m"
config:
  allow_private: true
  url: %s/arcgis/rest/services/publik/uji/FeatureServer/0
  mapping:
    kind: observations
    fields: {indicator: {const: muka-air-benanga}, time: .properties.%s, value: .properties.NILAI, unit: {const: m}}
`

// layer answers as a layer of an ArcGIS server with two rows does.
func layer(w http.ResponseWriter, r *http.Request) {
	var answer any = map[string]any{
		"currentVersion": 11.1, "id": 0, "name": "Uji", "type": "Table", "objectIdField": "OBJECTID", "supportedQueryFormats": "JSON", "maxRecordCount": 1000,
		"advancedQueryCapabilities": map[string]any{"supportsPagination": true},
		"fields": []any{
			map[string]any{"name": "OBJECTID", "type": "esriFieldTypeOID"}, map[string]any{"name": "NILAI", "type": "esriFieldTypeDouble"},
			map[string]any{"name": "POS", "type": "esriFieldTypeString"}, map[string]any{"name": "WAKTU", "type": "esriFieldTypeDate"},
		},
	}
	if strings.HasSuffix(r.URL.Path, "/query") {
		features := []any{}
		for n, at := range []int64{1795136400000, 1795140000000} { // 20 November 2026, 01.00 and 02.00 UTC
			features = append(features, map[string]any{"attributes": map[string]any{"OBJECTID": n + 1, "NILAI": 7.25, "POS": fmt.Sprint("pos ", n+1), "WAKTU": at}})
		}
		answer = map[string]any{"features": features}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// TestWhatAWrongMappingRefusedWaitsNoMore once the mapping is put right and the same
// rows come in.
func TestWhatAWrongMappingRefusedWaitsNoMore(t *testing.T) {
	t.Parallel()
	o := newOperated(t)
	server := httptest.NewServer(http.HandlerFunc(layer))
	t.Cleanup(server.Close)
	add := func(column string) string {
		t.Helper()
		if err := os.WriteFile(o.file, fmt.Appendf(nil, layerSource, server.URL, column), 0o600); err != nil {
			t.Fatal(err)
		}
		return o.must("source", "add", o.file)
	}
	add("POS")
	if got := o.pull(); got.Refused != 2 || got.Added != 0 || o.health().Refused != 2 {
		t.Fatalf("with the wrong column: %+v, %d wait", got, o.health().Refused)
	}
	if out := add("WAKTU"); !strings.Contains(out, "dimulai dari awal") {
		t.Errorf("it says %q", out)
	}
	if got := o.pull(); got.Refused != 0 || got.Added != 2 {
		t.Errorf("with the right one: %+v", got)
	}
	if n := o.health().Refused; n != 0 {
		t.Errorf("%d rows wait, and all came in", n)
	}
	if out := o.must("source", "refused", "aduan-uji"); strings.Contains(out, "pos 1") {
		t.Errorf("still refused: %s", out)
	}
}
