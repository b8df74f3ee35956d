package place

import (
	"maps"
	"math"
	"slices"
	"time"

	"balaikota/backend/city"
)

// Sample is a report with coordinates, from which names are learned.
type Sample struct {
	Text, Address string
	Lon, Lat      float64 // WGS 84 degrees
	At            time.Time
	// AreaCode is the kelurahan that holds the point, "" when not known.
	AreaCode string
}

// leastSeen is how many sightings make a known place.
const leastSeen = 3

// cellsPerDegree is the grid of the book: cells of about 110 m.
const cellsPerDegree = 1000

// Book counts where each name was seen. It keeps sums on a grid, not the
// reports: adding is O(1) in the number of reports, books of parts can be
// merged, a report that was withdrawn can be removed, and the result does not
// depend on the order of any of it. It is not safe for concurrent use.
type Book struct {
	names areaNames
	pages map[string]*page
}

// page is one key.
type page struct {
	head  string
	kind  Kind
	names counts // how it was written
	cells cells
	last  int64 // Unix seconds of the newest sighting
}

// cell is a square of the grid and the kelurahan in it.
type cell struct {
	x, y int32
	area string
}

// sums are of the sightings in one cell: whole numbers of millionths of a
// degree from the cell's corner, so that the order of adding cannot matter.
type sums struct {
	n    int
	x, y int64
}

// NewBook returns an empty book for a city's areas, by whose names the names of
// places end (nil: without).
func NewBook(areas city.AreaIndex) *Book {
	b := &Book{pages: map[string]*page{}}
	if areas != nil {
		b.names = newAreaNames(areas)
	}
	return b
}

// Add counts the places named by one report. Without usable coordinates it
// does nothing.
func (b *Book) Add(s Sample) { b.count(s, 1) }

// Remove takes back an Add of the same sample; the newest sighting's time
// stays.
func (b *Book) Remove(s Sample) { b.count(s, -1) }

func (b *Book) count(s Sample, by int) {
	if !onMap(s.Lon, s.Lat) {
		return
	}
	fx, fy := s.Lon*cellsPerDegree, s.Lat*cellsPerDegree
	at := cell{x: int32(math.Floor(fx)), y: int32(math.Floor(fy)), area: s.AreaCode}
	dx, dy := int64((fx-math.Floor(fx))*1000), int64((fy-math.Floor(fy))*1000)
	keys := keysOf(b.mentions(s), []string{s.AreaCode})
	for i, k := range keys {
		if slices.ContainsFunc(keys[:i], func(o keyed) bool { return o.key == k.key }) {
			continue
		}
		p := b.page(k)
		p.names.add(k.at.spoken(), by)
		p.cells.add(at, sums{by, int64(by) * dx, int64(by) * dy})
		if !s.At.IsZero() && by > 0 {
			p.last = max(p.last, s.At.Unix())
		}
	}
}

func (b *Book) page(k keyed) *page {
	p, ok := b.pages[k.key]
	if !ok {
		p = &page{head: k.at.Head, kind: k.at.Kind}
		b.pages[k.key] = p
	}
	return p
}

// mentions reads the text, then the address as the source wrote it.
func (b *Book) mentions(s Sample) []Mention {
	r := readAll(s.Text)
	r.cut(b.names)
	if s.Address == "" || s.Address == s.Text {
		return r.found
	}
	a := readAll(s.Address)
	a.cut(b.names)
	return withAddress(r.found, a.found)
}

// withAddress adds what the address names and the text does not.
func withAddress(found, more []Mention) []Mention {
	found = slices.Clone(found)
	for _, m := range more {
		if !slices.ContainsFunc(found, func(o Mention) bool { return o.Key() == m.Key() && o.House == m.House }) {
			m.Start, m.End = 0, 0
			found = append(found, m)
		}
	}
	return found
}

// Merge adds everything another book has counted.
func (b *Book) Merge(other *Book) {
	for key, from := range other.pages {
		p := b.page(keyed{key: key, at: Mention{Head: from.head, Kind: from.kind}})
		for _, c := range from.names {
			p.names.add(c.name, c.n)
		}
		for at, s := range from.cells.all() {
			p.cells.add(at, s)
		}
		p.last = max(p.last, from.last)
	}
}

// Names returns how many different keys the book has counted.
func (b *Book) Names() int { return len(b.pages) }

// Known returns the places that were seen at least three times close together,
// in the order of their keys, the most seen first.
func (b *Book) Known() []Known {
	var out []Known
	for _, key := range slices.Sorted(maps.Keys(b.pages)) {
		out = append(out, b.Lookup(key)...)
	}
	return out
}

// Learn is a book of the samples, asked for what it knows.
func Learn(areas city.AreaIndex, samples []Sample) []Known {
	b := NewBook(areas)
	for _, s := range samples {
		b.Add(s)
	}
	return b.Known()
}
