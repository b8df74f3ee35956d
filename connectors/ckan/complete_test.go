package ckan

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balaikota/connectors/connectortest"
)

const listed = `
base_url: %s
allow_private: true
dataset: pohon
complete: true
totals: skip
read: %s
page_size: 2
mapping: {kind: reports, fields: {external_id: .nomor, created_at: {get: .waktu, time: ["2006-01-02"]}, text: .isi}}`

// TestAWholeTableIsAList, out of the datastore and out of a file; a file that did
// not change is not read, and takes nothing away.
func TestAWholeTableIsAList(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	rows, file := []map[string]any{}, "nomor,waktu,isi\n"
	for i := range 5 {
		rows = append(rows, map[string]any{"_id": i + 1, "nomor": fmt.Sprint("p", i), "waktu": "2026-11-20", "isi": "pohon tumbang"})
		file += fmt.Sprintf("p%d,2026-11-20,pohon tumbang\n", i)
	}
	if err := os.WriteFile(filepath.Join(folder, "pohon.csv"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &portal{folder: folder, Tables: map[string]table{"r1": {Records: rows, Most: 100}}, Files: map[string]string{"pohon.csv": "text/csv"},
		Packages: []map[string]any{{"name": "pohon", "resources": []any{
			map[string]any{"id": "r1", "name": "Pohon", "format": "CSV", "url": connectortest.Server + "/download/pohon.csv", "datastore_active": true},
		}}}}
	address := connectortest.Serve(t, p)
	p.at(address)
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	for _, read := range []string{"datastore", "file"} {
		config := connectortest.YAML(t, fmt.Sprintf(listed, address, read))
		parts, next := connectortest.Listing(t, Spec, config, nil, env)
		if got := strings.Join(parts, ", "); got != "first, within, last" {
			t.Errorf("%s: a list in parts: %s", read, got)
		}
		cut, _ := connectortest.Listing(t, Spec, connectortest.With(t, config, "max_rows", 3), nil, env)
		if got := strings.Join(cut, ", "); strings.Contains(got, "last") {
			t.Errorf("%s: cut off it is %s", read, got)
		}
		if again, _ := connectortest.Listing(t, Spec, config, next, env); read == "file" && strings.Join(again, ", ") != "none" {
			t.Errorf("unchanged it is %v", again)
		}
	}
	if err := Spec.Check(connectortest.With(t, connectortest.YAML(t, fmt.Sprintf(listed, address, "file")), "totals", "refuse")); err == nil {
		t.Error("refused rows without a name are let into a list")
	}
}
