package incident

import (
	"math"
	"math/bits"
)

// Evidence is one kind of evidence for or against two reports being one
// matter; its weight is in Model.Weights.
type Evidence int

// The kinds of evidence. A value is 0 where nothing can be said.
const (
	// Before everything else: two reports that share a block are mostly two matters.
	Bias Evidence = iota
	// The named places.
	SpotSame     // a landmark, estate or alley with a name of its own, named by both
	SpotWeakSame // the same RT, gang 5, SDN 12 …
	SpotDiffer   // both name landmarks, none the same
	SpotRival    // … of the same sort: this market, that market
	UnitDiffer   // both name RT/RW or lettered alleys, none the same
	StreetSame   // the same street; half when only one says which part (Jl. Melati, Jl. Melati 3)
	StreetHere   // … in the same kelurahan
	StreetNumber // … with the same number
	HouseSame    // … and the same house
	StreetDiffer // both name streets, none the same
	HouseDiffer  // same street, other house numbers
	Exact        // landmark and street both the same
	// The points: exp(-distance/120 m), and doublings of the distance over 400 m, at most 4.
	Near
	Far
	// The areas: stated, computed, said.
	AreaSame
	AreaSibling // another kelurahan of the same kecamatan
	AreaDiffer  // another kecamatan
	SaidSame    // the text names the same kelurahan or kampung
	SaidDiffer
	// What it is about.
	CategorySame
	TopicSame
	TopicNear  // often one matter: a blocked drain, a broken road
	TopicOther // nothing to do with each other; a quarter when only the boxes say so
	Wide       // floods, dry taps, outages and smoke reach a whole neighbourhood: told of the same one or a few hundred metres away, within hours, unless both name spots of their own
	OwnCase    // told of a place that serves people one by one (a school, a hospital, a counter) in other words: likely somebody else's own case
	Words      // Dice coefficient of the weighted words, 0 to 1
	Rare       // weight of rare words in common, at most 3
	Copy       // the same text
	SamePhoto
	// The time between: days; days over four; exp(-hours/6).
	Gap
	Pause
	Quick
	evidences // how many there are
)

// evidenceNames are stored with learned weights.
var evidenceNames = [evidences]string{
	"bias", "spot_same", "spot_weak_same", "spot_differ", "spot_rival", "unit_differ", "street_same", "street_here", "street_number", "house_same", "street_differ",
	"house_differ", "exact", "near", "far", "area_same", "area_sibling", "area_differ", "said_same", "said_differ", "category_same",
	"topic_same", "topic_near", "topic_other", "wide", "own_case", "words", "rare", "copy", "same_photo", "gap", "pause", "quick",
}

func (e Evidence) String() string {
	if e < 0 || e >= evidences {
		return "unknown"
	}
	return evidenceNames[e]
}

type vector [evidences]float64

// placeEvidence are the kinds that speak of where.
const placeFirst, placeLast = SpotSame, SaidDiffer

// photoBits is how many of 64 bits may differ in two pictures of one scene.
const photoBits = 8

// weigh compares a report with an earlier one.
func weigh(a, b *Features) (v vector) {
	v[Bias] = 1
	weighTime(a, b, &v)
	weighTopic(a, b, &v)
	weighPlaces(a, b, &v)
	if a.broad&b.broad&wideTopics != 0 && v[SpotDiffer]+v[StreetDiffer]+v[SaidDiffer] == 0 {
		v[Wide] = v[Quick] * v[SaidSame]
		if d := metres(a, &b.prepared); d >= 0 {
			v[Wide] = max(v[Wide], v[Quick]*math.Exp(-d/300))
		}
	}
	if a.broad&b.broad&ownTopics != 0 && v[SpotSame]+v[SpotWeakSame] > 0 && servedAt(a, b) {
		v[OwnCase] = max(0, 1-2*v[Words])
	}
	// A copy or a picture says something only where the places may be one.
	if v[SpotDiffer]+v[StreetDiffer]+v[UnitDiffer]+v[AreaDiffer] == 0 && v[Far] < 1 {
		if a.sameText != 0 && a.sameText == b.sameText {
			v[Copy] = 1
		}
		if a.Photo != 0 && b.Photo != 0 && bits.OnesCount64(a.Photo^b.Photo) <= photoBits {
			v[SamePhoto] = 1
		}
	}
	return v
}

