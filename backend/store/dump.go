package store

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	exportSnapshotQuery = `SELECT pg_export_snapshot()`
	serverVersionQuery  = `SELECT current_setting('server_version_num')`
	// Rows of the job queue come and go while it works; they are copied, not counted.
	tableRowsQuery = `SELECT c.relname::text AS table, rows_of(c.oid) AS rows FROM pg_class c
	WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relpersistence = 'p' AND c.relname NOT LIKE 'river\_%' ORDER BY 1`
	anyTableQuery = `SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S'))`
)

// rolesQuery makes the roles that the grants of a backup name (wantedRolesQuery
// hands them over), as the migrations do: roles belong to the whole server, and
// no backup holds them. The server's role may take them, but never the owner's.
const wantedRolesQuery = `SELECT set_config('balaikota.roles', array_to_string($1::text[], ','), true)`

const rolesQuery = `DO $$
DECLARE wanted text;
BEGIN
	FOR wanted IN SELECT r FROM unnest('balaikota_app'::text || string_to_array(current_setting('balaikota.roles'), ',')) AS r
		WHERE r ~ '^balaikota_[a-z0-9_]+$' AND r <> 'balaikota_owner' LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
			BEGIN
				EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
			EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
			END;
		END IF;
		BEGIN
			IF NOT pg_has_role(current_user, wanted, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
				EXECUTE format('GRANT %I TO %I', wanted, current_user);
			END IF;
		EXCEPTION WHEN unique_violation OR internal_error THEN NULL;
		END;
		BEGIN
			IF wanted <> 'balaikota_app' AND NOT pg_has_role('balaikota_app', wanted, 'MEMBER') THEN
				EXECUTE format('GRANT %I TO balaikota_app', wanted);
			END IF;
		EXCEPTION WHEN unique_violation OR internal_error THEN NULL;
		END;
	END LOOP;
END
$$`

// DumpSnapshot is one moment of the whole database, for pg_dump --snapshot.
type DumpSnapshot struct {
	Name string
	// Major is the server's major version, Postgres all of it ("15.18").
	Major    int
	Postgres string
	// Rows of every table of ours at that moment.
	Rows map[string]int64
}

type tableRows struct {
	Table string
	Rows  int64
}

// WithSnapshot holds one moment of the database open while fn runs, and says
// what lies in it. ownerURL must be of who owns the tables: others would not
// see, or copy, all rows.
func WithSnapshot(ctx context.Context, ownerURL string, fn func(DumpSnapshot) error) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return unavailable(fmt.Errorf("connect for a backup: %w", err))
	}
	defer closeSoon(ctx, conn)
	opts := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	tx, err := conn.BeginTx(ctx, opts)
	if err != nil {
		return unavailable(fmt.Errorf("begin a backup: %w", err))
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // it only read
	snap := DumpSnapshot{}
	if err := tx.QueryRow(ctx, exportSnapshotQuery).Scan(&snap.Name); err != nil {
		return translate(fmt.Errorf("hold the moment of a backup: %w", err))
	}
	if snap.Major, snap.Postgres, err = serverVersion(ctx, tx); err != nil {
		return err
	}
	if snap.Rows, err = countRows(ctx, tx); err != nil {
		return err
	}
	return fn(snap)
}

func closeSoon(ctx context.Context, conn *pgx.Conn) {
	cctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = conn.Close(cctx)
}

func serverVersion(ctx context.Context, tx pgx.Tx) (major int, name string, err error) {
	var number string
	if err := tx.QueryRow(ctx, serverVersionQuery).Scan(&number); err != nil {
		return 0, "", translate(fmt.Errorf("read the version of Postgres: %w", err))
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0, "", fmt.Errorf("read the version of Postgres: %w", err)
	}
	return n / 10000, fmt.Sprintf("%d.%d", n/10000, n%10000), nil
}

func countRows(ctx context.Context, tx pgx.Tx) (map[string]int64, error) {
	rows, err := rowsOf[tableRows](ctx, tx, tableRowsQuery)
	if err != nil {
		return nil, translate(fmt.Errorf("count the rows of all tables: %w", err))
	}
	out := make(map[string]int64, len(rows))
	for _, r := range rows {
		out[r.Table] = r.Rows
	}
	return out, nil
}

// CountRows returns how many rows each table of ours has now.
func CountRows(ctx context.Context, ownerURL string) (rows map[string]int64, err error) {
	err = WithSnapshot(ctx, ownerURL, func(s DumpSnapshot) error {
		rows = s.Rows
		return nil
	})
	return rows, err
}

// PrepareRestore looks whether a backup may be restored into the database, which
// must be empty (Conflict otherwise), and makes the roles its grants name.
func PrepareRestore(ctx context.Context, ownerURL string, roles []string) error {
	return onEmpty(ctx, ownerURL, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, wantedRolesQuery, roles); err != nil {
			return fmt.Errorf("name the roles: %w", err)
		}
		if _, err := tx.Exec(ctx, rolesQuery); err != nil {
			return fmt.Errorf("make the roles: %w", err)
		}
		return nil
	})
}

// EmptyMajor returns the server's major version, and Conflict unless the
// database is empty.
func EmptyMajor(ctx context.Context, ownerURL string) (major int, err error) {
	err = onEmpty(ctx, ownerURL, func(tx pgx.Tx) (err error) {
		major, _, err = serverVersion(ctx, tx)
		return err
	})
	return major, err
}

func onEmpty(ctx context.Context, ownerURL string, fn func(pgx.Tx) error) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return unavailable(fmt.Errorf("connect to restore: %w", err))
	}
	defer closeSoon(ctx, conn)
	return translate(pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var used bool
		if err := tx.QueryRow(ctx, anyTableQuery).Scan(&used); err != nil {
			return fmt.Errorf("look whether the database is empty: %w", err)
		}
		if used {
			return city.Errorf(city.Conflict, "the database holds tables already, and a backup is restored into an empty one only: name an empty folder with --data, or an empty database with DATABASE_URL")
		}
		return fn(tx)
	}))
}

// WithoutPassword takes the password out of a database URL, to be handed to
// programs by their environment: command lines are read by everybody on the
// machine.
func WithoutPassword(address string) (plain, password string, err error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return "", "", city.Wrap(city.Invalid, err, "the database address cannot be read; it has the form postgres://user@host/database")
	}
	if cfg.Password == "" {
		return address, "", nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" && u.RawQuery == "" || u.User == nil {
		return "", "", city.Errorf(city.Invalid, "for backups give the database as postgres://user:password@host/database, or the password in PGPASSWORD or a .pgpass file")
	}
	q := u.Query()
	q.Del("password")
	u.User, u.RawQuery = url.User(u.User.Username()), q.Encode()
	return u.String(), cfg.Password, nil
}
