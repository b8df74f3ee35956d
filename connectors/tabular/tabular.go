package tabular

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"balaikota/connectors"
)

// Limits of one file.
const (
	maxRows    = 200_000
	maxColumns = 1_000
)

// Table is what a file holds.
type Table struct {
	// Form is what the content is: CSV, XLSX or JSON.
	Form string
	// Records are the rows as maps from the columns' names to text (CSV, XLSX)
	// or as JSON has them, in the file's order.
	Records []any
	// Bad are rows that cannot be read.
	Bad []BadRow
}

// BadRow is a row that cannot be read.
type BadRow struct {
	Number int // as a person counts; the heading of a CSV is row 1
	Reason string
}

// Read reads a file as the table that it is. declared is what its owner calls
// it ("CSV"), contentType the Content-Type it came with; either may be wrong or
// empty. Content that is no table is a *connectors.FormatError, a damaged one a
// *connectors.MalformedError.
func Read(body []byte, declared, contentType string) (Table, error) {
	form := Sniff(body)
	switch form {
	case "XLSX":
		return readXLSX(body)
	case "JSON":
		t, err := readJSON(body, contentType)
		if err == nil || !isCSV(declared) {
			return t, err
		}
		return readCSV(body, contentType) // text that only began like JSON
	case "":
		return readCSV(body, contentType)
	}
	if declared = strings.TrimSpace(declared); declared == "" {
		declared = "CSV"
	}
	return Table{}, &connectors.FormatError{Declared: strings.ToUpper(declared), Found: form}
}

func isCSV(declared string) bool {
	return strings.EqualFold(declared, "csv") || strings.EqualFold(declared, "tsv")
}

// Sniff names what a content is by its first bytes: XLSX, JSON, or one of the
// forms that hold no table for us (PNG, JPEG, GIF, PDF, HTML, XML, XLS, ZIP,
// RAR, gzip, or another type of the WHATWG's sniffing table). "" is plain text,
// which a CSV is.
func Sniff(body []byte) string {
	head := bytes.TrimPrefix(body[:min(len(body), 4096)], []byte("\uFEFF"))
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		if isWorkbook(body) {
			return "XLSX"
		}
		return "ZIP"
	case bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")):
		return "XLS (Excel 97-2003)"
	}
	text := bytes.TrimLeft(head, " \t\r\n")
	if len(text) > 0 && (text[0] == '{' || text[0] == '[') {
		return "JSON"
	}
	kind, _, _ := strings.Cut(http.DetectContentType(head), ";")
	switch kind {
	case "text/plain":
		return ""
	case "application/octet-stream":
		if bytes.IndexByte(head, 0) < 0 {
			return "" // odd letters of an old character set
		}
		return "data biner"
	}
	_, name, _ := strings.Cut(kind, "/")
	return strings.ToUpper(strings.TrimPrefix(name, "x-"))
}

// readJSON takes an array of records, or an object that holds one: under a
// usual name, or the only one.
func readJSON(body []byte, contentType string) (Table, error) {
	var v any
	if err := connectors.DecodeJSON(body, contentType, &v); err != nil {
		return Table{}, err
	}
	list, ok := recordsIn(v, 0)
	if !ok {
		return Table{}, &connectors.MalformedError{What: "JSON of a table", Err: fmt.Errorf("it holds no list of records")}
	}
	if len(list) > maxRows {
		return Table{}, connectors.ErrTooLarge
	}
	return Table{Form: "JSON", Records: list}, nil
}

func recordsIn(v any, depth int) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case map[string]any:
		if depth > 2 {
			return nil, false
		}
		for _, name := range []string{"features", "records", "data", "items", "rows", "results", "result"} {
			if inner, there := v[name]; there {
				if list, ok := recordsIn(inner, depth+1); ok {
					return list, true
				}
			}
		}
		var only []any
		found := 0
		for _, inner := range v {
			if list, ok := inner.([]any); ok {
				only = list
				found++
			}
		}
		return only, found == 1
	}
	return nil, false
}

// record makes a record of a row's cells; absent ones are absent.
func record(names, cells []string) map[string]any {
	m := make(map[string]any, len(names))
	for i, name := range names {
		if i < len(cells) {
			m[name] = strings.TrimSpace(cells[i])
		}
	}
	return m
}

// headings makes the names of columns usable: trimmed, each once, none empty.
func headings(cells []string) []string {
	out := make([]string, len(cells))
	seen := map[string]int{}
	for i, c := range cells {
		name := strings.Join(strings.Fields(strings.TrimPrefix(c, "\uFEFF")), " ")
		if name == "" {
			name = fmt.Sprintf("kolom %d", i+1)
		}
		seen[name]++
		if n := seen[name]; n > 1 {
			name = fmt.Sprintf("%s (%d)", name, n)
		}
		out[i] = name
	}
	return out
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}
