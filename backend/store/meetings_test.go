package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

// monday is the Monday 09.00 WITA after the fixture's noon.
func monday(f *fixture) time.Time {
	start, _ := city.WeekStart(city.WeekOf(noon.AddDate(0, 0, 7), wita), wita)
	f.clock.now = start.Add(9 * time.Hour)
	return f.clock.now
}

var wita = time.FixedZone("WITA", 8*3600)

// weekOfWork sends four dispositions in the week of noon: one is done by its
// sender's word, one is hindered, one was never taken, one is secret.
func weekOfWork(t *testing.T, f *fixture) (done, hindered, untaken int64) {
	t.Helper()
	done = f.send(t, mayor, order(f.officeOf(t, storetest.AirPutih)))
	hindered = f.send(t, secretary, order(f.officeOf(t, storetest.Lempake)))
	untaken = f.send(t, mayor, order("DPUPR", func(o *city.DispositionOrder) { o.DueDays, o.DueHours = 0, 24 }))
	f.send(t, mayor, order("DPUPR", func(o *city.DispositionOrder) { o.Nature = city.NatureSecret }))
	f.clock.forward(time.Hour)
	f.mustStep(t, lurahPutih, done, city.StepAccept)
	f.mustStep(t, lurahPutih, done, city.StepFinish)
	f.mustStep(t, lurahLem, hindered, city.StepAccept)
	f.mustStep(t, lurahLem, hindered, city.StepHinder, func(in *city.DispositionStepInput) { in.Obstacle = "dana" })
	f.clock.forward(time.Hour)
	f.mustStep(t, mayor, done, city.StepConfirm)
	return done, hindered, untaken
}

