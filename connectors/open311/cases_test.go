package open311

import (
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
	"balaikota/connectors"
)

var update = flag.Bool("update", false, "write what came out as expected.json, to be read before it is committed")

var wita = time.FixedZone("WITA", 8*3600)

// caseClock is when the cases play: 21 November 2026, 14:30 WITA.
func caseClock() time.Time { return time.Date(2026, 11, 21, 14, 30, 0, 0, wita) }

var categories = []city.Category{
	{Slug: "jalan-rusak", Name: "Jalan rusak", NameEN: "Damaged road", Words: []string{"lubang", "aspal"}},
	{Slug: "sampah", Name: "Sampah", NameEN: "Waste", Words: []string{"tps"}},
	{Slug: "lampu-jalan", Name: "Lampu jalan", NameEN: "Street light"},
}

func testEnv(t *testing.T, now time.Time) connectors.Env {
	t.Helper()
	return connectors.Env{
		HTTP: connectors.NewClient("balaikota-test", nil), Areas: nowhere{}, Location: wita, Categories: categories,
		Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Secret: func(string) (string, error) { return "kunci-uji", nil },
	}
}

type outcome struct {
	Reports []map[string]any
	Refused []string
	Error   string `json:",omitempty"`
}

// run makes one connector and pulls until it has no more.
func run(t *testing.T, config, cursor json.RawMessage, now time.Time) (outcome, json.RawMessage) {
	t.Helper()
	env := testEnv(t, now)
	var where struct {
		BaseURL string `json:"base_url"`
	}
	if err := json.Unmarshal(config, &where); err != nil {
		t.Fatal(err)
	}
	if u, err := url.Parse(where.BaseURL); err == nil {
		env.HTTP.Limit(u.Host, 60_000, 100) // the test server has no budget
	}
	c, err := Spec.New(config, env)
	if err != nil {
		t.Fatal(err)
	}
	out := outcome{Reports: []map[string]any{}, Refused: []string{}}
	for range 5000 {
		page, err := c.Pull(t.Context(), cursor)
		if err != nil {
			out.Error = err.Error()
			return out, cursor
		}
		for _, r := range page.Reports {
			out.Reports = append(out.Reports, shown(t, r))
		}
		for _, r := range page.Refused {
			out.Refused = append(out.Refused, r.ExternalID+" at "+r.Place+": "+r.Reason)
		}
		cursor = page.Cursor
		if !page.More {
			return out, cursor
		}
	}
	t.Fatal("it never ends")
	return out, nil
}

// shown is a report without its raw record and empty fields.
func shown(t *testing.T, r city.Report) map[string]any {
	t.Helper()
	if !json.Valid(r.Raw) {
		t.Errorf("report %s has no raw record", r.ExternalID)
	}
	r.Raw = nil
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]any{}
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	for k, v := range m {
		if v == nil || v == "" || v == "0001-01-01T00:00:00Z" {
			delete(m, k)
		}
	}
	return m
}

// TestCases plays each folder of testdata/cases: response.json or .xml is what
// the server answers to requests, services.* to services, status its status.
func TestCases(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("testdata/cases/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			address := serveCase(t, folder)
			config, err := os.ReadFile(filepath.Join(folder, "config.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			raw, err := connectors.ConfigFromYAML([]byte(strings.ReplaceAll(string(config), "{{server}}", address)))
			if err != nil {
				t.Fatal(err)
			}
			out, _ := run(t, raw, nil, caseClock())
			out.Error = strings.ReplaceAll(out.Error, address, "{{server}}")
			compare(t, filepath.Join(folder, "expected.json"), out)
		})
	}
}

func compare(t *testing.T, golden string, got any) {
	t.Helper()
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, append(text, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), string(text)); diff != "" {
		t.Error(diff)
	}
}

func serveCase(t *testing.T, folder string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.Replace(strings.TrimPrefix(r.URL.Path, "/"), "requests.", "response.", 1)
		body, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		if code, err := os.ReadFile(filepath.Join(folder, "status")); err == nil && strings.HasPrefix(string(code), "403") {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}
