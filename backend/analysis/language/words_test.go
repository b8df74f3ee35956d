package language

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStemFindsTheRootWhereItIsKnown(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"kebanjiran": "banjir", "dibanjiri": "banjir", "penerangan": "terang", "menyelesaikan": "selesai", "diselesaikan": "selesai",
		"keluhan": "keluh", "mengeluh": "keluh", "pengaduan": "adu", "perbaikan": "baik", "diperbaiki": "baik", "memperbaiki": "baik",
		"jalanan": "jalan", "penanganan": "tangan", "mengirimkan": "kirim", "menumpuk": "tumpuk", "pengangkutan": "angkut",
		"laporannya": "lapor", "pemerintah": "pemerintah", "tergenang": "genang", "genangan": "genang", "persekolahan": "sekolah",
		// Names are no affixed roots.
		"mesjid": "mesjid", "benanga": "benanga", "sempaja": "sempaja", "temindung": "temindung", "kapih": "kapih",
	} {
		if got := Stem(word); got != want {
			t.Errorf("Stem(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestWordsReadsTelephoneSpelling(t *testing.T) {
	t.Parallel()
	got := Words("Jln. P. Antasari BANJIRRR, airnya sdh masuk rmh 3 hari blm ada yg tangani!!!")
	want := []string{"jalan", "antasari", "banjir", "air", "masuk", "rumah", "3", "hari", "tangan"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestWordsOfQuestionAndTextMeet(t *testing.T) {
	t.Parallel()
	text := Words("lampu penerangan jalan umum padam, jalanan gelap gulita")
	for _, q := range Words("penerangan yang gelap di jalan") {
		if !slices.Contains(text, q) {
			t.Errorf("question word %q is not among %v", q, text)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add("Banjirrr di jl. Juanda\x00 😡")
	f.Add("İstanbul ǅ ß \xff\xfe")
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range Words(text) {
			if w == "" || len(w) > 60 {
				t.Errorf("word %q", w)
			}
		}
	})
}
