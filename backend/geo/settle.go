package geo

import (
	"slices"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
)

// Place says what a source's longitude and latitude mean: the point, the code
// of the kelurahan that holds it, and a flag when something had to be mended.
// A point that lies in the city only with its numbers exchanged is turned
// around (FlagSwappedPoint); one outside the city has no code
// (FlagOutsideCity).
func (x *Index) Place(lon, lat float64) (p orb.Point, code string, flag city.Flag) {
	p = orb.Point{lon, lat}
	if len(x.finest.shapes) == 0 {
		return p, "", "" // without borders nothing can be said
	}
	if code, ok := x.Locate(p); ok {
		return p, code, ""
	}
	turned := orb.Point{lat, lon}
	if code, ok := x.Locate(turned); ok {
		return turned, code, city.FlagSwappedPoint
	}
	return p, "", city.FlagOutsideCity
}

// Settle works out a report's place on its way in: it mends an exchanged
// point, sets ComputedArea and adds the quality flags about the place. What
// the citizen or officer stated stays as it was. Settling twice changes
// nothing.
func (x *Index) Settle(r *city.Report) {
	if r.Lon != nil && r.Lat != nil {
		p, code, flag := x.Place(*r.Lon, *r.Lat)
		if flag == city.FlagSwappedPoint {
			r.Lon, r.Lat = &p[0], &p[1]
		}
		r.ComputedArea = code
		addFlag(r, flag)
		if code != "" && r.StatedArea != "" && !city.Within(code, r.StatedArea) {
			addFlag(r, city.FlagAreaDiffers)
		}
	}
	if r.StatedArea == "" && r.ComputedArea == "" {
		addFlag(r, city.FlagNoPlace)
	}
}

func addFlag(r *city.Report, f city.Flag) {
	if f != "" && !slices.Contains(r.Flags, f) {
		r.Flags = append(r.Flags, f)
	}
}
