package briefing

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClippedTextEndsWhereReadersExpectIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		n    int
		want string
	}{
		"short enough":     {"Air  naik\n73 cm.", 40, "Air naik 73 cm."},
		"at a word":        {"Saluran tersumbat di beberapa gang", 24, "Saluran tersumbat di…"},
		"at a sentence":    {"Air naik di Gang Sungai Kecil. Sudah 18 laporan sejak pagi.", 45, "Air naik di Gang Sungai Kecil. …"},
		"sentence too far": {"Air naik. Sudah delapan belas laporan sejak pagi tadi", 40, "Air naik. Sudah delapan belas laporan…"},
		"its unit is cut":  {"Tinggi air mencapai 73 cm di pos itu", 24, "Tinggi air mencapai…"},
		"a range":          {"Berkurang kira-kira 12,5 sampai 30 %", 29, "Berkurang kira-kira…"},
		"rupiah":           {"Biayanya sekitar Rp 12.500.000 setahun", 26, "Biayanya sekitar…"},
		"one long word":    {"Kategoribanjirdrainasekota", 10, "Kategorib…"},
		"one long figure":  {"rt12.500.000.000", 9, "rt…"},
	} {
		if got := clip(c.text, c.n); got != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}

// Whatever the text, what is left is its beginning, short enough, and no figure
// stands there that the text does not hold.
func FuzzClip(f *testing.F) {
	f.Add("Tinggi air 1.482 mm. Naik 12,5 % sejak pagi.", 20)
	f.Add("rt12.500.000.000", 9)
	f.Fuzz(func(t *testing.T, text string, n int) {
		if n < 8 || n > 400 || !utf8.ValidString(text) {
			t.Skip()
		}
		got := clip(text, n)
		whole := strings.Join(strings.Fields(text), " ")
		if utf8.RuneCountInString(got) > n {
			t.Fatalf("%q is longer than %d", got, n)
		}
		if got == whole {
			return
		}
		kept, cut := strings.CutSuffix(got, "…")
		kept = strings.TrimSuffix(kept, " ")
		if !cut || !strings.HasPrefix(whole, kept) {
			t.Fatalf("%q is not the beginning of %q", got, whole)
		}
		last, _ := utf8.DecodeLastRuneInString(kept)
		next, _ := utf8.DecodeRuneInString(whole[len(kept):])
		if unicode.IsDigit(last) && unicode.IsDigit(next) {
			t.Fatalf("%q ends within a figure of %q", got, whole)
		}
	})
}
