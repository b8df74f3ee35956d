package gtfsrt

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// pull reads what a server has, from a cursor.
func pull(t *testing.T, feed string, cursor []byte, now time.Time, config string) (connectors.Page, []byte) {
	t.Helper()
	address := connectortest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body(t, []byte(feed))) }))
	env := testEnv(t, now)
	env.Source = 7
	c, err := Spec.New(connectortest.YAML(t, "allow_private: true\nalerts_url: '"+address+"'\n"+config), env)
	if err != nil {
		t.Fatal(err)
	}
	page, err := c.Pull(t.Context(), cursor)
	if err != nil {
		t.Fatal(err)
	}
	return page, page.Cursor
}

const header = `header { gtfs_realtime_version: "2.0" timestamp: `

// TestNoticesBecomeAlerts of a kind of their own, in both languages, and end when they
// are withdrawn or their time is over.
func TestNoticesBecomeAlerts(t *testing.T) {
	t.Parallel()
	now := time.Unix(1795242600, 0)
	page, cursor := pull(t, header+`1795242600 }
entity { id: "a" alert { active_period { start: 1795239000 end: 1795249800 } active_period { start: 1795300000 end: 1795310000 }
  informed_entity { route_id: "K1" } informed_entity { route_id: "K1" stop_id: "H 7" } informed_entity { trip { route_id: "K2" } }
  cause: CONSTRUCTION effect: DETOUR url { translation { text: "https://contoh.go.id/k1" } }
  header_text { translation { text: "Rute K1  dialihkan\nlewat Jalan Contoh" language: "id-ID" } translation { text: "Route K1 detoured" language: "en" } }
  description_text { translation { text: "Sampai jembatan selesai." } } } }
entity { id: "b" alert { effect: NO_SERVICE severity_level: SEVERE header_text { translation { text: "No service tonight" language: "en" } } } }
entity { id: "c" alert { active_period { start: 1795242700 } header_text { translation { text: "Besok" } } } }
entity { id: "d" alert { active_period { end: 1795242500 } header_text { translation { text: "Kemarin" } } } }
entity { id: "e" alert { url { translation { text: "javascript:alert(1)" } } effect: STOP_MOVED } }
entity { id: "b" alert { header_text { translation { text: "dua kali" } } } }`, nil, now, "")
	if len(page.Observations) != 0 {
		t.Errorf("without an indicator came %v", page.Observations)
	}
	end := time.Unix(1795249800, 0)
	want := []city.Alert{
		{Key: "service:7:a", Kind: city.AlertService, Severity: city.Perhatian, Headline: "Rute K1 dialihkan lewat Jalan Contoh", HeadlineEN: "Route K1 detoured",
			Evidence:   "Rute dialihkan karena pekerjaan konstruksi; rute K1, K2; halte H 7. Sampai jembatan selesai.",
			EvidenceEN: "Detour, construction; route K1, K2; stop H 7. Sampai jembatan selesai.", AreaCodes: []string{}, Since: time.Unix(1795239000, 0), Until: &end, URL: "https://contoh.go.id/k1"},
		{Key: "service:7:b", Kind: city.AlertService, Severity: city.Perhatian, Headline: "No service tonight", HeadlineEN: "No service tonight", Evidence: "Tidak beroperasi.", EvidenceEN: "No service.", AreaCodes: []string{}, Since: now},
		{Key: "service:7:e", Kind: city.AlertService, Severity: city.Info, Headline: "Angkutan umum: halte dipindah", HeadlineEN: "Public transport: stop moved", Evidence: "Halte dipindah.", EvidenceEN: "Stop moved.", AreaCodes: []string{}, Since: now},
	}
	if diff := cmp.Diff(want, page.Alerts); diff != "" {
		t.Error(diff)
	}
	// One is withdrawn, one begins, one stays, and is in force since it was seen first.
	later := now.Add(3 * time.Minute)
	page, cursor = pull(t, header+`1795242780 }
entity { id: "b" alert { effect: NO_SERVICE header_text { translation { text: "No service tonight" language: "en" } } } }
entity { id: "c" alert { active_period { start: 1795242700 } header_text { translation { text: "Besok" } } } }
entity { id: "e" is_deleted: true alert { effect: STOP_MOVED } }`, cursor, later, "")
	var got []string
	for _, a := range page.Alerts {
		line := a.Key + " " + a.Since.UTC().Format("15:04:05")
		if a.Over {
			line += " over"
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{"service:7:b 06:30:00", "service:7:c 06:31:40", "service:7:a 05:30:00 over", "service:7:e 06:30:00 over"}, got); diff != "" {
		t.Error(diff)
	}
	if page, _ = pull(t, header+`1795242900 }`, cursor, later.Add(2*time.Minute), ""); len(page.Alerts) != 2 || !page.Alerts[0].Over || !page.Alerts[1].Over {
		t.Errorf("of an empty feed: %+v", page.Alerts)
	}
}

// TestNoticesAreBounded: neither many nor long ones fill a screen.
func TestNoticesAreBounded(t *testing.T) {
	t.Parallel()
	var feed strings.Builder
	feed.WriteString(header + "1795242600 }\n")
	for i := range 250 {
		feed.WriteString(`entity { id: "` + strings.Repeat("x", i%3) + string(rune('a'+i%26)) + string(rune('a'+i/26)) + `" alert { header_text { translation { text: "x" } } description_text { translation { text: "` + strings.Repeat("panjang ", 200) + `" } }`)
		for j := range 12 {
			feed.WriteString(` informed_entity { route_id: "R` + string(rune('a'+j)) + `" }`)
		}
		feed.WriteString("} }\n")
	}
	page, _ := pull(t, feed.String(), nil, time.Unix(1795242600, 0), "alerts_indicator: gangguan-bus\n")
	if len(page.Alerts) != mostNotices || len(page.Refused) != 1 || !strings.HasPrefix(page.Refused[0].Reason, "50 notices") || len(page.Observations) != 1 || page.Observations[0].Value != 250 {
		t.Errorf("%d alerts, %+v, %+v", len(page.Alerts), page.Refused, page.Observations)
	}
	if e := page.Alerts[0].Evidence; len([]rune(e)) > mostWords || !strings.Contains(e, "Ra, Rb, Rc, Rd, Re dan 7 lain") {
		t.Errorf("evidence %q", e)
	}
}
