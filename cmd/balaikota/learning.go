package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"

	"balaikota/backend/analysis/classify"
	"balaikota/backend/city"
)

// What a row counts: a source's category is often a clerk's default or the
// citizen's own guess, a row given to learn was labelled on purpose, and an
// officer's correction speaks of a case that went wrong.
const (
	weightSource     = 1
	weightGiven      = 2
	weightCorrection = 4
)

// Bounds of the nightly learning, so that it stays a small guest on a server:
// newest reports of each category, and rows in all.
const (
	nightlyPerCategory = 2000
	nightlyRows        = 20000
	nightlyLeast       = 60             // rows below which the words of the categories serve better
	nightlyRest        = 20 * time.Hour // a server that starts again does not learn again
)

// lesson is what one training run learns from.
type lesson struct {
	name     string
	old      *classify.Model // in use now; nil if none
	oldAt    time.Time       // when its rows were read
	scores   classify.Scores // its own
	examples []classify.Example
	fresh    []bool // rows the old model has not seen
	kept     []bool // rows that were given by somebody, kept as such
	given    []city.LabelledText
	options  classify.Options
	readAt   time.Time
	origin   string
	by       string // who has it learned
	force    bool

	corrections int // officers', among the examples
}

func (l *lesson) add(e classify.Example, fresh, kept bool) {
	l.examples, l.fresh, l.kept = append(l.examples, e), append(l.fresh, fresh), append(l.kept, kept)
}

// gather collects what the model of that name learns from: rows kept from
// before and, for the city's categories, their words, the reports whose source
// said a category, and officers' corrections.
func (d *database) gather(ctx context.Context, name string, categories []city.Category) (*lesson, error) {
	l := &lesson{name: name, readAt: time.Now().UTC().Truncate(time.Microsecond)}
	if err := d.oldModel(ctx, l); err != nil {
		return nil, err
	}
	kept, err := d.LabelledTexts(ctx, name)
	if err != nil {
		return nil, err
	}
	if name != city.CategoryModel {
		for _, r := range kept {
			l.add(classify.Example{Text: r.Text, Label: r.Label, Weight: weightGiven, At: r.At}, r.At.After(l.oldAt), true)
		}
		return l, nil
	}
	known := map[string]bool{}
	for _, c := range categories {
		known[c.Slug] = true
	}
	l.options.Words = classify.WordExamples(categories)
	if l.old == nil {
		l.old = classify.FromWords(categories)
	}
	for _, r := range kept {
		if known[r.Label] {
			l.add(classify.Example{Text: r.Text, Label: r.Label, Weight: weightGiven, At: r.At}, r.At.After(l.oldAt), true)
		}
	}
	taught, err := d.TeachingRows(ctx, nightlyPerCategory)
	if err != nil {
		return nil, err
	}
	for _, r := range taught {
		weight := float64(weightSource)
		if r.ByOfficer {
			weight = weightCorrection
		}
		if text := clean(city.OwnWords(r.Text)); text != "" && known[r.Label] {
			l.add(classify.Example{Text: text, Label: r.Label, Weight: weight, At: r.At}, r.Known.After(l.oldAt), false)
			if r.ByOfficer {
				l.corrections++
			}
		}
	}
	return l, nil
}

// oldModel sets the model in use. One that cannot be read any more does not
// stand in the way of a new one.
func (d *database) oldModel(ctx context.Context, l *lesson) error {
	stored, err := d.ActiveModel(ctx, l.name)
	if err != nil || stored.ID == 0 {
		return err
	}
	old, err := classify.UnmarshalModel(stored.Body)
	if err != nil || json.Unmarshal(stored.Scores, &l.scores) != nil {
		return nil //nolint:nilerr // as if nothing had been learned
	}
	l.old, l.oldAt = old, stored.TrainedAt
	return nil
}

// learned is what became of a lesson.
type learned struct {
	Model      string  `json:"model"`
	Rows       int     `json:"rows"`
	Fresh      int     `json:"new_rows"`
	Left       int     `json:"left_out,omitempty"`
	Labels     int     `json:"labels"`
	Features   int     `json:"features,omitempty"`
	Bytes      int     `json:"bytes,omitempty"`
	Seconds    float64 `json:"seconds"`
	Accuracy   float64 `json:"accuracy"`
	MacroF1    float64 `json:"macro_f1"`
	ECE        float64 `json:"ece"`
	SurestHalf float64 `json:"surest_half"`
	Threshold  float64 `json:"threshold"`
	Above      float64 `json:"above"`
	Used       bool    `json:"used"`
	Why        string  `json:"why"`
}

