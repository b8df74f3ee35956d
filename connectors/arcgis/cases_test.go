package arcgis

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// TestCases plays each folder of testdata/cases: server.json is the server.
func TestCases(t *testing.T) {
	t.Parallel()
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		var asked connectortest.Asked
		address := connectortest.Serve(t, asked.Of(readServer(t, folder)))
		out, _ := connectortest.Run(t, Spec, connectortest.Config(t, folder, address), nil, env(t))
		return out.Seen(&asked, address)
	})
}

func env(t testing.TB) connectors.Env {
	t.Helper()
	return connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
}

// TestOnlyWhatChangedIsAsked: the next reading begins at the newest change, and
// a clock that runs ahead there hides nothing.
func TestOnlyWhatChangedIsAsked(t *testing.T) {
	t.Parallel()
	s := readServer(t, "testdata/cases/esri-json-pages")
	var asked connectortest.Asked
	address := connectortest.Serve(t, asked.Of(s))
	config := connectortest.YAML(t, strings.Replace(changed, "{{server}}", address, 1))
	first, cursor := connectortest.Run(t, Spec, config, nil, env(t))
	again, cursor := connectortest.Run(t, Spec, config, cursor, env(t))
	if len(first.Reports) != 5 || len(again.Reports) != 1 {
		t.Errorf("first %d (%s), again %d (%s)\n%s", len(first.Reports), first.Error, len(again.Reports), again.Error, strings.Join(asked.Lines(), "\n"))
	}
	ahead := connectortest.Moment().AddDate(1, 0, 0)
	s.Features[0]["attributes"].(map[string]any)["DIUBAH"] = json.Number(strconvMS(ahead))
	_, cursor = connectortest.Run(t, Spec, config, cursor, env(t))
	s.Features[1]["attributes"].(map[string]any)["DIUBAH"] = json.Number(strconvMS(connectortest.Moment()))
	last, _ := connectortest.Run(t, Spec, config, cursor, env(t))
	if len(last.Reports) != 2 {
		t.Errorf("a clock ahead hides what changed after: %d reports, %s", len(last.Reports), last.Error)
	}
}

func strconvMS(at time.Time) string {
	b, _ := json.Marshal(at.UnixMilli())
	return string(b)
}

const changed = `allow_private: true
url: "{{server}}` + layerPath + `"
changed_field: DIUBAH
mapping:
  kind: reports
  fields: {external_id: .id, created_at: .properties.DIBUAT, updated_at: .properties.DIUBAH, text: .properties.KET, lon: .lon, lat: .lat}
`

func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	const good = `"mapping":{"kind":"observations","fields":{"indicator":{"const":"pm25"},"time":".properties.T","value":".properties.V"}}`
	for config, field := range map[string]string{
		`{"url":"https://a.go.id/arcgis/rest/services/x/FeatureServer/0/query?where=1",` + good + `}`:                                                                "url",
		`{"url":"https://a.go.id/FeatureServer/0","page_size":0.5,` + good + `}`:                                                                                     "page_size",
		`{"url":"https://a.go.id/FeatureServer/0","changed_field":"x; DROP","mapping":{"kind":"observations","fields":{"indicator":".i","time":".t","value":".v"}}}`: "changed_field",
		`{"url":"https://a.go.id/FeatureServer/0","token":"abc",` + good + `}`:                                                                                       "token",
	} {
		if err := Spec.Check(json.RawMessage(config)); connectors.Explain(err) == nil || connectors.Explain(err).Field != field {
			t.Errorf("%s: %v, want the field %s", config, err, field)
		}
	}
}

// FuzzAnswers: whatever a server answers, the decoders end and refuse in words.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"spatialReference":{"wkid":102100},"features":[{"attributes":{"OBJECTID":1,"T":1.5e12},"geometry":{"rings":[[[1,2],[3,4],[1,2]]]}}]}`))
	f.Add([]byte(`{"features":[{"attributes":{},"geometry":{"x":"NaN","y":"NaN"}},{"attributes":{"A":null},"geometry":{"paths":[[[1,"NaN"],[]]]}}]}`))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"id":7,"properties":{"T":0},"geometry":{"type":"Polygon","coordinates":[[]]}}]}`))
	f.Add([]byte(`{"error":{"code":"400","message":"x","details":["y"]}}`))
	c := &connector{env: connectors.Env{Location: connectortest.WITA}, layer: &layer{Fields: []field{{Name: "T", Type: "esriFieldTypeDate"}}}}
	f.Fuzz(func(t *testing.T, body []byte) {
		var a answer
		if err := decode(body, "application/json", &a); err != nil {
			if connectors.Explain(err).Message == "" {
				t.Errorf("%v has no words", err)
			}
			return
		}
		for _, format := range []string{"json", "geojson"} {
			records, err := c.records(a, format)
			if err != nil {
				continue
			}
			if _, err := json.Marshal(records); err != nil {
				t.Errorf("a record cannot be kept: %v", err)
			}
		}
	})
}

var _ http.Handler = (*server)(nil)
