package telegram

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"balaikota/connectors/connectortest"
)

// TestCases plays each folder of testdata/cases: its updates wait at the double of
// the Bot API and are read in one run.
func TestCases(t *testing.T) {
	t.Parallel()
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		b := startBot(t)
		text, err := os.ReadFile(filepath.Join(folder, "updates.json"))
		if err != nil {
			t.Fatal(err)
		}
		var rows []json.RawMessage
		if err := json.Unmarshal(text, &rows); err != nil {
			t.Fatal(err)
		}
		for _, raw := range rows {
			var u update
			if err := json.Unmarshal(raw, &u); err != nil {
				t.Fatal(err)
			}
			b.updates = append(b.updates, held{u.ID, raw})
		}
		env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
		env.Secret = func(string) (string, error) { return token, nil }
		out, cursor := connectortest.Run(t, Spec, settings(t, b), nil, env)
		return map[string]any{"Outcome": out, "Cursor": cursor}
	})
}
