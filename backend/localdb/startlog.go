package localdb

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// firstLogName holds what the server says before its own log is open.
const firstLogName = "start.log"

// startLog finds the words with which a server gave up: the first ones go to a
// file of their own, later ones to the end of the day's log.
type startLog struct {
	root  *os.Root
	first *os.File
	sizes map[string]int64 // of the logs, before the start
	begun time.Time
}

func openStartLog(dir string, a account) (*startLog, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the database's log folder: %w", err)
	}
	log := &startLog{root: root, sizes: map[string]int64{}, begun: time.Now()}
	for _, info := range log.files() {
		log.sizes[info.Name()] = info.Size()
	}
	_ = root.Remove(firstLogName) // may be absent; else the next line complains
	log.first, err = root.OpenFile(firstLogName, os.O_RDWR|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err == nil && os.Geteuid() != a.uid {
		err = log.first.Chown(a.uid, a.gid)
	}
	if err != nil {
		log.close()
		return nil, fmt.Errorf("open the database's first log: %w", err)
	}
	return log, nil
}

func (l *startLog) close() {
	if l.first != nil {
		_ = l.first.Close()
	}
	_ = l.root.Close()
}

func (l *startLog) files() []fs.FileInfo {
	entries, err := fs.ReadDir(l.root.FS(), ".")
	if err != nil {
		return nil
	}
	var files []fs.FileInfo
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			files = append(files, info)
		}
	}
	return files
}

// complaint is the server's last FATAL or PANIC of this start with the lines
// after it (DETAIL, HINT), in one line; without any, the end of what it said.
func (l *startLog) complaint() string {
	var said strings.Builder
	for _, info := range l.files() {
		if from := l.sizes[info.Name()]; info.Name() == firstLogName || info.Size() > from {
			said.WriteString(l.read(info, from))
		}
	}
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	for i, line := range lines {
		if strings.Contains(line, "FATAL: ") || strings.Contains(line, "PANIC: ") {
			return oneLine(strings.Join(lines[i:min(i+4, len(lines))], "\n"))
		}
	}
	return lastLines(said.String(), 3)
}

// read returns at most the last 16 kB of what was written after from.
func (l *startLog) read(info fs.FileInfo, from int64) string {
	if info.Name() == firstLogName || from > info.Size() {
		from = 0
	}
	file, err := l.root.Open(info.Name())
	if err != nil {
		return ""
	}
	defer file.Close()
	raw, _ := io.ReadAll(io.NewSectionReader(file, max(from, info.Size()-16<<10), 16<<10)) // what could be read will do
	return string(raw)
}
