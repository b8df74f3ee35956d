package mapping

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"balaikota/connectors"
)

const (
	proposeRecords = 200  // that a proposal looks at
	surely         = 0.95 // of a column's values are of a kind
	fairly         = 0.8
	notNumbers     = "not"
)

// column is what the first records hold under one name.
type column struct {
	path    string
	words   []string // of its name
	records int
	at      []string // by record, "" for none
	texts   []string // what there is, without what stands for none
	missing []string // what stands for none, as it is written
	real    bool     // all are numbers of the format itself
	objects bool
	taken   bool

	form  string // see style; "" before it was asked
	times []string
	timed bool
}

// none are the ways to write that there is no value.
var none = map[string]bool{
	"-": true, "--": true, "–": true, "—": true, ".": true, "n/a": true, "na": true, "null": true, "none": true, "nan": true, "nil": true,
	"tidak ada": true, "tidak ada data": true, "belum ada": true, "belum ada data": true, "kosong": true,
}

// columnsIn profiles the records' columns, by path.
func columnsIn(records []any) []*column {
	records = records[:min(proposeRecords, len(records))]
	var out []*column
	for _, path := range columns(nil, records) {
		program, err := Compile("", path)
		if err != nil {
			continue
		}
		c := &column{path: path, words: words(path), records: len(records), real: true}
		for _, record := range records {
			c.add(program, record)
		}
		if !c.objects {
			out = append(out, c)
		}
	}
	return out
}

func (c *column) add(program *Program, record any) {
	v, err := program.ofRecord(context.Background(), record)
	if err != nil {
		v = nil // an object that other records lack
	}
	s, err := PlainText(v)
	c.objects = c.objects || err != nil
	switch {
	case none[strings.ToLower(s)]:
		if !slices.Contains(c.missing, s) {
			c.missing = append(c.missing, s)
		}
		s = ""
	case s != "":
		c.texts = append(c.texts, s)
		c.real = c.real && isNumber(v)
	}
	c.at = append(c.at, s)
}

// words are the words of a name, small: ."Kode Wilayah" and kodeWilayah are kode and
// wilayah.
func words(name string) []string {
	var b strings.Builder
	before := ' '
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = ' '
		case unicode.IsUpper(r) && unicode.IsLower(before):
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return strings.Fields(b.String())
}

// says is how much a column's name says that it is one of the words: 1 for the name
// itself, less for a part of it, 0 for none. The order of the words settles ties.
func (c *column) says(names ...string) float64 {
	most := 0.0
	for i, w := range names {
		at := slices.Index(c.words, w)
		if at < 0 {
			continue
		}
		s := 0.9
		switch {
		case len(c.words) == 1:
			s = 1
		case at == 0 || at == len(c.words)-1:
			s = 0.95
		}
		most = max(most, s-0.001*float64(i))
	}
	return most
}

func (c *column) share(is func(string) bool) float64 {
	n := 0
	for _, s := range c.texts {
		if is(s) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(c.texts)))
}

func (c *column) distinct() int {
	seen := map[string]bool{}
	for _, s := range c.texts {
		seen[s] = true
	}
	return len(seen)
}

// length is the mean length of the texts, in characters.
func (c *column) length() float64 {
	n := 0
	for _, s := range c.texts {
		n += utf8.RuneCountInString(s)
	}
	return float64(n) / float64(max(1, len(c.texts)))
}

// counts reports whether the values are 1, 2, 3 …: the number of a row.
func (c *column) counts() bool {
	if c.style() == notNumbers || len(c.texts) < 3 {
		return false
	}
	x := c.numbers()
	for i := 1; i < c.records; i++ {
		if x[i] != x[i-1]+1 {
			return false
		}
	}
	return true
}

// grouped is a number with points between thousands, and nothing else.
var grouped = regexp.MustCompile(`^[+-]?\d{1,3}(\.\d{3})+$`)

// style is how the column's numbers are written: "" for real ones, plain, id or en,
// or notNumbers. Where all may be either 1.234 or 1234, an Indonesian table means
// 1234.
func (c *column) style() string {
	if c.form == "" {
		c.form = c.findStyle()
	}
	if c.form == "real" {
		return ""
	}
	return c.form
}

