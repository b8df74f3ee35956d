package geo_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/geo"
	"balaikota/backend/pack"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"
)

var samarinda = sync.OnceValues(func() ([]city.Area, error) {
	c, err := pack.Load("samarinda")
	return c.Areas, err
})

func areas(t testing.TB) []city.Area {
	t.Helper()
	a, err := samarinda()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(a)
}

func index(t testing.TB, a []city.Area) *geo.Index {
	t.Helper()
	x, err := geo.New(a)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func shared(t testing.TB, parts ...string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "..", "shared"}, parts...)...))
	if err != nil {
		t.Skipf("the shared data is not here: %v", err)
	}
	return raw
}

func square(lon, lat, side float64) orb.MultiPolygon {
	return orb.MultiPolygon{{{{lon, lat}, {lon + side, lat}, {lon + side, lat + side}, {lon, lat + side}, {lon, lat}}}}
}

// step is a fraction that floating point holds exactly.
const step = 1.0 / 64

// board is four kelurahan in two kecamatan, squares that share borders.
func board() []city.Area {
	out := []city.Area{
		{Code: "64.99", Level: city.Kota, Name: "Kota Uji"},
		{Code: "64.99.01", Level: city.Kecamatan, Name: "Barat", ParentCode: "64.99"},
		{Code: "64.99.02", Level: city.Kecamatan, Name: "Timur", ParentCode: "64.99"},
	}
	for i, code := range []string{"64.99.01.1001", "64.99.01.1002", "64.99.02.1001", "64.99.02.1002"} {
		lon, lat := 117+float64(i/2)*step, -0.5+float64(i%2)*step
		out = append(out, city.Area{Code: code, Level: city.Kelurahan, Name: "Petak " + string(rune('A'+i)), ParentCode: code[:8], Outline: square(lon, lat, step), OutlineSource: "uji"})
	}
	return out
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, a := range map[string][]city.Area{
		"no code":  {{Name: "x"}},
		"no name":  {{Code: "64.72"}},
		"repeated": {{Code: "64.72", Name: "x"}, {Code: "64.72", Name: "y"}},
	} {
		if _, err := geo.New(a); city.CodeOf(err) != city.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	x, err := geo.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := x.Locate(orb.Point{117, 0}); ok || len(x.Find("Jawa")) > 0 || len(x.Areas(city.Kota)) > 0 {
		t.Error("an empty index found something")
	}
}

// TestLocateOnBorders: every point of the closed board except its north and
// east sides lies in exactly one square, also on corners and borders.
func TestLocateOnBorders(t *testing.T) {
	t.Parallel()
	x := index(t, board())
	for _, tc := range []struct {
		p    orb.Point
		want string
	}{
		{orb.Point{117 + step/2, -0.5 + step/2}, "64.99.01.1001"},
		{orb.Point{117, -0.5}, "64.99.01.1001"},
		{orb.Point{117 + step, -0.5}, "64.99.02.1001"},
		{orb.Point{117 + step, -0.5 + step/2}, "64.99.02.1001"},
		{orb.Point{117 + step, -0.5 + step}, "64.99.02.1002"},
		{orb.Point{117 + step/2, -0.5 + step}, "64.99.01.1002"},
		{orb.Point{117 + 2*step, -0.5 + step/2}, ""},
		{orb.Point{117 + step/2, -0.5 + 2*step}, ""},
		{orb.Point{117 + 3*step, -0.5 + step/2}, ""},
		{orb.Point{math.NaN(), -0.495}, ""},
		{orb.Point{math.Inf(1), math.Inf(-1)}, ""},
	} {
		if got, _ := x.Locate(tc.p); got != tc.want {
			t.Errorf("Locate(%v) = %q, want %q", tc.p, got, tc.want)
		}
	}
}

// TestLocateAgreesWithPlanar compares with orb's own test on random points,
// on the vertices' neighbourhood and on the pack's real shapes.
func TestLocateAgreesWithPlanar(t *testing.T) {
	t.Parallel()
	a := areas(t)
	x := index(t, a)
	r := rand.New(rand.NewPCG(1, 2))
	b := x.Bound()
	for range 3000 {
		p := orb.Point{b.Min[0] + r.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + r.Float64()*(b.Max[1]-b.Min[1])}
		want := ""
		for _, area := range a {
			if area.Level == city.Kelurahan && planar.MultiPolygonContains(area.Outline, p) {
				want = area.Code
			}
		}
		if got, _ := x.Locate(p); got != want {
			t.Fatalf("Locate(%v) = %q, want %q", p, got, want)
		}
	}
}

// TestLocateOnSharedSides: a point anywhere on a side that two kelurahan
// share lies in exactly one of them.
func TestLocateOnSharedSides(t *testing.T) {
	t.Parallel()
	a := areas(t)
	x := index(t, a)
	sides := map[[2]orb.Point]string{}
	each := func(f func(code string, p, q orb.Point)) {
		for _, area := range a {
			if area.Level == city.Kelurahan {
				ring := area.Outline[0][0]
				for i := 1; i < len(ring); i++ {
					f(area.Code, ring[i-1], ring[i])
				}
			}
		}
	}
	each(func(code string, p, q orb.Point) { sides[[2]orb.Point{p, q}] = code })
	shared := 0
	each(func(code string, p, q orb.Point) {
		other, ok := sides[[2]orb.Point{q, p}]
		if !ok {
			return
		}
		shared++
		for _, f := range []float64{0.1, 0.5, 0.77} {
			m := orb.Point{p[0] + f*(q[0]-p[0]), p[1] + f*(q[1]-p[1])}
			if got, _ := x.Locate(m); got != code && got != other {
				t.Errorf("%v on the side of %s and %s lies in %q", m, code, other, got)
			}
		}
	})
	if shared < 300 {
		t.Errorf("only %d shared sides were tried", shared)
	}
}

func TestPlaceAndSettle(t *testing.T) {
	t.Parallel()
	x := index(t, areas(t))
	if p, code, flag := x.Place(117.1466, -0.4667); code != "64.72.03.1008" || flag != "" || p != (orb.Point{117.1466, -0.4667}) {
		t.Errorf("plain point: %v %q %q", p, code, flag)
	}
	if p, code, flag := x.Place(-0.4667, 117.1466); code != "64.72.03.1008" || flag != city.FlagSwappedPoint || p != (orb.Point{117.1466, -0.4667}) {
		t.Errorf("swapped point: %v %q %q", p, code, flag)
	}
	if _, code, flag := x.Place(106.8, -6.2); code != "" || flag != city.FlagOutsideCity {
		t.Errorf("Jakarta: %q %q", code, flag)
	}
	if _, code, flag := index(t, []city.Area{{Code: "64.72", Name: "x"}}).Place(117, 0); code != "" || flag != "" {
		t.Errorf("without borders: %q %q", code, flag)
	}
	at := func(lon, lat float64) city.Report { return city.Report{Lon: &lon, Lat: &lat} }
	swapped := at(-0.4667, 117.1466)
	swapped.StatedArea = "64.72.09.1004"
	x.Settle(&swapped)
	x.Settle(&swapped)
	if *swapped.Lon != 117.1466 || swapped.ComputedArea != "64.72.03.1008" || !slices.Equal(swapped.Flags, []city.Flag{city.FlagSwappedPoint, city.FlagAreaDiffers}) {
		t.Errorf("swapped report: %v %q %v", *swapped.Lon, swapped.ComputedArea, swapped.Flags)
	}
	inKecamatan := at(117.1466, -0.4667)
	inKecamatan.StatedArea = "64.72.03"
	x.Settle(&inKecamatan)
	if len(inKecamatan.Flags) != 0 {
		t.Errorf("a point inside the stated kecamatan has flags %v", inKecamatan.Flags)
	}
	nowhere := city.Report{}
	x.Settle(&nowhere)
	if !slices.Equal(nowhere.Flags, []city.Flag{city.FlagNoPlace}) {
		t.Errorf("no place: %v", nowhere.Flags)
	}
}

func TestFeatureCollection(t *testing.T) {
	t.Parallel()
	x := index(t, areas(t))
	for level, want := range map[city.Level]int{city.Kelurahan: 59, city.Kecamatan: 10, city.Kota: 1} {
		raw, ok := x.FeatureCollection(level)
		fc, err := geojson.UnmarshalFeatureCollection(raw)
		if !ok || err != nil || len(fc.Features) != want {
			t.Fatalf("%s: %v, %v, %d features", level, ok, err, len(fc.Features))
		}
		p := fc.Features[0].Properties
		if p["approximate"] != true || p["outline_source"] != pack.OutlineSource || p["name"] == "" || p["code"] == "" {
			t.Errorf("%s: properties %v", level, p)
		}
	}
	if _, ok := x.FeatureCollection(city.Provinsi); ok {
		t.Error("a level without areas has a collection")
	}
	raw, _ := index(t, board()).FeatureCollection(city.Kecamatan)
	var empty struct{ Features []any }
	if err := json.Unmarshal(raw, &empty); err != nil || len(empty.Features) != 0 {
		t.Errorf("areas without outline: %s, %v", raw, err)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	x := index(t, areas(t))
	raw, err := os.ReadFile("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.SplitSeq(string(raw), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, codes, ok := strings.Cut(line, " => ")
		if !ok {
			name = strings.TrimSuffix(line, " =>")
		}
		var got []string
		for _, code := range x.Find(name) {
			a, _ := x.Area(code)
			short := map[city.Level]string{city.Kota: "kota", city.Kecamatan: "kec", city.Kelurahan: "kel"}[a.Level]
			got = append(got, short+" "+strings.TrimPrefix(a.Name, "Kota "))
		}
		if s := strings.Join(got, ", "); s != strings.TrimSpace(codes) {
			t.Errorf("Find(%q) = %s, want %s", name, s, codes)
		}
		n++
	}
	if n < 100 {
		t.Errorf("only %d names", n)
	}
	for _, code := range []string{"64.72.05.1002", "6472051002", " 6472060005 "} {
		if diff := cmp.Diff([]geo.Match{{Code: "64.72.05.1002", How: geo.ByCode}}, x.Matches(code)); diff != "" {
			t.Errorf("%q: %s", code, diff)
		}
	}
	if got := x.Find("64.71.01.1001"); len(got) != 0 {
		t.Errorf("a code of another city: %v", got)
	}
}

// TestFindEveryName: each area is found by its own name, by its name in other
// letters and joined, and by every alias, before anything else of its level.
func TestFindEveryName(t *testing.T) {
	t.Parallel()
	all := areas(t)
	x := index(t, all)
	rank := map[city.Level]string{city.Kota: "Kota ", city.Kecamatan: "Kec. ", city.Kelurahan: "Kelurahan "}
	for _, a := range all {
		bare := strings.TrimPrefix(a.Name, "Kota ")
		names := append([]string{bare, strings.ToUpper(bare), strings.ReplaceAll(strings.ToLower(bare), " ", ""), strings.ReplaceAll(bare, " ", "-")}, a.Aliases...)
		for _, name := range names {
			if got := x.Find(rank[a.Level] + name); len(got) != 1 || got[0] != a.Code {
				t.Errorf("Find(%q) = %v, want %s %s", rank[a.Level]+name, got, a.Code, a.Name)
			}
		}
	}
}

// TestFindWithOneLetterWrong: of every kelurahan name with one letter left
// out in the middle, the right area is the first or among the found.
func TestFindWithOneLetterWrong(t *testing.T) {
	t.Parallel()
	all := areas(t)
	x := index(t, all)
	tried, found := 0, 0
	for _, a := range all {
		if a.Level != city.Kelurahan || len(a.Name) < 7 {
			continue
		}
		for i := 1; i < len(a.Name)-1; i++ {
			tried++
			if slices.Contains(x.Find(a.Name[:i]+a.Name[i+1:]), a.Code) {
				found++
			}
		}
	}
	t.Logf("%d of %d names with a letter missing were found", found, tried)
	if found < tried*99/100 {
		t.Error("too few")
	}
}

func BenchmarkLocateApproximate(b *testing.B) { benchLocate(b, index(b, areas(b))) }

func BenchmarkLocateOfficial(b *testing.B) {
	got, _, err := geo.ParseAreas(strings.NewReader(string(shared(b, "data", "geo", "kelurahan.geojson"))), geo.ParseOptions{Known: areas(b), City: "64.72"})
	if err != nil {
		b.Fatal(err)
	}
	benchLocate(b, index(b, got))
}

func benchLocate(b *testing.B, x *geo.Index) {
	b.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	box := x.Bound()
	points := make([]orb.Point, 4096)
	for i := range points {
		points[i] = orb.Point{box.Min[0] + r.Float64()*(box.Max[0]-box.Min[0]), box.Min[1] + r.Float64()*(box.Max[1]-box.Min[1])}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		x.Locate(points[i%len(points)])
		i++
	}
}

func BenchmarkFind(b *testing.B) {
	x := index(b, areas(b))
	for _, name := range []string{"Kel. Sungai Pinang Dalam", "Sempaja", "sungai pinag dalm", "tidak dikenal sama sekali"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Find(name)
			}
		})
	}
}

func FuzzFind(f *testing.F) {
	x, err := geo.New(board())
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"Petak A", "Kel. Petak B, Kec. Barat", "64.99.01", "", "kota", "\xff", strings.Repeat("a", 500), "kec kec kec", "ﷺ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for _, code := range x.Find(name) {
			if _, ok := x.Area(code); !ok {
				t.Errorf("Find(%q) names %q, which is no area", name, code)
			}
		}
	})
}
