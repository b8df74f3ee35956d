package localdb

import (
	"errors"
	"strings"
)

// The kinds of trouble that a person has to resolve. Test with errors.Is.
var (
	// ErrNoPrograms: no PostgreSQL server of a version we support is installed.
	ErrNoPrograms = errors.New("no PostgreSQL server programs")
	// ErrNoAccount: no unprivileged account to run the server as, or ours has no name.
	ErrNoAccount = errors.New("no account for the database server")
	// ErrForeign: the folder holds something that we did not make.
	ErrForeign = errors.New("not a folder of ours")
	// ErrVersion: the cluster was made by a major version that is not installed.
	ErrVersion = errors.New("another major version of PostgreSQL")
	// ErrOwner: the cluster belongs to another account.
	ErrOwner = errors.New("belongs to another account")
	// ErrLost: the data folder points to a cluster that is not there any more.
	ErrLost = errors.New("the database has gone")
	// ErrStart: the server was started and gave up.
	ErrStart = errors.New("the database server did not start")
	// ErrClosed: the handle was closed.
	ErrClosed = errors.New("the private database was closed")
)

// A PlaceError says in one line which folder is concerned, what is wrong with
// it and what a person can do. Nothing was changed in that folder.
type PlaceError struct {
	Kind    error  // one of the kinds above
	Path    string // absolute path of the folder or file
	Problem string
	Remedy  string
}

func (e *PlaceError) Error() string {
	return "private database in " + e.Path + ": " + e.Problem + "; " + e.Remedy
}

func (e *PlaceError) Unwrap() error { return e.Kind }

// oneLine joins what a program printed into one line, because our command
// line promises errors of one line.
func oneLine(text string) string {
	var parts []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, " | ")
}
