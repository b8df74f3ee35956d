package language

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Token is one word of a text with its place there.
type Token struct {
	// Word is lower case with its spelling mended; not stemmed.
	Word string
	// Start and End are byte offsets of what was written, in the text as given.
	// Tokens that one written word stands for share them.
	Start, End int
	// Break says that a punctuation mark or a new line stands between this
	// token and the one before: 0 none, ',' within a sentence, '.' its end.
	Break byte
}

// Tokens returns the words of a text in order, repetitions included: lower
// case, telephone spelling mended, repeated letters collapsed. Stop words,
// particles and numbers stay; nothing is stemmed. A reduplication is one token
// ("lampu-lampu", "lampu2": lampu). A word that stands for two gives both
// ("gada": tidak ada). Text that is no valid UTF-8 gives what can be read.
func Tokens(text string) []string {
	out := make([]string, 0, len(text)/6+1)
	scan(text, func(t Token) { out = append(out, t.Word) }, func() { out = out[:len(out)-1] })
	return out
}

// Located returns what Tokens returns, each with its place in the text.
func Located(text string) []Token {
	out := make([]Token, 0, len(text)/6+1)
	scan(text, func(t Token) { out = append(out, t) }, func() { out = out[:len(out)-1] })
	return out
}

// scan hands every token to put; drop takes back the one put last, when a
// fuller half of a reduplication follows.
func scan(text string, put func(Token), drop func()) {
	written(text, func(w Token) { putMended(w, put) }, drop)
}

// written is scan before the spelling is mended: words as they stand, in lower
// case, a reduplication once.
func written(text string, put func(Token), drop func()) {
	var first Token // the written half before a hyphen, as long as it can be doubled
	for at := 0; ; {
		w, hyphen := nextWord(text, at)
		if w.Word == "" {
			return
		}
		at = w.End
		half := first
		first = Token{}
		switch {
		case half.Word != "" && len(half.Word) >= 3 && len(w.Word) >= 3 && strings.HasSuffix(half.Word, w.Word):
			continue // anak-anak, berlari-lari
		case half.Word != "" && len(half.Word) >= 3 && strings.HasPrefix(w.Word, half.Word) && !strings.Contains(Normalise(half.Word), " "):
			drop() // anak-anaknya
			w.Start, w.Break = half.Start, half.Break
		}
		put(w)
		if hyphen {
			first = w
		}
	}
}

// nextWord finds the next run of letters and digits at or after a byte offset,
// in lower case, and says whether a hyphen and nothing else follows it before
// the next word. No word is left when Word is "".
func nextWord(text string, at int) (w Token, hyphen bool) {
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if inWord(r) {
			break
		}
		w.Break = max(w.Break, breakOf(r))
		at += size
	}
	end := at
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !inWord(r) {
			break
		}
		end += size
	}
	w.Word, w.Start, w.End = strings.ToLower(text[at:end]), at, end
	if end+1 < len(text) && text[end] == '-' {
		r, _ := utf8.DecodeRuneInString(text[end+1:])
		hyphen = inWord(r)
	}
	return w, hyphen
}

func breakOf(r rune) byte {
	switch r {
	case '.', '!', '?', '\n':
		return '.'
	case ',', ';', ':', '(', ')':
		return ','
	}
	return 0
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// putMended puts what one written word stands for.
func putMended(w Token, put func(Token)) {
	w.Word = Normalise(w.Word)
	if strings.IndexByte(w.Word, ' ') < 0 {
		put(w)
		return
	}
	for part := range strings.FieldsSeq(w.Word) {
		w.Word = part
		put(w)
		w.Break = 0
	}
}
