package city

import (
	"regexp"
	"slices"
	"strings"
)

// E-mail addresses, as they are and as people spell them; numbers said digit by digit.
var (
	maskEmail     = regexp.MustCompile(`[\p{L}\d._%+-]+@[\p{L}\d.-]+\.\p{L}{2,}`)
	findMailSpelt = regexp.MustCompile(strings.NewReplacer(
		"WHO", `[\p{L}\d._%+-]+`, "AT", ` ?[(\[{<] ?at ?[)\]}>] ?| at `,
		"DOT", `(?: ?[(\[{<] ?(?:dot|titik) ?[)\]}>] ?| (?:dot|titik) | ?\. ?)`,
		"TOP", `(?:com|co|id|net|org|info|my)`,
	).Replace(`(?i)WHO(?:AT| ?@ +)[\p{L}\d-]+(?:DOT[\p{L}\d-]+)??(?:DOTTOP)+\b|WHO(?:AT| ?@ ?)(?:gmail|yahoo|ymail|hotmail|outlook|icloud)\b(?:DOTTOP\b)*`))
	findSpoken = regexp.MustCompile(`(?i)\b(?:nol|kosong)(?:[ ,.-]+(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan)){7,13}\b`)
)

// mails finds e-mail addresses.
func (f *personalFinder) mails() {
	at := strings.IndexByte(f.text, '@') >= 0
	if at {
		f.all(maskEmail, PersonalMail)
	}
	if at || holdsAny(f.text, atWords) {
		f.all(findMailSpelt, PersonalMail)
	}
}

// Words without which a text spells no address and says no number. Looking for them is
// cheap, and most texts have none.
var (
	atWords   = []string{" at ", "at)", "at]", "at}", "at>", "at )", "at ]", " AT ", "AT)", "AT]", "AT}", "AT>", " At ", "At)", "At]"}
	zeroWords = []string{"nol", "kosong", "Nol", "Kosong", "NOL", "KOSONG"}
)

func holdsAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

// spoken finds numbers that are said digit by digit.
func (f *personalFinder) spoken() {
	if holdsAny(f.text, zeroWords) {
		f.all(findSpoken, PersonalPhone)
	}
}
