package city_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"balaikota/backend/city"
)

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("no time zones here: %v", err)
	}
	return z
}

// A Thursday.
const asked = "2026-06-18T20:00:00+08:00"

func TestPeriodsAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	wita := zoneOf(t, "Asia/Makassar")
	at, _ := time.Parse(time.RFC3339, asked)
	for _, c := range []struct{ name, from, to, written, before string }{
		{"hari_ini", "2026-06-18 00:00", "2026-06-18 20:00", "18 Juni 2026", "2026-06-17"},
		{"kemarin", "2026-06-17 00:00", "2026-06-18 00:00", "17 Juni 2026", "2026-06-16"},
		{"kemarin_dulu", "2026-06-16 00:00", "2026-06-17 00:00", "16 Juni 2026", "2026-06-15"},
		{"minggu_ini", "2026-06-15 00:00", "2026-06-18 20:00", "15–18 Juni 2026", "2026-06-08..2026-06-14"},
		{"minggu_lalu", "2026-06-08 00:00", "2026-06-15 00:00", "8–14 Juni 2026", "2026-06-01..2026-06-07"},
		{"bulan_ini", "2026-06-01 00:00", "2026-06-18 20:00", "1–18 Juni 2026", "2026-05"},
		{"bulan_lalu", "2026-05-01 00:00", "2026-06-01 00:00", "Mei 2026", "2026-04"},
		{"triwulan_ini", "2026-04-01 00:00", "2026-06-18 20:00", "1 April – 18 Juni 2026", "2026-T1"},
		{"triwulan_lalu", "2026-01-01 00:00", "2026-04-01 00:00", "Januari–Maret 2026", "2025-T4"},
		{"semester_ini", "2026-01-01 00:00", "2026-06-18 20:00", "1 Januari – 18 Juni 2026", "2025-S2"},
		{"semester_lalu", "2025-07-01 00:00", "2026-01-01 00:00", "Juli–Desember 2025", "2025-S1"},
		{"tahun_ini", "2026-01-01 00:00", "2026-06-18 20:00", "1 Januari – 18 Juni 2026", "2025"},
		{"tahun_lalu", "2025-01-01 00:00", "2026-01-01 00:00", "2025", "2024"},
		{"6_jam_terakhir", "2026-06-18 14:00", "2026-06-18 20:00", "18 Juni 2026 14.00–20.00", "2026-06-18T08:00:00..2026-06-18T14:00:00"},
		{"7_hari_terakhir", "2026-06-11 20:00", "2026-06-18 20:00", "11 Juni 20.00 – 18 Juni 2026 20.00", "2026-06-04T20:00:00..2026-06-11T20:00:00"},
		{"2_minggu_terakhir", "2026-06-04 20:00", "2026-06-18 20:00", "4 Juni 20.00 – 18 Juni 2026 20.00", "2026-05-21T20:00:00..2026-06-04T20:00:00"},
		{"3_bulan_terakhir", "2026-03-18 20:00", "2026-06-18 20:00", "18 Maret 20.00 – 18 Juni 2026 20.00", "2025-12-16T20:00:00..2026-03-18T20:00:00"},
		{"12_bulan_terakhir", "2025-06-18 20:00", "2026-06-18 20:00", "18 Juni 2025 20.00 – 18 Juni 2026 20.00", "2024-06-18T20:00:00..2025-06-18T20:00:00"},
		{"2025", "2025-01-01 00:00", "2026-01-01 00:00", "2025", "2024"},
		{"2026", "2026-01-01 00:00", "2026-06-18 20:00", "1 Januari – 18 Juni 2026", "2025"},
		{"2026-03", "2026-03-01 00:00", "2026-04-01 00:00", "Maret 2026", "2026-02"},
		{"2026-06", "2026-06-01 00:00", "2026-06-18 20:00", "1–18 Juni 2026", "2026-05"},
		{"2026-02-28", "2026-02-28 00:00", "2026-03-01 00:00", "28 Februari 2026", "2026-02-27"},
		{"2026-T2", "2026-04-01 00:00", "2026-06-18 20:00", "1 April – 18 Juni 2026", "2026-T1"},
		{"2025-S2", "2025-07-01 00:00", "2026-01-01 00:00", "Juli–Desember 2025", "2025-S1"},
		{"2026-01-05..2026-01-20", "2026-01-05 00:00", "2026-01-21 00:00", "5–20 Januari 2026", "2025-12-20..2026-01-04"},
		{"2026-01..2026-03", "2026-01-01 00:00", "2026-04-01 00:00", "Januari–Maret 2026", "2025-10..2025-12"},
		{"2025-11..2026-02", "2025-11-01 00:00", "2026-03-01 00:00", "November 2025 – Februari 2026", "2025-07..2025-10"},
		{"2024-01..2025-12", "2024-01-01 00:00", "2026-01-01 00:00", "2024–2025", "2022-01..2023-12"},
		{"2026-05-28..2026-06-03", "2026-05-28 00:00", "2026-06-04 00:00", "28 Mei – 3 Juni 2026", "2026-05-21..2026-05-27"},
		{"sejak:2026-06-01", "2026-06-01 00:00", "2026-06-18 20:00", "1–18 Juni 2026", "2026-05-14T04:00:00..2026-06-01T00:00:00"},
		{"2026-06-04T20:00:00..2026-06-11T20:00:00", "2026-06-04 20:00", "2026-06-11 20:00", "4 Juni 20.00 – 11 Juni 2026 20.00", "2026-05-28T20:00:00..2026-06-04T20:00:00"},
		{"2026-07", "2026-07-01 00:00", "2026-07-01 00:00", "Juli 2026", "2026-06"},
		{"2027", "2027-01-01 00:00", "2027-01-01 00:00", "2027", "2026"},
	} {
		p, err := city.ParsePeriod(c.name, at, wita)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		const form = "2006-01-02 15:04"
		before := p.Previous(wita)
		for what, pair := range map[string][2]string{
			"from": {p.From.In(wita).Format(form), c.from}, "to": {p.To.In(wita).Format(form), c.to},
			"written": {city.FormatPeriod(p, wita), c.written}, "before": {before.Name, c.before},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s: %s %q, want %q", c.name, what, pair[0], pair[1])
			}
		}
		if again, err := city.ParsePeriod(before.Name, at.AddDate(10, 0, 0), wita); err != nil || !again.From.Equal(before.From) || !again.To.Equal(before.To) {
			t.Errorf("%s: the period before %+v is read as %+v: %v", c.name, before, again, err)
		}
	}
	p, err := city.ParsePeriod("sampai_kini", at, wita)
	if err != nil || !p.From.IsZero() || !p.To.Equal(at) || city.FormatPeriod(p, wita) != "sampai 18 Juni 2026 20.00" || !p.Previous(wita).Empty() {
		t.Errorf("sampai_kini: %+v %v", p, err)
	}
}

