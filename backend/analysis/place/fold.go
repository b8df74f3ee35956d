package place

import "strings"

// FoldName writes a place's name so that its spellings meet: titles and
// initials left out, old spelling (oe, dj, tj, sj) made new, doubled letters
// and blanks dropped. "Kapten Soedjono", "kapt. sujono" and "Sudjono" are one.
func FoldName(name string) string {
	words := strings.Fields(name)
	kept := make([]string, 0, len(words))
	for i, w := range words {
		if i+1 < len(words) && (wordClasses[w].is(title|honour) || w == "raya" && len(kept) == 0 || len(w) <= 2 && digits(w) == 0 && len(kept) == 0 && len(words[i+1]) > 2 && !particles[w]) {
			continue
		}
		kept = append(kept, w)
	}
	if len(kept) == 0 {
		kept = words
	}
	b := make([]byte, 0, len(name))
	for _, w := range kept {
		b = appendFolded(b, w)
	}
	return string(b)
}

// appendFolded adds one word in today's spelling.
func appendFolded(b []byte, w string) []byte {
	for i := 0; i < len(w); i++ {
		c := w[i]
		pair := ""
		if i+1 < len(w) {
			pair = w[i : i+2]
		}
		switch pair {
		case "oe":
			c, i = 'u', i+1
		case "dj":
			c, i = 'j', i+1
		case "tj":
			c, i = 'c', i+1
		case "ie":
			c, i = 'i', i+1
		case "sj":
			b, c, i = append(b, 's'), 'y', i+1
		}
		if len(b) == 0 || b[len(b)-1] != c || c >= '0' && c <= '9' {
			b = append(b, c)
		}
	}
	return b
}
