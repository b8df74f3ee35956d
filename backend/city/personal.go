package city

import (
	"regexp"
	"slices"
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

// What names of people and their houses look like.
var (
	findHouse   = regexp.MustCompile(`(?i)\b(?:jl|jln|jalan|gang|gg|lorong|lr|kompleks?|perum|perumahan|rumah|alamat|blok)\b[^\n;!?]{0,60}?\b(?:no|nomor|nomer|nmr)\b[.: ]{0,3}(\d{1,4}(?: ?[a-z]\b)?(?: ?[/-] ?\d{1,4}\b)?)|\bblok [a-z]{1,2} ?[-/]? ?(\d{1,3}(?: ?[/-] ?\d{1,3})?)\b`)
	findTitled  = regexp.MustCompile(`\b(?:(?i:bapak|ibu|pak|bu|bpk|sdri?|saudara|saudari|tn|ny|nn|hj?|drs?|dra|ust|ustadz|ustaz|haji|hajah|mbak|mas|bang|om|tante|oknum|nama (?:saya|lengkap|pelapor)|a\. ?n|atas nama|saya bernama)\b[.:]{0,2}|(?i:nama|pelapor|korban) ?:)[ \t]+((?:\p{Lu}[\p{L}'’-]*\.?[ \t]+){0,3}\p{Lu}[\p{L}'’-]+)`)
	findNamed   = regexp.MustCompile(`(?i)\b(?:nama saya|nama lengkap|saya bernama|atas nama|a\. ?n\.?)[ \t:]+(?:adalah )?((?:\p{L}[\p{L}'’-]+[ \t]+){0,2}\p{L}[\p{L}'’-]+)`)
	placeBefore = regexp.MustCompile(`(?i)\b(?:jl|jln|jalan|gang|gg|lorong|rs|rsud|rsia|masjid|musala|langgar|bandara|stadion|sd|smp|sma|taman|jembatan|pasar|gedung|simpang)\.?[ \t]*$`)
)

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
// numbers by their structure, however they are written (fold), house numbers after
// an address, names after a title or in known (names that the caller knows to
// stand in the text). Names without a title and unknown to the caller are not
// found; streets, RT/RW, areas, dates and sums of money stay.
func FindPersonal(text string, known ...string) []Personal {
	plain := fold(text)
	f := &personalFinder{text: plain.text}
	f.knownNames(known)
	f.mails()
	f.numbers((*personalFinder).long)
	f.spoken()
	f.plates()
	f.all(findHouse, PersonalHouse)
	f.names(findTitled, true)
	f.names(findNamed, false)
	return plain.where(f.found)
}

// personalFinder collects what does not overlap what was found before.
type personalFinder struct {
	text   string // folded
	found  []Personal
	spared [][]int // stretches that hold nothing personal, as [from, to)
	core   [2]int  // where the digits of a long number stand, with their edges
}

func (f *personalFinder) add(from, to int, kind PersonalKind) {
	if from < 0 || from >= to || slices.ContainsFunc(f.found, func(p Personal) bool { return from < p.To && p.From < to }) ||
		slices.ContainsFunc(f.spared, func(s []int) bool { return from < s[1] && s[0] < to }) {
		return
	}
	f.found = append(f.found, Personal{from, to, kind})
}

func (f *personalFinder) all(re *regexp.Regexp, kind PersonalKind) {
	f.each(re, kind, always)
}

func always(int, int) bool { return true }

// each adds the matches that keep, told where they stand, says yes to: the first
// group that took part, else the whole match.
func (f *personalFinder) each(re *regexp.Regexp, kind PersonalKind, keep func(from, to int) bool) {
	for _, m := range re.FindAllStringSubmatchIndex(f.text, -1) {
		from, to := m[0], m[1]
		for g := 2; g < len(m); g += 2 {
			if m[g] >= 0 {
				from, to = m[g], m[g+1]
				break
			}
		}
		if keep(from, to) {
			f.add(from, to, kind)
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
