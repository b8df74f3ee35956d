package incident

import (
	"math"
	"slices"
)

// Link says which earlier report a report follows, and why. The first report
// of an incident has no parent.
type Link struct {
	Key    string `json:"key"`
	Parent string `json:"parent,omitempty"`
	// Root is the first report of the tree: the incident, before rulings.
	Root string `json:"root"`
	// Score is the log-odds over the threshold of belonging there, 0 for a root.
	Score float64 `json:"score,omitempty"`
	// Margin is the lead over the second-best incident, at most maxMargin.
	Margin float64 `json:"margin,omitempty"`
	// Other is the parent in the second-best incident, when that too was good
	// enough: where the report goes if a ruling forbids the first.
	Other string `json:"other,omitempty"`
	// Bridges is true when the report shows that the incidents of Parent and
	// Other are one matter.
	Bridges bool     `json:"bridges,omitempty"`
	Reasons []Reason `json:"reasons,omitempty"`
}

// maxMargin is the margin of a link without a rival.
const maxMargin = 5

// Confidence is how sure it is that the report belongs to the incident of its
// parent, 0 to 1: the lesser of the odds of the link and of its lead. A root
// has 1.
func (l Link) Confidence() float64 {
	if l.Parent == "" {
		return 1
	}
	return logistic(min(l.Score+0.5, 2*l.Margin))
}

// doubtfulBelow is the confidence under which a person should look.
const doubtfulBelow = 0.75

// Doubtful is true when the link's score is near the threshold or another
// incident is nearly as likely.
func (l Link) Doubtful() bool { return l.Confidence() < doubtfulBelow }

// Reason is one piece of evidence for a link, strongest first in a Link.
type Reason struct {
	Evidence string  `json:"evidence"`         // name of the Evidence
	Effect   float64 `json:"effect"`           // what it adds to the log-odds
	Metres   float64 `json:"metres,omitempty"` // for near
	Hours    float64 `json:"hours,omitempty"`  // for quick
	// Place is the shared place, Words the shared words: machine-read heads and
	// names, never a citizen's sentence.
	Place string   `json:"place,omitempty"`
	Words []string `json:"words,omitempty"`
}

// Weights of what the other members of an incident say about a newcomer.
const (
	// contradicted is what is taken off when all of the candidates in the
	// incident name another place than the newcomer.
	contradicted = 3.0
	// widely is what is left of that where the two tell of a disturbance that
	// reaches a neighbourhood: its voices name many places.
	widely = 0.3
	// supported is added per doubling of those that speak for it.
	supported = 0.15
	// elsewhere is the score of the place from which two reports contradict
	// each other.
	elsewhere = -1.5
)

// A report joins two incidents into one when it belongs to both by at least
// bridgeScore, and those that speak for it in the one do not contradict those
// in the other: at most a fifth of the pairs name different places or
// different subjects.
const (
	bridgeScore   = 0.5
	bridgeAgainst = 0.2
	bridgeLook    = 6 // how many of each are looked at
)

// bridges reports whether a report that would follow both shows them to be
// one matter. The voices of a wide disturbance may name different places.
func (c *chooser) bridges(first, second *rival) bool {
	if first.root == nil || second.root == nil || second.total < bridgeScore {
		return false
	}
	if first.wide && second.wide {
		return true
	}
	pairs, against := 0, 0
	for i := range first.voices {
		for j := range second.voices {
			v := weigh(&first.voices[i].Features, &second.voices[j].Features)
			pairs++
			if contradicts(&v) {
				against++
			}
		}
	}
	return float64(against) <= bridgeAgainst*float64(pairs)
}

// contradicts is true when two reports cannot both be right about one matter.
func contradicts(v *vector) bool {
	return v[TopicOther] > 0 || v[SpotSame] == 0 && v[SpotDiffer]+v[StreetDiffer]+v[HouseDiffer]+v[UnitDiffer]+v[SaidDiffer] > 0 || v[Far] > 1
}

// rival is one incident that a report may belong to.
type rival struct {
	root    *node
	best    float64
	parent  *node
	wide    bool // the parent tells of the same wide disturbance
	support int
	against int
	total   float64
	voices  []*node // the latest of those that speak for it
}

// chooser holds the working memory of choose.
type chooser struct {
	rivals []rival
	scored []scored // that may be of one matter with the newcomer
	below  []int32  // that are not, by their place in found
	apart  []int32  // that are at another place
	found  []candidate
}

// candidate is an earlier report with a copy of what it is told apart by. To
// copy those of all candidates first, whatever they say, lets the processor
// fetch many at once instead of waiting for each.
type candidate struct {
	looks   prepared
	n, root *node
}

type scored struct {
	n, root *node
	score   float64
}