func TestWhatIsNoPeriodIsRefused(t *testing.T) {
	t.Parallel()
	at, _ := time.Parse(time.RFC3339, asked)
	for _, name := range []string{
		"", "hari_lalu", "bulan", "0_hari_terakhir", "-1_hari_terakhir", "999999_hari_terakhir", "7_hari", "7__terakhir", "1899", "2200", "2026-13",
		"2026-00", "2026-T5", "2026-S3", "2026-02-30", "2026-3", "2026-01-20..2026-01-05", "2026-01..2026-01-05", "2026-T1..2026-T2", "2025..2026", "1990-01..2026-01",
		"sejak:2026", "sejak:1950-01-01", "2026-06-11T20:00:00..2026-06-04T20:00:00", "２０２６", "kemarin ", "300_bulan_terakhir", "..", "2026-01-01T00:00:00",
	} {
		if p, err := city.ParsePeriod(name, at, time.UTC); city.CodeOf(err) != city.Invalid {
			t.Errorf("%q is %+v, %v", name, p, err)
		}
	}
}

func TestMonthsBackKeepToTheMonth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ at, name, from string }{
		{"2026-03-31T10:00:00Z", "1_bulan_terakhir", "2026-02-28T10:00:00Z"},
		{"2024-03-31T10:00:00Z", "1_bulan_terakhir", "2024-02-29T10:00:00Z"},
		{"2026-01-31T10:00:00Z", "2_bulan_terakhir", "2025-11-30T10:00:00Z"},
		{"2026-05-30T10:00:00Z", "3_bulan_terakhir", "2026-02-28T10:00:00Z"},
	} {
		at, _ := time.Parse(time.RFC3339, c.at)
		p, err := city.ParsePeriod(c.name, at, time.UTC)
		if got := p.From.Format(time.RFC3339); err != nil || got != c.from {
			t.Errorf("%s at %s begins %s, want %s: %v", c.name, c.at, got, c.from, err)
		}
	}
}

