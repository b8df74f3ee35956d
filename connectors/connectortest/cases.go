package connectortest

import (
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"balaikota/connectors"
)

var update = flag.Bool("update", false, "write what came out as expected.json, to be read before it is committed")

// Server is the place in a case's configuration where the address of the
// test's server goes, and in an outcome the word that stands for it.
const Server = "{{server}}"

// Cases plays every folder of testdata/cases and holds what play returns,
// written as JSON, against the folder's expected.json. A connector without
// cases fails.
func Cases(t *testing.T, play func(t *testing.T, folder string) any) {
	t.Helper()
	folders, err := filepath.Glob("testdata/cases/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			Golden(t, filepath.Join(folder, "expected.json"), play(t, folder))
		})
	}
}

// Golden holds got, written as indented JSON, against the file; with -update
// it writes the file.
func Golden(t testing.TB, file string, got any) {
	t.Helper()
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, append(text, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), string(text)); diff != "" {
		t.Error(diff)
	}
}

// Serve starts a server for the length of the test and returns its address.
func Serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// Config reads a case's config.yaml for a server at address.
func Config(t testing.TB, folder, address string) json.RawMessage {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return YAML(t, strings.ReplaceAll(string(text), Server, address))
}

// YAML turns a configuration written in YAML into what sources store.
func YAML(t testing.TB, text string) json.RawMessage {
	t.Helper()
	raw, err := connectors.ConfigFromYAML([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// maxPulls is more pages than any case has.
const maxPulls = 5000

// Drain pulls from cursor until the connector has no more and hands every page
// to take. It returns the cursor that follows the last page, and the error that
// ended the run early. A connector that never ends fails the test.
func Drain(t testing.TB, c connectors.Connector, cursor json.RawMessage, take func(connectors.Page)) (json.RawMessage, error) {
	t.Helper()
	for range maxPulls {
		page, err := c.Pull(t.Context(), cursor)
		if err != nil {
			return cursor, err
		}
		take(page)
		cursor = page.Cursor
		if !page.More {
			return cursor, nil
		}
	}
	t.Fatal("it never ends")
	return nil, nil
}
