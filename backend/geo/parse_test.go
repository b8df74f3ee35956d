package geo_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/geo"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// feature writes a GeoJSON feature of a square of 0.01 degrees.
func feature(props string, lon, lat float64) string {
	ring, err := json.Marshal(square(lon, lat, 0.01)[0])
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`{"type":"Feature","properties":%s,"geometry":{"type":"Polygon","coordinates":%s}}`, props, ring)
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func parse(t testing.TB, text string, o geo.ParseOptions) ([]city.Area, []city.Refusal, error) {
	t.Helper()
	if o.City == "" {
		o.City = "64.72"
	}
	if o.Known == nil && !o.NewCity {
		o.Known = areas(t)
	}
	o.File = "batas.geojson"
	return geo.ParseAreas(strings.NewReader(text), o)
}

func byCode(a []city.Area, code string) city.Area {
	for _, x := range a {
		if x.Code == code {
			return x
		}
	}
	return city.Area{}
}

// TestParsePropertyNames: the same kelurahan under the names in use.
func TestParsePropertyNames(t *testing.T) {
	t.Parallel()
	for _, props := range []string{
		`{"KDEPUM":"64.72.03.1008","KDCPUM":"64.72.03","KDPKAB":"64.72","WADMKD":"Gunung Kelua","WADMKC":"Samarinda Ulu"}`,
		`{"kode":"6472031008","nama":"Gunung Kelua"}`,
		`{"kode":6472031008,"nama":"Gunung Kelua"}`,
		`{"code":"64.72.03.1008","name":"Gunung Kelua"}`,
		`{"Kode_Kelurahan":"64.72.03.1008"}`,
		`{"KODE_KEMENDAGRI":"64.72.03.1008","NAMOBJ":"GUNUNG KELUA"}`,
		`{"WADMKD":"Gunung Kelua","WADMKC":"Samarinda Ulu"}`,
		`{"DESA":"Gn. Kelua","KECAMATAN":"Samarinda Ulu"}`,
		`{"iddesa":"6472050006","nmdesa":"GUNUNG KELUA"}`,
		`{"code":"6472050006"}`,
		`{"kdepum":" 64.72.03.1008 ","kdcpum":null,"luas":3.1,"sah":true,"x":{"y":1}}`,
	} {
		got, refused, err := parse(t, collection(feature(props, 117.14, -0.47)), geo.ParseOptions{Source: "BIG 2022"})
		if err != nil || len(refused) != 0 {
			t.Errorf("%s: %v %v", props, err, refused)
			continue
		}
		a := byCode(got, "64.72.03.1008")
		if a.Approximate || a.OutlineSource != "BIG 2022" || a.Name != "Gunung Kelua" || a.BPSCode != "6472050006" || len(a.Aliases) == 0 {
			t.Errorf("%s: %+v", props, a)
		}
		if math.Abs(a.AreaKm2-1.231) > 0.001 || !planar.MultiPolygonContains(a.Outline, a.Label) {
			t.Errorf("%s: %.3f km², label %v", props, a.AreaKm2, a.Label)
		}
		if other := byCode(got, "64.72.03.1002"); !other.Approximate || len(got) != 70 {
			t.Errorf("%s: other areas changed", props)
		}
	}
	got, _, err := parse(t, collection(strings.Replace(feature(`{}`, 117.14, -0.47), `"properties"`, `"id":"64.72.03.1008","properties"`, 1)), geo.ParseOptions{})
	if err != nil || byCode(got, "64.72.03.1008").OutlineSource != "batas.geojson" {
		t.Errorf("code as id: %v", err)
	}
}

