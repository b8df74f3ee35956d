package city

import (
	"strconv"
	"strings"
	"time"
)

// Level names as Indonesian disaster practice writes them, and in English.
var severityNames = map[Severity][2]string{
	Perhatian: {"Perhatian", "Attention"},
	Siaga:     {"Siaga", "Standby"},
	Awas:      {"Awas", "Danger"},
}

// ThresholdAlert words the alert of an indicator that has passed a threshold:
// what, where, how much, since when, against which norm. now is in the city's
// zone; a value of another day than today's is told with its day.
func ThresholdAlert(i Indicator, s IndicatorState, t Threshold, areaName, zoneLabel string, now time.Time) Alert {
	read, readEN := valueAt(i, s.Time.In(now.Location()), zoneLabel, now)
	value, limit := Quantity(s.Value, i, ','), Quantity(t.Value, i, ',')
	nameEN := i.NameEN
	if nameEN == "" {
		nameEN = i.Name
	}
	names := severityNames[t.Level]
	where, whereEN := " di "+areaName, " in "+areaName
	if i.Grain == "city" {
		where, whereEN = "", ""
	}
	return Alert{
		Key: "threshold:" + i.Slug + ":" + s.AreaCode, Kind: AlertThreshold, Severity: t.Level,
		Headline:   i.Name + where + " " + value + ": " + names[0],
		HeadlineEN: nameEN + whereEN + " " + Quantity(s.Value, i, '.') + ": " + names[1],
		Evidence:   "Ambang " + names[0] + " " + limit + " (" + t.Source + "), " + read,
		EvidenceEN: names[1] + " threshold " + Quantity(t.Value, i, '.') + " (" + t.Source + "), " + readEN,
		AreaCodes:  []string{s.AreaCode}, Since: s.Time, Source: s.Source, Simulated: s.Simulated,
	}
}

// valueAt says of when a value is, at being in the city's zone: of which month,
// quarter or year where it stands for one, else as of which moment, with its day if
// it is not today's.
func valueAt(i Indicator, at time.Time, zoneLabel string, now time.Time) (id, en string) {
	const month, quarter, full = 28 * 24 * time.Hour, 89 * 24 * time.Hour, 365 * 24 * time.Hour
	number := strconv.Itoa(at.Year())
	switch period := i.Period(); {
	case at.Day() != 1 || period < month:
	case period >= full && at.Month() == time.January:
		return "untuk tahun " + number, "for " + number
	case period >= full:
	case period >= quarter && at.Month()%3 == 1:
		q := int(at.Month()) / 3
		return "untuk triwulan " + []string{"I", "II", "III", "IV"}[q] + " " + number, "for quarter " + strconv.Itoa(q+1) + " of " + number
	case period < quarter:
		return "untuk " + monthsID[at.Month()-1] + " " + number, at.Format("for January 2006")
	}
	day, dayEN := FormatDay(at, at.Location()), at.Format("2 January 2006")
	switch {
	case i.Period() > 0 && at.Equal(startOfDay(at)):
		return "per " + day, "as of " + dayEN
	case sameDay(at, now):
		day, dayEN = "", ""
	default:
		day, dayEN = day+" ", dayEN+" "
	}
	return "per " + day + clock(at) + " " + zoneLabel, "as of " + dayEN + at.Format("15:04") + " " + zoneLabel
}

// Quantity writes a value of an indicator with its unit: "8,10 m",
// "Rp 61.500/kg".
func Quantity(v float64, i Indicator, mark byte) string {
	n := Number(v, i.Decimals, mark)
	if per, ok := strings.CutPrefix(i.Unit, "Rp"); ok {
		return "Rp " + n + per
	}
	return n + " " + i.Unit
}

// Number writes v with the given decimals and decimal mark, thousands grouped
// by the other mark: 15200 → "15.200", 8.1 → "8,10".
func Number(v float64, decimals int, mark byte) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, frac, _ := strings.Cut(s, ".")
	group := "."
	if mark == '.' {
		group = ","
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + group + whole[i:]
	}
	if frac != "" {
		whole += string(mark) + frac
	}
	return sign + whole
}

