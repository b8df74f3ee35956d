package store_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// TestAStandInEndsByItself: the session has the absent officer's rights from
// the beginning of the leave to its end, and never the rights to his
// conversations.
func TestAStandInEndsByItself(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	named := func(name, area string) func(*store.Officer) {
		return func(o *store.Officer) { o.Username, o.Name, o.AreaCode = name, "Pejabat "+name, area }
	}
	away := storetest.Officer(t, f.Store, city.Lurah, named("lurah-a", storetest.AirPutih))
	person := storetest.Officer(t, f.Store, city.Lurah, named("lurah-b", storetest.Lempake))
	auditor := storetest.Officer(t, f.Store, city.Auditor)
	session, err := f.OpenSession(t.Context(), person, make([]byte, 32), "uji", noon.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	order := city.StandInOrder{StandIn: person.Username, From: noon.Add(time.Hour), Until: noon.Add(3 * time.Hour), Reason: "cuti tahunan"}
	if _, err := f.AddStandIn(t.Context(), city.Actor{OfficerID: away.ID, Name: away.Username}, away.Asker(), city.StandInOrder{
		StandIn: auditor.Username, From: order.From, Until: order.Until, Reason: order.Reason,
	}); city.CodeOf(err) != city.Invalid {
		t.Errorf("the inspectorate acts in the line: %v", err)
	}
	order.Officer = away.Username
	id, err := f.AddStandIn(t.Context(), city.Actor{Name: "sekda"}, secretary, order)
	if err != nil {
		t.Fatal(err)
	}
	by := city.Actor{OfficerID: person.ID, Name: person.Username}
	if err := f.Act(t.Context(), by, session, id); city.CodeOf(err) != city.NotFound {
		t.Errorf("before the leave: %v", err)
	}
	rights := func() city.Asker {
		t.Helper()
		live, err := f.LiveSessions(t.Context(), []int64{session})
		if err != nil || len(live) != 1 {
			t.Fatalf("%d sessions, %v", len(live), err)
		}
		if acting := live[0].StandInID != 0; acting != (live[0].ActingFor != "") || acting && live[0].Actor().Name != "lurah-b a.n. lurah-a (Plh.)" {
			t.Errorf("acting %+v", live[0])
		}
		return live[0].Asker()
	}
	own := city.Asker{OfficerID: person.ID, Role: city.Lurah, AreaCode: storetest.Lempake}
	f.clock.forward(time.Hour)
	equal(t, "before he acts", rights(), own)
	if err := f.Act(t.Context(), by, session, id); err != nil {
		t.Fatal(err)
	}
	equal(t, "acting", rights(), city.Asker{OfficerID: person.ID, Role: city.Lurah, AreaCode: storetest.AirPutih})
	f.clock.forward(2 * time.Hour)
	equal(t, "at its end", rights(), own)
	equal(t, "audit", all[string](t, f.sql, "SELECT action FROM audit WHERE action LIKE 'stand\\_in%' ORDER BY id"), []string{"stand_in.add", "stand_in.act"})
}

// TestPeopleAreThoseOneMayAppoint: the list of names is as long as one's own
// line, and who is not in it cannot be appointed either.
func TestPeopleAreThoseOneMayAppoint(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	add := func(name string, role city.Role, area, office string) city.Asker {
		return storetest.Officer(t, f.Store, role, func(o *store.Officer) { o.Username, o.Name, o.AreaCode, o.Office = name, name, area, office }).Asker()
	}
	own := add("lurah-a", city.Lurah, storetest.AirPutih, "")
	camat := add("camat-a", city.Camat, storetest.SamarindaUlu, "")
	add("lurah-b", city.Lurah, storetest.Lempake, "")
	head := add("dpupr", city.KepalaOPD, "", "DPUPR")
	add("dlh", city.KepalaOPD, "", "DLH")
	auditor := add("inspektur", city.Auditor, "", "")
	operator := add("operator", city.Operator, "", "")
	sekda := add("sekda", city.Sekda, "", "")
	names := func(a city.Asker) []string {
		people, err := f.StandInPeople(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		out := []string{}
		for _, p := range people {
			out = append(out, p.Username)
		}
		return out
	}
	all := []string{"camat-a", "dlh", "dpupr", "inspektur", "lurah-a", "lurah-b", "operator", "sekda"}
	for name, c := range map[string]struct {
		who  city.Asker
		want []string
	}{
		"lurah": {own, []string{"camat-a", "lurah-a"}}, "camat": {camat, []string{"camat-a", "lurah-a"}}, "head": {head, []string{"dlh", "dpupr"}},
		"auditor": {auditor, []string{"inspektur"}}, "operator": {operator, all}, "secretary": {sekda, all}, "a script": {city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih, Key: "k"}, []string{}},
	} {
		equal(t, name, names(c.who), c.want)
	}
	order := city.StandInOrder{StandIn: "lurah-b", From: noon.Add(time.Hour), Until: noon.Add(3 * time.Hour), Reason: "cuti tahunan"}
	if _, err := f.AddStandIn(t.Context(), actor(own), own, order); city.CodeOf(err) != city.Invalid {
		t.Errorf("somebody outside the own line is appointed: %v", err)
	}
}
