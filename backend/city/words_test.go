package city_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"balaikota/backend/city"
)

func TestMaskPersonalHidesWhatIdentifies(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"hubungi 0812-0000-0001 ya":                "hubungi [telepon] ya",
		"WA +62 812 0000 0001":                     "WA [telepon]",
		"telp 0541-000111 rumah":                   "telp [telepon] rumah",
		"NIK 6472000000000001 sudah terdaftar":     "NIK [NIK] sudah terdaftar",
		"NIK 64.7200.000000.0001":                  "NIK [NIK]",
		"surel warga.uji@contoh.id, terima kasih":  "surel [surel], terima kasih",
		"RT 08 nomor 120, sudah 3 hari, 15 rumah":  "RT 08 nomor 120, sudah 3 hari, 15 rumah",
		"anggaran Rp 250.000.000 tahun 2026":       "anggaran Rp 250.000.000 tahun 2026",
		"banjir 80 cm sejak 05.30, Jl. Antasari 2": "banjir 80 cm sejak 05.30, Jl. Antasari 2",
	} {
		if got := city.MaskPersonal(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("hubungi 0812 0000 0001 di Jl. Antasari", 20)
	f.Add("\xff\xfe 🏙️", 3)
	f.Fuzz(func(t *testing.T, text string, n int) {
		if n < 2 || n > 500 {
			return
		}
		got := city.Excerpt(text, n)
		if c := utf8.RuneCountInString(got); c > n {
			t.Errorf("%d characters, at most %d allowed", c, n)
		}
	})
}

func TestNumberIsWrittenAsIndonesiansDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v        float64
		decimals int
		want     string
	}{{15200, 0, "15.200"}, {8.1, 2, "8,10"}, {-1.25, 1, "-1,2"}, {1234567.8, 1, "1.234.567,8"}, {999, 0, "999"}, {0, 0, "0"}} {
		if got := city.Number(c.v, c.decimals, ','); got != c.want {
			t.Errorf("%g with %d: %q, want %q", c.v, c.decimals, got, c.want)
		}
	}
	if got := city.Quantity(61500, city.Indicator{Unit: "Rp/kg"}, ','); got != "Rp 61.500/kg" {
		t.Errorf("rupiah: %q", got)
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]city.Level{"64": city.Provinsi, "64.72": city.Kota, "64.72.08": city.Kecamatan, "64.72.08.1001": city.Kelurahan} {
		if got, ok := city.LevelOfCode(code); !ok || got != want {
			t.Errorf("%s: %s, %v", code, got, ok)
		}
	}
	for _, code := range []string{"", "6472", "64.7", "64.72.08.10011", "64.72.08.1001.1", "64.72.0a", "６４.72"} {
		if level, ok := city.LevelOfCode(code); ok {
			t.Errorf("%q passes as %s", code, level)
		}
	}
	if !city.Within("64.72.08.1001", "64.72.08") || !city.Within("64.72.08", "64.72.08") || city.Within("64.72.081", "64.72.08") || city.Within("64.72", "64.72.08") || city.Within("64.72", "") {
		t.Error("Within confuses areas")
	}
}

func TestScopeSeesItsOwn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		asker  city.Asker
		area   string
		office int64
		want   bool
	}{
		{city.Asker{Role: city.WaliKota}, "64.72.08.1001", 3, true},
		{city.Asker{Role: city.Camat, AreaCode: "64.72.08"}, "64.72.08.1001", 3, true},
		{city.Asker{Role: city.Camat, AreaCode: "64.72.08"}, "64.72.01.1001", 3, false},
		{city.Asker{Role: city.Camat}, "64.72.01.1001", 3, false},
		{city.Asker{Role: city.Lurah, AreaCode: "64.72.08.1001"}, "64.72.08", 3, false},
		{city.Asker{Role: city.KepalaOPD, OfficeID: 3}, "64.72.01.1001", 3, true},
		{city.Asker{Role: city.KepalaOPD, OfficeID: 3}, "64.72.01.1001", 0, false},
		{city.Asker{Role: city.KepalaOPD}, "64.72.01.1001", 0, false},
		{city.Asker{}, "64.72.01.1001", 0, false},
		{city.Asker{Role: city.Publik}, "", 0, false},
	} {
		if got := c.asker.Scope().Sees(c.area, c.office); got != c.want {
			t.Errorf("%+v at %s of %d: %v", c.asker, c.area, c.office, got)
		}
	}
}

