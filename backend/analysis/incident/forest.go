package incident

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"
	"time"
)

// node is a report in the forest.
type node struct {
	Features
	parent, other *node
	root          *node
	score, margin float64
	bridges       bool
	blocks        []uint64
	seen          int // the last search that met it
}

// follow sets the node's link and reports whether its root has changed.
func (n *node) follow(first, second rival, bridges bool) bool {
	was := n.root
	n.parent, n.other, n.root, n.score, n.margin, n.bridges = nil, nil, n, 0, 0, false
	if first.root != nil {
		n.parent, n.root, n.score, n.margin = first.parent, first.parent.root, first.total, maxMargin
		if second.root != nil {
			n.other = second.parent
			if n.bridges = bridges; !bridges {
				n.margin = min(maxMargin, first.total-second.total)
			}
		}
	}
	return was != n.root
}

// link writes the node's link with its reasons.
func (m *Model) link(n *node) Link {
	l := Link{Key: n.Key, Root: n.root.Key, Score: n.score, Margin: n.margin, Bridges: n.bridges}
	if n.parent != nil {
		l.Parent = n.parent.Key
		l.Reasons = m.Reasons(&n.Features, &n.parent.Features)
	}
	if n.other != nil {
		l.Other = n.other.Key
	}
	return l
}

// Link finds the parent of f among earlier reports: those that share a block
// with it, within Horizon, each with the root it belongs to (Update sees to
// that for stored reports). It returns false when f starts an incident.
func (m *Model) Link(f Features, earlier []Entry) (Link, bool) {
	nodes := map[string]*node{}
	at := func(key string, of *Features) *node {
		n := nodes[key]
		if n == nil {
			n = &node{}
			n.Key = key
			n.root = n
			nodes[key] = n
		}
		if of != nil {
			n.Features = *of
		}
		return n
	}
	candidates := make([]*node, 0, len(earlier))
	for i := range earlier {
		e := &earlier[i]
		if !e.Features.before(&f) || f.micro-e.Features.micro > horizonMicros {
			continue
		}
		n := at(e.Features.Key, &e.Features)
		n.root = at(cmp.Or(e.Root, e.Features.Key), nil)
		candidates = append(candidates, n)
	}
	n := &node{Features: f}
	n.follow(new(chooser).choose(m, &f, candidates))
	return m.link(n), n.parent != nil
}

const horizonMicros = int64(Horizon / time.Microsecond)

// Group links all reports from scratch and returns the links in canonical
// order: by time, then by key. Reports of a key given twice count once, the
// last one. It is what any sequence of updates comes to. Time is linear in the
// number of reports (at most MaxBlocks × BlockLimit comparisons each).
func Group(m *Model, reports []Features) []Link {
	nodes := group(m, reports)
	out := make([]Link, len(nodes))
	for i := range nodes {
		out[i] = m.link(&nodes[i])
	}
	return out
}

func group(m *Model, reports []Features) []node {
	nodes := inOrder(reports)
	crowds := newCrowds(nodes)
	// Side by side: those of three weeks fit into the processor's cache.
	looks, roots := make([]prepared, len(nodes)), make([]*node, len(nodes))
	for i := range nodes {
		looks[i] = nodes[i].prepared
	}
	var c chooser
	var found []int32
	oldest := int32(0)
	for i := range nodes {
		n := &nodes[i]
		for n.micro-nodes[oldest].micro > horizonMicros {
			oldest++
		}
		found, c.found = crowds.earlier(i, oldest, found[:0]), c.found[:0]
		for _, k := range found {
			c.found = append(c.found, candidate{looks[k], &nodes[k], roots[k]})
		}
		n.follow(c.chooseFound(m, &n.Features))
		roots[i] = n.root
	}
	return nodes
}

