package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const reportersCSV = `external_id,channel,created_at,text,category,status,reporter_name,reporter_phone,reporter_email
P-1,web,2026-03-12T09:00:00+08:00,Sampah menumpuk di depan pasar,sampah,open,Sri Wahyuningsih,081377700011,sri.w@surel.uji
P-2,web,2026-03-12T10:00:00+08:00,Lampu jalan padam,penerangan-jalan,open,Budi Hartono,081377700012,
`

// TestTheKeyOfIdentitiesIsKeptApart walks the commands on a real installation: the
// first start makes the key, no backup holds it or a name, a restored city says
// that its key is away, goes on without it, and opens all once it is back; a new
// key seals all anew.
func TestTheKeyOfIdentitiesIsKeptApart(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.must("import", "reports", i.file("laporan.csv", reportersCSV))
	keyFile := filepath.Join(i.data, "rahasia", "identitas.json")
	kept, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(keyFile); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info, err)
	}
	if out := i.must("key", "status"); !strings.Contains(out, "2 tersegel, 0 tidak dapat dibuka, 0 belum disegel") {
		t.Errorf("status: %s", out)
	}
	path, _, _ := strings.Cut(i.must("backup"), ": ")
	if strings.HasPrefix(keyFile, filepath.Dir(path)) {
		t.Errorf("the key lies with the backups: %s", path)
	}
	fresh := newInstallation(t)
	if out := fresh.must("restore", path); !strings.Contains(out, "2 dari 2 identitas pelapor tidak dapat dibuka") {
		t.Errorf("restore said %q", out)
	}
	// It starts, and takes reports in, under a key that stands in.
	fresh.must("import", "reports", fresh.file("lagi.csv", strings.ReplaceAll(reportersCSV, "P-", "Q-")))
	out, _, err := fresh.try("", "doctor")
	if err == nil || !strings.Contains(out, "SALAH  kunci identitas    2 dari 4 identitas tidak dapat dibuka") || !strings.Contains(out, "put the copy of the key file back") {
		t.Errorf("doctor said %q, %v", out, err)
	}
	back := filepath.Join(fresh.data, "rahasia", "identitas.json")
	if _, err := os.Stat(back); err == nil {
		t.Fatal("a key was made in the place of the one that is away")
	}
	if err := os.WriteFile(back, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := fresh.must("key", "status"); !strings.Contains(out, "4 tersegel, 0 tidak dapat dibuka") {
		t.Errorf("status once the key was back: %s", out)
	}
	if out := fresh.must("key", "rotate"); !strings.Contains(out, "4 pelapor") {
		t.Errorf("rotate said %q", out)
	}
	db := ownerConnection(t, fresh.data)
	var keys int
	var rows string
	if err := db.QueryRow(t.Context(), `SELECT (SELECT count(DISTINCT key_id) FROM reporters), (SELECT string_agg(p::text, ' ') || (SELECT string_agg(r.raw::text, ' ') FROM reports r) FROM reporters p)`).Scan(&keys, &rows); err != nil {
		t.Fatal(err)
	}
	if keys != 1 || strings.Contains(rows, "Wahyuningsih") || strings.Contains(rows, "1377700011") {
		t.Errorf("%d keys; %s", keys, rows)
	}
	if out, _, _ := fresh.try("", "doctor"); !strings.Contains(out, "baik   kunci identitas    4 pelapor tersegel") {
		t.Errorf("doctor once the key was back: %q", out)
	}
}
