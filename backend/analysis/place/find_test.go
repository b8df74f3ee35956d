package place_test

import (
	"strings"
	"testing"

	"balaikota/backend/analysis/place"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

func aFinder(t testing.TB) *place.Finder {
	t.Helper()
	at := func(lon, lat float64) *orb.Point { return &orb.Point{lon, lat} }
	return place.NewFinder(samarinda(t), []place.Known{
		{Head: "jalan", Name: "gajah mada", Point: at(117.14, -0.50), AreaCode: "64.72.10.1003", Seen: 40, SpreadM: 700},
		{Key: "jalan:gajahmada:@64.72.10.1003", Head: "jalan", Name: "gajah mada", Point: at(117.14, -0.50), AreaCode: "64.72.10.1003", Seen: 12},
		{Head: "jalan", Name: "gajah", Point: at(117.15, -0.49), AreaCode: "64.72.03.1004", Seen: 90},
		{Head: "masjid", Name: "al huda", Point: at(117.16, -0.48), AreaCode: "64.72.05.1003", Seen: 5},
		{Head: "sd", Name: "024", Point: at(117.13, -0.47), AreaCode: "64.72.05.1003", Seen: 4},
		{Head: "jalan", Name: "tanpa titik", AreaCode: "64.72.05.1003", Seen: 9},
		{Key: "jalan:melati:@no:7", Head: "jalan", Name: "melati", Point: at(117.13, -0.47), Seen: 3},
		{Key: "rt:12@64.72.05.1003", Head: "rt", Name: "12", Point: at(117.13, -0.47), Seen: 3},
	})
}

func TestPlacesAreFoundAsOneTypes(t *testing.T) {
	t.Parallel()
	f := aFinder(t)
	names := func(search string) (out []string) {
		for _, p := range f.Find(search, 5) {
			out = append(out, p.Kind+" "+p.Name)
		}
		return out
	}
	for search, want := range map[string][]string{
		"gaj":              {"street Jalan Gajah", "street Jalan Gajah Mada"}, // more reports speak of the first
		"jl. gajah mada":   {"street Jalan Gajah Mada"},
		"Jln Gadjah Mada":  {"street Jalan Gajah Mada"}, // old spelling
		"mada":             {"street Jalan Gajah Mada"},
		"mesjid huda":      {"landmark Masjid Al Huda"},
		"sd 024":           {"landmark SD 024"},
		"lempake":          {"kelurahan Lempake"},
		"kel. air pu":      {"kelurahan Air Putih"},
		"samarinda ulu":    {"kecamatan Samarinda Ulu"},
		"rt 12":            nil,
		"melati":           nil, // a house is nobody's to look for
		"tanpa titik":      nil,
		"jalan":            nil,
		"":                 nil,
		"  .,- ":           nil,
		"gajah di mana ya": nil,
	} {
		if diff := cmp.Diff(want, names(search)); diff != "" {
			t.Errorf("%q: %s", search, diff)
		}
	}
	one := f.Find("gajah mada", 5)
	if len(one) != 1 || one[0].Seen != 40 || one[0].RadiusM != 700 || one[0].AreaCode != "64.72.10.1003" {
		t.Errorf("a street known under two keys: %+v", one)
	}
	if got := f.Find("a", 3); len(got) != 3 {
		t.Errorf("%d places, asked for 3", len(got))
	}
}

func FuzzFind(f *testing.F) {
	finder := aFinder(f)
	for _, s := range []string{"jl gajah", "…", "\x00\xff", strings.Repeat("a ", 500), "ＧＡＪＡＨ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, search string) {
		for _, p := range finder.Find(search, 8) {
			if p.Name == "" || p.Lon == 0 {
				t.Errorf("%q found %+v", search, p)
			}
		}
	})
}
