package store_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// proofRoom is a city with a disposition of the mayor to the lurah of Air
// Putih that needs a picture.
type proofRoom struct {
	*fixture
	id    int64
	lurah city.Asker
}

func newProofRoom(t *testing.T, change ...func(*city.DispositionOrder)) *proofRoom {
	t.Helper()
	f := &proofRoom{fixture: newFixture(t), lurah: city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih, Key: "lurah"}}
	kind := one[string](t, f.sql, "SELECT slug FROM action_kinds WHERE proof ORDER BY slug LIMIT 1")
	f.id = f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih), append([]func(*city.DispositionOrder){func(o *city.DispositionOrder) { o.Action = kind }}, change...)...))
	f.clock.forward(time.Hour)
	f.mustStep(t, f.lurah, f.id, city.StepAccept)
	return f
}

// picture is a proof of the after stage; its bytes are of no picture, which the
// store does not look at.
func (f *proofRoom) picture(change ...func(*city.ProofInput)) city.ProofInput {
	id := uuids()
	taken := f.clock.now.Add(-time.Minute)
	in := city.ProofInput{
		ClientID: id, DispositionID: f.id, Stage: "after", TakenAt: &taken, Device: "ponsel-1", Type: "image/jpeg", Width: 640, Height: 480, Bytes: []byte("picture " + id),
	}
	for _, c := range change {
		c(&in)
	}
	return in
}

