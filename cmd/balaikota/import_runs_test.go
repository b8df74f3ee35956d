package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

// TestAnImportIsOneRunOfItsSource: however many batches it took, with what all of
// them brought and refused.
func TestAnImportIsOneRunOfItsSource(t *testing.T) {
	t.Parallel()
	o := newOperated(t)
	const rows = 2*importBatch + 500
	var text strings.Builder
	text.WriteString("indicator,time,value\n")
	first := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := range rows {
		fmt.Fprintf(&text, "muka-air-mahakam,%s,1.5\n", first.Add(time.Duration(n)*time.Minute).Format(time.RFC3339))
	}
	text.WriteString("muka-air-mahakam,kemarin,1.5\n")
	file := filepath.Join(t.TempDir(), "muka-air.csv")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	o.must("import", "observations", file, "--source", "impor-uji")
	runs, err := o.store.SourceRuns(t.Context(), "impor-uji", 10)
	if err != nil || len(runs) != 1 || runs[0].Added != rows || runs[0].Refused != 1 || !runs[0].OK {
		t.Fatalf("runs %+v, %v", runs, err)
	}
	health, err := o.store.SourceHealths(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range health {
		if h.Slug == "impor-uji" && h.LastSuccess == nil {
			t.Errorf("never succeeded: %+v", h)
		}
	}
	// Again: it brings nothing, but for what is refused anew.
	o.must("import", "observations", file, "--source", "impor-uji")
	if runs, err = o.store.SourceRuns(t.Context(), "impor-uji", 10); err != nil || len(runs) != 2 || runs[0].Added != 0 {
		t.Errorf("runs %+v, %v", runs, err)
	}
	if _, _, status := o.command("import", "observations", filepath.Join(t.TempDir(), "tidak-ada.csv")); status == 0 {
		t.Error("a file that is not there is imported")
	}
	if got, err := o.store.SourceRuns(t.Context(), "impor", 10); err != nil && city.CodeOf(err) != city.NotFound || len(got) != 0 {
		t.Errorf("a run of nothing: %+v, %v", got, err)
	}
}
