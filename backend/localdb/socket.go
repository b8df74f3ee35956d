package localdb

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

// longestSocketDir keeps folder + "/.s.PGSQL.5432" inside sockaddr_un's 108
// bytes with their final zero (104 on BSD and macOS).
const longestSocketDir = 103 - len("/.s.PGSQL."+port) - 1

// plain paths need no thought about quoting in settings and connection strings.
var plain = regexp.MustCompile(`^[A-Za-z0-9/._+-]+$`)

// makeSocketDir makes the folder of the socket: in the home, or under a short
// name when that path is too long. It may have vanished since the last start
// (/run and /tmp are emptied at boot), so every start asks for it.
func (s *server) makeSocketDir() (string, error) {
	inside := filepath.Join(s.home, runName)
	if len(inside) <= longestSocketDir && plain.MatchString(inside) {
		return inside, s.makeFolder(inside)
	}
	sum := sha256.Sum256([]byte(s.home))
	name := "balaikota-" + hex.EncodeToString(sum[:6])
	problem := errors.New("no folder will do")
	for _, parent := range socketParents() {
		dir := filepath.Join(parent, name)
		if err := s.makeFolder(dir); err != nil {
			problem = fmt.Errorf("%w; %w", problem, err)
			continue
		}
		if within, err := s.account.canEnter(dir); err != nil {
			problem = fmt.Errorf("%w; %w", problem, err)
			continue
		} else if !within {
			problem = fmt.Errorf("%w; the account %s cannot enter %s", problem, s.account.name, dir)
			continue
		}
		return dir, nil
	}
	return "", fmt.Errorf("make a folder for the database's socket: %w", problem)
}

// socketParents does not look at TMPDIR: all processes must find the same.
func socketParents() []string {
	if uid := os.Geteuid(); uid != 0 {
		return []string{"/run/user/" + strconv.Itoa(uid), "/tmp"}
	}
	return []string{"/run", "/tmp"}
}

// trusted reports whether the socket's folder belongs to the server's account,
// so that nobody else can answer there in its name.
func (s *server) trusted(socketDir string) bool {
	info, err := os.Lstat(socketDir)
	return err == nil && info.IsDir() && infoOwner(info) == s.account.uid && info.Mode().Perm()&0o022 == 0
}

// removeSocketDir takes a socket folder outside the home away again, if it is empty.
func (s *server) removeSocketDir() {
	if s.socketDir != "" && filepath.Dir(s.socketDir) != s.home {
		_ = os.Remove(s.socketDir) // the next start makes it or uses it
	}
}
