package language

import (
	"os"
	"strings"
	"testing"
)

// family is a root and the derived forms that must come to the same stem.
type family struct {
	root  string
	forms []string
}

func families(t *testing.T, file string) (out []family) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] != "#" {
			out = append(out, family{words[0], words[1:]})
		}
	}
	return out
}

// searchWord is what search makes of one word, stop words too.
func searchWord(w string) string { return Stem(Normalise(w)) }

// TestFamiliesMeet measures the stemmer on families of our own: one file was
// looked at while the word list grew, the other was written before and left
// alone. What is guarded is a little below what was reached.
func TestFamiliesMeet(t *testing.T) {
	t.Parallel()
	for file, least := range map[string]float64{"testdata/families.txt": 0.99, "testdata/families_held_out.txt": 0.93} {
		all, right := 0, 0
		stems := map[string]string{} // stem → the root whose family has it
		for _, f := range families(t, file) {
			stem := searchWord(f.root)
			if other, taken := stems[stem]; taken {
				t.Errorf("%s and %s are merged", other, f.root)
			}
			stems[stem] = f.root
			for _, form := range f.forms {
				all++
				if got := searchWord(form); got == stem {
					right++
				} else {
					t.Logf("%s: %s gives %q, its root %s gives %q", file, form, got, f.root, stem)
				}
			}
		}
		rate := float64(right) / float64(all)
		t.Logf("%s: %d families, %d of %d forms meet their root (%.1f %%)", file, len(stems), right, all, 100*rate)
		if rate < least {
			t.Errorf("%s: %.3f, want at least %.3f", file, rate, least)
		}
	}
}
