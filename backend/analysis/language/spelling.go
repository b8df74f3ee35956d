package language

import (
	"strings"
	"unicode"
)

// Normalise mends the spelling of one lower-case word: letters repeated for
// stress, telephone abbreviations, spoken, Banjar and common Javanese forms,
// digits for letters ("b0cor") and for reduplication ("jln2"), and one slip of
// the finger in a word of five letters or more when exactly one known root can
// be meant. Most answers are one word; some are several with a space between
// ("2hari": "2 hari", "gada": "tidak ada"). A word that needs no mending, or is
// not known, comes back as it is.
func Normalise(word string) string {
	l := known()
	w := squeeze(word)
	if strings.ContainsFunc(w, unicode.IsDigit) {
		return l.withDigits(w)
	}
	return l.letters(w)
}

// letters mends a word that has no digits in it.
func (l *lexicon) letters(w string) string {
	if full, ok := l.spelling[w]; ok {
		return full
	}
	if len(w) < 4 || l.holds(w) {
		return w
	}
	// "rmhnya", "sampahx": the abbreviation with a possessive, x for -nya.
	for _, s := range []string{"nya", "ny", "x"} {
		cut, ok := strings.CutSuffix(w, s)
		if !ok || len(cut) < 2 {
			continue
		}
		if full, ok := l.spelling[cut]; ok {
			return full + "nya"
		}
		if s != "nya" && l.holds(cut) {
			return cut + "nya"
		}
	}
	return l.mend(w)
}

// counted are words that a number follows: sd2 is a school, no reduplication.
var counted = map[string]bool{
	"rt": true, "rw": true, "sd": true, "sdn": true, "smp": true, "smpn": true, "sma": true, "sman": true, "smk": true, "smkn": true,
	"gang": true, "gg": true, "blok": true, "no": true, "nomor": true, "km": true, "jam": true, "kelas": true, "kls": true, "lantai": true,
	"jalur": true, "tahap": true, "poin": true, "covid": true, "kode": true, "pos": true, "unit": true, "tipe": true, "simpang": true,
}

// withDigits mends a word that has digits in it.
func (l *lexicon) withDigits(w string) string {
	first := strings.IndexFunc(w, unicode.IsDigit)
	last := strings.LastIndexFunc(w, unicode.IsDigit)
	head, digits, tail := w[:first], w[first:last+1], w[last+1:]
	if head == "" && tail == "" {
		return w
	}
	plain := !strings.ContainsFunc(digits, unicode.IsLetter)
	switch {
	case plain && digits == "2" && len(head) >= 2 && !counted[head] && (tail == "" || endings[tail]):
		// lampu2, jln2, rumah2nya
		if full := l.letters(head); len(head) >= 3 || l.spelling[head] != "" {
			return full + tail
		}
	case plain && head == "" && (len(tail) >= 2 || tail == "m" || tail == "x"):
		if r := l.unmask(w); r != "" {
			return r
		}
		return digits + " " + l.unitOrWord(tail)
	case plain && tail == "" && len(head) >= 2:
		if r := l.unmask(w); r != "" {
			return r
		}
		return l.letters(head) + " " + digits
	}
	if r := l.unmask(w); r != "" {
		return r
	}
	return w
}

var endings = map[string]bool{"nya": true, "an": true, "kan": true, "i": true, "ku": true, "mu": true}

func (l *lexicon) unitOrWord(tail string) string {
	switch tail {
	case "m":
		return "meter"
	case "x":
		return "kali"
	case "cm", "mm", "kg", "km", "ha", "wib", "wita", "wit":
		return tail
	}
	return l.letters(tail)
}

var lookAlikes = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "6", "g", "7", "t", "8", "b", "9", "g")

// unmask reads digits as the letters they look like, "" if that is no word.
func (l *lexicon) unmask(w string) string {
	if letters := lookAlikes.Replace(w); len(letters) >= 4 && !strings.ContainsFunc(letters, unicode.IsDigit) && l.holds(letters) {
		return letters
	}
	return ""
}

// squeeze collapses three and more equal letters to one ("parahhh"), two of
// them only at the end of a word: Indonesian roots do not end doubled.
func squeeze(w string) string {
	if !hasRun(w) {
		return w
	}
	var b strings.Builder
	rs := []rune(w)
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && rs[j] == rs[i] {
			j++
		}
		n := j - i
		if !unicode.IsDigit(rs[i]) && (n > 2 || n == 2 && j == len(rs)) {
			n = 1
		}
		for range n {
			b.WriteRune(rs[i])
		}
		i = j
	}
	return b.String()
}

// hasRun reports whether two equal letters follow one another.
func hasRun(w string) bool {
	var before rune = -1
	for _, r := range w {
		if r == before {
			return true
		}
		before = r
	}
	return false
}
