package planner

import (
	"strconv"
	"time"

	"balaikota/backend/city"
)

// span is a stretch of time as a question names it.
type span struct {
	// name is what city.ParsePeriod reads; empty for the others.
	name string
	// before is true for "bulan sebelumnya": the period before the one talked
	// about; unit says which kind, "" for any.
	before bool
	unit   string
	// ahead is how many days ahead of today it reaches, 0 for the past.
	ahead int
	// far is true when it lies further ahead than any forecast.
	far bool
	// other is what the words may as well mean: "dari Maret" is since or in.
	other string
	// choice is the question that tells name and other apart, and their texts;
	// empty for "since or in".
	choice [3]string
	// vague is true when the words leave open how long it is.
	vague bool
}

// maxAhead is how many days ahead forecasts reach (city.ForecastInput).
const maxAhead = 14

// periodReader reads periods in the tokens of one question.
type periodReader struct {
	ts []token
	at time.Time // in the city's zone
}

func (r periodReader) word(i int) string {
	if i < 0 || i >= len(r.ts) {
		return ""
	}
	return r.ts[i].word
}

// at returns the longest period that begins at token i and how many tokens it
// takes, 0 when there is none.
func (r periodReader) read(i int) (span, int) {
	var best span
	longest := 0
	for _, rule := range []func(int) (span, int){
		r.phrase, r.unit, r.counted, r.oneUnit, r.dayOrRange, r.monthOrRange, r.year, r.weekday, r.quarter, r.since, r.after, r.weekend, r.weekOfMonth, r.clock,
	} {
		s, n := rule(i)
		if n <= longest {
			continue
		}
		if s.name != "" { // 31 Februari is no day
			if _, err := city.ParsePeriod(s.name, r.at, r.at.Location()); err != nil {
				continue
			}
		}
		best, longest = s, n
	}
	return best, longest
}

// unitWords are the calendar units by the names people give them.
var unitWords = map[string]string{
	"hari": "hari", "minggu": "minggu", "pekan": "minggu", "bulan": "bulan", "tahun": "tahun", "triwulan": "triwulan", "kuartal": "triwulan", "semester": "semester", "jam": "jam",
}

// pastWords say that a unit is the one before this.
var pastWords = map[string]bool{"lalu": true, "kemarin": true, "lewat": true, "silam": true, "kemaren": true, "samalam": true, "tadi": true}

var backWords = map[string]bool{"terakhir": true, "belakangan": true, "belakang": true, "kebelakang": true, "terkini": true, "lalu": false}

// skip steps over "yang" in "yang lalu".
func (r periodReader) skip(i int, word string) int {
	if r.word(i) == word {
		return i + 1
	}
	return i
}

// phrase reads periods of one fixed wording.
func (r periodReader) phrase(i int) (span, int) {
	day := func(n int) time.Time { return midnight(r.at).AddDate(0, 0, n) }
	a, b := r.word(i), r.word(i+1)
	switch {
	case a == "hari" && b == "ini", a == "harini":
		if c := partOfDay[r.word(i+2)]; c != [2]int{} && a == "hari" {
			return span{name: hours(day(0), c)}, 3
		}
		return span{name: city.PeriodToday}, 1 + btoi(a == "hari")
	case a == "kemarin" && (b == "lusa" || b == "dulu" || b == "dulunya"):
		return span{name: city.PeriodDayBefore}, 2
	case a == "kemarin" && partOfDay[b] != [2]int{}:
		return span{name: hours(day(-1), partOfDay[b])}, 2
	case a == "periode" && (b == "sebelumnya" || b == "lalu"), a == "waktu" && b == "sebelumnya":
		return span{before: true}, 2
	case a == "sebelumnya":
		return span{before: true}, 1
	case a == "hari" && (b == "sebelumnya" || b == "sebelum"):
		return span{before: true, unit: "hari"}, 2
	case a == "hari" && b == "kemarin":
		return span{name: city.PeriodYesterday}, 2
	case a == "kemarin", a == "samalam":
		return span{name: city.PeriodYesterday}, 1
	case a == "semalam", a == "tadi" && b == "malam":
		return span{name: hours(day(-1), partOfDay["malam"])}, 1 + btoi(a == "tadi")
	case a == "tadi" && partOfDay[b] != [2]int{}:
		return span{name: hours(day(0), partOfDay[b])}, 2
	case (a == "pagi" || a == "siang" || a == "sore") && (b == "ini" || b == "tadi"):
		return span{name: hours(day(0), partOfDay[a])}, 2
	case a == "malam" && b == "ini", a == "nanti" && partOfDay[b] != [2]int{}:
		return span{ahead: 1}, 2
	case a == "besok" && b == "lusa":
		return span{ahead: 2}, 2
	case a == "besok" && partOfDay[b] != [2]int{}:
		return span{ahead: 1}, 2
	case a == "besok":
		return span{ahead: 1}, 1
	case a == "lusa":
		return span{ahead: 2}, 1
	case a == "selama" && b == "ini", a == "sepanjang" && b == "waktu", a == "sampai" && (b == "sekarang" || b == "kini"), a == "sejauh" && b == "ini", a == "hingga" && b == "kini":
		return span{name: city.PeriodUntilNow}, 2
	}
	return span{}, 0
}

