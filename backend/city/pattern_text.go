package city

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// PatternWords are the names and forms that the wording of patterns needs.
type PatternWords struct {
	Location  *time.Location
	ZoneLabel string
	CityCode  string
	AreaName  func(code string) string
	Category  func(slug string) Category
}

var (
	weekdays = []string{"Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"}
	monthsID = []string{"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"}
	// Letters beyond which a headline shortens a name, and the headline itself.
	longPlace, longMatter, longHeadline = 20, 26, 90
)

// dayText writes a day as "Senin 9 Maret" and "Monday 9 March".
func dayText(t time.Time) (id, en string) {
	d := strconv.Itoa(t.Day())
	return weekdays[t.Weekday()] + " " + d + " " + monthsID[t.Month()-1], t.Weekday().String() + " " + d + " " + t.Month().String()
}

func short(name string, letters int) string {
	runes := []rune(name)
	if len(runes) <= letters {
		return name
	}
	return strings.TrimSpace(string(runes[:letters-1])) + "…"
}

// head sets the headlines, within their length.
func (p *Pattern) head(id, en string) {
	p.Headline, p.HeadlineEN = short(id, longHeadline), short(en, longHeadline)
}

// matter is "laporan banjir dan drainase", or "laporan" for all categories.
func (w PatternWords) matter(slug string) (id, en string) {
	if slug == "" {
		return "laporan", "reports"
	}
	c := w.Category(slug)
	name, nameEN := c.Name, c.NameEN
	if name == "" {
		name = slug
	}
	if nameEN == "" {
		nameEN = name
	}
	return "laporan " + short(strings.ToLower(name), longMatter), "reports of " + short(strings.ToLower(nameEN), longMatter)
}

// place is " di Air Putih", or " di seluruh kota".
func (w PatternWords) place(code string) (id, en string) {
	if code == "" || code == w.CityCode {
		return " di seluruh kota", " in the whole city"
	}
	name := short(w.AreaName(code), longPlace)
	return " di " + name, " in " + name
}

func whole(v float64) string { return Number(math.Round(v), 0, ',') }

// about writes an expectation: one decimal below ten.
func about(v float64, mark byte) string {
	if v < 10 {
		return Number(v, 1, mark)
	}
	return Number(v, 0, mark)
}

// often words a recurrence interval.
func often(days float64) (id, en string) {
	years := days / 365.25
	switch {
	case years >= 10:
		return "lebih jarang dari sekali dalam 10 tahun", "less than once in 10 years"
	case years >= 2:
		return "sekali dalam " + Number(years, 0, ',') + " tahun", "once in " + Number(years, 0, '.') + " years"
	}
	return "sekali dalam " + Number(days, 0, ',') + " hari", "once in " + Number(days, 0, '.') + " days"
}

// WordHotspot writes the texts of a bunch in place and time; p holds its
// figures, days its length, at when it was computed.
func (w PatternWords) WordHotspot(p *Pattern, days int, at time.Time) {
	id, en := w.matter(p.Category)
	where, whereEN := w.place(p.AreaCode)
	if len(p.AreaCodes) > 1 {
		where, whereEN = where+" dan sekitarnya", whereEN+" and around"
	}
	n, d := whole(p.Seen), strconv.Itoa(days)
	p.head(n+" "+id+where+" dalam "+d+" hari",
		Number(p.Seen, 0, '.')+" "+en+whereEN+" within "+d+" days")
	times, timesEN := often(*p.Recurrence)
	clock := at.In(w.Location)
	p.Evidence = "Wajarnya " + about(p.Expected, ',') + " menurut tempat dan harinya; kebetulan begini " + times + ". " +
		strconv.Itoa(len(p.AreaCodes)) + " kelurahan, per " + clock.Format("15.04") + " " + w.ZoneLabel
	p.EvidenceEN = about(p.Expected, '.') + " would be usual for the place and the days; accident brings this " + timesEN + ". " +
		strconv.Itoa(len(p.AreaCodes)) + " kelurahan, as of " + clock.Format("15:04") + " " + w.ZoneLabel
	p.Advice = "Periksa bersama: mungkin satu sebab untuk beberapa kejadian."
	p.AdviceEN = "Look at them together: several incidents may have one cause."
	p.Method = "Prospective space-time permutation scan, 28 days (Kulldorff et al. 2005)"
}

