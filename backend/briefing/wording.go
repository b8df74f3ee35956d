package briefing

import (
	"math"
	"strings"
	"time"
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

// clip shortens a text to at most n characters at the end of a word; what is
// cut is on the screen that its evidence leads to.
func clip(text string, n int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	cut := string([]rune(text)[:n-1])
	if i := strings.LastIndexByte(cut, ' '); i > n/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.–-") + "…"
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
