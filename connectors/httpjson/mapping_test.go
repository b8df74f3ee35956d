package httpjson

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

func TestMappingMistakesAreNamed(t *testing.T) {
	t.Parallel()
	good := `"kind":"observations","items":".","fields":{"indicator":{"const":"pm25"},"time":".t","value":".v"}`
	for name, tc := range map[string]struct{ config, field string }{
		"nothing":             {`{}`, "mapping"},
		"both":                {`{"template":"pintu-air","mapping":{"url":"https://a.go.id",` + good + `}}`, "mapping"},
		"unknown template":    {`{"template":"entah"}`, "template"},
		"template outside":    {`{"template":"../secret"}`, "template"},
		"missing parameter":   {`{"template":"pintu-air","params":{"url":"https://a.go.id"}}`, "params.indicator"},
		"unknown parameter":   {`{"template":"apt-pranoto-pm25","params":{"ur":"x"}}`, "params.ur"},
		"unknown key":         {`{"mapping":{"url":"https://a.go.id","itms":".",` + good + `}}`, "mapping.itms"},
		"bad expression":      {`{"mapping":{"url":"https://a.go.id","kind":"observations","items":".[","fields":{"indicator":{"const":"x"},"time":".t","value":".v"}}}`, "mapping.items"},
		"unknown function":    {`{"mapping":{"url":"https://a.go.id","where":"system(1)",` + good + `}}`, "mapping.where"},
		"input":               {`{"mapping":{"url":"https://a.go.id","where":"input",` + good + `}}`, "mapping.where"},
		"module":              {`{"mapping":{"url":"https://a.go.id","where":"import \"x\" as x; true",` + good + `}}`, "mapping.where"},
		"missing field":       {`{"mapping":{"url":"https://a.go.id","kind":"observations","items":".","fields":{"indicator":".i","time":".t"}}}`, "mapping.fields.value"},
		"unknown field":       {`{"mapping":{"url":"https://a.go.id","kind":"observations","items":".","fields":{"indicator":".i","time":".t","value":".v","text":".x"}}}`, "mapping.fields.text"},
		"bad field":           {`{"mapping":{"url":"https://a.go.id","kind":"observations","items":".","fields":{"indicator":{"gett":".i"},"time":".t","value":".v"}}}`, "mapping.fields.indicator"},
		"get and const":       {`{"mapping":{"url":"https://a.go.id","kind":"observations","items":".","fields":{"indicator":{"get":".i","const":"x"},"time":".t","value":".v"}}}`, "mapping.fields.indicator"},
		"time on a number":    {`{"mapping":{"url":"https://a.go.id","kind":"observations","items":".","fields":{"indicator":".i","time":".t","value":{"get":".v","time":["unix"]}}}}`, "mapping.fields.value.time"},
		"number style":        {`{"mapping":{"url":"https://a.go.id","kind":"observations","items":".","fields":{"indicator":".i","time":".t","value":{"get":".v","number":"de"}}}}`, "mapping.fields.value.number"},
		"zone":                {`{"mapping":{"url":"https://a.go.id","zone":"Asia/Samarinda",` + good + `}}`, "mapping.zone"},
		"secret in a header":  {`{"mapping":{"url":"https://a.go.id","headers":{"X-Api-Key":"abc123"},` + good + `}}`, "mapping.headers.X-Api-Key"},
		"secret in the URL":   {`{"mapping":{"url":"https://a.go.id?token=abc123",` + good + `}}`, "mapping.url"},
		"auth without secret": {`{"mapping":{"url":"https://a.go.id","auth":{"type":"bearer"},` + good + `}}`, "mapping.auth.secret"},
		"raw auth secret":     {`{"mapping":{"url":"https://a.go.id","auth":{"type":"bearer","secret":"abc123"},` + good + `}}`, "mapping.auth.secret"},
		"cursor without next": {`{"mapping":{"url":"https://a.go.id","paging":{"type":"cursor"},` + good + `}}`, "mapping.paging.next"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := Spec.Check(json.RawMessage(tc.config))
			var e *city.Error
			if !errors.As(err, &e) || e.Code != city.Invalid || e.Field != tc.field {
				t.Errorf("got %v (field %q), wants field %q", err, fieldOf(err), tc.field)
			}
			if err != nil && strings.Contains(err.Error(), "abc123") {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
	if _, err := Spec.New(json.RawMessage(`{"mapping":{"url":"https://a.go.id/{{param.x}}",`+good+`}}`), testEnv(t, caseClock())); city.CodeOf(err) != city.Invalid {
		t.Errorf("an unfilled place gives %v", err)
	}
}

func fieldOf(err error) string {
	if e, ok := errors.AsType[*city.Error](err); ok {
		return e.Field
	}
	return ""
}

func TestSinceMovesWithTheDataAndNotWithAFastClock(t *testing.T) {
	t.Parallel()
	var since string
	answer := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		since = r.URL.Query().Get("since")
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(s.Close)
	config := json.RawMessage(fmt.Sprintf(`{"allow_private":true,"mapping":{"url":"%s/?since={{since:2006-01-02 15:04}}","lookback":"48h","overlap":"10m",
		"kind":"observations","items":".","fields":{"indicator":{"const":"pm25"},"time":".t","value":".v"}}}`, s.URL))
	at := func(d time.Duration) string { return caseClock().Add(d).Format("2006-01-02 15:04") }
	rec := func(d time.Duration) string {
		return fmt.Sprintf(`[{"t":%q,"v":1}]`, caseClock().Add(d).Format(time.RFC3339))
	}

	answer = rec(-time.Hour)
	_, cursor := run(t, config, nil, caseClock())
	if since != at(-48*time.Hour) {
		t.Errorf("the first reading asks since %s", since)
	}
	answer = `[]`
	_, cursor = run(t, config, cursor, caseClock().Add(time.Minute))
	if since != at(-time.Hour-10*time.Minute) {
		t.Errorf("the second asks since %s", since)
	}
	answer = rec(24 * time.Hour) // a clock a day ahead
	_, cursor = run(t, config, cursor, caseClock().Add(2*time.Minute))
	_, _ = run(t, config, cursor, caseClock().Add(3*time.Minute))
	if since != at(2*time.Minute-10*time.Minute) {
		t.Errorf("after a fast clock it asks since %s", since)
	}
}

func TestReadingGoesOnFromItsPageAfterAnError(t *testing.T) {
	t.Parallel()
	var pages []string
	broken := true
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := r.URL.Query().Get("p")
		pages = append(pages, page)
		switch {
		case page == "2" && broken:
			broken = false
			w.WriteHeader(http.StatusBadGateway)
		case page == "3":
			fmt.Fprint(w, `[{"t":"2026-11-21T10:00:00+08:00","v":3}]`)
		default:
			fmt.Fprintf(w, `[{"t":"2026-11-21T1%s:00:00+08:00","v":1},{"t":"2026-11-21T1%s:30:00+08:00","v":1}]`, page, page)
		}
	}))
	t.Cleanup(s.Close)
	config := json.RawMessage(fmt.Sprintf(`{"allow_private":true,"mapping":{"url":"%s/?p={{page}}","paging":{"type":"page","size":2},
		"kind":"observations","items":".","fields":{"indicator":{"const":"pm25"},"time":".t","value":".v"}}}`, s.URL))
	first, cursor := run(t, config, nil, caseClock())
	second, _ := run(t, config, cursor, caseClock())
	if len(first.Observations) != 2 || first.Error == "" || len(second.Observations) != 3 || strings.Join(pages, "") != "1223" {
		t.Errorf("first %+v, second %+v, pages %v", first, second, pages)
	}
}

