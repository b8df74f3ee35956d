package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

func (f *fixture) decideAs(t *testing.T, a city.Asker, key string, d city.RecommendationDecision) (city.Recommendation, error) {
	t.Helper()
	id := one[int64](t, f.sql, "SELECT max(id) FROM recommendations WHERE key = $1", key)
	return f.DecideRecommendation(t.Context(), actor(a), a, id, d)
}

func decline() city.RecommendationDecision {
	return city.RecommendationDecision{Decision: "decline", Reason: "Sudah masuk rencana kerja bulan depan."}
}

// TestWhoMayDecide spells out each role about advice of its own and of others.
func TestWhoMayDecide(t *testing.T) {
	t.Parallel()
	f := threeOffices(t) // a: DPUPR in Air Putih, b: camat, c: lurah, d: DLH in Lempake, e: DPUPR everywhere
	postponed := city.RecommendationDecision{Decision: "postpone", Reason: "Menunggu anggaran perubahan.", Until: new(noon.Add(48 * time.Hour))}
	for _, c := range []struct {
		asker city.Asker
		may   []string
		read  []string // but not decide
	}{
		{mayor, []string{"a|1", "b|1", "c|1", "d|1", "e|1"}, nil},
		{secretary, []string{"a|1", "b|1", "c|1", "d|1", "e|1"}, nil},
		{f.headOf(t, "DPUPR"), []string{"a|1", "e|1"}, nil},
		{f.headOf(t, "DLH"), []string{"d|1"}, nil},
		{camatUlu, []string{"b|1", "c|1"}, []string{"a|1"}},
		{camatUtara, nil, []string{"d|1"}},
		{lurahPutih, nil, []string{"a|1", "c|1"}},
		{operator, nil, []string{"a|1", "b|1", "c|1", "d|1", "e|1"}},
		{auditor, nil, []string{"a|1", "b|1", "c|1", "d|1", "e|1"}},
		{city.Asker{Role: city.Publik}, nil, nil},
	} {
		for _, key := range []string{"a|1", "b|1", "c|1", "d|1", "e|1"} {
			want := city.NotFound
			switch {
			case slices.Contains(c.may, key):
				want = ""
			case slices.Contains(c.read, key):
				want = city.Forbidden
			}
			if _, err := f.decideAs(t, c.asker, key, postponed); city.CodeOf(err) != want {
				t.Errorf("%+v decides about %s: %v, want %q", c.asker, key, err, want)
			}
			if want == "" {
				if _, err := f.decideAs(t, c.asker, key, city.RecommendationDecision{Decision: "reopen"}); err != nil {
					t.Errorf("%+v takes it back: %v", c.asker, err)
				}
			}
			rank := city.RecommendationDecision{Decision: "rank", Rank: 1, Reason: "Didahulukan menjelang rapat."}
			if want == "" && c.asker.Role != city.WaliKota && c.asker.Role != city.Sekda {
				want = city.Forbidden
			}
			if _, err := f.decideAs(t, c.asker, key, rank); city.CodeOf(err) != want {
				t.Errorf("%+v ranks %s: %v, want %q", c.asker, key, err, want)
			}
		}
	}
}

