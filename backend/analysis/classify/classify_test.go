package classify

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"balaikota/backend/city"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestTrainRefusesWhatCannotBeLearned(t *testing.T) {
	t.Parallel()
	two := []Example{{Text: "a b c", Label: "x"}, {Text: "d e f", Label: "y"}}
	many := make([]Example, 0, maxLabels+1)
	for i := range maxLabels + 1 {
		many = append(many, Example{Text: "teks", Label: strings.Repeat("x", 1+i%100) + string(rune('a'+i/100))})
	}
	for name, c := range map[string]struct {
		rows  []Example
		field string
	}{
		"none":         {nil, "label"},
		"one label":    {two[:1], "label"},
		"no text":      {append([]Example{{Label: "x"}}, two...), "text"},
		"no label":     {append([]Example{{Text: "x"}}, two...), "label"},
		"long label":   {append([]Example{{Text: "x", Label: strings.Repeat("y", 201)}}, two...), "label"},
		"weight":       {append([]Example{{Text: "x", Label: "y", Weight: math.NaN()}}, two...), "weight"},
		"many labels":  {many, "label"},
		"heavy weight": {append([]Example{{Text: "x", Label: "y", Weight: 1e9}}, two...), "weight"},
	} {
		_, _, err := Train(t.Context(), c.rows, Options{})
		own, ok := errors.AsType[*city.Error](err)
		if !ok || own.Code != city.Invalid || own.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if m, report := mustTrain(t, two, Options{}); m.Threshold() <= 1 || report.Scores.Rows != 2 || m.Classify("a b").Sure || m.Classify("a b").Label != "x" {
		t.Errorf("two rows: %+v", report)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Train(ended, two, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled lesson: %v", err)
	}
}

func TestBoundsLeaveOutWhatThereIsMostOf(t *testing.T) {
	t.Parallel()
	rows := append(voices(sentences(t), 2, 71)[:380], smoke("langka", 1, 0, 5)...)
	corrected := Example{Text: "bau dari kandang ayam tetangga", Label: "sampah", Weight: 4}
	rows = append(rows, corrected)
	m, report := mustTrain(t, rows, Options{MaxExamples: 120})
	if report.Rows > 120 || report.Left != len(rows)-report.Rows {
		t.Errorf("%d used, %d left out of %d", report.Rows, report.Left, len(rows))
	}
	if report.Scores.ByLabel["langka"].Rows != 5 || report.HeldOut[len(rows)-1].Label == "" {
		t.Error("a rare label or a correction was left out")
	}
	if !slices.Contains(m.Labels(), "langka") {
		t.Error(m.Labels())
	}
}

// TestSolveFindsTheOptimum checks the conditions of optimality on a small
// problem: the gap between the primal value and the dual one closes.
func TestSolveFindsTheOptimum(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 5))
	p := &problem{features: 6, labels: 2, passes: 3000, seed: 1}
	for i := range 40 {
		x := vector{}
		for f := range uint32(6) {
			x.at, x.value = append(x.at, f), append(x.value, float32(r.NormFloat64()+float64(i%2)*0.7))
		}
		p.rows, p.label, p.cost = append(p.rows, x), append(p.label, i%2), append(p.cost, 1)
	}
	w := p.solve()
	// Primal: ½‖w‖² + C Σ max(0, 1 − y w·x)², the bias among the weights; the
	// gradient w − 2C Σ y max(0, 1 − y w·x) x is zero at the optimum.
	for c := range 2 {
		gradient := make([]float64, 7)
		for f := range 6 {
			gradient[f] = float64(w.rows[f*2+c])
		}
		gradient[6] = float64(w.bias[c])
		for i, x := range p.rows {
			score := make([]float32, 2)
			w.scores(x, score)
			y := -1.0
			if p.label[i] == c {
				y = 1
			}
			if slack := 1 - y*float64(score[c]); slack > 0 {
				for f := range 6 {
					gradient[f] -= 2 * y * slack * float64(x.value[f])
				}
				gradient[6] -= 2 * y * slack
			}
		}
		for f, g := range gradient {
			// Each row may rest within the tolerance.
			if math.Abs(g) > 40*tolerance {
				t.Errorf("label %d, weight %d: gradient %.4f", c, f, g)
			}
		}
	}
}

