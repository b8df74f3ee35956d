package classify

import (
	"strings"

	"balaikota/backend/city"
)

// wordWeight is how much one word of a category counts in training beside a
// labelled row of the usual weight: enough to hold its own among a city's first
// hundred rows, little among thousands.
const wordWeight = 2

// WordExamples turns the words that describe each category into examples for
// Options.Words, so that a category without a single labelled row can be found.
func WordExamples(categories []city.Category) []Example {
	var out []Example
	for _, c := range categories {
		for _, w := range append([]string{c.Name}, c.Words...) {
			if strings.TrimSpace(w) != "" && c.Slug != "" {
				out = append(out, Example{Text: w, Label: c.Slug, Weight: wordWeight})
			}
		}
	}
	return out
}

// FromWords makes a model of the categories' words alone, for a city without
// labelled rows. Its confidence is checked against nothing: it stays at or below
// 0.6 and no answer is Sure. Nil if fewer than two categories have words.
func FromWords(categories []city.Category) *Model {
	t, err := newTraining(nil, Options{Words: WordExamples(categories)})
	if err != nil {
		return nil
	}
	t.prepare()
	m := newModel(t.names, t.vocabulary, t.problem(folds).solve())
	m.learned = false
	return m
}
