package importing_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/backend/importing"
)

func sharedFile(t testing.TB, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "shared"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the shared data is not here: %v", err)
	}
	return path
}

// TestEvaluationCity reads the whole evaluation city: every row is taken, and
// what is read agrees with the file.
func TestEvaluationCity(t *testing.T) {
	t.Parallel()
	for kind, want := range map[importing.Kind]int{importing.Holidays: 25, importing.Categories: 12, importing.Indicators: 5, importing.Observations: 4097, importing.Reports: 6030} {
		rows, err := importing.Open(sharedFile(t, "evaluation", "city", string(kind)+".csv"), kind)
		if err != nil {
			t.Fatal(err)
		}
		n, points := 0, 0
		start := time.Now()
		for {
			row, err := rows.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			n++
			understand(t, kind, row)
			if kind == importing.Reports {
				r, refused := importing.Report(row, samarinda())
				if refused != nil {
					t.Errorf("row %d, %s: refused", row.Number, refused.Field)
				} else if r.StatedArea != row.Fields["area_code"] || r.Category != row.Fields["category"] || r.Office != row.Fields["office"] || string(r.Status) != row.Fields["status"] {
					t.Errorf("row %d was read as another", row.Number)
				} else if r.Lon != nil {
					points++
				}
			}
			if kind == importing.Observations {
				if _, refused := importing.Observation(row, samarinda()); refused != nil {
					t.Errorf("row %d: %v", row.Number, refused)
				}
			}
		}
		if n != want || len(rows.Ignored()) != 0 {
			t.Errorf("%s: %d rows, want %d; ignored %v", kind, n, want, rows.Ignored())
		}
		if kind == importing.Reports && (points < n/2 || points == n) {
			t.Errorf("%d of %d reports have a point; about two thirds should", points, n)
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
		t.Logf("%s: %d rows in %s", kind, n, time.Since(start).Round(time.Millisecond))
	}
}

// TestForeignTables: real tables of other kinds are refused for their missing
// columns, in one line and without their content.
func TestForeignTables(t *testing.T) {
	t.Parallel()
	for _, path := range [][]string{
		{"data", "payloads", "budget", "ssh_data_usulan_pasuruan.xlsx"}, {"data", "payloads", "budget", "ssh_rekening_aset.xlsx"},
		{"data", "payloads", "budget", "bkk_infrastruktur_template.xlsx"}, {"data", "payloads", "food", "bandung_harga_komoditas_2025.csv"},
	} {
		rows, err := importing.Open(sharedFile(t, path...), importing.Reports)
		if err == nil {
			rows.Close()
			t.Errorf("%s was taken for reports", path[len(path)-1])
			continue
		}
		if !strings.Contains(err.Error(), "has no column") || strings.Contains(err.Error(), "\n") || len(err.Error()) > 3000 {
			t.Errorf("%s: %v", path[len(path)-1], err)
		}
	}
}

func BenchmarkReadReports(b *testing.B) {
	raw, err := os.ReadFile(sharedFile(b, "evaluation", "city", "reports.csv"))
	if err != nil {
		b.Fatal(err)
	}
	env := samarinda()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		rows, err := importing.Read("reports.csv", strings.NewReader(string(raw)), importing.Reports)
		if err != nil {
			b.Fatal(err)
		}
		for {
			row, err := rows.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if _, refused := importing.Report(row, env); refused != nil {
				b.Fatal(refused.Field)
			}
		}
	}
}
