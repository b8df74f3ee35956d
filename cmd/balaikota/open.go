package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/config"
	"balaikota/backend/identity"
	"balaikota/backend/localdb"
	"balaikota/backend/pack"
	"balaikota/backend/store"
)

// database is an open database, migrated and laid out for its city.
type database struct {
	*store.Store
	local *localdb.DB // nil when DATABASE_URL is used
	url   string
	city  city.Setting
	keys  *identity.Ring
}

// open reaches the configured database, starting the private one if none is
// configured, migrates it and lays an empty one out. out gets short lines for
// a person about slow steps and may be nil.
func open(ctx context.Context, db config.Database, log *slog.Logger, out io.Writer) (*database, error) {
	url, err := db.URL()
	if err != nil {
		return nil, err
	}
	d := &database{url: url}
	owner := url
	if url == "" {
		if d.local, err = localdb.Open(ctx, localdb.Options{Dir: db.Data, Log: log, Out: out}); err != nil {
			return nil, err
		}
		owner, d.url = d.local.OwnerURL(), d.local.AppURL()
	}
	if err := d.prepare(ctx, owner, db, log, out); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func (d *database) prepare(ctx context.Context, owner string, db config.Database, log *slog.Logger, out io.Writer) error {
	if err := store.Migrate(ctx, owner, log); err != nil {
		return err
	}
	var err error
	if d.keys, err = sealWithKeys(ctx, owner, db, log, out); err != nil {
		return err
	}
	if d.Store, err = store.Open(ctx, store.Config{URL: d.url, Log: log, Identities: d.keys}); err != nil {
		return err
	}
	d.city, err = d.Setting(ctx)
	if city.CodeOf(err) != city.NotFound {
		return err
	}
	if err := d.layOut(ctx, db.City); err != nil {
		return err
	}
	d.city, err = d.Setting(ctx)
	return err
}

// layOut gives the database the declarations of a city pack that it lacks.
func (d *database) layOut(ctx context.Context, packName string) error {
	p, err := pack.Load(packName)
	if err != nil {
		return err
	}
	return d.LayFoundation(ctx, p.Foundation())
}

// close ends the pool and lets go of the private Postgres, which stops when
// nobody else uses it.
func (d *database) close() error {
	if d.Store != nil {
		d.Store.Close()
	}
	if d.local == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return d.local.Close(ctx)
}

// withDatabase runs fn on the open database and closes it.
func withDatabase(in *invocation, fn func(*database) error) (err error) {
	d, err := open(in.ctx, in.db, in.log, terminal(in.stderr))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	return fn(d)
}

// terminal returns w if a person sits at it, nil otherwise: progress is for
// people, and scripts want one line on failure only.
func terminal(w io.Writer) io.Writer {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return w
		}
	}
	return nil
}
