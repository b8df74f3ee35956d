package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"balaikota/backend/analysis/classify"
	"balaikota/backend/city"
)

type learnCommand struct {
	Files []string `arg:"" optional:"" name:"file" help:"JSON lines with text and label; standard input if none is named."`

	JSONL bool   `name:"jsonl" help:"Print the result as one JSON line."`
	Model string `placeholder:"NAME" help:"Name of the model. Rows labelled with the city's categories teach the city's own (kategori), others one that only classify uses."`
	Force bool   `help:"Use the new model, and keep the rows, even if it is no better than the one in use."`
}

// maxLessons bounds how many rows one call may give.
const maxLessons = 1000000

// Run learns from labelled rows.
func (c *learnCommand) Run(in *invocation) error {
	began := time.Now()
	given, err := c.read(in.stdin)
	if err != nil {
		return err
	}
	return withDatabase(in, func(d *database) error {
		lesson, err := d.prepareLesson(in.ctx, c.Model, given)
		if err != nil {
			return err
		}
		lesson.force, lesson.origin, lesson.by = c.Force, "learn", city.CommandLine.Name
		done, err := d.learn(in.ctx, lesson)
		if err != nil {
			return err
		}
		done.Seconds = time.Since(began).Seconds()
		if c.JSONL {
			return json.NewEncoder(in.stdout).Encode(done)
		}
		return done.tell(in.stdout)
	})
}

func (c *learnCommand) read(stdin io.Reader) (out []city.LabelledText, err error) {
	if len(c.Files) == 0 {
		return appendLessons(nil, stdin, "stdin")
	}
	for _, name := range c.Files {
		f, err := os.Open(name)
		if err != nil {
			return nil, city.Wrap(city.Invalid, err, "the file cannot be opened; check its name and rights")
		}
		out, err = appendLessons(out, f, name)
		_ = f.Close() // it was only read
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func appendLessons(out []city.LabelledText, r io.Reader, name string) ([]city.LabelledText, error) {
	lines := newLines(r, name)
	for {
		var row struct {
			Text  *string `json:"text"`
			Label *string `json:"label"`
		}
		more, err := lines.object(&row)
		if err != nil || !more {
			return out, err
		}
		switch {
		case row.Text == nil || clean(*row.Text) == "":
			return nil, lines.wrong("text", "is missing or empty")
		case row.Label == nil || clean(*row.Label) == "":
			return nil, lines.wrong("label", "is missing or empty")
		case len(clean(*row.Label)) > 200:
			return nil, lines.wrong("label", "is longer than 200 bytes")
		case len(out) == maxLessons:
			return nil, lines.wrong("", fmt.Sprintf("is one too many: at most %d rows at a time", maxLessons))
		}
		out = append(out, city.LabelledText{Text: clean(*row.Text), Label: clean(*row.Label)})
	}
}

// clean makes texts what the store would give back.
func clean(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", ""))
}

// prepareLesson says which model the rows teach and gathers what it learned
// from before.
func (d *database) prepareLesson(ctx context.Context, name string, given []city.LabelledText) (*lesson, error) {
	categories, err := d.Categories(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, c := range categories {
		known[c.Slug] = true
	}
	i := slices.IndexFunc(given, func(r city.LabelledText) bool { return !known[r.Label] })
	switch {
	case len(given) == 0:
		return nil, city.InvalidField("stdin", "no rows; give JSON lines like {\"text\": …, \"label\": …}")
	case name == city.CategoryModel && i >= 0:
		return nil, city.InvalidField("label", "row %d: %q is no category of the city; import it first, or give the model another name", i+1, given[i].Label)
	case name == "" && i < 0:
		name = city.CategoryModel
	case name == "":
		if name, err = d.ownModel(ctx, given); err != nil {
			return nil, err
		}
	}
	l, err := d.gather(ctx, name, categories)
	if err != nil {
		return nil, err
	}
	l.give(given)
	return l, nil
}

// ownModel finds the model that has learned any of these labels, or a name that
// is free: rows of different matters are never mixed into one model.
func (d *database) ownModel(ctx context.Context, given []city.LabelledText) (string, error) {
	learned, err := d.LearnedLabels(ctx)
	if err != nil {
		return "", err
	}
	labels := map[string]bool{}
	for _, r := range given {
		labels[r.Label] = true
	}
	for _, m := range learned {
		if m.Name != city.CategoryModel && slices.ContainsFunc(m.Labels, func(l string) bool { return labels[l] }) {
			return m.Name, nil
		}
	}
	const first = "sendiri"
	name := first
	for n := 2; slices.ContainsFunc(learned, func(m city.ModelLabels) bool { return m.Name == name }); n++ {
		name = fmt.Sprintf("%s-%d", first, n)
	}
	return name, nil
}

// give adds rows that somebody labelled to the lesson. A text that is there
// already takes the new label; one that has the same label is nothing new.
func (l *lesson) give(given []city.LabelledText) {
	at := map[string]int{}
	for i, e := range l.examples {
		if l.kept[i] {
			at[e.Text] = i
		}
	}
	for _, r := range given {
		i, known := at[r.Text]
		switch {
		case !known:
			at[r.Text] = len(l.examples)
			l.add(classify.Example{Text: r.Text, Label: r.Label, Weight: weightGiven, At: l.readAt}, true, true)
		case l.examples[i].Label != r.Label:
			l.examples[i].Label, l.fresh[i] = r.Label, true
		}
	}
	l.given = given
}
