package main

import (
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
)

// TestAPauseThatIsPlannedIsNoBrokenPromise: of a source that is read for a part of
// the day or week, nobody having said what it promises, the longest planned pause
// counts; what was saved by the next one only is put right at the start, and what
// somebody chose stays.
func TestAPauseThatIsPlannedIsNoBrokenPromise(t *testing.T) {
	t.Parallel()
	place := storetest.NewDB(t)
	d := &database{Store: storetest.Open(t, place)}
	door := d.newConnecting(connectors.Env{}, nil)
	save := func(slug, schedule string, expect int) {
		t.Helper()
		form := city.SourceForm{Slug: slug, Name: slug, Connector: "files", Schedule: schedule, ExpectSeconds: expect, Config: map[string]any{"folder": t.TempDir(), "kind": "reports"}}
		if _, err := door.Save(t.Context(), form, true); err != nil {
			t.Fatal(err)
		}
	}
	promises := func() string {
		t.Helper()
		out := ""
		healths, err := d.SourceHealths(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range healths {
			form, err := door.Form(t.Context(), h.Slug)
			if err != nil {
				t.Fatal(err)
			}
			out += fmt.Sprintf("%s %s %d\n", h.Slug, time.Duration(h.ExpectSeconds)*time.Second, form.ExpectSeconds)
		}
		return out
	}
	save("akhir-pekan", "0 8 * * 1-5", 0)
	save("dipilih", "*/5 7-17 * * *", 1800)
	save("malam", "*/5 7-17 * * *", 0)
	save("sore", "9-12 16 * * *", 0)
	want := "akhir-pekan 72h0m0s 0\ndipilih 30m0s 1800\nmalam 13h5m0s 0\nsore 23h57m0s 0\n"
	if got := promises(); got != want {
		t.Fatalf("saved as\n%swant\n%s", got, want)
	}
	// As an older Balaikota left them.
	sql := storetest.Connect(t, place.SuperuserURL)
	if _, err := sql.Exec(t.Context(), `UPDATE sources SET expect_by_schedule = NULL,
		expect_seconds = CASE slug WHEN 'akhir-pekan' THEN 86400 WHEN 'malam' THEN 300 WHEN 'sore' THEN 60 ELSE expect_seconds END`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.settlePromises(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := promises(); got != want {
			t.Errorf("put right as\n%swant\n%s", got, want)
		}
	}
	var told int
	if err := sql.QueryRow(t.Context(), "SELECT count(*) FROM events WHERE topic = 'sources' AND key = 'sore' AND (data->>'expect_seconds')::int = 86220").Scan(&told); err != nil || told != 1 {
		t.Errorf("screens were told %d times of what is promised now, %v", told, err)
	}
}
