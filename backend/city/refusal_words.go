package city

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// RefusalWords is the reason of a refused row as officers may read it. A value that
// it quotes stays where it cannot speak of a person, such as "2026-13-40", "n/a" or
// "dalam proses"; of any other its shape is left, "Aaaa Aaaaaaa 0000-0000-…": a column
// mapped to the wrong one holds names, numbers and citizens' words. The original
// lies sealed with the row. What was veiled once stays as it is.
func RefusalWords(reason string) string {
	at := 0
	var b strings.Builder
	for _, m := range findQuoted.FindAllStringIndex(reason, -1) {
		quoted := reason[m[0]:m[1]]
		value, err := strconv.Unquote(quoted)
		if err != nil { // cut off, or another's way of quoting
			value = strings.Trim(quoted, `"`)
		}
		b.WriteString(MaskOutward(reason[at:m[0]]))
		if err == nil && harmless(value, reason[:m[0]], reason[m[1]:]) {
			b.WriteString(quoted)
		} else {
			b.WriteString(strconv.Quote(shapeOf(value)))
		}
		at = m[1]
	}
	b.WriteString(MaskOutward(reason[at:]))
	return b.String()
}

var (
	findQuoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*(?:"|$)`)
	// What is said of a value that stood for a word of a list: an area, a status, a unit.
	ofWords = regexp.MustCompile(`^ (?:is not (?:an area|one area|declared|the slug|in the mapping's table|one of|known|"|the unit)|is no (?:area|status|category|office|indicator)|is none of|is neither a word|means several areas|must be small letters)`)
	ofNames = regexp.MustCompile(`(?:"[^"]*" is not |the unit of [\w-]+, |time zone |there is no [a-z ]+ |must (?:not )?be )$`)
	// digitRuns are more digits than a day or a figure has.
	digitRuns   = regexp.MustCompile(`\d{9,}`)
	letterWords = regexp.MustCompile(`\p{L}+`)
)

const (
	refusedRunes  = 40 // of a value that is quoted
	refusedWords  = 3
	refusedDigits = 5  // of a word of a list
	shapeRunes    = 24 // of a shape
)

// harmless reports whether a quoted value can speak of nobody, by what the reason says
// before and after it. A word by itself may stand for a word of a list, several
// only with one that lists have; in place of a time or a figure all must be theirs.
func harmless(value, before, after string) bool {
	if len([]rune(value)) > refusedRunes+1 || HidePersonal(value) != value || strings.ContainsAny(value, "@\n") {
		return false
	}
	words := letterWords.FindAllString(strings.ToLower(value), -1)
	if !ofWords.MatchString(after) && !ofNames.MatchString(before) {
		foreign := func(word string) bool { return len(word) > 1 && !figureWords[word] }
		return !digitRuns.MatchString(value) && !slices.ContainsFunc(words, foreign)
	}
	_, isCode := LevelOfCode(value)
	known := func(word string) bool { return listWords[word] || figureWords[word] }
	parts := len(strings.Fields(value))
	return len(onlyDigits(value)) <= refusedDigits && (parts <= 1 || parts <= refusedWords && slices.ContainsFunc(words, known)) || isCode
}

// shapeOf is a value with letters and digits made alike.
func shapeOf(value string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsUpper(r):
			return 'A'
		case unicode.IsLetter(r):
			return 'a'
		case unicode.IsDigit(r):
			return '0'
		case unicode.IsMark(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, value))
	if len(runes) > shapeRunes {
		return strings.TrimRight(string(runes[:shapeRunes]), "…") + "…"
	}
	return string(runes)
}

// figureWords stand in times and figures, and for none.
var figureWords = wordSet(`januari februari maret april mei juni juli agustus september oktober november desember jan feb mar apr jun jul agu agt ags aug sep sept okt oct nop nov des dec
	january february march may june july august october december senin selasa rabu kamis jumat jum at sabtu minggu ahad monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
	wib wita wit utc gmt am pm pukul jam menit detik hari tanggal tgl bulan tahun pekan kemarin kemaren besok lusa tadi ini lalu sekarang nanti pagi siang sore malam dini today yesterday now
	nol satu dua tiga empat lima enam tujuh delapan sembilan puluh belas ratus ribu juta miliar milyar triliun sepuluh sebelas seratus seribu koma setengah lebih kurang sekitar hampir
	na nan null none nil inf kosong tidak tak ada belum sudah ya true false yes no error unknown invalid ok off on nd ttd tba err normal siaga awas waspada tinggi rendah sedang aman baik buruk mati rusak hujan cerah
	rp idr usd persen mm cm km kg gr ton liter ltr ml m3 m2 ha mg ug ppm ppb kwh kv mw lux derajat celsius per unit orang jiwa kk rt rw`)

// listWords stand in the names of statuses, categories, places and units, as lists
// have them.
var listWords = wordSet(`proses diproses selesai baru dalam sedang menunggu tunggu ditolak tolak diterima terima ditutup tutup buka terbuka dibuka verifikasi diverifikasi validasi tindak lanjut ditindaklanjuti disposisi
	dikerjakan pengerjaan belum sudah pending open opened closed in progress done new rejected review waiting cancelled canceled resolved batal dibatalkan arsip diarsipkan draft draf aktif nonaktif online offline respon
	jalan rusak lampu sampah air banjir drainase pohon izin perizinan kesehatan pendidikan sosial keamanan ketertiban kebersihan lalu lintas parkir listrik pelayanan publik administrasi kependudukan infrastruktur
	lingkungan hidup umum lain lainnya bencana pajak pungli transportasi hewan fasilitas bantuan pju pdam bersih kota pasar kelurahan kecamatan kel kec desa kabupaten kab provinsi prov sungai sei gunung
	tanjung bukit timur barat utara selatan tengah ulu ilir hulu hilir seberang luar lama samarinda`)
