package city

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// folded is a text as patterns meet it: without what no reader sees, digits, letters
// and dashes of other forms made plain, our own labels made to say nothing.
type folded struct {
	text string
	at   []int32 // where each byte of text, and its end, stand in the original; nil: where they are
	size int     // of the original, in bytes
}

// labelsMuted makes labels of ours say nothing of what follows them: "[NIK] 12" names no
// number. They keep their length.
var labelsMuted = func() *strings.Replacer {
	var pairs []string
	for _, label := range hiddenAs {
		pairs = append(pairs, label, "["+strings.Repeat("x", len(label)-2)+"]")
	}
	return strings.NewReplacer(pairs...)
}()

// fold makes text fit for the patterns of personal data. It is VisibleText and more,
// and remembers where everything stood, so that only what is taken out changes.
func fold(text string) folded {
	out := folded{text: text, size: len(text)}
	if strings.IndexByte(text, '[') >= 0 {
		out.text = labelsMuted.Replace(text)
	}
	if !plainASCII(out.text) {
		out.plain()
	}
	out.text = parted(out.text)
	return out
}

func plainASCII(text string) bool {
	for i := range len(text) {
		if c := text[i]; c >= 0x7f || c < ' ' && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

func (f *folded) plain() {
	b := make([]byte, 0, len(f.text))
	f.at = make([]int32, 0, len(f.text)+1)
	for i, r := range f.text {
		if r = foldRune(r); r < 0 {
			continue
		}
		b = utf8.AppendRune(b, r)
		for len(f.at) < len(b) {
			f.at = append(f.at, int32(i))
		}
	}
	f.at = append(f.at, int32(f.size))
	f.text = string(b)
}

// foldRune is visibleRune, and makes digits of every writing, all dashes and the dots
// between figures plain; pictures of keys are their digit.
func foldRune(r rune) rune {
	switch {
	case r >= ' ' && r < 0x7f:
		return r
	case r >= '\u2010' && r <= '\u2015' || r == '\u2212' || r == '\u2043' || r == '\uFE58' || r == '\uFE63' || r == '\u00B7' || r == '\u2022' || r == '\u2027' || r == '\u30FB':
		return '-'
	case r >= '\u0300' && r <= '\u036F' || r >= '\u20D0' && r <= '\u20FF':
		return -1 // marks over, through and around the sign before
	case r == '\u2044' || r == '\u2215':
		return '/'
	}
	if r = visibleRune(r); r < utf8.RuneSelf || !unicode.Is(unicode.Nd, r) {
		return r
	}
	zero := r
	for r-zero < 9 && unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return '0' + r - zero // each writing's digits stand in one row, after what is no digit
}

// parted makes the signs "_" and, in numbers that begin as telephone numbers do or have
// as many digits as a NIK, "/" a dash: both part digits, but "/" parts dates and
// the numbers of letters too.
func parted(text string) string {
	if strings.IndexByte(text, '_') < 0 && strings.IndexByte(text, '/') < 0 {
		return text
	}
	var b []byte
	for i := 1; i+1 < len(text); i++ {
		if c := text[i]; c != '_' && c != '/' || !isDigit(text[i-1]) || !isDigit(text[i+1]) || c == '/' && !slashedNumber(text, i) {
			continue
		}
		if b == nil {
			b = []byte(text)
		}
		b[i] = '-'
	}
	if b == nil {
		return text
	}
	return string(b)
}

// slashedNumber reports whether the slash at i stands in a number of a person: in
// groups of three digits and more, of which the first begins 08, 62 or 0062, or which
// are sixteen together.
func slashedNumber(text string, i int) bool {
	from, to := i, i
	in := func(c byte) bool { return isDigit(c) || c == '/' || c == '_' || c == '-' || c == '.' }
	for from > 0 && in(text[from-1]) && i-from < 32 {
		from--
	}
	for to < len(text) && in(text[to]) && to-i < 32 {
		to++
	}
	number := text[from:to]
	digits := len(onlyDigits(number))
	if digits == 16 {
		return true
	}
	begins := strings.HasPrefix(number, "08") || strings.HasPrefix(number, "62") || strings.HasPrefix(number, "0062")
	if !begins || digits < 9 || digits > 14 {
		return false
	}
	for group := range strings.SplitSeq(number, "/") {
		if len(onlyDigits(group)) < 3 && group != "62" {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// where puts what was found in the folded text to where it stands in the original, in
// order.
func (f *folded) where(found []Personal) []Personal {
	sortPersonal(found)
	if f.at == nil {
		return found
	}
	for i, p := range found {
		found[i].From, found[i].To = int(f.at[p.From]), int(f.at[p.To])
	}
	return found
}
