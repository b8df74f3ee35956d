package assistant

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// titled are words that a proper name follows or begins with, whatever its case.
var titled = regexp.MustCompile(`(?i)\b(dinas|badan|kantor|bagian|inspektorat|satuan|kecamatan|kelurahan|kec\.|kel\.|jalan|jl\.?|gang|gg\.|perumdam|pdam|rsud|puskesmas|pasar|bendungan|sungai|stasiun|pos|upt|bpk|bapak|ibu|pak|bu)\s+(\p{L}[\p{L}'-]*)`)

// plainWords are words with a capital that name nothing of the city: units of
// time, forms of address, and what a sentence of ours is made of.
var plainWords = wordSet(`senin selasa rabu kamis jumat sabtu minggu januari februari maret april mei juni juli agustus september oktober november desember
wib wita wit rp kota kabupaten kecamatan kelurahan wilayah opd perangkat daerah pemerintah indonesia bapak ibu pak bu wali sekda camat lurah kepala walikota rt rw kel kec jl balaikota e`)

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		set[w] = true
	}
	return set
}

var nameWord = regexp.MustCompile(`\p{L}[\p{L}\p{N}'’-]*`)

// generic are words that follow a title without naming one: kecamatan ini,
// kelurahan yang …
var generic = wordSet(`ini itu tersebut yang di dan dengan dalam pada lain lainnya mana adalah ada mencatat memiliki menjadi terbanyak tertinggi terendah tersedikit teratas
paling sebanyak untuk dari ke juga atau serta hanya sudah belum masih terkait penanggung utama se sekota kota pertama kedua ketiga keempat kelima rusak berlubang air masing-masing
tidak sama lebih naik turun masuk selesai bulan minggu hari tahun wali lurah camat sekda kepala raya umum utama berikut saja tetap baik bersih rata-rata`)

// unknownNames finds proper names that neither a tool nor the question holds:
// invented offices, streets and people are in no list of ours.
func (e *evidence) unknownNames(text string) (wrong []string) {
	known := wordsOf(e.said + "\n" + e.question + "\n" + e.t.a.City)
	for _, m := range e.t.a.Places(text) { // those are checked by what they mean
		for _, w := range nameWord.FindAllString(text[m.Start:m.End], -1) {
			known[strings.ToLower(w)] = true
		}
	}
	for _, m := range titled.FindAllStringSubmatch(text, -1) {
		if w := strings.ToLower(m[2]); !known[w] && !generic[w] && !plainWords[w] {
			wrong = append(wrong, fmt.Sprintf("nama %q tidak ada di hasil alat", m[0]))
		}
	}
	for _, s := range sentences(text) {
		wrong = append(wrong, unknownIn(s, known)...)
	}
	return wrong
}

func wordsOf(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range nameWord.FindAllString(text, -1) {
		w = strings.ToLower(w)
		set[w] = true
		for part := range strings.SplitSeq(w, "-") {
			set[part] = true
		}
	}
	return set
}

// unknownIn finds capitalised words of one sentence that nobody said. The first
// word has its capital from the sentence; it counts only when it looks like a
// name all the same: in capitals throughout, or with another name behind it.
func unknownIn(s string, known map[string]bool) (wrong []string) {
	words := nameWord.FindAllStringIndex(s, -1)
	stands := func(i int) (strange, capital bool) {
		w := s[words[i][0]:words[i][1]]
		first, _ := utf8.DecodeRuneInString(w)
		lower := strings.ToLower(w)
		strange = !known[lower] && !plainWords[lower] && !slices.ContainsFunc(strings.Split(lower, "-"), func(p string) bool { return known[p] })
		return strange, unicode.IsUpper(first)
	}
	for i := range words {
		w := s[words[i][0]:words[i][1]]
		strange, capital := stands(i)
		if !strange || !capital {
			continue
		}
		if i == 0 {
			shouted := utf8.RuneCountInString(w) > 2 && w == strings.ToUpper(w)
			office := officeLike.MatchString(w)
			next := false
			if i+1 < len(words) && words[1][0]-words[0][1] == 1 {
				strangeNext, capitalNext := stands(1)
				next = strangeNext && capitalNext
			}
			if !shouted && !office && !next {
				continue
			}
		}
		wrong = append(wrong, fmt.Sprintf("nama %q tidak ada di hasil alat", w))
	}
	return wrong
}

// officeLike are the usual beginnings of an agency's short name.
var officeLike = regexp.MustCompile(`^(?:Dis(?:duk|dik|kom|hub|nak|kes|sos|por|par|per|tan|bun|nas)|Bapp?e|Bap|Kesbang|Satpol|Disp|Dinas|Badan|Inspektorat)`)
