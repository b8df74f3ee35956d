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
// what, where, how much, since when, against which norm.
func ThresholdAlert(i Indicator, s IndicatorState, t Threshold, areaName, zoneLabel string, loc *time.Location) Alert {
	at := s.Time.In(loc)
	value := Number(s.Value, i.Decimals, ',') + " " + i.Unit
	limit := Number(t.Value, i.Decimals, ',') + " " + i.Unit
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
		HeadlineEN: nameEN + whereEN + " " + Number(s.Value, i.Decimals, '.') + " " + i.Unit + ": " + names[1],
		Evidence:   "Ambang " + names[0] + " " + limit + " (" + t.Source + "), per " + at.Format("15.04") + " " + zoneLabel,
		EvidenceEN: names[1] + " threshold " + Number(t.Value, i.Decimals, '.') + " " + i.Unit + " (" + t.Source + "), as of " + at.Format("15:04") + " " + zoneLabel,
		AreaCodes:  []string{s.AreaCode}, Since: s.Time, Source: s.Source, Simulated: s.Simulated,
	}
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
