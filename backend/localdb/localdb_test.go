package localdb

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFirstAndSecondStart(t *testing.T) {
	needPostgres(t)
	dir := testDir(t)
	var out bytes.Buffer
	begun := time.Now()
	db, err := Open(timeLimit(t), Options{Dir: dir, Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("first Open: %v", time.Since(begun))
	if !strings.Contains(out.String(), "making the private database") || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("a person was told %q", out.String())
	}
	query(t, db.OwnerURL(), `create table kept (n int); insert into kept values (64); grant select on kept to balaikota_app`)
	begun = time.Now()
	closeDB(t, db)
	t.Logf("Close: %v", time.Since(begun))
	if pid := serverPID(t, dir); pid != 0 {
		t.Fatalf("server %d still runs after the only user closed", pid)
	}
	closeDB(t, db) // closing twice does nothing

	begun = time.Now()
	again := open(t, dir)
	t.Logf("second Open: %v", time.Since(begun))
	if got := query(t, again.AppURL(), `select n from kept`); !cmp.Equal(got, []string{"64"}) {
		t.Errorf("after a restart the table has %v", got)
	}
	begun = time.Now()
	attached := open(t, dir)
	t.Logf("third Open, attaching: %v", time.Since(begun))
	closeDB(t, attached)
	closeDB(t, again)
}

func TestSettings(t *testing.T) {
	needPostgres(t)
	db := open(t, seededDir(t))
	for setting, want := range map[string]string{
		"data_checksums": "on", "listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
		"shared_buffers": "256MB", "max_connections": "100", "random_page_cost": "1.1", "jit": "off", "max_wal_size": "2GB",
		"TimeZone": "UTC", "log_min_error_statement": "panic", "log_error_verbosity": "terse", "unix_socket_permissions": "0700",
		"server_encoding": "UTF8", "default_text_search_config": "pg_catalog.simple", "logging_collector": "on",
	} {
		if got := query(t, db.AppURL(), "show "+setting); !cmp.Equal(got, []string{want}) {
			t.Errorf("%s is %v, want %q", setting, got, want)
		}
	}
	if got := query(t, db.AppURL(), `select lower('ÉÑ') || (upper('b') < 'a')::text || datcollate from pg_database where datname = current_database()`); !cmp.Equal(got, []string{"éñtrueC"}) {
		t.Errorf("letters and order: %v", got)
	}
	logs, err := filepath.Glob(filepath.Join(db.LogDir(), "postgres-*.log"))
	if err != nil || len(logs) != 1 {
		t.Errorf("logs %v, %v", logs, err)
	}
}

// The text of a failing row or statement may be a citizen's.
func TestLogHoldsNoTexts(t *testing.T) {
	needPostgres(t)
	db := open(t, seededDir(t))
	const secret = "jalan rusak depan rumah"
	if _, err := tryQuery(t, db.OwnerURL(), `create table r (t text check (t <> '`+secret+`')); insert into r values ('`+secret+`')`); sqlState(err) != "23514" {
		t.Fatalf("the check did not refuse the row: %v", err)
	}
	// Postgres' own collector writes the log, a moment after the client has its answer.
	const says = "violates check constraint"
	deadline := time.After(30 * time.Second)
	lines := tree(t, db.LogDir())
	for ; !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, says) }); lines = tree(t, db.LogDir()) {
		select {
		case <-deadline:
			t.Fatal("the log does not have the error at all")
		case <-time.After(20 * time.Millisecond):
		}
	}
	for _, line := range lines {
		if strings.Contains(line, secret) {
			t.Errorf("the log quotes the row")
		}
	}
}

func TestRoles(t *testing.T) {
	needPostgres(t)
	db := open(t, seededDir(t))
	checkRoles(t, db)
}

