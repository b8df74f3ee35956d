// Package identity owns the keys under which citizens' identities lie in the
// database: a ring of them in a file outside it. The newest seals, older ones
// still open. It imports backend/city.
package identity

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"balaikota/backend/city"
)

// Ring is a city's keys. Its file may change while the program runs: a key that
// somebody else added is found when it is needed. Where the file is missing while
// the database holds what it sealed, a ring of its own stands in (MakeInterim),
// so that putting the file back loses nothing.
type Ring struct {
	file   string // the city's own
	folder string // where others lie beside it
	now    func() time.Time

	mu    sync.Mutex
	stamp string // how the files looked when they were read
	own   []*key // of the file, oldest first
	other []*key // of the files beside it, oldest first
	fault error  // why the file could not be used, nil also when there is none
}

var _ city.Identities = (*Ring)(nil)

// Open reads the ring in file, and those in folder whose name begins as
// identitas- does. It makes nothing; Fault says what is wrong with the file.
func Open(file, folder string) *Ring {
	r := &Ring{file: file, folder: folder, now: time.Now}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read()
	return r
}

// InMemory makes a ring that is kept nowhere, for tests.
func InMemory() (*Ring, error) {
	k, err := makeKey(time.Now())
	if err != nil {
		return nil, fmt.Errorf("make a key of identities: %w", err)
	}
	return &Ring{own: []*key{k}, now: time.Now}, nil
}

// File is where the city's own ring lies or is awaited.
func (r *Ring) File() string { return r.file }

// Fault is why the file cannot be used, nil when it can or is not there.
func (r *Ring) Fault() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.look()
	return r.fault
}

// Missing reports whether there is no file of the city's own that can be used:
// then what stands in seals, or nothing.
func (r *Ring) Missing() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.look()
	return len(r.own) == 0
}

// Newest implements city.Identities: the last of the city's own, else of what
// stands in.
func (r *Ring) Newest() (city.IdentityKey, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.look()
	for _, keys := range [][]*key{r.own, r.other} {
		if len(keys) > 0 {
			return keys[len(keys)-1], nil
		}
	}
	return nil, city.Errorf(city.Internal, "there is no key to seal identities with; %s is missing", r.file)
}

// Known implements city.Identities.
func (r *Ring) Known() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.look()
	out := []string{}
	for _, k := range slices.Concat(r.own, r.other) {
		out = append(out, k.id)
	}
	return out
}

// Each implements city.Identities.
func (r *Ring) Each() []city.IdentityKey {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.look()
	out := []city.IdentityKey{}
	for _, k := range slices.Concat(r.other, r.own) {
		out = append(out, k)
	}
	return out
}

// Open implements city.Identities.
func (r *Ring) Open(about, keyID string, sealed []byte) ([]byte, error) {
	k := r.find(keyID)
	if k == nil {
		return nil, fmt.Errorf("%w: key %s is not at hand", city.ErrSealed, keyID)
	}
	return k.open(about, sealed)
}

func (r *Ring) find(id string) *key {
	r.mu.Lock()
	defer r.mu.Unlock()
	for attempt := range 2 {
		for _, k := range slices.Concat(r.own, r.other) {
			if k.id == id {
				return k
			}
		}
		if attempt == 0 {
			r.look()
		}
	}
	return nil
}

// Make makes the city's own ring with a first key. Of processes that start at
// once the first one's stays.
func (r *Ring) Make() error {
	return r.put(r.file)
}

// MakeInterim makes a ring that stands in while the city's own is away, unless
// one does already.
func (r *Ring) MakeInterim() error {
	if len(r.Known()) > 0 {
		return nil
	}
	return r.put(r.interim())
}

func (r *Ring) put(file string) error {
	k, err := makeKey(r.now())
	if err != nil {
		return fmt.Errorf("make a key of identities: %w", err)
	}
	if err := putFirst(file, []*key{k}); err != nil {
		return fmt.Errorf("keep the keys of identities: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read()
	return r.fault
}

// Add adds a key to the city's own ring; it seals from now on. The file is
// replaced as a whole or not at all.
func (r *Ring) Add() (id string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.read(); r.fault != nil {
		return "", r.fault
	}
	if len(r.own) == 0 {
		return "", city.Errorf(city.Conflict, "%s is not there; put it back before its keys are changed", r.file)
	}
	k, err := makeKey(r.now())
	if err != nil {
		return "", fmt.Errorf("make a key of identities: %w", err)
	}
	if err := replace(r.file, append(slices.Clone(r.own), k)); err != nil {
		return "", fmt.Errorf("keep the keys of identities: %w", err)
	}
	r.read()
	return k.id, r.fault
}

// look reads the files again when they changed.
func (r *Ring) look() {
	if r.file != "" && r.looks() != r.stamp {
		r.read()
	}
}

// read reads all files. What a file that can no longer be read held stays known:
// a program that runs goes on.
func (r *Ring) read() {
	if r.file == "" {
		return
	}
	r.stamp = r.looks()
	own, err := readKeys(r.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.fault = nil
	case err != nil:
		r.fault = err
	default:
		r.own, r.fault = own, nil
	}
	var other []*key
	for _, file := range r.beside() {
		if keys, err := readKeys(file); err == nil {
			other = append(other, keys...)
		}
	}
	for _, k := range r.other {
		if !slices.ContainsFunc(other, func(o *key) bool { return o.id == k.id }) {
			other = append(other, k)
		}
	}
	slices.SortStableFunc(other, func(a, b *key) int {
		if c := a.made.Compare(b.made); c != 0 {
			return c
		}
		return strings.Compare(a.id, b.id)
	})
	r.other = other
}
