package geo

import (
	"slices"
	"strings"

	"balaikota/backend/city"
)

// How says in which way a name matched, best first.
type How int

// Ways to match. Only the best way found is returned.
const (
	ByCode   How = iota // the code itself, Kemendagri or BPS
	ByName              // the name or an alias, spelling aside
	ByPrefix            // the first words of the name: "Sempaja"
	ByTypo              // the name with one or two letters wrong
)

// Match is one area that a written name may mean.
type Match struct {
	Code string
	How  How
}

// nameBook holds every way to write the areas' names.
type nameBook struct {
	codes map[string]string   // written code without dots → code
	full  map[string][]string // squashed name or alias → codes
	begin map[string][]string // squashed first words → codes
	keys  []string            // of full and begin, sorted, for typos
	level map[string]city.Level
}

func newNameBook(areas []city.Area) nameBook {
	b := nameBook{codes: map[string]string{}, full: map[string][]string{}, begin: map[string][]string{}, level: map[string]city.Level{}}
	for _, a := range areas {
		b.level[a.Code] = a.Level
		b.codes[digits(a.Code)] = a.Code
		for _, name := range append([]string{a.Name}, a.Aliases...) {
			for _, p := range split(name) {
				b.add(a, p.words)
			}
		}
	}
	for _, a := range areas { // a BPS code never hides a Kemendagri code
		if _, taken := b.codes[a.BPSCode]; a.BPSCode != "" && !taken {
			b.codes[a.BPSCode] = a.Code
		}
	}
	for k := range b.full {
		b.keys = append(b.keys, k)
	}
	for k := range b.begin {
		if _, both := b.full[k]; !both {
			b.keys = append(b.keys, k)
		}
	}
	slices.Sort(b.keys)
	return b
}

func (b *nameBook) add(a city.Area, words []string) {
	put := func(m map[string][]string, key string) {
		if key != "" && !slices.Contains(m[key], a.Code) {
			m[key] = append(m[key], a.Code)
		}
	}
	put(b.full, strings.Join(words, ""))
	if a.Level == city.Kota || a.Level == city.Provinsi {
		return
	}
	for n := 1; n < len(words); n++ {
		if n > 1 || !plain[words[0]] {
			put(b.begin, strings.Join(words[:n], ""))
		}
	}
}

// digits returns the digits of a code written with or without dots, "" when
// there is anything else in it.
func digits(code string) string {
	plainCode := strings.ReplaceAll(strings.TrimSpace(code), ".", "")
	if strings.Trim(plainCode, "0123456789") != "" {
		return ""
	}
	return plainCode
}

// Find returns the codes of the areas a person may mean by the name, best
// first; several when it is ambiguous, none when it is unknown.
func (x *Index) Find(name string) []string {
	matches := x.Matches(name)
	codes := make([]string, len(matches))
	for i, m := range matches {
		codes[i] = m.Code
	}
	return codes
}

// Matches is Find with the way each area matched. It understands codes with
// and without dots, BPS codes, ranks ("Kel.", "Kecamatan"), places that stand
// in others ("Jawa, Samarinda Ulu"), abbreviations, aliases, first words
// ("Sempaja"), joined and separated words, and small typing errors.
func (x *Index) Matches(name string) []Match {
	if d := digits(name); len(d) >= 2 {
		if code, ok := x.names.codes[d]; ok {
			return []Match{{Code: code, How: ByCode}}
		}
		return nil
	}
	var found [][]Match
	for _, p := range split(name) {
		if m := x.names.part(p); len(m) > 0 {
			found = append(found, m)
		}
	}
	if len(found) == 0 {
		return nil
	}
	best := found[0]
	for _, other := range found[1:] {
		best = narrow(best, other)
	}
	return best
}

// narrow combines two parts of one place: what lies in the other is meant.
// Parts that contradict each other leave the first one.
func narrow(a, b []Match) []Match {
	inside := func(in, out []Match) []Match {
		var kept []Match
		for _, m := range in {
			if slices.ContainsFunc(out, func(o Match) bool { return city.Within(m.Code, o.Code) && len(o.Code) < len(m.Code) }) {
				kept = append(kept, m)
			}
		}
		return kept
	}
	if kept := inside(a, b); len(kept) > 0 {
		return kept
	}
	if kept := inside(b, a); len(kept) > 0 {
		return kept
	}
	return a
}

