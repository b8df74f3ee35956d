package language

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTokensKeepOrderAndRepetition(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"Lampu-lampu di Jl. Merdeka sdh MATIII 3 hari, matiii!": {"lampu", "di", "jalan", "merdeka", "sudah", "mati", "3", "hari", "mati"},
		"anak-anaknya berlari-lari, sayur-mayur":                {"anaknya", "berlari", "sayur", "mayur"},
		"":                                                      {},
		" -- !? ":                                               {},
		"RT 05":                                                 {"rt", "05"},
	} {
		if d := cmp.Diff(want, Tokens(text)); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}

func TestLocatedPointsIntoTheText(t *testing.T) {
	t.Parallel()
	const text = "Tdk ada korban. İni 2hari, ANAK-anaknya sakit"
	var got []string
	for _, tok := range Located(text) {
		got = append(got, tok.Word+"="+text[tok.Start:tok.End]+string(rune(max(tok.Break, ' '))))
	}
	want := []string{"tidak=Tdk ", "ada=ada ", "korban=korban ", "ini=İni.", "2=2hari ", "hari=2hari ", "anaknya=ANAK-anaknya,", "sakit=sakit "}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
