package classify

import "math"

// bayesPrior is what naive Bayes counts every feature with beforehand in every
// label.
const bayesPrior = 0.01

// bayesShares are the shares of naive Bayes' log likelihoods in the weights
// that are tried on held-out rows. Found on real complaints, earlier months
// learned and the next ones asked: up to the largest the surest half gets
// better and accuracy stays; from twice that on rare labels lose.
var bayesShares = [...]float64{0, 0.02, 0.04}

// bayes is multinomial naive Bayes over the rows outside a fold: its log
// likelihoods as weights (Manning, Raghavan, Schütze 2008, §13.2; counts of
// tf × idf of length 1: Rennie, Shih, Teevan, Karger 2003, "Tackling the Poor
// Assumptions of Naive Bayes Text Classifiers", §4). They are taken against
// their mean over the labels, so that a feature that says nothing adds nothing.
// There is no prior of the labels.
func bayes(p *problem, weight func(row int) float32, prior float64) *weights {
	k := p.labels
	w, total := &weights{labels: k, rows: make([]float32, p.features*k), bias: make([]float32, k)}, make([]float64, k)
	for i, r := range p.rows {
		if p.cost[i] <= 0 {
			continue
		}
		c, by := p.label[i], weight(i)
		for j, f := range r.at {
			w.rows[int(f)*k+c] += by * r.value[j]
			total[c] += float64(by * r.value[j])
		}
	}
	none := make([]float64, k) // of a feature that the label never had
	for c := range total {
		total[c] = math.Log(total[c] + prior*float64(p.features))
		none[c] = math.Log(prior) - total[c]
	}
	likely := make([]float64, k)
	for from := 0; from < len(w.rows); from += k {
		row, mean := w.rows[from:][:k], 0.0
		for c, n := range row {
			if likely[c] = none[c]; n > 0 {
				likely[c] = math.Log(float64(n)+prior) - total[c]
			}
			mean += likely[c] / float64(k)
		}
		for c, x := range likely {
			row[c] = float32(x - mean)
		}
	}
	return w
}

// bayes without a fold; each row counts by its weight.
func (t *training) bayes(p *problem) *weights {
	return bayes(p, func(i int) float32 { return float32(t.weight(t.rows[i])) }, bayesPrior)
}

// blend adds a share of others to the weights, which stay one linear model.
func (w *weights) blend(others *weights, share float64) {
	for i, x := range others.rows {
		w.rows[i] += float32(share) * x
	}
}

// share finds how much naive Bayes helps the machines: the one of bayesShares
// that gives the labels of the held-out rows the highest probability, each at
// its best temperature. A machine drawn to part the rows leans on few of them
// where a feature is rare, naive Bayes counts them all; where the two disagree
// the lead should be less (Raina, Shen, Ng, McCallum 2003, "Classification with
// Hybrid Generative/Discriminative Models"). Where labels have few rows each it
// is mostly noise, and from too few rows to tell the share is 0. held becomes
// the blend.
func (t *training) share(held, likely [][]float32) float64 {
	values, labels, rows := t.heldOut(held)
	if len(values) < minCalibration {
		return 0
	}
	mixed := make([][]float32, len(values))
	mix := func(share float64) [][]float32 {
		for i, v := range values {
			mixed[i] = mixed[i][:0]
			for c, x := range v {
				mixed[i] = append(mixed[i], x+float32(share)*likely[rows[i]][c])
			}
		}
		return mixed
	}
	best, least := 0.0, math.Inf(1)
	for _, s := range bayesShares {
		if loss := logLoss(mix(s), labels, fitTemperature(mixed, labels)); loss < least {
			best, least = s, loss
		}
	}
	for i, v := range mix(best) {
		copy(values[i], v)
	}
	return best
}

// heldOut are the values of the rows that were held out, with their labels and
// which rows they are.
func (t *training) heldOut(held [][]float32) (values [][]float32, labels, rows []int) {
	for i, h := range held {
		if h != nil {
			values, labels, rows = append(values, h), append(labels, t.rows[i].label), append(rows, i)
		}
	}
	return values, labels, rows
}
