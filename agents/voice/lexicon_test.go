package voice_test

import (
	"slices"
	"testing"

	"balaikota/agents/voice"
	"balaikota/backend/analysis/language"
)

var cityNames = []string{
	"Sempaja Selatan", "Sempaja Utara", "Lok Bahu", "Sungai Kunjang", "Palaran", "Loa Janan Ilir", "Rapak Dalam", "Sidodadi", "Sidomulyo", "Sidodamai",
	"Karang Asam Ilir", "Karang Asam Ulu", "Teluk Lerong Ilir", "Teluk Lerong Ulu", "Air Putih", "Air Hitam", "Gunung Lingai", "Handil Bakti",
	"Simpang Tiga", "Baqa", "Mesjid", "Disdukcapil", "DPUPR", "Dinas Lingkungan Hidup", "Bendungan Benanga", "Sambutan", "Pelita",
}

func TestNamesInATranscriptAreMended(t *testing.T) {
	t.Parallel()
	lex := voice.NewLexicon(cityNames, []string{"Siti Rahmawati"}, language.Known)
	for heard, want := range map[string]string{
		"berapa laporan sampah di palarang bulan ini":           "berapa laporan sampah di Palaran bulan ini",
		"berapa laporan di lokbahu":                             "berapa laporan di Lok Bahu",
		"bagaimana keadaan di lo ajanan ilir kemarin":           "bagaimana keadaan di Loa Janan Ilir kemarin",
		"laporan banjir di sungai kunjang":                      "laporan banjir di Sungai Kunjang",
		"laporan banjir di sungai kuncang":                      "laporan banjir di Sungai Kunjang",
		"jalan rusak di rapat dalem":                            "jalan rusak di Rapak Dalam",
		"berapa tinggi muka air bendungan benangga hari ini":    "berapa tinggi muka air Bendungan Benanga hari ini",
		"disduk capil paling lambat di mana":                    "Disdukcapil paling lambat di mana",
		"laporan di gunung linggai dan sido dadi":               "laporan di Gunung Lingai dan Sidodadi",
		"berapa laporan pohon bulan lalu":                       "berapa laporan pohon bulan lalu",
		"apa kabar hari ini, ada yang perlu diperhatikan?":      "apa kabar hari ini, ada yang perlu diperhatikan?",
		"air bersih mati di sambutan":                           "air bersih mati di Sambutan",
		"berapa orang yang mengeluh tentang simpang jalan tiga": "berapa orang yang mengeluh tentang simpang jalan tiga",
	} {
		got, corrections := lex.Correct(heard)
		if got != want {
			t.Errorf("%q became %q, want %q (%v)", heard, got, want, corrections)
		}
	}
}

// Two names that sound alike are not chosen between.
func TestAnAmbiguousSoundIsLeft(t *testing.T) {
	t.Parallel()
	lex := voice.NewLexicon([]string{"Sidodami", "Sidodani"}, nil, language.Known)
	if got, corrections := lex.Correct("di sidodali"); got != "di sidodali" || len(corrections) != 0 {
		t.Errorf("a choice was made: %q %v", got, corrections)
	}
}

func TestACorrectionSaysWhatWasHeard(t *testing.T) {
	t.Parallel()
	lex := voice.NewLexicon(cityNames, []string{"Siti Rahmawati"}, language.Known)
	_, got := lex.Correct("Berapa laporan di Palarang, Pak?")
	if want := []voice.Correction{{Heard: "Palarang", Written: "Palaran"}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, none := lex.Correct("berapa laporan di palaran"); len(none) != 0 {
		t.Errorf("a name in small letters is no mistake: %v", none)
	}
}

func FuzzCorrect(f *testing.F) {
	lex := voice.NewLexicon(cityNames, []string{"Siti Rahmawati"}, language.Known)
	f.Add("berapa laporan di palarang")
	f.Fuzz(func(_ *testing.T, text string) { lex.Correct(text) })
}
