package localdb

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLastOneOutStops(t *testing.T) {
	needPostgres(t)
	dir := seededDir(t)
	starter := startHolder(t, nil, dir)
	starter.expect("open")
	pid := serverPID(t, dir)
	second := startHolder(t, nil, dir)
	url := second.expect("open")
	starter.close()
	if now := serverPID(t, dir); now != pid || pid == 0 {
		t.Fatalf("after the starter went, server %d became %d", pid, now)
	}
	query(t, url, `select 1`)
	second.close()
	if now := serverPID(t, dir); now != 0 {
		t.Fatalf("server %d runs after the last one went", now)
	}
}

func TestStarterKilled(t *testing.T) {
	needPostgres(t)
	dir := seededDir(t)
	starter := startHolder(t, nil, dir)
	starter.expect("open")
	db := open(t, dir)
	pid := serverPID(t, dir)
	starter.kill9()
	if err := db.Ensure(timeLimit(t)); err != nil {
		t.Fatal(err)
	}
	if now := serverPID(t, dir); now != pid {
		t.Fatalf("server %d became %d", pid, now)
	}
	closeDB(t, db)
	if now := serverPID(t, dir); now != 0 {
		t.Fatalf("server %d runs after the last one went", now)
	}
}

func TestOnlyUserKilled(t *testing.T) {
	needPostgres(t)
	dir := seededDir(t)
	holder := startHolder(t, nil, dir)
	holder.expect("open")
	pid := serverPID(t, dir)
	holder.kill9()
	db := open(t, dir)
	query(t, db.AppURL(), `select 1`)
	if now := serverPID(t, dir); now != pid {
		t.Errorf("server %d was not taken over, %d runs", pid, now)
	}
	closeDB(t, db)
	if now := serverPID(t, dir); now != 0 {
		t.Fatalf("server %d runs after the last one went", now)
	}
}

