package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/web"

	"github.com/google/go-cmp/cmp"
)

func (i *installation) file(name, content string) string {
	i.t.Helper()
	path := filepath.Join(i.data, name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		i.t.Fatal(err)
	}
	return path
}

// TestCommands goes through the command line as its users do: on one
// installation, without a server.
func TestCommands(t *testing.T) { //nolint:tparallel // one installation, step by step
	t.Parallel()
	i := newInstallation(t)
	t.Run("version prints one line", func(t *testing.T) {
		if got := i.must("version"); got != "uji\n" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("help is success, a mistake is one line and status 2", func(t *testing.T) {
		if out := i.must("--help"); !strings.Contains(out, "import") {
			t.Errorf("help: %s", out)
		}
		_, errs, err := i.try("", "import", "kucing", "x.csv")
		mustFail(t, errs, err, 2, "kucing")
	})
	t.Run("reports are imported once and refused rows kept with their reason", func(t *testing.T) { testImportReports(t, i) })
	t.Run("an export of SP4N-LAPOR! brings its changes and never a second copy", func(t *testing.T) { testImportSP4N(t, i) })
	t.Run("areas are taken whole or not at all", func(t *testing.T) { testImportAreas(t, i) })
	t.Run("declarations", func(t *testing.T) { testImportDeclarations(t, i) })
	t.Run("accounts", func(t *testing.T) { testAccounts(t, i) })
	t.Run("doctor finds nothing wrong with the data", func(t *testing.T) {
		out, _, _ := i.try("", "doctor", "--json") // the page may be missing in a bare checkout
		for line := range strings.Lines(out) {
			var f finding
			if err := json.Unmarshal([]byte(line), &f); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			if !f.OK && f.What != "halaman" {
				t.Errorf("%+v", f)
			}
		}
		if !strings.Contains(out, "Kota Samarinda") {
			t.Errorf("doctor does not name the city: %s", out)
		}
	})
}

// mustFail checks an error's form: one line, the exit status, and a word of it.
func mustFail(t *testing.T, stderr string, err error, status int, word string) {
	t.Helper()
	var exited *exec.ExitError
	if !errors.As(err, &exited) || exited.ExitCode() != status {
		t.Errorf("ended with %v, want status %d", err, status)
	}
	if lines := strings.Count(strings.TrimSpace(stderr), "\n") + 1; lines != 1 || !strings.Contains(stderr, word) {
		t.Errorf("want one line that names %q, got %q", word, stderr)
	}
}

const reportsCSV = `external_id,channel,created_at,text,lon,lat,area_code,category,office,status,responded_at,closed_at
A-1,call-112,2026-03-02T09:00:00+08:00,pju padam di gang contoh,117.153,-0.478,64.72.08.1001,lampu-jalan,Dishub,closed,2026-03-02T10:00:00+08:00,2026-03-04T09:00:00+08:00
A-2,web,02/03/2026 11:30,sampah menumpuk,,,64.72.08.1002,sampah,,baru,,
A-3,web,bukan waktu,teks,,,64.72.08.1002,sampah,,open,,
A-4,web,2026-03-03T09:00:00+08:00,titik tertukar,-0.478,117.153,,jalan-rusak,,open,,
`

func testImportReports(t *testing.T, i *installation) {
	t.Helper()
	path := i.file("laporan.csv", reportsCSV)
	var first, second imported
	mustJSON(t, i.must("import", "reports", path, "--json"), &first)
	if first.Read != 4 || first.Added != 3 || first.Refused != 1 {
		t.Errorf("first time: %+v", first)
	}
	refused, err := os.ReadFile(first.RefusedFile)
	if err != nil || !bytes.Contains(refused, []byte("A-3")) || !bytes.Contains(refused, []byte("created_at")) {
		t.Errorf("refused rows: %s (%v)", refused, err)
	}
	mustJSON(t, i.must("import", "reports", path, "--json"), &second)
	if second.Added != 0 || second.Changed != 0 || second.Unchanged != 3 {
		t.Errorf("second time: %+v", second)
	}
	db := ownerConnection(t, i.data)
	var flags []string
	var computed string
	if err := db.QueryRow(t.Context(), "SELECT flags, computed_area FROM reports WHERE external_id = 'A-4'").Scan(&flags, &computed); err != nil {
		t.Fatal(err)
	}
	if len(flags) == 0 || flags[0] != string(city.FlagSwappedPoint) || computed == "" {
		t.Errorf("the swapped point: flags %v, area %q", flags, computed)
	}
	if n := rollupDifferences(t, db); n != 0 {
		t.Errorf("%d cells of the rollups differ", n)
	}
	_, errs, err := i.try("", "import", "reports", i.file("tanpa-kolom.csv", "id,isi\n1,teks\n"))
	mustFail(t, errs, err, 2, "created_at")
	_, errs, err = i.try("", "import", "reports", filepath.Join(i.data, "tidak-ada.csv"))
	mustFail(t, errs, err, 2, "tidak-ada.csv")
}

// testImportSP4N imports an export and, a week later, the next: what moved on is
// changed, nothing is there twice, and what became secret is no longer readable.
func testImportSP4N(t *testing.T, i *installation) {
	t.Helper()
	const head = "Nama Instansi;Pemerintah Kota Samarinda\nTracking ID;Tanggal Laporan Masuk;Klasifikasi Laporan;Judul Laporan;Isi Laporan Awal;Tipe Laporan (Anonim/Rahasia);Instansi Terdisposisi;Status Laporan\n"
	var first, second imported
	mustJSON(t, i.must("import", "reports", "--source", "sp4n", "--json", i.file("lapor-1.csv", head+
		"7001;2 Mar 2026;Pengaduan;Lampu padam;Gelap di gang uji sp4n.;;Dishub;Terverifikasi\n7002;2 Mar 2026;Aspirasi;Taman;Taman ditambah sp4n.;;DLH;Belum Ditindaklanjuti\n"+
		"7003;2 Mar 2026;Whistleblowing;Pungli;Pegawai meminta uang sp4n.;Rahasia;Inspektorat;Proses\n")), &first)
	if first.Added != 2 || first.Refused != 1 || len(first.Used) != 8 || first.Used[3] != [2]string{"Judul Laporan", "title"} {
		t.Errorf("first time: %+v", first)
	}
	mustJSON(t, i.must("import", "reports", "--source", "sp4n", "--json", i.file("lapor-2.csv", head+
		"7001;2 Mar 2026;Pengaduan;Lampu padam;Gelap di gang uji sp4n.;Rahasia;Dishub;Selesai\n7002;2 Mar 2026;Aspirasi;Taman;Taman ditambah sp4n.;;DLH;Bukan Wewenang\n")), &second)
	if second.Added != 0 || second.Changed != 2 {
		t.Errorf("second time: %+v", second)
	}
	db := ownerConnection(t, i.data)
	for id, want := range map[string]string{"7001": "closed {rahasia_di_sumber,tanpa_lokasi} ", "7002": "rejected {bukan_wewenang,tanpa_lokasi} Taman ditambah sp4n."} {
		var got string
		if err := db.QueryRow(t.Context(), "SELECT status || ' ' || (SELECT array_agg(f ORDER BY f) FROM unnest(flags) f)::text || ' ' || text FROM reports WHERE external_id = $1", id).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %q (%v), want %q", id, got, err, want)
		}
	}
	var n int
	if err := db.QueryRow(t.Context(), "SELECT count(*) FROM reports r WHERE r.external_id IN ('7001', '7003') AND (r::text LIKE '%sp4n.%' OR r.external_id = '7003')").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows still tell what is secret (%v)", n, err)
	}
}

