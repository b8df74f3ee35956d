package briefing

import (
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"balaikota/backend/city"
)

var weekdays = [...]string{"Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"}

var severityWords = map[city.Severity]string{city.Perhatian: "Perhatian", city.Siaga: "Siaga", city.Awas: "Awas"}

func weekday(t time.Time) string { return weekdays[t.Weekday()] }

func label(set city.Setting) string {
	if set.ZoneLabel == "" {
		return ""
	}
	return " " + set.ZoneLabel
}

func count(n int) string { return city.FormatNumber(float64(n), 0) }

// clip shortens a text to at most n characters: at the end of a sentence where
// one ends late enough, else of a word, and never within a figure or between a
// figure and what it counts. What is cut is on the screen that its evidence
// leads to.
func clip(text string, n int) string {
	words := strings.Fields(text)
	text = strings.Join(words, " ")
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	kept, long, sentence, end := 0, 0, 0, 0
	for i, w := range words {
		long += utf8.RuneCountInString(w)
		if long+1 > n { // the ellipsis
			break
		}
		kept = i + 1
		if strings.HasSuffix(w, ".") && long+2 <= n && startsUpper(words[i+1]) {
			sentence, end = i+1, long
		}
		long++ // the space after it
	}
	if 5*end >= 3*n {
		return strings.Join(words[:sentence], " ") + " …"
	}
	for kept > 1 && (hasDigit(words[kept-1]) || words[kept-1] == "Rp") {
		kept--
	}
	if kept == 0 {
		return clipWord(words[0], n)
	}
	return strings.TrimRight(strings.Join(words[:kept], " "), " ,;:.–-(") + "…"
}

// clipWord cuts one word that is too long, before a figure rather than in it.
func clipWord(word string, n int) string {
	runes := []rune(word)
	cut := n - 1
	for cut > 0 && isFigure(runes[cut-1]) && isFigure(runes[cut]) {
		cut--
	}
	return strings.TrimRight(string(runes[:cut]), ",;:.–-(") + "…"
}

func isFigure(r rune) bool { return unicode.IsDigit(r) || r == '.' || r == ',' }

func hasDigit(word string) bool { return strings.ContainsFunc(word, unicode.IsDigit) }

func startsUpper(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r)
}

// due writes a deadline: midnight belongs to the day before it.
func (s *sheet) due(t time.Time) string {
	local := t.In(s.in.Zone)
	if local.Hour() == 0 && local.Minute() == 0 {
		before := local.Add(-time.Minute)
		return weekday(before) + ", " + shortDay(before)
	}
	return weekday(local) + ", " + shortDay(local) + " " + local.Format("15.04")
}

// shortDay is a day without its year: "18 Juni".
func shortDay(t time.Time) string {
	day := city.FormatDay(t, t.Location())
	return day[:strings.LastIndexByte(day, ' ')]
}

// clock is "22.14", with the day in front when it is not the sheet's own:
// "22 November 22.14".
func (s *sheet) clock(t time.Time) string {
	local, at := t.In(s.in.Zone), s.in.At.In(s.in.Zone)
	if local.Format(time.DateOnly) == at.Format(time.DateOnly) {
		return local.Format("15.04")
	}
	return shortDay(local) + " " + local.Format("15.04")
}

// span is how long something has been, in the largest unit that fits.
func span(d time.Duration) string {
	switch h := d.Hours(); {
	case h >= 48:
		return count(int(math.Floor(h/24))) + " hari"
	case h >= 1:
		return count(int(math.Floor(h))) + " jam"
	}
	return count(int(math.Max(1, math.Floor(d.Minutes())))) + " menit"
}

func signed(v float64, decimals int) string {
	text := city.FormatNumber(math.Abs(v), decimals)
	switch {
	case strings.Trim(text, "0,.") == "":
		return text
	case v < 0:
		return "−" + text
	}
	return "+" + text
}

// sentence ends a text with a full stop.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.HasSuffix(text, ".") || strings.HasSuffix(text, "…") {
		return text
	}
	return text + "."
}
