package pack_test

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/geo"
	"balaikota/backend/pack"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

func load(t testing.TB) pack.City {
	t.Helper()
	c, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSamarinda(t *testing.T) {
	t.Parallel()
	c := load(t)
	count := map[string]int{"holidays": len(c.Holidays), "categories": len(c.Categories), "indicators": len(c.Indicators)}
	for _, a := range c.Areas {
		count[string(a.Level)]++
	}
	for _, o := range c.Offices {
		count["office "+o.Kind]++
	}
	want := map[string]int{
		"kota": 1, "kecamatan": 10, "kelurahan": 59, "office opd": 31, "office bumd": 1, "office kecamatan": 10,
		"office kelurahan": 59, "holidays": 25, "categories": 12, "indicators": 21,
	}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if _, offset := time.Date(2026, 1, 1, 0, 0, 0, 0, c.Location()).Zone(); offset != 8*3600 || c.ZoneLabel != "WITA" {
		t.Errorf("zone %s is %d s from UTC, label %s", c.Timezone, offset, c.ZoneLabel)
	}
	if _, err := pack.Load("atlantis"); city.CodeOf(err) != city.NotFound {
		t.Errorf("unknown city: %v", err)
	}
}

// TestKelurahanAddUp holds sizes and populations against each other.
func TestKelurahanAddUp(t *testing.T) {
	t.Parallel()
	c := load(t)
	sum, people := map[string]float64{}, map[string]int{}
	for _, a := range c.Areas {
		if a.Level == city.Kelurahan {
			sum[a.ParentCode] += a.AreaKm2
			sum[c.Code] += a.AreaKm2
			people[a.ParentCode] += a.Population
		}
	}
	for _, a := range c.Areas {
		if a.Level == city.Kelurahan {
			continue
		}
		if d := sum[a.Code] - a.AreaKm2; d > 0.05 || d < -0.05 {
			t.Errorf("%s: kelurahan add up to %.2f km², the fact is %.2f", a.Name, sum[a.Code], a.AreaKm2)
		}
		if n := people[a.Code]; n != 0 && n != a.Population {
			t.Errorf("%s: kelurahan add up to %d people, the fact is %d", a.Name, n, a.Population)
		}
	}
}

func TestIndicatorsAreSound(t *testing.T) {
	t.Parallel()
	c := load(t)
	ranks := map[int]string{}
	for _, i := range c.Indicators {
		if i.Min == nil || i.Max == nil || *i.Min >= *i.Max || i.FreshForSeconds <= 0 || len(i.VisibleTo) == 0 {
			t.Errorf("%s: range, freshness or audience is missing", i.Slug)
		}
		if i.Rank > 0 {
			if ranks[i.Rank] != "" {
				t.Errorf("%s and %s share rank %d", i.Slug, ranks[i.Rank], i.Rank)
			}
			ranks[i.Rank] = i.Slug
		}
		for _, th := range i.Thresholds {
			if th.Source == "" || th.EffectiveOn == "" || !i.Possible(th.Value) {
				t.Errorf("%s: threshold %+v has no source, no date or an impossible value", i.Slug, th)
			}
		}
	}
	day := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	for _, i := range c.Indicators {
		if i.Slug != "muka-air-benanga" {
			continue
		}
		for value, want := range map[float64]city.Severity{7.74: city.Info, 7.75: city.Siaga, 8.24: city.Siaga, 8.25: city.Awas} {
			if got, _ := i.SeverityOf(value, c.Code, day); got != want {
				t.Errorf("Benanga at %.2f m is %s, want %s", value, got, want)
			}
		}
	}
}

// TestOutlines: no kelurahan overlaps another, each holds its own label
// point, sizes are near the facts, and kecamatan and city are their unions.
func TestOutlines(t *testing.T) {
	t.Parallel()
	c := load(t)
	index, err := geo.New(c.Areas)
	if err != nil {
		t.Fatal(err)
	}
	sides := map[[2]orb.Point]int{}
	for _, a := range c.Areas {
		if !a.Approximate || a.OutlineSource != pack.OutlineSource || len(a.Outline) != 1 {
			t.Fatalf("%s: outline is missing, in pieces or not marked approximate", a.Name)
		}
		if got := geo.AreaKm2(a.Outline); abs(got-a.AreaKm2) > max(0.02*a.AreaKm2, 0.02) {
			t.Errorf("%s: outline has %.3f km², the fact is %.2f", a.Name, got, a.AreaKm2)
		}
		if a.Level != city.Kelurahan {
			continue
		}
		if got, _ := index.Locate(a.Label); got != a.Code {
			t.Errorf("label point of %s lies in %s", a.Name, got)
		}
		ring := a.Outline[0][0]
		for i := 1; i < len(ring); i++ {
			sides[[2]orb.Point{ring[i-1], ring[i]}]++
		}
	}
	for s, n := range sides {
		if n > 1 {
			t.Errorf("side %v belongs to %d kelurahan in one direction: they overlap", s, n)
		}
	}
	for i, again := range geo.DissolveParents(c.Areas) {
		if diff := cmp.Diff(geo.AreaKm2(again.Outline), geo.AreaKm2(c.Areas[i].Outline)); diff != "" && abs(geo.AreaKm2(again.Outline)-geo.AreaKm2(c.Areas[i].Outline)) > 1e-6 {
			t.Errorf("%s is not the union of its kelurahan: %s", again.Name, diff)
		}
	}
	raw, ok := index.FeatureCollection(city.Kelurahan)
	if !ok || len(raw) > 150_000 {
		t.Errorf("GeoJSON of kelurahan has %d bytes, at most 150,000 are wanted", len(raw))
	}
}

func abs(v float64) float64 { return max(v, -v) }

// TestOutlinesAgainstOfficial measures how often the approximate outlines
// name the same kelurahan as the official ones, and guards the figure.
func TestOutlinesAgainstOfficial(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "geo", "kelurahan.geojson"))
	if err != nil {
		t.Skipf("the official boundaries are not here: %v", err)
	}
	fc, err := geojson.UnmarshalFeatureCollection(raw)
	if err != nil {
		t.Fatal(err)
	}
	c := load(t)
	ours, err := geo.New(c.Areas)
	if err != nil {
		t.Fatal(err)
	}
	var official []city.Area
	for _, f := range fc.Features {
		code := f.Properties.MustString("code")
		official = append(official, city.Area{Code: code, Name: code, Level: city.Kelurahan, Outline: orb.MultiPolygon{f.Geometry.(orb.Polygon)}})
	}
	truth, err := geo.New(official)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(64, 72))
	b := truth.Bound()
	var n, kelurahan, kecamatan int
	for n < 20000 {
		p := orb.Point{b.Min[0] + r.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + r.Float64()*(b.Max[1]-b.Min[1])}
		want, ok := truth.Locate(p)
		if !ok {
			continue
		}
		n++
		got, _ := ours.Locate(p)
		if got == want {
			kelurahan++
		}
		if got != "" && city.ParentCode(got) == city.ParentCode(want) {
			kecamatan++
		}
	}
	t.Logf("same kelurahan for %.1f %%, same kecamatan for %.1f %% of %d points", 100*float64(kelurahan)/float64(n), 100*float64(kecamatan)/float64(n), n)
	if kelurahan < n*70/100 || kecamatan < n*82/100 {
		t.Error("the approximate outlines have become worse")
	}
}

