package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

func keptOf(t *testing.T, s *store.Store, asker city.Asker, now time.Time, what city.RetentionSubject) city.Retention {
	t.Helper()
	all, err := s.Retentions(t.Context(), asker, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if r.Rule.What == what {
			return r
		}
	}
	t.Fatalf("nothing about %s in %+v", what, all)
	return city.Retention{}
}

// TestIdentitiesAreErasedWhenTheirTimeIsOver closes reports long ago and of
// late: the night erases who reported the old ones, with the source's own
// record, and nothing else of them; the count alone is audited.
func TestIdentitiesAreErasedWhenTheirTimeIsOver(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	now := f.clock.now
	closed := func(id string, at time.Time) city.Report {
		return storetest.Report(id, func(r *city.Report) {
			r.CreatedAt, r.ClosedAt, r.Status = at.AddDate(0, 0, -3), &at, city.Closed
			r.Reporter, r.Raw = &city.Reporter{Name: "Nama Uji", Email: "uji@contoh.invalid"}, json.RawMessage(`{"nama":"Nama Uji"}`)
		})
	}
	open := storetest.Report("terbuka", func(r *city.Report) {
		r.CreatedAt, r.Reporter = now.AddDate(-5, 0, 0), &city.Reporter{Name: "Nama Uji"}
	})
	f.ingest(t, closed("lama-1", now.AddDate(0, -25, 0)), closed("lama-2", now.AddDate(0, -24, -2)), closed("baru", now.AddDate(0, -23, 0)), open)
	op := storetest.Officer(t, f.Store, city.Operator)
	r := keptOf(t, f.Store, op.Asker(), now, city.KeepIdentities)
	if r.Due != 2 || r.Rule.KeepMonths != 24 || r.Last != nil || r.Rule.Source == "" {
		t.Errorf("before: %+v", r)
	}
	before := one[int64](t, f.sql, "SELECT count(*) FROM reports")
	if n, err := f.Erase(t.Context(), r, now); err != nil || n != 2 {
		t.Errorf("erased %d, %v", n, err)
	}
	equal(t, "who is left", all[string](t, f.sql, `SELECT r.external_id FROM reporters p JOIN reports r ON r.id = p.report_id ORDER BY 1`), []string{"baru", "terbuka"})
	equal(t, "records left", all[string](t, f.sql, `SELECT external_id FROM reports WHERE raw IS NOT NULL AND closed_at IS NOT NULL ORDER BY 1`), []string{"baru"})
	if n := one[int64](t, f.sql, "SELECT count(*) FROM reports"); n != before {
		t.Errorf("%d reports, were %d", n, before)
	}
	if n := one[int](t, f.sql, `SELECT (detail->>'erased')::int FROM audit WHERE action = 'retention.erase'`); n != 2 {
		t.Errorf("audited %d", n)
	}
	if n := one[int](t, f.sql, `SELECT count(*)::int FROM audit WHERE detail::text ~ 'Nama Uji|contoh.invalid'`); n != 0 {
		t.Error("the audit trail says whose it was")
	}
	if r = keptOf(t, f.Store, op.Asker(), now, city.KeepIdentities); r.Due != 0 || r.Last == nil || r.Last.Erased != 2 {
		t.Errorf("after: %+v", r)
	}
	// What a source brings again goes again the next night.
	if n, err := f.Erase(t.Context(), r, now); err != nil || n != 0 {
		t.Errorf("a second run erased %d, %v", n, err)
	}
}