func TestScoresByHand(t *testing.T) {
	t.Parallel()
	var s scoring
	for _, r := range []struct {
		truth, label string
		confidence   float64
	}{
		{"a", "a", 0.95}, {"a", "a", 0.85}, {"a", "b", 0.55}, {"b", "b", 0.75}, {"c", "b", 0.45},
	} {
		s.add(r.truth, Guess{r.label, r.confidence})
	}
	got := s.scores()
	// a: precision 1, recall 2/3; b: precision 1/3, recall 1; c: never found.
	// Each confidence lies in a bin of its own: the gaps are .05 .15 .55 .25 .45.
	want := Scores{
		Rows: 5, Accuracy: 0.6, MacroF1: (0.8 + 0.5 + 0) / 3, ECE: (0.05 + 0.15 + 0.55 + 0.25 + 0.45) / 5, SurestHalf: 1,
		ByLabel: map[string]LabelScore{"a": {3, 2, 2}, "b": {1, 3, 1}, "c": {1, 0, 0}},
	}
	if d := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-12)); d != "" {
		t.Error(d)
	}
	if s.threshold(0.95) != never {
		t.Error("five rows set a threshold")
	}
}

// The worked example of the interval: 95 of 100, one-sided 95 %.
func TestWilson(t *testing.T) {
	t.Parallel()
	if got := wilsonLower(95, 100); math.Abs(got-0.9013) > 0.0005 {
		t.Errorf("got %.4f", got)
	}
}

func TestThresholdHoldsTheTarget(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 6))
	var s scoring
	for range 40000 {
		c := r.Float64()
		label := "wrong"
		if r.Float64() < c {
			label = "right"
		}
		s.add("right", Guess{label, c})
	}
	// Where confidence is right, the mean of what lies above t is (1+t)/2.
	if got := s.threshold(0.95); got < 0.9 || got > 0.93 {
		t.Errorf("threshold %.3f, want a little above 0.90", got)
	}
	if s.ece() > 0.03 {
		t.Errorf("ECE %.3f of a calibrated guess", s.ece())
	}
}

func TestTemperatureFindsTheWidth(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	// Decision values twice as wide as the log odds need half the factor.
	var values [][]float32
	var labels []int
	for range 20000 {
		z := r.NormFloat64() * 2
		label := 1
		if r.Float64() < 1/(1+math.Exp(-z)) {
			label = 0
		}
		values, labels = append(values, []float32{float32(2 * z), 0}), append(labels, label)
	}
	if got := fitTemperature(values, labels); math.Abs(got-0.5) > 0.04 {
		t.Errorf("temperature %.3f, want 0.5", got)
	}
}

func TestOffices(t *testing.T) {
	t.Parallel()
	at := sentenceTime
	o := NewOffices([]city.Category{{Slug: "sampah", Office: "DLH"}}, []city.OfficeRule{
		{Category: "sampah", AreaCode: "64.72.05.1003", Office: "Kelurahan Lempake", At: at.Add(2)},
		{Category: "sampah", AreaCode: "64.72.05.1003", Office: "Disdag", At: at.Add(1)},
		{Category: "sampah", AreaCode: "", Office: "Disdag", At: at},
	})
	for _, c := range []struct {
		category, area, want string
		learned              bool
	}{
		{"sampah", "64.72.05.1003", "Kelurahan Lempake", true}, {"sampah", "64.72.05.1004", "DLH", false},
		{"sampah", "64.72.05", "DLH", false}, {"sampah", "", "DLH", false}, {"lain", "64.72.05.1003", "", false},
	} {
		if got, learned := o.OfficeFor(c.category, c.area); got != c.want || learned != c.learned {
			t.Errorf("%s in %q: %q, %v", c.category, c.area, got, learned)
		}
	}
}

func TestIndexIsAMap(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 8))
	x, m := newIndex(0), map[uint32]uint32{}
	for range 20000 {
		k := r.Uint32()%9000 + 1
		*x.at(k)++
		m[k]++
	}
	for k := range uint32(9100) {
		got, ok := x.get(k + 1)
		if want, there := m[k+1]; ok != there || ok && got != want {
			t.Fatalf("key %d: %d %v, want %d %v", k+1, got, ok, want, there)
		}
	}
}

func TestReadingIsBounded(t *testing.T) {
	t.Parallel()
	m := FromWords(categories(t))
	var x extraction
	for _, text := range []string{
		strings.Repeat("lampu jalan mati ", 100000), strings.Repeat("a", 1<<20), strings.Repeat("é", 1<<19), strings.Repeat("1 ", 1<<18),
		"\xff\xfe\x00", strings.Repeat("\xc3", 1<<16), "İİİ ǅ ß 😡😡",
	} {
		x.read(text)
		if len(x.terms) > 12*maxTextBytes {
			t.Errorf("%d terms", len(x.terms))
		}
		if p := m.Classify(text); math.IsNaN(p.Confidence) || p.Label == "" {
			t.Errorf("%+v", p)
		}
	}
}
