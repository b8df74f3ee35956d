package incident

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// shelf is the plainest thing that can be a store: it looks at everything.
type shelf struct {
	features map[string]Features
	blocks   map[uint64]map[string]bool
	links    map[string]Stored
	rulings  []Ruling
	groups   map[string]string
}

func newShelf() *shelf {
	return &shelf{features: map[string]Features{}, blocks: map[uint64]map[string]bool{}, links: map[string]Stored{}, groups: map[string]string{}}
}

func (s *shelf) entry(f Features) Entry {
	l := s.links[f.Key]
	return Entry{Features: f, Root: l.Root, Component: l.Component}
}

// sharing are the reports in f's blocks, for each block in canonical order.
func (s *shelf) sharing(f *Features, keep func(o *Features) bool, latest bool) ([]Entry, error) {
	var out []Entry
	for _, b := range f.Blocks() {
		var in []Features
		for k := range s.blocks[b] {
			if o := s.features[k]; k != f.Key && keep(&o) {
				in = append(in, o)
			}
		}
		slices.SortFunc(in, func(x, y Features) int { return compare(&x, &y) })
		if latest {
			slices.Reverse(in)
		}
		for _, o := range in[:min(len(in), BlockLimit)] {
			out = append(out, s.entry(o))
		}
	}
	rand.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out, nil
}

func (s *shelf) Earlier(f *Features) ([]Entry, error) {
	return s.sharing(f, func(o *Features) bool { return o.before(f) && f.At.Sub(o.At) <= Horizon }, true)
}

func (s *shelf) Later(f *Features) ([]Entry, error) {
	return s.sharing(f, func(o *Features) bool { return f.before(o) && o.At.Sub(f.At) <= Horizon }, false)
}

func (s *shelf) Links(keys []string) (out []Stored, err error) {
	for _, k := range keys {
		if l, ok := s.links[k]; ok {
			out = append(out, l)
		}
	}
	return out, nil
}

func (s *shelf) Components(names []string) (out []Stored, err error) {
	for _, l := range s.links {
		if slices.Contains(names, l.Component) {
			out = append(out, l)
		}
	}
	return out, nil
}

func (s *shelf) Rulings(keys []string) (out []Ruling, err error) {
	for _, r := range s.rulings {
		if slices.Contains(keys, r.A) || slices.Contains(keys, r.B) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (s *shelf) drop(key string) {
	f := s.features[key]
	for _, b := range f.Blocks() {
		delete(s.blocks[b], key)
	}
	delete(s.features, key)
}

func (s *shelf) put(f Features) {
	s.drop(f.Key)
	s.features[f.Key] = f
	for _, b := range f.Blocks() {
		if s.blocks[b] == nil {
			s.blocks[b] = map[string]bool{}
		}
		s.blocks[b][f.Key] = true
	}
}

// update is what a store does with Update.
func (s *shelf) update(t *testing.T, m *Model, put []Features, remove, ruled []string) {
	t.Helper()
	var was []Entry
	for _, k := range remove {
		was = append(was, s.entry(s.features[k]))
		s.drop(k)
	}
	for _, f := range put {
		if old, ok := s.features[f.Key]; ok {
			was = append(was, s.entry(old))
		}
		s.put(f)
	}
	c, err := Update(m, s, was, put, ruled)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range c.Gone {
		delete(s.links, k)
		delete(s.groups, k)
	}
	for _, l := range c.Links {
		s.links[l.Key] = Stored{Link: l, At: s.features[l.Key].At}
	}
	maps.Copy(s.groups, groupOf(c.Groups))
	for k, component := range c.Component {
		l := s.links[k]
		l.Component = component
		s.links[k] = l
	}
}

func (s *shelf) all() []Features { return slices.Collect(maps.Values(s.features)) }

// check compares the shelf with a fresh start.
func (s *shelf) check(t *testing.T, m *Model, when string) {
	t.Helper()
	want := Group(m, s.all())
	component := Components(want, s.rulings)
	for _, l := range want {
		got := s.links[l.Key]
		if diff := cmp.Diff(l, got.Link); diff != "" {
			t.Fatalf("%s: the link of %s is not that of a fresh start (-fresh +updated):\n%s", when, l.Key, diff)
		}
		if got.Component != component[l.Key] {
			t.Fatalf("%s: %s is stored in component %s, a fresh start says %s", when, l.Key, got.Component, component[l.Key])
		}
	}
	if diff := cmp.Diff(groupOf(Settle(want, s.rulings)), s.groups); diff != "" {
		t.Fatalf("%s: the incidents are not those of a fresh start (-fresh +updated):\n%s", when, diff)
	}
	if len(s.links) != len(want) {
		t.Fatalf("%s: %d links are stored, a fresh start makes %d", when, len(s.links), len(want))
	}
}

// town makes a small, crowded city so that nearly everything touches.
func town(m *Model, seed uint64) []Features {
	c := buildCity(seed, 25, 40, 45)
	for i := range c.reports { // one corner of it
		r := &c.reports[i]
		if i%3 == 0 {
			r.At = r.At.Truncate(24 * time.Hour) // ties of time
		}
	}
	return featuresOf(m, c.reports)
}

// TestUpdateIsFreshStart: whatever comes, late, changed, removed or ruled on,
// the stored links, components and incidents are those of a fresh start.
func TestUpdateIsFreshStart(t *testing.T) {
	t.Parallel()
	m := Default()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(seed, 3))
			all := town(m, 100+seed)
			rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			s := newShelf()
			for round := 0; len(all) > 0; round++ {
				n := min(len(all), 1+rnd.IntN(25))
				s.update(t, m, all[:n], nil, nil)
				all = all[n:]
				s.upset(t, m, rnd, round)
				if round%4 == 0 {
					s.check(t, m, fmt.Sprintf("round %d", round))
				}
			}
			s.check(t, m, "at the end")
		})
	}
}

