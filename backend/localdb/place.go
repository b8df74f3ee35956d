package localdb

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Names inside the data folder and inside the home of the cluster.
const (
	startLockName = "postgres.lock"
	pointerName   = "postgres.location"
	homeName      = "postgres"
	markName      = "balaikota.json"
	usersLockName = "users.lock"
	watchLockName = "watch.lock"
	dataName      = "data"
	unfinished    = "data.new-"
	logName       = "log"
	runName       = "run"
)

// mark is what we leave in a home that we made.
type mark struct {
	Format    int       `json:"format"` // 1
	ID        string    `json:"id"`     // random; the pointer repeats it
	Made      time.Time `json:"made"`
	Dir       string    `json:"dir,omitempty"`       // the data folder, when the home lies elsewhere
	Throwaway bool      `json:"throwaway,omitempty"` // a cluster for tests: not durable, may be made anew
}

// pointer is what postgres.location says.
type pointer struct {
	Home string `json:"home"`
	ID   string `json:"id"`
	Note string `json:"note"`
}

const pointerNote = "the database lies in this other folder because the account that runs it cannot enter this one"

// place is a data folder and the home of its cluster.
type place struct {
	dir     string // absolute, links resolved
	home    string
	mark    mark
	account account // who runs the server
}

func (p place) data() string { return filepath.Join(p.home, dataName) }
func (p place) moved() bool  { return p.mark.Dir != "" }

// prepareDir makes the data folder and returns its one true path.
func prepareDir(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the data folder %s: %w", dir, err)
	}
	if err := os.MkdirAll(abs, 0o755); err != nil {
		return "", fmt.Errorf("make the data folder: %w", err)
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return "", fmt.Errorf("find the data folder: %w", err)
	}
	if _, err := os.Lstat(filepath.Join(abs, "PG_VERSION")); err == nil {
		return "", foreign(abs, "it is itself a PostgreSQL data folder")
	}
	return abs, nil
}

func foreign(path, problem string) error {
	return &PlaceError{Kind: ErrForeign, Path: path, Problem: problem + ", which we did not make and leave alone",
		Remedy: "move it away, or set BALAIKOTA_DATA to another folder"}
}

// findPlace finds or prepares the home for dir. The caller holds the start lock.
func (o Options) findPlace(ctx context.Context, dir string) (place, error) {
	p, err := o.findHome(ctx, dir)
	if err != nil {
		return place{}, err
	}
	if p.mark.Throwaway != o.Throwaway {
		return place{}, foreign(p.home, "it holds a throw-away test database and this is not a test, or the reverse")
	}
	switch kept, err := entries(p.data()); {
	case err != nil:
		return place{}, err
	case len(kept) > 0:
		p.account, err = ownerAccount(p.data())
		return p, err
	case p.account.name == "": // a home without a cluster yet, begun by an earlier start
		p.account, err = homeAccount(p.home)
		return p, err
	}
	return p, nil
}

// homeAccount is who will run the cluster of a home that exists: root makes
// homes for others, everybody else for themselves.
func homeAccount(home string) (account, error) {
	uid, err := ownerOf(home)
	if err != nil {
		return account{}, err
	}
	if uid == 0 || os.Geteuid() != 0 {
		return freshAccount()
	}
	return accountByID(uid)
}

func (o Options) findHome(ctx context.Context, dir string) (place, error) {
	inside := filepath.Join(dir, homeName)
	p, found, err := followPointer(dir)
	if found || err != nil {
		return p, err
	}
	m, found, err := readMark(inside)
	if err != nil {
		return place{}, err
	}
	if found {
		return place{dir: dir, home: inside, mark: m}, nil
	}
	empty, err := emptyHome(inside)
	if err != nil {
		return place{}, err
	}
	if !empty {
		return place{}, foreign(inside, "it is not empty and has no mark of ours ("+markName+")")
	}
	a, err := freshAccount()
	if err != nil {
		return place{}, err
	}
	p = place{dir: dir, home: inside, account: a, mark: newMark(o.Throwaway)}
	if within, err := a.canEnter(dir); err != nil {
		return place{}, err
	} else if !within {
		return o.moveHome(ctx, p)
	}
	return p, p.makeHome()
}

func newMark(throwaway bool) mark {
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails (crypto/rand)
	return mark{Format: 1, ID: hex.EncodeToString(id), Made: time.Now().UTC().Truncate(time.Second), Throwaway: throwaway}
}

// makeHome makes the home and marks it as ours. The account may pass through
// it to its own folders and sees nothing else of it.
func (p place) makeHome() error {
	if err := os.Mkdir(p.home, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the home of the database: %w", err)
	}
	mode := fs.FileMode(0o711)
	if os.Geteuid() != 0 {
		mode = 0o700
	}
	if err := os.Chmod(p.home, mode); err != nil {
		return fmt.Errorf("open the home of the database to its account: %w", err)
	}
	return writeJSON(filepath.Join(p.home, markName), p.mark)
}

// readMark reads the mark of a home; found is false when there is none.
func readMark(home string) (m mark, found bool, err error) {
	path := filepath.Join(home, markName)
	if err := readJSON(path, &m); errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotFolder) {
		return mark{}, false, nil
	} else if errors.Is(err, fs.ErrPermission) {
		return mark{}, false, notOurs(home)
	} else if err != nil {
		return mark{}, false, foreign(path, "it cannot be read ("+oneLine(err.Error())+")")
	}
	if m.Format != 1 || m.ID == "" {
		return mark{}, false, foreign(path, fmt.Sprintf("it has format %d, made by another version of balaikota", m.Format))
	}
	return m, true, nil
}

func notOurs(path string) error {
	return &PlaceError{Kind: ErrOwner, Path: path, Problem: "it belongs to another account and this one may not read it",
		Remedy: "run this as that account or root, or set BALAIKOTA_DATA to a folder of your own"}
}

// entries lists a folder; nothing there is an empty list, a file is an error.
func entries(dir string) ([]fs.DirEntry, error) {
	list, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, fs.ErrPermission):
		return nil, notOurs(dir)
	case errors.Is(err, errNotFolder):
		return nil, foreign(dir, "it is not a folder")
	case err != nil:
		return nil, fmt.Errorf("look into %s: %w", dir, err)
	}
	return list, nil
}

// emptyHome reports whether there is nothing in a home: what a file system or
// our own unfinished mark leaves there does not count.
func emptyHome(home string) (bool, error) {
	kept, err := entries(home)
	for _, entry := range kept {
		if name := entry.Name(); name != markName+".new" && name != "lost+found" {
			return false, err
		}
	}
	return err == nil, err
}
