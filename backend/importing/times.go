package importing

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var months = map[string]time.Month{
	"januari": 1, "jan": 1, "january": 1, "februari": 2, "feb": 2, "peb": 2, "pebruari": 2, "february": 2,
	"maret": 3, "mar": 3, "mrt": 3, "march": 3, "april": 4, "apr": 4, "mei": 5, "may": 5,
	"juni": 6, "jun": 6, "june": 6, "juli": 7, "jul": 7, "july": 7,
	"agustus": 8, "agu": 8, "agt": 8, "ags": 8, "agus": 8, "aug": 8, "august": 8,
	"september": 9, "sep": 9, "sept": 9, "oktober": 10, "okt": 10, "oct": 10, "october": 10,
	"november": 11, "nov": 11, "nop": 11, "nopember": 11, "desember": 12, "des": 12, "dec": 12, "december": 12,
}

// zones are Indonesia's three, and UTC.
var zones = map[string]int{"wib": 7, "wita": 8, "wit": 9, "utc": 0, "gmt": 0, "z": 0}

var (
	noise     = regexp.MustCompile(`^(senin|selasa|rabu|kamis|jum'?at|sabtu|minggu|ahad|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun)[,\s]+`)
	clockWord = regexp.MustCompile(`[\s,]+(pukul|pkl\.?|jam)\s+`)
	clock     = `(?:[t\s,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?)?`
	offset    = `\s*(z|utc|gmt|wib|wita|wit|[+-]\d{2}:?\d{2}|[+-]\d{2})?$`
	isoForm   = regexp.MustCompile(`^(\d{4})([-/.])(\d{1,2})([-/.])(\d{1,2})` + clock + offset)
	dayForm   = regexp.MustCompile(`^(\d{1,2})([-/.])(\d{1,2})([-/.])(\d{4})` + clock + offset)
	nameForm  = regexp.MustCompile(`^(\d{1,2})[\s-]+([a-z]+)\.?[\s,-]+(\d{4})` + clock + offset)
	serial    = regexp.MustCompile(`^\d{5}([.,]\d+)?$`)
)

var (
	errNoTime    = errors.New("is no date and time; write it like 2026-01-02 15:04 or 02/01/2026 15:04")
	errNoSuchDay = errors.New("is a day or time that does not exist; the day comes first (02/01/2026 is 2 January)")
	errFarTime   = errors.New("lies outside of the years 1900 to 2199")
)

// ParseTime reads a moment as people and sheets write it: RFC 3339,
// 2026-01-02 15:04, 02/01/2026 15:04 (day first), 2 Januari 2026 pukul 08.30
// WITA, a date alone (its midnight), and Excel's serial days. Without a zone
// the wall clock of zone is meant.
func ParseTime(s string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return inYears(t)
	}
	if len(s) > 80 {
		return time.Time{}, errNoTime
	}
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	if serial.MatchString(s) {
		return excelDay(s, zone)
	}
	s = clockWord.ReplaceAllString(noise.ReplaceAllString(s, ""), " ")
	var day, month, year string
	var rest []string
	if m := isoForm.FindStringSubmatch(s); m != nil && m[2] == m[4] {
		year, month, day, rest = m[1], m[3], m[5], m[6:]
	} else if m := dayForm.FindStringSubmatch(s); m != nil && m[2] == m[4] {
		day, month, year, rest = m[1], m[3], m[5], m[6:]
	} else if m := nameForm.FindStringSubmatch(s); m != nil && months[m[2]] != 0 {
		day, month, year, rest = m[1], strconv.Itoa(int(months[m[2]])), m[3], m[4:]
	} else {
		return time.Time{}, errNoTime
	}
	if z := rest[4]; z != "" {
		zone = zoneOf(z)
		if zone == nil {
			return time.Time{}, errNoTime
		}
	}
	return moment(number(year), number(month), number(day), number(rest[0]), number(rest[1]), number(rest[2]), rest[3], zone)
}

// number is for digits that an expression has matched; "" is 0.
func number(s string) int {
	n := 0
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}

func moment(year, month, day, hour, minute, second int, fraction string, zone *time.Location) (time.Time, error) {
	nano := 0
	if fraction != "" {
		nano = number((fraction + "00000000")[:9])
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nano, zone)
	if t.Year() != year || int(t.Month()) != month || t.Day() != day || t.Hour() != hour || t.Minute() != minute || t.Second() != second {
		return time.Time{}, errNoSuchDay
	}
	return inYears(t)
}

func inYears(t time.Time) (time.Time, error) {
	if y := t.Year(); y < 1900 || y > 2199 {
		return time.Time{}, errFarTime
	}
	return t, nil
}

func zoneOf(s string) *time.Location {
	if hours, ok := zones[s]; ok {
		return time.FixedZone(strings.ToUpper(s), hours*3600)
	}
	digits := strings.ReplaceAll(s[1:], ":", "")
	hours, minutes := number(digits[:2]), 0
	if len(digits) == 4 {
		minutes = number(digits[2:])
	}
	if hours > 14 || minutes > 59 {
		return nil
	}
	seconds := hours*3600 + minutes*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds)
}

// excelDay reads Excel's day number (1900 system: day 1 is 1 January 1900,
// with the leap day of 1900 that never was, so counting starts at 30 December
// 1899) as a wall clock, to the nearest second.
func excelDay(s string, zone *time.Location) (time.Time, error) {
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || v < 20000 || v > 80000 {
		return time.Time{}, errNoTime
	}
	whole, part := math.Modf(v)
	seconds := int(math.Round(part * 86400))
	return time.Date(1899, 12, 30+int(whole), 0, 0, seconds, 0, zone), nil
}
