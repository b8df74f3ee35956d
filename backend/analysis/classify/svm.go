package classify

import "math/rand/v2"

// weights is a linear model in full precision: a row of one weight per label
// for each feature, rows one after the other, and a bias per label.
type weights struct {
	labels int
	rows   []float32
	bias   []float32
}

// scores sets out to the decision value of each label.
func (w *weights) scores(x vector, out []float32) {
	copy(out, w.bias)
	k := w.labels
	for j, f := range x.at {
		v, row := x.value[j], w.rows[int(f)*k:][:k]
		out := out[:len(row)]
		for c, weight := range row {
			out[c] += v * weight
		}
	}
}

// problem is what one training run works on. Rows that are not in use keep
// their place.
type problem struct {
	rows     []vector
	label    []int
	cost     []float32 // of an error on each row; 0 leaves the row out
	features int
	labels   int
	passes   int
	seed     uint64
}

// solve trains one L2-regularised, squared-hinge support vector machine for
// each label against the rest by dual coordinate descent (Hsieh, Chang, Lin,
// Keerthi, Sundararajan 2008, "A Dual Coordinate Descent Method for Large-scale
// Linear SVM", Algorithm 1 with the diagonal of the L2 loss). All labels'
// problems walk the rows together, so that a row of weights is fetched once.
// A row at rest is visited again only in every third pass and the last (the
// paper's shrinking, by row). The order is shuffled with the seed: the same rows give
// the same weights.
func (p *problem) solve() *weights {
	w := &weights{labels: p.labels, rows: make([]float32, p.features*p.labels), bias: make([]float32, p.labels)}
	s := &solver{problem: p, weights: w, alpha: make([]float32, len(p.rows)*p.labels), square: make([]float32, len(p.rows)), score: make([]float32, p.labels)}
	order := make([]int, 0, len(p.rows))
	for i, r := range p.rows {
		if p.cost[i] <= 0 {
			continue
		}
		order = append(order, i)
		s.square[i] = 1 // the bias
		for _, v := range r.value {
			s.square[i] += v * v
		}
	}
	random := rand.New(rand.NewPCG(p.seed, 0x6b6f7461))
	rest := make([]bool, len(p.rows))
	for pass := range p.passes {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		all := pass%3 == 0 || pass == p.passes-1
		for _, i := range order {
			if all || !rest[i] {
				rest[i] = !s.visit(i)
			}
		}
	}
	return w
}

type solver struct {
	*problem
	weights *weights
	alpha   []float32
	square  []float32
	score   []float32
	moved   []step
}

type step struct {
	label int
	by    float32
}

// close enough to the optimum of one coordinate to leave it.
const tolerance = 0.02

// visit moves the row's coordinate of each label to its optimum and reports
// whether any moved.
func (s *solver) visit(i int) bool {
	x, k := s.rows[i], s.labels
	s.weights.scores(x, s.score)
	diagonal := 1 / (2 * s.cost[i])
	alpha := s.alpha[i*k:][:k]
	s.moved = s.moved[:0]
	for c, score := range s.score {
		y := float32(-1)
		if s.label[i] == c {
			y = 1
		}
		gradient := y*score - 1 + alpha[c]*diagonal
		if alpha[c] == 0 && gradient > 0 || gradient < tolerance && gradient > -tolerance {
			continue
		}
		before := alpha[c]
		alpha[c] = max(0, before-gradient/(s.square[i]+diagonal))
		if by := (alpha[c] - before) * y; by != 0 {
			s.moved = append(s.moved, step{c, by})
		}
	}
	for _, m := range s.moved {
		s.weights.bias[m.label] += m.by
	}
	for j, f := range x.at {
		row, v := s.weights.rows[int(f)*k:][:k], x.value[j]
		for _, m := range s.moved {
			row[m.label] += v * m.by
		}
	}
	return len(s.moved) > 0
}
