package localdb

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Another process of ours is this test binary, started again with a mode.
const (
	modeVariable = "BALAIKOTA_LOCALDB_TEST_MODE"
	argVariable  = "BALAIKOTA_LOCALDB_TEST_ARGUMENT"
)

func TestMain(m *testing.M) {
	switch os.Getenv(modeVariable) {
	case "":
		status := m.Run()
		if seed, err := seeded(); err == nil {
			_ = os.RemoveAll(seed)
		}
		os.Exit(status)
	case "hold":
		os.Exit(hold(os.Getenv(argVariable)))
	case "connect":
		os.Exit(connectOnce(os.Getenv(argVariable)))
	}
	os.Exit(3)
}

// hold opens the database, says so, and closes it when its input ends.
func hold(dir string) int {
	ctx := context.Background()
	db, err := Open(ctx, Options{Dir: dir})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("open", db.AppURL())
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := db.Close(ctx); err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("closed")
	return 0
}

// connectOnce says what the server answers to this account.
func connectOnce(url string) int {
	conn, err := pgconn.Connect(context.Background(), url)
	if err != nil {
		fmt.Println("error", sqlState(err), oneLine(err.Error()))
		return 1
	}
	fmt.Println("connected")
	_ = conn.Close(context.Background())
	return 0
}

// holder is another process that holds the database open.
type holder struct {
	t     *testing.T
	cmd   *exec.Cmd
	input io.WriteCloser
	lines *bufio.Scanner
}

// process prepares another process of ours, as an account if one is given.
func process(t *testing.T, as *account, mode, argument string) *exec.Cmd {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if as != nil {
		// go test builds in a folder that only we may enter, and t.TempDir is one too.
		copied := filepath.Join(testDir(t), "localdb.test")
		if out, err := exec.Command("cp", binary, copied).CombinedOutput(); err != nil {
			t.Fatalf("copy the test binary: %v: %s", err, out)
		}
		cmd.Path = copied
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(as.uid), Gid: uint32(as.gid)}
	}
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), modeVariable+"="+mode, argVariable+"="+argument)
	return cmd
}

func startHolder(t *testing.T, as *account, dir string) *holder {
	t.Helper()
	h := &holder{t: t, cmd: process(t, as, "hold", dir)}
	var err error
	if h.input, err = h.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	h.lines = bufio.NewScanner(out)
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = h.cmd.Process.Kill()
		_ = h.cmd.Wait()
	})
	return h
}

// expect reads the next line, which must begin with word, and returns the rest.
func (h *holder) expect(word string) string {
	h.t.Helper()
	timer := time.AfterFunc(time.Minute, func() { _ = h.cmd.Process.Kill() })
	defer timer.Stop()
	if !h.lines.Scan() {
		h.t.Fatalf("the other process ended without saying %q", word)
	}
	first, rest, _ := strings.Cut(h.lines.Text(), " ")
	if first != word {
		h.t.Fatalf("the other process said %q, want %q", h.lines.Text(), word)
	}
	return rest
}

func (h *holder) close() {
	h.t.Helper()
	_ = h.input.Close()
	h.expect("closed")
	_ = h.cmd.Wait()
}

func (h *holder) kill9() {
	h.t.Helper()
	if err := h.cmd.Process.Kill(); err != nil {
		h.t.Fatal(err)
	}
	_ = h.cmd.Wait()
}

// testDir is a data folder that the server's account may enter, with a short
// name. Whatever still runs in it at the end is stopped.
func testDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bk")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stopLeftover(t, filepath.Join(dir, homeName, dataName))
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// seeded is a data folder whose database was made once and closed. Copies of
// it save the tests that are not about the first start a second each.
var seeded = sync.OnceValues(func() (string, error) {
	if os.Getenv(modeVariable) != "" {
		return "", errors.New("not a test process")
	}
	dir, err := os.MkdirTemp("", "bkseed")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return dir, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	db, err := Open(ctx, Options{Dir: dir})
	if err != nil {
		return dir, err
	}
	return dir, db.Close(ctx)
})

// seededDir is testDir with a database in it, not running.
func seededDir(t *testing.T) string {
	t.Helper()
	seed, err := seeded()
	if err != nil {
		t.Fatal(err)
	}
	dir := testDir(t)
	if out, err := exec.Command("cp", "-a", filepath.Join(seed, homeName), dir).CombinedOutput(); err != nil {
		t.Fatalf("copy a database: %v: %s", err, out)
	}
	return dir
}

// stopLeftover ends a server that a failed test left behind.
func stopLeftover(t *testing.T, data string) {
	t.Helper()
	if p, found, _ := readPostmaster(data); found && serves(p.pid, data) {
		_ = syscall.Kill(p.pid, syscall.SIGQUIT)
		waitFor(t, "the end of a left-over server", func() bool { return !serves(p.pid, data) })
	}
}

func needPostgres(t *testing.T) {
	t.Helper()
	t.Parallel()
	if _, err := Find(); err != nil {
		t.Fatal(err) // it says what to install
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can act as another account")
	}
}

func timeLimit(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func open(t *testing.T, dir string) *DB {
	t.Helper()
	db, err := Open(timeLimit(t), Options{Dir: dir})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) }) // what a failed test left
	return db
}

func closeDB(t *testing.T, db *DB) {
	t.Helper()
	if err := db.Close(timeLimit(t)); err != nil {
		t.Fatalf("Close: %v", err)
	}
}

// query runs statements and returns the first column of the last one's rows.
func query(t *testing.T, url, sql string) []string {
	t.Helper()
	rows, err := tryQuery(t, url, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return rows
}

func tryQuery(t *testing.T, url, sql string) ([]string, error) {
	t.Helper()
	ctx := timeLimit(t)
	conn, err := pgconn.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	results, err := conn.Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, err
	}
	var column []string
	for _, row := range results[len(results)-1].Rows {
		column = append(column, string(row[0]))
	}
	return column, nil
}

// serverPID is the running postmaster of dir, 0 if none runs.
func serverPID(t *testing.T, dir string) int {
	t.Helper()
	data := filepath.Join(dir, homeName, dataName)
	p, found, err := readPostmaster(data)
	if err != nil {
		t.Fatal(err)
	}
	if !found || !serves(p.pid, data) {
		return 0
	}
	return p.pid
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for !done() {
		if err := pause(ctx, 2*time.Millisecond); err != nil {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// wantKind checks that an error is of a kind, in one line, and says all words.
func wantKind(t *testing.T, err, kind error, words ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("error %v, want kind %v", err, kind)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %q", err, word)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q has several lines", err)
	}
}

// tree is everything below dir with its content, to see that nothing changed.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || filepath.Base(path) == startLockName {
			return err
		}
		line := path + " " + entry.Type().String()
		if entry.Type().IsRegular() {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += " " + string(bytes.TrimSpace(content))
		}
		all = append(all, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}
