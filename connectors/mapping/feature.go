package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"
)

// Feature makes a record of a feature of a map: its id, its properties, and as
// lon and lat its point or the middle of its shape, in degrees (WGS 84). A
// feature without a place has neither.
func Feature(id any, properties map[string]any, shape orb.Geometry) map[string]any {
	if properties == nil {
		properties = map[string]any{}
	}
	record := map[string]any{"id": id, "properties": properties}
	if shape == nil {
		return record
	}
	middle, ok := shape.(orb.Point)
	if !ok {
		middle, _ = planar.CentroidArea(shape)
	}
	if finite(middle[0]) && finite(middle[1]) {
		record["lon"], record["lat"] = middle[0], middle[1]
	}
	return record
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Features are those of a GeoJSON collection (RFC 7946), as records. Each is
// decoded by itself: one with a broken geometry is a record without a place.
// swap is for answers whose coordinates are lat, lon.
func Features(raw []json.RawMessage, swap bool) ([]any, error) {
	out := make([]any, 0, len(raw))
	for i, text := range raw {
		var f struct {
			ID         any             `json:"id"`
			Properties map[string]any  `json:"properties"`
			Geometry   json.RawMessage `json:"geometry"`
		}
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		if err := dec.Decode(&f); err != nil {
			return nil, fmt.Errorf("feature %d: %w", i+1, err)
		}
		out = append(out, Feature(f.ID, f.Properties, shapeOf(f.Geometry, swap)))
	}
	return out, nil
}

func shapeOf(raw json.RawMessage, swap bool) orb.Geometry {
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return nil
	}
	g, err := geojson.UnmarshalGeometry(raw)
	if err != nil {
		return nil
	}
	shape := g.Geometry()
	if !whole(shape) {
		return nil
	}
	if swap {
		shape = Turn(shape)
	}
	return shape
}

// whole reports whether a shape has points at all: empty ones are legal, and
// have no middle.
func whole(shape orb.Geometry) bool {
	if shape == nil {
		return false
	}
	empty := true
	each(shape, func(orb.Point) { empty = false })
	return !empty
}

// Turn exchanges the coordinates of every point.
func Turn(shape orb.Geometry) orb.Geometry {
	return change(shape, func(p orb.Point) orb.Point { return orb.Point{p[1], p[0]} })
}

// FromMercator turns metres of Web Mercator (EPSG:3857, esri's 102100) into
// degrees.
func FromMercator(shape orb.Geometry) orb.Geometry {
	const radius = 6378137.0
	return change(shape, func(p orb.Point) orb.Point {
		return orb.Point{p[0] / radius * 180 / math.Pi, (2*math.Atan(math.Exp(p[1]/radius)) - math.Pi/2) * 180 / math.Pi}
	})
}

func each(shape orb.Geometry, see func(orb.Point)) {
	change(shape, func(p orb.Point) orb.Point { see(p); return p })
}

// change returns the shape with every point changed.
func change(shape orb.Geometry, to func(orb.Point) orb.Point) orb.Geometry {
	line := func(in []orb.Point) []orb.Point {
		out := make([]orb.Point, len(in))
		for i, p := range in {
			out[i] = to(p)
		}
		return out
	}
	polygon := func(in orb.Polygon) orb.Polygon {
		out := make(orb.Polygon, len(in))
		for i, ring := range in {
			out[i] = line(ring)
		}
		return out
	}
	switch g := shape.(type) {
	case orb.Point:
		return to(g)
	case orb.MultiPoint:
		return orb.MultiPoint(line(g))
	case orb.LineString:
		return orb.LineString(line(g))
	case orb.MultiLineString:
		out := make(orb.MultiLineString, len(g))
		for i, l := range g {
			out[i] = line(l)
		}
		return out
	case orb.Polygon:
		return polygon(g)
	case orb.MultiPolygon:
		out := make(orb.MultiPolygon, len(g))
		for i, p := range g {
			out[i] = polygon(p)
		}
		return out
	case orb.Collection:
		out := make(orb.Collection, len(g))
		for i, inner := range g {
			out[i] = change(inner, to)
		}
		return out
	}
	return shape
}
