package ckan

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// TestCases plays each folder of testdata/cases: portal.json is the portal, the
// other files are what it offers for download.
func TestCases(t *testing.T) {
	t.Parallel()
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		var asked connectortest.Asked
		p := readPortal(t, folder)
		address := connectortest.Serve(t, asked.Of(p, "Authorization"))
		p.at(address)
		out, _ := connectortest.Run(t, Spec, connectortest.Config(t, folder, address), nil, connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment()))
		return out.Seen(&asked, address)
	})
}

// at puts the server's address into the resources' own.
func (p *portal) at(address string) {
	for _, d := range p.Packages {
		for _, r := range d["resources"].([]any) {
			m := r.(map[string]any)
			if s, ok := m["url"].(string); ok {
				m["url"] = strings.ReplaceAll(s, connectortest.Server, address)
			}
		}
	}
}

const byFile = `{"allow_private":true,"base_url":%q,"dataset":"hujan","token":"env:KUNCI","mapping":{"kind":"observations","area_level":"kelurahan",
	"fields":{"indicator":{"const":"hujan-titik"},"area":".kode","time":{"get":".waktu","time":["2006-01-02"]},"value":".mm"}}}`

// TestTokenStaysWithThePortal: a resource's address is written by whoever
// filled the portal and may lead anywhere; our token does not go along, and
// neither does the right to reach the inside network.
func TestTokenStaysWithThePortal(t *testing.T) {
	t.Parallel()
	var elsewhere connectortest.Asked
	other := connectortest.Serve(t, elsewhere.Of(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("kode,waktu,mm\n64.72.08.1001,2026-11-20,3\n"))
	}), "Authorization"))
	p := &portal{Token: "nilai-env:KUNCI", Packages: []map[string]any{{"name": "hujan", "resources": []any{
		map[string]any{"id": "r1", "name": "Hujan", "format": "CSV", "url": other + "/hujan.csv", "datastore_active": false},
	}}}}
	address := connectortest.Serve(t, p)
	config := json.RawMessage(strings.Replace(byFile, "%q", `"`+address+`"`, 1))
	out, _ := connectortest.Run(t, Spec, config, nil, connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment()))
	if len(elsewhere.Lines()) != 0 || !strings.Contains(out.Error, string(connectors.FailPrivate)) {
		t.Errorf("another address of the inside network was asked: %v, %+v", elsewhere.Lines(), out)
	}
}

// TestUnchangedFileIsNotReadAgain: the portal is asked whether the file has
// changed, and a cursor of other settings is not believed.
func TestUnchangedFileIsNotReadAgain(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "hujan.csv"), []byte("kode,waktu,mm\n64.72.08.1001,2026-11-20,3\n64.72.09.1001,2026-11-20,4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &portal{folder: folder, Files: map[string]string{"hujan.csv": "text/csv"}, Packages: []map[string]any{{"name": "hujan", "resources": []any{
		map[string]any{"id": "r1", "name": "Hujan", "format": "CSV", "url": "/download/hujan.csv"},
	}}}}
	address := connectortest.Serve(t, p)
	config := strings.Replace(byFile, "%q", `"`+address+`"`, 1)
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	first, cursor := connectortest.Run(t, Spec, json.RawMessage(config), nil, env)
	again, cursor := connectortest.Run(t, Spec, json.RawMessage(config), cursor, env)
	other, _ := connectortest.Run(t, Spec, json.RawMessage(strings.Replace(config, `".mm"`, `{"get":".mm","factor":2}`, 1)), cursor, env)
	if len(first.Observations) != 2 || len(again.Observations) != 0 || len(other.Observations) != 2 {
		t.Errorf("first %v %v, again %v %v, other settings %v", first.Observations, first.Error, again.Observations, again.Error, other.Observations)
	}
}

// TestRecordedPackages finds the table of datasets recorded from a real portal,
// kept outside this repository, where there are any.
func TestRecordedPackages(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..", "shared", "data", "payloads", "ckan")
	got := map[string]string{}
	for file, config := range map[string]string{
		"demo_ckan_package_17be64bb.json": `{"base_url":"%s","dataset":"x","mapping":%m}`,
		"demo_ckan_package_62513382.json": `{"base_url":"%s","dataset":"x","mapping":%m}`,
		"demo_ckan_package_9c3036b8.json": `{"base_url":"%s","dataset":"x","mapping":%m}`,
		"demo_ckan_package_search.json":   `{"base_url":"%s","search":"x","mapping":%m}`,
	} {
		body, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Skipf("no recorded payload: %v", err)
		}
		address := connectortest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
		config = strings.NewReplacer("%s", address, "%m", `{"kind":"observations","fields":{"indicator":{"const":"pm25"},"time":".t","value":".v"}},"allow_private":true`).Replace(config)
		c, err := Spec.New(json.RawMessage(config), connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment()))
		if err != nil {
			t.Fatal(err)
		}
		switch r, err := c.(*connector).find(t.Context()); {
		case err != nil:
			got[file] = connectors.Explain(err).Key
		default:
			got[file] = r.Format + " " + map[bool]string{true: "datastore", false: "file"}[bool(r.Datastore)]
		}
	}
	want := map[string]string{
		"demo_ckan_package_17be64bb.json": "CSV datastore", "demo_ckan_package_62513382.json": "CSV file",
		"demo_ckan_package_9c3036b8.json": "source.failure.config", "demo_ckan_package_search.json": "CSV file",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	const good = `"mapping":{"kind":"observations","fields":{"indicator":{"const":"pm25"},"time":".t","value":".v"}}`
	for config, field := range map[string]string{
		`{"base_url":"https://a.go.id",` + good + `}`:                                                "dataset",
		`{"base_url":"https://a.go.id","dataset":"x","search":"y",` + good + `}`:                     "search",
		`{"base_url":"https://a.go.id/api/3/action/package_show","dataset":"x",` + good + `}`:        "base_url",
		`{"base_url":"https://a.go.id","dataset":"x","page_size":50000,` + good + `}`:                "page_size",
		`{"base_url":"https://a.go.id","dataset":"x","token":"abc",` + good + `}`:                    "token",
		`{"base_url":"https://a.go.id","dataset":"x","mapping":{"kind":"observations","fields":{}}}`: "mapping.fields.indicator",
	} {
		if err := Spec.Check(json.RawMessage(config)); connectors.Explain(err) == nil || connectors.Explain(err).Field != field {
			t.Errorf("%s: %v, want the field %s", config, err, field)
		}
	}
}

// FuzzAnswers: whatever a portal answers, the decoders end and refuse in words.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"success":true,"result":{"resources":[{"id":"a","format":"CSV","datastore_active":"true"}]}}`))
	f.Add([]byte(`{"success":true,"result":[{"resources":[]}]}`))
	f.Add([]byte(`{"success":false,"error":{"__type":"Validation Error","limit":["x"]}}`))
	f.Add([]byte(`{"success":true,"result":{"total":1,"records":[{"Kode":"Total"}]}}`))
	rule := newTotals("refuse", Config{}.Mapping, connectortest.TwoHalves())
	f.Fuzz(func(t *testing.T, body []byte) {
		result, err := decodeEnvelope(body, "application/json")
		if err != nil {
			if connectors.Explain(err).Message == "" {
				t.Errorf("%v has no words", err)
			}
			return
		}
		var d dataset
		_ = one(result, &d)
		var got records
		if connectors.DecodeJSON(result, "", &got) == nil {
			for _, r := range got.Records {
				rule.is(r)
			}
		}
	})
}
