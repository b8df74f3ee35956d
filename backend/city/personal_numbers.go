package city

import (
	"regexp"
	"slices"
	"strings"
)

// ValidNIK reports whether 16 digits have the structure of a NIK: province,
// regency and district, birth date with 40 added to the day for women, serial
// from 0001 (Permendagri 102/2019; there is no check digit). Of random 16-digit
// numbers 2.8 % have it.
func ValidNIK(digits string) bool {
	if len(digits) != 16 || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	two := func(i int) int { return int(digits[i]-'0')*10 + int(digits[i+1]-'0') }
	day := two(6)
	if day > 40 {
		day -= 40
	}
	return two(0) >= 11 && two(0) <= 97 && two(2) >= 1 && two(4) >= 1 && day >= 1 && day <= 31 && two(8) >= 1 && two(8) <= 12 && digits[12:] != "0000"
}

// What numbers of people look like in folded text, where they stand between edges. A
// NIK has 16 digits; telephone numbers start with 0, 62 or +62 and have 9 to 14 digits.
var (
	findNPWP     = regexp.MustCompile(`\b\d{2}\.\d{3}\.\d{3}\.\d[-.]\d{3}\.\d{3}\b`)
	findNPWPSaid = regexp.MustCompile(`(?i:\bnpwp)\D{0,12}(\d[\d .-]{13,20}\d)`)
	findKK       = regexp.MustCompile(`(?i)\b(?:kk|kartu keluarga|no\.? ?kk)\b\D{0,14}(\d[\d .-]{14,22}\d)`)
	findNIKSaid  = regexp.MustCompile(`(?i)\b(?:nik|ktp|nomor induk)\b\D{0,14}(\d[\d .-]{13,22}\d)`)
	findSixteen  = regexp.MustCompile(`\b\d(?:[ .-]?\d){15}\b`)
	maskNIK      = regexp.MustCompile(`\b\d{2}[ .-]?\d{4}[ .-]?\d{6}[ .-]?\d{4}\b|\b\d{16}\b`)
	maskPhone    = regexp.MustCompile(`(?:(?:\+|\b(?:00)?)62[ .()-]{0,3}(?:0[ .()-]{0,2})?|\(?\b0[ -]?)8\d(?:[ .()-]{0,3}\d){6,11}\b|\(?\b0\d{2,3}(?:[ .-]{1,3}|\) ?)(?:\d{5,8}|\d{3,4}[ .-]\d{3,4})\b|\b0[2-79]\d{7,10}\b`)
	findSpaced   = regexp.MustCompile(`\b0(?:[ .-]\d){8,12}\b`)
	findLong     = regexp.MustCompile(`\b\d{13,}\b`)
	// The words that speak of an account for sure may stand further off.
	findAccount = regexp.MustCompile(`(?i)\b(?:(?:rekening|rek|norek|bca|bri|bni|bsi|btn|bankaltimtara|ovo|gopay|atas nama)\b\D{0,48}?|(?:a[./] ?n\b|an\.)\D{0,48}?|(?:transfer(?:kan)?(?: ke)?|mandiri|bank \p{L}+|dana|va)\b[^\d\n]{0,14})(\d[\d .-]{6,22}\d)\b`)
	// Or the word follows it.
	findAccountAfter = regexp.MustCompile(`(?i)\b(\d[\d .-]{6,22}\d)\b[\x01 ,.()/-]{0,4}(?:a[./] ?n\b|an\.|atas nama|(?:bank|bca|bri|bni|bsi|btn|mandiri|bankaltimtara|ovo|gopay)\b)`)
)

// accountWords are those of which findAccount and findAccountAfter need one.
var accountWords = []string{"rek", "bca", "bri", "bni", "bsi", "btn", "bank", "ovo", "gopay", "atas nama", "a.n", "a. n", "a/n", "an. ", "transfer", "mandiri", "dana", "va "}

// What numbers of the matter look like.
var (
	moneyGroups = regexp.MustCompile(`^[1-9]\d{0,2}(?:\.\d{3})+$`)
	moneyBefore = regexp.MustCompile(`(?i)\brp\.?[ \x01]*$`)
	dayFirst    = regexp.MustCompile(`^(?:(?:0?[1-9]|[12]\d|3[01])[ .-](?:0?[1-9]|1[0-2])[ .-](?:19|20)\d\d|(?:19|20)\d\d[ .-](?:0?[1-9]|1[0-2])[ .-](?:0?[1-9]|[12]\d|3[01])|(?:19|20)\d\d[ .-]{1,3}(?:19|20)\d\d)(?:\b[ .-]*|$)`)
	dayLast     = regexp.MustCompile(`(?:^|[ ])(?:0?[1-9]|[12]\d|3[01])[ .-](?:0?[1-9]|1[0-2])[ .-](?:19|20)\d\d$`)
	compactDay  = regexp.MustCompile(`^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$`)
	findPoint   = regexp.MustCompile(`(?i)-?\b\d{1,2}\.\d{3,18}(?: ?[,;/] ?| )1[0-4]\d\.\d{3,18}\b|\b(?:lat|latitude|lon|lng|long|longitude|lintang|bujur)\b[^\d\n-]{0,4}-?\d{1,3}\.\d{3,18}\b`)
)

