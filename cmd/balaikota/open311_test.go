package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"balaikota/backend/account"
	"balaikota/backend/city"
	"balaikota/backend/config"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
	"balaikota/connectors/open311"

	"github.com/jackc/pgx/v5"
)

// counter is a whole server that others ask by Open311.
type counter struct {
	t       *testing.T
	url     string
	db      *database
	serving *serving
	sql     *pgx.Conn
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	place := storetest.NewDB(t)
	s := storetest.Open(t, place)
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db := &database{Store: s, url: place.AppURL, city: setting}
	in := &invocation{ctx: t.Context(), stdout: io.Discard, stderr: io.Discard, log: slog.New(slog.DiscardHandler), db: config.Database{Data: t.TempDir(), City: "samarinda"}}
	running, err := newServing(in, db, config.Serve{}, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(running.http.Handler)
	t.Cleanup(server.Close)
	return &counter{t: t, url: server.URL + "/open311/v2", db: db, serving: running, sql: storetest.Connect(t, place.SuperuserURL)}
}

var operatorUji = city.Asker{Role: city.Operator}

// key makes a key as the settings do.
func (c *counter) key(name, reads string, files bool, perMinute int) (string, city.Open311Key) {
	c.t.Helper()
	secret, hash, err := account.NewSecret()
	if err != nil {
		c.t.Fatal(err)
	}
	k, err := c.db.AddOpen311Key(c.t.Context(), city.CommandLine, operatorUji, city.Open311Key{Name: name, Reads: reads, Files: files, PerMinute: perMinute}, hash)
	if err != nil {
		c.t.Fatal(err)
	}
	return secret, k
}

func (c *counter) send(method, path string, form url.Values) (int, http.Header, []byte) {
	c.t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	} else if len(form) > 0 {
		path += "?" + form.Encode()
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, raw
}

// list asks and decodes a JSON list; it fails unless the status is 200.
func (c *counter) list(method, path string, form url.Values) []map[string]any {
	c.t.Helper()
	status, _, body := c.send(method, path, form)
	var out []map[string]any
	if err := json.Unmarshal(body, &out); err != nil || status != http.StatusOK {
		c.t.Fatalf("%s %s: %d %v %s", method, path, status, err, body)
	}
	return out
}

// refused asks and expects GeoReport's error list, as JSON and as XML.
func (c *counter) refused(method, path string, form url.Values, want int, says string) {
	c.t.Helper()
	for _, format := range []string{".json", ".xml"} {
		status, header, body := c.send(method, path+format, form)
		var list []struct {
			Code        int    `json:"code" xml:"code"`
			Description string `json:"description" xml:"description"`
		}
		var err error
		if format == ".json" {
			err = json.Unmarshal(body, &list)
		} else {
			var doc struct {
				XMLName xml.Name `xml:"errors"`
				List    []struct {
					Code        int    `json:"code" xml:"code"`
					Description string `json:"description" xml:"description"`
				} `xml:"error"`
			}
			err = xml.Unmarshal(body, &doc)
			list = doc.List
		}
		if err != nil || status != want || len(list) != 1 || list[0].Code != want || !strings.Contains(list[0].Description, says) {
			c.t.Errorf("%s %s%s: %d %v %s %s; want %d with %q", method, path, format, status, err, header.Get("Content-Type"), body, want, says)
		}
	}
}

func newForm(pairs ...string) url.Values {
	v := url.Values{}
	for n := 0; n < len(pairs); n += 2 {
		v.Add(pairs[n], pairs[n+1])
	}
	return v
}

// TestAReportFiledByOpen311TakesTheRoadOfAll: place, category, event, reporter
// apart; who filed it reads it back, nobody else does.
func TestAReportFiledByOpen311TakesTheRoadOfAll(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	key, _ := c.key("Aplikasi warga", city.Open311ReadsPublic, true, 600)
	other, _ := c.key("Aplikasi lain", city.Open311ReadsPublic, true, 600)
	if err := c.db.SetOpen311Service(t.Context(), city.CommandLine, operatorUji, "sampah", true, []city.Open311Attribute{
		{Code: "berapa_hari", Datatype: "number", Required: true, Description: "Berapa hari belum diangkut"},
		{Code: "jenis", Datatype: "multivaluelist", Description: "Jenis", Values: []city.Open311Value{{Key: "p", Name: "Plastik"}, {Key: "o", Name: "Organik"}}},
	}); err != nil {
		t.Fatal(err)
	}
	form := newForm("api_key", key, "service_code", "sampah", "lat", "-0.4627", "long", "117.1468", "description", "Sampah menumpuk, hubungi 0812-3456-7890",
		"attribute[berapa_hari]", "3", "attribute[jenis][]", "p", "attribute[jenis][]", "o", "first_name", "Warga", "last_name", "Uji", "email", "warga@example.test", "phone", "081234567890")
	id, _ := c.list(http.MethodPost, "/requests.json", form)[0]["service_request_id"].(string)
	again, _ := c.list(http.MethodPost, "/requests.json", form)[0]["service_request_id"].(string)
	if id == "" || id != again {
		t.Fatalf("filed as %q and, sent again, as %q", id, again)
	}
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	report, err := c.db.Report(t.Context(), city.System, number)
	if err != nil || report.Category != "sampah" || report.ComputedArea == "" || report.Channel != "open311" || report.Status != city.Open || report.Source != city.Open311Source {
		t.Fatalf("report %+v, %v", report, err)
	}
	if want := "Sampah menumpuk, hubungi [telepon]\nBerapa hari belum diangkut: 3\nJenis: Plastik, Organik"; report.FullText != want {
		t.Errorf("officers read %q", report.FullText)
	}
	who, err := c.db.Reporter(t.Context(), city.CommandLine, city.Asker{Role: city.Auditor}, number, "uji laporan Open311")
	if err != nil || who.Name != "Warga Uji" || who.Phone != "081234567890" || who.Email != "warga@example.test" {
		t.Errorf("reporter %+v, %v", who, err)
	}
	var raw, events string
	if err := c.sql.QueryRow(t.Context(), "SELECT r.raw::text, (SELECT string_agg(e.data::text, ' ') FROM events e WHERE e.topic = 'reports' AND e.key = $1) FROM reports r WHERE r.id = $2", id, number).Scan(&raw, &events); err != nil {
		t.Fatal(err)
	}
	if events == "" || strings.Contains(raw+events, "Warga Uji") || strings.Contains(raw+events, "warga@example") {
		t.Errorf("raw %s, events %s", raw, events)
	}

	own := c.list(http.MethodGet, "/requests/"+id+".json", newForm("api_key", key, "extensions", "true"))
	if len(own) != 1 || own[0]["status"] != "open" || own[0]["service_code"] != "sampah" || own[0]["lat"] != -0.4627 {
		t.Errorf("the filer reads %v", own)
	}
	whole, _ := json.Marshal(own)
	if bytes.Contains(whole, []byte("Uji")) || bytes.Contains(whole, []byte("0812")) || bytes.Contains(whole, []byte("warga@")) {
		t.Errorf("the filer is told who reported: %s", whole)
	}
	c.refused(http.MethodGet, "/requests/"+id, newForm("api_key", other), http.StatusNotFound, "not found")
	c.refused(http.MethodGet, "/requests/"+id, nil, http.StatusNotFound, "not found")

	var token string
	if err := c.sql.QueryRow(t.Context(), "SELECT external_id FROM reports WHERE id = $1", number).Scan(&token); err != nil {
		t.Fatal(err)
	}
	if got := c.list(http.MethodGet, "/tokens/"+token+".json", newForm("api_key", key)); got[0]["service_request_id"] != id {
		t.Errorf("token: %v", got)
	}
	c.refused(http.MethodGet, "/tokens/"+token, newForm("api_key", other), http.StatusNotFound, "token")

	c.updates(key, other, id, number)
}

// updates: what the filer tells later joins the text, closes and opens the
// report once for each number; a stranger's key cannot.
func (c *counter) updates(key, other, id string, number int64) {
	t := c.t
	t.Helper()
	update := func(n, status, words string) url.Values {
		return newForm("api_key", key, "service_request_id", id, "update_id", n, "status", status, "description", words)
	}
	stranger := update("9", "CLOSED", "bukan milik saya")
	stranger.Set("api_key", other)
	c.refused(http.MethodPost, "/servicerequestupdates", stranger, http.StatusNotFound, "filed no report")
	for range 2 { // the second is the first sent again
		if got := c.list(http.MethodPost, "/servicerequestupdates.json", update("1", "CLOSED", "Sudah diangkut, terima kasih")); len(got) != 1 || got[0]["update_id"] == "" {
			t.Fatalf("update: %v", got)
		}
	}
	report, err := c.db.Report(t.Context(), city.System, number)
	if err != nil || report.Status != city.Closed || report.ClosedAt == nil || strings.Count(report.FullText, "Sudah diangkut") != 1 {
		t.Errorf("closed by its filer: %+v, %v", report, err)
	}
	// Closing was the update, not another; and its words are not the citizen's.
	if got := c.list(http.MethodGet, "/servicerequestupdates.json", newForm("api_key", key, "service_request_id", id)); len(got) != 1 || got[0]["status"] != "closed" || got[0]["description"] != "Sudah diangkut, terima kasih" {
		t.Errorf("one update reads back as %v", got)
	}
	own := c.list(http.MethodGet, "/requests/"+id+".json", newForm("api_key", key))
	if want := "Sampah menumpuk, hubungi [telepon]\nBerapa hari belum diangkut: 3\nJenis: Plastik, Organik"; own[0]["description"] != want || own[0]["status"] != "closed" {
		t.Errorf("after an update the request reads %v", own)
	}
	c.list(http.MethodPost, "/servicerequestupdates.json", update("2", "open", "Menumpuk lagi"))
	if report, err = c.db.Report(t.Context(), city.System, number); err != nil || report.Status != city.Open || report.ClosedAt != nil {
		t.Errorf("opened again: %+v, %v", report, err)
	}
	got := c.list(http.MethodGet, "/servicerequestupdates.json", newForm("api_key", key, "service_request_id", id))
	if len(got) != 2 || got[0]["status"] != "closed" || got[1]["description"] != "Menumpuk lagi" {
		t.Errorf("updates: %v", got)
	}
	if got := c.list(http.MethodGet, "/servicerequestupdates.json", newForm("service_request_id", id)); len(got) != 0 {
		t.Errorf("everybody reads updates: %v", got)
	}
	// A report that was filed here is closed by the answer to its matter.
	settleNow(t, c.serving.analyst)
	matters, _, err := c.db.Incidents(t.Context(), city.System, city.IncidentFilter{Limit: 10})
	if err != nil || len(matters) != 1 {
		t.Fatalf("matters %+v, %v", matters, err)
	}
	if err := c.db.EditIncident(t.Context(), city.CommandLine, operatorUji, matters[0].ID, city.IncidentEdit{Status: city.IncidentClosed, Answer: "Sudah ditangani"}); err != nil {
		t.Fatalf("close the matter: %v", err)
	}
	if own := c.list(http.MethodGet, "/requests/"+id+".json", newForm("api_key", key)); own[0]["status"] != "closed" || own[0]["status_notes"] != "Sudah ditangani" {
		t.Errorf("after its matter was closed: %v", own)
	}
}

// TestWhatOpen311Refuses is said as GeoReport says it, in both forms.
func TestWhatOpen311Refuses(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	files, _ := c.key("Penyetor", city.Open311ReadsPublic, true, 600)
	reads, _ := c.key("Pembaca", city.Open311ReadsCity, false, 600)
	base := func(pairs ...string) url.Values {
		v := newForm("api_key", files, "service_code", "sampah", "address_string", "Jalan Merdeka", "description", "Sampah")
		for n := 0; n < len(pairs); n += 2 {
			v.Set(pairs[n], pairs[n+1])
		}
		return v
	}
	for _, one := range []struct {
		form url.Values
		want int
		says string
	}{
		{base("api_key", ""), http.StatusForbidden, "api_key"},
		{base("api_key", "bukan-kunci"), http.StatusForbidden, "api_key"},
		{base("api_key", reads), http.StatusForbidden, "may not file"},
		{base("service_code", ""), http.StatusBadRequest, "service_code"},
		{base("service_code", "tidak-ada"), http.StatusNotFound, "service_code"},
		{base("jurisdiction_id", "jakarta"), http.StatusNotFound, "jurisdiction_id"},
		{base("address_string", ""), http.StatusBadRequest, "lat"},
		{base("lat", "-0.5"), http.StatusBadRequest, "degrees"},
		{base("lat", "NaN", "long", "117"), http.StatusBadRequest, "degrees"},
		{base("description", strings.Repeat("a", 4001)), http.StatusBadRequest, "4000"},
		{base("media_url", "javascript:alert(1)"), http.StatusBadRequest, "media_url"},
	} {
		c.refused(http.MethodPost, "/requests", one.form, one.want, one.says)
	}
	c.otherForms(base())
	for query, says := range map[string]string{
		"status=half": "status", "start_date=2026-01-01": "start_date", "page=0": "page", "page_size=5000": "page_size",
		"start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z": "90 days", "start_date=2026-06-01T00:00:00Z&end_date=2026-01-01T00:00:00Z": "before",
	} {
		v, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		c.refused(http.MethodGet, "/requests", v, http.StatusBadRequest, says)
	}
	c.refused(http.MethodGet, "/services/tidak-ada", nil, http.StatusNotFound, "service_code")
	c.refused(http.MethodGet, "/entah", nil, http.StatusNotFound, "discovery")
	if status, _, body := c.send(http.MethodGet, "/requests", nil); status != http.StatusNotFound || !bytes.Contains(body, []byte("<errors>")) {
		t.Errorf("without a format: %d %s", status, body)
	}
	if n := len(c.list(http.MethodGet, "/requests.json", nil)); n != 0 {
		t.Errorf("%d reports are public although nobody made any so", n)
	}
	slow, _ := c.key("Pelan", city.Open311ReadsPublic, false, 2)
	for range 2 {
		c.list(http.MethodGet, "/services.json", newForm("api_key", slow))
	}
	if status, header, _ := c.send(http.MethodGet, "/services.json", newForm("api_key", slow)); status != http.StatusTooManyRequests || header.Get("Retry-After") == "" {
		t.Errorf("the third request of two a minute: %d, Retry-After %q", status, header.Get("Retry-After"))
	}
}

// otherForms: a form in parts is read as any; a file in it, another kind of body and
// one that is too large are refused for what they are.
func (c *counter) otherForms(form url.Values) {
	c.t.Helper()
	post := func(kind string, body []byte) (int, string) {
		c.t.Helper()
		req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+"/requests.json", bytes.NewReader(body))
		if err != nil {
			c.t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			c.t.Fatal(err)
		}
		defer resp.Body.Close()
		said, err := io.ReadAll(resp.Body)
		if err != nil {
			c.t.Fatal(err)
		}
		return resp.StatusCode, string(said)
	}
	parts := func(file string) (kind string, body []byte) {
		c.t.Helper()
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for name := range form {
			if err := w.WriteField(name, form.Get(name)); err != nil {
				c.t.Fatal(err)
			}
		}
		if file != "" {
			if _, err := w.CreateFormFile("media", file); err != nil {
				c.t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			c.t.Fatal(err)
		}
		return w.FormDataContentType(), b.Bytes()
	}
	if status, said := post(parts("")); status != http.StatusOK || !strings.Contains(said, "service_request_id") {
		c.t.Errorf("a form in parts: %d %s", status, said)
	}
	if status, said := post(parts("foto.jpg")); status != http.StatusBadRequest || !strings.Contains(said, "media_url") {
		c.t.Errorf("a file in it: %d %s", status, said)
	}
	if status, said := post("application/json", []byte(`{"service_code":"sampah"}`)); status != http.StatusUnsupportedMediaType || !strings.Contains(said, "multipart/form-data") {
		c.t.Errorf("another kind of body: %d %s", status, said)
	}
	form.Set("description", strings.Repeat("a", 200<<10))
	if status, said := post(parts("")); status != http.StatusRequestEntityTooLarge || !strings.Contains(said, "128 kB") {
		c.t.Errorf("too large a form: %d %s", status, said)
	}
}

// TestOurOwnConnectorReadsOurServerBackWhole: 230 reports by XML and by JSON,
// paged and in windows, with the same place, category, status and times.
func TestOurOwnConnectorReadsOurServerBackWhole(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	door := &intake{store: c.db.Store, geography: c.serving.geography}
	now := time.Now().Truncate(time.Second)
	var reports []city.Report
	for n := range 230 {
		reports = append(reports, storetest.Report(fmt.Sprintf("r-%03d", n), func(r *city.Report) {
			r.CreatedAt = now.Add(-time.Duration(n) * 17 * time.Hour)
			r.Text, r.Channel = fmt.Sprintf("Laporan <uji> & \"kutip\" nomor %d", n), []string{"whatsapp", "web"}[n%2]
			r.Category = []string{"sampah", "jalan-rusak", ""}[n%3]
			r.Status = city.ReportStatuses[n%4]
			lon, lat := 117.1+float64(n)/10_000, -0.5+float64(n)/10_000
			r.Lon, r.Lat = &lon, &lat
			if r.Status == city.Closed {
				at := r.CreatedAt.Add(time.Hour)
				r.ClosedAt = &at
			}
			r.Reporter = &city.Reporter{Name: "Warga Rahasia"}
		}))
	}
	ingest(t, door, city.Delivery{SourceID: storetest.Source(t, c.db.Store), Reports: reports})
	want := map[string]string{}
	all, err := c.db.Reports(t.Context(), city.System, city.ReportFilter{Limit: 500})
	if err != nil || len(all) != 230 {
		t.Fatalf("%d reports, %v", len(all), err)
	}
	for _, r := range all {
		want[strconv.FormatInt(r.ID, 10)] = roundTrip(r.CreatedAt, r.ClosedAt, r.Lon, r.Lat, r.Category, r.AreaCode, r.Channel, r.Text, r.Status)
	}
	secret, _ := c.key("Cermin", city.Open311ReadsCity, false, 600)
	for _, format := range []string{"json", "xml"} {
		for _, paging := range []string{"page", "none"} {
			got := c.readBack(t, fmt.Sprintf(`{"base_url":%q,"format":%q,"paging":%q,"page_size":40,"api_key":"env:KUNCI","extensions":true,"lookback":"4800h","refresh_window":"4800h","allow_private":true}`, c.url, format, paging), secret)
			if len(got) != len(want) {
				t.Errorf("%s, %s: read %d of %d", format, paging, len(got), len(want))
			}
			for id, w := range want {
				if got[id] != w {
					t.Errorf("%s, %s: report %s\n got %s\nwant %s", format, paging, id, got[id], w)
					break
				}
			}
		}
	}
}

func roundTrip(created time.Time, closed *time.Time, lon, lat *float64, rest ...any) string {
	end := ""
	if closed != nil {
		end = closed.UTC().Format(time.RFC3339)
	}
	return fmt.Sprint(created.UTC().Format(time.RFC3339), " ", end, " ", *lon, " ", *lat, " ", rest)
}

func (c *counter) readBack(t *testing.T, conf, secret string) map[string]string {
	t.Helper()
	categories, err := c.db.Categories(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	http311 := connectors.NewClient("balaikota-test", nil)
	if u, err := url.Parse(c.url); err == nil {
		http311.Limit(u.Host, 60_000, 100)
	}
	source, err := open311.Spec.New(json.RawMessage(conf), connectors.Env{
		HTTP: http311, Areas: connectortest.Nowhere{}, Location: time.UTC, Categories: categories, Now: time.Now,
		Log: slog.New(slog.DiscardHandler), Secret: func(string) (string, error) { return secret, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	if _, err := connectortest.Drain(t, source, nil, func(page connectors.Page) {
		for _, r := range page.Refused {
			t.Errorf("refused %s: %s", r.ExternalID, r.Reason)
		}
		for _, r := range page.Reports {
			if r.Reporter != nil {
				t.Errorf("%s: a reporter went out", r.ExternalID)
			}
			out[r.ExternalID] = roundTrip(r.CreatedAt, r.ClosedAt, r.Lon, r.Lat, r.Category, r.StatedArea, r.Channel, r.Text, r.Status)
		}
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDiscoveryAndServicesAreRead in both forms, with the lengths and names
// that the standard gives them.
func TestDiscoveryAndServicesAreRead(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	_, _, body := c.send(http.MethodGet, "/discovery.xml", nil)
	var d struct {
		XMLName xml.Name `xml:"discovery"`
		URL     string   `xml:"endpoints>endpoint>url"`
		Formats []string `xml:"endpoints>endpoint>formats>format"`
	}
	if err := xml.Unmarshal(body, &d); err != nil || d.URL != c.url || !slices.Equal(d.Formats, []string{"text/xml", "application/json"}) {
		t.Errorf("discovery %+v, %v: %s", d, err, body)
	}
	services := c.list(http.MethodGet, "/services.json", nil)
	categories, err := c.db.Categories(t.Context())
	if err != nil || len(services) != len(categories) {
		t.Errorf("%d services of %d categories, %v", len(services), len(categories), err)
	}
	if err := c.db.SetOpen311Service(t.Context(), city.CommandLine, operatorUji, "sampah", false, []city.Open311Attribute{
		{Code: "jenis", Datatype: "singlevaluelist", Required: true, Description: "Jenis", Values: []city.Open311Value{{Key: "p", Name: "Plastik"}}},
	}); err != nil {
		t.Fatal(err)
	}
	status, header, body := c.send(http.MethodGet, "/services/sampah.xml", nil)
	want := `<service_definition><service_code>sampah</service_code><attributes><attribute><variable>true</variable><code>jenis</code><datatype>singlevaluelist</datatype>` +
		`<required>true</required><datatype_description></datatype_description><order>1</order><description>Jenis</description><values><value><key>p</key><name>Plastik</name></value></values></attribute></attributes></service_definition>`
	if status != http.StatusOK || !strings.HasPrefix(header.Get("Content-Type"), "text/xml") || !strings.HasSuffix(string(body), want) {
		t.Errorf("definition: %d %s", status, body)
	}
}
