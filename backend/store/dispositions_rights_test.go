package store_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// posts are askers of every role, in their own and in another area or office.
func (f *fixture) posts(t *testing.T) map[string]city.Asker {
	t.Helper()
	opd := func(name string) city.Asker {
		return city.Asker{Role: city.KepalaOPD, OfficeID: one[int64](t, f.sql, "SELECT id FROM offices WHERE short_name = $1", name)}
	}
	return map[string]city.Asker{
		"mayor": mayor, "sekda": secretary, "camat": camatUlu, "other camat": camatUtara, "lurah": lurahPutih, "other lurah": lurahLem,
		"PUPR": opd("DPUPR"), "BPBD": opd("BPBD"), "operator": {Role: city.Operator}, "auditor": {Role: city.Auditor},
		"public": {Role: city.Publik}, "nobody": {}, "lurah of nowhere": {Role: city.Lurah}, "head of nothing": {Role: city.KepalaOPD},
	}
}

// TestEachRoleSeesItsDispositions holds the first wall (what the store
// answers) and the second (what a hand-written query meets) against the same
// list: four dispositions, one of them secret, one with a copy.
func TestEachRoleSeesItsDispositions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	posts := f.posts(t)
	putih, lempake := f.officeOf(t, storetest.AirPutih), f.officeOf(t, storetest.Lempake)
	ids := map[string]int64{
		"to lurah": f.send(t, mayor, order(putih)),
		"copied":   f.send(t, secretary, order(lempake, func(o *city.DispositionOrder) { o.Copies = []string{"BPBD"} })),
		"secret":   f.send(t, mayor, order(putih, func(o *city.DispositionOrder) { o.Nature = city.NatureSecret })),
		"to PUPR":  f.send(t, secretary, order("DPUPR")),
	}
	all4 := []string{"copied", "secret", "to PUPR", "to lurah"}
	want := map[string][]string{
		"mayor": all4, "sekda": all4, "auditor": all4, "operator": {"copied", "to PUPR", "to lurah"},
		"camat": {"to lurah"}, "lurah": {"secret", "to lurah"}, "other camat": {"copied"}, "other lurah": {"copied"}, "PUPR": {"to PUPR"}, "BPBD": {"copied"},
	}
	app := storetest.Connect(t, f.db.AppURL)
	for name, asker := range posts {
		var listed, opened, raw []string
		page, total, err := f.Dispositions(t.Context(), asker, city.DispositionFilter{})
		if err != nil || total != len(page) {
			t.Fatalf("%s: %d of %d, %v", name, len(page), total, err)
		}
		for _, label := range slices.Sorted(maps.Keys(ids)) {
			id := ids[label]
			if slices.ContainsFunc(page, func(d city.Disposition) bool { return d.ID == id }) {
				listed = append(listed, label)
			}
			if _, err := f.Disposition(t.Context(), asker, id); err == nil {
				opened = append(opened, label)
			} else if city.CodeOf(err) != city.NotFound {
				t.Errorf("%s opens %s: %v", name, label, err)
			}
			for _, table := range []string{"dispositions WHERE id", "disposition_steps WHERE disposition_id"} {
				n, err := as(t, app, store.AskerSettings(asker, ""), fmt.Sprintf("SELECT FROM %s = %d", table, id))
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if n > 0 {
					raw = append(raw, label)
				}
			}
		}
		raw = slices.Compact(raw)
		for wall, got := range map[string][]string{"listed": listed, "opened": opened, "by hand": raw} {
			if diff := cmp.Diff(want[name], got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, wall, diff)
			}
		}
	}
}

