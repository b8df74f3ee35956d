package localdb

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// The two roles and the database. The owner makes the tables and the other
// roles; the server works as the app, which owns nothing, so that row-level
// security holds for it.
const (
	databaseName = "balaikota"
	ownerRole    = "balaikota_owner"
	appRole      = "balaikota_app"
)

// preparedMark is the comment on a database whose preparation was finished.
const preparedMark = "private database of balaikota, preparation 1"

// prepare makes roles and database if they are missing. Every step may be
// repeated; the comment, written last, says that all were done. It reports
// whether it had to do anything.
func prepare(ctx context.Context, conn *pgconn.PgConn, connect func(database string) (*pgconn.PgConn, error)) (bool, error) {
	done, err := exists(ctx, conn, `select 1 from pg_database where datname = '`+databaseName+
		`' and shobj_description(oid, 'pg_database') = '`+preparedMark+`'`)
	if done || err != nil {
		return false, err
	}
	if err := prepareRoles(ctx, conn); err != nil {
		return false, err
	}
	there, err := exists(ctx, conn, `select 1 from pg_database where datname = '`+databaseName+`'`)
	if err != nil {
		return false, err
	}
	if !there { // on its own: CREATE DATABASE does not run in a transaction
		if err := execute(ctx, conn, `create database `+databaseName+` owner `+ownerRole); err != nil {
			return false, err
		}
	}
	inside, err := connect(databaseName)
	if err != nil {
		return false, err
	}
	defer inside.Close(ctx)
	// Before PostgreSQL 15 the schema public belonged to the superuser and everybody could create in it.
	return true, execute(ctx, inside, `
		alter schema public owner to `+ownerRole+`;
		revoke create on schema public from public;
		revoke connect on database `+databaseName+` from public;
		grant connect on database `+databaseName+` to `+appRole+`;
		comment on database `+databaseName+` is '`+preparedMark+`'`)
}

// prepareRoles makes the two roles. Since PostgreSQL 16 CREATEROLE alone does
// not let the owner manage roles that others made, so it gets the admin option
// on the app, and nothing else of it.
func prepareRoles(ctx context.Context, conn *pgconn.PgConn) error {
	for role, attributes := range map[string]string{
		ownerRole: "login createrole",
		appRole:   "login noinherit",
	} {
		there, err := exists(ctx, conn, `select 1 from pg_roles where rolname = '`+role+`'`)
		if err != nil {
			return err
		}
		if there {
			continue
		}
		if err := execute(ctx, conn, `create role `+role+` `+attributes); err != nil {
			return err
		}
	}
	newRules, err := exists(ctx, conn, `select 1 where current_setting('server_version_num')::int >= 160000`)
	if err != nil || !newRules {
		return err
	}
	return execute(ctx, conn, `grant `+appRole+` to `+ownerRole+` with admin true, inherit false, set false`)
}

// exists reports whether a query finds a row.
func exists(ctx context.Context, conn *pgconn.PgConn, query string) (bool, error) {
	results, err := conn.Exec(ctx, query).ReadAll()
	if err != nil {
		return false, fmt.Errorf("look at the roles of the private database: %w", err)
	}
	return len(results) == 1 && len(results[0].Rows) > 0, nil
}

func execute(ctx context.Context, conn *pgconn.PgConn, statements string) error {
	if _, err := conn.Exec(ctx, statements).ReadAll(); err != nil {
		return fmt.Errorf("prepare the roles of the private database: %w", err)
	}
	return nil
}

// sqlState is the five-character code of a server's error, "" for others
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
func sqlState(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	return ""
}
