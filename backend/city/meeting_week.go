package city

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

var isoWeek = regexp.MustCompile(`^(\d{4})-W(\d{2})$`)

// WeekOf names the ISO 8601 week of a moment in a zone: "2026-W47".
func WeekOf(t time.Time, zone *time.Location) string {
	y, w := t.In(zone).ISOWeek()
	return fmt.Sprintf("%04d-W%02d", y, w)
}

// WeekStart is Monday 00.00 of an ISO week in a zone, Invalid for what is no
// week: the 4th of January always lies in week 1 (ISO 8601, 3.2.2).
func WeekStart(week string, zone *time.Location) (time.Time, error) {
	m := isoWeek.FindStringSubmatch(week)
	if m == nil {
		return time.Time{}, InvalidField("week", "is %q; write 2026-W47", week)
	}
	y, _ := strconv.Atoi(m[1])
	n, _ := strconv.Atoi(m[2])
	fourth := time.Date(y, time.January, 4, 0, 0, 0, 0, zone)
	monday := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7+7*(n-1))
	if WeekOf(monday, zone) != week {
		return time.Time{}, InvalidField("week", "is %q; %d has no such week", week, y)
	}
	return monday, nil
}
