package localdb

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestForeignFolders(t *testing.T) {
	needPostgres(t)
	marked := `{"format":1,"id":"0123","made":"2026-01-02T03:04:05Z"}`
	for name, c := range map[string]struct {
		files map[string]string // path below the data folder, content
		kind  error
		words []string
	}{
		"somebody's files":         {map[string]string{"postgres/thesis.txt": "x"}, ErrForeign, []string{"postgres", "move it away"}},
		"a file instead":           {map[string]string{"postgres": "x"}, ErrForeign, []string{"not a folder"}},
		"a cluster without mark":   {map[string]string{"postgres/data/PG_VERSION": "15\n"}, ErrForeign, []string{"no mark of ours"}},
		"the folder is a cluster":  {map[string]string{"PG_VERSION": "15\n", "base/1/112": "x"}, ErrForeign, []string{"itself a PostgreSQL data folder"}},
		"data without version":     {map[string]string{"postgres/balaikota.json": marked, "postgres/data/x": "x"}, ErrForeign, []string{"PG_VERSION"}},
		"data with odd version":    {map[string]string{"postgres/balaikota.json": marked, "postgres/data/PG_VERSION": "soon"}, ErrForeign, []string{"soon"}},
		"data of an old version":   {map[string]string{"postgres/balaikota.json": marked, "postgres/data/PG_VERSION": "12\n"}, ErrVersion, []string{"PostgreSQL 12", "pg_dump", "install"}},
		"data of a later version":  {map[string]string{"postgres/balaikota.json": marked, "postgres/data/PG_VERSION": "99\n"}, ErrVersion, []string{"PostgreSQL 99", "this machine has PostgreSQL"}},
		"a mark of the future":     {map[string]string{"postgres/balaikota.json": `{"format":2,"id":"0123"}`}, ErrForeign, []string{"format 2"}},
		"a broken mark":            {map[string]string{"postgres/balaikota.json": `{`, "postgres/x": "x"}, ErrForeign, []string{"balaikota.json"}},
		"a test cluster":           {map[string]string{"postgres/balaikota.json": `{"format":1,"id":"0123","throwaway":true}`}, ErrForeign, []string{"test"}},
		"a pointer to nothing":     {map[string]string{pointerName: `{"home":"/nonexistent/balaikota","id":"0123"}`}, ErrLost, []string{"/nonexistent/balaikota"}},
		"a pointer to the outside": {map[string]string{pointerName: `{"home":"../../etc","id":"0123"}`}, ErrForeign, []string{pointerName}},
		"a broken pointer":         {map[string]string{pointerName: `[]`}, ErrForeign, []string{pointerName}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(name, "pointer") && os.Geteuid() != 0 && c.kind != nil {
				t.Skip("only root follows pointers")
			}
			dir := testDir(t)
			for path, content := range c.files {
				path = filepath.Join(dir, path)
				if err := writeIn(filepath.Dir(path), filepath.Base(path), content); err != nil {
					t.Fatal(err)
				}
			}
			giveToServer(t, filepath.Join(dir, homeName, dataName))
			before := tree(t, dir)
			_, err := Open(timeLimit(t), Options{Dir: dir})
			wantKind(t, err, c.kind, c.words...)
			after := tree(t, dir)
			after = removeLine(after, filepath.Join(dir, homeName, usersLockName))
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("the folder was changed:\n%s", diff)
			}
		})
	}
}

func removeLine(lines []string, path string) []string {
	var rest []string
	for _, line := range lines {
		if !strings.HasPrefix(line, path+" ") {
			rest = append(rest, line)
		}
	}
	return rest
}

// giveToServer makes a prepared data folder belong to whom it would.
func giveToServer(t *testing.T, data string) {
	t.Helper()
	if _, err := os.Stat(data); err != nil || os.Geteuid() != 0 {
		return
	}
	a, err := freshAccount()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.give(data); err != nil {
		t.Fatal(err)
	}
}

func TestDataOfRoot(t *testing.T) {
	needRoot(t)
	needPostgres(t)
	dir := seededDir(t)
	closeDB(t, open(t, dir))
	if out, err := exec.Command("chown", "-R", "root", filepath.Join(dir, homeName, dataName)).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, err := Open(timeLimit(t), Options{Dir: dir})
	wantKind(t, err, ErrForeign, "root", "chown")
}

