package geo

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Indonesia's box with some sea around it, degrees.
var indonesia = orb.Bound{Min: orb.Point{94, -12}, Max: orb.Point{142, 7}}

// decodeOutline reads a Polygon or MultiPolygon and checks it: WGS 84 degrees
// in Indonesia, closed rings of at least four points that do not cross
// themselves. The result is oriented as RFC 7946 wants; heights are dropped.
func decodeOutline(raw json.RawMessage) (orb.MultiPolygon, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, errors.New("it has no geometry")
	}
	var g struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if err := json.Unmarshal(raw, &g); err != nil {
		return nil, fmt.Errorf("its geometry is broken: %w", err)
	}
	var polygons [][][][]float64
	var err error
	switch g.Type {
	case "Polygon":
		polygons = make([][][][]float64, 1)
		err = json.Unmarshal(g.Coordinates, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &polygons)
	default:
		return nil, fmt.Errorf("its geometry is a %.40q, but a border is a Polygon or MultiPolygon", g.Type)
	}
	if err != nil || len(polygons) == 0 {
		return nil, errors.New("its coordinates are empty or not nested as its geometry type wants")
	}
	var m orb.MultiPolygon
	for i, rings := range polygons {
		p, err := polygon(rings)
		if err != nil {
			if len(polygons) > 1 {
				err = fmt.Errorf("polygon %d: %w", i+1, err)
			}
			return nil, err
		}
		m = append(m, p)
	}
	return m, nil
}

func polygon(rings [][][]float64) (orb.Polygon, error) {
	if len(rings) == 0 {
		return nil, errors.New("it has no rings")
	}
	var p orb.Polygon
	for i, coordinates := range rings {
		r, err := ring(coordinates)
		if err != nil {
			return nil, fmt.Errorf("ring %d: %w", i+1, err)
		}
		if (ringKm2(r) > 0) != (i == 0) {
			slices.Reverse(r)
		}
		if i > 0 {
			outer := newShape("", orb.MultiPolygon{{p[0]}})
			if !outer.contains(r[0]) && !outer.contains(midpoint(r)) {
				return nil, fmt.Errorf("ring %d: the hole lies outside of its polygon", i+1)
			}
		}
		p = append(p, r)
	}
	return p, nil
}

func ring(coordinates [][]float64) (orb.Ring, error) {
	var r orb.Ring
	for i, c := range coordinates {
		if len(c) < 2 {
			return nil, fmt.Errorf("point %d has %d numbers instead of two", i+1, len(c))
		}
		q := orb.Point{c[0], c[1]}
		if err := onMap(q); err != nil {
			return nil, fmt.Errorf("point %d: %w", i+1, err)
		}
		if len(r) == 0 || r[len(r)-1] != q {
			r = append(r, q)
		}
	}
	if len(coordinates) == 0 {
		return nil, errors.New("it is empty")
	}
	if r[0] != r[len(r)-1] {
		return nil, errors.New("it is not closed; its last point must be its first")
	}
	if len(r) < 4 {
		return nil, fmt.Errorf("it has %d different points; a border needs at least three", max(1, len(r)-1))
	}
	if at, crosses := crossing(r); crosses {
		return nil, fmt.Errorf("it crosses itself near %.6f, %.6f; repair the geometry", at[0], at[1])
	}
	if math.Abs(ringKm2(r)) < 1e-8 {
		return nil, errors.New("it has no area")
	}
	return r, nil
}

// onMap says what is wrong with a coordinate that is not WGS 84 lon, lat in
// Indonesia.
func onMap(p orb.Point) error {
	switch {
	case indonesia.Contains(p):
		return nil
	case indonesia.Contains(orb.Point{p[1], p[0]}):
		return fmt.Errorf("latitude and longitude are swapped (%g, %g); GeoJSON wants longitude first", p[0], p[1])
	case math.Abs(p[0]) > 180 || math.Abs(p[1]) > 180:
		return fmt.Errorf("%g, %g are metres (UTM or the like), not degrees; export the file again as WGS 84 (EPSG:4326)", p[0], p[1])
	default:
		return fmt.Errorf("%g, %g lies outside of Indonesia", p[0], p[1])
	}
}

// crossing finds a place where a ring crosses or doubles itself. Sides are
// swept from west to east, so that only neighbours are compared.
func crossing(r orb.Ring) (orb.Point, bool) {
	n := len(r) - 1
	type side struct {
		at       int
		min, max orb.Point
	}
	sides := make([]side, n)
	for i := range n {
		a, b := r[i], r[i+1]
		sides[i] = side{at: i, min: orb.Point{min(a[0], b[0]), min(a[1], b[1])}, max: orb.Point{max(a[0], b[0]), max(a[1], b[1])}}
	}
	slices.SortFunc(sides, func(a, b side) int {
		switch {
		case a.min[0] < b.min[0]:
			return -1
		case a.min[0] > b.min[0]:
			return 1
		}
		return a.at - b.at
	})
	var active []side
	for _, s := range sides {
		kept := active[:0]
		for _, o := range active {
			if o.max[0] < s.min[0] {
				continue
			}
			kept = append(kept, o)
			if o.max[1] < s.min[1] || s.max[1] < o.min[1] {
				continue
			}
			if cross(r[o.at], r[o.at+1], r[s.at], r[s.at+1]) {
				return r[s.at], true
			}
		}
		active = append(kept, s)
	}
	return orb.Point{}, false
}

// cross reports whether two sides cross in their insides or lie on one another
// for some length. Touching at a point is no crossing.
func cross(a, b, c, d orb.Point) bool {
	turn := func(p, q, r orb.Point) float64 {
		return (q[0]-p[0])*(r[1]-p[1]) - (q[1]-p[1])*(r[0]-p[0])
	}
	t1, t2, t3, t4 := turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
	if t1 == 0 && t2 == 0 {
		axis := 0
		if math.Abs(b[1]-a[1]) > math.Abs(b[0]-a[0]) {
			axis = 1
		}
		lo := max(min(a[axis], b[axis]), min(c[axis], d[axis]))
		hi := min(max(a[axis], b[axis]), max(c[axis], d[axis]))
		return lo < hi
	}
	return (t1 > 0) != (t2 > 0) && t1 != 0 && t2 != 0 && (t3 > 0) != (t4 > 0) && t3 != 0 && t4 != 0
}
