package web_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"balaikota/backend/account"
	"balaikota/backend/city"
	"balaikota/backend/live"
	"balaikota/backend/store/storetest"
	"balaikota/backend/web"

	"github.com/google/go-cmp/cmp"
)

// drawn stands in for the analysis, which this package may not import: what it
// was asked is what these tests are about. The real one is tested in cmd.
type drawn struct{ asked chan asked }

type asked struct {
	Asker city.Asker
	Query city.HotspotQuery
}

func (d drawn) Hotspots(_ context.Context, asker city.Asker, q city.HotspotQuery) (city.HotspotMap, error) {
	d.asked <- asked{asker, q}
	return city.HotspotMap{HotspotQuery: q, Measure: "count", Places: 60, Reports: 31, Hotspots: []city.Hotspot{
		{Box: [4]float64{117.1, -0.5, 117.105, -0.495}, Count: 31, Around: 33, Expected: 2, Z: 8, P: 1e-9, Q: 1e-7, Heat: "panas_99"},
		{AreaCode: storetest.AirPutih, Count: 3, Heat: "biasa", P: 1, Q: 1},
	}}, nil
}

func newMapSurface(t *testing.T) (*surface, drawn) {
	t.Helper()
	s, d := newSurface(t), drawn{make(chan asked, 8)}
	server := httptest.NewServer(web.Handler(web.Deps{
		Store: s.store, Passwords: account.Keeper{}, Hub: live.New(nil, nil, live.Options{}), Hotspots: d, Log: slog.New(slog.DiscardHandler), Version: "test",
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s, d
}

func TestHotspotsAreGeoJSONOfTheAskersOwn(t *testing.T) {
	t.Parallel()
	s, d := newMapSurface(t)
	camat := city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}
	got := get[web.HotspotFeatures](s.script(camat), "/api/patterns/hotspots?category=sampah&days=7&cell=300")
	want := asked{camat, city.HotspotQuery{Level: "cell", Category: "sampah", Days: 7, Metres: 300}}
	by := <-d.asked
	if by.Asker.Key == "" {
		t.Error("a token owns nothing without its key")
	}
	by.Asker.Key = ""
	if diff := cmp.Diff(want, by); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if got.Type != "FeatureCollection" || len(got.Features) != 2 || got.Reports != 31 || got.Places != 60 {
		t.Fatalf("%+v", got)
	}
	cell, area := got.Features[0], got.Features[1]
	ring := [][2]float64{{117.1, -0.5}, {117.105, -0.5}, {117.105, -0.495}, {117.1, -0.495}, {117.1, -0.5}}
	if cell.Geometry == nil || cell.Geometry.Type != "Polygon" || !cmp.Equal(cell.Geometry.Coordinates, [][][2]float64{ring}) || cell.Properties.Heat != "panas_99" {
		t.Errorf("cell %+v", cell)
	}
	if area.Geometry != nil || area.Properties.AreaCode != storetest.AirPutih {
		t.Errorf("area %+v", area)
	}
	get[web.HotspotFeatures](s.script(camat), "/api/patterns/hotspots")
	if q := (<-d.asked).Query; q != (city.HotspotQuery{Level: "cell", Days: 28, Metres: 500}) {
		t.Errorf("by default it asks for %+v", q)
	}
	for _, path := range []string{"?days=0", "?days=400", "?level=kota", "?cell=50", "?days=x"} {
		if a := s.script(camat).do(http.MethodGet, "/api/patterns/hotspots"+path, nil); a.status != http.StatusUnprocessableEntity && a.status != http.StatusBadRequest {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	for _, path := range []string{"/api/patterns", "/api/patterns/hotspots"} {
		if a := s.browser().do(http.MethodGet, path, nil); a.status != http.StatusUnauthorized {
			t.Errorf("nobody at %s: %d", path, a.status)
		}
	}
}

func TestPatternsAreTheAskersOwn(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	now := time.Now().UTC().Truncate(time.Second)
	pattern := func(key string, kind city.PatternKind, area string) city.Pattern {
		return city.Pattern{Key: key, Kind: kind, Severity: city.Perhatian, AreaCode: area, AreaCodes: []string{area}, Since: now, Until: now, Headline: "h", Method: "uji"}
	}
	err := s.store.KeepPatterns(t.Context(), city.PatternKinds, []city.Pattern{
		pattern("hotspot:x", city.PatternHotspot, storetest.AirPutih), pattern("silent:y", city.PatternSilent, storetest.Lempake),
		pattern("campaign:1", city.PatternCampaign, storetest.AirPutih),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		asker city.Asker
		path  string
		want  []string
	}{
		{city.Asker{Role: city.WaliKota}, "", []string{"campaign:1", "hotspot:x", "silent:y"}},
		{city.Asker{Role: city.WaliKota}, "?kind=silent", []string{"silent:y"}},
		{city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, "", []string{"hotspot:x"}},
		{city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake}, "?kind=hotspot", []string{}},
	} {
		keys := []string{}
		list := get[web.PatternList](s.script(c.asker), "/api/patterns"+c.path)
		for _, p := range list.Items {
			keys = append(keys, p.Key)
		}
		if list.CheckedAt == nil || len(list.Checks) == 0 || !list.CheckedAt.Equal(list.Checks[0].CheckedAt) {
			t.Errorf("%s %s: last looked at %v, %v", c.asker.Role, c.path, list.CheckedAt, list.Checks)
		}
		if diff := cmp.Diff(c.want, keys); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.asker.Role, c.path, diff)
		}
	}
	if a := s.script(city.Asker{Role: city.WaliKota}).do(http.MethodGet, "/api/patterns?kind=gossip", nil); a.status != http.StatusUnprocessableEntity && a.status != http.StatusBadRequest {
		t.Errorf("an unknown kind: %d", a.status)
	}
}
