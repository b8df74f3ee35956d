package ogcfeatures

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// bordered is the cases' city with the borders of its kelurahan.
func bordered() connectortest.Halves {
	areas := connectortest.TwoHalves()
	for i, a := range areas {
		if a.Level == city.Kelurahan {
			west := map[bool]float64{true: 117.15, false: 117}[a.Code == "64.72.08.1001"]
			areas[i].Outline = orb.MultiPolygon{{orb.Bound{Min: orb.Point{west, -0.8}, Max: orb.Point{west + 0.15, -0.3}}.ToRing()}}
		}
	}
	return areas
}

// TestCases plays each folder of testdata/cases: server.json is the server.
func TestCases(t *testing.T) {
	t.Parallel()
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		var asked connectortest.Asked
		address := connectortest.Serve(t, asked.Of(readServer(t, folder)))
		out, _ := connectortest.Run(t, Spec, connectortest.Config(t, folder, address), nil, connectortest.Env(t, bordered(), connectortest.Moment()))
		return out.Seen(&asked, address)
	})
}

// TestOnlyWhatIsNewIsAsked: by datetime, from the newest record less overlap.
func TestOnlyWhatIsNewIsAsked(t *testing.T) {
	t.Parallel()
	s := readServer(t, "testdata/cases/pages-by-next-link")
	var asked connectortest.Asked
	address := connectortest.Serve(t, asked.Of(s))
	config := connectortest.YAML(t, strings.Replace(`allow_private: true
url: "{{server}}/ogc"
collection: titik
since: true
overlap: 1h
mapping: {kind: reports, fields: {external_id: .id, created_at: .properties.waktu, text: .properties.ket}}`, "{{server}}", address, 1))
	env := connectortest.Env(t, bordered(), connectortest.Moment())
	_, cursor := connectortest.Run(t, Spec, config, nil, env)
	out, _ := connectortest.Run(t, Spec, config, cursor, env)
	lines := asked.Lines()
	if last := lines[len(lines)-1]; !strings.Contains(last, "datetime=2026-11-20T02:00:00Z/..") || len(out.Reports) != 2 {
		t.Errorf("%d reports, asked %s", len(out.Reports), last)
	}
}

func TestLinksAreFollowedAtHomeOnly(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"?offset=2":                              "https://geo.contoh.go.id/ogc/collections/a/items?offset=2",
		"/lain?x=1":                              "https://geo.contoh.go.id/lain?x=1",
		"http://geo.contoh.go.id/ogc?offset=2":   "https://geo.contoh.go.id/ogc?offset=2",
		"http://geo.contoh.go.id:5000/ogc?x=2":   "https://geo.contoh.go.id/ogc?x=2",
		"https://jahat.contoh.id/ogc":            "",
		"https://geo.contoh.go.id:9000/ogc":      "",
		"https://geo.contoh.go.id.jahat.id/ogc":  "",
		"ftp://geo.contoh.go.id/ogc":             "",
		"https://geo.contoh.go.id@jahat.id/ogc/": "",
	} {
		got, err := follow("https://geo.contoh.go.id/ogc/collections/a/items?limit=2", link)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v; want %q", link, got, err, want)
		}
	}
}

func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	const good = `"collection":"a","mapping":{"kind":"observations","fields":{"indicator":{"const":"pm25"},"time":".properties.t","value":".properties.v"}}`
	for config, field := range map[string]string{
		`{"url":"https://a.go.id/ogc/collections/x",` + good + `}`:                       "url",
		`{"protocol":"wfs","url":"https://a.go.id/ows?request=GetFeature",` + good + `}`: "url",
		`{"url":"https://a.go.id","bbox":"117,-0.7,116,-0.3",` + good + `}`:              "bbox",
		`{"url":"https://a.go.id","bbox":"117,-0.7",` + good + `}`:                       "bbox",
		`{"protocol":"wfs","since":true,"url":"https://a.go.id",` + good + `}`:           "since",
		`{"url":"https://a.go.id","key":"abc",` + good + `}`:                             "key",
	} {
		if err := Spec.Check(json.RawMessage(config)); connectors.Explain(err) == nil || connectors.Explain(err).Field != field {
			t.Errorf("%s: %v, want the field %s", config, err, field)
		}
	}
	_, err := Spec.New(json.RawMessage(`{"url":"https://a.go.id","bbox":"city",`+good+`}`), connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment()))
	if e := connectors.Explain(err); e == nil || e.Field != "bbox" {
		t.Errorf("a city without borders: %v", err)
	}
}

// FuzzAnswers: whatever a server answers, the decoder ends and refuses in words.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"type":"FeatureCollection","numberMatched":"unknown","features":[{"id":1,"properties":{"a":1},"geometry":{"type":"Point","coordinates":[117,-0.5]}}],"links":[{"rel":"next","href":"x"}]}`))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"geometry":{"type":"GeometryCollection","geometries":[]}},{"geometry":{"type":"MultiPolygon","coordinates":[[[]]]}}]}`))
	f.Add([]byte(`<ExceptionReport><Exception exceptionCode="x"><ExceptionText>y</ExceptionText></Exception></ExceptionReport>`))
	f.Add([]byte(`{"code":"x","description":"y"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, swap := range []bool{false, true} {
			a, err := decode(body, http.Header{}, swap)
			if err != nil {
				if connectors.Explain(err).Message == "" {
					t.Errorf("%v has no words", err)
				}
				continue
			}
			if _, err := json.Marshal(a.records); err != nil {
				t.Errorf("a record cannot be kept: %v", err)
			}
		}
	})
}