func TestServerThatIgnoresPagingEnds(t *testing.T) {
	t.Parallel()
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		fmt.Fprint(w, `[{"t":"2026-11-21T10:00:00+08:00","v":3}]`)
	}))
	t.Cleanup(s.Close)
	config := json.RawMessage(fmt.Sprintf(`{"allow_private":true,"mapping":{"url":"%s/?p={{page}}","paging":{"type":"page","size":1},
		"kind":"observations","items":".","fields":{"indicator":{"const":"pm25"},"time":".t","value":".v"}}}`, s.URL))
	if out, _ := run(t, config, nil, caseClock()); asked != 2 || out.Error != "" {
		t.Errorf("asked %d times: %+v", asked, out)
	}
}

func TestLinkToAnotherHostIsRefused(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", `<http://127.0.0.1:1/x>; rel="next"`)
		fmt.Fprint(w, `[{"t":"2026-11-21T10:00:00+08:00","v":3}]`)
	}))
	t.Cleanup(s.Close)
	config := json.RawMessage(fmt.Sprintf(`{"allow_private":true,"mapping":{"url":"%s/","paging":{"type":"link"},
		"kind":"observations","items":".","fields":{"indicator":{"const":"pm25"},"time":".t","value":".v"}}}`, s.URL))
	if out, _ := run(t, config, nil, caseClock()); !strings.Contains(out.Error, "another host") || len(out.Observations) != 1 {
		t.Errorf("got %+v", out)
	}
}

