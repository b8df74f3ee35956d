package language

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReaderReadsAsWords: what is remembered changes nothing, in whatever order
// texts come.
func TestReaderReadsAsWords(t *testing.T) {
	t.Parallel()
	texts := []string{
		"", "Tlg pak jln berlobang di dpn sklh blm diperbaiki, lampu2 jg mati bgt sdh 2hari",
		"anak-anak berlari-lari, anak-anaknya; gada-gadanya, rumah-rumahnya", "RT 05/RW 3 gg. Mawar no 12A 0812345678", "lampuuu mati-mati terussss!!",
		"ulun handak batakun kanapa sampah kada diangkut, bau banar", "é Ünïcode \xff\xfe kata", strings.Repeat("a", 300) + " banjir " + strings.Repeat("x", 41),
		"selokan got parit drainase DRAINASE Selokannya", "-- - a-b-c-d jalan-jalanan",
	}
	var r Reader
	for range 2 {
		for _, text := range texts {
			if diff := cmp.Diff(Words(text), nilIfEmpty(r.Words(text))); diff != "" {
				t.Errorf("%q: %s", text, diff)
			}
		}
	}
}

func nilIfEmpty(words []string) []string {
	if len(words) == 0 {
		return nil
	}
	return words
}

func TestReaderForgets(t *testing.T) {
	t.Parallel()
	var r Reader
	for i := range rememberedWords + 100 {
		r.Words("k" + strings.Repeat("a", i%7) + letters(i))
	}
	if n := len(r.known); n == 0 || n > rememberedWords {
		t.Errorf("%d words are remembered", n)
	}
}

// letters writes a number in letters.
func letters(i int) string {
	if i == 0 {
		return ""
	}
	return string(rune('a'+i%26)) + letters(i/26)
}

// FuzzReader: a Reader that has read other things reads as Words does.
func FuzzReader(f *testing.F) {
	f.Add("anak-anaknya gada2 lampu2nya", "jalan2 rusak")
	f.Fuzz(func(t *testing.T, first, second string) {
		var r Reader
		for _, text := range []string{first, second, first} {
			if diff := cmp.Diff(Words(text), nilIfEmpty(r.Words(text))); diff != "" {
				t.Errorf("%q: %s", text, diff)
			}
		}
	})
}
