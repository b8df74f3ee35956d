package bmkg

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

var wita = connectortest.WITA

func caseClock() time.Time { return connectortest.Moment() }

// TestCases plays each folder of testdata/cases: serve/ is what BMKG answers,
// config.yaml the source, expected.json what must come out.
func TestCases(t *testing.T) {
	t.Parallel()
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		return play(t, folder)
	})
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
	raw := connectortest.Config(t, folder, serveFolder(t, filepath.Join(folder, "serve")))
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
	cursor, err = connectortest.Drain(t, c, cursor, out.add)
	if err != nil {
		out.Error = connectors.Explain(err).Key
	}
	return out, cursor
}

func (out *outcome) add(page connectors.Page) {
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
}

// serveFolder answers from files: the forecast by its adm4, the rest by path.
func serveFolder(t *testing.T, folder string) string {
	t.Helper()
	return connectortest.Serve(t, connectortest.Files(folder, func(r *http.Request) string {
		if code := r.URL.Query().Get("adm4"); code != "" {
			return r.URL.Path + "/" + code + ".json"
		}
		return r.URL.Path
	}))
}
