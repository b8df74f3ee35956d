package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"balaikota/backend/analysis/incident"
	"balaikota/backend/city"
	"balaikota/backend/store"
)

// linker brings the stored links up to date after some reports were added,
// changed or taken away. Because a link depends only on earlier reports that
// share a block, and on which incidents those belong to, it works through the
// touched reports in their order, loads the neighbours of each, and goes on to
// those that look at a report whose incident has changed. What comes out is
// what grouping everything from scratch would give.
type linker struct {
	g      *store.Grouping
	model  *incident.Model
	at     map[string]*linked
	blocks map[uint64][]*linked // in the order of reports
	queue  []*linked            // to be linked anew, earliest first
	done   map[string]bool
}

// linked is a stored report with its link.
type linked struct {
	features incident.Features
	blocks   []uint64
	link     incident.Link
	row      store.Grouped
	near     bool // its neighbours are loaded
	changed  bool // its link is not as stored
}

func newLinker(g *store.Grouping, m *incident.Model) *linker {
	return &linker{g: g, model: m, at: map[string]*linked{}, blocks: map[uint64][]*linked{}, done: map[string]bool{}}
}

// order is the order of reports: whole seconds, then keys.
func order(a, b *linked) int {
	return cmp.Or(a.features.At.Compare(b.features.At), strings.Compare(a.features.Key, b.features.Key))
}

// take makes a stored row part of the neighbourhood.
func (l *linker) take(row store.Grouped) (*linked, error) {
	if n := l.at[row.Key]; n != nil {
		return n, nil
	}
	n := &linked{row: row}
	var err error
	if n.features, err = incident.UnmarshalFeatures(row.Features); err != nil {
		return nil, fmt.Errorf("read the features of report %d: %w", row.ReportID, err)
	}
	if err := json.Unmarshal(row.Link, &n.link); err != nil {
		return nil, fmt.Errorf("read the link of report %d: %w", row.ReportID, err)
	}
	n.link.Key, n.link.Root, n.link.Parent, n.link.Other = row.Key, row.LinkRoot, row.LinkParent, row.LinkOther
	n.blocks = n.features.Blocks()
	l.at[row.Key] = n
	for _, b := range n.blocks {
		at, _ := slices.BinarySearchFunc(l.blocks[b], n, order)
		l.blocks[b] = slices.Insert(l.blocks[b], at, n)
	}
	return n, nil
}

// load reads the neighbours of reports in all their blocks.
func (l *linker) load(ctx context.Context, of []*linked) error {
	var searches []store.BlockSearch
	for _, n := range of {
		if n.near {
			continue
		}
		n.near = true
		searches = append(searches, searchesFor(&n.features, n.blocks)...)
	}
	if len(searches) == 0 {
		return nil
	}
	rows, err := l.g.Near(ctx, searches, incident.BlockLimit, incident.BlockLimit)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := l.take(r); err != nil {
			return err
		}
	}
	return nil
}

func searchesFor(f *incident.Features, blocks []uint64) []store.BlockSearch {
	out := make([]store.BlockSearch, len(blocks))
	for i, b := range blocks {
		out[i] = store.BlockSearch{Block: b, At: f.At, Key: f.Key, Earliest: f.At.Add(-incident.Horizon), Latest: f.At.Add(incident.Horizon)}
	}
	return out
}

// touch queues a report to be linked anew, once. A report that is reached
// again later has not been worked on yet, because work goes by the order of
// reports and reaches only later ones.
func (l *linker) touch(n *linked) {
	if l.done[n.row.Key] {
		return
	}
	l.done[n.row.Key] = true
	at, _ := slices.BinarySearchFunc(l.queue, n, order)
	l.queue = slices.Insert(l.queue, at, n)
}

