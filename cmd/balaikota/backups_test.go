package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/backend/backup"
	"balaikota/backend/city"
)

// TestABackupBringsTheCityBackOnAnEmptyMachine walks the whole way: a city with
// reports, accounts and answers is backed up, brought into another data folder,
// and gives the same counts and the same receipts there.
func TestABackupBringsTheCityBackOnAnEmptyMachine(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.must("import", "reports", i.file("laporan.csv", reportsCSV))
	i.must("user", "add", "op", "--role", "operator")
	i.must("ask", "Berapa laporan sampah bulan Maret 2026?")
	verified := i.must("verify", "--strict")
	if out, _, _ := i.try("", "doctor"); !strings.Contains(out, "cadangan           belum ada") {
		t.Errorf("doctor before a backup: %s", out)
	}
	aCameraHasAStill(t, i)
	out := i.must("backup")
	path, _, _ := strings.Cut(out, ": ")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file %q: %v, %v", path, info, err)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info, err)
	}
	m, known, err := backup.ReadManifest(path)
	if err != nil || !known || m.Rows["reports"] != 3 || m.Rows["receipts"] != 1 || m.Rows["officers"] != 1 || m.City != "64.72" {
		t.Errorf("the manifest: %+v, %v, %v", m, known, err)
	}
	if out, _, _ := i.try("", "doctor"); !strings.Contains(out, "cadangan           0 jam lalu") {
		t.Errorf("doctor after a backup: %s", out)
	}
	fresh := newInstallation(t)
	if out := fresh.must("restore", path); !strings.Contains(out, "dipulihkan") {
		t.Errorf("restore said %q", out)
	}
	if got := fresh.must("verify", "--strict"); got != verified {
		t.Errorf("verify said %q before and %q after", verified, got)
	}
	db := ownerConnection(t, fresh.data)
	var counts map[string]int64
	var raw []byte
	if err := db.QueryRow(t.Context(), `SELECT jsonb_object_agg(relname, rows_of(oid)) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`).Scan(&raw); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &counts); err != nil {
		t.Fatal(err)
	}
	if wrong := m.Differences(counts); len(wrong) > 0 {
		t.Errorf("rows differ: %v", wrong)
	}
	if counts["cameras"] != 1 || counts["camera_stills"] != 0 {
		t.Errorf("%d cameras and %d stills came back: a still is in no backup", counts["cameras"], counts["camera_stills"])
	}
	if n := rollupDifferences(t, db); n != 0 {
		t.Errorf("%d cells of the rollups differ", n)
	}
	_, errs, err := fresh.try("", "restore", path)
	mustFail(t, errs, err, 1, "empty")
}

func aCameraHasAStill(t *testing.T, i *installation) {
	t.Helper()
	if _, err := ownerConnection(t, i.data).Exec(t.Context(), `WITH c AS (
			INSERT INTO cameras (source_id, external_id, name, has_still) SELECT min(id), 'uji', 'Simpang uji', true FROM sources RETURNING id)
		INSERT INTO camera_stills (camera_id, print, picture) SELECT id, '\x00', '\x00' FROM c`); err != nil {
		t.Fatal(err)
	}
}

// TestASpoiledBackupIsNotRestored changes one byte, cuts the end off, and names
// a file that is no backup: each is refused, and the database stays empty.
func TestASpoiledBackupIsNotRestored(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	path, _, _ := strings.Cut(i.must("backup"), ": ")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile(path + ".json")
	if err != nil {
		t.Fatal(err)
	}
	fresh := newInstallation(t)
	spoil := func(name string, content []byte, beside bool) {
		t.Helper()
		file := fresh.file(name, string(content))
		if beside {
			fresh.file(name+".json", string(manifest))
		}
		if _, errs, err := fresh.try("", "restore", file); err == nil || strings.Count(strings.TrimSpace(errs), "\n") > 0 {
			t.Errorf("%s: %v, %q", name, err, errs)
		}
	}
	turned := append([]byte(nil), whole...)
	turned[len(turned)/2] ^= 1
	spoil("terbalik.dump", turned, true)
	spoil("terpotong.dump", whole[:len(whole)/2], true)
	spoil("terpotong-tanpa.dump", whole[:len(whole)/2], false)
	spoil("bukan.dump", []byte("bukan cadangan"), false)
	if out := fresh.must("restore", path); !strings.Contains(out, "dipulihkan") {
		t.Errorf("the whole one after the spoiled ones: %q", out)
	}
}

// TestOldBackupsMakeRoom keeps two and leaves what is not ours alone.
func TestOldBackupsMakeRoom(t *testing.T) {
	t.Parallel()
	f := backup.Folder{Path: t.TempDir()}
	for _, name := range []string{"balaikota-64.72-20261120T180000Z.dump", "balaikota-64.72-20261121T180000Z.dump", "balaikota-64.72-20261122T180000Z.dump", "milik-lain.dump"} {
		if err := os.WriteFile(filepath.Join(f.Path, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	removed, err := f.Keep(2)
	if err != nil || len(removed) != 1 || removed[0] != "balaikota-64.72-20261120T180000Z.dump" {
		t.Errorf("removed %v, %v", removed, err)
	}
	if left, err := os.ReadDir(f.Path); err != nil || len(left) != 3 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestTheNightsBackupIsDue(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Makassar")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, zone) }
	good := func(b time.Time) city.Backups {
		item := city.Backup{BeganAt: b}
		return city.Backups{Items: []city.Backup{item}, Good: &item}
	}
	failed := func(b time.Time) city.Backups {
		return city.Backups{Items: []city.Backup{{BeganAt: b, Fault: "penuh"}}}
	}
	for name, c := range map[string]struct {
		all        city.Backups
		now, since time.Time
		want       bool
	}{
		"before its time":                      {good(at(21, 2, 5)), at(22, 1, 59), at(1, 0, 0), false},
		"at its time":                          {good(at(21, 2, 5)), at(22, 2, 0), at(1, 0, 0), true},
		"made already":                         {good(at(22, 2, 1)), at(22, 23, 0), at(1, 0, 0), false},
		"the machine was off":                  {good(at(20, 2, 1)), at(22, 11, 0), at(1, 0, 0), true},
		"failed a moment ago":                  {failed(at(22, 2, 0)), at(22, 2, 30), at(1, 0, 0), false},
		"failed an hour ago":                   {failed(at(22, 2, 0)), at(22, 3, 0), at(1, 0, 0), true},
		"used since this morning":              {city.Backups{}, at(22, 11, 0), at(22, 9, 0), false},
		"used since yesterday, never made one": {city.Backups{}, at(22, 2, 10), at(21, 9, 0), true},
	} {
		if got := nightDue(c.all, c.now, 2*time.Hour, c.since); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
