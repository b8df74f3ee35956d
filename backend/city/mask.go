package city

import "regexp"

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

// Excerpt masks text and cuts it to at most n characters at a word's end.
func Excerpt(text string, n int) string {
	runes := []rune(MaskPersonal(text))
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