// learn trains, compares with the model in use, and puts the better one in use.
// The rows that were given are kept only with the model they made: rows that
// make answers worse do not lie in wait for the next lesson.
func (d *database) learn(ctx context.Context, l *lesson) (learned, error) {
	if !l.oldAt.IsZero() && l.news() == 0 && !l.old.Stale() && !l.force {
		return l.outcome(l.scores, "no row is new to the model in use, which stays"), nil
	}
	model, report, err := classify.Train(ctx, l.examples, l.options)
	if err != nil {
		return learned{}, fmt.Errorf("learn %s: %w", l.name, err)
	}
	body, err := model.MarshalBinary()
	if err != nil {
		return learned{}, fmt.Errorf("encode the model %s: %w", l.name, err)
	}
	verdict := classify.Verdict{Take: true, Why: "the first model of this name"}
	if l.old != nil {
		verdict = classify.Judge(l.old, l.scores, l.examples, l.fresh, report)
	}
	if l.force && !verdict.Take {
		verdict.Take, verdict.Why = true, verdict.Why+"; used nevertheless, as demanded"
	}
	done := l.outcome(report.Scores, verdict.Why)
	done.Rows, done.Left, done.Labels, done.Features = report.Rows, report.Left, report.Labels, report.Features
	done.Bytes, done.Used = len(body), verdict.Take
	if !verdict.Take {
		return done, nil
	}
	scores, err := json.Marshal(report.Scores)
	if err != nil {
		return done, fmt.Errorf("encode the scores of %s: %w", l.name, err)
	}
	_, err = d.SaveLearning(ctx, city.LearnedModel{Name: l.name, TrainedAt: l.readAt, Examples: report.Rows, Scores: scores, Body: body, Corrections: l.corrections, By: cmp.Or(l.by, machineActor.Name)}, l.given, l.origin)
	return done, err
}

// news counts the rows that the model in use has not seen.
func (l *lesson) news() (n int) {
	for _, f := range l.fresh {
		if f {
			n++
		}
	}
	return n
}

func (l *lesson) outcome(s classify.Scores, why string) learned {
	return learned{
		Model: l.name, Rows: len(l.examples), Fresh: l.news(), Labels: len(s.ByLabel), Accuracy: s.Accuracy, MacroF1: s.MacroF1, ECE: s.ECE,
		SurestHalf: s.SurestHalf, Threshold: s.Threshold, Above: s.Above, Why: why,
	}
}

// tell says it to a person.
func (o learned) tell(w io.Writer) error {
	outcome := "dipakai"
	switch {
	case !o.Used && o.Fresh == 0:
		outcome = "tidak dibuat: tidak ada baris baru"
	case !o.Used:
		outcome = "tidak dipakai, model lama tetap; barisnya tidak disimpan (--force untuk memaksa)"
	}
	threshold := "belum dapat ditentukan: semua dilihat orang"
	if o.Threshold <= 1 {
		threshold = fmt.Sprintf("%.2f, dicapai %.0f %% baris", o.Threshold, 100*o.Above)
	}
	_, err := fmt.Fprintf(w, "Model %s: %d baris (%d baru), %d label, %.1f detik. Pada baris yang disisihkan: benar %.1f %%, F1 makro %.3f, ECE %.3f.\nAmbang: %s.\nModel baru %s (%s).\n",
		o.Model, o.Rows, o.Fresh, o.Labels, o.Seconds, 100*o.Accuracy, o.MacroF1, o.ECE, threshold, outcome, o.Why)
	return err
}

// learnCategories is the nightly lesson of the city's category model.
func (d *database) learnCategories(ctx context.Context, log *slog.Logger) error {
	return d.learnAfter(ctx, log, nightlyRest)
}

// learnAfter learns the categories anew unless that was done within rest.
func (d *database) learnAfter(ctx context.Context, log *slog.Logger, rest time.Duration) error {
	categories, err := d.Categories(ctx)
	if err != nil {
		return err
	}
	held, err := d.ModelHeld(ctx, city.CategoryModel)
	if err != nil {
		return err
	}
	if held {
		log.Debug("Nothing is learned: somebody went back to an earlier model", "model", city.CategoryModel)
		return nil
	}
	l, err := d.gather(ctx, city.CategoryModel, categories)
	if err != nil {
		return err
	}
	rested := l.oldAt.IsZero() || l.readAt.Sub(l.oldAt) >= rest
	if l.news() == 0 || len(l.examples) < nightlyLeast || !rested {
		log.Debug("Nothing to learn tonight", "rows", len(l.examples), "new_rows", l.news())
		return nil
	}
	l.origin, l.options.MaxExamples, l.options.Workers = "belajar", nightlyRows, 1
	began := time.Now()
	done, err := d.learn(ctx, l)
	if err != nil {
		return err
	}
	log.Info("Learned the categories anew", "used", done.Used, "why", done.Why, "rows", done.Rows, "new_rows", done.Fresh,
		"accuracy", done.Accuracy, "macro_f1", done.MacroF1, "ece", done.ECE, "threshold", done.Threshold, "seconds", time.Since(began).Seconds())
	return nil
}

// learnNow learns the categories anew because an operator wants it, as a long
// job. What is worse than the model in use is not taken.
func (d *database) learnNow(ctx context.Context, by city.Actor, progress city.LongJobProgress) (city.LongJobResult, error) {
	progress("mengumpulkan", 0, 0)
	categories, err := d.Categories(ctx)
	if err != nil {
		return city.LongJobResult{}, err
	}
	l, err := d.gather(ctx, city.CategoryModel, categories)
	if err != nil {
		return city.LongJobResult{}, err
	}
	if len(l.examples) < nightlyLeast {
		return city.LongJobResult{}, city.Errorf(city.Conflict, "baru %d baris berkategori; paling sedikit %d diperlukan untuk belajar", len(l.examples), nightlyLeast)
	}
	l.origin, l.by, l.options.MaxExamples, l.options.Workers = "belajar", by.Name, nightlyRows, 1
	progress("melatih", 0, 0)
	done, err := d.learn(ctx, l)
	if err != nil {
		return city.LongJobResult{}, err
	}
	return city.LongJobResult{Learned: &city.LearnedResult{Used: done.Used, Rows: done.Rows, Fresh: done.Fresh, Accuracy: done.Accuracy, Before: l.scores.Accuracy}}, nil
}
