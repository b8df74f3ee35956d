package incident

import (
	"math"
	"math/bits"
)

// ceiling tells without a look at names and words how much the score of two
// reports can be at most. Most pairs that share a block are two matters, and
// most of these by far; weighing is for the others. It never leaves out a pair
// that weigh would join: what it does not know counts as the best that may be.
type ceiling struct {
	w *[evidences]float64
	// threshold and what each report has; the best that streets, other places,
	// the area's name, and the two together can add.
	base, street, spot, said, exact float64
}

func (m *Model) ceiling() ceiling {
	w := &m.Weights
	most := func(of ...Evidence) (sum float64) {
		for _, e := range of {
			sum += max(0, w[e])
		}
		return sum
	}
	return ceiling{
		w: w, base: w[Bias] - m.Threshold,
		street: most(StreetSame, StreetHere, StreetNumber, HouseSame, StreetDiffer, HouseDiffer),
		spot:   most(SpotSame, SpotWeakSame, SpotDiffer, SpotRival, UnitDiffer, OwnCase),
		said:   most(SaidSame, SaidDiffer),
		exact:  most(Exact),
	}
}

// slack is more than sums of another order can differ by.
const slack = 1e-6

// below reports whether the two are surely not one matter by themselves.
func (c *ceiling) below(f *Features, g *prepared) bool {
	w := c.w
	days := math.Abs(float64(f.micro-g.micro)) / 86400e6
	quick := 0.0
	if days < 2.5 {
		quick = mostQuick[int(days*16)]
	}
	s := c.base + w[Gap]*days + w[Pause]*max(0, days-4) + max(0, w[Quick])*quick
	if sameCategory(&f.prepared, g) {
		s += w[CategorySame]
	}
	s += c.topic(f, g) + c.words(&f.prepared, g)
	if f.copies != 0 && f.copies == g.copies {
		s += max(0, w[Copy])
	}
	if f.photo && g.photo {
		s += max(0, w[SamePhoto])
	}
	switch {
	case !f.area || !g.area:
	case share(&f.kelurahan, &g.kelurahan):
		s += w[AreaSame]
	case share(&f.kecamatan, &g.kecamatan):
		s += w[AreaSibling]
	default:
		s += w[AreaDiffer]
	}
	named, here := c.named(&f.prepared, g)
	wide := 0.0
	if here {
		wide = 1
	}
	if d := metres(f, g); d >= 0 {
		near := int(min(d/20, float64(len(mostNear)-1)))
		s += max(0, w[Near])*mostNear[near] + max(0, w[Far])*4
		wide = max(wide, mostWide[near])
	}
	if f.broad&g.broad&wideTopics != 0 {
		s += max(0, w[Wide]) * quick * wide
	}
	return s+named < -slack
}

// The most that a curve of weigh can be: of time by sixteenths of a day, of
// distance by steps of 20 m (the last stands for all beyond).
var mostQuick, mostNear, mostWide = func() (quick [41]float64, near, wide [100]float64) {
	for i := range quick {
		quick[i] = math.Exp(-float64(i) / 4)
	}
	for i := range near {
		near[i], wide[i] = math.Exp(-float64(i)*20/120), math.Exp(-float64(i)*20/300)
	}
	return quick, near, wide
}()

func (c *ceiling) topic(f *Features, g *prepared) float64 {
	switch relate(f.broad, g.broad) {
	case sameTopic:
		return c.w[TopicSame]
	case nearTopic:
		return c.w[TopicNear]
	case otherTopic:
		if f.topics != 0 && g.topics != 0 {
			return c.w[TopicOther]
		}
		return c.w[TopicOther] / 4
	}
	return 0
}

// words counts as shared what the marks do not tell apart: a word whose bit the
// other report lacks is not in it.
func (c *ceiling) words(a, b *prepared) float64 {
	rare := shared(a.rare, b.rare, a.rareMarks, b.rareMarks)
	others := shared(a.others, b.others, a.otherMarks, b.otherMarks)
	words := 0.0
	if total := float64(a.weight + b.weight); total > 0 {
		words = min(1, 2*(weightRare*rare+weightTopic*others)/total)
	}
	return max(0, c.w[Words])*words + max(0, c.w[Rare])*min(rare, 3)
}

func shared(n, m uint8, a, b uint64) float64 {
	return float64(min(int(n)-bits.OnesCount64(a&^b), int(m)-bits.OnesCount64(b&^a)))
}

// named is the most that the named places can add, and whether both may name
// the same kelurahan or kampung.
func (c *ceiling) named(a, b *prepared) (sum float64, here bool) {
	both, w := a.kinds&b.kinds, c.w
	street := false
	if both.has(spotStreet) {
		if street = a.streetMarks&b.streetMarks != 0; street {
			sum = c.street
		} else {
			sum = w[StreetDiffer]
		}
	}
	if a.kinds == 0 || b.kinds == 0 {
		return 0, false
	}
	if a.spotMarks&b.spotMarks != 0 {
		if street {
			sum += c.exact
		}
		if here = both.has(spotArea); here {
			sum += c.said
		}
		return sum + c.spot, here
	}
	if both.has(spotArea) {
		sum += w[SaidDiffer]
	}
	if both.has(spotLandmark) || a.kinds.own() && b.kinds.own() {
		sum += w[SpotDiffer] + max(0, w[SpotRival])
	}
	if both.has(spotUnit) || both.has(spotAlley) {
		sum += w[UnitDiffer]
	}
	return sum, false
}
