package importing_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"balaikota/backend/city"
	"balaikota/backend/geo"
	"balaikota/backend/importing"
	"balaikota/backend/pack"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

var wita = time.FixedZone("WITA", 8*3600)

var samarinda = sync.OnceValue(func() importing.Env {
	c, err := pack.Load("samarinda")
	if err != nil {
		panic(err)
	}
	x, err := geo.New(c.Areas)
	if err != nil {
		panic(err)
	}
	return importing.NewEnv(wita, x, c.Indicators, c.Categories, c.Offices)
})

// drain reads all rows of a text; refused ones are kept apart.
func drain(t testing.TB, name, text string, kind importing.Kind) ([]importing.Row, []*importing.Refused, *importing.Rows, error) {
	t.Helper()
	rows, err := importing.Read(name, strings.NewReader(text), kind)
	if err != nil {
		return nil, nil, nil, err
	}
	defer rows.Close()
	var good []importing.Row
	var bad []*importing.Refused
	for {
		row, err := rows.Next()
		var refused *importing.Refused
		switch {
		case errors.Is(err, io.EOF):
			return good, bad, rows, nil
		case errors.As(err, &refused):
			bad = append(bad, refused)
		case err != nil:
			return good, bad, rows, err
		default:
			good = append(good, row)
		}
	}
}

func utf16le(s string) string {
	var b bytes.Buffer
	b.WriteString("\xff\xfe")
	for _, u := range utf16.Encode([]rune(s)) {
		b.Write([]byte{byte(u), byte(u >> 8)})
	}
	return b.String()
}

