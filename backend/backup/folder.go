package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"balaikota/backend/city"
)

const (
	suffix   = ".dump"
	beside   = ".json"
	partial  = ".part"
	nameForm = "20060102T150405Z" // UTC; names sort by time
)

// Folder is where backups are kept. Its files are read and written by the
// account of this process alone.
type Folder struct {
	Path     string
	Programs Programs
}

// Order is what a backup is made of.
type Order struct {
	// URL is the database's, of who owns the tables, without Password.
	URL, Password string
	// Snapshot is the exported moment that Manifest.Rows were counted in.
	Snapshot string
	// Manifest has all that is known before.
	Manifest city.BackupManifest
}

// Make copies the database into a new file, reads it back, and gives it its
// name last: what lies in the folder under its own name is whole. progress may
// be nil.
func (f Folder) Make(ctx context.Context, o Order, progress city.LongJobProgress) (city.BackupManifest, error) {
	m := o.Manifest
	m.Format, m.File = 1, "balaikota-"+m.City+"-"+m.Made.UTC().Format(nameForm)+suffix
	if err := f.prepare(); err != nil {
		return m, err
	}
	path := filepath.Join(f.Path, m.File)
	if err := f.write(ctx, o, &m, path+partial, progress); err != nil {
		_ = os.Remove(path + partial) // what is left of it; the next backup tries again
		return m, err
	}
	return m, f.settle(path, m)
}

// prepare makes the folder and takes away what a killed backup left.
func (f Folder) prepare() error {
	if err := os.MkdirAll(f.Path, 0o700); err != nil {
		return fmt.Errorf("make the backup folder: %w", err)
	}
	if err := os.Chmod(f.Path, 0o700); err != nil {
		return fmt.Errorf("close the backup folder to others: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(f.Path, "*"+partial))
	if err != nil {
		return fmt.Errorf("look for unfinished backups: %w", err)
	}
	for _, path := range left {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("remove an unfinished backup: %w", err)
		}
	}
	return nil
}

func (f Folder) write(ctx context.Context, o Order, m *city.BackupManifest, path string, progress city.LongJobProgress) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("make the backup's file: %w", err)
	}
	sum := sha256.New()
	counted := &counter{}
	err = f.Programs.dump(ctx, o, io.MultiWriter(file, sum, counted), func(tables int64) { tell(progress, "menyalin", tables, int64(len(m.Rows))) })
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	m.Bytes, m.SHA256 = counted.n, hex.EncodeToString(sum.Sum(nil))
	tell(progress, "memeriksa", 0, 0)
	return f.Programs.check(ctx, path, *m)
}

func tell(progress city.LongJobProgress, step string, done, total int64) {
	if progress != nil {
		progress(step, done, total)
	}
}

type counter struct{ n int64 }

// Write implements io.Writer.
func (c *counter) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return len(b), nil
}

// settle writes the manifest and gives the file its name, so that both outlive
// a loss of power.
func (f Folder) settle(path string, m city.BackupManifest) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the backup's manifest: %w", err)
	}
	if err := writeWhole(path+beside+partial, append(data, '\n')); err != nil {
		return err
	}
	for _, name := range []string{path + beside, path} {
		if err := os.Rename(name+partial, name); err != nil {
			return fmt.Errorf("name the backup: %w", err)
		}
	}
	dir, err := os.Open(f.Path)
	if err != nil {
		return fmt.Errorf("settle the backup: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func writeWhole(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write the backup's manifest: %w", err)
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write the backup's manifest: %w", err)
	}
	return nil
}

// Keep removes all but the newest n backups and returns the names of those
// removed. Files of other names are left alone.
func (f Folder) Keep(n int) ([]string, error) {
	names, err := f.Files()
	if err != nil || len(names) <= n {
		return nil, err
	}
	old := names[n:]
	for _, name := range old {
		for _, path := range []string{filepath.Join(f.Path, name), filepath.Join(f.Path, name+beside)} {
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("remove an old backup: %w", err)
			}
		}
	}
	return old, nil
}

// Files lists the backups of the folder by name, newest first; none when there
// is no folder yet.
func (f Folder) Files() ([]string, error) {
	entries, err := os.ReadDir(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look into the backup folder: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasPrefix(e.Name(), "balaikota-") && strings.HasSuffix(e.Name(), suffix) {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(madeAt(b), madeAt(a)) })
	return names, nil
}

// madeAt is the moment in a backup's name, whatever city it is of.
func madeAt(name string) string {
	at := strings.TrimSuffix(name, suffix)
	return at[strings.LastIndexByte(at, '-')+1:]
}

// ReadManifest reads what stands beside a backup's file; ok is false when
// nothing does, as when the file alone was carried to another machine.
func ReadManifest(path string) (m city.BackupManifest, ok bool, err error) {
	data, err := os.ReadFile(path + beside)
	if errors.Is(err, fs.ErrNotExist) {
		return m, false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil || m.Format != 1 {
		return m, false, city.Wrap(city.Invalid, err, "the manifest %s cannot be read; is it of another version?", filepath.Base(path)+beside)
	}
	return m, true, nil
}

// hashFile is the SHA-256 of a file as it lies on the disk.
func hashFile(ctx context.Context, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("open the backup: %w", err)
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, stoppable{ctx, file}); err != nil {
		return "", fmt.Errorf("read the backup back: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// stoppable ends reading when its context ends.
type stoppable struct {
	ctx context.Context //nolint:containedctx // for one read through the file
	r   io.Reader
}

// Read implements io.Reader.
func (s stoppable) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(b)
}
