package city

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Words that stand for a title.
const (
	AgendaBusy     = "Sibuk"       // a private appointment
	AgendaUntitled = "Tanpa judul" // one that has none
)

// AgendaReaders are the roles that see the mayor's agenda.
var AgendaReaders = []Role{WaliKota, Sekda}

// AgendaEntry (acara) is one appointment in a calendar that the city connected.
// Of a private one only its time is known to us: Title is AgendaBusy and Place
// empty. Attendees and notes are never taken.
type AgendaEntry struct {
	// Key names the occurrence within its source and stays when it is moved.
	Key       string    `json:"key"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end" doc:"Not before start; the same for a moment without length"`
	AllDay    bool      `json:"all_day,omitempty" doc:"Whole days of the city; end is the midnight after the last"`
	Title     string    `json:"title"`
	Place     string    `json:"place,omitempty"`
	Tentative bool      `json:"tentative,omitempty"`
	Cancelled bool      `json:"cancelled,omitempty"`
	Private   bool      `json:"private,omitempty"`
	Source    string    `json:"source" doc:"Slug"`
	Simulated bool      `json:"simulated,omitempty"`
}

// AgendaSpan is all that a source's calendar holds of [From, To): what the
// store has of it beyond Entries is there no more.
type AgendaSpan struct {
	From, To time.Time
	Entries  []AgendaEntry
}

// Agenda is what calendars hold of a span, earliest first, and how far they
// can be trusted. Without Calendars none is connected.
type Agenda struct {
	From      time.Time        `json:"from"`
	To        time.Time        `json:"to"`
	Entries   []AgendaEntry    `json:"entries" nullable:"false"`
	Calendars []AgendaCalendar `json:"calendars" nullable:"false"`
}

// AgendaCalendar is one connected calendar.
type AgendaCalendar struct {
	Source    string `json:"source" doc:"Slug"`
	Name      string `json:"name"`
	Simulated bool   `json:"simulated,omitempty"`
	// ReadAt is when it was last read with success, nil if never.
	ReadAt    *time.Time `json:"read_at,omitempty"`
	Freshness Freshness  `json:"freshness" enum:"langsung,tertunda,basi,terputus,dijeda,belum"`
	// Known is the span it was read for; zero times before the first reading.
	KnownFrom time.Time `json:"known_from"`
	KnownTo   time.Time `json:"known_to"`
}

// Kept are the appointments that stand: those not cancelled.
func (a Agenda) Kept() []AgendaEntry {
	return slices.DeleteFunc(slices.Clone(a.Entries), func(e AgendaEntry) bool { return e.Cancelled })
}

// Complete reports whether some calendar was read for all of the span.
func (a Agenda) Complete() bool {
	return slices.ContainsFunc(a.Calendars, func(c AgendaCalendar) bool {
		return c.ReadAt != nil && !c.KnownFrom.After(a.From) && !c.KnownTo.Before(a.To)
	})
}

// ReadAt is when the calendars were last read: the oldest of them, nil if one
// never was.
func (a Agenda) ReadAt() *time.Time {
	var oldest *time.Time
	for _, c := range a.Calendars {
		if c.ReadAt == nil {
			return nil
		}
		if oldest == nil || c.ReadAt.Before(*oldest) {
			oldest = c.ReadAt
		}
	}
	return oldest
}

// Overlapping names, for each entry of a list in order of time, that another
// one has begun and not ended when it begins; whole days do not count.
func Overlapping(entries []AgendaEntry) int {
	n := 0
	var until time.Time
	for _, e := range entries {
		if e.AllDay || e.Cancelled {
			continue
		}
		if e.Start.Before(until) {
			n++
		}
		if e.End.After(until) {
			until = e.End
		}
	}
	return n
}

// When writes when an appointment is on the day that begins at day, in its
// zone: "08.30–10.00", "sepanjang hari", "sampai 09.00" where it began before.
func (e AgendaEntry) When(day time.Time) string {
	next := day.AddDate(0, 0, 1)
	begin, end := e.Start.In(day.Location()), e.End.In(day.Location())
	begun, goesOn := begin.Before(day), end.After(next)
	switch {
	case e.AllDay || begun && goesOn:
		return "sepanjang hari"
	case begun:
		return "sampai " + end.Format("15.04")
	case goesOn:
		return "mulai " + begin.Format("15.04")
	case end.Equal(begin):
		return begin.Format("15.04")
	case end.Equal(next):
		return begin.Format("15.04") + "–24.00"
	}
	return begin.Format("15.04") + "–" + end.Format("15.04")
}

// Words writes an appointment on the day that begins at day: "08.30–10.00
// Rapat koordinasi, Balai Kota (belum pasti)".
func (e AgendaEntry) Words(day time.Time) string {
	s := e.When(day) + " " + e.Title
	if e.Place != "" && !strings.Contains(e.Title, e.Place) {
		s += ", " + e.Place
	}
	switch {
	case e.Cancelled:
		s += " (dibatalkan)"
	case e.Tentative:
		s += " (belum pasti)"
	}
	return s
}

// EventKey names the entry among events.
func (e AgendaEntry) EventKey() string { return e.Source + "|" + e.Key }

// CountWords writes how many appointments there are, for a sentence.
func (a Agenda) CountWords() string {
	n := len(a.Kept())
	if n == 0 {
		return "tidak ada acara"
	}
	return strconv.Itoa(n) + " acara"
}