func workbook(t testing.TB, cells [][]any) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range cells {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetRow("Sheet1", at, &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestFormats: the same two reports in every format and spelling.
func TestFormats(t *testing.T) {
	t.Parallel()
	sheet := workbook(t, [][]any{
		{}, {"external_id", "created_at", "text", "lon", "catatan"},
		{"A1", time.Date(2026, 1, 2, 8, 30, 0, 0, time.UTC), "Got mampet, bau", 117.1466, "x"}, {}, {"A2", "2026-01-02 09:00", "Lampu mati"},
	})
	for name, tc := range map[string]struct{ file, text string }{
		"comma":      {"l.csv", "external_id,created_at,text,lon,catatan\nA1,2026-01-02T08:30:00+08:00,\"Got mampet, bau\",117.1466,x\nA2,2026-01-02 09:00,Lampu mati,,\n"},
		"semicolon":  {"l.csv", "\xef\xbb\xbfID;Tanggal Laporan;Isi Laporan;Bujur;catatan;;\r\nA1;02/01/2026 08:30;Got mampet, bau;117,1466;x;;\r\n\r\nA2;2 Januari 2026 pukul 09.00;Lampu mati;;\r\n"},
		"tab":        {"l.tsv", "No. Laporan\tWaktu\tUraian\tlongitude\tcatatan\nA1\t2026-01-02 08:30\tGot mampet, bau\t117.1466\tx\nA2\t2026-01-02 09:00\tLampu mati\t\t\n"},
		"bar":        {"l.txt", "external_id|created_at|text|lon|catatan\nA1|2026-01-02 08:30|Got mampet, bau|117.1466|x\nA2|2026-01-02 09:00|Lampu mati||\n"},
		"sep":        {"l.csv", "sep=;\nexternal_id;created_at;text;lon;catatan\nA1;2026-01-02 08:30;Got mampet, bau;117.1466;x\nA2;2026-01-02 09:00;Lampu mati;;\n"},
		"utf-16":     {"l.csv", utf16le("external_id\tcreated_at\ttext\tlon\tcatatan\nA1\t2026-01-02 08:30\tGot mampet, bau\t117.1466\tx\nA2\t2026-01-02 09:00\tLampu mati\t\t\n")},
		"xlsx":       {"l.xlsx", sheet},
		"xlsx.csv":   {"l.csv", sheet},
		"json lines": {"l.jsonl", `{"external_id":"A1","created_at":"2026-01-02T08:30:00+08:00","text":"Got mampet, bau","lon":117.1466,"catatan":"x"}` + "\n\n" + `{"id":"A2","tanggal":"2026-01-02 09:00","isi":"Lampu mati","lon":null}`},
		"json array": {"l.json", ` [{"external_id":"A1","created_at":"2026-01-02T00:30:00Z","text":"Got mampet, bau","lon":"117,1466","catatan":"x"},` + "\n" + `{"id":"A2","tanggal":"2026-01-02 09:00","isi":"Lampu mati","lon":""}]`},
	} {
		good, bad, rows, err := drain(t, tc.file, tc.text, importing.Reports)
		if err != nil || len(bad) != 0 || len(good) != 2 {
			t.Errorf("%s: %v, refused %v, %d rows", name, err, bad, len(good))
			continue
		}
		if !slices.Equal(rows.Ignored(), []string{"catatan"}) {
			t.Errorf("%s: ignored %v", name, rows.Ignored())
		}
		first, refused := importing.Report(withPoint(good[0]), samarinda())
		if refused != nil {
			t.Errorf("%s: %v", name, refused)
			continue
		}
		if first.ExternalID != "A1" || first.Text != "Got mampet, bau" || *first.Lon != 117.1466 || !first.CreatedAt.Equal(time.Date(2026, 1, 2, 0, 30, 0, 0, time.UTC)) {
			t.Errorf("%s: %+v", name, first)
		}
		second, refused := importing.Report(good[1], samarinda())
		if refused != nil || second.Lon != nil || !second.CreatedAt.Equal(time.Date(2026, 1, 2, 1, 0, 0, 0, time.UTC)) || second.Status != city.Open {
			t.Errorf("%s: %+v %v", name, second, refused)
		}
	}
}

func withPoint(r importing.Row) importing.Row {
	r.Fields["lat"] = "-0,4667"
	return r
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ file, text, want string }{
		"empty":           {"l.csv", "", "the file is empty"},
		"blank":           {"l.csv", " \n\n", "the file is empty"},
		"missing columns": {"l.csv", "external_id,isi,warna\n1,2,3\n", "l.csv: the file of reports has no column created_at; its columns are external_id, isi, warna"},
		"two meanings":    {"l.csv", "external_id,tanggal,text,text\n", "both mean text"},
		"old excel":       {"l.xls", "\xd0\xcf\x11\xe0aaaa", "old Excel"},
		"no excel":        {"l.xlsx", "external_id,created_at,text\n", "the content is none"},
		"broken zip":      {"l.xlsx", "PK\x03\x04 no zip at all", "cannot be read"},
		"separator":       {"l.csv", "sep=x\nexternal_id", "separated by 'x'"},
		"columns":         {"l.csv", strings.Repeat("a,", 600) + "external_id,created_at,text\n", "at most 512"},
		"endless cell":    {"l.csv", "external_id,created_at,text\n1,2026-01-01,\"" + strings.Repeat("x", 3<<20), "longer than 1 MB"},
		"endless line":    {"l.jsonl", `{"external_id":"` + strings.Repeat("x", 3<<20), "longer than 1 MB"},
		"endless element": {"l.json", `[{"external_id":"` + strings.Repeat("x", 3<<20), "longer than 1 MB"},
		"cut array":       {"l.json", `[{"external_id":"1"},`, "row"},
		"broken array":    {"l.json", `[{"external_id":"1"},}]`, "row 2 is broken JSON"},
		"cut":             {"l.json", `[{"external_id":"1"}`, "ends in the middle"},
	} {
		_, _, _, err := drain(t, tc.file, tc.text, importing.Reports)
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), tc.file) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	if _, err := importing.Read("x.csv", strings.NewReader("a\n"), "potatoes"); city.CodeOf(err) != city.Invalid {
		t.Errorf("unknown kind: %v", err)
	}
	if _, err := importing.Open(filepath.Join(t.TempDir(), "none.csv"), importing.Reports); city.CodeOf(err) != city.Invalid {
		t.Errorf("no file: %v", err)
	}
}

