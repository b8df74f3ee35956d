package localdb

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// Clients are the full paths of the programs that copy a database out and back.
type Clients struct {
	Major     int
	PgDump    string
	PgRestore string
}

// FindClients looks for pg_dump and pg_restore where Find looks for the server:
// of the server's own major version if possible, else of the next newer one,
// because an older pg_dump refuses a newer server. The error (ErrNoPrograms)
// says what to install.
func FindClients(ctx context.Context, major int) (Clients, error) {
	var found []Clients
	for _, dir := range programFolders() {
		c := Clients{PgDump: filepath.Join(dir, "pg_dump"), PgRestore: filepath.Join(dir, "pg_restore")}
		if !filepath.IsAbs(dir) || !executable(c.PgDump) || !executable(c.PgRestore) {
			continue
		}
		var err error
		if c.Major, err = dumpMajor(ctx, c.PgDump); err == nil && c.Major >= major {
			found = append(found, c)
		}
	}
	if len(found) == 0 {
		return Clients{}, fmt.Errorf("%w: no pg_dump and pg_restore of version %d or newer; install them (%s)", ErrNoPrograms, major, installCommandHere(major))
	}
	return slices.MinFunc(found, func(a, b Clients) int { return a.Major - b.Major }), nil
}

func dumpMajor(ctx context.Context, path string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--version")
	cmd.Dir, cmd.Env = "/", childEnv()
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("ask %s for its version: %w", path, err)
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("ask %s for its version: it said %q", path, oneLine(string(out)))
	}
	return strconv.Atoi(string(m[1]))
}