// TestOnlyThePartiesTakeSteps: every role tries every kind of step on a sent
// disposition; who may is the parties and, with words, those above.
func TestOnlyThePartiesTakeSteps(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	want := map[string][]city.DispositionStepKind{
		"mayor": {city.StepExtend, city.StepRemind, city.StepCancel, city.StepNote}, "sekda": {city.StepNote}, "camat": {city.StepNote},
		"lurah": {city.StepRead, city.StepAccept, city.StepAsk, city.StepHinder, city.StepDecline, city.StepNote},
	}
	due := noon.AddDate(0, 0, 20)
	for name, asker := range f.posts(t) {
		var took []city.DispositionStepKind
		for _, kind := range city.DispositionStepKinds {
			id := f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih), func(o *city.DispositionOrder) { o.Copies = []string{"BPBD"} }))
			out, err := f.step(t, asker, id, kind, func(in *city.DispositionStepInput) {
				in.Obstacle, in.DueAt, in.Office = "alat", &due, f.officeOf(t, storetest.Lempake)
			})
			switch code := city.CodeOf(err); {
			case err == nil && out.Outcome == "added":
				took = append(took, kind)
			case code != city.Forbidden && code != city.NotFound && code != city.Conflict && !(code == city.Invalid && kind == city.StepPassOn):
				t.Errorf("%s, %s: %+v, %v", name, kind, out, err)
			}
		}
		slices.Sort(took)
		w := slices.Clone(want[name])
		slices.Sort(w)
		if diff := cmp.Diff(w, took); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestWhoSendsToWhom: who may not is refused in words, naming the field.
func TestWhoSendsToWhom(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	posts := f.posts(t)
	own, other := f.officeOf(t, storetest.AirPutih), f.officeOf(t, storetest.Lempake)
	for _, c := range []struct {
		from, to string
		want     city.Code
	}{
		{"mayor", own, ""}, {"mayor", "BPBD", ""}, {"sekda", other, ""}, {"camat", own, ""}, {"camat", other, city.Forbidden}, {"camat", "BPBD", city.Forbidden},
		{"lurah", own, city.Forbidden}, {"PUPR", own, city.Forbidden}, {"PUPR", "BPBD", city.Forbidden}, {"operator", own, city.Forbidden},
		{"auditor", own, city.Forbidden}, {"nobody", own, city.Forbidden}, {"mayor", "Dinas Antah", city.Invalid},
	} {
		_, err := f.SendDisposition(t.Context(), actor(posts[c.from]), posts[c.from], order(c.to))
		if city.CodeOf(err) != c.want {
			t.Errorf("%s to %s: %v, want %q", c.from, c.to, err, c.want)
		}
	}
	id := f.send(t, mayor, order("", func(o *city.DispositionOrder) { o.Role = city.Sekda }))
	if d, err := f.Disposition(t.Context(), secretary, id); err != nil || d.Party != city.PartyAddressee || d.OfficeName != "Sekretaris Daerah" {
		t.Errorf("to the secretary: %+v, %v", d.Party, err)
	}
	// Nobody outside names the advice that a disposition came from.
	if _, err := f.SendDisposition(t.Context(), actor(mayor), mayor, order(own, func(o *city.DispositionOrder) { o.RecommendationID = 1 })); city.CodeOf(err) != city.Invalid {
		t.Errorf("a recommendation from outside: %v", err)
	}
}

// TestHistoryIsNeverChanged tries, as every role of the database, to change,
// remove and empty what happened.
func TestHistoryIsNeverChanged(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih)))
	tables := map[string]string{
		"disposition_steps": "text = 'lain'", "attachments": "name = 'lain'", "disposition_attachments": "attachment_id = 1",
		"recommendation_changes": "actor = 'lain'", "action_rule_versions": "reason = 'lain'",
	}
	kept := []string{"dispositions", "recommendations", "stand_ins"}
	for _, role := range []string{"balaikota_app", "balaikota_reader", "balaikota_city_reader", "balaikota_identity_reader", "balaikota_writer", "balaikota_owner", ""} {
		settings := ""
		if role != "" {
			settings = "SET LOCAL ROLE " + role
		}
		try := func(sql string) {
			t.Helper()
			if _, err := as(t, f.sql, settings, sql); !denied(err) {
				t.Errorf("as %q: %s: %v", role, sql, err)
			}
		}
		for table, change := range tables {
			try("UPDATE " + table + " SET " + change)
			try("DELETE FROM " + table)
			try("TRUNCATE " + table + " CASCADE")
		}
		for _, table := range kept {
			try("DELETE FROM " + table)
			try("TRUNCATE " + table + " CASCADE")
		}
	}
	equal(t, "steps", one[int](t, f.sql, "SELECT count(*)::int FROM disposition_steps"), 1)
}
