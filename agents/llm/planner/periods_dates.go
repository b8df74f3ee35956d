package planner

import (
	"fmt"
	"time"

	"balaikota/backend/city"
)

var monthWords = map[string]time.Month{
	"januari": 1, "februari": 2, "pebruari": 2, "maret": 3, "april": 4, "mei": 5, "juni": 6, "juli": 7, "agustus": 8, "september": 9, "oktober": 10, "november": 11, "nopember": 11, "desember": 12,
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "agu": 8, "agt": 8, "ags": 8, "agst": 8, "sep": 9, "sept": 9, "okt": 10, "nov": 11, "nop": 11, "des": 12,
}

var weekdayWords = map[string]time.Weekday{
	"senin": 1, "selasa": 2, "rabu": 3, "kamis": 4, "jumat": 5, "sabtu": 6, "ahad": 0, "minggu": 0,
}

// betweenWords join the two ends of a range.
var betweenWords = map[string]bool{"sampai": true, "hingga": true, "dan": true, "sd": true, "s": true}

// monthOrRange reads "bulan Maret", "Maret 2025", "Maret tahun lalu",
// "Januari sampai Maret".
func (r periodReader) monthOrRange(i int) (span, int) {
	start := i
	opened := false
	if w := r.word(i); w == "antara" || w == "dari" {
		opened, i = true, i+1
	}
	year, month, n := r.month(i)
	if n == 0 {
		return span{}, 0
	}
	first := monthName(year, month)
	if opened && r.word(start) == "dari" && !betweenWords[r.word(i+n)] {
		return span{}, 0 // "dari Maret": since reads it
	}
	if j, ok := r.between(i+n, opened && r.word(start) == "antara"); ok {
		if y2, m2, n2 := r.month(j); n2 > 0 {
			if y2*12+int(m2) < year*12+int(month) {
				year = y2 - btoi(month > m2)
				first = monthName(year, month)
			}
			return span{name: first + ".." + monthName(y2, m2)}, j + n2 - start
		}
	}
	if opened {
		return span{}, 0
	}
	return span{name: first}, n
}

// between steps over the word that joins two ends; "dan" joins only after
// "antara"; "dari Mei ke Juni" are two times to compare.
func (r periodReader) between(i int, and bool) (int, bool) {
	w := r.word(i)
	if w == "s" && r.word(i+1) == "d" {
		return i + 2, true
	}
	if w == "dan" && !and {
		return i, false
	}
	return i + 1, betweenWords[w]
}

// month reads one month with its year: the latest that has begun when none is said.
func (r periodReader) month(i int) (year int, m time.Month, n int) {
	j := i
	if r.word(j) == "bulan" {
		j++
	}
	m, ok := monthWords[r.word(j)]
	if !ok {
		return 0, 0, 0
	}
	j++
	year, k := r.yearAfter(j)
	j += k
	if k == 0 {
		year = r.at.Year() - btoi(m > r.at.Month())
		if w := r.word(j); pastWords[w] && w != "kemarin" || w == "kemarin" {
			if m == r.at.Month() {
				year--
			}
			j++
		} else if w == "yang" && r.word(j+1) == "lalu" {
			j += 2
		} else if w == "ini" {
			j++
		}
	}
	return year, m, j - i
}

func monthName(year int, m time.Month) string { return fmt.Sprintf("%04d-%02d", year, int(m)) }

// dayOrRange reads "5 Maret", "tanggal 5", "3-10 Maret", "antara 3 dan 10
// Maret", "dari tanggal 3 Maret sampai 10 April".
func (r periodReader) dayOrRange(i int) (span, int) {
	start, and := i, false
	if w := r.word(i); w == "antara" || w == "dari" {
		and, i = w == "antara", i+1
	}
	a, n := r.day(i, true)
	if n == 0 {
		return span{}, 0
	}
	j, joined := r.between(i+n, and)
	if joined {
		if b, m := r.day(j, true); m > 0 {
			if !a.whole && b.whole { // "3 sampai 10 Maret"
				a.month, a.year, a.whole = b.month, b.year, true
			}
			if from, to, ok := r.ends(a, b); ok {
				return span{name: from + ".." + to}, j + m - start
			}
		}
	}
	if start != i || !a.whole && !a.named {
		return span{}, 0
	}
	return span{name: r.dayName(a)}, n
}

