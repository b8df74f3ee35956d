package connectors

import (
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

func TestParseTimeReadsIndonesianDates(t *testing.T) {
	t.Parallel()
	jakarta := time.FixedZone("WIB", 7*3600)
	for _, tc := range []struct {
		text, layout string
		want         time.Time
	}{
		{"14 Agu 2026, 08:14:48 WIB", "2 Jan 2006, 15:04:05", time.Date(2026, 8, 14, 8, 14, 48, 0, jakarta)},
		{"14 Agustus 2026, 09:15 WITA", "2 January 2006, 15:04", time.Date(2026, 8, 14, 9, 15, 0, 0, wita)},
		{"Senin, 05 Mei 2025 07.30 WITA", "02 January 2006 15.04", time.Date(2025, 5, 5, 7, 30, 0, 0, wita)},
		{"Jumat, 1 Desember 2026", "2 January 2006", time.Date(2026, 12, 1, 0, 0, 0, 0, wita)},
		{"02 Okt 2026", "02 Jan 2006", time.Date(2026, 10, 2, 0, 0, 0, 0, wita)},
		{"17 Februari 2026", "2 January 2006", time.Date(2026, 2, 17, 0, 0, 0, 0, wita)},
		{"02-06-2026 09:00 WITA", "01-02-2006 15:04", time.Date(2026, 2, 6, 9, 0, 0, 0, wita)},
		{"2026-08-14T01:14:48+00:00", time.RFC3339, time.Date(2026, 8, 14, 1, 14, 48, 0, time.UTC)},
		{"Mon, 16 Feb 2026 22:50:00 +0700", time.RFC1123Z, time.Date(2026, 2, 16, 22, 50, 0, 0, jakarta)},
		{"1770343761093", "unix_ms", time.UnixMilli(1770343761093)},
		{"1770343761", "unix", time.Unix(1770343761, 0)},
	} {
		got, err := ParseTime(tc.text, wita, tc.layout)
		if err != nil || !got.Equal(tc.want) {
			t.Errorf("%q gives %v, %v; wants %v", tc.text, got, err, tc.want)
		}
	}
	for _, bad := range []string{"", "kemarin", "31 Feb 2026", "14 Agu 0026"} {
		if got, err := ParseTime(bad, wita, "2 Jan 2006"); err == nil {
			t.Errorf("%q gives %v", bad, got)
		}
	}
}

func TestParseNumberByStyle(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text, style string
		want        float64
	}{
		{"16,350", NumberEN, 16350}, {"1,234,567.5", NumberEN, 1234567.5}, {"16.350", NumberID, 16350},
		{"7,25", NumberID, 7.25}, {"-1.9", NumberPlain, -1.9}, {"1.234", NumberPlain, 1.234}, {"1e3", NumberPlain, 1000},
	} {
		if got, err := ParseNumber(tc.text, tc.style); err != nil || got != tc.want {
			t.Errorf("%q in %s gives %v, %v", tc.text, tc.style, got, err)
		}
	}
	for _, bad := range [][2]string{{"-", NumberEN}, {"16,35", NumberEN}, {"1.23", NumberID}, {"NaN", NumberPlain}, {"0x1p4", NumberPlain}, {"1e999", NumberPlain}, {"", NumberPlain}, {"7 m", NumberPlain}} {
		if got, err := ParseNumber(bad[0], bad[1]); err == nil {
			t.Errorf("%q in %s gives %v", bad[0], bad[1], got)
		}
	}
}

func TestParseSchedule(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"*/5 * * * *", "@every 30s", "@hourly", "CRON_TZ=Asia/Makassar 0 7 * * *"} {
		if _, err := ParseSchedule(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "TZ=0", "TZ=", "CRON_TZ=Asia/Makassar", "TZ=0 ", "* * * *", "@every 10ms", "@every -5s", "@every x", "0 0 30 2 *", "@reboot", "TZ=Nowhere * * * * *"} {
		_, err := ParseSchedule(bad)
		if city.CodeOf(err) != city.Invalid || !strings.Contains(err.Error(), "schedule") {
			t.Errorf("%q gives %v", bad, err)
		}
	}
	s, err := ParseSchedule("0 7 * * *")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Next(time.Date(2026, 11, 21, 10, 0, 0, 0, wita)); got.Hour() != 7 || got.Day() != 22 || got.Location() != wita {
		t.Errorf("seven in the morning is %v, not in the city's zone", got)
	}
}

func FuzzParseSchedule(f *testing.F) {
	for _, s := range []string{"TZ=0", "@every 5s", "*/5 * * * *", "CRON_TZ= * * * * *", "1-0 * * * *"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		schedule, err := ParseSchedule(s)
		if (schedule == nil) == (err == nil) {
			t.Errorf("%q gives %v and %v", s, schedule, err)
		}
	})
}

func FuzzParseTime(f *testing.F) {
	f.Add("14 Agu 2026, 08:14:48 WIB", "2 Jan 2006, 15:04:05")
	f.Add("Senin, 05 Mei 2025 07.30", "02 January 2006 15.04")
	f.Fuzz(func(t *testing.T, s, layout string) {
		if got, err := ParseTime(s, wita, layout, "unix", "unix_ms"); err == nil && (got.Year() < 1899 || got.Year() > 2201) {
			t.Errorf("%q gives the year %d", s, got.Year())
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	f.Add("16,350", NumberEN)
	f.Add("7,25", NumberID)
	f.Fuzz(func(t *testing.T, s, style string) {
		if x, err := ParseNumber(s, style); err == nil && x != x {
			t.Errorf("%q gives NaN", s)
		}
	})
}