// closedDir is a data folder that the server's account cannot enter, like a
// clone in root's home.
func closedDir(t *testing.T) string {
	t.Helper()
	needRoot(t)
	needPostgres(t)
	dir := testDir(t)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// removeHome takes away what a test leaves outside its folder.
func removeHome(t *testing.T, home string) {
	t.Helper()
	t.Cleanup(func() {
		stopLeftover(t, filepath.Join(home, dataName))
		if err := os.RemoveAll(home); err != nil {
			t.Error(err)
		}
		_ = os.Remove(movedParent) // if it is empty
	})
}

func TestFolderThatTheServerCannotEnter(t *testing.T) {
	dir := closedDir(t)
	db := open(t, dir)
	home := db.Home()
	removeHome(t, home)
	if strings.HasPrefix(home, dir) {
		t.Fatalf("the database is in %s", home)
	}
	query(t, db.OwnerURL(), `create table kept (n int)`)
	attached := open(t, dir)
	closeDB(t, db)
	query(t, attached.OwnerURL(), `select * from kept`)
	closeDB(t, attached)

	renamed := dir + "-renamed"
	if err := os.Rename(dir, renamed); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(renamed) })
	again := open(t, renamed)
	if again.Home() != home {
		t.Errorf("the renamed folder has another home, %s", again.Home())
	}
	query(t, again.OwnerURL(), `select * from kept`)
	closeDB(t, again)

	if out, err := exec.Command("cp", "-a", renamed, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, err := Open(timeLimit(t), Options{Dir: dir})
	wantKind(t, err, ErrForeign, "copy of "+renamed, pointerName)

	if err := os.Remove(filepath.Join(dir, pointerName)); err != nil {
		t.Fatal(err)
	}
	fresh := open(t, dir) // the old home has the name that follows from this folder
	removeHome(t, fresh.Home())
	if fresh.Home() == home {
		t.Fatal("two folders share a home")
	}
	if _, err := tryQuery(t, fresh.OwnerURL(), `select * from kept`); sqlState(err) != "42P01" {
		t.Errorf("the fresh database has the other's table: %v", err)
	}
	closeDB(t, fresh)

	if err := os.RemoveAll(home); err != nil {
		t.Fatal(err)
	}
	_, err = Open(timeLimit(t), Options{Dir: renamed})
	wantKind(t, err, ErrLost, home, pointerName)
}

func TestClosedFolderRemovedAndMadeAnew(t *testing.T) {
	dir := closedDir(t)
	db := open(t, dir)
	home := db.Home()
	removeHome(t, home)
	query(t, db.OwnerURL(), `create table kept (n int)`)
	remake := func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	remake()
	_, err := Open(timeLimit(t), Options{Dir: dir})
	wantKind(t, err, ErrForeign, "still uses")
	closeDB(t, db)

	fresh := open(t, dir)
	if _, err := tryQuery(t, fresh.OwnerURL(), `select * from kept`); sqlState(err) != "42P01" {
		t.Errorf("the removed folder's database is back: %v", err)
	}
	closeDB(t, fresh)
	aside, err := filepath.Glob(home + ".aside-*")
	if err != nil || len(aside) != 1 {
		t.Fatalf("put aside: %v, %v", aside, err)
	}
	removeHome(t, aside[0])
	if _, err := os.Stat(filepath.Join(aside[0], dataName, "PG_VERSION")); err != nil {
		t.Errorf("the old database was not kept: %v", err)
	}
}

func TestClosedFolderCutBeforeThePointer(t *testing.T) {
	dir := closedDir(t)
	a, err := freshAccount()
	if err != nil {
		t.Fatal(err)
	}
	parent, prefix, err := movedInto(dir, a)
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(parent, prefix+movedName(dir, 1))
	removeHome(t, home)
	holder := startHolder(t, nil, dir)
	waitFor(t, "the beginning of initdb", func() bool {
		left, _ := filepath.Glob(filepath.Join(home, unfinished+"*"))
		return len(left) > 0
	})
	holder.kill9()
	if _, err := os.Stat(filepath.Join(dir, pointerName)); !os.IsNotExist(err) {
		t.Fatalf("the pointer was written before the database: %v", err)
	}
	db := open(t, dir)
	if db.Home() != home {
		t.Errorf("home %s, before the cut it was %s", db.Home(), home)
	}
	query(t, db.AppURL(), `select 1`)
	closeDB(t, db)
}

// The database of a temp folder goes some time after that folder.
func TestTempFolderRemoved(t *testing.T) {
	dir := closedDir(t)
	db := open(t, dir)
	home := db.Home()
	removeHome(t, home)
	closeDB(t, db)
	sweep := func() {
		Options{}.settle().sweepTemp(timeLimit(t), filepath.Dir(home))
	}
	old := time.Now().Add(-2 * tempLeftFor)
	control := filepath.Join(home, dataName, "global", "pg_control")
	if err := os.Chtimes(control, old, old); err != nil {
		t.Fatal(err)
	}
	sweep()
	if _, err := os.Stat(control); err != nil {
		t.Fatalf("the database was removed before its folder: %v", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(control, time.Time{}, time.Now()); err != nil {
		t.Fatal(err)
	}
	sweep()
	if _, err := os.Stat(control); err != nil {
		t.Fatalf("the database was removed at once: %v", err)
	}
	if err := os.Chtimes(control, old, old); err != nil {
		t.Fatal(err)
	}
	sweep()
	if _, err := os.Stat(home); !os.IsNotExist(err) {
		t.Errorf("the database is still there: %v", err)
	}
}

// A clone in root's home keeps its database for good, so not in a temp folder.
func TestClosedFolderOutsideTemp(t *testing.T) {
	needRoot(t)
	needPostgres(t)
	parent, err := os.UserHomeDir()
	if err != nil {
		t.Skip(err)
	}
	dir, err := os.MkdirTemp(parent, ".balaikota-test-") // 0700
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	db := open(t, dir)
	removeHome(t, db.Home())
	if filepath.Dir(db.Home()) != movedParent {
		t.Errorf("home %s", db.Home())
	}
	query(t, db.AppURL(), `select 1`)
	closeDB(t, db)
}
