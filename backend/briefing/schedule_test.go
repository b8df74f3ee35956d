package briefing_test

import (
	"strings"
	"testing"

	"balaikota/backend/briefing"
	"balaikota/backend/briefing/briefingtest"
	"balaikota/backend/city"
)

func whats(p city.BriefingPart) string {
	var out []string
	for _, l := range p.Lines {
		out = append(out, l.What)
	}
	return strings.Join(out, "\n")
}

// TestASheetSaysWhatIsKnownOfTheDay: no calendar, one not read yet, an empty
// day, and one that was last read long ago are different things.
func TestASheetSaysWhatIsKnownOfTheDay(t *testing.T) {
	t.Parallel()
	full := briefingtest.Full(t)
	for name, c := range map[string]struct {
		change func(*city.Agenda)
		want   string
	}{
		"none":    {func(a *city.Agenda) { *a = city.Agenda{} }, "Kalender acara belum tersambung."},
		"unread":  {func(a *city.Agenda) { a.Entries, a.Calendars[0].ReadAt = nil, nil }, "Kalender acara belum terbaca untuk hari ini."},
		"beyond":  {func(a *city.Agenda) { a.Entries, a.Calendars[0].KnownTo = nil, a.From }, "Kalender acara belum terbaca untuk hari ini."},
		"empty":   {func(a *city.Agenda) { a.Entries = nil }, "Tidak ada acara di kalender hari ini."},
		"old":     {func(a *city.Agenda) { a.Entries, a.Calendars[0].Freshness = a.Entries[:1], city.Stale }, "08.00–08.45 Rapat pimpinan, Balai Kota, ruang Mangkupelas (kalender terakhir terbaca 05.54)"},
		"private": {func(a *city.Agenda) { a.Entries = a.Entries[2:3] }, "10.00–10.45 Sibuk"},
	} {
		in := full
		in.Schedule.Calendars = append([]city.AgendaCalendar(nil), full.Schedule.Calendars...)
		c.change(&in.Schedule)
		if got := whats(briefing.Compose(in).Agenda); !strings.HasPrefix(got, "Hari kerja.\n"+c.want+"\n") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

// TestAppointmentsAreForMayorAndSecretary: who else reads sheets is told that
// there is something, and no word of it, neither in the lines nor in the
// evidence.
func TestAppointmentsAreForMayorAndSecretary(t *testing.T) {
	t.Parallel()
	sheet := briefing.Compose(briefingtest.Full(t))
	for _, role := range briefing.Readers {
		got := text(sheet.For(role))
		may := role == city.WaliKota || role == city.Sekda
		if strings.Contains(got, "Rapat pimpinan") != may || strings.Contains(got, "hanya ditampilkan untuk Wali Kota") == may {
			t.Errorf("%s reads\n%s", role, whats(sheet.For(role).Agenda))
		}
		for _, word := range []string{"Mangkupelas", "Audiensi", "09.00–09.45"} {
			if !may && strings.Contains(got, word) {
				t.Errorf("%s reads %q", role, word)
			}
		}
		if !strings.Contains(got, "2 disposisi jatuh tempo hari ini") {
			t.Errorf("%s does not read the rest", role)
		}
	}
	if !strings.Contains(text(sheet), "Rapat pimpinan") {
		t.Error("taking lines out changed the sheet itself")
	}
	in := briefingtest.Full(t)
	in.Schedule.Calendars[0].Simulated = true
	if s := briefing.Compose(in); !s.Simulated {
		t.Error("a simulated calendar does not mark the sheet")
	}
}
