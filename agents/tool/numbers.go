package tool

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// NumberKind is what a number in a sentence stands for.
type NumberKind string

// Kinds of mention.
const (
	NumberPlain   NumberKind = "plain"
	NumberPercent NumberKind = "percent" // 12,5 % · 12,5 persen
	NumberRupiah  NumberKind = "rupiah"  // Rp 1,2 miliar · 3 juta rupiah
	NumberDate    NumberKind = "date"    // 18 Juni 2026 · Juni 2026 · tahun 2026 · 2026-06-18
	NumberTime    NumberKind = "time"    // pukul 20.00 · 09.30 WITA · 09:30
	NumberOrdinal NumberKind = "ordinal" // ke-3 · ketiga · pertama
	NumberWord    NumberKind = "word"    // dua puluh lima · sejuta · separuh · puluhan
	// NumberCode is digits that are part of a name: E1, B-000123, 64.72.08,
	// RT 03, or digits of another script. Its Value is NaN.
	NumberCode NumberKind = "code"
)

// Mention is one number that a sentence holds, as a reader understands it.
type Mention struct {
	Text string
	// Value is the number with its multiplier (1,2 miliar = 1.2e9); for a date
	// year×10000 + month×100 + day with 0 for a part that is not said, for a
	// time minutes since midnight, for a code NaN.
	Value float64
	// Start and End are byte offsets in the text.
	Start, End int
	Kind       NumberKind
	// Decimals is how many digits stand after the comma, before a multiplier.
	Decimals int
	// Scale is the multiplier that was written (ribu = 1000), else 1: a value
	// is as exact as its decimals times its scale.
	Scale float64
	// Year, Month and Day are the parts of a date, 0 for one not said.
	Year, Month, Day int
}

// Numbers finds every number in an Indonesian text: in digits (1.482; 12,5),
// in words (dua puluh lima), percentages, rupiah, dates, times and ordinals,
// in the order they stand. What lies within one of the names (as a word or
// words, in any case) is not looked at: "Simpang Tiga" is a kelurahan.
//
// The figure guard and the tools' own tests read texts with it, so it errs on
// the side of finding a number: "puluhan laporan" is one (10), and so are
// digits in other scripts.
func Numbers(text string, names ...string) []Mention {
	s := &numberScan{text: text, taken: make([]bool, len(text)), named: make([]bool, len(text))}
	for _, n := range names {
		s.mask(n)
	}
	s.dates()
	s.times()
	s.ordinals()
	s.digits()
	s.words()
	s.strays()
	slices.SortFunc(s.found, func(a, b Mention) int { return cmp.Compare(a.Start, b.Start) })
	return s.found
}

type numberScan struct {
	text  string
	taken []bool // bytes that are read already
	named []bool // bytes that belong to a name
	found []Mention
}

// free reports whether a number may stand there: not where another was read,
// nor in a name. A date may hold a name ("12 Mei 2026" where "Mei 2026" is
// one), but not lie in it.
func (s *numberScan) free(m Mention) bool {
	named := s.named[m.Start:m.End]
	inName := slices.Contains(named, true)
	if m.Kind == NumberDate {
		inName = !slices.Contains(named, false)
	}
	return !inName && !slices.Contains(s.taken[m.Start:m.End], true)
}

func occupy(bytes []bool) {
	for i := range bytes {
		bytes[i] = true
	}
}

// take keeps m when nothing before it took its place.
func (s *numberScan) take(m Mention) {
	if !s.free(m) {
		return
	}
	if m.Scale == 0 {
		m.Scale = 1
	}
	m.Text = s.text[m.Start:m.End]
	occupy(s.taken[m.Start:m.End])
	s.found = append(s.found, m)
}

func (s *numberScan) mask(name string) {
	if strings.TrimSpace(name) == "" {
		return
	}
	re, err := regexp.Compile(`(?i)` + regexp.QuoteMeta(name))
	if err != nil {
		return // a name that is not text hides nothing
	}
	for _, at := range re.FindAllStringIndex(s.text, -1) {
		before, _ := utf8.DecodeLastRuneInString(s.text[:at[0]])
		after, _ := utf8.DecodeRuneInString(s.text[at[1]:])
		if !wordRune(before) && !wordRune(after) {
			occupy(s.named[at[0]:at[1]])
		}
	}
}

func wordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