// date is a day as far as it was said.
type date struct {
	day   int
	month time.Month
	year  int
	named bool // "tanggal" was said
	whole bool // the month was said
}

func (r periodReader) day(i int, bare bool) (date, int) {
	j := i
	if w := r.word(j); w == "hari" && weekdayKnown(r.word(j+1)) {
		j += 2
	} else if w != "minggu" && weekdayKnown(w) {
		j++
	}
	d := date{named: r.word(j) == "tanggal" || r.word(j) == "tgl"}
	if d.named {
		j++
	}
	if j < len(r.ts) && r.ts[j].word == isoDate {
		t, err := time.ParseInLocation(time.DateOnly, r.ts[j].raw, r.at.Location())
		if err != nil {
			return date{}, 0
		}
		return date{t.Day(), t.Month(), t.Year(), true, true}, j + 1 - i
	}
	v, n := numberAt(r.ts, j)
	if n == 0 || v != float64(int(v)) || v < 1 || v > 31 || !bare && !d.named || r.ts[j].glued {
		return date{}, 0
	}
	d.day, j = int(v), j+n
	if y, m, k := r.month(j); k > 0 && !(r.word(j) == "bulan" && k == 0) {
		d.month, d.year, d.whole = m, y, true
		j += k
	} else if r.word(j) == "bulan" && (r.word(j+1) == "ini" || pastWords[r.word(j+1)]) {
		t := midnight(r.at).AddDate(0, 0, 1-r.at.Day())
		if r.word(j+1) != "ini" {
			t = t.AddDate(0, -1, 0)
		}
		d.month, d.year, d.whole = t.Month(), t.Year(), true
		j += 2
	}
	return d, j - i
}

func weekdayKnown(w string) bool { _, ok := weekdayWords[w]; return ok }

// ends names both days of a range; a month that was not said is that of the
// latest such days.
func (r periodReader) ends(a, b date) (from, to string, ok bool) {
	if !a.whole && !b.whole && !a.named && !b.named {
		return "", "", false
	}
	from, to = r.dayName(a), r.dayName(b)
	if from > to && a.whole && b.whole {
		a.year = b.year - btoi(a.month > b.month)
		from = r.dayName(a)
	}
	return from, to, from <= to
}

// dayName names a day; without a month it is the latest such day.
func (r periodReader) dayName(d date) string {
	if d.whole {
		return fmt.Sprintf("%04d-%02d-%02d", d.year, int(d.month), d.day)
	}
	t := midnight(r.at).AddDate(0, 0, 1-r.at.Day())
	if d.day > r.at.Day() {
		t = t.AddDate(0, -1, 0)
	}
	return fmt.Sprintf("%04d-%02d-%02d", t.Year(), int(t.Month()), d.day)
}

// weekday reads "hari Senin", "Senin lalu", "Jumat kemarin": the latest before today.
func (r periodReader) weekday(i int) (span, int) {
	j := i
	said := r.word(j) == "hari"
	if said {
		j++
	}
	day, ok := weekdayWords[r.word(j)]
	if said && (r.word(i-1) == "per" || r.word(i-1) == "tiap" || r.word(i-1) == "setiap" || r.word(i-1) == "berapa") {
		return span{}, 0 // "per hari minggu ini"
	}
	if !ok || r.word(j) == "minggu" && !said {
		return span{}, 0
	}
	j++
	back := (int(r.at.Weekday()) - int(day) + 7) % 7
	k := r.skip(j, "yang")
	switch w := r.word(k); {
	case w == "ini":
		j = k + 1
	case pastWords[w]:
		j = k + 1
		if back == 0 {
			back = 7
		}
	case w == "depan" || w == "besok" || w == "mendatang":
		return span{ahead: (int(day)-int(r.at.Weekday())+6)%7 + 1}, k + 1 - i
	case back == 0:
		return span{name: city.PeriodToday}, j - i
	}
	if back == 0 {
		return span{name: city.PeriodToday}, j - i
	}
	return span{name: midnight(r.at).AddDate(0, 0, -back).Format(time.DateOnly)}, j - i
}

