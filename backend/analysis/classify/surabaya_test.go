package classify

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// sharedRows reads a file of real complaints that lies beside the repository
// on the machines where the scores are taken; elsewhere the test is skipped.
// The texts may hold names and are never printed.
func sharedRows(t testing.TB, name, field string) []Example {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "data", "complaints", name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the shared complaints are not on this machine")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []Example
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var row map[string]any
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		text, _ := row["text"].(string)
		label, _ := row[field].(string)
		if text != "" && label != "" {
			out = append(out, Example{Text: text, Label: label})
		}
	}
	return out
}

// frequent keeps the rows whose label occurs at least n times in the first set.
func frequent(n int, train, test []Example) (a, b []Example) {
	sizes := map[string]int{}
	for _, e := range train {
		sizes[e.Label]++
	}
	keep := func(rows []Example) (out []Example) {
		for _, e := range rows {
			if sizes[e.Label] >= n {
				out = append(out, e)
			}
		}
		return out
	}
	return keep(train), keep(test)
}

// TestSurabaya prints the figures of docs/quality.md: real complaints of
// another city, learned from the months to November 2022 and judged on the
// five months after.
func TestSurabaya(t *testing.T) {
	if testing.Short() {
		t.Skip("learns from 6,000 rows")
	}
	for _, c := range []struct {
		field             string
		accuracy, macroF1 float64
	}{{"agency", 0.87, 0.70}, {"topic", 0.76, 0.58}} {
		train, test := frequent(50, sharedRows(t, "surabaya_mediacenter.train.jsonl", c.field), sharedRows(t, "surabaya_mediacenter.test.jsonl", c.field))
		began := time.Now()
		m, report, err := Train(t.Context(), train, Options{})
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		began = time.Now()
		got := m.Evaluate(test)
		each := time.Since(began) / time.Duration(len(test))
		t.Logf("%s: %d rows, %d labels, %d features learned in %.1f s; held-out folds: accuracy %.3f, macro F1 %.3f, ECE %.3f, surest half %.3f; threshold %.2f holds %.0f %%",
			c.field, report.Rows, report.Labels, report.Features, took.Seconds(), report.Scores.Accuracy, report.Scores.MacroF1, report.Scores.ECE, report.Scores.SurestHalf, report.Scores.Threshold, 100*report.Scores.Above)
		t.Logf("%s, later months: %d rows, accuracy %.4f, macro F1 %.4f, ECE %.3f, surest half %.4f; above the threshold %.0f %%; %v a text; temperature %.2f",
			c.field, got.Rows, got.Accuracy, got.MacroF1, got.ECE, got.SurestHalf, 100*got.Above, each, m.temperature)
		if got.Accuracy < c.accuracy || got.MacroF1 < c.macroF1 || got.SurestHalf < 0.95 {
			t.Errorf("%s: below %.2f / %.2f", c.field, c.accuracy, c.macroF1)
		}
	}
}