// TestRowsThatCannotBeRead: the row is refused with its place, the next one
// is read.
func TestRowsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	const head = "external_id,created_at,text\n"
	for name, tc := range map[string]struct {
		file, text, want string
		row              int
	}{
		"too many cells": {"l.csv", head + "1,2026-01-01,got, mampet\n9,2026-01-01,ok\n", "the row has 4 cells, the heading 3", 2},
		"too few cells":  {"l.csv", head + "1,2026-01-01\n9,2026-01-01,ok\n", "the row has 2 cells, the heading 3", 2},
		"bare quote":     {"l.csv", head + "1,2026-01-01,a \"b\" c\n9,2026-01-01,ok\n", "quotation marks do not match", 2},
		"latin-1":        {"l.csv", head + "1,2026-01-01,caf\xe9\n9,2026-01-01,ok\n", "text is not UTF-8", 2},
		"zero byte":      {"l.csv", head + "1,2026-01-01,a\x00b\n9,2026-01-01,ok\n", "zero byte", 2},
		"long cell":      {"l.csv", head + "1,2026-01-01," + strings.Repeat("x", 70<<10) + "\n9,2026-01-01,ok\n", "longer than 64 kB", 2},
		"bad line":       {"l.jsonl", `{"external_id":` + "\n" + `{"external_id":"9"}`, "not a JSON object", 1},
		"list line":      {"l.jsonl", `{"external_id":"8"}` + "\n" + `[1]` + "\n" + `{"external_id":"9"}`, "not a JSON object", 2},
		"null":           {"l.json", `[null,{"external_id":"9"}]`, "null instead of", 1},
		"nested":         {"l.json", `[{"external_id":{"a":1}},{"external_id":"9"}]`, "external_id is an object", 1},
		"list of lists":  {"l.json", `[{"external_id":[[1]]},{"external_id":"9"}]`, "external_id is a list", 1},
		"huge number":    {"l.json", `[{"external_id":1e999},{"external_id":"9"}]`, "beyond what can be held", 1},
	} {
		good, bad, _, err := drain(t, tc.file, tc.text, importing.Reports)
		if err != nil || len(bad) != 1 || len(good) == 0 || good[len(good)-1].Fields["external_id"] != "9" {
			t.Errorf("%s: %v, refused %v, %d rows", name, err, bad, len(good))
			continue
		}
		if !strings.Contains(bad[0].Reason, tc.want) || bad[0].Kind != "reports" || !strings.HasPrefix(bad[0].Place, tc.file+", row "+string(rune('0'+tc.row))) {
			t.Errorf("%s: %+v, want %q in row %d", name, bad[0].Refusal, tc.want, tc.row)
		}
	}
}