func TestRetentionIsChangedWithAReasonAndItsHistoryStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	now := f.clock.now
	op, auditor := storetest.Officer(t, f.Store, city.Operator), storetest.Officer(t, f.Store, city.Auditor)
	today := now.Format(time.DateOnly)
	change := city.RetentionChange{KeepMonths: 6, Source: "Keputusan uji", EffectiveOn: now.AddDate(0, 0, 2).Format(time.DateOnly), Reason: "jadwal retensi kota"}
	if err := f.ChangeRetention(t.Context(), actorOf(op), op.Asker(), city.KeepConversations, change, today); err != nil {
		t.Fatal(err)
	}
	if err := f.ChangeRetention(t.Context(), actorOf(auditor), auditor.Asker(), city.KeepConversations, change, today); city.CodeOf(err) != city.Forbidden {
		t.Errorf("an auditor changes: %v", err)
	}
	past := change
	past.EffectiveOn = "2020-01-01"
	if err := f.ChangeRetention(t.Context(), actorOf(op), op.Asker(), city.KeepConversations, past, today); city.CodeOf(err) != city.Invalid {
		t.Errorf("a rule of the past: %v", err)
	}
	if r := keptOf(t, f.Store, auditor.Asker(), now, city.KeepConversations); r.Rule.KeepMonths != 24 || len(r.History) != 2 || r.History[0].KeepMonths != 6 {
		t.Errorf("before its day: %+v", r)
	}
	if r := keptOf(t, f.Store, auditor.Asker(), now.AddDate(0, 0, 2), city.KeepConversations); r.Rule.KeepMonths != 6 || r.Rule.Reason == "" || r.Rule.ChangedBy != op.Username {
		t.Errorf("from its day: %+v", r)
	}
	if _, err := f.Retentions(t.Context(), city.Asker{Role: city.WaliKota}, now); city.CodeOf(err) != city.Forbidden {
		t.Errorf("the mayor reads: %v", err)
	}
}

func TestRetentionCountsWholeDays(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("WITA", 8*3600)
	for at, want := range map[string]string{"2026-11-22": "2026-05-22", "2026-08-31": "2026-02-28", "2026-03-01": "2025-09-01"} {
		day, err := time.ParseInLocation(time.DateOnly, at, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := city.RetentionBefore(day.Add(13*time.Hour), 6).Format(time.DateOnly); got != want {
			t.Errorf("six months before %s: %s, want %s", at, got, want)
		}
	}
}

// TestAnOperatorGoesBackToAnEarlierModel learns twice, goes back, and finds the
// night held until something is learned again.
func TestAnOperatorGoesBackToAnEarlierModel(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	op := storetest.Officer(t, f.Store, city.Operator)
	learn := func(accuracy string) int64 {
		t.Helper()
		id, err := f.SaveLearning(t.Context(), city.LearnedModel{Name: city.CategoryModel, TrainedAt: f.clock.now, Examples: 70, Corrections: 4,
			Scores: json.RawMessage(`{"rows":60,"accuracy":` + accuracy + `}`), Body: []byte("uji"), By: "op"}, nil, "uji")
		if err != nil {
			t.Fatal(err)
		}
		f.clock.forward(time.Hour)
		return id
	}
	first, second := learn("0.7"), learn("0.8")
	all, err := f.ModelsInForce(t.Context(), op.Asker())
	if err != nil || len(all) != 1 || all[0].ID != second || all[0].Accuracy != 0.8 || all[0].Measured != 60 || all[0].Corrections != 4 || len(all[0].Earlier) != 1 || all[0].Held {
		t.Fatalf("in force: %+v, %v", all, err)
	}
	if err := f.GoBackToModel(t.Context(), actorOf(op), op.Asker(), city.CategoryModel, first, "lebih banyak salah"); err != nil {
		t.Fatal(err)
	}
	if err := f.GoBackToModel(t.Context(), actorOf(op), op.Asker(), city.CategoryModel, first, "lebih banyak salah"); city.CodeOf(err) != city.Conflict {
		t.Errorf("back to where it is: %v", err)
	}
	if err := f.GoBackToModel(t.Context(), actorOf(op), op.Asker(), city.CategoryModel, 9999, "lebih banyak salah"); city.CodeOf(err) != city.NotFound {
		t.Errorf("back to nothing: %v", err)
	}
	if id, err := f.ActiveModelID(t.Context(), city.CategoryModel); err != nil || id != first {
		t.Errorf("in force is %d, %v", id, err)
	}
	if held, err := f.ModelHeld(t.Context(), city.CategoryModel); err != nil || !held {
		t.Errorf("held: %v, %v", held, err)
	}
	learn("0.9")
	all, err = f.ModelsInForce(t.Context(), op.Asker())
	if err != nil || all[0].Held || len(all[0].Changes) != 4 || all[0].Changes[1].Reason != "lebih banyak salah" || all[0].Changes[1].BeforeID != second {
		t.Errorf("after learning again: %+v, %v", all, err)
	}
	if n := one[int](t, f.sql, `SELECT count(*)::int FROM audit WHERE action = 'model.back'`); n != 1 {
		t.Errorf("%d audit lines", n)
	}
}
