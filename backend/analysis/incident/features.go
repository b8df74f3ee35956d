package incident

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"balaikota/backend/analysis/language"
	"balaikota/backend/analysis/place"
)

// Bounds of what is kept of one report, so that no text can make comparing
// slow. Texts of citizens stay far below them.
const (
	maxSpots = 8
	maxWords = 24
	maxText  = 4000 // bytes read of a text
)

// Features makes what the report is compared by. It is a function of the
// report alone.
func (m *Model) Features(r Report) (f Features) {
	m.withReader(func(x *reader) { f = x.features(r) })
	return f
}

func (x *reader) features(r Report) Features {
	f := Features{
		ID: r.ID, Key: r.Key, At: r.At.UTC().Truncate(time.Microsecond), Channel: r.Channel, Category: r.Category, Guess: r.Guess,
		Stated: r.Stated, Computed: r.Computed, Said: r.Said, Photo: r.Photo,
	}
	if r.Lon != nil && r.Lat != nil && math.Abs(*r.Lon) <= 180 && math.Abs(*r.Lat) <= 90 { // false for NaN
		f.point, f.lon, f.lat = true, *r.Lon, *r.Lat
	}
	text := clip(r.Text)
	mentions := place.Mentions(text)
	f.spots = x.spots(f.spots, text, mentions)
	if address := clip(r.Address); address != "" && !strings.Contains(text, address) {
		f.spots = x.spots(f.spots, address, place.Mentions(address))
	}
	f.sameText = fingerprint(text)
	spoken := x.told.Words(without(text, mentions))
	senses := x.sensesOf(spoken)
	f.topics = topicsOf(senses)
	f.spoken, f.words = wordsOf(spoken, senses)
	f.prepare()
	return f
}

func clip(text string) string {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	return strings.TrimSpace(text)
}

// spots appends the places a text names.
func (x *reader) spots(spots []spot, text string, mentions []place.Mention) []spot {
	for _, m := range mentions {
		m = x.unlessStreet(text, m)
		s := x.spot(m)
		s.near, s.house = m.Near, x.short(m.House)
		if len(s.shown) > 80 || slices.ContainsFunc(spots, func(o spot) bool { return o.id == s.id && o.house == s.house }) {
			continue
		}
		if spots == nil {
			spots = make([]spot, 0, min(len(mentions), maxSpots))
		}
		if spots = append(spots, s); len(spots) == maxSpots {
			break
		}
	}
	return spots
}

// spotOf is what follows from what a mention names.
func spotOf(m place.Mention) spot {
	s := spot{head: m.Head, name: nameWords(m.Name), number: m.Number}
	switch m.Kind {
	case place.Street:
		s.kind = spotStreet
	case place.Alley:
		s.kind = spotAlley
	case place.Neighbourhood:
		s.kind = spotUnit
	case place.Area:
		s.kind = spotArea
	default:
		s.kind = spotLandmark
	}
	s.weak = s.kind == spotUnit || isWeak(m)
	if s.id = hash64(m.Key()); s.kind == spotArea {
		s.id = hash64(s.name) // kampung, kelurahan or desa: people mix them up
	}
	s.shown = strings.TrimSpace(m.Head + " " + strings.TrimSpace(m.Name+" "+m.Number))
	return s
}

// isWeak is true for names that many places of one city bear: a letter, a
// single digit, or the number of an RT. A school's number of two digits is a
// name.
func isWeak(m place.Mention) bool {
	first, _, _ := strings.Cut(m.Name, " ")
	return first == "rt" || first == "rw" || len(m.Name) <= 2 && (len(m.Number) < 2 || m.Kind == place.Alley)
}

