package tools

import (
	"strings"
	"time"

	"balaikota/backend/city"
)

// during words a period as part of a sentence, with the dates it really
// covers: "pada Maret 2026", "pada bulan ini (1–18 Juni 2026)", "dalam 7 hari
// terakhir (11 Juni 20.00 – 18 Juni 2026 20.00)".
func (a *answer) during(p city.Period) string {
	dates := city.FormatPeriod(p, a.c.Zone)
	a.name(dates)
	word := spokenPeriod(p.Name)
	switch {
	case p.Name == city.PeriodUntilNow || p.From.IsZero():
		return dates
	case strings.HasSuffix(p.Name, "_terakhir"):
		a.name(word)
		return "dalam " + word + " (" + dates + ")"
	case p.Name == city.PeriodToday:
		return "hari ini (" + dates + ", sampai pukul " + p.To.In(a.c.Zone).Format("15.04") + ")"
	case p.Name == city.PeriodYesterday, p.Name == city.PeriodDayBefore:
		return word + " (" + dates + ")"
	case strings.HasSuffix(p.Name, "_ini"), p.Name == city.PeriodLastWeek:
		return "pada " + word + " (" + dates + ")"
	case strings.HasPrefix(p.Name, "sejak:"):
		return "sejak " + city.FormatDay(p.From, a.c.Zone) + " (" + dates + ")"
	case len(dates) == len("2026") && !strings.Contains(dates, " "):
		return "pada tahun " + dates
	}
	return "pada " + dates
}

// spokenPeriod is a period's name as people say it, "" for one that is written
// by its dates.
func spokenPeriod(name string) string {
	switch {
	case strings.Contains(name, "_") && !strings.Contains(name, ".."):
		return strings.ReplaceAll(name, "_", " ")
	case name == city.PeriodYesterday:
		return name
	}
	return ""
}

// askPeriod is a period as a question names it.
func (a *answer) askPeriod(p city.Period) string {
	if s := spokenPeriod(p.Name); s != "" {
		return s
	}
	dates := city.FormatPeriod(p, a.c.Zone)
	if len(p.Name) == len("2006-01") && strings.Count(p.Name, "-") == 1 && !strings.ContainsAny(p.Name, "TS") {
		return "bulan " + dates
	}
	if len(p.Name) == len("2006") {
		return "tahun " + p.Name
	}
	if from, to, ranged := strings.Cut(dates, "–"); ranged {
		return "dari " + strings.TrimSpace(from) + " sampai " + strings.TrimSpace(to)
	}
	return dates
}

// periodChip is a period as a chip shows it.
func (a *answer) periodChip(p city.Period) string {
	dates := city.FormatPeriod(p, a.c.Zone)
	if s := spokenPeriod(p.Name); s != "" && p.Name != city.PeriodUntilNow {
		return upper(s) + " · " + dates
	}
	return upper(dates)
}

// asOf words the moment of a state: "per 18 Juni 2026 20.00 WITA".
func (a *answer) asOf(t time.Time) string { return "per " + a.clock(t) }

// running reports whether a period was cut because it is not over: its name
// covers more than its dates.
func (a *answer) running(p city.Period) bool {
	if strings.HasSuffix(p.Name, "_ini") {
		return true
	}
	whole, err := city.ParsePeriod(p.Name, p.To.AddDate(city.LongestMeasurePeriod, 0, 0), a.c.Zone)
	return err == nil && spokenPeriod(p.Name) == "" && !strings.HasPrefix(p.Name, "sejak:") && whole.To.After(p.To)
}
