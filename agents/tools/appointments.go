package tools

import (
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// saidAppointments is how many appointments a sentence tells the time of; the
// table has all of them, up to mostAppointments.
const (
	saidAppointments = 6
	mostAppointments = 40
)

// appointments words what the mayor's calendar holds of a day, and how far it
// can be trusted.
func (a *answer) appointments(from, to time.Time) error {
	agenda, err := a.d.Agenda.Agenda(a.ctx, a.asker, from, to)
	if city.CodeOf(err) == city.Forbidden {
		a.say("Acara Wali Kota hanya ditampilkan untuk Wali Kota dan Sekretaris Daerah.")
		return nil
	}
	if err != nil {
		return err
	}
	if len(agenda.Calendars) == 0 {
		a.say("Kalender acara belum tersambung, jadi janji temu dan rapat tidak diketahui.")
		return nil
	}
	a.calendarData(agenda)
	if !agenda.Complete() && len(agenda.Entries) == 0 {
		a.say("Kalender acara belum terbaca untuk " + a.day(from) + ", jadi janji temu dan rapat tidak diketahui.")
		return nil
	}
	a.sayAppointments(agenda, from)
	a.tableAppointments(agenda, from)
	return nil
}

// calendarData says which calendars it is and as of when.
func (a *answer) calendarData(agenda city.Agenda) {
	for _, c := range agenda.Calendars {
		if !slices.Contains(a.r.Data.Sources, c.Source) {
			a.r.Data.Sources = append(a.r.Data.Sources, c.Source)
		}
		if c.Simulated && !a.r.Data.Simulated {
			a.r.Data.Simulated = true
			a.caveat("Agenda ini memuat data simulasi.")
		}
		if c.Freshness == city.Fresh {
			continue
		}
		if c.ReadAt == nil {
			a.caveat("Kalender " + c.Name + " belum pernah terbaca.")
			continue
		}
		a.caveat("Kalender " + c.Name + " terakhir terbaca " + a.moment(*c.ReadAt) + "; perubahan sesudahnya belum diketahui.")
	}
}

// sayAppointments tells when the appointments are. What they are called stands
// in the table alone: whoever invites the mayor writes into the calendar, and
// what strangers wrote is neither told to a model nor spoken as our own words.
func (a *answer) sayAppointments(agenda city.Agenda, day time.Time) {
	kept := agenda.Kept()
	to := day.AddDate(0, 0, 1)
	a.figure(city.Figure{Label: "Acara di kalender, " + a.day(day), Value: float64(len(kept)), Unit: "acara", From: &day, To: &to})
	if len(kept) == 0 {
		a.say("Tidak ada acara di kalender pada " + a.day(day) + ": 0.")
	} else {
		said := kept[:min(len(kept), saidAppointments)]
		words := make([]string, len(said))
		for i, e := range said {
			words[i] = e.When(day)
			a.name(words[i])
			if e.Tentative {
				words[i] += " (belum pasti)"
			}
		}
		sentence := "Ada " + city.FormatNumber(float64(len(kept)), 0) + " acara di kalender pada " + a.day(day) + ": " + strings.Join(words, ", ")
		if len(kept) > len(said) {
			sentence += ", dan seterusnya"
		}
		a.say(sentence + ". Nama dan tempatnya ada di daftar.")
	}
	if n := len(agenda.Entries) - len(kept); n > 0 {
		a.say(a.count(n, "acara", "Acara yang dibatalkan, "+a.day(day)) + " acara dibatalkan.")
	}
	if n := city.Overlapping(kept); n > 0 {
		a.say(a.count(n, "acara", "Acara yang bertabrakan, "+a.day(day)) + " acara bertabrakan waktunya dengan acara lain.")
	}
}

func (a *answer) tableAppointments(agenda city.Agenda, day time.Time) {
	if len(agenda.Entries) == 0 {
		return
	}
	table := city.Block{Kind: "table", Title: "Agenda " + a.day(day), Columns: []string{"Waktu", "Acara", "Tempat", "Keterangan"}}
	for _, e := range agenda.Entries[:min(len(agenda.Entries), mostAppointments)] {
		note := ""
		switch {
		case e.Cancelled:
			note = "dibatalkan"
		case e.Tentative:
			note = "belum pasti"
		}
		when := e.When(day)
		a.name(when)
		table.Rows = append(table.Rows, []string{when, e.Title, e.Place, note})
	}
	if len(agenda.Entries) > mostAppointments {
		a.r.Cut = true
		a.caveat("Daftar acara dibatasi; selebihnya ada di kalender.")
	}
	a.r.Blocks = append(a.r.Blocks, table)
}
