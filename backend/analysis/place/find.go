package place

import (
	"cmp"
	"slices"
	"strings"

	"balaikota/backend/city"
)

// Finder finds places by the beginnings of their words, as somebody types. It
// never changes after NewFinder.
type Finder struct {
	entries []findable
}

// findable is a place with the words it is found by, folded.
type findable struct {
	city.PlaceFound
	words []string // of its name
	heads []string // "jalan", "kelurahan": words that may be said or left out
}

// NewFinder makes a Finder of a city's areas and known places: streets, alleys
// and landmarks that have a point. Houses, RT and RW are left out, since they
// name somebody's home rather than a place to look for.
func NewFinder(areas city.AreaIndex, known []Known) *Finder {
	f := &Finder{}
	for _, level := range []city.Level{city.Kecamatan, city.Kelurahan} {
		for _, a := range areas.Areas(level) {
			names := append([]string{a.Name}, a.Aliases...)
			found := city.PlaceFound{Kind: string(level), Name: a.Name, AreaCode: a.Code, Lon: a.Label[0], Lat: a.Label[1]}
			f.entries = append(f.entries, findable{found, folded(strings.Join(names, " ")), []string{string(level)}})
		}
	}
	at := map[string]int{}
	for _, k := range known {
		e, ok := findableOf(k)
		if !ok {
			continue
		}
		id := strings.ToLower(e.Name) + "|" + e.AreaCode
		if i, seen := at[id]; seen { // known under several keys: the one seen most speaks
			if e.Seen > f.entries[i].Seen {
				f.entries[i] = e
			}
			continue
		}
		at[id] = len(f.entries)
		f.entries = append(f.entries, e)
	}
	return f
}

func findableOf(k Known) (findable, bool) {
	if k.Point == nil || strings.Contains(k.Key, "@no:") {
		return findable{}, false
	}
	found := Mentions(k.Head + " " + strings.TrimPrefix(k.Name, k.Head+" "))
	if len(found) == 0 || found[0].Kind == Neighbourhood || found[0].Kind == Area {
		return findable{}, false
	}
	return findable{
		PlaceFound: city.PlaceFound{
			Kind: string(found[0].Kind), Name: k.Title(), AreaCode: k.AreaCode, Lon: k.Point.Lon(), Lat: k.Point.Lat(), RadiusM: k.SpreadM, Seen: k.Seen,
		},
		words: folded(strings.TrimPrefix(k.Name, k.Head+" ")), heads: strings.Fields(k.Head),
	}, true
}

// shorthand are heads that are written large.
var shorthand = map[string]bool{"sd": true, "smp": true, "sma": true, "smk": true, "tk": true, "rs": true, "spbu": true}

// Title is a known place's name as a sign would have it: "Jalan Melati 3".
func (k Known) Title() string {
	words := strings.Fields(k.Head + " " + strings.TrimPrefix(k.Name, k.Head+" "))
	for i, w := range words {
		if shorthand[w] {
			words[i] = strings.ToUpper(w)
		} else {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}

// wordsIn are a text's words in small letters, without stops.
func wordsIn(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" .,-/()'’", r) })
}

// folded are a text's words in today's spelling.
func folded(text string) []string {
	words := wordsIn(text)
	for i, w := range words {
		words[i] = FoldName(w)
	}
	return words
}

// said are ways to write a head, as one types it in a hurry.
var said = map[string]string{
	"jl": "jalan", "jln": "jalan", "gg": "gang", "kel": "kelurahan", "kec": "kecamatan", "simp": "simpang", "ps": "pasar",
	"mesjid": "masjid", "musholla": "mushola", "musholah": "mushola",
}

// mostFindable bounds the words of a search that are looked at.
const mostFindable = 8

// Find returns the places whose names hold a word that begins with each word
// of the search, best first: whole names before beginnings, areas before
// streets and landmarks, then what more reports speak of. limit bounds how
// many; a search without a letter or digit finds none.
func (f *Finder) Find(search string, limit int) []city.PlaceFound {
	words := wordsIn(city.VisibleText(search))
	words = words[:min(len(words), mostFindable)]
	for i, w := range words {
		words[i] = FoldName(cmp.Or(said[w], w))
	}
	if len(words) == 0 {
		return []city.PlaceFound{}
	}
	type hit struct {
		city.PlaceFound
		score int
	}
	var hits []hit
	for _, e := range f.entries {
		if score, ok := e.match(words); ok {
			hits = append(hits, hit{e.PlaceFound, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.Seen, a.Seen), cmp.Compare(a.Name, b.Name), cmp.Compare(a.AreaCode, b.AreaCode))
	})
	out := make([]city.PlaceFound, 0, min(limit, len(hits)))
	for _, h := range hits[:min(limit, len(hits))] {
		out = append(out, h.PlaceFound)
	}
	return out
}

// match says how well a search fits: each of its words must begin a word of
// the name, or be its head.
func (e findable) match(search []string) (score int, ok bool) {
	whole, named := 0, 0
	for _, s := range search {
		switch {
		case slices.Contains(e.words, s):
			whole++
			named++
		case slices.ContainsFunc(e.words, func(w string) bool { return strings.HasPrefix(w, s) }):
			named++
		case slices.ContainsFunc(e.heads, func(h string) bool { return strings.HasPrefix(FoldName(h), s) }):
			whole++ // "jalan" was said and it is one
		default:
			return 0, false
		}
	}
	if named == 0 {
		return 0, false // "jalan" alone means no street
	}
	score = 10 * whole
	if strings.HasPrefix(e.words[0], search[0]) {
		score += 5
	}
	if len(e.words) == whole {
		score += 5
	}
	switch e.Kind {
	case string(city.Kecamatan):
		score += 4
	case string(city.Kelurahan):
		score += 3
	}
	return score, true
}
