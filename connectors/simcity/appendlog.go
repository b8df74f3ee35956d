package simcity

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// appendLog is a file of lines that is only ever appended to. A write that a
// kill cut short leaves a torn last line, which the next start removes: what
// it told of had not been seen by anybody.
type appendLog struct {
	path  string
	file  *os.File
	size  int64
	dirty bool
}

// openLog opens or makes a file of lines and returns those it holds.
func openLog(path string) (*appendLog, [][]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", path, err)
	}
	l := &appendLog{path: path, file: file}
	whole := data[:bytes.LastIndexByte(data, '\n')+1]
	if err := l.cut(int64(len(whole))); err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	var lines [][]byte
	for line := range bytes.Lines(whole) {
		lines = append(lines, bytes.TrimSuffix(line, []byte("\n")))
	}
	return l, lines, nil
}

// cut drops everything after size bytes.
func (l *appendLog) cut(size int64) error {
	if err := l.file.Truncate(size); err != nil {
		return fmt.Errorf("cut %s: %w", l.path, err)
	}
	if _, err := l.file.Seek(size, 0); err != nil {
		return fmt.Errorf("cut %s: %w", l.path, err)
	}
	l.size = size
	return nil
}

// write appends whole lines. After a failed write the torn part is removed, so
// that the file stays readable.
func (l *appendLog) write(lines []byte) error {
	if len(lines) == 0 {
		return nil
	}
	if _, err := l.file.Write(lines); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", l.path, err), l.cut(l.size))
	}
	l.size += int64(len(lines))
	l.dirty = true
	return nil
}

// sync puts what was written onto the disk. A killed process loses nothing
// without it; it is for the machine that loses power.
func (l *appendLog) sync() error {
	if !l.dirty {
		return nil
	}
	if err := l.file.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", l.path, err)
	}
	l.dirty = false
	return nil
}

func (l *appendLog) close() error {
	return errors.Join(l.sync(), l.file.Close())
}
