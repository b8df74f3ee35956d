package place_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/analysis/place"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

// around returns a point some metres east and north of another.
func around(p orb.Point, east, north float64) orb.Point {
	return orb.Point{p[0] + east/(111_195*math.Cos(p[1]*math.Pi/180)), p[1] + north/111_195}
}

func metres(a, b orb.Point) float64 {
	return math.Hypot((a[0]-b[0])*111_195*math.Cos(a[1]*math.Pi/180), (a[1]-b[1])*111_195)
}

func sample(text string, p orb.Point, area string) place.Sample {
	return place.Sample{Text: text, Lon: p[0], Lat: p[1], AreaCode: area, At: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
}

func find(t *testing.T, known []place.Known, key string) []place.Known {
	t.Helper()
	var out []place.Known
	for _, k := range known {
		if k.Key == key {
			out = append(out, k)
		}
	}
	return out
}

// TestLearnTellsPlacesOfOneNameApart: two mosques of one name, a street of two
// kilometres, a name seen twice only, and one wrong point.
func TestLearnTellsPlacesOfOneNameApart(t *testing.T) {
	t.Parallel()
	west, east := orb.Point{117.10, -0.50}, orb.Point{117.18, -0.47}
	var s []place.Sample
	for i := range 5 {
		s = append(s, sample("got mampet dekat masjid nurul iman", around(west, float64(10*i), 5), "64.72.06.1001"))
	}
	for i := range 4 {
		s = append(s, sample("lampu mati dpn Mesjid Nurul Iman", around(east, float64(-12*i), 9), "64.72.08.1002"))
	}
	s = append(s, sample("masjid nurul iman", orb.Point{117.14, -0.60}, "64.72.01.1001")) // one wrong point
	for i := range 21 {
		s = append(s, sample("jalan berlubang di jl. kapten soedjono", around(west, float64(100*i), 0), "64.72.06.1001"))
	}
	s = append(s, sample("jl sujono banjir", around(west, 950, 0), "64.72.06.1001"))
	s = append(s, sample("sampah di pasar rakyat baru", west, ""), sample("pasar rakyat baru bau", west, ""))
	known := place.Learn(samarinda(t), s)

	mosques := find(t, known, "masjid:nuruliman:")
	if len(mosques) != 2 || mosques[0].Seen != 5 || mosques[1].Seen != 4 || mosques[0].Of != 10 {
		t.Fatalf("mosques: %+v", mosques)
	}
	if mosques[0].AreaCode != "64.72.06.1001" || mosques[1].AreaCode != "64.72.08.1002" {
		t.Errorf("areas of the mosques: %s, %s", mosques[0].AreaCode, mosques[1].AreaCode)
	}
	if d := metres(*mosques[0].Point, around(west, 20, 5)); d > 60 || mosques[0].SpreadM > 120 {
		t.Errorf("the western mosque lies %.0f m off, spread %.0f m", d, mosques[0].SpreadM)
	}
	streets := find(t, known, "jalan:sujono:")
	if len(streets) != 1 || streets[0].Seen != 22 || streets[0].Name != "kapten soedjono" {
		t.Fatalf("streets: %+v", streets)
	}
	if d := metres(*streets[0].Point, around(west, 1000, 0)); d > 150 || streets[0].SpreadM < 900 || streets[0].SpreadM > 1300 {
		t.Errorf("the street's middle lies %.0f m off, half its length is %.0f m", d, streets[0].SpreadM)
	}
	if k := find(t, known, "pasar:rakyatbaru:"); len(k) != 0 {
		t.Errorf("two sightings are no place: %+v", k)
	}
	if !mosques[0].Last.Equal(s[0].At) {
		t.Errorf("newest sighting %s", mosques[0].Last)
	}
}

// TestLearnDoesNotDependOnOrder adds, merges and removes in many ways.
func TestLearnDoesNotDependOnOrder(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	var s []place.Sample
	for range 400 {
		p := orb.Point{117.1 + rng.Float64()/20, -0.5 + rng.Float64()/20}
		text := fmt.Sprintf("rusak di jl melati %d dekat masjid nurul %c rt %d", rng.IntN(4), 'a'+rng.IntN(3), rng.IntN(5))
		s = append(s, sample(text, p, fmt.Sprintf("64.72.06.100%d", rng.IntN(4))))
	}
	want := place.Learn(nil, s)
	if len(want) < 10 {
		t.Fatalf("only %d places were learned", len(want))
	}
	for round := range 5 {
		rng.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
		a, b := place.NewBook(nil), place.NewBook(nil)
		extra := sample("jl melati 1 dekat masjid nurul a", orb.Point{117.11, -0.49}, "64.72.06.1001")
		a.Add(extra)
		for i, one := range s {
			if i%3 == round%3 {
				b.Add(one)
			} else {
				a.Add(one)
			}
		}
		a.Remove(extra)
		b.Merge(a)
		if diff := cmp.Diff(want, b.Known()); diff != "" {
			t.Fatalf("round %d (-want +got):\n%s", round, diff)
		}
	}
}

// TestLearnRefusesImpossiblePoints: no coordinates teach nothing.
func TestLearnRefusesImpossiblePoints(t *testing.T) {
	t.Parallel()
	b := place.NewBook(nil)
	for _, p := range []orb.Point{{0, 0}, {math.NaN(), 1}, {1117, -0.5}, {117, math.Inf(1)}} {
		b.Add(sample("jl melati", p, ""))
	}
	if b.Names() != 0 {
		t.Errorf("%d names were learned from impossible points", b.Names())
	}
}

func TestLearnKeepsNoPersonsName(t *testing.T) {
	t.Parallel()
	var s []place.Sample
	for range 5 {
		s = append(s, sample("saya siti rahmah tetangga pak joko susilo, lampu mati di jl melati 2", orb.Point{117.1, -0.5}, ""))
	}
	for _, k := range place.Learn(samarinda(t), s) {
		if strings.Contains(k.Key, "siti") || strings.Contains(k.Key, "joko") || strings.Contains(k.Name, "joko") {
			t.Errorf("a person became a place: %+v", k)
		}
	}
}

// TestEstimateWeighsItsSources is a table of what reports say and what follows.
func TestEstimateWeighsItsSources(t *testing.T) {
	t.Parallel()
	areas := samarinda(t)
	spot := func(code string) *orb.Point { a, _ := areas.Area(code); p := a.Label; return &p }
	lempake, bugis, selili := "64.72.05.1003", "64.72.09.1004", "64.72.04.1001"
	mosque := around(*spot(lempake), 30, 30)
	g := place.NewGazetteer(areas, []place.Known{
		{Head: "masjid", Name: "nurul iman", Point: &mosque, SpreadM: 40, AreaCode: lempake, Seen: 9, Of: 9, Origin: place.Learned},
		{Head: "pasar", Name: "subuh", AreaCode: selili, Origin: "pack"},
	})
	for _, c := range []struct {
		name       string
		in         place.Input
		area, from string
		point      bool
		least      float64
		most       float64
		disagree   []string
		reason     string
	}{
		{"point alone", place.Input{Text: "gelap", Point: spot(bugis)}, bugis, place.FromPoint, true, 0.85, 0.95, nil, "Titik laporan berada di Kelurahan Bugis."},
		{"all agree", place.Input{Text: "kel lempake gelap", Point: spot(lempake), StatedArea: lempake}, lempake, place.FromPoint, true, 0.95, 1, nil, "sumber lain sepakat"},
		{"form wrong", place.Input{Text: "kel bugis gelap", Point: spot(bugis), StatedArea: selili}, bugis, place.FromPoint, true, 0.7, 0.95, []string{place.FromStated}, "tetapi isian menyebut Kelurahan Selili"},
		{"written from home", place.Input{Text: "masjid nurul iman kel lempake banjir", Point: spot(bugis), StatedArea: lempake}, lempake, place.FromLearned, true, 0.5, 0.95, []string{place.FromPoint}, "titiknya di Kelurahan Bugis"},
		{"known place", place.Input{Text: "got mampet dkt mesjid nurul iman"}, lempake, place.FromLearned, true, 0.7, 0.9, nil, "dikenal dari 9 laporan"},
		{"known place, misspelled", place.Input{Text: "got mampet dkt mesjid nurul imam"}, lempake, place.FromLearned, true, 0.5, 0.8, nil, "ejaan mirip"},
		{"known by area only", place.Input{Text: "pasar subuh kotor"}, selili, place.FromLearned, false, 0.4, 0.8, nil, "Kelurahan Selili"},
		{"text alone", place.Input{Text: "banjir di kelurahan selili"}, selili, place.FromText, false, 0.7, 0.9, nil, "Teks menyebut Kelurahan Selili."},
		{"form alone", place.Input{Text: "banjir", StatedArea: selili}, selili, place.FromStated, false, 0.5, 0.7, nil, "Isian laporan menyebut Kelurahan Selili."},
		{"ambiguous, settled by the form", place.Input{Text: "sempaja gelap", StatedArea: "64.72.05.1013"}, "64.72.05.1013", place.FromText, false, 0.5, 1, nil, "Sempaja Timur"},
		{"ambiguous", place.Input{Text: "sempaja gelap"}, "64.72.05", place.FromText, false, 0.3, 0.7, nil, "Samarinda Utara"},
		{"nothing", place.Input{Text: "tolong pak"}, "", "", false, 0, 0, nil, "tidak menyebut tempat"},
		{"outside the city", place.Input{Text: "gelap", Point: &orb.Point{106.8, -6.2}}, "", "", false, 0, 0, nil, "tidak menyebut tempat"},
	} {
		e := g.Estimate(c.in)
		var disagree []string
		for _, d := range e.Disagrees {
			disagree = append(disagree, d.From)
		}
		if e.AreaCode != c.area || e.From != c.from || (e.Point != nil) != c.point || !slices.Equal(disagree, c.disagree) {
			t.Errorf("%s: area %s from %s, point %v, disagrees %v", c.name, e.AreaCode, e.From, e.Point, disagree)
		}
		if e.Confidence < c.least || e.Confidence > c.most {
			t.Errorf("%s: confidence %.3f is not in %.2f–%.2f", c.name, e.Confidence, c.least, c.most)
		}
		if !strings.Contains(e.ReasonID, c.reason) || strings.Count(e.ReasonID, ".") < 1 || e.ReasonEN == "" {
			t.Errorf("%s: reason %q / %q", c.name, e.ReasonID, e.ReasonEN)
		}
		if c.area != "" && e.RadiusM <= 0 || e.Point == nil && c.area != "" && e.RadiusM < 200 {
			t.Errorf("%s: radius %.0f m", c.name, e.RadiusM)
		}
	}
}

// TestGazetteerKeepsAmbiguity: a name that several places have is no point
// until an area chooses.
func TestGazetteerKeepsAmbiguity(t *testing.T) {
	t.Parallel()
	a, b := orb.Point{117.10, -0.50}, orb.Point{117.18, -0.47}
	g := place.NewGazetteer(samarinda(t), []place.Known{
		{Head: "masjid", Name: "nurul iman", Point: &a, AreaCode: "64.72.06.1001", Seen: 5, Of: 10},
		{Head: "masjid", Name: "nurul iman", Point: &b, AreaCode: "64.72.08.1002", Seen: 5, Of: 10},
	})
	if r := g.Read("masjid nurul iman banjir", ""); r.Place != nil || len(r.Several) != 2 {
		t.Errorf("place %+v, several %d", r.Place, len(r.Several))
	}
	if r := g.Read("masjid nurul iman loa bakung banjir", ""); r.Place == nil || *r.Place.Point != a {
		t.Errorf("with the kelurahan named: %+v", r.Place)
	}
	if e := g.Estimate(place.Input{Text: "masjid nurul iman banjir", StatedArea: "64.72.08.1002"}); e.Point == nil || *e.Point != b {
		t.Errorf("with the kelurahan stated: %+v", e.Point)
	}
}

func BenchmarkRead(b *testing.B) {
	areas := samarinda(b)
	var known []place.Known
	for i := range 20_000 {
		p := orb.Point{117.1 + float64(i%200)/2000, -0.5 + float64(i/200)/2000}
		known = append(known, place.Known{Head: "jalan", Name: fmt.Sprintf("contoh %c%c %d", 'a'+i%26, 'a'+i/26%26, i%90), Point: &p, Seen: 3, Of: 3, AreaCode: "64.72.05.1003"})
	}
	g := place.NewGazetteer(areas, known)
	b.ReportAllocs()
	for b.Loop() {
		g.Estimate(place.Input{Text: "mohon perbaikan lampu di Jl. Contoh ab 14 dekat masjid nurul iman rt 5 kel lempake, sudah seminggu mati pak", StatedArea: "64.72.05.1003"})
	}
}

func BenchmarkBookAdd(b *testing.B) {
	book := place.NewBook(nil)
	rng := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, 500)
	for i := range texts {
		texts[i] = fmt.Sprintf("mohon perbaikan lampu di Jl. Contoh %c %d dekat masjid nurul %c rt %d", 'a'+rng.IntN(26), rng.IntN(9), 'a'+rng.IntN(26), rng.IntN(40))
	}
	b.ReportAllocs()
	for b.Loop() {
		book.Add(sample(texts[rng.IntN(len(texts))], orb.Point{117.1 + rng.Float64()/10, -0.5 + rng.Float64()/10}, "64.72.05.1003"))
	}
}

// BenchmarkLearnCity is the nightly task on 100,000 reports: 2,000 streets of
// nine numbers each and 600 landmarks all over the city.
func BenchmarkLearnCity(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	samples := make([]place.Sample, 100_000)
	for i := range samples {
		p := orb.Point{117.05 + rng.Float64()/5, -0.6 + rng.Float64()/5}
		text := fmt.Sprintf("mohon perbaikan lampu di Jl. Contoh%c%c %d dekat masjid nurul%d rt %d", 'a'+rng.IntN(26), 'a'+rng.IntN(26), rng.IntN(9), rng.IntN(600), rng.IntN(40))
		samples[i] = sample(text, p, fmt.Sprintf("64.72.05.%04d", 1001+rng.IntN(14)))
	}
	for b.Loop() {
		book := place.NewBook(nil)
		for _, s := range samples {
			book.Add(s)
		}
		b.ReportMetric(float64(len(book.Known())), "places")
		b.ReportMetric(float64(book.Names()), "names")
	}
}
