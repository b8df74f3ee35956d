package geo

import (
	"strings"
	"unicode"

	"balaikota/backend/city"

	"golang.org/x/text/unicode/norm"
)

// short are the ways people shorten or vary the words of place names; the
// value is how the index writes them. They are common to Indonesia's maps and
// chats, not to one city.
var short = map[string]string{
	"sei": "sungai", "sungei": "sungai", "sngai": "sungai", "sgi": "sungai", "sunge": "sungai", "s": "sungai", "sg": "sungai",
	"gn": "gunung", "gng": "gunung", "gunong": "gunung", "g": "gunung",
	"tlk": "teluk", "tl": "teluk", "telok": "teluk",
	"bkt": "bukit", "kr": "karang", "krg": "karang", "kp": "kampung", "kpg": "kampung", "kmp": "kampung",
	"pl": "pulau", "pulo": "pulau", "tj": "tanjung", "tjg": "tanjung", "tg": "tanjung", "tanjong": "tanjung",
	"sp": "simpang", "spg": "simpang", "simp": "simpang", "smpg": "simpang", "ps": "pasar", "psr": "pasar",
	"lo": "loa", "lowa": "loa", "lk": "lok",
	"hulu": "ulu", "hilir": "ilir", "utr": "utara", "sltn": "selatan", "slt": "selatan", "brt": "barat", "tmr": "timur",
	"dlm": "dalam", "sebrang": "seberang", "sbrg": "seberang", "seb": "seberang",
	"masjid": "mesjid", "smd": "samarinda", "smr": "samarinda", "bpp": "balikpapan",
	"1": "satu", "2": "dua", "3": "tiga", "4": "empat", "5": "lima", "i": "satu", "ii": "dua", "iii": "tiga",
}

// plain are words that begin many names; alone they mean no place.
var plain = map[string]bool{
	"sungai": true, "gunung": true, "teluk": true, "bukit": true, "karang": true, "kampung": true, "pulau": true,
	"tanjung": true, "simpang": true, "pasar": true, "air": true, "tanah": true, "loa": true, "lok": true, "jalan": true,
	"kota": true, "baru": true, "utara": true, "selatan": true, "barat": true, "timur": true, "ulu": true, "ilir": true,
	"dalam": true, "luar": true, "tengah": true, "harapan": true,
}

// ranks are the words that say which level is meant.
var ranks = map[string]city.Level{
	"kelurahan": city.Kelurahan, "kel": city.Kelurahan, "klurahan": city.Kelurahan, "kelrhan": city.Kelurahan, "lurah": city.Kelurahan,
	"desa": city.Kelurahan, "ds": city.Kelurahan,
	"kecamatan": city.Kecamatan, "kec": city.Kecamatan, "kcmtn": city.Kecamatan, "kecmatan": city.Kecamatan, "camat": city.Kecamatan,
	"kota": city.Kota, "kotamadya": city.Kota, "kab": city.Kota, "kabupaten": city.Kota, "pemkot": city.Kota,
}

// before are words that may stand before a place and say nothing.
var before = map[string]bool{
	"di": true, "ke": true, "dari": true, "daerah": true, "wilayah": true, "sekitar": true, "kawasan": true, "area": true,
	"warga": true, "kantor": true, "se": true, "seluruh": true, "daerahnya": true,
}

// part is one place of what a person wrote: "Kel. Jawa, Samarinda Ulu" has two.
type part struct {
	words []string
	level city.Level // "" when not said
}

// split breaks a written place into parts at commas, brackets, slashes and
// words of rank, and writes each word in the index's way.
func split(name string) []part {
	var parts []part
	cur := part{}
	flush := func() {
		if len(cur.words) > 0 {
			parts = append(parts, cur)
		}
		cur = part{}
	}
	for _, piece := range strings.FieldsFunc(fold(name), func(r rune) bool { return strings.ContainsRune(",;/()[]|\n", r) }) {
		flush()
		tokens := strings.FieldsFunc(piece, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for i, w := range tokens {
			level, isRank := ranks[w]
			switch {
			case isRank && (level != city.Kota || len(cur.words) == 0) && i < len(tokens)-1:
				flush()
				cur.level = level
			case len(cur.words) == 0 && before[w]:
			default:
				cur.words = append(cur.words, lengthen(w))
			}
		}
	}
	flush()
	return parts
}

func lengthen(w string) string {
	if long, ok := short[w]; ok {
		return long
	}
	return w
}

// fold makes small letters without accents; apostrophes vanish.
func fold(s string) string {
	if len(s) > 400 {
		s = s[:400]
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(strings.ToValidUTF8(s, " "))) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’', r == 'ʼ', r == '`':
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
