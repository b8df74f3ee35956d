package identity_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/identity"
)

func made(t *testing.T, file, folder string) *identity.Ring {
	t.Helper()
	r := identity.Open(file, folder)
	if !r.Missing() {
		t.Fatal("a ring was there")
	}
	if err := r.Make(); err != nil {
		t.Fatal(err)
	}
	return r
}

func newest(t *testing.T, r *identity.Ring) city.IdentityKey {
	t.Helper()
	k, err := r.Newest()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func opened(t *testing.T, r *identity.Ring, keyID string, sealed []byte) string {
	t.Helper()
	plain, err := r.Open("report/7", keyID, sealed)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

// TestWhatIsSealedOpensWithItsKeyInItsPlaceAlone: not with another key, not as
// another report's, not after a bit was turned; and no two seals are alike.
func TestWhatIsSealedOpensWithItsKeyInItsPlaceAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := made(t, filepath.Join(dir, "identitas.json"), dir)
	k := newest(t, r)
	sealed := k.Seal("report/7", []byte("Warga Uji"))
	if opened(t, r, k.ID(), sealed) != "Warga Uji" || bytes.Contains(sealed, []byte("Warga")) || bytes.Equal(sealed, k.Seal("report/7", []byte("Warga Uji"))) {
		t.Error("it is not sealed as it should be")
	}
	for i := range sealed {
		turned := bytes.Clone(sealed)
		turned[i] ^= 1
		if _, err := r.Open("report/7", k.ID(), turned); !errors.Is(err, city.ErrSealed) {
			t.Fatalf("byte %d turned: %v", i, err)
		}
	}
	other := t.TempDir()
	for name, try := range map[string]func() ([]byte, error){
		"as another report's": func() ([]byte, error) { return r.Open("report/8", k.ID(), sealed) },
		"by a key not there":  func() ([]byte, error) { return r.Open("report/7", "000000000000", sealed) },
		"by another city": func() ([]byte, error) {
			return made(t, filepath.Join(other, "identitas.json"), other).Open("report/7", k.ID(), sealed)
		},
		"nothing": func() ([]byte, error) { return r.Open("report/7", k.ID(), nil) },
	} {
		if plain, err := try(); !errors.Is(err, city.ErrSealed) || plain != nil {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
}

// TestAnotherProcessFindsANewKey: a ring that runs follows its file, and goes on
// with what it knows when the file goes away.
func TestAnotherProcessFindsANewKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "rahasia", "identitas.json")
	runs := made(t, file, filepath.Dir(file))
	first := newest(t, runs)
	sealed := first.Seal("report/7", []byte("lama"))
	id, err := identity.Open(file, filepath.Dir(file)).Add()
	if err != nil {
		t.Fatal(err)
	}
	if k := newest(t, runs); k.ID() != id || id == first.ID() || opened(t, runs, first.ID(), sealed) != "lama" || len(runs.Known()) != 2 {
		t.Errorf("the newest is %s, want %s; known %v", k.ID(), id, runs.Known())
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if k := newest(t, runs); k.ID() != id {
		t.Error("it forgot what it knew")
	}
}

// TestAFileThatComesBackLosesNothing: the file goes missing, a key stands in, the
// file is put back: both open, and the city's own seals again. A file that cannot
// be read is left as it is.
func TestAFileThatComesBackLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "identitas.json")
	own := newest(t, made(t, file, dir))
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, spoiled := range []string{"", "{}", "[]", strings.Replace(string(kept), own.ID(), "000000000000", 1), string(kept[:len(kept)/2])} {
		if err := os.WriteFile(file, []byte(spoiled), 0o600); err != nil {
			t.Fatal(err)
		}
		r := identity.Open(file, dir)
		if !r.Missing() || city.CodeOf(r.Fault()) != city.Invalid || strings.Contains(r.Fault().Error(), "secret\":") {
			t.Errorf("%q: %v", spoiled, r.Fault())
		}
		if _, err := r.Add(); err == nil {
			t.Error("a key was added to a file that cannot be read")
		}
		if now, err := os.ReadFile(file); err != nil || string(now) != spoiled {
			t.Errorf("the file was changed: %q, %v", now, err)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	rings := make([]*identity.Ring, 4)
	for i := range rings {
		all.Go(func() {
			rings[i] = identity.Open(file, dir)
			if err := rings[i].MakeInterim(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	interim := newest(t, rings[0])
	for _, r := range rings {
		if newest(t, r).ID() != interim.ID() || interim.ID() == own.ID() {
			t.Error("processes that started at once stand in with different keys")
		}
	}
	sealed := interim.Seal("report/7", []byte("sementara"))
	if err := os.WriteFile(file, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if newest(t, rings[0]).ID() != own.ID() || opened(t, rings[0], interim.ID(), sealed) != "sementara" {
		t.Error("the city's own key does not seal again, or what stood in is lost")
	}
	again := identity.Open(file, dir)
	if newest(t, again).ID() != own.ID() || opened(t, again, interim.ID(), sealed) != "sementara" || again.Missing() {
		t.Error("after a new start it is not so")
	}
}

// TestBoxesTellThePersonAndNothingElse: one person has one box however they write
// their number, and each kind and key another.
func TestBoxesTellThePersonAndNothingElse(t *testing.T) {
	t.Parallel()
	r, err := identity.InMemory()
	if err != nil {
		t.Fatal(err)
	}
	other, err := identity.InMemory()
	if err != nil {
		t.Fatal(err)
	}
	k := newest(t, r)
	a := city.Reporter{Phone: "0812-3456-7890", Email: "Warga@Surel.uji", Handle: "6281234567890"}.Boxes(k)
	b := city.Reporter{Phone: "+62 812 3456 7890", Email: " warga@surel.uji"}.Boxes(k)
	if !bytes.Equal(a.Phone, b.Phone) || !bytes.Equal(a.Mail, b.Mail) || b.Handle != nil || bytes.Equal(a.Phone, a.Handle) {
		t.Errorf("%x, %x", a, b)
	}
	if bytes.Equal(a.Mail, city.Reporter{Email: "warga@surel.uji"}.Boxes(newest(t, other)).Mail) {
		t.Error("another key makes the same box")
	}
}

func BenchmarkSealReporter(b *testing.B) {
	r, err := identity.InMemory()
	if err != nil {
		b.Fatal(err)
	}
	k, err := r.Newest()
	if err != nil {
		b.Fatal(err)
	}
	p := city.Reporter{Name: "Warga Uji", Phone: "081234567890", Email: "warga@surel.uji"}
	for b.Loop() {
		if _, err := p.Seal(k, 7); err != nil {
			b.Fatal(err)
		}
	}
}
