package store_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"

	"github.com/paulmach/orb"
)

func (f *fixture) detail(t *testing.T, a city.Asker, id int64) city.DispositionDetail {
	t.Helper()
	d, err := f.Disposition(t.Context(), a, id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestAnInstructionIsHandedDownTheChain: mayor → secretary → camat → lurah,
// and up again.
func TestAnInstructionIsHandedDownTheChain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	top := f.send(t, mayor, order("", func(o *city.DispositionOrder) {
		o.Role, o.AreaCode, o.Lon, o.Lat, o.Category = city.Sekda, storetest.AirPutih, new(117.13), new(-0.47), "jalan-rusak"
	}))
	below := func(o *city.DispositionOrder, parent int64) { o.ParentID = parent }
	mid := f.send(t, secretary, order(f.officeOf(t, storetest.SamarindaUlu), func(o *city.DispositionOrder) { below(o, top) }))
	leaf := f.send(t, camatUlu, order(f.officeOf(t, storetest.AirPutih), func(o *city.DispositionOrder) { below(o, mid) }))
	d := f.detail(t, camatUlu, leaf)
	if whole := f.detail(t, secretary, mid); d.DueAt.After(whole.DueAt) {
		t.Errorf("the part is due %s, after its whole %s", d.DueAt, whole.DueAt)
	}
	if d.RootID != top || d.AreaCode != storetest.AirPutih || d.Lon == nil || d.Category != "jalan-rusak" {
		t.Errorf("the part took over: root %d, %q, %v, %q", d.RootID, d.AreaCode, d.Lon, d.Category)
	}
	chain := func(a city.Asker) (ids []int64) {
		for _, c := range f.detail(t, a, leaf).Chain {
			ids = append(ids, c.ID)
		}
		return ids
	}
	equal(t, "chain for the mayor", chain(mayor), []int64{top, mid, leaf})
	equal(t, "chain for the camat", chain(camatUlu), []int64{mid, leaf})
	equal(t, "chain for the lurah", chain(lurahPutih), []int64{leaf})
	equal(t, "the whole", f.detail(t, mayor, top).Status, city.DispositionPassed)
	if may := f.detail(t, camatUlu, mid).May; slices.Contains(may, city.StepFinish) || !slices.Contains(may, city.StepPassOn) {
		t.Errorf("the camat may %v while his part is open", may)
	}
	if below := f.detail(t, camatUlu, mid).Below; !slices.Contains(below, f.officeOf(t, storetest.AirPutih)) || slices.Contains(below, f.officeOf(t, storetest.Lempake)) {
		t.Errorf("the camat may hand on to %v", below)
	}
	if _, err := f.step(t, camatUlu, mid, city.StepFinish); city.CodeOf(err) != city.Conflict {
		t.Errorf("finished over an open part: %v", err)
	}
	f.mustStep(t, lurahPutih, leaf, city.StepAccept)
	f.mustStep(t, lurahPutih, leaf, city.StepFinish)
	f.mustStep(t, camatUlu, leaf, city.StepConfirm)
	steps := f.detail(t, camatUlu, mid).Steps
	if last := steps[len(steps)-1]; last.Kind != city.StepNote || last.Role != city.SystemRole || !strings.Contains(last.Text, "Semua bagian selesai") {
		t.Errorf("the whole was told %+v", last)
	}
	f.mustStep(t, camatUlu, mid, city.StepFinish)
	f.mustStep(t, secretary, mid, city.StepConfirm)
	f.mustStep(t, secretary, top, city.StepFinish)
	equal(t, "the mayor confirms", f.mustStep(t, mayor, top, city.StepConfirm), city.DispositionDone)
	// Whoever was not given it hands nothing on.
	if _, err := f.SendDisposition(t.Context(), actor(camatUtara), camatUtara, order(f.officeOf(t, storetest.Lempake), func(o *city.DispositionOrder) { below(o, top) })); city.CodeOf(err) != city.NotFound {
		t.Errorf("another camat hands it on: %v", err)
	}
}

func TestTakingBackTheWholeTakesBackItsParts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	top := f.send(t, mayor, order(f.officeOf(t, storetest.SamarindaUlu)))
	leaf := f.send(t, camatUlu, order(f.officeOf(t, storetest.AirPutih), func(o *city.DispositionOrder) { o.ParentID = top }))
	f.mustStep(t, mayor, top, city.StepCancel)
	equal(t, "part", f.detail(t, lurahPutih, leaf).Status, city.DispositionCanceled)
	equal(t, "whole", f.detail(t, camatUlu, top).Status, city.DispositionCanceled)
}

