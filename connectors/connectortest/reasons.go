package connectortest

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
)

// Said is what an error about a setting says, without the setting's name.
func Said(t *testing.T, err error) string {
	t.Helper()
	e, ok := errors.AsType[*city.Error](err)
	if !ok || e.Code != city.Invalid {
		t.Fatalf("no setting is wrong: %v", err)
	}
	return e.Message
}

// Reasons holds what a connector says against testdata/reasons.txt, a line each: the
// screen puts it into Indonesian by its form, and its tests read that file. UPDATE=1
// writes it anew.
func Reasons(t *testing.T, said ...string) {
	t.Helper()
	got := strings.Join(said, "\n") + "\n"
	const file = "testdata/reasons.txt"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the reasons are others now; look at frontend/src/panels/sumber/reasons.ts, then UPDATE=1:\n%s", diff)
	}
}
