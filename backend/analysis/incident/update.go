package incident

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Entry is a stored report with what is stored about where it belongs. Root
// and Component are "" when it was not linked yet.
type Entry struct {
	Features  Features
	Root      string
	Component string
}

// Stored is a link as the store keeps it, with the report's time.
type Stored struct {
	Link
	At time.Time
	// Component names what must be settled together: see Components.
	Component string
}

// Shelf is where features, links and rulings of all reports are kept. Update
// asks it for the neighbourhood it needs, and no more.
type Shelf interface {
	// Earlier returns the reports before f in canonical order (time, then key),
	// at most Horizon before it, that share a block with it: of each block the
	// BlockLimit latest ones. Each may be returned more than once.
	Earlier(f *Features) ([]Entry, error)
	// Later returns the reports after f, at most Horizon after it, that share a
	// block with it: of each block the BlockLimit next ones.
	Later(f *Features) ([]Entry, error)
	// Links returns the stored links of reports.
	Links(keys []string) ([]Stored, error)
	// Components returns all stored links of components.
	Components(names []string) ([]Stored, error)
	// Rulings returns the rulings that name one of the reports.
	Rulings(keys []string) ([]Ruling, error)
}

// Changes are what Update found. They replace what is stored: links by report,
// groups for all the reports of Links and Groups.
type Changes struct {
	// Links are the links of all reports that were linked anew, whether or not
	// they came out the same, in canonical order.
	Links []Link
	// Groups are all incidents of the components that were touched; every report
	// of those components is in exactly one of them.
	Groups []Members
	// Component gives each report of Groups its component.
	Component map[string]string
	// Gone are the reports that were removed.
	Gone []string
}

// Update links what changed, and whatever that touches, so that the shelf
// comes to hold what Group and Settle would make of all its reports from
// scratch. was holds the former state of changed and removed reports, now the
// new state of changed and added ones; the shelf must already hold now, and no
// longer was. ruled are the keys that new or withdrawn rulings name; the shelf
// must already hold the rulings as they are. Model, reports and rulings must be
// the same ones that everything on the shelf was linked with.
//
// A report that arrives in the order of time touches its candidates and the
// incidents it joins. One that arrives late also touches those after it that
// would have looked at it.
func Update(m *Model, shelf Shelf, was []Entry, now []Features, ruled []string) (Changes, error) {
	u := updater{model: m, shelf: shelf, nodes: map[string]*node{}, component: map[string]string{}, gone: map[string]bool{}}
	for i := range was {
		u.gone[was[i].Features.Key] = true
	}
	var touched work
	for i := range now {
		delete(u.gone, now[i].Key)
		touched.add(u.node(&now[i], "", ""))
	}
	for i := range was {
		e := &was[i]
		if n := u.nodes[e.Features.Key]; n != nil && e.Root != "" {
			n.root = u.stub(e.Root)
		}
		u.names = append(u.names, e.Component)
		if err := u.later(&e.Features, &touched); err != nil {
			return Changes{}, err
		}
	}
	for i := range now {
		if err := u.later(&now[i], &touched); err != nil {
			return Changes{}, err
		}
	}
	if err := u.link(&touched); err != nil {
		return Changes{}, err
	}
	return u.settle(ruled)
}

type updater struct {
	model     *Model
	shelf     Shelf
	nodes     map[string]*node
	component map[string]string // stored, of the reports seen
	gone      map[string]bool
	names     []string // of components that are touched
	linked    []*node
	chooser   chooser
}

// stub is the node of a key, without features as long as nothing told them.
func (u *updater) stub(key string) *node {
	n := u.nodes[key]
	if n == nil {
		n = &node{}
		n.Key = key
		u.nodes[key] = n
	}
	return n
}

// node is the node of a report. The first word on its root holds: what was
// linked in this update is newer than what the shelf says.
func (u *updater) node(f *Features, root, component string) *node {
	n := u.stub(f.Key)
	if n.At.IsZero() {
		n.Features = *f
	}
	if n.root == nil {
		n.root = n
		if root != "" && root != f.Key {
			n.root = u.stub(root)
		}
	}
	if component != "" {
		u.component[f.Key] = component
	}
	return n
}

func (u *updater) later(f *Features, touched *work) error {
	entries, err := u.shelf.Later(f)
	if err != nil {
		return fmt.Errorf("fetch the reports after %s: %w", f.Key, err)
	}
	for i := range entries {
		touched.add(u.node(&entries[i].Features, entries[i].Root, entries[i].Component))
	}
	return nil
}

// link links the touched reports anew, as Forest.settle does.
func (u *updater) link(touched *work) error {
	var candidates []*node
	for n := touched.next(); n != nil; n = touched.next() {
		entries, err := u.shelf.Earlier(&n.Features)
		if err != nil {
			return fmt.Errorf("fetch the reports before %s: %w", n.Key, err)
		}
		candidates = candidates[:0]
		for i := range entries {
			candidates = append(candidates, u.node(&entries[i].Features, entries[i].Root, entries[i].Component))
		}
		slices.SortFunc(candidates, compareNodes)
		candidates = slices.Compact(candidates)
		if n.follow(u.chooser.choose(u.model, &n.Features, candidates)) {
			if err := u.later(&n.Features, touched); err != nil {
				return err
			}
		}
		u.linked = append(u.linked, n)
	}
	return nil
}

