package importing

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"balaikota/backend/city"
)

// openLines reads JSON lines: one object a line, blank lines between allowed.
func (r *Rows) openLines(buffered *bufio.Reader, ration *rationed) error {
	if err := r.objects(); err != nil {
		return err
	}
	number := 0
	r.next = func() ([]string, map[string]string, int, error) {
		for {
			ration.left = maxRecord
			line, err := buffered.ReadBytes('\n')
			if errors.Is(err, errTooLong) {
				return nil, nil, number + 1, city.InvalidField(r.file, "line %d is longer than 1 MB", number+1)
			}
			if err != nil && !errors.Is(err, io.EOF) {
				return nil, nil, number, fmt.Errorf("reading %s: %w", r.file, err)
			}
			number++
			if line = bytes.TrimSpace(line); len(line) > 0 {
				return r.object(line, number)
			}
			if err != nil {
				return nil, nil, number, io.EOF
			}
		}
	}
	return nil
}

// openArray reads a JSON array of objects, one at a time.
func (r *Rows) openArray(buffered *bufio.Reader, ration *rationed) error {
	if err := r.objects(); err != nil {
		return err
	}
	dec := json.NewDecoder(buffered)
	if _, err := dec.Token(); err != nil {
		return city.InvalidField(r.file, "this is not a JSON array")
	}
	number := 0
	r.next = func() ([]string, map[string]string, int, error) {
		ration.left = maxRecord
		if !dec.More() {
			if _, err := dec.Token(); err != nil {
				return nil, nil, number, city.InvalidField(r.file, "the file ends in the middle, after row %d; get it again", number)
			}
			return nil, nil, number, io.EOF
		}
		number++
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			if errors.Is(err, errTooLong) {
				return nil, nil, number, city.InvalidField(r.file, "row %d is longer than 1 MB", number)
			}
			return nil, nil, number, city.InvalidField(r.file, "row %d is broken JSON (%s); the rows before it were read", number, firstLine(err))
		}
		return r.object(raw, number)
	}
	return nil
}

// objects prepares for rows that name their own fields.
func (r *Rows) objects() error {
	if columns[r.kind] == nil {
		return city.Errorf(city.Invalid, "there is no import of %q; there are %v", r.kind, Kinds)
	}
	for _, c := range columns[r.kind] {
		r.names = append(r.names, c.Name)
	}
	return nil
}

func (r *Rows) object(raw []byte, number int) ([]string, map[string]string, int, error) {
	fields, ignored, problem := decodeObject(r.kind, raw)
	cells := make([]string, len(r.names))
	for i, n := range r.names {
		cells[i] = fields[n]
	}
	if problem != "" {
		return cells, fields, number, unreadRow(problem)
	}
	for _, name := range ignored {
		if !slices.Contains(r.ignored, name) && len(r.ignored) < 50 {
			r.ignored = append(r.ignored, name)
		}
	}
	return cells, fields, number, nil
}

// FromJSON makes a row of one JSON object, for systems that push: the same
// field names as files. number is its place in the request, from 1.
func FromJSON(kind Kind, number int, raw json.RawMessage) (Row, *Refused) {
	row := Row{Number: number}
	if columns[kind] == nil {
		return row, refuse(row, kind, "", "there is no import of %q; there are %v", kind, Kinds)
	}
	if len(raw) > maxRecord {
		return row, refuse(row, kind, "", "the row is longer than 1 MB; shorten it")
	}
	fields, _, problem := decodeObject(kind, raw)
	row.Fields = fields
	if problem == "" {
		problem = unreadable(fields)
	}
	if problem != "" {
		row.Fields = map[string]string{} // what cannot be read is not kept
		return row, refuse(row, kind, "", "%s", problem)
	}
	return row, nil
}

// FromMap is FromJSON for an object that was decoded already.
func FromMap(kind Kind, number int, object map[string]any) (Row, *Refused) {
	raw, err := json.Marshal(object)
	if err != nil {
		return Row{Number: number}, refuse(Row{Number: number}, kind, "", "it holds a value that is no JSON (%v)", err)
	}
	return FromJSON(kind, number, raw)
}

// decodeObject reads the fields of a JSON object as text; null and blank ones
// are absent. A GeoJSON point under "location" is not read: use lon and lat.
func decodeObject(kind Kind, raw []byte) (fields map[string]string, ignored []string, problem string) {
	fields = map[string]string{}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil {
		return fields, nil, "it is not a JSON object (" + firstLine(err) + "); mend or remove it"
	}
	if object == nil {
		return fields, nil, "it is null instead of a JSON object; remove it"
	}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	means, err := meaning(kind, names)
	if err != nil {
		return fields, nil, err.Error()
	}
	for i, name := range names {
		if means[i] == "" {
			ignored = append(ignored, name)
			continue
		}
		text, err := plainValue(object[name])
		if err != nil {
			return fields, nil, fmt.Sprintf("%s %v", means[i], err)
		}
		if text = strings.TrimSpace(text); text != "" {
			fields[means[i]] = text
		}
	}
	return fields, ignored, ""
}

// plainValue writes a JSON value as the text that a cell would hold.
func plainValue(raw json.RawMessage) (string, error) {
	switch v := bytes.TrimSpace(raw); {
	case len(v) == 0 || string(v) == "null":
		return "", nil
	case v[0] == '"':
		var s string
		if err := json.Unmarshal(v, &s); err != nil {
			return "", errors.New("is a broken text; escape it as JSON wants")
		}
		return s, nil
	case v[0] == '[' && len(v) > 1:
		var list []string
		if err := json.Unmarshal(v, &list); err != nil {
			return "", errors.New("is a list; give one value")
		}
		return strings.Join(list, "|"), nil
	case v[0] == '{':
		return "", errors.New("is an object; give one value")
	case string(v) == "true" || string(v) == "false":
		return string(v), nil
	default:
		if _, err := strconv.ParseFloat(string(v), 64); err != nil {
			return "", errors.New("is a number beyond what can be held; write it as text")
		}
		return string(v), nil
	}
}
