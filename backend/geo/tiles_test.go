package geo_test

import (
	"bytes"
	"math"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/geo"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"
)

func TestAreaTile(t *testing.T) {
	t.Parallel()
	x := index(t, areas(t))
	p := orb.Point{117.1466, -0.4667} // Gunung Kelua
	for z := uint32(8); z <= geo.MaxZoom; z++ {
		tile := maptile.At(p, maptile.Zoom(z))
		raw, err := x.AreaTile(city.Kelurahan, z, tile.X, tile.Y)
		if err != nil {
			t.Fatal(err)
		}
		layers, err := mvt.Unmarshal(raw)
		if err != nil || len(layers) != 1 || layers[0].Name != "areas" {
			t.Fatalf("zoom %d: %v, %d layers", z, err, len(layers))
		}
		layers.ProjectToWGS84(tile)
		found := false
		for _, f := range layers[0].Features {
			g := f.Geometry
			if m, ok := g.(orb.MultiPolygon); ok && len(m) == 1 {
				g = m[0]
			}
			if _, ok := g.(orb.LineString); ok {
				t.Errorf("zoom %d: %v is no polygon", z, f.Properties)
			}
			found = found || f.Properties["code"] == "64.72.03.1008" && f.Properties["name"] == "Gunung Kelua" && f.Properties["approximate"] == true
		}
		if !found && z > 9 {
			t.Errorf("zoom %d: Gunung Kelua is not in its own tile", z)
		}
		again, _ := x.AreaTile(city.Kelurahan, z, tile.X, tile.Y)
		if !bytes.Equal(raw, again) {
			t.Errorf("zoom %d: the same tile differs", z)
		}
	}
	if raw, err := x.AreaTile(city.Kelurahan, 12, 0, 0); err != nil || len(raw) != 0 {
		t.Errorf("a tile far away has %d bytes, %v", len(raw), err)
	}
	for _, bad := range [][3]uint32{{geo.MaxZoom + 1, 0, 0}, {3, 8, 0}, {3, 0, 8}, {math.MaxUint32, 1, 1}} {
		if _, err := x.AreaTile(city.Kelurahan, bad[0], bad[1], bad[2]); city.CodeOf(err) != city.Invalid {
			t.Errorf("tile %v: %v", bad, err)
		}
	}
}

func TestPointTile(t *testing.T) {
	t.Parallel()
	center := orb.Point{117.1466, -0.4667}
	var points []orb.Point
	for i := range 1000 {
		points = append(points, orb.Point{center[0] + float64(i%40)*0.0005, center[1] + float64(i/40)*0.0005})
	}
	props := func(i int) map[string]any { return map[string]any{"id": int64(i), "category": "sampah"} }
	for _, z := range []uint32{10, 12, 13, 15} {
		tile := maptile.At(center, maptile.Zoom(z))
		bound, err := geo.TileBound(z, tile.X, tile.Y)
		if err != nil {
			t.Fatal(err)
		}
		inside := 0
		for _, p := range points {
			if bound.Contains(p) {
				inside++
			}
		}
		raw, err := geo.PointTile("reports", z, tile.X, tile.Y, points, props)
		if err != nil {
			t.Fatal(err)
		}
		layers, err := mvt.Unmarshal(raw)
		if err != nil || len(layers) != 1 {
			t.Fatalf("zoom %d: %v", z, err)
		}
		counted := 0
		for _, f := range layers[0].Features {
			switch n, cell := f.Properties["count"].(float64); {
			case cell != (z < geo.PointZoom):
				t.Fatalf("zoom %d: feature %v", z, f.Properties)
			case cell:
				counted += int(n)
			default:
				counted++
			}
		}
		if counted != inside || inside == 0 {
			t.Errorf("zoom %d counts %d points, want %d", z, counted, inside)
		}
		if z >= geo.PointZoom && layers[0].Features[0].ID == nil {
			t.Errorf("zoom %d: features have no id", z)
		}
	}
	if raw, err := geo.PointTile("reports", 10, 0, 0, points, props); err != nil || len(raw) != 0 {
		t.Errorf("a tile without points has %d bytes, %v", len(raw), err)
	}
}

func BenchmarkAreaTile(b *testing.B) {
	all := areas(b)
	tile := maptile.At(orb.Point{117.15, -0.49}, 12)
	for b.Loop() {
		x := index(b, all)
		if _, err := x.AreaTile(city.Kelurahan, 12, tile.X, tile.Y); err != nil {
			b.Fatal(err)
		}
	}
}
