package mapping

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Field says where the value of one of our fields comes from. In YAML it is an
// expression, or an object with more about it.
type Field struct {
	// Get is a jq expression on the record.
	Get string `json:"get"`
	// Const is a fixed value.
	Const string `json:"const"`
	// Default is taken when there is no value.
	Default string `json:"default"`
	// Missing are values that stand for none, such as "-".
	Missing []string `json:"missing"`
	// Map translates values; "*" is for all others.
	Map map[string]string `json:"map"`
	// Time are the layouts a time may have, Go's or unix, unix_ms.
	Time []string `json:"time"`
	Zone string   `json:"zone"`
	// Number is the style of a number written as text: plain, id or en.
	Number string   `json:"number"`
	Factor *float64 `json:"factor"`
	Offset float64  `json:"offset"`
}

// UnmarshalJSON takes an expression or an object without unknown keys.
func (f *Field) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		*f = Field{}
		return json.Unmarshal(b, &f.Get)
	}
	type plain Field
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode((*plain)(f)); err != nil {
		return errors.New("must be an expression, or an object with get, const, default, missing, map, time, zone, number, factor, offset (lists and numbers without quotes)")
	}
	return nil
}

// Types of our fields.
const (
	asText   = "text"
	asTime   = "time"
	asNumber = "number"
)

var reportFields = map[string]string{
	"external_id": asText, "channel": asText, "created_at": asTime, "updated_at": asTime, "responded_at": asTime, "closed_at": asTime,
	"text": asText, "lon": asNumber, "lat": asNumber, "address": asText, "area": asText, "category": asText, "office": asText,
	"status": asText, "media_url": asText, "reporter_name": asText, "reporter_phone": asText, "reporter_email": asText, "reporter_handle": asText,
	"secrecy": asText, "flag": asText,
}

var observationFields = map[string]string{
	"indicator": asText, "area": asText, "time": asTime, "value": asNumber, "unit": asText, "station": asText,
	"lon": asNumber, "lat": asNumber, "issued_at": asTime,
}

var requiredFields = map[string][]string{
	"reports": {"external_id", "created_at", "text"}, "observations": {"indicator", "time", "value"},
}

// fieldReader is a Field ready for use.
type fieldReader struct {
	Field
	program *Program
	zone    *time.Location
}

// compileFields prepares the fields of a mapping.
func compileFields(m Rows, zone *time.Location) (map[string]*fieldReader, error) {
	types := observationFields
	if m.Kind == "reports" {
		types = reportFields
	}
	for _, name := range requiredFields[m.Kind] {
		if _, ok := m.Fields[name]; !ok {
			return nil, city.InvalidField("mapping.fields."+name, "is missing: %s need it", m.Kind)
		}
	}
	out := map[string]*fieldReader{}
	for _, name := range sortedKeys(m.Fields) { // so that the first mistake is the same one each time
		f, path := m.Fields[name], "mapping.fields."+name
		kind, ok := types[name]
		if !ok {
			return nil, city.InvalidField(path, "is not a field of %s; they are %s", m.Kind, strings.Join(sortedKeys(types), ", "))
		}
		r, err := compileField(path, kind, f, zone)
		if err != nil {
			return nil, err
		}
		out[name] = r
	}
	return out, nil
}

func compileField(path, kind string, f Field, zone *time.Location) (*fieldReader, error) {
	r := &fieldReader{Field: f, zone: zone}
	if f.Zone != "" {
		loc, err := time.LoadLocation(f.Zone)
		if err != nil {
			return nil, city.InvalidField(path+".zone", "is not a time zone; write for example Asia/Makassar")
		}
		r.zone = loc
	}
	switch {
	case (f.Get == "") == (f.Const == ""):
		return nil, city.InvalidField(path, "needs either get or const")
	case kind != asTime && len(f.Time) > 0:
		return nil, city.InvalidField(path+".time", "is for times only")
	case kind != asNumber && (f.Number != "" || f.Factor != nil || f.Offset != 0):
		return nil, city.InvalidField(path+".number", "number, factor and offset are for numbers only")
	case f.Number != "" && !slices.Contains([]string{connectors.NumberPlain, connectors.NumberID, connectors.NumberEN}, f.Number):
		return nil, city.InvalidField(path+".number", "must be plain, id or en")
	}
	if len(r.Time) == 0 {
		r.Time = []string{time.RFC3339}
	}
	if r.Number == "" {
		r.Number = connectors.NumberPlain
	}
	var err error
	r.program, err = Compile(path, f.Get)
	return r, err
}

// value returns the field's value in a record as text; "" is none.
func (r *fieldReader) value(ctx context.Context, record any) (string, error) {
	s := r.Const
	if r.program != nil {
		v, err := r.program.ofRecord(ctx, record)
		if err != nil {
			return "", err
		}
		if s, err = PlainText(v); err != nil {
			return "", err
		}
	}
	if slices.Contains(r.Missing, s) {
		s = ""
	}
	if s != "" && len(r.Map) > 0 {
		to, ok := r.Map[s]
		if !ok {
			to, ok = r.Map["*"]
		}
		if !ok {
			return "", fmt.Errorf("%q is not in the mapping's table", clip(s, 40))
		}
		s = to
	}
	if s == "" {
		s = r.Default
	}
	return s, nil
}

// number returns a number after its conversion; nil is none.
func (r *fieldReader) number(ctx context.Context, record any) (*float64, error) {
	s, err := r.value(ctx, record)
	if err != nil || s == "" {
		return nil, err
	}
	x, err := connectors.ParseNumber(s, r.Number)
	if err != nil && r.Number != connectors.NumberPlain {
		// A real JSON number among numbers written as text keeps its meaning.
		if v, perr := r.program.ofRecord(ctx, record); perr == nil && isNumber(v) {
			x, err = connectors.ParseNumber(s, connectors.NumberPlain)
		}
	}
	if err != nil {
		return nil, err
	}
	if r.Factor != nil {
		x *= *r.Factor
	}
	x += r.Offset
	return &x, nil
}

func isNumber(v any) bool {
	switch v.(type) {
	case int, float64, json.Number:
		return true
	}
	return false
}

// timeOf returns a field's time in a record, the zero time for none. What names no
// time itself may be of now, or of today.
func (c *Reader) timeOf(ctx context.Context, f *fieldReader, record any) (time.Time, error) {
	switch now := c.env.Now; f.Const {
	case "now":
		return now(), nil
	case "today":
		y, m, d := now().In(c.zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, c.zone), nil
	}
	return f.time(ctx, record)
}

// time returns a time; the zero time is none.
func (r *fieldReader) time(ctx context.Context, record any) (time.Time, error) {
	s, err := r.value(ctx, record)
	if err != nil || s == "" {
		return time.Time{}, err
	}
	return connectors.ParseTime(s, r.zone, r.Time...)
}
