package planner

import (
	"cmp"
	"slices"
)

// kind is what a group of words names.
type kind int

const (
	isFiller kind = iota // says nothing by itself
	isCue                // a wish, a measure, an operation: see cue
	isArea
	isSubject // a category or an indicator
	isOffice
	isChannel
	isSource
	isPeriod
	isNumber
	isPlace // a street or landmark that is no area
)

// fit says how well a group of words names what it names, best first.
type fit int

const (
	byName    fit = iota // the whole name
	byWord               // a declared word or alias
	bySynonym            // our own word for the civic subject
	byPart               // part of the name, and nobody else's
	byHint               // a word of the name that says too little alone
	byTypo               // one or two letters wrong
)

// match is one reading of the tokens [from, to).
type match struct {
	from, to int
	kind     kind
	fit      fit
	cue      cue
	codes    []string  // areas
	said     string    // level that was said with the area: "kecamatan", "kelurahan"
	subjects []subject // categories and indicators
	slug     string    // office, channel or source
	span     span      // period
	value    float64   // number
	text     string    // as written, for asking back
}

func (m match) length() int { return m.to - m.from }

// settle keeps the readings that hold together: the longest first, then the
// better fit, then the kind that says more, then the earlier.
func settle(candidates []match) []match {
	slices.SortStableFunc(candidates, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.length(), a.length()), cmp.Compare(a.fit, b.fit), cmp.Compare(b.kind.weight(), a.kind.weight()), cmp.Compare(a.from, b.from))
	})
	var out []match
	var taken [maxTokens + 1]bool
next:
	for _, m := range candidates {
		for i := m.from; i < m.to; i++ {
			if taken[i] {
				continue next
			}
		}
		for i := m.from; i < m.to; i++ {
			taken[i] = true
		}
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b match) int { return cmp.Compare(a.from, b.from) })
	return out
}

// weight orders kinds where two readings take the same words.
func (k kind) weight() int {
	switch k {
	case isPeriod:
		return 9
	case isOffice:
		return 8
	case isSubject:
		return 7
	case isArea:
		return 6
	case isSource, isChannel:
		return 5
	case isPlace:
		return 4
	case isCue:
		return 3
	case isNumber:
		return 2
	case isFiller:
		return 1
	}
	return 0
}
