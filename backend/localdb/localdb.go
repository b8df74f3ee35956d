package localdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Options say where the private database lies and whom to tell about it.
type Options struct {
	Dir string       // the data folder (BALAIKOTA_DATA); empty means ./var; made if it is not there
	Log *slog.Logger // nil: silent
	Out io.Writer    // short lines about slow steps, for a person at a terminal; nil: silent

	// Throwaway makes a cluster for tests: fast, lost after a crash, made anew
	// when it is a day old or does not start; any role may connect (for those
	// who reach its socket: its account and root). It has the two roles, and
	// no database balaikota. The folder can only be used with this option.
	Throwaway bool
}

// settle fills in what was left out.
func (o Options) settle() Options {
	if o.Dir == "" {
		o.Dir = "var"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// say tells a person one thing in one line.
func (o Options) say(format string, args ...any) {
	if o.Out != nil {
		_, _ = fmt.Fprintf(o.Out, format+"\n", args...) // nothing depends on it
	}
}

func (o Options) waiting() {
	o.say("waiting for another balaikota process that is starting or stopping the private database")
}

// DB is one user of the private database. Its methods may be called from any
// goroutine.
type DB struct {
	dir string

	mu     sync.Mutex // guards what follows
	server *server
	users  *fileLock // shared; nil after Close
}

// Open makes sure that the private database of opts.Dir runs, making it at the
// first time, and registers this process as one of its users. Each DB must be
// closed. If ctx ends first, nothing is left running that did not run before.
//
// Errors that a person has to resolve are of the kinds declared in this
// package and say what to do in one line.
func Open(ctx context.Context, opts Options) (*DB, error) {
	opts = opts.settle()
	dir, err := prepareDir(opts.Dir)
	if err != nil {
		return nil, err
	}
	lock, err := lockStart(ctx, dir, opts.waiting)
	if err != nil {
		return nil, err
	}
	defer lock.release()
	place, err := opts.findPlace(ctx, dir)
	if err != nil {
		return nil, err
	}
	owner, err := ownerOf(place.home)
	if err != nil {
		return nil, err
	}
	users, err := openLock(filepath.Join(place.home, usersLockName), owner)
	if err != nil {
		return nil, err
	}
	db := &DB{dir: dir, server: &server{place: place, opts: opts}, users: users}
	if err := db.join(ctx); err != nil {
		// ctx may be what ended; cleaning up must not end with it.
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), fastFor)
		defer cancel()
		if leaveErr := db.leave(clean); leaveErr != nil {
			opts.Log.Warn("could not stop the private database again", "err", leaveErr)
		}
		return nil, err
	}
	return db, nil
}

// join becomes a user and brings the server up. The caller holds the start lock.
func (db *DB) join(ctx context.Context) error {
	s := db.server
	if s.mark.Throwaway {
		if err := db.renew(ctx, s.stale()); err != nil {
			return err
		}
	}
	// Only who holds the start lock takes it exclusively, so this does not wait.
	if err := db.users.take(ctx, syscall.LOCK_SH, nil); err != nil {
		return err
	}
	begun := time.Now()
	err := db.ready(ctx)
	if errors.Is(err, ErrStart) && s.mark.Throwaway {
		s.opts.Log.Warn("the test database does not start; making a new one", "err", err)
		if err = db.renew(ctx, true); err == nil {
			err = db.ready(ctx)
		}
	}
	if err != nil {
		return err
	}
	s.opts.Log.Debug("private database ready", "home", s.home, "socket", s.socketDir,
		"started", s.child != nil, "took", time.Since(begun).Round(time.Millisecond))
	return nil
}

// ready brings the server up and prepares what is missing in it.
func (db *DB) ready(ctx context.Context) error {
	s := db.server
	conn, err := s.bringUp(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if s.mark.Throwaway {
		return prepareRoles(ctx, conn)
	}
	made, err := prepare(ctx, conn, func(database string) (*pgconn.PgConn, error) { return s.connect(ctx, superuser, database) })
	if made {
		s.opts.Log.Info("private database prepared", "database", databaseName, "owner", ownerRole, "app", appRole)
	}
	return err
}

// leave stops being a user and stops the server if there is no other. The
// caller holds the start lock, or the data folder has gone.
func (db *DB) leave(ctx context.Context) error {
	defer db.users.release()
	alone, err := db.users.try(syscall.LOCK_EX)
	if err != nil || !alone {
		return err
	}
	if err := db.server.stop(ctx); err != nil {
		return err
	}
	db.server.removeSocketDir()
	return nil
}

// Close stops using the database. The last user stops the server, whoever
// started it, and waits for that; give a ctx that is still alive. Closing twice
// does nothing.
func (db *DB) Close(ctx context.Context) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.users == nil {
		return nil
	}
	defer func() { db.users = nil }()
	lock, err := lockStart(ctx, db.dir, db.server.opts.waiting)
	if errors.Is(err, syscall.ENOENT) {
		return db.leave(ctx) // the data folder was removed: nobody else can come
	}
	if err != nil {
		db.users.release()
		return err
	}
	defer lock.release()
	return db.leave(ctx)
}

// Ensure restarts the server if it has died, and returns when it answers. The
// URLs stay the same unless the folder of the socket had to move.
func (db *DB) Ensure(ctx context.Context) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.users == nil {
		return ErrClosed
	}
	if conn, err := db.server.connect(ctx, superuser, superuser); err == nil {
		return conn.Close(ctx)
	}
	lock, err := lockStart(ctx, db.dir, db.server.opts.waiting)
	if err != nil {
		return err
	}
	defer lock.release()
	if kept, err := entries(db.server.data()); err != nil {
		return err
	} else if len(kept) == 0 {
		return &PlaceError{Kind: ErrLost, Path: db.server.data(), Problem: "it was removed while it was in use",
			Remedy: "bring it back, or start balaikota again for an empty database"}
	}
	return db.ready(ctx)
}

// OwnerURL connects as the owner of the database balaikota, for migrations:
// a libpq and pgx connection URL over the Unix socket.
func (db *DB) OwnerURL() string { return db.url(ownerRole, databaseName) }

// AppURL connects to the same database as the role that the server works as:
// it may log in, owns nothing, and uses the rights of roles granted to it only
// after SET ROLE (NOINHERIT).
func (db *DB) AppURL() string { return db.url(appRole, databaseName) }

// SuperuserURL connects to the database postgres as the bootstrap superuser,
// for repairs by people and for tests.
func (db *DB) SuperuserURL() string { return db.url(superuser, superuser) }

func (db *DB) url(role, database string) string {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.server.dsn(role, database)
}

// Home is the folder that holds the cluster, its log and its socket.
func (db *DB) Home() string { return db.server.home }

// LogDir is the folder of the server's logs.
func (db *DB) LogDir() string { return filepath.Join(db.server.home, logName) }
