package city_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

func TestFiguresAreWrittenAsIndonesiansDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v        float64
		decimals int
		unit     string
		want     string
	}{
		{1482, 0, "laporan", "1.482 laporan"}, {12.5, 1, "%", "12,5 %"}, {0, 0, "laporan", "0 laporan"}, {-0.04, 1, "%", "0,0 %"},
		{15092, 0, "Rp/kg", "Rp 15.092/kg"}, {1.2e9, 0, "Rp", "Rp 1,2 miliar"}, {3.454e12, 0, "Rp", "Rp 3,45 triliun"}, {2.5e8, 0, "Rp", "Rp 250 juta"},
		{999_999, 0, "Rp", "Rp 999.999"}, {999_999_999, 0, "Rp", "Rp 1 miliar"}, {1.2e6, 0, "Rp/bulan", "Rp 1.200.000/bulan"}, {-2.5e8, 0, "Rp", "-Rp 250 juta"},
		{-1500, 0, "Rp", "-Rp 1.500"}, {8.1, 2, "m", "8,10 m"}, {12.25, 1, "jam", "12,3 jam"}, {-12.25, 1, "", "-12,3"}, {1.005, 2, "", "1,01"}, {2.675, 2, "", "2,68"},
		{0.125, -1, "", "0,125"}, {1500, -1, "", "1.500"}, {7, 3, "hari", "7,000 hari"}, {math.NaN(), 1, "m", "– m"}, {27.93, 2, "km/jam", "27,93 km/jam"},
		{1e21, 0, "", "1.000.000.000.000.000.000.000"}, {0.49999999, 0, "", "0"},
	} {
		if got := city.FormatValue(c.v, c.decimals, c.unit); got != c.want {
			t.Errorf("%g, %d, %q: %q, want %q", c.v, c.decimals, c.unit, got, c.want)
		}
	}
}

func FuzzFormatNumber(f *testing.F) {
	f.Add(1482.5, 1)
	f.Add(-0.04, 1)
	f.Add(1e300, 20)
	f.Fuzz(func(t *testing.T, v float64, decimals int) {
		got := city.FormatNumber(v, decimals)
		if got == "" || strings.HasPrefix(got, ",") || strings.Trim(got, "-0123456789.,–") != "" {
			t.Errorf("%g, %d: %q", v, decimals, got)
		}
		city.FormatValue(v, decimals, "Rp")
	})
}

func TestMomentsAreWrittenInTheCitysZone(t *testing.T) {
	t.Parallel()
	wita := zoneOf(t, "Asia/Makassar")
	at := time.Date(2026, 6, 17, 12, 0, 0, 0, time.UTC)
	if got := city.FormatMoment(at, wita, "WITA"); got != "Rabu, 17 Juni 2026 20.00 WITA" {
		t.Error(got)
	}
	if got := city.FormatDay(at.Add(5*time.Hour), wita); got != "18 Juni 2026" {
		t.Error(got)
	}
}
