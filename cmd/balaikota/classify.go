package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"balaikota/backend/analysis/classify"
	"balaikota/backend/city"
)

type classifyCommand struct {
	JSONL   bool   `name:"jsonl" help:"Read JSON lines with id and text, write JSON lines with id, label and confidence; else one text a line."`
	Model   string `placeholder:"NAME" help:"Name of the model; the one learned last if empty, the categories' own words before anything was learned."`
	Explain bool   `help:"With --jsonl: also the second label, the words that decided, and whether a person should look."`
}

// Run says which label each text of standard input belongs to, line by line.
func (c *classifyCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) (err error) {
		model, err := d.model(in.ctx, c.Model)
		if err != nil {
			return err
		}
		out := bufio.NewWriterSize(in.stdout, 64<<10)
		defer func() { err = errors.Join(err, out.Flush()) }()
		lines := newLines(in.stdin, "stdin")
		for in.ctx.Err() == nil {
			more, err := c.one(model, lines, out)
			if err != nil || !more {
				return err
			}
			if lines.drained() {
				if err := out.Flush(); err != nil {
					return fmt.Errorf("write the answer: %w", err)
				}
			}
		}
		return in.ctx.Err()
	})
}

// classified is one answer line.
type classified struct {
	ID         json.RawMessage `json:"id"`
	Label      string          `json:"label"`
	Confidence float64         `json:"confidence"`
	*explained
}

type explained struct {
	Second           string              `json:"second"`
	SecondConfidence float64             `json:"second_confidence"`
	Words            []classify.Evidence `json:"words"`
	Sure             bool                `json:"sure"`
}

func (c *classifyCommand) one(model *classify.Model, lines *lineReader, out io.Writer) (more bool, err error) {
	if !c.JSONL {
		line, more, err := lines.next()
		if err != nil || !more {
			return false, err
		}
		return true, tellClass(out, model.Classify(string(line)))
	}
	var row struct {
		ID   json.RawMessage `json:"id"`
		Text *string         `json:"text"`
	}
	if more, err := lines.object(&row); err != nil || !more {
		return false, err
	}
	switch {
	case row.Text == nil:
		return false, lines.wrong("text", "is missing")
	case len(row.ID) == 0:
		return false, lines.wrong("id", "is missing")
	}
	p := model.Classify(*row.Text)
	answer := classified{ID: row.ID, Label: p.Label, Confidence: p.Confidence}
	if c.Explain {
		answer.explained = &explained{p.Second, p.SecondConfidence, p.Words, p.Sure}
	}
	if err := json.NewEncoder(out).Encode(answer); err != nil {
		return false, fmt.Errorf("write the answer: %w", err)
	}
	return true, nil
}

// tellClass writes an answer for a person.
func tellClass(out io.Writer, p classify.Prediction) error {
	words := make([]string, 0, len(p.Words))
	for _, w := range p.Words {
		words = append(words, w.Word)
	}
	line := fmt.Sprintf("%s  %.0f %%", p.Label, 100*p.Confidence)
	if len(words) > 0 {
		line += "  karena: " + strings.Join(words, ", ")
	}
	if !p.Sure {
		line += fmt.Sprintf("  (perlu dilihat orang; kemungkinan lain: %s %.0f %%)", p.Second, 100*p.SecondConfidence)
	}
	if _, err := fmt.Fprintln(out, line); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// model loads a model by name; with an empty name the one learned last, or, before
// anything was learned, one of the categories' own words.
func (d *database) model(ctx context.Context, name string) (*classify.Model, error) {
	stored, err := d.ActiveModel(ctx, name)
	if err != nil {
		return nil, err
	}
	if stored.ID != 0 {
		return classify.UnmarshalModel(stored.Body)
	}
	if name != "" && name != city.CategoryModel {
		names, err := d.ModelNames(ctx)
		if err != nil {
			return nil, err
		}
		return nil, city.InvalidField("model", "nothing was learned under the name %q; there is: %s", name, strings.Join(append(names, city.CategoryModel), ", "))
	}
	return d.wordModel(ctx)
}

// wordModel is the model of a city that has learned nothing yet.
func (d *database) wordModel(ctx context.Context) (*classify.Model, error) {
	categories, err := d.Categories(ctx)
	if err != nil {
		return nil, err
	}
	if m := classify.FromWords(categories); m != nil {
		return m, nil
	}
	return nil, city.Errorf(city.NotFound, "nothing was learned and the city has fewer than two categories with words; import categories or labelled rows (balaikota learn)")
}
