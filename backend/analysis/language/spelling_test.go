package language

import (
	"os"
	"strings"
	"testing"
)

func TestNormaliseMendsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		// abbreviations and spoken forms
		"jln": "jalan", "tdk": "tidak", "gada": "tidak ada", "rs": "rumah sakit", "sblmnya": "sebelumnya", "airx": "air", "rmhx": "rumahnya",
		// stress
		"parahhh": "parah", "tolooong": "tolong", "maaf": "maaf", "saat": "saat",
		// digits
		"2hari": "2 hari", "jln2": "jalan", "lampu2": "lampu", "rumah2nya": "rumahnya", "rt05": "rt 05", "sd2": "sd 2", "gg3": "gang 3",
		"b0cor": "bocor", "s4mpah": "sampah", "5ampah": "sampah", "3x": "3 kali", "10cm": "10 cm", "2m": "2 meter", "2025": "2025", "kt1234ab": "kt1234ab",
		// Banjar and Javanese
		"kada": "tidak", "kd": "tidak", "banyu": "air", "handak": "hendak", "nang": "yang", "wan": "dengan", "gasan": "untuk", "ganal": "besar",
		"parak": "dekat", "higa": "samping", "calap": "tergenang", "wis": "sudah", "akeh": "banyak", "peteng": "gelap",
		// words that mean something else in Indonesian stay
		"lawan": "lawan", "halus": "halus", "becek": "becek", "kali": "kali",
		// one slip
		"bajnir": "banjir", "bajir": "banjir", "sampha": "sampah", "lampy": "lampu", "tergenag": "tergenang", "drainsae": "drainase",
		"keluraham": "kelurahan", "petugsa": "petugas", "masyarkat": "masyarakat", "dibesihkan": "dibersihkan", "dibersikan": "dibersikan",
		// no slip of anything
		"bukan": "bukan", "memang": "memang", "pokok": "pokok", "kendali": "kendali", "selili": "selili",
	} {
		if got := Normalise(word); got != want {
			t.Errorf("Normalise(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestTokensOfABanjarComplaint(t *testing.T) {
	t.Parallel()
	got := strings.Join(Tokens("Banyu calap parak rumah2 ulun, jln2 licak, kada kawa lalu. Tlg lah dibersihin gotnya, sdh 2hari!!"), " ")
	want := "air tergenang dekat rumah saya jalan becek tidak kawa lalu tolong lah dibersihkan gotnya sudah 2 hari"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestNamesAreKeptWhole(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/kept_whole.txt")
	if err != nil {
		t.Fatal(err)
	}
	for w := range wordSet(string(text)) {
		if got := Stem(Normalise(w)); got != w {
			t.Errorf("%s becomes %s", w, got)
		}
	}
}

// BenchmarkWords is one sloppy report of 16 words.
func BenchmarkWords(b *testing.B) {
	const text = "Tlg jln2 di depan rmh kami rusak parahhh sdh 2bulan blm diperbaiki, airnya tergenag trs"
	for b.Loop() {
		Words(text)
	}
}

func FuzzNormalise(f *testing.F) {
	for _, w := range []string{"jln2", "b0cor", "bajnir", "2x", "", "aaaa2nya", "\xff2", "ßß2"} {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, w string) {
		got := Normalise(strings.ToLower(w))
		if len(got) > 3*len(w)+40 {
			t.Errorf("%q grew to %q", w, got)
		}
		for _, token := range Tokens(w) {
			if token == "" || strings.ContainsRune(token, ' ') {
				t.Errorf("%q gives token %q", w, token)
			}
			if Stem(token) == "" {
				t.Errorf("%q has no stem", token)
			}
		}
	})
}
