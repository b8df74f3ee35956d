package importing

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"balaikota/backend/city"

	"github.com/xuri/excelize/v2"
)

// openCSV reads a table with comma, semicolon, tab or bar between the cells.
func (r *Rows) openCSV(buffered *bufio.Reader, ration *rationed) error {
	separator := rune(0)
	if head, _ := buffered.Peek(8); bytes.HasPrefix(bytes.ToLower(head), []byte("sep=")) && len(head) >= 5 {
		separator = rune(head[4]) // Excel's own hint
		if _, err := buffered.ReadString('\n'); err != nil {
			return city.InvalidField(r.file, "the file has no heading")
		}
	}
	if separator == 0 {
		head, _ := buffered.Peek(4096)
		separator = separatorOf(head)
	}
	if !strings.ContainsRune(",;\t|", separator) {
		return city.InvalidField(r.file, "the cells are separated by %q; use a comma or a semicolon", separator)
	}
	c := csv.NewReader(buffered)
	c.Comma, c.FieldsPerRecord = separator, -1
	header, err := c.Read()
	if err != nil {
		return city.InvalidField(r.file, "the heading cannot be read (%v)", err)
	}
	if err := r.heading(header, c.Read); err != nil {
		return err
	}
	r.next = func() ([]string, map[string]string, int, error) {
		ration.left = maxRecord
		cells, err := c.Read()
		return r.csvRow(c, cells, err)
	}
	return nil
}

func (r *Rows) csvRow(c *csv.Reader, cells []string, err error) ([]string, map[string]string, int, error) {
	var broken *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil, 0, io.EOF
	case errors.Is(err, errTooLong):
		return nil, nil, 0, city.InvalidField(r.file, "a row is longer than 1 MB; look for a quotation mark that is not closed")
	case errors.As(err, &broken):
		return cells, nil, broken.StartLine, unreadRow(fmt.Sprintf("the quotation marks do not match (line %d, character %d); close the cell's quotation mark or double the ones inside", broken.Line, broken.Column))
	case err != nil:
		return nil, nil, 0, fmt.Errorf("reading %s: %w", r.file, err)
	}
	line, _ := c.FieldPos(0)
	cells, bad := r.fit(cells)
	if bad != "" {
		return cells, nil, line, unreadRow(bad)
	}
	return cells, nil, line, nil
}

// fit makes a row as long as the heading; blank cells beyond it fall away.
func (r *Rows) fit(cells []string) ([]string, string) {
	for len(cells) > len(r.names) && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) != len(r.names) {
		return cells, fmt.Sprintf("the row has %d cells, the heading %d; put text with separators in quotation marks", len(cells), len(r.names))
	}
	return cells, ""
}

// preamble is how many rows may stand above the heading: exports write there
// whose file it is and when it was made.
const preamble = 20

// heading finds the heading of a table: its first row, or else the first of those
// below that names the columns. What is wrong is said of the first row.
func (r *Rows) heading(first []string, next func() ([]string, error)) error {
	wrong := r.head(first)
	for n := 0; wrong != nil && n < preamble; n++ {
		cells, err := next()
		if err != nil {
			return wrong
		}
		if r.head(cells) == nil {
			return nil
		}
	}
	return wrong
}

// head takes the heading of a table.
func (r *Rows) head(names []string) error {
	for len(names) > 0 && strings.TrimSpace(names[len(names)-1]) == "" {
		names = names[:len(names)-1]
	}
	if len(names) > maxColumns {
		return city.InvalidField(r.file, "the table has %d columns, at most %d are read", len(names), maxColumns)
	}
	var err error
	r.names = names
	r.fields, r.ignored, err = bind(r.kind, r.file, names)
	r.sp4n = err == nil && fromSP4N(r.fields, names)
	return err
}

// separatorOf guesses the separator from the first line that has one: the most
// frequent candidate outside quotation marks.
func separatorOf(head []byte) rune {
	count := map[rune]int{}
	quoted := false
	for _, c := range string(head) {
		if c == '"' {
			quoted = !quoted
		}
		if c == '\n' && !quoted && len(count) > 0 {
			break
		}
		if !quoted && strings.ContainsRune(",;\t|", c) {
			count[c]++
		}
	}
	best := ','
	for _, c := range ";\t|" {
		if count[c] > count[best] {
			best = c
		}
	}
	return best
}

// openXLSX reads the first visible sheet of a workbook; its first row that
// is not blank is the heading.
func (r *Rows) openXLSX(buffered *bufio.Reader, ration *rationed) error {
	raw, err := io.ReadAll(buffered)
	if errors.Is(err, errTooLong) || len(raw) > maxXLSX {
		return city.InvalidField(r.file, "the workbook is larger than %d MB; save the sheet as CSV", maxXLSX>>20)
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", r.file, err)
	}
	ration.left = 0
	book, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{UnzipSizeLimit: maxUnzip, UnzipXMLSizeLimit: 16 << 20, RawCellValue: true})
	if err != nil {
		return city.InvalidField(r.file, "the workbook cannot be read (%s); open it in Excel and save it again, without password", firstLine(err))
	}
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		return errors.Join(city.InvalidField(r.file, "the workbook counts days from 1904; save the sheet as CSV"), book.Close())
	}
	sheet := ""
	for _, name := range book.GetSheetList() {
		if visible, err := book.GetSheetVisible(name); err == nil && visible {
			sheet = name
			break
		}
	}
	rows, err := book.Rows(sheet)
	if err != nil {
		return errors.Join(city.InvalidField(r.file, "the workbook has no sheet that can be read"), book.Close())
	}
	r.close = func() error { return errors.Join(rows.Close(), book.Close()) }
	return r.readSheet(rows)
}

func (r *Rows) readSheet(rows *excelize.Rows) error {
	number := 0
	read := func() ([]string, error) {
		for rows.Next() {
			number++
			cells, err := rows.Columns(excelize.Options{RawCellValue: true})
			if err != nil {
				return nil, city.InvalidField(r.file, "row %d cannot be read (%s)", number, firstLine(err))
			}
			if strings.TrimSpace(strings.Join(cells, "")) != "" {
				return cells, nil
			}
		}
		if err := rows.Error(); err != nil {
			return nil, city.InvalidField(r.file, "after row %d the sheet cannot be read (%s)", number, firstLine(err))
		}
		return nil, io.EOF
	}
	header, err := read()
	if errors.Is(err, io.EOF) {
		return city.InvalidField(r.file, "the first sheet is empty")
	}
	if err != nil {
		return err
	}
	if err := r.heading(header, read); err != nil {
		return err
	}
	r.next = func() ([]string, map[string]string, int, error) {
		cells, err := read()
		if err != nil {
			return nil, nil, number, err
		}
		for len(cells) < len(r.names) {
			cells = append(cells, "") // a sheet leaves out blank cells at the end
		}
		cells, bad := r.fit(cells)
		if bad != "" {
			return cells, nil, number, unreadRow(bad)
		}
		return cells, nil, number, nil
	}
	return nil
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
