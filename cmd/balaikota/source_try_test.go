package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// contents is a fingerprint of every table of a database.
func contents(t *testing.T, db storetest.DB) map[string]string {
	t.Helper()
	conn := storetest.Connect(t, db.SuperuserURL)
	rows, err := conn.Query(t.Context(), "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, name := range tables {
		var sum string
		if err := conn.QueryRow(t.Context(), "SELECT count(*) || ' ' || coalesce(md5(string_agg(x::text, '' ORDER BY x::text)), '') FROM "+name+" x").Scan(&sum); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = sum
	}
	return out
}

// sensors is a system of three stations, one of which writes 999 for nothing.
const sensors = `{"data":[
	{"pos":"Benanga","waktu":"2026-11-20 08:00","tinggi":"7,25","telp":"0812"},
	{"pos":"Benanga","waktu":"2026-11-20 09:00","tinggi":"7,30"},
	{"pos":"Gunung Lingai","waktu":"2026-11-20 09:00","tinggi":"9999"},
	{"pos":"Sempaja","waktu":"kemarin","tinggi":"1,5"},
	{"pos":"Bengkuring","waktu":"lusa","tinggi":"1,5"}]}`

const sensorSource = `slug: muka-air-uji
name: Muka air uji
connector: httpjson
schedule: "@every 5m"
config:
  allow_private: true
  mapping:
    url: %s
    items: .data
    kind: observations
    fields:
      indicator: {const: %s}
      station: .pos
      time: {get: .waktu, time: ["2006-01-02 15:04"]}
      value: {get: .tinggi, number: id}
`

// TestSourceTryStoresNothing goes through the command: what would come is
// shown, and afterwards every table is as it was.
func TestSourceTryStoresNothing(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(sensors)) }))
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "muka-air.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := func(args ...string) (out, errs string, status int) {
		var o, e bytes.Buffer
		status = run(t.Context(), append([]string{"source", "--database-url", db.SuperuserURL, "--data", t.TempDir(), "--log-level", "error"}, args...), strings.NewReader(""), &o, &e)
		return o.String(), e.String(), status
	}
	before := contents(t, db)
	write(fmt.Sprintf(sensorSource, server.URL, "muka-air-benanga"))
	out, errs, status := command("try", file)
	if status != 0 || errs != "" {
		t.Fatalf("status %d, %s", status, errs)
	}
	for _, want := range []string{"3 pengamatan", "2 baris ditolak", "Tidak ada yang disimpan", "Benanga", "2026-11-20 08.00 WITA", "7.25", ".tinggi", "kemarin", "9999"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if strings.Contains(out, "0812") {
		t.Error("it shows what no field asks for")
	}
	var trial city.SourceTrial
	out, _, _ = command("try", "--json", file)
	if err := json.Unmarshal([]byte(out), &trial); err != nil || trial.Observations != 3 || len(trial.Refused) != 1 || trial.Refused[0].Times != 2 || len(trial.Suspicions) == 0 {
		t.Errorf("%v\n%s", err, out)
	}
	if diff := cmp.Diff(before, contents(t, db)); diff != "" {
		t.Errorf("a trial has written:\n%s", diff)
	}
	testBadSourceFiles(t, write, file, server.URL, command)
	if diff := cmp.Diff(before, contents(t, db)); diff != "" {
		t.Errorf("a failed trial has written:\n%s", diff)
	}
	// The proof can fail: to connect the source does write.
	write(fmt.Sprintf(sensorSource, server.URL, "muka-air-benanga"))
	if _, errs, status := command("add", file); status != 0 {
		t.Fatal(errs)
	}
	if maps.Equal(before, contents(t, db)) {
		t.Error("the fingerprints do not show a source that was connected")
	}
}