// partOfDay are the hours of a part of the day; night runs into the next day.
var partOfDay = map[string][2]int{"pagi": {5, 11}, "siang": {11, 15}, "sore": {15, 18}, "malam": {18, 30}, "subuh": {4, 6}}

func hours(day time.Time, part [2]int) string {
	const form = "2006-01-02T15:04:05"
	at := func(h int) string {
		return time.Date(day.Year(), day.Month(), day.Day(), h, 0, 0, 0, day.Location()).Format(form)
	}
	return at(part[0]) + ".." + at(part[1])
}

// unit reads "bulan lalu", "minggu ini", "tahun kemarin", "pekan depan".
func (r periodReader) unit(i int) (span, int) {
	unit, ok := unitWords[r.word(i)]
	if !ok || unit == "hari" || unit == "jam" {
		return span{}, 0
	}
	j := r.skip(i+1, "yang")
	switch w := r.word(j); {
	case w == "ini" || w == "berjalan" || w == "sekarang":
		return span{name: unit + "_ini"}, j + 1 - i
	case pastWords[w]:
		return span{name: unit + "_lalu"}, j + 1 - i
	case w == "sebelumnya" || w == "sebelum":
		return span{before: true, unit: unit}, j + 1 - i
	case w == "depan" || w == "mendatang" || w == "berikutnya":
		if unit == "minggu" {
			return span{ahead: 7}, j + 1 - i
		}
		return span{far: true}, j + 1 - i
	case w == "terakhir" && unit != "triwulan" && unit != "semester":
		return span{name: back(1, unit), vague: true}, j + 1 - i
	}
	return span{}, 0
}

// counted reads "7 hari terakhir", "dua bulan yang lalu", "3 hari ke depan".
func (r periodReader) counted(i int) (span, int) {
	v, n := numberAt(r.ts, i)
	if n == 0 || v != float64(int(v)) || v < 1 || v > 4000 || r.limits(i) || r.ts[i].glued {
		return span{}, 0
	}
	unit, ok := unitWords[r.word(i+n)]
	if !ok {
		return span{}, 0
	}
	s, m := r.direction(i+n+1, int(v), unit)
	if m == 0 {
		return span{}, 0
	}
	return s, n + 1 + m
}

// limits reports whether the number at i is a limit: "di atas 40 bulan lalu"
// speaks of 40, not of forty months.
func (r periodReader) limits(i int) bool {
	for w := r.word(i - 1); w == "angka" || w == "nilai" || w == "batas" || w == "rp" || w == "level"; w = r.word(i - 1) {
		i--
	}
	switch r.word(i - 1) {
	case "atas", "bawah":
		return r.word(i-2) == "di"
	case "diatas", "dibawah", "melebihi", "melampaui", "melewati", "tembus", "menembus", ">", "<":
		return true
	case "dari", "daripada":
		w := r.word(i - 2)
		return w == "lebih" || w == "kurang" || w == "tinggi" || w == "rendah" || w == "besar" || w == "kecil"
	}
	return false
}

// oneUnit reads "seminggu terakhir", "sebulan ini", "setahun belakangan".
func (r periodReader) oneUnit(i int) (span, int) {
	unit, ok := map[string]string{"sehari": "hari", "seminggu": "minggu", "sepekan": "minggu", "sebulan": "bulan", "setahun": "tahun", "sejam": "jam"}[r.word(i)]
	if !ok {
		return span{}, 0
	}
	s, m := r.direction(i+1, 1, unit)
	if m == 0 {
		return span{}, 0
	}
	return s, 1 + m
}

