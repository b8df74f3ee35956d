package httpjson

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

var testAreas = connectortest.TwoHalves()

var wita = connectortest.WITA

func caseClock() time.Time { return connectortest.Moment() }

func testEnv(t *testing.T, now time.Time) connectors.Env {
	t.Helper()
	env := connectortest.Env(t, testAreas, now)
	env.Categories = append(env.Categories, city.Category{Slug: "banjir-drainase"})
	for _, slug := range []string{"harga-beras-premium", "harga-telur", "harga-cabai-rawit"} {
		env.Indicators = append(env.Indicators, city.Indicator{Slug: slug, Unit: "Rp/kg", Grain: "city"})
	}
	env.Indicators = append(env.Indicators, city.Indicator{Slug: "curah-hujan-berjalan", Unit: "mm", Grain: "district"})
	for slug, unit := range map[string]string{"siaga-pintu-air": "tingkat", "paket-rup": "paket", "pagu-rup": "Rp", "paket-tender": "paket",
		"pagu-tender": "Rp", "paket-kontrak": "paket", "nilai-kontrak": "Rp", "pasang-surut": "m"} {
		env.Indicators = append(env.Indicators, city.Indicator{Slug: slug, Unit: unit, Grain: "city"})
	}
	return env
}

// run makes one connector and pulls until it has no more.
func run(t *testing.T, config, cursor json.RawMessage, now time.Time) (connectortest.Outcome, json.RawMessage) {
	t.Helper()
	return connectortest.Run(t, Spec, config, cursor, testEnv(t, now))
}

// answers serves a case's response.json, or response.xml or .csv.
func answers(folder string) http.Handler {
	for ext, kind := range map[string]string{"xml": "text/xml", "csv": "text/csv"} {
		if _, err := os.Stat(filepath.Join(folder, "response."+ext)); err == nil {
			return connectortest.Answers(folder, ext, kind)
		}
	}
	return connectortest.Answers(folder, "json", "application/json")
}

// TestCases plays each folder of testdata/cases: response.json is what the
// system answers, response-2.json what it answers the second time, and so on.
func TestCases(t *testing.T) {
	t.Parallel()
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		var asked connectortest.Asked
		address := connectortest.Serve(t, asked.Of(answers(folder), "X-Kunci", "Authorization", "Fiware-Service", "Fiware-Servicepath", "Link"))
		out, _ := run(t, connectortest.Config(t, folder, address), nil, caseClock())
		return out.Seen(&asked, address)
	})
}

// TestTideIsOfTodayHere: until eight in the morning the day of WITA is not that of
// UTC, which another reader of the service asks for.
func TestTideIsOfTodayHere(t *testing.T) {
	t.Parallel()
	var asked connectortest.Asked
	address := connectortest.Serve(t, asked.Of(answers("testdata/cases/bmkg-pasut")))
	config := connectortest.YAML(t, "allow_private: true\ntemplate: bmkg-pasut\nparams: {base_url: '"+address+"', indicator: pasang-surut}\n")
	run(t, config, nil, time.Date(2026, 11, 22, 3, 0, 0, 0, wita))
	if got := strings.Join(asked.Lines(), " "); got != "GET /4000000017/20261122/20261122" {
		t.Errorf("asked %s", got)
	}
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
