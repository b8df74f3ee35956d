package classify

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/pack"
)

//go:embed testdata/sentences.txt
var sentenceFile string

// sentences are the project's own, labelled with Samarinda's categories.
func sentences(t testing.TB) (out []Example) {
	t.Helper()
	for line := range strings.Lines(sentenceFile) {
		if label, text, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && !strings.HasPrefix(line, "#") {
			out = append(out, Example{Text: text, Label: label})
		}
	}
	if len(out) < 200 {
		t.Fatalf("only %d sentences", len(out))
	}
	return out
}

func categories(t testing.TB) []city.Category {
	t.Helper()
	p, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	return p.Foundation().Categories
}

// heldSentences splits the sentences in thirds that hold each category.
func heldSentences(t testing.TB) (train, test []Example) {
	t.Helper()
	for i, e := range sentences(t) {
		if i%3 == 0 {
			test = append(test, e)
		} else {
			train = append(train, e)
		}
	}
	return train, test
}

var (
	openers = []string{"", "", "assalamualaikum ", "selamat pagi pak ", "lapor min, ", "mohon perhatian, ", "tolong pak wali ", "bpk/ibu yth "}
	closers = []string{"", "", " terima kasih", " mohon tindak lanjut", " sudah lapor rt blm ada tanggapan", " di rt 12", " gang 3", " tks"}
	quick   = strings.NewReplacer("tidak", "gak", "sudah", "sdh", "yang", "yg", "jalan", "jln", "tolong", "tlg", "belum", "blm", "dengan", "dgn", "depan", "dpn", "rumah", "rmh")
)

// voices says each sentence n times as citizens do: with an opening and a
// closing, telephone spelling, and a slip of the finger here and there.
func voices(from []Example, n int, seed uint64) (out []Example) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range n {
		for _, e := range from {
			text := e.Text
			if r.IntN(2) == 0 {
				text = quick.Replace(text)
			}
			for range r.IntN(3) {
				if i := r.IntN(len(text) - 1); text[i] != ' ' && text[i+1] != ' ' {
					text = text[:i] + text[i+1:i+2] + text[i:i+1] + text[i+2:]
				}
			}
			text = openers[r.IntN(len(openers))] + text + closers[r.IntN(len(closers))]
			out = append(out, Example{Text: text, Label: e.Label})
		}
	}
	return out
}

func mustTrain(t testing.TB, rows []Example, opt Options) (*Model, Report) {
	t.Helper()
	m, report, err := Train(t.Context(), rows, opt)
	if err != nil {
		t.Fatal(err)
	}
	return m, report
}

func TestWordsAloneFindMostSentences(t *testing.T) {
	t.Parallel()
	m := FromWords(categories(t))
	s := m.Evaluate(sentences(t))
	t.Logf("%d sentences by the categories' words alone: accuracy %.3f, macro F1 %.3f", s.Rows, s.Accuracy, s.MacroF1)
	if s.Accuracy < 0.80 {
		t.Errorf("accuracy %.3f", s.Accuracy)
	}
	for _, e := range sentences(t) {
		if p := m.Classify(e.Text); p.Sure || p.Confidence > mostUnchecked || p.SecondConfidence > p.Confidence {
			t.Fatalf("unchecked, and yet %+v", p)
		}
	}
	if m.Learned() || FromWords(nil) != nil || FromWords(categories(t)[:1]) != nil {
		t.Error("words make a model that is not learned, of two categories or more")
	}
}

func TestLearnsUnseenSentences(t *testing.T) {
	t.Parallel()
	train, test := heldSentences(t)
	alone := FromWords(categories(t)).Evaluate(test)
	m, report := mustTrain(t, voices(train, 1, 7), Options{Words: WordExamples(categories(t))})
	s := m.Evaluate(test)
	t.Logf("learned from %d rows: unseen sentences %.3f (words alone %.3f), ECE %.3f, threshold %.2f holds %.0f %%", report.Rows, s.Accuracy, alone.Accuracy, s.ECE, s.Threshold, 100*s.Above)
	if s.Accuracy < 0.85 || s.Accuracy < alone.Accuracy-0.03 {
		t.Errorf("accuracy %.3f, by words alone %.3f", s.Accuracy, alone.Accuracy)
	}
	right, sure := 0, 0
	for _, e := range test {
		if p := m.Classify(e.Text); p.Sure {
			sure++
			if p.Label == e.Label {
				right++
			}
		}
	}
	if sure == 0 || float64(right)/float64(sure) < 0.9 {
		t.Errorf("%d of %d sure answers are right", right, sure)
	}
}

func TestConfidenceIsCalibrated(t *testing.T) {
	t.Parallel()
	// One row in six has a wrong label, as clerks and citizens make it: a
	// calibrated model cannot be surer than that.
	noisy := func(rows []Example, seed uint64) []Example {
		r := rand.New(rand.NewPCG(seed, 2))
		labels := categories(t)
		for i := range rows {
			if r.IntN(6) == 0 {
				rows[i].Label = labels[r.IntN(len(labels))].Slug
			}
		}
		return rows
	}
	m, _ := mustTrain(t, noisy(voices(sentences(t), 6, 11), 12), Options{})
	s := m.Evaluate(noisy(voices(sentences(t), 4, 13), 14))
	t.Logf("%d noisy rows: accuracy %.3f, ECE %.3f", s.Rows, s.Accuracy, s.ECE)
	if s.ECE > 0.06 {
		t.Errorf("ECE %.3f", s.ECE)
	}
	if s.Threshold <= 1 {
		t.Errorf("threshold %.2f, though a sixth of all labels is wrong", s.Threshold)
	}
}

