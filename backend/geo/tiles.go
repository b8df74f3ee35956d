package geo

import (
	"fmt"
	"sync"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/simplify"
)

// Limits of the tile pyramid.
const (
	// MaxZoom is the finest zoom that tiles are made for.
	MaxZoom = 18
	// PointZoom is the first zoom at which PointTile draws points; below it
	// draws counts by cell, because a tile of the whole city may hold a
	// hundred thousand points.
	PointZoom = 13
	// cellsPerSide is how many cells a tile of counts has along a side: 4
	// pixels of a 256-pixel tile each.
	cellsPerSide = 64
	keptTiles    = 8192
)

// TileBound returns the box of a tile in degrees, and an Invalid error when
// there is no such tile.
func TileBound(z, x, y uint32) (orb.Bound, error) {
	if z > MaxZoom || x >= 1<<z || y >= 1<<z {
		return orb.Bound{}, city.Errorf(city.Invalid, "there is no tile %d/%d/%d: zoom goes from 0 to %d, x and y below 2 to the zoom", z, x, y, MaxZoom)
	}
	return maptile.New(x, y, maptile.Zoom(z)).Bound(), nil
}

// tileCache keeps drawn tiles: borders change once a year.
type tileCache struct {
	mu   sync.RWMutex
	kept map[tileKey][]byte
}

type tileKey struct {
	level   city.Level
	z, x, y uint32
}

func (c *tileCache) get(k tileKey) ([]byte, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	raw, ok := c.kept[k]
	return raw, ok
}

func (c *tileCache) put(k tileKey, raw []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[tileKey][]byte{}
	}
	if len(c.kept) < keptTiles {
		c.kept[k] = raw
	}
}

// AreaTile returns the outlines of a level in one tile as a Mapbox vector
// tile with the layer "areas" and the properties code, name, parent_code and
// approximate. A tile without areas is empty. The bytes are kept and shared:
// do not change them.
func (x *Index) AreaTile(level city.Level, z, tx, ty uint32) ([]byte, error) {
	bound, err := TileBound(z, tx, ty)
	if err != nil {
		return nil, err
	}
	if x.bound.IsEmpty() || !bound.Intersects(x.bound.Pad(0.01)) {
		return nil, nil
	}
	key := tileKey{level, z, tx, ty}
	if raw, ok := x.tiles.get(key); ok {
		return raw, nil
	}
	reach := bound.Pad((bound.Max[0] - bound.Min[0]) / 8)
	fc := geojson.NewFeatureCollection()
	for _, a := range x.Areas(level) {
		if len(a.Outline) == 0 || !a.Outline.Bound().Intersects(reach) {
			continue
		}
		f := geojson.NewFeature(turned(a.Outline))
		f.Properties = geojson.Properties{"code": a.Code, "name": a.Name, "parent_code": a.ParentCode, "approximate": a.Approximate}
		fc.Append(f)
	}
	layer := mvt.NewLayer("areas", fc)
	layer.ProjectToTile(maptile.New(tx, ty, maptile.Zoom(z)))
	layer.Clip(mvt.MapboxGLDefaultExtentBound)
	layer.Simplify(simplify.DouglasPeucker(1))
	layer.RemoveEmpty(1, 1)
	raw, err := encode(layer)
	if err != nil {
		return nil, err
	}
	x.tiles.put(key, raw)
	return raw, nil
}

// turned copies an outline with its rings reversed: tiles count y downwards,
// and the vector tile specification (4.3.3.3) wants outer rings clockwise to
// the eye.
func turned(m orb.MultiPolygon) orb.MultiPolygon {
	m = m.Clone()
	for _, p := range m {
		for _, r := range p {
			r.Reverse()
		}
	}
	return m
}

// PointTile draws points (lon/lat) in one tile. From PointZoom on each is a
// feature with the properties that props gives for its index (an "id" of type
// int64 becomes the feature's id too); below, each cell of a 64 by 64 grid
// that holds points is one feature at their middle with the property count.
// Points outside the tile are left out.
func PointTile(layer string, z, tx, ty uint32, points []orb.Point, props func(i int) map[string]any) ([]byte, error) {
	bound, err := TileBound(z, tx, ty)
	if err != nil {
		return nil, err
	}
	fc := geojson.NewFeatureCollection()
	if z < PointZoom {
		addCells(fc, bound, points)
	} else {
		for i, p := range points {
			if !bound.Contains(p) {
				continue
			}
			f := geojson.NewFeature(p)
			if props != nil {
				f.Properties = props(i)
				if id, ok := f.Properties["id"].(int64); ok && id >= 0 {
					f.ID = uint64(id)
				}
			}
			fc.Append(f)
		}
	}
	l := mvt.NewLayer(layer, fc)
	l.ProjectToTile(maptile.New(tx, ty, maptile.Zoom(z)))
	return encode(l)
}

func addCells(fc *geojson.FeatureCollection, bound orb.Bound, points []orb.Point) {
	type cell struct {
		n        int
		lon, lat float64
	}
	cells := make([]cell, cellsPerSide*cellsPerSide)
	w, h := bound.Max[0]-bound.Min[0], bound.Max[1]-bound.Min[1]
	for _, p := range points {
		if !bound.Contains(p) {
			continue
		}
		cx := min(cellsPerSide-1, int((p[0]-bound.Min[0])/w*cellsPerSide))
		cy := min(cellsPerSide-1, int((p[1]-bound.Min[1])/h*cellsPerSide))
		c := &cells[cy*cellsPerSide+cx]
		c.n++
		c.lon += p[0]
		c.lat += p[1]
	}
	for _, c := range cells {
		if c.n > 0 {
			f := geojson.NewFeature(orb.Point{c.lon / float64(c.n), c.lat / float64(c.n)})
			f.Properties = geojson.Properties{"count": c.n}
			fc.Append(f)
		}
	}
}

func encode(l *mvt.Layer) ([]byte, error) {
	if len(l.Features) == 0 {
		return nil, nil
	}
	raw, err := mvt.Marshal(mvt.Layers{l})
	if err != nil {
		return nil, fmt.Errorf("encoding vector tile layer %s: %w", l.Name, err)
	}
	return raw, nil
}