// upset changes, removes and rules at random.
func (s *shelf) upset(t *testing.T, m *Model, rnd *rand.Rand, round int) {
	t.Helper()
	keys := slices.Sorted(maps.Keys(s.features))
	one := func() string { return keys[rnd.IntN(len(keys))] }
	switch round % 3 {
	case 0:
		f := s.features[one()]
		f.At = f.At.Add(time.Duration(rnd.IntN(400)-200) * time.Hour)
		f.Category, f.Stated = "drainase", s.features[one()].Stated
		f.prepare()
		s.update(t, m, []Features{f}, nil, nil)
	case 1:
		gone := one()
		for _, k := range keys { // what held two incidents together, if there is such
			if s.links[k].Bridges && rnd.IntN(2) == 0 {
				gone = k
				break
			}
		}
		s.update(t, m, nil, []string{gone}, nil)
	case 2:
		r := Ruling{A: one(), B: one(), Same: rnd.IntN(2) == 0, At: time.Unix(int64(rnd.IntN(50)), 0)}
		if !r.Same { // part what belongs together
			if p := s.links[r.A].Parent; p != "" {
				r.B = p
			}
		}
		s.rulings = append(s.rulings, r)
		ruled := []string{r.A, r.B}
		if len(s.rulings) > 5 {
			ruled = append(ruled, s.rulings[0].A, s.rulings[0].B)
			s.rulings = s.rulings[1:]
		}
		s.update(t, m, nil, nil, ruled)
	}
}

// TestForestIsFreshStart: the engine in memory comes to the same links in any
// order of arrival, in any batches, with changes and removals.
func TestForestIsFreshStart(t *testing.T) {
	t.Parallel()
	m := Default()
	for seed := range uint64(4) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		city := buildCity(200+seed, 40, 900, 120)
		all := featuresOf(m, city.reports)
		want := Group(m, all)
		rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		f := NewForest(m)
		for i := 0; i < len(all); {
			n := min(len(all)-i, 1+rnd.IntN(40))
			f.Put(all[i : i+n]...)
			if i > 0 { // disturb what is there and mend it again
				k := all[rnd.IntN(i)]
				changed := k
				changed.At = changed.At.Add(-30 * time.Hour)
				changed.prepare()
				f.Put(changed)
				other := all[rnd.IntN(i)]
				f.Remove(other.Key, k.Key)
				f.Put(other, k)
			}
			i += n
		}
		if diff := cmp.Diff(want, f.Links()); diff != "" {
			t.Fatalf("seed %d: not the links of a fresh start (-fresh +forest):\n%.2000s", seed, diff)
		}
	}
}
