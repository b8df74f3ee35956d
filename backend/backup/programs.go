package backup

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"balaikota/backend/city"
)

// Programs are the paths of pg_dump and pg_restore (backend/localdb finds them).
type Programs struct {
	PgDump, PgRestore string
}

// env is the whole environment of the programs: ours holds secrets, and PG*
// variables would lead elsewhere. The password goes this way because command
// lines are read by everybody on the machine.
func env(password string) []string {
	out := []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
	if libs := os.Getenv("LD_LIBRARY_PATH"); libs != "" {
		out = append(out, "LD_LIBRARY_PATH="+libs)
	}
	if password == "" {
		password = os.Getenv("PGPASSWORD")
	}
	if password != "" {
		out = append(out, "PGPASSWORD="+password)
	}
	return out
}

// dump writes the database to w in Postgres's custom form. copied is told how
// many tables were copied so far.
func (p Programs) dump(ctx context.Context, o Order, w io.Writer, copied func(int64)) error {
	cmd := exec.CommandContext(ctx, p.PgDump, "--format=custom", "--no-password", "--lock-wait-timeout=60s", "--verbose", "--no-unlogged-table-data",
		"--snapshot="+o.Snapshot, "--dbname="+o.URL)
	cmd.Dir, cmd.Env, cmd.Stdout = "/", env(o.Password), w
	n := int64(0)
	return run(ctx, cmd, func(line string) {
		if strings.Contains(line, "dumping contents of table") {
			n++
			copied(n)
		}
	})
}

// run runs a program and hands each line of its standard error to heard. When
// it fails, the error has its last words, on one line.
func run(ctx context.Context, cmd *exec.Cmd, heard func(line string)) error {
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return fmt.Errorf("listen to %s: %w", cmd.Path, err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	var faults []string
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		heard(lines.Text())
		// What Postgres quotes of rows stands in DETAIL and CONTEXT lines.
		if _, said, ok := strings.Cut(lines.Text(), "error: "); ok {
			faults = append(faults, said)
		}
	}
	_, _ = io.Copy(io.Discard, stderr) // a line too long for the scanner; the rest must not block the program
	if err := cmd.Wait(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%w: %s", err, strings.Join(faults[:min(len(faults), 2)], "; "))
	}
	return nil
}

// check reads a file back as pg_restore would: its list of contents must name
// the data of every table, and the bytes on the disk must be those written.
func (p Programs) check(ctx context.Context, path string, m city.BackupManifest) error {
	sum, err := hashFile(ctx, path)
	if err != nil {
		return err
	}
	if sum != m.SHA256 {
		return city.Errorf(city.Conflict, "the backup's bytes are not those that were written (SHA-256 %s instead of %s): the disk or a copy spoiled it; take another", sum, m.SHA256)
	}
	held, err := p.tables(ctx, path)
	if err != nil {
		return err
	}
	for table := range m.Rows {
		if !slices.Contains(held, table) {
			return city.Errorf(city.Conflict, "the backup lacks the table %s", table)
		}
	}
	return nil
}

// tables lists whose data a backup holds.
func (p Programs) tables(ctx context.Context, path string) ([]string, error) {
	list, err := p.read(ctx, "--list", path)
	if err != nil {
		return nil, err
	}
	var tables []string
	for line := range strings.Lines(list) {
		// 3612; 0 16464 TABLE DATA public areas balaikota_owner
		if _, named, ok := strings.Cut(line, " TABLE DATA public "); ok {
			name, _, _ := strings.Cut(strings.TrimSpace(named), " ")
			tables = append(tables, name)
		}
	}
	return tables, nil
}

// read returns what pg_restore prints of a file.
func (p Programs) read(ctx context.Context, args ...string) (string, error) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, p.PgRestore, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = "/", env(""), &out, &errs
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", city.Wrap(city.Invalid, errors.Join(err, errors.New(strings.TrimSpace(errs.String()))), "the file is no whole backup of Postgres")
	}
	return out.String(), nil
}

// Target is the empty database to restore into.
type Target struct {
	// URL is of who is to own the tables, without Password.
	URL, Password string
}

// granted are the roles that a backup's schema names, besides who owns it.
var granted = regexp.MustCompile(`\bbalaikota_[a-z0-9_]+\b`)

// Check holds a file against what stands beside it and returns the roles that
// must exist before it can be restored.
func (p Programs) Check(ctx context.Context, path string) (roles []string, err error) {
	m, known, err := ReadManifest(path)
	if err != nil {
		return nil, err
	}
	if known {
		err = p.check(ctx, path, m)
	} else {
		_, err = p.tables(ctx, path)
	}
	if err != nil {
		return nil, err
	}
	schema, err := p.read(ctx, "--schema-only", "--no-owner", "--file=-", path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(schema) {
		if strings.HasPrefix(line, "GRANT ") || strings.HasPrefix(line, "CREATE POLICY ") {
			roles = append(roles, granted.FindAllString(line, -1)...)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles), nil
}

// Restore brings a backup into an empty database, in one transaction: a
// restore that fails or is killed leaves it empty. Check comes first.
func (p Programs) Restore(ctx context.Context, path string, to Target) error {
	cmd := exec.CommandContext(ctx, p.PgRestore, "--single-transaction", "--no-owner", "--no-password", "--dbname="+to.URL, path)
	cmd.Dir, cmd.Env = "/", env(to.Password)
	if err := run(ctx, cmd, func(string) {}); err != nil {
		return fmt.Errorf("restore the backup: %w", err)
	}
	return nil
}
