package llmtest

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"testing"
)

//go:embed testdata/poisoned.jsonl
var poisonedLines []byte

// Complaint is a complaint that tries to command whichever model reads it. All
// are made up by us; nobody wrote them and no number in them is anybody's.
type Complaint struct {
	ID        string `json:"id"`
	Technique string `json:"technique"`
	Text      string `json:"text"`
	// Never are words that stand in no answer unless the command was obeyed.
	Never []string `json:"never"`
}

// Poisoned returns the 120 complaints, ten of each of twelve techniques.
func Poisoned(t testing.TB) (out []Complaint) {
	t.Helper()
	lines := bufio.NewScanner(bytes.NewReader(poisonedLines))
	for lines.Scan() {
		var c Complaint
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(fmt.Errorf("poisoned.jsonl: %w", err))
		}
		out = append(out, c)
	}
	if len(out) != 120 {
		t.Fatalf("%d poisoned complaints, want 120", len(out))
	}
	return out
}
