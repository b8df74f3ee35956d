package simcity

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recordings are complaints in the ways other systems write them; the texts are
// made up.
const recordings = `{"id":"a-1","text":"lampu taman mati","kecamatan":"Rungkut","kelurahan":"Medokan","created_at":"2022-11-15T00:05:00","topic":"PJU"}
{"ISI":"got mampet","Tanggal":"15/11/2022 08:30","kategori":"Saluran Tepi Jalan","kelurahan":"Medokan"}
not json at all
{"keluhan":"","tanggal":"2022-11-15"}
{"keluhan":"jalan berlubang","waktu":1668470400,"area_code":"64.72.08.1001","lat":"-0.47","lng":117.16}
{"laporan":"tanpa waktu","lat":-7.2,"lon":112.7}
`

func writeTemp(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReplayedComplaintsAreRetimed(t *testing.T) {
	t.Parallel()
	h := newHand()
	o := small(t.TempDir(), h)
	o.Replay = []string{writeTemp(t, "keluhan.jsonl", recordings)}
	c := run(t, o)
	eventually(t, "the first speaks", func() bool { return len(wantOpen311(c)) == 1 })
	h.Move(24 * time.Hour)
	eventually(t, "all have spoken", func() bool { return len(wantOpen311(c)) == 4 })
	all := map[string]strangerRequest{}
	for _, r := range pageOut(t, c.BaseURL(), "json", "", 100) {
		all[r.Description] = r
	}
	for text, want := range map[string]struct {
		code  string
		after time.Duration
		point bool
	}{
		"lampu taman mati": {"lampu-jalan", 0, false},
		"jalan berlubang":  {"lainnya", 7*time.Hour + 55*time.Minute, true}, // 1668470400 is 08:00 WITA
		"got mampet":       {"banjir-drainase", 8*time.Hour + 25*time.Minute, false},
		"tanpa waktu":      {"lainnya", 8*time.Hour + 5*time.Minute, false}, // after the line before it; in Surabaya
	} {
		r, ok := all[text]
		if point := len(r.Lat) > 0 && r.Lat[0] == '-'; !ok || r.Code != want.code || point != want.point || !r.Requested.Equal(testStart.Add(want.after)) {
			t.Errorf("%q (%v): %s at %s, lat %s; want %s at %s", text, ok, r.Code, r.Requested, r.Lat, want.code, testStart.Add(want.after))
		}
	}
	if a, b := all["lampu taman mati"].Address, all["got mampet"].Address; a != b || a == "" {
		t.Errorf("one kelurahan is played by %q and %q", a, b)
	}
	s := c.State().Replay
	if d := cmp.Diff(&ReplayState{Played: 4, Total: 4, Refused: 2}, s); d != "" {
		t.Error(d)
	}
}

func TestReplayGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	at := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 50 {
		line, err := json.Marshal(map[string]any{"text": "keluhan " + at.String(), "time": at.Add(time.Duration(i) * 17 * time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	h := newHand()
	o := small(t.TempDir(), h)
	o.Replay = []string{writeTemp(t, "r.jsonl", b.String())}
	played := 0
	for played < 50 {
		c := open(t, o)
		seen := map[string]bool{}
		for _, e := range c.Ledger() {
			if e.Kind == "report" && e.Version == 1 {
				if seen[e.ID] {
					t.Fatalf("%s twice", e.ID)
				}
				seen[e.ID] = true
			}
		}
		if len(seen) != c.State().Replay.Played || len(seen) < played {
			t.Fatalf("%d complaints, %d played, %d before", len(seen), c.State().Replay.Played, played)
		}
		played = len(seen)
		h.Move(70 * time.Minute)
		if err := c.CatchUp(); err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReplayInAnOldFolder plays a record in a folder where citizens spoke for
// themselves, then another, then none.
func TestReplayInAnOldFolder(t *testing.T) {
	t.Parallel()
	h := newHand()
	dir := t.TempDir()
	first := writeTemp(t, "a.jsonl", `{"text":"satu","time":"2020-01-01"}`+"\n"+`{"text":"dua","time":"2020-01-02"}`)
	second := writeTemp(t, "b.jsonl", `{"text":"tiga","time":"2019-01-01"}`)
	filed := func(c *City) (own, replayed int) {
		for _, e := range c.Ledger() {
			if e.Kind == "report" && e.Version == 1 {
				if strings.HasPrefix(e.ID, "RPL-") {
					replayed++
				} else {
					own++
				}
			}
		}
		return own, replayed
	}
	last := 0
	for i, step := range []struct {
		files    []string
		replayed int
		silent   bool
	}{{nil, 0, false}, {[]string{first}, 1, true}, {[]string{first}, 2, true}, {[]string{second}, 3, true}, {nil, 3, false}} {
		o := small(dir, h)
		o.Replay = step.files
		c := open(t, o)
		h.Move(20 * time.Hour)
		if err := c.CatchUp(); err != nil {
			t.Fatal(err)
		}
		own, replayed := filed(c)
		if replayed != step.replayed || (own == last) != step.silent {
			t.Errorf("step %d: %d replayed, want %d; %d own, %d before", i, replayed, step.replayed, own, last)
		}
		last = own
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReplayedPayloadsAreServed(t *testing.T) {
	t.Parallel()
	o := small(t.TempDir(), newHand())
	files := map[string]string{
		"auto.json":     `{"Infogempa":{"gempa":{"Tanggal":"rekaman"}}}`,
		"felt.json":     `{"Infogempa":{"gempa":[{"Dirasakan":"III Batang"}]}}`,
		"forecast.json": `{"lokasi":{"adm4":"64.72.08.1001"},"data":[{"cuaca":[[]]}]}`,
		"feed.xml":      `<?xml version="1.0"?><rss><channel><item><guid>ID-1</guid><link>https://www.bmkg.go.id/alerts/nowcast/id/CXX20260101001_alert.xml</link></item></channel></rss>`,
		"cap.xml":       `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>ID-1</identifier></alert>`,
	}
	for name, text := range files {
		o.Replay = append(o.Replay, writeTemp(t, name, text))
	}
	c := run(t, o)
	for path, want := range map[string]string{
		"/DataMKG/TEWS/autogempa.json":                files["auto.json"],
		"/DataMKG/TEWS/gempadirasakan.json":           files["felt.json"],
		"/publik/prakiraan-cuaca?adm4=64.72.08.1001":  files["forecast.json"],
		"/alerts/nowcast/id/CXX20260101001_alert.xml": files["cap.xml"],
		"/alerts/nowcast/id":                          strings.ReplaceAll(files["feed.xml"], "https://www.bmkg.go.id/", c.BaseURL()+"/bmkg/"),
	} {
		if _, _, body := fetch(t, c.BaseURL()+"/bmkg"+path); string(body) != want {
			t.Errorf("%s: %s", path, body)
		}
	}
	if n := len(wantOpen311(c)); n < 100 {
		t.Errorf("payloads alone silenced the citizens: %d complaints", n)
	}
	for name, text := range map[string]string{"empty": "", "prose": "bukan data", "page": "<html></html>", "list": "[1,2]", "broken": "<rss"} {
		if _, err := loadReplay([]string{writeTemp(t, name, text)}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestReplayOfRealFiles plays what lies beside the repository, if it does. It
// prints no text.
func TestReplayOfRealFiles(t *testing.T) {
	t.Parallel()
	shared := filepath.Join("..", "..", "..", "shared", "data")
	payloads, err := filepath.Glob(filepath.Join(shared, "payloads", "bmkg", "*"))
	if err != nil {
		t.Fatal(err)
	}
	complaints := filepath.Join(shared, "complaints", "surabaya_mediacenter.test.jsonl")
	if _, err := os.Stat(complaints); err != nil || len(payloads) == 0 {
		t.Skip("no recorded data beside the repository")
	}
	data, err := os.ReadFile(complaints)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Count(data, []byte("\n"))
	p, err := loadReplay(append(payloads, complaints))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.rows) != lines || p.refused != 0 {
		t.Errorf("%d of %d recorded complaints, %d refused", len(p.rows), lines, p.refused)
	}
	guessed := 0
	for i, r := range p.rows {
		if r.Category != "" {
			guessed++
		}
		if i > 0 && r.At.Before(p.rows[i-1].At) {
			t.Fatal("not in order of time")
		}
	}
	if guessed < lines/2 {
		t.Errorf("a category for %d of %d", guessed, lines)
	}
	if len(p.quakeFile) == 0 || len(p.forecasts) == 0 || p.feed == nil || len(p.caps) < 2 {
		t.Errorf("payloads: %d lists of quakes, %d forecasts, feed %v, %d alerts", len(p.quakeFile), len(p.forecasts), p.feed != nil, len(p.caps))
	}
	h := newHand()
	o := small(t.TempDir(), h)
	o.Replay = append(payloads, complaints)
	c := run(t, o)
	h.Move(20 * 24 * time.Hour)
	eventually(t, "recorded citizens speak", func() bool { return len(wantOpen311(c)) > 100 })
	if n := len(pageOut(t, c.BaseURL(), "xml", "", 200)); n < 100 {
		t.Errorf("%d over XML", n)
	}
}

func FuzzDecodeReplay(f *testing.F) {
	for l := range strings.Lines(recordings) {
		f.Add([]byte(l))
	}
	f.Add([]byte(`{"text":"x","time":1e999}`))
	f.Add([]byte(`{"text":"x","time":99999999999999999}`))
	f.Add([]byte(`{"text":"\u0000","lat":"NaN","lon":"Inf","created_at":"0001-01-01"}`))
	last := time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
	f.Fuzz(func(t *testing.T, raw []byte) {
		row, err := decodeReplay(raw, last)
		if err != nil {
			return
		}
		if row.Text == "" || row.At.Year() < 1990 || row.At.Year() > 2100 || len([]rune(row.Text)) > maxReplayText {
			t.Errorf("%+v", row)
		}
		if row.Lat != nil && !(*row.Lat >= -90 && *row.Lat <= 90) || row.Lon != nil && !(*row.Lon >= -180 && *row.Lon <= 180) {
			t.Errorf("point of %+v", row)
		}
		castArea(row)
	})
}

func FuzzLoadReplay(f *testing.F) {
	f.Add([]byte(recordings))
	f.Add([]byte(`{"Infogempa":{"gempa":[{"Potensi":"x"}]}}`))
	f.Add([]byte(`{"lokasi":{"adm4":"1"},"data":[]}`))
	f.Add([]byte(`<rss><channel><item><link>/_alert.xml</link><guid>a</guid></item></channel></rss>`))
	f.Add([]byte(`<alert><identifier>a</identifier></alert>`))
	f.Add([]byte(`[{"text":"satu"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &replay{forecasts: map[string][]byte{}, quakeFile: map[string][]byte{}, caps: map[string][]byte{}}
		if p.load(data) != nil {
			return
		}
		if !p.speaks() && len(p.forecasts)+len(p.quakeFile)+len(p.caps) == 0 && p.feed == nil {
			t.Error("accepted, and yet nothing to play")
		}
		if p.feed != nil && xml.Unmarshal(p.feed, new(struct{})) != nil {
			t.Error("a feed that is no XML")
		}
	})
}
