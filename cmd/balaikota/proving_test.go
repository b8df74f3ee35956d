package main

import (
	"context"
	"fmt"
	"image"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"balaikota/backend/analysis/picture"
	"balaikota/backend/analysis/picture/picturetest"
	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// provingRoom is a city whose mayor sent the lurah of Air Putih instructions
// that need a picture.
type provingRoom struct {
	*prover
	t     *testing.T
	now   time.Time
	lurah city.Asker
	sent  int
}

func newProvingRoom(t *testing.T) *provingRoom {
	t.Helper()
	f := &provingRoom{t: t, now: time.Date(2026, 3, 16, 4, 0, 0, 0, time.UTC), lurah: city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih, Key: "uji"}}
	s := storetest.Open(t, storetest.NewDB(t), storetest.WithClock(func() time.Time { return f.now }))
	setting, err := s.Setting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db := &database{Store: s, city: setting}
	g, err := newGeography(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	f.prover = newProver(db, g, slog.New(slog.DiscardHandler))
	return f
}

func (f *provingRoom) uuid() string {
	f.sent++
	return fmt.Sprintf("00000000-0000-4000-8000-%012x", f.sent)
}

var workPoint = [2]float64{117.12, -0.47}

// task is a disposition that the lurah took.
func (f *provingRoom) task() int64 {
	f.t.Helper()
	kinds, err := f.db.ActionKinds(f.t.Context(), city.System)
	if err != nil {
		f.t.Fatal(err)
	}
	kind := kinds[slices.IndexFunc(kinds, func(k city.ActionKind) bool { return k.Proof })].Slug
	offices, err := f.db.Offices(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	office := offices[slices.IndexFunc(offices, func(o city.Office) bool { return o.AreaCode == storetest.AirPutih })].ShortName
	id, err := f.db.SendDisposition(f.t.Context(), city.Actor{Name: "uji"}, city.Asker{Role: city.WaliKota, Key: "wk"}, city.DispositionOrder{
		ClientID: f.uuid(), Office: office, Nature: city.NatureOrdinary, Subject: "Lubang di jalan", Instruction: "Tutup lubang di jalan dan kirim fotonya.",
		DueDays: 3, Action: kind, AreaCode: storetest.AirPutih, Lon: &workPoint[0], Lat: &workPoint[1],
	})
	if err != nil {
		f.t.Fatal(err)
	}
	f.now = f.now.Add(time.Hour)
	f.step(id, city.StepAccept)
	return id
}

func (f *provingRoom) step(id int64, kind city.DispositionStepKind) {
	f.t.Helper()
	if _, err := f.db.TakeStep(f.t.Context(), city.Actor{Name: "uji"}, f.lurah, id, city.DispositionStepInput{ClientID: f.uuid(), Kind: kind, Text: "Sudah dikerjakan."}); err != nil {
		f.t.Fatal(err)
	}
}

// send takes a picture inside the app, at the place unless away.
func (f *provingRoom) send(id int64, stage string, raw []byte, away float64) city.Proof {
	f.t.Helper()
	codes, err := f.db.IssueProofTokens(f.t.Context(), f.lurah, id, 1)
	if err != nil {
		f.t.Fatal(err)
	}
	taken, lon := f.now, workPoint[0]+away
	f.now = f.now.Add(time.Minute)
	p, err := f.Take(f.t.Context(), city.Actor{Name: "uji"}, f.lurah, city.ProofInput{
		ClientID: f.uuid(), DispositionID: id, Token: codes[0].Token, Stage: stage, TakenAt: &taken, Lon: &lon, Lat: &workPoint[1], AccuracyM: 10, Device: "ponsel lurah", Bytes: raw,
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return p
}

func (f *provingRoom) outcome(id int64) city.Proof {
	f.t.Helper()
	if err := f.run(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	p, err := f.db.Proof(f.t.Context(), city.System, id)
	if err != nil {
		f.t.Fatal(err)
	}
	return p
}

func (f *provingRoom) status(id int64) city.DispositionStatus {
	f.t.Helper()
	d, err := f.db.Disposition(f.t.Context(), city.Asker{Role: city.WaliKota, Key: "wk"}, id)
	if err != nil {
		f.t.Fatal(err)
	}
	return d.Status
}

func checkOf(p city.Proof, name city.ProofCheckName) city.ProofCheck {
	i := slices.IndexFunc(p.Checks, func(c city.ProofCheck) bool { return c.Name == name })
	if i < 0 {
		return city.ProofCheck{}
	}
	return p.Checks[i]
}

func photo(scene picturetest.Scene, v picturetest.View) (raw []byte, img image.Image) {
	return picturetest.JPEG(scene.Photograph(v, 640, 480), 90)
}

// TestARepairIsProvenAndAReusedPictureIsNot is the way of two pictures: one of
// the mended road, and a cut, mirrored and pressed copy of it sent for another
// task.
func TestARepairIsProvenAndAReusedPictureIsNot(t *testing.T) {
	t.Parallel()
	f := newProvingRoom(t)
	broken, mended := picturetest.Scene{Seed: 4, Pothole: true}, picturetest.Scene{Seed: 4}
	v := picturetest.Usual(1)
	first := f.task()
	before, _ := photo(broken, v)
	start := f.send(first, "before", before, 0)
	after, img := photo(mended, v.Nearby(2))
	p := f.send(first, "after", after, 0)
	f.step(first, city.StepFinish)
	if f.status(first) != city.DispositionProof {
		t.Fatalf("before the checks it is %s", f.status(first))
	}
	if p = f.outcome(p.ID); p.Verdict != city.VerdictValid || checkOf(p, city.CheckView).Outcome != "baik" || f.status(first) != city.DispositionDone {
		t.Errorf("an honest picture is %s (%s), the work %s: %+v", p.Verdict, p.Summary.Text, f.status(first), p.Checks)
	}

	second := f.task()
	reused := picturetest.Mirror(picturetest.Crop(img, 0.6, rand.New(rand.NewPCG(1, 1))))
	raw, _ := picturetest.JPEG(reused, 60)
	q := f.send(second, "after", raw, 0)
	f.step(second, city.StepFinish)
	q = f.outcome(q.ID)
	if c := checkOf(q, city.CheckSame); q.Verdict != city.VerdictDoubtful || c.Outcome != "buruk" || c.Like != p.ID || c.Region == nil || f.status(second) != city.DispositionProof {
		t.Errorf("a reused picture is %s, the work %s: %+v", q.Verdict, f.status(second), c)
	}
	// The very file again, and an honest picture of another place.
	if e := f.outcome(f.send(second, "after", after, 0).ID); checkOf(e, city.CheckSame).Like != p.ID || e.Verdict != city.VerdictDoubtful {
		t.Errorf("the same file: %+v", e.Checks)
	}
	other, _ := photo(picturetest.Scene{Seed: 9}, picturetest.Usual(5))
	if w := f.outcome(f.send(second, "after", other, 0.1).ID); checkOf(w, city.CheckPlace).Outcome != "buruk" || checkOf(w, city.CheckSame).Outcome != "baik" || w.Verdict != city.VerdictDoubtful {
		t.Errorf("11 km away: %+v", w.Checks)
	}
	camat := city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUtara}
	if items, err := f.db.ProofReviews(t.Context(), camat); err != nil || len(items) != 3 {
		t.Errorf("%d wait for a second person, %v", len(items), err)
	}
	shown, err := f.Show(t.Context(), camat, q.ID)
	if err != nil {
		t.Fatal(err)
	}
	if m := picture.ReadMetadata(shown); !m.Empty() {
		t.Errorf("%+v", m)
	}
	if _, err := f.Show(t.Context(), camat, p.ID); err != nil {
		t.Errorf("a camat who judges a copy does not see the picture it resembles: %v", err)
	}
	if _, err := f.Show(t.Context(), camat, start.ID); city.CodeOf(err) != city.NotFound {
		t.Errorf("a camat sees a picture that does not wait for him: %v", err)
	}
}

// TestAPictureWaitsUntilItIsChecked: whoever dies over it leaves it waiting,
// and checks that fail leave it to a person.
func TestAPictureWaitsUntilItIsChecked(t *testing.T) {
	t.Parallel()
	f := newProvingRoom(t)
	raw, _ := photo(picturetest.Scene{Seed: 2}, picturetest.Usual(3))
	p := f.send(f.task(), "after", raw, 0)
	dying, die := context.WithCancel(t.Context())
	die()
	if err := f.run(dying); err == nil {
		t.Error("a run that was killed says all is well")
	}
	if ids, err := f.db.ProofsToCheck(t.Context(), 10); err != nil || !slices.Equal(ids, []int64{p.ID}) {
		t.Errorf("%v wait, %v", ids, err)
	}
	if c, err := f.judge(t.Context(), store.ProofToCheck{ID: p.ID, Bytes: []byte("no picture")}); err != nil || c.Machine != city.VerdictDoubtful {
		t.Errorf("%+v, %v", c, err)
	}
	if got := f.outcome(p.ID); got.Verdict != city.VerdictValid {
		t.Errorf("%s: %+v", got.Verdict, got.Checks)
	}
	if _, err := f.Take(t.Context(), city.Actor{Name: "uji"}, f.lurah, city.ProofInput{ClientID: f.uuid(), Bytes: []byte("GIF89a")}); city.CodeOf(err) != city.Invalid {
		t.Errorf("no picture: %v", err)
	}
}
