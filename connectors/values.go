package connectors

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // city zones must be found on machines without zone files
)

// Indonesian zones by the letters that feeds write after a clock time.
var zoneHours = map[string]int{"WIB": 7, "WITA": 8, "WIT": 9, "UTC": 0, "GMT": 0, "Z": 0}

// Indonesian month and day names, as Indonesian agencies write and shorten
// them. Spellings that English shares (April, September …) need no entry.
var monthNames = map[string]string{
	"januari": "January", "februari": "February", "pebruari": "February", "maret": "March", "mei": "May",
	"juni": "June", "juli": "July", "agustus": "August", "oktober": "October", "nopember": "November", "desember": "December",
	"peb": "Feb", "mrt": "Mar", "agu": "Aug", "agt": "Aug", "ags": "Aug", "agust": "Aug", "sept": "Sep", "okt": "Oct",
	"nop": "Nov", "des": "Dec",
}

var (
	wordForm = regexp.MustCompile(`\p{L}+\.?`)
	dayNames = map[string]bool{
		"senin": true, "selasa": true, "rabu": true, "kamis": true, "jumat": true, "sabtu": true, "minggu": true, "ahad": true,
		"pukul": true, "jam": true, "tanggal": true,
	}
	afterDay = regexp.MustCompile(`^[\s,]+|\s+`)
)

// ParseTime reads a time in the first of the layouts that fits. Layouts are
// Go's, or "unix" and "unix_ms" for seconds and milliseconds. Indonesian month
// and day names are understood ("14 Agustus 2026, 09.15 WITA"), and a zone
// written as WIB, WITA or WIT counts; a time without zone is in loc.
func ParseTime(s string, loc *time.Location, layouts ...string) (time.Time, error) {
	s = strings.TrimSpace(s)
	plain, zone := foldIndonesian(s)
	if zone != nil {
		loc = zone
	}
	for _, layout := range layouts {
		if t, ok := parseUnix(s, layout); ok {
			return t, nil
		}
		if t, err := time.Parse(layout, s); err == nil && layoutHasZone(layout) {
			return sane(t)
		}
		if t, err := time.ParseInLocation(layout, plain, loc); err == nil {
			return sane(t)
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time of the form %s", clip(s, 40), strings.Join(layouts, " or "))
}

// sane refuses years that Postgres and people cannot mean.
func sane(t time.Time) (time.Time, error) {
	if y := t.Year(); y < 1900 || y > 2200 {
		return time.Time{}, fmt.Errorf("the year %d cannot be meant", y)
	}
	return t, nil
}

func parseUnix(s, layout string) (time.Time, bool) {
	if layout != "unix" && layout != "unix_ms" {
		return time.Time{}, false
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || x < 0 || x > 1e14 {
		return time.Time{}, false
	}
	if layout == "unix" {
		x *= 1000
	}
	t, err := sane(time.UnixMilli(int64(x)).UTC())
	return t, err == nil
}

func layoutHasZone(layout string) bool {
	return strings.Contains(layout, "Z07") || strings.Contains(layout, "-07") || strings.Contains(layout, "MST")
}

// foldIndonesian turns Indonesian words of a date into English ones, drops
// day names and the zone's letters, and returns the zone they stood for.
func foldIndonesian(s string) (string, *time.Location) {
	var zone *time.Location
	out := wordForm.ReplaceAllStringFunc(s, func(w string) string {
		bare := strings.TrimSuffix(w, ".")
		if h, ok := zoneHours[bare]; ok && bare != "Z" {
			zone = time.FixedZone(bare, h*3600)
			return ""
		}
		low := strings.ToLower(bare)
		switch {
		case dayNames[low]:
			return ""
		case monthNames[low] != "":
			return monthNames[low]
		case len(w) > len(bare) && len(bare) == 3:
			return bare
		}
		return w
	})
	out = strings.ReplaceAll(out, "Jum'at", "")
	return strings.TrimSpace(afterDay.ReplaceAllStringFunc(out, func(g string) string {
		if strings.HasPrefix(out, g) && strings.Contains(g, ",") {
			return ""
		}
		return " "
	})), zone
}

// Number styles of ParseNumber.
const (
	NumberPlain = "plain" // 1234.5, the computer's way
	NumberID    = "id"    // 1.234,5 as Indonesian agencies write
	NumberEN    = "en"    // 1,234.5
)

var numberForm = map[string]*regexp.Regexp{
	NumberPlain: regexp.MustCompile(`^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$`),
	NumberID:    regexp.MustCompile(`^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$`),
	NumberEN:    regexp.MustCompile(`^[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$`),
}

// ParseNumber reads a finite number in a style. It refuses what the style
// cannot hold rather than guess: "1.234" is 1.234 in plain and 1234 in id.
func ParseNumber(s, style string) (float64, error) {
	s = strings.TrimSpace(s)
	form, ok := numberForm[style]
	if !ok {
		return 0, fmt.Errorf("there is no number style %q", style)
	}
	if !form.MatchString(s) {
		return 0, fmt.Errorf("%q is not a number in the style %s", clip(s, 40), style)
	}
	switch style {
	case NumberID:
		s = strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", ".")
	case NumberEN:
		s = strings.ReplaceAll(s, ",", "")
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(x, 0) {
		return 0, fmt.Errorf("%q is too large a number", clip(s, 40))
	}
	return x, nil
}

// clip cuts text for a message to at most n characters.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}