// settle loads the components that are touched, until nothing leads out of
// them, and makes their incidents.
func (u *updater) settle(ruled []string) (Changes, error) {
	changes := Changes{Gone: slices.Sorted(maps.Keys(u.gone))}
	links := map[string]Stored{}
	ends := slices.Clone(ruled)
	for _, n := range u.linked {
		l := u.model.link(n)
		changes.Links = append(changes.Links, l)
		links[l.Key] = Stored{Link: l, At: n.At}
		u.names = append(u.names, u.component[l.Key])
		ends = append(ends, l.Parent, l.Other)
	}
	asked := map[string]bool{"": true}
	for k := range u.gone {
		asked[k] = true
	}
	loaded := map[string]bool{"": true}
	var rulings []Ruling
	for {
		if err := u.load(links, loaded, asked, ends); err != nil {
			return Changes{}, err
		}
		keys := slices.Sorted(maps.Keys(links))
		var err error
		if rulings, err = u.shelf.Rulings(keys); err != nil {
			return Changes{}, fmt.Errorf("fetch the rulings on %d reports: %w", len(keys), err)
		}
		if ends = leading(links, rulings, asked); len(ends) == 0 && len(u.unloaded(loaded)) == 0 {
			break
		}
	}
	all := slices.SortedFunc(maps.Values(links), func(a, b Stored) int {
		return cmp.Or(cmp.Compare(a.At.UnixMicro(), b.At.UnixMicro()), cmp.Compare(a.Key, b.Key))
	})
	settled := make([]Link, len(all))
	for i, s := range all {
		settled[i] = s.Link
	}
	changes.Groups = Settle(settled, rulings)
	changes.Component = Components(settled, rulings)
	return changes, nil
}

// load adds the links of the ends and of all that is in their components.
func (u *updater) load(links map[string]Stored, loaded, asked map[string]bool, ends []string) error {
	missing := slices.DeleteFunc(slices.Clone(ends), func(k string) bool { return asked[k] || links[k].Key != "" })
	for _, k := range missing {
		asked[k] = true // rulings may name reports that are not there
	}
	add := func(found []Stored) {
		for _, s := range found {
			u.names = append(u.names, s.Component)
			if links[s.Key].Key == "" && !u.gone[s.Key] {
				links[s.Key] = s
			}
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		found, err := u.shelf.Links(slices.Compact(missing))
		if err != nil {
			return fmt.Errorf("fetch %d links: %w", len(missing), err)
		}
		add(found)
	}
	names := u.unloaded(loaded)
	if len(names) == 0 {
		return nil
	}
	for _, c := range names {
		loaded[c] = true
	}
	found, err := u.shelf.Components(names)
	if err != nil {
		return fmt.Errorf("fetch %d components: %w", len(names), err)
	}
	add(found)
	return nil
}

// unloaded are the touched components that were not loaded yet.
func (u *updater) unloaded(loaded map[string]bool) []string {
	u.names = slices.DeleteFunc(u.names, func(c string) bool { return loaded[c] })
	slices.Sort(u.names)
	u.names = slices.Compact(u.names)
	return slices.Clone(u.names)
}

// leading are the keys outside of links that an edge leads to.
func leading(links map[string]Stored, rulings []Ruling, asked map[string]bool) []string {
	var out []string
	add := func(k string) {
		if !asked[k] && links[k].Key == "" {
			out = append(out, k)
		}
	}
	ruled := ruledOn(rulings)
	for _, r := range rulings {
		add(r.A)
		add(r.B)
	}
	for _, l := range links {
		add(l.Parent)
		if l.Bridges || ruled[l.Key] {
			add(l.Other)
		}
	}
	return out
}

// ruledOn are the reports that rulings name. Only their links can be refused,
// since any other report stands alone until its own link is followed; so only
// their second-best incident counts.
func ruledOn(rulings []Ruling) map[string]bool {
	out := map[string]bool{}
	for _, r := range rulings {
		out[r.A], out[r.B] = true, true
	}
	return out
}

// Components names, for each report, what must be settled together with it:
// all that links, bridges and rulings connect, also those that a ruling
// refuses. A component has the key of its first report. links are in canonical
// order.
func Components(links []Link, rulings []Ruling) map[string]string {
	at := make(map[string]int, len(links))
	for i, l := range links {
		at[l.Key] = i
	}
	u := newUnions(len(links))
	join := func(a int, key string) {
		if b, ok := at[key]; ok {
			u.join(a, b)
		}
	}
	for _, r := range rulings {
		if a, ok := at[r.A]; ok {
			join(a, r.B)
		}
	}
	ruled := ruledOn(rulings)
	for i, l := range links {
		join(i, l.Parent)
		if l.Bridges || ruled[l.Key] {
			join(i, l.Other)
		}
	}
	out := make(map[string]string, len(links))
	for i, l := range links {
		out[l.Key] = links[u.find(i)].Key
	}
	return out
}
