package simcity

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// strangerRequest is a service request as another program would declare it.
type strangerRequest struct {
	ID          string          `json:"service_request_id" xml:"service_request_id"`
	Status      string          `json:"status" xml:"status"`
	Code        string          `json:"service_code" xml:"service_code"`
	Description string          `json:"description" xml:"description"`
	Requested   time.Time       `json:"requested_datetime" xml:"requested_datetime"`
	Updated     time.Time       `json:"updated_datetime" xml:"updated_datetime"`
	Lat         json.RawMessage `json:"lat" xml:"-"`
	LatText     *string         `json:"-" xml:"lat"`
	Address     string          `json:"address" xml:"address"`
}

type strangerRequests struct {
	XMLName xml.Name          `xml:"service_requests"`
	List    []strangerRequest `xml:"request"`
}

// pageOut reads everything by pages, as a client would.
func pageOut(t *testing.T, base, ext, extra string, size int) map[string]strangerRequest {
	t.Helper()
	all := map[string]strangerRequest{}
	for page := 1; ; page++ {
		address := fmt.Sprintf("%s/open311/v2/requests.%s?page=%d&page_size=%d%s", base, ext, page, size, extra)
		status, _, body := fetch(t, address)
		if status != http.StatusOK {
			t.Fatalf("GET %s: %d %s", address, status, body)
		}
		var list strangerRequests
		var err error
		if ext == "xml" {
			err = xml.Unmarshal(body, &list)
		} else {
			err = json.Unmarshal(body, &list.List)
		}
		if err != nil {
			t.Fatalf("GET %s: %v", address, err)
		}
		for _, r := range list.List {
			all[r.ID] = r
		}
		if len(list.List) < size {
			return all
		}
	}
}

// wantOpen311 is what the ledger says a client must have: the last version of
// each complaint.
func wantOpen311(c *City) map[string]string {
	want := map[string]string{}
	for _, e := range c.Ledger() {
		if e.Kind == "report" && e.Feed == "open311" {
			want[e.ID] = wireStatus(e.Status) + " " + e.Time.UTC().Format(time.RFC3339)
		}
	}
	return want
}

func TestLedgerIsWhatAClientPagesOut(t *testing.T) {
	t.Parallel()
	c := run(t, small(t.TempDir(), newHand()))
	want := wantOpen311(c)
	if len(want) < 150 {
		t.Fatalf("only %d complaints", len(want))
	}
	for _, ext := range []string{"json", "xml"} {
		got := map[string]string{}
		for id, r := range pageOut(t, c.BaseURL(), ext, "", 60) {
			got[id] = r.Status + " " + r.Updated.UTC().Format(time.RFC3339)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-ledger +client):\n%.2000s", ext, d)
		}
	}
}

func TestOpen311Windows(t *testing.T) {
	t.Parallel()
	o := small(t.TempDir(), newHand())
	o.Backlog, o.Pace = 95*24*time.Hour, 0.3
	c := run(t, o)
	all := pageOut(t, c.BaseURL(), "json", "&updated_after="+url.QueryEscape("2020-01-01T00:00:00+08:00"), 500)
	if d := len(wantOpen311(c)) - len(all); d != 0 {
		t.Fatalf("updated_after left out %d complaints", d)
	}
	at := testStart.Add(-50 * 24 * time.Hour)
	esc := func(d time.Duration) string { return url.QueryEscape(at.Add(d).Format(time.RFC3339)) }
	for name, tc := range map[string]struct {
		query string
		keep  func(r strangerRequest) bool
	}{
		"the last 90 days": {"", func(r strangerRequest) bool { return !r.Requested.Before(testStart.Add(-90 * 24 * time.Hour)) }},
		"a day": {"&start_date=" + esc(0) + "&end_date=" + esc(24*time.Hour), func(r strangerRequest) bool {
			return !r.Requested.Before(at) && !r.Requested.After(at.Add(24*time.Hour))
		}},
		"90 days from the start": {"&start_date=" + esc(-70*24*time.Hour), func(r strangerRequest) bool {
			return !r.Requested.Before(at.Add(-70*24*time.Hour)) && !r.Requested.After(at.Add(20*24*time.Hour))
		}},
		"closed waste": {"&status=closed&service_code=sampah,air-bersih&updated_before=" + esc(0), func(r strangerRequest) bool {
			return r.Status == "closed" && (r.Code == "sampah" || r.Code == "air-bersih") && !r.Updated.After(at)
		}},
		"changed since": {"&updated_after=" + esc(0), func(r strangerRequest) bool { return !r.Updated.Before(at) }},
	} {
		want := map[string]bool{}
		for id, r := range all {
			if tc.keep(r) {
				want[id] = true
			}
		}
		got := map[string]bool{}
		for id := range pageOut(t, c.BaseURL(), "json", tc.query, 300) {
			got[id] = true
		}
		if d := cmp.Diff(want, got); d != "" || len(want) == 0 || len(want) == len(all) && name != "changed since" {
			t.Errorf("%s: %d of %d (-want +got)\n%.1500s", name, len(want), len(all), d)
		}
	}
}

