package place

import (
	_ "embed"
	"strings"
)

//go:embed words.txt
var wordList string

// wordClass is what a word can be to a name; a word may be several things.
type wordClass uint16

const (
	never   wordClass = 1 << iota // ends a name in any spelling
	common                        // ends a name unless capitals say otherwise
	first                         // common, but may begin a name
	dull                          // with a spelled-out head a description
	tail                          // ends many names
	title                         // stands before a person's name
	honour                        // how people are called
	nearby                        // beside what follows
	fill                          // between a word of nearness and the place
	unit                          // what a number counts
	root                          // an everyday root, hardly a name
	generic                       // alone no name
	base                          // asks for another word
)

var classNames = map[string]wordClass{
	"never": never, "common": common, "first": first, "dull": dull, "tail": tail, "title": title,
	"honour": honour, "near": nearby, "fill": fill, "unit": unit, "root": root, "generic": generic, "base": base,
}

var wordClasses = func() map[string]wordClass {
	m := map[string]wordClass{}
	for line := range strings.Lines(wordList) {
		name, words, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		c := classNames[name]
		for w := range strings.FieldsSeq(words) {
			m[w] |= c
		}
	}
	return m
}()

func (c wordClass) is(what wordClass) bool { return c&what != 0 }

func wordsOf(c wordClass) map[string]bool {
	m := map[string]bool{}
	for w, k := range wordClasses {
		if k.is(c) {
			m[w] = true
		}
	}
	return m
}

var (
	nearWords = wordsOf(nearby)
	fillWords = wordsOf(fill)
	unitWords = wordsOf(unit)
)