// SurgeAlert words an unusual number of reports at one place.
func SurgeAlert(areaCode, areaName string, c Category, recent int, usual float64, hours int, now time.Time, simulated bool) Alert {
	name := strings.ToLower(c.Name)
	nameEN := strings.ToLower(c.NameEN)
	if nameEN == "" {
		nameEN = name
	}
	n, h := strconv.Itoa(recent), strconv.Itoa(hours)
	severity := Perhatian
	if recent >= 10 {
		severity = Siaga
	}
	return Alert{
		Key: "surge:" + c.Slug + ":" + areaCode, Kind: AlertSurge, Severity: severity,
		Headline:   n + " laporan " + name + " di " + areaName + " dalam " + h + " jam",
		HeadlineEN: n + " reports of " + nameEN + " in " + areaName + " within " + h + " h",
		Evidence:   "Biasanya " + Number(usual, 1, ',') + " laporan dalam " + h + " jam",
		EvidenceEN: "Usually " + Number(usual, 1, '.') + " reports within " + h + " h",
		Office:     c.Office, AreaCodes: []string{areaCode}, Since: now, Simulated: simulated,
	}
}

// OverdueAlert words reports past their deadline at one office.
func OverdueAlert(office string, count int, oldest, now time.Time, simulated bool) Alert {
	days := int(now.Sub(oldest).Hours() / 24)
	severity := Info
	if count >= 5 || days >= 14 {
		severity = Perhatian
	}
	n, d := strconv.Itoa(count), strconv.Itoa(days)
	return Alert{
		Key: "overdue:" + office, Kind: AlertOverdue, Severity: severity,
		Headline:   n + " laporan melewati tenggat di " + office,
		HeadlineEN: n + " reports past their deadline at " + office,
		Evidence:   "Yang terlama lewat " + d + " hari", EvidenceEN: "The oldest by " + d + " days",
		Office: office, AreaCodes: []string{}, Since: oldest, Simulated: simulated,
	}
}

// SourceAlert words a source that does not keep its promise.
func SourceAlert(h SourceHealth, now time.Time) Alert {
	since := now
	if h.LastSuccess != nil {
		since = *h.LastSuccess
	}
	a := Alert{
		Key: "source:" + h.Slug, Kind: AlertSource, Severity: Perhatian, AreaCodes: []string{}, Since: since, Source: h.Slug, Simulated: h.Simulated,
		Headline: "Sumber data " + h.Name + " tidak mengirim data", HeadlineEN: "Source " + h.Name + " sends no data",
		Evidence: "Gagal " + strconv.Itoa(h.Failures) + " kali berturut-turut", EvidenceEN: "Failed " + strconv.Itoa(h.Failures) + " times in a row",
	}
	if h.Freshness != Stale {
		return a
	}
	a.Evidence, a.EvidenceEN = "Terakhir menjawab lebih lama dari 6 kali janjinya", "It last answered longer ago than 6 times its promise"
	if !h.Data.Worse(h.Pull) {
		return a
	}
	a.Headline, a.HeadlineEN = "Sumber data "+h.Name+" menjawab, tetapi datanya lama", "Source "+h.Name+" answers, but its data are old"
	a.Evidence, a.EvidenceEN = "Data terakhir lebih tua dari 6 kali yang diharapkan", "Its last data are older than 6 times what is expected"
	if h.Data.Last != nil {
		a.Since = *h.Data.Last
	}
	if h.Data.Why == DataRefused {
		a.Headline, a.HeadlineEN = "Sumber data "+h.Name+" menjawab, tetapi semua barisnya ditolak", "Source "+h.Name+" answers, but all its rows are refused"
		a.Evidence, a.EvidenceEN = "Baris yang menunggu dengan alasannya: "+strconv.Itoa(h.Refused), "Rows that wait with a reason: "+strconv.Itoa(h.Refused)
		a.Since = *h.Data.RefusedSince
	}
	return a
}