// TestZipBomb: a workbook that unpacks to more than the limit is refused.
func TestZipBomb(t *testing.T) {
	t.Parallel()
	text := bomb(t)
	if len(text) > 8<<20 {
		t.Fatalf("the bomb has %d bytes", len(text))
	}
	_, _, _, err := drain(t, "l.xlsx", text, importing.Reports)
	if err == nil || !strings.Contains(err.Error(), "unzip size exceeds") {
		t.Errorf("a workbook that unpacks to 200 MB: %v", err)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	full := map[string]string{
		"external_id": "A1", "created_at": "2026-01-02 08:30", "text": "Got mampet", "channel": "loket", "lon": "117,1466", "lat": "-0.4667",
		"area_code": "Gn Kelua", "category": "Banjir dan drainase", "office": "Dinas PUPR", "status": "Selesai",
		"responded_at": "2 Jan 2026 09.00 WIB", "closed_at": "46025,5", "address": "Jl. Pramuka", "reporter_name": "Uji", "reporter_phone": "x",
	}
	got, refused := importing.Report(importing.Row{Number: 2, Fields: full}, samarinda())
	if refused != nil {
		t.Fatal(refused)
	}
	lon, lat := 117.1466, -0.4667
	answered, closed := time.Date(2026, 1, 2, 2, 0, 0, 0, time.UTC), time.Date(2026, 1, 3, 4, 0, 0, 0, time.UTC)
	want := city.Report{
		ExternalID: "A1", Channel: "loket", CreatedAt: time.Date(2026, 1, 2, 0, 30, 0, 0, time.UTC), RespondedAt: &answered, ClosedAt: &closed,
		Text: "Got mampet", Lon: &lon, Lat: &lat, Address: "Jl. Pramuka", StatedArea: "64.72.03.1008", Category: "banjir-drainase", Office: "DPUPR",
		Status: city.Closed, Reporter: &city.Reporter{Name: "Uji", Phone: "x"},
	}
	raw := got.Raw
	got.Raw = nil
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	var kept map[string]string
	if err := json.Unmarshal(raw, &kept); err != nil || kept["area_code"] != "Gn Kelua" || kept["reporter_name"] != "" || kept["reporter_phone"] != "" {
		t.Errorf("raw %s, %v: it must hold the row as it was, without who reported", raw, err)
	}
}

func TestReportFields(t *testing.T) {
	t.Parallel()
	base := func(change ...string) importing.Row {
		f := map[string]string{"external_id": "A1", "created_at": "2026-01-02 08:30", "text": "Got mampet"}
		for i := 0; i < len(change); i += 2 {
			f[change[i]] = change[i+1]
			if change[i+1] == "" {
				delete(f, change[i])
			}
		}
		return importing.Row{File: "laporan.csv", Number: 7, Fields: f}
	}
	for _, tc := range []struct {
		change      []string
		field, want string
	}{
		{[]string{"external_id", ""}, "external_id", "is blank; fill it in"},
		{[]string{"external_id", strings.Repeat("x", 201)}, "external_id", "longer than 200"},
		{[]string{"created_at", ""}, "created_at", "is blank"},
		{[]string{"created_at", "kemarin"}, "created_at", `"kemarin" is no date and time`},
		{[]string{"created_at", "31/02/2026"}, "created_at", "does not exist"},
		{[]string{"created_at", "01/13/2026"}, "created_at", "the day comes first"},
		{[]string{"closed_at", "besok"}, "closed_at", "is no date"},
		{[]string{"text", ""}, "text", "is blank"},
		{[]string{"lon", "117.1"}, "lat", "both or neither"},
		{[]string{"lat", "-0.5"}, "lon", "both or neither"},
		{[]string{"lon", "timur", "lat", "-0.5"}, "lon", `"timur" is no number`},
		{[]string{"lon", "515000", "lat", "9945000"}, "lon", "no degree"},
		{[]string{"status", "mungkin"}, "status", `"mungkin" is no status`},
	} {
		_, refused := importing.Report(base(tc.change...), samarinda())
		if refused == nil || refused.Field != tc.field || !strings.Contains(refused.Reason, tc.want) || refused.Place != "laporan.csv, row 7, "+tc.field {
			t.Errorf("%v: %+v, want %s: %s", tc.change, refused, tc.field, tc.want)
		}
	}
	for _, tc := range []struct {
		change []string
		area   string
		flags  []city.Flag
	}{
		{[]string{"area_code", "64.72.03.1008"}, "64.72.03.1008", nil},
		{[]string{"area_code", "6472031008"}, "64.72.03.1008", nil},
		{[]string{"area_code", "Sambutan"}, "64.72.07", nil},
		{[]string{"kelurahan", "Sambutan", "kecamatan", "Sambutan"}, "64.72.07.1002", nil},
		{[]string{"kelurahan", "Sungai Pinang Dalam", "kecamatan", "Sungai Pinang"}, "64.72.08.1002", nil},
		{[]string{"kecamatan", "Sei Kunjang"}, "64.72.06", nil},
		{[]string{"area_code", "Sempaja"}, "", []city.Flag{city.FlagUnknownArea}},
		{[]string{"area_code", "Tenggarong"}, "", []city.Flag{city.FlagUnknownArea}},
		{[]string{"area_code", "64.71.01.1001"}, "64.71.01.1001", nil},
		{[]string{"responded_at", "2026-01-01 00:00"}, "", []city.Flag{"urutan_waktu"}},
	} {
		r, refused := importing.Report(base(tc.change...), samarinda())
		if refused != nil || r.StatedArea != tc.area || !slices.Equal(r.Flags, tc.flags) {
			t.Errorf("%v: area %q flags %v refused %v", tc.change, r.StatedArea, r.Flags, refused)
		}
		if len(tc.flags) > 0 && tc.flags[0] == city.FlagUnknownArea && r.Address != tc.change[1] {
			t.Errorf("%v: the words of the place were lost: %q", tc.change, r.Address)
		}
	}
	for word, want := range map[string]city.ReportStatus{
		"": city.Open, "Baru": city.Open, "belum diproses": city.Open, "OPEN": city.Open, "Sedang Dikerjakan": city.InProgress, "telah_disurvei": city.InProgress,
		"in_progress": city.InProgress, "Disposisi": city.InProgress, "selesai": city.Closed, "telah_dikerjakan": city.Closed, "closed": city.Closed,
		"Ditolak": city.Rejected, "reject": city.Rejected, "Bukan Wewenang": city.Rejected,
	} {
		if r, refused := importing.Report(base("status", word), samarinda()); refused != nil || r.Status != want {
			t.Errorf("status %q is %q, want %q (%v)", word, r.Status, want, refused)
		}
	}
	if r, _ := importing.Report(base("closed_at", "2026-01-05"), samarinda()); r.Status != city.Closed {
		t.Errorf("a report with a closing time and no status is %q", r.Status)
	}
	if r, _ := importing.Report(base("responded_at", "2026-01-05"), samarinda()); r.Status != city.InProgress {
		t.Errorf("a report with an answer and no status is %q", r.Status)
	}
	if r, refused := importing.Report(base("category", "entah", "office", "Dinas Entah"), importing.Env{Zone: wita}); refused != nil || r.Category != "entah" || r.Office != "Dinas Entah" {
		t.Errorf("without catalogues: %+v %v", r, refused)
	}
}

func TestObservation(t *testing.T) {
	t.Parallel()
	row := func(indicator, area, at, value, unit string) importing.Row {
		f := map[string]string{}
		for k, v := range map[string]string{"indicator": indicator, "area_code": area, "time": at, "value": value, "unit": unit} {
			if v != "" {
				f[k] = v
			}
		}
		return importing.Row{File: "o.csv", Number: 3, Fields: f}
	}
	const at = "2026-01-02 07:00"
	for _, tc := range []struct {
		row  importing.Row
		want city.Observation
	}{
		{row("muka-air-benanga", "64.72", at, "7,75", "m"), city.Observation{Indicator: "muka-air-benanga", AreaCode: "64.72", Value: 7.75, Unit: "m"}},
		{row("Tinggi muka air Bendungan Benanga", "", at, "7.5", "Meter"), city.Observation{Indicator: "muka-air-benanga", Value: 7.5, Unit: "m"}},
		{row("harga-beras", "Samarinda", at, "Rp 13.516", "Rp./Kg"), city.Observation{Indicator: "harga-beras", AreaCode: "64.72", Value: 13516, Unit: "Rp/kg"}},
		{row("curah-hujan", "Kec. Smd Ulu", at, "0", ""), city.Observation{Indicator: "curah-hujan", AreaCode: "64.72.03"}},
		{row("kecepatan-jalan", "64.72.03", at, "-1.9", "km/h"), city.Observation{Indicator: "kecepatan-jalan", AreaCode: "64.72.03", Value: -1.9, Unit: "km/jam"}},
	} {
		got, refused := importing.Observation(tc.row, samarinda())
		tc.want.Time = time.Date(2026, 1, 2, 7, 0, 0, 0, wita)
		if refused != nil {
			t.Errorf("%v: %v", tc.row.Fields, refused)
		} else if diff := cmp.Diff(tc.want, got, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tc.row.Fields, diff)
		}
	}
	for _, tc := range []struct {
		row         importing.Row
		field, want string
	}{
		{row("", "", at, "1", ""), "indicator", "is blank"},
		{row("kurs", "", at, "1", ""), "indicator", `"kurs" is not declared`},
		{row("harga-beras", "", "", "1", ""), "time", "is blank"},
		{row("harga-beras", "", at, "", ""), "value", "is blank"},
		{row("harga-beras", "", at, "-", ""), "value", "no number"},
		{row("harga-beras", "", at, "NaN", ""), "value", "no number"},
		{row("harga-beras", "", at, "16,350", ""), "value", "thousands or decimals"},
		{row("muka-air-benanga", "", at, "775", "cm"), "unit", `"cm" is not the unit of muka-air-benanga, "m"`},
		{row("curah-hujan", "Sempaja", at, "1", "mm"), "area_code", "means several areas: Sempaja Selatan (64.72.05.1002)"},
		{row("curah-hujan", "64.71", at, "1", "mm"), "area_code", "no area of this city"},
	} {
		_, refused := importing.Observation(tc.row, samarinda())
		if refused == nil || refused.Field != tc.field || !strings.Contains(refused.Reason, tc.want) || refused.Place != "o.csv, row 3, "+tc.field {
			t.Errorf("%v: %+v, want %s: %s", tc.row.Fields, refused, tc.field, tc.want)
		}
	}
}

