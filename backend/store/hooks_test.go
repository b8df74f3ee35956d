package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// TestAHookKeepsWhatCameUntilItIsRead: what is kept stays until it is dropped by
// number, each source has its own, and who waits is told of its own alone.
func TestAHookKeepsWhatCameUntilItIsRead(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := storetest.Source(t, f.Store, func(s *city.Source) { s.Slug = "lain" })
	keep := func(source int64, body string) {
		t.Helper()
		if err := f.KeepHook(t.Context(), source, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	waiting := make(chan error, 1)
	go func() { waiting <- f.AwaitHook(ctx, f.source) }()
	keep(other, "lain")
	keep(f.source, "satu")
	if err := <-waiting; err != nil {
		t.Fatal(err)
	}
	keep(f.source, "dua")
	if err := f.AwaitHook(ctx, f.source); err != nil {
		t.Fatalf("what waits already: %v", err)
	}
	read := func(source int64, most int) (ids []int64, bodies []string) {
		t.Helper()
		got, err := f.Hooks(t.Context(), source, most)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range got {
			ids, bodies = append(ids, h.ID), append(bodies, string(h.Body))
		}
		return ids, bodies
	}
	ids, bodies := read(f.source, 1)
	equal(t, "the oldest", bodies, []string{"satu"})
	if err := f.DropHooks(t.Context(), f.source, ids); err != nil {
		t.Fatal(err)
	}
	ids, bodies = read(f.source, 10)
	equal(t, "what is left", bodies, []string{"dua"})
	if err := f.DropHooks(t.Context(), other, ids); err != nil { // not its own
		t.Fatal(err)
	}
	_, bodies = read(f.source, 10)
	equal(t, "after another source dropped it", bodies, []string{"dua"})
	ended, end := context.WithCancel(t.Context())
	end()
	if err := f.AwaitHook(ended, other); err == nil {
		t.Error("waiting did not end with its context")
	}
}

// TestAHookIsBounded: beyond so much that waits the other side is told to come
// back, and may when something was read.
func TestAHookIsBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.sql.Exec(t.Context(), `INSERT INTO hook_inbox (source_id, received_at, body) SELECT $1, now(), 'x' FROM generate_series(1, $2::int - 1)`, f.source, store.MostHooks); err != nil {
		t.Fatal(err)
	}
	if err := f.KeepHook(t.Context(), f.source, []byte("yang terakhir")); err != nil {
		t.Fatal(err)
	}
	err := f.KeepHook(t.Context(), f.source, []byte("terlalu banyak"))
	if e, ok := err.(*city.Error); !ok || e.RetryAfter <= 0 { //nolint:errorlint // it is told to others as it is
		t.Errorf("got %v", err)
	}
}

// TestPartsFindTheirReport: a report is found by its messages and by who wrote
// last; a message stays with the report it was first part of.
func TestPartsFindTheirReport(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	part := func(id string, minute int) city.ReportPart {
		return city.ReportPart{ID: id, Person: "orang", At: noon.Add(time.Duration(minute) * time.Minute)}
	}
	f.ingest(t,
		storetest.Report("a", func(r *city.Report) {
			r.Parts, r.Raw = []city.ReportPart{part("a1", 0), part("a2", 5)}, []byte(`{"parts":[]}`)
			r.RawNamesNobody = true
		}),
		storetest.Report("b", func(r *city.Report) { r.Parts = []city.ReportPart{part("b1", 9), part("a1", 9)} }))
	got, err := f.ReportsOfParts(t.Context(), f.source, []string{"a1", "a2", "b1", "tidak-ada"})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for p, r := range got {
		found = append(found, p+" "+r.ExternalID)
	}
	slices.Sort(found)
	equal(t, "by part", found, []string{"a1 a", "a2 a", "b1 b"})
	equal(t, "its record", string(got["a1"].Raw), `{"parts":[]}`)
	for _, c := range []struct {
		person   string
		from, to int
		want     string
	}{{"orang", 0, 20, "b"}, {"orang", 0, 8, "a"}, {"orang", 10, 20, ""}, {"lain", 0, 20, ""}} {
		r, err := f.LatestReportOf(t.Context(), f.source, c.person, part("", c.from).At, part("", c.to).At)
		if err != nil {
			t.Fatal(err)
		}
		id := ""
		if r != nil {
			id = r.ExternalID
		}
		equal(t, fmt.Sprint(c), id, c.want)
	}
}