func (f *proofRoom) add(t *testing.T, change ...func(*city.ProofInput)) city.Proof {
	t.Helper()
	f.clock.forward(time.Minute)
	p, err := f.AddProof(t.Context(), actor(f.lurah), f.lurah, f.picture(change...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (f *proofRoom) keep(t *testing.T, id int64, verdict city.ProofVerdict) {
	t.Helper()
	if err := f.KeepChecks(t.Context(), store.CheckedProof{
		ID: id, Machine: verdict, Checks: []city.ProofCheck{{Name: city.CheckToken, Outcome: "baik"}}, Version: 1, Hash: uint64(id), Print: []byte{1}, Words: []int32{1, int32(id)},
	}); err != nil {
		t.Fatal(err)
	}
}

func (f *proofRoom) standing(t *testing.T) string {
	t.Helper()
	return one[string](t, f.sql, "SELECT concat_ws(' ', status, verdict, done_by, reporter_word) FROM dispositions WHERE id = $1", f.id)
}

func TestAPictureIsKeptOnceAndACodeUsedOnce(t *testing.T) {
	t.Parallel()
	f := newProofRoom(t)
	codes, err := f.IssueProofTokens(t.Context(), f.lurah, f.id, 3)
	if err != nil || len(codes) != 3 {
		t.Fatalf("%d codes, %v", len(codes), err)
	}
	with := func(code string) func(*city.ProofInput) { return func(in *city.ProofInput) { in.Token = code } }
	in := f.picture(with(codes[0].Token))
	first, err := f.AddProof(t.Context(), actor(f.lurah), f.lurah, in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := f.AddProof(t.Context(), actor(f.lurah), f.lurah, in); err != nil || again.ID != first.ID {
		t.Errorf("sent twice: %d and %d, %v", first.ID, again.ID, err)
	}
	in.Bytes = []byte("another picture")
	if _, err := f.AddProof(t.Context(), actor(f.lurah), f.lurah, in); city.CodeOf(err) != city.Conflict {
		t.Errorf("another picture under one client_id: %v", err)
	}
	f.add(t, with(codes[0].Token))
	other := city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih, Key: "another phone"}
	if _, err := f.AddProof(t.Context(), actor(other), other, f.picture(with(codes[1].Token))); err != nil {
		t.Fatal(err)
	}
	f.add(t, with("made up"))
	f.add(t)
	f.clock.forward(8 * 24 * time.Hour)
	f.add(t, with(codes[2].Token))
	equal(t, "codes", all[string](t, f.sql, "SELECT token_state FROM proofs ORDER BY id"), []string{"good", "used", "foreign", "foreign", "none", "expired"})
	equal(t, "verdict", f.standing(t), "accepted menunggu  ")
	for name, who := range map[string]city.Asker{"mayor": mayor, "another lurah": lurahLem} {
		if _, err := f.AddProof(t.Context(), actor(who), city.Asker{Role: who.Role, AreaCode: who.AreaCode, Key: "k"}, f.picture()); err == nil {
			t.Errorf("%s sent a picture", name)
		}
		if _, err := f.IssueProofTokens(t.Context(), city.Asker{Role: who.Role, AreaCode: who.AreaCode, Key: "k"}, f.id, 1); err == nil {
			t.Errorf("%s was given codes", name)
		}
	}
}

func TestAPictureThatStandsMakesItDone(t *testing.T) {
	t.Parallel()
	f := newProofRoom(t)
	p := f.add(t)
	f.mustStep(t, f.lurah, f.id, city.StepFinish)
	f.keep(t, p.ID, city.VerdictValid)
	f.keep(t, p.ID, city.VerdictDoubtful) // a second process had it in hand
	equal(t, "done", f.standing(t), "done sah proof ")
	equal(t, "history", all[string](t, f.sql, "SELECT kind || ' ' || role FROM disposition_steps WHERE disposition_id = $1 ORDER BY id DESC LIMIT 1", f.id), []string{"confirm sistem"})

	// Offline the picture may come before the word that the work is done.
	f = newProofRoom(t)
	p = f.add(t)
	f.keep(t, p.ID, city.VerdictValid)
	equal(t, "not yet", f.standing(t), "accepted sah  ")
	f.mustStep(t, f.lurah, f.id, city.StepFinish)
	if err := f.SettleProofs(t.Context()); err != nil {
		t.Fatal(err)
	}
	equal(t, "done", f.standing(t), "done sah proof ")
}

func reviewsOf(t *testing.T, f *proofRoom, who city.Asker) []int64 {
	t.Helper()
	items, err := f.ProofReviews(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	ids := []int64{}
	for _, i := range items {
		ids = append(ids, i.Proof.ID)
	}
	return ids
}

func TestADoubtfulPictureIsForAnotherOffice(t *testing.T) {
	t.Parallel()
	f := newProofRoom(t)
	p := f.add(t)
	f.mustStep(t, f.lurah, f.id, city.StepFinish)
	f.keep(t, p.ID, city.VerdictDoubtful)
	equal(t, "it waits", f.standing(t), "proof_in ragu  ")
	opd := city.Asker{Role: city.KepalaOPD, OfficeID: one[int64](t, f.sql, "SELECT id FROM offices WHERE short_name = 'DPUPR'")}
	auditor := city.Asker{Role: city.Auditor}
	for name, c := range map[string]struct {
		who  city.Asker
		want []int64
	}{
		"the camat above": {camatUlu, []int64{}}, "another camat": {camatUtara, []int64{p.ID}}, "the lurah": {f.lurah, []int64{}}, "another lurah": {lurahLem, []int64{}},
		"an agency": {opd, []int64{p.ID}}, "the mayor": {mayor, []int64{}}, "the secretary": {secretary, []int64{p.ID}}, "the auditor": {auditor, []int64{p.ID}},
		"the operator": {city.Asker{Role: city.Operator}, []int64{}}, "the public": {city.Asker{}, []int64{}},
	} {
		equal(t, name, reviewsOf(t, f, c.who), c.want)
		_, err := f.ProofBytes(t.Context(), c.who, p.ID)
		sees := len(c.want) > 0 || name == "the camat above" || name == "the lurah" || name == "the mayor" || name == "the operator"
		if (err == nil) != sees {
			t.Errorf("%s sees the picture: %v", name, err)
		}
		if len(c.want) == 0 {
			if _, err := f.ReviewProof(t.Context(), actor(c.who), c.who, p.ID, city.VerdictValid, "saya yakin ini sah"); city.CodeOf(err) != city.NotFound {
				t.Errorf("%s judges: %v", name, err)
			}
		}
	}
	got, err := f.ReviewProof(t.Context(), actor(camatUtara), camatUtara, p.ID, city.VerdictRejected, "ini jalan lain, lihat pagarnya")
	if err != nil || got.Verdict != city.VerdictRejected || got.Machine != city.VerdictDoubtful || got.ReviewedBy == "" {
		t.Fatalf("%+v, %v", got, err)
	}
	equal(t, "opened again", f.standing(t), "working   ")
	if text := one[string](t, f.sql, "SELECT text FROM disposition_steps WHERE disposition_id = $1 AND kind = 'reopen'", f.id); text != "Bukti ditolak oleh "+got.ReviewedBy+": ini jalan lain, lihat pagarnya" {
		t.Errorf("told %q", text)
	}
	if _, err := f.ReviewProof(t.Context(), actor(auditor), auditor, p.ID, city.VerdictValid, "menurut saya ini sah"); city.CodeOf(err) != city.NotFound {
		t.Errorf("judged twice: %v", err)
	}
	// The next picture stands by the second person's word.
	f.clock.forward(time.Hour)
	p = f.add(t)
	f.mustStep(t, f.lurah, f.id, city.StepFinish)
	f.keep(t, p.ID, city.VerdictDoubtful)
	if _, err := f.ReviewProof(t.Context(), actor(auditor), auditor, p.ID, city.VerdictValid, "sudut sama, lubang sudah ditutup"); err != nil {
		t.Fatal(err)
	}
	equal(t, "done", f.standing(t), "done sah second_person ")
}

// reported is a room whose disposition is about reports.
func reported(t *testing.T, n int) *proofRoom {
	t.Helper()
	f := newProofRoom(t)
	f.ingest(t, storetest.Reports("lubang", n)...)
	if _, err := f.sql.Exec(t.Context(), "UPDATE dispositions SET reports = ARRAY(SELECT id FROM reports) WHERE id = $1", f.id); err != nil {
		t.Fatal(err)
	}
	p := f.add(t)
	f.mustStep(t, f.lurah, f.id, city.StepFinish)
	f.keep(t, p.ID, city.VerdictDoubtful)
	if err := f.AskReporters(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f
}

func links(t *testing.T, f *proofRoom) (tokens []string) {
	t.Helper()
	asks, err := f.ReporterAsks(t.Context(), f.clock.now.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range asks {
		tokens = append(tokens, a.Path[len("/publik/beres/"):])
	}
	return tokens
}

func TestTheReportersAreAsked(t *testing.T) {
	t.Parallel()
	f := reported(t, 2)
	equal(t, "asked", f.standing(t), "proof_in ragu  asked")
	if err := f.AskReporters(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := links(t, f)
	equal(t, "each once", len(l), 2)
	q, err := f.ReporterQuestion(t.Context(), l[0])
	if err != nil || q.Ticket == "" || q.Answer != "" || q.City != "Samarinda" && q.City != "Kota Samarinda" {
		t.Fatalf("%+v, %v", q, err)
	}
	if err := f.AnswerReporter(t.Context(), l[0], "yes", "Bagus, hubungi 0812-3456-7890"); err != nil {
		t.Fatal(err)
	}
	equal(t, "the reporter agrees", f.standing(t), "done ragu reporter yes")
	equal(t, "masked", one[string](t, f.sql, "SELECT text FROM reporter_words"), "Bagus, hubungi [telepon]")
	if err := f.AnswerReporter(t.Context(), l[0], "no", ""); city.CodeOf(err) != city.Conflict {
		t.Errorf("answered twice: %v", err)
	}
	if err := f.AnswerReporter(t.Context(), "aaaaaaaaaaaaaaaaaaaaaaaaaa", "no", ""); city.CodeOf(err) != city.NotFound {
		t.Errorf("a made-up link: %v", err)
	}
	// Another says no: a second person looks, and nothing is opened by itself.
	if err := f.AnswerReporter(t.Context(), l[1], "partly", ""); err != nil {
		t.Fatal(err)
	}
	equal(t, "one no outweighs", f.standing(t), "done ragu reporter no")
	words, err := f.ReporterWords(t.Context(), mayor, f.id)
	if err != nil || len(words) != 2 {
		t.Fatalf("%+v, %v", words, err)
	}
	if words, err := f.ReporterWords(t.Context(), lurahLem, f.id); len(words) != 0 || city.CodeOf(err) != city.NotFound {
		t.Errorf("another lurah reads the words: %v", err)
	}
	if proofs, err := f.Proofs(t.Context(), lurahLem, f.id); len(proofs) != 0 || city.CodeOf(err) != city.NotFound {
		t.Errorf("another lurah sees the pictures: %v", err)
	}
	if _, err := f.Proofs(t.Context(), mayor, 1<<40); city.CodeOf(err) != city.NotFound {
		t.Errorf("pictures of a disposition that there is none of: %v", err)
	}
	// Who judges sees the pictures, and not what reporters said.
	if proofs, err := f.Proofs(t.Context(), camatUtara, f.id); len(proofs) != 1 || err != nil {
		t.Errorf("the second person sees %d pictures: %v", len(proofs), err)
	}
}

func TestAReporterWhoSaysNoSendsEvenAGoodPictureToASecondPerson(t *testing.T) {
	t.Parallel()
	f := newProofRoom(t)
	f.ingest(t, storetest.Reports("lubang", 1)...)
	if _, err := f.sql.Exec(t.Context(), "UPDATE dispositions SET reports = ARRAY(SELECT id FROM reports) WHERE id = $1", f.id); err != nil {
		t.Fatal(err)
	}
	p := f.add(t)
	f.mustStep(t, f.lurah, f.id, city.StepFinish)
	f.keep(t, p.ID, city.VerdictValid)
	if err := f.AskReporters(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := f.AnswerReporter(t.Context(), links(t, f)[0], "no", "masih berlubang"); err != nil {
		t.Fatal(err)
	}
	equal(t, "it stays done until somebody looks", f.standing(t), "done sah proof no")
	equal(t, "in the queue", reviewsOf(t, f, camatUtara), []int64{p.ID})
	if _, err := f.ReviewProof(t.Context(), actor(camatUtara), camatUtara, p.ID, city.VerdictRejected, "pelapor benar, lubang di sebelahnya terbuka"); err != nil {
		t.Fatal(err)
	}
	equal(t, "opened again", f.standing(t), "working   ")
}

func TestNoAnswerInThreeWorkingDaysIsNone(t *testing.T) {
	t.Parallel()
	f := reported(t, 1)
	l := links(t, f)
	f.clock.forward(20 * 24 * time.Hour)
	if err := f.AskReporters(t.Context()); err != nil {
		t.Fatal(err)
	}
	equal(t, "none", f.standing(t), "proof_in ragu  none")
	if err := f.AnswerReporter(t.Context(), l[0], "yes", ""); city.CodeOf(err) != city.Conflict {
		t.Errorf("answered late: %v", err)
	}
}

// TestProofsAreNeverChanged tries it as the role that writes.
func TestProofsAreNeverChanged(t *testing.T) {
	t.Parallel()
	f := reported(t, 1)
	if err := f.AnswerReporter(t.Context(), links(t, f)[0], "no", ""); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"proofs", "proof_checks", "reporter_asks", "reporter_ask_links", "reporter_words", "proof_tokens", "proof_reviews"} {
		for _, sql := range []string{"UPDATE %s SET xmin = xmin", "DELETE FROM %s", "TRUNCATE %s CASCADE"} {
			if sql[0] == 'U' {
				column := one[string](t, f.sql, "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND attidentity = '' LIMIT 1", table)
				sql = "UPDATE %s SET " + column + " = " + column
			}
			if _, err := as(t, f.sql, "SELECT 1", fmt.Sprintf(sql, table)); !denied(err) {
				t.Errorf("%s: %v", fmt.Sprintf(sql, table), err)
			}
		}
	}
	if _, err := as(t, f.sql, "SELECT 1", "DELETE FROM proof_queue"); !denied(err) {
		t.Errorf("the queue is emptied: %v", err)
	}
}

func TestEarlierPicturesAreFound(t *testing.T) {
	t.Parallel()
	f := newProofRoom(t)
	a, b := f.add(t), f.add(t, func(in *city.ProofInput) { in.Bytes = []byte("the same bytes") })
	c := f.add(t, func(in *city.ProofInput) { in.Bytes = []byte("the same bytes") })
	keep := func(id int64, hash uint64, words ...int32) {
		if err := f.KeepChecks(t.Context(), store.CheckedProof{ID: id, Machine: city.VerdictDoubtful, Version: 1, Hash: hash, Print: []byte{byte(id)}, Words: words}); err != nil {
			t.Fatal(err)
		}
	}
	keep(a.ID, 0xff, 1, 2, 3)
	keep(b.ID, 0xff00000000000000, 3, 4)
	found, err := f.LikelyProofs(t.Context(), store.PrintSearch{Before: c.ID, Words: []int32{2, 9}, Views: []uint64{0xfe00000000000000}, HashNear: 3, Limit: 10})
	if err != nil || len(found) != 2 || !bytes.Equal(found[0].Print, []byte{byte(found[0].ID)}) {
		t.Errorf("%+v, %v", found, err)
	}
	if found, err = f.LikelyProofs(t.Context(), store.PrintSearch{Before: c.ID, Words: []int32{4}, Views: []uint64{0x0f0f}, HashNear: 3, Limit: 10}); err != nil || len(found) != 1 || found[0].ID != b.ID {
		t.Errorf("%+v, %v", found, err)
	}
	if id, n, err := f.SameBytes(t.Context(), sha(t, f, c.ID), c.ID); err != nil || id != b.ID || n != 2 {
		t.Errorf("the same bytes: %d of %d, %v", id, n, err)
	}
}

func sha(t *testing.T, f *proofRoom, id int64) []byte {
	t.Helper()
	return one[[]byte](t, f.sql, "SELECT sha256 FROM proofs WHERE id = $1", id)
}

// Whom the machine asks to put two pictures beside each other must be able to:
// the earlier one is another disposition's.
func TestWhoJudgesSeesWhatItResembles(t *testing.T) {
	t.Parallel()
	f := newProofRoom(t)
	earlier := f.add(t)
	f.keep(t, earlier.ID, city.VerdictValid)
	f.mustStep(t, f.lurah, f.id, city.StepFinish)
	f.id = f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih), func(o *city.DispositionOrder) {
		o.Action = one[string](t, f.sql, "SELECT slug FROM action_kinds WHERE proof ORDER BY slug LIMIT 1")
	}))
	f.clock.forward(time.Hour)
	f.mustStep(t, f.lurah, f.id, city.StepAccept)
	p := f.add(t)
	sees := func(want bool) {
		t.Helper()
		if raw, err := f.ProofBytes(t.Context(), camatUtara, earlier.ID); (err == nil && len(raw) > 0) != want {
			t.Errorf("sees the earlier picture: %v, want %v", err, want)
		}
	}
	sees(false)
	if err := f.KeepChecks(t.Context(), store.CheckedProof{
		ID: p.ID, Machine: city.VerdictDoubtful, Checks: []city.ProofCheck{{Name: city.CheckSame, Outcome: "buruk", Like: earlier.ID}}, Version: 1, Hash: 9, Print: []byte{1}, Words: []int32{1},
	}); err != nil {
		t.Fatal(err)
	}
	f.mustStep(t, f.lurah, f.id, city.StepFinish)
	equal(t, "in the queue", reviewsOf(t, f, camatUtara), []int64{p.ID})
	sees(true)
	if _, err := f.ProofBytes(t.Context(), lurahLem, earlier.ID); city.CodeOf(err) != city.NotFound {
		t.Errorf("a lurah, who judges nothing: %v", err)
	}
}
