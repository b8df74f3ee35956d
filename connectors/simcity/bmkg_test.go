package simcity

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"balaikota/connectors/simcity/world"
)

func TestForecastIsShapedLikeBMKG(t *testing.T) {
	t.Parallel()
	c := run(t, small(t.TempDir(), newHand()))
	var body struct {
		Place struct{ Adm4, Desa, Timezone string } `json:"lokasi"`
		Data  []struct {
			Place struct{ Type string } `json:"lokasi"`
			Days  [][]struct {
				T     float64  `json:"t"`
				Vis   *float64 `json:"vs"`
				Rain  *float64 `json:"tp"`
				Desc  string   `json:"weather_desc"`
				Local string   `json:"local_datetime"`
				UTC   string   `json:"utc_datetime"`
				Image string   `json:"image"`
			} `json:"cuaca"`
		} `json:"data"`
	}
	fetchJSON(t, c.BaseURL()+"/bmkg/publik/prakiraan-cuaca?adm4=64.72.03.1004", &body)
	if body.Place.Desa != "Air Putih" || body.Place.Timezone != "Asia/Makassar" || len(body.Data) != 1 || body.Data[0].Place.Type != "adm4" {
		t.Fatalf("%+v", body.Place)
	}
	slots, noVis, blank := 0, 0, false
	last := time.Time{}
	for _, day := range body.Data[0].Days {
		for _, s := range day {
			slots++
			utc, err := time.Parse(time.DateTime, s.UTC)
			local, errLocal := time.Parse(time.DateTime, s.Local)
			if err != nil || errLocal != nil || local.Sub(utc) != 8*time.Hour || !utc.After(last) || s.Desc == "" || s.T < 15 || s.T > 42 {
				t.Errorf("slot %+v after %s", s, last)
			}
			last = utc
			if s.Vis == nil {
				noVis++
			}
			blank = blank || strings.Contains(s.Image, " ")
		}
	}
	if slots != 24 || noVis == 0 || !blank || len(body.Data[0].Days) < 3 {
		t.Errorf("%d slots in %d days, %d without visibility, blank in an image: %v", slots, len(body.Data[0].Days), noVis, blank)
	}
	if status, _, _ := fetch(t, c.BaseURL()+"/bmkg/publik/prakiraan-cuaca?adm4=31.71.01.1001"); status != http.StatusNotFound {
		t.Errorf("another city's kelurahan: %d", status)
	}
}

func TestForecastIsLimited(t *testing.T) {
	t.Parallel()
	h := newHand()
	c := run(t, small(t.TempDir(), h))
	codes := map[int]int{}
	for i := range 80 {
		status, header, _ := fetch(t, c.BaseURL()+"/bmkg/publik/prakiraan-cuaca?adm4="+world.Areas[i%59].Code)
		codes[status]++
		if status == http.StatusTooManyRequests {
			if s, err := strconv.Atoi(header.Get("Retry-After")); err != nil || s < 1 || s > 61 {
				t.Fatalf("Retry-After %q", header.Get("Retry-After"))
			}
		}
	}
	if codes[200] != 60 || codes[429] != 20 {
		t.Errorf("80 requests in a minute: %v", codes)
	}
	h.Move(61 * time.Second)
	if status, _, _ := fetch(t, c.BaseURL()+"/bmkg/publik/prakiraan-cuaca?adm4=64.72.08.1001"); status != 200 {
		t.Errorf("a minute later: %d", status)
	}
}

func TestQuakesAreShapedLikeBMKG(t *testing.T) {
	t.Parallel()
	o := small(t.TempDir(), newHand())
	o.Backlog = 35 * 24 * time.Hour
	c := run(t, o)
	get := func(name string) json.RawMessage {
		var body struct {
			Info struct {
				Quake json.RawMessage `json:"gempa"`
			} `json:"Infogempa"`
		}
		fetchJSON(t, c.BaseURL()+"/bmkg/DataMKG/TEWS/"+name, &body)
		return body.Info.Quake
	}
	var one map[string]string
	if err := json.Unmarshal(get("autogempa.json"), &one); err != nil || one["Potensi"] == "" || one["Shakemap"] == "" || one["Dirasakan"] == "" {
		t.Fatalf("autogempa: %v %v", err, one)
	}
	for name, absent := range map[string][]string{"gempaterkini.json": {"Dirasakan", "Shakemap"}, "gempadirasakan.json": {"Potensi", "Shakemap"}} {
		var rows []map[string]string
		if err := json.Unmarshal(get(name), &rows); err != nil || len(rows) < 5 || len(rows) > 16 {
			t.Fatalf("%s: %v, %d rows", name, err, len(rows))
		}
		twice := map[string]int{}
		for _, r := range rows {
			twice[r["DateTime"]]++
			at, err := time.Parse(time.RFC3339, r["DateTime"])
			if err != nil || !strings.HasSuffix(r["Jam"], at.Add(7*time.Hour).Format("15:04:05")+" WIB") || !strings.HasSuffix(r["Kedalaman"], " km") {
				t.Errorf("%s: %v (%v)", name, r, err)
			}
			var lat, lon float64
			if n, err := fmt.Sscanf(r["Coordinates"], "%f,%f", &lat, &lon); n != 2 || err != nil || lon < 90 {
				t.Errorf("%s: coordinates %q", name, r["Coordinates"])
			}
			for _, key := range absent {
				if _, ok := r[key]; ok {
					t.Errorf("%s has %s", name, key)
				}
			}
		}
		if name == "gempaterkini.json" && len(twice) == len(rows) {
			t.Error("no earthquake twice; the real list has that")
		}
	}
}

