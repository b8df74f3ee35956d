package tool

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type seen struct {
	Text  string
	Kind  NumberKind
	Value float64
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	cases := []struct {
		text  string
		names []string
		want  []seen
	}{
		{"Tidak ada angka di sini.", nil, nil},
		{"Ada 1.482 laporan.", nil, []seen{{"1.482", NumberPlain, 1482}}},
		{"Rata-rata 12,5 jam, 1.234.567,25 m.", nil, []seen{{"12,5", NumberPlain, 12.5}, {"1.234.567,25", NumberPlain, 1234567.25}}},
		{"Naik 18,2 %: 13, turun 5% dan 7 persen.", nil, []seen{{"18,2 %", NumberPercent, 18.2}, {"13", NumberPlain, 13}, {"5%", NumberPercent, 5}, {"7 persen", NumberPercent, 7}}},
		{"Rp 1,2 miliar dan Rp61.500/kg, 3 juta rupiah", nil, []seen{{"Rp 1,2 miliar", NumberRupiah, 1.2e9}, {"Rp61.500", NumberRupiah, 61500}, {"3 juta rupiah", NumberRupiah, 3e6}}},
		{"Rabu, 18 Juni 2026 20.00 WITA", nil, []seen{{"18 Juni 2026", NumberDate, 20260618}, {"20.00", NumberTime, 1200}}},
		{"1–18 Juni 2026", nil, []seen{{"1", NumberDate, 20260601}, {"18 Juni 2026", NumberDate, 20260618}}},
		{"28 Mei–18 Juni 2026", nil, []seen{{"28 Mei", NumberDate, 528}, {"18 Juni 2026", NumberDate, 20260618}}},
		{"pada Maret 2026 dan bulan April, tahun 2025", nil, []seen{{"Maret 2026", NumberDate, 20260300}, {"April", NumberDate, 400}, {"2025", NumberDate, 20250000}}},
		{"2026-06-18 dan 2026-03 dan 18/06/2026", nil, []seen{{"2026-06-18", NumberDate, 20260618}, {"2026-03", NumberDate, 20260300}, {"18/06/2026", NumberDate, 20260618}}},
		{"triwulan II 2026", nil, []seen{{"triwulan II 2026", NumberDate, 20260000}}},
		{"pukul 09.30, jam 7, 14:05", nil, []seen{{"09.30", NumberTime, 570}, {"7", NumberTime, 420}, {"14:05", NumberTime, 845}}},
		{"09.00–11.30 WITA", nil, []seen{{"09.00", NumberTime, 540}, {"11.30", NumberTime, 690}}},
		{"7.5 dan 20.00", nil, []seen{{"7.5", NumberPlain, 7.5}, {"20.00", NumberPlain, 20}}},
		{"peringkat ke-3, ketiga, pertama", nil, []seen{{"ke-3", NumberOrdinal, 3}, {"ketiga", NumberOrdinal, 3}, {"pertama", NumberOrdinal, 1}}},
		{"pindah ke 12 kelurahan", nil, []seen{{"12", NumberPlain, 12}}},
		{"dua puluh lima laporan", nil, []seen{{"dua puluh lima", NumberWord, 25}}},
		{"Seribu empat ratus delapan puluh dua", nil, []seen{{"Seribu empat ratus delapan puluh dua", NumberWord, 1482}}},
		{"dua belas koma lima persen; sejuta; tiga ratus ribu", nil, []seen{{"dua belas koma lima persen", NumberPercent, 12.5}, {"sejuta", NumberWord, 1e6}, {"tiga ratus ribu", NumberWord, 3e5}}},
		{"sebelas, seratus lima, dua ribu", nil, []seen{{"sebelas", NumberWord, 11}, {"seratus lima", NumberWord, 105}, {"dua ribu", NumberWord, 2000}}},
		{"tiga, empat kejadian", nil, []seen{{"tiga", NumberWord, 3}, {"empat", NumberWord, 4}}},
		{"puluhan laporan, separuh warga", nil, []seen{{"puluhan", NumberWord, 10}, {"separuh", NumberWord, 0.5}}},
		{"salah satu, satu per satu, satu-satunya; satu", nil, []seen{{"satu", NumberWord, 1}}},
		{"Kelurahan Simpang Tiga 3 laporan", []string{"Simpang Tiga"}, []seen{{"3", NumberPlain, 3}}},
		{"Mei 2026, tepatnya 12 Mei 2026", []string{"Mei 2026"}, []seen{{"12 Mei 2026", NumberDate, 20260512}}},
		{"Kelurahan Simpang Tiga", nil, []seen{{"Tiga", NumberWord, 3}}},
		{"[E1] B-000123 64.72.08 PM2,5", nil, []seen{{"1", NumberCode, nan}, {"000123", NumberCode, nan}, {"64.72.08", NumberCode, nan}, {"2,5", NumberCode, nan}}},
		{"RT 03/RW 05", nil, []seen{{"03", NumberCode, nan}, {"05", NumberCode, nan}}},
		{"suhu -3,5 °C, minus 2, 10–12 hari, 3-5", nil, []seen{{"-3,5", NumberPlain, -3.5}, {"minus 2", NumberPlain, -2}, {"10", NumberPlain, 10}, {"12", NumberPlain, 12}, {"3", NumberPlain, 3}, {"5", NumberPlain, 5}}},
		{"luas 71,6 km² dan 12 µg/m³", nil, []seen{{"71,6", NumberPlain, 71.6}, {"12", NumberPlain, 12}}},
		{"１２ laporan, ½ lagi", nil, []seen{{"１", NumberCode, nan}, {"２", NumberCode, nan}, {"½", NumberCode, nan}}},
		{"30 hari terakhir", nil, []seen{{"30", NumberPlain, 30}}},
		{"dari 2000 laporan, dari 2024", nil, []seen{{"2000", NumberPlain, 2000}, {"2024", NumberDate, 20240000}}},
		{"Total 5. Lalu 6, dan 7.", nil, []seen{{"5", NumberPlain, 5}, {"6", NumberPlain, 6}, {"7", NumberPlain, 7}}},
		{"1,5 juta jiwa", nil, []seen{{"1,5 juta", NumberPlain, 1.5e6}}},
		{"0 laporan", nil, []seen{{"0", NumberPlain, 0}}},
		{"nol laporan", nil, []seen{{"nol", NumberWord, 0}}},
	}
	for _, c := range cases {
		var got []seen
		for _, m := range Numbers(c.text, c.names...) {
			if c.text[m.Start:m.End] != m.Text {
				t.Errorf("%q: offsets of %q are wrong", c.text, m.Text)
			}
			got = append(got, seen{m.Text, m.Kind, math.Round(m.Value*1e6) / 1e6})
		}
		same := cmp.Comparer(func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })
		if diff := cmp.Diff(c.want, got, same); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}

func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"1–18 Juni 2026 20.00", "dua ratus koma", "Rp -1.2,3 juta%", "ke-iv ½ −5", "\xff3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, m := range Numbers(text, "tiga") {
			if m.Start < end || m.End <= m.Start || m.End > len(text) || m.Text != text[m.Start:m.End] {
				t.Fatalf("%q: bad mention %+v after %d", text, m, end)
			}
			end = m.End
		}
		if !strings.ContainsAny(text, "0123456789") {
			return
		}
		// No digit may slip by unseen.
		covered := make([]bool, len(text))
		for _, m := range Numbers(text) {
			for i := m.Start; i < m.End; i++ {
				covered[i] = true
			}
		}
		for i := range len(text) {
			if text[i] >= '0' && text[i] <= '9' && !covered[i] {
				t.Fatalf("%q: digit at %d is in no mention", text, i)
			}
		}
	})
}
