package incident

import (
	"cmp"
	"math"
	"time"
)

// Report is what grouping looks at of one citizen's report. Zero values mean
// "not known".
type Report struct {
	ID int64
	// Key is the report's lasting name, "source/external id". It breaks ties
	// of time, so it must be unique and must not depend on the order of arrival.
	Key     string
	At      time.Time
	Text    string
	Address string
	// Category is the stated category slug, which may be wrong; Guess is the
	// one that the text was classified as, when that is sure enough to use.
	Category, Guess string
	// Lon and Lat are WGS 84 degrees.
	Lon, Lat *float64
	// Stated, Computed and Said are area codes: what the citizen or officer
	// chose, where the point lies, and what the text names (package place).
	Stated, Computed, Said string
	// Photo is the Fingerprint of its picture.
	Photo   uint64
	Channel string
}

// place kinds of a Spot.
const (
	spotStreet = iota + 1
	spotAlley
	spotLandmark
	spotUnit // RT, RW
	spotArea // kelurahan, kampung … by name
)

// spot is one place that a text names, ready to be compared.
type spot struct {
	kind byte
	near bool
	// weak is true where the name is only a number or one letter ("gang J", "RT
	// 8"): it says which one only within a neighbourhood.
	weak   bool
	head   string
	name   string // folded
	number string
	house  string
	shown  string // as a reader would write it, without the house number
	id     uint64 // of kind, head, name and number
}

// Features are what one report is compared by. They are made once, kept with
// the report (MarshalBinary) and depend on nothing but the report and the
// version of this package.
type Features struct {
	prepared
	ID      int64
	Key     string
	At      time.Time // to the microsecond, as Postgres keeps it
	Channel string
	// Category and Guess as in Report.
	Category, Guess        string
	Stated, Computed, Said string
	Photo                  uint64
	spots                  []spot
	words                  []word // by id, each once
	spoken                 string // holds the words, one after the other in the text's order
	sameText               uint64 // of the words of the text without numbers; 0 when too short to tell
	// Computed by prepare, of use for the later of two reports only.
	cosLat  float64
	related topics // those that the text's subjects are near to, with themselves
}

// word is one content word of a text; it stands in spoken from … to. Without a
// string of its own a million reports are ten million objects less to keep.
type word struct {
	id       uint32
	weight   float32
	from, to uint16
}

func (f *Features) word(w word) string { return f.spoken[w.from:w.to] }

// prepared is what most pairs are told apart by without a look at the rest,
// without a pointer at the head of Features: 64 bytes, a line of the
// processor's cache, that glance reads, and 64 that ceiling reads. Point, lon,
// lat and topics are the report's own, the others are computed by prepare.
type prepared struct {
	micro    int64 // of At
	lon, lat float64
	// A bit for the head and first letters of each named place.
	streets, names  uint64
	kecamatan       [3]uint32
	topics          topics // of the text
	point, area     bool   // whether it has a point, and any area
	kinds           kinds
	photo           bool
	rare, others    uint8   // how many words
	_               [2]byte // up to 64
	kelurahan       [3]uint32
	weight          float32 // sum of the words' weights
	rareMarks       uint64  // a bit for each rare word
	otherMarks      uint64  // … and each other word
	streetMarks     uint64  // bits of which two reports share at least one
	spotMarks       uint64  // when a street, or another place, of the one matches one of the other
	category, guess uint32
	broad           topics // of the text, else of the categories
	copies          uint32 // of sameText, 0 for none
}

// kinds is a set of the kinds of places that a text names.
type kinds uint8

func (k kinds) has(kind byte) bool { return k&(1<<kind) != 0 }

// own is true when the report says more closely than a street where it is.
func (k kinds) own() bool { return k.has(spotLandmark) || k.has(spotAlley) }

// Point returns the report's WGS 84 coordinates, and whether it has any.
func (f *Features) Point() (lon, lat float64, ok bool) { return f.lon, f.lat, f.point }

// before is the canonical order: by time, then by key.
func (f *Features) before(g *Features) bool { return compare(f, g) < 0 }

func compare(f, g *Features) int {
	if f.micro != g.micro {
		return cmp.Compare(f.micro, g.micro)
	}
	return cmp.Compare(f.Key, g.Key)
}

// prepare fills in what follows from the other fields.
func (f *Features) prepare() {
	p := &f.prepared
	*p = prepared{micro: f.At.UnixMicro(), point: p.point, lon: p.lon, lat: p.lat, topics: p.topics, broad: p.topics, photo: f.Photo != 0}
	for i := range f.words {
		w := &f.words[i]
		p.weight += w.weight
		if bit := uint64(1) << (w.id & 63); w.weight >= weightRare {
			p.rareMarks |= bit
			p.rare++
		} else {
			p.otherMarks |= bit
			p.others++
		}
	}
	f.cosLat, f.related = math.Cos(f.lat*math.Pi/180), f.topics.related()
	p.copies = uint32(f.sameText ^ f.sameText>>32)
	p.category, p.guess = hash32(f.Category), hash32(f.Guess)
	for i, code := range [3]string{f.Stated, f.Computed, f.Said} {
		p.kelurahan[i], p.kecamatan[i] = hash32(code), hash32(parent(code))
		p.area = p.area || p.kelurahan[i] != 0
	}
	if p.broad == 0 {
		p.broad = topicsOfCategory(f.Category) | topicsOfCategory(f.Guess)
	}
	for i := range f.spots {
		p.mark(&f.spots[i])
	}
}

// mark sets the bits of a place. Two names that differ by one letter, or of
// which one begins with the other, have their first two or their last two
// letters in common.
func (p *prepared) mark(s *spot) {
	bit := func(parts ...string) uint64 { return 1 << (hash64(parts...) >> 58) }
	p.kinds |= 1 << s.kind
	ends := bit(s.head, s.name[:min(len(s.name), 2)]) | bit(s.head, s.name[max(0, len(s.name)-2):], "")
	switch first := bit(s.head, s.name[:min(len(s.name), 3)]); s.kind {
	case spotStreet:
		p.streets |= first
		p.streetMarks |= ends
		return
	case spotArea:
	default:
		p.names |= first
	}
	if p.spotMarks |= 1 << (s.id >> 58); !s.weak {
		p.spotMarks |= ends
	}
}

// parent is the code of the area above, by the form of Kemendagri codes.
func parent(code string) string {
	for i := len(code) - 1; i > 0; i-- {
		if code[i] == '.' {
			return code[:i]
		}
	}
	return ""
}

// hash64 is FNV-1a; it is stored, so it must never change. The empty string
// gives 0.
func hash64(parts ...string) uint64 {
	h, empty := uint64(14695981039346656037), true
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint64(p[i])) * 1099511628211
			empty = false
		}
		h = (h ^ 0x1f) * 1099511628211
	}
	if empty {
		return 0
	}
	return h
}

func hash32(s string) uint32 {
	h := hash64(s)
	return uint32(h ^ h>>32)
}

// metresPerDegree of latitude, WGS 84 mean.
const metresPerDegree = 111_195

// metres is the distance between two reports' points (equirectangular, right
// to 0.1 % within a city), -1 if one has none.
func metres(f *Features, g *prepared) float64 {
	if !f.point || !g.point {
		return -1
	}
	x := (f.lon - g.lon) * f.cosLat
	y := f.lat - g.lat
	return metresPerDegree * math.Sqrt(x*x+y*y)
}
