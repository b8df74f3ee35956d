// Package localdbtest lends tests a real Postgres: BALAIKOTA_TEST_DATABASE_URL
// if set, else one throw-away cluster that all test processes of this account
// share. The first to ask starts it; it stops some seconds after the last has
// ended, however that ended, and the next run uses it again. It imports
// localdb and is imported by tests only.
package localdbtest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"balaikota/backend/localdb"
)

const (
	urlVariable   = "BALAIKOTA_TEST_DATABASE_URL"
	watchVariable = "BALAIKOTA_LOCALDBTEST_WATCH" // set in the watcher alone: the folder it watches
	linger        = 5 * time.Second               // bridges the gap between two test packages
)

// The watcher is the test binary itself, started once more: it needs no other
// program, and outlives the test process whose end it waits for.
func init() { //nolint:gochecknoinits // before the testing package and any TestMain take over
	if dir := os.Getenv(watchVariable); dir != "" {
		os.Exit(watch(dir))
	}
}

func watch(dir string) int {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := localdb.StopWhenUnused(context.Background(), options(dir, log), linger); err != nil {
		log.Error("watch over the test database", "err", err)
		return 1
	}
	return 0
}

func options(dir string, log *slog.Logger) localdb.Options {
	return localdb.Options{Dir: dir, Log: log, Throwaway: true}
}

// started is the cluster of this process. It is never closed: the kernel drops
// its lock when the process ends, and the watcher sees that.
var started = sync.OnceValues(start)

// DSN is a connection URL of a superuser to the database postgres, over a Unix
// socket unless BALAIKOTA_TEST_DATABASE_URL says otherwise. The roles
// balaikota_owner and balaikota_app exist in the shared cluster. Tests make
// databases of their own and drop them; fsync is off. Without an installed
// Postgres the test fails and says what to install.
func DSN(t testing.TB) string {
	t.Helper()
	if url := os.Getenv(urlVariable); url != "" {
		return url
	}
	db, err := started()
	if err != nil {
		t.Fatalf("start the test database (or set %s): %v", urlVariable, err)
	}
	return db.SuperuserURL()
}

func start() (*localdb.DB, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	db, err := localdb.Open(ctx, options(dir, nil))
	if err != nil {
		return nil, err
	}
	if err := sendWatcher(dir); err != nil {
		_ = db.Close(ctx) // the first error says more
		return nil, err
	}
	return db, nil
}

// folder makes the well-known folder. Others may write to the temp folder
// too, so what is there must be ours.
func folder() (string, error) {
	dir := filepath.Join(os.TempDir(), "balaikota-test-"+strconv.Itoa(os.Geteuid()))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make the folder of the test database: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("look at the folder of the test database: %w", err)
	}
	if !info.IsDir() || int(info.Sys().(*syscall.Stat_t).Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s belongs to somebody else: remove it or set TMPDIR", dir)
	}
	return dir, nil
}

// sendWatcher starts a watcher, which ends at once if there is one already.
func sendWatcher(dir string) error {
	binary, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the test binary: %w", err)
	}
	log, err := os.OpenFile(filepath.Join(dir, "watch.log"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("open the watcher's log: %w", err)
	}
	defer log.Close()
	// Nothing of ours may be inherited: go test waits for its output to close.
	cmd := exec.Command(binary, "-test.run=^$")
	cmd.Env = append(os.Environ(), watchVariable+"="+dir)
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/", log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the watcher: %w", err)
	}
	go func() { _ = cmd.Wait() }() // only so that it leaves no zombie
	return nil
}
