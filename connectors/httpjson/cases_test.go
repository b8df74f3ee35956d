package httpjson

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

	"balaikota/connectors"
)

var update = flag.Bool("update", false, "write what came out as expected.json, to be read before it is committed")

var wita = time.FixedZone("WITA", 8*3600)

// caseClock is when the cases play: 21 November 2026, 14:30 WITA.
func caseClock() time.Time { return time.Date(2026, 11, 21, 14, 30, 0, 0, wita) }

func testEnv(t *testing.T, now time.Time) connectors.Env {
	t.Helper()
	return connectors.Env{
		HTTP: connectors.NewClient("balaikota-test", nil), Areas: testAreas, Location: wita, Categories: testCategories, Indicators: testIndicators,
		Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Secret: func(ref string) (string, error) { return "nilai-" + ref, nil },
	}
}

type outcome struct {
	Asked        []string
	Reports      []map[string]any
	Observations []string
	Refused      []string
	Error        string `json:",omitempty"`
}

// run makes one connector and pulls until it has no more.
func run(t *testing.T, config, cursor json.RawMessage, now time.Time) (outcome, json.RawMessage) {
	t.Helper()
	c, err := Spec.New(config, testEnv(t, now))
	if err != nil {
		t.Fatal(err)
	}
	out := outcome{Asked: []string{}, Reports: []map[string]any{}, Observations: []string{}, Refused: []string{}}
	for range 500 {
		page, err := c.Pull(t.Context(), cursor)
		if err != nil {
			out.Error = connectors.Explain(err).Key + ": " + err.Error()
			return out, cursor
		}
		out.add(t, page)
		cursor = page.Cursor
		if !page.More {
			return out, cursor
		}
	}
	t.Fatal("it never ends")
	return out, nil
}

func (out *outcome) add(t *testing.T, page connectors.Page) {
	t.Helper()
	for _, r := range page.Reports {
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
		out.Reports = append(out.Reports, m)
	}
	for _, o := range page.Observations {
		b, err := json.Marshal([]any{o.Indicator, o.AreaCode, o.Station, o.Time.In(wita), o.Value, o.Unit})
		if err != nil {
			t.Fatal(err)
		}
		out.Observations = append(out.Observations, string(b))
	}
	for _, r := range page.Refused {
		out.Refused = append(out.Refused, r.Place+": "+r.Reason)
	}
}

// TestCases plays each folder of testdata/cases: response.json is what the
// system answers, response-2.json what it answers the second time, and so on.
func TestCases(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("testdata/cases/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			out := playCase(t, folder)
			text, err := json.MarshalIndent(out, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join(folder, "expected.json")
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
		})
	}
}

func playCase(t *testing.T, folder string) outcome {
	t.Helper()
	var asked []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		line := r.Method + " " + r.URL.RequestURI()
		if q, err := url.QueryUnescape(line); err == nil {
			line = q
		}
		if k := r.Header.Get("X-Kunci"); k != "" {
			line += " X-Kunci=" + k
		}
		asked = append(asked, line)
		name := "response.json"
		if n := len(asked); n > 1 {
			name = "response-" + string(rune('0'+n)) + ".json"
		}
		body, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	config, err := os.ReadFile(filepath.Join(folder, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := connectors.ConfigFromYAML([]byte(strings.ReplaceAll(string(config), "{{server}}", s.URL)))
	if err != nil {
		t.Fatal(err)
	}
	out, _ := run(t, raw, nil, caseClock())
	out.Asked = append(out.Asked, asked...)
	out.Error = strings.ReplaceAll(out.Error, s.URL, "{{server}}")
	return out
}

// TestEveryTemplateHasACase keeps templates honest: each is used by a case.
func TestEveryTemplateHasACase(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/cases/*/config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	for _, name := range Templates() {
		if !strings.Contains(all.String(), "template: "+name+"\n") {
			t.Errorf("no case uses the template %s", name)
		}
		tpl, err := ReadTemplate(name)
		if err != nil || tpl.Title.ID == "" || tpl.Title.EN == "" || tpl.Description.ID == "" || tpl.Description.EN == "" || tpl.Schedule == "" {
			t.Errorf("template %s is incomplete: %+v, %v", name, tpl, err)
		}
		if _, err := connectors.ParseSchedule(tpl.Schedule); err != nil {
			t.Errorf("template %s: %v", name, err)
		}
		params := map[string]string{}
		for _, p := range tpl.Params {
			params[p.Name] = p.Example
		}
		config, err := json.Marshal(map[string]any{"template": name, "params": params})
		if err != nil {
			t.Fatal(err)
		}
		if err := Spec.Check(config); err != nil {
			t.Errorf("template %s with its examples: %v", name, err)
		}
	}
}
