package city

import (
	"strings"

	"github.com/paulmach/orb"
)

// Level is the administrative level of an Area.
type Level string

// Levels, from large to small. A province's cities sit above kota.
const (
	Provinsi  Level = "provinsi"
	Kota      Level = "kota"
	Kecamatan Level = "kecamatan"
	Kelurahan Level = "kelurahan"
)

// Area (wilayah) is one administrative area. Codes are Kemendagri codes with
// dots (64.72, 64.72.08, 64.72.08.1001); BPS codes have another order and are
// kept beside them, never derived.
type Area struct {
	Code       string
	BPSCode    string // empty when not known
	Level      Level
	Name       string
	ParentCode string // empty for the top area
	// Label is a point inside the area, WGS 84 lon/lat.
	Label orb.Point
	// AreaKm2 is the area in square kilometres, 0 when not known.
	AreaKm2 float64
	// Population and PopulationYear are 0 when not known.
	Population     int
	PopulationYear int
	// Outline is the border, WGS 84 lon/lat, outer rings counter-clockwise
	// (RFC 7946). Nil when not loaded.
	Outline orb.MultiPolygon
	// OutlineSource says whose border it is, for the map's footer.
	OutlineSource string
	// Approximate is true for outlines that Balaikota computed itself; every
	// screen that draws one says so.
	Approximate bool
	// Aliases are other spellings and old names people use for it.
	Aliases []string
}

// LevelOfCode returns the level a Kemendagri code stands for by its number of
// parts, and false if the code has no such form.
func LevelOfCode(code string) (Level, bool) {
	parts := strings.Split(code, ".")
	widths := []int{2, 2, 2, 4}
	if len(parts) > len(widths) {
		return "", false
	}
	for i, p := range parts {
		if len(p) != widths[i] || strings.Trim(p, "0123456789") != "" {
			return "", false
		}
	}
	return []Level{Provinsi, Kota, Kecamatan, Kelurahan}[len(parts)-1], true
}

// ParentCode returns the code of the area above, "" for a province.
func ParentCode(code string) string {
	i := strings.LastIndexByte(code, '.')
	if i < 0 {
		return ""
	}
	return code[:i]
}

// Within reports whether code is the area outer or lies in it.
func Within(code, outer string) bool {
	return outer != "" && strings.HasPrefix(code, outer) && (len(code) == len(outer) || code[len(outer)] == '.')
}

// AreaIndex answers which kelurahan a point lies in and which area a name
// means. backend/geo implements it.
type AreaIndex interface {
	// Locate returns the code of the kelurahan that holds the point (lon,
	// lat), and false when it lies in none.
	Locate(p orb.Point) (code string, ok bool)
	// Find returns the codes of the areas a person may mean by the name, best
	// first; several when the name is ambiguous; none when it is unknown.
	Find(name string) []string
	// Area returns an area by its code.
	Area(code string) (Area, bool)
	// Areas returns all areas of a level in code order.
	Areas(level Level) []Area
}