// update links anew what the reports with the given keys, which are stored
// already, and those that are gone have touched.
func (l *linker) update(ctx context.Context, keys []string, before []incident.Features) error {
	rows, err := l.g.ByKeys(ctx, keys)
	if err != nil {
		return err
	}
	fresh := make([]*linked, len(rows))
	for i, r := range rows {
		if fresh[i], err = l.take(r); err != nil {
			return err
		}
	}
	if err := l.load(ctx, fresh); err != nil {
		return err
	}
	for _, n := range fresh {
		l.touch(n)
		l.touchLater(n)
	}
	if err := l.touchFormer(ctx, before); err != nil {
		return err
	}
	return l.work(ctx)
}

// touchFormer queues what looked at reports where they stood before.
func (l *linker) touchFormer(ctx context.Context, before []incident.Features) error {
	var searches []store.BlockSearch
	for i := range before {
		searches = append(searches, searchesFor(&before[i], before[i].Blocks())...)
	}
	if len(searches) == 0 {
		return nil
	}
	rows, err := l.g.Near(ctx, searches, 0, incident.BlockLimit)
	if err != nil {
		return err
	}
	for _, r := range rows {
		n, err := l.take(r)
		if err != nil {
			return err
		}
		l.touch(n)
	}
	return nil
}

// touchLater queues the reports that look at n, whose neighbours are loaded.
func (l *linker) touchLater(n *linked) {
	for _, b := range n.blocks {
		in := l.blocks[b]
		at, _ := slices.BinarySearchFunc(in, n, order)
		seen := 0
		for _, o := range in[at:] {
			if o == n {
				continue
			}
			if seen++; seen > incident.BlockLimit || o.features.At.Sub(n.features.At) > incident.Horizon {
				break
			}
			l.touch(o)
		}
	}
}

// loadAhead is how many queued reports have their neighbours read at once.
const loadAhead = 200

func (l *linker) work(ctx context.Context) error {
	for len(l.queue) > 0 {
		if !l.queue[0].near {
			if err := l.load(ctx, l.queue[:min(len(l.queue), loadAhead)]); err != nil {
				return err
			}
		}
		n := l.queue[0]
		l.queue = l.queue[1:]
		was := n.link
		n.link, _ = l.model.Link(n.features, l.earlier(n))
		if !sameLink(was, n.link) {
			n.changed = true
		}
		if was.Root != n.link.Root {
			l.touchLater(n)
		}
	}
	return nil
}

func sameLink(a, b incident.Link) bool {
	return a.Parent == b.Parent && a.Root == b.Root && a.Other == b.Other && a.Score == b.Score && a.Margin == b.Margin && a.Bridges == b.Bridges
}

// earlier are the reports that n looks at, each with its incident.
func (l *linker) earlier(n *linked) []incident.Entry {
	var out []incident.Entry
	seen := map[string]bool{}
	for _, b := range n.blocks {
		in := l.blocks[b]
		at, _ := slices.BinarySearchFunc(in, n, order)
		for k := at - 1; k >= max(0, at-incident.BlockLimit) && n.features.At.Sub(in[k].features.At) <= incident.Horizon; k-- {
			if o := in[k]; !seen[o.row.Key] {
				seen[o.row.Key] = true
				out = append(out, incident.Entry{Features: o.features, Root: o.link.Root})
			}
		}
	}
	return out
}

// storedLinks are links as they are to be stored.
func storedLinks(links []incident.Link) ([]store.StoredLink, error) {
	out := make([]store.StoredLink, len(links))
	for i, k := range links {
		data, err := json.Marshal(k)
		if err != nil {
			return nil, fmt.Errorf("encode the link of %s: %w", k.Key, err)
		}
		out[i] = store.StoredLink{
			Key: k.Key, Root: k.Root, Parent: k.Parent, Other: k.Other, Confidence: k.Confidence(), Link: data, Reasons: said(k.Reasons), Doubtful: k.Doubtful(),
		}
	}
	return out, nil
}

// said are the reasons that a reader is told: at most three, for the link.
func said(reasons []incident.Reason) []city.Said {
	out := []city.Said{}
	for _, r := range reasons {
		if s, ok := r.Said(); ok && r.Effect > 0 && len(out) < 3 {
			out = append(out, s)
		}
	}
	return out
}
