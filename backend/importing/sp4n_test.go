package importing_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/importing"

	"github.com/google/go-cmp/cmp"
)

var sp4nHeading = []any{
	"Tracking ID", "Tanggal Laporan Masuk", "Waktu Laporan Masuk", "Nama Pelapor", "Klasifikasi Laporan", "ID Kategori", "Kategori", "Judul Laporan",
	"Isi Laporan Awal", "Isi Laporan Akhir", "Tipe Laporan (Anonim/Rahasia)", "Sumber Laporan", "Instansi Induk", "Instansi Terdisposisi",
	"Status Laporan", "Alasan Tunda/Arsip", "Kecamatan", "Kelurahan", "Rating",
}

// sp4nRow is a row of an export, in the order of sp4nHeading.
func sp4nRow(id, class, secrecy, office, status string) []any {
	return []any{id, "3 Jan 2026", "08:30", "Warga Uji", class, "77", "Lampu Penerangan Jalan", "Lampu mati", "Tiga tiang gelap di dekat pasar uji.", "disunting admin",
		secrecy, "Website", "Pemerintah Kota Samarinda", office, status, "", "Samarinda Ulu", "Air Putih", "4"}
}

// TestSP4NExport reads a workbook in the form of SP4N-LAPOR!'s export: what it is
// about stands above the heading, and day and hour are apart.
func TestSP4NExport(t *testing.T) {
	t.Parallel()
	text := workbook(t, [][]any{
		{"Judul Laporan", "Daftar Laporan"}, {"Nama Instansi", "Pemerintah Kota Samarinda"}, {"Tanggal Generate", "4 Jan 2026"}, {}, sp4nHeading,
		sp4nRow("5000001", "Pengaduan", "", "Dishub", "Terverifikasi"),
		sp4nRow("5000002", "Aspirasi", "Anonim", "Dishub", "Ditutup oleh Sistem"),
		sp4nRow("5000003", "Pengaduan", "Rahasia", "Dishub", "Proses"),
		sp4nRow("5000004", "Whistleblowing", "Rahasia", "Inspektorat", "Proses"),
		sp4nRow("5000005", "Permintaan Informasi", "Normal", "PLN Uji", "Bukan Wewenang"),
		sp4nRow("5000006", "Pengaduan", "Terbatas", "Dishub", "Proses"),
		sp4nRow("5000007", "Pengaduan", "Rahasia", "Dishub", "Entah Apa"),
		sp4nRow("5000008", "Pengaduan", "", "Dishub", "Diarsipkan"),
	})
	rows, bad, file, err := drain(t, "lapor.xlsx", text, importing.Reports)
	if err != nil || len(bad) > 0 {
		t.Fatal(err, bad)
	}
	if used := file.Used(); !slices.Contains(used, [2]string{"Isi Laporan Awal", "text"}) || !slices.Contains(file.Ignored(), "Isi Laporan Akhir") {
		t.Errorf("columns %v, ignored %v", used, file.Ignored())
	}
	type seen struct {
		ID, Text, Area, Office, Status, Channel, Flags, Reporter string
	}
	var got []seen
	var refused []*importing.Refused
	for _, row := range rows {
		r, no := importing.Report(row, samarinda())
		if no != nil {
			refused = append(refused, no)
			continue
		}
		s := seen{ID: r.ExternalID, Text: r.Text, Area: r.StatedArea, Office: r.Office, Status: string(r.Status), Channel: r.Channel}
		for _, f := range r.Flags {
			s.Flags += string(f) + " "
		}
		if r.Reporter != nil {
			s.Reporter = r.Reporter.Name
		}
		got = append(got, s)
		if want := "2026-01-03T08:30:00+08:00"; r.CreatedAt.In(wita).Format("2006-01-02T15:04:05Z07:00") != want {
			t.Errorf("%s was made at %s, want %s", r.ExternalID, r.CreatedAt, want)
		}
		if bytes.Contains(r.Raw, []byte("Warga Uji")) || r.ExternalID == "5000003" && string(r.Raw) != `{"secrecy":"rahasia"}` {
			t.Errorf("%s keeps the record %s", r.ExternalID, r.Raw)
		}
	}
	const words = "Lampu mati\nTiga tiang gelap di dekat pasar uji."
	want := []seen{
		{"5000001", words, "64.72.03.1004", "Dishub", "open", "Website", "", "Warga Uji"},
		{"5000002", words, "64.72.03.1004", "Dishub", "closed", "Website", "", ""},
		{"5000003", "", "64.72.03", "Dishub", "in_progress", "Website", "rahasia_di_sumber ", ""},
		{"5000005", words, "64.72.03.1004", "PLN Uji", "rejected", "Website", "bukan_wewenang ", "Warga Uji"},
		{"5000008", words, "64.72.03.1004", "Dishub", "rejected", "Website", "", "Warga Uji"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	checkWithheld(t, file, rows, refused)
}

// checkWithheld looks whether what was refused wrote any of its words down.
func checkWithheld(t *testing.T, file *importing.Rows, rows []importing.Row, refused []*importing.Refused) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ditolak.csv")
	out := importing.NewRefusedFile(path)
	for i, want := range []struct{ id, field, reason string }{
		{"5000004", "class", "whistleblowing"}, {"5000006", "secrecy", "none of anonim"}, {"5000007", "status", "the row is secret"},
	} {
		if i >= len(refused) {
			t.Fatalf("%d rows were refused", len(refused))
		}
		r := refused[i]
		if r.ExternalID != want.id || r.Field != want.field || !strings.Contains(r.Reason, want.reason) || r.Raw != nil || !r.Withheld {
			t.Errorf("refused %+v, want %+v", r, want)
		}
		row := rows[slices.IndexFunc(rows, func(row importing.Row) bool { return row.Fields["external_id"] == want.id })]
		if err := out.Write(file.Names(), row, r); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := out.Close(); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"Warga Uji", "gelap", "Lampu", "Terbatas", "Entah"} {
		if bytes.Contains(text, []byte(never)) {
			t.Errorf("the file of refused rows tells %q:\n%s", never, text)
		}
	}
}

// TestSP4NWordsElsewhere: the words of SP4N-LAPOR! keep their own meaning in the
// files of others, and a column that is only called klasifikasi is the category.
func TestSP4NWordsElsewhere(t *testing.T) {
	t.Parallel()
	rows, _, _, err := drain(t, "lain.csv", "id,tanggal,isi,klasifikasi,status\n1,2026-01-02 09:00,Got mampet,sampah,arsip\n", importing.Reports)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	r, bad := importing.Report(rows[0], samarinda())
	if bad != nil || r.Status != city.Closed || r.Category != "sampah" || r.Channel != "" || len(r.Flags) != 0 {
		t.Errorf("%+v, %v", r, bad)
	}
}

// TestSecretIsKeptInAnyFile: what says that it is secret is, whoever wrote it.
func TestSecretIsKeptInAnyFile(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]struct {
		text, flags string
		reporter    bool
	}{
		"tidak,tidak": {"Got mampet", "", true}, "ya,": {"", "rahasia_di_sumber", false}, "tidak,ya": {"Got mampet", "", false}, ",anonim": {"Got mampet", "", false},
		"rahasia,ya": {"", "rahasia_di_sumber", false}, "anonim,": {"Got mampet", "", false}, "Anonim & Rahasia,": {"", "rahasia_di_sumber", false},
	} {
		rows, _, _, err := drain(t, "l.csv", "id,tanggal,isi,pelapor,lon,lat,alamat,rahasia,anonim\n1,2026-01-02,Got mampet,Warga Uji,117.1,-0.5,Gang Uji,"+words+"\n", importing.Reports)
		if err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		r, bad := importing.Report(rows[0], samarinda())
		if bad != nil {
			t.Errorf("%s: %v", words, bad)
			continue
		}
		flags := make([]string, 0, len(r.Flags))
		for _, f := range r.Flags {
			flags = append(flags, string(f))
		}
		if r.Text != want.text || strings.Join(flags, " ") != want.flags || (r.Reporter != nil) != want.reporter || (r.Lon == nil) != (want.text == "") || (r.Address == "") != (want.text == "") {
			t.Errorf("%s: %+v", words, r)
		}
	}
}
