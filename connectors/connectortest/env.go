package connectortest

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// WITA is the zone of the city that cases play in.
var WITA = time.FixedZone("WITA", 8*3600)

// Moment is when cases play: Saturday, 21 November 2026, 14:30 WITA.
func Moment() time.Time { return time.Date(2026, 11, 21, 14, 30, 0, 0, WITA) }

// Env is what a connector gets in a case: a client without limits beyond its
// own, the areas, two categories, the indicators of Indicators, a clock that
// stands at now, and secrets whose value is "nilai-" and their reference.
func Env(t testing.TB, areas city.AreaIndex, now time.Time) connectors.Env {
	t.Helper()
	return connectors.Env{
		HTTP: connectors.NewClient("balaikota-test", nil), Areas: areas, Location: WITA,
		Categories: []city.Category{{Slug: "jalan-rusak"}, {Slug: "sampah"}}, Indicators: Indicators(),
		Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Secret: func(ref string) (string, error) { return "nilai-" + ref, nil },
	}
}

// Indicators are the declared indicators of the cases' city.
func Indicators() []city.Indicator {
	return []city.Indicator{
		{Slug: "muka-air-benanga", Unit: "m", Grain: "city"}, {Slug: "curah-hujan", Unit: "mm", Grain: "district"},
		{Slug: "pm25", Unit: "µg/m³", Grain: "city"}, {Slug: "harga-beras", Unit: "Rp/kg", Grain: "city"},
		{Slug: "muka-air-mahakam", Unit: "m", Grain: "city"}, {Slug: "hujan-titik", Unit: "mm", Grain: "village"},
	}
}

// Halves is a city of two kelurahan, west and east of 117.15° E, between
// 117° and 117.3° E, 0.8° and 0.3° S.
type Halves []city.Area

// TwoHalves is that city.
func TwoHalves() Halves {
	return Halves{
		{Code: "64.72", Level: city.Kota, Name: "Samarinda"},
		{Code: "64.72.08", Level: city.Kecamatan, Name: "Sungai Pinang", ParentCode: "64.72"},
		{Code: "64.72.09", Level: city.Kecamatan, Name: "Samarinda Kota", ParentCode: "64.72"},
		{Code: "64.72.08.1001", Level: city.Kelurahan, Name: "Temindung Permai", ParentCode: "64.72.08"},
		{Code: "64.72.09.1001", Level: city.Kelurahan, Name: "Karang Mumus", ParentCode: "64.72.09"},
	}
}

// Locate implements city.AreaIndex.
func (Halves) Locate(p orb.Point) (string, bool) {
	switch {
	case p[0] < 117 || p[0] > 117.3 || p[1] < -0.8 || p[1] > -0.3:
		return "", false
	case p[0] < 117.15:
		return "64.72.09.1001", true
	}
	return "64.72.08.1001", true
}

// Find implements city.AreaIndex: names without regard to case.
func (h Halves) Find(name string) (out []string) {
	for _, a := range h {
		if strings.EqualFold(a.Name, name) {
			out = append(out, a.Code)
		}
	}
	return out
}

// Area implements city.AreaIndex.
func (h Halves) Area(code string) (city.Area, bool) {
	for _, a := range h {
		if a.Code == code {
			return a, true
		}
	}
	return city.Area{}, false
}

// Areas implements city.AreaIndex.
func (h Halves) Areas(level city.Level) (out []city.Area) {
	for _, a := range h {
		if a.Level == level {
			out = append(out, a)
		}
	}
	return out
}

// Nowhere is a city without areas, for connectors that look none up.
type Nowhere struct{}

// Locate implements city.AreaIndex.
func (Nowhere) Locate(orb.Point) (string, bool) { return "", false }

// Find implements city.AreaIndex.
func (Nowhere) Find(string) []string { return nil }

// Area implements city.AreaIndex.
func (Nowhere) Area(string) (city.Area, bool) { return city.Area{}, false }

// Areas implements city.AreaIndex.
func (Nowhere) Areas(city.Level) []city.Area { return nil }
