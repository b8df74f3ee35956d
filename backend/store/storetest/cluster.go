package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/localdb/localdbtest"

	"github.com/jackc/pgx/v5"
)

// patience bounds each piece of work on databases: a clone takes a fraction of
// a second, but machines of continuous integration can be busy.
const patience = 2 * time.Minute

// cluster is the Postgres server on which tests make databases.
type cluster struct {
	superuser *url.URL
	password  string // of the two roles, where the server asks for one
}

var (
	clusterOnce sync.Once
	theCluster  *cluster
	errCluster  error
)

// reach connects to the test server and makes sure of the two roles.
func reach(t testing.TB) *cluster {
	t.Helper()
	dsn := localdbtest.DSN(t)
	clusterOnce.Do(func() { theCluster, errCluster = newCluster(dsn) })
	if errCluster != nil {
		t.Fatalf("prepare the test server: %v", errCluster)
	}
	return theCluster
}

func newCluster(dsn string) (*cluster, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, fmt.Errorf("read the address of the test server: %w", err)
	}
	c := &cluster{superuser: u}
	if u.User != nil {
		// Whoever knows the superuser's password may know these.
		if secret, given := u.User.Password(); given {
			sum := sha256.Sum256([]byte("balaikota test roles " + secret))
			c.password = hex.EncodeToString(sum[:16])
		}
	}
	return c, c.run(func(ctx context.Context, conn *pgx.Conn) error {
		for _, role := range [][2]string{{"balaikota_owner", "LOGIN CREATEROLE"}, {"balaikota_app", "LOGIN NOINHERIT"}} {
			if err := c.ensureRole(ctx, conn, role[0], role[1]); err != nil {
				return fmt.Errorf("make role %s: %w", role[0], err)
			}
		}
		return nil
	})
}

func (c *cluster) ensureRole(ctx context.Context, conn *pgx.Conn, name, attributes string) error {
	if c.password != "" {
		attributes += " PASSWORD '" + c.password + "'"
	}
	return exec(ctx, conn, `DO $$ BEGIN
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '`+name+`') THEN CREATE ROLE `+name+` `+attributes+`; END IF;
	END $$`)
}

// run gives fn a superuser's connection that holds the one lock of all test
// processes, because Postgres refuses some work on roles and databases at once.
func (c *cluster) run(fn func(ctx context.Context, conn *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.superuser.String())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if err := exec(ctx, conn, "SELECT pg_advisory_lock(hashtext('balaikota storetest'))"); err != nil {
		return err
	}
	return fn(ctx, conn)
}

func (c *cluster) db(name string) DB {
	return DB{Name: name, OwnerURL: c.as("balaikota_owner", name), AppURL: c.as("balaikota_app", name), SuperuserURL: c.as("", name)}
}

// as is the address of a database for a role, "" being the superuser.
func (c *cluster) as(role, database string) string {
	u := *c.superuser
	u.Path = "/" + database
	q := u.Query()
	if q.Get("dbname") != "" {
		q.Set("dbname", database)
		u.Path = ""
	}
	if role != "" {
		u.User = url.User(role)
		if c.password != "" {
			u.User = url.UserPassword(role, c.password)
		}
		if q.Get("user") != "" {
			q.Del("user")
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// create clones a database, or makes an empty one from template0. The schema
// public belongs to the owner, as localdb arranges it.
func (c *cluster) create(name, from string) error {
	if err := c.run(func(ctx context.Context, conn *pgx.Conn) error {
		return exec(ctx, conn, "CREATE DATABASE "+name+" TEMPLATE "+from+" OWNER balaikota_owner")
	}); err != nil || from != "template0" {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	inside, err := pgx.Connect(ctx, c.as("", name))
	if err != nil {
		return err
	}
	defer inside.Close(ctx)
	return exec(ctx, inside, `ALTER SCHEMA public OWNER TO balaikota_owner; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
		REVOKE ALL ON DATABASE `+name+` FROM PUBLIC; GRANT CONNECT, TEMPORARY ON DATABASE `+name+` TO balaikota_app`)
}

func (c *cluster) drop(name string) error {
	return c.run(func(ctx context.Context, conn *pgx.Conn) error {
		return exec(ctx, conn, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	})
}

func exec(ctx context.Context, conn *pgx.Conn, sql string) error {
	if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
		first, _, _ := strings.Cut(sql, " PASSWORD ")
		return fmt.Errorf("%s: %w", first, err)
	}
	return nil
}