// direction reads what follows a count of units: back or ahead.
func (r periodReader) direction(i, n int, unit string) (span, int) {
	j := r.skip(r.skip(i, "yang"), "ke")
	switch w := r.word(j); {
	case w == "terakhir" || w == "belakangan" || w == "belakang" || w == "terkini" || w == "ini" || w == "kebelakang":
		m := j + 1 - i
		if w == "belakangan" && r.word(j+1) == "ini" {
			m++
		}
		return span{name: back(n, unit)}, m
	case w == "depan" || w == "mendatang" || w == "lagi" || w == "berikutnya" || w == "kedepan":
		days := n * map[string]int{"hari": 1, "minggu": 7, "bulan": 30, "tahun": 365, "jam": 0}[unit]
		if days > maxAhead || unit == "jam" {
			return span{far: true}, j + 1 - i
		}
		return span{ahead: days}, j + 1 - i
	case (w == "lalu" || w == "silam" || w == "sebelum") && n <= 60:
		return span{name: r.ago(n, unit)}, j + 1 - i
	}
	return span{}, 0
}

func back(n int, unit string) string {
	switch unit {
	case "tahun":
		n, unit = 12*n, "bulan"
	case "triwulan":
		n, unit = 3*n, "bulan"
	case "semester":
		n, unit = 6*n, "bulan"
	case "bulan":
		if n == 1 {
			n, unit = 30, "hari"
		}
	case "minggu":
		n, unit = 7*n, "hari"
	}
	return strconv.Itoa(n) + "_" + unit + "_terakhir"
}

// ago names the calendar unit n units before this one: "2 bulan lalu".
func (r periodReader) ago(n int, unit string) string {
	p, err := city.ParsePeriod(map[string]string{"hari": city.PeriodToday}[unit]+map[bool]string{true: unit + "_ini"}[unit != "hari"], r.at, r.at.Location())
	if err != nil {
		return strconv.Itoa(n) + "_" + unit + "_terakhir" // hours have no calendar unit
	}
	if unit == "hari" && n <= 2 {
		return map[int]string{1: city.PeriodYesterday, 2: city.PeriodDayBefore}[n]
	}
	if n == 1 {
		return unit + "_lalu"
	}
	if unit == "hari" {
		return midnight(r.at).AddDate(0, 0, -n).Format(time.DateOnly)
	}
	for range n {
		p = p.Previous(r.at.Location())
	}
	return p.Name
}

// year reads "tahun 2024" and a bare year.
func (r periodReader) year(i int) (span, int) {
	j := r.skip(i, "tahun")
	if y := r.yearAt(j); y > 0 {
		return span{name: strconv.Itoa(y)}, j + 1 - i
	}
	return span{}, 0
}

func (r periodReader) yearAt(i int) int {
	if i >= len(r.ts) || !r.ts[i].number || len(r.ts[i].raw) != 4 {
		return 0
	}
	if y := int(r.ts[i].value); y >= 1945 && y <= 2099 {
		return y
	}
	return 0
}

// quarter reads "triwulan II 2026", "semester pertama", "kuartal 3 tahun lalu".
func (r periodReader) quarter(i int) (span, int) {
	unit := unitWords[r.word(i)]
	if unit != "triwulan" && unit != "semester" {
		return span{}, 0
	}
	nth := map[string]int{"i": 1, "ii": 2, "iii": 3, "iv": 4, "pertama": 1, "kedua": 2, "ketiga": 3, "keempat": 4, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "1": 1, "2": 2, "3": 3, "4": 4}[r.word(i+1)]
	months := map[string]int{"triwulan": 3, "semester": 6}[unit]
	if nth == 0 || nth*months > 12 {
		return span{}, 0
	}
	n := 2
	year, m := r.yearAfter(i + n)
	if m == 0 {
		year = r.at.Year()
		if time.Month((nth-1)*months+1) > r.at.Month() {
			year--
		}
	}
	mark := map[string]string{"triwulan": "-T", "semester": "-S"}[unit]
	return span{name: strconv.Itoa(year) + mark + strconv.Itoa(nth)}, n + m
}

// yearAfter reads the year that stands behind a month or quarter.
func (r periodReader) yearAfter(i int) (year, n int) {
	j := r.skip(i, "tahun")
	if y := r.yearAt(j); y > 0 {
		return y, j + 1 - i
	}
	if r.word(i) == "tahun" {
		k := r.skip(i+1, "yang")
		switch {
		case r.word(k) == "ini":
			return r.at.Year(), k + 1 - i
		case pastWords[r.word(k)]:
			return r.at.Year() - 1, k + 1 - i
		}
	}
	return 0, 0
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