func TestDeclarations(t *testing.T) {
	t.Parallel()
	row := func(pairs ...string) importing.Row {
		f := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			f[pairs[i]] = pairs[i+1]
		}
		return importing.Row{File: "d.csv", Number: 4, Fields: f}
	}
	known, refused := importing.Indicator(row("slug", "harga-beras", "name", "Harga beras", "unit", "Rp/kg", "grain", "kota"), samarinda())
	if refused != nil || known.Name != "Harga beras" || known.Grain != "city" || known.Rank != 8 || len(known.Thresholds) != 1 || known.Origin != "import" {
		t.Errorf("known indicator: %+v %v", known, refused)
	}
	fresh, refused := importing.Indicator(row("slug", "angka-baru", "name", "Angka baru", "unit", "%", "grain", "kecamatan", "min", "0", "max", "100", "arah", "x", "direction", "naik"), samarinda())
	if refused != nil || fresh.Grain != "district" || fresh.Direction != "up" || *fresh.Max != 100 || fresh.Aggregation != "mean" || len(fresh.VisibleTo) != len(city.Roles) {
		t.Errorf("new indicator: %+v %v", fresh, refused)
	}
	c, refused := importing.Category(row("slug", "sampah", "name", "Sampah", "office", "dinas lingkungan hidup", "working_days_to_close", "3"), samarinda())
	if refused != nil || c.Office != "DLH" || c.NameEN != "Waste" || len(c.Words) < 5 || c.WorkingDaysToClose != 3 {
		t.Errorf("known category: %+v %v", c, refused)
	}
	c, refused = importing.Category(row("slug", "baru", "name", "Baru", "office", "Dinas Entah", "working_days_to_close", "12", "words", "a | b;c"), samarinda())
	if refused != nil || c.Office != "Dinas Entah" || !slices.Equal(c.Words, []string{"a", "b", "c"}) {
		t.Errorf("new category: %+v %v", c, refused)
	}
	h, refused := importing.Holiday(row("date", "17 Agustus 2026"), samarinda())
	if refused != nil || h.Date != time.Date(2026, 8, 17, 0, 0, 0, 0, time.UTC) || h.Kind != "libur" || h.Source != "d.csv" {
		t.Errorf("holiday: %+v %v", h, refused)
	}
	if h, _ = importing.Holiday(row("date", "2026-02-16", "name", "Cuti bersama Imlek"), samarinda()); h.Kind != "cuti_bersama" {
		t.Errorf("joint leave: %+v", h)
	}
	indicator := func(r importing.Row) *importing.Refused { _, f := importing.Indicator(r, samarinda()); return f }
	category := func(r importing.Row) *importing.Refused { _, f := importing.Category(r, samarinda()); return f }
	holiday := func(r importing.Row) *importing.Refused { _, f := importing.Holiday(r, samarinda()); return f }
	for _, tc := range []struct {
		got         *importing.Refused
		field, want string
	}{
		{indicator(row("slug", "Harga Beras", "name", "x", "unit", "x", "grain", "city")), "slug", "small letters"},
		{indicator(row("slug", "a", "name", "x", "unit", "x", "grain", "planet")), "grain", "none of city"},
		{indicator(row("slug", "a", "name", "x", "grain", "city")), "unit", "blank"},
		{indicator(row("slug", "a", "name", "x", "unit", "x", "grain", "city", "min", "5", "max", "5")), "max", "not above"},
		{indicator(row("slug", "a", "name", "x", "unit", "x", "grain", "city", "decimals", "1.5")), "decimals", "whole number"},
		{category(row("slug", "a", "name", "x", "office", "x", "working_days_to_close", "0")), "working_days_to_close", "not between 1 and 400"},
		{category(row("slug", "a", "name", "x", "working_days_to_close", "3")), "office", "blank"},
		{holiday(row("name", "x")), "date", "blank"},
		{holiday(row("date", "2026-02-30")), "date", "does not exist"},
		{holiday(row("date", "2026-02-03", "kind", "pesta")), "kind", "none of libur"},
	} {
		if tc.got == nil || tc.got.Field != tc.field || !strings.Contains(tc.got.Reason, tc.want) {
			t.Errorf("%+v, want %s: %s", tc.got, tc.field, tc.want)
		}
	}
}

