package localdbtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// childVariable makes TestChild act as a test process of its own.
const childVariable = "BALAIKOTA_LOCALDBTEST_CHILD"

// TestChild is another test process that uses the shared cluster: it says what
// it found, and with "wait" stays until its input ends or it is killed.
func TestChild(t *testing.T) {
	mode := os.Getenv(childVariable)
	if mode == "" {
		t.Skip("started by the other tests only")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgconn.Connect(ctx, DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	results, err := conn.Exec(ctx, `create table if not exists visit (n int); insert into visit values (1);
		select concat_ws(' ', 'found', current_setting('data_directory'), current_setting('is_superuser'), current_setting('fsync'),
			current_setting('synchronous_commit'), (select count(*) from pg_roles where rolname in ('balaikota_owner', 'balaikota_app')),
			(select count(*) from visit))`).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(string(results[len(results)-1].Rows[0][0]))
	if mode == "wait" {
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
}

// tempFolder is a TMPDIR of its own, so that the test does not meet the
// cluster that the other packages share at this moment.
func tempFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bkt")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func child(t *testing.T, temp, mode string, uid int) *exec.Cmd {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "-test.run=^TestChild$", "-test.v")
	cmd.Env = append(os.Environ(), "TMPDIR="+temp, childVariable+"="+mode, urlVariable+"=")
	if uid != os.Geteuid() {
		copied := filepath.Join(temp, "localdbtest.test") // go test builds where only we may look
		if out, err := exec.Command("cp", binary, copied).CombinedOutput(); err != nil {
			t.Fatalf("copy the test binary: %v: %s", err, out)
		}
		cmd.Path, cmd.Dir = copied, "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	}
	return cmd
}

// visit runs a child to its end and checks what it found.
func visit(t *testing.T, temp string, uid, visits int) {
	t.Helper()
	out, err := child(t, temp, "go", uid).CombinedOutput()
	if err != nil {
		t.Fatalf("the child failed: %v\n%s", err, out)
	}
	want := fmt.Sprintf("found %s on off off 2 %d", dataFolder(temp, uid), visits)
	if !strings.Contains(string(out), want+"\n") {
		t.Fatalf("the child said\n%swant %s", out, want)
	}
}

func dataFolder(temp string, uid int) string {
	return filepath.Join(temp, "balaikota-test-"+strconv.Itoa(uid), "postgres", "data")
}

func running(temp string, uid int) bool {
	_, err := os.Stat(filepath.Join(dataFolder(temp, uid), "postmaster.pid"))
	return err == nil
}

// waitStopped waits for the watcher to do its work; it takes the linger.
func waitStopped(t *testing.T, temp string, uid int) {
	t.Helper()
	deadline := time.NewTimer(linger + time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for running(temp, uid) {
		select {
		case <-tick.C:
		case <-deadline.C:
			log, _ := os.ReadFile(filepath.Join(temp, "balaikota-test-"+strconv.Itoa(uid), "watch.log"))
			t.Fatalf("the server still runs; the watcher's log: %s", log)
		}
	}
}

// startWaiting starts a child that has connected and stays.
func startWaiting(t *testing.T, temp string) (*exec.Cmd, io.Closer) {
	t.Helper()
	cmd := child(t, temp, "wait", os.Geteuid())
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = input.Close() })
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said []byte
	for buffer := make([]byte, 4096); !bytes.Contains(said, []byte("found")); {
		n, err := output.Read(buffer)
		said = append(said, buffer[:n]...)
		if err != nil {
			t.Fatalf("the child ended: %v\n%s", err, said)
		}
	}
	return cmd, input
}

func TestSharedAndStopped(t *testing.T) {
	t.Parallel()
	temp, uid := tempFolder(t), os.Geteuid()
	waiting, input := startWaiting(t, temp)
	visit(t, temp, uid, 2) // at the same time, in the same cluster
	_ = input.Close()
	if err := waiting.Wait(); err != nil {
		t.Fatalf("the waiting child failed: %v", err)
	}
	if !running(temp, uid) {
		t.Error("the server was stopped without waiting for the next test package")
	}
	waitStopped(t, temp, uid)
	visit(t, temp, uid, 3) // the next run uses it again
	waitStopped(t, temp, uid)
}

func TestKilledTestProcess(t *testing.T) {
	t.Parallel()
	temp, uid := tempFolder(t), os.Geteuid()
	killed, _ := startWaiting(t, temp)
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait()
	waitStopped(t, temp, uid)
}

func TestOrdinaryUser(t *testing.T) {
	t.Parallel()
	nobody, err := user.Lookup("nobody")
	if os.Geteuid() != 0 || err != nil {
		t.Skip("only root can act as the account nobody")
	}
	uid, err := strconv.Atoi(nobody.Uid)
	if err != nil {
		t.Fatal(err)
	}
	temp := tempFolder(t)
	visit(t, temp, uid, 1)
	waitStopped(t, temp, uid)
}

func TestURLOfYourOwn(t *testing.T) {
	const url = "postgres://me@db.example/postgres"
	t.Setenv(urlVariable, url)
	if got := DSN(t); got != url {
		t.Errorf("DSN %q, want %q", got, url)
	}
}

func TestFolderOfSomebodyElse(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make a folder of somebody else")
	}
	temp := tempFolder(t)
	t.Setenv("TMPDIR", temp)
	dir := filepath.Join(temp, "balaikota-test-0")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, 1, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := folder(); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a folder that somebody put there was taken: %v", err)
	}
}
