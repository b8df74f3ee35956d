package localdb

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// postmaster is what a server says about itself in postmaster.pid (the lines
// are documented in PostgreSQL's src/include/utils/pidfile.h).
type postmaster struct {
	pid       int
	socketDir string // "" while it is starting
	status    string // starting, ready, standby, stopping; "" at first
}

func pidFile(data string) string { return filepath.Join(data, "postmaster.pid") }

// readPostmaster reads postmaster.pid; found is false when there is none, or
// one that was cut off by a full disk or a power cut.
func readPostmaster(data string) (p postmaster, found bool, err error) {
	raw, err := os.ReadFile(pidFile(data))
	if errors.Is(err, fs.ErrNotExist) {
		return postmaster{}, false, nil
	}
	if err != nil {
		return postmaster{}, false, fmt.Errorf("look for the database server: %w", err)
	}
	lines := strings.Split(string(raw), "\n")
	p.pid, _ = strconv.Atoi(strings.TrimSpace(lines[0])) // 0 for nonsense
	if p.pid <= 1 {
		return postmaster{}, false, nil
	}
	if len(lines) > 4 {
		p.socketDir = strings.TrimSpace(lines[4])
	}
	if len(lines) > 7 {
		p.status = strings.TrimSpace(lines[7])
	}
	return p, true, nil
}

// serves reports whether process pid is the server of the cluster in data. A
// number alone says little: after a restart of the machine it may be anybody's.
func serves(pid int, data string) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	if _, err := os.Stat("/proc/self/cmdline"); err != nil {
		return true // no /proc to ask: believe the file, as PostgreSQL does
	}
	proc := "/proc/" + strconv.Itoa(pid)
	// A process that has ended and waits for its parent has no command line.
	line, err := os.ReadFile(proc + "/cmdline")
	if err != nil || len(line) == 0 {
		return false
	}
	for argument := range bytes.SplitSeq(line, []byte{0}) {
		if string(argument) == data {
			return true
		}
	}
	// The data folder may have been renamed since. In a container even root may not see this.
	there, thereErr := os.Stat(proc + "/cwd")
	here, hereErr := os.Stat(data)
	return thereErr == nil && hereErr == nil && os.SameFile(there, here)
}

// clearStale removes what a server that was killed left behind, as far as it
// would keep the next one from starting. PostgreSQL does this itself unless the
// dead server's number now belongs to another process, or to its own remains.
func clearStale(data string, p postmaster, socketDir string) error {
	stale := []string{filepath.Join(socketDir, ".s.PGSQL."+port), filepath.Join(socketDir, ".s.PGSQL."+port+".lock")}
	if p.pid > 1 && !errors.Is(syscall.Kill(p.pid, 0), syscall.ESRCH) {
		stale = append(stale, pidFile(data))
	}
	for _, path := range stale {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clear up after a server that was killed: %w", err)
		}
	}
	return nil
}
