package store_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// dayOfNoon is the midnight of the city that begins the day of noon.
func dayOfNoon() time.Time {
	n := noon.In(wita)
	return time.Date(n.Year(), n.Month(), n.Day(), 0, 0, 0, 0, wita)
}

func appointment(key string, from time.Duration, title string, change ...func(*city.AgendaEntry)) city.AgendaEntry {
	e := city.AgendaEntry{Key: key, Start: dayOfNoon().Add(from).UTC(), End: dayOfNoon().Add(from + time.Hour).UTC(), Title: title}
	for _, c := range change {
		c(&e)
	}
	return e
}

func spanOf(entries ...city.AgendaEntry) *city.AgendaSpan {
	return &city.AgendaSpan{From: dayOfNoon().AddDate(0, 0, -1), To: dayOfNoon().AddDate(0, 0, 10), Entries: entries}
}

func calendarSource(s *city.Source) { s.Slug, s.Connector = "agenda", store.CalendarConnector }

func TestACalendarsSpanIsReplacedWhole(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := storetest.Source(t, f.Store, calendarSource, func(s *city.Source) { s.Simulated = true })
	read := func() (out []string) {
		t.Helper()
		a, err := f.Agenda(t.Context(), mayor, dayOfNoon(), dayOfNoon().AddDate(0, 0, 1))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range a.Entries {
			if !e.Simulated || e.Source != "agenda" {
				t.Errorf("entry %+v", e)
			}
			out = append(out, e.Words(dayOfNoon()))
		}
		return out
	}
	deliver := func(span *city.AgendaSpan) city.Tally {
		t.Helper()
		return storetest.Ingest(t, f.Store, city.Delivery{SourceID: id, Agenda: span, Attempt: &city.Attempt{Started: f.clock.now, Finished: f.clock.now}})
	}
	old := appointment("lama", -30*24*time.Hour, "Sudah lewat")
	deliver(&city.AgendaSpan{From: old.Start.Add(-time.Hour), To: old.End.Add(time.Hour), Entries: []city.AgendaEntry{old}})
	before := f.head(t)
	tally := deliver(spanOf(
		appointment("a", 8*time.Hour, "Rapat", func(e *city.AgendaEntry) { e.Place = "Balai Kota" }),
		appointment("b", 13*time.Hour, city.AgendaBusy, func(e *city.AgendaEntry) { e.Private = true }),
		appointment("c", 26*time.Hour, "Besok"),
		appointment("d", -time.Hour, "Lewat tengah malam", func(e *city.AgendaEntry) { e.End = e.End.Add(time.Hour) }),
		appointment("e", 0, "Dinas luar", func(e *city.AgendaEntry) { e.AllDay, e.End = true, e.Start.AddDate(0, 0, 1) }),
	))
	equal(t, "first tally", tally, city.Tally{Read: 5, Added: 5})
	equal(t, "the day", read(), []string{"sampai 01.00 Lewat tengah malam", "sepanjang hari Dinas luar", "08.00–09.00 Rapat, Balai Kota", "13.00–14.00 Sibuk"})
	equal(t, "told", len(f.topic(t, city.TopicAgenda, before)), 5)

	before = f.head(t)
	tally = deliver(spanOf(
		appointment("a", 9*time.Hour, "Rapat", func(e *city.AgendaEntry) { e.Place = "Balai Kota" }),
		appointment("b", 13*time.Hour, city.AgendaBusy, func(e *city.AgendaEntry) { e.Private = true }),
		appointment("c", 26*time.Hour, "Besok"),
		appointment("d", 15*time.Hour, "Audiensi", func(e *city.AgendaEntry) { e.Cancelled = true }),
	))
	equal(t, "second tally", tally, city.Tally{Read: 4, Changed: 2, Unchanged: 2, Removed: 1})
	equal(t, "the day changed", read(), []string{"09.00–10.00 Rapat, Balai Kota", "13.00–14.00 Sibuk", "15.00–16.00 Audiensi (dibatalkan)"})
	told := f.topic(t, city.TopicAgenda, before)
	slices.Sort(told)
	equal(t, "told of the changes", told, []string{"put agenda|a", "put agenda|d", "remove agenda|e"})
	equal(t, "history stays", one[int](t, f.sql, "SELECT count(*) FROM agenda_entries WHERE key = 'lama'"), 1)

	// A failed pull, and one without an agenda, change nothing.
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: id, Attempt: &city.Attempt{Started: f.clock.now, Finished: f.clock.now}})
	equal(t, "left alone", len(read()), 3)
	deliver(spanOf())
	equal(t, "emptied", len(read()), 0)
}

