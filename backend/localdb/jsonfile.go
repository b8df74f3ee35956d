package localdb

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// errNotFolder is what the system says about a file where a folder is expected.
const errNotFolder = syscall.ENOTDIR

// readJSON reads a small file of ours into to. It does not follow a link.
func readJSON(path string, to any) error {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, 64<<10))
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, to)
}

// writeJSON writes a small file so that a reader, or a power cut, finds the
// old one or the new one whole.
func writeJSON(path string, from any) error {
	raw, err := json.MarshalIndent(from, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer root.Close()
	return replaceFile(root, filepath.Base(path), append(raw, '\n'), 0o644, nil)
}

// replaceFile puts a whole new file in the place of name, on disk before it is
// visible. The folder may belong to a less trusted account: root confines us to it.
func replaceFile(root *os.Root, name string, content []byte, mode os.FileMode, owner *account) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", filepath.Join(root.Name(), name), err)
		}
	}()
	temporary := name + ".new"
	if err := root.RemoveAll(temporary); err != nil {
		return err
	}
	file, err := root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Write(content); err != nil {
		return err
	}
	if err := file.Chmod(mode); err != nil { // whatever our umask is
		return err
	}
	if owner != nil && os.Geteuid() != owner.uid {
		if err := file.Chown(owner.uid, owner.gid); err != nil {
			return err
		}
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return root.Rename(temporary, name)
}
