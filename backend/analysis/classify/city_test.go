package classify

import (
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"balaikota/backend/pack"
)

// TestSharedCity prints how far the categories' words alone, and a few labelled
// rows, carry on the generated test city that lies beside the repository.
func TestSharedCity(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "evaluation", "city", "reports.csv"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the shared test city is not on this machine")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	var all []Example
	for _, r := range rows[1:] {
		if e := (Example{Text: r[column["text"]], Label: r[column["category"]]}); e.Text != "" && e.Label != "" {
			all = append(all, e)
		}
	}
	p, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	m := FromWords(p.Foundation().Categories)
	s := m.Evaluate(all)
	t.Logf("words alone: %d rows, accuracy %.3f, macro F1 %.3f, ECE %.3f, temperature %.2f", s.Rows, s.Accuracy, s.MacroF1, s.ECE, m.temperature)
	for _, n := range []int{50, 200, 1000} {
		if n > len(all)/2 {
			break
		}
		m, report, err := Train(t.Context(), all[:n], Options{Words: WordExamples(p.Foundation().Categories)})
		if err != nil {
			t.Fatal(err)
		}
		s := m.Evaluate(all[len(all)/2:])
		t.Logf("with %d labelled rows: held-out %.3f; on %d later rows accuracy %.3f, macro F1 %.3f, ECE %.3f", n, report.Scores.Accuracy, s.Rows, s.Accuracy, s.MacroF1, s.ECE)
	}
}
