package simcity

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"balaikota/connectors/simcity/world"
)

type sensorAnswer struct {
	Simulation bool
	More       bool
	Next       string
	Data       []struct {
		Station   string    `json:"station_id"`
		AreaCode  string    `json:"area_code"`
		Latitude  string    `json:"latitude"`
		Time      time.Time `json:"record_time"`
		Indicator string    `json:"indicator"`
		Value     *float64  `json:"value"`
		Unit      string    `json:"unit"`
	}
}

// TestSensorHistoryIsComplete follows each feed from the beginning by its own
// next, and wants as many readings as the ledger counts.
func TestSensorHistoryIsComplete(t *testing.T) {
	t.Parallel()
	o := small(t.TempDir(), newHand())
	o.History = 8 * 24 * time.Hour
	c := run(t, o)
	want, got := map[string]int{}, map[string]int{}
	for _, e := range c.Ledger() {
		if e.Kind == "observations" {
			want[e.Feed] += e.N
		}
	}
	for _, feed := range stationFeeds {
		since, seen := "2020-01-01T00:00:00Z", map[string]bool{}
		for more := true; more; {
			var a sensorAnswer
			fetchJSON(t, c.BaseURL()+"/sensor/"+feed+"?since="+url.QueryEscape(since), &a)
			for _, r := range a.Data {
				key := r.Station + r.Time.String()
				if seen[key] || r.AreaCode == "" || r.Unit == "" || r.Indicator == "" || r.Time.Minute()%10 != 0 {
					t.Fatalf("%s: %+v (twice: %v)", feed, r, seen[key])
				}
				seen[key] = true
			}
			since, more = a.Next, a.More
		}
		got[feed] = len(seen)
		var newest sensorAnswer
		fetchJSON(t, c.BaseURL()+"/sensor/"+feed, &newest)
		from, to := feedRange(feed)
		if len(newest.Data) != to-from || !newest.Simulation || len(seen) == 0 {
			t.Errorf("%s: %d newest readings of %d stations", feed, len(newest.Data), to-from)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-ledger +client)\n%s", d)
	}
	for path, want := range map[string]int{"/sensor/nothing": 404, "/sensor/rain?since=tadi": 400} {
		if status, _, _ := fetch(t, c.BaseURL()+path); status != want {
			t.Errorf("GET %s: %d, want %d", path, status, want)
		}
	}
}

