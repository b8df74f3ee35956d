package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
)

// TestConnectingByWhatIsProposed: who knows an address and nothing of mappings is told
// where the records are and which column is which, and is right with it.
func TestConnectingByWhatIsProposed(t *testing.T) {
	t.Parallel()
	door := newDoor(t)
	answers := map[string]string{
		"/harga.csv":  "Timestamp,Komoditas,Satuan,Harga\n2026-11-20,Beras Medium,Rp/kg,\"13.500\"\n2026-11-20,Beras Premium,Rp/kg,\"15.250\"\n2026-11-21,Beras Medium,Rp/kg,\"13.600\"\n",
		"/muka-air":   `{"galat": [], "hasil": {"pos": [{"nama": "Benanga", "tinggi": "7,22", "waktu": "2026-11-23 09:10"}, {"nama": "Sungai Dama", "tinggi": "1,05", "waktu": "2026-11-23 09:10"}]}}`,
		"/sensor.xml": `<data><sensor><id>a1</id><waktu>2026-11-23T01:00:00Z</waktu><nilai>1.5</nilai></sensor><sensor><id>a2</id><waktu>2026-11-23T01:00:00Z</waktu><nilai>2.5</nilai></sensor></data>`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain") // as careless servers say
		_, _ = w.Write([]byte(answers[r.URL.Path]))
	}))
	t.Cleanup(server.Close)
	for path, want := range map[string]struct {
		items string
		rows  int
	}{"/harga.csv": {".", 3}, "/muka-air": {".hasil.pos", 2}, "/sensor.xml": {".data.sensor", 2}} {
		form := city.SourceForm{Slug: "coba", Name: "Coba", Connector: "httpjson", Config: map[string]any{
			"allow_private": true, "mapping": map[string]any{"url": server.URL + path},
		}}
		trial := byProposal(t, door, form)
		if got := trial.Proposed[0].Items; got != want.items || trial.Observations != want.rows || trial.RefusedCount != 0 {
			t.Errorf("%s: items %s, %d taken, refused %+v", path, got, trial.Observations, trial.Refused)
		}
	}
}

// byProposal tries a source without a mapping, and again with what is proposed.
func byProposal(t *testing.T, door *connecting, form city.SourceForm) city.SourceTrial {
	t.Helper()
	first, err := door.Try(t.Context(), form)
	if err != nil || len(first.Proposed) != 2 {
		t.Fatalf("%s: %+v, %v", form.Config, first, err)
	}
	proposed := first.Proposed[0]
	raw, err := json.Marshal(proposed)
	if err != nil {
		t.Fatal(err)
	}
	mapping := map[string]any{}
	if err := json.Unmarshal(raw, &mapping); err != nil {
		t.Fatal(err)
	}
	mapping["url"] = form.Config["mapping"].(map[string]any)["url"]
	if fields := mapping["fields"].(map[string]any); proposed.Kind == "observations" && fields["indicator"] == nil {
		fields["indicator"] = map[string]any{"const": "muka-air-benanga"}
		delete(fields, "unit")
	}
	form.Config["mapping"] = mapping
	second, err := door.Try(t.Context(), form)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	second.Proposed = first.Proposed
	return second
}

// TestWhatIsProposedForRecordedPayloads: real answers, of which most rows must come by
// no more than what is proposed.
func TestWhatIsProposedForRecordedPayloads(t *testing.T) {
	t.Parallel()
	payloads := filepath.Join("..", "..", "..", "shared", "data")
	if _, err := os.Stat(payloads); err != nil {
		t.Skip("the recorded payloads are not here")
	}
	door := newDoor(t)
	server := httptest.NewServer(http.FileServer(http.Dir(payloads)))
	t.Cleanup(server.Close)
	for path, least := range map[string]float64{
		"payloads/food/bandung_harga_komoditas_2025.csv": 0.9, "payloads/floodgates/jakarta_pintu_air_2024-05.json": 0.9,
		"samarinda/mahakam_tide_daily_hindcast_2020_2025.csv": 0.9,
	} {
		form := city.SourceForm{Slug: "coba", Name: "Coba", Connector: "httpjson", Config: map[string]any{
			"allow_private": true, "mapping": map[string]any{"url": server.URL + "/" + path},
		}}
		trial := byProposal(t, door, form)
		shown, _ := json.Marshal(trial.Proposed[0])
		all := float64(trial.Observations + trial.Reports + trial.RefusedCount)
		t.Logf("%s: %v of %v by %s", path, trial.Observations, all, shown)
		if float64(trial.Observations+trial.Reports) < least*all {
			t.Errorf("%s: %d of %v taken; refused %+v", path, trial.Observations+trial.Reports, all, trial.Refused)
		}
	}
}

// newDoor is the door for sources of a database of its own; the value of a secret is
// its name behind "nilai-".
func newDoor(t *testing.T) *connecting {
	t.Helper()
	s := storetest.New(t)
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	geography, err := newGeography(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	d, secrets := &database{Store: s, city: setting}, &connectors.Secrets{Lookup: func(name string) (string, bool) { return "nilai-" + strings.ToLower(name), true }}
	env, err := d.connectorEnv(geography, secrets, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return d.newConnecting(env, secrets)
}