func TestUnchangedAnswerIsNotReadAgain(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"a"`)
		if r.Header.Get("If-None-Match") == `"a"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, `[{"t":"2026-11-21T10:00:00+08:00","v":3}]`)
	}))
	t.Cleanup(s.Close)
	config := json.RawMessage(fmt.Sprintf(`{"allow_private":true,"mapping":{"url":"%s/",
		"kind":"observations","items":".","fields":{"indicator":{"const":"pm25"},"time":".t","value":".v"}}}`, s.URL))
	_, cursor := run(t, config, nil, caseClock())
	if out, _ := run(t, config, cursor, caseClock()); len(out.Observations) != 0 || out.Error != "" {
		t.Errorf("got %+v", out)
	}
}

func TestPostBodyIsEscapedForJSON(t *testing.T) {
	t.Parallel()
	var got map[string]string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		fmt.Fprint(w, `[]`)
	}))
	t.Cleanup(s.Close)
	config, err := json.Marshal(map[string]any{"allow_private": true, "params": map[string]string{"nama": "a\"b\\c"}, "mapping": map[string]any{
		"url": s.URL, "method": "POST", "body": `{"nama":"{{param.nama}}","sejak":"{{since:unix}}"}`, "kind": "observations", "items": ".",
		"fields": map[string]any{"indicator": ".i", "time": ".t", "value": ".v"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, config, nil, caseClock())
	if got["nama"] != "a\"b\\c" || got["sejak"] == "" {
		t.Errorf("sent %v", got)
	}
}

// TestRecordedSensors runs templates over real payloads kept outside the
// repository, where there are any.
func TestRecordedSensors(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..", "shared", "data")
	for _, tc := range []struct {
		file, config string
		atLeast      int
	}{
		{"samarinda/pm25_24h_bmkg_apt_pranoto_2026-02.json", `{"allow_private":true,"template":"apt-pranoto-pm25","params":{"base_url":%q}}`, 24},
		{"payloads/floodgates/jakarta_pintu_air_2024-05.json", `{"allow_private":true,"template":"pintu-air","params":{"url":%q,"indicator":"muka-air-mahakam"}}`, 0},
	} {
		body, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(tc.file)))
		if err != nil {
			t.Skipf("no recorded payload: %v", err)
		}
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
		t.Cleanup(s.Close)
		out, _ := run(t, json.RawMessage(fmt.Sprintf(tc.config, s.URL)), nil, caseClock())
		if len(out.Observations) < tc.atLeast || len(out.Refused) > 0 || out.Error != "" {
			t.Errorf("%s: %d observations, refused %v, error %q", tc.file, len(out.Observations), out.Refused, out.Error)
		}
		if tc.atLeast == 0 && len(out.Observations) > 0 {
			t.Errorf("%s: values years old were taken", tc.file)
		}
	}
}

func FuzzConvert(f *testing.F) {
	files, _ := filepath.Glob("testdata/cases/*/response*.json")
	for _, name := range files {
		if body, err := os.ReadFile(name); err == nil {
			f.Add(body)
		}
	}
	env := connectortest.Env(f, testAreas, caseClock())
	var all []*connector
	for name, params := range map[string]string{"pupr-jalan-peduli": `{"base_url":"https://a.go.id"}`, "apt-pranoto-hujan": `{}`, "simcity-sensor": `{"base_url":"https://a.go.id","feed":"water"}`,
		"pintu-air-xml": `{"url":"https://a.go.id/x.xml","indicator":"muka-air-mahakam"}`, "sp4n-kontrak": `{"base_url":"https://a.go.id","token":"env:A"}`} {
		c, err := Spec.New(json.RawMessage(fmt.Sprintf(`{"template":%q,"params":%s}`, name, params)), env)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, c.(*connector))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, c := range all {
			var page connectors.Page
			_, records, err := c.records(t.Context(), &connectors.Response{Body: body, Header: http.Header{}}, &page)
			if err != nil {
				continue
			}
			if err := c.rows.Convert(t.Context(), records, &page); err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Reports {
				if !json.Valid(r.Raw) {
					t.Errorf("raw is not JSON: %s", r.Raw)
				}
			}
		}
	})
}

func FuzzMapping(f *testing.F) {
	f.Add([]byte(`{"mapping":{"url":"https://a.go.id","kind":"reports","items":".","fields":{"external_id":".id","created_at":{"get":".t","time":["unix"]},"text":".x"}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if err := Spec.Check(raw); err != nil && city.CodeOf(err) != city.Invalid {
			t.Errorf("%v is not an Invalid error", err)
		}
	})
}