// Ctrl-C in a terminal goes to the whole process group.
func TestServerSurvivesCtrlC(t *testing.T) {
	needPostgres(t)
	dir := seededDir(t)
	holder := startHolder(t, nil, dir)
	holder.expect("open")
	pid := serverPID(t, dir)
	if err := syscall.Kill(-holder.cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := holder.cmd.Wait(); err == nil || !strings.Contains(err.Error(), "interrupt") {
		t.Fatalf("the holder ended with %v", err)
	}
	db := open(t, dir)
	if now := serverPID(t, dir); now != pid {
		t.Errorf("server %d became %d", pid, now)
	}
	query(t, db.AppURL(), `select 1`)
}

func TestServerKilledUnderUsers(t *testing.T) {
	needPostgres(t)
	dir := seededDir(t)
	db := open(t, dir)
	query(t, db.OwnerURL(), `create table kept (n int); insert into kept select generate_series(1, 1000)`)
	url := db.OwnerURL()
	for range 3 {
		killServer(t, dir)
		if err := db.Ensure(timeLimit(t)); err != nil {
			t.Fatal(err)
		}
		if got := query(t, url, `select count(*) from kept`); !cmp.Equal(got, []string{"1000"}) {
			t.Fatalf("rows after the crash: %v", got)
		}
	}
	killServer(t, dir)
	other := open(t, dir) // another process's Open finds it dead
	query(t, url, `select 1`)
	closeDB(t, other)
	query(t, url, `select 1`)
	closeDB(t, db)
}

func killServer(t *testing.T, dir string) {
	t.Helper()
	pid := serverPID(t, dir)
	if pid == 0 {
		t.Fatal("no server runs")
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// The number in postmaster.pid belongs to somebody else after a restart of the
// machine, also to another process of the same account.
func TestStaleNumber(t *testing.T) {
	needPostgres(t)
	dir := seededDir(t)
	holder := startHolder(t, nil, dir)
	holder.expect("open")
	killServer(t, dir)
	holder.kill9()
	data := filepath.Join(dir, homeName, dataName)
	a, err := ownerAccount(data)
	if err != nil {
		t.Fatal(err)
	}
	stranger := a.command(context.Background(), "/bin/sh", "-c", "read line")
	input, err := stranger.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer stranger.Wait()
	defer input.Close()
	run := filepath.Join(dir, homeName, runName)
	for _, file := range []string{pidFile(data), filepath.Join(run, ".s.PGSQL."+port+".lock")} {
		old, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(old), "\n")
		if err := os.WriteFile(file, fmt.Appendf(nil, "%d\n%s", stranger.Process.Pid, rest), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db := open(t, dir)
	query(t, db.AppURL(), `select 1`)
	closeDB(t, db)
	if err := stranger.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the stranger was ended: %v", err)
	}
}

func TestKilledDuringInitdb(t *testing.T) {
	needPostgres(t)
	dir := testDir(t)
	for range 3 {
		holder := startHolder(t, nil, dir)
		before := len(unfinishedIn(dir))
		waitFor(t, "the beginning of initdb", func() bool {
			left := unfinishedIn(dir)
			if len(left) < max(1, before) {
				return false
			}
			files, _ := os.ReadDir(left[0])
			return len(files) > 3
		})
		holder.kill9()
	}
	db := open(t, dir)
	query(t, db.AppURL(), `select 1`)
	closeDB(t, db)
	again := open(t, dir) // sweeps what the killed programs wrote after the first sweep
	if left := unfinishedIn(dir); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	closeDB(t, again)
}

// A cut anywhere between the steps of the first start is mended by the next.
func TestCutBetweenSteps(t *testing.T) {
	needPostgres(t)
	for name, leave := range map[string]func(home string) error{
		"empty home":      func(home string) error { return os.Mkdir(home, 0o711) },
		"unfinished mark": func(home string) error { return writeIn(home, markName+".new", "{") },
		"mark alone": func(home string) error {
			return writeIn(home, markName, `{"format":1,"id":"0123","made":"2026-01-02T03:04:05Z"}`)
		},
		"empty data folder": func(home string) error {
			if err := writeIn(home, markName, `{"format":1,"id":"0123","made":"2026-01-02T03:04:05Z"}`); err != nil {
				return err
			}
			return os.Mkdir(filepath.Join(home, dataName), 0o700)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := testDir(t)
			if err := leave(filepath.Join(dir, homeName)); err != nil {
				t.Fatal(err)
			}
			db := open(t, dir)
			query(t, db.AppURL(), `select 1`)
			closeDB(t, db)
		})
	}
}

func writeIn(folder, name, content string) error {
	if err := os.MkdirAll(folder, 0o711); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600)
}

func TestSocketFolderVanishes(t *testing.T) {
	needPostgres(t)
	dir := filepath.Join(testDir(t), strings.Repeat("long/", 20)+"a folder's name, with {odd} \"signs\"")
	db := open(t, dir)
	socketDir := db.server.socketDir
	t.Cleanup(func() { _ = os.RemoveAll(socketDir) })
	if strings.HasPrefix(socketDir, dir) || len(socketDir) > 60 {
		t.Fatalf("the socket is in %s", socketDir)
	}
	query(t, db.AppURL(), `select 1`)
	if err := os.RemoveAll(socketDir); err != nil { // somebody tidies up the temp folder
		t.Fatal(err)
	}
	if err := db.Ensure(timeLimit(t)); err != nil {
		t.Fatal(err)
	}
	query(t, db.AppURL(), `select 1`)
	closeDB(t, db)
	if _, err := os.Stat(socketDir); !os.IsNotExist(err) {
		t.Errorf("the socket's folder stays behind: %v", err)
	}
	again := open(t, dir) // as after a restart of the machine
	query(t, again.AppURL(), `select 1`)
	closeDB(t, again)
}

func TestFolderRemovedWhileRunning(t *testing.T) {
	needPostgres(t)
	dir := seededDir(t)
	db := open(t, dir)
	pid := serverPID(t, dir)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := db.Ensure(timeLimit(t)); err == nil {
		t.Error("Ensure found a removed database in order")
	}
	closeDB(t, db)
	waitFor(t, "the end of the server", func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH })
}

func TestStartFails(t *testing.T) {
	needPostgres(t)
	dir := seededDir(t)
	closeDB(t, open(t, dir))
	data := filepath.Join(dir, homeName, dataName)
	auto, err := os.OpenFile(filepath.Join(data, "postgresql.auto.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer auto.Close()
	if _, err := auto.WriteString("shared_preload_libraries = 'no_such_library'\n"); err != nil {
		t.Fatal(err)
	}
	_, err = Open(timeLimit(t), Options{Dir: dir})
	wantKind(t, err, ErrStart, "no_such_library", "FATAL", filepath.Join(dir, homeName, logName))
}

// Somebody kills the server again and again, also while it starts.
func TestServerKilledWhileStarting(t *testing.T) {
	needPostgres(t)
	dir := seededDir(t)
	ctx, cancel := context.WithCancel(timeLimit(t))
	done := make(chan int)
	go func() {
		kills, last := 0, 0
		for pause(ctx, time.Millisecond) == nil && kills < 5 {
			data := filepath.Join(dir, homeName, dataName)
			if p, found, _ := readPostmaster(data); found && p.pid != last && serves(p.pid, data) {
				_ = syscall.Kill(p.pid, syscall.SIGKILL)
				last, kills = p.pid, kills+1
			}
		}
		done <- kills
	}()
	defer cancel()
	for kills := 0; kills < 5; {
		closeDB(t, open(t, dir))
		select {
		case kills = <-done:
			if kills < 5 {
				t.Fatalf("the server was met only %d times", kills)
			}
		default:
		}
	}
	db := open(t, dir)
	query(t, db.AppURL(), `select 1`)
	closeDB(t, db)
}