// inOrder are the reports in canonical order, the last one of each key.
func inOrder(reports []Features) []node {
	type moment struct {
		micro int64
		at    int32
	}
	last := lastOfKeys(reports)
	order := make([]moment, 0, len(reports))
	for i := range reports {
		if last == nil || last[reports[i].Key] == int32(i) {
			order = append(order, moment{reports[i].micro, int32(i)})
		}
	}
	slices.SortFunc(order, func(a, b moment) int {
		if a.micro != b.micro {
			return cmp.Compare(a.micro, b.micro)
		}
		return cmp.Compare(reports[a.at].Key, reports[b.at].Key)
	})
	nodes := make([]node, len(order))
	for i, o := range order {
		nodes[i].Features = reports[o.at]
	}
	return nodes
}

// lastOfKeys is the last report of each key, nil where no key stands twice:
// that is told by hashes, at a fraction of what a map of all keys takes.
func lastOfKeys(reports []Features) map[string]int32 {
	hashes := make([]uint64, len(reports))
	for i := range reports {
		hashes[i] = hash64(reports[i].Key)
	}
	slices.Sort(hashes)
	if len(slices.Compact(hashes)) == len(reports) {
		return nil
	}
	last := make(map[string]int32, len(reports))
	for i := range reports {
		last[reports[i].Key] = int32(i)
	}
	return last
}

// crowds are the members of all blocks of an ordered set of reports: block
// after block, each in order.
type crowds struct {
	members []int32 // the first of each block as its complement
	// places are where in members each report stands: those of report i from
	// from[i] to from[i+1].
	places, from []int32
	met          []int32 // the last report that looked at each
}

func newCrowds(nodes []node) *crowds {
	all, c := make([]member, 0, 8*len(nodes)), &crowds{from: make([]int32, len(nodes)+1), met: make([]int32, len(nodes))}
	var room [MaxBlocks]uint64
	for i := range nodes {
		for _, b := range nodes[i].appendBlocks(room[:0]) {
			all = append(all, member{b, int32(i)})
		}
		c.from[i+1] = int32(len(all))
	}
	all = sortedMembers(all)
	c.members, c.places = make([]int32, len(all)), make([]int32, len(all))
	next := slices.Clone(c.from)
	for i, e := range all {
		if c.members[i] = e.at; i == 0 || all[i-1].block != e.block {
			c.members[i] = ^e.at
		}
		c.places[next[e.at]] = int32(i)
		next[e.at]++
	}
	return c
}

// member is a report of a block.
type member struct {
	block uint64
	at    int32
}

// sortedMembers sorts by block, then by report, where reports come in their
// order: dealt into heaps by the first bits of the block, which is a hash, each
// heap is sorted within the processor's cache.
func sortedMembers(all []member) []member {
	const heap = 64 // members in each, about
	shift := 64 - bits.Len(uint(len(all)/heap))
	ends := make([]int, 1<<(64-shift)+1)
	for i := range all {
		ends[all[i].block>>shift+1]++
	}
	for i := 1; i < len(ends); i++ {
		ends[i] += ends[i-1]
	}
	out := make([]member, len(all))
	for _, e := range all {
		heap := e.block >> shift
		out[ends[heap]] = e
		ends[heap]++ // comes to be where the heap ends
	}
	from := 0
	for _, to := range ends[:len(ends)-1] {
		slices.SortFunc(out[from:to], func(a, b member) int {
			if a.block != b.block {
				return cmp.Compare(a.block, b.block)
			}
			return cmp.Compare(a.at, b.at)
		})
		from = to
	}
	return out
}

// earlier are the reports that report i looks at, none before oldest.
func (c *crowds) earlier(i int, oldest int32, out []int32) []int32 {
	for _, place := range c.places[c.from[i]:c.from[i+1]] {
		for k := place; k > place-BlockLimit && c.members[k] >= 0; k-- {
			o := c.members[k-1]
			if o < 0 {
				o = ^o
			}
			if o < oldest {
				break
			}
			if c.met[o] != int32(i) {
				c.met[o] = int32(i)
				out = append(out, o)
			}
		}
	}
	return out
}

