package localdb

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ensureCluster makes the cluster if there is none, and returns the major
// version of the one there is. The caller holds the start lock.
func (s *server) ensureCluster(ctx context.Context) (major int, err error) {
	kept, err := entries(s.data())
	if err != nil {
		return 0, err
	}
	s.sweep()
	if len(kept) == 0 {
		return s.create(ctx)
	}
	return clusterMajor(s.data())
}

// clusterMajor reads PG_VERSION of a folder that has something in it.
func clusterMajor(data string) (int, error) {
	raw, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, foreign(data, "it is not empty and has no PG_VERSION")
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the database: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		return 0, foreign(data, fmt.Sprintf("its PG_VERSION says %.20q", raw))
	}
	return major, nil
}

// programsFor finds the programs that fit the cluster. A cluster is never
// upgraded behind anybody's back.
func (s *server) programsFor(major int) (Programs, error) {
	p, err := findMajor(major)
	if err == nil {
		return p, nil
	}
	here := "no PostgreSQL server"
	if other, otherErr := findMajor(0); otherErr == nil {
		here = "PostgreSQL " + strconv.Itoa(other.Major)
	}
	return Programs{}, &PlaceError{Kind: ErrVersion, Path: s.data(),
		Problem: fmt.Sprintf("it was made by PostgreSQL %d and this machine has %s", major, here),
		Remedy: fmt.Sprintf("install PostgreSQL %d as well (%s), or move the data yourself (pg_dump with version %d, then restore into an empty BALAIKOTA_DATA)",
			major, installCommandHere(major), major)}
}

// sweep removes what an initdb that was cut off left behind. A program of it
// may still be running, so a failure is only worth a line: the next start
// tries again, and nothing else uses these names.
func (s *server) sweep() {
	left, err := entries(s.home)
	if err != nil {
		return // whoever needs the home will say so
	}
	for _, entry := range left {
		if !strings.HasPrefix(entry.Name(), unfinished) {
			continue
		}
		path := filepath.Join(s.home, entry.Name())
		if err := os.RemoveAll(path); err != nil {
			s.opts.Log.Warn("could not remove an unfinished database", "path", path, "err", err)
		} else {
			s.opts.Log.Info("removed an unfinished database", "path", path)
		}
	}
}

// create runs initdb in a sibling folder and renames it when it is whole, so
// that a cluster is there or is not.
func (s *server) create(ctx context.Context) (major int, err error) {
	programs, err := Find()
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	s.opts.say("making the private database in %s (first start only)", s.home)
	suffix := make([]byte, 4)
	_, _ = rand.Read(suffix) // never fails (crypto/rand)
	fresh := filepath.Join(s.home, unfinished+hex.EncodeToString(suffix))
	if err := s.makeFolder(fresh); err != nil {
		return 0, err
	}
	if err := s.initdb(ctx, programs, fresh); err != nil {
		_ = os.RemoveAll(fresh) // else the next start sweeps it
		return 0, err
	}
	if s.moved() {
		if err := s.point(); err != nil {
			return 0, err
		}
	}
	// An empty folder may be there; os.Rename does not replace it, and Remove takes only an empty one.
	if err := os.Remove(s.data()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("put the new database in place: %w", err)
	}
	if err := os.Rename(fresh, s.data()); err != nil {
		return 0, fmt.Errorf("put the new database in place: %w", err)
	}
	if err := syncFolder(s.home); err != nil {
		return 0, err
	}
	s.opts.Log.Info("private database made", "home", s.home, "postgres", programs.Major, "account", s.account.name,
		"took", time.Since(begun).Round(time.Millisecond))
	return programs.Major, nil
}

// initdb fills a folder. The order of text is by bytes (C), so that it never
// changes with the system's locales; letters are those of Unicode (C.UTF-8)
// where the system has it.
func (s *server) initdb(ctx context.Context, programs Programs, data string) error {
	args := []string{"-D", data, "-U", superuser, "--encoding=UTF8", "--locale=C", "--data-checksums",
		"--auth-local=peer", "--auth-host=reject"}
	if s.mark.Throwaway {
		args = append(args, "--no-sync")
	}
	out, err := s.account.command(ctx, programs.Initdb, append(args, "--lc-ctype=C.UTF-8")...).CombinedOutput()
	if err != nil && strings.Contains(string(out), "invalid locale name") {
		out, err = s.account.command(ctx, programs.Initdb, args...).CombinedOutput()
	}
	if ctx.Err() != nil {
		return fmt.Errorf("make the database: %w", context.Cause(ctx))
	}
	if err != nil {
		return fmt.Errorf("make the database with %s as %s: %w: %s", programs.Initdb, s.account.name, err, lastLines(string(out), 4))
	}
	return nil
}

// makeFolder makes a folder that only the server's account (and root) may enter.
func (s *server) makeFolder(path string) error {
	err := os.Mkdir(path, 0o700)
	if errors.Is(err, fs.ErrExist) {
		info, err := os.Lstat(path)
		if err != nil {
			return fmt.Errorf("make %s: %w", path, err)
		}
		if !info.IsDir() || infoOwner(info) != s.account.uid {
			return foreign(path, "it is not a folder of the account "+s.account.name)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("make a folder of the database: %w", err)
	}
	return s.account.give(path)
}

func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("save folder %s: %w", path, err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("save folder %s: %w", path, err)
	}
	return nil
}

// lastLines is the end of a program's output as one line.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return oneLine(strings.Join(lines[max(0, len(lines)-n):], "\n"))
}
