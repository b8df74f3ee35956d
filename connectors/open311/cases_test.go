package open311

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

var wita = connectortest.WITA

func caseClock() time.Time { return connectortest.Moment() }

var categories = []city.Category{
	{Slug: "jalan-rusak", Name: "Jalan rusak", NameEN: "Damaged road", Words: []string{"lubang", "aspal"}},
	{Slug: "sampah", Name: "Sampah", NameEN: "Waste", Words: []string{"tps"}},
	{Slug: "lampu-jalan", Name: "Lampu jalan", NameEN: "Street light"},
}

func testEnv(t *testing.T, now time.Time) connectors.Env {
	t.Helper()
	return connectors.Env{
		HTTP: connectors.NewClient("balaikota-test", nil), Areas: connectortest.Nowhere{}, Location: wita, Categories: categories,
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
	cursor, err = connectortest.Drain(t, c, cursor, func(page connectors.Page) {
		for _, r := range page.Reports {
			out.Reports = append(out.Reports, connectortest.Report(t, r))
		}
		for _, r := range page.Refused {
			out.Refused = append(out.Refused, r.ExternalID+" at "+r.Place+": "+r.Reason)
		}
	})
	if err != nil {
		out.Error = err.Error()
	}
	return out, cursor
}

// TestCases plays each folder of testdata/cases: response.json or .xml is what
// the server answers to requests, services.* to services, status its status.
func TestCases(t *testing.T) {
	t.Parallel()
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		address := serveCase(t, folder)
		out, _ := run(t, connectortest.Config(t, folder, address), nil, caseClock())
		out.Error = strings.ReplaceAll(out.Error, address, connectortest.Server)
		return out
	})
}

func serveCase(t *testing.T, folder string) string {
	t.Helper()
	answers := connectortest.Files(folder, func(r *http.Request) string {
		return strings.Replace(strings.TrimPrefix(r.URL.Path, "/"), "requests.", "response.", 1)
	})
	return connectortest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code, err := os.ReadFile(filepath.Join(folder, "status"))
		if err == nil && strings.HasPrefix(r.URL.Path, "/requests") && strings.HasPrefix(string(code), "403") {
			w.WriteHeader(http.StatusForbidden)
		}
		answers.ServeHTTP(w, r)
	}))
}