func TestApprovingSendsADisposition(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	r, err := f.decideAs(t, secretary, "a|1", city.RecommendationDecision{Decision: "approve"})
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != city.RecommendationApproved || r.DispositionID == 0 || r.DispositionNumber == "" || r.DispositionStatus != city.DispositionSent || r.DecidedBy != "Sekretaris Daerah" {
		t.Errorf("%+v", r)
	}
	d, err := f.Disposition(t.Context(), secretary, r.DispositionID)
	if err != nil || d.Office != "DPUPR" || d.RecommendationID != r.ID || d.Subject != r.Title || d.Action != r.Action || d.AreaCode != storetest.AirPutih {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := f.decideAs(t, mayor, "a|1", city.RecommendationDecision{Decision: "approve"}); city.CodeOf(err) != city.Conflict {
		t.Errorf("approved twice: %v", err)
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM dispositions"); n != 1 {
		t.Errorf("%d dispositions", n)
	}
	_, changes, err := f.Recommendation(t.Context(), mayor, r.ID)
	if err != nil || len(changes) != 2 || changes[1].From != city.RecommendationProposed || changes[1].To != city.RecommendationApproved || changes[1].By != "Sekretaris Daerah" {
		t.Errorf("%+v, %v", changes, err)
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM audit WHERE action = 'recommendation.approve'"); n != 1 {
		t.Errorf("%d audit lines", n)
	}
}

// TestAnEditedOrderGoesOut as it was edited, and a camat hands on to his lurah.
func TestAnEditedOrderGoesOut(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	lurah := f.officeOf(t, storetest.AirPutih)
	o := order(lurah, func(o *city.DispositionOrder) { o.DueDays = 2; o.Subject = "Tutup lubang dengan sirtu dulu" })
	r, err := f.decideAs(t, camatUlu, "c|1", city.RecommendationDecision{Decision: "approve", Order: &o})
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.Disposition(t.Context(), camatUlu, r.DispositionID)
	if err != nil || d.Office != lurah || d.Subject != o.Subject || d.RecommendationID != r.ID {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestAnOrderThatFailsDecidesNothing: approval and disposition stand or fall
// together.
func TestAnOrderThatFailsDecidesNothing(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	o := order("Dinas Antah Berantah")
	if _, err := f.decideAs(t, secretary, "a|1", city.RecommendationDecision{Decision: "approve", Order: &o}); err == nil {
		t.Fatal("an order to nobody went out")
	}
	if r := f.the(t, "a|1"); r.Status != city.RecommendationProposed {
		t.Errorf("it is %s", r.Status)
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM recommendation_changes WHERE status = 'approved'"); n != 0 {
		t.Error("the history tells of an approval")
	}
}

// TestManyApproveAtOnce: one disposition goes out.
func TestManyApproveAtOnce(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	id := f.the(t, "a|1").ID
	nodes := []*store.Store{f.Store, storetest.Open(t, f.db)}
	var wg sync.WaitGroup
	codes := make([]city.Code, 8)
	for i := range codes {
		wg.Go(func() {
			who := []city.Asker{mayor, secretary}[i%2]
			_, err := nodes[i%2].DecideRecommendation(t.Context(), actor(who), who, id, city.RecommendationDecision{Decision: "approve"})
			codes[i] = city.CodeOf(err)
		})
	}
	wg.Wait()
	won := 0
	for _, c := range codes {
		if c == "" {
			won++
		} else if c != city.Conflict {
			t.Errorf("code %s", c)
		}
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM dispositions"); won != 1 || n != 1 {
		t.Errorf("%d won, %d dispositions", won, n)
	}
}

func TestDecisionsNeedTheirWords(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	far, past := noon.AddDate(0, 0, 31), noon.Add(-time.Minute)
	ok := noon.AddDate(0, 0, 30)
	reason := "Menunggu anggaran perubahan."
	for name, c := range map[string]struct {
		d     city.RecommendationDecision
		field string
	}{
		"decline without a reason":  {city.RecommendationDecision{Decision: "decline"}, "reason"},
		"decline with blanks":       {city.RecommendationDecision{Decision: "decline", Reason: "              "}, "reason"},
		"postpone without a reason": {city.RecommendationDecision{Decision: "postpone", Until: &ok}, "reason"},
		"postpone without an end":   {city.RecommendationDecision{Decision: "postpone", Reason: reason}, "until"},
		"postpone to the past":      {city.RecommendationDecision{Decision: "postpone", Reason: reason, Until: &past}, "until"},
		"postpone beyond a month":   {city.RecommendationDecision{Decision: "postpone", Reason: reason, Until: &far}, "until"},
		"rank without a reason":     {city.RecommendationDecision{Decision: "rank", Rank: 1}, "reason"},
		"something that is no word": {city.RecommendationDecision{Decision: "hapus", Reason: reason}, "decision"},
	} {
		_, err := f.decideAs(t, mayor, "a|1", c.d)
		e, is := errors.AsType[*city.Error](err)
		if !is || e.Code != city.Invalid || e.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r := f.the(t, "a|1"); r.Status != city.RecommendationProposed {
		t.Errorf("it is %s", r.Status)
	}
}

func TestDeclinePostponeReopen(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	until := noon.Add(24 * time.Hour)
	must := func(key string, d city.RecommendationDecision, want city.RecommendationStatus) city.Recommendation {
		t.Helper()
		r, err := f.decideAs(t, secretary, key, d)
		if err != nil || r.Status != want {
			t.Fatalf("%s: %s, %v", d.Decision, r.Status, err)
		}
		return r
	}
	if r := must("a|1", decline(), city.RecommendationDeclined); r.Reason == "" || r.DecidedBy != "Sekretaris Daerah" || r.Rank != 0 {
		t.Errorf("%+v", r)
	}
	must("b|1", city.RecommendationDecision{Decision: "postpone", Reason: "Menunggu hujan reda dulu.", Until: &until}, city.RecommendationPostponed)
	if r := f.the(t, "b|1"); r.Until == nil || !r.Until.Equal(until) {
		t.Errorf("until %v", r.Until)
	}
	must("b|1", city.RecommendationDecision{Decision: "approve"}, city.RecommendationApproved)
	if _, err := f.decideAs(t, secretary, "b|1", city.RecommendationDecision{Decision: "reopen"}); city.CodeOf(err) != city.Conflict {
		t.Errorf("an approved one is opened again: %v", err)
	}
	// A refused matter that was advised again meanwhile cannot be opened twice.
	f.advise(t, advised("a|1", "DPUPR", storetest.AirPutih, 9))
	first := one[int64](t, f.sql, "SELECT min(id) FROM recommendations WHERE key = 'a|1'")
	if _, err := f.DecideRecommendation(t.Context(), actor(secretary), secretary, first, city.RecommendationDecision{Decision: "reopen"}); city.CodeOf(err) != city.Conflict {
		t.Errorf("opened twice: %v", err)
	}
	must("c|1", decline(), city.RecommendationDeclined)
	must("c|1", city.RecommendationDecision{Decision: "reopen"}, city.RecommendationProposed)
	_, changes, err := f.Recommendation(t.Context(), mayor, f.the(t, "c|1").ID)
	if err != nil || len(changes) != 3 || changes[2].From != city.RecommendationDeclined || changes[2].Reason != "Dibuka lagi." {
		t.Errorf("%+v, %v", changes, err)
	}
}

// TestTheSecretarysOwnOrder stands above the score, is told with its reason,
// and can be taken back.
func TestTheSecretarysOwnOrder(t *testing.T) {
	t.Parallel()
	f := threeOffices(t)
	order := func() []string {
		top, _, err := f.TopRecommendations(t.Context(), mayor)
		if err != nil {
			t.Fatal(err)
		}
		return keys(top)
	}
	rank := func(key string, n int) {
		t.Helper()
		if _, err := f.decideAs(t, secretary, key, city.RecommendationDecision{Decision: "rank", Rank: n, Reason: "Dibahas dalam rapat Senin."}); err != nil {
			t.Fatal(err)
		}
	}
	rank("d|1", 1)
	rank("a|1", 3)
	if got := order(); !slices.Equal(got, []string{"d|1", "b|1", "a|1", "c|1", "e|1"}) {
		t.Errorf("%v", got)
	}
	if r := f.the(t, "d|1"); r.Override == nil || r.Override.By != "Sekretaris Daerah" || r.Override.Reason == "" || r.Rank != 1 {
		t.Errorf("%+v", r.Override)
	}
	rank("d|1", 0)
	if got := order(); !slices.Equal(got, []string{"b|1", "c|1", "a|1", "d|1", "e|1"}) {
		t.Errorf("%v", got)
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM audit WHERE action = 'recommendation.rank' AND reason <> ''"); n != 3 {
		t.Errorf("%d audit lines", n)
	}
}

// TestWhoActsMayTakeItOnHimself: the head of an agency and a camat approve
// advice to their own office; they do it and, where no picture is needed,
// close it. Without a recommendation nobody instructs himself.
func TestWhoActsMayTakeItOnHimself(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	noPicture := func(r *city.Recommendation) { r.Action = "kejar-tunggakan" }
	f.advise(t, advised("a|1", "DPUPR", storetest.CityCode, 9, noPicture), advised("b|1", f.officeOf(t, storetest.SamarindaUlu), storetest.SamarindaUlu, 7),
		advised("c|1", "DPUPR", storetest.AirPutih, 5))
	head := f.headOf(t, "DPUPR")
	r, err := f.decideAs(t, head, "a|1", city.RecommendationDecision{Decision: "approve"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.Disposition(t.Context(), head, r.DispositionID)
	if err != nil || d.Party != city.PartySelf || d.Office != "DPUPR" || d.FromRole != city.KepalaOPD {
		t.Fatalf("%+v, %v", d, err)
	}
	f.mustStep(t, head, d.ID, city.StepAccept)
	f.mustStep(t, head, d.ID, city.StepFinish)
	if st := f.mustStep(t, head, d.ID, city.StepConfirm); st != city.DispositionDone {
		t.Errorf("it is %s", st)
	}
	// With a picture needed his own word does not close it.
	r, err = f.decideAs(t, camatUlu, "b|1", city.RecommendationDecision{Decision: "approve"})
	if err != nil {
		t.Fatal(err)
	}
	f.mustStep(t, camatUlu, r.DispositionID, city.StepAccept)
	if _, err := f.step(t, camatUlu, r.DispositionID, city.StepConfirm); err == nil {
		t.Error("confirmed before it was done")
	}
	if _, err := f.step(t, camatUlu, r.DispositionID, city.StepFinish); err == nil {
		if _, err := f.step(t, camatUlu, r.DispositionID, city.StepConfirm); err == nil {
			t.Error("closed without a picture, on his own word")
		}
	}
	if _, err := f.SendDisposition(t.Context(), actor(head), head, order("DPUPR")); city.CodeOf(err) != city.Forbidden {
		t.Errorf("instructs himself without advice: %v", err)
	}
}
