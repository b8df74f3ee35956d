package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"balaikota/backend/city"
	"balaikota/migrations"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// Migrate brings the schema of the database at ownerURL to the newest version,
// forward only, under a lock so that any number of nodes may start at once. It
// refuses a database that a newer Balaikota has migrated. Running it twice
// changes nothing.
func Migrate(ctx context.Context, ownerURL string, log *slog.Logger) error {
	cfg, err := pgx.ParseConfig(ownerURL)
	if err != nil {
		return city.Wrap(city.Invalid, err, "the database address cannot be read; it has the form postgres://user@host/database")
	}
	db := stdlib.OpenDB(*cfg)
	defer db.Close()
	if err := migrateSchema(ctx, db, log); err != nil {
		return err
	}
	return migrateQueue(ctx, cfg, log)
}

func migrateSchema(ctx context.Context, db *sql.DB, log *slog.Logger) error {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("prepare the migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Files, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	current, err := provider.GetDBVersion(ctx)
	if err != nil {
		return unavailable(fmt.Errorf("read the schema's version: %w", err))
	}
	if current > newest {
		return city.Errorf(city.Conflict, "the database has schema version %d, this program knows %d: a newer Balaikota has used it; start that one", current, newest)
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate the schema: %w", err)
	}
	for _, r := range results {
		log.Info("Applied a migration", "version", r.Source.Version, "took", r.Duration)
	}
	return nil
}

// queueGrants lets the serving role work the queue, and the writing role queue
// jobs in the data's own transaction.
const queueGrants = `
DO $$
DECLARE t text;
BEGIN
    FOR t IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE tablename LIKE 'river\_%' AND schemaname = 'public' LOOP
        EXECUTE 'GRANT SELECT, INSERT, UPDATE, DELETE ON ' || t || ' TO balaikota_app, balaikota_writer';
    END LOOP;
    FOR t IN SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences WHERE sequencename LIKE 'river\_%' AND schemaname = 'public' LOOP
        EXECUTE 'GRANT USAGE, SELECT ON SEQUENCE ' || t || ' TO balaikota_app, balaikota_writer';
    END LOOP;
END
$$`

// queueLock serialises the queue's own migrations between nodes.
const queueLock = 0x62616c61696b6f74 // "balaikot"

func migrateQueue(ctx context.Context, cfg *pgx.ConnConfig, log *slog.Logger) (err error) {
	pc, err := pgxpool.ParseConfig(cfg.ConnString())
	if err != nil {
		return fmt.Errorf("read the database address: %w", err)
	}
	pc.MaxConns = 2
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer pool.Close()
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return unavailable(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(queueLock)); err != nil {
		return fmt.Errorf("lock the queue's migrations: %w", err)
	}
	defer func() {
		_, unlock := conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(queueLock))
		err = errors.Join(err, unlock)
	}()
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("prepare the queue's migrations: %w", err)
	}
	res, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	if len(res.Versions) > 0 {
		log.Info("Prepared the job queue", "versions", len(res.Versions))
	}
	if _, err := conn.Exec(ctx, queueGrants); err != nil {
		return fmt.Errorf("grant the queue: %w", err)
	}
	return nil
}
