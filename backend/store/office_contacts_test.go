package store_test

import (
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func TestHowOfficesAreReached(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	sekda := storetest.Officer(t, f.Store, city.Sekda)
	office := one[int64](t, f.sql, "SELECT id FROM offices WHERE short_name = 'DPUPR'")
	save := func(asker city.Asker, c city.OfficeContact) (city.OfficeContact, error) {
		return f.SaveOfficeContact(t.Context(), actorOf(sekda), asker, c)
	}
	got, err := save(sekda.Asker(), city.OfficeContact{OfficeID: office, Phone: " (0541)  000-000 ", Email: "dinas@contoh.go.id", Address: "Jalan  Contoh 1"})
	if err != nil || got.Phone != "(0541) 000-000" || got.Address != "Jalan Contoh 1" || got.Office != "DPUPR" || got.ChangedBy != sekda.Username {
		t.Fatalf("%+v, %v", got, err)
	}
	for name, want := range map[string]int{"wali_kota": 1, "lurah": 1, "kepala_opd": 1, "auditor": 1, "publik": 0, "nobody": 0, "unknown role": 1} {
		list, err := f.OfficeContacts(t.Context(), theAskers(office)[name])
		if err != nil || len(list) != want {
			t.Errorf("%s: %+v, %v", name, list, err)
		}
	}
	if list, err := f.OfficeContacts(t.Context(), city.Asker{Role: city.Layar}); err == nil {
		t.Errorf("a screen reads %+v", list)
	}
	for name, asker := range theAskers(office) {
		if asker.Role == city.Sekda || asker.Role == city.Operator {
			continue
		}
		if _, err := save(asker, city.OfficeContact{OfficeID: office, Phone: "112"}); city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s writes: %v", name, err)
		}
	}
	for key, c := range map[string]city.OfficeContact{
		"error.contact_phone":   {Phone: "telepon saya"},
		"error.contact_email":   {Email: "bukan surel"},
		"error.contact_address": {Address: strings.Repeat("x", 301)},
	} {
		c.OfficeID = office
		_, err := save(sekda.Asker(), c)
		if keyOf(err) != key || strings.Contains(err.Error(), c.Phone+c.Email+c.Address) {
			t.Errorf("%s: %v", key, err)
		}
	}
	if _, err := save(sekda.Asker(), city.OfficeContact{OfficeID: 999, Phone: "112"}); city.CodeOf(err) != city.NotFound {
		t.Errorf("no such office: %v", err)
	}
	if _, err := save(sekda.Asker(), city.OfficeContact{OfficeID: office}); err != nil {
		t.Fatal(err)
	}
	if list, err := f.OfficeContacts(t.Context(), sekda.Asker()); err != nil || len(list) != 0 {
		t.Errorf("after it was ended: %+v, %v", list, err)
	}
	wantAudit(t, f, map[string]int{"officer.add": 1, "office.contact": 2})
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM audit WHERE detail::text LIKE '%0541%' OR detail::text LIKE '%contoh%'"); n != 0 {
		t.Error("the audit trail holds the contact itself")
	}
}
