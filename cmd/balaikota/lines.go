package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"balaikota/backend/city"
)

// maxLine bounds one line of JSON lines.
const maxLine = 1 << 20

// lineReader reads a stream line by line and knows where it is.
type lineReader struct {
	r      *bufio.Reader
	name   string
	number int
}

func newLines(r io.Reader, name string) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 64<<10), name: name}
}

// next returns the next line that is not blank, without its end; false at the
// end of the stream. The bytes hold until the next call.
func (l *lineReader) next() ([]byte, bool, error) {
	for {
		line, err := l.line()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, false, err
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line, true, nil
		}
		if err != nil {
			return nil, false, nil //nolint:nilerr // the end of the stream is no failure
		}
	}
}

func (l *lineReader) line() ([]byte, error) {
	l.number++
	line, err := l.r.ReadSlice('\n')
	if l.number == 1 {
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, l.reading(err)
	}
	long := bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = l.r.ReadSlice('\n')
		if long = append(long, line...); len(long) > maxLine {
			return nil, l.wrong("", "is longer than 1 MB")
		}
	}
	return long, l.reading(err)
}

func (l *lineReader) reading(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return fmt.Errorf("reading %s: %w", l.name, err)
}

// object decodes the next line into v; false at the end of the stream.
func (l *lineReader) object(v any) (bool, error) {
	line, more, err := l.next()
	if err != nil || !more {
		return false, err
	}
	if err := json.Unmarshal(line, v); err != nil {
		return false, l.wrong("", "is no JSON object of the right form: "+reason(err))
	}
	return true, nil
}

// reason says what is wrong with JSON without repeating what stands there:
// texts may hold names.
func reason(err error) string {
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Sprintf("field %q is a %s", kind.Field, kind.Value)
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("it breaks off or goes wrong at byte %d", syntax.Offset)
	}
	return "it cannot be read"
}

// wrong is an error about the line just read.
func (l *lineReader) wrong(field, what string) error {
	if field != "" {
		return city.InvalidField(l.name, "line %d: %s %s", l.number, field, what)
	}
	return city.InvalidField(l.name, "line %d %s", l.number, what)
}

// drained reports whether nothing more has been read ahead: a reader on the
// other side may be waiting for its answers.
func (l *lineReader) drained() bool { return l.r.Buffered() == 0 }
