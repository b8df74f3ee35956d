package planner

import "slices"

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
	lean     int       // more where the word before speaks for this kind
}

func (m match) length() int { return m.to - m.from }

// settle keeps the readings that hold together: those that leave the fewest
// words unread, then in fewer and longer groups, then the better fits. It is
// the best path through the tokens, found from the left (Viterbi 1967).
func settle(candidates []match, n int) []match {
	if n > maxTokens {
		return nil
	}
	ending := make([][]int, n+1)
	for k, m := range candidates {
		ending[m.to] = append(ending[m.to], k)
	}
	var worth [maxTokens + 1]int
	var taken [maxTokens + 1]int // match that ends here, -1 for an unread word
	for i := 1; i <= n; i++ {
		worth[i], taken[i] = worth[i-1], -1
		for _, k := range ending[i] {
			if w := worth[candidates[k].from] + candidates[k].worth(); w > worth[i] {
				worth[i], taken[i] = w, k
			}
		}
	}
	var out []match
	for i := n; i > 0; {
		if taken[i] < 0 {
			i--
			continue
		}
		out = append(out, candidates[taken[i]])
		i = candidates[taken[i]].from
	}
	slices.Reverse(out)
	return out
}

// worth weighs a reading. A word read counts more than all else together.
func (m match) worth() int {
	n := m.length()
	return 1000*n + 10*n*n - 100 + 40*m.lean - 20*int(m.fit) + m.kind.weight()
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