func TestADeclinedOneGoesElsewhere(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := f.officeOf(t, storetest.Lempake)
	id := f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih)))
	f.mustStep(t, lurahPutih, id, city.StepDecline, func(in *city.DispositionStepInput) { in.Office = other })
	head, _, err := f.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.mustStep(t, mayor, id, city.StepRedirect, func(in *city.DispositionStepInput) { in.Office = other })
	d := f.detail(t, lurahLem, id)
	if d.Office != other || d.Status != city.DispositionSent || d.OfficeName != "Lurah Lempake" || d.Party != city.PartyAddressee {
		t.Errorf("went to %s (%s), %s, %s", d.Office, d.OfficeName, d.Status, d.Party)
	}
	if _, err := f.Disposition(t.Context(), lurahPutih, id); city.CodeOf(err) != city.NotFound {
		t.Errorf("who declined it still sees it: %v", err)
	}
	events, err := f.EventsAfter(t.Context(), head, 100)
	if err != nil {
		t.Fatal(err)
	}
	ops := map[city.Role][]string{}
	for _, a := range []city.Asker{mayor, lurahPutih, lurahLem, camatUlu} {
		key := a.Role
		if a == lurahPutih {
			key = "lama"
		}
		for _, e := range events {
			if e.VisibleTo(a.Scope()) {
				ops[key] = append(ops[key], e.Op)
			}
		}
	}
	equal(t, "told", ops, map[city.Role][]string{city.WaliKota: {"put"}, "lama": {"remove"}, city.Lurah: {"put"}, city.Camat: {"remove"}})
}

// withProof is a kind of action whose end needs a picture.
func (f *fixture) withProof(t *testing.T) string {
	t.Helper()
	var slug string
	err := f.sql.QueryRow(t.Context(), `INSERT INTO action_kinds (slug, name, name_en, proof, measure, effect_days, low, mid, high, effect_source)
		VALUES ('uji-foto', 'Uji foto', 'Try a picture', true, 'reports', 14, -10, -5, 0, 'uji') RETURNING slug`).Scan(&slug)
	if err != nil {
		t.Fatal(err)
	}
	return slug
}

func TestWorkThatNeedsAPicture(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	kind := f.withProof(t)
	id := f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih), func(o *city.DispositionOrder) { o.Action = kind }))
	f.mustStep(t, lurahPutih, id, city.StepAccept)
	_, err := f.step(t, lurahPutih, id, city.StepFinish)
	if ce, ok := errors.AsType[*city.Error](err); !ok || ce.Key != "error.dsp_no_proof" {
		t.Errorf("finished without a picture: %v", err)
	}
	// The picture may come after the step that names it.
	f.mustStep(t, lurahPutih, id, city.StepFinish, func(in *city.DispositionStepInput) { in.Proofs = []string{uuids()} })
	d := f.detail(t, mayor, id)
	if d.Verdict != city.VerdictPending || slices.Contains(d.May, city.StepConfirm) {
		t.Errorf("verdict %q, the sender may %v", d.Verdict, d.May)
	}
	if _, err := f.step(t, mayor, id, city.StepConfirm); city.CodeOf(err) != city.Conflict {
		t.Errorf("confirmed without a verdict: %v", err)
	}
	// Balaikota's own word says by what it is done.
	if _, err := f.step(t, city.System, id, city.StepConfirm, func(in *city.DispositionStepInput) { in.DoneBy = "reporter" }); err == nil {
		t.Error("somebody outside said what made it done")
	}
}

