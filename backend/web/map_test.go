package web_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
	"balaikota/backend/web"
)

func TestTheMapIsReplayedWithinRightsAndKeptByTag(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	source := storetest.Source(t, s.store)
	filed := func(id, area string) city.Report {
		return storetest.Report(id, func(r *city.Report) {
			r.StatedArea, r.Status, r.CreatedAt, r.RespondedAt, r.ClosedAt = area, city.Open, time.Now().Add(-2*time.Hour), nil, nil
		})
	}
	storetest.Ingest(t, s.store, city.Delivery{SourceID: source, Reports: []city.Report{filed("a", storetest.AirPutih), filed("b", storetest.Lempake)}})
	camat := s.script(city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu})
	const path = "/api/map/replay?hours=24"
	a := camat.do(http.MethodGet, path, nil)
	var got city.MapReplay
	if err := json.Unmarshal(a.body, &got); err != nil || a.status != http.StatusOK || got.N[got.Count-1] != 1 || len(got.Points.ID) != 1 {
		t.Fatalf("%d %.300s (%v)", a.status, a.body, err)
	}
	if strings.Contains(string(a.body), storetest.Lempake) {
		t.Error("a camat is told of another kecamatan")
	}
	camat.header = map[string]string{"If-None-Match": a.header.Get("ETag")}
	if again := camat.do(http.MethodGet, path, nil); again.status != http.StatusNotModified || len(again.body) != 0 || a.header.Get("ETag") == "" {
		t.Errorf("the same again: %d, %d bytes, tag %q", again.status, len(again.body), a.header.Get("ETag"))
	}
	mayor := s.script(city.Asker{Role: city.WaliKota})
	mayor.header = camat.header
	var points city.MapPoints
	if other := mayor.do(http.MethodGet, path, nil); other.status != http.StatusOK {
		t.Errorf("the mayor with the camat's tag: %d", other.status)
	}
	mayor.header = nil
	if err := json.Unmarshal(mayor.do(http.MethodGet, "/api/map/points", nil).body, &points); err != nil || len(points.ID) != 2 || !points.Complete {
		t.Errorf("points %+v (%v)", points, err)
	}
	for path, want := range map[string]int{
		"/api/map/replay":                                                   http.StatusUnprocessableEntity,
		"/api/map/replay?hours=7":                                           http.StatusUnprocessableEntity,
		"/api/map/replay?hours=24&until=kemarin":                            http.StatusUnprocessableEntity,
		"/api/map/replay?hours=24&until=2300-01-01T00:00:00Z":               http.StatusUnprocessableEntity,
		"/api/map/replay?hours=24&layer=titik-panas":                        http.StatusNotFound,
		"/api/map/points?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z": http.StatusUnprocessableEntity,
		"/basemap/tiles.pmtiles":                                            http.StatusNotFound,
	} {
		if a := mayor.do(http.MethodGet, path, nil); a.status != want {
			t.Errorf("%s: %d, want %d", path, a.status, want)
		}
	}
	for _, path := range []string{"/api/map/replay?hours=24", "/api/map/points", "/api/places?q=a", "/basemap/tiles.pmtiles"} {
		if a := s.browser().do(http.MethodGet, path, nil); a.status != http.StatusUnauthorized {
			t.Errorf("%s without an account: %d", path, a.status)
		}
	}
}

func TestAMapBehindTheMapIsServedByRanges(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kota.pmtiles")
	if err := os.WriteFile(file, []byte("PMTiles\x03 and what follows"), 0o600); err != nil {
		t.Fatal(err)
	}
	basemap, err := web.NewBasemap(file, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	s := newSurface(t, func(d *web.Deps, _ *store.Store) { d.Basemap = basemap })
	officer := s.script(city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih})
	officer.header = map[string]string{"Range": "bytes=0-6", "Accept-Encoding": "gzip"}
	a := officer.do(http.MethodGet, "/basemap/tiles.pmtiles", nil)
	if a.status != http.StatusPartialContent || string(a.body) != "PMTiles" || a.header.Get("Content-Encoding") != "" {
		t.Errorf("%d %q, packed %q", a.status, a.body, a.header.Get("Content-Encoding"))
	}
	for _, path := range []string{"/basemap/other", "/basemap/..%2f..%2fetc%2fpasswd"} {
		if a := officer.do(http.MethodGet, path, nil); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	var info web.CityInfo
	officer.header = nil
	b := officer.do(http.MethodGet, "/api/city", nil)
	if err := json.Unmarshal(b.body, &info); err != nil || info.Basemap == nil || info.Basemap.Tiles != "/basemap/tiles.pmtiles" {
		t.Errorf("%+v (%v)", info.Basemap, err)
	}
	if csp := b.header.Get("Content-Security-Policy"); !strings.Contains(csp, "connect-src 'self';") {
		t.Errorf("a file on disk opens the policy: %s", csp)
	}
}

func TestThePolicyOpensOnlyForWhatIsConfigured(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tiles, style string
		hosts        []string
		want         string // of connect-src; empty: refused
	}{
		{"", "", nil, "'self'"},
		{"https://peta.example/kota.pmtiles?v=2", "", nil, "'self' https://peta.example"},
		{"", "https://gaya.example:8443/a/style.json", []string{"https://ubin.example/x"}, "'self' https://gaya.example:8443 https://ubin.example"},
		{"http://127.0.0.1:9000/kota.pmtiles", "", nil, "'self' http://127.0.0.1:9000"},
		{"http://peta.example/kota.pmtiles", "", nil, ""},
		{"", "style.json", nil, ""},
		{"", "javascript://x", nil, ""},
		{"", "", []string{"*"}, ""},
		{"", "", []string{"https://x.example; script-src *"}, ""},
	} {
		b, err := web.NewBasemap(c.tiles, c.style, c.hosts)
		if err != nil {
			if c.want != "" {
				t.Errorf("%+v: %v", c, err)
			}
			continue
		}
		s := newSurface(t, func(d *web.Deps, _ *store.Store) { d.Basemap = b })
		csp := s.browser().do(http.MethodGet, "/", nil).header.Get("Content-Security-Policy")
		if want := "connect-src " + c.want + "; "; c.want == "" || !strings.Contains(csp, want) {
			t.Errorf("%+v opens %s", c, csp)
		}
	}
}