// weighPlaces weighs the evidence that speaks of where.
func weighPlaces(a, b *Features, v *vector) {
	weighSpots(a, b, v)
	weighWhere(a, b, v)
	if v[StreetSame] == 1 && v[AreaSame] == 1 {
		v[StreetHere] = 1
	}
	if at := v[SpotSame] + v[SpotWeakSame]; at > 0 && v[StreetSame] == 1 {
		v[Exact] = 1
	}
}

func weighTime(a, b *Features, v *vector) {
	days := math.Abs(float64(a.micro-b.micro)) / 86400e6
	v[Gap] = days
	v[Pause] = max(0, days-4)
	if days < 2.5 {
		v[Quick] = math.Exp(-days * 4)
	}
}

func weighTopic(a, b *Features, v *vector) {
	if sameCategory(&a.prepared, &b.prepared) {
		v[CategorySame] = 1
	}
	switch relate(a.broad, b.broad) {
	case sameTopic:
		v[TopicSame] = 1
	case nearTopic:
		v[TopicNear] = 1
	case otherTopic:
		v[TopicOther] = 0.25
		if a.topics != 0 && b.topics != 0 {
			v[TopicOther] = 1
		}
	}
	var shared, rare float32
	for i, j := 0, 0; i < len(a.words) && j < len(b.words); {
		switch x, y := &a.words[i], &b.words[j]; {
		case x.id < y.id:
			i++
		case x.id > y.id:
			j++
		default:
			shared += x.weight
			if x.weight >= weightRare {
				rare += x.weight
			}
			i++
			j++
		}
	}
	if total := a.weight + b.weight; total > 0 {
		v[Words] = float64(2 * shared / total)
	}
	v[Rare] = float64(min(rare, 3))
}

// sameCategory is true when what was stated or guessed of the one was stated or
// guessed of the other.
func sameCategory(a, b *prepared) bool {
	return a.category != 0 && a.category == b.category || a.guess != 0 && (a.guess == b.guess || a.guess == b.category) ||
		b.guess != 0 && b.guess == a.category
}

func weighSpots(a, b *Features, v *vector) {
	both := a.kinds & b.kinds
	if a.kinds == 0 || b.kinds == 0 {
		return
	}
	if both.has(spotStreet) {
		weighStreets(a, b, v)
	}
	if both.has(spotArea) {
		if match(a, b, spotArea) > 0 {
			v[SaidSame] = 1
		} else {
			v[SaidDiffer] = 1
		}
	}
	landmark, alley, unit := -1.0, -1.0, -1.0
	if both.has(spotLandmark) {
		landmark = match(a, b, spotLandmark)
	}
	if both.has(spotAlley) {
		alley = match(a, b, spotAlley)
	}
	if both.has(spotUnit) {
		unit = match(a, b, spotUnit)
	}
	switch best := max(landmark, alley, unit); {
	case best > weakMatch:
		v[SpotSame] = best
	case best > 0:
		v[SpotWeakSame] = 1
	case landmark == 0 || a.kinds.own() && b.kinds.own():
		v[SpotDiffer] = 1
		if landmark == 0 && rivals(a, b) {
			v[SpotRival] = 1
		}
	}
	if unit == 0 || alley == 0 {
		v[UnitDiffer] = 1
	}
}

const (
	fullMatch = 1.0
	typoMatch = 0.9 // one letter differs, or one has words more
	weakMatch = 0.5 // a name that many places bear
)

