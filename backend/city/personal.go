package city

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// PersonalKind is a kind of personal data, as the label that stands for it.
type PersonalKind string

// Kinds of personal data that FindPersonal tells apart.
const (
	PersonalNIK     PersonalKind = "NIK"
	PersonalKK      PersonalKind = "KK"
	PersonalNPWP    PersonalKind = "NPWP"
	PersonalPhone   PersonalKind = "TELEPON"
	PersonalMail    PersonalKind = "SUREL"
	PersonalPlate   PersonalKind = "PELAT"
	PersonalAccount PersonalKind = "REKENING"
	PersonalHouse   PersonalKind = "NOMOR_RUMAH"
	PersonalName    PersonalKind = "NAMA"
	PersonalKnown   PersonalKind = "PELAPOR"
	PersonalNumber  PersonalKind = "NOMOR_PANJANG"
)

// Personal is one piece of personal data: text[From:To], in bytes.
type Personal struct {
	From, To int
	Kind     PersonalKind
}

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

var (
	findMailSpelt = regexp.MustCompile(`(?i)\b[\p{L}\d._%+-]+ ?(?:\(at\)|\[at\]|\{at\}| at ) ?[\p{L}\d-]+ ?(?:\(dot\)|\[dot\]|\{dot\}| dot |\.) ?(?:com|co\.id|id|net|org)\b`)
	findNPWP      = regexp.MustCompile(`\b\d{2}\.\d{3}\.\d{3}\.\d[-.]\d{3}\.\d{3}\b|(?i:\bnpwp)\D{0,12}(\d[\d .-]{13,20}\d)`)
	findKK        = regexp.MustCompile(`(?i)\b(?:kk|kartu keluarga|no\.? ?kk)\b\D{0,14}(\d[\d .-]{14,22}\d)`)
	findNIKSaid   = regexp.MustCompile(`(?i)\b(?:nik|ktp|nomor induk)\b\D{0,14}(\d[\d .-]{13,22}\d)`)
	findSixteen   = regexp.MustCompile(`\b\d(?:[ .-]?\d){15}\b`)
	findAccount   = regexp.MustCompile(`(?i)\b(?:rekening|rek|norek|no\.? ?rek|transfer(?:kan)?(?: ke)?|bca|bri|bni|bsi|btn|mandiri|bankaltimtara|bank \p{L}+|dana|ovo|gopay|va)\b[^\d\n]{0,14}(\d[\d .-]{6,22}\d)`)
	findSpaced    = regexp.MustCompile(`\b0(?:[ .-]\d){8,12}\b`)
	findSpoken    = regexp.MustCompile(`(?i)\b(?:nol|kosong)(?:[ ,.-]+(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan)){7,13}\b`)
	findLong      = regexp.MustCompile(`\b\d{13,}\b`)
	findPlate     = regexp.MustCompile(`\b([A-Z]{1,2})[ -]?(\d{1,4})[ -]?([A-Z]{1,3})\b|\b(?i:([A-Z]{1,2}))[ -]?(\d{3,4})[ -]?(?i:([A-Z]{2,3}))\b`)
	findHouse     = regexp.MustCompile(`(?i)\b(?:jl|jln|jalan|gang|gg|lorong|lr|kompleks?|perum|perumahan|rumah|alamat|blok)\b[^\n;!?]{0,60}?\b(?:no|nomor|nomer|nmr)\b[.: ]{0,3}(\d{1,4}(?: ?[a-z]\b)?(?: ?[/-] ?\d{1,4}\b)?)|\bblok [a-z]{1,2} ?[-/]? ?(\d{1,3}(?: ?[/-] ?\d{1,3})?)\b`)
	findTitled    = regexp.MustCompile(`\b(?:(?i:bapak|ibu|pak|bu|bpk|sdri?|saudara|saudari|tn|ny|nn|hj?|drs?|dra|ust|ustadz|ustaz|haji|hajah|mbak|mas|bang|om|tante|oknum|nama (?:saya|lengkap|pelapor)|a\. ?n|atas nama|saya bernama)\b[.:]{0,2}|(?i:nama|pelapor|korban) ?:)[ \t]+((?:\p{Lu}[\p{L}'’-]*\.?[ \t]+){0,3}\p{Lu}[\p{L}'’-]+)`)
	findNamed     = regexp.MustCompile(`(?i)\b(?:nama saya|nama lengkap|saya bernama|atas nama|a\. ?n\.?)[ \t:]+(?:adalah )?((?:\p{L}[\p{L}'’-]+[ \t]+){0,2}\p{L}[\p{L}'’-]+)`)
	placeBefore   = regexp.MustCompile(`(?i)\b(?:jl|jln|jalan|gang|gg|lorong|rs|rsud|rsia|masjid|musala|langgar|bandara|stadion|sd|smp|sma|taman|jembatan|pasar|gedung|simpang)\.?[ \t]*$`)
	moneyGroups   = regexp.MustCompile(`^\d{1,3}(?:\.\d{3})+$`)
)