func (b *nameBook) part(p part) []Match {
	key := strings.Join(p.words, "")
	if p.level == city.Kota && key == "ini" {
		key = ""
	}
	if key == "" || len(p.words) == 1 && plain[p.words[0]] && len(b.full[key]) == 0 {
		return nil
	}
	var out []Match
	add := func(codes []string, how How) {
		for _, c := range codes {
			if !slices.ContainsFunc(out, func(m Match) bool { return m.Code == c }) {
				out = append(out, Match{Code: c, How: how})
			}
		}
	}
	full, begun := b.full[key], b.begin[key]
	switch {
	case len(full) > 0:
		add(full, ByName)
		if slices.ContainsFunc(full, func(c string) bool { return b.level[c] == city.Kecamatan }) || p.level != "" && !b.has(full, p.level) {
			add(begun, ByPrefix)
		}
	case len(begun) > 0:
		add(begun, ByPrefix)
	default:
		if two := b.twoPlaces(p); len(two) > 0 {
			return two
		}
		add(b.typo(key), ByTypo)
	}
	return b.order(out, p.level)
}

// twoPlaces reads "Handil Bakti Palaran": a place followed by the one it lies
// in, without a comma between.
func (b *nameBook) twoPlaces(p part) []Match {
	for n := len(p.words) - 1; n > 0; n-- {
		outer := b.full[strings.Join(p.words[n:], "")]
		if len(outer) == 0 {
			continue
		}
		inner := b.part(part{words: p.words[:n], level: p.level})
		outerMatches := make([]Match, len(outer))
		for i, c := range outer {
			outerMatches[i] = Match{Code: c, How: ByName}
		}
		if len(inner) > 0 && inner[0].How != ByTypo {
			return narrow(inner, outerMatches)
		}
	}
	return nil
}

func (b *nameBook) has(codes []string, level city.Level) bool {
	return slices.ContainsFunc(codes, func(c string) bool { return b.level[c] == level })
}

// order puts better ways first, then larger areas, then codes; a rank that
// was said leaves only areas of that rank, if there are any.
func (b *nameBook) order(m []Match, said city.Level) []Match {
	if said != "" && slices.ContainsFunc(m, func(m Match) bool { return b.level[m.Code] == said }) {
		m = slices.DeleteFunc(m, func(m Match) bool { return b.level[m.Code] != said })
	}
	slices.SortStableFunc(m, func(a, c Match) int {
		if a.How != c.How {
			return int(a.How - c.How)
		}
		if len(a.Code) != len(c.Code) {
			return len(a.Code) - len(c.Code)
		}
		return strings.Compare(a.Code, c.Code)
	})
	return m
}

// typo returns the areas whose key is nearest to the written one: one error
// in words of 5 to 7 letters, two in longer ones.
func (b *nameBook) typo(key string) []string {
	r := []rune(key)
	if len(r) < 5 || len(r) > 40 {
		return nil
	}
	limit := 1
	if len(r) >= 8 {
		limit = 2
	}
	var out []string
	for _, k := range b.keys {
		kr := []rune(k)
		d := editDistance(r, kr, limit)
		if d > limit || len(kr) < 5 {
			continue
		}
		if d < limit {
			limit, out = d, nil
		}
		for _, c := range append(slices.Clone(b.full[k]), b.begin[k]...) {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// editDistance is the Damerau–Levenshtein distance (optimal string alignment:
// insert, delete, replace, exchange neighbours), or limit+1 when it is more
// than limit.
func editDistance(a, b []rune, limit int) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > limit || len(b) > 63 {
		return limit + 1
	}
	var rows [3][64]int
	two, one, cur := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		one[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(one[j]+1, cur[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], two[j-2]+1)
			}
			least = min(least, cur[j])
		}
		if least > limit {
			return limit + 1
		}
		two, one, cur = one, cur, two
	}
	return min(one[len(b)], limit+1)
}
