package importing_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"hash/crc32"
	"io"
	"math"
	"testing"
	"time"

	"balaikota/backend/importing"
)

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]float64{
		"7": 7, "7.5": 7.5, "7,5": 7.5, "-0,467": -0.467, "+3": 3, "−1.9": -1.9, ".5": 0.5, "5.": 5, "1e3": 1000, "0,125": 0.125,
		"13.516": 13.516, "1.234.567": 1234567, "1.234,5": 1234.5, "1,234.5": 1234.5, "1,234,567": 1234567, "12 345,6": 12345.6, "16350,25": 16350.25,
		"Rp 13.516": 13516, "Rp13.516,50": 13516.5, "rp. 15.000,-": 15000, "Rp 15000": 15000, "1\u00a0234": 1234, "0.10000000000000001": 0.1,
	} {
		if got, err := importing.ParseNumber(s); err != nil || math.Abs(got-want) > 1e-9 {
			t.Errorf("ParseNumber(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", " ", "-", "x", "NaN", "Inf", "-inf", "1e999", "0x10", "1_000", "16,350", "1,2,3", "1.2.3", "12.34,5.6", "7,5 m", "Rp", "--1", "1,23,456", "٣", "1e", "99999999999999999999999999999999999999999"} {
		if got, err := importing.ParseNumber(s); err == nil {
			t.Errorf("ParseNumber(%q) = %v, want an error", s, got)
		}
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"2026-01-02T15:04:05Z":              "2026-01-02T15:04:05Z",
		"2026-01-02T15:04:05.123+08:00":     "2026-01-02T07:04:05.123Z",
		"2026-01-02T15:04":                  "2026-01-02T07:04:00Z",
		"2026-01-02 15:04":                  "2026-01-02T07:04:00Z",
		"2026-01-02 15:04:05 +0700":         "2026-01-02T08:04:05Z",
		"2026-01-02 15:04:05+07":            "2026-01-02T08:04:05Z",
		"2026/1/2 7.05":                     "2026-01-01T23:05:00Z",
		"2026-01-02":                        "2026-01-01T16:00:00Z",
		"02/01/2026 15:04":                  "2026-01-02T07:04:00Z",
		"2-1-2026":                          "2026-01-01T16:00:00Z",
		"02.01.2026 08.30":                  "2026-01-02T00:30:00Z",
		"2 Januari 2026, 08:30 WITA":        "2026-01-02T00:30:00Z",
		"Jumat, 2 Januari 2026 pukul 08.30": "2026-01-02T00:30:00Z",
		"Jum'at 2 Januari 2026":             "2026-01-01T16:00:00Z",
		"2 Jan 2026 08:30 WIB":              "2026-01-02T01:30:00Z",
		"2-Agu-2026 08:30:15 WIT":           "2026-08-01T23:30:15Z",
		"17 Agt 2026":                       "2026-08-16T16:00:00Z",
		"5 Okt 2026 23:59 UTC":              "2026-10-05T23:59:00Z",
		"31 Nopember 2026":                  "",
		"1 Des. 2026":                       "2026-11-30T16:00:00Z",
		"9  Mei   2026  jam  7.00":          "2026-05-08T23:00:00Z",
		"46024.354166666664":                "2026-01-02T00:30:00Z",
		"46024,354166666664":                "2026-01-02T00:30:00Z",
		"46024":                             "2026-01-01T16:00:00Z",
		"":                                  "", "kemarin": "", "2026": "", "20260102": "", "02/01/26": "", "01/13/2026": "", "31/02/2026": "", "2026-02-30 10:00": "",
		"2026-01-02 24:00": "", "2026-01-02 10:60": "", "2026-01/02": "", "1/2/2026 3:04 PM": "", "0001-01-01T00:00:00Z": "", "2026-01-02 10:00 +15:00": "",
		"2 Janu 2026": "", "1234.5": "", "99999": "", "2026-01-02T15:04:05+0800x": "", "1767312240": "",
	} {
		got, err := importing.ParseTime(s, wita)
		switch {
		case want == "" && err == nil:
			t.Errorf("ParseTime(%q) = %v, want an error", s, got)
		case want != "" && (err != nil || got.UTC().Format(time.RFC3339Nano) != want):
			t.Errorf("ParseTime(%q) = %v, %v; want %s", s, got.UTC(), err, want)
		}
	}
}

// bomb is a small workbook whose sheet unpacks to 200 MB.
func bomb(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range map[string]string{
		"[Content_Types].xml":        `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"xl/workbook.xml":            `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets><sheet name="A" sheetId="1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>`,
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, body); err != nil {
			t.Fatal(err)
		}
	}
	const times = 200
	plain := bytes.Repeat([]byte(" "), 1<<20)
	packed := flushed(t, plain)
	sum := crc32.NewIEEE()
	for range times {
		sum.Write(plain)
	}
	end := []byte{1, 0, 0, 0xff, 0xff} // the empty last block
	w, err := z.CreateRaw(&zip.FileHeader{
		Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CRC32: sum.Sum32(),
		CompressedSize64: uint64(times*len(packed) + len(end)), UncompressedSize64: uint64(times * len(plain)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(append(bytes.Repeat(packed, times), end...)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// flushed packs plain to deflate blocks that end on a byte and refer to
// nothing before them, so that they can be repeated.
func flushed(t testing.TB, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