// TestParseRefuses: each bad feature is refused with its number and reason
// while the good one beside it is taken.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	with := func(kind, coordinates string) string {
		return `{"type":"Feature","properties":{"code":"64.72.03.1002","name":"Jawa"},"geometry":{"type":"` + kind + `","coordinates":` + coordinates + `}}`
	}
	for name, tc := range map[string]struct{ bad, want string }{
		"swapped":        {with("Polygon", `[[[-0.49,117.13],[-0.48,117.13],[-0.48,117.14],[-0.49,117.13]]]`), "latitude and longitude are swapped"},
		"metres":         {with("Polygon", `[[[515000,9945000],[516000,9945000],[516000,9946000],[515000,9945000]]]`), "metres (UTM"},
		"elsewhere":      {with("Polygon", `[[[4.8,52.3],[4.9,52.3],[4.9,52.4],[4.8,52.3]]]`), "outside of Indonesia"},
		"unclosed":       {with("Polygon", `[[[117.13,-0.49],[117.14,-0.49],[117.14,-0.48],[117.13,-0.48]]]`), "not closed"},
		"three points":   {with("Polygon", `[[[117.13,-0.49],[117.14,-0.49],[117.13,-0.49]]]`), "different points"},
		"same points":    {with("Polygon", `[[[117.13,-0.49],[117.13,-0.49],[117.13,-0.49],[117.13,-0.49]]]`), "different points"},
		"bow tie":        {with("Polygon", `[[[117.13,-0.49],[117.14,-0.48],[117.14,-0.49],[117.13,-0.48],[117.13,-0.49]]]`), "crosses itself"},
		"spike":          {with("Polygon", `[[[117.13,-0.49],[117.14,-0.49],[117.16,-0.49],[117.14,-0.49],[117.14,-0.48],[117.13,-0.49]]]`), "crosses itself"},
		"line":           {with("Polygon", `[[[117.13,-0.49],[117.14,-0.48],[117.15,-0.47],[117.13,-0.49]]]`), "crosses itself"},
		"empty ring":     {with("Polygon", `[[]]`), "empty"},
		"no rings":       {with("Polygon", `[]`), "no rings"},
		"no polygons":    {with("MultiPolygon", `[]`), "empty"},
		"one number":     {with("Polygon", `[[[117.13],[117.14,-0.49],[117.14,-0.48],[117.13]]]`), "1 numbers"},
		"flat":           {with("Polygon", `[117.13,-0.49]`), "not nested"},
		"text":           {with("Polygon", `"x"`), "not nested"},
		"point":          {with("Point", `[117.13,-0.49]`), `"Point"`},
		"hole outside":   {with("Polygon", `[[[117.13,-0.49],[117.14,-0.49],[117.14,-0.48],[117.13,-0.49]],[[117.2,-0.4],[117.21,-0.4],[117.21,-0.39],[117.2,-0.4]]]`), "ring 2: the hole lies outside"},
		"second polygon": {with("MultiPolygon", `[[[[117.13,-0.49],[117.14,-0.49],[117.14,-0.48],[117.13,-0.49]]],[[[117.13,-0.49],[117.14,-0.49],[117.14,-0.48]]]]`), "polygon 2: ring 1: it is not closed"},
		"null geometry":  {`{"type":"Feature","properties":{"code":"64.72.03.1002"},"geometry":null}`, "no geometry"},
		"no code":        {feature(`{"luas":"3"}`, 117.13, -0.49), "no code"},
		"null all":       {`null`, "no code"},
		"a number":       {`7`, "not a GeoJSON feature"},
		"unknown code":   {feature(`{"code":"64.72.03.1099"}`, 117.13, -0.49), "no area of this code is known"},
		"other city":     {feature(`{"code":"64.71.03.1002"}`, 117.13, -0.49), "belongs to 64.71"},
		"province":       {feature(`{"code":"64"}`, 117.13, -0.49), "a province"},
		"not a code":     {feature(`{"code":"Jawa-1"}`, 117.13, -0.49), "no Kemendagri code"},
		"bps unknown":    {feature(`{"code":"6472990006"}`, 117.13, -0.49), "no known BPS code"},
		"unknown name":   {feature(`{"WADMKD":"Entah","WADMKC":"Samarinda Ulu"}`, 117.13, -0.49), "no kelurahan of that name"},
		"twice":          {feature(`{"code":"64.72.03.1008"}`, 117.13, -0.49), "already used by feature 1"},
		"far away":       {feature(`{"code":"64.72.03.1002"}`, 118.13, -0.49), "far from Jawa"},
		"overlap":        {feature(`{"code":"64.72.03.1002"}`, 117.1401, -0.47), "overlaps 64.72.03.1008"},
	} {
		text := collection(feature(`{"code":"64.72.03.1008"}`, 117.14, -0.47), tc.bad)
		got, refused, err := parse(t, text, geo.ParseOptions{})
		if err != nil || byCode(got, "64.72.03.1008").Approximate {
			t.Errorf("%s: the good feature was lost: %v", name, err)
			continue
		}
		if len(refused) != 1 || !strings.Contains(refused[0].Reason, tc.want) || !strings.HasPrefix(refused[0].Place, "batas.geojson, feature 2") || refused[0].Kind != "areas" {
			t.Errorf("%s: refused %+v, want %q", name, refused, tc.want)
		}
	}
}

