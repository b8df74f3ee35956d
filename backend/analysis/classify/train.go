package classify

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"balaikota/backend/city"
)

// Example is a text with the label a person gave it.
type Example struct {
	Text  string
	Label string
	// Weight is how much it counts; 0 means 1. An officer's correction counts
	// more than what a source filled in.
	Weight float64
	// At is when the row came into being, zero if that is not known: where more
	// rows are given than a model can use, the newest stay.
	At time.Time
}

// Options of Train; the zero value is good.
type Options struct {
	// Words are examples that stand for the meaning of the labels (FromWords
	// makes them of a category's words). They take part in training with their
	// weights and are never held out or scored.
	Words []Example
	// Target is the share that shall be right above the threshold; 0 means 0.95.
	Target float64
	// MaxExamples bounds the rows; 0 means 40,000.
	MaxExamples int
	// Workers bounds the processors used; 0 means all.
	Workers int
}

// Bounds of a model: they hold its training within a few hundred MB and its
// stored form within a few MB.
const (
	maxLabels      = 1000
	maxLabelBytes  = 200
	maxFeatures    = 1 << 17
	maxWeights     = 8 << 20 // features × labels
	maxExamples    = 40000
	maxDuals       = 20 << 20 // rows × labels
	folds          = 5
	passes         = 6  // more change nothing on held-out rows
	minCalibration = 30 // held-out rows below which no threshold is set
)

// Report is what a training run found.
type Report struct {
	Rows     int     // used for training, without Options.Words
	Left     int     // left out because of the bounds
	Labels   int     //
	Features int     //
	Cost     float64 // the soft margin's C that was chosen
	// Scores are of the held-out rows: each was predicted by a model trained
	// without it and without its copies.
	Scores Scores
	// HeldOut is the prediction of each example as given, in the order given;
	// the zero Guess for one that was left out.
	HeldOut []Guess
}

// Guess is a label with the confidence in it.
type Guess struct {
	Label      string
	Confidence float64
}

// Train learns a model from labelled rows. The same rows in any order give the
// same model, byte for byte.
//
// Method: one linear support vector machine per label (solve) over normalised
// words, raw words, roots, pairs of roots and letter sequences, weighed by
// sublinear tf × idf and brought to length 1: the strong plain baseline of text
// classification (Joachims 1998; Wang and Manning 2012, "Baselines and
// Bigrams"), the mean of those of each fold's complement and of the whole
// (committee), with a small share of naive Bayes (share). Errors on rare labels cost
// more (balanced). Decision values become
// probabilities by one temperature (Guo et al. 2017, "On Calibration of Modern
// Neural Networks", §4.2) and confidence by a logistic curve over how the values
// lie and which labels lead (surety; Platt 1999), both fitted on the held-out rows of a five-fold cross-validation in which copies of a text share
// a fold. Needs two labels; fewer than 30 held-out rows set no threshold, and
// nothing is then sure.
//
// A row with an empty text or label, or more than 1,000 labels, is Invalid.
func Train(ctx context.Context, examples []Example, opt Options) (*Model, Report, error) {
	t, err := newTraining(examples, opt)
	if err != nil {
		return nil, Report{}, err
	}
	t.prepare()
	held, likely, final, err := t.run(ctx)
	if err != nil {
		return nil, Report{}, err
	}
	if share := t.share(held, likely); share > 0 {
		final.blend(t.bayes(t.problem(folds)), share)
	}
	m := newModel(t.names, t.vocabulary, final)
	report := t.calibrate(m, held, cmp.Or(opt.Target, 0.95))
	return m, report, nil
}

// training holds the rows in their own order.
type training struct {
	given      int // how many examples were handed in
	rows       []trainingRow
	names      []string
	vocabulary *vocabulary
	vectors    []vector
	cost       float64
	workers    int
	meanWeight float64 // of the rows handed in
}

type trainingRow struct {
	Example
	from  int // its place among the examples handed in; -1 for a word of a category
	hash  uint64
	label int
	fold  int
}

