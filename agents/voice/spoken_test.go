package voice_test

import (
	"math"
	"strings"
	"testing"

	"balaikota/agents/voice"
)

func TestFiguresAreReadAsAPersonWould(t *testing.T) {
	t.Parallel()
	for written, said := range map[string]string{
		"Rp 1,2 miliar":                 "satu koma dua miliar rupiah",
		"Rp12.750.000.000":              "dua belas miliar tujuh ratus lima puluh juta rupiah",
		"RT 03/RW 05":                   "R T nol tiga/R W nol lima",
		"RT 12":                         "R T dua belas",
		"Ada 1.482 laporan.":            "Ada seribu empat ratus delapan puluh dua laporan.",
		"naik 12,5 %":                   "naik dua belas koma lima persen",
		"turun -80 %":                   "turun minus delapan puluh persen",
		"25,2 km/jam, 7,97 m.":          "dua puluh lima koma dua kilometer per jam, tujuh koma sembilan tujuh meter.",
		"15.092 Rp/kg":                  "lima belas ribu sembilan puluh dua rupiah per kilogram",
		"Rp 15.092/kg":                  "lima belas ribu sembilan puluh dua rupiah per kilogram",
		"Rabu, 18 Juni 2026 20.00 WITA": "Rabu, delapan belas Juni dua ribu dua puluh enam pukul dua puluh Waktu Indonesia Tengah",
		"07.05 WITA":                    "pukul tujuh lewat lima menit Waktu Indonesia Tengah",
		"pukul 14.30":                   "pukul empat belas tiga puluh",
		"1–18 Juni 2026":                "satu sampai delapan belas Juni dua ribu dua puluh enam",
		"2026-03-01":                    "satu Maret dua ribu dua puluh enam",
		"di Kec. Palaran dan Kel. Sidodadi, Jl. Gerilya 2": "di Kecamatan Palaran dan Kelurahan Sidodadi, Jalan Gerilya dua",
		"peringkat ke-3 dari 59":                           "peringkat ketiga dari lima puluh sembilan",
		"ke-1":                                             "pertama",
		"0 laporan":                                        "nol laporan",
		"hunian 78,2 %":                                    "hunian tujuh puluh delapan koma dua persen",
		"Bukti B-000123":                                   "Bukti bukti nomor satu dua tiga",
		"1.000.000 dan 1.100 dan 111":                      "satu juta dan seribu seratus dan seratus sebelas",
		"PM2.5":                                            "PM2.5",
		"-3,5 derajat":                                     "minus tiga koma lima derajat",
	} {
		if got := voice.Spoken(written); got != said {
			t.Errorf("%q is read %q, want %q", written, got, said)
		}
	}
}

// Words are undone: saying and counting back gives the number again.
func TestWordsOfWholeNumbers(t *testing.T) {
	t.Parallel()
	for n, said := range map[int64]string{
		0: "nol", 10: "sepuluh", 11: "sebelas", 12: "dua belas", 20: "dua puluh", 21: "dua puluh satu", 100: "seratus", 101: "seratus satu",
		999: "sembilan ratus sembilan puluh sembilan", 1000: "seribu", 1001: "seribu satu", 2000: "dua ribu", 11_000: "sebelas ribu",
		100_000: "seratus ribu", 1_000_000: "satu juta", 1_001_000: "satu juta seribu", 881_000: "delapan ratus delapan puluh satu ribu",
		1_000_000_000_000: "satu triliun", -5: "minus lima",
	} {
		if got := voice.Words(n); got != said {
			t.Errorf("%d is said %q, want %q", n, got, said)
		}
	}
	for _, n := range []int64{math.MaxInt64, math.MinInt64} {
		if strings.TrimSpace(voice.Words(n)) == "" {
			t.Errorf("%d is not said", n)
		}
	}
}

func FuzzSpoken(f *testing.F) {
	f.Add("Rp 1,2 miliar di RT 03/RW 05 pukul 07.05 WITA, 12,5 %")
	f.Fuzz(func(t *testing.T, text string) {
		if said := voice.Spoken(text); len(said) > 60*len(text)+16 {
			t.Errorf("%q became %d bytes", text, len(said))
		}
	})
}
