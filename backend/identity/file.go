package identity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"balaikota/backend/city"
)

// keptRing is a ring's file.
type keptRing struct {
	About string    `json:"about"`
	Keys  []keptKey `json:"keys"` // oldest first
}

type keptKey struct {
	ID     string    `json:"id"`
	Made   time.Time `json:"made"`
	Secret string    `json:"secret"` // 32 bytes, base64
}

const aboutFile = "Kunci identitas pelapor. Simpan salinannya terpisah dari cadangan basis data: tanpa berkas ini identitas tidak dapat dibuka lagi."

// beside are the files of other rings: what stood in, and what somebody put there.
func (r *Ring) beside() []string {
	files, err := filepath.Glob(filepath.Join(r.folder, "identitas-*.json"))
	if err != nil {
		return nil // the pattern is a constant
	}
	return append(files, r.ownInFolder()...)
}

// ownInFolder is the usual file when another was named: keys that were made
// before a city named its own go on opening.
func (r *Ring) ownInFolder() []string {
	if usual := filepath.Join(r.folder, "identitas.json"); usual != r.file {
		return []string{usual}
	}
	return nil
}

func (r *Ring) interim() string { return filepath.Join(r.folder, "identitas-sementara.json") }

// looks is how the files look from outside: when one changes, so does it.
func (r *Ring) looks() string {
	var b strings.Builder
	for _, file := range append([]string{r.file}, r.beside()...) {
		if info, err := os.Stat(file); err == nil {
			fmt.Fprintf(&b, "%s %d %d\n", file, info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}

// readKeys reads a ring's file; its errors tell no secret.
func readKeys(file string) ([]*key, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the keys of identities: %w", err)
	}
	wrong := func(why string) error {
		return city.Errorf(city.Invalid, "%s holds no keys of identities (%s); put back the copy that was kept of it", file, why)
	}
	var kept keptRing
	if json.Unmarshal(raw, &kept) != nil || len(kept.Keys) == 0 {
		return nil, wrong("it cannot be read")
	}
	var keys []*key
	for _, k := range kept.Keys {
		secret, err := base64.StdEncoding.DecodeString(k.Secret)
		if err != nil {
			return nil, wrong("a secret is not base64")
		}
		made, err := newKey(secret, k.Made)
		if err != nil || made.id != k.ID {
			return nil, wrong("key " + k.ID + " was changed")
		}
		keys = append(keys, made)
	}
	return keys, nil
}

func encode(keys []*key) ([]byte, error) {
	kept := keptRing{About: aboutFile}
	for _, k := range keys {
		kept.Keys = append(kept.Keys, keptKey{ID: k.id, Made: k.made, Secret: base64.StdEncoding.EncodeToString(k.secret)})
	}
	return json.MarshalIndent(kept, "", "  ")
}

// putFirst writes a file whole or not at all, and leaves one that is there.
func putFirst(file string, keys []*key) error {
	tmp, err := write(file, keys)
	if err != nil {
		return err
	}
	defer os.Remove(tmp)
	if err := os.Link(tmp, file); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(filepath.Dir(file))
}

// replace puts a file in the place of the one that is there.
func replace(file string, keys []*key) error {
	tmp, err := write(file, keys)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, file); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	return syncFolder(filepath.Dir(file))
}

// write writes a file beside file, readable by its owner alone.
func write(file string, keys []*key) (name string, err error) {
	raw, err := encode(keys)
	if err != nil {
		return "", fmt.Errorf("encode keys: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return "", err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".identitas-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = tmp.Write(raw)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return "", errors.Join(err, os.Remove(tmp.Name()))
	}
	return tmp.Name(), nil
}

// syncFolder makes sure that a name lasts as long as what it names.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
