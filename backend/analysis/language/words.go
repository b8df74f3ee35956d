package language

import (
	"slices"
	"strings"
	"unicode"
)

// meant are words that search takes for another one of the same matter.
var meant = map[string]string{
	"got": "drainase", "parit": "drainase", "selokan": "drainase", "pju": "lampu", "kelurahan": "lurah", "kecamatan": "camat", "banget": "sangat",
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
		if w = searchedBy(w); w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// searchedBy is what a token is searched by, "" for one that says nothing.
func searchedBy(w string) string {
	if full, ok := meant[w]; ok {
		w = full
	}
	if stop[w] || len(w) < 2 && !unicode.IsDigit(rune(w[0])) || len(w) > longestWord {
		return ""
	}
	w = Stem(w)
	if full, ok := meant[w]; ok {
		w = full
	}
	if stop[w] {
		return ""
	}
	return w
}

// longestWord bounds the words that are searched by, in bytes.
const longestWord = 40