func TestFromJSON(t *testing.T) {
	t.Parallel()
	row, refused := importing.FromJSON(importing.Observations, 1, []byte(`{"indicator":"harga-beras","time":"2026-01-02T07:00:00+08:00","value":13516.5,"unit":"Rp/kg","extra":true}`))
	if refused != nil {
		t.Fatal(refused)
	}
	if o, refused := importing.Observation(row, samarinda()); refused != nil || o.Value != 13516.5 {
		t.Errorf("%+v %v", o, refused)
	}
	row, refused = importing.FromMap(importing.Reports, 2, map[string]any{"external_id": 12345, "created_at": "2026-01-02", "text": "x", "lon": 117.1, "lat": -0.5})
	if refused != nil || row.Fields["external_id"] != "12345" || row.Fields["lat"] != "-0.5" {
		t.Errorf("%+v %v", row, refused)
	}
	for _, bad := range []string{`[]`, `null`, `{"text":"\u0000"}`, `{"text":{}}`, `{`, `{"text":"` + strings.Repeat("x", 70<<10) + `"}`} {
		if _, refused := importing.FromJSON(importing.Reports, 5, []byte(bad)); refused == nil || !strings.HasPrefix(refused.Place, "row 5") {
			t.Errorf("%.40s: %v", bad, refused)
		}
	}
}

func TestRefusedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "laporan.ditolak.csv")
	out := importing.NewRefusedFile(path)
	if n, err := out.Close(); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an empty file was made: %v", err)
	}
	out = importing.NewRefusedFile(path)
	rows, err := importing.Read("l.csv", strings.NewReader("No. Laporan;Tanggal;Isi\n1;kemarin;\"a; \"\"b\"\"\"\n2;2026-01-01;ok\n3;2026-01-01;x;y\n"), importing.Reports)
	if err != nil {
		t.Fatal(err)
	}
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		var refused *importing.Refused
		if err == nil {
			_, refused = importing.Report(row, samarinda())
		} else if !errors.As(err, &refused) {
			t.Fatal(err)
		}
		if refused != nil {
			if err := out.Write(rows.Names(), row, refused); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n, err := out.Close(); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v: only the owner may read citizens' words", info.Mode(), err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := "No. Laporan,Tanggal,Isi,refused_row,refused_field,refused_reason\n" +
		"1,kemarin,\"a; \"\"b\"\"\",2,created_at,\"\"\"kemarin\"\" is no date and time; write it like 2026-01-02 15:04 or 02/01/2026 15:04\"\n" +
		"3,2026-01-01,x,4,,\"the row has 4 cells, the heading 3; put text with separators in quotation marks\",y\n"
	if diff := cmp.Diff(want, string(raw)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	mended := strings.Replace(strings.SplitAfterN(string(raw), "\n", 3)[0]+strings.SplitAfterN(string(raw), "\n", 3)[1], "kemarin", "2026-01-01", 1)
	good, bad, again, err := drain(t, "l.ditolak.csv", mended, importing.Reports)
	if err != nil || len(good) != 1 || len(bad) != 0 || len(again.Ignored()) != 0 {
		t.Errorf("the mended file: %v %v %v ignored %v", err, good, bad, again.Ignored())
	}
}