func TestNowcastIsCAP(t *testing.T) {
	t.Parallel()
	h := newHand()
	c := run(t, small(t.TempDir(), h))
	kinds := map[string]int{}
	unclosed, links := 0, 0
	checked := map[string]bool{}
	for range 50 {
		h.Move(5 * time.Hour)
		tick := c.State().Tick
		eventually(t, "five hours", func() bool { return c.State().Tick >= tick+290 })
		var feed struct {
			Items []struct {
				Link string `xml:"link"`
				GUID string `xml:"guid"`
				Date string `xml:"pubDate"`
			} `xml:"channel>item"`
		}
		_, _, body := fetch(t, c.BaseURL()+"/bmkg/alerts/nowcast/id")
		if err := xml.Unmarshal(body, &feed); err != nil {
			t.Fatalf("feed: %v\n%s", err, body)
		}
		for _, item := range feed.Items {
			if _, err := time.Parse(time.RFC1123Z, item.Date); err != nil {
				t.Error(err)
			}
			if checked[item.Link] {
				continue
			}
			checked[item.Link] = true
			links++
			kind, open := checkCAP(t, item.Link, item.GUID)
			kinds[kind]++
			unclosed += open
		}
	}
	for _, k := range []string{"Alert", "Update", "Cancel", "AllClear"} {
		if kinds[k] == 0 {
			t.Errorf("no %s among %d alerts: %v", k, links, kinds)
		}
	}
	if unclosed == 0 {
		t.Error("every polygon is closed; the real ones are not")
	}
}

// checkCAP reads one CAP file and returns its kind and its unclosed polygons.
func checkCAP(t *testing.T, link, guid string) (kind string, unclosed int) {
	t.Helper()
	status, _, body := fetch(t, link)
	var a struct {
		XMLName    xml.Name `xml:"urn:oasis:names:tc:emergency:cap:1.2 alert"`
		Identifier string   `xml:"identifier"`
		Sent       string   `xml:"sent"`
		MsgType    string   `xml:"msgType"`
		References string   `xml:"references"`
		Info       struct {
			Response  string   `xml:"responseType"`
			Effective string   `xml:"effective"`
			Expires   string   `xml:"expires"`
			Polygons  []string `xml:"area>polygon"`
			AreaDesc  string   `xml:"area>areaDesc"`
		} `xml:"info"`
	}
	if err := xml.Unmarshal(body, &a); err != nil || status != 200 || a.Identifier != guid || a.Info.AreaDesc == "" || len(a.Info.Polygons) == 0 {
		t.Fatalf("GET %s: %d %v\n%s", link, status, err, body)
	}
	for _, s := range []string{a.Sent, a.Info.Effective, a.Info.Expires} {
		if _, err := time.Parse("2006-01-02T15:04:05-07:00", s); err != nil || strings.HasSuffix(s, "Z") {
			t.Errorf("time %q: %v", s, err)
		}
	}
	if a.MsgType != "Alert" && a.References == "" {
		t.Errorf("%s without references", a.MsgType)
	}
	for _, p := range a.Info.Polygons {
		pairs := strings.Fields(p)
		var lat, lon float64
		if _, err := fmt.Sscanf(pairs[0], "%f,%f", &lat, &lon); err != nil || lat > 5 || lon < 90 {
			t.Errorf("pair %q is not lat,lon", pairs[0])
		}
		if pairs[0] != pairs[len(pairs)-1] {
			unclosed++
		}
	}
	kind = a.MsgType
	if a.Info.Response == "AllClear" {
		kind = "AllClear"
	}
	return kind, unclosed
}
