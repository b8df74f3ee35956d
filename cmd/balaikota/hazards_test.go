package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	capxml "balaikota/backend/cap"
	"balaikota/backend/city"
	"balaikota/backend/geo"
	"balaikota/backend/pack"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
	"balaikota/connectors/bmkg"
	"balaikota/connectors/simcity/world"
)

// floodCity is the simulated city beside a real store, both on one clock.
type floodCity struct {
	*database
	t       *testing.T
	world   *world.World
	now     time.Time
	source  int64
	pending city.Delivery
}

func newFloodCity(t *testing.T, start time.Time) *floodCity {
	t.Helper()
	f := &floodCity{t: t, now: start, world: world.New(world.Config{Seed: 3, Start: start, Prefix: "UJI", Pace: 1})}
	s := storetest.New(t, storetest.WithClock(func() time.Time { return f.now }))
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.database = &database{Store: s, city: setting}
	f.source = storetest.Source(t, s, func(src *city.Source) { src.Slug, src.Simulated = "sim-uji", true })
	return f
}

// live lets minutes pass; what sensors and citizens say is taken in every ten.
func (f *floodCity) live(minutes int, each func()) {
	for range minutes {
		out := f.world.Step()
		for _, r := range out.Reports {
			f.pending.Reports = append(f.pending.Reports, city.Report{
				ExternalID: r.ID, Channel: r.Channel, CreatedAt: r.At, Text: r.Text, Stems: "", StatedArea: r.Area, Category: r.Category, Status: city.Open,
			})
		}
		if out.Frame == nil {
			continue
		}
		for i, st := range world.Stations {
			area := st.AreaCode[:8]
			if st.Feed == "water" {
				area = ""
			}
			if v := out.Frame.Values[i]; v != world.Missing && (st.Feed == "rain" || st.Feed == "water") {
				f.pending.Observations = append(f.pending.Observations, city.Observation{Indicator: st.Indicator, AreaCode: area, Station: st.ID, Time: out.Time, Value: v})
			}
		}
		f.now = out.Time
		if each == nil && len(f.pending.Observations) < 2000 {
			continue
		}
		f.take()
		if each != nil {
			each()
		}
	}
}

func (f *floodCity) take() {
	f.pending.SourceID = f.source
	storetest.Ingest(f.t, f.Store, f.pending)
	f.pending = city.Delivery{}
}

// TestAFloodFromTheFirstDropToTheAllClear lets a cloudburst come over a prone
// kelurahan and watches what officers are shown: nothing, attention, standby
// or danger, and the end of it, with one chain of CAP messages.
func TestAFloodFromTheFirstDropToTheAllClear(t *testing.T) {
	t.Parallel()
	const area, district = "64.72.08.1001", "64.72.08"
	f := newFloodCity(t, time.Date(2026, 8, 1, 0, 0, 0, 0, world.Zone))
	ctx := t.Context()
	f.live(2*24*60, nil) // two dry days, of which the gauges have a habit
	f.take()
	mayor := city.Asker{Role: city.WaliKota}
	var levels, alerts []string
	var cpu time.Duration
	runs := 0
	note := func(list *[]string, v string) {
		if len(*list) == 0 || (*list)[len(*list)-1] != v {
			*list = append(*list, v)
		}
	}
	assess := func() {
		began := time.Now()
		if err := f.assessFlood(ctx, f.now); err != nil {
			t.Fatal(err)
		}
		cpu += time.Since(began)
		runs++
		p, err := f.HazardPicture(ctx, mayor, city.HazardFlood)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Risks {
			if r.AreaCode == area && r.HorizonHours == 6 {
				if len(levels) == 0 || levels[len(levels)-1] != string(r.Level) {
					t.Logf("%s %s, score %.2f: %s", f.now.Format("15.04"), r.Level, r.Score, r.Reasons[0].Text)
				}
				note(&levels, string(r.Level))
			}
		}
		shown := "none"
		running, err := f.Alerts(ctx, mayor)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range running {
			if a.Key == "flood:"+district {
				shown = string(a.Severity)
				checkAlert(t, a)
			}
		}
		note(&alerts, shown)
	}
	f.live(60, assess)
	if !f.world.Flood(area, 110, 90) {
		t.Fatal("no such area")
	}
	f.live(14*60, assess)
	t.Logf("levels of the kelurahan: %v; alerts of the kecamatan: %v; %d assessments at %.0f ms each, database and all", levels, alerts, runs, float64(cpu.Milliseconds())/float64(runs))
	if levels[0] != string(city.Info) || levels[len(levels)-1] != string(city.Info) || !slices.Contains(levels, string(city.Awas)) {
		t.Errorf("levels %v: wants from info by awas to info", levels)
	}
	if alerts[0] != "none" || alerts[len(alerts)-1] != "none" || !slices.Contains(alerts, string(city.Awas)) {
		t.Errorf("alerts %v: wants none, some up to awas, none", alerts)
	}
	checkHistory(t, f, area)
	checkChain(t, f, district)
}

