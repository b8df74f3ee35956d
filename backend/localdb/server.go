package localdb

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	poll = 4 * time.Millisecond
	// deafFor is how long a server that calls itself ready may be out of reach
	// before we take its socket for lost and restart it.
	deafFor = 2 * time.Second
	// retryFor is how long starts that fail for a passing reason are repeated.
	retryFor = 15 * time.Second
	// connectFor bounds one attempt to connect.
	connectFor = 10 * time.Second
	// fastFor is how long a fast shutdown (which writes everything out) may
	// take before an immediate one follows; the next start then recovers.
	fastFor = 60 * time.Second
)

// server drives the server of one cluster. Its methods are called under the
// start lock.
type server struct {
	place
	opts      Options
	socketDir string // where the socket is, once known
	child     *child // the postmaster, if this process started it
}

// child is a postmaster that this process started.
type child struct {
	process *os.Process
	ended   chan struct{} // closed when it has ended
	killed  bool          // by a signal; set before ended is closed
}

func watch(cmd *exec.Cmd) *child {
	c := &child{process: cmd.Process, ended: make(chan struct{})}
	go func() {
		var exit *exec.ExitError
		if err := cmd.Wait(); errors.As(err, &exit) { // why it ended is in its log
			status, ok := exit.Sys().(syscall.WaitStatus)
			c.killed = ok && status.Signaled()
		}
		close(c.ended)
	}()
	return c
}

// state is what a look at the server found.
type state int

const (
	down state = iota
	busy       // starting, recovering or stopping: look again
	deaf       // alive, and not to be reached
	serving
)

// bringUp returns a superuser's connection to a running server, which it
// starts if it has to. Recovery after a crash may take minutes.
func (s *server) bringUp(ctx context.Context) (*pgconn.PgConn, error) {
	major, err := s.ensureCluster(ctx)
	if err != nil {
		return nil, err
	}
	var deafSince, retrySince time.Time
	for {
		conn, found, err := s.look(ctx)
		if err != nil {
			return nil, err
		}
		if found != deaf {
			deafSince = time.Time{}
		}
		switch found {
		case serving:
			return conn, nil
		case down:
			err = s.start(ctx, major, &retrySince)
		case deaf:
			if deafSince.IsZero() {
				deafSince = time.Now()
			} else if time.Since(deafSince) > deafFor {
				s.opts.Log.Warn("the database server cannot be reached any more; restarting it", "socket", s.socketDir)
				err = s.stop(ctx)
			}
		}
		if err == nil {
			err = pause(ctx, poll)
		}
		if err != nil {
			return nil, err
		}
	}
}

// look finds out how the server is. It tries the socket before it believes
// that a process has gone, because in another container the number of the
// process says nothing.
func (s *server) look(ctx context.Context) (*pgconn.PgConn, state, error) {
	p, found, err := readPostmaster(s.data())
	if err != nil || !found {
		return nil, down, err
	}
	if p.socketDir != "" {
		s.socketDir = p.socketDir
		conn, err := s.connect(ctx, superuser, superuser)
		if err == nil {
			return conn, serving, nil
		}
		if code := sqlState(err); code == "57P03" { // cannot_connect_now
			return nil, busy, nil
		} else if code != "" || ctx.Err() != nil {
			return nil, down, fmt.Errorf("connect to the private database: %w", err)
		}
	}
	switch {
	case !serves(p.pid, s.data()):
		return nil, down, nil
	case p.status == "ready":
		return nil, deaf, nil
	}
	return nil, busy, nil
}

// dsn is a connection URL as libpq and pgx read it.
func (s *server) dsn(role, database string) string {
	query := url.Values{"host": {s.socketDir}, "port": {port}}
	return (&url.URL{Scheme: "postgres", User: url.User(role), Path: "/" + database, RawQuery: query.Encode()}).String()
}

func (s *server) connect(ctx context.Context, role, database string) (*pgconn.PgConn, error) {
	if !s.trusted(s.socketDir) {
		return nil, fmt.Errorf("the folder of the database's socket, %q, is not there or not its own", s.socketDir)
	}
	ctx, cancel := context.WithTimeout(ctx, connectFor)
	defer cancel()
	return pgconn.Connect(ctx, s.dsn(role, database))
}

