package voice

import (
	"regexp"
	"strconv"
	"strings"
)

// Spoken rewrites an answer the way a person would read it aloud in
// Indonesian: figures, rupiah, dates, times, RT and RW, units and the usual
// abbreviations in words. What has no figure in it stays as it is.
//
// "Rp 1,2 miliar" is "satu koma dua miliar rupiah"; "RT 03" is "RT nol tiga",
// with the letters apart so that a voice spells them.
func Spoken(text string) string {
	for _, r := range readings {
		text = r.form.ReplaceAllStringFunc(text, func(found string) string {
			return r.say(r.form.FindStringSubmatch(found))
		})
	}
	text = strings.NewReplacer("–", " sampai ", "—", ", ", "·", ", ", "≥", " paling sedikit ", "≤", " paling banyak ").Replace(text)
	return strings.Join(strings.Fields(text), " ")
}

// reading is one form of writing and how it is said.
type reading struct {
	form *regexp.Regexp
	say  func(groups []string) string
}

const number = `\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?`

// readings are tried in order; each leaves words behind, so that a later one
// does not read the same figure again.
var readings = []reading{
	{regexp.MustCompile(`\b(RT|RW)\.? ?0*(\d+)\b`), func(g []string) string { return g[1][:1] + " " + g[1][1:] + " " + leadingZeros(g[0]) }},
	{regexp.MustCompile(`\bB-(\d{3,})\b`), func(g []string) string { return "bukti nomor " + digitByDigit(strings.TrimLeft(g[1], "0")) }},
	{regexp.MustCompile(`(?:Rp|IDR)\.? ?(-?)(` + number + `)(?: (ribu|juta|miliar|triliun))?(?:/(\pL+))?`), sayRupiah},
	{regexp.MustCompile(`(?:\b[Pp]ukul )?\b(\d{1,2})[.:](\d{2}) (WIB|WITA|WIT)\b`), func(g []string) string { return "pukul " + sayClock(g[1], g[2]) + " " + zones[g[3]] }},
	{regexp.MustCompile(`\b[Pp]ukul (\d{1,2})[.:](\d{2})\b`), func(g []string) string { return "pukul " + sayClock(g[1], g[2]) }},
	{regexp.MustCompile(`\b(\d{4})-(\d{2})-(\d{2})\b`), sayISODate},
	{regexp.MustCompile(`([-−+]?)(\b(?:` + number + `)) ?(%|‰)`), func(g []string) string { return sign(g[1]) + sayNumber(g[2]) + percents[g[3]] }},
	{regexp.MustCompile(`([-−+]?)(\b(?:` + number + `)) ?(km/jam|mm/jam|mm/hari|m/s|m3/s|m³/s|µg/m³|ug/m3|mg/l|km²|km2|m²|m2|km|cm|mm|m|kg|ton|ha|°C|Rp/kg)(?:$|([^\pL\d]))`),
		func(g []string) string { return sign(g[1]) + sayNumber(g[2]) + " " + units[g[3]] + g[4] }},
	{regexp.MustCompile(`(^|[^\pL\d])[-−](` + number + `)`), func(g []string) string { return g[1] + "minus " + sayNumber(g[2]) }},
	{regexp.MustCompile(`\bke-(\d+)\b`), func(g []string) string { return ordinal(g[1]) }},
	{regexp.MustCompile(`(^|[^\pL\d.,])(` + number + `)\b`), func(g []string) string { return g[1] + sayNumber(g[2]) }},
	{regexp.MustCompile(`\b(Kec|Kel|Jl|Jln|Gg|No|Kab|Prov|dll|dsb|dgn|yg|hlm|tgl|OPD|PJU|TPS|BPBD|DLH|BMKG)\b\.?`), func(g []string) string { return abbreviations[g[1]] }},
}

var zones = map[string]string{"WIB": "Waktu Indonesia Barat", "WITA": "Waktu Indonesia Tengah", "WIT": "Waktu Indonesia Timur"}

