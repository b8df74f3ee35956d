package language

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
)

//go:embed roots.txt
var rootList string

// roots are the base words a stem is accepted by; a longer word is shortened
// only to one of them, so a name is never cut in two.
var roots = func() map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(rootList) {
		for w := range strings.FieldsSeq(line) {
			if strings.HasPrefix(w, "#") {
				break
			}
			m[w] = true
		}
	}
	return m
}()

// written are ways people write words on a telephone, and what they mean.
var written = map[string]string{
	"jl": "jalan", "jln": "jalan", "jlan": "jalan", "gg": "gang", "ga": "tidak", "gak": "tidak", "gk": "tidak", "nggak": "tidak",
	"tdk": "tidak", "tak": "tidak", "blm": "belum", "blum": "belum", "sdh": "sudah", "udah": "sudah", "udh": "sudah", "dah": "sudah",
	"bnyk": "banyak", "byk": "banyak", "krn": "karena", "karna": "karena", "dgn": "dengan", "dg": "dengan", "yg": "yang", "utk": "untuk",
	"tlg": "tolong", "mhn": "mohon", "bgt": "banget", "kmrn": "kemarin", "skrg": "sekarang", "skrang": "sekarang",
	"rmh": "rumah", "sklh": "sekolah", "sklah": "sekolah", "dpn": "depan", "blkg": "belakang", "dkt": "dekat", "deket": "dekat",
	"aer": "air", "banyu": "air", "lobang": "lubang", "berlobang": "berlubang", "kk": "keluarga",
	"kel": "kelurahan", "kec": "kecamatan", "puskes": "puskesmas", "pkm": "puskesmas",
}

// meant are words that search takes for another one of the same matter.
var meant = map[string]string{
	"banget": "sangat", "bolong": "lubang", "got": "drainase", "parit": "drainase", "selokan": "drainase", "pju": "lampu",
	"kelurahan": "lurah", "kecamatan": "camat",
}

// stop are words that say nothing about the matter.
var stop = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`yang dan di ke dari untuk pada dengan ini itu saya kami kita dia mereka ada adalah akan atau juga
		karena tolong mohon sangat agar supaya oleh sebagai dalam para pak bu bapak ibu min admin selamat pagi siang sore malam
		assalamualaikum terima kasih terimakasih nya lah kah pun kok dong sih deh aja saja lagi sudah belum tidak bisa dapat sama
		the of and to`) {
		m[w] = true
	}
	return m
}()

// Words returns the search words of an Indonesian text in order of first
// appearance: those of Tokens without stop words, each shortened to its root
// where that root is known. Numbers and names stay. The same function serves
// stored texts and questions.
func Words(text string) []string {
	var out []string
	for _, w := range Tokens(text) {
		if full, ok := meant[w]; ok {
			w = full
		}
		if stop[w] || len(w) < 2 && !unicode.IsDigit(rune(w[0])) || len(w) > 40 {
			continue
		}
		w = Stem(w)
		if !stop[w] && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// squeeze collapses three and more equal letters to one ("parahhh"), two of
// them only at the end of a word: Indonesian roots do not end doubled.
func squeeze(w string) string {
	var b strings.Builder
	rs := []rune(w)
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && rs[j] == rs[i] {
			j++
		}
		n := j - i
		if !unicode.IsDigit(rs[i]) && (n > 2 || n == 2 && j == len(rs)) {
			n = 1
		}
		for range n {
			b.WriteRune(rs[i])
		}
		i = j
	}
	return b.String()
}

// Stem shortens a word to its root by the affixes of Indonesian morphology
// (particles and possessives, then -kan -an -i, then up to two prefixes with
// the nasal changes), accepting a result only when it is a known root.
func Stem(word string) string {
	if roots[word] || len(word) < 4 {
		return word
	}
	for _, w := range withoutSuffixes(word) {
		if roots[w] {
			return w
		}
		if r := withoutPrefixes(w, 2); r != "" {
			return r
		}
	}
	return word
}

// withoutSuffixes returns the word and what is left of it after particles,
// possessives and derivational suffixes, longest first.
func withoutSuffixes(word string) []string {
	out := []string{word}
	for _, group := range [][]string{{"lah", "kah", "tah", "pun"}, {"nya", "ku", "mu"}, {"kan", "an", "i"}} {
		for _, w := range slices.Clone(out) {
			for _, s := range group {
				if cut, ok := strings.CutSuffix(w, s); ok && len(cut) >= 3 {
					out = append(out, cut)
				}
			}
		}
	}
	return out
}

// nasal prefixes and the first letters that they may have swallowed.
var nasal = []struct {
	prefix string
	lost   []string
}{
	{"meny", []string{"s"}}, {"peny", []string{"s"}}, {"meng", []string{"", "k"}}, {"peng", []string{"", "k"}},
	{"men", []string{"", "t"}}, {"pen", []string{"", "t"}}, {"mem", []string{"", "p"}}, {"pem", []string{"", "p"}},
	{"me", []string{""}}, {"pe", []string{""}}, {"ber", []string{""}}, {"per", []string{""}}, {"ter", []string{""}},
	{"be", []string{""}}, {"te", []string{""}}, {"di", []string{""}}, {"ke", []string{""}}, {"se", []string{""}},
	// Spoken and Banjar forms.
	{"nge", []string{""}}, {"ng", []string{"", "k"}}, {"ny", []string{"s"}}, {"ba", []string{""}}, {"ta", []string{""}}, {"ma", []string{""}},
}

// withoutPrefixes returns the root below up to depth prefixes, "" if none.
func withoutPrefixes(w string, depth int) string {
	for _, n := range nasal {
		rest, ok := strings.CutPrefix(w, n.prefix)
		if !ok || len(rest) < 2 {
			continue
		}
		for _, lost := range n.lost {
			if roots[lost+rest] {
				return lost + rest
			}
		}
		if depth > 1 {
			for _, lost := range n.lost {
				if r := withoutPrefixes(lost+rest, depth-1); r != "" {
					return r
				}
			}
		}
	}
	return ""
}
