package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"balaikota/backend/analysis/classify"
	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// matters are what the reports of these tests speak of: what, and how.
var matters = map[string][2][]string{
	"sampah":      {{"sampah menumpuk", "bak sampah penuh", "tumpukan sampah bau", "sampah belum diangkut"}, {"di tps", "dekat pasar", "samping sekolah", "di gang", "pinggir parit"}},
	"lampu-jalan": {{"lampu jalan mati", "pju padam", "penerangan gelap", "tiang lampu roboh"}, {"di tikungan", "dekat jembatan", "depan masjid", "sepanjang gang", "di simpang"}},
	"air-bersih":  {{"air pdam mati", "air ledeng keruh", "pipa bocor", "air tidak mengalir"}, {"sejak kemarin", "di perumahan", "satu rt", "depan rumah", "tiga hari"}},
	"jalan-rusak": {{"jalan berlubang", "aspal hancur", "lubang besar", "jalan ambles"}, {"di tanjakan", "dekat pasar", "depan sekolah", "di tikungan", "bahaya motor"}},
}

func matterRows() (out []city.LabelledText) {
	for label, m := range matters {
		for _, what := range m[0] {
			for _, where := range m[1] {
				out = append(out, city.LabelledText{Text: what + " " + where, Label: label})
			}
		}
	}
	return out
}

var smokes = []string{
	"asap pembakaran di kebun bikin sesak", "orang bakar bakar di lapangan asapnya tebal", "asap tebal dari kebun masuk kamar", "bakar bakar tiap sore asap di mana mana",
	"asap bakaran belakang rumah perih di mata", "ada yang membakar di lahan kosong asap tebal", "asap pembakaran lahan mengganggu", "bakar bakar dekat kandang asapnya pekat",
	"tiap pagi asap tebal dari lapangan", "asap bakaran samping gudang bikin batuk", "membakar ilalang asapnya ke rumah warga", "asap pembakaran terus dari kebun sebelah",
}

func reportOf(id, text, category string) city.Report {
	return storetest.Report(id, func(r *city.Report) { r.Text, r.Category = text, category })
}

