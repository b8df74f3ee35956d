package city_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"balaikota/backend/city"
)

// masked writes labels in place of what FindPersonal finds.
func masked(text string, known ...string) string {
	text = city.VisibleText(text)
	var b strings.Builder
	at := 0
	for _, p := range city.FindPersonal(text, known...) {
		b.WriteString(text[at:p.From] + "[" + string(p.Kind) + "]")
		at = p.To
	}
	return b.String() + text[at:]
}

func TestFindPersonalKnowsWhatIdentifies(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"NIK 6472031205800001":                            "NIK [NIK]",
		"ktp saya 6472 0312 0580 0001 hilang":             "ktp saya [NIK] hilang",
		"nomor 64.7203.120580.0001":                       "nomor [NIK]",
		"6472-0352-0580-0001 ibu itu":                     "[NIK] ibu itu",
		"64720312\u200b05800001":                          "[NIK]",
		"６４７２０３１２０５８００００１":                                "[NIK]",
		"NIK: 9999999999999999 (salah ketik)":             "NIK: [NIK] (salah ketik)",
		"no KK 6472031205800002 belum jadi":               "no KK [KK] belum jadi",
		"NPWP 01.234.567.8-901.000":                       "NPWP [NPWP]",
		"npwp saya 6472031205800001":                      "npwp saya [NPWP]",
		"tiket 9876543210987654":                          "tiket [NOMOR_PANJANG]",
		"hubungi 0812-3456-7890 ya":                       "hubungi [TELEPON] ya",
		"WA +62 812 3456 7890":                            "WA [TELEPON]",
		"wa 628123456789":                                 "wa [TELEPON]",
		"0 8 1 2 3 4 5 6 7 8 9":                           "[TELEPON]",
		"nol delapan satu dua tiga empat lima enam tujuh": "[TELEPON]",
		"telp (0541) 123456 rumah":                        "telp [TELEPON] rumah",
		"surel budi.s@contoh.co.id":                       "surel [SUREL]",
		"budi at gmail dot com":                           "[SUREL]",
		"motor KT 1234 AB dan B 9 XYZ":                    "motor [PELAT] dan [PELAT]",
		"mobil kt 4321 bz parkir":                         "mobil [PELAT] parkir",
		"transfer ke BCA 1234567890":                      "transfer ke BCA [REKENING]",
		"rekening BRI: 0021-01-012345-50-1":               "rekening BRI: [REKENING]",
		"Jl. Antasari No. 12 RT 03/RW 05 Air Putih":       "Jl. Antasari No. [NOMOR_RUMAH] RT 03/RW 05 Air Putih",
		"jalan juanda gang 2 nomor 45a banjir":            "jalan juanda gang 2 nomor [NOMOR_RUMAH] banjir",
		"Perum Bukit Blok C No 7":                         "Perum Bukit Blok C No [NOMOR_RUMAH]",
		"blok D/14 gelap":                                 "blok D/[NOMOR_RUMAH] gelap",
		"Pak Budi Santoso tidak datang":                   "Pak [NAMA] tidak datang",
		"Ibu Siti Aminah dan Hj. Rahmah":                  "Ibu [NAMA] dan Hj. [NAMA]",
		"nama saya budi santoso mau lapor":                "nama saya [NAMA] lapor",
		"Pelapor: Rina Marlina, korban: Joko":             "Pelapor: [NAMA], korban: [NAMA]",
		"a.n. Rina Marlina":                               "a.n. [NAMA]",
	} {
		if got := masked(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	if got := masked("Saya Budi, BUDI  santoso dari Jl. Santoso", "Budi Santoso"); got != "Saya [PELAPOR], [PELAPOR] dari Jl. Santoso" {
		t.Errorf("known names: %q", got)
	}
}

// TestFindPersonalLeavesFigures: what questions and tools' answers are made of
// stays, or the assistant would answer about labels.
func TestFindPersonalLeavesFigures(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Sekarang: 2026-06-18T20:00:00+08:00", "Penanya: camat 64.72.03 opd Kec. Samarinda Ulu", "E1 = 1.482 laporan · Laporan masuk, Sampah",
		"Rp 62.812.345.678 dari Rp 12.750.000.000", "koordinat -0.502106, 117.153709", "RT 03/RW 05 Kelurahan Air Putih, KM 12, pasal 33 ayat 2",
		"0,81 0,82 0.83 0.91 0.95", "buka 08.00 - 10.00 dan 13.00 - 15.30", "1.482 1.290 1.100 987 1.204 1.310", "Bapak Wali Kota dan Bu Lurah Sidodadi",
		"berapa laporan di Jl. H. Agus Salim dan Jalan Dr. Soetomo", "Pak, berapa laporan bulan ini?", "12 cm, 25 °C, PM2.5 35 µg/m3, A 12 M", "laporan nomor 123 kejadian no 45",
		"64.72.03.1004 64.72.05.1003", "Senin 15 Juni 2026 pukul 14.00 WITA", "PAK TOLONG JALAN RUSAK", "ibu kota negara", "Jumlah Korban Meninggal 3 jiwa", "Angka Kematian Ibu Melahirkan", "Nama Indikator dan Nama Kelurahan", "Pelapor Unik 12", "1–18 Juni 2026, naik 12,5 %",
	} {
		if got := masked(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestFewRandomNumbersLookLikeANIK(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	n := 0
	for range 100_000 {
		if city.ValidNIK(fmt.Sprintf("%016d", r.Int64N(1e16))) {
			n++
		}
	}
	if n < 1000 || n > 8000 {
		t.Errorf("%d of 100,000 random numbers pass", n)
	}
	for _, s := range []string{"", "647203120580000", "6472031205800000", "6472033205800001", "6472037205800001", "6472031213800001", "64720312o5800001"} {
		if city.ValidNIK(s) {
			t.Errorf("%q passes", s)
		}
	}
}

func FuzzFindPersonal(f *testing.F) {
	f.Add("Pak Budi, NIK 6472031205800001, Jl. Antasari No. 12, KT 1 A", "Budi")
	f.Add("\xff 0812\u200b3456 7890 a.n. ", "A B C")
	f.Fuzz(func(t *testing.T, text, known string) {
		text = city.VisibleText(text)
		at := 0
		for _, p := range city.FindPersonal(text, known) {
			if p.From < at || p.To <= p.From || p.To > len(text) || !utf8.ValidString(text[p.From:p.To]) {
				t.Fatalf("%+v in %q", p, text)
			}
			at = p.To
		}
	})
}

func TestMonthEndGoesByWorkingDays(t *testing.T) {
	t.Parallel()
	zone := wita(t)
	// June 2026 has 22 weekdays; two are holidays here.
	cal := city.Calendar{Location: zone, Holidays: map[string]bool{"2026-06-01": true, "2026-06-16": true}}
	at := time.Date(2026, 6, 10, 11, 0, 0, 0, zone) // seven working days begun: 2–5, 8–10
	if got := cal.MonthEnd(700, at, at); got != 2000 {
		t.Errorf("expected %g, want 2000 (20 working days at 100)", got)
	}
	if got := cal.MonthEnd(700, at, time.Date(2026, 8, 1, 0, 0, 0, 0, zone)); got != 700 {
		t.Errorf("a month that has ended: %g", got)
	}
	sunday := time.Date(2026, 3, 1, 9, 0, 0, 0, zone)
	if got := cal.MonthEnd(5, sunday, sunday); got != 5 {
		t.Errorf("before the first working day: %g", got)
	}
}
