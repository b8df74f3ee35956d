package city_test

import (
	"strings"
	"testing"

	"balaikota/backend/city"
)

// masks are the three ways out for citizens' words: the report's own page, lists and
// events, and quotes.
var masks = map[string]func(string) string{
	"MaskPersonal": city.MaskPersonal, "MaskOutward": city.MaskOutward,
	"HidePersonal": func(text string) string { return city.HidePersonal(text) },
}

// TestNumbersAreMaskedHoweverTheyAreWritten: what finds a person goes by every way,
// as telephones copy it, as people part it, whatever stands beside it. Each case holds
// what must not be left of it.
func TestNumbersAreMaskedHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	for text, secret := range map[string]string{
		"hubungi \u202a+62 812\u20113456\u20117890\u202c ya":      "3456",
		"hubungi \u202a+62\u00a0812\u20113456\u20117890\u202c ya": "3456",
		"hp 0812\u20133456\u20137890":                             "3456",
		"hp 0812 \u2013 3456 \u2014 7890":                         "3456",
		"hp 0812\u22123456\u22127890":                             "3456",
		"hp 0812/3456/7890":                                       "3456",
		"hp 0812_3456_7890":                                       "3456",
		"hp_081234567890":                                         "3456",
		"wa081234567890ya":                                        "3456",
		"hp 0812\u00b73456\u00b77890":                             "3456",
		"hp 0812 - 3456 - 7890":                                   "3456",
		"hp (+62) 812 3456 7890":                                  "3456",
		"hp +62 (812) 3456-7890":                                  "3456",
		"hp +62 0812 3456 7890":                                   "3456",
		"hp 081.234.567.890":                                      "567",
		"hp ０８１２３４５６７８９０":                                         "３４５６",
		"hp ०८१२३४५६७८९०":                                         "३४५६",
		"hp 0\ufe0f\u20e38\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e33456\u20607890": "3456",
		"hp 0812\u200b3456\u200c7890":                                           "3456",
		"telp 0541123456":                                                       "123456",
		"telp (0541) 123 456":                                                   "456",
		"hp nol delapan satu dua tiga empat lima enam tujuh":                    "tiga",
		"NIK 6472\u200b0312\u200b0580\u200b0001":                                "0312",
		"NIK 6472\u00a00312\u00a00580\u00a00001":                                "0312",
		"NIK6472031205800001":                                                   "6472",
		"_6472031205800001_":                                                    "6472",
		"nomor 64.72.03.120580.0001":                                            "120580",
		"nomor 64.72.03-120580 0001, NIK saya":                                  "120580",
		"nomor 6472\u20130312\u20130580\u20130001":                              "0312",
		"nomor 6472/0312/0580/0001":                                             "0312",
		"NIK:\n6472 0312 0580 0001":                                             "0312",
		"KTP64.7203.120580.0001":                                                "120580",
		"KK 6472\u00a00312\u00a00580\u00a00002":                                 "0312",
		"surel budi@gmail.com":                                                  "budi",
		"surel budi(at)gmail.com":                                               "budi",
		"surel budi [at] gmail [dot] com":                                       "budi",
		"surel budi at gmail dot com":                                           "budi",
		"surel budi.s at yahoo dot co dot id":                                   "budi",
		"surel budi @ gmail.com":                                                "budi",
		"surel budi @gmail.com":                                                 "budi",
		"surel budi@ gmail . com":                                               "budi",
		"surel budi@gmail":                                                      "budi",
		"surel budi\u200b@\u200bgmail.com":                                      "budi",
		"surel budi＠gmail．com":                                                  "budi",
		"dua nomor: 0812-3456-7890, 0813\u20113456\u20117891 dan +62\u00a081434567892": "3456",
	} {
		for name, mask := range masks {
			got := mask(text)
			if strings.Contains(got, secret) {
				t.Errorf("%s leaves %q in %q: %q", name, secret, text, got)
			}
			if again := mask(got); again != got {
				t.Errorf("%s twice makes %q of %q", name, again, got)
			}
		}
	}
}

// TestAccountsAndPlatesAreMaskedInLists: the page of the report itself keeps them, as the matter
// may be about them.
func TestAccountsAndPlatesAreMaskedInLists(t *testing.T) {
	t.Parallel()
	for text, secret := range map[string]string{
		"No rekening:\n1234567890":                                     "1234567890",
		"no. rek\n\n BCA: 1234567890":                                  "1234567890",
		"BCA a.n. Budi Santoso 1234567890":                             "1234567890",
		"rekening Bank Contoh atas nama Siti Aminah Rahmah 1234567890": "1234567890",
		"1234567890 a.n. Budi Santoso":                                 "1234567890",
		"kirim ke 1234567890 (BCA)":                                    "1234567890",
		"rekening BRI: 0021\u201101\u2011012345\u201150\u20111":        "012345",
		"BNI tanggal 12-11-2026 1234567890":                            "1234567890",
		"NPWP 01.234.567.8\u2011901.000":                               "234.567",
		"kt 1234 b parkir":                                             "1234",
		"kt 1234 ab parkir":                                            "1234",
		"KT.1234.AB parkir":                                            "1234",
		"kt.1234.ab parkir":                                            "1234",
		"KT - 1234 - AB parkir":                                        "1234",
		"KT\u00a01234\u00a0AB parkir":                                  "1234",
		"KT\u20111234\u2011AB parkir":                                  "1234",
		"kt1234ab parkir":                                              "1234",
		"plat kt 12 b parkir":                                          "12",
		"nopol: kt 7 ab":                                               "7",
	} {
		for _, name := range []string{"MaskOutward", "HidePersonal"} {
			if got := masks[name](text); strings.Contains(got, secret) {
				t.Errorf("%s leaves %q in %q: %q", name, secret, text, got)
			}
		}
	}
	for _, text := range []string{"KT 1234 AB buang sampah", "rekening BRI 123456789012", "BCA a.n. Budi 1234567890"} {
		if got := city.MaskPersonal(text); got != text {
			t.Errorf("the page of the report lost the matter of %q: %q", text, got)
		}
	}
}