const (
	monthPattern = `(januari|februari|pebruari|maret|april|mei|juni|juli|agustus|september|oktober|november|nopember|desember|jan|feb|mar|apr|jun|jul|agt|agu|ags|sept|sep|okt|nov|des)`
	longMonths   = `(januari|februari|pebruari|maret|april|mei|juni|juli|agustus|september|oktober|november|nopember|desember)`
	yearPattern  = `((?:19|20)\d\d)`
)

var (
	isoDate      = regexp.MustCompile(`\b` + yearPattern + `-(\d\d)(?:-(\d\d))?\b`)
	slashDate    = regexp.MustCompile(`\b(\d{1,2})[/-](\d{1,2})[/-]` + yearPattern + `\b`)
	dayMonthYear = regexp.MustCompile(`(?i)\b(\d{1,2})\s+` + monthPattern + `\b\.?(?:\s+` + yearPattern + `\b)?`)
	monthYear    = regexp.MustCompile(`(?i)\b` + monthPattern + `\.?\s+` + yearPattern + `\b`)
	monthAlone   = regexp.MustCompile(`(?i)\b` + longMonths + `\b`)
	quarter      = regexp.MustCompile(`(?i)\b(triwulan|kuartal|semester|caturwulan)\s+(?:ke-?\s?)?(iv|iii|ii|i|[1-4])\b(?:\s+(?:tahun\s+)?` + yearPattern + `\b)?`)
	yearAlone    = regexp.MustCompile(`(?i)\b(?:tahun|pada|selama|sejak|awal|akhir|hingga|sampai|dari|sepanjang|antara)\s+` + yearPattern + `\b`)
	rangeStart   = regexp.MustCompile(`(\d{1,2})\s*(?:–|—|-|s\.d\.|s/d|sampai|hingga)\s*$`)
	dayAlone     = regexp.MustCompile(`(?i)\b(?:tanggal|tgl\.?)\s+(\d{1,2})\b`)

	clockMarked = regexp.MustCompile(`(?i)\b(?:pukul|pkl\.?|jam)\s+(\d{1,2})(?:[.:]([0-5]\d))?\b`)
	clockZoned  = regexp.MustCompile(`(?i)\b(\d{1,2})[.:]([0-5]\d)\s*(?:wib|wita|wit)\b`)
	clockColon  = regexp.MustCompile(`\b([01]?\d|2[0-3]):([0-5]\d)\b`)
	clockAfter  = regexp.MustCompile(`^,?\s+(?:pukul\s+)?([01]\d|2[0-3])\.([0-5]\d)\b`)
	clockRange  = regexp.MustCompile(`([01]\d|2[0-3])\.([0-5]\d)\s*[–-]\s*$`)
)

var monthNumbers = map[string]int{
	"jan": 1, "feb": 2, "peb": 2, "mar": 3, "apr": 4, "mei": 5, "jun": 6, "jul": 7,
	"agt": 8, "agu": 8, "ags": 8, "sep": 9, "okt": 10, "nov": 11, "nop": 11, "des": 12,
}

func monthNumber(name string) int { return monthNumbers[strings.ToLower(name)[:3]] }

func (s *numberScan) date(from, to, year, month, day int) {
	s.take(Mention{
		Start: from, End: to, Kind: NumberDate, Year: year, Month: month, Day: day,
		Value: float64(year*10000 + month*100 + day),
	})
}

// at returns what a group of a match holds, "" for nothing.
func (s *numberScan) at(m []int, group int) string {
	if m[2*group] < 0 {
		return ""
	}
	return s.text[m[2*group]:m[2*group+1]]
}

func (s *numberScan) number(m []int, group int) int {
	n, err := strconv.Atoi(s.at(m, group))
	if err != nil {
		return 0
	}
	return n
}

// before matches re, which ends with $, against the few characters that stand
// in front of from: looking at all of them would cost the square of a text.
func (s *numberScan) before(re *regexp.Regexp, from int) []int {
	const far = 24
	start := max(0, from-far)
	m := re.FindStringSubmatchIndex(s.text[start:from])
	for i := range m {
		m[i] += start
	}
	return m
}

