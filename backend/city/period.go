package city

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Period is a stretch of time [From, To), named as ParsePeriod reads it.
//
// From is the zero time for a period without a beginning (sampai_kini). To is
// never after the moment the question was asked from; a period that lies
// wholly ahead of it has From = To = its beginning and holds nothing.
type Period struct {
	Name string    `json:"name"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Empty reports whether no moment lies in the period.
func (p Period) Empty() bool { return !p.From.Before(p.To) }

// Names of periods that stand alone. The others are N_jam_terakhir,
// N_hari_terakhir, N_minggu_terakhir, N_bulan_terakhir; 2026, 2026-03,
// 2026-03-09, 2026-T1 (triwulan, quarter), 2026-S2 (semester); A..B, both days
// or both months, both counted; sejak:2026-03-09.
const (
	PeriodToday             = "hari_ini"
	PeriodYesterday         = "kemarin"
	PeriodDayBefore         = "kemarin_dulu"
	PeriodThisWeek          = "minggu_ini"
	PeriodLastWeek          = "minggu_lalu"
	PeriodThisMonth         = "bulan_ini"
	PeriodLastMonth         = "bulan_lalu"
	PeriodThisQuarter       = "triwulan_ini"
	PeriodLastQuarter       = "triwulan_lalu"
	PeriodThisHalf          = "semester_ini"
	PeriodLastHalf          = "semester_lalu"
	PeriodThisYear          = "tahun_ini"
	PeriodLastYear          = "tahun_lalu"
	PeriodUntilNow          = "sampai_kini"
	periodSince             = "sejak:"
	firstYear               = 1900
	lastYear                = 2199
	longestHours      int64 = LongestMeasurePeriod * 366 * 24
)

// farAhead is later than any period's end: at this moment all are over.
var farAhead = time.Date(lastYear+LongestMeasurePeriod+1, 1, 1, 0, 0, 0, 0, time.UTC)

// ParsePeriod reads the name of a period as of the moment at, in the city's
// zone, by the definitions of docs/architecture.md: weeks are Monday to Sunday;
// a period called "ini" ends at at; N days back are N×24 hours before at, N
// months back the same hour of that day N months earlier (of the last day of a
// shorter month). Nothing after at is in any period. The error is Invalid with
// Field "period".
func ParsePeriod(name string, at time.Time, zone *time.Location) (Period, error) {
	at = at.In(zone)
	if y := at.Year(); y < firstYear || y > lastYear+LongestMeasurePeriod+1 {
		return Period{}, InvalidField("period", "cannot be reckoned from the year %d", y)
	}
	from, to, ok := namedPeriod(name, at)
	if !ok {
		from, to, ok = countedPeriod(name, at)
	}
	if !ok {
		from, to, ok = datedPeriod(name, at)
	}
	switch {
	case !ok:
		return Period{}, InvalidField("period", "%.60q is no period; use a name such as bulan_ini, minggu_lalu, 7_hari_terakhir, 2026, 2026-03, 2026-03-09, 2026-T1, 2026-S1, 2026-01-05..2026-01-20, sejak:2026-01-05", name)
	case !from.IsZero() && to.After(from.AddDate(LongestMeasurePeriod, 0, 0)):
		return Period{}, InvalidField("period", "%.60q is longer than %d years", name, LongestMeasurePeriod)
	}
	if to.After(at) {
		to = at
	}
	if to.Before(from) {
		to = from
	}
	return Period{Name: name, From: from, To: to}, nil
}

// unit is a calendar unit: where the one that holds a moment begins, and how
// many months or days it is long.
type calendarUnit struct {
	start        func(time.Time) time.Time
	months, days int
}

func (u calendarUnit) add(t time.Time, n int) time.Time { return t.AddDate(0, n*u.months, n*u.days) }

var calendarUnits = map[string]calendarUnit{
	"hari":     {startOfDay, 0, 1},
	"minggu":   {startOfWeek, 0, 7},
	"bulan":    {func(t time.Time) time.Time { return startOfMonths(t, 1) }, 1, 0},
	"triwulan": {func(t time.Time) time.Time { return startOfMonths(t, 3) }, 3, 0},
	"semester": {func(t time.Time) time.Time { return startOfMonths(t, 6) }, 6, 0},
	"tahun":    {func(t time.Time) time.Time { return startOfMonths(t, 12) }, 12, 0},
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func startOfWeek(t time.Time) time.Time {
	return startOfDay(t).AddDate(0, 0, -(int(t.Weekday())+6)%7)
}

// startOfMonths is the beginning of the n months that t lies in; n divides 12.
func startOfMonths(t time.Time, n int) time.Time {
	m := (int(t.Month())-1)/n*n + 1
	return time.Date(t.Year(), time.Month(m), 1, 0, 0, 0, 0, t.Location())
}

func namedPeriod(name string, at time.Time) (from, to time.Time, ok bool) {
	switch name {
	case PeriodYesterday, PeriodDayBefore:
		back := -1
		if name == PeriodDayBefore {
			back = -2
		}
		from = startOfDay(at).AddDate(0, 0, back)
		return from, from.AddDate(0, 0, 1), true
	case PeriodUntilNow:
		return time.Time{}, at, true
	}
	word, which, _ := strings.Cut(name, "_")
	unit, known := calendarUnits[word]
	if !known {
		return from, to, false
	}
	start := unit.start(at)
	switch which {
	case "ini":
		return start, at, true
	case "lalu":
		return unit.add(start, -1), start, word != "hari"
	}
	return from, to, false
}

// countedPeriod reads N_hari_terakhir and its like.
func countedPeriod(name string, at time.Time) (from, to time.Time, ok bool) {
	count, rest, _ := strings.Cut(name, "_")
	word, tail, _ := strings.Cut(rest, "_")
	n, good := plainNumber(count)
	if !good || n < 1 || tail != "terakhir" {
		return from, to, false
	}
	hours := map[string]int64{"jam": 1, "hari": 24, "minggu": 7 * 24}[word]
	switch {
	case hours > 0 && int64(n) <= longestHours/hours:
		return at.Add(-time.Duration(int64(n)*hours) * time.Hour), at, true
	case word == "bulan" && n <= 12*LongestMeasurePeriod:
		return monthsEarlier(at, n), at, true
	}
	return from, to, false
}

// monthsEarlier keeps to the last day where the earlier month is shorter.
func monthsEarlier(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month(), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location()).AddDate(0, -n, 0)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

// momentForm is how a moment stands in the name of a period; a fraction of the
// second may follow.
const momentForm = "2006-01-02T15:04:05"

// datedPeriod reads periods that carry their dates.
func datedPeriod(name string, at time.Time) (from, to time.Time, ok bool) {
	if day, since := strings.CutPrefix(name, periodSince); since {
		from, _, ok = dated(day, at.Location())
		if to = at; to.Before(from) {
			to = from
		}
		return from, to, ok && len(day) == len(time.DateOnly)
	}
	a, b, ranged := strings.Cut(name, "..")
	if ranged && len(a) > len(time.DateOnly) {
		from, err := time.ParseInLocation(momentForm, a, at.Location())
		to, err2 := time.ParseInLocation(momentForm, b, at.Location())
		return from, to, err == nil && err2 == nil && from.Year() >= firstYear && to.Year() <= lastYear && !to.Before(from)
	}
	from, to, ok = dated(a, at.Location())
	if !ranged || !ok {
		return from, to, ok
	}
	last, end, ok := dated(b, at.Location())
	return from, end, ok && len(a) == len(b) && len(a) >= len("2006-01") && !strings.ContainsAny(name, "TS") && !last.Before(from)
}

// dated reads a year, quarter, half, month or day.
func dated(s string, zone *time.Location) (from, to time.Time, ok bool) {
	y, good := plainNumber(s[:min(4, len(s))])
	if !good || len(s) < 4 || y < firstYear || y > lastYear {
		return from, to, false
	}
	begin := func(month int) time.Time { return time.Date(y, time.Month(month), 1, 0, 0, 0, 0, zone) }
	rest := s[4:]
	if rest == "" {
		return begin(1), begin(13), true
	}
	if len(rest) == 3 && rest[0] == '-' {
		n := int(rest[2] - '0')
		switch {
		case rest[1] == 'T' && n >= 1 && n <= 4:
			return begin(3*n - 2), begin(3*n + 1), true
		case rest[1] == 'S' && n >= 1 && n <= 2:
			return begin(6*n - 5), begin(6*n + 1), true
		}
		if t, err := time.ParseInLocation("2006-01", s, zone); err == nil {
			return t, t.AddDate(0, 1, 0), true
		}
		return from, to, false
	}
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	return t, t.AddDate(0, 0, 1), err == nil && len(s) == len(time.DateOnly)
}

func plainNumber(s string) (int, bool) {
	if s == "" || len(s) > 6 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// absolutePeriod reports whether a name means the same whenever it is read.
func absolutePeriod(name string) bool {
	_, _, ok := datedPeriod(name, farAhead)
	return ok && !strings.HasPrefix(name, periodSince)
}

// Previous returns the period before p, in the city's zone, of the same kind:
// before a calendar unit the unit before (before bulan_ini the whole month
// before), before a range of days or months one of as many, before any other
// stretch one as long that ends where it begins. ParsePeriod reads its name
// alike at every later moment. A period without a beginning has none before
// it: an empty one without a name is returned.
func (p Period) Previous(zone *time.Location) Period {
	if p.From.IsZero() {
		return Period{}
	}
	from := p.From.In(zone)
	if unit, ok := unitOf(p.Name); ok {
		before := unit.add(from, -1)
		return Period{Name: dateName(before, from, unit), From: before, To: from}
	}
	if len(p.Name) <= len("2006-01-02..2006-01-02") && absolutePeriod(p.Name) {
		_, to, _ := datedPeriod(p.Name, p.To.In(zone))
		before := rangeBefore(p.Name, from, to)
		return Period{Name: rangeName(before, from, p.Name), From: before, To: from}
	}
	before := from.Add(-p.To.Sub(p.From))
	const fraction = momentForm + ".999999999"
	return Period{Name: before.Format(fraction) + ".." + from.Format(fraction), From: before, To: from}
}

// unitOf is the calendar unit that a name means one of.
func unitOf(name string) (calendarUnit, bool) {
	word, which, _ := strings.Cut(name, "_")
	switch {
	case name == PeriodYesterday || name == PeriodDayBefore:
		word = "hari"
	case which == "ini" || which == "lalu":
	case !absolutePeriod(name) || strings.Contains(name, ".."):
		return calendarUnit{}, false
	case len(name) == len("2006"):
		word = "tahun"
	case strings.Contains(name, "T"):
		word = "triwulan"
	case strings.Contains(name, "S"):
		word = "semester"
	case len(name) == len("2006-01"):
		word = "bulan"
	default:
		word = "hari"
	}
	unit, ok := calendarUnits[word]
	return unit, ok
}

// dateName names one calendar unit by its dates.
func dateName(from, to time.Time, unit calendarUnit) string {
	month := int(from.Month()) - 1
	switch {
	case unit.days == 1:
		return from.Format(time.DateOnly)
	case unit.days > 1:
		return from.Format(time.DateOnly) + ".." + to.AddDate(0, 0, -1).Format(time.DateOnly)
	case unit.months == 3:
		return fmt.Sprintf("%04d-T%d", from.Year(), month/3+1)
	case unit.months == 6:
		return fmt.Sprintf("%04d-S%d", from.Year(), month/6+1)
	case unit.months == 12:
		return fmt.Sprintf("%04d", from.Year())
	}
	return from.Format("2006-01")
}

// rangeBefore is where the range of as many months or days begins that ends
// where from begins.
func rangeBefore(name string, from, to time.Time) time.Time {
	if len(name) == len("2006-01..2006-01") {
		n := (to.Year()-from.Year())*12 + int(to.Month()-from.Month())
		return from.AddDate(0, -n, 0)
	}
	// Days are counted at noon, so that a day of another length counts as one.
	n := int(to.Add(12*time.Hour).Sub(from) / (24 * time.Hour))
	return from.AddDate(0, 0, -n)
}

func rangeName(before, from time.Time, name string) string {
	if len(name) == len("2006-01..2006-01") {
		return before.Format("2006-01") + ".." + from.AddDate(0, -1, 0).Format("2006-01")
	}
	return before.Format(time.DateOnly) + ".." + from.AddDate(0, 0, -1).Format(time.DateOnly)
}
