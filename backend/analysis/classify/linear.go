package classify

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
)

// Model tells labels apart. It does not change and may be used by many at once.
type Model struct {
	labels      []string // ascending
	vocabulary  *vocabulary
	rows        []int8    // a row of one weight per label for each feature …
	scale       []float32 // … to be multiplied by the row's scale
	bias        []float32
	temperature float64
	surety      surety
	threshold   float64
	most        float64 // confidence is never higher: below 1 where nothing was checked
	learned     bool    // from labelled rows, not from words alone
	spelling    uint64

	scratch sync.Pool // of *reading
}

// reading is the room one prediction needs.
type reading struct {
	extraction
	values []float32
	p      []float64
	weight []float64 // of each word, for the label that won
}

// Evidence is a word of the text and how much it spoke for the label.
type Evidence struct {
	Word   string  `json:"word"`
	Weight float64 `json:"weight"`
}

// Prediction is what a model says of a text.
type Prediction struct {
	Label            string
	Confidence       float64 // 0 to 1, calibrated on held-out rows if the model is Learned
	Second           string
	SecondConfidence float64
	// Words are the words of the text that spoke most for the label, strongest
	// first, at most five, as package language writes them.
	Words []Evidence
	// Sure reports whether the confidence reaches the model's threshold; if
	// not, a person should look.
	Sure bool
}

// Labels are what the model tells apart, ascending.
func (m *Model) Labels() []string { return slices.Clone(m.labels) }

// Threshold is the confidence from which a prediction is Sure; above 1, none is.
func (m *Model) Threshold() float64 { return m.threshold }

// Learned reports whether labelled rows have made the model; else it stands on
// words alone, and is never sure.
func (m *Model) Learned() bool { return m.learned }

// Stale reports whether package language spells words otherwise than when the
// model was made: it still works, less well, and should be learned anew.
func (m *Model) Stale() bool { return m.spelling != spelling() }

// newModel rounds the weights to a byte each, with a scale for each feature.
func newModel(labels []string, v *vocabulary, w *weights) *Model {
	k := len(labels)
	m := &Model{
		labels: labels, vocabulary: v, rows: make([]int8, len(w.rows)), scale: make([]float32, len(v.keys)), bias: w.bias,
		temperature: uncalibrated, surety: plainSurety(k), most: mostUnchecked, threshold: never, learned: true, spelling: spelling(),
	}
	for f := range v.keys {
		row, largest := w.rows[f*k:][:k], float32(0)
		for _, x := range row {
			largest = max(largest, x, -x)
		}
		if largest == 0 {
			continue
		}
		m.scale[f] = largest / 127
		for c, x := range row {
			m.rows[f*k+c] = int8(math.RoundToEven(float64(x / m.scale[f])))
		}
	}
	return m
}

func (m *Model) reading() *reading {
	r, ok := m.scratch.Get().(*reading)
	if !ok {
		r = &reading{values: make([]float32, len(m.labels)), p: make([]float64, len(m.labels))}
	}
	return r
}

// Classify predicts a text's label with the words that decided.
func (m *Model) Classify(text string) Prediction {
	r := m.reading()
	defer m.scratch.Put(r)
	r.read(text)
	x := m.vocabulary.vector(count(r.terms))
	m.scores(x, r.values)
	lie := positionOf(r.values, len(x.at), m.temperature, r.p)
	best, second := lie.best, lie.second
	out := Prediction{Label: m.labels[best], Confidence: min(m.most, m.surety.confidence(&lie)), Second: m.labels[second]}
	// What is left is shared out as the probabilities share it.
	out.SecondConfidence = min(out.Confidence, (1-out.Confidence)*r.p[second]/max(1-r.p[best], 1e-12))
	out.Sure = m.learned && len(x.at) > 0 && out.Confidence >= m.threshold
	out.Words = m.evidence(r, x, best)
	return out
}

// mostUnchecked is the highest confidence of a model that no held-out row has
// judged.
const mostUnchecked = 0.6

func (m *Model) scores(x vector, out []float32) {
	copy(out, m.bias)
	k := len(m.labels)
	for j, f := range x.at {
		v, row := x.value[j]*m.scale[f], m.rows[int(f)*k:][:k]
		out := out[:len(row)]
		for c, weight := range row {
			out[c] += v * float32(weight)
		}
	}
}

const maxEvidence = 5

// evidence shares out each feature's part in the winning label's value among
// the words it was read from (a pair's among both), and adds up what stands
// for the same word.
func (m *Model) evidence(r *reading, x vector, best int) []Evidence {
	r.weight = append(r.weight[:0], make([]float64, len(r.words))...)
	k, j := len(m.labels), 0
	for from := 0; from < len(r.terms); {
		to := from
		for to < len(r.terms) && r.terms[to].key() == r.terms[from].key() {
			to++
		}
		if f, ok := m.vocabulary.index.get(r.terms[from].key()); ok && j < len(x.at) && x.at[j] == f {
			part := float64(x.value[j]*m.scale[f]) * float64(m.rows[int(f)*k+best]) / float64(to-from)
			for _, t := range r.terms[from:to] {
				if t.kind() == kindPair {
					r.weight[t.token()-1] += part / 2
					r.weight[t.token()] += part / 2
				} else {
					r.weight[t.token()] += part
				}
			}
			j++
		}
		from = to
	}
	sums := map[string]float64{}
	for i, w := range r.words {
		if meaningful(w) {
			sums[w] += r.weight[i]
		}
	}
	var out []Evidence
	for w, s := range sums {
		if s > 0 {
			out = append(out, Evidence{w, s})
		}
	}
	slices.SortFunc(out, func(a, b Evidence) int { return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Word, b.Word)) })
	return slices.Clone(out[:min(len(out), maxEvidence)])
}

// meaningful words can be shown as a reason.
func meaningful(w string) bool { return len(w) > 2 && w[0] != '#' }

// Evaluate scores the model on labelled rows it was not trained on.
func (m *Model) Evaluate(examples []Example) Scores {
	guesses := make([]Guess, len(examples))
	parallel(len(examples), runtime.GOMAXPROCS(0), func(from, to int) {
		for i := from; i < to; i++ {
			p := m.Classify(examples[i].Text)
			guesses[i] = Guess{p.Label, p.Confidence}
		}
	})
	var s scoring
	for i, e := range examples {
		s.add(e.Label, guesses[i])
	}
	out := s.scores()
	out.Threshold, out.Above = m.threshold, s.above(m.threshold)
	return out
}

// spelling is a fingerprint of how package language reads a few sentences that
// hold most of what it mends.
var spelling = sync.OnceValue(func() uint64 {
	var x extraction
	h := uint64(fnvOffset)
	for _, s := range []string{
		"Tlg pak jln berlobang di dpn sklh blm diperbaiki, lampu2 jg mati bgt sdh 2hari",
		"airnya ga ngalir, banyu keruh; selokan mampet bikin kebanjiran rmh warga kel. gg 3",
		"ulun handak batakun kanapa sampah kada diangkut, bau banar; pungutan parkir ngetem",
	} {
		x.read(s)
		for _, t := range x.terms {
			h = (h ^ uint64(t)) * fnvPrime
		}
	}
	return h
})
