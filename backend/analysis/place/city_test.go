package place

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/geo"
	"balaikota/backend/pack"

	"github.com/paulmach/orb"
)

const shared = "../../../../shared/"

func testAreas(t testing.TB) city.AreaIndex {
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

// sharedAreas are the official borders where they are at hand.
func sharedAreas(t testing.TB) city.AreaIndex {
	t.Helper()
	f, err := os.Open(shared + "data/geo/kelurahan.geojson")
	if err != nil {
		t.Skip("the shared borders are not here")
	}
	defer f.Close()
	areas, _, err := geo.ParseAreas(f, geo.ParseOptions{City: "64.72", NewCity: true, CityName: "Kota Samarinda"})
	if err != nil {
		t.Fatal(err)
	}
	x, err := geo.New(areas)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

type testReport struct {
	Sample
	stated   string
	hasPoint bool
}

func cityReports(t testing.TB) []testReport {
	t.Helper()
	f, err := os.Open(shared + "evaluation/city/reports.csv")
	if err != nil {
		t.Skip("the test city is not here")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []testReport
	for _, row := range rows[1:] {
		r := testReport{Sample: Sample{Text: row[3]}, stated: row[6]}
		r.At, _ = time.Parse(time.RFC3339, row[2])
		if row[4] != "" {
			r.hasPoint = true
			r.Lon, _ = strconv.ParseFloat(row[4], 64)
			r.Lat, _ = strconv.ParseFloat(row[5], 64)
		}
		out = append(out, r)
	}
	return out
}

// TestTextAgreesWithCoordinates learns the test city's place names, and asks of
// each report with coordinates where its text alone says it is, the report
// itself left out of what was learned.
func TestTextAgreesWithCoordinates(t *testing.T) {
	t.Parallel()
	areas, reports := sharedAreas(t), cityReports(t)
	book := NewBook(areas)
	for i := range reports {
		if reports[i].hasPoint {
			reports[i].AreaCode, _ = areas.Locate(orb.Point{reports[i].Lon, reports[i].Lat})
			book.Add(reports[i].Sample)
		}
	}
	g := newGazetteer(areas, book.Lookup)
	for _, withArea := range []bool{false, true} {
		var errors, radii []float64
		bands := map[int]*tally{}
		asked, within, areaSaid, areaRight, held := 0, 0, 0, 0, 0
		for _, r := range reports {
			if !r.hasPoint {
				continue
			}
			asked++
			in := Input{Text: r.Text}
			if withArea {
				in.StatedArea = r.stated
			}
			book.Remove(r.Sample)
			e := g.Estimate(in)
			book.Add(r.Sample)
			if e.AreaCode != "" && len(e.AreaCode) == len(r.AreaCode) {
				areaSaid++
				if e.AreaCode == r.AreaCode {
					areaRight++
				}
			}
			if e.Point == nil {
				continue
			}
			d := metres(*e.Point, orb.Point{r.Lon, r.Lat})
			band := bands[int(e.Confidence*5)]
			if band == nil {
				band = &tally{}
				bands[int(e.Confidence*5)] = band
			}
			band.got++
			if d <= max(250, e.RadiusM) {
				band.right++
			}
			errors, radii = append(errors, d), append(radii, e.RadiusM)
			if d <= 250 {
				within++
			}
			if d <= e.RadiusM {
				held++
			}
		}
		slices.Sort(errors)
		slices.Sort(radii)
		n := len(errors)
		t.Logf("stated area given %v: %d reports, point from the text for %d (%.3f); median error %.0f m, within 250 m %.3f, in its circle %.3f (median radius %.0f m); kelurahan for %d, right %.3f",
			withArea, asked, n, ratio(n, asked), errors[n/2], ratio(within, n), ratio(held, n), radii[n/2], areaSaid, ratio(areaRight, areaSaid))
		if ratio(within, n) < 0.58 || ratio(held, n) < 0.65 || ratio(areaRight, areaSaid) < 0.75 {
			t.Errorf("places from the text got worse")
		}
		for b := range 6 {
			if x := bands[b]; x != nil {
				t.Logf("  confidence %.1f to %.1f: %d points, within 250 m or their circle %.3f", float64(b)/5, float64(b+1)/5, x.got, x.precision())
			}
		}
	}
}

// TestEveryFloodSpotIsFound reads the city's flood spots (streets, crossings,
// places) in three ways of writing.
func TestEveryFloodSpotIsFound(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(shared + "data/samarinda/flood_spots.geojson")
	if err != nil {
		t.Skip("the shared flood spots are not here")
	}
	var file struct {
		Features []struct {
			Properties struct {
				Name string `json:"name"`
				Code string `json:"kelurahan_code"`
			}
			Geometry struct{ Coordinates orb.Point }
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	var known []Known
	for _, f := range file.Features {
		k, ok := Named(f.Properties.Name)
		if !ok {
			t.Errorf("%s is not read as a place", f.Properties.Name)
			continue
		}
		k.Point, k.AreaCode, k.SpreadM, k.Origin = &f.Geometry.Coordinates, f.Properties.Code, 150, "officer"
		known = append(known, k)
	}
	g := NewGazetteer(testAreas(t), known)
	found, asked := 0, 0
	for _, f := range file.Features {
		name := f.Properties.Name
		for _, text := range []string{
			"Yth. Dinas terkait, mohon ditindaklanjuti genangan air di " + name + " sejak kemarin.",
			"min tlg " + strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(name, "Jl. ", "jln "), "Simpang", "simp")) + " banjir lg motor byk mogok",
			strings.ToUpper("pak di " + name + " air naik terus tolong"),
		} {
			asked++
			r := g.Read(text, "")
			if r.Place == nil || r.Place.Point == nil || metres(*r.Place.Point, f.Geometry.Coordinates) > 1 {
				t.Errorf("%q: place %+v of mentions %+v", text, r.Place, r.Mentions)
				continue
			}
			found++
		}
	}
	// Learned instead of given: three reports near each spot.
	var samples []Sample
	for _, f := range file.Features {
		for i := range 3 {
			at := f.Geometry.Coordinates
			samples = append(samples, Sample{Text: "genangan di " + f.Properties.Name, Lon: at[0] + float64(i-1)*2e-4, Lat: at[1], AreaCode: f.Properties.Code})
		}
	}
	g = NewGazetteer(testAreas(t), Learn(testAreas(t), samples))
	for _, f := range file.Features {
		r := g.Read("tlg pak "+strings.ToLower(f.Properties.Name)+" banjir lagi", "")
		if r.Place == nil || metres(*r.Place.Point, f.Geometry.Coordinates) > 60 {
			t.Errorf("%s was not learned: %+v", f.Properties.Name, r.Place)
		}
	}
	t.Logf("%d of %d sentences with the names of %d flood spots resolved to their points", found, asked, len(file.Features))
}

func TestAreasOfLabelledSentences(t *testing.T) {
	t.Parallel()
	g := NewGazetteer(testAreas(t), nil)
	exact, count := map[string]int{}, map[string]int{}
	of := map[string]*tally{"dev": {}, "held": {}, "fresh": {}}
	for _, l := range sentences(t) {
		got := g.Read(l.Text, "").Areas
		count[l.Half]++
		if slices.Equal(got, l.Areas) || len(got)+len(l.Areas) == 0 {
			exact[l.Half]++
		} else if l.Half != "fresh" {
			t.Logf("%q: areas %v, expected %v", l.Text, got, l.Areas)
		}
		s := of[l.Half]
		s.want, s.got = s.want+len(l.Areas), s.got+len(got)
		for _, c := range got {
			if slices.Contains(l.Areas, c) {
				s.right++
			}
		}
	}
	for _, half := range []string{"dev", "held", "fresh"} {
		s := of[half]
		t.Logf("%-4s area codes: precision %.3f, recall %.3f, F1 %.3f; sentences exactly right %d of %d", half, s.precision(), s.recall(), s.f1(), exact[half], count[half])
		if s.f1() < 0.92 {
			t.Errorf("%s: F1 of area codes fell to %.3f", half, s.f1())
		}
	}
}
