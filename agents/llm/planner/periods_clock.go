package planner

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
)

// after reads "setelah tanggal 5", "sesudah 10 Juni": from the day after on.
func (r periodReader) after(i int) (span, int) {
	if w := r.word(i); w != "setelah" && w != "sesudah" && w != "selepas" {
		return span{}, 0
	}
	d, n := r.day(i+1, true)
	if n == 0 || !d.whole && !d.named {
		return span{}, 0
	}
	t, err := time.ParseInLocation(time.DateOnly, r.dayName(d), r.at.Location())
	if err != nil {
		return span{}, 0
	}
	return span{name: "sejak:" + t.AddDate(0, 0, 1).Format(time.DateOnly)}, 1 + n
}

// weekOfMonth reads "minggu ke-2 Maret", "minggu kedua bulan lalu", which may
// be the month's days 8 to 14 or a calendar week: it is asked.
func (r periodReader) weekOfMonth(i int) (span, int) {
	if unitWords[r.word(i)] != "minggu" {
		return span{}, 0
	}
	j := i + 1
	nth := map[string]int{"pertama": 1, "kedua": 2, "ketiga": 3, "keempat": 4}[r.word(j)]
	if nth == 0 {
		j = r.skip(j, "ke")
		v, n := numberAt(r.ts, j)
		if n == 0 || j == i+1 || v < 1 || v > 4 || v != float64(int(v)) {
			return span{}, 0
		}
		nth, j = int(v), j+n-1
	}
	first, n := r.firstOfMonth(j + 1)
	if n == 0 {
		return span{}, 0
	}
	days := func(from time.Time) string {
		return from.Format(time.DateOnly) + ".." + from.AddDate(0, 0, 6).Format(time.DateOnly)
	}
	say := func(from time.Time) string {
		to := from.AddDate(0, 0, 6)
		return fmt.Sprintf("%d/%d sampai %d/%d", from.Day(), from.Month(), to.Day(), to.Month())
	}
	seventh := first.AddDate(0, 0, 7*(nth-1))
	monday := first.AddDate(0, 0, 7*(nth-1)-(int(first.Weekday())+6)%7)
	if monday.Equal(seventh) {
		return span{name: days(seventh)}, j + 1 + n - i
	}
	return span{
		name: days(seventh), other: days(monday),
		choice: [3]string{"Minggu ke-" + strconv.Itoa(nth) + " dihitung dari tanggal berapa?", "Tanggal " + say(seventh), "Senin sampai Minggu, " + say(monday)},
	}, j + 1 + n - i
}

// firstOfMonth is the first day of the month named at token i.
func (r periodReader) firstOfMonth(i int) (time.Time, int) {
	if y, m, n := r.month(i); n > 0 {
		return time.Date(y, m, 1, 0, 0, 0, 0, r.at.Location()), n
	}
	if s, n := r.unit(i); n > 0 && (s.name == city.PeriodThisMonth || s.name == city.PeriodLastMonth) {
		if p, err := city.ParsePeriod(s.name, r.at, r.at.Location()); err == nil {
			return p.From, n
		}
	}
	return time.Time{}, 0
}

// clock reads hours of one day: "jam 8 sampai jam 12 kemarin", "kemarin pukul
// 08.00-12.00". The day must be said; hours are those of a 24-hour clock.
func (r periodReader) clock(i int) (span, int) {
	day, n := r.oneDay(i)
	j := i + n
	opened := r.word(j) == "antara"
	if opened || r.word(j) == "dari" || r.word(j) == "mulai" {
		j++
	}
	if w := r.word(j); w != "jam" && w != "pukul" {
		return span{}, 0
	}
	from, k := r.hour(j + 1)
	if k == 0 {
		return span{}, 0
	}
	j, ok := r.between(j+1+k, opened)
	if !ok {
		return span{}, 0
	}
	if w := r.word(j); w == "jam" || w == "pukul" {
		j++
	}
	to, k := r.hour(j)
	if k == 0 || to <= from {
		return span{}, 0
	}
	j += k
	if w := r.word(j); w == "wita" || w == "wib" || w == "wit" {
		j++
	}
	if part := partOfDay[r.word(j)]; part != [2]int{} {
		if from < part[0]-1 || to > part[1]+1 {
			return span{}, 0 // "jam 2 sampai jam 4 sore"
		}
		j++
	}
	if n == 0 {
		if day, n = r.oneDay(j); n == 0 {
			return span{}, 0
		}
		j += n
	}
	return span{name: hours(day, [2]int{from, to})}, j - i
}

// hour reads a full hour of the day: 8, 08.00.
func (r periodReader) hour(i int) (int, int) {
	if i >= len(r.ts) || !r.ts[i].number {
		return 0, 0
	}
	raw, minutes, _ := strings.Cut(r.ts[i].raw, ".")
	h, err := strconv.Atoi(raw)
	if err != nil || h > 24 || minutes != "" && minutes != "00" {
		return 0, 0
	}
	return h, 1
}

// oneDay reads a day that is over or under way.
func (r periodReader) oneDay(i int) (time.Time, int) {
	if r.word(i) == "tadi" {
		return midnight(r.at), 1
	}
	for _, rule := range []func(int) (span, int){r.phrase, r.dayOrRange, r.weekday} {
		s, n := rule(i)
		if n == 0 || s.name == "" || strings.Contains(s.name, "..") || !isDay(s.name, r.at) {
			continue
		}
		if p, err := city.ParsePeriod(s.name, r.at, r.at.Location()); err == nil {
			return p.From, n
		}
	}
	return time.Time{}, 0
}