// plateAreas are the letters that Indonesian number plates begin with (Perpol
// 7/2021, annex).
var plateAreas = strings.Fields("A AA AB AD AE AG B BA BB BD BE BG BH BK BL BM BN BP D DA DB DC DD DE DG DH DK DL DM DN DP DR DS DT DW E EA EB ED F G H K KB KH KT KU L M N P PA PB PG PS PT R S T W Z")

// notNames are words that follow a title but name no one: offices, kin, pleas.
var notNames = wordSet(`wali walikota wakil camat lurah rt rw ketua kepala sekda sekretaris gubernur presiden menteri bupati kadis kabid kapolres kapolsek
	polisi dinas guru dokter dok bapak ibu pak bu warga operator admin petugas tolong mohon saya kami kita di ini itu dan dari yang kota mayor anggota dewan
	pejabat staf satpam tetangga rumah hamil menyusui melahirkan bersalin nifas pkk balita lansia anak sopir supir tukang pengurus pengelola pemilik penjual pedagang panitia imam ustadz ustaz haji hajah
	jalan laporan jumlah berapa apa kapan mana kenapa bagaimana harap segera minta bantu assalamualaikum selamat terima terimakasih sudah belum tidak lampu
	sampah banjir air camatnya lurahnya jangan kok mas mbak bang om tante sdr sdri nomor nama kelurahan kecamatan kantor kepada untuk dengan pada ada lagi juga
	kelas besar umum gadis muda januari februari maret april mei juni juli agustus september oktober november desember senin selasa rabu kamis jumat sabtu minggu`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// FindPersonal finds personal data in text, in order and without overlaps:
// numbers by their structure, house numbers after an address, names after a
// title or in known (names that the caller knows to stand in the text). Names
// without a title and unknown to the caller are not found. Pass text through
// VisibleText first; streets, RT/RW, areas, dates and sums of money stay.
func FindPersonal(text string, known ...string) []Personal {
	f := &personalFinder{text: text}
	f.knownNames(known)
	f.all(maskEmail, PersonalMail)
	f.all(findMailSpelt, PersonalMail)
	f.all(findNPWP, PersonalNPWP)
	f.all(findKK, PersonalKK)
	f.all(findNIKSaid, PersonalNIK)
	f.each(findSixteen, PersonalNIK, func(m string) bool { return groupedAlike(m) && ValidNIK(onlyDigits(m)) })
	f.each(findAccount, PersonalAccount, func(m string) bool { n := len(onlyDigits(m)); return n >= 8 && n <= 18 && !moneyGroups.MatchString(m) })
	f.each(maskPhone, PersonalPhone, func(m string) bool { return !moneyGroups.MatchString(m) })
	f.all(findSpaced, PersonalPhone)
	f.all(findSpoken, PersonalPhone)
	f.all(findLong, PersonalNumber)
	f.plates()
	f.all(findHouse, PersonalHouse)
	f.names(findTitled, true)
	f.names(findNamed, false)
	sort.Slice(f.found, func(i, j int) bool { return f.found[i].From < f.found[j].From })
	return f.found
}

// numbers finds what MaskOutward takes out: e-mail addresses, number plates, and
// numbers by their structure. Most texts have none, and expressions are slow: they
// look only where enough digits stand together, and at what leads up to them.
func (f *personalFinder) numbers() {
	if strings.Contains(f.text, "@") {
		f.all(maskEmail, PersonalMail)
	}
	for _, w := range longNumbers(f.text) {
		part := &personalFinder{text: f.text[w[0]:w[1]]}
		part.long()
		for _, p := range part.found {
			f.add(w[0]+p.From, w[0]+p.To, p.Kind)
		}
	}
	for _, w := range plateShapes(f.text) {
		part := &personalFinder{text: f.text[w[0]:w[1]]}
		part.plates()
		for _, p := range part.found {
			f.add(w[0]+p.From, w[0]+p.To, p.Kind)
		}
	}
}

// long finds numbers of eight digits and more.
func (f *personalFinder) long() {
	f.all(findNPWP, PersonalNPWP)
	f.all(findKK, PersonalKK)
	f.all(findNIKSaid, PersonalNIK)
	f.each(findSixteen, PersonalNIK, func(m string) bool { return groupedAlike(m) && ValidNIK(onlyDigits(m)) })
	f.each(findAccount, PersonalAccount, func(m string) bool { n := len(onlyDigits(m)); return n >= 8 && n <= 18 && !moneyGroups.MatchString(m) })
	f.each(maskPhone, PersonalPhone, func(m string) bool { return !moneyGroups.MatchString(m) })
	f.all(findSpaced, PersonalPhone)
	f.all(findLong, PersonalNumber)
	f.all(maskNIK, PersonalNIK)
}

// personalFinder collects what does not overlap what was found before.
type personalFinder struct {
	text  string
	found []Personal
}

func (f *personalFinder) add(from, to int, kind PersonalKind) {
	if from < 0 || from >= to || slices.ContainsFunc(f.found, func(p Personal) bool { return from < p.To && p.From < to }) {
		return
	}
	f.found = append(f.found, Personal{from, to, kind})
}

func (f *personalFinder) all(re *regexp.Regexp, kind PersonalKind) {
	f.each(re, kind, func(string) bool { return true })
}

// each adds the matches that keep says yes to: the first group that took part,
// else the whole match.
func (f *personalFinder) each(re *regexp.Regexp, kind PersonalKind, keep func(string) bool) {
	for _, m := range re.FindAllStringSubmatchIndex(f.text, -1) {
		from, to := m[0], m[1]
		for g := 2; g < len(m); g += 2 {
			if m[g] >= 0 {
				from, to = m[g], m[g+1]
				break
			}
		}
		if keep(f.text[from:to]) {
			f.add(from, to, kind)
		}
	}
}

func (f *personalFinder) plates() {
	for _, m := range findPlate.FindAllStringSubmatchIndex(f.text, -1) {
		g := 2
		if m[g] < 0 {
			g = 8
		}
		area, tail := strings.ToUpper(f.text[m[g]:m[g+1]]), strings.ToUpper(f.text[m[g+4]:m[g+5]])
		if slices.Contains(plateAreas, area) && !slices.Contains([]string{"RT", "RW", "KM", "CM", "MM", "M", "NO", "WIB", "WIT", "KG"}, tail) {
			f.add(m[0], m[1], PersonalPlate)
		}
	}
}

// knownNames finds names handed in, whole in any case, and each of their
// words of three letters and more where it is written as a name and no street
// bears it.
func (f *personalFinder) knownNames(known []string) {
	for _, name := range known {
		if name = strings.Join(strings.Fields(VisibleText(name)), " "); utf8.RuneCountInString(name) < 3 {
			continue
		}
		whole := regexp.MustCompile(`(?i)` + strings.ReplaceAll(regexp.QuoteMeta(name), " ", `[ \t\n.]+`))
		f.words(whole, func(int) bool { return true })
		for part := range strings.FieldsSeq(name) {
			if utf8.RuneCountInString(part) < 3 || notNames[strings.ToLower(part)] {
				continue
			}
			re := regexp.MustCompile(`(?i)` + regexp.QuoteMeta(part))
			f.words(re, func(at int) bool {
				first, _ := utf8.DecodeRuneInString(f.text[at:])
				return unicode.IsUpper(first) && !placeBefore.MatchString(f.text[max(0, at-16):at])
			})
		}
	}
}

// words adds matches that begin and end at a word's edge.
func (f *personalFinder) words(re *regexp.Regexp, keep func(at int) bool) {
	for _, m := range re.FindAllStringIndex(f.text, -1) {
		before, _ := utf8.DecodeLastRuneInString(f.text[:m[0]])
		after, _ := utf8.DecodeRuneInString(f.text[m[1]:])
		if !unicode.IsLetter(before) && !unicode.IsLetter(after) && keep(m[0]) {
			f.add(m[0], m[1], PersonalKnown)
		}
	}
}

// names adds what follows a title, up to the first word that is none of a
// name. In a text in capitals a name is one word.
func (f *personalFinder) names(re *regexp.Regexp, titled bool) {
	shouted := strings.ToUpper(f.text) == f.text
	for _, m := range re.FindAllStringSubmatchIndex(f.text, -1) {
		if titled && placeBefore.MatchString(f.text[max(0, m[0]-16):m[0]]) {
			continue
		}
		from, to := m[2], m[2]
		for at := from; at < m[3]; {
			end := at
			for end < m[3] && f.text[end] != ' ' && f.text[end] != '\t' {
				end++
			}
			if word := strings.ToLower(strings.Trim(f.text[at:end], ".'’-")); notNames[word] {
				break
			}
			to = end
			if shouted {
				break
			}
			for at = end; at < m[3] && (f.text[at] == ' ' || f.text[at] == '\t'); at++ {
			}
		}
		f.add(from, to, PersonalName)
	}
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
// part a NIK: with one sign, in groups of one size or by its meaning. Figures
// that follow one another in a table are not.
func groupedAlike(s string) bool {
	sep := strings.IndexAny(s, " .-")
	if sep < 0 {
		return true
	}
	groups := strings.Split(s, s[sep:sep+1])
	sizes, same := "", true
	for _, g := range groups {
		if strings.ContainsAny(g, " .-") {
			return false
		}
		sizes += string(rune('0' + min(len(g), 9)))
		same = same && len(g) == len(groups[0])
	}
	return same || slices.Contains([]string{"2464", "664", "22264", "2222224", "646", "4444", "484"}, sizes)
}
