package incident

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Member is one report of an incident and why it belongs there.
type Member struct {
	ID  int64
	Key string
	At  time.Time
	// Confidence is 0 to 1, 1 for the first report and where an officer ruled.
	Confidence float64
	Doubtful   bool
	ByHand     bool
	Link       Link
}

// Summary is what an incident comes to.
type Summary struct {
	// Key is the first report's.
	Key string
	// Title says what and where in Indonesian, made of the category's name and
	// of the place that most voices name; never of a citizen's own words.
	Title string
	// Place is the place part of the title, "" if none is named.
	Place string
	// Lon and Lat are the median of the points, nil when there are none or they
	// do not agree; RadiusM covers three of four of them.
	Lon, Lat *float64
	RadiusM  float64
	// Areas are the area codes its voices give, most-said first.
	Areas       []string
	First, Last time.Time
	// Category is the one most voices give, CategoryShare what part of the votes.
	Category      string
	CategoryShare float64
	// Channels in alphabetical order.
	Channels []string
	// Members are oldest first.
	Members  []Member
	Doubtful int
	// Why says in one sentence why they are one matter: see why.go.
	Why Why
	// Trace is what Returns and Similar compare; Closed is the caller's to fill in.
	Trace Trace
}

// Known are the links and features of the reports of a group.
type Known struct {
	Features *Features
	Link     Link
}

// Summarise describes a group. known holds all its reports; names gives the
// categories' names by slug (a slug without one stands for itself).
func Summarise(g Members, known map[string]Known, names map[string]string) Summary {
	s := Summary{Key: g.Key}
	var fs []*Features
	byHand := map[string]bool{}
	for _, k := range g.ByHand {
		byHand[k] = true
	}
	for _, k := range g.Keys {
		of, ok := known[k]
		if !ok || of.Features == nil {
			continue
		}
		fs = append(fs, of.Features)
		m := Member{ID: of.Features.ID, Key: k, At: of.Features.At, Confidence: of.Link.Confidence(), ByHand: byHand[k], Link: of.Link}
		if m.ByHand {
			m.Confidence = 1
		}
		m.Doubtful = m.Confidence < doubtfulBelow
		if m.Doubtful {
			s.Doubtful++
		}
		s.Members = append(s.Members, m)
	}
	if len(fs) == 0 {
		return s
	}
	s.First, s.Last = fs[0].At, fs[len(fs)-1].At
	votes := map[string]int{}
	areas := map[string]int{}
	channels := map[string]bool{}
	for _, f := range fs {
		for _, c := range []string{f.Category, f.Guess} {
			votes[c]++
		}
		for _, a := range []string{f.Stated, f.Computed, f.Said} {
			areas[a]++
		}
		channels[f.Channel] = true
	}
	delete(votes, "")
	delete(areas, "")
	delete(channels, "")
	s.Areas = mostFirst(areas)
	s.Channels = slices.Sorted(maps.Keys(channels))
	if ranked := mostFirst(votes); len(ranked) > 0 {
		total := 0
		for _, n := range votes {
			total += n
		}
		s.Category, s.CategoryShare = ranked[0], float64(votes[ranked[0]])/float64(total)
	}
	points := gather(fs)
	s.Lon, s.Lat, s.RadiusM = points.lon, points.lat, points.radius
	said := saidPlaces(fs)
	s.Place = said.text()
	s.Title = title(cmp.Or(names[s.Category], s.Category), s.Place)
	s.Why = explain(fs, points, said, s.Doubtful)
	s.Trace = trace(&s, fs, said)
	return s
}

func title(category, place string) string {
	switch {
	case category == "" && place == "":
		return "Laporan warga"
	case category == "":
		return "Laporan di " + place
	case place == "":
		return category
	}
	return category + " di " + place
}

// mostFirst orders by count, then by name.
func mostFirst(count map[string]int) []string {
	return slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), strings.Compare(a, b))
	})
}
