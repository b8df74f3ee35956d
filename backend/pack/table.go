package pack

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"balaikota/backend/city"
)

// row is one line of a pack's CSV file, read by column name. The first
// failure is kept in err, so that a loader checks once per row.
type row struct {
	file   string
	line   int
	fields map[string]string
	err    error
}

// readTable reads a CSV file with header and # comments and calls each for
// every row. It stops at the first error.
func readTable(fsys fs.FS, file string, each func(*row) error) error {
	f, err := fsys.Open(file)
	if err != nil {
		return fmt.Errorf("reading city pack: %w", err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	header, err := r.Read()
	if err != nil {
		return fmt.Errorf("reading the header of %s: %w", file, err)
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading %s: %w", file, err)
		}
		line, _ := r.FieldPos(0)
		one := &row{file: file, line: line, fields: make(map[string]string, len(header))}
		for i, name := range header {
			one.fields[name] = strings.TrimSpace(cells[i])
		}
		if err := each(one); err != nil {
			return err
		}
		if one.err != nil {
			return one.err
		}
	}
}

func (r *row) fail(column, format string, args ...any) {
	if r.err == nil {
		r.err = city.InvalidField(fmt.Sprintf("%s, row %d, %s", r.file, r.line, column), format, args...)
	}
}

func (r *row) text(column string) string {
	v, ok := r.fields[column]
	if !ok || v == "" {
		r.fail(column, "it is missing")
	}
	return v
}

func (r *row) oneOf(column string, allowed ...string) string {
	v := r.text(column)
	if !slices.Contains(allowed, v) {
		r.fail(column, "%q is none of %s", v, strings.Join(allowed, ", "))
	}
	return v
}

func (r *row) list(column string) []string {
	if r.fields[column] == "" {
		return []string{}
	}
	return strings.Split(r.fields[column], "|")
}

func (r *row) number(column string) float64 {
	v, err := strconv.ParseFloat(r.text(column), 64)
	if err != nil {
		r.fail(column, "%q is not a number", r.fields[column])
	}
	return v
}

// bound is a number that may be absent.
func (r *row) bound(column string) *float64 {
	if r.fields[column] == "" {
		return nil
	}
	v := r.number(column)
	return &v
}

func (r *row) whole(column string) int {
	v, err := strconv.Atoi(r.text(column))
	if err != nil {
		r.fail(column, "%q is not a whole number", r.fields[column])
	}
	return v
}