// weekend reads "akhir pekan lalu", "akhir minggu kemarin", "akhir pekan ini".
func (r periodReader) weekend(i int) (span, int) {
	if r.word(i) != "akhir" || unitWords[r.word(i+1)] != "minggu" {
		return span{}, 0
	}
	k := r.skip(i+2, "yang")
	monday := midnight(r.at).AddDate(0, 0, -(int(r.at.Weekday())+6)%7)
	switch w := r.word(k); {
	case pastWords[w]:
		monday = monday.AddDate(0, 0, -7)
	case w == "ini" && r.at.Weekday() != time.Saturday && r.at.Weekday() != time.Sunday:
		return span{ahead: int(time.Saturday-r.at.Weekday()) + 1}, k + 1 - i
	case w != "ini":
		return span{}, 0
	}
	return span{name: monday.AddDate(0, 0, 5).Format(time.DateOnly) + ".." + monday.AddDate(0, 0, 6).Format(time.DateOnly)}, k + 1 - i
}

// since reads "sejak awal tahun", "dari Maret", "sejak tanggal 5", "mulai bulan lalu".
func (r periodReader) since(i int) (span, int) {
	w := r.word(i)
	if w != "sejak" && w != "dari" && w != "mulai" && w != "semenjak" || w == "dari" && comparative[r.word(i-1)] {
		return span{}, 0
	}
	j := i + 1
	if w == "mulai" && r.word(j) == "dari" {
		j++
	}
	from, n := r.sinceDay(j)
	if n == 0 {
		return span{}, 0
	}
	j += n
	if w == "dari" && r.word(j) == "ke" {
		return span{}, 0 // "dari Mei ke Juni": two times to compare
	}
	other := ""
	if s, m := r.monthOrRange(i + 1); w == "dari" && m == n {
		other = s.name
	}
	// "… sampai sekarang", "… hingga hari ini"
	if k := j + 1; r.word(j) == "sampai" || r.word(j) == "hingga" {
		switch {
		case r.word(k) == "sekarang" || r.word(k) == "kini":
			other, j = "", k+1
		case r.word(k) == "hari" && r.word(k+1) == "ini" || r.word(k) == "saat" && r.word(k+1) == "ini":
			other, j = "", k+2
		}
	} else if w == "dari" && r.word(i+1) != "awal" && !r.ts[i+1].number && monthWords[r.word(i+1)] == 0 && !(r.word(i+1) == "bulan" && monthWords[r.word(i+2)] > 0) && r.word(i+1) != "tanggal" {
		return span{}, 0 // "dari kemarin" may be anything
	}
	return span{name: from, other: other}, j - i
}

// comparative words take "dari" for than, not for since.
var comparative = wordSet("tinggi rendah banyak sedikit besar kecil naik turun beda berbeda berubah meningkat menurun lebih kurang selisih cepat lambat")

func (r periodReader) sinceDay(j int) (string, int) {
	if r.word(j) == "awal" {
		n := 1
		if y, m, k := r.month(j + 1); k > 0 {
			return "sejak:" + monthName(y, m) + "-01", 1 + k
		}
		unit := unitWords[r.word(j+1)]
		if unit == "" || unit == "hari" || unit == "jam" {
			return "", 0
		}
		n++
		if y := r.yearAt(j + n); y > 0 && unit == "tahun" {
			return fmt.Sprintf("sejak:%04d-01-01", y), n + 1
		}
		k := r.skip(j+n, "yang")
		switch {
		case r.word(k) == "ini":
			n = k + 1 - j
		case pastWords[r.word(k)]:
			return r.sinceStart(unit + "_lalu"), k + 1 - j
		}
		return unit + "_ini", n
	}
	for _, rule := range []func(int) (span, int){r.dayOrRange, r.monthOrRange, r.year, r.unit, r.phrase, r.counted, r.weekday} {
		if s, n := rule(j); n > 0 && s.name != "" {
			if from := r.sinceStart(s.name); from != "" {
				return from, n
			}
		}
	}
	return "", 0
}

// sinceStart names the time from the beginning of a period to now.
func (r periodReader) sinceStart(name string) string {
	switch name {
	case city.PeriodThisYear, city.PeriodThisMonth, city.PeriodThisWeek, city.PeriodToday:
		return name
	}
	p, err := city.ParsePeriod(name, r.at, r.at.Location())
	if err != nil || p.From.IsZero() {
		return ""
	}
	return "sejak:" + p.From.Format(time.DateOnly)
}
