package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// TestAPartIsNotDueAfterItsWhole: who must be done in six hours cannot give a
// lurah until tomorrow; what is late already keeps the time that was given.
func TestAPartIsNotDueAfterItsWhole(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	top := f.send(t, mayor, order(f.officeOf(t, storetest.SamarindaUlu), func(o *city.DispositionOrder) { o.DueDays, o.DueHours = 0, 6 }))
	part := func(days, hours int) time.Time {
		id := f.send(t, camatUlu, order(f.officeOf(t, storetest.AirPutih), func(o *city.DispositionOrder) { o.ParentID, o.DueDays, o.DueHours = top, days, hours }))
		return f.detail(t, camatUlu, id).DueAt
	}
	whole := f.detail(t, camatUlu, top).DueAt
	equal(t, "a day is shortened to the whole's", part(1, 0).UTC(), whole.UTC())
	equal(t, "two hours stay", part(0, 2).UTC(), f.clock.now.Add(2*time.Hour).UTC())
	f.clock.forward(7 * time.Hour)
	if due := part(1, 0); !due.After(f.clock.now) {
		t.Errorf("a part of what is late is due %s, before it was sent", due)
	}
}

// TestAWholeWhosePartsAreDoneSaysWhatIsMissing: it is not done because who
// handed it on has not said so, and how late that is.
func TestAWholeWhosePartsAreDoneSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	top := f.send(t, mayor, order(f.officeOf(t, storetest.SamarindaUlu), func(o *city.DispositionOrder) { o.DueDays, o.DueHours = 0, 6 }))
	leaf := f.send(t, camatUlu, order(f.officeOf(t, storetest.AirPutih), func(o *city.DispositionOrder) { o.ParentID = top }))
	why := func() string {
		list, err := f.Tasks(t.Context(), camatUlu, nil)
		if err != nil || len(list) != 1 {
			t.Fatalf("%d tasks, %v", len(list), err)
		}
		return list[0].Why.Text
	}
	equal(t, "while a part is open", why(), "Sudah diteruskan; menunggu bagiannya.")
	f.mustStep(t, lurahPutih, leaf, city.StepAccept)
	f.mustStep(t, lurahPutih, leaf, city.StepFinish)
	f.mustStep(t, camatUlu, leaf, city.StepConfirm)
	equal(t, "when all are done", why(), "Semua bagian selesai; tinggal Anda nyatakan selesai.")
	monday(f)
	m, err := f.Meeting(t.Context(), mayor, "")
	if err != nil || len(m.NotDone) != 1 {
		t.Fatalf("%+v, %v", m.NotDone, err)
	}
	a := m.NotDone[0].Account
	if !strings.HasPrefix(a.Text, "Semua bagian selesai; Camat Samarinda Ulu belum menyatakan selesai; ") || !strings.Contains(a.Text, " hari lewat batas. Lurah Air Putih: Selesai ") {
		t.Errorf("the meeting hears %q", a.Text)
	}
	if !strings.HasPrefix(a.TextEN, "All parts are done; Camat Samarinda Ulu has not said so; ") {
		t.Errorf("in English %q", a.TextEN)
	}
}

// TestAWholeThatItsPartsProveWaitsForItsSender: no picture of its own comes, so
// nobody checks one, and the sender's word makes it done.
func TestAWholeThatItsPartsProveWaitsForItsSender(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	kind := f.withProof(t)
	top := f.send(t, mayor, order(f.officeOf(t, storetest.SamarindaUlu), func(o *city.DispositionOrder) { o.Action = kind }))
	leaf := f.send(t, camatUlu, order(f.officeOf(t, storetest.AirPutih), func(o *city.DispositionOrder) { o.ParentID = top }))
	if _, err := f.sql.Exec(t.Context(), "UPDATE dispositions SET status = 'done', done_at = now(), done_by = 'proof', verdict = 'sah' WHERE id = $1", leaf); err != nil {
		t.Fatal(err)
	}
	equal(t, "said to be done", f.mustStep(t, camatUlu, top, city.StepFinish), city.DispositionProof)
	d := f.detail(t, mayor, top)
	equal(t, "it waits on", d.WaitsOn, "Wali Kota")
	equal(t, "verdict", d.Verdict, city.ProofVerdict(""))
	if !slices.Contains(d.May, city.StepConfirm) {
		t.Errorf("the mayor may %v", d.May)
	}
	running, err := f.Overdue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range running {
		if o.ID == top && (o.Checked || o.WaitsSince == nil) {
			t.Errorf("its sender is not reminded: %+v", o)
		}
	}
	equal(t, "done", f.mustStep(t, mayor, top, city.StepConfirm), city.DispositionDone)
}
