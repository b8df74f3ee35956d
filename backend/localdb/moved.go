package localdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// movedParent holds the clusters whose data folders the server's account
// cannot enter (FHS: state of a program of this machine).
const movedParent = "/var/lib/balaikota"

// tempPrefix begins the names of moved homes in a temp folder.
const tempPrefix = "balaikota-"

// followPointer reads where the cluster of dir lies; found is false when it
// lies in dir itself.
func followPointer(dir string) (p place, found bool, err error) {
	path := filepath.Join(dir, pointerName)
	var to pointer
	if err := readJSON(path, &to); errors.Is(err, fs.ErrNotExist) {
		return place{}, false, nil
	} else if err != nil {
		return place{}, false, foreign(path, "it cannot be read ("+oneLine(err.Error())+")")
	}
	if os.Geteuid() != 0 {
		return place{}, false, &PlaceError{Kind: ErrOwner, Path: dir, Problem: "its database was made by root and lies in " + to.Home,
			Remedy: "run this as root, or set BALAIKOTA_DATA to a folder of your own"}
	}
	if owner, err := ownerOf(path); err != nil {
		return place{}, false, err
	} else if owner != 0 || !filepath.IsAbs(to.Home) || filepath.Clean(to.Home) != to.Home || to.ID == "" {
		return place{}, false, foreign(path, "it does not name a database of ours")
	}
	m, marked, err := readMark(to.Home)
	if err != nil {
		return place{}, false, err
	}
	if !marked || m.ID != to.ID || m.Dir == "" {
		return place{}, false, &PlaceError{Kind: ErrLost, Path: dir, Problem: "its database should lie in " + to.Home + " and does not",
			Remedy: "bring that folder back, or remove " + path + " to start with an empty database"}
	}
	p = place{dir: dir, home: to.Home, mark: m}
	if m.Dir != dir {
		err = p.adopt()
	}
	return p, true, err
}

// adopt lets a data folder that was renamed keep its cluster. A copy of a data
// folder may not: two folders would change one database.
func (p *place) adopt() error {
	var other pointer
	before := filepath.Join(p.mark.Dir, pointerName)
	if err := readJSON(before, &other); err == nil && other.ID == p.mark.ID {
		return &PlaceError{Kind: ErrForeign, Path: p.dir, Problem: "it is a copy of " + p.mark.Dir + " and names the same database",
			Remedy: "remove " + filepath.Join(p.dir, pointerName) + " to start this copy with an empty database"}
	}
	p.mark.Dir = p.dir
	return writeJSON(filepath.Join(p.home, markName), p.mark)
}

// point leaves the pointer in the data folder.
func (p place) point() error {
	return writeJSON(filepath.Join(p.dir, pointerName), pointer{Home: p.home, ID: p.mark.ID, Note: pointerNote})
}

// moveHome prepares a home for a data folder that the account cannot enter.
// Its name follows from the folder's, so a start that was cut off before it
// wrote the pointer is taken up again by the next.
func (o Options) moveHome(ctx context.Context, p place) (place, error) {
	p.mark.Dir = p.dir
	parent, prefix, err := movedInto(p.dir, p.account)
	if err != nil {
		return place{}, err
	}
	if prefix == tempPrefix {
		o.sweepTemp(ctx, parent)
	}
	for n := 1; n <= 100; n++ {
		p.home = filepath.Join(parent, prefix+movedName(p.dir, n))
		usable, m, err := o.usableHome(ctx, p.home, p.dir)
		if err != nil {
			return place{}, err
		}
		if usable && m.ID != "" {
			p.mark = m
			return p, nil
		}
		if usable {
			return p, p.makeHome()
		}
	}
	return place{}, foreign(parent, "all names for the database of "+p.dir+" are taken")
}

// movedName is the nth name to try for the home of dir; the first is nearly
// always free.
func movedName(dir string, n int) string {
	sum := sha256.Sum256([]byte(dir))
	name := hex.EncodeToString(sum[:6])
	if n > 1 {
		name += fmt.Sprintf("-%d", n)
	}
	return name
}

// movedInto chooses the folder for moved homes: throw-away folders stay where
// throw-away things are, everything else goes to /var/lib.
func movedInto(dir string, a account) (parent, prefix string, err error) {
	for _, temp := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		temp, err := filepath.EvalSymlinks(temp)
		if err != nil || !strings.HasPrefix(dir, temp+"/") {
			continue
		}
		if within, err := a.canEnter(temp); err == nil && within {
			return temp, tempPrefix, nil
		}
	}
	if err := os.MkdirAll(movedParent, 0o755); err != nil {
		return "", "", fmt.Errorf("make a folder for the database of %s, which the account %s cannot enter: %w", dir, a.name, err)
	}
	if err := os.Chmod(movedParent, 0o755); err != nil { // whatever our umask is
		return "", "", fmt.Errorf("open %s: %w", movedParent, err)
	}
	if within, err := a.canEnter(movedParent); err != nil {
		return "", "", err
	} else if !within {
		return "", "", &PlaceError{Kind: ErrOwner, Path: dir,
			Problem: "the account " + a.name + " can enter neither it nor " + movedParent,
			Remedy:  "set BALAIKOTA_DATA to a folder that this account can enter"}
	}
	return movedParent, "", nil
}

// usableHome reports whether home is free for dir, or (m.ID not empty) was
// begun for it. A finished database that dir no longer points to belonged to a
// data folder of the same name that somebody removed: it is put aside, neither
// deleted nor brought back to life.
func (o Options) usableHome(ctx context.Context, home, dir string) (usable bool, m mark, err error) {
	info, err := os.Lstat(home)
	if errors.Is(err, fs.ErrNotExist) {
		return true, mark{}, nil
	}
	if err != nil {
		return false, mark{}, fmt.Errorf("look for a place for the database: %w", err)
	}
	if !info.IsDir() || infoOwner(info) != 0 {
		return false, mark{}, nil
	}
	if empty, err := emptyHome(home); err != nil || empty {
		return empty, mark{}, err
	}
	m, marked, err := readMark(home)
	if err != nil || !marked || m.Dir != dir {
		return false, mark{}, err
	}
	if kept, err := entries(filepath.Join(home, dataName)); err != nil || len(kept) == 0 {
		return err == nil, m, err
	}
	return true, mark{}, o.putAside(ctx, place{dir: dir, home: home, mark: m})
}

// putAside renames the home of a removed data folder, after stopping its
// server if nobody uses it any more.
func (o Options) putAside(ctx context.Context, p place) error {
	users, err := openLock(filepath.Join(p.home, usersLockName), 0)
	if err != nil {
		return err
	}
	defer users.release()
	if p.account, err = ownerAccount(p.data()); err != nil {
		return err
	}
	if alone, err := users.try(syscall.LOCK_EX); err != nil {
		return err
	} else if !alone {
		return &PlaceError{Kind: ErrForeign, Path: p.dir, Problem: "a process still uses the database of the folder of this name that was removed",
			Remedy: "stop that balaikota first"}
	}
	if err := (&server{place: p, opts: o}).stop(ctx); err != nil {
		return err
	}
	aside := p.home + ".aside-" + time.Now().UTC().Format("20060102T150405Z")
	if err := os.Rename(p.home, aside); err != nil {
		return fmt.Errorf("put the database of a removed folder aside: %w", err)
	}
	o.Log.Warn("the data folder was removed but its database was kept elsewhere; it is put aside and a new one made",
		"dir", p.dir, "aside", aside)
	return nil
}
