package tabular_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"balaikota/connectors"
	"balaikota/connectors/tabular"
)

// book makes a workbook as an office writes it: an empty first sheet, a heading
// below an empty row, dates and numbers as cells of their kinds.
func book(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if _, err := f.NewSheet("Data"); err != nil {
		t.Fatal(err)
	}
	date, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	money, err := f.NewStyle(&excelize.Style{NumFmt: 4})
	if err != nil {
		t.Fatal(err)
	}
	for cell, v := range map[string]any{
		"A2": "Kode", "B2": " Tanggal ", "C2": "Harga", "D2": "Harga",
		"A3": "64.72.08.1001", "B3": time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), "C3": 16350.5, "D3": -1,
		"A5": "64.72.09.1001", "B5": "kemarin", "C5": "16.350", "E5": "catatan di luar tabel",
	} {
		if err := f.SetCellValue("Data", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.SetCellStyle("Data", "B3", "B3", date), f.SetCellStyle("Data", "C3", "C3", money)); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadByContent(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body              string
		declared, content string
		form              string
		want              []any
		bad               int
	}{
		"workbook called CSV": {body: string(book(t)), declared: "CSV", form: "XLSX", bad: 1, want: []any{
			map[string]any{"Kode": "64.72.08.1001", "Tanggal": "2026-11-20T00:00:00", "Harga": "16350.5", "Harga (2)": "-1"},
		}},
		"tab and quotes": {body: "a\tb\n\"x\ty\"\t2\n", form: "CSV", want: []any{map[string]any{"a": "x\ty", "b": "2"}}},
		"short rows and empty headings": {body: "a,,a\r\n1\r\n\r\n,,\r\n1,2,3", form: "CSV", want: []any{
			map[string]any{"a": "1"}, map[string]any{"a": "1", "kolom 2": "2", "a (2)": "3"},
		}},
		"old letters":                {body: "tempat;suhu\nKafé;30\xb0\n", content: "text/csv", form: "CSV", want: []any{map[string]any{"tempat": "Kafé", "suhu": "30°"}}},
		"CKAN's dump":                {body: `{"fields":[],"records":[{"a":1}]}`, declared: "json", form: "JSON", want: []any{map[string]any{"a": json.Number("1")}}},
		"bare list":                  {body: `[{"a":"x"},{"a":"y"}]`, declared: "CSV", form: "JSON", want: []any{map[string]any{"a": "x"}, map[string]any{"a": "y"}}},
		"text that begins like JSON": {body: "[lokasi],n\nA,1\n", declared: "CSV", form: "CSV", want: []any{map[string]any{"[lokasi]": "A", "n": "1"}}},
		"heading alone":              {body: "a,b\n", form: "CSV"},
	} {
		// "Kafé" above is UTF-8 beside a byte that is not: as Windows wrote it.
		body := []byte(tc.body)
		if name == "old letters" {
			body = []byte("tempat;suhu\nKaf\xe9;30\xb0\n")
		}
		got, err := tabular.Read(body, tc.declared, tc.content)
		if err != nil || got.Form != tc.form || len(got.Bad) != tc.bad {
			t.Errorf("%s: %s, %d bad, %v", name, got.Form, len(got.Bad), err)
		}
		if diff := cmp.Diff(tc.want, got.Records); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWhatIsNoTableIsNamed(t *testing.T) {
	t.Parallel()
	for body, found := range map[string]string{
		"\x89PNG\r\n\x1a\n....": "PNG", "%PDF-1.7\n": "PDF", "\xff\xd8\xff\xe0....": "JPEG", "<!DOCTYPE html><html><title>Masuk</title>": "HTML",
		"<?xml version=\"1.0\"?><a/>": "XML", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1": "XLS", "\x00\x01\x02\x03": "data biner", "\x1f\x8b\x08": "GZIP",
	} {
		_, err := tabular.Read([]byte(body), "CSV", "text/csv")
		var wrong *connectors.FormatError
		if !errors.As(err, &wrong) || wrong.Declared != "CSV" || !strings.HasPrefix(wrong.Found, found) {
			t.Errorf("%q: %v, want %s", body, err, found)
		}
	}
	var broken *connectors.MalformedError
	if _, err := tabular.Read(book(t)[:600], "XLSX", ""); !errors.As(err, &broken) {
		t.Errorf("a workbook cut short: %v", err)
	}
	if _, err := tabular.Read([]byte(`{"a":1}`), "JSON", ""); !errors.As(err, &broken) {
		t.Errorf("JSON without a list: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(book(f), "XLSX")
	f.Add([]byte("a;b\n1;2\n"), "CSV")
	f.Add([]byte(`{"data":[{"a":[1]}]}`), "JSON")
	f.Fuzz(func(t *testing.T, body []byte, declared string) {
		got, err := tabular.Read(body, declared, "")
		if err == nil && got.Form == "" {
			t.Error("a table without a form")
		}
		if err != nil && connectors.Explain(err).Message == "" {
			t.Errorf("%v has no words", err)
		}
	})
}
