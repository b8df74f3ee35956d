package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"balaikota/backend/store/storetest"
)

// TestLocksTakeNoConnectionsFromWork holds more locks than the pool has
// connections, and works beside them.
func TestLocksTakeNoConnectionsFromWork(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	one, other := storetest.Open(t, db), storetest.Open(t, db)
	var release []func()
	for n := range 100 {
		give, ok, err := one.TryLock(t.Context(), fmt.Sprintf("uji:%d", n))
		if err != nil || !ok {
			t.Fatalf("lock %d: %v, %v", n, ok, err)
		}
		release = append(release, give)
	}
	if err := one.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if used := one.Pool().Stat().AcquiredConns(); used != 1 {
		t.Errorf("100 locks keep %d connections from work", used)
	}
	for _, s := range []interface {
		TryLock(ctx context.Context, name string) (func(), bool, error)
	}{one, other} {
		if _, ok, err := s.TryLock(t.Context(), "uji:7"); ok || err != nil {
			t.Errorf("a lock that is held was taken: %v, %v", ok, err)
		}
	}
	release[7]()
	release[7]() // once more changes nothing
	give, ok, err := other.TryLock(t.Context(), "uji:7")
	if err != nil || !ok {
		t.Fatalf("a lock that was given back is not free: %v, %v", ok, err)
	}
	if _, ok, err := one.TryLock(t.Context(), "uji:7"); ok || err != nil {
		t.Errorf("the other process's lock was taken: %v, %v", ok, err)
	}
	give()
}

// TestLocksGoWithTheirConnection: what a broken connection held is free for other
// processes, and the next lock stands on a new one.
func TestLocksGoWithTheirConnection(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	one, other := storetest.Open(t, db), storetest.Open(t, db)
	release, ok, err := one.TryLock(t.Context(), "uji")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	sql := storetest.Connect(t, db.SuperuserURL)
	if _, err := sql.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`); err != nil {
		t.Fatal(err)
	}
	var give func()
	deadline := time.After(10 * time.Second)
	for give == nil {
		got, ok, err := other.TryLock(t.Context(), "uji")
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			give = got
			continue
		}
		select {
		case <-deadline:
			t.Fatal("the lock of a broken connection is not free")
		case <-time.After(20 * time.Millisecond):
		}
	}
	// The first question meets the broken connection, the next a new one.
	if _, ok, err := one.TryLock(t.Context(), "lain"); ok && err == nil {
		t.Error("a lock was taken on a connection that is gone")
	}
	if _, ok, err := one.TryLock(t.Context(), "lain"); !ok || err != nil {
		t.Errorf("no lock on a new connection: %v, %v", ok, err)
	}
	release() // of a lock that is long gone: it must not give away the other's
	if _, ok, err := one.TryLock(t.Context(), "uji"); ok || err != nil {
		t.Errorf("the other process's lock was taken: %v, %v", ok, err)
	}
	give()
}