func (s *numberScan) dates() {
	for _, m := range isoDate.FindAllStringSubmatchIndex(s.text, -1) {
		s.date(m[0], m[1], s.number(m, 1), s.number(m, 2), s.number(m, 3))
	}
	for _, m := range slashDate.FindAllStringSubmatchIndex(s.text, -1) {
		s.date(m[0], m[1], s.number(m, 3), s.number(m, 2), s.number(m, 1))
	}
	for _, m := range dayMonthYear.FindAllStringSubmatchIndex(s.text, -1) {
		year, month := s.number(m, 3), monthNumber(s.at(m, 2))
		s.date(m[0], m[1], year, month, s.number(m, 1))
		// The first day of a range takes month and year from its last.
		if r := s.before(rangeStart, m[0]); r != nil {
			s.date(r[2], r[3], year, month, s.number(r, 1))
		}
	}
	for _, m := range quarter.FindAllStringSubmatchIndex(s.text, -1) {
		s.date(m[0], m[1], s.number(m, 3), 0, 0)
	}
	for _, m := range monthYear.FindAllStringSubmatchIndex(s.text, -1) {
		s.date(m[0], m[1], s.number(m, 2), monthNumber(s.at(m, 1)), 0)
	}
	for _, m := range monthAlone.FindAllStringSubmatchIndex(s.text, -1) {
		s.date(m[0], m[1], 0, monthNumber(s.at(m, 1)), 0)
	}
	for _, m := range yearAlone.FindAllStringSubmatchIndex(s.text, -1) {
		// "dari 2000 laporan" is a count: a year is not followed by a noun.
		if strings.HasPrefix(strings.ToLower(s.text[m[0]:]), "dari") && nounFollows.MatchString(s.text[m[1]:]) {
			continue
		}
		s.date(m[2], m[3], s.number(m, 1), 0, 0)
	}
	for _, m := range dayAlone.FindAllStringSubmatchIndex(s.text, -1) {
		s.date(m[2], m[3], 0, 0, s.number(m, 1))
	}
}

var nounFollows = regexp.MustCompile(`(?i)^\s+(?:laporan|warga|orang|kejadian|unit|keluhan|aduan|jiwa|kk|rumah)\b`)

func (s *numberScan) clock(from, to, hour, minute int) {
	if hour < 24 {
		s.take(Mention{Start: from, End: to, Kind: NumberTime, Value: float64(hour*60 + minute)})
	}
}

func (s *numberScan) times() {
	for _, re := range []*regexp.Regexp{clockZoned, clockMarked, clockColon} {
		for _, m := range re.FindAllStringSubmatchIndex(s.text, -1) {
			end := m[3]
			if m[5] > 0 {
				end = m[5]
			}
			s.clock(m[2], end, s.number(m, 1), s.number(m, 2))
			if r := s.before(clockRange, m[2]); r != nil {
				s.clock(r[2], r[5], s.number(r, 1), s.number(r, 2))
			}
		}
	}
	for _, f := range slices.Clone(s.found) {
		if f.Kind != NumberDate || f.Day == 0 {
			continue
		}
		if m := clockAfter.FindStringSubmatchIndex(s.text[f.End:]); m != nil {
			for i := range m {
				m[i] += f.End
			}
			s.clock(m[2], m[5], s.number(m, 1), s.number(m, 2))
		}
	}
}

var (
	digitNumber = regexp.MustCompile(`(?i)(rp\.?\s?)?([-−]\s?|minus\s+)?(\d[\d.,]*)(?:(\s?)(ribu|juta|miliar|milyar|triliun)\b)?(?:(\s?(?:%|persen\b))|(\s+rupiah\b))?`)
	grouped     = regexp.MustCompile(`^\d{1,3}(?:\.\d{3})+(?:,(\d+))?$`)
	decimal     = regexp.MustCompile(`^(\d+)[.,](\d+)$`)
	ordinalMark = regexp.MustCompile(`(?i)\bke-?\s?(\d+|iv|ix|v?i{1,3}|v|x)\b`)
)

var scales = map[string]float64{
	"ribu": 1e3, "juta": 1e6, "miliar": 1e9, "milyar": 1e9, "triliun": 1e12,
}

var romans = map[string]float64{
	"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10,
}

func (s *numberScan) ordinals() {
	for _, m := range ordinalMark.FindAllStringSubmatchIndex(s.text, -1) {
		said := s.at(m, 1)
		v, ok := romans[strings.ToLower(said)]
		if !ok {
			n, err := strconv.ParseFloat(said, 64)
			// "ke 12 kelurahan" goes to twelve places; "ke-12" is the twelfth.
			if err != nil || !strings.Contains(s.text[m[0]:m[1]], "-") {
				continue
			}
			v = n
		} else if !strings.Contains(s.text[m[0]:m[1]], "-") {
			continue
		}
		s.take(Mention{Start: m[0], End: m[1], Kind: NumberOrdinal, Value: v})
	}
}

