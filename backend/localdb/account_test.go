package localdb

import (
	"bufio"
	"errors"
	"io"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ordinary is an account that is neither root nor the one the server gets when
// root starts it.
func ordinary(t *testing.T) account {
	t.Helper()
	needRoot(t)
	server, err := freshAccount()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nobody", "daemon"} {
		if a, err := lookUp(name, user.Lookup); err == nil && a.uid != server.uid {
			return a
		}
	}
	t.Skip("there is no account nobody or daemon")
	return account{}
}

func TestOrdinaryUser(t *testing.T) {
	a := ordinary(t)
	needPostgres(t)
	dir := testDir(t)
	if err := a.give(dir); err != nil {
		t.Fatal(err)
	}
	holder := startHolder(t, &a, dir)
	url := holder.expect("open")
	data := filepath.Join(dir, homeName, dataName)
	if owner, err := ownerOf(data); err != nil || owner != a.uid {
		t.Fatalf("the database belongs to %d (%v), want %d", owner, err, a.uid)
	}
	query(t, url, `select 1`) // root may use it too
	asRoot := open(t, dir)
	holder.close()
	query(t, asRoot.AppURL(), `select 1`)
	killServer(t, dir)
	if err := asRoot.Ensure(timeLimit(t)); err != nil { // root starts it for its owner
		t.Fatal(err)
	}
	closeDB(t, asRoot)

	again := startHolder(t, &a, dir) // and leaves nothing that its owner cannot use
	again.expect("open")
	again.close()
	foreign, err := lookUp("bin", user.Lookup)
	if err != nil {
		t.Skip("there is no third account")
	}
	third := startHolder(t, &foreign, dir)
	if got := third.expect("error"); !strings.Contains(got, "another account") {
		t.Errorf("another user is told %q", got)
	}
}

func TestOrdinaryUserOnRootsDatabase(t *testing.T) {
	a := ordinary(t)
	needPostgres(t)
	dir := testDir(t)
	closeDB(t, open(t, dir))
	holder := startHolder(t, &a, dir)
	if got := holder.expect("error"); !strings.Contains(got, "another account") || !strings.Contains(got, "BALAIKOTA_DATA") {
		t.Errorf("the user is told %q", got)
	}
}

// answer is what the server says to an account that connects.
func answer(t *testing.T, as account, url string) string {
	t.Helper()
	cmd := process(t, &as, "connect", url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	return line
}

func TestNobodyElseMayConnect(t *testing.T) {
	a := ordinary(t)
	needPostgres(t)
	dir := seededDir(t)
	db := open(t, dir)
	urls := []string{db.AppURL(), db.OwnerURL(), db.SuperuserURL()}
	for _, u := range urls {
		if got := answer(t, a, u); !strings.Contains(got, "permission denied") {
			t.Errorf("the socket's folder lets %s in: %s", a.name, got)
		}
	}
	// The second wall: the folders and the socket are open, the server asks who it is.
	run := filepath.Join(dir, homeName, runName)
	for _, path := range []string{filepath.Join(dir, homeName), run, filepath.Join(run, ".s.PGSQL."+port)} {
		if err := os.Chmod(path, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, u := range append(urls, withRole(t, urls[0], a.name), withRole(t, urls[0], "root")) {
		if got := answer(t, a, u); !strings.HasPrefix(got, "error 28000 ") {
			t.Errorf("%s gets as far as: %s", a.name, got)
		}
	}
	server, err := freshAccount()
	if err != nil {
		t.Fatal(err)
	}
	if got := answer(t, server, urls[0]); got != "connected\n" {
		t.Errorf("the server's own account is told %q", got)
	}
	if got := query(t, db.AppURL(), `show listen_addresses`); !cmp.Equal(got, []string{""}) {
		t.Errorf("it listens on %v", got)
	}
}

func withRole(t *testing.T, text, role string) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(role)
	return u.String()
}

func TestAccountWithoutName(t *testing.T) {
	t.Parallel()
	_, err := accountByID(1<<31 - 17)
	wantKind(t, err, ErrNoAccount, "/etc/passwd")
}

func TestCanEnter(t *testing.T) {
	a := ordinary(t)
	t.Parallel()
	dir := testDir(t)
	for mode, want := range map[os.FileMode]bool{0o755: true, 0o711: true, 0o700: false, 0o744: false} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if got, err := a.canEnter(dir); err != nil || got != want {
			t.Errorf("mode %v: %v, %v", mode, got, err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := a.canEnter(filepath.Join(dir, "absent")); err == nil {
		t.Error("an absent folder can be entered")
	}
}
