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