func newTraining(examples []Example, opt Options) (*training, error) {
	t := &training{given: len(examples), cost: 1, workers: cmp.Or(opt.Workers, runtime.GOMAXPROCS(0))}
	add := func(e Example, from int) error {
		switch {
		case e.Text == "":
			return city.InvalidField("text", "row %d has no text", from+1)
		case e.Label == "" || len(e.Label) > maxLabelBytes:
			return city.InvalidField("label", "row %d has a label that is empty or longer than %d bytes", from+1, maxLabelBytes)
		case e.Weight < 0 || e.Weight > 1000 || math.IsNaN(e.Weight):
			return city.InvalidField("weight", "row %d weighs %g; weights lie between 0 and 1000", from+1, e.Weight)
		}
		if e.Weight == 0 {
			e.Weight = 1
		}
		t.rows = append(t.rows, trainingRow{Example: e, from: from, hash: textHash(e.Text)})
		return nil
	}
	for i, e := range examples {
		if err := add(e, i); err != nil {
			return nil, err
		}
	}
	for _, e := range opt.Words {
		if err := add(e, -1); err != nil {
			return nil, err
		}
	}
	for _, r := range t.rows {
		t.names = append(t.names, r.Label)
	}
	slices.Sort(t.names)
	t.names = slices.Compact(t.names)
	switch {
	case len(t.names) < 2:
		return nil, city.InvalidField("label", "there is nothing to tell apart: the rows hold %d label(s), at least two are needed", len(t.names))
	case len(t.names) > maxLabels:
		return nil, city.InvalidField("label", "the rows hold %d different labels; at most %d can be learned", len(t.names), maxLabels)
	}
	t.bound(cmp.Or(opt.MaxExamples, maxExamples))
	t.order()
	return t, nil
}

// bound leaves out rows of the largest labels until the others fit: what is
// most of, is needed least. Corrections stay before others, then the newest.
func (t *training) bound(limit int) {
	limit = min(limit, maxDuals/len(t.names))
	if len(t.rows) <= limit {
		return
	}
	sizes := map[string]int{}
	for _, r := range t.rows {
		sizes[r.Label]++
	}
	lo, hi := 1, limit // the largest cap that fits
	for lo < hi {
		middle, sum := (lo+hi+1)/2, 0
		for _, n := range sizes {
			sum += min(n, middle)
		}
		if sum <= limit {
			lo = middle
		} else {
			hi = middle - 1
		}
	}
	slices.SortFunc(t.rows, func(a, b trainingRow) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(min(a.from, 0), min(b.from, 0)), cmp.Compare(b.Weight, a.Weight),
			b.At.Compare(a.At), cmp.Compare(a.hash, b.hash))
	})
	kept, n := t.rows[:0], 0
	for i, r := range t.rows {
		if i > 0 && r.Label != t.rows[i-1].Label {
			n = 0
		}
		if n++; n <= lo {
			kept = append(kept, r)
		}
	}
	t.rows = kept
}

// order sorts the rows by what they hold and deals them to folds by the hash of
// their text: copies of a text share a fold, and a row keeps its fold when
// others come, so that yesterday's held-out scores can be set beside today's.
func (t *training) order() {
	slices.SortFunc(t.rows, func(a, b trainingRow) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.hash, b.hash), cmp.Compare(a.Text, b.Text), cmp.Compare(a.Weight, b.Weight), a.At.Compare(b.At))
	})
	sum, n := 0.0, 0.0
	for i := range t.rows {
		r := &t.rows[i]
		r.label, _ = slices.BinarySearch(t.names, r.Label)
		if r.fold = int(r.hash % folds); r.from < 0 {
			r.fold = shared
			continue
		}
		sum, n = sum+r.Weight, n+1
	}
	t.meanWeight = sum / max(n, 1)
}

func (t *training) prepare() {
	texts := make([]string, len(t.rows))
	for i, r := range t.rows {
		texts[i] = r.Text
	}
	counts := countAll(texts, t.workers)
	minTexts := 2
	if t.given < 200 {
		minTexts = 1 // with so few, what occurs once is most of what there is
	}
	t.vocabulary = newVocabulary(counts, func(i int) bool { return t.rows[i].fold == shared }, minTexts, min(maxFeatures, maxWeights/len(t.names)))
	t.vectors = t.vocabulary.vectors(counts, t.workers)
}

// problem is the training without one fold.
func (t *training) problem(without int) *problem {
	p := &problem{
		rows: t.vectors, label: make([]int, len(t.rows)), cost: make([]float32, len(t.rows)),
		features: len(t.vocabulary.keys), labels: len(t.names), passes: passes, seed: 1,
	}
	size, total := make([]float64, len(t.names)), 0.0
	for i, r := range t.rows {
		p.label[i] = r.label
		if r.fold != without {
			size[r.label] += t.weight(r)
			total += t.weight(r)
		}
	}
	for i, r := range t.rows {
		if r.fold != without {
			p.cost[i] = float32(t.cost * t.weight(r) * balance(size[r.label], total/float64(len(t.names))))
		}
	}
	return p
}

// weight is relative to the mean of the rows that were handed in: that all rows
// count double changes nothing.
func (t *training) weight(r trainingRow) float64 {
	if r.fold == shared || t.meanWeight == 0 {
		return r.Weight
	}
	return r.Weight / t.meanWeight
}

