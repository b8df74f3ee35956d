package store_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"
)

func (f *fixture) health(t *testing.T) city.SourceHealth {
	t.Helper()
	all, err := f.SourceHealths(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d sources, %v", len(all), err)
	}
	return all[0]
}

// TestAPullUnderWayDoesNotMoveASourceThatWasSentBack: what an officer asked for
// is not undone by a pull that began before.
func TestAPullUnderWayDoesNotMoveASourceThatWasSentBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Cursor: json.RawMessage(`{"at":1}`)})
	pulling, err := f.Source(t.Context(), "uji")
	if err != nil {
		t.Fatal(err)
	}
	from := noon.AddDate(0, -1, 0)
	if err := f.SendBackSource(t.Context(), "uji", city.RereadAsked, from, json.RawMessage(`{"at":0}`)); err != nil {
		t.Fatal(err)
	}
	late := city.Delivery{SourceID: f.source, SentBack: pulling.SentBack, Reports: storetest.Reports("lama", 2), Cursor: json.RawMessage(`{"at":9}`),
		Attempt: &city.Attempt{Started: noon, Finished: noon}}
	if got := storetest.Ingest(t, f.Store, late); got.Added != 2 {
		t.Errorf("its rows: %+v", got)
	}
	now, err := f.Source(t.Context(), "uji")
	if err != nil || string(now.Cursor) != `{"at": 0}` {
		t.Fatalf("the cursor is %s, %v", now.Cursor, err)
	}
	if r := f.health(t).Rereading; r == nil || r.Rows != 0 || r.Done != nil || !r.From.Equal(from) {
		t.Errorf("a pull from before counts as the reading: %+v", r)
	}
	// The reading itself: how far it is, and when it has caught up.
	page := city.Delivery{SourceID: f.source, SentBack: now.SentBack, Reports: storetest.Reports("lama", 2), Cursor: json.RawMessage(`{"at":5}`)}
	storetest.Ingest(t, f.Store, page)
	r := f.health(t).Rereading
	if r.Rows != 2 || r.Done != nil || r.Reached == nil || !r.Reached.Equal(newestOf(page.Reports)) {
		t.Errorf("half way: %+v", r)
	}
	page.Attempt = &city.Attempt{Started: noon, Finished: noon.Add(time.Second)}
	storetest.Ingest(t, f.Store, page)
	if r = f.health(t).Rereading; r.Rows != 4 || r.Done == nil {
		t.Errorf("at the end: %+v", r)
	}
	storetest.Ingest(t, f.Store, page)
	if again := f.health(t).Rereading; again.Rows != 4 || !again.Done.Equal(*r.Done) {
		t.Errorf("it goes on counting: %+v", again)
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM reports"); n != 2 {
		t.Errorf("%d reports", n)
	}
}

func newestOf(reports []city.Report) (newest time.Time) {
	for _, r := range reports {
		if r.CreatedAt.After(newest) {
			newest = r.CreatedAt
		}
		if r.UpdatedAt.After(newest) {
			newest = r.UpdatedAt
		}
	}
	return newest
}

// TestASlowedSourceIsLateAndNotBroken, however long its promise is past.
func TestASlowedSourceIsLateAndNotBroken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.sql.Exec(t.Context(), "UPDATE sources SET expect_seconds = 60, quota_hour = 2"); err != nil {
		t.Fatal(err)
	}
	until := noon.Truncate(time.Hour).Add(time.Hour)
	storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Reports: storetest.Reports("lap", 3), Attempt: &city.Attempt{Started: noon, Finished: noon, RetryAt: until, Slowed: true}})
	src, err := f.Source(t.Context(), "uji")
	if err != nil || src.TakenHour != 3 || src.QuotaHour != 2 {
		t.Fatalf("%d of %d, %v", src.TakenHour, src.QuotaHour, err)
	}
	f.clock.now = until.Add(-time.Minute)
	if h := f.health(t); h.Freshness != city.Late || h.SlowedUntil == nil || !h.SlowedUntil.Equal(until) {
		t.Errorf("within the hour: %s, slowed %v", h.Freshness, h.SlowedUntil)
	}
	f.clock.now = until.Add(time.Minute)
	if h := f.health(t); h.Freshness != city.Stale || h.SlowedUntil != nil {
		t.Errorf("after it: %s, slowed %v", h.Freshness, h.SlowedUntil)
	}
	if src, _ = f.Source(t.Context(), "uji"); src.TakenHour != 0 {
		t.Errorf("%d rows taken in a new hour", src.TakenHour)
	}
}

