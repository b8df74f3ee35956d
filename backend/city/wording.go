package city

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// FormatNumber writes v as Indonesians do, thousands grouped by points and the
// decimals after a comma: 1482 → "1.482", 12.46 with 1 decimal → "12,5". Halves
// are rounded away from zero. With decimals below 0 as many as v needs are
// written, at most six. What is no number is "–".
func FormatNumber(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	trim := decimals < 0
	decimals = min(decimals, 12)
	if trim {
		decimals = 6
	}
	s := Number(roundTo(v, decimals), decimals, ',')
	if trim {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ",")
	}
	if strings.Trim(s, "-0,.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return s
}

// roundTo rounds halves away from zero as they are written in decimal: 1.005
// with two decimals is 1.01, although the nearest float is a little less.
func roundTo(v float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	if math.Abs(v)*scale >= 1<<52 {
		return v
	}
	scaled := v * scale
	r := math.Round(scaled)
	if d := math.Abs(scaled - math.Trunc(scaled)); d < 0.5 && 0.5-d <= 1e-15*max(1, math.Abs(scaled)) {
		r = math.Trunc(scaled) + math.Copysign(1, v)
	}
	return r / scale
}

// FormatValue writes a value with its unit: rupiah in front ("Rp 15.092/kg"),
// all else behind ("8,1 m", "12,5 %", "1.482 laporan"). Sums of rupiah (not
// prices per something) of a million and more are shortened to at most two
// decimals: "Rp 250 juta", "Rp 1,2 miliar", "Rp 3,45 triliun".
func FormatValue(v float64, decimals int, unit string) string {
	unit = strings.TrimSpace(unit)
	per, isRupiah := strings.CutPrefix(unit, "Rp")
	if isRupiah && (per == "" || !('a' <= per[0] && per[0] <= 'z')) {
		if per == "" {
			if short, ok := shortRupiah(v); ok {
				return short
			}
		}
		n := FormatNumber(v, decimals)
		if neg, ok := strings.CutPrefix(n, "-"); ok {
			return "-Rp " + neg + per
		}
		return "Rp " + n + per
	}
	if unit == "" {
		return FormatNumber(v, decimals)
	}
	return FormatNumber(v, decimals) + " " + unit
}

func shortRupiah(v float64) (string, bool) {
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	for _, s := range []struct {
		size float64
		name string
	}{{1e12, "triliun"}, {1e9, "miliar"}, {1e6, "juta"}} {
		// What would be written as 1.000 of a name takes the next name.
		if n := roundTo(v/s.size, 2); n >= 1 && v >= 1e6 && !math.IsInf(v, 0) {
			return sign + "Rp " + FormatNumber(n, -1) + " " + s.name, true
		}
	}
	return "", false
}

// FormatDay writes the day of t in a zone: "18 Juni 2026".
func FormatDay(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return dayMonth(t) + " " + year(t)
}

// FormatMoment writes a moment in a zone with the zone's label: "Rabu, 18 Juni
// 2026 20.00 WITA". An empty label is left out.
func FormatMoment(t time.Time, zone *time.Location, label string) string {
	t = t.In(zone)
	s := weekdays[t.Weekday()] + ", " + FormatDay(t, zone) + " " + clock(t)
	if label != "" {
		s += " " + label
	}
	return s
}

func dayMonth(t time.Time) string { return strconv.Itoa(t.Day()) + " " + monthsID[t.Month()-1] }
func year(t time.Time) string     { return strconv.Itoa(t.Year()) }
func clock(t time.Time) string    { return t.Format("15.04") }

// FormatPeriod writes what a period covers, in a zone. A period that begins at
// midnight is written in days, the last one counted although it may not be over
// ("18 Juni 2026", "1–18 Juni 2026", "28 Mei – 3 Juni 2026"), in months or in
// years when it is whole ones ("Maret 2026", "Januari–Maret 2026", "2026"); any
// other with its hours ("12 Juni 20.00 – 18 Juni 2026 20.00"). Without a
// beginning it is "sampai 18 Juni 2026 20.00". One that holds nothing because
// it lies ahead is written as what its name covers.
func FormatPeriod(p Period, zone *time.Location) string {
	if p.Empty() {
		if whole, err := ParsePeriod(p.Name, farAhead, zone); err == nil && !whole.Empty() && absolutePeriod(p.Name) {
			p = whole
		}
	}
	from, to := p.From.In(zone), p.To.In(zone)
	switch {
	case p.From.IsZero():
		return "sampai " + FormatDay(to, zone) + " " + clock(to)
	case p.Empty():
		return FormatDay(from, zone)
	case !from.Equal(startOfDay(from)):
		return hours(from, to)
	}
	if from.Day() == 1 && to.Day() == 1 && to.Equal(startOfDay(to)) {
		return months(from, to.AddDate(0, -1, 0))
	}
	return days(from, to.Add(-time.Nanosecond))
}

func hours(from, to time.Time) string {
	switch {
	case sameDay(from, to):
		return dayMonth(from) + " " + year(from) + " " + clock(from) + "–" + clock(to)
	case from.Year() == to.Year():
		return dayMonth(from) + " " + clock(from) + " – " + dayMonth(to) + " " + year(to) + " " + clock(to)
	}
	return dayMonth(from) + " " + year(from) + " " + clock(from) + " – " + dayMonth(to) + " " + year(to) + " " + clock(to)
}

// months writes whole months, the last one counted.
func months(from, last time.Time) string {
	switch {
	case from.Month() == time.January && last.Month() == time.December:
		if from.Year() == last.Year() {
			return year(from)
		}
		return year(from) + "–" + year(last)
	case from.Year() != last.Year():
		return monthsID[from.Month()-1] + " " + year(from) + " – " + monthsID[last.Month()-1] + " " + year(last)
	case from.Month() == last.Month():
		return monthsID[from.Month()-1] + " " + year(from)
	}
	return monthsID[from.Month()-1] + "–" + monthsID[last.Month()-1] + " " + year(from)
}

// days writes whole days, the last one counted.
func days(from, last time.Time) string {
	switch {
	case sameDay(from, last):
		return dayMonth(from) + " " + year(from)
	case from.Year() != last.Year():
		return dayMonth(from) + " " + year(from) + " – " + dayMonth(last) + " " + year(last)
	case from.Month() != last.Month():
		return dayMonth(from) + " – " + dayMonth(last) + " " + year(last)
	}
	return strconv.Itoa(from.Day()) + "–" + dayMonth(last) + " " + year(last)
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}
