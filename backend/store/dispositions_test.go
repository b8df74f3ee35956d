package store_test

import (
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// Askers of dispositions by post.
var (
	secretary  = city.Asker{Role: city.Sekda}
	camatUlu   = city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}
	camatUtara = city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUtara}
	lurahPutih = city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}
	lurahLem   = city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake}
)

// actor is how a script with the asker's rights is named.
func actor(a city.Asker) city.Actor { return city.Actor{Name: "token:" + string(a.Role)} }

var uuids = func() func() string {
	next := make(chan int)
	go func() {
		for n := 1; ; n++ {
			next <- n
		}
	}()
	return func() string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", <-next) }
}()

// order is an instruction to an office; change alters it first.
func order(office string, change ...func(*city.DispositionOrder)) city.DispositionOrder {
	o := city.DispositionOrder{
		ClientID: uuids(), Office: office, Nature: city.NatureOrdinary, Subject: "Genangan di depan pasar",
		Instruction: "Periksa dan tangani genangan, lalu laporkan hasilnya.", DueDays: 3,
	}
	for _, c := range change {
		c(&o)
	}
	return o
}

// officeOf is the short name of an area's office.
func (f *fixture) officeOf(t *testing.T, area string) string {
	t.Helper()
	return one[string](t, f.sql, "SELECT short_name FROM offices WHERE area_code = $1", area)
}

// send sends an order that must go out.
func (f *fixture) send(t *testing.T, from city.Asker, o city.DispositionOrder) int64 {
	t.Helper()
	id, err := f.SendDisposition(t.Context(), actor(from), from, o)
	if err != nil {
		t.Fatalf("send to %q: %v", o.Office, err)
	}
	return id
}

// step takes a step and returns the outcome.
func (f *fixture) step(t *testing.T, a city.Asker, id int64, kind city.DispositionStepKind, change ...func(*city.DispositionStepInput)) (city.StepOutcome, error) {
	t.Helper()
	in := city.DispositionStepInput{ClientID: uuids(), Kind: kind, Text: "Keterangan untuk langkah ini."}
	for _, c := range change {
		c(&in)
	}
	return f.TakeStep(t.Context(), actor(a), a, id, in)
}

func (f *fixture) mustStep(t *testing.T, a city.Asker, id int64, kind city.DispositionStepKind, change ...func(*city.DispositionStepInput)) city.DispositionStatus {
	t.Helper()
	out, err := f.step(t, a, id, kind, change...)
	if err != nil || out.Outcome != "added" {
		t.Fatalf("step %s of %d: %+v, %v", kind, id, out, err)
	}
	return out.Status
}

func TestADispositionGoesFromTheMayorToTheLurahAndBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	office := f.officeOf(t, storetest.AirPutih)
	id := f.send(t, mayor, order(office))
	if again, err := f.SendDisposition(t.Context(), actor(mayor), mayor, order(office, func(o *city.DispositionOrder) {
		o.ClientID = one[string](t, f.sql, "SELECT client_id::text FROM dispositions WHERE id = $1", id)
	})); err != nil || again != id {
		t.Fatalf("sent twice: %d, %v; the first is %d", again, err, id)
	}
	equal(t, "due", one[time.Time](t, f.sql, "SELECT due_at FROM dispositions WHERE id = $1", id).UTC(), time.Date(2026, 3, 26, 16, 0, 0, 0, time.UTC))
	for _, st := range []struct {
		who  city.Asker
		kind city.DispositionStepKind
		want city.DispositionStatus
	}{
		{lurahPutih, city.StepRead, city.DispositionSent}, {lurahPutih, city.StepAccept, city.DispositionAccepted},
		{lurahPutih, city.StepAsk, city.DispositionAsked}, {mayor, city.StepReply, city.DispositionAccepted},
		{lurahPutih, city.StepProgress, city.DispositionWorking}, {lurahPutih, city.StepFinish, city.DispositionProof},
		{mayor, city.StepReopen, city.DispositionWorking}, {lurahPutih, city.StepFinish, city.DispositionProof},
		{mayor, city.StepConfirm, city.DispositionDone},
	} {
		f.clock.forward(time.Minute)
		equal(t, string(st.kind), f.mustStep(t, st.who, id, st.kind), st.want)
		if percent := f.detail(t, mayor, id).Percent; (percent == 100) != (st.want == city.DispositionProof || st.want == city.DispositionDone) {
			t.Errorf("after %s it is %d per cent done", st.kind, percent)
		}
	}
	equal(t, "steps", all[string](t, f.sql, "SELECT kind || ':' || coalesce(was, '') || ':' || status FROM disposition_steps WHERE disposition_id = $1 ORDER BY id", id), []string{
		"send::sent", "read:sent:sent", "accept:sent:accepted", "ask:accepted:asked", "reply:asked:accepted", "progress:accepted:working",
		"finish:working:proof_in", "reopen:proof_in:working", "finish:working:proof_in", "confirm:proof_in:done",
	})
	equal(t, "done by", one[string](t, f.sql, "SELECT done_by FROM dispositions WHERE id = $1", id), "sender")
}

var _ = store.CommandLine
