package localdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// account is the operating system's account that the server runs as.
type account struct {
	name string
	uid  int
	gid  int
}

// unprivileged are the accounts that may run the server when we are root, best
// first: the package's own, what other systems call it, and the one that owns
// nothing.
var unprivileged = []string{"postgres", "_postgres", "postgresql", "pgsql", "nobody"}

// freshAccount is who will own and run a new cluster: we, or, when we are
// root (as whom PostgreSQL refuses to run), an unprivileged account.
func freshAccount() (account, error) {
	if os.Geteuid() != 0 {
		return accountByID(os.Geteuid())
	}
	for _, name := range unprivileged {
		if a, err := lookUp(name, user.Lookup); err == nil && a.uid != 0 {
			return a, nil
		}
	}
	return account{}, fmt.Errorf("%w: PostgreSQL does not run as root and none of the accounts %s exists; "+
		"make one (useradd --system --shell /usr/sbin/nologin postgres) or run balaikota as an ordinary user",
		ErrNoAccount, strings.Join(unprivileged, ", "))
}

// ownerAccount is who runs the cluster that lies in data: its owner.
func ownerAccount(data string) (account, error) {
	uid, err := ownerOf(data)
	if err != nil {
		return account{}, err
	}
	if uid == 0 {
		return account{}, &PlaceError{Kind: ErrForeign, Path: data, Problem: "it belongs to root, as whom PostgreSQL does not run",
			Remedy: "give it back to the account that it belonged to (chown -R), or set BALAIKOTA_DATA to another folder"}
	}
	a, err := accountByID(uid)
	if err != nil {
		return account{}, err
	}
	if us := os.Geteuid(); us != 0 && us != uid {
		return account{}, &PlaceError{Kind: ErrOwner, Path: data, Problem: "it belongs to the account " + a.name,
			Remedy: "run this as " + a.name + " or root, or set BALAIKOTA_DATA to a folder of your own"}
	}
	return a, nil
}

func accountByID(uid int) (account, error) {
	a, err := lookUp(strconv.Itoa(uid), user.LookupId)
	if err != nil {
		return account{}, fmt.Errorf("%w: user id %d has no entry in /etc/passwd, which PostgreSQL needs (%w); "+
			"add one, or run as an account that has", ErrNoAccount, uid, err)
	}
	return a, nil
}

// lookUp finds an account by name or number. A binary built without cgo reads
// /etc/passwd alone, so accounts of a directory service are asked of getent.
func lookUp(key string, standard func(string) (*user.User, error)) (account, error) {
	if u, err := standard(key); err == nil {
		return parseAccount(u.Username, u.Uid, u.Gid)
	}
	out, err := exec.Command("getent", "passwd", key).Output()
	if err != nil {
		return account{}, fmt.Errorf("look up account %s: %w", key, user.UnknownUserError(key))
	}
	fields := strings.Split(strings.TrimSpace(string(out)), ":")
	if len(fields) < 4 {
		return account{}, fmt.Errorf("look up account %s: getent answered %q", key, out)
	}
	return parseAccount(fields[0], fields[2], fields[3])
}

func parseAccount(name, uid, gid string) (account, error) {
	u, uidErr := strconv.Atoi(uid)
	g, gidErr := strconv.Atoi(gid)
	return account{name: name, uid: u, gid: g}, errors.Join(uidErr, gidErr)
}

// command prepares a program to run as the account, in a session of its own:
// Ctrl-C in the terminal must reach us and not the server, since the order of
// the shutdown is ours.
func (a account) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = "/", childEnv()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if os.Geteuid() != a.uid {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return cmd
}

// canEnter reports whether the account may enter dir. It asks the kernel by
// trying, because mode bits say nothing about ACLs and network file systems.
func (a account) canEnter(dir string) (bool, error) {
	cmd := a.command(context.Background(), "/bin/sh", "-c", ":")
	cmd.Dir = dir
	err := cmd.Run()
	if errors.Is(err, fs.ErrPermission) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("try to enter %s as %s: %w", dir, a.name, err)
	}
	return true, nil
}

// give makes the account the owner of a file or folder we have just made.
func (a account) give(path string) error {
	if os.Geteuid() == a.uid {
		return nil
	}
	if err := os.Lchown(path, a.uid, a.gid); err != nil {
		return fmt.Errorf("give %s to the account %s: %w", path, a.name, err)
	}
	return nil
}

// ownerOf is the user id that owns path itself, not what a link points to.
func ownerOf(path string) (int, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, fmt.Errorf("look at the owner of %s: %w", path, err)
	}
	return infoOwner(info), nil
}

func infoOwner(info fs.FileInfo) int {
	return int(info.Sys().(*syscall.Stat_t).Uid)
}
