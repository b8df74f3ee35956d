package city

import (
	"regexp"
	"slices"
	"strings"
)

// plateAreas are the letters that Indonesian number plates begin with (Perpol
// 7/2021, annex).
var plateAreas = strings.Fields("A AA AB AD AE AG B BA BB BD BE BG BH BK BL BM BN BP D DA DB DC DD DE DG DH DK DL DM DN DP DR DS DT DW E EA EB ED F G H K KB KH KT KU L M N P PA PB PG PS PT R S T W Z")

// Number plates as they are printed; as people write them in small letters, with dots
// and dashes, where the digits are many enough; and after a word that says it is one.
var (
	findPlate = regexp.MustCompile(strings.NewReplacer("GAP", `(?: {0,2}-? {0,2}|\.)`).Replace(
		`\b([A-Z]{1,2})[ -]?(\d{1,4})[ -]?([A-Z]{1,3})\b` +
			`|(?i)\b([A-Z]{1,2})GAP(\d{3,4})GAP([A-Z]{2,3})\b` +
			`|\b([A-Z]{2})GAP(\d{3,4})GAP([A-Z])\b` +
			`|\b(?:plat|pelat|nopol|polisi|truk|truck|motor|mobil|angkot|pick ?up)[ .:]{1,3}(?:(?:nya|no|nomor|bernomor|polisi|plat|pelat|nopol|dg|dengan)[ .:]{1,3}){0,3}([A-Z]{1,2})GAP(\d{1,4})GAP([A-Z]{1,3})\b`))
	// What stands before a number that is no plate's: schools, blocks, rooms.
	notPlateAfter = regexp.MustCompile(`(?i)\b(?:sd|sdn|smp|smpn|sma|sman|smk|smkn|tk|mi|mts|man|blok|gang|gg|kelas|tipe|type|seri|ruang|kamar|lantai|lt|jalur|gedung|los|kios|unit|halte)\.?[ \t]*$`)
	// notPlateTails are units and words that follow a figure.
	notPlateTails = strings.Fields("RT RW KM CM MM M NO WIB WIT KG RB JT KK ORG THN TH JAM ML TON LTR MTR KVA PCS BKS LBR BH DI KE DAN YG DG DR")
)

const plateLead = 32 // bytes before the shape of a plate that may say what it is

// plates finds number plates. It looks only where a shape of one stands.
func (f *personalFinder) plates() {
	for _, w := range plateShapes(f.text) {
		from := max(0, w[0]-plateLead)
		for from > 0 && from < w[0] && f.text[from-1] != ' ' && f.text[from-1] != '\n' {
			from++ // not within a word
		}
		text := f.text[from:w[1]]
		for _, m := range findPlate.FindAllStringSubmatchIndex(text, -1) {
			g := 2
			for m[g] < 0 {
				g += 6
			}
			area, tail := strings.ToUpper(text[m[g]:m[g+1]]), strings.ToUpper(text[m[g+4]:m[g+5]])
			if slices.Contains(plateAreas, area) && !slices.Contains(notPlateTails, tail) && !notPlateAfter.MatchString(text[:m[g]]) && from+m[g] >= w[0] {
				f.add(from+m[g], from+m[g+5], PersonalPlate)
			}
		}
	}
}

// plateShapes are the places of text, as [from, to), that look as number plates do:
// one or two letters, one to four digits, one to three letters.
func plateShapes(text string) (out [][2]int) {
	letter := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] >= 'a' && text[i] <= 'z' || text[i] >= 'A' && text[i] <= 'Z')
	}
	digit := func(i int) bool { return i >= 0 && i < len(text) && isDigit(text[i]) }
	gap := func(i int) bool { return i >= 0 && i < len(text) && strings.IndexByte(" -.", text[i]) >= 0 }
	for i := 0; i < len(text); i++ {
		if !digit(i) {
			continue
		}
		end := i
		for digit(end) {
			end++
		}
		from, to := i, end
		for from > i-5 && gap(from-1) {
			from--
		}
		for to < end+5 && gap(to) {
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
