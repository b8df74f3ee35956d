package bmkg

import (
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"balaikota/backend/city"
)

// boxes is a city of four kelurahan in two kecamatan, each a box of 0.02
// degrees around its label point.
type boxes []city.Area

func testAreas() boxes {
	village := func(code, name string, lon, lat float64) city.Area {
		ring := orb.Bound{Min: orb.Point{lon - 0.01, lat - 0.01}, Max: orb.Point{lon + 0.01, lat + 0.01}}.ToRing()
		return city.Area{Code: code, Level: city.Kelurahan, Name: name, ParentCode: city.ParentCode(code), Label: orb.Point{lon, lat}, Outline: orb.MultiPolygon{{ring}}}
	}
	return boxes{
		{Code: "64.72", Level: city.Kota, Name: "Kota Samarinda", Label: orb.Point{117.15, -0.50}},
		{Code: "64.72.08", Level: city.Kecamatan, Name: "Sungai Pinang", ParentCode: "64.72"},
		{Code: "64.72.09", Level: city.Kecamatan, Name: "Samarinda Kota", ParentCode: "64.72"},
		village("64.72.08.1001", "Temindung Permai", 117.16, -0.47),
		village("64.72.08.1003", "Gunung Lingai", 117.18, -0.45),
		village("64.72.09.1001", "Karang Mumus", 117.155, -0.505),
		village("64.72.09.1004", "Bugis", 117.13, -0.50),
	}
}

func (b boxes) Locate(p orb.Point) (string, bool) {
	for _, a := range b {
		if planar.MultiPolygonContains(a.Outline, p) {
			return a.Code, true
		}
	}
	return "", false
}

func (b boxes) Find(name string) (out []string) {
	for _, a := range b {
		if strings.EqualFold(strings.TrimPrefix(a.Name, "Kota "), strings.TrimSpace(name)) {
			out = append(out, a.Code)
		}
	}
	return out
}

func (b boxes) Area(code string) (city.Area, bool) {
	for _, a := range b {
		if a.Code == code {
			return a, true
		}
	}
	return city.Area{}, false
}

func (b boxes) Areas(level city.Level) (out []city.Area) {
	for _, a := range b {
		if a.Level == level {
			out = append(out, a)
		}
	}
	return out
}
