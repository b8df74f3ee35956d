package incident

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// Horizon is how far back a report looks for its matter: an incident whose
// voices paused longer has ended, and the next voice starts a new one.
const Horizon = 21 * 24 * time.Hour

// BlockLimit is how many earlier reports of one block are looked at, latest
// first. It bounds the work in a flood; a named place or a cell of its own
// keeps the voices of one matter together even then.
const BlockLimit = 40

// MaxBlocks is the most blocks one report has.
const MaxBlocks = 16

// cellMetres is the side of a map cell. The map is tiled four times, each
// shifted by half a cell, so any two points within half a side in both
// directions share a cell.
const cellMetres = 600

// kinds of blocks; they are part of stored keys and must never change.
const (
	blockCell = iota + 1
	blockSpot
	blockWeak
	blockTopic
	blockWord
	blockText
	blockPhoto
)

func block(kind uint64, parts ...uint64) uint64 {
	h := uint64(14695981039346656037) ^ kind
	for _, p := range parts {
		h = (h ^ p) * 1099511628211
		h ^= h >> 32
		h *= 0x9e3779b97f4a7c15
	}
	return h ^ h>>29
}

// Blocks returns the report's blocks, each once, at most MaxBlocks: two
// reports that may be linked share at least one. They are stable, so they may
// be stored and indexed with the report's time.
func (f *Features) Blocks() []uint64 {
	return f.appendBlocks(make([]uint64, 0, MaxBlocks))
}

func (f *Features) appendBlocks(out []uint64) []uint64 {
	add := func(b uint64) {
		if len(out) < MaxBlocks && !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	if f.point {
		f.cells(add)
	}
	f.named(add)
	if f.sameText != 0 {
		add(block(blockText, f.sameText))
	}
	if f.Photo != 0 {
		// Four bands of 16 bits: pictures that differ in at most three bits
		// share one for certain, those with ten mostly do.
		for i := range uint64(4) {
			add(block(blockPhoto, i, f.Photo>>(16*i)&0xffff))
		}
	}
	f.told(add)
	return out
}

// cells are the four map cells of the point.
func (f *Features) cells(add func(uint64)) {
	const degrees = cellMetres / float64(metresPerDegree)
	// The width of a degree is taken at the nearest tenth of a degree of
	// latitude, so that neighbours use the same one.
	wide := math.Cos(math.Round(f.lat*10) / 10 * math.Pi / 180)
	x, y := f.lon*wide/degrees, f.lat/degrees
	for i := range 4 {
		cx, cy := math.Floor(x+float64(i&1)/2), math.Floor(y+float64(i>>1)/2)
		add(block(blockCell, uint64(i), uint64(int64(cx)), uint64(int64(cy))))
	}
}

// named are the places the text names. A proper name stands for itself in the
// whole city; within an area its first word is enough, since people add the
// area's name or leave words out. A number or letter counts only within an area.
func (f *Features) named(add func(uint64)) {
	n := 0
	for _, s := range f.spots {
		if s.kind == spotArea || n == 3 {
			continue
		}
		n++
		within := s.id
		if !s.weak {
			add(block(blockSpot, s.id))
			if s.kind == spotStreet {
				continue
			}
			first, _, _ := strings.Cut(s.name, " ")
			within = hash64(s.head, first)
		}
		for _, area := range f.kelurahan {
			if area != 0 {
				add(block(blockWeak, within, uint64(area)))
			}
		}
	}
}

// told are what the text is about within the area it speaks of: its subject,
// and the two rarest words, for reports that name no place.
func (f *Features) told(add func(uint64)) {
	area := cmp.Or(f.kelurahan[2], f.kelurahan[0], f.kelurahan[1])
	if area == 0 {
		return
	}
	if f.broad != 0 {
		add(block(blockTopic, uint64(area), uint64(f.broad&-f.broad)))
	}
	n := 0
	for _, w := range f.words {
		if w.weight >= weightRare && n < 2 {
			n++
			add(block(blockWord, uint64(area), uint64(w.id)))
		}
	}
}