func TestEventsForSomeRolesOnly(t *testing.T) {
	t.Parallel()
	e := city.Event{Shared: true, Roles: []city.Role{city.WaliKota, city.Camat}}
	for role, want := range map[city.Role]bool{city.WaliKota: true, city.Camat: true, city.Lurah: false, city.Publik: false, "": false} {
		if got := e.VisibleTo(city.Scope{Role: role, AreaCode: "64.72.08"}); got != want {
			t.Errorf("%q: %v", role, got)
		}
	}
}

func TestSeverityTakesTheGravestInForce(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	dam := city.Indicator{Thresholds: []city.Threshold{
		{Level: city.Siaga, Above: true, Value: 7.75, Source: "BPBD 2022", EffectiveOn: "2022-01-01"},
		{Level: city.Awas, Above: true, Value: 8.25, Source: "BPBD 2022", EffectiveOn: "2022-01-01"},
		{Level: city.Awas, Above: true, Value: 8.00, Source: "aturan nanti", EffectiveOn: "2027-01-01"},
		{Level: city.Siaga, Above: true, Value: 7.50, Source: "setempat", EffectiveOn: "2022-01-01", AreaCode: "64.72.05"},
	}}
	for _, c := range []struct {
		value float64
		area  string
		want  city.Severity
	}{{7.7, "64.72", city.Info}, {7.75, "64.72", city.Siaga}, {8.1, "64.72", city.Siaga}, {8.25, "64.72", city.Awas}, {7.6, "64.72.05", city.Siaga}} {
		if got, by := dam.SeverityOf(c.value, c.area, day); got != c.want || (by == nil) != (c.want == city.Info) {
			t.Errorf("%g at %s: %s by %+v, want %s", c.value, c.area, got, by, c.want)
		}
	}
	speed := city.Indicator{Thresholds: []city.Threshold{{Level: city.Perhatian, Value: 15, Source: "uji", EffectiveOn: "2022-01-01"}}}
	if got, _ := speed.SeverityOf(12, "64.72", day); got != city.Perhatian {
		t.Errorf("below a lower limit: %s", got)
	}
}

func TestAttentionShowsFiveGravestFirstAndSaysWhy(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	past := now.Add(-time.Minute)
	alerts := []city.Alert{
		{Key: "sumber", Kind: city.AlertSource, Severity: city.Perhatian, Since: now},
		{Key: "kabar", Kind: city.AlertQuake, Severity: city.Info, Since: now},
		{Key: "lewat", Kind: city.AlertWarning, Severity: city.Awas, Since: now.Add(-time.Hour), Until: &past},
		{Key: "lonjakan", Kind: city.AlertSurge, Severity: city.Perhatian, Since: now.Add(-3 * time.Hour), AreaCodes: []string{"a", "b"}},
		{Key: "bendungan", Kind: city.AlertThreshold, Severity: city.Awas, Since: now.Add(-2 * time.Hour)},
		{Key: "tenggat", Kind: city.AlertOverdue, Severity: city.Perhatian, Since: now},
		{Key: "cuaca", Kind: city.AlertWarning, Severity: city.Siaga, Since: now},
		{Key: "harga", Kind: city.AlertThreshold, Severity: city.Perhatian, Since: now},
		{Key: "satu-suara", Kind: city.AlertIncident, Severity: city.Awas, Since: now, Voices: 1, AreaCodes: []string{"a"}},
		{Key: "banyak-suara", Kind: city.AlertIncident, Severity: city.Awas, Since: now.Add(-8 * time.Hour), Voices: 23, AreaCodes: []string{"a"}},
	}
	var got []string
	for i, item := range city.Attention(alerts, now) {
		got = append(got, item.Alert.Key)
		if item.Rank != i+1 || item.Why == "" || item.WhyEN == "" {
			t.Errorf("%+v does not say its rank and why", item)
		}
	}
	if want := "bendungan banyak-suara satu-suara cuaca lonjakan"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
