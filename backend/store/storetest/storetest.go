// Package storetest lends each test a database of its own with the schema and
// the foundation of Samarinda, cloned from a template that is migrated once
// for each state of the migrations, and factories for what lies in it. It
// imports backend/store, backend/city, backend/identity, backend/pack, backend/localdb/localdbtest,
// migrations and pgx; only tests import it.
package storetest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/identity"
	"balaikota/backend/store"

	"github.com/jackc/pgx/v5"
)

// DB is a database of one test and how to reach it.
type DB struct {
	Name string
	// OwnerURL signs in as the tables' owner, no superuser, as migrations do;
	// AppURL as balaikota_app, as the server does; SuperuserURL as whoever may
	// look past row-level security to check the others.
	OwnerURL, AppURL, SuperuserURL string
}

var count atomic.Int64

// NewDB makes a database with the newest schema and Samarinda's foundation. It
// is dropped when the test ends; a failed test keeps its own and says how to
// connect.
func NewDB(t testing.TB) DB {
	t.Helper()
	return clone(t, template(t))
}

// EmptyDB makes a database with nothing in it, owned like a migrated one.
func EmptyDB(t testing.TB) DB {
	t.Helper()
	return clone(t, "template0")
}

func clone(t testing.TB, from string) DB {
	t.Helper()
	cluster := reach(t)
	name := fmt.Sprintf("balaikota_test_%d_%d", os.Getpid(), count.Add(1))
	if err := cluster.create(name, from); err != nil {
		t.Fatalf("make the test's database: %v", err)
	}
	db := cluster.db(name)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the test's database is kept: psql %q", db.SuperuserURL)
			return
		}
		if err := cluster.drop(name); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return db
}

// Option changes how New opens its store.
type Option func(*store.Config)

// WithClock gives the store the clock now.
func WithClock(now func() time.Time) Option { return func(c *store.Config) { c.Now = now } }

// WithMaxConns bounds the store's pool; without it, 8.
func WithMaxConns(n int32) Option { return func(c *store.Config) { c.MaxConns = n } }

// WithLog gives the store a logger; without it, it is silent.
func WithLog(log *slog.Logger) Option { return func(c *store.Config) { c.Log = log } }

// WithIdentities gives the store other keys than those of this test process.
func WithIdentities(keys city.Identities) Option {
	return func(c *store.Config) { c.Identities = keys }
}

var ring = sync.OnceValues(identity.InMemory)

// Keys are the keys of identities that all stores of this test process share.
func Keys(t testing.TB) city.Identities {
	t.Helper()
	r, err := ring()
	if err != nil {
		t.Fatalf("make keys of identities: %v", err)
	}
	return r
}

// OtherKeys are keys that open nothing which Keys sealed.
func OtherKeys(t testing.TB) city.Identities {
	t.Helper()
	r, err := identity.InMemory()
	if err != nil {
		t.Fatalf("make keys of identities: %v", err)
	}
	return r
}

// New opens a store on a database of its own (NewDB), signed in as the server
// is. It is closed when the test ends.
func New(t testing.TB, with ...Option) *store.Store {
	t.Helper()
	return Open(t, NewDB(t), with...)
}

// Open opens a store on db, for tests that need several or look behind it.
func Open(t testing.TB, db DB, with ...Option) *store.Store {
	t.Helper()
	cfg := store.Config{URL: db.AppURL, MaxConns: 8, Identities: Keys(t)}
	for _, w := range with {
		w(&cfg)
	}
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(s.Close)
	return s
}

// EndLeases lets every lease run out, as when nodes died that held them: leases are by
// the database's clock, which no test can set.
func EndLeases(t testing.TB, conn *pgx.Conn) {
	t.Helper()
	for _, table := range []string{"notice_deliveries", "officer_words", "reporter_letters", "reporter_messages", "subject_messages", "chat_greetings"} {
		if _, err := conn.Exec(t.Context(), "UPDATE "+table+" SET lease_until = now() WHERE lease_until > now()"); err != nil {
			t.Fatalf("end the leases of %s: %v", table, err)
		}
	}
}

// Connect opens one connection to url (of a DB) and closes it with the test.
func Connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect to the test's database: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) }) // the test's own context has ended
	return conn
}