// TestEvaluationCatalogues: the pack means what the evaluation's files mean.
func TestEvaluationCatalogues(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("..", "..", "..", "shared", "evaluation", "city")
	c := load(t)
	categories, indicators, holidays := map[string]string{}, map[string]string{}, map[string]string{}
	for _, g := range c.Categories {
		categories[g.Slug] = g.Name + "," + g.Office
	}
	for _, i := range c.Indicators {
		indicators[i.Slug] = i.Name + "," + i.Unit + "," + i.Grain
	}
	for _, h := range c.Holidays {
		holidays[h.Date.Format(time.DateOnly)] = ""
	}
	for file, have := range map[string]map[string]string{"categories.csv": categories, "indicators.csv": indicators, "holidays.csv": holidays} {
		f, err := os.Open(filepath.Join(dir, file))
		if err != nil {
			t.Skipf("the evaluation city is not here: %v", err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			want := strings.Join(row[1:], ",")
			if file == "categories.csv" {
				want = strings.Join(row[1:3], ",")
			}
			if got, ok := have[row[0]]; !ok || got != want {
				t.Errorf("%s %s: pack has %q, evaluation %q", file, row[0], got, want)
			}
		}
	}
}

func TestLoadFSNamesThePlace(t *testing.T) {
	t.Parallel()
	good := func() fstest.MapFS {
		fsys := fstest.MapFS{}
		for _, name := range []string{"city.json", "areas.csv", "population.csv", "offices.csv", "categories.csv", "indicators.csv", "thresholds.csv", "holidays.csv", "places.csv"} {
			raw, err := os.ReadFile(filepath.Join("samarinda", name))
			if err != nil {
				t.Fatal(err)
			}
			fsys[name] = &fstest.MapFile{Data: raw}
		}
		return fsys
	}
	if _, err := pack.LoadFS(good()); err != nil {
		t.Fatalf("a pack without outlines: %v", err)
	}
	for _, tc := range []struct{ file, from, to, want string }{
		{"areas.csv", "64.72.01.1002,", "64.71.01.1002,", "64.71.01.1002 is not in 64.72"},
		{"areas.csv", "64.72.01.1002,", "64.72.01.1001,", "twice"},
		{"areas.csv", ",kelurahan,Rawa", ",dusun,Rawa", "areas.csv, row"},
		{"categories.csv", ",DLH,3,", ",Dinas X,3,", "categories.csv, row 6, office"},
		{"thresholds.csv", "2022-03-21", "2022-03-32", "effective_on"},
		{"holidays.csv", ",cuti_bersama,", ",cuti,", "holidays.csv, row"},
		{"indicators.csv", ",city,last,", ",town,last,", "grain"},
		{"city.json", "Asia/Makassar", "Asia/Samarinda", "timezone"},
		{"places.csv", "64.72.05.1003", "64.72.05", "places.csv, row"},
	} {
		fsys := good()
		fsys[tc.file].Data = []byte(strings.Replace(string(fsys[tc.file].Data), tc.from, tc.to, 1))
		if _, err := pack.LoadFS(fsys); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s with %q: error %v, want %q in it", tc.file, tc.to, err, tc.want)
		}
	}
}
