package bmkg

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/connectors"
	"balaikota/connectors/capalert"
)

func testConnector(t *testing.T) *connector {
	t.Helper()
	c, err := Spec.New(json.RawMessage(`{}`), connectors.Env{HTTP: connectors.NewClient("t", nil), Areas: testAreas(), Location: wita, Now: caseClock})
	if err != nil {
		t.Fatal(err)
	}
	return c.(*connector)
}

// "Tidak berpotensi tsunami" contains "berpotensi tsunami".
func TestTsunamiTextTrap(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Tidak berpotensi tsunami": false, "TIDAK BERPOTENSI TSUNAMI": false, "Gempa ini tidak berpotensi tsunami": false,
		"Berpotensi tsunami untuk diteruskan pada masyarakat": true, "BERPOTENSI TSUNAMI": true,
		"Gempa ini dirasakan untuk diteruskan pada masyarakat": false, "": false,
	} {
		if got := tsunamiPossible(text); got != want {
			t.Errorf("%q gives %v", text, got)
		}
	}
}

func TestFeltRangeTakesItsUpperEnd(t *testing.T) {
	t.Parallel()
	c := testConnector(t)
	for text, want := range map[string]int{
		"-": 0, "": 0, "IV-V Samarinda": 5, "II - III Samarinda": 3, "II–III Samarinda, IV Luwuk": 3, "III MMI Samarinda": 3,
		"Dirasakan (Skala MMI): II Sungai Pinang, III Kota Samarinda": 3, "IV-V Luwuk": 0, "VII Samarinda;II Palu": 7,
	} {
		if got := c.feltHere(text); got != want {
			t.Errorf("%q gives %d, wants %d", text, got, want)
		}
	}
}

func TestQuakeTimeIsWIBAndMonthsAreIndonesian(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 8, 14, 1, 14, 48, 0, time.UTC)
	for _, row := range []quakeRow{
		{DateTime: "2026-08-14T01:14:48+00:00"}, {Day: "14 Agu 2026", Clock: "08:14:48 WIB"},
		{Day: "14 Agustus 2026", Clock: "08:14:48 WIB"}, {DateTime: "?", Day: "14 Agu 2026", Clock: "08:14:48"},
	} {
		if got, err := quakeTime(row); err != nil || !got.Equal(want) {
			t.Errorf("%+v gives %v, %v", row, got, err)
		}
	}
}

func TestQuakeIsObjectOrArray(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{`{"Magnitude":"5.0"}`: 1, `[{"Magnitude":"5.0"},{}]`: 2, `[]`: 0} {
		if rows, err := quakeRows(json.RawMessage(text)); err != nil || len(rows) != want {
			t.Errorf("%s gives %v, %v", text, rows, err)
		}
	}
	for _, text := range []string{``, `"x"`, `[1]`} {
		if _, err := quakeRows(json.RawMessage(text)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}

func TestQuakeIsToldOnceAndAgainWhenItChanges(t *testing.T) {
	t.Parallel()
	auto := `{"Infogempa":{"gempa":{"DateTime":"2026-11-21T05:10:05+00:00","Coordinates":"-0.90,118.40","Magnitude":"5.6","Kedalaman":"12 km","Wilayah":"laut","Potensi":"Tidak berpotensi tsunami","Dirasakan":"FELT"}}}`
	felt := "-"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "autogempa.json") {
			_, _ = w.Write([]byte(strings.Replace(auto, "FELT", felt, 1)))
			return
		}
		_, _ = w.Write([]byte(`{"Infogempa":{"gempa":[]}}`))
	}))
	t.Cleanup(s.Close)
	config := json.RawMessage(`{"base_url":"` + s.URL + `","allow_private":true,"feeds":["quakes"],"requests_per_minute":60000}`)
	out, cursor := run(t, config, nil, caseClock())
	if len(out.Alerts) != 1 {
		t.Fatalf("first: %+v", out)
	}
	if out, cursor = run(t, config, cursor, caseClock()); len(out.Alerts) != 0 {
		t.Errorf("nothing changed, yet %+v", out.Alerts)
	}
	felt = "III Samarinda"
	if out, _ = run(t, config, cursor, caseClock()); len(out.Alerts) != 1 {
		t.Errorf("it was felt, yet %+v", out.Alerts)
	}
}

func TestNowcastChainAcrossRuns(t *testing.T) {
	t.Parallel()
	folder := "testdata/cases/nowcast-update-cancel/serve"
	visible := 0 // how many of the files are in the feed yet, oldest first
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(r.URL.Path)))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		if strings.HasSuffix(r.URL.Path, "rss.xml") {
			head, items, _ := strings.Cut(string(body), "<item>")
			list := strings.Split(strings.TrimSuffix(items, "</channel></rss>\n"), "<item>")
			body = []byte(head + "<item>" + strings.Join(list[len(list)-visible:], "<item>") + "</channel></rss>")
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	config := json.RawMessage(`{"base_url":"` + s.URL + `","allow_private":true,"feeds":["nowcast"],"requests_per_minute":60000}`)
	var cursor json.RawMessage
	var got []string
	for visible = 1; visible <= 6; visible++ {
		var out outcome
		out, cursor = run(t, config, cursor, caseClock())
		for _, a := range out.Alerts {
			b, _ := json.Marshal(a)
			var v struct{ Key, Severity string }
			if json.Unmarshal(b, &v) == nil {
				got = append(got, v.Key+" "+v.Severity)
			} else {
				got = append(got, a.(string))
			}
		}
	}
	want := "cap:a.1 perhatian|cap:a.1 siaga|cap:b.1 perhatian|over cap:b.1|cap:c.1 perhatian|over cap:c.1"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}

