package files

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"balaikota/backend/city"
)

// place is where the watched folder is.
type place interface {
	// list returns the regular files of the folder, in any order.
	list(ctx context.Context) ([]entry, error)
	// fetch returns where on this machine the content of a listed file can be read,
	// until the next fetch or close. A file that changed meanwhile is an error.
	fetch(ctx context.Context, e entry) (path string, err error)
	// stat returns a file as the folder shows it now.
	stat(name string) (entry, error)
	// during makes what happens at the place end with ctx, until stop is called.
	during(ctx context.Context) (stop func())
	close() error
}

// here is a folder of this machine.
type here struct{ folder string }

func (h here) list(context.Context) ([]entry, error) {
	dir, err := os.ReadDir(h.folder)
	if err != nil {
		e := city.InvalidField("folder", "cannot be opened; create the folder or check its rights")
		e.Err = err
		return nil, e
	}
	var found []entry
	for _, d := range dir {
		if !d.Type().IsRegular() {
			continue
		}
		info, err := d.Info()
		if err != nil {
			continue // gone since the folder was read
		}
		found = append(found, entry{Name: d.Name(), Size: info.Size(), Modified: modified(info)})
	}
	return found, nil
}

func (h here) fetch(_ context.Context, e entry) (string, error) {
	return filepath.Join(h.folder, e.Name), nil
}

func (h here) stat(name string) (entry, error) {
	info, err := os.Stat(filepath.Join(h.folder, name))
	if err != nil {
		return entry{}, fmt.Errorf("look at %s: %w", name, err)
	}
	return entry{Name: name, Size: info.Size(), Modified: modified(info)}, nil
}

func (here) during(context.Context) func() { return func() {} }

func (here) close() error { return nil }
