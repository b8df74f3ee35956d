package importing

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
)

// RefusedFile collects refused rows in a CSV file: the columns as they were,
// then row, field and reason. Mended, it can be imported as it is. The file is
// made with the first row and readable by its owner only, as it may hold what
// citizens wrote.
type RefusedFile struct {
	path string
	file *os.File
	csv  *csv.Writer
	rows int
}

// NewRefusedFile prepares a file at path; nothing is written until a row is.
func NewRefusedFile(path string) *RefusedFile { return &RefusedFile{path: path} }

// Write adds a row; names are the headings (Rows.Names) and the same for all.
func (f *RefusedFile) Write(names []string, row Row, r *Refused) error {
	if f.file == nil {
		file, err := os.OpenFile(f.path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return fmt.Errorf("making the file of refused rows: %w", err)
		}
		f.file, f.csv = file, csv.NewWriter(file)
		if err := f.csv.Write(append(append([]string{}, names...), refusedColumns...)); err != nil {
			return fmt.Errorf("writing %s: %w", f.path, err)
		}
	}
	f.rows++
	var cells []string
	for i := range names {
		cell := ""
		if i < len(row.Cells) && !r.Withheld {
			cell = row.Cells[i]
		}
		cells = append(cells, cell)
	}
	cells = append(cells, strconv.Itoa(row.Number), r.Field, r.Reason)
	if len(row.Cells) > len(names) && !r.Withheld { // more cells than the heading has
		cells = append(cells, row.Cells[len(names):]...)
	}
	if err := f.csv.Write(cells); err != nil {
		return fmt.Errorf("writing %s: %w", f.path, err)
	}
	return nil
}

// Close ends the file and returns how many rows it holds.
func (f *RefusedFile) Close() (int, error) {
	if f.file == nil {
		return 0, nil
	}
	f.csv.Flush()
	if err := errors.Join(f.csv.Error(), f.file.Close()); err != nil {
		return f.rows, fmt.Errorf("writing %s: %w", f.path, err)
	}
	return f.rows, nil
}
