package place

import (
	"strings"
	"time"

	"github.com/paulmach/orb"
)

// Known is a place whose name has been learned or given. One name may have
// several: each is a place of its own, told apart by point and area.
type Known struct {
	// Key is what it is looked up by: Mention.Key, and for a place known only
	// in a context "@" and the key of the street or the code of the kelurahan:
	// "masjid:nurulhuda:@jalan:melati:3", "rt:12@64.72.05.1003". When empty,
	// the gazetteer makes it of Head and Name.
	Key  string `json:"key"`
	Head string `json:"head"`
	// Name as it is written most often, with its number, in small letters.
	Name string `json:"name"`
	// Point is its middle (WGS 84 lon/lat), nil when only the area is known.
	Point *orb.Point `json:"point,omitempty"`
	// SpreadM is the radius in metres around Point that holds it: where four
	// fifths of the sightings lay; of a street nearly all, half its length.
	SpreadM float64 `json:"spread_m"`
	// AreaCode is the kelurahan it lies in, "" when not known.
	AreaCode string `json:"area_code,omitempty"`
	// Seen is how many sightings it was learned from, 0 when it was given.
	Seen int `json:"seen"`
	// Of is how many sightings its key has in all, here and elsewhere: a name
	// seen all over says little about where it was seen thrice.
	Of int `json:"of"`
	// Origin says where it comes from: learned, pack, officer …
	Origin string `json:"origin"`
	// Last is the newest sighting.
	Last time.Time `json:"last,omitzero"`
}

// Learned is the origin of places that the book made.
const Learned = "learned"

// Named makes a place out of a name as people write it ("Jl. Melati 3",
// "Simpang Empat Mawar"); false when no place can be read in it.
func Named(name string) (Known, bool) {
	found := Mentions(name)
	if len(found) == 0 {
		return Known{}, false
	}
	m := found[0]
	return Known{Key: m.Key(), Head: m.Head, Name: m.spoken()}, true
}

// spoken is the name with its number.
func (m Mention) spoken() string { return strings.TrimSpace(m.Name + " " + m.Number) }

// key returns the key of a given place.
func (k Known) key() string {
	if k.Key != "" {
		return k.Key
	}
	if n, ok := Named(k.Head + " " + k.Name); ok {
		return n.Key
	}
	return k.Head + ":" + FoldName(strings.ToLower(k.Name)) + ":"
}

// keyed is a key under which a text's place may be known. Lower tiers say more
// exactly where it is.
type keyed struct {
	key  string
	tier int
	at   Mention
}

// Tiers of keys.
const (
	tierHouse    = iota // a house, a landmark or an alley of a named street
	tierMarkArea        // a landmark or an alley in a named area; RT of a street
	tierRTArea          // RT of an area
	tierRoadArea        // a street in a named area
	tierMark            // a landmark by its name alone
	tierRoad            // a street or an alley by its name alone
)

// mostMentions bounds the combinations of a long text.
const mostMentions = 8

// keysOf returns every key under which the places of a text are learned and
// looked up. areas are the codes of the kelurahan it may lie in.
func keysOf(mentions []Mention, areas []string) []keyed {
	if len(mentions) > mostMentions {
		mentions = mentions[:mostMentions]
	}
	var anchors []string
	for _, m := range mentions {
		if m.Kind == Street || m.Head == "perumahan" {
			anchors = append(anchors, m.Key())
		}
	}
	var out []keyed
	add := func(m Mention, tier int, key string) { out = append(out, keyed{key, tier, m}) }
	for _, m := range mentions {
		key := m.Key()
		byAnchor, byArea, alone := tierHouse, tierMarkArea, tierMark
		switch m.Kind {
		case Area:
			continue
		case Street:
			byAnchor, byArea, alone = -1, tierRoadArea, tierRoad
			if m.House != "" {
				add(m, tierHouse, key+"@no:"+m.House)
			}
		case Alley:
			alone = tierRoad
			if m.Name == "" || m.Head == "blok" {
				alone = -1
			}
		case Neighbourhood:
			byAnchor, byArea, alone = tierMarkArea, tierRTArea, -1
		case Landmark:
			if m.Head == "pos ronda" || m.Name == "" && !schools[m.Head] {
				alone = -1 // every RT has one
			}
		}
		for _, a := range anchors {
			if byAnchor >= 0 && a != key {
				add(m, byAnchor, key+"@"+a)
			}
		}
		for _, a := range areas {
			if a != "" {
				add(m, byArea, key+"@"+a)
			}
		}
		if alone >= 0 {
			add(m, alone, key)
		}
	}
	return out
}
