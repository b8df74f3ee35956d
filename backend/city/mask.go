package city

import (
	"sort"
	"strings"
)

// MaskPersonal takes e-mail addresses, NIK, numbers of KK and telephone numbers out of
// text, however they are written, and leaves [surel], [NIK], [nomor KK] and [telepon].
func MaskPersonal(text string) string { return masked(text, (*personalFinder).page) }

// MaskOutward masks text for every use but the page of the report itself, where an
// officer may need the plate of a lorry: what MaskPersonal takes out, and numbers of
// NPWP, number plates and accounts as well. House numbers and names stay;
// HidePersonal takes them too.
func MaskOutward(text string) string { return masked(text, (*personalFinder).outward) }

// maskRounds bounds how often a text is looked through: what was taken out may have
// parted or hidden another number.
const maskRounds = 8

// masked takes out of text what find finds. All else stays as it was written.
func masked(text string, find func(*personalFinder)) string {
	for range maskRounds {
		plain := fold(text)
		f := &personalFinder{text: plain.text}
		find(f)
		if len(f.found) == 0 {
			break
		}
		text = replaced(text, plain.where(f.found))
	}
	return text
}

// replaced is text with the words that stand for what was found.
func replaced(text string, found []Personal) string {
	var b strings.Builder
	at := 0
	for _, p := range found {
		b.WriteString(text[at:p.From])
		b.WriteString(hiddenAs[p.Kind])
		at = p.To
	}
	b.WriteString(text[at:])
	return b.String()
}

// page finds what MaskPersonal takes out.
func (f *personalFinder) page() {
	f.mails()
	f.numbers((*personalFinder).identities)
	f.spoken()
}

// outward finds what MaskOutward takes out.
func (f *personalFinder) outward() {
	f.mails()
	f.numbers((*personalFinder).long)
	f.spoken()
	f.plates()
}

func sortPersonal(found []Personal) {
	sort.Slice(found, func(i, j int) bool { return found[i].From < found[j].From })
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