// recorded reads a real payload kept outside the repository, where there is one.
func recorded(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "payloads", "bmkg", name))
	if err != nil {
		t.Skipf("no recorded payload: %v", err)
	}
	return body
}

func TestRecordedForecast(t *testing.T) {
	t.Parallel()
	var answer forecastAnswer
	if err := connectors.DecodeJSON(recorded(t, "prakiraan_cuaca_31.71.01.1001_two_real_slots.json"), "", &answer); err != nil {
		t.Fatal(err)
	}
	var page connectors.Page
	issued := testConnector(t).observations("31.71.01.1001", answer, &page)
	if len(page.Observations) != 6 || len(page.Refused) != 0 || issued.IsZero() {
		t.Errorf("%d observations, refused %+v, issued %v", len(page.Observations), page.Refused, issued)
	}
}

func TestRecordedQuakes(t *testing.T) {
	t.Parallel()
	c := testConnector(t)
	for name, want := range map[string]int{"autogempa_2026-04-06.json": 1, "autogempa_2026-08-14.json": 1, "gempaterkini_list_with_duplicate.json": 2} {
		var answer quakeAnswer
		if err := connectors.DecodeJSON(recorded(t, name), "", &answer); err != nil {
			t.Fatal(err)
		}
		rows, err := quakeRows(answer.Info.Quakes)
		if err != nil {
			t.Fatal(err)
		}
		var quakes []quake
		for _, row := range rows {
			q, err := c.readQuake(row)
			if err != nil || q.Tsunami {
				t.Errorf("%s: %+v, %v", name, q, err)
			}
			quakes = append(quakes, q)
		}
		if got := mergeQuakes(quakes); len(got) != want {
			t.Errorf("%s: %d earthquakes, wants %d", name, len(got), want)
		}
	}
}

func TestRecordedWarnings(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nowcast_cap_banten.xml", "nowcast_cap_jateng.xml"} {
		w, err := capalert.Parse(recorded(t, name), "", 0)
		if err != nil || len(w.Shapes) == 0 || !w.Expires.After(w.Since) || w.Over {
			t.Errorf("%s: %+v, %v", name, w, err)
		}
		if codes, whole := capalert.Covered(testAreas(), w, "Kalimantan Timur"); len(codes) > 0 || whole {
			t.Errorf("%s is said to concern %v", name, codes)
		}
	}
	var f feed
	if err := connectors.DecodeXML(recorded(t, "nowcast_rss_active.xml"), "", &f); err != nil || len(f.Items) != 3 {
		t.Fatalf("%d items, %v", len(f.Items), err)
	}
	for _, it := range f.Items {
		if published(it).IsZero() || it.GUID == "" {
			t.Errorf("item %q is not understood", it.Title)
		}
	}
}

func FuzzReadQuake(f *testing.F) {
	f.Add(`{"DateTime":"2026-11-21T05:10:05+00:00","Coordinates":"-0.90,118.40","Magnitude":"5.6","Kedalaman":"12 km","Potensi":"Tidak berpotensi tsunami","Dirasakan":"II - III Samarinda"}`)
	f.Add(`[{"Tanggal":"14 Agu 2026","Jam":"08:14:48 WIB"}]`)
	c := &connector{env: connectors.Env{Areas: testAreas(), Location: wita}}
	f.Fuzz(func(t *testing.T, body string) {
		rows, err := quakeRows(json.RawMessage(body))
		if err != nil {
			return
		}
		for _, row := range rows {
			if q, err := c.readQuake(row); err == nil && (q.At.IsZero() || q.FeltHere > 12 || q.Point[1] < -90 || q.Point[1] > 90) {
				t.Errorf("accepted %+v", q)
			}
		}
	})
}

func FuzzForecastSlot(f *testing.F) {
	f.Add(`{"datetime":"2026-11-21T12:00:00Z","t":28,"tp":null,"hu":80,"analysis_date":"2026-11-21T00:00:00"}`)
	c := &connector{env: connectors.Env{Areas: testAreas(), Location: wita}}
	f.Fuzz(func(t *testing.T, body string) {
		var page connectors.Page
		if _, err := c.addSlot("64.72.08.1001", json.RawMessage(body), &page); err != nil && len(page.Observations) > 0 {
			t.Errorf("refused and accepted: %v", err)
		}
	})
}