func numbersOf(list []city.MeetingDisposition) (ids []int64) {
	for _, d := range list {
		ids = append(ids, d.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestAMeetingSaysWhatBecameOfLastWeek(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	done, hindered, untaken := weekOfWork(t, f)
	at := monday(f)
	m, err := f.Meeting(t.Context(), mayor, "")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "week", m.Week, city.WeekOf(at, wita))
	equal(t, "bounds", []bool{m.Until.Equal(at.Add(-9 * time.Hour)), m.From.Equal(m.Until.AddDate(0, 0, -7))}, []bool{true, true})
	equal(t, "decided", numbersOf(m.Decided), []int64{done, hindered, untaken}) // not the secret one
	equal(t, "done", numbersOf(m.Done), []int64{done})
	equal(t, "not done", numbersOf(m.NotDone), []int64{hindered, untaken})
	accounts := map[int64]string{}
	for _, d := range slices.Concat(m.Done, m.NotDone) {
		accounts[d.ID] = d.Account.Text
	}
	if a := accounts[done]; !strings.HasPrefix(a, "Selesai ") || !strings.Contains(a, "dinyatakan cukup oleh pemberi disposisi, tepat waktu.") {
		t.Errorf("done: %s", a)
	}
	if a := accounts[hindered]; !strings.HasPrefix(a, "Terhalang dana sejak ") || !strings.Contains(a, "menunggu Sekretaris Daerah") {
		t.Errorf("hindered: %s", a)
	}
	if a := accounts[untaken]; !strings.HasPrefix(a, "Belum diterima oleh Dinas") || !strings.HasSuffix(a, "hari lewat batas.") {
		t.Errorf("untaken: %s", a)
	}
	equal(t, "summary", m.Summary.Text, "Pekan lalu 3 disposisi dikirim dan 1 selesai. Belum selesai 2, 1 di antaranya menunggu pihak lain; 0 rekomendasi menunggu keputusan.")
	// The week before nothing had been sent, and the next week lies ahead.
	if before, err := f.Meeting(t.Context(), mayor, city.WeekOf(noon, wita)); err != nil || len(before.Decided)+len(before.Done) != 0 || len(before.NotDone) != 0 {
		t.Errorf("the week before: %+v, %v", before, err)
	}
	for week, want := range map[string]city.Code{city.WeekOf(at.AddDate(0, 0, 7), wita): city.NotFound, "2026-W99": city.Invalid} {
		if _, err := f.Meeting(t.Context(), mayor, week); city.CodeOf(err) != want {
			t.Errorf("%s: %v", week, err)
		}
	}
}

// TestAPastMeetingIsAsItWas: what came later does not reach back.
func TestAPastMeetingIsAsItWas(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	done, hindered, untaken := weekOfWork(t, f)
	week := city.WeekOf(monday(f), wita)
	f.clock.forward(9 * 24 * time.Hour)
	f.mustStep(t, lurahLem, hindered, city.StepResume)
	f.mustStep(t, lurahLem, hindered, city.StepFinish)
	f.mustStep(t, secretary, hindered, city.StepConfirm)
	f.mustStep(t, mayor, done, city.StepReopen)
	m, err := f.Meeting(t.Context(), secretary, week)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "done then", numbersOf(m.Done), []int64{done})
	equal(t, "not done then", numbersOf(m.NotDone), []int64{hindered, untaken})
}

func TestEachSeesTheirPartOfAMeeting(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	done, hindered, untaken := weekOfWork(t, f)
	monday(f)
	office := one[int64](t, f.sql, "SELECT id FROM offices WHERE short_name = 'DPUPR'")
	other := one[int64](t, f.sql, "SELECT id FROM offices WHERE short_name = 'DLH'")
	for _, p := range []struct {
		text, owner string
		of          int64
	}{{"Anggaran pompa", "", 0}, {"Jalan provinsi", "DPUPR", 0}, {"Genangan Lempake", "", hindered}} {
		if _, err := f.AddMeetingPoint(t.Context(), actor(mayor), mayor, "", city.MeetingPointInput{ClientID: uuids(), Kind: "topic", Text: p.text, Owner: p.owner, DispositionID: p.of}); err != nil {
			t.Fatal(err)
		}
	}
	see := func(step string) {
		for _, c := range []struct {
			name   string
			asker  city.Asker
			ids    []int64
			points int
		}{
			{"mayor", mayor, []int64{done, hindered, untaken}, 3}, {"auditor", city.Asker{Role: city.Auditor}, []int64{done, hindered, untaken}, 3},
			{"operator", city.Asker{Role: city.Operator}, []int64{done, hindered, untaken}, 3},
			{"camat of Ulu", camatUlu, []int64{done}, 0}, {"lurah of Lempake", lurahLem, []int64{hindered}, 1},
			{"head of DPUPR", city.Asker{Role: city.KepalaOPD, OfficeID: office}, []int64{untaken}, 1},
			{"head of DLH", city.Asker{Role: city.KepalaOPD, OfficeID: other}, nil, 0}, {"nobody", city.Asker{}, nil, 0},
		} {
			m, err := f.Meeting(t.Context(), c.asker, "")
			if err != nil {
				t.Fatalf("%s, %s: %v", step, c.name, err)
			}
			equal(t, step+": "+c.name, numbersOf(m.Decided), c.ids)
			equal(t, step+": points of "+c.name, len(m.Points), c.points)
		}
	}
	see("open")
	if _, err := f.CloseMeeting(t.Context(), actor(secretary), secretary, "", []string{"Sekda"}); err != nil {
		t.Fatal(err)
	}
	see("closed")
}

func TestOpenPointsComeBackAndClosedMeetingsStay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	weekOfWork(t, f)
	week := city.WeekOf(monday(f), wita)
	add := func(text, id string) (city.MeetingPoint, error) {
		return f.AddMeetingPoint(t.Context(), actor(mayor), mayor, "", city.MeetingPointInput{ClientID: id, Kind: "question", Text: text})
	}
	same := uuids()
	a, err := add("Kapan pompa tiba?", same)
	if err != nil || a.Status != "open" || a.By != "Wali Kota" {
		t.Fatalf("%+v, %v", a, err)
	}
	if again, err := add("Kapan pompa tiba?", same); err != nil || again.ID != a.ID {
		t.Errorf("written twice: %+v, %v", again, err)
	}
	b, err := add("Siapa yang jaga posko?", uuids())
	if err != nil {
		t.Fatal(err)
	}
	f.clock.forward(time.Minute)
	if p, err := f.ChangeMeetingPoint(t.Context(), actor(mayor), mayor, b.ID, city.MeetingPointChange{Status: "decided"}); err != nil || p.Status != "decided" || p.EndAt == nil {
		t.Errorf("decided: %+v, %v", p, err)
	}
	if _, err := f.ChangeMeetingPoint(t.Context(), actor(mayor), mayor, a.ID, city.MeetingPointChange{Status: "dropped"}); city.CodeOf(err) != city.Invalid {
		t.Errorf("dropped without a reason: %v", err)
	}
	f.clock.forward(time.Minute)
	closed, err := f.CloseMeeting(t.Context(), actor(secretary), secretary, week, []string{" Wali Kota ", "Sekda", "Sekda", ""})
	if err != nil || closed.Minutes == nil {
		t.Fatal(closed.Minutes, err)
	}
	equal(t, "present", closed.Minutes.Present, []string{"Wali Kota", "Sekda"})
	equal(t, "number", closed.Minutes.Number, 1)
	equal(t, "hash", closed.Minutes.SHA256, one[string](t, f.sql, "SELECT encode(sha256(convert_to(record::text, 'UTF8')), 'hex') FROM meeting_minutes"))
	if _, err := f.CloseMeeting(t.Context(), actor(mayor), mayor, week, nil); city.CodeOf(err) != city.Conflict {
		t.Errorf("closed twice: %v", err)
	}
	if _, err := add("Terlambat?", uuids()); city.CodeOf(err) != city.Conflict {
		t.Errorf("a point of a closed meeting: %v", err)
	}
	// What happens later does not reach the record; the open point comes back.
	f.clock.forward(7 * 24 * time.Hour)
	if _, err := f.ChangeMeetingPoint(t.Context(), actor(mayor), mayor, a.ID, city.MeetingPointChange{Status: "decided", Reason: "tiba Selasa"}); err != nil {
		t.Fatal(err)
	}
	old, err := f.Meeting(t.Context(), mayor, week)
	if err != nil || old.Minutes == nil || len(old.Points) != 2 || old.Points[0].Status != "open" || old.Points[1].Status != "decided" {
		t.Errorf("the record: %+v, %v", old.Points, err)
	}
	next, err := f.Meeting(t.Context(), mayor, "")
	if err != nil || len(next.Points) != 1 || next.Points[0].ID != a.ID || next.Points[0].Status != "decided" || next.Minutes != nil {
		t.Errorf("next week: %+v, %v", next.Points, err)
	}
	second, err := f.CloseMeeting(t.Context(), actor(mayor), mayor, "", nil)
	if err != nil || second.Minutes.Number != 2 {
		t.Errorf("the next minutes: %+v, %v", second.Minutes, err)
	}
	f.clock.forward(7 * 24 * time.Hour)
	if last, err := f.Meeting(t.Context(), mayor, ""); err != nil || len(last.Points) != 0 {
		t.Errorf("the week after: %+v, %v", last.Points, err)
	}
}