func (c *column) findStyle() string {
	if len(c.texts) == 0 {
		return notNumbers
	}
	if c.real {
		return "real"
	}
	styles := []string{connectors.NumberPlain, connectors.NumberID, connectors.NumberEN}
	if points := c.share(func(s string) bool { return strings.Contains(s, ".") }); points > 0 &&
		c.share(func(s string) bool { return grouped.MatchString(s) || !strings.Contains(s, ".") }) == 1 {
		styles = []string{connectors.NumberID, connectors.NumberPlain, connectors.NumberEN}
	}
	for _, style := range styles {
		fits := c.share(func(s string) bool { _, err := connectors.ParseNumber(s, style); return err == nil })
		if fits >= surely {
			return style
		}
	}
	return notNumbers
}

// numbers are the column's numbers, by record.
func (c *column) numbers() map[int]float64 {
	style := c.style()
	if style == "" {
		style = connectors.NumberPlain
	}
	out := map[int]float64{}
	for i, s := range c.at {
		if x, err := connectors.ParseNumber(s, style); err == nil {
			out[i] = x
		}
	}
	return out
}

func (c *column) allNumbers(are func(float64) bool) bool {
	if c.style() == notNumbers {
		return false
	}
	for _, x := range c.numbers() {
		if !are(x) {
			return false
		}
	}
	return true
}

// timeLayouts are tried in this order; what is day first stands before what is month
// first.
var timeLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-1-2",
	"2-1-2006 15:04:05", "2-1-2006 15:04", "2-1-2006 15.04", "2-1-2006", "2/1/2006 15:04:05", "2/1/2006 15:04", "2/1/2006 15.04", "2/1/2006",
	"2.1.2006 15:04", "2.1.2006", "2 January 2006 15:04:05", "2 January 2006 15:04", "2 January 2006 15.04", "2 January 2006",
	"2 Jan 2006 15:04", "2 Jan 2006 15.04", "2 Jan 2006", "2-Jan-2006", "2-Jan-06", "January 2006", "Jan 2006", "2006-1", "1/2006", "1-2006",
	"2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2", "1/2/2006 15:04:05", "1/2/2006 15:04", "1/2/2006", "1-2-2006",
	"Mon, 02 Jan 2006 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 -0700",
}

// numberLayouts are for numbers, which are times only where the name says so.
var numberLayouts = map[string]*regexp.Regexp{
	"2006": regexp.MustCompile(`^(19|20)\d\d$`), "200601": regexp.MustCompile(`^(19|20)\d\d(0[1-9]|1[0-2])$`), "20060102": regexp.MustCompile(`^(19|20)\d{6}$`),
	"unix": regexp.MustCompile(`^1\d{9}(\.\d+)?$`), "unix_ms": regexp.MustCompile(`^1\d{12}$`),
}

// layouts are the forms of the column's times, nil when it holds none: one, or up to
// three where they are mixed.
func (c *column) layouts() []string {
	if !c.timed {
		c.timed = true
		c.times = c.findLayouts()
	}
	return c.times
}

func (c *column) findLayouts() []string {
	if c.style() != notNumbers {
		named := c.says("tahun", "year", "thn", "periode", "tanggal", "tgl", "waktu", "time", "date", "datetime", "timestamp", "ts", "epoch", "unix", "created", "updated") > 0
		for _, layout := range sortedKeys(numberLayouts) {
			if named && len(c.texts) > 0 && c.share(numberLayouts[layout].MatchString) >= surely {
				return []string{layout}
			}
		}
		if !c.real && c.share(func(s string) bool { return strings.Count(s, ".") == 2 }) < surely {
			return nil
		}
	}
	left := c.texts
	var out []string
	for len(left) > len(c.texts)/20 && len(out) < 3 {
		layout, rest := commonest(left)
		if layout == "" {
			return nil
		}
		out, left = append(out, layout), rest
	}
	return out
}

// commonest is the layout that fits most of the texts, and those it leaves.
func commonest(texts []string) (layout string, rest []string) {
	rest = texts
	for _, l := range timeLayouts {
		var left []string
		for _, s := range texts {
			if _, err := connectors.ParseTime(s, time.UTC, l); err != nil {
				left = append(left, s)
			}
		}
		if len(left) < len(rest) {
			layout, rest = l, left
		}
		if len(left) == 0 {
			break
		}
	}
	return layout, rest
}
