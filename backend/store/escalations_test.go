package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"balaikota/backend/analysis/escalation"
	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// climb looks at the ladder once, as cmd does each minute, and says who heard.
func (f *telling) climb(t *testing.T) (out []string) {
	t.Helper()
	rows, err := f.EscalationLadder(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clock, err := f.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	running, err := f.Overdue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l := escalation.InForce(clock.Calendar, rows, f.now())
	for _, o := range running {
		if r, ok := l.Remind(o, f.now()); ok {
			if done, err := f.Remind(t.Context(), o, r.Key, r.Why); err != nil {
				t.Fatal(err)
			} else if done {
				out = append(out, "ingat")
			}
		}
		if d, ok := l.Next(o, f.now()); ok {
			if told, err := f.Escalate(t.Context(), o, d.Rung, d.To, d.When, d.Why); err != nil {
				t.Fatal(err)
			} else if told {
				out = append(out, d.To)
			}
		}
	}
	return out
}

func TestALateInstructionClimbsOnceARung(t *testing.T) {
	t.Parallel()
	f := newTelling(t)
	head := storetest.Officer(t, f.Store, city.KepalaOPD)
	sekda := storetest.Officer(t, f.Store, city.Sekda)
	owner := one[string](t, f.sql, "SELECT f.short_name FROM categories c JOIN offices f ON f.id = c.office_id WHERE c.slug = 'jalan-rusak'")
	if owner != head.Office {
		t.Fatalf("the test's category belongs to %s", owner)
	}
	id := f.order(t, 20)
	if _, err := f.TakeStep(t.Context(), city.Actor{OfficerID: f.lurah.ID, Name: f.lurah.Username}, f.lurah.Asker(), id, city.DispositionStepInput{ClientID: "7b0b4bb7-6a0c-4d1c-9d83-3f1b0fd50e11", Kind: city.StepAccept}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Disposition(t.Context(), head.Asker(), id); city.CodeOf(err) != city.NotFound {
		t.Errorf("an agency that is no party sees it: %v", err)
	}
	var heard []string
	for range 60 {
		f.wait(time.Hour)
		heard = append(heard, f.climb(t)...)
		heard = append(heard, f.climb(t)...)
	}
	if diff := cmp.Diff([]string{"camat", "ingat", "kepala_opd", "sekda", "wali_kota"}, heard); diff != "" {
		t.Error(diff)
	}
	f.tell(t)
	for _, o := range []store.Officer{f.camat, head, sekda} {
		if got := f.texts(t, o); len(got) != 1 {
			t.Errorf("%s heard %v", o.Role, got)
		}
	}
	d, err := f.Disposition(t.Context(), head.Asker(), id)
	if err != nil || d.Rung != 4 {
		t.Errorf("who is told may read it: rung %d, %v", d.Rung, err)
	}
	items, total, err := f.Escalations(t.Context(), f.camat.Asker(), 0, 10)
	if err != nil || total != 4 || items[3].To != "camat" || items[3].Rung != 1 || items[3].Why.Text == "" {
		t.Errorf("%+v, %d, %v", items, total, err)
	}
	other := city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake}
	if items, total, err := f.Escalations(t.Context(), other, 0, 10); err != nil || total != 0 || len(items) != 0 {
		t.Errorf("another lurah sees %+v, %v", items, err)
	}
	nobodyMay(t, &fixture{Store: f.Store, sql: f.sql, db: f.db}, storetest.Connect(t, f.db.OwnerURL), "DELETE FROM escalations")
}

// While it waits on its sender nobody above the addressee hears of it; the
// sender is reminded.
func TestAWaitingInstructionRemindsItsSender(t *testing.T) {
	t.Parallel()
	f := newTelling(t)
	id := f.order(t, 20)
	if _, err := f.TakeStep(t.Context(), city.Actor{OfficerID: f.lurah.ID, Name: f.lurah.Username}, f.lurah.Asker(), id, city.DispositionStepInput{ClientID: "7b0b4bb7-6a0c-4d1c-9d83-3f1b0fd50e12", Kind: city.StepAsk, Text: "Di sisi mana?"}); err != nil {
		t.Fatal(err)
	}
	var heard []string
	for range 100 {
		f.wait(time.Hour)
		heard = append(heard, f.climb(t)...)
	}
	if diff := cmp.Diff([]string{"ingat", "ingat", "ingat"}, heard); diff != "" {
		t.Error(diff)
	}
	f.tell(t)
	if got := f.texts(t, f.mayor); len(got) != 4 || f.texts(t, f.camat) != nil {
		t.Errorf("the sender heard %v, the camat %v", got, f.texts(t, f.camat))
	}
	if got := f.texts(t, f.lurah); len(got) != 1 {
		t.Errorf("who waits is reminded: %v", got)
	}
}

// Ten nodes find the same rung due: it is told once.
func TestNodesTellARungOnce(t *testing.T) {
	t.Parallel()
	f := newTelling(t)
	f.order(t, 20)
	f.wait(30 * time.Hour)
	running, err := f.Overdue(t.Context())
	if err != nil || len(running) != 1 {
		t.Fatal(running, err)
	}
	var told atomic.Int32
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			ok, err := f.Escalate(context.WithoutCancel(t.Context()), running[0], 1, "camat", "close", city.Said{Text: "uji", TextEN: "test"})
			if err != nil {
				t.Error(err)
			}
			if ok {
				told.Add(1)
			}
		})
	}
	wg.Wait()
	if n := one[int](t, f.sql, "SELECT count(*) FROM disposition_steps WHERE kind = 'escalate'"); told.Load() != 1 || n != 1 {
		t.Errorf("told %d times, %d steps", told.Load(), n)
	}
	// What has moved on meanwhile is left alone.
	f.exec(t, "UPDATE dispositions SET status = 'accepted'")
	if ok, err := f.Escalate(t.Context(), running[0], 2, "sekda", "close", city.Said{Text: "uji", TextEN: "test"}); err != nil || ok {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestSecretLettersGoUpToSecretaryAndMayorAlone(t *testing.T) {
	t.Parallel()
	f := newTelling(t)
	storetest.Officer(t, f.Store, city.KepalaOPD)
	f.order(t, 20)
	f.exec(t, "UPDATE dispositions SET nature = 'rahasia'")
	running, err := f.Overdue(t.Context())
	if err != nil || len(running) != 1 {
		t.Fatal(running, err)
	}
	if diff := cmp.Diff([]string{"wali_kota"}, running[0].Reach); diff != "" {
		t.Error(diff)
	}
}

func TestRowsOfTheLadderAreAddedAndAudited(t *testing.T) {
	t.Parallel()
	f := newTelling(t)
	before, err := f.EscalationLadder(t.Context())
	if err != nil || len(before.Rules) < 15 || len(before.AnswerTimes) != 4 {
		t.Fatalf("%+v, %v", before, err)
	}
	row := city.EscalationRule{Rung: 1, Of: "kelurahan", To: "camat", When: "close", Share: 1.5, Source: "Keputusan uji", EffectiveOn: "2026-12-01"}
	if err := f.SetEscalationLadder(t.Context(), store.CommandLine, city.EscalationLadder{Rules: []city.EscalationRule{row}}, "uji tangga"); err != nil {
		t.Fatal(err)
	}
	after, err := f.EscalationLadder(t.Context())
	if err != nil || len(after.Rules) != len(before.Rules)+1 {
		t.Errorf("%d rules, %v", len(after.Rules), err)
	}
	if n := one[int](t, f.sql, "SELECT count(*) FROM audit WHERE action = 'escalation.rules' AND reason = 'uji tangga'"); n != 1 {
		t.Error("nobody wrote it down")
	}
	row.Share = -1
	if err := f.SetEscalationLadder(t.Context(), store.CommandLine, city.EscalationLadder{Rules: []city.EscalationRule{row}}, "uji tangga"); city.CodeOf(err) != city.Invalid {
		t.Errorf("%v", err)
	}
}
