package tools

import (
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// theDay begins the day of now in the city.
func theDay() time.Time {
	n := now.In(wita)
	return time.Date(n.Year(), n.Month(), n.Day(), 0, 0, 0, 0, wita)
}

func appointmentAt(key string, from, to float64, title string) city.AgendaEntry {
	at := func(h float64) time.Time { return theDay().Add(time.Duration(h * float64(time.Hour))).UTC() }
	return city.AgendaEntry{Key: key, Start: at(from), End: at(to), Title: title, Source: "agenda"}
}

// TestTheAgendaAnswersFromTheRealStore: from what a calendar delivered to the
// words, with the day asked for, for those who may.
func TestTheAgendaAnswersFromTheRealStore(t *testing.T) {
	t.Parallel()
	s := filled(t)
	d := onStore(s)
	id := storetest.Source(t, s, func(src *city.Source) {
		src.Slug, src.Name, src.Connector, src.Simulated = "agenda", "Agenda Wali Kota", store.CalendarConnector, true
	})
	if got := run(t, d, mayor, city.ToolAgenda, `{}`); !strings.HasPrefix(got.Text, "Kalender acara belum terbaca untuk 18 Juni 2026, jadi janji temu dan rapat tidak diketahui.") {
		t.Errorf("before the first reading: %s", got.Text)
	}
	hall := appointmentAt("b", 13, 14.5, "Audiensi forum RT")
	hall.Place, hall.Tentative = "Balai Kota", true
	busy := appointmentAt("c", 16, 17, city.AgendaBusy)
	busy.Private = true
	off := appointmentAt("d", 20, 21, "Makan malam dinas")
	off.Cancelled = true
	storetest.Ingest(t, s, city.Delivery{SourceID: id, Attempt: &city.Attempt{Started: now, Finished: now}, Agenda: &city.AgendaSpan{
		From: theDay().AddDate(0, 0, -7), To: theDay().AddDate(0, 0, 60),
		Entries: []city.AgendaEntry{appointmentAt("a", 8, 13.5, "Rapat pimpinan"), hall, busy, off, appointmentAt("e", 18, 19, "Pelantikan"), appointmentAt("f", 33, 34, "Besok")},
	}})
	got := run(t, d, mayor, city.ToolAgenda, `{}`)
	want := "Ada 4 acara di kalender pada 18 Juni 2026: 08.00–13.30, 13.00–14.30 (belum pasti), 16.00–17.00, 18.00–19.00. Nama dan tempatnya ada di daftar. 1 acara dibatalkan. 1 acara bertabrakan waktunya dengan acara lain. "
	if !strings.HasPrefix(got.Text, want) {
		t.Errorf("got\n%s\nwant\n%s", got.Text, want)
	}
	if got.Tainted || strings.Contains(got.Text, "Rapat pimpinan") || slices.Contains(got.Names, "Rapat pimpinan") {
		t.Errorf("strangers' words are told to a model: %s %q", got.Text, got.Names)
	}
	if row := got.Blocks[0].Rows[1]; row[0] != "13.00–14.30" || row[1] != "Audiensi forum RT" || row[2] != "Balai Kota" || row[3] != "belum pasti" {
		t.Errorf("row %q", row)
	}
	if !got.Data.Simulated || got.Figures[0].Value != 4 || len(got.Blocks) == 0 || len(got.Blocks[0].Rows) != 5 || got.Blocks[0].Rows[4][3] != "dibatalkan" {
		t.Errorf("result %+v", got)
	}
	for day, want := range map[string]string{
		"2026-06-19": "Ada 1 acara di kalender pada 19 Juni 2026: 09.00–10.00. Nama dan tempatnya ada di daftar.",
		"2026-06-20": "Tidak ada acara di kalender pada 20 Juni 2026: 0.",
		"2027-06-20": "Kalender acara belum terbaca untuk 20 Juni 2027, jadi janji temu dan rapat tidak diketahui.",
	} {
		if got := run(t, d, mayor, city.ToolAgenda, `{"day":"`+day+`"}`); !strings.HasPrefix(got.Text, want) {
			t.Errorf("%s: %s", day, got.Text)
		}
	}
	camat := mayor
	camat.Asker = city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUtara}
	other := run(t, d, camat, city.ToolAgenda, `{}`)
	if !strings.HasPrefix(other.Text, "Acara Wali Kota hanya ditampilkan untuk Wali Kota dan Sekretaris Daerah.") || strings.Contains(other.Text, "Rapat") || other.Tainted {
		t.Errorf("a camat is told %s", other.Text)
	}
}

// TestAnOldCalendarIsSaid: what was read long ago is told with its age.
func TestAnOldCalendarIsSaid(t *testing.T) {
	t.Parallel()
	read := now.Add(-9 * time.Hour)
	h := &hall{agenda: city.Agenda{
		Entries:   []city.AgendaEntry{appointmentAt("a", 8, 9, "Apel")},
		Calendars: []city.AgendaCalendar{{Source: "agenda", Name: "Agenda Wali Kota", ReadAt: &read, Freshness: city.Stale, KnownFrom: theDay(), KnownTo: theDay().AddDate(0, 0, 9)}},
	}}
	a := deps(&script{t: t}, h).answer(t.Context(), mayor)
	if err := a.appointments(theDay(), theDay().AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	if len(a.r.Caveats) != 1 || !strings.Contains(a.r.Caveats[0], "Kalender Agenda Wali Kota terakhir terbaca Kamis, 18 Juni 2026 11.00 WITA") {
		t.Errorf("caveats %q", a.r.Caveats)
	}
}
