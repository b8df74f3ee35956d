package city_test

import (
	"testing"

	"balaikota/backend/city"
)

// TestMaskOutwardLeavesWhatTheMatterNeeds: numbers that find a person go, places,
// dates, sums and names of streets stay.
func TestMaskOutwardLeavesWhatTheMatterNeeds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Hubungi 0813-7770-0011 atau sri.w@surel.uji":             "Hubungi [telepon] atau [surel]",
		"NIK 6472054101900001, KK 6472050102030004":               "NIK [NIK], KK [nomor KK]",
		"Truk KT 8123 QX buang sampah di RT 05 RW 02":             "Truk [pelat] buang sampah di RT 05 RW 02",
		"Pungli lewat rekening BRI 1234010004567":                 "Pungli lewat rekening BRI [rekening]",
		"Jalan Contoh No. 12 rusak sejak 12 Maret 2026, 3 lubang": "Jalan Contoh No. 12 rusak sejak 12 Maret 2026, 3 lubang",
		"Rugi Rp 1.500.000 sebulan":                               "Rugi Rp 1.500.000 sebulan",
		"Tanpa angka sama sekali":                                 "Tanpa angka sama sekali",
	} {
		if got := city.MaskOutward(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
		if got := city.Excerpt(text, 200); got != want {
			t.Errorf("the excerpt of %q is %q", text, got)
		}
	}
}

func BenchmarkMaskOutward(b *testing.B) {
	const text = "Jalan berlubang di depan pasar nomor 12 RT 05, sudah dua minggu dan belum ada yang datang memperbaiki; tiga sepeda motor jatuh kemarin malam. Mohon segera ditambal karena sekolah mulai 3 Agustus dan anak-anak lewat sini setiap pagi pukul 7 sampai 8, hubungi saya bila perlu."
	for b.Loop() {
		city.MaskOutward(text)
	}
}

// FuzzMaskOutward: it takes out at least what MaskPersonal does.
func FuzzMaskOutward(f *testing.F) {
	for _, s := range []string{"0813-7770-0011", "+62 (0) 813 7770 0011", "(0541) 123456", "6472 0541 0190 0001", "a@b.co", "KT 8123 QX", "x+6281377700011", "081377700011@c.id", "no. 12/3, 08"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if out := city.MaskOutward(s); city.MaskPersonal(out) != out {
			t.Errorf("%q became %q, which still holds what MaskPersonal takes out: %q", s, out, city.MaskPersonal(out))
		}
	})
}
