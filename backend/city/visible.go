package city

import (
	"strings"
	"unicode"
)

// VisibleText returns text with what no reader sees taken out (zero-width and
// bidirectional marks, tags, fillers, control characters but line breaks and
// tabs), odd blanks made spaces, and digits and Latin letters of other forms
// (full width, mathematical, Arabic-Indic) made plain: what a person reads is
// what patterns and models meet.
func VisibleText(text string) string {
	return strings.Map(visibleRune, strings.ToValidUTF8(text, "\uFFFD"))
}

func visibleRune(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r == '\u00A0' || r >= '\u2000' && r <= '\u200A' || r == '\u202F' || r == '\u205F' || r == '\u3000':
		return ' '
	case r == '\u2028' || r == '\u2029':
		return '\n'
	case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Co, r):
		return -1
	case r == '\u034F' || r == '\u115F' || r == '\u1160' || r == '\u3164' || r == '\uFFA0' || r == '\u17B4' || r == '\u17B5':
		return -1 // fillers that show nothing
	case r >= '\uFE00' && r <= '\uFE0F' || r >= 0xE0000 && r <= 0xE0FFF:
		return -1 // variation selectors and tags
	case r >= '\uFF01' && r <= '\uFF5E':
		return r - 0xFEE0
	case r >= 0x1D7CE && r <= 0x1D7FF:
		return '0' + (r-0x1D7CE)%10
	case r >= '\u0660' && r <= '\u0669':
		return '0' + r - '\u0660'
	case r >= '\u06F0' && r <= '\u06F9':
		return '0' + r - '\u06F0'
	case r == '\u2010' || r == '\u2011' || r == '\u2012':
		return '-'
	}
	return r
}
