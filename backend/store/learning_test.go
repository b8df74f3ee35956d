package store_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func (f *fixture) save(t *testing.T, name, body string, rows ...city.LabelledText) int64 {
	t.Helper()
	f.clock.now = f.clock.now.Add(time.Hour)
	id, err := f.SaveLearning(t.Context(), city.LearnedModel{
		Name: name, TrainedAt: f.clock.now, Examples: len(rows), Scores: json.RawMessage(`{"accuracy": 0.5}`), Body: []byte(body),
	}, rows, "uji")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestTheModelInUseIsTheOneLearnedLast(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	if m, err := f.ActiveModel(ctx, ""); err != nil || m.ID != 0 {
		t.Fatalf("before anything was learned: %+v, %v", m, err)
	}
	if id, err := f.ActiveModelID(ctx, "kategori"); err != nil || id != 0 {
		t.Fatalf("before anything was learned: %d, %v", id, err)
	}
	first := f.save(t, "kategori", "satu")
	own := f.save(t, "sendiri", "dua")
	second := f.save(t, "kategori", "tiga")
	for name, want := range map[string]int64{"": second, "kategori": second, "sendiri": own, "lain": 0} {
		m, err := f.ActiveModel(ctx, name)
		if err != nil || m.ID != want {
			t.Errorf("%q: %+v, %v, want %d", name, m, err, want)
		}
	}
	m, _ := f.ActiveModel(ctx, "kategori")
	want := city.LearnedModel{ID: second, Name: "kategori", TrainedAt: f.clock.now, Scores: json.RawMessage(`{"accuracy": 0.5}`), Body: []byte("tiga")}
	equal(t, "the model", m, want)
	if id, err := f.ActiveModelID(ctx, "kategori"); err != nil || id != second || id == first {
		t.Errorf("number %d, %v", id, err)
	}
	names, err := f.ModelNames(ctx)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "names", names, []string{"kategori", "sendiri"})
	for n := range 8 {
		f.save(t, "kategori", fmt.Sprint("ke ", n))
	}
	equal(t, "kept", one[int](t, f.sql, "SELECT count(*)::int FROM models WHERE name = 'kategori'"), 5)
	equal(t, "in use", one[int](t, f.sql, "SELECT count(*)::int FROM models WHERE active"), 2)
	_, err = f.SaveLearning(ctx, city.LearnedModel{Name: "Dua Kata", TrainedAt: noon, Scores: json.RawMessage(`{}`), Body: []byte("x")}, nil, "uji")
	if city.CodeOf(err) != city.Invalid {
		t.Errorf("a name with a space: %v", err)
	}
}

func TestLabelledRowsAreKeptOnceWithTheLastLabel(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.save(t, "kategori", "x", city.LabelledText{Text: "bau", Label: "air-bersih"}, city.LabelledText{Text: "gelap", Label: "lampu-jalan"}, city.LabelledText{Text: "bau", Label: "sampah"})
	before := f.clock.now
	f.save(t, "sendiri", "x", city.LabelledText{Text: "bau", Label: "DLH"})
	f.save(t, "kategori", "x", city.LabelledText{Text: "bau", Label: "sampah"}, city.LabelledText{Text: "gelap", Label: "ketertiban"})
	got, err := f.LabelledTexts(t.Context(), "kategori")
	if err != nil {
		t.Fatal(err)
	}
	// What said nothing new keeps its time.
	equal(t, "rows", got, []city.LabelledText{{Text: "bau", Label: "sampah", At: before}, {Text: "gelap", Label: "ketertiban", At: f.clock.now}})
	labels, err := f.LearnedLabels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "labels", labels, []city.ModelLabels{{Name: "sendiri", Labels: []string{"DLH"}}, {Name: "kategori", Labels: []string{"ketertiban", "sampah"}}})
	// They hold citizens' words: only operators and auditors may read them.
	app := storetest.Connect(t, f.db.AppURL)
	for role, want := range map[city.Role]int64{city.Operator: 3, city.Auditor: 3, city.WaliKota: 0, city.Sekda: 0} {
		if n, err := as(t, app, store.AskerSettings(city.Asker{Role: role}, ""), "SELECT FROM labelled_texts"); err != nil || n != want {
			t.Errorf("%s sees %d rows, want %d: %v", role, n, want, err)
		}
	}
	for _, role := range []city.Role{city.Camat, city.Publik} {
		for _, table := range []string{"labelled_texts", "models"} {
			if _, err := as(t, app, store.AskerSettings(city.Asker{Role: role, AreaCode: storetest.SamarindaUlu}, ""), "SELECT FROM "+table); !denied(err) {
				t.Errorf("%s reads %s: %v", role, table, err)
			}
		}
	}
}

func (f *fixture) correct(t *testing.T, externalID string, field city.CorrectionField, value string) {
	t.Helper()
	id := one[int64](t, f.sql, "SELECT id FROM reports WHERE external_id = $1", externalID)
	if err := f.Correct(t.Context(), store.CommandLine, city.System, city.Correction{ReportID: id, Field: field, Value: value}); err != nil {
		t.Fatal(err)
	}
}

func TestReportsTeachWhatSourceAndOfficerSaid(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 4 {
		f.ingest(t, storetest.Report(fmt.Sprint("jalan-", i), func(r *city.Report) {
			r.Text, r.CreatedAt = fmt.Sprint("lubang ", i), r.CreatedAt.Add(time.Duration(i)*time.Hour)
		}))
	}
	f.ingest(t, storetest.Report("salah", func(r *city.Report) { r.Text = "gelap" }), storetest.Report("tanpa", func(r *city.Report) { r.Text, r.Category = "entah", "" }),
		storetest.Report("mesin", func(r *city.Report) { r.Text = "tebakan" }), storetest.Report("hilang", func(r *city.Report) { r.Text = "sudah ditarik" }))
	f.correct(t, "salah", city.CorrectCategory, "sampah")
	f.correct(t, "salah", city.CorrectCategory, "lampu-jalan")
	f.correct(t, "salah", city.CorrectOffice, "Dishub")
	if _, err := f.sql.Exec(t.Context(), "UPDATE reports SET category_by = 'analysis' WHERE external_id = 'mesin'"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.sql.Exec(t.Context(), "UPDATE reports SET removed_at = now() WHERE external_id = 'hilang'"); err != nil {
		t.Fatal(err)
	}
	got, err := f.TeachingRows(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	want := []store.TeachingRow{{Text: "gelap", Label: "lampu-jalan", ByOfficer: true}, {Text: "lubang 3", Label: "jalan-rusak"}, {Text: "lubang 2", Label: "jalan-rusak"}, {Text: "lubang 1", Label: "jalan-rusak"}}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(store.TeachingRow{}, "At", "Known"), cmpopts.SortSlices(func(a, b store.TeachingRow) bool { return a.Text < b.Text })); d != "" {
		t.Error(d)
	}
	rules, err := f.OfficeRules(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]city.OfficeRule{{Category: "lampu-jalan", AreaCode: storetest.AirPutih, Office: "Dishub"}}, rules, cmpopts.IgnoreFields(city.OfficeRule{}, "At")); d != "" {
		t.Error(d)
	}
}