var periodNames = []string{
	"hari_ini", "kemarin", "kemarin_dulu", "minggu_ini", "minggu_lalu", "bulan_ini", "bulan_lalu", "triwulan_ini", "triwulan_lalu", "semester_ini",
	"semester_lalu", "tahun_ini", "tahun_lalu", "1_jam_terakhir", "36_jam_terakhir", "1_hari_terakhir", "30_hari_terakhir", "2_minggu_terakhir",
	"1_bulan_terakhir", "18_bulan_terakhir", "2025", "2026-02", "2026-02-28", "2026-T4", "2025-S1", "2026-01-30..2026-03-02", "2025-12..2026-02",
	"sejak:2026-01-31", "sejak:2027-01-01", "2026-06-04T20:00:00..2026-06-11T20:30:00.5",
}

func checkPeriod(t *testing.T, name string, at time.Time, zone *time.Location) {
	t.Helper()
	p, err := city.ParsePeriod(name, at, zone)
	if err != nil {
		return
	}
	if p.To.Before(p.From) || (p.To.After(at) && !p.Empty()) || p.Name != name {
		t.Fatalf("%s at %s: %+v", name, at, p)
	}
	if city.FormatPeriod(p, zone) == "" {
		t.Fatalf("%s is written as nothing", name)
	}
	before := p.Previous(zone)
	if p.From.IsZero() {
		return
	}
	if !before.To.Equal(p.From) || before.From.After(before.To) || (before.Empty() && !p.Empty()) {
		t.Fatalf("%s at %s: before %+v comes %+v", name, at, p, before)
	}
	if again, err := city.ParsePeriod(before.Name, at, zone); err == nil && before.To.Before(at) && (!again.From.Equal(before.From) || !again.To.Equal(before.To)) {
		t.Fatalf("%s: %+v is read as %+v", name, before, again)
	}
}

func TestPeriodsNeverOverlapNorReachAhead(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, zone := range []*time.Location{zoneOf(t, "Asia/Makassar"), zoneOf(t, "Asia/Jakarta"), zoneOf(t, "Asia/Jayapura"), time.UTC} {
		for range 2000 {
			at := time.Date(2024, 1, 1, 0, 0, 0, 0, zone).Add(time.Duration(r.Int64N(int64(3 * 366 * 24 * time.Hour))))
			if r.IntN(8) == 0 {
				at = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, zone)
			}
			for _, name := range periodNames {
				checkPeriod(t, name, at, zone)
			}
		}
	}
}

func FuzzParsePeriod(f *testing.F) {
	for _, n := range periodNames {
		f.Add(n, int64(1781784000), "Asia/Makassar")
	}
	f.Add("2026-01-01..2199-12-31", int64(1)<<62, "America/Sao_Paulo")
	f.Add("6_jam_terakhir", int64(-62135596800), "UTC")
	f.Fuzz(func(t *testing.T, name string, unix int64, zone string) {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			return
		}
		checkPeriod(t, name, time.Unix(unix, 0), loc)
	})
}