func TestParseRefusesFiles(t *testing.T) {
	t.Parallel()
	samarinda := feature(`{"code":"64.72.03.1008"}`, 117.14, -0.47)
	for name, tc := range map[string]struct{ text, want string }{
		"empty":         {``, "not a GeoJSON"},
		"csv":           {"code,name\n", "not a GeoJSON"},
		"zip":           {"PK\x03\x04aaaa", "not a GeoJSON"},
		"list":          {`[1,2]`, "not a GeoJSON"},
		"topology":      {`{"type":"Topology","objects":{}}`, "this is a Topology"},
		"no features":   {`{"type":"FeatureCollection"}`, "no list of features"},
		"features text": {`{"features":"x"}`, "not a list"},
		"none":          {collection(), "no feature in it"},
		"cut":           {collection(samarinda)[:200], "ends in the middle"},
		"broken":        {`{"type":"FeatureCollection","features":[{"a":}]}`, "JSON is broken"},
		"crs":           {`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32750"}},"features":[]}`, "not WGS 84"},
		"crs last":      {strings.TrimSuffix(collection(samarinda), "}") + `,"crs":{"properties":{"name":"EPSG:23836"}}}`, "not WGS 84"},
		"Balikpapan": {collection(feature(`{"KDEPUM":"64.71.01.1001","WADMKD":"Manggar","WADMKC":"Balikpapan Timur","WADMKK":"Kota Balikpapan"}`, 116.9, -1.2)),
			"the file holds Kota Balikpapan (64.71), not Kota Samarinda (64.72); to load it as a new city add --new-city 64.71"},
		"two others": {collection(feature(`{"KDEPUM":"64.71.01.1001"}`, 116.9, -1.2), feature(`{"KDEPUM":"64.74.01.1001"}`, 117.4, 0.1)), "2 other cities"},
		"all bad":    {collection(feature(`{"code":"64.72.03.1008"}`, -0.47, 117.14)), "none of 1 features can be taken; the first: batas.geojson, feature 1"},
	} {
		_, _, err := parse(t, tc.text, geo.ParseOptions{})
		if err == nil || city.CodeOf(err) != city.Invalid || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	if _, _, err := parse(t, collection(samarinda)+strings.Repeat(" ", 100), geo.ParseOptions{MaxBytes: 100}); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("too large: %v", err)
	}
	if _, _, err := parse(t, collection(samarinda), geo.ParseOptions{City: "64"}); city.CodeOf(err) != city.Invalid {
		t.Errorf("a province as city: %v", err)
	}
	withBOM := "\xef\xbb\xbf" + strings.Replace(collection(samarinda), "-0.47]", "-0.47,12.5]", 1)
	if _, refused, err := parse(t, withBOM, geo.ParseOptions{}); err != nil && len(refused) == 0 {
		t.Errorf("byte order mark: %v", err)
	}
}

func TestParseNewCity(t *testing.T) {
	t.Parallel()
	one := func(code, name, kec string, lon, lat float64) string {
		return feature(fmt.Sprintf(`{"KDEPUM":%q,"WADMKD":%q,"WADMKC":%q,"WADMKK":"Kota Balikpapan"}`, code, name, kec), lon, lat)
	}
	text := collection(
		one("64.71.01.1001", "MANGGAR", "Balikpapan Timur", 116.9, -1.2), one("64.71.01.1002", "Manggar Baru", "Balikpapan Timur", 116.91, -1.2),
		one("64.71.02.1001", "Kariangau", "Balikpapan Barat", 116.92, -1.2), one("64.72.03.1008", "Gunung Kelua", "Samarinda Ulu", 117.14, -0.47))
	got, refused, err := parse(t, text, geo.ParseOptions{City: "64.71", NewCity: true, Source: "BIG"})
	if err != nil || len(refused) != 1 || !strings.Contains(refused[0].Reason, "belongs to 64.72") {
		t.Fatalf("%v %v", err, refused)
	}
	var lines []string
	for _, a := range got {
		lines = append(lines, fmt.Sprintf("%s|%s|%s|%s|%.2f|%v", a.Code, a.Level, a.Name, a.ParentCode, a.AreaKm2, len(a.Outline) == 1 && !a.Approximate))
	}
	want := `64.71|kota|Kota Balikpapan||3.69|true
64.71.01|kecamatan|Balikpapan Timur|64.71|2.46|true
64.71.01.1001|kelurahan|Manggar|64.71.01|1.23|true
64.71.01.1002|kelurahan|Manggar Baru|64.71.01|1.23|true
64.71.02|kecamatan|Balikpapan Barat|64.71|1.23|true
64.71.02.1001|kelurahan|Kariangau|64.71.02|1.23|true`
	if s := strings.Join(lines, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	x := index(t, got)
	if code, _ := x.Locate(orb.Point{116.905, -1.195}); code != "64.71.01.1001" {
		t.Errorf("located %q", code)
	}
	nameless := collection(feature(`{"code":"64.71.01.1001","name":"Manggar"}`, 116.9, -1.2))
	if _, _, err := parse(t, nameless, geo.ParseOptions{City: "64.71", NewCity: true}); err == nil || !strings.Contains(err.Error(), "has no name in the file") {
		t.Errorf("no names above: %v", err)
	}
}

// TestParseOfficial reads the real borders: everything is taken, nothing is
// approximate after, and all outlines fit together.
func TestParseOfficial(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		file    string
		level   city.Level
		n       int
		cityKm2 float64
	}{
		{"kelurahan.geojson", city.Kelurahan, 59, 716.783},
		{"kelurahan_simplified.geojson", city.Kelurahan, 59, 716.78},
		{"kecamatan.geojson", city.Kecamatan, 10, 0},
		{"kota.geojson", city.Kota, 1, 716.783},
	} {
		raw := shared(t, "data", "geo", tc.file)
		start := time.Now()
		got, refused, err := geo.ParseAreas(strings.NewReader(string(raw)), geo.ParseOptions{Known: areas(t), City: "64.72", File: tc.file, Source: "BIG 2022"})
		took := time.Since(start)
		if err != nil || len(refused) != 0 || len(got) != 70 {
			t.Fatalf("%s: %v, refused %v, %d areas", tc.file, err, refused, len(got))
		}
		official := 0
		for _, a := range got {
			if a.Level == tc.level && !a.Approximate && a.OutlineSource == "BIG 2022" {
				official++
			}
			if !planar.MultiPolygonContains(a.Outline, a.Label) {
				t.Errorf("%s: label of %s lies outside", tc.file, a.Name)
			}
		}
		if official != tc.n {
			t.Errorf("%s: %d official outlines of level %s, want %d", tc.file, official, tc.level, tc.n)
		}
		if c := got[0]; tc.cityKm2 > 0 && (c.Approximate || len(c.Outline) != 1 || math.Abs(c.AreaKm2-tc.cityKm2) > 0.1) {
			t.Errorf("%s: the city has %.3f km² in %d pieces, approximate %v", tc.file, c.AreaKm2, len(c.Outline), c.Approximate)
		}
		t.Logf("%s: %d kB in %s", tc.file, len(raw)/1000, took.Round(time.Millisecond))
	}
}

