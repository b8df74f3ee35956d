package place

import (
	"cmp"
	"slices"

	"balaikota/backend/city"

	"github.com/paulmach/orb"
)

// Gazetteer holds what a city's texts are read against: its areas and its
// known places. It never changes after NewGazetteer and may be used by any
// number of goroutines; when places are learned, a new one takes its place.
type Gazetteer struct {
	areas city.AreaIndex
	names areaNames
	// lookup returns the places of a key.
	lookup func(key string) []Known
	typos  typoIndex
	radius map[string]float64 // of areas, in metres, once worked out
}

// NewGazetteer builds a gazetteer of a city's areas (geo.Index) and of known
// places, learned and given.
func NewGazetteer(areas city.AreaIndex, known []Known) *Gazetteer {
	byKey := map[string][]Known{}
	for _, k := range known {
		k.Key = k.key()
		byKey[k.Key] = append(byKey[k.Key], k)
	}
	g := newGazetteer(areas, func(key string) []Known { return byKey[key] })
	for key, places := range byKey {
		slices.SortStableFunc(places, func(a, b Known) int {
			return cmp.Or(cmp.Compare(b.Seen, a.Seen), cmp.Compare(a.AreaCode, b.AreaCode), comparePoints(a.Point, b.Point))
		})
		g.typos.add(key)
	}
	return g
}

// comparePoints orders points from west to east, none first.
func comparePoints(a, b *orb.Point) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

func newGazetteer(areas city.AreaIndex, lookup func(string) []Known) *Gazetteer {
	g := &Gazetteer{areas: areas, names: newAreaNames(areas), lookup: lookup, typos: typoIndex{}, radius: map[string]float64{}}
	for _, level := range []city.Level{city.Kelurahan, city.Kecamatan, city.Kota} {
		for _, a := range areas.Areas(level) {
			g.radius[a.Code] = areaRadius(a)
		}
	}
	return g
}

// Reading is what a text says about its place.
type Reading struct {
	// Mentions of the text, then of the address.
	Mentions []Mention
	// Areas are the codes of the areas named, the inner ones where one lies in
	// another; several when a name is ambiguous or several are named.
	Areas []string
	// ByRank is true when one of Areas was said with its rank (kelurahan,
	// kecamatan …), which leaves no doubt that an area is meant.
	ByRank bool
	// Street and Landmark are the first of their kind, nil without.
	Street   *Mention
	Landmark *Mention
	// RT and RW are numbers without leading zeros, "" when not said.
	RT, RW string
	// Place is the best known place that the text means, nil when there is
	// none or the name is ambiguous.
	Place *Known
	// Unsure is true when Place was found in spite of a typing error.
	Unsure bool
	// Several are the places one of which is meant when a name is ambiguous.
	Several []Known
	// hinted is true when the stated area chose Place: their agreement proves
	// nothing.
	hinted bool
}

// Read reads a text and an address. The places of the kelurahan that are named
// are preferred among those of the same name.
func (g *Gazetteer) Read(text, address string) Reading { return g.read(text, address, "") }

// read also knows the area that was stated apart from the text; it is used only
// to choose between places of the same name.
func (g *Gazetteer) read(text, address, stated string) Reading {
	in := readAll(text)
	in.cut(g.names)
	r := Reading{Mentions: in.found}
	groups, byRank := g.areasIn(in)
	if address != "" && address != text {
		in = readAll(address)
		in.cut(g.names)
		r.Mentions = withAddress(r.Mentions, in.found)
		more, rank := g.areasIn(in)
		groups, byRank = append(groups, more...), byRank || rank
	}
	r.Areas, r.ByRank = narrowed(groups), byRank
	for i, m := range r.Mentions {
		switch {
		case m.Kind == Street && r.Street == nil:
			r.Street = &r.Mentions[i]
		case m.Kind == Landmark && r.Landmark == nil:
			r.Landmark = &r.Mentions[i]
		case m.Head == "rt" && r.RT == "":
			r.RT = m.Number
		case m.Head == "rw" && r.RW == "":
			r.RW = m.Number
		}
	}
	g.place(&r, "")
	if r.Place == nil && stated != "" {
		several := r.Several
		if g.place(&r, stated); r.Place == nil {
			r.Several = several
		} else {
			r.hinted = true
		}
	}
	return r
}

// narrowed combines the areas that a text names: of two where one lies in the
// other, the inner stays; areas apart from one another are both kept.
func narrowed(groups [][]string) []string {
	kept := make([][]string, len(groups))
	for i, g := range groups {
		kept[i] = g
		for j, o := range groups {
			if in := inside(kept[i], o); i != j && len(in) > 0 {
				kept[i] = in
			}
		}
	}
	var out []string
	for _, g := range kept {
		// What holds the whole of another name says nothing more.
		if !slices.ContainsFunc(kept, func(o []string) bool {
			return len(inside(o, g)) == len(o) && len(inside(g, o)) < len(g)
		}) {
			out = append(out, g...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// inside returns the codes of in that lie in, or are, one of out.
func inside(in, out []string) []string {
	var kept []string
	for _, a := range in {
		if slices.ContainsFunc(out, func(b string) bool { return city.Within(a, b) }) {
			kept = append(kept, a)
		}
	}
	return kept
}

// place chooses the known place of a reading: the key that says most exactly
// where wins, if it has one place, or one in the areas named.
func (g *Gazetteer) place(r *Reading, stated string) {
	hints := r.Areas
	if stated != "" {
		hints = append(slices.Clone(hints), stated)
	}
	keys := keysOf(r.Mentions, g.kelurahanOf(hints))
	slices.SortStableFunc(keys, func(a, b keyed) int { return a.tier - b.tier })
	for _, k := range keys {
		if g.settle(r, g.lookup(k.key), hints) {
			return
		}
	}
	if len(r.Several) > 0 {
		return
	}
	for _, k := range keys {
		if k.tier != tierMark && k.tier != tierRoad {
			continue
		}
		for _, key := range g.typos.find(k.key) {
			if g.settle(r, g.lookup(key), hints) {
				r.Unsure = true
				return
			}
		}
	}
}

// Of the sightings of a name, the share that one place must have for the name
// alone to mean it; where the area named agrees, less will do.
const (
	shareAlone = 0.75
	shareHere  = 0.4
)

// settle sets the reading's place if one of the places of a key is meant.
func (g *Gazetteer) settle(r *Reading, places []Known, hints []string) bool {
	if len(places) == 0 {
		return false
	}
	var here []Known
	for _, p := range places {
		if slices.ContainsFunc(hints, func(h string) bool { return city.Within(p.AreaCode, h) }) {
			here = append(here, p)
		}
	}
	best, need := places[0], shareAlone
	switch {
	case len(here) == 1:
		best, need = here[0], shareHere
	case len(here) > 1:
		best = here[0]
	case len(places) > 1 && best.Seen == 0:
		need = 2 // several given places of one name
	}
	if best.Seen > 0 && float64(best.Seen) < need*float64(max(best.Of, best.Seen)) || need > 1 {
		if len(r.Several) == 0 {
			r.Several = places
		}
		return false
	}
	r.Place, r.Several = &best, nil
	return true
}

// kelurahanOf returns the areas of the finest level among codes, at most four.
func (g *Gazetteer) kelurahanOf(codes []string) []string {
	var out []string
	for _, c := range codes {
		if a, ok := g.areas.Area(c); ok && a.Level == city.Kelurahan && !slices.Contains(out, c) && len(out) < 4 {
			out = append(out, c)
		}
	}
	return out
}
