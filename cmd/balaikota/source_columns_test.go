package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
)

// TestATrialTellsTheColumns, also of a mapping that is still to be written; values are
// not among them.
func TestATrialTellsTheColumns(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"data":[{"pos":"Benanga","tinggi air":"7,25","lokasi":{"lat":-0.4,"lon":117.1}},{"pos":"Lempake","waktu":"2026-11-20 08:00","telepon":"081200000000","foto":[1]}]}`))
	}))
	t.Cleanup(server.Close)
	geography, err := newGeography(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	env, err := (&database{Store: s, city: setting}).connectorEnv(geography, &connectors.Secrets{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	door := (&database{Store: s, city: setting}).newConnecting(env, &connectors.Secrets{})
	want := []string{`."tinggi air"`, ".foto", ".lokasi.lat", ".lokasi.lon", ".pos", ".telepon", ".waktu"}
	form := func(mapping string) city.SourceForm {
		return city.SourceForm{Slug: "uji", Name: "Uji", Connector: "httpjson", Config: map[string]any{"allow_private": true, "mapping": mapping}}
	}
	whole := "url: " + server.URL + "\nitems: .data\n"
	for name, tc := range map[string]struct {
		mapping, place string
	}{
		"as the form begins": {whole + "kind: observations\nfields:\n  indicator: {const: }\n  area: \n  time: \n  value: \n", "mapping.fields.area"},
		"no fields":          {whole + "kind: reports\n", "mapping.fields"},
		"a bad expression":   {whole + "kind: reports\nfields: {external_id: '.pos |', created_at: .waktu, text: .pos}\n", "mapping.fields.external_id"},
		"whole":              {whole + "kind: reports\nfields: {external_id: .pos, created_at: {get: .waktu, time: [\"2006-01-02 15:04\"]}, text: .pos}\n", "Benanga"},
	} {
		trial, err := door.Try(t.Context(), form(tc.mapping))
		if err != nil || !slices.Equal(trial.Columns, want) || len(trial.Refused) != 1 || trial.Refused[0].Place != tc.place {
			t.Errorf("%s: columns %v, refused %+v, %v", name, trial.Columns, trial.Refused, err)
		}
	}
	server.Close()
	trial, err := door.Try(t.Context(), form("url: "+server.URL+"\nitems: .data\nkind: observations\nfields: {indicator: {const: }}\n"))
	if connectors.Explain(err) == nil || connectors.Explain(err).Key != string(connectors.FailRefused) {
		t.Errorf("of a mapping that nobody wrote, and a source that is away: %+v, %v", trial, err)
	}
	if _, err := door.Try(t.Context(), form("kind: reports\n")); city.CodeOf(err) != city.Invalid {
		t.Errorf("without an address: %v", err)
	}
}
