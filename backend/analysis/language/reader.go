package language

import (
	"slices"
	"strings"
)

// Reader gives the search words of many texts and remembers what each written
// word came to: a few thousand words make up most of what people write (Zipf,
// "Human Behavior and the Principle of Least Effort", 1949), and to mend and
// stem an unknown one takes hundreds of look-ups. What it remembers is bounded.
// The zero value is ready; it is not safe for concurrent use.
type Reader struct {
	known map[string][]string // by written word
	words []string            // of the text in hand, as written
}

// rememberedWords bounds what a Reader remembers: some 4 MB.
const rememberedWords = 1 << 15

// Words returns what the function Words returns.
func (r *Reader) Words(text string) []string {
	r.words = r.words[:0]
	written(text, func(w Token) { r.words = append(r.words, w.Word) }, func() { r.words = r.words[:len(r.words)-1] })
	out := make([]string, 0, len(r.words))
	for _, w := range r.words {
		for _, s := range r.search(w) {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// search is what a written word is searched by.
func (r *Reader) search(w string) []string {
	if found, ok := r.known[w]; ok {
		return found
	}
	if len(w) > longestWord {
		return searchWords(w)
	}
	if r.known == nil || len(r.known) >= rememberedWords {
		r.known = make(map[string][]string, 1024)
	}
	w = strings.Clone(w) // not to keep the whole text
	found := searchWords(w)
	r.known[w] = found
	return found
}

func searchWords(w string) (out []string) {
	putMended(Token{Word: w}, func(t Token) {
		if s := searchedBy(t.Word); s != "" {
			out = append(out, s)
		}
	})
	return out
}
