package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
)

var silent = slog.New(slog.DiscardHandler)

// schema is what pg_catalog knows of the tables, functions and rights.
func schema(t *testing.T, db storetest.DB) []string {
	t.Helper()
	conn := storetest.Connect(t, db.SuperuserURL)
	return all[string](t, conn, `
		SELECT 'column ' || table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable FROM information_schema.columns WHERE table_schema = 'public'
		UNION ALL SELECT 'right ' || relname || ' ' || coalesce(relacl::text, '') || relrowsecurity FROM pg_class c WHERE relnamespace = 'public'::regnamespace
		UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
		UNION ALL SELECT 'rule ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
		UNION ALL SELECT 'policy ' || tablename || ' ' || policyname || ' ' || coalesce(qual, '') FROM pg_policies
		UNION ALL SELECT 'trigger ' || tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal
		UNION ALL SELECT 'migration ' || version_id FROM goose_db_version UNION ALL SELECT 'queue ' || version FROM river_migration ORDER BY 1`)
}

func TestMigrateTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	db := storetest.EmptyDB(t)
	for n := range 2 {
		if err := store.Migrate(t.Context(), db.OwnerURL, silent); err != nil {
			t.Fatalf("time %d: %v", n+1, err)
		}
	}
	equal(t, "schema", schema(t, db), schema(t, storetest.NewDB(t)))
}

func TestFourNodesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	db := storetest.EmptyDB(t)
	done := make(chan error)
	for range 4 {
		go func() { done <- store.Migrate(t.Context(), db.OwnerURL, silent) }()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	equal(t, "schema", schema(t, db), schema(t, storetest.NewDB(t)))
}

func TestANewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	conn := storetest.Connect(t, db.OwnerURL)
	if _, err := conn.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)"); err != nil {
		t.Fatal(err)
	}
	err := store.Migrate(t.Context(), db.OwnerURL, silent)
	if city.CodeOf(err) != city.Conflict || !strings.Contains(err.Error(), "9999") || !strings.Contains(err.Error(), "newer Balaikota") {
		t.Errorf("got %v", err)
	}
	equal(t, "newest version", one[int](t, conn, "SELECT max(version_id)::int FROM goose_db_version"), 9999)
}

// TestMigrationKilledOnTheWay breaks the migrating connections again and
// again, wherever they are, until one attempt comes through.
func TestMigrationKilledOnTheWay(t *testing.T) {
	t.Parallel()
	db := storetest.EmptyDB(t)
	conn := storetest.Connect(t, db.SuperuserURL)
	killed := 0
	for attempt := range 60 {
		done := make(chan error, 1)
		go func() { done <- store.Migrate(t.Context(), db.OwnerURL, silent) }()
		// Each attempt is given a little more room than the one before; a kill
		// that found no connection yet is tried again until it finds one or
		// the attempt has come through.
		kill := time.After(time.Duration(attempt*attempt) * 2 * time.Millisecond)
		var err error
		for finished, hit := false, 0; !finished; {
			select {
			case err = <-done:
				finished = true
			case <-kill:
				hit += one[int](t, conn, "SELECT count(pg_terminate_backend(pid))::int FROM pg_stat_activity WHERE datname = current_database() AND usename = 'balaikota_owner'")
				killed += hit
				if hit == 0 {
					kill = time.After(time.Millisecond)
				}
			}
		}
		if err == nil {
			break
		}
	}
	if killed == 0 {
		t.Error("nothing was killed: the test tested nothing")
	}
	if err := store.Migrate(t.Context(), db.OwnerURL, silent); err != nil {
		t.Fatal(err)
	}
	equal(t, "schema", schema(t, db), schema(t, storetest.NewDB(t)))
}

// TestAnotherOwnersRolesAreThere migrates a second database of a server whose
// roles somebody else's first migration has made, as an owner that is no
// superuser and may only make roles.
func TestAnotherOwnersRolesAreThere(t *testing.T) {
	t.Parallel()
	storetest.NewDB(t) // made the roles
	db := storetest.EmptyDB(t)
	conn := storetest.Connect(t, db.SuperuserURL)
	if one[int](t, conn, "SELECT current_setting('server_version_num')::int") >= 160000 {
		t.Skip("since PostgreSQL 16 an owner manages only the roles it made or was given with ADMIN OPTION")
	}
	role := fmt.Sprintf("balaikota_other_%d", os.Getpid())
	for _, sql := range []string{
		"CREATE ROLE " + role + " LOGIN CREATEROLE PASSWORD 'uji'", "ALTER DATABASE " + db.Name + " OWNER TO " + role, "ALTER SCHEMA public OWNER TO " + role,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		ctx := context.Background()
		for _, sql := range []string{"REASSIGN OWNED BY " + role + " TO CURRENT_USER", "DROP OWNED BY " + role, "DROP ROLE " + role} {
			if _, err := conn.Exec(ctx, sql); err != nil {
				t.Error(err)
			}
		}
	})
	u, err := url.Parse(db.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, "uji")
	if err := store.Migrate(t.Context(), u.String(), silent); err != nil {
		t.Fatal(err)
	}
	s := storetest.Open(t, db)
	f, err := storetest.Foundation()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.LayFoundation(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	storetest.Ingest(t, s, city.Delivery{SourceID: storetest.Source(t, s), Reports: storetest.Reports("r", 3)})
}

func TestMigrateSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	if err := store.Migrate(t.Context(), "://", silent); city.CodeOf(err) != city.Invalid {
		t.Errorf("no address: %v", err)
	}
	retryLater(t, store.Migrate(t.Context(), "postgres://nobody@127.0.0.1:1/none?connect_timeout=2", silent))
}
