package place

import (
	"strings"

	"balaikota/backend/analysis/language"
)

// mostTokens bounds a name however it is written.
const mostTokens = 6

// name reads the words behind a head into the mention and returns the token
// after them.
func (r *reader) name(m *Mention, at int, h head) int {
	b := builder{r: r, m: m, h: h, lastAt: at - 1}
	i := at
	if h.name == "blok" {
		return r.block(m, at)
	}
	for ; i < len(r.tokens) && i-at < mostTokens; i++ {
		if !b.take(i) {
			break
		}
	}
	// A name is more than a title or an honour: "warung pak" is no place, but
	// "Jl. Pahlawan" is a street.
	for len(b.words) > 0 && b.real == 0 && !standsAlone(b.words[len(b.words)-1]) {
		b.words, i = b.words[:len(b.words)-1], i-1
	}
	if len(b.words) == 0 || len(b.words) == 1 && wordClasses[b.words[0]].is(generic) {
		return at
	}
	m.Name = strings.Join(b.words, " ")
	m.End = r.tokens[i-1].end
	return i
}

// block reads "blok C", "blok E2" and "blok C/5": one to three letters, then
// digits.
func (r *reader) block(m *Mention, at int) int {
	if at >= len(r.tokens) || !r.tokens[at].gap.soft() {
		return at
	}
	t := r.tokens[at]
	n := letters(t.word)
	if n == 0 || n > 3 || n+digits(t.word[n:]) != len(t.word) || nearWords[t.word] || fillWords[t.word] {
		return at
	}
	m.Name, m.End = t.word[:n], t.end
	if n < len(t.word) {
		m.Number = trimZeros(t.word[n:])
	}
	return at + 1
}

// standsAlone reports whether a title is a name by itself.
func standsAlone(w string) bool {
	c := wordClasses[w]
	return len(w) >= 5 && c.is(title) && !c.is(honour)
}

// builder grows one name.
type builder struct {
	r      *reader
	m      *Mention
	h      head
	words  []string
	real   int // words that are neither title nor particle
	lastAt int
	// capital is true while the name is written in telling capitals.
	capital bool
	// geo is true when the first word asks for one more ("Air Hitam").
	geo bool
}

// take adds token i to the name if it can belong to it.
func (b *builder) take(i int) bool {
	t := b.r.tokens[i]
	c := wordClasses[t.word]
	switch {
	case t.gap > gapDot || t.gap == gapDot && !b.dotted(i):
		return false
	case t.number:
		return b.takeDate(i)
	case len(b.words) == 0:
		return b.begin(i, c)
	case c.is(title) && b.real == 0:
		return b.add(t, false)
	case b.real >= b.h.words && !(c.is(tail) && b.r.telling && t.capital):
		return false
	default:
		return b.goesOn(i, c)
	}
}

// dotted reports whether the dot before token i belongs to an abbreviation
// ("Jl. P. Antasari", "DI. Panjaitan") and not to the end of a sentence.
func (b *builder) dotted(i int) bool {
	if len(b.words) == 0 {
		return true // "Jl.", "Kel."
	}
	before := b.r.tokens[i-1]
	return before.end-before.start <= 2 || wordClasses[before.word].is(title)
}

// takeDate reads "Jl. 17 Agustus": a number may begin the name of a street when
// a month follows.
func (b *builder) takeDate(i int) bool {
	if len(b.words) > 0 || b.h.kind == Alley || i+1 >= len(b.r.tokens) || !months[b.r.tokens[i+1].word] || b.r.tokens[i+1].gap > gapDot {
		return false
	}
	return b.add(b.r.tokens[i], true)
}

var months = map[string]bool{
	"januari": true, "februari": true, "maret": true, "april": true, "mei": true, "juni": true, "juli": true, "agustus": true,
	"september": true, "oktober": true, "november": true, "nopember": true, "desember": true, "mart": true,
}

