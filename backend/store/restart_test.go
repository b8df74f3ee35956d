package store_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/localdb"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

// TestADatabaseRestartInTheMiddle stops and starts a real server while eight
// writers work: every failure says when to try again, nobody hangs, and after
// the writers have tried again each report is there once.
func TestADatabaseRestartInTheMiddle(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a server of its own")
	}
	t.Parallel()
	s, stopAndStart := newServer(t)
	source := storetest.Source(t, s)
	const writers, perWriter = 8, 30
	var wg sync.WaitGroup
	var stored, failed atomic.Int64
	for w := range writers {
		wg.Go(func() {
			for n := range perWriter {
				d := city.Delivery{SourceID: source, Reports: []city.Report{storetest.Report(fmt.Sprint(w, "-", n))}}
				for {
					ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
					_, err := s.Ingest(ctx, d)
					cancel()
					if err == nil {
						stored.Add(1)
						break
					}
					failed.Add(1)
					if errors.Is(err, context.DeadlineExceeded) || t.Context().Err() != nil {
						t.Errorf("a writer hung: %v", err)
						return
					}
					retryLater(t, err)
					if t.Failed() {
						return
					}
				}
			}
		})
	}
	until(t, "some are stored", func() bool { return stored.Load() > writers })
	stopAndStart(func() {
		begun := time.Now()
		retryLater(t, s.Ping(t.Context()))
		_, err := s.Reports(t.Context(), city.System, city.ReportFilter{})
		retryLater(t, err)
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("it took %s to say that the database is away", took)
		}
	})
	wg.Wait()
	if failed.Load() == 0 {
		t.Error("no writer noticed the restart: the test tested nothing")
	}
	rs, err := s.Reports(t.Context(), city.System, city.ReportFilter{Limit: 500})
	if err != nil || len(rs) != writers*perWriter {
		t.Errorf("%d reports after the restart, want %d: %v", len(rs), writers*perWriter, err)
	}
	if diffs, err := s.CompareRollups(t.Context(), 400); err != nil || len(diffs) != 0 {
		t.Errorf("rollups %v, %v", diffs, err)
	}
}

// newServer makes a server that is the test's own, with a store on it, and a
// function that stops it, calls meanwhile, and starts it again.
func newServer(t *testing.T) (*store.Store, func(meanwhile func())) {
	t.Helper()
	opts := localdb.Options{Dir: t.TempDir(), Throwaway: true}
	open := func() *localdb.DB {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		db, err := localdb.Open(ctx, opts)
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	db := open()
	stop := func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := db.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(func() { stop() })
	admin := storetest.Connect(t, db.SuperuserURL())
	for _, sql := range []string{"CREATE DATABASE balaikota OWNER balaikota_owner"} {
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	at := func(role string) string {
		u, err := url.Parse(db.SuperuserURL())
		if err != nil {
			t.Fatal(err)
		}
		u.User, u.Path = url.User(role), "/balaikota"
		return u.String()
	}
	inside := storetest.Connect(t, at("postgres"))
	if _, err := inside.Exec(t.Context(), "ALTER SCHEMA public OWNER TO balaikota_owner"); err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context(), at("balaikota_owner"), silent); err != nil {
		t.Fatal(err)
	}
	s := storetest.Open(t, storetest.DB{AppURL: at("balaikota_app")})
	f, err := storetest.Foundation()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.LayFoundation(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	return s, func(meanwhile func()) {
		stop()
		meanwhile()
		db = open()
	}
}

func TestATooBusyOrAbsentDatabase(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, storetest.Reports("b", 1)...)
	small := storetest.Open(t, f.db, storetest.WithMaxConns(1))
	if _, err := small.Setting(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The only connection is held: who waits, waits as long as its context.
	conn, err := small.Pool().Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := small.Reports(ctx, city.System, city.ReportFilter{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	conn.Release()
	if rs, err := small.Reports(t.Context(), city.System, city.ReportFilter{}); err != nil || len(rs) != 1 {
		t.Errorf("afterwards: %d, %v", len(rs), err)
	}
	// Backends that are ended between two statements cost one retry, no error.
	for range 5 {
		if _, err := f.sql.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'balaikota_app'"); err != nil {
			t.Fatal(err)
		}
		until(t, "the backends are gone", func() bool {
			return one[int](t, f.sql, "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND usename = 'balaikota_app'") == 0
		})
		if _, err := f.Ingest(t.Context(), city.Delivery{SourceID: f.source, Reports: storetest.Reports("c", 2)}); err != nil {
			t.Errorf("after a backend was ended: %v", err)
		}
		if _, err := f.Reports(t.Context(), city.System, city.ReportFilter{}); err != nil {
			t.Errorf("after a backend was ended: %v", err)
		}
	}
	if _, err := store.Open(t.Context(), store.Config{URL: "://"}); city.CodeOf(err) != city.Invalid {
		t.Errorf("no address: %v", err)
	}
	away, err := store.Open(t.Context(), store.Config{URL: "postgres://x@127.0.0.1:1/x"})
	if err != nil {
		t.Fatal(err)
	}
	defer away.Close()
	retryLater(t, away.Ping(t.Context()))
	_, err = away.Counts(t.Context(), city.System, noon, noon)
	retryLater(t, err)
}
