package connectors

import (
	"cmp"
	"slices"

	"balaikota/backend/city"
)

// PassedTally counts records that are neither taken nor refused. The zero value is
// ready for use.
type PassedTally map[city.PassedWhy]int

// Add counts n records more.
func (t *PassedTally) Add(why city.PassedWhy, n int) {
	if *t == nil {
		*t = PassedTally{}
	}
	(*t)[why] += n
}

// List is what was counted, the most first.
func (t PassedTally) List() []city.PassedOver {
	out := make([]city.PassedOver, 0, len(t))
	for why, n := range t {
		out = append(out, city.PassedOver{Why: why, Count: n})
	}
	slices.SortFunc(out, func(a, b city.PassedOver) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Why, b.Why))
	})
	return out
}