// TestWhatACompleteListLacksIsGone, rollups included, and comes back when it is
// listed again; a list cut short takes nothing away.
func TestWhatACompleteListLacksIsGone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	all := storetest.Reports("aduan", 30)
	list := func(from, to int, part city.Listing, refused ...city.Refusal) city.Tally {
		t.Helper()
		return storetest.Ingest(t, f.Store, city.Delivery{SourceID: f.source, Reports: all[from:to], Refused: refused, Listing: &part})
	}
	there := func() int { return one[int](t, f.sql, "SELECT count(*)::int FROM reports WHERE removed_at IS NULL") }
	list(0, 20, city.Listing{First: true})
	list(20, 30, city.Listing{Last: true})
	if there() != 30 {
		t.Fatalf("%d reports of a list in two pages", there())
	}
	before := f.Events(t)
	list(0, 20, city.Listing{First: true})
	if got := list(20, 28, city.Listing{Last: true}); got.Removed != 2 || there() != 28 {
		t.Errorf("two deleted: %+v, %d there", got, there())
	}
	if n := f.Events(t) - before; n < 2 {
		t.Errorf("screens hear of %d changes", n)
	}
	if wrong, err := f.CompareRollups(t.Context(), 60); err != nil || len(wrong) > 0 {
		t.Errorf("the counts differ: %v, %v", wrong, err)
	}
	// A row that is refused is on the list all the same.
	if got := list(0, 27, city.Listing{First: true, Last: true}, city.Refusal{Kind: "reports", ExternalID: all[27].ExternalID, Reason: "rusak"}); got.Removed != 0 || there() != 28 {
		t.Errorf("a refused row is taken for deleted: %+v", got)
	}
	// One without a name: nobody knows which is missing.
	if got := list(0, 20, city.Listing{First: true, Last: true}, city.Refusal{Kind: "reports", Reason: "rusak"}); got.Removed != 0 || there() != 28 {
		t.Errorf("a nameless refusal: %+v", got)
	}
	if got := list(0, 5, city.Listing{First: true, Last: true}); got.Removed != 0 || got.Refused != 1 || there() != 28 {
		t.Errorf("a list cut short: %+v, %d there", got, there())
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM refused_rows WHERE reason LIKE '%lists 5 of the 28%' AND settled_at IS NULL"); n != 1 {
		t.Errorf("%d refusals say so", n)
	}
	if got := list(0, 30, city.Listing{First: true, Last: true}); got.Changed+got.Added != 2 || there() != 30 {
		t.Errorf("listed again: %+v, %d there", got, there())
	}
	if n := one[int](t, f.sql, "SELECT count(*)::int FROM source_listed"); n != 0 {
		t.Errorf("%d ids are left", n)
	}
}

// Events is how many events there are.
func (f *fixture) Events(t *testing.T) int {
	t.Helper()
	return one[int](t, f.sql, "SELECT count(*)::int FROM events WHERE topic = 'reports'")
}

// TestRefusedRowsLeaveTheirQueueToBeTriedAgain, and come back with their reason.
func TestRefusedRowsLeaveTheirQueueToBeTriedAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	refused := city.Delivery{SourceID: f.source, Refused: []city.Refusal{{Kind: "reports", ExternalID: "a", Reason: "rusak"}}, Cursor: json.RawMessage(`{"at":1}`)}
	storetest.Ingest(t, f.Store, refused)
	if err := f.SendBackSource(t.Context(), "uji", city.RereadRefused, time.Time{}, nil); err != nil {
		t.Fatal(err)
	}
	src, err := f.Source(t.Context(), "uji")
	if err != nil || len(src.Cursor) != 0 || f.health(t).Refused != 0 || f.health(t).Rereading.Why != city.RereadRefused {
		t.Fatalf("cursor %s, %+v, %v", src.Cursor, f.health(t), err)
	}
	refused.SentBack = src.SentBack
	storetest.Ingest(t, f.Store, refused)
	if h := f.health(t); h.Refused != 1 {
		t.Errorf("%d wait", h.Refused)
	}
	if err := f.SendBackSource(t.Context(), "tidak-ada", city.RereadAsked, time.Time{}, nil); city.CodeOf(err) != city.NotFound {
		t.Errorf("no such source: %v", fmt.Sprint(err))
	}
}
