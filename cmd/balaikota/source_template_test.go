package main

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
	"balaikota/connectors/all"
)

// templated is a store with the door through which sources come, on an afternoon.
type templated struct {
	*store.Store
	door   *connecting
	runner *connectors.Runner
	now    time.Time
}

func newTemplated(t *testing.T, now time.Time) *templated {
	t.Helper()
	clock := func() time.Time { return now }
	s := storetest.New(t, storetest.WithClock(clock))
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	geography, err := newGeography(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	d := &database{Store: s, city: setting}
	env, err := d.connectorEnv(geography, &connectors.Secrets{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	env.Now = clock
	door := d.newConnecting(env, &connectors.Secrets{})
	door.now = clock
	return &templated{Store: s, door: door, runner: connectors.NewRunner(all.Registry(), s, env, &connectors.Secrets{}, connectors.RunLimits{}), now: now}
}

// read connects a source made with a template and reads a body of its system once.
func (f *templated) read(t *testing.T, template, param string, body []byte) city.Tally {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	t.Cleanup(server.Close)
	form := city.SourceForm{Slug: "uji-" + template, Name: "Uji", Connector: "httpjson", Config: map[string]any{
		"allow_private": true, "template": template, "params": map[string]any{param: server.URL},
	}}
	if _, err := f.door.Save(t.Context(), form, true); err != nil {
		t.Fatal(err)
	}
	src, err := f.Source(t.Context(), form.Slug)
	if err != nil {
		t.Fatal(err)
	}
	tally, _, err := f.runner.RunOnce(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

// least is the least value of an indicator that counts, and what is left out.
func (f *templated) least(t *testing.T, slug string) (float64, []city.QualityCount) {
	t.Helper()
	got, err := f.Measure(t.Context(), city.Asker{Role: city.WaliKota}, f.now, city.MeasureQuery{Measure: city.MeasureMin, Indicator: slug, Period: "30_hari_terakhir"})
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Rows[0].Value == nil {
		return -1, got[0].KeptOut
	}
	return *got[0].Rows[0].Value, got[0].KeptOut
}

// findings are what was found of an indicator, by the kind of rule.
func (f *templated) findings(t *testing.T, slug string) map[city.QualityKind]int64 {
	t.Helper()
	all, err := f.QualityFindings(t.Context(), city.Asker{Role: city.Operator}, city.QualityFilter{Indicator: slug})
	if err != nil {
		t.Fatal(err)
	}
	out := map[city.QualityKind]int64{}
	for _, q := range all {
		out[q.Kind] += q.N
	}
	return out
}

// caseOf is what a system answers in a case of httpjson.
func caseOf(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "..", "connectors", "httpjson", "testdata", "cases", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestTemplatesLeaveBadValuesToTheRules: a negative measurement and a price of 0 are
// stored, found under a rule, and in no figure.
func TestTemplatesLeaveBadValuesToTheRules(t *testing.T) {
	t.Parallel()
	f := newTemplated(t, time.Date(2026, 11, 21, 15, 0, 0, 0, time.FixedZone("WITA", 8*3600)))
	if got := f.read(t, "apt-pranoto-pm25", "base_url", caseOf(t, "apt-pranoto-pm25/response.json")); got.Added != 4 || got.Refused != 1 {
		t.Errorf("of the air %+v", got)
	}
	if v, out := f.least(t, "pm25"); v != 7.25 || len(out) != 1 || out[0] != (city.QualityCount{Kind: city.QualityImpossible, N: 1}) {
		t.Errorf("the least is %v, left out %v", v, out)
	}
	if got := f.findings(t, "pm25"); got[city.QualityImpossible] != 1 {
		t.Errorf("found of the air: %v", got)
	}
	f.read(t, "harga-pangan-csv", "url", caseOf(t, "harga-pangan-csv/response.csv"))
	if got := f.findings(t, "harga-telur"); got[city.QualityMarker] != 1 {
		t.Errorf("found of a price of 0: %v", got)
	}
	if v, _ := f.least(t, "harga-telur"); v != -1 {
		t.Errorf("a price of 0 is a figure: %v", v)
	}
}

// TestRecordedAirLeavesItsNegativeOut reads what the station sent, kept outside the
// repository, where there is any.
func TestRecordedAirLeavesItsNegativeOut(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "samarinda", "pm25_24h_bmkg_apt_pranoto_2026-02.json"))
	if err != nil {
		t.Skipf("no recorded payload: %v", err)
	}
	f := newTemplated(t, time.Date(2026, 2, 6, 10, 0, 0, 0, time.FixedZone("WITA", 8*3600)))
	if got := f.read(t, "apt-pranoto-pm25", "base_url", body); got.Added != 24 || got.Refused != 0 {
		t.Errorf("read %+v", got)
	}
	if v, out := f.least(t, "pm25"); v != 0.4 || len(out) != 1 || out[0].N != 1 {
		t.Errorf("the least is %v, left out %v", v, out)
	}
}

// TestRunningRainIsNoDailyRainfall: totals that grow all day are no 24 hours up to
// 07.00, whatever the hour they were read at, and a source cannot say that they are.
func TestRunningRainIsNoDailyRainfall(t *testing.T) {
	t.Parallel()
	f := newTemplated(t, time.Date(2026, 11, 21, 15, 0, 0, 0, time.FixedZone("WITA", 8*3600)))
	if got := f.read(t, "apt-pranoto-hujan", "base_url", caseOf(t, "apt-pranoto-hujan/response.json")); got.Added != 3 {
		t.Errorf("read %+v", got)
	}
	if v, _ := f.least(t, "curah-hujan"); v != -1 {
		t.Errorf("%v mm are daily rainfall", v)
	}
	if v, _ := f.least(t, "curah-hujan-berjalan"); v <= 0 {
		t.Errorf("of the running totals %v mm are the least", v)
	}
	_, err := f.door.source(t.Context(), city.SourceForm{Slug: "uji-lain", Name: "Uji", Connector: "httpjson", Config: map[string]any{
		"template": "apt-pranoto-hujan", "params": map[string]any{"indicator": "curah-hujan"},
	}})
	if e, ok := errors.AsType[*city.Error](err); !ok || e.Field != "config.params.indicator" {
		t.Errorf("a source that stores them as daily rainfall: %v", err)
	}
}

// TestASourceTakesFromItsTemplate what its officer leaves open: when it is asked, what
// it promises, whom to name.
func TestASourceTakesFromItsTemplate(t *testing.T) {
	t.Parallel()
	f := newTemplated(t, time.Date(2026, 11, 21, 15, 0, 0, 0, time.FixedZone("WITA", 8*3600)))
	food := map[string]any{"template": "pihps-harga", "params": map[string]any{"province": "23", "regency": "91"}}
	for name, tc := range map[string]struct {
		form                  city.SourceForm
		schedule, attribution string
		expect                time.Duration
	}{
		"says nothing":        {city.SourceForm{Config: food}, "0 14,18 * * *", "PIHPS Nasional, Bank Indonesia", 96 * time.Hour},
		"says otherwise":      {city.SourceForm{Config: food, Schedule: "0 6 * * *", Attribution: "Bank Indonesia", ExpectSeconds: 7200}, "0 6 * * *", "Bank Indonesia", 2 * time.Hour},
		"is asked less":       {city.SourceForm{Config: map[string]any{"template": "apt-pranoto-pm25"}, Schedule: "@every 48h"}, "@every 48h", "BMKG Stasiun Meteorologi APT Pranoto", 48 * time.Hour},
		"makes its own of it": {city.SourceForm{Config: map[string]any{"mapping": "url: https://a.contoh.go.id\nitems: .\nkind: reports\nfields: {external_id: .id, created_at: .t, text: .x}\n"}}, "@every 5m", "", 5 * time.Minute},
	} {
		tc.form.Slug, tc.form.Name, tc.form.Connector = "uji", "Uji", "httpjson"
		src, err := f.door.source(t.Context(), tc.form)
		if err != nil || src.Schedule != tc.schedule || src.Attribution != tc.attribution || src.ExpectEvery != tc.expect {
			t.Errorf("%s: %q, %q, %s, %v", name, src.Schedule, src.Attribution, src.ExpectEvery, err)
		}
	}
}

// TestASecretParameterIsNotReadBack, and stays when the form leaves it empty.
func TestASecretParameterIsNotReadBack(t *testing.T) {
	t.Parallel()
	f := newTemplated(t, time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC))
	form := city.SourceForm{Slug: "uji", Name: "Uji", Connector: "httpjson", Config: map[string]any{
		"template": "sp4n-kontrak", "params": map[string]any{"base_url": "https://perantara.contoh.go.id", "token": "env:KUNCI_SP4N"},
	}}
	if _, err := f.door.Save(t.Context(), form, true); err != nil {
		t.Fatal(err)
	}
	shown, err := f.door.Form(t.Context(), "uji")
	params, _ := shown.Config["params"].(map[string]any)
	if _, read := params["token"]; err != nil || read || params["base_url"] == "" || !slices.Equal(shown.Secrets, []string{"params.token"}) {
		t.Errorf("shown %+v with %v, %v", params, shown.Secrets, err)
	}
	if _, err := f.door.Save(t.Context(), shown, false); err != nil {
		t.Errorf("saved as it is shown: %v", err)
	}
	shown.Config["template"] = "prometheus"
	if _, err := f.door.source(t.Context(), shown); err == nil {
		t.Error("the parameters of another template are taken over")
	}
}

// TestStoredSourcesAreCredited with what their template asks for, where they name
// nobody.
func TestStoredSourcesAreCredited(t *testing.T) {
	t.Parallel()
	f := newTemplated(t, time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC))
	for slug, named := range map[string]string{"pasut": "", "pasut-sendiri": "BMKG, diolah", "ngsi": ""} {
		template := "bmkg-pasut"
		if slug == "ngsi" {
			template = "ngsi-v2" // asks for nobody
		}
		storetest.Source(t, f.Store, func(s *city.Source) {
			s.Slug, s.Connector, s.Attribution, s.Config = slug, "httpjson", named, []byte(`{"template":"`+template+`"}`)
		})
	}
	if err := (&database{Store: f.Store}).creditTemplates(t.Context(), all.Registry()); err != nil {
		t.Fatal(err)
	}
	for slug, want := range map[string]string{"pasut": "BMKG Maritim", "pasut-sendiri": "BMKG, diolah", "ngsi": ""} {
		if src, err := f.Source(t.Context(), slug); err != nil || src.Attribution != want {
			t.Errorf("%s names %q, %v", slug, src.Attribution, err)
		}
		if src, err := f.Source(t.Context(), slug); err != nil || promised(src) != map[string]time.Duration{"pasut": 24 * time.Hour, "pasut-sendiri": 24 * time.Hour, "ngsi": time.Hour}[slug] {
			t.Errorf("%s promises data every %s, %v", slug, promised(src), err)
		}
	}
}

// TestTemplatesAreListed for officers and for whoever runs the server.
func TestTemplatesAreListed(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := (&sourceTemplatesCommand{}).Run(&invocation{stdout: &out}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"pihps-harga (httpjson)\n  Harga pangan PIHPS (Bank Indonesia) / Food prices of PIHPS (Bank Indonesia)\n",
		"  jadwal 0 14,18 * * *, data baru paling lambat tiap 96h0m0s, sumber yang wajib disebut: PIHPS Nasional, Bank Indonesia\n",
		"  - province: Nomor provinsi / Number of the province (wajib, misalnya 23)\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	for _, info := range (&connecting{registry: all.Registry()}).Connectors() {
		if (info.Name == "httpjson") != (len(info.Templates) > 0) || info.Templates == nil {
			t.Errorf("%s has %d templates", info.Name, len(info.Templates))
		}
		for _, tpl := range info.Templates {
			if tpl.ExpectSeconds <= 0 || tpl.TitleID == "" || tpl.DescriptionEN == "" || tpl.Params == nil {
				t.Errorf("%+v", tpl)
			}
		}
	}
}
