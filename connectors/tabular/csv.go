package tabular

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"

	"balaikota/connectors"
)

// readCSV reads separated values: by comma, semicolon (as Excel writes in
// Indonesia), tab or bar, whichever the heading has most of.
func readCSV(body []byte, contentType string) (Table, error) {
	text, err := plain(body, contentType)
	if err != nil {
		return Table{}, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	t := Table{Form: "CSV"}
	var names []string
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return Table{}, &connectors.MalformedError{What: "CSV", Err: err}
		}
		line, _ := r.FieldPos(0)
		switch {
		case blank(cells):
		case names == nil:
			if len(cells) > maxColumns {
				return Table{}, &connectors.MalformedError{What: "CSV", Err: fmt.Errorf("it has more than %d columns", maxColumns)}
			}
			names = headings(cells)
		case len(cells) > len(names) && !blank(cells[len(names):]):
			t.Bad = append(t.Bad, BadRow{Number: line, Reason: fmt.Sprintf("it has %d cells where the heading has %d; check quotation marks and separators", len(cells), len(names))})
		default:
			t.Records = append(t.Records, record(names, cells))
		}
		if len(t.Records)+len(t.Bad) > maxRows {
			return Table{}, connectors.ErrTooLarge
		}
	}
}

// plain is the text as UTF-8: by the charset it came with, else as it is, else
// as Windows wrote it in Indonesia for decades (1252).
func plain(body []byte, contentType string) ([]byte, error) {
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	if utf8.Valid(body) {
		return body, nil
	}
	decoder := charmap.Windows1252.NewDecoder()
	if _, params, err := mime.ParseMediaType(contentType); err == nil && !strings.EqualFold(params["charset"], "utf-8") {
		if named, err := htmlindex.Get(params["charset"]); err == nil {
			decoder = named.NewDecoder()
		}
	}
	out, err := decoder.Bytes(body)
	if err != nil {
		return nil, &connectors.MalformedError{What: "text", Err: err}
	}
	return out, nil
}

// separator is the most frequent of the usual ones in the first line with any
// content, outside quotation marks.
func separator(text []byte) rune {
	line, _, _ := bytes.Cut(bytes.TrimLeft(text, "\r\n \t"), []byte("\n"))
	best, most := ',', 0
	for _, sep := range []rune{',', ';', '\t', '|'} {
		n, quoted := 0, false
		for _, c := range string(line) {
			switch c {
			case '"':
				quoted = !quoted
			case sep:
				if !quoted {
					n++
				}
			}
		}
		if n > most {
			best, most = sep, n
		}
	}
	return best
}