// begin decides on the first word.
func (b *builder) begin(i int, c wordClass) bool {
	t := b.r.tokens[i]
	b.capital = b.r.telling && t.capital
	b.geo = c.is(first | base)
	switch {
	case c.is(title), b.initials(i):
		return b.add(t, false)
	case c.is(honour):
		return b.h.kind != Area && i+1 < len(b.r.tokens) && b.add(t, false)
	case c.is(never), b.startsOther(i):
		return false
	case b.h.kind == Alley && b.h.name != "blok" && romans[t.word] != "" && len(t.word) > 1, b.h.kind == Area && !b.capital && derived(t.word, verbal):
		return false // "gang IX" is a number
	case b.h.offices && c.is(first):
		b.geo = false
		return b.add(t, true)
	case b.h.kind == Area && (c == 0 || c.is(first|dull|tail|root|base)), b.capital:
		return b.add(t, true)
	case c.is(dull) && !b.h.short && b.h.kind != Area && !b.dullName(i):
		return false
	case c.is(root) && !c.is(base):
		if b.h.kind == Landmark && !b.r.namesOn(i+1) && !(i+1 < len(b.r.tokens) && b.r.tokens[i+1].gap <= gapSpace && wordClasses[b.r.tokens[i+1].word] == tail) {
			return false
		}
	case c.is(common) && !c.is(first):
		return false
	}
	if b.h.kind != Alley && c == 0 && derived(t.word, verbal) {
		return false
	}
	return b.add(t, true)
}

// initials reports whether a letter stands for a first name ("S. Parman"), or
// "di" is no preposition but Donald Isaac ("Jl. DI
// Panjaitan", a street of most cities).
func (b *builder) initials(i int) bool {
	t := b.r.tokens[i]
	if len(t.word) == 1 && letters(t.word) == 1 && b.h.kind == Street && i+1 < len(b.r.tokens) {
		next := b.r.tokens[i+1]
		return next.gap <= gapDot && letters(next.word) > 0 && !wordClasses[next.word].is(never|common|nearby) && headWays[next.word] == nil
	}
	if t.word != "di" || b.h.kind != Street || i+1 >= len(b.r.tokens) {
		return false
	}
	next := b.r.tokens[i+1]
	return strings.HasSuffix(next.word, "anjaitan") || b.r.telling && t.allCapital && next.capital && wordClasses[next.word] == 0
}

// startsOther reports whether another place begins here ("sekolah warung
// Makmur" is a warung). A street or alley may be called after a landmark.
func (b *builder) startsOther(i int) bool {
	h, n := b.r.headAt(i)
	if n == 0 {
		return false
	}
	if b.h.kind == Area && h.kind == Landmark {
		return false // kelurahan Pasar Pagi, Simpang Pasir
	}
	if b.h.kind == Street && !b.h.short && !b.capital && !streetNames[h.name] {
		return true
	}
	if b.h.kind == Street || b.h.kind == Alley {
		return h.kind != Landmark
	}
	return !(h.name == "sungai" || h.name == "taman" && b.h.name == "perumahan")
}

// streetNames are the landmarks that streets are called after; "menutup jalan
// simpang Melati" is no street.
var streetNames = map[string]bool{
	"masjid": true, "mushola": true, "gereja": true, "vihara": true, "pura": true, "pasar": true, "taman": true, "makam": true, "sungai": true, "sekolah": true,
	"universitas": true, "dermaga": true, "bandara": true, "lapangan": true, "rs": true, "stasiun": true, "terminal": true, "waduk": true, "pabrik": true, "alun-alun": true,
}

// dullName reports whether a dull word is followed by one that makes it a name:
// "jalan raya Sempaja", "jembatan baru Melati"; markets are called by times.
func (b *builder) dullName(i int) bool {
	if b.h.name == "pasar" || b.h.name == "kampung" || b.h.name == "gang" {
		return true
	}
	if i+1 >= len(b.r.tokens) {
		return false
	}
	next := b.r.tokens[i+1]
	c := wordClasses[next.word]
	_, n := b.r.headAt(i + 1)
	return next.gap <= gapSpace && !next.number && n == 0 &&
		(c == 0 && !derived(next.word, verbalAny) || colours[next.word] && wordClasses[b.r.tokens[i].word].is(first))
}

// colours make names of ground and water ("Air Putih", "Tanah Merah").
var colours = map[string]bool{"hitam": true, "putih": true, "merah": true, "kuning": true, "hijau": true, "biru": true, "bersih": true, "panas": true, "besar": true}

