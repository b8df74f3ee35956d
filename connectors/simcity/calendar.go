package simcity

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"time"
)

// The mayor's calendar reaches so far from today.
const (
	calendarBack  = 30
	calendarAhead = 120
)

// occasion is something a mayor is asked to.
type occasion struct{ title, place string }

var occasions = []occasion{
	{"Audiensi forum RT", "Balai Kota, ruang Arutala"},
	{"Tinjau perbaikan drainase", "Jalan D.I. Panjaitan"},
	{"Peresmian taman bermain", "Sungai Pinang Dalam"},
	{"Rapat koordinasi pengendalian banjir", "Balai Kota, ruang Mangkupelas"},
	{"Kunjungan pasar: harga pangan", "Pasar Segiri"},
	{"Penyerahan bantuan alat kebersihan", "TPS 3R Bukit Pinang"},
	{"Dialog pelaku UMKM", "Citra Niaga"},
	{"Menerima kunjungan kerja DPRD", "Rumah jabatan"},
}

// calendarFile answers /kalender/wali-kota.ics: an iCalendar feed (RFC 5545) as
// calendar programs publish it. It is the same for everybody on the same day.
func (c *City) calendarFile(w http.ResponseWriter, r *http.Request) {
	now := c.nowStamped().In(zone)
	body := calendarOf(time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone), now.Add(viewOf(r).shift))
	h := fnv.New64a()
	_, _ = h.Write([]byte(body)) // a hash never fails
	tag := fmt.Sprintf(`"%x"`, h.Sum64())
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	_, _ = w.Write([]byte(body)) // the client is gone when this fails
}

// ics writes content lines, folded at 75 octets.
type ics struct{ strings.Builder }

func (b *ics) line(s string) {
	for len(s) > 74 {
		cut := 74
		b.WriteString(s[:cut] + "\r\n ")
		s = s[cut:]
	}
	b.WriteString(s + "\r\n")
}

func (b *ics) lines(list ...string) {
	for _, s := range list {
		b.line(s)
	}
}

var icsText = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`)

// event writes a VEVENT of minutes on a day from a clock time on.
func (b *ics) event(uid string, at time.Time, minutes int, o occasion, more ...string) {
	const form = "20060102T150405"
	b.lines("BEGIN:VEVENT", "UID:"+uid+"@simulasi.samarinda", "DTSTART;TZID=Asia/Makassar:"+at.Format(form),
		"DTEND;TZID=Asia/Makassar:"+at.Add(time.Duration(minutes)*time.Minute).Format(form),
		"SUMMARY:"+icsText.Replace(o.title))
	if o.place != "" {
		b.line("LOCATION:" + icsText.Replace(o.place))
	}
	b.lines(more...)
	b.lines("COMMENT:Simulasi", "END:VEVENT")
}

func calendarOf(today, stamp time.Time) string {
	b := &ics{}
	b.lines("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Balaikota//simcity//ID", "METHOD:PUBLISH",
		"X-WR-CALNAME:Agenda Wali Kota (SIMULASI)", "X-WR-TIMEZONE:Asia/Makassar", "X-PUBLISHED-TTL:PT10M",
		"BEGIN:VTIMEZONE", "TZID:Asia/Makassar", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0800", "TZOFFSETTO:+0800", "TZNAME:WITA", "END:STANDARD", "END:VTIMEZONE")
	dated := "DTSTAMP:" + stamp.UTC().Truncate(24*time.Hour).Format("20060102T150405Z")
	first := time.Date(2026, 1, 5, 0, 0, 0, 0, zone) // a Monday
	b.event("pimpinan", first.Add(8*time.Hour), 90, occasion{"Rapat pimpinan", "Balai Kota, ruang Mangkupelas"}, dated, "RRULE:FREQ=WEEKLY;BYDAY=MO")
	b.event("senam", first.AddDate(0, 0, 4).Add(6*time.Hour+30*time.Minute), 60, occasion{"Senam bersama ASN", "Halaman Balai Kota"}, dated, "RRULE:FREQ=WEEKLY;BYDAY=FR")
	b.event("paripurna", first.AddDate(0, 0, 2).Add(13*time.Hour), 180, occasion{"Rapat paripurna DPRD", "Gedung DPRD Kota"}, dated, "RRULE:FREQ=MONTHLY;BYDAY=1WE")
	for d := -calendarBack; d <= calendarAhead; d++ {
		b.day(today.AddDate(0, 0, d), dated)
	}
	b.line("END:VCALENDAR")
	return b.String()
}

// day writes what is on one day alone; it follows from the date.
func (b *ics) day(day time.Time, dated string) {
	n := day.YearDay() + 7*day.Year()
	id := day.Format("20060102")
	if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		if n%3 == 0 {
			b.event("akhir-pekan-"+id, day.Add(9*time.Hour), 120, occasions[n%len(occasions)], dated)
		}
		return
	}
	b.event("pagi-"+id, day.Add(10*time.Hour), 60, occasions[n%len(occasions)], dated)
	afternoon := []string{dated}
	switch n % 5 {
	case 0:
		afternoon = append(afternoon, "STATUS:TENTATIVE")
	case 3:
		afternoon = append(afternoon, "STATUS:CANCELLED")
	}
	b.event("siang-"+id, day.Add(14*time.Hour+30*time.Minute), 75, occasions[(n*5+3)%len(occasions)], afternoon...)
	if day.Weekday() == time.Wednesday {
		b.event("pribadi-"+id, day.Add(17*time.Hour), 60, occasion{"Keperluan keluarga", "Rumah"}, dated, "CLASS:PRIVATE")
	}
}
