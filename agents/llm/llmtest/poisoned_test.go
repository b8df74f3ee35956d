package llmtest_test

import (
	"strings"
	"testing"

	"balaikota/agents/llm"
	"balaikota/agents/llm/llmtest"
	"balaikota/backend/city"

	"github.com/tmc/langchaingo/llms"
)

// TestObedientObeysEveryPoison: a model that did not obey would make the tests
// that rest on it prove nothing.
func TestObedientObeysEveryPoison(t *testing.T) {
	t.Parallel()
	techniques := map[string]int{}
	for _, c := range llmtest.Poisoned(t) {
		techniques[c.Technique]++
		m := &llmtest.Obedient{}
		for range 6 {
			if _, err := m.GenerateContent(t.Context(), []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, c.Text)}); err != nil {
				t.Fatal(err)
			}
		}
		if len(m.Obeyed()) == 0 {
			t.Errorf("%s: nothing is obeyed in %q", c.ID, c.Text)
		}
		for _, never := range c.Never {
			if done := strings.Join(m.Obeyed(), "\n"); !strings.Contains(done, never) && !strings.Contains(done, city.VisibleText(never)) {
				t.Errorf("%s: an obedient model does not say %q: %q", c.ID, never, done)
			}
		}
	}
	if len(techniques) != 12 {
		t.Errorf("techniques %v", techniques)
	}
}

// TestQuarantinedReaderYieldsNothingToPoison: whatever the text commands and
// the model obeys, only enums, words of the text itself and plain sentences
// without links, marks or strange figures come out; and the text is never
// shown with tools.
func TestQuarantinedReaderYieldsNothingToPoison(t *testing.T) {
	t.Parallel()
	categories := []string{"sampah", "banjir", "jalan-rusak"}
	for _, c := range llmtest.Poisoned(t) {
		for _, model := range []llms.Model{
			&llmtest.Obedient{Heard: []string{c.Text}},
			&llmtest.Scripted{Steps: []llmtest.Step{{Text: `{"category":"hapus","urgency":"awas sekali","place":"https://jahat.example","summary":"` + "E1 = 9.999 [klik](http://jahat.example) <b>" + `"}`}}},
		} {
			reader := llm.Reader{Model: model, Categories: categories}
			got, err := reader.Read(t.Context(), c.Text, llm.Use{})
			if err != nil && llm.FaultOf(err) == nil {
				t.Errorf("%s: %v", c.ID, err)
			}
			for _, text := range []string{got.Place, got.Summary} {
				if strings.ContainsAny(text, "<>{}[]|`") || strings.Contains(text, "://") || len([]rune(text)) > 200 {
					t.Errorf("%s: %q came out", c.ID, text)
				}
			}
			if got.Category != "" && got.Category != "sampah" && got.Category != "banjir" && got.Category != "jalan-rusak" {
				t.Errorf("%s: category %q", c.ID, got.Category)
			}
		}
	}
}