// TestOnlyMayorAndSecretaryHoldMeetings, whatever reaches the store.
func TestOnlyMayorAndSecretaryHoldMeetings(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	office := one[int64](t, f.sql, "SELECT id FROM offices WHERE short_name = 'DPUPR'")
	p, err := f.AddMeetingPoint(t.Context(), actor(mayor), mayor, "", city.MeetingPointInput{ClientID: uuids(), Kind: "topic", Text: "Pompa"})
	if err != nil {
		t.Fatal(err)
	}
	for name, asker := range theAskers(office) {
		if asker.Role == city.WaliKota || asker.Role == city.Sekda {
			continue
		}
		_, add := f.AddMeetingPoint(t.Context(), actor(asker), asker, "", city.MeetingPointInput{ClientID: uuids(), Kind: "topic", Text: "Sisipan"})
		_, change := f.ChangeMeetingPoint(t.Context(), actor(asker), asker, p.ID, city.MeetingPointChange{Status: "decided"})
		_, end := f.CloseMeeting(t.Context(), actor(asker), asker, "", nil)
		for what, err := range map[string]error{"write": add, "change": change, "close": end} {
			if city.CodeOf(err) != city.Forbidden {
				t.Errorf("%s may %s: %v", name, what, err)
			}
		}
	}
}

func TestMeetingsAreAppendOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p, err := f.AddMeetingPoint(t.Context(), actor(mayor), mayor, "", city.MeetingPointInput{ClientID: uuids(), Kind: "topic", Text: "Pompa"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.ChangeMeetingPoint(t.Context(), actor(mayor), mayor, p.ID, city.MeetingPointChange{Status: "decided"}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.CloseMeeting(t.Context(), actor(mayor), mayor, "", nil); err != nil {
		t.Fatal(err)
	}
	owner := storetest.Connect(t, f.db.OwnerURL)
	for _, sql := range []string{
		"UPDATE meeting_points SET text = 'lain'", "DELETE FROM meeting_points", "TRUNCATE meeting_points CASCADE",
		"UPDATE meeting_point_changes SET status = 'open'", "DELETE FROM meeting_point_changes", "TRUNCATE meeting_point_changes",
		"UPDATE meeting_minutes SET record = '{}'", "DELETE FROM meeting_minutes WHERE false", "TRUNCATE meeting_minutes",
	} {
		nobodyMay(t, f, owner, sql)
	}
}
