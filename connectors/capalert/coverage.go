package capalert

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"

	"balaikota/backend/city"
)

// touchedShare is how much of a kelurahan must lie within a warning to count:
// senders' outlines and ours differ by slivers along every border.
const touchedShare = 0.1

// Covered returns the areas of the city that a warning is for: kelurahan, a
// kecamatan where all of its own are; whole is true when it is all of them.
// Shapes say it where there are any, names only where there are none, because
// areaDesc often names the whole province; everywhere is such a name, or "".
func Covered(index city.AreaIndex, w Warning, everywhere string) (codes []string, whole bool) {
	var hit map[string]bool
	if len(w.Shapes)+len(w.Circles) > 0 {
		hit = coveredByShape(index, w)
	} else {
		hit = coveredByName(index, w.Names, everywhere)
	}
	kelurahan := index.Areas(city.Kelurahan)
	if len(hit) > 0 && len(hit) == len(kelurahan) {
		return nil, true
	}
	for _, district := range index.Areas(city.Kecamatan) {
		var inside, own []string
		for _, a := range kelurahan {
			if !city.Within(a.Code, district.Code) {
				continue
			}
			own = append(own, a.Code)
			if hit[a.Code] {
				inside = append(inside, a.Code)
			}
		}
		if len(own) > 0 && len(inside) == len(own) {
			inside = []string{district.Code}
		}
		codes = append(codes, inside...)
	}
	slices.Sort(codes)
	return codes, false
}

func coveredByShape(index city.AreaIndex, w Warning) map[string]bool {
	hit := map[string]bool{}
	for _, a := range index.Areas(city.Kelurahan) {
		for _, p := range w.Shapes {
			if overlaps(a, p) {
				hit[a.Code] = true
				break
			}
		}
		for _, ci := range w.Circles {
			if geo.DistanceHaversine(a.Label, ci.Center) <= ci.Km*1000 {
				hit[a.Code] = true
			}
		}
	}
	for _, p := range w.Shapes { // a shape smaller than any kelurahan
		center, _ := planar.CentroidArea(p)
		if code, ok := index.Locate(center); ok && planar.PolygonContains(p, center) {
			hit[code] = true
		}
	}
	return hit
}

// gridSide is the side of the grid of sample points over a kelurahan; 12 by 12
// tells a tenth from a sliver.
const gridSide = 12

// overlaps reports whether at least a tenth of the area lies in the polygon,
// by samples; by its label point where the outline is not known.
func overlaps(a city.Area, p orb.Polygon) bool {
	if len(a.Outline) == 0 {
		return planar.PolygonContains(p, a.Label)
	}
	box := a.Outline.Bound()
	if !box.Intersects(p.Bound()) {
		return false
	}
	inArea, inBoth := 0, 0
	for i := range gridSide * gridSide {
		pt := orb.Point{
			box.Min[0] + (float64(i%gridSide)+0.5)*(box.Max[0]-box.Min[0])/gridSide,
			box.Min[1] + (float64(i/gridSide)+0.5)*(box.Max[1]-box.Min[1])/gridSide,
		}
		if !planar.MultiPolygonContains(a.Outline, pt) {
			continue
		}
		inArea++
		if planar.PolygonContains(p, pt) {
			inBoth++
		}
	}
	return inArea > 0 && float64(inBoth) >= touchedShare*float64(inArea)
}

func coveredByName(index city.AreaIndex, names []string, everywhere string) map[string]bool {
	hit := map[string]bool{}
	for _, text := range names {
		for _, name := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' }) {
			name = strings.TrimSpace(name)
			if everywhere != "" && strings.EqualFold(name, everywhere) {
				mark(index, hit, "")
				continue
			}
			if a, ok := index.Area(name); ok {
				mark(index, hit, a.Code)
				continue
			}
			// An ambiguous name warns all it may mean: a warning too many is
			// the lesser evil.
			for _, code := range index.Find(name) {
				mark(index, hit, code)
			}
		}
	}
	return hit
}

// mark adds all kelurahan of an area; "" is everywhere.
func mark(index city.AreaIndex, hit map[string]bool, code string) {
	for _, a := range index.Areas(city.Kelurahan) {
		if code == "" || city.Within(a.Code, code) {
			hit[a.Code] = true
		}
	}
}

// Geometry is the warning's shapes as GeoJSON, nil without any.
func Geometry(w Warning) json.RawMessage {
	if len(w.Shapes) == 0 {
		return nil
	}
	out, err := json.Marshal(geojson.NewGeometry(orb.MultiPolygon(w.Shapes)))
	if err != nil {
		return nil // finite coordinates always marshal; the shape is an extra
	}
	return out
}
