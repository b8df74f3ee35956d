package language_test

import (
	"testing"

	"balaikota/backend/analysis/language"
)

func TestWordsAreKnownAndNamesAreNot(t *testing.T) {
	t.Parallel()
	for _, w := range []string{"sampah", "laporan", "menyelesaikan", "berapa", "bulan", "lalu", "yg", "brp", "banjir"} {
		if !language.Known(w) {
			t.Errorf("%q is a word", w)
		}
	}
	for _, w := range []string{"semplaja", "xqzt", "tenun3", "palarang9"} {
		if language.Known(w) {
			t.Errorf("%q is not a word", w)
		}
	}
}