// checkRoles does what the migrations and then the server will do.
func checkRoles(t *testing.T, db *DB) {
	t.Helper()
	const flags = `select concat_ws(' ', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls)
		from pg_roles where rolname like 'balaikota%' order by 1`
	want := []string{"balaikota_app f f f f t f f", "balaikota_owner f t t f t f f"}
	if diff := cmp.Diff(want, query(t, db.AppURL(), flags)); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	query(t, db.OwnerURL(), `
		create role balaikota_writer; create role balaikota_reader;
		grant balaikota_writer, balaikota_reader to balaikota_app;
		alter role balaikota_app set statement_timeout = '15s';
		create extension unaccent; create extension pgcrypto;
		create schema hall;
		create table hall.report (id int primary key, area text);
		alter table hall.report enable row level security;
		create policy area on hall.report for select to balaikota_reader using (area = current_setting('balaikota.area', true));
		create policy put on hall.report for insert to balaikota_writer with check (true);
		grant usage on schema hall to balaikota_writer, balaikota_reader;
		grant insert on hall.report to balaikota_writer; grant select on hall.report to balaikota_reader;
		alter default privileges in schema hall grant select on tables to balaikota_reader;
		create table in_public (n int)`)
	for statement, state := range map[string]string{
		`select 1 from hall.report`:                          "42501", // NOINHERIT: rights only after SET ROLE
		`create table mine (n int)`:                          "42501",
		`create schema mine`:                                 "42501",
		`alter table hall.report disable row level security`: "42501",
		`set role balaikota_owner`:                           "42501",
		`set role postgres`:                                  "42501",
		`create role more`:                                   "42501",
	} {
		if _, err := tryQuery(t, db.AppURL(), statement); sqlState(err) != state {
			t.Errorf("as app, %s: %v, want SQLSTATE %s", statement, err, state)
		}
	}
	query(t, db.AppURL(), `set role balaikota_writer; insert into hall.report values (1, '64.72.01'), (2, '64.72.02'); create temporary table t (n int)`)
	got := query(t, db.AppURL(), `set role balaikota_reader; set balaikota.area = '64.72.02'; select id from hall.report`)
	if !cmp.Equal(got, []string{"2"}) {
		t.Errorf("row-level security shows %v", got)
	}
	if _, err := tryQuery(t, db.OwnerURL(), `create role root_like superuser`); sqlState(err) != "42501" {
		t.Errorf("the owner could make a superuser: %v", err)
	}
	if !strings.HasPrefix(db.OwnerURL(), "postgres://balaikota_owner@/balaikota?host=") {
		t.Errorf("owner's URL %s", db.OwnerURL())
	}
}

// Preparing is taken up again wherever it was cut off.
func TestPrepareAgain(t *testing.T) {
	needPostgres(t)
	dir := seededDir(t)
	db := open(t, dir)
	for _, undo := range []string{
		`drop database balaikota`,
		`drop database balaikota; drop role balaikota_owner; drop role balaikota_app`,
		`comment on database balaikota is null; grant all on database balaikota to public`,
	} {
		for statement := range strings.SplitSeq(undo, ";") {
			query(t, db.SuperuserURL(), statement)
		}
		other := open(t, dir)
		query(t, other.AppURL(), `select 1`)
		if got := query(t, other.SuperuserURL(), `select has_database_privilege('pg_monitor', 'balaikota', 'connect')`); !cmp.Equal(got, []string{"f"}) {
			t.Errorf("after %q everybody may connect: %v", undo, got)
		}
		closeDB(t, other)
	}
}

func TestManyOpenAtOnce(t *testing.T) {
	needPostgres(t)
	dir := testDir(t)
	first := startHolder(t, nil, dir) // another process among them
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			db, err := Open(timeLimit(t), Options{Dir: dir})
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := tryQuery(t, db.AppURL(), `select 1`); err != nil {
				t.Error(err)
			}
			if err := db.Close(timeLimit(t)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	first.expect("open")
	if serverPID(t, dir) == 0 {
		t.Error("the server was stopped under the other process")
	}
	first.close()
	if pid := serverPID(t, dir); pid != 0 {
		t.Errorf("server %d still runs", pid)
	}
}

func TestOpenCalledOff(t *testing.T) {
	needPostgres(t)
	dir := testDir(t)
	ctx, cancel := context.WithCancelCause(context.Background())
	reason := errors.New("called off")
	go func() {
		waitFor(t, "the beginning of initdb", func() bool { return len(unfinishedIn(dir)) > 0 })
		cancel(reason)
	}()
	if _, err := Open(ctx, Options{Dir: dir}); !errors.Is(err, reason) {
		t.Fatalf("Open: %v, want %v", err, reason)
	}
	if pid := serverPID(t, dir); pid != 0 {
		t.Errorf("server %d was left running", pid)
	}
	db := open(t, dir)
	query(t, db.AppURL(), `select 1`)
	if left := unfinishedIn(dir); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func unfinishedIn(dir string) []string {
	left, _ := filepath.Glob(filepath.Join(dir, homeName, unfinished+"*"))
	return left
}

func TestClosedHandle(t *testing.T) {
	needPostgres(t)
	db := open(t, seededDir(t))
	closeDB(t, db)
	wantKind(t, db.Ensure(timeLimit(t)), ErrClosed)
}

func TestDefaultFolder(t *testing.T) {
	t.Parallel()
	if got := (Options{}).settle().Dir; got != "var" {
		t.Errorf("default folder %q", got)
	}
	if _, err := prepareDir(filepath.Join(os.DevNull, "x")); err == nil {
		t.Error("a folder inside a device was accepted")
	}
}
