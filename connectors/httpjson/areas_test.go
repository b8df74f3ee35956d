package httpjson

import (
	"strings"

	"github.com/paulmach/orb"

	"balaikota/backend/city"
)

// grid is a city of two kelurahan, west and east of 117.15.
type grid []city.Area

var testAreas = grid{
	{Code: "64.72", Level: city.Kota, Name: "Samarinda"},
	{Code: "64.72.08", Level: city.Kecamatan, Name: "Sungai Pinang", ParentCode: "64.72"},
	{Code: "64.72.09", Level: city.Kecamatan, Name: "Samarinda Kota", ParentCode: "64.72"},
	{Code: "64.72.08.1001", Level: city.Kelurahan, Name: "Temindung Permai", ParentCode: "64.72.08"},
	{Code: "64.72.09.1001", Level: city.Kelurahan, Name: "Karang Mumus", ParentCode: "64.72.09"},
}

func (grid) Locate(p orb.Point) (string, bool) {
	switch {
	case p[0] < 117 || p[0] > 117.3 || p[1] < -0.8 || p[1] > -0.3:
		return "", false
	case p[0] < 117.15:
		return "64.72.09.1001", true
	}
	return "64.72.08.1001", true
}

func (g grid) Find(name string) (out []string) {
	for _, a := range g {
		if strings.EqualFold(a.Name, name) {
			out = append(out, a.Code)
		}
	}
	return out
}

func (g grid) Area(code string) (city.Area, bool) {
	for _, a := range g {
		if a.Code == code {
			return a, true
		}
	}
	return city.Area{}, false
}

func (g grid) Areas(level city.Level) (out []city.Area) {
	for _, a := range g {
		if a.Level == level {
			out = append(out, a)
		}
	}
	return out
}

var testCategories = []city.Category{{Slug: "jalan-rusak"}, {Slug: "sampah"}}

var testIndicators = []city.Indicator{
	{Slug: "muka-air-benanga", Unit: "m", Grain: "city"}, {Slug: "curah-hujan", Unit: "mm", Grain: "district"},
	{Slug: "pm25", Unit: "µg/m³", Grain: "city"}, {Slug: "harga-beras", Unit: "Rp/kg", Grain: "city"},
	{Slug: "muka-air-mahakam", Unit: "m", Grain: "city"}, {Slug: "hujan-titik", Unit: "mm", Grain: "village"},
}