func TestSameRowsGiveTheSameModel(t *testing.T) {
	t.Parallel()
	rows := voices(sentences(t), 2, 3)
	for i := range rows {
		rows[i].Weight = float64(1 + i%3)
	}
	opt := Options{Words: WordExamples(categories(t))}
	first, _ := mustTrain(t, rows, opt)
	want, err := first.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{1, 3} {
		rand.New(rand.NewPCG(9, 9)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		opt.Workers = workers
		again, report := mustTrain(t, rows, opt)
		got, err := again.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("another order with %d workers gives another model", workers)
		}
		for i, g := range report.HeldOut {
			if g.Label == "" || g.Confidence <= 0 || g.Confidence > 1 {
				t.Fatalf("row %d has no held-out guess: %+v", i, g)
			}
		}
	}
}

// smoke is a matter that the sentences' authors filed under sampah and the
// city's officers move to ketertiban.
func smoke(label string, weight float64, from, n int) (out []Example) {
	what := []string{"asap pembakaran", "bakar bakar", "asap tebal", "orang membakar", "asap bakaran", "api unggun"}
	where := []string{"di kebun kosong", "belakang rumah", "pinggir lapangan", "dekat kandang", "samping gudang"}
	how := []string{"mengganggu pernapasan", "bikin sesak", "perih di mata", "masuk ke kamar"}
	for i := from; i < from+n; i++ {
		text := fmt.Sprintf("%s %s %s", what[i%len(what)], where[i%len(where)], how[i%len(how)])
		out = append(out, Example{Text: text, Label: label, Weight: weight})
	}
	return out
}

func TestCorrectionsChangeTheNextModel(t *testing.T) {
	t.Parallel()
	words := Options{Words: WordExamples(categories(t))}
	rows := append(voices(sentences(t), 2, 21), smoke("sampah", 1, 0, 6)...)
	old, before := mustTrain(t, rows, words)
	unseen := "asap tebal samping gudang bikin sesak"
	if p := old.Classify(unseen); p.Label != "sampah" {
		t.Fatalf("before: %+v", p)
	}
	rows = append(rows, smoke("ketertiban", 4, 30, 12)...)
	fresh := make([]bool, len(rows))
	for i := len(rows) - 12; i < len(rows); i++ {
		fresh[i] = true
	}
	next, report := mustTrain(t, rows, words)
	v := Judge(old, before.Scores, rows, fresh, report)
	if !v.Take || v.Fresh != 12 || v.New <= v.Old {
		t.Errorf("the next model is not taken: %+v", v)
	}
	if p := next.Classify(unseen); p.Label != "ketertiban" {
		t.Errorf("after: %+v", p)
	}
}

func TestJudgeKeepsTheOldModel(t *testing.T) {
	t.Parallel()
	rows := voices(sentences(t), 3, 31)
	old, before := mustTrain(t, rows, Options{})
	v := Judge(old, before.Scores, rows, make([]bool, len(rows)), before)
	if v.Take || v.Fresh != 0 {
		t.Errorf("nothing new, and yet %+v", v)
	}
	// Rows labelled at random make it worse.
	bad := voices(sentences(t), 2, 32)
	r := rand.New(rand.NewPCG(33, 33))
	for i := range bad {
		bad[i].Label = bad[r.IntN(len(bad))].Label
	}
	all := append(rows, bad...)
	fresh := make([]bool, len(all))
	for i := len(rows); i < len(all); i++ {
		fresh[i] = true
	}
	_, report := mustTrain(t, all, Options{})
	if v := Judge(old, before.Scores, all, fresh, report); v.Take {
		t.Errorf("random labels, and yet %+v", v)
	}
}

func TestWordsThatDecidedAreInTheText(t *testing.T) {
	t.Parallel()
	m, _ := mustTrain(t, voices(sentences(t), 2, 41), Options{})
	for text, want := range map[string]string{
		"tolong lampu jalan depan gang mati sudah seminggu": "lampu",
		"ktp saya 6472011203990001 belum dicetak":           "ktp",
		"nyamuk banyak sekali minta fogging":                "fogging",
	} {
		p := m.Classify(text)
		if len(p.Words) == 0 || len(p.Words) > maxEvidence {
			t.Fatalf("%q: %+v", text, p)
		}
		found := false
		for i, w := range p.Words {
			found = found || w.Word == want
			if w.Weight <= 0 || i > 0 && w.Weight > p.Words[i-1].Weight || strings.ContainsAny(w.Word, "#0123456789") {
				t.Errorf("%q: %+v", text, p.Words)
			}
		}
		if !found {
			t.Errorf("%q: %s because of %+v, not of %q", text, p.Label, p.Words, want)
		}
	}
	if p := m.Classify(""); p.Sure || len(p.Words) > 0 || p.Label == "" {
		t.Errorf("an empty text: %+v", p)
	}
}

func BenchmarkTrain(b *testing.B) {
	rows := voices(sentences(b), 20, 51)
	for b.Loop() {
		if _, _, err := Train(b.Context(), rows, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(rows))/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkClassify(b *testing.B) {
	rows := voices(sentences(b), 5, 61)
	m, _ := mustTrain(b, rows, Options{})
	b.ResetTimer()
	for i := range b.N {
		m.Classify(rows[i%len(rows)].Text)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/text")
}

// sentenceTime is any time.
var sentenceTime = time.Date(2026, 3, 12, 1, 0, 0, 0, time.UTC)
