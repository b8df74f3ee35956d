package place_test

import (
	"slices"
	"strings"
	"testing"

	"balaikota/backend/analysis/place"
	"balaikota/backend/geo"
	"balaikota/backend/pack"
)

func samarinda(t testing.TB) *geo.Index {
	t.Helper()
	c, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	x, err := geo.New(c.Areas)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestReadFindsTheAreas(t *testing.T) {
	t.Parallel()
	g := place.NewGazetteer(samarinda(t), nil)
	for text, want := range map[string][]string{
		"kel. karang mumus banjir":                   {"64.72.09.1001"},
		"klurahan sempaja seltan gelap":              {"64.72.05.1002"},
		"warga lempake":                              {"64.72.05.1003"},
		"orang jawa buka warung":                     nil,
		"Kel. Sambutan, Kec. Sambutan":               {"64.72.07.1002"},
		"kec. sungai pinang":                         {"64.72.08"},
		"kel sungai pinang, samarinda kota":          {"64.72.09.1005"},
		"mayat di sungai karang mumus":               nil,
		"jl pelita 4 gelap":                          nil,
		"LOA BAKUNG BANJIR":                          {"64.72.06.1001"},
		"Jl. Lempake Jaya":                           nil,
		"simpang sempaja macet, dari arah air putih": {"64.72.03.1004", "64.72.05.1002", "64.72.05.1010", "64.72.05.1012", "64.72.05.1013"},
		"jl milono bugis pju mati":                   {"64.72.09.1004"},
		"perum korpri loa bakung gelap":              {"64.72.06.1001"},
	} {
		got := g.Read(text, "").Areas
		if !slices.Equal(got, want) && !(len(got) == 0 && len(want) == 0) {
			t.Errorf("%q: areas %v, want %v", text, got, want)
		}
	}
}

// TestPackPlacesAreRead: every landmark that the pack gives is found under its
// own name, in sloppy writing too, and settles the kelurahan, never a point.
func TestPackPlacesAreRead(t *testing.T) {
	t.Parallel()
	c, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	var known []place.Known
	for _, p := range c.Places {
		known = append(known, place.Known{Head: p.Head, Name: p.Name, AreaCode: p.AreaCode, Origin: "pack"})
	}
	g := place.NewGazetteer(samarinda(t), known)
	for _, p := range c.Places {
		e := g.Estimate(place.Input{Text: "tlg pak got mampet dkt " + strings.ToLower(p.Head+" "+p.Name) + " bau"})
		if e.AreaCode != p.AreaCode || e.Point != nil || e.From != place.FromLearned {
			t.Errorf("%s %s: area %q from %q, point %v", p.Head, p.Name, e.AreaCode, e.From, e.Point)
		}
	}
}
