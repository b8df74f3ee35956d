package geo

import (
	"fmt"
	"slices"
	"strings"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
)

// Index holds a city's areas and answers questions about them. It never
// changes after New and may be used by any number of goroutines; when borders
// change, a new one takes its place.
type Index struct {
	areas   []city.Area // in code order
	byCode  map[string]int
	byLevel map[city.Level][]int
	finest  locator
	bound   orb.Bound
	names   nameBook
	drawn   map[city.Level][]byte
	tiles   tileCache
}

var _ city.AreaIndex = (*Index)(nil)

// New builds an index. Areas need a code and a name; those without outline
// are found by name only. Points are located in the areas of the finest level
// that has outlines (kelurahan).
func New(areas []city.Area) (*Index, error) {
	x := &Index{areas: slices.Clone(areas), byCode: map[string]int{}, byLevel: map[city.Level][]int{}, drawn: map[city.Level][]byte{}}
	slices.SortFunc(x.areas, func(a, b city.Area) int { return strings.Compare(a.Code, b.Code) })
	for i, a := range x.areas {
		if a.Code == "" || a.Name == "" {
			return nil, city.Errorf(city.Invalid, "area %d has no code or no name", i+1)
		}
		if _, twice := x.byCode[a.Code]; twice {
			return nil, city.Errorf(city.Invalid, "area %s is there twice", a.Code)
		}
		x.byCode[a.Code] = i
		x.byLevel[a.Level] = append(x.byLevel[a.Level], i)
	}
	for _, level := range []city.Level{city.Kelurahan, city.Kecamatan, city.Kota} {
		if x.finest = newLocator(x.Areas(level)); len(x.finest.shapes) > 0 {
			x.bound = x.finest.bound
			break
		}
	}
	for level := range x.byLevel {
		raw, err := draw(x.Areas(level))
		if err != nil {
			return nil, fmt.Errorf("drawing areas of level %s: %w", level, err)
		}
		x.drawn[level] = raw
	}
	x.names = newNameBook(x.areas)
	return x, nil
}

// Locate returns the code of the kelurahan that holds the point (lon, lat),
// and false when it lies in none. A point on a shared border belongs to
// exactly one of its sides, always the same.
func (x *Index) Locate(p orb.Point) (string, bool) { return x.finest.locate(p) }

// Area returns an area by its code.
func (x *Index) Area(code string) (city.Area, bool) {
	i, ok := x.byCode[code]
	if !ok {
		return city.Area{}, false
	}
	return x.areas[i], true
}

// Areas returns all areas of a level in code order.
func (x *Index) Areas(level city.Level) []city.Area {
	out := make([]city.Area, 0, len(x.byLevel[level]))
	for _, i := range x.byLevel[level] {
		out = append(out, x.areas[i])
	}
	return out
}

// Bound returns the box around all outlines; it is empty without outlines.
func (x *Index) Bound() orb.Bound { return x.bound }

// FeatureCollection returns the outlines of a level as GeoJSON with the
// properties code, name, parent_code, approximate and outline_source, and
// false when the index has no area of that level. Do not change the bytes.
func (x *Index) FeatureCollection(level city.Level) ([]byte, bool) {
	raw, ok := x.drawn[level]
	return raw, ok
}
