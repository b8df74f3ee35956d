package store_test

import (
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func TestAFinishWhosePicturesNeverComeGoesBack(t *testing.T) {
	t.Parallel()
	f := newProofRoom(t, func(o *city.DispositionOrder) { o.DueDays = 90 })
	// Friday, 19 June 2026, 10.00 WITA.
	f.clock.now = time.Date(2026, 6, 19, 2, 0, 0, 0, time.UTC)
	late := f.picture()
	named := func(in *city.DispositionStepInput) { in.Proofs = []string{late.ClientID} }
	f.mustStep(t, f.lurah, f.id, city.StepFinish, named)
	if due := one[time.Time](t, f.sql, "SELECT due_at FROM dispositions WHERE id = $1", f.id); !due.After(f.clock.now) {
		t.Fatalf("due %v already", due)
	}
	due := one[time.Time](t, f.sql, "SELECT due_at FROM dispositions WHERE id = $1", f.id)
	back := func() {
		t.Helper()
		if err := f.ReturnUnproven(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	f.clock.forward(71 * time.Hour) // Monday, 09.00: the weekend does not count
	back()
	equal(t, "within the time", f.standing(t), "proof_in menunggu  ")
	f.clock.forward(time.Hour)
	back()
	equal(t, "sent back", f.standing(t), "working   ")
	back()
	equal(t, "once, in the history", all[string](t, f.sql, "SELECT concat_ws(' ', kind, actor, was, status, left(text, 50)) FROM disposition_steps WHERE disposition_id = $1 AND kind = 'reopen'", f.id),
		[]string{"reopen sistem proof_in working Foto yang disebut saat menyatakan selesai belum sa"})
	if now := one[time.Time](t, f.sql, "SELECT due_at FROM dispositions WHERE id = $1", f.id); !now.Equal(due) {
		t.Errorf("naming pictures that never come moved the deadline from %v to %v", due, now)
	}
	equal(t, "told", one[int](t, f.sql, "SELECT count(*)::int FROM notice_queue q JOIN disposition_steps s ON s.id = q.step_id WHERE s.kind = 'reopen'"), 1)

	// It comes after all, and counts.
	f.clock.forward(time.Hour)
	p, err := f.AddProof(t.Context(), actor(f.lurah), f.lurah, late)
	if err != nil {
		t.Fatal(err)
	}
	f.keep(t, p.ID, city.VerdictValid)
	f.mustStep(t, f.lurah, f.id, city.StepFinish)
	if err := f.SettleProofs(t.Context()); err != nil {
		t.Fatal(err)
	}
	equal(t, "done", f.standing(t), "done sah proof ")
}

// A finish with a picture that waits for its judge, or without any need of one,
// is left alone.
func TestAFinishWithAPictureIsNotSentBack(t *testing.T) {
	t.Parallel()
	f := newProofRoom(t)
	p := f.add(t)
	f.mustStep(t, f.lurah, f.id, city.StepFinish, func(in *city.DispositionStepInput) { in.Proofs = []string{p.ClientID, uuids()} })
	f.keep(t, p.ID, city.VerdictDoubtful)
	plain := f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih)))
	f.mustStep(t, f.lurah, plain, city.StepAccept)
	f.mustStep(t, f.lurah, plain, city.StepFinish)
	f.clock.forward(30 * 24 * time.Hour)
	if err := f.ReturnUnproven(t.Context()); err != nil {
		t.Fatal(err)
	}
	equal(t, "both wait", all[string](t, f.sql, "SELECT status FROM dispositions ORDER BY id"), []string{"proof_in", "proof_in"})
}