// TestTheClockStandsWhileItWaits: 6 hours on the clock, of which it waits two.
func TestTheClockStandsWhileItWaits(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih), func(o *city.DispositionOrder) { o.DueDays, o.DueHours = 0, 6 }))
	f.clock.forward(time.Hour)
	f.mustStep(t, lurahPutih, id, city.StepHinder, func(in *city.DispositionStepInput) { in.Obstacle = "cuaca" })
	d := f.detail(t, mayor, id)
	equal(t, "obstacle", d.Obstacle, "cuaca")
	if d.WaitsOn != "Wali Kota" {
		t.Errorf("waits on %q", d.WaitsOn)
	}
	f.clock.forward(2 * time.Hour)
	f.mustStep(t, lurahPutih, id, city.StepResume)
	d = f.detail(t, mayor, id)
	equal(t, "due", d.DueAt, noon.Add(8*time.Hour))
	equal(t, "waits on", d.WaitsOn+d.Obstacle, "")
	f.clock.forward(7 * time.Hour) // two hours past it
	equal(t, "late", f.detail(t, mayor, id).LateHours, 2.0)
	f.mustStep(t, lurahPutih, id, city.StepAsk)
	f.clock.forward(5 * time.Hour)
	equal(t, "late while it waits", f.detail(t, mayor, id).LateHours, 2.0)
	f.mustStep(t, mayor, id, city.StepReply)
	equal(t, "late after it waited", f.detail(t, mayor, id).LateHours, 2.0)
	late, total, err := f.Dispositions(t.Context(), mayor, city.DispositionFilter{Late: true})
	if err != nil || total != 1 || late[0].ID != id {
		t.Errorf("late ones: %d, %v", total, err)
	}
	due := f.clock.now.Add(48 * time.Hour)
	f.mustStep(t, mayor, id, city.StepExtend, func(in *city.DispositionStepInput) { in.DueAt = &due })
	equal(t, "late after it was extended", f.detail(t, mayor, id).LateHours, 0.0)
	equal(t, "first deadline", one[time.Time](t, f.sql, "SELECT first_due_at FROM dispositions WHERE id = $1", id).UTC(), noon.Add(6*time.Hour))
}

func TestBoxesAndFilters(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	putih := f.officeOf(t, storetest.AirPutih)
	a := f.send(t, mayor, order(f.officeOf(t, storetest.SamarindaUlu)))
	b := f.send(t, camatUlu, order(putih, func(o *city.DispositionOrder) { o.AreaCode = storetest.AirPutih }))
	f.mustStep(t, lurahPutih, b, city.StepAccept)
	for name, c := range map[string]struct {
		asker city.Asker
		f     city.DispositionFilter
		want  []int64
	}{
		"the camat's in":  {camatUlu, city.DispositionFilter{Box: "in"}, []int64{a}},
		"the camat's out": {camatUlu, city.DispositionFilter{Box: "out"}, []int64{b}},
		"the mayor's out": {mayor, city.DispositionFilter{Box: "out"}, []int64{a}},
		"all":             {mayor, city.DispositionFilter{}, []int64{b, a}},
		"accepted":        {mayor, city.DispositionFilter{Status: []city.DispositionStatus{city.DispositionAccepted}}, []int64{b}},
		"office":          {mayor, city.DispositionFilter{Office: putih}, []int64{b}},
		"area":            {mayor, city.DispositionFilter{AreaCode: storetest.SamarindaUlu}, []int64{b, a}},
		"other area":      {mayor, city.DispositionFilter{AreaCode: storetest.SamarindaUtara}, nil},
		"page":            {mayor, city.DispositionFilter{Offset: 1, Limit: 1}, []int64{a}},
		"news":            {mayor, city.DispositionFilter{Since: noon.Add(time.Hour)}, nil},
	} {
		page, _, err := f.Dispositions(t.Context(), c.asker, c.f)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, d := range page {
			got = append(got, d.ID)
		}
		equal(t, name, got, c.want)
	}
}