// TestFloodSpots locates the 17 real flood spots by the official borders.
func TestFloodSpots(t *testing.T) {
	t.Parallel()
	borders := shared(t, "data", "geo", "kelurahan.geojson")
	got, _, err := geo.ParseAreas(strings.NewReader(string(borders)), geo.ParseOptions{Known: areas(t), City: "64.72"})
	if err != nil {
		t.Fatal(err)
	}
	x := index(t, got)
	var spots struct {
		Features []struct {
			Properties struct {
				Code string `json:"kelurahan_code"`
				Name string `json:"kelurahan"`
			}
			Geometry struct{ Coordinates orb.Point }
		}
	}
	if err := json.Unmarshal(shared(t, "data", "samarinda", "flood_spots.geojson"), &spots); err != nil {
		t.Fatal(err)
	}
	for _, s := range spots.Features {
		code, _ := x.Locate(s.Geometry.Coordinates)
		if code != s.Properties.Code {
			t.Errorf("%v lies in %s, want %s", s.Geometry.Coordinates, code, s.Properties.Code)
		}
		if found := x.Find(s.Properties.Name); len(found) == 0 {
			t.Errorf("%q is not found", s.Properties.Name)
		}
	}
	if len(spots.Features) < 10 {
		t.Errorf("only %d spots", len(spots.Features))
	}
}

func BenchmarkParseOfficial(b *testing.B) {
	raw := string(shared(b, "data", "geo", "kelurahan.geojson"))
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, _, err := geo.ParseAreas(strings.NewReader(raw), geo.ParseOptions{Known: areas(b), City: "64.72"}); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzParseAreas(f *testing.F) {
	known := board()
	f.Add(collection(feature(`{"code":"64.99.01.1001"}`, 117, -0.5)), false)
	f.Add(collection(feature(`{"KDEPUM":"64.99.03.1001","WADMKD":"A","WADMKC":"B","WADMKK":"C"}`, 117, -0.5)), true)
	f.Add(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"64.99.01.1001"},"geometry":{"type":"MultiPolygon","coordinates":[[[[117,0],[118,0],[118,1],[117,0]],[[117.5,0.2],[117.6,0.2],[117.6,0.3],[117.5,0.2]]]]}}]}`, false)
	f.Add(`{"features":[null,1,{}],"crs":null}`, true)
	f.Fuzz(func(t *testing.T, text string, fresh bool) {
		got, refused, err := geo.ParseAreas(strings.NewReader(text), geo.ParseOptions{Known: known, City: "64.99", NewCity: fresh})
		for _, r := range refused {
			if r.Reason == "" || r.Place == "" {
				t.Errorf("refusal without reason or place: %+v", r)
			}
		}
		if err != nil {
			return
		}
		x, err := geo.New(got)
		if err != nil {
			t.Fatalf("areas that were taken make no index: %v", err)
		}
		for _, a := range x.Areas(city.Kelurahan) {
			for _, p := range a.Outline {
				for _, r := range p {
					if len(r) < 4 || !r.Closed() {
						t.Errorf("a broken ring was taken: %v", r)
					}
				}
			}
		}
	})
}
