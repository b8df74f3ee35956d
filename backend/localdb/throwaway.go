package localdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// throwawayAge is when a test cluster has collected enough leftovers.
const throwawayAge = 24 * time.Hour

// stale reports whether a throw-away cluster should be made anew: it is old,
// or of a version that is not the installed one.
func (s *server) stale() bool {
	info, err := os.Stat(filepath.Join(s.data(), "PG_VERSION"))
	if err != nil {
		return false
	}
	if time.Since(info.ModTime()) > throwawayAge {
		return true
	}
	major, err := clusterMajor(s.data())
	if err != nil {
		return true
	}
	_, err = findMajor(major)
	return err != nil
}

// renew removes a throw-away cluster if wanted and nobody uses it. The caller
// holds the start lock.
func (db *DB) renew(ctx context.Context, wanted bool) error {
	if !wanted {
		return nil
	}
	alone, err := db.users.try(syscall.LOCK_EX)
	if err != nil {
		return err
	}
	if alone {
		if err := db.server.stop(ctx); err != nil {
			return err
		}
		if err := os.RemoveAll(db.server.data()); err != nil {
			return fmt.Errorf("remove a throw-away database: %w", err)
		}
	}
	return db.users.take(ctx, syscall.LOCK_SH, nil)
}

// StopWhenUnused watches over a database whose users may end without Close, as
// test processes do: it waits until nobody has used it for the time of linger,
// stops the server and returns. If another process watches already, or there
// is no database, it returns at once.
func StopWhenUnused(ctx context.Context, opts Options, linger time.Duration) error {
	opts = opts.settle()
	dir, err := prepareDir(opts.Dir)
	if err != nil {
		return err
	}
	home := filepath.Join(dir, homeName)
	if p, found, err := followPointer(dir); err != nil {
		return err
	} else if found {
		home = p.home
	}
	owner, err := ownerOf(home)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	watch, err := openLock(filepath.Join(home, watchLockName), owner)
	if err != nil {
		return err
	}
	defer watch.release()
	if first, err := watch.try(syscall.LOCK_EX); err != nil || !first {
		return err
	}
	unusedSince := time.Now()
	for {
		if err := pause(ctx, max(linger/10, poll)); err != nil {
			return err
		}
		switch unused, err := isUnused(home, owner); {
		case err != nil:
			return err
		case !unused:
			unusedSince = time.Now()
		case time.Since(unusedSince) >= linger:
			if stopped, err := opts.stopUnused(ctx, dir, watch); stopped || err != nil {
				return err
			}
		}
	}
}

// isUnused looks for users without becoming one for longer than the look: who
// opens at that moment waits a millisecond for its own lock.
func isUnused(home string, owner int) (bool, error) {
	users, err := openLock(filepath.Join(home, usersLockName), owner)
	if errors.Is(err, os.ErrNotExist) {
		return true, nil // the folder was removed
	}
	if err != nil {
		return false, err
	}
	defer users.release()
	return users.try(syscall.LOCK_EX)
}

// stopUnused stops the server unless somebody came back. It lets go of the
// watch before the start lock, so that whoever opens next finds no watcher and
// knows to send one.
func (o Options) stopUnused(ctx context.Context, dir string, watch *fileLock) (stopped bool, err error) {
	lock, err := lockStart(ctx, dir, nil)
	if errors.Is(err, os.ErrNotExist) {
		return true, nil // the folder was removed, and its server ends by itself
	}
	if err != nil {
		return false, err
	}
	defer lock.release()
	place, err := o.findPlace(ctx, dir)
	if err != nil {
		return false, err
	}
	users, err := openLock(filepath.Join(place.home, usersLockName), 0)
	if err != nil {
		return false, err
	}
	defer users.release()
	if alone, err := users.try(syscall.LOCK_EX); err != nil || !alone {
		return false, err
	}
	defer watch.release()
	return true, (&server{place: place, opts: o}).stop(ctx)
}