func checkAlert(t *testing.T, a city.Alert) {
	t.Helper()
	if len([]rune(a.Headline)) > 90 || a.HeadlineEN == "" || a.Evidence == "" || a.Advice == "" || a.Office != "BPBD" || !a.Simulated || len(a.AreaCodes) == 0 {
		t.Errorf("alert %+v", a)
	}
}

func checkHistory(t *testing.T, f *floodCity, area string) {
	t.Helper()
	history, err := f.HazardHistory(t.Context(), city.Asker{Role: city.Lurah, AreaCode: area}, city.HazardFlood, area, f.now.AddDate(0, 0, -7))
	if err != nil {
		t.Fatal(err)
	}
	if len(history) < 6 || history[0].Level != city.Info || len(history) > 200 {
		t.Errorf("%d points of history, the first %+v", len(history), history[0])
	}
	public, err := f.HazardHistory(t.Context(), city.Asker{Role: city.Publik}, city.HazardFlood, area, f.now.AddDate(0, 0, -7))
	if err != nil || len(public) != 0 {
		t.Errorf("the public sees %d points of history (%v)", len(public), err)
	}
}

// checkChain holds the CAP messages of the flood together: numbered, each
// naming those before, an Exercise to named offices, and ended.
func checkChain(t *testing.T, f *floodCity, district string) {
	t.Helper()
	messages, err := f.HazardMessages(t.Context(), city.Asker{Role: city.Operator}, f.now.AddDate(0, 0, -3))
	if err != nil {
		t.Fatal(err)
	}
	var chain []city.HazardMessage
	for _, m := range slices.Backward(messages) {
		if districtOf(m.Event) == district && (len(chain) == 0 || chain[0].Event == m.Event) {
			chain = append(chain, m)
		}
	}
	if len(chain) < 2 || chain[0].MsgType != capxml.Alert || chain[len(chain)-1].MsgType != capxml.Cancel {
		t.Fatalf("%d messages about %s", len(chain), district)
	}
	for i, m := range chain {
		var x struct {
			Identifier, Status, MsgType, Scope, Addresses, Note, References string
		}
		if err := decodeLower(m.Body, &x); err != nil {
			t.Fatal(err)
		}
		if m.Version != i+1 || x.Identifier != m.Identifier || x.Status != capxml.Exercise || x.Scope != capxml.Private || !strings.Contains(x.Addresses, "BPBD") ||
			!strings.Contains(x.Addresses, `"Kec. Sungai Pinang"`) || !strings.Contains(x.Note, "SIMULASI") || len(strings.Fields(x.References)) != i {
			t.Errorf("message %d of %s: %+v", m.Version, m.Event, x)
		}
	}
	running, err := f.RunningHazardMessages(t.Context(), city.Asker{Role: city.Operator})
	if err != nil || slices.ContainsFunc(running, func(m city.HazardMessage) bool { return m.Event == chain[0].Event }) {
		t.Errorf("a cancelled event still runs (%v)", err)
	}
	body, err := capxml.Feed("urn:uji", "Uji", "Uji", f.now, messages)
	if err != nil || strings.Count(string(body), "<entry>") != len(messages) {
		t.Errorf("a feed of %d messages: %v", len(messages), err)
	}
}

