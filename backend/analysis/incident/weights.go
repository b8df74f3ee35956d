package incident

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"
)

// Model weighs the evidence: the score of a pair is the sum of weight times
// value over its Evidence, the log-odds that two reports are one matter
// (Fellegi & Sunter, "A Theory for Record Linkage", JASA 64, 1969, with the
// weights of a logistic regression). It is read-only; Learn returns a new one.
type Model struct {
	Weights [evidences]float64
	// Threshold is the score from which a report joins an incident.
	Threshold float64
	// Lessons is how many rulings of officers the weights have learned from.
	Lessons int

	readers *sync.Pool // of *reader: scratch, no part of what the model says
}

// defaultWeights were fitted on made-up cities of our own (city_test.go) and
// rounded; they hold for whichever city until its officers teach otherwise.
var defaultWeights = [evidences]float64{
	Bias:     -5.3,
	SpotSame: 3.6, SpotWeakSame: 2.4, SpotDiffer: -2.5, SpotRival: -0.5, UnitDiffer: -1,
	StreetSame: 1.6, StreetHere: 0.8, StreetNumber: 0.8, HouseSame: 2.5, StreetDiffer: -2, HouseDiffer: -1.5, Exact: 0.8,
	Near: 3.6, Far: -0.3,
	AreaSame: 0.8, AreaSibling: -0.5, AreaDiffer: -2, SaidSame: 0.8, SaidDiffer: -1,
	CategorySame: 1, TopicSame: 1.2, TopicNear: 1.1, TopicOther: -5.5, Wide: 4.2, OwnCase: -3,
	Words: 1.2, Rare: 0.4, Copy: 1.5, SamePhoto: 3.5,
	Gap: -0.15, Pause: -0.25, Quick: 0.9,
}

// maxShift is how far learning may move a weight from its default, and
// maxThresholdShift the threshold: a few rulings may sharpen the model, never
// turn it round.
const (
	maxShift          = 0.6
	maxThresholdShift = 0.4
)

// Default is the model before any officer's ruling.
func Default() *Model { return &Model{Weights: defaultWeights, readers: &sync.Pool{}} }

// Score is the log-odds over the threshold that two reports are one matter;
// from 0 on the later may join the earlier. The order of the two is irrelevant.
func (m *Model) Score(a, b *Features) float64 {
	v := weigh(a, b)
	return m.score(&v)
}

func (m *Model) score(v *vector) float64 {
	s := -m.Threshold
	for i, w := range m.Weights {
		s += w * v[i]
	}
	return s
}

// where is the part of the score that speaks of the place.
func (m *Model) where(v *vector) float64 {
	s := 0.0
	for i := placeFirst; i <= placeLast; i++ {
		s += m.Weights[i] * v[i]
	}
	return s
}

// Lesson is a pair of reports that an officer ruled on.
type Lesson struct {
	A, B Features
	Same bool
}

// Learn returns a model that has learned from all rulings so far, starting
// from the default, by a logistic regression (stochastic gradient in the
// canonical order of the pairs) on what officers joined and parted.
//
// Rulings are no fair sample: officers rule on what went wrong, so joined pairs
// have low scores and parted ones high scores, and how many there are of each
// says little. From errors alone a plain regression would learn to distrust
// what is mostly right. Therefore the sample's own intercept and the default
// score are fitted beside the weights and thrown away (outcome-dependent
// sampling spoils the intercept only: Prentice & Pyke, Biometrika 66, 1979;
// the score's slope is spoilt since the sample was chosen by it); what is kept
// is which evidence tells joined from parted pairs of the same score, held back
// by a prior and bounded. The threshold follows the balance of partings and
// joinings: a wrong joining costs trust, so a parting counts twice.
//
// The same lessons give the same model whatever their order. Lessons replace
// one another: give all of them each time.
func Learn(lessons []Lesson) *Model {
	m := Default()
	m.Lessons = len(lessons)
	r := regression{slope: 0.2}
	steps := stepsOf(lessons)
	for pass := range 10 {
		for i := range steps {
			r.learn(m, &steps[i], 0.05/float64(1+pass))
		}
	}
	var parted, joined float64
	for i := range steps {
		if steps[i].same {
			joined++
		} else {
			parted += 2
		}
	}
	for i := range m.Weights {
		m.Weights[i] = defaultWeights[i] + min(max(r.shift[i], -maxShift), maxShift)
	}
	m.Threshold = maxThresholdShift * max(-0.25, (parted-joined)/(parted+joined+30))
	return m
}

// regression is the state of Learn: the parts of the log-odds of being joined.
type regression struct {
	intercept, slope float64 // of the sample; thrown away
	shift            vector  // of the weights
}

func (r *regression) learn(m *Model, s *step, rate float64) {
	const prior = 0.1
	odds := r.intercept + r.slope*s.score
	for i, x := range s.v {
		odds += r.shift[i] * x
	}
	wrong := -logistic(odds)
	if s.same {
		wrong++
	}
	r.intercept += rate * wrong
	r.slope += rate * wrong * s.score / 10
	for i := range m.Weights {
		if Evidence(i) != Bias {
			r.shift[i] += rate * (wrong*min(s.v[i], 3) - prior*r.shift[i])
		}
	}
}

// step is a lesson made ready: a is the earlier report.
type step struct {
	a, b  *Features
	v     vector
	score float64 // of the default model
	same  bool
}

func stepsOf(lessons []Lesson) []step {
	m, out := Default(), make([]step, len(lessons))
	for i := range lessons {
		a, b := &lessons[i].A, &lessons[i].B
		if b.before(a) {
			a, b = b, a
		}
		s := step{a: a, b: b, v: weigh(b, a), same: lessons[i].Same}
		s.score = m.score(&s.v)
		out[i] = s
	}
	slices.SortFunc(out, func(x, y step) int {
		return cmp.Or(compare(x.b, y.b), compare(x.a, y.a), compareBool(x.same, y.same))
	})
	return out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

type storedModel struct {
	Weights   map[string]float64 `json:"weights"`
	Threshold float64            `json:"threshold"`
	Lessons   int                `json:"lessons"`
}

// MarshalJSON writes the weights by the names of their evidence.
func (m *Model) MarshalJSON() ([]byte, error) {
	s := storedModel{Weights: map[string]float64{}, Threshold: m.Threshold, Lessons: m.Lessons}
	for i, w := range m.Weights {
		s.Weights[Evidence(i).String()] = w
	}
	return json.Marshal(s)
}

// UnmarshalJSON reads what MarshalJSON wrote. Evidence that the stored model
// does not know keeps its default weight; weights outside the bounds of
// learning are refused.
func (m *Model) UnmarshalJSON(b []byte) error {
	s := storedModel{}
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("read the model of incidents: %w", err)
	}
	out := Default()
	out.Threshold, out.Lessons = s.Threshold, s.Lessons
	for i := range out.Weights {
		w, ok := s.Weights[Evidence(i).String()]
		if !ok {
			continue
		}
		if math.Abs(w-defaultWeights[i]) > maxShift+1e-9 {
			return fmt.Errorf("read the model of incidents: weight of %s is %g, default %g", Evidence(i), w, defaultWeights[i])
		}
		out.Weights[i] = w
	}
	if math.Abs(s.Threshold) > maxThresholdShift+1e-9 {
		return fmt.Errorf("read the model of incidents: threshold %g", s.Threshold)
	}
	*m = *out
	return nil
}