func TestOpen311ThousandRows(t *testing.T) {
	t.Parallel()
	o := small(t.TempDir(), newHand())
	o.Pace = 4
	c := run(t, o)
	var list []strangerRequest
	fetchJSON(t, c.BaseURL()+"/open311/v2/requests.json", &list)
	if len(list) != 1000 || len(wantOpen311(c)) <= 1000 {
		t.Fatalf("%d rows without paging, %d complaints", len(list), len(wantOpen311(c)))
	}
	for i := range list[1:] {
		if list[i].Requested.Before(list[i+1].Requested) {
			t.Fatalf("row %d is older than row %d", i, i+1)
		}
	}
	points, absent := 0, map[string]int{}
	for _, r := range list {
		switch s := string(r.Lat); s {
		case "", "null", `""`:
			absent[s]++
		default:
			points++
		}
	}
	if points < 500 || len(absent) != 3 {
		t.Errorf("%d points, absent ones written as %v; want all three ways", points, absent)
	}
}

func TestOpen311RefusesWhatTheSpecificationRefuses(t *testing.T) {
	t.Parallel()
	c := run(t, small(t.TempDir(), newHand()))
	v2 := c.BaseURL() + "/open311/v2"
	for path, want := range map[string]int{
		"/requests.json?start_date=kemarin": 400, "/requests.json?page=0": 400, "/requests.json?page_size=abc": 400,
		"/requests/SIM-0000-1.json": 404, "/services/nothing.xml": 404, "/requests.yaml": 404, "/tokens/x.json": 404, "/nothing.json": 404,
		"/services.json": 200, "/discovery.xml": 200, "/services/banjir-drainase.xml": 200,
	} {
		status, _, body := fetch(t, v2+path)
		if status != want {
			t.Errorf("GET %s: %d, want %d: %.200s", path, status, want, body)
		}
		if want >= 400 && strings.Contains(path, ".json") {
			var errs []struct {
				Code        int
				Description string
			}
			if err := json.Unmarshal(body, &errs); err != nil || len(errs) != 1 || errs[0].Code != want || errs[0].Description == "" {
				t.Errorf("GET %s: %s", path, body)
			}
		}
	}
	var discovery struct {
		Contact   string
		Endpoints []struct{ Type, URL string }
	}
	fetchJSON(t, v2+"/discovery.json", &discovery)
	if !strings.Contains(discovery.Contact, "SIMULASI") || len(discovery.Endpoints) != 1 || discovery.Endpoints[0].Type != "test" {
		t.Errorf("discovery does not say what it is: %+v", discovery)
	}
}

func TestOpen311TakesReports(t *testing.T) {
	t.Parallel()
	h := newHand()
	c := run(t, small(t.TempDir(), h))
	post := func(form url.Values, ext string) (int, string) {
		res, err := client.PostForm(c.BaseURL()+"/open311/v2/requests."+ext, form)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var list []struct {
			ID string `json:"service_request_id"`
		}
		if res.StatusCode == http.StatusCreated {
			if err := json.NewDecoder(res.Body).Decode(&list); err != nil || len(list) != 1 {
				t.Fatal(err, list)
			}
			return res.StatusCode, list[0].ID
		}
		return res.StatusCode, ""
	}
	good := func(change func(url.Values)) url.Values {
		f := url.Values{"api_key": {"simcity"}, "service_code": {"sampah"}, "lat": {"-0.47"}, "long": {"117.16"},
			"description": {"tumpukan di depan <pasar> & \x00 got"}, "first_name": {"Nama Karangan"}, "phone": {"0800-0000-0001"}}
		change(f)
		return f
	}
	for name, tc := range map[string]struct {
		change func(url.Values)
		want   int
	}{
		"no key":       {func(f url.Values) { f.Del("api_key") }, 403},
		"no service":   {func(f url.Values) { f.Del("service_code") }, 400},
		"odd service":  {func(f url.Values) { f.Set("service_code", "naga") }, 400},
		"no place":     {func(f url.Values) { f.Del("lat"); f.Del("long") }, 400},
		"bad point":    {func(f url.Values) { f.Set("lat", "NaN") }, 400},
		"long text":    {func(f url.Values) { f.Set("description", strings.Repeat("a", 4001)) }, 400},
		"address only": {func(f url.Values) { f.Del("lat"); f.Del("long"); f.Set("address_string", "Jl. Ulin") }, 201},
	} {
		if got, _ := post(good(tc.change), "json"); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
	_, id := post(good(func(url.Values) {}), "json")
	var list []strangerRequest
	fetchJSON(t, c.BaseURL()+"/open311/v2/requests/"+id+".json", &list)
	if len(list) != 1 || list[0].Code != "sampah" || list[0].Status != "open" {
		t.Fatalf("the report filed as %s reads %+v", id, list)
	}
	status, _, body := fetch(t, c.BaseURL()+"/open311/v2/requests/"+id+".xml")
	var asXML strangerRequests
	if err := xml.Unmarshal(body, &asXML); err != nil || status != 200 || len(asXML.List) != 1 {
		t.Fatalf("as XML: %d %v %s", status, err, body)
	}
	if strings.Contains(string(body), "Karangan") || strings.Contains(string(body), "0800-0000-0001") {
		t.Error("the sender's name or number is shown")
	}
	h.Move(25 * 24 * time.Hour)
	eventually(t, "an office finishes what was filed from outside", func() bool {
		closed := 0
		for _, e := range c.Ledger() {
			if strings.Contains(e.ID, "-L") && e.Status != "open" {
				closed++
			}
		}
		return closed > 0
	})
}
