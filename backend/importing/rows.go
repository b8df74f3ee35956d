package importing

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"balaikota/backend/city"

	"golang.org/x/text/encoding/unicode"
)

// Limits of what is read. A file beyond them is refused, never cut.
const (
	maxCell    = 64 << 10  // bytes of one cell
	maxRecord  = 1 << 20   // bytes of one row
	maxColumns = 512       // columns of a table
	maxXLSX    = 64 << 20  // bytes of a workbook as it is
	maxUnzip   = 192 << 20 // bytes of a workbook unpacked
)

// Row is one row of an import.
type Row struct {
	File string
	// Number is the line of a CSV or JSON lines file, the row of a sheet, the
	// place in a JSON array; all count from 1.
	Number int
	// Fields are the cells by field name (Columns), trimmed; blank ones are
	// absent.
	Fields map[string]string
	// Cells are all cells as they were, in the order of Rows.Names.
	Cells []string
	// sp4n is true in an export of SP4N-LAPOR!, whose words mean what they mean there.
	sp4n bool
}

// Refused is a row that cannot be taken: the refusal as it is kept, and the
// field that is at fault ("" when it is the row). It is an error too, so that
// Next can return it; the rows after it can be read.
type Refused struct {
	city.Refusal
	Field string
	// Withheld is true when the row's words must not be written down anywhere.
	Withheld bool
}

func (r *Refused) Error() string { return r.Place + ": " + r.Reason }

// Rows streams the rows of one file.
type Rows struct {
	kind    Kind
	file    string
	names   []string
	fields  []string
	ignored []string
	sp4n    bool
	next    func() (cells []string, object map[string]string, number int, err error)
	close   func() error
}

// Open opens a file of rows by its name: .csv, .tsv, .txt, .xlsx, .jsonl,
// .ndjson, .json. Close it after use.
func Open(path string, kind Kind) (*Rows, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, city.Wrap(city.Invalid, err, "the file cannot be opened; check its name and rights")
	}
	rows, err := Read(filepath.Base(path), f, kind)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	inner := rows.close
	rows.close = func() error { return errors.Join(inner(), f.Close()) }
	return rows, nil
}

// Read is Open for a reader; name tells the format and stands in messages.
// What the content plainly is counts for more than the ending of the name.
func Read(name string, r io.Reader, kind Kind) (*Rows, error) {
	rows := &Rows{kind: kind, file: name, close: func() error { return nil }}
	ration := &rationed{r: r, left: maxRecord}
	buffered := bufio.NewReaderSize(ration, 64<<10)
	head, err := buffered.Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		ration.left = maxXLSX + 1
		err = rows.openXLSX(buffered, ration)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		err = city.InvalidField(name, "this is an old Excel file (.xls) or has a password; save it as .xlsx without password or as CSV")
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(buffered)
		err = rows.openText(bufio.NewReaderSize(utf16, 64<<10), ration)
	default:
		if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
			_, _ = buffered.Discard(3)
		}
		err = rows.openText(buffered, ration)
	}
	if err != nil {
		_ = rows.close()
		return nil, err
	}
	return rows, nil
}

func (r *Rows) openText(buffered *bufio.Reader, ration *rationed) error {
	head, _ := buffered.Peek(1024)
	text := bytes.TrimLeft(head, " \t\r\n")
	ext := strings.ToLower(filepath.Ext(r.file))
	switch {
	case len(text) == 0:
		return city.InvalidField(r.file, "the file is empty")
	case ext != ".csv" && ext != ".tsv" && text[0] == '[':
		return r.openArray(buffered, ration)
	case ext != ".csv" && ext != ".tsv" && text[0] == '{':
		return r.openLines(buffered, ration)
	case ext == ".xlsx" || ext == ".xls":
		return city.InvalidField(r.file, "the name says Excel but the content is none; save it again as .xlsx or CSV")
	}
	return r.openCSV(buffered, ration)
}

// Kind returns what the rows are.
func (r *Rows) Kind() Kind { return r.kind }

// Names returns the headings as the file writes them; for JSON, the fields of
// the kind.
func (r *Rows) Names() []string { return r.names }

// Ignored returns the headings that mean nothing for this kind and are passed
// over; to be said once. For JSON it grows as rows are read.
func (r *Rows) Ignored() []string { return r.ignored }

// Used tells which heading was taken for which field, in the file's order; empty
// for JSON, whose rows name their own fields.
func (r *Rows) Used() [][2]string {
	var out [][2]string
	for i, f := range r.fields {
		if f != "" {
			out = append(out, [2]string{r.names[i], f})
		}
	}
	return out
}

// Next returns the next row, io.EOF after the last, a *Refused for a row that
// cannot be read, and any other error when the file cannot be read further.
func (r *Rows) Next() (Row, error) {
	cells, object, number, err := r.next()
	row := Row{File: r.file, Number: number, Cells: cells, Fields: object, sp4n: r.sp4n}
	if err != nil {
		if unread, ok := errors.AsType[unreadRow](err); ok {
			return row, r.refuse(row, string(unread))
		}
		return row, err
	}
	if object == nil {
		row.Fields = make(map[string]string, len(cells))
		for i, f := range r.fields {
			if f == "" {
				continue
			}
			if v := strings.TrimSpace(cells[i]); v != "" {
				row.Fields[f] = v
			}
		}
	}
	if problem := unreadable(row.Fields); problem != "" {
		return row, r.refuse(row, problem)
	}
	return row, nil
}

// refuse refuses a row that cannot be read. Where rows may be secret, nobody knows
// whether this one is: its words are not written down.
func (r *Rows) refuse(row Row, reason string) *Refused {
	bad := refuse(row, r.kind, "", "%s", reason)
	if r.sp4n {
		bad.Withheld, bad.Raw = true, nil
	}
	return bad
}

// unreadRow is why one row could not be read.
type unreadRow string

func (u unreadRow) Error() string { return string(u) }

// Close ends the reading.
func (r *Rows) Close() error { return r.close() }

// unreadable finds text that no database takes.
func unreadable(fields map[string]string) string {
	for name, v := range fields {
		switch {
		case len(v) > maxCell:
			return fmt.Sprintf("%s is longer than %d kB; shorten it", name, maxCell>>10)
		case !utf8.ValidString(v):
			return name + " is not UTF-8 text; save the file as CSV UTF-8"
		case strings.ContainsRune(v, 0):
			return name + " holds a zero byte; export the file again"
		}
	}
	return ""
}

func place(row Row, field string) string {
	var b strings.Builder
	if row.File != "" {
		b.WriteString(row.File + ", ")
	}
	fmt.Fprintf(&b, "row %d", row.Number)
	if field != "" {
		b.WriteString(", " + field)
	}
	return b.String()
}

// refuse makes a refusal with file, row and field; the reason says what is
// wrong and what to do.
func refuse(row Row, kind Kind, field, reason string, args ...any) *Refused {
	raw, err := json.Marshal(row.Fields)
	if err != nil {
		raw = nil
	}
	return &Refused{Field: field, Refusal: city.Refusal{
		ExternalID: row.Fields["external_id"], Kind: string(kind), Place: place(row, field), Reason: fmt.Sprintf(reason, args...), Raw: raw,
	}}
}

// rationed is a reader that gives at most left bytes until it is filled up
// again: before each row, so that one endless row cannot fill the memory.
type rationed struct {
	r    io.Reader
	left int
}

var errTooLong = errors.New("a row is longer than 1 MB")

func (r *rationed) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errTooLong
	}
	if len(p) > r.left {
		p = p[:r.left]
	}
	n, err := r.r.Read(p)
	r.left -= n
	return n, err
}
