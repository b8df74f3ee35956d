package pack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// loadOutlines gives the areas the outlines of outlines.geojson, which is
// ours and therefore marked approximate. A pack without the file has areas
// without outlines.
func loadOutlines(fsys fs.FS, c *City, source string) error {
	raw, err := fs.ReadFile(fsys, "outlines.geojson")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading outlines of the city pack: %w", err)
	}
	var fc geojson.FeatureCollection
	if err := json.Unmarshal(raw, &fc); err != nil {
		return fmt.Errorf("reading outlines.geojson: %w", err)
	}
	if source == "" {
		source = OutlineSource
	}
	for i, f := range fc.Features {
		code := f.Properties.MustString("code", "")
		a := c.area(code)
		if a == nil {
			return city.InvalidField(fmt.Sprintf("outlines.geojson, feature %d", i+1), "%q is no area of this city", code)
		}
		switch g := f.Geometry.(type) {
		case orb.Polygon:
			a.Outline = orb.MultiPolygon{g}
		case orb.MultiPolygon:
			a.Outline = g
		default:
			return city.InvalidField(fmt.Sprintf("outlines.geojson, feature %d", i+1), "%s has no polygon", code)
		}
		a.OutlineSource, a.Approximate = source, true
	}
	return nil
}
