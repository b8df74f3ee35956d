package place

import (
	"unicode"
	"unicode/utf8"
)

// gap is what stands between a token and the one before it; of several signs
// the strongest counts.
type gap byte

// Gaps, from weak to strong.
const (
	gapNone   gap = iota // joined: "rt12"
	gapSpace             // blanks
	gapHyphen            // - – /
	gapDot               // .
	gapComma             // ,
	gapBreak             // anything else: brackets, quotes, ends of lines …
)

// soft reports whether a name may run over the gap without a second thought.
func (g gap) soft() bool { return g <= gapDot }

// token is a word or a number of the text.
type token struct {
	word       string // small ASCII letters
	start, end int    // byte offsets in the text
	gap        gap
	capital    bool // begins with a capital letter
	allCapital bool // of more than one letter
	number     bool // digits, with at most one letter behind ("12a")
}

// tokenise cuts a text into words and numbers. Letters and digits that are
// joined stay together ("12a", "c5"), except behind the short heads that
// people join to numbers ("rt12", "sdn024").
func tokenise(text string) []token {
	small := smallLetters(text)
	tokens := make([]token, 0, len(text)/6+4)
	g := gapSpace
	for i := 0; i < len(text); {
		size, kind := class(text, i)
		if kind == other {
			g = max(g, gapOf(text[i:i+size]))
			i += size
			continue
		}
		start := i
		for i < len(text) {
			size, kind = class(text, i)
			if kind == other && !innerApostrophe(text, i) {
				break
			}
			i += size
		}
		tokens = appendParts(tokens, text, small, start, i, g)
		g = gapNone
	}
	return tokens
}

// appendParts adds text[start:end], cut where a short head meets digits.
func appendParts(tokens []token, text, small string, start, end int, g gap) []token {
	for start < end {
		cut := end
		if n := letters(small[start:end]); n > 0 && start+n < end && joinedHeads[small[start:start+n]] {
			cut = start + n
		} else if n := digits(small[start:end]); n > 0 && start+n+2 <= end && end-start > n+2 && joinedHeads[small[start+n:start+n+2]] {
			cut = start + n // rt12rw3
		}
		t := token{word: small[start:cut], start: start, end: cut, gap: g}
		t.capital = text[start] != small[start] || text[start] >= utf8.RuneSelf && upperAt(text, start)
		t.allCapital = t.capital && cut-start > 1 && text[cut-1] != small[cut-1]
		n := digits(t.word)
		t.number = n > 0 && (n == len(t.word) || n == len(t.word)-1 && n < 4)
		tokens = append(tokens, t)
		start, g = cut, gapNone
	}
	return tokens
}

func upperAt(text string, i int) bool {
	r, _ := utf8.DecodeRuneInString(text[i:])
	return unicode.IsUpper(r)
}

func letters(s string) int {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return i
		}
	}
	return len(s)
}

func digits(s string) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return len(s)
}

// smallLetters lowers ASCII letters only, so that offsets stay.
func smallLetters(text string) string {
	for i := range len(text) {
		if text[i] >= 'A' && text[i] <= 'Z' {
			b := []byte(text)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return text
}

type charClass byte

const (
	other charClass = iota
	letter
	digit
)

// class says what kind of character stands at i and how many bytes it has.
func class(text string, i int) (int, charClass) {
	c := text[i]
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		return 1, letter
	case c >= '0' && c <= '9':
		return 1, digit
	case c < utf8.RuneSelf:
		return 1, other
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	if unicode.IsLetter(r) || unicode.Is(unicode.Mn, r) {
		return size, letter
	}
	return size, other
}

// innerApostrophe reports whether an apostrophe stands between letters
// ("Jum'at", "Ma’arif").
func innerApostrophe(text string, i int) bool {
	r, size := utf8.DecodeRuneInString(text[i:])
	if r != '\'' && r != '’' && r != '`' && r != 'ʼ' || i == 0 || i+size >= len(text) {
		return false
	}
	_, before := class(text, i-1)
	_, after := class(text, i+size)
	return before == letter && after == letter
}

func gapOf(sign string) gap {
	switch sign {
	case " ", "\t", "\u00a0", "*", "_", "~": // marks of bold and italics in chats
		return gapSpace
	case "-", "/", "–", "—", "‑":
		return gapHyphen
	case ".":
		return gapDot
	case ",":
		return gapComma
	}
	return gapBreak
}