// TestMasksLeaveTheMatter: places, times, sums, figures and the numbers of letters are what
// the report is about.
func TestMasksLeaveTheMatter(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"sejak 12/11/2026, 12-11-2026 dan 2026-11-12 pukul 08.30", "12/11/2026 08:30", "08/11/2026", "8/11/2026 sampai 10/11/2026", "08-11-2026 pukul 0830",
		"pukul 0830 12-11-2026", "2026-06-18T20:00:00+08:00", "buka 08.00 - 10.00 dan 13.00\u201315.30", "jam 0800 - 1000", "tahun 2025/2026", "anggaran dana 2025/2026", "dana 2024-2026",
		"transfer tanggal 12-11-2026 belum masuk", "transfer 2026-11-12 08.30", "Rp 1.234.567", "Rp1.234.567,-", "Rp. 62.812.345.678", "dana Rp 150000000 hilang", "bantuan dana Rp 1.500.000 - 2.000.000",
		"koordinat -0.502106, 117.153709", "-0.49482311234567,117.08123456789", "lat -0.502106123456789 lon 117.153709123456789",
		"RT 03/RW 05 Kelurahan Air Putih, KM 12, pasal 33 ayat 2", "RT.12/RW.03", "jalan 1234 b", "Jl. Contoh 12 B", "Jl. Contoh Blok B 12 A", "blok c 101 b", "SMA N 10 SMD", "SD N 012 A",
		"nomor 045/812/DPUPR/2026", "Nomor 600.1/0812/2026", "perkara 12/Pdt.G/2026/PN", "No. 0812/11/2026", "64.72.03.1004 64.72.05.1003", "1.482 1.290 1.100 987 1.204 1.310",
		"0,81 0,82 0.83 0.91 0.95", "12 cm, 25 °C, PM2.5 35 µg/m3, A 12 M", "naik 12,5 % pada 1\u201318 Juni 2026", "telepon 112, 110 atau 119", "sudah 3 hari, 15 rumah, 120 jiwa",
		"a. 300 bks, b. 150 org, d 100 kk", "tiang listrik TG 123", "halte b 2000 org sehari", "cc @info.contoh.id", "sampah @ Jl.Antasari", "tolong @walikota lihat", "banjir 👨\u200d👩\u200d👧 ❤\ufe0f di sini", "lampu mati \u201ctotal\u201d \u2014 sudah lama",
		"gaji 2 bulan 3 minggu 4 hari 5 jam", "meter 1234 kWh", "pintu air di 1234 m", "no 12 A", "ruang b 12 c", "nolkan kosong satu dua", "kami kosong tiga hari", "24 jam 7 hari 365 hari",
	} {
		for _, name := range []string{"MaskPersonal", "MaskOutward"} {
			if got := masks[name](text); got != text {
				t.Errorf("%s made %q of %q", name, got, text)
			}
		}
	}
}

// TestMaskedTextStaysAsItWasWritten: only what is taken out changes; signs that no
// reader sees, of joined pictures, stay with the rest.
func TestMaskedTextStaysAsItWasWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"👨\u200d👩\u200d👧 0812\u20113456\u20117890 ❤\ufe0f": "👨\u200d👩\u200d👧 [telepon] ❤\ufe0f",
		"\u201cKT 1234 AB\u201d \u2014 di Jl. ｎｏ 5":        "\u201c[pelat]\u201d \u2014 di Jl. ｎｏ 5",
		"\xff hp 0812\u20133456\u20137890 \xfe":            "\xff hp [telepon] \xfe",
		"[NIK] 12 34 56 78 90 12 34 5":                     "[NIK] 12 34 56 78 90 12 34 5",
		"[rekening] laporan 20261112":                      "[rekening] laporan 20261112",
	} {
		if got := city.MaskOutward(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// The costs of a report as it mostly is, of one with signs outside ASCII, and of one
// with numbers: they are masked wherever a list shows them.
func BenchmarkMasks(b *testing.B) {
	plain := "Jalan berlubang di depan pasar nomor 12 RT 05, sudah dua minggu dan belum ada yang datang memperbaiki; tiga sepeda motor jatuh kemarin malam. Mohon segera ditambal karena sekolah mulai 3 Agustus dan anak-anak lewat sini setiap pagi pukul 7 sampai 8"
	for name, text := range map[string]string{
		"plain": plain + ".", "signs": plain + " \u2014 \u201ctolong\u201d 🙏", "numbers": plain + ", hubungi 0812-3456-7890 atau NIK 6472031205800001.",
	} {
		for _, way := range []string{"MaskPersonal", "MaskOutward", "HidePersonal"} {
			b.Run(name+"/"+way, func(b *testing.B) {
				for b.Loop() {
					masks[way](text)
				}
			})
		}
	}
}
