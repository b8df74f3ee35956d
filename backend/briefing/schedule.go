package briefing

import (
	"net/url"
	"time"

	"balaikota/backend/city"
)

// appointmentsMost is how many of the day's appointments a sheet names.
const appointmentsMost = 5

// schedule are the mayor's appointments of the day that begins at day. A sheet
// is read by more people than may know of them: the lines are for some roles,
// and the evidence says which calendar it was and nothing of what is in it.
func (s *sheet) schedule(p *city.BriefingPart, day time.Time) {
	a := s.in.Schedule
	if len(a.Calendars) == 0 {
		p.Lines = append(p.Lines, city.BriefingLine{What: "Kalender acara belum tersambung.", Refs: []int{}})
		return
	}
	first := a.Calendars[0]
	read, age := s.in.At, ""
	for _, c := range a.Calendars {
		s.out.Simulated = s.out.Simulated || c.Simulated
		if c.ReadAt != nil && c.Freshness != city.Fresh {
			age = " (kalender terakhir terbaca " + s.clock(*c.ReadAt) + ")"
		}
	}
	if at := a.ReadAt(); at != nil {
		read = *at
	}
	refs := s.cite("Kalender "+first.Name, "/sumber/"+url.PathEscape(first.Source), read, first.Name)
	line := func(text string) {
		p.Lines = append(p.Lines, city.BriefingLine{What: text, Refs: refs, Roles: city.AgendaReaders})
	}
	kept := a.Kept()
	switch {
	case len(kept) == 0 && !a.Complete():
		p.Lines = append(p.Lines, city.BriefingLine{What: "Kalender acara belum terbaca untuk hari ini.", Refs: refs})
		return
	case len(kept) == 0:
		line("Tidak ada acara di kalender hari ini" + age + ".")
	default:
		shown := kept
		if len(kept) > appointmentsMost {
			shown = kept[:appointmentsMost-1]
		}
		for i, e := range shown {
			text := clip(e.Words(day), 95)
			if i == 0 {
				text += age
			}
			line(text)
		}
		if more := len(kept) - len(shown); more > 0 {
			line("Sesudah itu " + count(more) + " acara lagi.")
		}
	}
	if n := len(a.Entries) - len(kept); n > 0 {
		line(count(n) + " acara hari ini dibatalkan.")
	}
}
