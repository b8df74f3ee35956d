package main

import (
	"math/rand/v2"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// TestOfficersWordsHold merges and splits incidents by hand: the word holds
// after grouping from scratch and for voices that come later.
func TestOfficersWordsHold(t *testing.T) {
	t.Parallel()
	a, door, source := newTestAnalyst(t)
	all := voices(rand.New(rand.NewPCG(1, 2)), 25)
	ingest(t, door, city.Delivery{SourceID: source, Reports: all})
	settleNow(t, a)
	ctx, by := t.Context(), city.Actor{Name: "uji"}
	page, _, err := a.db.Incidents(ctx, city.System, city.IncidentFilter{Limit: 200, Sort: "voices"})
	if err != nil || len(page) < 3 || page[0].Voices < 3 {
		t.Fatal(len(page), err)
	}
	merged, err := a.Merge(ctx, by, city.Asker{Role: city.Operator}, page[1].ID, []int64{page[2].ID}, "satu perkara")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := a.db.Incident(ctx, city.System, merged)
	if err != nil || whole.Voices != page[1].Voices+page[2].Voices || len(whole.Rulings) != 1 || !whole.Rulings[0].Same {
		t.Fatalf("merged: %d voices of %d and %d, rulings %v: %v", whole.Voices, page[1].Voices, page[2].Voices, whole.Rulings, err)
	}
	if led, err := a.db.Incident(ctx, city.System, page[2].ID); err != nil || led.ID != merged {
		t.Errorf("the merged number leads to %d, want %d: %v", led.ID, merged, err)
	}
	big, err := a.db.Incident(ctx, city.System, page[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	out := []int64{big.Members[1].ID, big.Members[2].ID}
	split, err := a.Split(ctx, by, city.Asker{Role: city.Operator}, big.ID, out, "perkara lain")
	if err != nil {
		t.Fatal(err)
	}
	part, err := a.db.Incident(ctx, city.System, split)
	if err != nil || part.Voices != 2 || part.ID == big.ID {
		t.Fatalf("split off: %d voices in %d: %v", part.Voices, part.ID, err)
	}
	held := membership(t, a.db.Store)
	if err := a.regroup(ctx); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(held, membership(t, a.db.Store)); d != "" {
		t.Errorf("from scratch (-held +scratch):\n%s", d)
	}
	consistent(t, a)
	// The undo of a split is a merge.
	if _, err := a.Merge(ctx, by, city.Asker{Role: city.Operator}, big.ID, []int64{split}, ""); err != nil {
		t.Fatal(err)
	}
	if again, err := a.db.Incident(ctx, city.System, big.ID); err != nil || again.Voices != big.Voices {
		t.Errorf("put together again: %d of %d voices: %v", again.Voices, big.Voices, err)
	}
}

// TestDecisionsNeedTheRight: what is not the asker's is not found.
func TestDecisionsNeedTheRight(t *testing.T) {
	t.Parallel()
	a, door, source := newTestAnalyst(t)
	ingest(t, door, city.Delivery{SourceID: source, Reports: []city.Report{storetest.Report("a"), storetest.Report("b", func(r *city.Report) {
		r.StatedArea, r.CreatedAt = storetest.Lempake, r.CreatedAt.AddDate(0, 2, 0)
	})}})
	settleNow(t, a)
	ids := map[string]int64{}
	page, _, err := a.db.Incidents(t.Context(), city.System, city.IncidentFilter{})
	if err != nil || len(page) != 2 {
		t.Fatal(len(page), err)
	}
	for _, i := range page {
		ids[i.AreaCode] = i.ID
	}
	lurah := city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}
	by := city.Actor{Name: "lurah"}
	mine, _, err := a.db.Incidents(t.Context(), lurah, city.IncidentFilter{})
	if err != nil || len(mine) != 1 || mine[0].AreaCode != storetest.AirPutih {
		t.Fatal(mine, err)
	}
	for name, err := range map[string]error{
		"read":  second(a.db.Incident(t.Context(), lurah, ids[storetest.Lempake])),
		"edit":  a.db.EditIncident(t.Context(), by, lurah, ids[storetest.Lempake], city.IncidentEdit{Title: "x"}),
		"merge": second(a.Merge(t.Context(), by, lurah, ids[storetest.AirPutih], []int64{ids[storetest.Lempake]}, "")),
	} {
		if city.CodeOf(err) != city.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := a.db.EditIncident(t.Context(), by, lurah, ids[storetest.AirPutih], city.IncidentEdit{Title: "Lubang di depan pasar"}); err != nil {
		t.Fatal(err)
	}
	if got, err := a.db.Incident(t.Context(), lurah, ids[storetest.AirPutih]); err != nil || got.Title != "Lubang di depan pasar" || got.TitleBy != "officer" {
		t.Errorf("%q by %s: %v", got.Title, got.TitleBy, err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestACorrectionHolds: an officer's word stands against what the source says
// later, and against the machine.
func TestACorrectionHolds(t *testing.T) {
	t.Parallel()
	a, door, source := newTestAnalyst(t)
	ctx, by, operator := t.Context(), city.Actor{Name: "uji"}, city.Asker{Role: city.Operator}
	r := storetest.Report("a")
	ingest(t, door, city.Delivery{SourceID: source, Reports: []city.Report{r}})
	settleNow(t, a)
	list, err := a.db.Reports(ctx, city.System, city.ReportFilter{})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	id := list[0].ID
	for field, value := range map[city.CorrectionField]string{
		city.CorrectCategory: "sampah", city.CorrectArea: storetest.Lempake, city.CorrectUrgency: "siaga",
	} {
		if err := a.Correct(ctx, by, operator, city.Correction{ReportID: id, Field: field, Value: value}); err != nil {
			t.Fatal(field, err)
		}
	}
	r.Text += ", tolong segera"
	ingest(t, door, city.Delivery{SourceID: source, Reports: []city.Report{r}})
	settleNow(t, a)
	got, err := a.db.Report(ctx, city.System, id)
	if err != nil || got.Category != "sampah" || got.AreaCode != storetest.Lempake || got.Urgency != city.Siaga || got.Analysis.CategoryBy != "officer" || got.Office != "DLH" {
		t.Errorf("%s in %s for %s, %s, by %+v: %v", got.Category, got.AreaCode, got.Office, got.Urgency, got.Analysis, err)
	}
	for name, c := range map[string]city.Correction{
		"no such category": {ReportID: id, Field: city.CorrectCategory, Value: "x"}, "no such area": {ReportID: id, Field: city.CorrectArea, Value: "64.72.99"},
		"no such office": {ReportID: id, Field: city.CorrectOffice, Value: "Dinas X"}, "no such urgency": {ReportID: id, Field: city.CorrectUrgency, Value: "gawat"},
	} {
		if err := a.Correct(ctx, by, operator, c); city.CodeOf(err) != city.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := a.Correct(ctx, by, city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}, city.Correction{ReportID: id, Field: city.CorrectCategory, Value: "sampah"}); city.CodeOf(err) != city.NotFound {
		t.Errorf("a lurah of another kelurahan: %v", err)
	}
}

// TestClosingAnswersEveryReporter: each report of the incident gets the
// answer, one that joins later as well, and a voice after the closing reopens.
func TestClosingAnswersEveryReporter(t *testing.T) {
	t.Parallel()
	a, door, source := newTestAnalyst(t)
	ctx := t.Context()
	rows := storetest.Reports("v", 3, func(r *city.Report) { r.CreatedAt = time.Now().Add(-3 * time.Hour) })
	ingest(t, door, city.Delivery{SourceID: source, Reports: rows})
	settleNow(t, a)
	page, _, err := a.db.Incidents(ctx, city.System, city.IncidentFilter{})
	if err != nil || len(page) != 1 || page[0].Voices != 3 {
		t.Fatal(page, err)
	}
	edit := city.IncidentEdit{Status: city.IncidentClosed, Answer: "Lubang sudah ditambal."}
	if err := a.db.EditIncident(ctx, city.Actor{Name: "uji"}, city.Asker{Role: city.Operator}, page[0].ID, edit); err != nil {
		t.Fatal(err)
	}
	late := rows[0]
	late.ExternalID, late.CreatedAt = "late", late.CreatedAt.Add(time.Hour)
	ingest(t, door, city.Delivery{SourceID: source, Reports: []city.Report{late}})
	settleNow(t, a)
	d, err := a.db.Incident(ctx, city.System, page[0].ID)
	if err != nil || d.Status != city.IncidentClosed || d.Voices != 4 {
		t.Fatalf("%s with %d voices: %v", d.Status, d.Voices, err)
	}
	for _, m := range d.Members {
		if r, err := a.db.Report(ctx, city.System, m.ID); err != nil || r.Answer != edit.Answer {
			t.Errorf("report %s was told %q: %v", r.ExternalID, r.Answer, err)
		}
	}
	again := rows[0]
	again.ExternalID, again.CreatedAt = "again", time.Now().Add(time.Minute)
	ingest(t, door, city.Delivery{SourceID: source, Reports: []city.Report{again}})
	settleNow(t, a)
	if d, err = a.db.Incident(ctx, city.System, page[0].ID); err != nil || d.Status != city.IncidentNew || d.Voices != 5 || d.Answer != edit.Answer {
		t.Errorf("after a voice that came later: %s with %d voices, answer %q: %v", d.Status, d.Voices, d.Answer, err)
	}
}