func mustJSON(t testing.TB, text string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
}

func square(code string, lon, lat float64) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"KDEPUM":%q,"WADMKD":"Uji"},"geometry":{"type":"Polygon","coordinates":[[[%[2]g,%[3]g],[%[4]g,%[3]g],[%[4]g,%[5]g],[%[2]g,%[5]g],[%[2]g,%[3]g]]]}}`,
		code, lon, lat, lon+0.01, lat+0.01)
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func testImportAreas(t *testing.T, i *installation) {
	t.Helper()
	before := outlines(t, i)
	for name, c := range map[string]struct{ content, word string }{
		"tertukar.geojson":  {collection(square("64.72.08.1001", -0.48, 117.15)), "swapped"},
		"kode.geojson":      {collection(square("64.72.08.9999", 117.15, -0.48)), "64.72.08.9999"},
		"kota-lain.geojson": {collection(square("33.74.01.1001", 110.41, -6.98)), "33.74"},
		"bukan.geojson":     {`{"type":"Topology"}`, "bukan.geojson"},
	} {
		_, errs, err := i.try("", "import", "areas", i.file(name, c.content))
		mustFail(t, errs, err, 2, c.word)
	}
	if d := cmp.Diff(before, outlines(t, i)); d != "" {
		t.Errorf("a refused file has changed borders: %s", d)
	}
}

func outlines(t *testing.T, i *installation) map[string]string {
	t.Helper()
	db := ownerConnection(t, i.data)
	rows, err := db.Query(t.Context(), "SELECT code, md5(outline::text) FROM areas")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var code string
		var sum *string
		if err := rows.Scan(&code, &sum); err != nil {
			t.Fatal(err)
		}
		if sum != nil {
			out[code] = *sum
		}
	}
	return out
}

func testImportDeclarations(t *testing.T, i *installation) {
	t.Helper()
	i.must("import", "categories", i.file("kategori.csv", "slug,name,office,working_days_to_close\npasar,Pasar,Disdag Uji,4\n"))
	i.must("import", "indicators", i.file("indikator.csv", "slug,name,unit,grain\nantrean-loket,Antrean loket,orang,city\n"))
	i.must("import", "holidays", i.file("libur.csv", "date,name\n2026-12-31,Libur uji\n"))
	i.must("import", "observations", i.file("pengamatan.csv", "indicator,area_code,time,value,unit\nantrean-loket,64.72,2026-03-02T09:00:00+08:00,\"12,5\",orang\n"))
	db := ownerConnection(t, i.data)
	var office string
	var value float64
	if err := db.QueryRow(t.Context(), "SELECT o.short_name FROM categories c JOIN offices o ON o.id = c.office_id WHERE c.slug = 'pasar'").Scan(&office); err != nil || office != "Disdag Uji" {
		t.Errorf("office %q, %v", office, err)
	}
	if err := db.QueryRow(t.Context(), "SELECT value FROM indicator_states WHERE indicator = 'antrean-loket'").Scan(&value); err != nil || value != 12.5 {
		t.Errorf("value %v, %v", value, err)
	}
}

func testAccounts(t *testing.T, i *installation) {
	t.Helper()
	if out := i.must("user", "add", "camat.sp", "--role", "camat", "--area", "64.72.08", "--name", "Camat Uji"); !regexp.MustCompile(`^camat\.sp \S{15,}\n$`).MatchString(out) {
		t.Errorf("user add printed %q", out)
	}
	_, errs, err := i.try("", "user", "add", "camat.sp", "--role", "camat", "--area", "64.72.08")
	mustFail(t, errs, err, 1, "camat.sp")
	_, errs, err = i.try("", "user", "add", "lurah.x", "--role", "lurah", "--area", "64.72.08")
	mustFail(t, errs, err, 2, "kelurahan")
	if out := i.must("user", "list"); !strings.Contains(out, "64.72.08") {
		t.Errorf("user list: %s", out)
	}
	if out := i.must("user", "token", "--role", "auditor"); len(strings.TrimSpace(out)) != 43 {
		t.Errorf("token printed %q", out)
	}
	i.must("user", "disable", "camat.sp")
	if out := i.must("user", "list"); !strings.Contains(out, "ditutup") {
		t.Errorf("after disable: %s", out)
	}
}

// TestPushAnswersForEachRow pushes rows as another system does, to the real
// server, and sees them on a screen.
func TestPushAnswersForEachRow(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	p := i.start("serve", "--addr", "127.0.0.1:0")
	token := strings.TrimSpace(i.must("user", "token", "--role", "operator"))
	s := watch(t, token, func() string { return p.url }, city.TopicReports, city.TopicIndicators)
	s.until(time.Minute, "a first snapshot", func() error {
		if s.snapshots == 0 {
			return fmt.Errorf("none")
		}
		return nil
	})
	report := func(id, status string) map[string]any {
		return map[string]any{"external_id": id, "channel": "api", "created_at": time.Now().Add(-time.Hour).Format(time.RFC3339)[:19] + "Z", "text": "lubang di jalan uji", "area_code": "64.72.08.1001", "category": "jalan-rusak", "status": status}
	}
	rows := []map[string]any{report("P-1", "open"), report("P-2", "open"), {"external_id": "P-3", "created_at": "kemarin sore", "text": "x", "status": "open"}}
	first := push(t, p, token, "/api/reports", rows)
	if first.Added != 2 || first.Refused != 1 || first.Rows[2].Result != "refused" || first.Rows[2].Field != "created_at" {
		t.Errorf("first push: %+v", first)
	}
	s.until(20*time.Second, "both on the screen", func() error {
		if n := s.count(city.TopicReports); n != 2 {
			return fmt.Errorf("%d", n)
		}
		return nil
	})
	rows[1]["status"] = "closed"
	rows[1]["closed_at"] = time.Now().UTC().Format(time.RFC3339)
	second := push(t, p, token, "/api/reports", rows[:2])
	if second.Rows[0].Result != "unchanged" || second.Rows[1].Result != "changed" {
		t.Errorf("second push: %+v", second)
	}
	obs := push(t, p, token, "/api/observations", []map[string]any{
		{"indicator": "muka-air-benanga", "value": 8.4, "time": time.Now().Format(time.RFC3339)},
		{"indicator": "tidak-ada", "value": 1, "time": time.Now().Format(time.RFC3339)},
	})
	if obs.Added != 1 || obs.Rows[1].Result != "refused" || obs.Rows[1].Field != "indicator" {
		t.Errorf("observations: %+v", obs)
	}
	alerts := fetch[[]city.Alert](t, token, p.url+"/api/alerts")
	if len(alerts) != 1 || alerts[0].Severity != city.Awas || !strings.Contains(alerts[0].Headline, "8,40 m") {
		t.Errorf("the dam at 8.40 m raises %+v", alerts)
	}
	s.mustHaveNoGap()
}

func push(t *testing.T, p *process, token, path string, rows []map[string]any) web.PushAnswer {
	t.Helper()
	raw, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+path, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out web.PushAnswer
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %d, %v", path, resp.StatusCode, err)
	}
	return out
}
