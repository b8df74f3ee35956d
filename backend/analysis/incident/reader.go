package incident

import (
	"strings"

	"balaikota/backend/analysis/language"
	"balaikota/backend/analysis/place"
)

// reader makes features and remembers what words and names come to: those of
// one city return again and again. What it remembers is bounded and changes
// nothing. It is not safe for concurrent use.
type reader struct {
	told   language.Reader
	words  map[string]sense
	names  map[named]spot
	inner  map[string]place.Mention // the first that stands in another one's words
	shorts map[string]string
	room   []sense
}

// rememberedNames bounds what a reader remembers of each kind: some 10 MB in all.
const rememberedNames = 1 << 15

// withReader lends one that is free.
func (m *Model) withReader(do func(*reader)) {
	if m.readers == nil { // a zero Model
		do(&reader{})
		return
	}
	x, ok := m.readers.Get().(*reader)
	if !ok {
		x = &reader{}
	}
	do(x)
	m.readers.Put(x)
}

// remember adds to what is remembered; when there is too much, all is forgotten.
func remember[K comparable, V any](all map[K]V, key K, value V) map[K]V {
	if all == nil || len(all) >= rememberedNames {
		all = make(map[K]V, 256)
	}
	all[key] = value
	return all
}

// sense is what a word of a text comes to.
type sense struct {
	id     uint32
	weight float32
	topics topics
}

// sensesOf are those of words; they hold until the next call.
func (x *reader) sensesOf(words []string) []sense {
	x.room = x.room[:0]
	for _, w := range words {
		s, ok := x.words[w]
		if !ok {
			s = senseOf(w)
			x.words = remember(x.words, strings.Clone(w), s)
		}
		x.room = append(x.room, s)
	}
	return x.room
}

func senseOf(w string) sense {
	s := sense{id: hash32(w), weight: weightRare, topics: lexical().words[w]}
	switch {
	case small[w]:
		s.weight = weightSmall
	case s.topics != 0:
		s.weight = weightTopic
	}
	return s
}

// named is what a mention names.
type named struct {
	kind               place.Kind
	head, name, number string
}

// spot is spotOf, from memory where it can be. Its strings hold nothing of the
// text that named it.
func (x *reader) spot(m place.Mention) spot {
	key := named{m.Kind, m.Head, m.Name, m.Number}
	s, ok := x.names[key]
	if !ok {
		m.Name, m.Number = strings.Clone(m.Name), strings.Clone(m.Number)
		key.name, key.number = m.Name, m.Number
		if s = spotOf(m); len(m.Name) <= longestName {
			x.names = remember(x.names, key, s)
		}
	}
	return s
}

// short is the same string, once for all that have it.
func (x *reader) short(s string) string {
	if s == "" {
		return ""
	}
	one, ok := x.shorts[s]
	if !ok {
		if one = strings.Clone(s); len(s) <= longestName {
			x.shorts = remember(x.shorts, one, one)
		}
	}
	return one
}

// behind is the first mention in what a street is called, the zero Mention if
// there is none.
func (x *reader) behind(name string) place.Mention {
	m, ok := x.inner[name]
	if !ok {
		name = strings.Clone(name)
		if in := place.Mentions(name); len(in) > 0 {
			m = in[0]
		}
		if len(name) <= longestName {
			x.inner = remember(x.inner, name, m)
		}
	}
	return m
}

// longestName bounds the names that are remembered, in bytes.
const longestName = 80