// TestTheNightLearnsFromReportsAndCorrections goes from a city that has learned
// nothing to one whose officers' corrections decide.
func TestTheNightLearnsFromReportsAndCorrections(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := storetest.New(t)
	db := &database{Store: s}
	source := storetest.Source(t, s)
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	categories, err := s.Categories(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(text string) (classify.Prediction, bool) {
		m, _, err := newCategoriser(db).current(ctx, categories)
		if err != nil {
			t.Fatal(err)
		}
		return m.Classify(text), m.Learned()
	}
	if p, learned := ask("lampu jalan mati"); learned || p.Label != "lampu-jalan" || p.Sure {
		t.Fatalf("before anything was learned: %+v, %v", p, learned)
	}
	var reports []city.Report
	for i, r := range matterRows() {
		reports = append(reports, reportOf(fmt.Sprint("r", i), r.Text, r.Label))
	}
	for i, text := range smokes {
		reports = append(reports, reportOf(fmt.Sprint("asap-", i), text, "sampah"))
	}
	storetest.Ingest(t, s, city.Delivery{SourceID: source, Reports: reports})
	night := func() int64 {
		if err := db.learnAfter(ctx, log, 0); err != nil {
			t.Fatal(err)
		}
		id, err := s.ActiveModelID(ctx, city.CategoryModel)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	first := night()
	if p, learned := ask("asap pekat dari kebun orang"); first == 0 || !learned || p.Label != "sampah" {
		t.Fatalf("after the first night (model %d): %+v\n%s", first, p, &logged)
	}
	if again := night(); again != first {
		t.Errorf("nothing new, and yet model %d follows %d", again, first)
	}
	for i := range smokes {
		id := reportID(t, s, fmt.Sprint("asap-", i))
		if err := s.Correct(ctx, store.CommandLine, city.System, city.Correction{ReportID: id, Field: city.CorrectCategory, Value: "ketertiban"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.learnCategories(ctx, log); err != nil {
		t.Fatal(err)
	}
	if id, _ := s.ActiveModelID(ctx, city.CategoryModel); id != first {
		t.Error("a server that starts again has learned again")
	}
	if second := night(); second == first {
		t.Fatalf("the corrections taught nothing\n%s", &logged)
	}
	if p, _ := ask("asap pekat dari kebun orang"); p.Label != "ketertiban" {
		t.Errorf("after the corrections: %+v", p)
	}
	if p, _ := ask("sampah menumpuk di gang"); p.Label != "sampah" {
		t.Errorf("what nobody corrected: %+v", p)
	}
	for _, r := range append(matterRows(), city.LabelledText{Text: "asap"}) {
		if strings.Contains(logged.String(), r.Text) {
			t.Fatalf("the log holds a text:\n%s", &logged)
		}
	}
}

func reportID(t *testing.T, s *store.Store, externalID string) int64 {
	t.Helper()
	all, err := s.Reports(t.Context(), city.System, city.ReportFilter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if r.ExternalID == externalID {
			return r.ID
		}
	}
	t.Fatalf("there is no report %s among %d", externalID, len(all))
	return 0
}

// TestCategoriserSeesNewModels: a model that another node learned is used
// without a restart, and one that cannot be read is no reason to stop.
func TestCategoriserSeesNewModels(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := &database{Store: storetest.New(t)}
	categories, err := db.Categories(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c := newCategoriser(db)
	look := func() *classify.Model {
		c.looked = c.looked.Add(-2 * modelAge)
		m, offices, err := c.current(ctx, categories)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := offices.OfficeFor("sampah", storetest.AirPutih); got != "DLH" {
			t.Errorf("office %q", got)
		}
		return m
	}
	words := look()
	if words.Learned() || look() != words {
		t.Error("words are read again though nothing changed")
	}
	l, err := db.prepareLesson(ctx, "", matterRows())
	if err != nil {
		t.Fatal(err)
	}
	if done, err := db.learn(ctx, l); err != nil || !done.Used || done.Model != city.CategoryModel {
		t.Fatalf("%+v, %v", done, err)
	}
	if m, _, err := c.current(ctx, categories); err != nil || m != words {
		t.Errorf("the database is asked at every call: %v", err)
	}
	if m := look(); !m.Learned() {
		t.Error("the new model is not seen")
	}
	if _, err := db.SaveLearning(ctx, city.LearnedModel{Name: city.CategoryModel, TrainedAt: l.readAt, Scores: json.RawMessage(`{}`), Body: []byte("dari program lain")}, nil, "uji"); err != nil {
		t.Fatal(err)
	}
	if m := look(); m == nil || m.Learned() {
		t.Error("a model that cannot be read is used")
	}
}

func jsonLines(rows []city.LabelledText) string {
	var b strings.Builder
	for _, r := range rows {
		_ = json.NewEncoder(&b).Encode(map[string]string{"text": r.Text, "label": r.Label})
	}
	return b.String()
}

// TestLearnAndClassify goes through the two commands as scripts do.
func TestLearnAndClassify(t *testing.T) { //nolint:tparallel // one installation, step by step
	t.Parallel()
	i := newInstallation(t)
	run := func(stdin string, args ...string) string {
		t.Helper()
		out, errs, err := i.try(stdin, args...)
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, errs)
		}
		return out
	}
	learn := func(rows []city.LabelledText, args ...string) (out learned) {
		t.Helper()
		mustJSON(t, run(jsonLines(rows), append([]string{"learn", "--jsonl"}, args...)...), &out)
		return out
	}
	question := `{"id":"7","text":"pipa bocor depan rumah"}` + "\n\n" + `{"id":8,"text":""}` + "\n"
	if out := run(question, "classify", "--jsonl"); strings.Count(out, "\n") != 2 || !strings.HasPrefix(out, `{"id":"7","label":"air-bersih","confidence":0.`) || !strings.Contains(out, `{"id":8,"label":"`) {
		t.Errorf("by words alone: %s", out)
	}
	t.Run("a wrong row is named and nothing is learned", func(t *testing.T) {
		for stdin, word := range map[string]string{
			"": "no rows", `{"text":"a","label":"b"}`: "two", "{}\n": "line 1", `{"text":"a","label":"b"}` + "\n" + `{"text":"a"`: "line 2",
			`{"text":7,"label":"b"}`: "line 1", `{"text":"a","label":" "}`: "label", `{"text":"` + strings.Repeat("a", 2<<20): "longer",
		} {
			_, errs, err := i.try(stdin, "learn", "--jsonl")
			mustFail(t, errs, err, 2, word)
		}
		_, errs, err := i.try("{}", "classify", "--jsonl")
		mustFail(t, errs, err, 2, "line 1")
		_, errs, err = i.try(question, "classify", "--jsonl", "--model", "tak-ada")
		mustFail(t, errs, err, 2, "tak-ada")
	})
	t.Run("labels of the city teach its own model", func(t *testing.T) {
		got := learn(matterRows())
		if got.Model != city.CategoryModel || !got.Used || got.Rows != 80 || got.Fresh != 80 || got.Labels != 12 || got.Seconds <= 0 {
			t.Errorf("%+v", got)
		}
		if again := learn(matterRows()); again.Used || again.Fresh != 0 {
			t.Errorf("the same rows again: %+v", again)
		}
		if out := run("lampu padam di gang kami\n", "classify"); !strings.HasPrefix(out, "lampu-jalan") || !strings.Contains(out, "karena: ") {
			t.Errorf("for a person: %s", out)
		}
	})
	t.Run("rows that make it worse are not kept", func(t *testing.T) {
		wrong := matterRows()
		for n := range wrong {
			wrong[n].Text += fmt.Sprint(" lagi ", n)
			wrong[n].Label = map[string]string{"sampah": "air-bersih", "air-bersih": "lampu-jalan", "lampu-jalan": "jalan-rusak", "jalan-rusak": "sampah"}[wrong[n].Label]
		}
		if got := learn(wrong); got.Used {
			t.Errorf("%+v", got)
		}
		if again := learn(matterRows()); again.Fresh != 0 || again.Rows != 80 {
			t.Errorf("the wrong rows were kept: %+v", again)
		}
	})
	t.Run("other labels make a model of their own, which classify then uses", func(t *testing.T) {
		own := matterRows()
		for n := range own {
			own[n].Label = "Dinas " + own[n].Label
		}
		if got := learn(own); got.Model != "sendiri" || !got.Used {
			t.Errorf("%+v", got)
		}
		if out := run(question, "classify", "--jsonl"); !strings.Contains(out, `"label":"Dinas air-bersih"`) {
			t.Errorf("the model learned last: %s", out)
		}
		if out := run(question, "classify", "--jsonl", "--model", "kategori", "--explain"); !strings.Contains(out, `"label":"air-bersih"`) || !strings.Contains(out, `"words":[{"word":"`) {
			t.Errorf("the model asked for: %s", out)
		}
		other := []city.LabelledText{{Text: "bagus sekali", Label: "puji"}, {Text: "terima kasih cepat", Label: "puji"}, {Text: "lambat payah", Label: "keluh"}, {Text: "kecewa berat", Label: "keluh"}}
		if got := learn(other); got.Model != "sendiri-2" {
			t.Errorf("labels of another matter: %+v", got)
		}
	})
}
