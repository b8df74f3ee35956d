package localdb

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// tempLeftFor is how long the database of a removed temp folder is kept, in
// case the folder was only renamed.
const tempLeftFor = time.Hour

// sweepTemp removes the databases of data folders that lay in this temp folder
// and were removed: nobody would ever find them again. Only homes with our
// mark, of root, unused for a while count.
func (o Options) sweepTemp(ctx context.Context, temp string) {
	list, err := os.ReadDir(temp)
	if err != nil {
		return // whoever needs the temp folder will say so
	}
	for _, entry := range list {
		home := filepath.Join(temp, entry.Name())
		if !strings.HasPrefix(entry.Name(), tempPrefix) || !abandoned(home, temp) {
			continue
		}
		if err := o.remove(ctx, home); err != nil {
			o.Log.Warn("could not remove the database of a removed temp folder", "home", home, "err", err)
		}
	}
}

// abandoned reports whether home belonged to a folder of temp that has gone,
// and was last written to some time ago.
func abandoned(home, temp string) bool {
	info, err := os.Lstat(home)
	if err != nil || !info.IsDir() || infoOwner(info) != 0 {
		return false
	}
	m, marked, err := readMark(home)
	if err != nil || !marked || !strings.HasPrefix(m.Dir, temp+"/") {
		return false
	}
	if _, err := os.Lstat(m.Dir); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	// A server writes this file at each checkpoint and when it stops.
	control, err := os.Stat(filepath.Join(home, dataName, "global", "pg_control"))
	if errors.Is(err, fs.ErrNotExist) {
		control = info // never finished
	} else if err != nil {
		return false
	}
	return time.Since(control.ModTime()) > tempLeftFor
}

// remove deletes a home that nobody uses, after stopping a server that the
// kill of its users left running.
func (o Options) remove(ctx context.Context, home string) error {
	users, err := openLock(filepath.Join(home, usersLockName), 0)
	if err != nil {
		return err
	}
	defer users.release()
	if alone, err := users.try(syscall.LOCK_EX); err != nil || !alone {
		return err
	}
	if err := (&server{place: place{home: home}, opts: o}).stop(ctx); err != nil {
		return err
	}
	return os.RemoveAll(home)
}