func TestOnlyMayorAndSecretarySeeTheAgenda(t *testing.T) {
	t.Parallel()
	f, office := newCityOfMany(t)
	id := storetest.Source(t, f.Store, calendarSource)
	before := f.head(t)
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: id, Agenda: spanOf(appointment("a", 8*time.Hour, "Rapat tertutup")), Attempt: &city.Attempt{Finished: f.clock.now}})
	events, err := f.EventsAfter(t.Context(), before, 100)
	if err != nil {
		t.Fatal(err)
	}
	app := storetest.Connect(t, f.db.AppURL)
	for _, asker := range []city.Asker{
		{Role: city.WaliKota}, {Role: city.Sekda}, {Role: city.Operator}, {Role: city.Auditor}, {Role: city.KepalaOPD, OfficeID: office},
		{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, {Role: city.Lurah, AreaCode: storetest.AirPutih}, {Role: city.Publik}, {},
	} {
		may := slices.Contains(city.AgendaReaders, asker.Role)
		a, err := f.Agenda(t.Context(), asker, dayOfNoon(), dayOfNoon().AddDate(0, 0, 1))
		if may && (err != nil || len(a.Entries) != 1 || len(a.Calendars) != 1 || !a.Complete()) || !may && (city.CodeOf(err) != city.Forbidden || len(a.Entries) > 0) {
			t.Errorf("%s: %+v, %v", asker.Role, a, err)
		}
		// The second wall, and what screens get.
		for _, table := range []string{"agenda_entries", "agenda_spans"} {
			n, err := as(t, app, store.AskerSettings(asker, ""), "SELECT FROM "+table)
			if may && (err != nil || n != 1) || !may && err == nil && n != 0 {
				t.Errorf("%s reads %d rows of %s, %v", asker.Role, n, table, err)
			}
		}
		st, err := f.State(t.Context(), asker.Scope(), []city.Topic{city.TopicAgenda})
		if err != nil || (len(st.Agenda) == 1) != may {
			t.Errorf("%s: snapshot %+v, %v", asker.Role, st.Agenda, err)
		}
		seen := 0
		for _, e := range events {
			if e.Topic == city.TopicAgenda && e.VisibleTo(asker.Scope()) {
				seen++
			}
		}
		if (seen == 1) != may {
			t.Errorf("%s is sent %d events", asker.Role, seen)
		}
	}
	// The snapshot carries what the event carried.
	st, err := f.State(t.Context(), mayor.Scope(), []city.Topic{city.TopicAgenda})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Topic != city.TopicAgenda {
			continue
		}
		var told city.AgendaEntry
		if err := json.Unmarshal(e.Data, &told); err != nil {
			t.Fatal(err)
		}
		equal(t, "event and snapshot", told, st.Agenda[0])
	}
}

func TestWhatIsKnownOfACalendarIsSaid(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ask := func(days int) city.Agenda {
		t.Helper()
		a, err := f.Agenda(t.Context(), mayor, dayOfNoon().AddDate(0, 0, days), dayOfNoon().AddDate(0, 0, days+1))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := ask(0); len(a.Calendars) != 0 || a.Complete() {
		t.Errorf("without a calendar: %+v", a)
	}
	id := storetest.Source(t, f.Store, calendarSource)
	if a := ask(0); len(a.Calendars) != 1 || a.Complete() || a.ReadAt() != nil {
		t.Errorf("before the first reading: %+v", a)
	}
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: id, Agenda: spanOf(), Attempt: &city.Attempt{Started: noon, Finished: noon}})
	if a := ask(0); !a.Complete() || a.ReadAt() == nil || !a.ReadAt().Equal(noon) {
		t.Errorf("after it: %+v", a)
	}
	if a := ask(30); a.Complete() {
		t.Errorf("a day beyond what was read: %+v", a)
	}
}

func TestTheAgendasRulesAreTheDatabases(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := storetest.Source(t, f.Store, calendarSource)
	for constraint, values := range map[string]string{
		"agenda_entries_end_after_they_begin":        "'k', now(), now() - interval '1 hour', 'Rapat', '', false, false, false",
		"agenda_entries_are_called_something":        "'k', now(), now(), ' ', '', false, false, false",
		"agenda_entries_private_ones_say_nothing":    "'k', now(), now(), 'Sibuk', 'Klinik', false, false, true",
		"agenda_entries_cancelled_are_not_tentative": "'k', now(), now(), 'Rapat', '', true, true, false",
		"agenda_entries_key_is_bounded":              "'', now(), now(), 'Rapat', '', false, false, false",
	} {
		_, err := f.sql.Exec(t.Context(), fmt.Sprintf("INSERT INTO agenda_entries (source_id, key, starts_at, ends_at, title, place, tentative, cancelled, private) VALUES (%d, %s)", id, values))
		if err == nil || !strings.Contains(err.Error(), constraint) {
			t.Errorf("%s: %v", constraint, err)
		}
	}
}

// TestASheetHidesTheMayorsDayFromOthers: the record is kept whole, and read by
// each role as far as it may.
func TestASheetHidesTheMayorsDayFromOthers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	sheet := sheetAt(noon, 0)
	sheet.Agenda.Lines = []city.BriefingLine{{What: "Hari kerja.", Refs: []int{}}, {What: "08.00 Rapat tertutup", Refs: []int{}, Roles: city.AgendaReaders}}
	kept, err := f.KeepBriefing(t.Context(), city.Actor{Name: "Balaikota"}, city.System, city.BriefingMorning, sheet, nil)
	if err != nil {
		t.Fatal(err)
	}
	for role, may := range map[city.Role]bool{city.WaliKota: true, city.Sekda: true, city.Operator: false, city.Auditor: false} {
		got, err := f.Briefing(t.Context(), city.Asker{Role: role}, "1")
		if err != nil || got.SHA256 != kept.SHA256 {
			t.Fatalf("%s: %v", role, err)
		}
		b, _ := json.Marshal(got.Sheet) // what goes out
		if strings.Contains(string(b), "Rapat tertutup") != may || !strings.Contains(string(b), "Hari kerja.") {
			t.Errorf("%s reads %s", role, b)
		}
	}
}
