package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"testing"
	"time"

	"balaikota/backend/pack"
	"balaikota/backend/store"
	"balaikota/migrations"

	"github.com/jackc/pgx/v5"
)

// templateAge is when a template is no longer of use to anybody.
const templateAge = 24 * time.Hour

var (
	templateOnce sync.Once
	templateName string
	errTemplate  error
)

// template returns the name of the template for this state of the migrations
// and of the city pack, made by the first process that needs it.
func template(t testing.TB) string {
	t.Helper()
	c := reach(t)
	templateOnce.Do(func() { templateName, errTemplate = c.template() })
	if errTemplate != nil {
		t.Fatalf("make the template database: %v", errTemplate)
	}
	return templateName
}

func (c *cluster) template() (string, error) {
	foundation, err := Foundation()
	if err != nil {
		return "", err
	}
	name, err := nameOf(foundation)
	if err != nil {
		return "", err
	}
	building := name + "_building"
	if err := c.run(func(ctx context.Context, conn *pgx.Conn) error { return c.dropOldTemplates(ctx, conn, name) }); err != nil {
		return "", err
	}
	// One process builds; it holds its own lock, because clones must go on.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.superuser.String())
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	if err := exec(ctx, conn, "SELECT pg_advisory_lock(hashtext('"+name+"'))"); err != nil {
		return "", err
	}
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return name, err
	}
	if err := c.drop(building); err != nil { // a process died over it
		return "", err
	}
	if err := c.create(building, "template0"); err != nil {
		return "", err
	}
	if err := fill(ctx, c.db(building), foundation); err != nil {
		return "", err
	}
	return name, exec(ctx, conn, "ALTER DATABASE "+building+" RENAME TO "+name+
		"; COMMENT ON DATABASE "+name+" IS 'made "+time.Now().UTC().Format(time.RFC3339)+"'")
}

func fill(ctx context.Context, db DB, foundation store.Foundation) error {
	if err := store.Migrate(ctx, db.OwnerURL, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Config{URL: db.AppURL, MaxConns: 2})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.LayFoundation(ctx, foundation)
}

// nameOf hashes what goes into a template.
func nameOf(foundation store.Foundation) (string, error) {
	h := sha256.New()
	files, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		return "", err
	}
	for _, f := range files {
		content, err := migrations.Files.ReadFile(f)
		if err != nil {
			return "", fmt.Errorf("read migration %s: %w", f, err)
		}
		fmt.Fprintf(h, "%s %d\n%s", f, len(content), content)
	}
	if err := json.NewEncoder(h).Encode(foundation); err != nil {
		return "", fmt.Errorf("encode the foundation: %w", err)
	}
	return "balaikota_tmpl_" + hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// dropOldTemplates removes the templates of states that no longer are.
func (c *cluster) dropOldTemplates(ctx context.Context, conn *pgx.Conn, keep string) error {
	rows, err := conn.Query(ctx, `SELECT datname::text, shobj_description(oid, 'pg_database') FROM pg_database
		WHERE datname LIKE 'balaikota\_tmpl\_%' AND datname NOT LIKE '%\_building' AND datname <> $1`, keep)
	if err != nil {
		return fmt.Errorf("list old templates: %w", err)
	}
	old, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct {
		Name string
		Made *string
	}])
	if err != nil {
		return fmt.Errorf("list old templates: %w", err)
	}
	for _, o := range old {
		if o.Made == nil {
			continue
		}
		made, err := time.Parse("made "+time.RFC3339, *o.Made)
		if err == nil && time.Since(made) > templateAge {
			if err := exec(ctx, conn, "DROP DATABASE "+o.Name+" WITH (FORCE)"); err != nil {
				return err
			}
		}
	}
	return nil
}

// Foundation is Samarinda's city pack as the store lays it.
func Foundation() (store.Foundation, error) {
	c, err := pack.Load("samarinda")
	if err != nil {
		return store.Foundation{}, err
	}
	return c.Foundation(), nil
}
