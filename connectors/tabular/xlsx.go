package tabular

import (
	"archive/zip"
	"bytes"
	"fmt"
	"regexp"
	"strconv"

	"github.com/xuri/excelize/v2"

	"balaikota/connectors"
)

// A workbook is unpacked to at most these sizes, in bytes.
const (
	maxUnpacked = 256 << 20
	maxSheet    = 64 << 20
)

// isWorkbook reports whether a ZIP holds a workbook rather than other files.
func isWorkbook(body []byte) bool {
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return true // damaged: said when it is read
	}
	for _, f := range z.File {
		if f.Name == "xl/workbook.xml" {
			return true
		}
	}
	return false
}

// readXLSX reads the first sheet that has rows. Dates come as
// 2006-01-02T15:04:05, numbers as they are stored, not as they are shown.
func readXLSX(body []byte) (t Table, err error) {
	damaged := func(err error) error { return &connectors.MalformedError{What: "XLSX", Err: err} }
	f, err := excelize.OpenReader(bytes.NewReader(body), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxSheet})
	if err != nil {
		return Table{}, damaged(err)
	}
	defer func() {
		if cerr := f.Close(); cerr != nil && err == nil {
			t, err = Table{}, damaged(cerr)
		}
	}()
	for _, sheet := range f.GetSheetList() {
		shown, err := f.GetRows(sheet)
		if err != nil {
			return Table{}, damaged(err)
		}
		stored, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			return Table{}, damaged(err)
		}
		if t := sheetTable(shown, stored); len(t.Records)+len(t.Bad) > 0 {
			if len(t.Records) > maxRows {
				return Table{}, connectors.ErrTooLarge
			}
			return t, nil
		}
	}
	return Table{Form: "XLSX"}, nil
}

func sheetTable(shown, stored [][]string) Table {
	t := Table{Form: "XLSX"}
	var names []string
	for i, row := range shown {
		cells := make([]string, len(row))
		for j, text := range row {
			raw := text
			if i < len(stored) && j < len(stored[i]) {
				raw = stored[i][j]
			}
			cells[j] = cell(text, raw)
		}
		switch {
		case blank(cells):
		case names == nil:
			names = headings(cells)
			if len(names) > maxColumns {
				names = names[:maxColumns]
			}
		case len(cells) > len(names) && !blank(cells[len(names):]):
			t.Bad = append(t.Bad, BadRow{Number: i + 1, Reason: fmt.Sprintf("it has %d cells where the heading has %d", len(cells), len(names))})
		default:
			t.Records = append(t.Records, record(names, cells))
		}
	}
	return t
}

// dateLike is a date or a time as a sheet shows it: two or three numbers, or a
// month's name between them.
var dateLike = regexp.MustCompile(`^\d{1,4}[-/. ](\d{1,2}|\pL{3,9})([-/. ,]\d{1,4})|^\d{1,2}:\d{2}`)

// cell is a cell's value: a serial number that is shown as a date is that date.
func cell(shown, stored string) string {
	if shown == stored || !dateLike.MatchString(shown) {
		return stored
	}
	serial, err := strconv.ParseFloat(stored, 64)
	if err != nil {
		return stored
	}
	at, err := excelize.ExcelDateToTime(serial, false)
	if err != nil {
		return stored
	}
	return at.Format("2006-01-02T15:04:05")
}
