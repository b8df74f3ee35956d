package webpush

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"balaikota/backend/city"

	library "github.com/SherClockHolmes/webpush-go"
)

// Keys are the server's own (VAPID, RFC 8292), URL-safe base64: browsers
// subscribe under the public one and take pushes signed with its other half.
type Keys struct {
	Public  string `json:"public"`
	Private string `json:"private"`
}

// NewKeys makes a pair.
func NewKeys() (Keys, error) {
	private, public, err := library.GenerateVAPIDKeys()
	if err != nil {
		return Keys{}, fmt.Errorf("make the keys of pushes: %w", err)
	}
	return Keys{Public: public, Private: private}, nil
}

// KeepKeys reads the pair in folder, and makes it at the first start. The file
// is readable by its owner alone. Of processes that start at once the first
// one's stays. Nodes of one city must have the same file.
func KeepKeys(folder string) (Keys, error) {
	file := filepath.Join(folder, "vapid.json")
	keys, err := readKeys(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	if keys, err = NewKeys(); err != nil {
		return Keys{}, err
	}
	raw, err := json.Marshal(keys)
	if err != nil {
		return Keys{}, fmt.Errorf("encode the keys of pushes: %w", err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return Keys{}, fmt.Errorf("make the folder of secrets: %w", err)
	}
	if err := putFirst(file, raw); err != nil {
		return Keys{}, fmt.Errorf("keep the keys of pushes: %w", err)
	}
	return readKeys(file)
}

// putFirst writes a file whole or not at all, and leaves one that is there.
func putFirst(file string, raw []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".vapid-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(raw)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func readKeys(file string) (Keys, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return Keys{}, fmt.Errorf("read the keys of pushes: %w", err)
	}
	var keys Keys
	if err := json.Unmarshal(raw, &keys); err != nil {
		return Keys{}, city.Wrap(city.Invalid, err, "%s is no pair of keys; restore it, or remove it: officers then allow pushes anew", file)
	}
	public, err1 := decode(keys.Public)
	private, err2 := decode(keys.Private)
	if err1 != nil || err2 != nil || len(public) != 65 || len(private) != 32 {
		return Keys{}, city.Errorf(city.Invalid, "%s is no pair of keys; restore it, or remove it: officers then allow pushes anew", file)
	}
	return keys, nil
}
