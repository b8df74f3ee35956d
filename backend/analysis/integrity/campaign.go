package integrity

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
	"time"
)

// Voice is one report as the search for campaigns sees it.
type Voice struct {
	ID int64
	At time.Time
	// Reporter tells reporters apart without saying who they are (a keyed hash
	// of handle or number); 0 when the source does not say.
	Reporter uint64
	Channel  string
	Area     string // "" when not known
	// Words are the text's words in order, as backend/analysis/language gives
	// them.
	Words []string
}

// Campaign is a text that came again and again.
type Campaign struct {
	Voices      []int64 // ids, oldest first
	First, Last time.Time
	Reporters   int // that are known to differ
	Unknown     int // voices whose reporter is not known
	Areas       []string
	Channels    []string
	// Alike is the mean similarity with the first, 0 … 1.
	Alike   float64
	Reasons []Reason
}

// Campaigns groups near-identical texts of at least eight words that came
// within 72 hours of the first of them, five or more.
//
// Method: the set of neighbouring word pairs of each text; MinHash signatures
// of 48 values in 16 bands of 3 find candidates (Broder, "On the resemblance
// and containment of documents", 1997; banding: Leskovec, Rajaraman and Ullman,
// Mining of Massive Datasets, 2014, §3.4), and the exact Jaccard similarity
// with the group's first text decides, at least 0.6. Groups are led by their
// first voice by time and id, so neither order nor batch of arrival changes
// them, and nobody is drawn in by a chain of small changes.
func Campaigns(voices []Voice) []Campaign {
	sorted := slices.Clone(voices)
	slices.SortFunc(sorted, func(a, b Voice) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	s := newSearch()
	for i := range sorted {
		if pairs := pairsOf(sorted[i].Words); len(sorted[i].Words) >= int(limit("campaign_words")) {
			s.place(&sorted[i], pairs)
		}
	}
	var out []Campaign
	for _, g := range s.groups {
		if len(g.voices) >= int(limit("campaign_reports")) {
			out = append(out, describe(g))
		}
	}
	return out
}

// group is a leader and the texts like it.
type group struct {
	pairs  []uint64 // the leader's
	voices []*Voice
	alike  float64
}

const (
	bands = 16
	rows  = 3
)

type search struct {
	groups []*group
	// at lists the groups whose leader falls into a band's bucket.
	at [bands]map[uint64][]int
	// salts make the hash functions of MinHash from one.
	salts [bands * rows]uint64
}

func newSearch() *search {
	s := &search{}
	x := uint64(0x9e3779b97f4a7c15)
	for i := range s.salts {
		x = mix(x + uint64(i))
		s.salts[i] = x | 1
	}
	for b := range s.at {
		s.at[b] = map[uint64][]int{}
	}
	return s
}

// mix is the finaliser of splitmix64 (Steele, Lea and Flood 2014).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// place puts a voice into the oldest group it is like, or opens one.
func (s *search) place(v *Voice, pairs []uint64) {
	keys := s.keys(pairs)
	var candidates []int
	for b, k := range keys {
		candidates = append(candidates, s.at[b][k]...)
	}
	slices.Sort(candidates)
	window := time.Duration(limit("campaign_hours") * float64(time.Hour))
	for _, c := range slices.Compact(candidates) {
		g := s.groups[c]
		if v.At.Sub(g.voices[0].At) > window {
			continue
		}
		if alike := jaccard(g.pairs, pairs); alike >= limit("campaign_similarity") {
			g.voices = append(g.voices, v)
			g.alike += alike
			return
		}
	}
	s.groups = append(s.groups, &group{pairs: pairs, voices: []*Voice{v}})
	for b, k := range keys {
		s.at[b][k] = append(s.at[b][k], len(s.groups)-1)
	}
}

func (s *search) keys(pairs []uint64) (out [bands]uint64) {
	for b := range out {
		key := uint64(b)
		for r := range rows {
			least := uint64(math.MaxUint64)
			for _, p := range pairs {
				least = min(least, mix(p*s.salts[b*rows+r]))
			}
			key = mix(key ^ least)
		}
		out[b] = key
	}
	return out
}

// pairsOf hashes each pair of neighbouring words; sorted, each once.
func pairsOf(words []string) []uint64 {
	var out []uint64
	for i := 1; i < len(words); i++ {
		h := fnv.New64a()
		_, _ = h.Write([]byte(words[i-1] + " " + words[i])) // a hash takes everything
		out = append(out, h.Sum64())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// jaccard is the share of common elements of two sorted sets.
func jaccard(a, b []uint64) float64 {
	both, i, j := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			both++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	all := len(a) + len(b) - both
	if all == 0 {
		return 0
	}
	return float64(both) / float64(all)
}

func describe(g *group) Campaign {
	first, last := g.voices[0], g.voices[len(g.voices)-1]
	c := Campaign{First: first.At, Last: last.At, Alike: g.alike / float64(len(g.voices)-1)}
	people := map[uint64]int{}
	for _, v := range g.voices {
		c.Voices = append(c.Voices, v.ID)
		if v.Reporter == 0 {
			c.Unknown++
		} else {
			people[v.Reporter]++
		}
		if v.Area != "" && !slices.Contains(c.Areas, v.Area) {
			c.Areas = append(c.Areas, v.Area)
		}
		if !slices.Contains(c.Channels, v.Channel) {
			c.Channels = append(c.Channels, v.Channel)
		}
	}
	slices.Sort(c.Areas)
	slices.Sort(c.Channels)
	c.Reporters = len(people)
	c.Reasons = append(c.Reasons, Reason{Kind: "same_text", Seen: float64(len(g.voices)), Usual: 1})
	most := 0
	for _, n := range people {
		most = max(most, n)
	}
	if most*2 > len(g.voices) {
		c.Reasons = append(c.Reasons, Reason{Kind: "one_reporter", Seen: float64(most), Usual: 1})
	}
	if len(c.Areas) > 1 {
		c.Reasons = append(c.Reasons, Reason{Kind: "many_places", Seen: float64(len(c.Areas)), Usual: 1})
	}
	return c
}
