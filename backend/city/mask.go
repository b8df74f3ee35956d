package city

import (
	"regexp"
	"sort"
	"strings"
)

// Personal data that citizens write into a report and that no list, map,
// event or prompt needs. A national identity number (NIK) has 16 digits;
// telephone numbers start with 0, 62 or +62 and have 9 to 14 digits.
var (
	maskEmail = regexp.MustCompile(`[\p{L}\d._%+-]+@[\p{L}\d.-]+\.\p{L}{2,}`)
	maskNIK   = regexp.MustCompile(`\b\d{2}[ .-]?\d{4}[ .-]?\d{6}[ .-]?\d{4}\b|\b\d{16}\b`)
	maskPhone = regexp.MustCompile(`(?:(?:\+|\b)62[ .-]?(?:\(0\)[ .-]?)?|\(?\b0[ -]?)8\d(?:[ .)-]{0,2}\d){6,11}\b|\(?\b0\d{2,3}(?:[ .-]|\) ?)\d{5,8}\b`)
)

// MaskPersonal replaces e-mail addresses, NIK and telephone numbers in text by
// [surel], [NIK] and [telepon].
func MaskPersonal(text string) string {
	text = maskEmail.ReplaceAllString(text, "[surel]")
	text = maskNIK.ReplaceAllString(text, "[NIK]")
	return maskPhone.ReplaceAllString(text, "[telepon]")
}

// MaskOutward masks text for every use but the page of the report itself, where an
// officer may need the plate of a lorry: what MaskPersonal takes out, and numbers of
// KK and NPWP, number plates and accounts as well. House numbers and names stay;
// HidePersonal takes them too.
func MaskOutward(text string) string {
	if !strings.ContainsAny(text, "0123456789@") {
		return text // none of it is without a digit or an @
	}
	f := &personalFinder{text: text}
	f.numbers()
	sort.Slice(f.found, func(i, j int) bool { return f.found[i].From < f.found[j].From })
	if len(f.found) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, p := range f.found {
		b.WriteString(text[at:p.From])
		b.WriteString(hiddenAs[p.Kind])
		at = p.To
	}
	b.WriteString(text[at:])
	return b.String()
}

const (
	longDigits = 8  // fewer are no number that finds a person
	leadsUp    = 48 // bytes before a number that may say what it is
)

// longNumbers are the stretches of text, as [from, to), in which eight digits and
// more stand together, with what leads up to them.
func longNumbers(text string) (out [][2]int) {
	start, end, digits := -1, 0, 0
	done := func() {
		if digits >= longDigits {
			from := max(0, start-leadsUp)
			for from > 0 && from < start && text[from-1] != ' ' && text[from-1] != '\n' {
				from++ // not within a word
			}
			out = append(out, [2]int{from, end})
		}
		start, digits = -1, 0
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			if start < 0 {
				start = i
				for start > 0 && strings.IndexByte("+(", text[start-1]) >= 0 {
					start--
				}
			}
			digits, end = digits+1, i+1
		case strings.IndexByte(" .-()+/", c) < 0:
			done()
		}
	}
	done()
	return out
}

// plateShapes are the places of text, as [from, to), that look as number plates do:
// one or two letters, one to four digits, one to three letters.
func plateShapes(text string) (out [][2]int) {
	letter := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] >= 'a' && text[i] <= 'z' || text[i] >= 'A' && text[i] <= 'Z' || text[i] >= 0x80)
	}
	digit := func(i int) bool { return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9' }
	gap := func(i int) bool { return i >= 0 && i < len(text) && (text[i] == ' ' || text[i] == '-') }
	for i := 0; i < len(text); i++ {
		if !digit(i) {
			continue
		}
		end := i
		for digit(end) {
			end++
		}
		from, to := i, end
		if gap(from - 1) {
			from--
		}
		if gap(to) {
			to++
		}
		before, after := 0, 0
		for ; letter(from - 1); from-- {
			before++
		}
		for ; letter(to); to++ {
			after++
		}
		if end-i <= 4 && before >= 1 && before <= 2 && after >= 1 && after <= 3 && !digit(from-1) && !digit(to) {
			out = append(out, [2]int{from, to})
		}
		i = end
	}
	return out
}

// Excerpt masks text and cuts it to at most n characters at a word's end.
func Excerpt(text string, n int) string {
	runes := []rune(MaskOutward(text))
	if len(runes) <= n {
		return string(runes)
	}
	cut := n - 1
	for i := cut; i > n/2; i-- {
		if runes[i] == ' ' {
			cut = i
			break
		}
	}
	return string(runes[:cut]) + "…"
}