// Forest keeps reports in memory and links them as they come, change and go,
// in whatever order; its links are always those of Group over all its reports,
// its groups those of Settle with its rulings. It is not safe for concurrent
// use.
type Forest struct {
	model   *Model
	nodes   map[string]*node
	blocks  map[uint64][]*node // in canonical order
	rulings []Ruling
	chooser chooser
	search  int
}

// NewForest returns an empty forest.
func NewForest(m *Model) *Forest {
	return &Forest{model: m, nodes: map[string]*node{}, blocks: map[uint64][]*node{}}
}

// Put adds reports, or puts others in the place of those with the same keys,
// and links anew whatever that touches.
func (f *Forest) Put(reports ...Features) {
	var touched work
	for i := range reports {
		f.take(reports[i].Key, &touched)
	}
	for i := range reports {
		n := &node{Features: reports[i]}
		if f.nodes[n.Key] != nil {
			f.take(n.Key, &touched) // twice in one call
		}
		f.nodes[n.Key] = n
		n.blocks = n.Blocks()
		for _, b := range n.blocks {
			in := f.blocks[b]
			at, _ := slices.BinarySearchFunc(in, n, compareNodes)
			f.blocks[b] = slices.Insert(in, at, n)
		}
		touched.add(n)
		f.later(n, touched.add)
	}
	f.settle(&touched)
}

// Remove takes reports out and links anew whatever followed them.
func (f *Forest) Remove(keys ...string) {
	var touched work
	for _, k := range keys {
		f.take(k, &touched)
	}
	f.settle(&touched)
}

func compareNodes(a, b *node) int { return compare(&a.Features, &b.Features) }

func (f *Forest) take(key string, touched *work) {
	n := f.nodes[key]
	if n == nil {
		return
	}
	f.later(n, touched.add)
	for _, b := range n.blocks {
		in := f.blocks[b]
		if at, found := slices.BinarySearchFunc(in, n, compareNodes); found {
			in = slices.Delete(in, at, at+1)
		}
		if f.blocks[b] = in; len(in) == 0 {
			delete(f.blocks, b)
		}
	}
	delete(f.nodes, key)
	touched.drop(n)
}

// later calls visit for the reports that look at n: in each of its blocks the
// BlockLimit next ones within Horizon.
func (f *Forest) later(n *node, visit func(*node)) {
	for _, b := range n.blocks {
		in := f.blocks[b]
		at, found := slices.BinarySearchFunc(in, n, compareNodes)
		if found {
			at++
		}
		for _, o := range in[at:min(len(in), at+BlockLimit)] {
			if o.micro-n.micro > horizonMicros {
				break
			}
			visit(o)
		}
	}
}

// earlier are the reports that n looks at.
func (f *Forest) earlier(n *node, out []*node) []*node {
	f.search++
	for _, b := range n.blocks {
		in := f.blocks[b]
		at, _ := slices.BinarySearchFunc(in, n, compareNodes)
		for k := at - 1; k >= max(0, at-BlockLimit) && n.micro-in[k].micro <= horizonMicros; k-- {
			if in[k].seen != f.search {
				in[k].seen = f.search
				out = append(out, in[k])
			}
		}
	}
	return out
}

// settle links the touched reports anew in canonical order. A report whose
// root changes touches those that look at it, all of which come later, so
// each is done once.
func (f *Forest) settle(touched *work) {
	var candidates []*node
	for n := touched.next(); n != nil; n = touched.next() {
		candidates = f.earlier(n, candidates[:0])
		if n.follow(f.chooser.choose(f.model, &n.Features, candidates)) {
			f.later(n, touched.add)
		}
	}
}

// Rule replaces the officers' rulings.
func (f *Forest) Rule(rulings ...Ruling) { f.rulings = slices.Clone(rulings) }

// Links are the links of all reports, in canonical order.
func (f *Forest) Links() []Link {
	nodes := slices.SortedFunc(maps.Values(f.nodes), compareNodes)
	out := make([]Link, len(nodes))
	for i, n := range nodes {
		out[i] = f.model.link(n)
	}
	return out
}

// Groups are the incidents, oldest first.
func (f *Forest) Groups() []Members { return Settle(f.Links(), f.rulings) }