// start starts the server and returns when it answers or has given up.
// retrySince remembers over several calls since when it fails for reasons that
// may pass.
func (s *server) start(ctx context.Context, major int, retrySince *time.Time) error {
	programs, err := s.programsFor(major)
	if err != nil {
		return err
	}
	log, err := s.readyToStart()
	if err != nil {
		return err
	}
	defer log.close()
	// Not bound to ctx: the server outlives the moment, and stop ends it.
	cmd := s.account.command(context.WithoutCancel(ctx), programs.Postgres, "-D", s.data())
	cmd.Stdout, cmd.Stderr = log.first, log.first
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%w: run %s as %s: %w", ErrStart, programs.Postgres, s.account.name, err)
	}
	s.child = watch(cmd)
	if s.awaitReady(ctx) {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("wait for the database server: %w", context.Cause(ctx))
	}
	complaint := log.complaint()
	if s.child.killed {
		complaint = "something killed it (short of memory?) | " + complaint
	} else if !passing(complaint) {
		return s.startError(complaint)
	}
	if retrySince.IsZero() {
		*retrySince = time.Now()
	} else if time.Since(*retrySince) > retryFor {
		return s.startError(complaint)
	}
	return pause(ctx, 50*time.Millisecond)
}

// passing reports whether a start failed because processes of a killed server
// are still ending.
func passing(complaint string) bool {
	return strings.Contains(complaint, "pre-existing shared memory block") ||
		strings.Contains(complaint, "lock file") && strings.Contains(complaint, "already exists")
}

// readyToStart prepares everything that a start needs besides the data.
func (s *server) readyToStart() (*startLog, error) {
	dir, err := s.makeSocketDir()
	if err != nil {
		return nil, err
	}
	s.socketDir = dir
	if err := s.writeSettings(); err != nil {
		return nil, err
	}
	p, _, err := readPostmaster(s.data())
	if err != nil {
		return nil, err
	}
	if err := clearStale(s.data(), p, dir); err != nil {
		return nil, err
	}
	logs := filepath.Join(s.home, logName)
	if err := s.makeFolder(logs); err != nil {
		return nil, err
	}
	return openStartLog(logs, s.account)
}

// awaitReady waits until the server that we started says it is ready; false
// when it ended, or ctx did.
func (s *server) awaitReady(ctx context.Context) bool {
	begun, told := time.Now(), false
	for {
		if p, found, err := readPostmaster(s.data()); err == nil && found && p.pid == s.child.process.Pid && p.status == "ready" {
			return true
		}
		if !told && time.Since(begun) > 3*time.Second {
			s.opts.say("the private database is still starting (it recovers after a crash)")
			told = true
		}
		select {
		case <-s.child.ended:
			return false
		default:
		}
		if pause(ctx, poll) != nil {
			return false
		}
	}
}

func (s *server) startError(complaint string) error {
	if within, err := s.account.canEnter(s.data()); err == nil && !within {
		return &PlaceError{Kind: ErrStart, Path: s.data(), Problem: "the account " + s.account.name + ", which runs it, cannot enter this folder any more",
			Remedy: "let it pass (chmod o+x on the folders above), or move the data folder to where it can"}
	}
	return fmt.Errorf("%w: %s (logs in %s)", ErrStart, complaint, filepath.Join(s.home, logName))
}

// stop ends the server, if it runs, and returns when it has ended: a fast
// shutdown first, an immediate one when that takes too long.
func (s *server) stop(ctx context.Context) error {
	p, found, err := readPostmaster(s.data())
	if err != nil {
		return err
	}
	if !found && s.child != nil { // its folder was removed under it
		return s.stopChild(ctx)
	}
	if !found || !serves(p.pid, s.data()) {
		return nil
	}
	signal, deadline := syscall.SIGINT, time.Now().Add(fastFor)
	for {
		if err := syscall.Kill(p.pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the database server: %w", err)
		}
		for serves(p.pid, s.data()) {
			if time.Now().After(deadline) {
				break
			}
			if err := pause(ctx, poll); err != nil {
				return fmt.Errorf("wait for the end of the database server: %w", err)
			}
		}
		if !serves(p.pid, s.data()) {
			return nil
		}
		s.opts.Log.Warn("the database server takes too long to stop; stopping it at once")
		signal, deadline = syscall.SIGQUIT, time.Now().Add(fastFor)
	}
}

// stopChild ends a server that only we still know about.
func (s *server) stopChild(ctx context.Context) error {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := s.child.process.Signal(signal); errors.Is(err, os.ErrProcessDone) {
			return nil
		}
		timer := time.NewTimer(5 * time.Second)
		select {
		case <-s.child.ended:
			timer.Stop()
			return nil
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		case <-timer.C:
		}
	}
	return errors.New("the database server does not end")
}