// unlessStreet reads "jalan simpang Melati" and "jalan SDN 11" for what stands
// behind the noun: written out and before another head, jalan is mostly the
// thing that broke, not the beginning of a street's name.
func (x *reader) unlessStreet(text string, m place.Mention) place.Mention {
	if m.Kind != place.Street || m.End > len(text) || m.End-m.Start < 6 || !strings.EqualFold(text[m.Start:m.Start+5], "jalan") {
		return m
	}
	in := x.behind(text[m.Start+5 : m.End])
	if in.Kind != place.Landmark && in.Kind != place.Alley {
		return m
	}
	in.Near, in.Start, in.End = m.Near, m.Start, m.End
	return in
}

// nameWords folds a name like place.FoldName but keeps its words apart.
func nameWords(name string) string {
	whole, words := place.FoldName(name), strings.Fields(name)
	for from := range words {
		folded := make([]string, 0, len(words)-from)
		for _, w := range words[from:] {
			folded = append(folded, place.FoldName(w))
		}
		if strings.Join(folded, "") == whole {
			return strings.Join(folded, " ")
		}
	}
	return whole
}

// without blanks the mentions out, so that a name never counts as what the
// text is about.
func without(text string, mentions []place.Mention) string {
	if len(mentions) == 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	at := 0
	for _, m := range mentions {
		if m.Start > at {
			b.WriteString(text[at:m.Start])
			b.WriteByte(' ')
		}
		at = max(at, m.End)
	}
	b.WriteString(text[min(at, len(text)):])
	return b.String()
}

// small are words that many complaints share whatever they are about.
var small = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`rusak parah besar kecil lama cepat hari minggu bulan tahun malam pagi siang sore jam menit kali sekali
		warga lapor laporan keluh mohon minta bantu bantuan baik perbaiki segera harap dinas petugas pemerintah kota rumah depan dekat
		sekitar lewat terus masih selalu sering tiap setiap banyak orang bahaya resah ganggu kondisi lokasi lingkungan tindak lanjut lanjuti
		masuk keluar naik turun sejak sampai hingga kalau karena jadi punya butuh perlu tahu info admin kak mas mbak ya yg nih foto
		selamat siapa kapan mana bagaimana apa kenapa mengapa parahnya bahayanya langsung sementara bapak ibu pihak terkait cek`) {
		m[w] = true
		for _, stem := range language.Words(w) {
			m[stem] = true
		}
	}
	return m
}()

// Weights of words: what a topic is told by says which topic, what every
// complaint has says nothing, all else is rare and says which matter.
const (
	weightSmall = 0.2
	weightTopic = 0.8
	weightRare  = 1.0
)

// wordsOf keeps the words that tell one matter from another, by id. Numbers
// are left out: heights, counts and days differ between voices of one matter.
// The string holds the words: at most maxWords of 40 bytes.
func wordsOf(spoken []string, senses []sense) (string, []word) {
	out := make([]word, 0, min(len(spoken), maxWords))
	room := make([]byte, 0, 256)
	for i, w := range spoken {
		if w[0] >= '0' && w[0] <= '9' || len(w) > 40 {
			continue
		}
		from := len(room)
		room = append(room, w...)
		if out = append(out, word{senses[i].id, senses[i].weight, uint16(from), uint16(len(room))}); len(out) == maxWords {
			break
		}
	}
	slices.SortFunc(out, func(a, b word) int { return cmp.Compare(a.id, b.id) })
	return string(room), slices.CompactFunc(out, func(a, b word) bool { return a.id == b.id })
}

// fingerprint is equal for copies of one text whatever the case, signs and
// order of sentences; 0 when the text is too short for a copy to mean anything.
func fingerprint(text string) uint64 {
	const offset = 14695981039346656037
	var sum, h uint64 = 0, offset
	words := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			h = (h ^ uint64(unicode.ToLower(r))) * 1099511628211
			continue
		}
		if h != offset {
			sum, words = sum+spread(h), words+1
			h = offset
		}
	}
	if h != offset {
		sum, words = sum+spread(h), words+1
	}
	if words < 5 {
		return 0
	}
	return sum | 1
}

// spread mixes a word's hash so that sums of words do not meet by chance.
func spread(h uint64) uint64 {
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	return h ^ h>>32
}
