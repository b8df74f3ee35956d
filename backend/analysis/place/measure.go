package place

import (
	"math"

	"github.com/paulmach/orb"
)

// metresPerDegree is a degree of latitude on the WGS 84 mean sphere.
const metresPerDegree = 111_195

// metres is the distance of two points: flat, which within a city of 50 km
// near the equator is wrong by less than a thousandth.
func metres(a, b orb.Point) float64 {
	dy := (a[1] - b[1]) * metresPerDegree
	dx := (a[0] - b[0]) * metresPerDegree * math.Cos((a[1]+b[1])/2*math.Pi/180)
	return math.Hypot(dx, dy)
}

// onMap reports whether lon and lat are a place on earth and not the (0, 0) of
// a telephone that knows none.
func onMap(lon, lat float64) bool {
	return !math.IsNaN(lon) && !math.IsNaN(lat) && math.Abs(lon) <= 180 && math.Abs(lat) <= 90 && (lon != 0 || lat != 0)
}
