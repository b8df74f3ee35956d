package language

// Known reports whether a lower-case word is Indonesian as far as our lists
// reach: a root, a form of one, or a spelling of one. Names are not words.
func Known(word string) bool {
	l := known()
	if l.names[word] {
		return false
	}
	_, spelled := l.spelling[word]
	root := l.root(word)
	return spelled || stop[word] || root != "" && !l.names[root]
}
