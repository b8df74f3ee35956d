package voice

import "strings"

var ones = [...]string{"nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"}

// scales are the names of the powers of a thousand, greatest first.
var scales = []struct {
	size int64
	name string
}{
	{1_000_000_000_000, "triliun"}, {1_000_000_000, "miliar"}, {1_000_000, "juta"}, {1_000, "ribu"}, {100, "ratus"},
}

// Words says a whole number: 1482 is "seribu empat ratus delapan puluh dua".
func Words(n int64) string {
	switch {
	case n < 0:
		if n == -n { // the least int64 has no opposite
			return "minus " + digitByDigit("9223372036854775808")
		}
		return "minus " + Words(-n)
	case n < 12:
		return ones[n]
	case n < 20:
		return ones[n-10] + " belas"
	case n < 100:
		return join(ones[n/10]+" puluh", n%10)
	}
	for _, s := range scales {
		if n < s.size {
			continue
		}
		head := Words(n/s.size) + " " + s.name
		// One hundred and one thousand have words of their own: seratus, seribu.
		if n/s.size == 1 && s.size <= 1000 {
			head = "se" + s.name
		}
		return join(head, n%s.size)
	}
	return ""
}

func join(head string, rest int64) string {
	if rest == 0 {
		return head
	}
	return head + " " + Words(rest)
}

// digitByDigit says the digits one after the other: "03" is "nol tiga".
func digitByDigit(digits string) string {
	said := make([]string, 0, len(digits))
	for _, d := range digits {
		if d >= '0' && d <= '9' {
			said = append(said, ones[d-'0'])
		}
	}
	return strings.Join(said, " ")
}