// balance makes errors on rare labels cost more: by the square root of how much
// rarer they are than the mean, between none of it (rare labels are never
// found) and all of it (they swallow others' rows); at most fourfold.
func balance(size, mean float64) float64 {
	return min(4, max(0.25, math.Sqrt(mean/max(size, 1))))
}

// shared is the fold of rows that are in every training.
const shared = -1

// run trains the whole and each fold's complement at once and returns their
// committee, the decision values of the rows that were held out, with what naive Bayes thinks
// of them.
func (t *training) run(ctx context.Context) (held, likely [][]float32, final *weights, err error) {
	trained := [folds + 1]*weights{} // the whole last
	held, likely = make([][]float32, len(t.rows)), make([][]float32, len(t.rows))
	jobs := make(chan int, folds+1)
	for f := folds; f >= 0; f-- {
		jobs <- f // the longest first
	}
	close(jobs)
	var wait sync.WaitGroup
	for range min(folds+1, t.workers) {
		wait.Go(func() {
			for f := range jobs {
				if ctx.Err() == nil {
					trained[f] = t.train(f, held, likely)
				}
			}
		})
	}
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return nil, nil, nil, fmt.Errorf("learn from %d rows: %w", len(t.rows), err)
	}
	return held, likely, committee(trained[:]), nil
}

// committee is the mean of machines trained on different parts of the rows,
// which is again one linear model: what hangs on a few rows, weighs less
// (Parmanto, Munro and Doyle 1996, "Reducing Variance of Committee Prediction
// with Resampling Techniques"). Accuracy stays; the surest answers get surer.
func committee(members []*weights) *weights {
	out := members[len(members)-1]
	mean := func(into []float32, of func(*weights) []float32) {
		for i := range into {
			sum := float32(0)
			for _, w := range members {
				sum += of(w)[i]
			}
			into[i] = sum / float32(len(members))
		}
	}
	mean(out.rows, func(w *weights) []float32 { return w.rows })
	mean(out.bias, func(w *weights) []float32 { return w.bias })
	return out
}

// train learns all rows but those of a fold and sets what it thinks of these;
// with folds, which none is, it learns all.
func (t *training) train(fold int, held, likely [][]float32) *weights {
	p := t.problem(fold)
	w := p.solve()
	if fold != folds {
		t.judge(w, fold, held)
		t.judge(t.bayes(p), fold, likely)
	}
	return w
}

// judge sets what the weights think of the fold's rows.
func (t *training) judge(w *weights, fold int, values [][]float32) {
	for i, r := range t.rows {
		if r.fold == fold {
			values[i] = make([]float32, len(t.names))
			w.scores(t.vectors[i], values[i])
		}
	}
}

// calibrate sets the model's temperature, surety and threshold and reports.
// The confidence of a held-out row comes from a surety fitted without its fold,
// so that scores and threshold are not judged on what they were fitted to.
func (t *training) calibrate(m *Model, held [][]float32, target float64) Report {
	report := Report{Labels: len(t.names), Features: len(t.vocabulary.keys), Cost: t.cost, HeldOut: make([]Guess, t.given)}
	values, labels, rows := t.heldOut(held)
	report.Rows, report.Left = len(values), t.given-len(values)
	var without [folds]surety
	for f := range without {
		without[f] = m.surety
	}
	if len(values) >= minCalibration {
		m.most, m.temperature = 1, fitTemperature(values, labels)
	}
	at, p := make([]position, len(values)), make([]float64, len(t.names))
	for i, v := range values {
		at[i] = positionOf(v, len(t.vectors[rows[i]].at), m.temperature, p)
	}
	if len(values) >= minCalibration {
		m.surety = t.fitSurety(at, rows, folds)
		for f := range without {
			without[f] = t.fitSurety(at, rows, f)
		}
	}
	var scoring scoring
	for i, row := range rows {
		r := &t.rows[row]
		guess := Guess{t.names[at[i].best], min(m.most, without[r.fold].confidence(&at[i]))}
		report.HeldOut[r.from] = guess
		scoring.add(r.Label, guess)
	}
	report.Scores = scoring.scores()
	m.threshold = scoring.threshold(target)
	report.Scores.Threshold = m.threshold
	report.Scores.Above = scoring.above(m.threshold)
	return report
}

// fitSurety fits to the held-out rows of all folds but one; with folds, which
// none is, to all.
func (t *training) fitSurety(at []position, rows []int, except int) surety {
	var lie []position
	var right []bool
	for i, row := range rows {
		if r := &t.rows[row]; r.fold != except {
			lie, right = append(lie, at[i]), append(right, at[i].best == r.label)
		}
	}
	return fitSurety(len(t.names), lie, right)
}