// TestOutboxHoldsEveryVersion reads the files as a watched-folder connector
// would and compares the last state of each complaint with the ledger.
func TestOutboxHoldsEveryVersion(t *testing.T) {
	t.Parallel()
	h := newHand()
	c := run(t, small(t.TempDir(), h))
	for range 30 {
		h.Move(time.Hour)
		tick := c.State().Tick
		eventually(t, "an hour", func() bool { return c.State().Tick >= tick+59 })
	}
	if status := post(t, c.BaseURL()+"/_sim/export"); status != 200 {
		t.Fatal(status)
	}
	files, err := filepath.Glob(filepath.Join(c.Dir(), "outbox", "*"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	got := map[string]string{}
	kinds := map[string]int{}
	for _, f := range files { // names sort by number
		kinds[filepath.Ext(f)]++
		for _, r := range readExport(t, f) {
			got[r.ExternalID] = r.Status
			if _, err := time.Parse(time.RFC3339, r.CreatedAt); err != nil || r.Text == "" {
				t.Errorf("%s: %+v", f, r)
			}
			// A message names nothing; who takes a call or stands at a counter fills in the form.
			chat := r.Channel == world.ByChat
			if chat != (r.Office == "") || chat && (r.Category != "" || r.AreaCode != "" || r.Lon != nil) {
				t.Errorf("%s: %+v", f, r)
			}
			if (r.ClosedAt != "") != (r.Status == "closed" || r.Status == "rejected") {
				t.Errorf("%s: closed at %q with status %s", r.ExternalID, r.ClosedAt, r.Status)
			}
		}
	}
	want, exports := map[string]string{}, 0
	for _, e := range c.Ledger() {
		if e.Kind == "report" && e.Feed == "outbox" {
			want[e.ID] = e.Status
		}
		if e.Kind == "export" {
			exports++
		}
	}
	if d := cmp.Diff(want, got); d != "" || len(want) < 50 {
		t.Errorf("%d complaints (-ledger +files)\n%.1500s", len(want), d)
	}
	if kinds[".csv"] == 0 || kinds[".jsonl"] == 0 || kinds[".part"] != 0 || exports != len(files) {
		t.Errorf("%d exports, files %v", exports, kinds)
	}
}

func readExport(t *testing.T, path string) []exportRow {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rows []exportRow
	if strings.HasSuffix(path, ".jsonl") {
		dec := json.NewDecoder(strings.NewReader(string(data)))
		for dec.More() {
			var r exportRow
			if err := dec.Decode(&r); err != nil {
				t.Fatal(err)
			}
			rows = append(rows, r)
		}
		return rows
	}
	records, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil || cmp.Diff(exportHeader, records[0]) != "" {
		t.Fatalf("%s: %v, header %v", path, err, records[0])
	}
	for _, r := range records[1:] {
		rows = append(rows, exportRow{ExternalID: r[0], Channel: r[1], CreatedAt: r[2], Text: r[3], Office: r[8], Status: r[9], RespondedAt: r[10], ClosedAt: r[11]})
	}
	return rows
}

func TestHalfExportsAreFinishedOrDropped(t *testing.T) {
	t.Parallel()
	h := newHand()
	o := small(t.TempDir(), h)
	c := open(t, o)
	box := filepath.Join(c.Dir(), "outbox")
	files, err := os.ReadDir(box)
	if err != nil || len(files) != 1 {
		t.Fatalf("after the backlog the outbox holds %v (%v), want one file", files, err)
	}
	said := filepath.Join(box, files[0].Name())
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(said, said+".part"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(box, "laporan-simulasi-X-00009.csv.part"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	c = open(t, o)
	files, err = os.ReadDir(box)
	if err != nil || len(files) != 1 || filepath.Join(box, files[0].Name()) != said {
		t.Errorf("after the restart: %v (%v)", files, err)
	}
	if n := c.data.exports; n != 1 {
		t.Errorf("%d exports", n)
	}
}

func TestJalanPeduli(t *testing.T) {
	t.Parallel()
	c := run(t, small(t.TempDir(), newHand()))
	var list struct {
		Success bool
		Stats   struct {
			Total     int            `json:"total_semua_laporan"`
			PerStatus map[string]int `json:"rincian_per_status"`
		} `json:"statistik"`
		Data []peduliRow
	}
	fetchJSON(t, c.BaseURL()+"/jalan-peduli/api/laporan", &list)
	want := map[string]bool{}
	for _, e := range c.Ledger() {
		if e.Kind == "report" && e.Feed == "jalan-peduli" {
			want[e.ID] = true
		}
	}
	date := regexp.MustCompile(`^\d{2} (Januari|Februari|Maret) 2026, \d{2}:\d{2} WITA$`)
	for _, r := range list.Data {
		if !want[r.ID] || !date.MatchString(r.Created) {
			t.Errorf("%+v", r)
		}
		delete(want, r.ID)
	}
	if len(want) != 0 || !list.Success || list.Stats.Total != len(list.Data) || len(list.Data) < 20 || len(list.Stats.PerStatus) < 2 {
		t.Errorf("%d missing of %d; %+v", len(want), len(list.Data), list.Stats)
	}
	var one struct{ Data peduliDetail }
	fetchJSON(t, list.Data[0].Detail, &one)
	if one.Data.ID != list.Data[0].ID || one.Data.Text == "" {
		t.Errorf("%+v", one.Data)
	}
	if status, _, _ := fetch(t, c.BaseURL()+"/jalan-peduli/api/laporan/SIM-0"); status != http.StatusNotFound {
		t.Error(status)
	}
}

// post sends an empty POST.
func post(t *testing.T, address string) int {
	t.Helper()
	res, err := client.Post(address, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

func TestControl(t *testing.T) {
	t.Parallel()
	h := newHand()
	c := run(t, small(t.TempDir(), h))
	sim := c.BaseURL() + "/_sim"
	before := len(floodReports(c, "64.72.08.1001"))
	for path, want := range map[string]int{
		"/flood?area=64.72.08.1001&intensity=140&minutes=90": 200, "/flood?area=31.71.01.1001": 400, "/flood?area=64.72.08.1001&intensity=NaN": 400,
		"/flood?area=64.72.08.1001&intensity=-5": 400, "/speed?speed=2": 200, "/speed?speed=0": 400, "/faults?kind=error&p=7": 400, "/faults": 400,
	} {
		if got := post(t, sim+path); got != want {
			t.Errorf("POST %s: %d, want %d", path, got, want)
		}
	}
	h.Move(90 * time.Minute) // three hours at speed 2
	tick := c.State().Tick
	eventually(t, "three hours", func() bool {
		return c.State().Tick > tick+170 || c.State().Tick >= tick && len(floodReports(c, "64.72.08.1001")) > before+20
	})
	if n := len(floodReports(c, "64.72.08.1001")) - before; n < 20 {
		t.Errorf("%d complaints about the flood", n)
	}
	var sources []Source
	fetchJSON(t, sim+"/sources", &sources)
	for _, s := range sources {
		if !s.Simulated || s.Connector == "" || s.Schedule == "" || !strings.Contains(strings.ToLower(s.Name+s.Attribution), "simulasi") {
			t.Errorf("%+v", s)
		}
	}
	_, _, ledger := fetch(t, sim+"/ledger?since=10")
	first, _, _ := strings.Cut(string(ledger), "\n")
	var e Entry
	if err := json.Unmarshal([]byte(first), &e); err != nil || e.Seq != 11 {
		t.Errorf("ledger since 10 begins with %s (%v)", first, err)
	}
	if n := strings.Count(string(ledger), "\n"); n < len(c.Ledger())-10-500 {
		t.Errorf("%d lines, %d entries", n, len(c.Ledger()))
	}
}

func floodReports(c *City, area string) []Entry {
	var list []Entry
	for _, e := range c.Ledger() {
		if e.Kind == "report" && e.Version == 1 && e.Area == area && e.Category == world.Categories[1].Slug {
			list = append(list, e)
		}
	}
	return list
}

func TestOnlyThisMachineIsAnswered(t *testing.T) {
	t.Parallel()
	c := run(t, small(t.TempDir(), newHand()))
	ask := func(change func(*http.Request)) int {
		req, err := http.NewRequest(http.MethodPost, c.BaseURL()+"/_sim/speed?speed=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		change(req)
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	for name, tc := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"plain":            {func(*http.Request) {}, 200},
		"a rebound name":   {func(r *http.Request) { r.Host = "evil.example:80" }, 403},
		"a page elsewhere": {func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403},
		"a page of ours":   {func(r *http.Request) { r.Header.Set("Origin", "http://localhost:5173") }, 200},
	} {
		if got := ask(tc.change); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
}