// testBadSourceFiles: each mistake is one line with its place and what to do.
func testBadSourceFiles(t *testing.T, write func(string), file, address string, command func(...string) (string, string, int)) {
	t.Helper()
	good := fmt.Sprintf(sensorSource, address, "muka-air-benanga")
	for name, tc := range map[string]struct {
		text   string
		status int
		words  []string
	}{
		"not YAML":          {"slug: [", 2, []string{"not valid YAML"}},
		"unknown field":     {good + "jadwal: x\n", 2, []string{"jadwal", "its fields are"}},
		"unknown connector": {strings.Replace(good, "httpjson", "httpjsn", 1), 2, []string{"connector", "httpjsn", "they are", "ckan"}},
		"bad schedule":      {strings.Replace(good, "@every 5m", "tiap jam", 1), 2, []string{"schedule", "@every 30s"}},
		"bad expression":    {strings.Replace(good, "station: .pos", "station: .pos |", 1), 2, []string{"config.mapping.fields.station", "jq"}},
		"not there":         {strings.Replace(good, "items: .data", "items: .tiada.data[]", 1), 1, []string{"mapping.items"}},
		"no such server":    {strings.Replace(good, address, "http://127.0.0.1:1", 1), 1, []string{"refused"}},
		"all rows refused":  {strings.Replace(good, "tinggi", "pos", 1), 2, []string{"every row was refused", "is not a number", "correct the mapping"}},
	} {
		write(tc.text)
		_, errs, status := command("try", file)
		if status != tc.status || strings.Count(strings.TrimSpace(errs), "\n") != 0 || !strings.Contains(errs, filepath.Base(file)) {
			t.Errorf("%s: status %d, %q", name, status, errs)
		}
		for _, w := range tc.words {
			if !strings.Contains(errs, w) {
				t.Errorf("%s: %q is not in %q", name, w, errs)
			}
		}
	}
}

// TestConnectingASourceByItsForm: larger fields as YAML, secrets write-only.
func TestConnectingASourceByItsForm(t *testing.T) {
	t.Parallel()
	door := newDoor(t)
	s := door.store
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("X-Kunci"))
		_, _ = w.Write([]byte(sensors))
	}))
	t.Cleanup(server.Close)
	form := city.SourceForm{Slug: "muka-air", Name: "Muka air", Connector: "httpjson", Config: map[string]any{
		"allow_private": true,
		"mapping": "url: " + server.URL + `
items: .data
kind: observations
auth: {type: header, name: X-Kunci, secret: env:KUNCI}
fields: {indicator: {const: muka-air-benanga}, station: .pos, time: {get: .waktu, time: ["2006-01-02 15:04"]}, value: {get: .tinggi, number: id}}`,
	}}
	if _, err := door.Save(t.Context(), form, true); err != nil {
		t.Fatal(err)
	}
	if _, err := door.Save(t.Context(), form, true); city.CodeOf(err) != city.Conflict {
		t.Errorf("connected twice: %v", err)
	}
	back, err := door.Form(t.Context(), "muka-air")
	if err != nil {
		t.Fatal(err)
	}
	shown, _ := json.Marshal(back)
	if strings.Contains(string(shown), "env:KUNCI") || !cmp.Equal(back.Secrets, []string{"mapping.auth.secret"}) || back.ExpectSeconds != 0 {
		t.Errorf("the form shows %s", shown)
	}
	back.Name = "Muka air (ubah)"
	if _, err := door.Save(t.Context(), back, false); err != nil {
		t.Fatal(err)
	}
	kept, err := s.Source(t.Context(), "muka-air")
	if err != nil || !strings.Contains(string(kept.Config), "env:KUNCI") || kept.Name != back.Name {
		t.Errorf("the secret is lost: %s, %v", kept.Config, err)
	}
	trial, err := door.Try(t.Context(), back)
	if err != nil || trial.Observations != 3 || len(asked) == 0 || asked[len(asked)-1] != "nilai-kunci" {
		t.Errorf("%+v, %v, asked %v", trial, err, asked)
	}
	for name, tc := range map[string]struct {
		change func(*city.SourceForm)
		field  string
	}{
		"slug":        {func(f *city.SourceForm) { f.Slug = "Muka Air" }, "slug"},
		"yaml":        {func(f *city.SourceForm) { f.Config["mapping"] = "url: [" }, "config.mapping"},
		"in the yaml": {func(f *city.SourceForm) { f.Config["mapping"] = "url: https://a.go.id\nkind: hal\nitems: .x" }, "config.mapping.kind"},
		"secret": {func(f *city.SourceForm) {
			f.Connector, f.Config = "ckan", map[string]any{"base_url": "https://a.go.id", "token": "rahasia123"}
		}, "config.token"},
		"no source": {func(f *city.SourceForm) { f.Connector = "kucing" }, "connector"},
	} {
		bad := form
		bad.Slug, bad.Config = "baru", maps.Clone(form.Config)
		tc.change(&bad)
		_, err := door.Try(t.Context(), bad)
		var e *city.Error
		if !errors.As(err, &e) || e.Code != city.Invalid || e.Field != tc.field || strings.Contains(e.Error(), "rahasia123") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if sources, err := s.Sources(t.Context()); err != nil || len(sources) != 1 {
		t.Errorf("%d sources, %v", len(sources), err)
	}
}
