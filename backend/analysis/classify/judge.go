package classify

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Verdict says whether a newly trained model takes the place of the old one.
type Verdict struct {
	Take bool
	// Fresh is how many of the rows the old model had not seen.
	Fresh int
	// Old and New are the estimates that were compared.
	Old, New float64
	// Why is one sentence for a log or a command's answer, without any text.
	Why string
}

// Judge compares a candidate with the model in use without letting either be
// judged on rows it was trained on. fresh marks the examples that came after
// the old model was trained. The candidate's share of right answers for each
// label comes from its held-out folds over all rows; the old model's from its
// own held-out folds when it was trained (oldScores), joined with what it
// really answers on the fresh rows. Both are then put together over the same
// rows, half as accuracy and half as the mean over the labels, so that neither
// the large labels nor the rare ones decide alone. A row counts by its weight:
// an officer's correction against several rows of the source it corrects. The old model stays unless
// the candidate is at least as good; a candidate without a single fresh row has
// nothing new to say, and the old stays unless it is Stale.
func Judge(old *Model, oldScores Scores, examples []Example, fresh []bool, candidate Report) Verdict {
	var v Verdict
	type tally struct{ rows, newRight, oldRows, oldRight float64 }
	labels := map[string]*tally{}
	at := func(label string) *tally {
		if labels[label] == nil {
			s := oldScores.ByLabel[label]
			labels[label] = &tally{oldRows: float64(s.Rows), oldRight: float64(s.Right)}
		}
		return labels[label]
	}
	mean := meanWeight(examples)
	for i, e := range examples {
		t, weight := at(e.Label), cmp.Or(e.Weight, 1)/mean
		if guess := candidate.HeldOut[i]; guess.Label != "" {
			t.rows += weight
			if guess.Label == e.Label {
				t.newRight += weight
			}
		}
		if fresh[i] {
			v.Fresh++
			t.oldRows += weight
			if old.Classify(e.Text).Label == e.Label {
				t.oldRight += weight
			}
		}
	}
	if v.Fresh == 0 && !old.Stale() {
		v.Why = "no row is new to the model in use, which stays"
		return v
	}
	var sumOld, sumNew combined
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		t := labels[label]
		sumOld.add(t.rows, share(t.oldRight, t.oldRows))
		sumNew.add(t.rows, share(t.newRight, t.rows))
	}
	v.Old, v.New = sumOld.value(), sumNew.value()
	if v.Take = v.New >= v.Old-1e-9; v.Take { // shares of the same counts may differ in the last digit
		v.Why = fmt.Sprintf("held-out rows: %.4f, the model before %.4f, over %d new rows; the new one is used", v.New, v.Old, v.Fresh)
	} else {
		v.Why = fmt.Sprintf("held-out rows: only %.4f, the model before %.4f, over %d new rows; the old one stays", v.New, v.Old, v.Fresh)
	}
	return v
}

func meanWeight(examples []Example) float64 {
	sum := 0.0
	for _, e := range examples {
		sum += cmp.Or(e.Weight, 1)
	}
	return sum / max(float64(len(examples)), 1)
}

// share is 0 of nothing.
func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

// combined adds up labels' shares of right answers.
type combined struct{ rows, right, labels, recall float64 }

func (c *combined) add(rows, recall float64) {
	if rows == 0 {
		return
	}
	c.rows += rows
	c.right += rows * recall
	c.labels++
	c.recall += recall
}

func (c *combined) value() float64 {
	if c.rows == 0 {
		return 0
	}
	return (c.right/c.rows + c.recall/c.labels) / 2
}
