package bmkg

import (
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
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

// TestCases plays each folder of testdata/cases: serve/ is what BMKG answers,
// config.yaml the source, expected.json what must come out.
func TestCases(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("testdata/cases/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			got := play(t, folder)
			golden := filepath.Join(folder, "expected.json")
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
		})
	}
}

// outcome is all that the pages of one run brought.
type outcome struct {
	Observations []string
	Alerts       []any
	Refused      []string
	Error        string `json:",omitempty"`
}

func play(t *testing.T, folder string) outcome {
	t.Helper()
	address := serveFolder(t, filepath.Join(folder, "serve"))
	config, err := os.ReadFile(filepath.Join(folder, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := connectors.ConfigFromYAML([]byte(strings.ReplaceAll(string(config), "{{server}}", address)))
	if err != nil {
		t.Fatal(err)
	}
	out, _ := run(t, raw, nil, caseClock())
	return out
}

// run makes one connector and pulls until it has no more.
func run(t *testing.T, config, cursor json.RawMessage, now time.Time) (outcome, json.RawMessage) {
	t.Helper()
	c, err := Spec.New(config, connectors.Env{
		HTTP: connectors.NewClient("balaikota-test", nil), Areas: testAreas(), Location: wita,
		Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	out := outcome{Observations: []string{}, Alerts: []any{}, Refused: []string{}}
	for range 100 {
		page, err := c.Pull(t.Context(), cursor)
		if err != nil {
			out.Error = connectors.Explain(err).Key
			return out, cursor
		}
		for _, o := range page.Observations {
			b, _ := json.Marshal([]any{o.Indicator, o.AreaCode, o.Time, o.Value, o.Unit, o.Forecast, o.IssuedAt})
			out.Observations = append(out.Observations, string(b))
		}
		for _, a := range page.Alerts {
			if a.Over {
				out.Alerts = append(out.Alerts, "over "+a.Key)
			} else {
				out.Alerts = append(out.Alerts, a)
			}
		}
		for _, r := range page.Refused {
			out.Refused = append(out.Refused, r.Kind+" "+r.ExternalID+" "+r.Place+": "+r.Reason)
		}
		cursor = page.Cursor
		if !page.More {
			return out, cursor
		}
	}
	t.Fatal("it never ends")
	return out, nil
}

// serveFolder answers from files: the forecast by its adm4, the rest by path.
func serveFolder(t *testing.T, folder string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Path
		if code := r.URL.Query().Get("adm4"); code != "" {
			name += "/" + code + ".json"
		}
		body, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}