func (s *numberScan) digits() {
	for _, m := range digitNumber.FindAllStringSubmatchIndex(s.text, -1) {
		from, to := m[6], m[7]
		written := strings.TrimRight(s.text[from:to], ".,")
		if len(written) < to-from { // the full stop of the sentence is not part of it
			to = from + len(written)
		}
		before, _ := utf8.DecodeLastRuneInString(s.text[:from])
		dashed := s.before(codeBefore, from) != nil
		after, _ := utf8.DecodeRuneInString(s.text[to:])
		value, decimals, ok := ReadNumber(written)
		glued := m[2] < 0 && m[4] < 0 && (unicode.IsLetter(before) || dashed) || unicode.IsLetter(after) && m[10] < 0 && after != 'm' && after != 'k'
		if !ok || glued {
			s.take(Mention{Start: from, End: to, Kind: NumberCode, Value: math.NaN()})
			continue
		}
		s.take(s.withMarks(m, from, to, value, decimals))
	}
}

// codeBefore matches "B-" and "UJI-" in front of digits, but no range or minus.
var codeBefore = regexp.MustCompile(`\p{L}-$`)

// withMarks adds sign, multiplier and unit as the match m has them. What was
// cut off the digits (a full stop) ends the mention.
func (s *numberScan) withMarks(m []int, from, to int, value float64, decimals int) Mention {
	out := Mention{Start: from, End: to, Kind: NumberPlain, Value: value, Decimals: decimals, Scale: 1}
	whole := to == m[7]
	if whole && m[10] >= 0 {
		out.Scale = scales[strings.ToLower(s.at(m, 5))]
		out.Value *= out.Scale
		out.End = m[11]
	}
	switch {
	case m[2] >= 0:
		out.Kind, out.Start = NumberRupiah, m[2]
	case whole && m[12] >= 0:
		out.Kind, out.End = NumberPercent, m[13]
	case whole && m[14] >= 0:
		out.Kind, out.End = NumberRupiah, m[15]
	}
	if m[4] >= 0 && s.signAt(m[4]) {
		out.Value = -out.Value
		out.Start = min(out.Start, m[4])
	}
	return out
}

// signAt tells a minus from the dash of a range or a compound.
func (s *numberScan) signAt(at int) bool {
	before := strings.TrimRight(s.text[:at], " ")
	if before == "" {
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(before)
	if len(before) == at { // glued to what stands before
		return r == '(' || r == '='
	}
	return !unicode.IsDigit(r) && r != '%'
}

// ReadNumber reads digits as an Indonesian writes them: a full stop groups
// thousands (1.482), a comma begins the decimals (12,5). A single full stop
// that cannot group ("7.5") is read as a decimal point, as software writes it.
// ok is false for what is no number: 64.72.08, 007.
func ReadNumber(written string) (value float64, decimals int, ok bool) {
	if len(written) > 1 && written[0] == '0' && written[1] != ',' && written[1] != '.' {
		return 0, 0, false
	}
	plain := written
	switch {
	case grouped.MatchString(written):
		m := grouped.FindStringSubmatch(written)
		decimals = len(m[1])
		plain = strings.Replace(strings.ReplaceAll(written, ".", ""), ",", ".", 1)
	case decimal.MatchString(written):
		m := decimal.FindStringSubmatch(written)
		decimals = len(m[2])
		plain = m[1] + "." + m[2]
	}
	value, err := strconv.ParseFloat(plain, 64)
	if err != nil || strings.ContainsAny(plain, "eE") {
		return 0, 0, false
	}
	return value, decimals, true
}

// strays marks digits that no other reading took: of other scripts, fractions
// such as ½, what is left of a mangled date. Powers that are glued to a unit
// (km², µg/m³) are none.
func (s *numberScan) strays() {
	for i, r := range s.text {
		if !unicode.In(r, unicode.Nd, unicode.Nl, unicode.No) {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(s.text[:i])
		if (r == '²' || r == '³') && unicode.IsLetter(before) {
			continue
		}
		s.take(Mention{Start: i, End: i + utf8.RuneLen(r), Kind: NumberCode, Value: math.NaN()})
	}
}
