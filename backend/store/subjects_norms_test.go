package store_test

import (
	"errors"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/jackc/pgx/v5/pgconn"
)

// broke reports whether an error is Postgres refusing what breaks a rule.
func broke(err error, rule string) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == "23514" && pg.ConstraintName == rule
}

func norm(hours, remind int, from string) city.SubjectNormChange {
	return city.SubjectNormChange{Hours: hours, RemindHours: remind, Source: "Keputusan Wali Kota tentang layanan data pribadi", EffectiveOn: from, Reason: "permintaan dilayani lebih cepat"}
}

// TestNormsOfRequestsAreChangedWithAReason: from a day on, as a new row that is
// audited; requests that were noted before keep their time.
func TestNormsOfRequestsAreChangedWithAReason(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	auditor := city.Asker{Role: city.Auditor}
	standing := func() city.SubjectNorms {
		t.Helper()
		all, err := f.SubjectNorms(t.Context(), auditor)
		if err != nil || len(all) != 3 || all[0].Rule.Kind != city.SubjectCopy {
			t.Fatalf("norms %+v, %v", all, err)
		}
		return all[0]
	}
	today := f.clock.now.Format(time.DateOnly)
	n := standing()
	if n.Rule.Hours != 72 || n.Law.Hours != 72 || n.Law.Article != "UU 27/2022 Pasal 32 ayat (2)" || n.Rule.Source == "" || len(n.History) != 1 {
		t.Errorf("at first: %+v", n)
	}
	early := f.askOwn(t, city.SubjectCopy, city.Reporter{Email: "wati@surel.kota"})
	change := func(c city.SubjectNormChange) error {
		return f.ChangeSubjectNorm(t.Context(), store.CommandLine, anOperator, city.SubjectCopy, c)
	}
	for _, c := range []city.SubjectNormChange{norm(48, 12, today), norm(36, 12, today), norm(24, 6, f.clock.now.AddDate(0, 0, 2).Format(time.DateOnly))} {
		if err := change(c); err != nil {
			t.Fatal(err)
		}
	}
	n = standing()
	if n.Rule.Hours != 36 || n.Rule.RemindHours != 12 || n.Rule.ChangedBy != store.CommandLine.Name || n.Rule.Reason != "permintaan dilayani lebih cepat" || !n.Rule.ChangedAt.Equal(f.clock.now) {
		t.Errorf("in effect: %+v", n.Rule)
	}
	hours := []int{}
	for _, h := range n.History {
		hours = append(hours, h.Hours)
	}
	equal(t, "history", hours, []int{24, 36, 48, 72})
	late := f.askOwn(t, city.SubjectCopy, city.Reporter{Email: "sri@surel.kota"})
	equal(t, "due before", f.subject(t, early.ID).DueAt, f.clock.now.Add(72*time.Hour))
	equal(t, "due after", late.DueAt, f.clock.now.Add(36*time.Hour))
	f.clock.forward(48 * time.Hour)
	equal(t, "from its day on", standing().Rule.Hours, 24)
	equal(t, "audited", all[string](t, f.sql, "SELECT subject || ' ' || (detail->>'hours') || ' ' || reason FROM audit WHERE action = 'subject.norm' ORDER BY id"), []string{
		"salinan 48 permintaan dilayani lebih cepat", "salinan 36 permintaan dilayani lebih cepat", "salinan 24 permintaan dilayani lebih cepat",
	})
	for _, asker := range []city.Asker{auditor, {Role: city.WaliKota}, {Role: city.Sekda}, {Role: city.Lurah, AreaCode: storetest.AirPutih}, {}} {
		if err := f.ChangeSubjectNorm(t.Context(), store.CommandLine, asker, city.SubjectCopy, norm(48, 12, "2100-01-01")); city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s changes: %v", asker.Role, err)
		}
		_, err := f.SubjectNorms(t.Context(), asker)
		if reads := asker.Role == city.Auditor; reads && err != nil || !reads && city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s reads: %v", asker.Role, err)
		}
	}
}

// TestNoNormIsLaxerThanTheLaw: neither by a form nor by SQL; where the law names no
// hours there is room, and it says so.
func TestNoNormIsLaxerThanTheLaw(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	today := f.clock.now.Format(time.DateOnly)
	change := func(kind city.SubjectKind, c city.SubjectNormChange) *city.Error {
		own, _ := errors.AsType[*city.Error](f.ChangeSubjectNorm(t.Context(), store.CommandLine, anOperator, kind, c))
		return own
	}
	own := change(city.SubjectCopy, norm(73, 24, today))
	if own == nil || own.Code != city.Invalid || own.Field != "hours" || own.Key != "error.subject_norm_law" || own.Params["hours"] != "72" || own.Params["article"] != "UU 27/2022 Pasal 32 ayat (2)" {
		t.Errorf("above the law: %+v", own)
	}
	for field, c := range map[string]city.SubjectNormChange{
		"hours": norm(0, 1, today), "remind_hours": norm(24, 25, today), "effective_on": norm(48, 12, f.clock.now.AddDate(0, 0, -1).Format(time.DateOnly)),
		"reason": {Hours: 48, RemindHours: 12, Source: "keputusan", EffectiveOn: today, Reason: "singkat"}, "source": {Hours: 48, RemindHours: 12, EffectiveOn: today, Reason: "alasan yang cukup"},
	} {
		if own := change(city.SubjectCopy, c); own == nil || own.Code != city.Invalid || own.Field != field {
			t.Errorf("%s: %+v", field, own)
		}
	}
	if own := change(city.SubjectErase, norm(96, 24, today)); own != nil {
		t.Errorf("where the law names no hours: %v", own)
	}
	equal(t, "norms", one[int](t, f.sql, "SELECT count(*)::int FROM subject_norms"), 4)
	equal(t, "audited", one[int](t, f.sql, "SELECT count(*)::int FROM audit WHERE action = 'subject.norm'"), 1)

	owner := storetest.Connect(t, f.db.OwnerURL)
	for _, role := range []string{"", "SET LOCAL ROLE balaikota_writer"} {
		if _, err := as(t, owner, role, "INSERT INTO subject_norms (kind, hours, remind_hours, source, effective_on, changed_at, changed_by) VALUES ('perbaikan', 73, 24, 'x', '2026-01-01', now(), 'x')"); !broke(err, "subject_norms_obey_the_law") {
			t.Errorf("by SQL as %q: %v", role, err)
		}
	}
	// One that an older Balaikota let somebody write gives no more than the law.
	for _, sql := range []string{
		"ALTER TABLE subject_norms DISABLE TRIGGER subject_norms_obey_the_law",
		"INSERT INTO subject_norms (kind, hours, remind_hours, source, effective_on, changed_at, changed_by) VALUES ('perbaikan', 400, 24, 'x', '2026-01-01', now(), 'x')",
	} {
		if _, err := f.sql.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "due", f.askOwn(t, city.SubjectCorrect, city.Reporter{Email: "wati@surel.kota"}).DueAt, f.clock.now.Add(72*time.Hour))
}
