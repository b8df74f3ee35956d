package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/all"
)

// TestFailuresHaveTheirTextOnScreen holds the connectors' own list of failures,
// and the quality flags, against the texts that browser and server read.
func TestFailuresHaveTheirTextOnScreen(t *testing.T) {
	t.Parallel()
	for language, of := range map[string]func(connectors.Text) string{
		"id": func(x connectors.Text) string { return x.ID },
		"en": func(x connectors.Text) string { return x.EN },
	} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "backend", "i18n", language+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]string
		if err := json.Unmarshal(raw, &texts); err != nil {
			t.Fatal(err)
		}
		for _, flag := range city.Flags {
			if texts["flag."+string(flag)] == "" {
				t.Errorf("%s.json has no text for the flag %s", language, flag)
			}
		}
		for failure, text := range connectors.FailureTexts {
			if got := texts[string(failure)]; got != of(text) {
				t.Errorf("%s.json, %s: %q, the connectors say %q", language, failure, got, of(text))
			}
		}
	}
}

// TestTheGuideSaysWhatTheScreenSays: the words in bold and italics by which
// docs/connectors.md leads an operator are those of the screen.
func TestTheGuideSaysWhatTheScreenSays(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", "backend", "i18n", "id.json"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	if err := json.Unmarshal(raw, &texts); err != nil {
		t.Fatal(err)
	}
	for _, s := range all.Registry().Specs() {
		texts[s.Name] = s.Title.ID
		for _, f := range s.Fields {
			texts[s.Name+"."+f.Path] = f.Label.ID
		}
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "connectors.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, guide, _ := strings.Cut(string(page), "## Connect a source on the screen")
	guide, _, _ = strings.Cut(guide, "## Kinds of sources")
	words := regexp.MustCompile(`\*\*?([A-Z][^*]+?)(?: …)?\*`).FindAllStringSubmatch(guide, -1)
	if len(words) < 15 {
		t.Fatalf("the guide names %d words of the screen", len(words))
	}
	for _, w := range words {
		said := slices.ContainsFunc(slices.Collect(maps.Values(texts)), func(text string) bool {
			return text == w[1] || strings.HasPrefix(text, w[1]+" {") || strings.HasPrefix(text, w[1]+" (")
		})
		if !said && w[1] != "Declare the indicator" {
			t.Errorf("the screen does not say %q", w[1])
		}
	}
}

// recorded finds what the store writes into the audit trail under a whole name.
var recorded = regexp.MustCompile(`record\(ctx, tx, .*?"([a-z0-9_]+\.[a-z0-9_]+)"`)

// TestWhatIsAuditedHasItsWords holds the names under which the store records
// what was done against the words that Pengaturan shows for them.
func TestWhatIsAuditedHasItsWords(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "backend", "store", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	actions := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range recorded.FindAllSubmatch(source, -1) {
			actions[string(found[1])] = true
		}
	}
	if len(actions) < 40 {
		t.Fatalf("only %d actions were found; does the pattern still fit?", len(actions))
	}
	for _, language := range []string{"id", "en"} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "backend", "i18n", language+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]string
		if err := json.Unmarshal(raw, &texts); err != nil {
			t.Fatal(err)
		}
		for action := range actions {
			if texts["audit."+action] == "" {
				t.Errorf("%s.json has no words for the audited action %s", language, action)
			}
		}
	}
}
