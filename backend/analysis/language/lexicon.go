package language

import (
	_ "embed"
	"maps"
	"strings"
	"sync"
)

//go:embed roots.txt
var rootList string

//go:embed names.txt
var nameList string

//go:embed exceptions.txt
var exceptionList string

//go:embed frequent.txt
var frequentList string

//go:embed spelling.txt
var spellingList string

// lexicon is what the package knows about words. It is made once and never
// written again.
type lexicon struct {
	// roots are the base words a stem is accepted by; a longer word is
	// shortened only to one of them, so an unknown name is never cut in two.
	roots map[string]bool
	// names are kept whole, whatever root seems to be in them.
	names map[string]bool
	// exceptions are forms whose root the rules would miss.
	exceptions map[string]string
	// spelling is what a way of writing means: one word, or two with a space.
	spelling map[string]string
	// frequent are roots that a slip is mended to more readily.
	frequent map[string]bool
	slips    slipIndex
}

var known = sync.OnceValue(func() *lexicon {
	l := &lexicon{roots: wordSet(rootList), names: wordSet(nameList), exceptions: byForm(exceptionList), spelling: byForm(spellingList), frequent: wordSet(frequentList)}
	for _, root := range l.exceptions {
		l.roots[root] = true
	}
	maps.Copy(l.roots, l.frequent)
	l.slips = newSlipIndex(l.roots)
	return l
})

// wordSet reads words separated by spaces; lines that begin with # are remarks.
func wordSet(text string) map[string]bool {
	m := make(map[string]bool, len(text)/7)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for w := range strings.FieldsSeq(line) {
			m[w] = true
		}
	}
	return m
}

// byForm reads lines "meaning: form form …" into form → meaning.
func byForm(text string) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(text) {
		meaning, forms, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for form := range strings.FieldsSeq(forms) {
			m[form] = meaning
		}
	}
	return m
}

// holds reports whether the word needs no mending: a root, a name, or a form
// that stems to a root.
func (l *lexicon) holds(word string) bool {
	return l.roots[word] || l.names[word] || stop[word] || l.root(word) != ""
}