// choose finds the parent of f among earlier reports, whose roots are known.
// The result depends on f, the candidates and which of them belong together,
// not on their order.
func (c *chooser) choose(m *Model, f *Features, candidates []*node) (first, second rival, bridges bool) {
	c.found = c.found[:0]
	for _, n := range candidates {
		c.found = append(c.found, candidate{n.prepared, n, n.root})
	}
	return c.chooseFound(m, f)
}

// chooseFound is choose among what was found.
func (c *chooser) chooseFound(m *Model, f *Features) (first, second rival, bridges bool) {
	c.rivals, c.scored, c.below, c.apart = c.rivals[:0], c.scored[:0], c.below[:0], c.apart[:0]
	top := m.ceiling()
	for i := range c.found {
		o := &c.found[i]
		switch glance(f, &o.looks) {
		case unlike:
			continue
		case apart:
			c.apart = append(c.apart, int32(i))
			continue
		}
		if top.below(f, &o.looks) {
			c.below = append(c.below, int32(i))
			continue
		}
		v := weigh(f, &o.n.Features)
		if s := (scored{o.n, o.root, m.score(&v)}); s.score >= 0 {
			c.scored = append(c.scored, s)
			c.support(s, v[Wide] > 0.15)
		} else {
			c.below = append(c.below, int32(i))
		}
	}
	if len(c.rivals) == 0 {
		return rival{}, rival{}, false
	}
	for _, i := range c.apart {
		if r := c.rival(c.found[i].root); r != nil {
			r.against++
		}
	}
	for _, i := range c.below {
		o := &c.found[i]
		if r := c.rival(o.root); r != nil {
			var v vector
			if weighPlaces(f, &o.n.Features, &v); m.where(&v) <= elsewhere {
				r.against++
			}
		}
	}
	for _, r := range c.rivals {
		against := contradicted * float64(r.against) / float64(r.against+r.support)
		if r.wide {
			against *= widely
		}
		r.total = r.best + supported*math.Log2(float64(r.support)) - against
		if r.total < 0 {
			continue
		}
		switch {
		case better(r, first):
			first, second = r, first
		case better(r, second):
			second = r
		}
	}
	if second.root != nil {
		c.speakers(&first)
		c.speakers(&second)
		bridges = c.bridges(&first, &second)
	}
	return first, second, bridges
}

// speakers notes the latest reports that speak for a rival.
func (c *chooser) speakers(r *rival) {
	for _, s := range c.scored {
		if s.root == r.root {
			r.voices = append(r.voices, s.n)
		}
	}
	slices.SortFunc(r.voices, func(a, b *node) int { return compareNodes(b, a) })
	r.voices = r.voices[:min(len(r.voices), bridgeLook)]
}

func (c *chooser) support(s scored, wide bool) {
	r := c.rival(s.root)
	if r == nil {
		c.rivals = append(c.rivals, rival{root: s.root, best: s.score, parent: s.n, wide: wide, support: 1})
		return
	}
	r.support++
	if s.score > r.best || s.score == r.best && compare(&s.n.Features, &r.parent.Features) < 0 {
		r.best, r.parent, r.wide = s.score, s.n, wide
	}
}

// rival is the incident of that root, nil where no report speaks for it.
func (c *chooser) rival(root *node) *rival {
	for i := range c.rivals {
		if c.rivals[i].root == root {
			return &c.rivals[i]
		}
	}
	return nil
}

// outcomes of glance.
type sight int

const (
	worthy sight = iota // to be weighed
	unlike              // of another subject or kecamatan, and at no place of the same name
	apart               // at another place
)

// glance tells most pairs that no evidence could make one matter: it saves the
// weighing, and is itself a rule.
func glance(f *Features, g *prepared) sight {
	if f.names&g.names != 0 {
		return worthy
	}
	street := f.streets&g.streets != 0
	if !street && f.topics != 0 && g.topics != 0 && f.related&g.topics == 0 {
		return unlike
	}
	near := beside(f, g)
	switch {
	case !near && elsewhereSaid(&f.prepared, g):
		return unlike
	case !street && !near && f.kinds.own() && g.kinds.own():
		return apart
	}
	return worthy
}

// elsewhereSaid is true when both say their area and no kecamatan is the same.
func elsewhereSaid(f, g *prepared) bool {
	return f.area && g.area && !share(&f.kecamatan, &g.kecamatan)
}

// beside is true for points some 400 m apart at most.
func beside(f *Features, g *prepared) bool {
	const degrees = 400.0 / metresPerDegree
	return f.point && g.point && math.Abs(f.lat-g.lat) < degrees && math.Abs(f.lon-g.lon)*f.cosLat < degrees
}

// better orders rivals: by score, then the one whose parent is earlier.
func better(r, than rival) bool {
	if than.root == nil || r.total != than.total {
		return than.root == nil || r.total > than.total
	}
	return compare(&r.parent.Features, &than.parent.Features) < 0
}