func TestTheDaysListIsOfThePost(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	putih := f.officeOf(t, storetest.AirPutih)
	far := f.send(t, mayor, order(putih, func(o *city.DispositionOrder) { o.Lon, o.Lat, o.DueDays = new(117.20), new(-0.5), 20 }))
	near := f.send(t, mayor, order(putih, func(o *city.DispositionOrder) { o.Lon, o.Lat, o.DueDays = new(117.11), new(-0.5), 20 }))
	grave := f.send(t, mayor, order(putih, func(o *city.DispositionOrder) { o.Nature = city.NatureVeryUrgent }))
	f.send(t, mayor, order(f.officeOf(t, storetest.Lempake)))
	over := f.send(t, mayor, order(putih))
	f.mustStep(t, mayor, over, city.StepCancel)
	tasks, err := f.Tasks(t.Context(), lurahPutih, &orb.Point{117.10, -0.5})
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for _, x := range tasks {
		got = append(got, x.ID)
		if !slices.Contains(x.May, city.StepAccept) || x.Why.Text == "" || x.Reminder.Text == "" {
			t.Errorf("task %d: %v, %q, %q", x.ID, x.May, x.Why.Text, x.Reminder.Text)
		}
	}
	equal(t, "tasks", got, []int64{grave, near, far})
	for name, a := range f.posts(t) {
		if name == "lurah" || name == "other lurah" {
			continue
		}
		if tasks, err := f.Tasks(t.Context(), a, nil); err != nil || len(tasks) != 0 {
			t.Errorf("%s has %d tasks, %v", name, len(tasks), err)
		}
	}
}

func TestAScreenBeginsWithItsDispositions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih), func(o *city.DispositionOrder) { o.Nature = city.NatureSecret }))
	for name, a := range f.posts(t) {
		st, err := f.State(t.Context(), a.Scope(), []city.Topic{city.TopicDispositions})
		if err != nil {
			t.Fatal(err)
		}
		sees := slices.Contains([]string{"mayor", "sekda", "auditor", "lurah"}, name)
		if sees != (len(st.Dispositions) == 1) || sees && st.Dispositions[0].ID != id {
			t.Errorf("%s begins with %d", name, len(st.Dispositions))
		}
	}
	// What an event carries is what the snapshot carries.
	events, err := f.EventsAfter(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	last := events[len(events)-1]
	var d city.Disposition
	if err := json.Unmarshal(last.Data, &d); err != nil {
		t.Fatal(err)
	}
	st, err := f.State(t.Context(), mayor.Scope(), []city.Topic{city.TopicDispositions})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "event", d, st.Dispositions[0])
}

func TestFilesGoWithTheirDisposition(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	client := uuids()
	pdf := []byte("%PDF-1.7\nsurat tugas")
	file, err := f.AddAttachment(t.Context(), actor(mayor), mayor, client, "surat.exe", pdf)
	if err != nil || file.Name != "surat.exe.pdf" || file.Type != "application/pdf" {
		t.Fatalf("%+v, %v", file, err)
	}
	if again, err := f.AddAttachment(t.Context(), actor(mayor), mayor, client, "surat.exe", pdf); err != nil || again.ID != file.ID {
		t.Errorf("sent twice: %+v, %v", again, err)
	}
	if _, err := f.AddAttachment(t.Context(), actor(mayor), mayor, client, "lain.pdf", []byte("%PDF-lain")); city.CodeOf(err) != city.Conflict {
		t.Errorf("another file: %v", err)
	}
	if _, err := f.AddAttachment(t.Context(), actor(lurahPutih), lurahPutih, uuids(), "a.pdf", pdf); city.CodeOf(err) != city.Forbidden {
		t.Errorf("by a lurah: %v", err)
	}
	f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih), func(o *city.DispositionOrder) { o.Attachments = []int64{file.ID} }))
	for name, a := range f.posts(t) {
		_, content, err := f.Attachment(t.Context(), a, file.ID)
		sees := slices.Contains([]string{"mayor", "sekda", "auditor", "operator", "camat", "lurah"}, name)
		if sees != (err == nil && string(content) == string(pdf)) || !sees && city.CodeOf(err) != city.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.SendDisposition(t.Context(), actor(mayor), mayor, order("BPBD", func(o *city.DispositionOrder) { o.Attachments = []int64{file.ID + 1} })); city.CodeOf(err) != city.Invalid {
		t.Errorf("an unknown file: %v", err)
	}
}
