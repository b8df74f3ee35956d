package localdb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	t.Parallel()
	p, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{p.Initdb, p.PgCtl, p.Postgres, p.PgControldata} {
		if filepath.Dir(path) != p.Dir || !executable(path) {
			t.Errorf("%s is not a program of %s", path, p.Dir)
		}
	}
	if p.Major < oldestMajor {
		t.Errorf("version %d", p.Major)
	}
	same, err := findMajor(p.Major)
	if err != nil || same.Major != p.Major {
		t.Errorf("by version: %v, %v", same, err)
	}
	_, err = findMajor(99)
	wantKind(t, err, ErrNoPrograms, "install it", "DATABASE_URL")
}

// fakeInstallation is a folder with programs of which only the version is asked.
func fakeInstallation(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"initdb", "pg_ctl", "postgres", "pg_controldata"} {
		script := "#!/bin/sh\necho '" + version + "'\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFindPrefersPath(t *testing.T) {
	beta, broken := fakeInstallation(t, "postgres (PostgreSQL) 99beta1"), fakeInstallation(t, "hello")
	half := fakeInstallation(t, "postgres (PostgreSQL) 98.1")
	if err := os.Remove(filepath.Join(half, "initdb")); err != nil {
		t.Fatal(err)
	}
	old := fakeInstallation(t, "postgres (PostgreSQL) 9.6.24")
	t.Setenv("PATH", strings.Join([]string{"relative", old, broken, half, beta}, ":"))
	p, err := Find()
	if err != nil || p.Dir != beta || p.Major != 99 || p.Psql != "" {
		t.Errorf("found %+v, %v; want %s", p, err, beta)
	}
}

func TestInstallHint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		release string
		major   int
		want    string
	}{
		{"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n", 0, "apt-get install postgresql"},
		{"ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", 16, "apt-get install postgresql-16"},
		{"ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", 0, "dnf install postgresql-server"},
		{"ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", 16, "dnf install postgresql16-server"},
		{"ID=alpine\n", 17, "apk add postgresql17"},
		{"ID='arch'\n", 0, "pacman -S postgresql"},
		{"ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"", 15, "zypper install postgresql15-server"},
		{"", 0, "brew install postgresql@17"},
		{"ID_LIKE\n=\n", 16, "brew install postgresql@16"},
	} {
		if got := installCommand(osFamily(c.release), c.major); !strings.HasSuffix(got, c.want) {
			t.Errorf("%q, version %d: %q, want %q", c.release, c.major, got, c.want)
		}
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	if got, want := quoted(`/a'b\c`), `'/a''b\\c'`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestChildEnvKeepsSecretsOut(t *testing.T) {
	t.Setenv("PGHOST", "elsewhere.example")
	t.Setenv("SOME_TOKEN", "hush")
	for _, entry := range childEnv() {
		if strings.HasPrefix(entry, "PG") || strings.Contains(entry, "hush") {
			t.Errorf("the server is given %s", entry)
		}
	}
}

func TestReadPostmaster(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for content, want := range map[string]postmaster{
		"":                     {},
		"\n\n":                 {},
		"nonsense":             {},
		"1\n":                  {},
		"-4\n/data\n":          {},
		"4711\n/data\n17952\n": {pid: 4711},
		"4711\n/data\n17952\n5432\n/run/x\n\n  1 2\nready   \n": {pid: 4711, socketDir: "/run/x", status: "ready"},
	} {
		if err := os.WriteFile(pidFile(dir), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, found, err := readPostmaster(dir)
		if err != nil || found != (want.pid != 0) || found && got != want {
			t.Errorf("%q: %+v, %v, %v; want %+v", content, got, found, err, want)
		}
	}
}