// WordAnomaly writes the texts of a day far above its habit; limit is the
// count one such day in a thousand exceeds, rain and holiday what the
// expectation allowed for.
func (w PatternWords) WordAnomaly(p *Pattern, limit int, rain, holiday bool) {
	id, en := w.matter(p.Category)
	where, whereEN := w.place(p.AreaCode)
	day := p.Since.In(w.Location)
	on, onEN := dayText(day)
	p.head(whole(p.Seen)+" "+id+where+" pada "+on,
		Number(math.Round(p.Seen), 0, '.')+" "+en+whereEN+" on "+onEN)
	kind, kindEN := "hari "+weekdays[day.Weekday()], "a "+day.Weekday().String()
	if holiday {
		kind, kindEN = "hari libur", "a holiday"
	}
	if rain {
		kind, kindEN = kind+" dengan hujan seperti itu", kindEN+" with such rain"
	}
	p.Evidence = "Untuk " + kind + " biasanya " + about(p.Expected, ',') + ", paling banyak " + strconv.Itoa(limit) + " dalam 999 dari 1.000 hari"
	p.EvidenceEN = "For " + kindEN + " " + about(p.Expected, '.') + " is usual, at most " + strconv.Itoa(limit) + " on 999 of 1,000 days"
	p.Advice = "Cari apa yang berbeda pada hari itu."
	p.AdviceEN = "Find what was different on that day."
	p.Method = "Quasi-Poisson regression on weekday, holiday, rain and trend, 180 days (Farrington et al. 1996; Noufaily et al. 2013)"
}

// WordDrift writes the texts of a slow rise over days.
func (w PatternWords) WordDrift(p *Pattern, days int) {
	id, en := w.matter(p.Category)
	where, whereEN := w.place(p.AreaCode)
	since := p.Since.In(w.Location)
	d := strconv.Itoa(since.Day())
	p.head("Naik pelan: "+whole(p.Seen)+" "+id+where+" sejak "+d+" "+monthsID[since.Month()-1],
		"Slow rise: "+Number(math.Round(p.Seen), 0, '.')+" "+en+whereEN+" since "+d+" "+since.Month().String())
	n := strconv.Itoa(days)
	p.Evidence = "Dalam " + n + " hari biasanya " + about(p.Expected, ',') + "; setiap hari sedikit di atas kebiasaan"
	p.EvidenceEN = about(p.Expected, '.') + " is usual in " + n + " days; each day a little above the habit"
	p.Advice = "Periksa sebelum menjadi lonjakan."
	p.AdviceEN = "Look at it before it becomes a surge."
	p.Method = "CUSUM of standardised residuals (Page 1954; Lucas 1985)"
}

// WordSilence writes the texts of an area with far fewer reports than
// expected; days were counted, against "past" or "neighbours".
func (w PatternWords) WordSilence(p *Pattern, days int, basis string) {
	where, whereEN := w.place(p.AreaCode)
	n, d := whole(p.Seen), strconv.Itoa(days)
	p.head("Sepi: hanya "+n+" laporan"+where+" dalam "+d+" hari",
		"Quiet: only "+Number(p.Seen, 0, '.')+" reports"+whereEN+" within "+d+" days")
	p.Evidence = "Menurut masa lalunya dan keadaan kota biasanya " + about(p.Expected, ',') + "; semua sumber berjalan"
	p.EvidenceEN = "By its own past and the city's present pace " + about(p.Expected, '.') + " would be usual; all sources run"
	if basis == "neighbours" {
		p.Evidence = "Dengan penduduk sebanyak itu, kelurahan sekitarnya akan mengirim " + about(p.Expected, ',')
		p.EvidenceEN = "With as many people, the kelurahan around would send " + about(p.Expected, '.')
	}
	p.Advice = "Tanyakan ke lurah dan ketua RT: apakah saluran laporan dikenal dan dapat dipakai?"
	p.AdviceEN = "Ask the lurah and the RT heads whether the channels are known and work."
	p.Method = "Poisson-gamma shrinkage, lower tail (Clayton and Kaldor 1987)"
}