// long finds numbers of eight digits and more.
func (f *personalFinder) long() {
	if strings.IndexByte(f.text, '.') >= 0 {
		f.alone(findNPWP, PersonalNPWP, always)
	}
	f.said(findNPWPSaid, PersonalNPWP, "npwp")
	f.kin()
	if holdsAny(strings.ToLower(f.text), accountWords) {
		f.each(findAccount, PersonalAccount, f.accountAt)
		f.each(findAccountAfter, PersonalAccount, f.accountAt)
	}
	f.telephones()
	f.alone(findLong, PersonalNumber, always)
	f.alone(maskNIK, PersonalNIK, always)
}

// identities finds numbers of people, and none that the matter may be about.
func (f *personalFinder) identities() {
	f.kin()
	f.telephones()
	f.alone(maskNIK, PersonalNIK, always)
}

// alone finds numbers that show by themselves what they are.
func (f *personalFinder) alone(re *regexp.Regexp, kind PersonalKind, keep func(from, to int) bool) {
	for _, m := range re.FindAllStringIndex(f.text[f.core[0]:f.core[1]], -1) {
		if from, to := f.core[0]+m[0], f.core[0]+m[1]; keep(from, to) {
			f.add(from, to, kind)
		}
	}
}

// said finds what follows one of words; looking for these first is cheap.
func (f *personalFinder) said(re *regexp.Regexp, kind PersonalKind, words ...string) {
	if lower := strings.ToLower(f.text); holdsAny(lower, words) {
		f.all(re, kind)
	}
}

func (f *personalFinder) kin() {
	f.said(findKK, PersonalKK, "kk", "kartu keluarga")
	f.said(findNIKSaid, PersonalNIK, "nik", "ktp", "nomor induk")
	f.alone(findSixteen, PersonalNIK, func(from, to int) bool {
		number := f.text[from:to]
		return groupedAlike(number) && ValidNIK(onlyDigits(number))
	})
}

func (f *personalFinder) telephones() {
	f.alone(maskPhone, PersonalPhone, func(from, to int) bool {
		number := f.text[from:to]
		return !moneyGroups.MatchString(number) && !moneyBefore.MatchString(f.text[:from]) && !dayLast.MatchString(number)
	})
	f.alone(findSpaced, PersonalPhone, always)
}

// accountAt reports whether the number may be one of an account: no sum, day or span of years.
func (f *personalFinder) accountAt(from, to int) bool {
	number := f.text[from:to]
	if day := dayFirst.FindString(number); day != "" {
		number = number[len(day):] // what follows a day may be one
	}
	n := len(onlyDigits(number))
	return n >= 8 && n <= 18 && !moneyGroups.MatchString(number) && !compactDay.MatchString(number) && !moneyBefore.MatchString(f.text[:from])
}

const (
	longDigits = 8  // fewer are no number that finds a person
	leadsUp    = 80 // bytes before a number that may say what it is
	leadsDown  = 24 // bytes after it
	edge       = "\x01"
)

// numbers finds numbers by their structure, as find knows it. Most texts have none, and
// expressions are slow: they look only where enough digits stand together, and at what
// stands beside them. Digits that touch a letter have an edge there too.
func (f *personalFinder) numbers(find func(*personalFinder)) {
	for i, w := range longNumbers(f.text) {
		if i == 0 {
			f.points()
		}
		from, to := max(0, w[0]-leadsUp), min(len(f.text), w[1]+leadsDown)
		for from > 0 && from < w[0] && f.text[from-1] != ' ' && f.text[from-1] != '\n' {
			from++ // not within a word
		}
		part := &personalFinder{text: f.text[from:w[0]] + edge + f.text[w[0]:w[1]] + edge + f.text[w[1]:to], core: [2]int{w[0] - from, w[1] - from + 2}}
		find(part)
		place := func(i int) int { // without the edges
			i += from
			if i > w[0] {
				i--
			}
			if i > w[1] {
				i--
			}
			return i
		}
		for _, p := range part.found {
			if place(p.To) > w[0] && place(p.From) < w[1] {
				f.add(place(p.From), place(p.To), p.Kind)
			}
		}
	}
}

// points finds coordinates, whose decimals are no numbers of people.
func (f *personalFinder) points() {
	if hasDecimals(f.text) {
		f.spared = findPoint.FindAllStringIndex(f.text, -1)
	}
}

func hasDecimals(text string) bool {
	for i := 1; i+3 < len(text); i++ {
		if text[i] == '.' && isDigit(text[i-1]) && isDigit(text[i+1]) && isDigit(text[i+2]) && isDigit(text[i+3]) {
			return true
		}
	}
	return false
}

// longNumbers are the stretches of text, as [from, to), in which eight digits and
// more stand together.
func longNumbers(text string) (out [][2]int) {
	start, end, digits := -1, 0, 0
	done := func() {
		if digits >= longDigits {
			out = append(out, [2]int{start, end})
		}
		start, digits = -1, 0
	}
	for i := range len(text) {
		switch c := text[i]; {
		case isDigit(c):
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

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// groupedAlike reports whether digits stand together or are parted as people
// part a NIK: by its meaning, or with one sign in groups of one size. Figures
// that follow one another in a table are not.
func groupedAlike(s string) bool {
	sizes, signs := "", ""
	for _, group := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" .-", r) }) {
		sizes += string(rune('0' + min(len(group), 9)))
	}
	for _, sign := range []string{" ", ".", "-"} {
		if strings.Contains(s, sign) {
			signs += sign
		}
	}
	if len(signs) > 1 {
		return slices.Contains([]string{"2464", "664", "22264", "2222224", "646"}, sizes)
	}
	same := strings.Trim(sizes, sizes[:1]) == ""
	return same || slices.Contains([]string{"2464", "664", "22264", "2222224", "646", "484"}, sizes)
}
