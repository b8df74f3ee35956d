package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"balaikota/backend/city"
	"balaikota/connectors"
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
