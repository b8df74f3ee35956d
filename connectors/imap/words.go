package imap

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	plainType    = regexp.MustCompile(`^[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+$`)
	bracketed    = regexp.MustCompile(`<([^<>\s]{1,400})>`)
	looseAddress = regexp.MustCompile(`^([^<>]*)<\s*([^<>\s@]+@[^<>\s@]+)\s*>`)
	replySubject = regexp.MustCompile(`(?i)^\s*(?:re|bls|bal|balas|balasan|antw|aw|sv)\s*(?:\[\d+\])?\s*:`)
	anySubject   = regexp.MustCompile(`(?i)^\s*(?:re|bls|bal|balas|balasan|antw|aw|sv|fwd?|trs?|terusan)\s*(?:\[\d+\])?\s*:\s*`)

	// attribution begins a quote: "Pada Sen, 23 Nov 2026 pukul 08.15 Diskominfo
	// <…> menulis:", "On Mon, … wrote:". It may be broken over three lines.
	attribution = regexp.MustCompile(`(?is)^(?:pada|on|am|op|le)\s.{4,400}?(?:menulis|wrote|schrieb|schreef|a écrit)\s*:\s*$`)
	// dated is what tells such an announcement from a sentence of the writer's own.
	dated = regexp.MustCompile(`\b(?:19|20)\d\d\b|\d[.:]\d\d|@`)
	// divider stands above the letter that is answered, as Outlook and others write it.
	divider = regexp.MustCompile(`(?i)^\s*-{2,}\s*(?:original message|pesan asli|pesan sebelumnya|surat asli)\s*-{2,}\s*$`)
	// outlook is the first line of the block of headers that stands there instead.
	outlook     = regexp.MustCompile(`(?i)^\s*\*?(?:from|dari)\s*:\*?\s+\S`)
	outlookNext = regexp.MustCompile(`(?i)^\s*\*?(?:sent|date|to|dikirim|tanggal|kepada|ke|cc)\s*:\*?\s+\S`)
	rule        = regexp.MustCompile(`^\s*_{10,}\s*$`)
	// sentFrom is what telephones write below a letter.
	sentFrom = regexp.MustCompile(`(?i)^\s*(?:dikirim dari|terkirim dari|sent from|sent via|dapatkan outlook|get outlook|dikirim melalui|sent with)\s.{0,80}$`)
)

// ownWords are the words of whoever wrote the letter: without quotes of others,
// which reply says stand below or between, and without the signature. When
// nothing would be left, all of it is kept: too much is better than a report
// without words.
func ownWords(text string, reply bool) string {
	text = tidy(text)
	lines := strings.Split(text, "\n")
	if reply {
		lines = withoutQuotes(lines)
	}
	if own := tidy(strings.Join(withoutSignature(lines), "\n")); own != "" {
		return clipWords(own)
	}
	if !reply {
		return clipWords(text)
	}
	if own := tidy(strings.Join(withoutSignature(strings.Split(text, "\n")), "\n")); own != "" {
		return clipWords(own)
	}
	return clipWords(text)
}

// withoutQuotes takes out quoted lines and the line that announces them; behind
// an announcement without quoted lines everything is quote.
func withoutQuotes(lines []string) []string {
	var out []string
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if strings.HasPrefix(strings.TrimLeft(line, " \t"), ">") {
			continue
		}
		if divider.MatchString(line) || isHeaderBlock(lines[i:]) || (rule.MatchString(line) && isHeaderBlock(afterBlank(lines[i+1:]))) {
			break
		}
		if n := announces(lines[i:]); n > 0 {
			rest := afterBlank(lines[i+n:])
			if len(rest) == 0 || !strings.HasPrefix(strings.TrimLeft(rest[0], " \t"), ">") {
				break
			}
			i += n - 1
			continue
		}
		out = append(out, line)
	}
	return out
}

// maxAnnouncement is longer than any program writes, in bytes.
const maxAnnouncement = 500

// announces returns how many lines the announcement of a quote takes, 0 if none
// begins here.
func announces(lines []string) int {
	for n := 1; n <= 3 && n <= len(lines); n++ {
		if strings.TrimSpace(lines[n-1]) == "" {
			return 0
		}
		head := strings.TrimSpace(strings.Join(lines[:n], "\n"))
		if len(head) > maxAnnouncement {
			return 0
		}
		if strings.HasSuffix(head, ":") && attribution.MatchString(head) && dated.MatchString(head) {
			return n
		}
	}
	return 0
}

// isHeaderBlock reports whether lines begin with "Dari: …" and two more such.
func isHeaderBlock(lines []string) bool {
	if len(lines) < 3 || !outlook.MatchString(lines[0]) {
		return false
	}
	found := 0
	for _, l := range lines[1:min(6, len(lines))] {
		if outlookNext.MatchString(l) {
			found++
		}
	}
	return found >= 2
}

func afterBlank(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	return lines
}

// withoutSignature cuts at the separator of RFC 3676 ("-- "), unless nothing
// stands above it, and takes away what telephones add.
func withoutSignature(lines []string) []string {
	for i, l := range lines {
		if (l == "--" || l == "-- ") && strings.TrimSpace(strings.Join(lines[:i], "")) != "" {
			lines = lines[:i]
			break
		}
	}
	for len(lines) > 0 {
		last := lines[len(lines)-1]
		if strings.TrimSpace(last) != "" && !sentFrom.MatchString(last) {
			break
		}
		lines = lines[:len(lines)-1]
	}
	return lines
}

// tidy ends lines alike, takes spaces from their ends (but leaves the separator
// of signatures) and leaves one empty line where there were more.
func tidy(text string) string {
	text = clean(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"))
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, " \t")
		if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// unflow joins the lines that format=flowed broke (RFC 3676): a space at the end
// says that the line goes on. Quoted lines keep their depth.
func unflow(text string, delSp bool) string {
	var out strings.Builder
	open := false // a line goes on
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if strings.HasPrefix(line, ">") || line == "-- " {
			if open {
				out.WriteString("\n")
			}
			out.WriteString(line + "\n")
			open = false
			continue
		}
		line = strings.TrimPrefix(line, " ") // space-stuffing
		open = strings.HasSuffix(line, " ")
		if open && delSp {
			line = strings.TrimSuffix(line, " ")
		}
		out.WriteString(line)
		if !open {
			out.WriteString("\n")
		}
	}
	return out.String()
}

// clipWords bounds a letter's words at a character.
func clipWords(s string) string {
	if len(s) <= maxWords {
		return s
	}
	cut := maxWords
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.TrimSpace(s[:cut]) + " …"
}

// plainSubject is a subject without "Re:" and its like.
func plainSubject(s string) string {
	for range 8 {
		cut := anySubject.ReplaceAllString(s, "")
		if cut == s {
			break
		}
		s = cut
	}
	r := []rune(strings.TrimSpace(s))
	return string(r[:min(len(r), 300)])
}
