package incident

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Ruling is an officer's word on two reports, by their keys, and when it was
// given. city.OneMatter and city.TwoMatters are the words of a merge and a split.
type Ruling struct {
	A, B string
	Same bool
	At   time.Time
}

// canonical orders rulings so that the newest word is heard first, and a
// parting before a joining of the same moment; every pair is written one way.
func canonical(rulings []Ruling) []Ruling {
	out := slices.Clone(rulings)
	for i, r := range out {
		if r.B < r.A {
			out[i].A, out[i].B = r.B, r.A
		}
	}
	slices.SortFunc(out, func(x, y Ruling) int {
		return cmp.Or(y.At.Compare(x.At), compareBool(y.Same, x.Same), strings.Compare(x.A, y.A), strings.Compare(x.B, y.B))
	})
	return slices.CompactFunc(out, func(x, y Ruling) bool { return x.A == y.A && x.B == y.B && x.Same == y.Same && x.At.Equal(y.At) })
}

// Members is one incident: the keys of its reports, oldest first.
type Members struct {
	// Key is the first report's; it names the incident as long as that report
	// stays its first.
	Key  string
	Keys []string
	// ByHand are the reports that an officer ruled into or out of something.
	ByHand []string
}

// Settle makes incidents of links and rulings. links are in canonical order
// and closed: the parent of each is among them. Rulings are heard newest
// first; one that an earlier heard one forbids is void. Then each link is
// followed, and each bridge, unless it would join what was ruled apart; a report
// whose link is forbidden goes to the second-best incident, or stands alone. Rulings on
// reports that are not among the links count as soon as they are. The result
// does not depend on the order of rulings, and links in trees without rulings
// give the trees. Groups are ordered by their first reports.
func Settle(links []Link, rulings []Ruling) []Members {
	at := make(map[string]int, len(links))
	for i, l := range links {
		at[l.Key] = i
	}
	u := newUnions(len(links))
	byHand := map[int]bool{}
	for _, r := range canonical(rulings) {
		a, okA := at[r.A]
		b, okB := at[r.B]
		if !okA || !okB || a == b {
			continue
		}
		if r.Same {
			u.join(a, b)
		} else {
			u.forbid(a, b)
		}
		byHand[a], byHand[b] = true, true
	}
	for i, l := range links {
		if l.Parent == "" {
			continue
		}
		p, ok := at[l.Parent]
		followed := ok && u.join(i, p)
		if o, ok := at[l.Other]; ok && l.Other != "" && (l.Bridges || !followed) {
			u.join(i, o)
		}
	}
	return u.members(links, byHand)
}

// unions is a union-find with forbidden pairs.
type unions struct {
	up    []int
	apart map[int]map[int]bool // root: roots it must not be joined with
}

func newUnions(n int) *unions {
	u := &unions{up: make([]int, n), apart: map[int]map[int]bool{}}
	for i := range u.up {
		u.up[i] = i
	}
	return u
}

func (u *unions) find(i int) int {
	for u.up[i] != i {
		u.up[i] = u.up[u.up[i]]
		i = u.up[i]
	}
	return i
}

// join makes one of two, the earlier one the root; it refuses what is
// forbidden.
func (u *unions) join(a, b int) bool {
	a, b = u.find(a), u.find(b)
	if a == b {
		return true
	}
	if u.apart[a][b] {
		return false
	}
	if b < a {
		a, b = b, a
	}
	u.up[b] = a
	for c := range u.apart[b] {
		delete(u.apart[c], b)
		u.part(a, c)
	}
	delete(u.apart, b)
	return true
}

// forbid keeps two apart, unless a newer word has joined them.
func (u *unions) forbid(a, b int) {
	if a, b = u.find(a), u.find(b); a != b {
		u.part(a, b)
	}
}

func (u *unions) part(a, b int) {
	for _, p := range [2][2]int{{a, b}, {b, a}} {
		if u.apart[p[0]] == nil {
			u.apart[p[0]] = map[int]bool{}
		}
		u.apart[p[0]][p[1]] = true
	}
}

func (u *unions) members(links []Link, byHand map[int]bool) []Members {
	group := map[int]int{}
	var out []Members
	for i, l := range links {
		root := u.find(i)
		g, ok := group[root]
		if !ok {
			g = len(out)
			group[root] = g
			out = append(out, Members{Key: l.Key})
		}
		out[g].Keys = append(out[g].Keys, l.Key)
		if byHand[i] {
			out[g].ByHand = append(out[g].ByHand, l.Key)
		}
	}
	return out
}
