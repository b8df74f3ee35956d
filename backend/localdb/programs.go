package localdb

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oldestMajor is the oldest PostgreSQL that our SQL and settings are meant for
// (trusted extensions came with 13).
const oldestMajor = 13

// Programs are the full paths of one PostgreSQL installation's programs.
type Programs struct {
	Dir           string // the folder that holds them
	Major         int    // 15 for PostgreSQL 15.18
	Initdb        string
	PgCtl         string
	Postgres      string
	PgControldata string
	Psql          string // "" when no client program is installed: we do not need it, people do
}

// Find looks for the server's programs on PATH, then where the usual packages
// put them, newest version first. The error (ErrNoPrograms) says what to
// install on this system.
func Find() (Programs, error) { return findMajor(0) }

// findMajor is Find for one major version; 0 takes the first that is new enough.
func findMajor(major int) (Programs, error) {
	tooOld := 0
	for _, dir := range programFolders() {
		p, ok := programsIn(dir)
		if !ok {
			continue
		}
		version, err := majorOf(p.Postgres)
		if err != nil {
			continue // a wrapper or a broken installation: the next folder may be sound
		}
		p.Major = version
		switch {
		case version == major, major == 0 && version >= oldestMajor:
			return p, nil
		case version < oldestMajor:
			tooOld = version
		}
	}
	if tooOld > 0 && major == 0 {
		return Programs{}, fmt.Errorf("%w: PostgreSQL %d is too old, %d or newer is needed; %s",
			ErrNoPrograms, tooOld, oldestMajor, installHint(0))
	}
	return Programs{}, fmt.Errorf("%w: looked for initdb, pg_ctl, postgres and pg_controldata on PATH and in %s; %s",
		ErrNoPrograms, "/usr/lib/postgresql/*/bin and the like", installHint(major))
}

// programFolders lists where to look: PATH in its own order, then each usual
// place with the highest version first.
func programFolders() []string {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",                           // Debian, Ubuntu
		"/usr/pgsql-*/bin",                                    // Fedora, RHEL from postgresql.org
		"/usr/libexec/postgresql*",                            // Alpine
		"/usr/lib/postgresql*/bin",                            // SUSE
		"/opt/homebrew/opt/postgresql@*/bin",                  // Homebrew on Apple silicon
		"/usr/local/opt/postgresql@*/bin",                     // Homebrew on Intel
		"/opt/local/lib/postgresql*/bin",                      // MacPorts
		"/Applications/Postgres.app/Contents/Versions/*/bin/", // Postgres.app
		"/usr/local/pgsql/bin",                                // built from source
	} {
		found, _ := filepath.Glob(pattern) // the only error is a bad pattern
		slices.SortFunc(found, func(a, b string) int { return firstNumber(b) - firstNumber(a) })
		dirs = append(dirs, found...)
	}
	return dirs
}

var digits = regexp.MustCompile(`\d+`)

func firstNumber(path string) int {
	n, _ := strconv.Atoi(digits.FindString(path))
	return n
}

// programsIn reports the installation in dir. All server programs must be
// there: distributions put a psql alone on PATH.
func programsIn(dir string) (Programs, bool) {
	if !filepath.IsAbs(dir) {
		return Programs{}, false
	}
	p := Programs{Dir: dir}
	for name, path := range map[string]*string{
		"initdb": &p.Initdb, "pg_ctl": &p.PgCtl, "postgres": &p.Postgres, "pg_controldata": &p.PgControldata,
	} {
		if *path = filepath.Join(dir, name); !executable(*path) {
			return Programs{}, false
		}
	}
	if psql := filepath.Join(dir, "psql"); executable(psql) {
		p.Psql = psql
	} else if psql, err := exec.LookPath("psql"); err == nil {
		p.Psql = psql
	}
	return p, true
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// majorOf asks the program itself, because folders and packages lie.
func majorOf(postgres string) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, postgres, "--version")
	cmd.Dir, cmd.Env = "/", childEnv()
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("ask %s for its version: %w", postgres, err)
	}
	found := versionLine.FindSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("ask %s for its version: it said %q", postgres, oneLine(string(out)))
	}
	return strconv.Atoi(string(found[1]))
}

// childEnv is the whole environment of the programs we start: ours may hold
// secrets, and PG* variables would change what they do.
func childEnv() []string {
	env := []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	if libs := os.Getenv("LD_LIBRARY_PATH"); libs != "" {
		env = append(env, "LD_LIBRARY_PATH="+libs)
	}
	return env
}

// installHint says how to install the server (major 0: any version) on this system.
func installHint(major int) string {
	return "install it (" + installCommandHere(major) + ") or set DATABASE_URL to a PostgreSQL server of your own"
}

func installCommandHere(major int) string {
	release, _ := os.ReadFile("/etc/os-release") // absent outside Linux
	return installCommand(osFamily(string(release)), major)
}

// osFamily reads ID and ID_LIKE of an os-release file (freedesktop.org, os-release(5)).
func osFamily(release string) string {
	var ids []string
	for line := range strings.Lines(release) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if key == "ID" || key == "ID_LIKE" {
			ids = append(ids, strings.Fields(strings.Trim(value, `"'`))...)
		}
	}
	for _, family := range []string{"debian", "ubuntu", "fedora", "rhel", "alpine", "arch", "suse"} {
		if slices.Contains(ids, family) {
			return family
		}
	}
	return ""
}

func installCommand(family string, major int) string {
	version := ""
	if major > 0 {
		version = strconv.Itoa(major)
	}
	switch family {
	case "debian", "ubuntu":
		if major > 0 {
			return "apt-get install postgresql-" + version
		}
		return "apt-get install postgresql"
	case "fedora", "rhel":
		if major > 0 {
			return "dnf install postgresql" + version + "-server"
		}
		return "dnf install postgresql-server"
	case "alpine":
		return "apk add postgresql" + version
	case "arch":
		return "pacman -S postgresql"
	case "suse":
		return "zypper install postgresql" + version + "-server"
	}
	if version == "" {
		version = "17"
	}
	return "Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql@" + version
}
