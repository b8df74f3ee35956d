package connectors

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"balaikota/backend/city"
)

// twoAreas is a city of two kelurahan, one degree square each, side by side
// between lon 117 and 119, lat -1 and 0.
type twoAreas struct{}

var twoAreaList = []city.Area{
	{Code: "64.72", Level: city.Kota, Name: "Samarinda"},
	{Code: "64.72.08", Level: city.Kecamatan, Name: "Sungai Pinang", ParentCode: "64.72"},
	{Code: "64.72.08.1001", Level: city.Kelurahan, Name: "Temindung Permai", ParentCode: "64.72.08", Outline: square(117)},
	{Code: "64.72.09", Level: city.Kecamatan, Name: "Samarinda Kota", ParentCode: "64.72"},
	{Code: "64.72.09.1001", Level: city.Kelurahan, Name: "Karang Mumus", ParentCode: "64.72.09", Outline: square(118)},
}

func square(lon float64) orb.MultiPolygon {
	return orb.MultiPolygon{{orb.Bound{Min: orb.Point{lon, -1}, Max: orb.Point{lon + 1, 0}}.ToRing()}}
}

func (twoAreas) Locate(p orb.Point) (string, bool) {
	switch {
	case p[1] < -1 || p[1] > 0 || p[0] < 117 || p[0] > 119:
		return "", false
	case p[0] < 118:
		return "64.72.08.1001", true
	}
	return "64.72.09.1001", true
}

func (twoAreas) Find(name string) (out []string) {
	for _, a := range twoAreaList {
		if strings.EqualFold(a.Name, name) {
			out = append(out, a.Code)
		}
	}
	return out
}

func (twoAreas) Area(code string) (city.Area, bool) {
	for _, a := range twoAreaList {
		if a.Code == code {
			return a, true
		}
	}
	return city.Area{}, false
}

func (twoAreas) Areas(level city.Level) (out []city.Area) {
	for _, a := range twoAreaList {
		if a.Level == level {
			out = append(out, a)
		}
	}
	return out
}

var wita = time.FixedZone("WITA", 8*3600)

// testEnv is an environment at a fixed moment, 21 November 2026, 10:00 WITA.
func testEnv(t *testing.T) Env {
	t.Helper()
	return Env{
		HTTP: NewClient("balaikota-test", nil), Areas: twoAreas{}, Location: wita,
		Now: func() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, wita) },
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
}
