package connectors

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
)

// handing is a connector of two pages that notes what it was told.
type handing struct {
	env  Env
	told *[]string
}

func (h handing) Pull(_ context.Context, cursor json.RawMessage) (Page, error) {
	if h.env.Trial {
		*h.told = append(*h.told, "trial")
	}
	id := "b"
	if len(cursor) == 0 {
		id = "a"
	}
	return Page{Reports: []city.Report{report(id)}, Cursor: json.RawMessage(`"` + id + `"`), More: id == "a"}, nil
}

func (h handing) Kept(context.Context) { *h.told = append(*h.told, "kept") }

func TestKeeperHearsOnlyOfWhatWasCommitted(t *testing.T) {
	t.Parallel()
	var told []string
	l := &ledger{}
	spec := Define(Spec{Name: "skrip"}, func(_ noConfig, env Env) (Connector, error) { return handing{env, &told}, nil })
	r := NewRunner(NewRegistry(spec), l, testEnv(t), nil, RunLimits{})
	if _, err := r.Try(t.Context(), testSource); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.RunOnce(t.Context(), testSource); err != nil {
		t.Fatal(err)
	}
	l.err = errors.New("the disk is full")
	if _, _, err := r.RunOnce(t.Context(), testSource); err == nil {
		t.Fatal("a page that was not stored passed for one that was")
	}
	if diff := cmp.Diff([]string{"trial", "trial", "kept", "kept"}, told); diff != "" {
		t.Error(diff)
	}
}