// goesOn decides on a further word.
func (b *builder) goesOn(i int, c wordClass) bool {
	t := b.r.tokens[i]
	if months[t.word] && len(b.words) == 1 && digits(b.words[0]) > 0 {
		return b.add(t, true)
	}
	if c.is(tail) && b.tailed(i) {
		b.geo = false
		return b.add(t, false)
	}
	if c.is(never|nearby) || c.is(title) && !(b.capital && t.capital) {
		return false
	}
	if b.real == 0 && b.initials(i) {
		return b.add(t, false)
	}
	if h, n := b.r.headAt(i); n > 0 && !(h.kind == Landmark && b.capital && t.capital && c == 0 && b.h.kind == Street && len(t.word) > 3) && !b.geoHead(i, h) {
		return false
	}
	if b.capital && b.r.telling && !t.capital && !(b.real == 0) && !particles[t.word] {
		return false
	}
	if particles[t.word] {
		return b.add(t, false)
	}
	if romans[t.word] != "" && b.real > 0 {
		return false // a number
	}
	if c.is(common | dull | root) {
		if b.capital && t.capital || b.geo && c.is(first) || c.is(root) && b.asks() {
			b.geo = false
			return b.add(t, true)
		}
		return false
	}
	if !b.capital && !b.asks() && derived(t.word, verbalAny) {
		return false
	}
	b.geo = false
	return b.add(t, true)
}

// asks reports whether the name so far is a word that needs another: "Gunung",
// "Pulau".
func (b *builder) asks() bool {
	return len(b.words) == 1 && wordClasses[b.words[0]].is(base)
}

// geoHead lets "air" or "bukit" of a name be followed by what is a head
// elsewhere.
func (b *builder) geoHead(i int, h head) bool {
	return h.kind == Landmark && b.h.kind == Area && len(b.words) == 1 && b.r.tokens[i].capital && b.capital
}

// particles are parts of names that are no words of their own.
var particles = map[string]bool{"al": true, "an": true, "ar": true, "as": true, "at": true, "ad": true, "az": true, "ash": true, "asy": true, "el": true, "bin": true, "binti": true}

// tailed reports whether a word that ends many names ends this one too, and is
// not what follows it: "Sungai Pinang Dalam", but not "Melati dalam keadaan".
func (b *builder) tailed(i int) bool {
	t := b.r.tokens[i]
	if t.gap > gapHyphen {
		return false
	}
	if b.capital && t.capital {
		return true
	}
	switch t.word {
	case "kota", "seberang":
		return b.h.kind == Area
	case "dalam", "luar", "atas", "bawah", "tengah":
		if i+1 < len(b.r.tokens) && b.r.tokens[i+1].gap <= gapSpace && tailEnds[b.r.tokens[i+1].word] {
			return false
		}
		return b.h.kind != Landmark || b.h.name == "sungai" || b.real > 1
	case "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh":
		return i+1 >= len(b.r.tokens) || !unitWords[b.r.tokens[i+1].word]
	case "baru", "lama", "besar", "kecil":
		return i+1 >= len(b.r.tokens) || b.r.tokens[i+1].gap > gapSpace || b.geo || b.h.kind == Area
	}
	return !b.capital
}

var tailEnds = map[string]bool{
	"keadaan": true, "kondisi": true, "hal": true, "rangka": true, "waktu": true, "beberapa": true, "satu": true, "dua": true, "jumlah": true,
	"proses": true, "seminggu": true, "sebulan": true, "biasa": true, "rumah": true, "malam": true, "hari": true, "jalan": true, "sana": true,
}

func (b *builder) add(t token, counts bool) bool {
	w := clean(t.word)
	if len(b.words) == 0 && (w == "ibu" || w == "bapak") && len(t.word) > 3 {
		w = map[string]string{"ibu": "bu", "bapak": "pak"}[w]
	}
	b.words = append(b.words, w)
	if counts {
		b.real++
	}
	return true
}

// clean drops what only decorates a word: apostrophes; letters beyond ASCII are
// lowered.
func clean(w string) string {
	for i := range len(w) {
		if c := w[i]; c >= 0x80 || c == '\'' || c == '`' {
			return strings.ToLower(strings.NewReplacer("'", "", "’", "", "`", "", "ʼ", "").Replace(w))
		}
	}
	return w
}

// derived reports whether a word is a verb formed from a known root, or carries
// a possessive: in small letters no name does. Nouns (ke-an, pe-an) may be
// names: Jalan Perjuangan.
func derived(w string, prefixes []string) bool {
	if len(w) < 5 {
		return false
	}
	if strings.HasSuffix(w, "nya") {
		return true
	}
	for _, p := range prefixes {
		if strings.HasPrefix(w, p) {
			return len(language.Stem(w)) <= len(w)-len(p)+1 // less the prefix, plus a letter it swallowed
		}
	}
	return false
}

// verbal are the prefixes that make verbs and nothing else; with verbalAny
// "Merapi" would be one.
var (
	verbal    = []string{"di", "ter", "ber", "meng", "mem", "men", "nge", "ng"}
	verbalAny = []string{"di", "ter", "ber", "me", "ng", "ke"}
)
