package localdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// fileLock is a lock file. The kernel drops its lock when the process ends,
// however it ends, and children do not inherit it (Go opens close-on-exec).
type fileLock struct{ file *os.File }

// openLock opens a lock file, making it when it is not there. When root makes
// it, it belongs to the owner of its folder, who can then go on without root.
// What is there already is never given away: it might be a link to anything.
func openLock(path string, owner int) (*fileLock, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW, 0)
		if err == nil {
			return &fileLock{file: file}, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("open lock file: %w", err)
		}
		file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue // somebody was faster
		}
		if err != nil {
			return nil, fmt.Errorf("make lock file: %w", err)
		}
		if os.Geteuid() == 0 && owner != 0 {
			if err := file.Chown(owner, -1); err != nil {
				_ = file.Close()
				return nil, fmt.Errorf("give lock file to its folder's owner: %w", err)
			}
		}
		return &fileLock{file: file}, nil
	}
}

// try takes the lock (syscall.LOCK_SH or LOCK_EX) if nobody is in the way.
// When it fails, a lock held before may be lost: flock(2) converts in two steps.
func (l *fileLock) try(how int) (bool, error) {
	for {
		err := syscall.Flock(int(l.file.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, fmt.Errorf("lock %s: %w", l.file.Name(), err)
		}
	}
}

// take waits for the lock. It asks again and again, since a blocked flock
// could not be called off; waiting, if not nil, is called once after a second.
func (l *fileLock) take(ctx context.Context, how int, waiting func()) error {
	begun := time.Now()
	for wait := time.Millisecond; ; wait = min(2*wait, 25*time.Millisecond) {
		if got, err := l.try(how); got || err != nil {
			return err
		}
		if waiting != nil && time.Since(begun) > time.Second {
			waiting()
			waiting = nil
		}
		if err := pause(ctx, wait); err != nil {
			return fmt.Errorf("wait for lock %s: %w", l.file.Name(), err)
		}
	}
}

// current reports whether the path still names the file we have open: whoever
// removes the data folder takes the lock file with it.
func (l *fileLock) current() bool {
	ours, err := l.file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(l.file.Name())
	return err == nil && os.SameFile(ours, there)
}

func (l *fileLock) release() { _ = l.file.Close() } // closing unlocks, and is all we could do about an error

// lockStart takes the lock under which the server of dir is found, made,
// started and stopped.
func lockStart(ctx context.Context, dir string, waiting func()) (*fileLock, error) {
	for {
		owner, err := ownerOf(dir)
		if err != nil {
			return nil, err
		}
		lock, err := openLock(dir+"/"+startLockName, owner)
		if errors.Is(err, fs.ErrPermission) {
			return nil, notOurs(dir)
		}
		if err != nil {
			return nil, err
		}
		if err := lock.take(ctx, syscall.LOCK_EX, waiting); err != nil {
			lock.release()
			return nil, err
		}
		if lock.current() {
			return lock, nil
		}
		lock.release()
	}
}

// pause waits for d or for the end of ctx, whose cause it returns.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
