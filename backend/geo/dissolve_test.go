package geo_test

import (
	"math"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/geo"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

func TestAreaKm2(t *testing.T) {
	t.Parallel()
	// One degree by one degree at the equator: 12,308.8 km² on WGS 84
	// (110.574 km of meridian by 111.320 km of equator, less the taper).
	if got := geo.AreaKm2(square(117, 0, 1)); math.Abs(got-12308.8) > 1 {
		t.Errorf("degree square at the equator has %.1f km²", got)
	}
	hole := orb.MultiPolygon{{square(117, 0, 1)[0][0], {{117.2, 0.2}, {117.2, 0.4}, {117.4, 0.4}, {117.4, 0.2}, {117.2, 0.2}}}}
	if got, want := geo.AreaKm2(hole), geo.AreaKm2(square(117, 0, 1))-geo.AreaKm2(square(117.2, 0.2, 0.2)); math.Abs(got-want) > 1e-6 {
		t.Errorf("with a hole %.3f km², want %.3f", got, want)
	}
	if got := geo.AreaKm2(nil); got != 0 {
		t.Errorf("nothing has %f km²", got)
	}
}

func TestDissolve(t *testing.T) {
	t.Parallel()
	union := geo.Dissolve(square(117, 0, 1), square(118, 0, 1), square(117, 1, 1), square(118, 1, 1))
	if len(union) != 1 || len(union[0]) != 1 || !union[0][0].Closed() || union[0][0].Orientation() != orb.CCW {
		t.Fatalf("2 by 2 squares: %v", union)
	}
	if got, want := geo.AreaKm2(union), geo.AreaKm2(square(117, 0, 2)); math.Abs(got-want) > 1e-6 {
		t.Errorf("2 by 2 squares have %.3f km², want %.3f", got, want)
	}
	var ring []orb.MultiPolygon
	for x := range 3 {
		for y := range 3 {
			if x != 1 || y != 1 {
				ring = append(ring, square(117+float64(x), float64(y), 1))
			}
		}
	}
	if union = geo.Dissolve(ring...); len(union) != 1 || len(union[0]) != 2 || union[0][1].Orientation() != orb.CW {
		t.Errorf("eight squares around a hole: %d polygons, %v", len(union), union)
	}
	if union = geo.Dissolve(square(117, 0, 1), square(118, 1, 1)); len(union) != 2 {
		t.Errorf("two squares that touch at a corner are %d polygons, want 2", len(union))
	}
	if union = geo.Dissolve(square(117, 0, 1), square(119, 1, 1)); len(union) != 2 {
		t.Errorf("two squares apart are %d polygons, want 2", len(union))
	}
	if union = geo.Dissolve(); union != nil {
		t.Errorf("nothing dissolves to %v", union)
	}
}

func TestDissolveParents(t *testing.T) {
	t.Parallel()
	got := geo.DissolveParents(board())
	for i, a := range got {
		if a.Level == city.Kelurahan {
			continue
		}
		if len(a.Outline) != 1 || a.OutlineSource != "uji" || a.AreaKm2 <= 0 || !planar.MultiPolygonContains(a.Outline, a.Label) {
			t.Errorf("%s: %+v", a.Code, got[i])
		}
	}
	partly := board()
	partly[3].Outline = nil
	got = geo.DissolveParents(partly)
	if got[0].Outline != nil || got[1].Outline != nil || got[2].Outline == nil {
		t.Error("only the kecamatan that is whole may get an outline")
	}
}

func TestLabelPoint(t *testing.T) {
	t.Parallel()
	// A horseshoe: its centre of gravity lies outside of it.
	shoe := orb.MultiPolygon{{{{0, 0}, {9, 0}, {9, 9}, {6, 9}, {6, 3}, {3, 3}, {3, 9}, {0, 9}, {0, 0}}}}
	p := geo.LabelPoint(shoe)
	if !planar.MultiPolygonContains(shoe, p) {
		t.Fatalf("%v lies outside", p)
	}
	if planar.DistanceFrom(orb.LineString(shoe[0][0]), p) < 1.45 {
		t.Errorf("%v is nearer to the border than the best point, 1.5 and more", p)
	}
	for name, m := range map[string]orb.MultiPolygon{"nothing": nil, "a line": {{{{0, 0}, {1, 0}, {0, 0}, {0, 0}}}}, "long": {{{{0, 0}, {1000, 0}, {1000, 1e-9}, {0, 1e-9}, {0, 0}}}}} {
		if p := geo.LabelPoint(m); math.IsNaN(p[0]) || math.IsNaN(p[1]) {
			t.Errorf("%s: %v", name, p)
		}
	}
	thin := orb.MultiPolygon{{{{117, 0}, {118, 0.5}, {118, 0.5000002}, {117, 0.0000002}, {117, 0}}}}
	if p := geo.LabelPoint(thin); !planar.MultiPolygonContains(thin, p) {
		t.Errorf("label point %v of a thin strip lies outside", p)
	}
	for _, a := range areas(t) {
		if p := geo.LabelPoint(a.Outline); !planar.MultiPolygonContains(a.Outline, p) {
			t.Errorf("label point of %s lies outside", a.Name)
		}
	}
}
