package language

import (
	"strings"
	"unicode"
)

// Tokens returns the words of a text in order, repetitions included: lower
// case, telephone spelling mended, repeated letters collapsed. Stop words,
// particles and numbers stay; nothing is stemmed. A reduplication is one token
// ("lampu-lampu", "lampu2": lampu). A word that stands for two gives both
// ("gada": tidak ada). Text that is no valid UTF-8 gives what can be read.
func Tokens(text string) []string {
	out := make([]string, 0, len(text)/6+1)
	var last string // the word before, as it was written, if only a hyphen lies between
	for rest := strings.ToLower(text); ; {
		var word string
		var hyphen bool
		if word, hyphen, rest = nextWord(rest); word == "" {
			return out
		}
		if last != "" {
			var repeated bool
			if out, repeated = doubled(out, last, word); repeated {
				last = ""
				continue
			}
		}
		out = appendMended(out, word)
		last = ""
		if hyphen {
			last = word
		}
	}
}

// doubled handles the second half of a reduplication: the same word again
// (anak-anak), with a suffix (anak-anaknya), or without the first one's prefix
// (berlari-lari). The fuller half is kept.
func doubled(out []string, first, second string) ([]string, bool) {
	if len(first) < 3 || len(second) < 3 || len(out) == 0 {
		return out, false
	}
	switch {
	case strings.HasSuffix(first, second):
		return out, true
	case strings.HasPrefix(second, first):
		return appendMended(out[:len(out)-1], second), true
	}
	return out, false
}

// nextWord cuts the next run of letters and digits off s, and says whether a
// hyphen and nothing else follows it before the next word.
func nextWord(s string) (word string, hyphen bool, rest string) {
	begin := strings.IndexFunc(s, inWord)
	if begin < 0 {
		return "", false, ""
	}
	s = s[begin:]
	end := strings.IndexFunc(s, outsideWord)
	if end < 0 {
		return s, false, ""
	}
	word, rest = s[:end], s[end:]
	if len(rest) > 1 && rest[0] == '-' && inWord(rune(rest[1])) {
		hyphen = true
	}
	return word, hyphen, rest
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func outsideWord(r rune) bool { return !inWord(r) }

// appendMended appends what one written word stands for.
func appendMended(out []string, word string) []string {
	mended := Normalise(word)
	if strings.IndexByte(mended, ' ') < 0 {
		return append(out, mended)
	}
	return append(out, strings.Fields(mended)...)
}
