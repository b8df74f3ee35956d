package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store/storetest"

	"github.com/jackc/pgx/v5"
)

var errUnlucky = errors.New("rolled back on purpose")

// TestEventsAreContiguousAndInCommitOrder lets eight writers commit and roll
// back at random, while a reader follows like the hub does: it must never see
// a number before a smaller one, nor a hole.
func TestEventsAreContiguousAndInCommitOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.AfterIngest = func(context.Context, pgx.Tx, []int64) error {
		if rand.IntN(3) == 0 {
			return errUnlucky
		}
		return nil
	}
	sources := make([]int64, 8)
	for i := range sources {
		sources[i] = storetest.Source(t, f.Store, func(s *city.Source) { s.Slug = fmt.Sprint("sumber-", i) })
	}
	head, _, err := f.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	var committed atomic.Int64
	for _, id := range sources {
		writers.Go(func() {
			for n := range 15 {
				rs := storetest.Reports(fmt.Sprint(n), 1+rand.IntN(4))
				switch _, err := f.Ingest(t.Context(), city.Delivery{SourceID: id, Reports: rs}); {
				case err == nil:
					committed.Add(int64(len(rs)))
				case !errors.Is(err, errUnlucky):
					t.Error(err)
				}
			}
		})
	}
	stop := make(chan struct{})
	go func() { writers.Wait(); close(stop) }()
	seen, reports := head, int64(0)
	for done := false; !done; {
		select {
		case <-stop:
			done = true // one last look below
		default:
		}
		for {
			events, err := f.EventsAfter(t.Context(), seen, 7)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				if e.Seq != seen+1 {
					t.Fatalf("after %d came %d", seen, e.Seq)
				}
				seen = e.Seq
				if e.Topic == city.TopicReports {
					reports++
				}
			}
			if len(events) < 7 {
				break
			}
		}
	}
	if reports != committed.Load() || reports == 0 {
		t.Errorf("%d events of reports, %d committed", reports, committed.Load())
	}
	newest, oldest, err := f.Head(t.Context())
	if err != nil || newest != seen || oldest != 1 {
		t.Errorf("head %d to %d, read up to %d, %v", oldest, newest, seen, err)
	}
	// In commit order: a transaction that numbered its events later cannot
	// have committed earlier, so times never run back by more than one
	// statement's own clock readings.
	equal(t, "events whose time runs back", one[int](t, f.sql, `SELECT count(*)::int FROM (
		SELECT at < lag(at) OVER (ORDER BY seq) AS back FROM events) x WHERE back`), 0)
}

func TestAnEventCarriesWhatItWasGiven(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, storetest.Report("e", func(r *city.Report) { r.Text = "telepon 081234567890, surel a@b.id" }))
	events, err := f.EventsAfter(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(events, func(e city.Event) bool { return e.Topic == city.TopicReports })
	if at < 0 {
		t.Fatalf("no event of a report in %d", len(events))
	}
	e := events[at]
	list, err := f.Reports(t.Context(), city.System, city.ReportFilter{})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d reports, %v", len(list), err)
	}
	equal(t, "data", string(e.Data), jsonOf(t, list[0]))
	equal(t, "owner", fmt.Sprintln(e.AreaCode, e.OfficeID != 0, e.Shared, e.Op), storetest.AirPutih+" true false put\n")
	if list[0].Text != "telepon [telepon], surel [surel]" {
		t.Errorf("text %q", list[0].Text)
	}
}

func TestNotifyWakesListenersAfterTheCommit(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, cancel := context.WithCancel(t.Context())
	woken := make(chan int64, 100)
	ended := make(chan error, 1)
	go func() {
		ended <- f.Listen(ctx, func() {
			newest, _, err := f.Head(t.Context())
			if err != nil {
				t.Error(err)
			}
			woken <- newest
		})
	}()
	wait := func(what string, want int64) {
		t.Helper()
		deadline := time.After(20 * time.Second)
		for {
			select {
			case n := <-woken:
				if n >= want {
					return
				}
			case <-deadline:
				t.Fatalf("not woken for %s", what)
			}
		}
	}
	wait("what came before", 0)
	f.ingest(t, storetest.Report("w"))
	newest, _, err := f.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wait("a commit", newest)
	f.AfterIngest = func(context.Context, pgx.Tx, []int64) error { return errUnlucky }
	if _, err := f.Ingest(t.Context(), city.Delivery{SourceID: f.source, Reports: storetest.Reports("z", 1)}); !errors.Is(err, errUnlucky) {
		t.Fatal(err)
	}
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("Listen does not end with its context")
	}
	if len(woken) > 0 {
		t.Error("a rollback woke the listener")
	}
}