// match is how well the best pair of spots of a kind agrees, 0 if none does.
func match(a, b *Features, kind byte) float64 {
	best := 0.0
	for i := range a.spots {
		s := &a.spots[i]
		if s.kind != kind {
			continue
		}
		for j := range b.spots {
			t := &b.spots[j]
			if t.kind != kind {
				continue
			}
			switch {
			case s.id == t.id && s.weak:
				best = max(best, weakMatch)
			case s.id == t.id:
				return fullMatch
			case !s.weak && !t.weak && s.head == t.head && (s.number == t.number && oneLetter(s.name, t.name) || begins(s, t)):
				best = max(best, typoMatch)
			}
		}
	}
	return best
}

// begins is true when one name is the beginning of the other: "klinik Kartini",
// "klinik Kartini Melati" with the area's name behind it.
func begins(s, t *spot) bool {
	if len(s.name) > len(t.name) {
		s, t = t, s
	}
	return len(s.name) > 3 && len(s.name) < len(t.name) && t.name[len(s.name)] == ' ' && t.name[:len(s.name)] == s.name &&
		(s.number == t.number || s.number == "" || t.number == "")
}

// servedAt is true when the spot that both name is one that serves people one
// by one.
func servedAt(a, b *Features) bool {
	for i := range a.spots {
		s := &a.spots[i]
		if s.kind != spotLandmark || !servingHeads[s.head] {
			continue
		}
		for j := range b.spots {
			if t := &b.spots[j]; t.kind == spotLandmark && t.head == s.head && (s.id == t.id || oneLetter(s.name, t.name) || begins(s, t)) {
				return true
			}
		}
	}
	return false
}

// rivals is true when both name a landmark of the same sort.
func rivals(a, b *Features) bool {
	for i := range a.spots {
		for j := range b.spots {
			s, t := &a.spots[i], &b.spots[j]
			if s.kind == spotLandmark && t.kind == spotLandmark && s.head == t.head {
				return true
			}
		}
	}
	return false
}

func weighStreets(a, b *Features, v *vector) {
	houses := 0
	for i := range a.spots {
		s := &a.spots[i]
		if s.kind != spotStreet {
			continue
		}
		for j := range b.spots {
			t := &b.spots[j]
			if t.kind != spotStreet || s.head != t.head || s.name != t.name && !oneLetter(s.name, t.name) {
				continue
			}
			switch {
			case s.number == t.number:
				v[StreetSame] = 1
				if s.number != "" {
					v[StreetNumber] = 1
				}
				if s.house != "" && s.house == t.house {
					v[HouseSame] = 1
				}
			case s.number == "" || t.number == "":
				v[StreetSame] = max(v[StreetSame], 0.5)
			}
			if s.house != "" && t.house != "" && s.house != t.house {
				houses++
			}
		}
	}
	switch {
	case v[StreetSame] == 0:
		v[StreetDiffer] = 1
	case houses > 0 && v[HouseSame] == 0:
		v[HouseDiffer] = 1
	}
}

func weighWhere(a, b *Features, v *vector) {
	if d := metres(a, &b.prepared); d >= 0 {
		if d < 1000 {
			v[Near] = math.Exp(-d / 120)
		}
		if d > 400 {
			v[Far] = min(4, math.Log2(d/400))
		}
	}
	switch {
	case !a.area || !b.area:
	case share(&a.kelurahan, &b.kelurahan):
		v[AreaSame] = 1
	case share(&a.kecamatan, &b.kecamatan):
		v[AreaSibling] = 1
	default:
		v[AreaDiffer] = 1
	}
}

func share(a, b *[3]uint32) bool {
	for _, x := range a {
		if x != 0 && (x == b[0] || x == b[1] || x == b[2]) {
			return true
		}
	}
	return false
}

// oneLetter is true when two names of at least five letters differ by one
// letter put in, left out, changed or swapped with its neighbour.
func oneLetter(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < 5 || len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) || a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