// decodeLower reads CAP's lower-case elements into a struct.
func decodeLower(body []byte, into any) error {
	var fields struct {
		Identifier string `xml:"identifier"`
		Status     string `xml:"status"`
		MsgType    string `xml:"msgType"`
		Scope      string `xml:"scope"`
		Addresses  string `xml:"addresses"`
		Note       string `xml:"note"`
		References string `xml:"references"`
	}
	if err := xml.Unmarshal(body, &fields); err != nil {
		return fmt.Errorf("read a CAP message: %w", err)
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// TestOurWarningsAreReadBack: what we write as a public warning, the connector
// that reads the weather office's warnings understands, with the same areas.
func TestOurWarningsAreReadBack(t *testing.T) {
	t.Parallel()
	c, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	index, err := geo.New(c.Areas)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(c.Location()).Truncate(time.Second)
	var areas []capxml.Area
	for _, a := range c.Areas {
		if a.Code == "64.72.08.1001" || a.Code == "64.72.08.1005" {
			areas = append(areas, capxml.Area{Description: a.Name, Outline: a.Outline, Code: a.Code})
		}
	}
	info := capxml.Info{Language: "id", Event: "Banjir", Level: city.Siaga, Effective: now, Expires: now.Add(6 * time.Hour), Headline: "Risiko banjir & genangan", Instruction: "Siaga.", Areas: areas}
	english := info
	english.Language, english.Headline = "en-US", "Flood risk"
	m := capxml.Message{Sender: "balaikota.64.72", Event: "banjir-uji", Version: 1, Sent: now, MsgType: capxml.Alert, Published: true, Infos: []capxml.Info{info, english}}
	got := readBack(t, index, c, m)
	if len(got) != 1 {
		t.Fatalf("%d alerts were read back", len(got))
	}
	a := got[0]
	if a.Severity != city.Siaga || a.Headline != "Risiko banjir & genangan" || a.HeadlineEN != "Flood risk" || !a.Since.Equal(now) || !a.Until.Equal(now.Add(6*time.Hour)) {
		t.Errorf("read back as %+v", a)
	}
	for _, code := range []string{"64.72.08.1001", "64.72.08.1005"} {
		if !slices.Contains(a.AreaCodes, code) {
			t.Errorf("areas %v lack %s", a.AreaCodes, code)
		}
	}
	m.Simulated, m.Note = true, "SIMULASI"
	if got := readBack(t, index, c, m); len(got) != 0 {
		t.Errorf("an exercise was taken for real: %+v", got)
	}
	m.Simulated, m.Published, m.Addressees = false, false, []string{"BPBD"}
	if got := readBack(t, index, c, m); len(got) != 0 {
		t.Errorf("a private message was taken for a public one: %+v", got)
	}
}

// readBack serves a message as the weather office's feed does and pulls it.
func readBack(t *testing.T, index *geo.Index, c pack.City, m capxml.Message) []city.Alert {
	t.Helper()
	body, err := capxml.Write(m)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	mux.HandleFunc("/alerts/nowcast/id/rss.xml", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `<rss version="2.0"><channel><item><title>Kalimantan Timur</title><link>%s/alerts/nowcast/id/CKT20260312001_alert.xml</link><guid>%s</guid><pubDate>%s</pubDate></item></channel></rss>`,
			server.URL, capxml.Identifier(m.Sender, m.Event, m.Version), m.Sent.Format(time.RFC1123Z))
	})
	mux.HandleFunc("/alerts/nowcast/id/CKT20260312001_alert.xml", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) })
	config := json.RawMessage(fmt.Sprintf(`{"base_url":%q,"feeds":["nowcast"],"allow_private":true}`, server.URL))
	connector, err := bmkg.Spec.New(config, connectors.Env{HTTP: connectors.NewClient("uji", nil), Areas: index, Location: c.Location(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	page, err := connector.Pull(context.WithoutCancel(t.Context()), nil)
	if err != nil || len(page.Refused) > 0 {
		t.Fatalf("pull: %v, refused %v", err, page.Refused)
	}
	return page.Alerts
}