func TestListenEndsWhenItsConnectionBreaks(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ended := make(chan error, 1)
	listening := make(chan struct{}, 10)
	go func() { ended <- f.Listen(t.Context(), func() { listening <- struct{}{} }) }()
	<-listening
	if n := one[int](t, f.sql, `SELECT count(pg_terminate_backend(pid))::int FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`); n != 1 {
		t.Fatalf("%d listeners", n)
	}
	select {
	case err := <-ended:
		retryLater(t, err)
	case <-time.After(20 * time.Second):
		t.Fatal("Listen does not notice")
	}
}

// retryLater checks that an error says: our fault, try again soon.
func retryLater(t *testing.T, err error) {
	t.Helper()
	var e *city.Error
	if !errors.As(err, &e) || e.Code != city.Internal || e.RetryAfter <= 0 {
		t.Errorf("got %v, want internal with a time to retry after", err)
	}
}

func TestPruneEventsMovesTheOldest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, storetest.Reports("p", 5)...)
	newest, _, err := f.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Events carry the database's clock; the store's is moved past them.
	f.clock.now = time.Now()
	if n, err := f.PruneEvents(t.Context(), time.Hour); n != 0 || err != nil {
		t.Errorf("fresh events: forgot %d, %v", n, err)
	}
	if _, err := f.sql.Exec(t.Context(), "UPDATE events SET at = at - interval '2 hours' WHERE seq <= 3"); err != nil {
		t.Fatal(err)
	}
	if n, err := f.PruneEvents(t.Context(), time.Hour); n != 3 || err != nil {
		t.Errorf("forgot %d, %v", n, err)
	}
	f.heads(t, newest, 4)
	f.clock.forward(3 * time.Hour)
	if _, err := f.PruneEvents(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	f.heads(t, newest, newest)
	f.ingest(t, storetest.Reports("q", 1)...)
	events, err := f.EventsAfter(t.Context(), newest, 10)
	if err != nil || len(events) == 0 || events[0].Seq != newest+1 {
		t.Errorf("numbers do not go on after pruning: %v, %v", events, err)
	}
}

func (f *fixture) heads(t *testing.T, newest, oldest int64) {
	t.Helper()
	n, o, err := f.Head(t.Context())
	if err != nil || n != newest || o != oldest {
		t.Errorf("head %d to %d, want %d to %d, %v", o, n, oldest, newest, err)
	}
}

// TestStateIsOneSnapshot writes while states are read: whatever number a state
// carries, it must hold exactly what the events up to there put.
func TestStateIsOneSnapshot(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	stop := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			d := city.Delivery{SourceID: f.source, Reports: storetest.Reports(fmt.Sprint(n), 3), Observations: []city.Observation{
				storetest.Observation("curah-hujan", storetest.SamarindaUlu, noon.Add(time.Duration(n)*time.Second), float64(n%60)),
			}}
			if _, err := f.Ingest(t.Context(), d); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 15 {
		st, err := f.State(t.Context(), city.Scope{Role: city.WaliKota}, city.Topics)
		if err != nil {
			t.Fatal(err)
		}
		events, err := f.EventsAfter(t.Context(), 0, 100000)
		if err != nil {
			t.Fatal(err)
		}
		reports, states := map[string]bool{}, map[string]float64{}
		for _, e := range events {
			if e.Seq > st.Seq {
				break
			}
			switch e.Topic {
			case city.TopicReports:
				reports[e.Key] = true
			case city.TopicIndicators:
				states[e.Key] = valueIn(t, e)
			}
		}
		if want := min(len(reports), 500); len(st.Reports) != want {
			t.Fatalf("state at %d has %d reports, the events put %d", st.Seq, len(st.Reports), want)
		}
		for _, s := range st.Indicators {
			if v := states[s.Indicator+"|"+s.AreaCode]; v != s.Value {
				t.Fatalf("state at %d has %s = %f, the events say %f", st.Seq, s.Indicator, s.Value, v)
			}
		}
	}
	close(stop)
	writer.Wait()
}