var percents = map[string]string{"%": " persen", "‰": " per mil"}

var units = map[string]string{
	"km/jam": "kilometer per jam", "mm/jam": "milimeter per jam", "mm/hari": "milimeter per hari", "m/s": "meter per detik",
	"m3/s": "meter kubik per detik", "m³/s": "meter kubik per detik", "µg/m³": "mikrogram per meter kubik", "ug/m3": "mikrogram per meter kubik",
	"mg/l": "miligram per liter", "km²": "kilometer persegi", "km2": "kilometer persegi", "m²": "meter persegi", "m2": "meter persegi",
	"km": "kilometer", "cm": "sentimeter", "mm": "milimeter", "m": "meter", "kg": "kilogram", "ton": "ton", "ha": "hektare", "°C": "derajat Celsius",
	"Rp/kg": "rupiah per kilogram",
}

// Abbreviations that a person says in full, and those that are spelled.
var abbreviations = map[string]string{
	"Kec": "Kecamatan", "Kel": "Kelurahan", "Jl": "Jalan", "Jln": "Jalan", "Gg": "Gang", "No": "nomor", "Kab": "Kabupaten", "Prov": "Provinsi",
	"dll": "dan lain-lain", "dsb": "dan sebagainya", "dgn": "dengan", "yg": "yang", "hlm": "halaman", "tgl": "tanggal",
	"OPD": "O P D", "PJU": "P J U", "TPS": "T P S", "BPBD": "B P B D", "DLH": "D L H", "BMKG": "B M K G",
}

var months = [...]string{"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"}

func sign(s string) string {
	switch s {
	case "-", "−":
		return "minus "
	case "+":
		return "plus "
	}
	return ""
}

// sayNumber says a figure in Indonesian form: dots between thousands, a comma
// before decimals, which are said digit by digit.
func sayNumber(written string) string {
	whole, decimals, _ := strings.Cut(written, ",")
	plain := strings.ReplaceAll(whole, ".", "")
	n, err := strconv.ParseInt(plain, 10, 64)
	var said string
	switch {
	case err != nil, len(plain) > 1 && plain[0] == '0':
		said = digitByDigit(plain) // a number too long to be said, or a code such as 0541
	default:
		said = Words(n)
	}
	if decimals != "" {
		said += " koma " + digitByDigit(decimals)
	}
	return said
}

func sayRupiah(g []string) string {
	said := sign(g[1]) + sayNumber(g[2])
	if g[3] != "" {
		said += " " + g[3]
	}
	said += " rupiah"
	if g[4] != "" {
		per := g[4]
		if full, ok := units[per]; ok {
			per = full
		}
		said += " per " + per
	}
	return said
}

func sayClock(hour, minute string) string {
	said := sayNumber(trimZero(hour))
	switch {
	case minute == "00":
		return said
	case minute[0] == '0':
		return said + " lewat " + sayNumber(minute[1:]) + " menit"
	}
	return said + " " + sayNumber(minute)
}

func trimZero(s string) string {
	if len(s) > 1 && s[0] == '0' {
		return s[1:]
	}
	return s
}

func sayISODate(g []string) string {
	month, err := strconv.Atoi(g[2])
	if err != nil || month < 1 || month > len(months) {
		return digitByDigit(g[0])
	}
	return sayNumber(trimZero(g[3])) + " " + months[month-1] + " " + sayNumber(g[1])
}

// leadingZeros says the number of an RT or RW with the zeros people write:
// "RT 03" is "nol tiga", "RT 12" is "dua belas".
func leadingZeros(written string) string {
	digits := strings.TrimLeft(written, "RTW. ")
	if strings.HasPrefix(digits, "0") {
		return digitByDigit(digits)
	}
	return sayNumber(digits)
}

func ordinal(digits string) string {
	if digits == "1" {
		return "pertama"
	}
	return "ke" + sayNumber(digits)
}
