package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// TestTheAgendaIsReadByMayorAndSecretary: today and tomorrow of the city unless
// asked otherwise, to those two alone, and no span without an end.
func TestTheAgendaIsReadByMayorAndSecretary(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	id := storetest.Source(t, s.store, func(src *city.Source) { src.Slug, src.Connector = "agenda", store.CalendarConnector })
	clock, err := s.store.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	day := clock.Calendar.DayStart(time.Now())
	at := func(key string, from, to time.Duration) city.AgendaEntry {
		return city.AgendaEntry{Key: key, Start: day.Add(from), End: day.Add(to), Title: key}
	}
	const hour = time.Hour
	entries := []city.AgendaEntry{at("kemarin", -3*hour, -2*hour), at("malam", -1*hour, 1*hour), at("siang", 12*hour, 13*hour), at("besok", 47*hour, 47*hour+30*time.Minute), at("lusa", 48*hour, 49*hour)}
	storetest.Ingest(t, s.store, city.Delivery{SourceID: id, Agenda: &city.AgendaSpan{From: day.AddDate(0, 0, -7), To: day.AddDate(0, 0, 30), Entries: entries}, Attempt: &city.Attempt{Finished: time.Now()}})

	for _, role := range []city.Role{city.WaliKota, city.Sekda} {
		a := decoded[city.Agenda](t, s.script(city.Asker{Role: role}).do(http.MethodGet, "/api/agenda", nil), http.StatusOK)
		var keys []string
		for _, e := range a.Entries {
			keys = append(keys, e.Key)
		}
		if len(keys) != 3 || keys[0] != "malam" || keys[1] != "siang" || keys[2] != "besok" {
			t.Errorf("%s reads %v", role, keys)
		}
		if !a.From.Equal(day) || !a.To.Equal(day.AddDate(0, 0, 2)) || !a.Complete() || len(a.Calendars) != 1 {
			t.Errorf("%s: %+v", role, a)
		}
	}
	mayor := s.script(city.Asker{Role: city.WaliKota})
	query := func(from, to time.Time) string {
		return "/api/agenda?" + url.Values{"from": {from.Format(time.RFC3339)}, "to": {to.Format(time.RFC3339)}}.Encode()
	}
	late := decoded[city.Agenda](t, mayor.do(http.MethodGet, query(day.AddDate(0, 0, 2), day.AddDate(0, 0, 3)), nil), http.StatusOK)
	if len(late.Entries) != 1 || late.Entries[0].Key != "lusa" {
		t.Errorf("the day after tomorrow: %+v", late.Entries)
	}
	for path, field := range map[string]string{query(day, day): "query.from", query(day, day.AddDate(0, 0, 63)): "query.to"} {
		if p := mayor.do(http.MethodGet, path, nil).problem(t); p.Code != city.Invalid || len(p.Errors) != 1 || p.Errors[0].Location != field {
			t.Errorf("%s: %+v", path, p)
		}
	}
	if p := s.script(city.Asker{Role: city.Operator}).do(http.MethodGet, "/api/agenda", nil).problem(t); p.Code != city.Forbidden {
		t.Errorf("an operator: %+v", p)
	}
}
