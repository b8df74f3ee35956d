package sqlquery

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The layouts in which both systems write a time without a zone.
const (
	zoneless = "2006-01-02 15:04:05.999999"
	dayOnly  = time.DateOnly
)

// postgresValue turns what the driver gives into a value for the mapping; kind is
// the column's type. A date or time without a zone is the zone's.
func postgresValue(raw any, kind string, zone *time.Location) (any, error) {
	switch v := raw.(type) {
	case time.Time:
		if kind == "TIMESTAMPTZ" {
			return v.UTC().Format(time.RFC3339Nano), nil
		}
		return inZone(v, zone), nil
	case string:
		if kind == "NUMERIC" {
			return number(v), nil
		}
		return text(v, kind)
	case []byte:
		if kind == "BYTEA" {
			return nil, nil // no text, and nothing that a mapping could use
		}
		return text(string(v), kind)
	}
	return plain(raw)
}

// mysqlValue does the same for MySQL and MariaDB, whose driver gives text for all
// but whole and floating numbers.
func mysqlValue(raw any, kind string, zone *time.Location) (any, error) {
	v, isText := raw.([]byte)
	if !isText {
		return plain(raw)
	}
	s := string(v)
	switch kind = strings.TrimPrefix(kind, "UNSIGNED "); kind {
	case "TIMESTAMP", "DATETIME", "DATE":
		layout := zoneless
		if kind == "DATE" {
			layout = dayOnly
		}
		switch t, err := time.Parse(layout, s); {
		case err == nil && kind == "TIMESTAMP": // the session's zone is UTC
			return t.Format(time.RFC3339Nano), nil
		case err == nil:
			return inZone(t, zone), nil
		}
		return nil, nil // 0000-00-00, which stands for none
	case "DECIMAL", "INT", "BIGINT", "SMALLINT", "TINYINT", "MEDIUMINT", "YEAR", "FLOAT", "DOUBLE":
		return number(s), nil
	case "BINARY", "VARBINARY", "BLOB", "BIT", "GEOMETRY":
		if kind == "BIT" || !utf8.ValidString(s) {
			return nil, nil
		}
	}
	return text(s, kind)
}

// inZone takes the clock's reading of t, whatever zone it names, for one of zone.
func inZone(t time.Time, zone *time.Location) string {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone).Format(time.RFC3339Nano)
}

// written is how servers write numbers; MySQL pads those of ZEROFILL columns.
var written = regexp.MustCompile(`^([+-]?)(\d*)(?:\.(\d*))?([eE][+-]?\d+)?$`)

// number keeps all digits that count; NaN and infinities, which JSON has no word
// for, are none.
func number(s string) any {
	m := written.FindStringSubmatch(s)
	if m == nil || m[2]+m[3] == "" {
		return nil
	}
	out := strings.TrimPrefix(m[1], "+") + cmp.Or(strings.TrimLeft(m[2], "0"), "0")
	if m[3] != "" {
		out += "." + m[3]
	}
	return json.Number(out + m[4])
}

func text(s, kind string) (any, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("holds bytes that are not text (UTF-8)")
	}
	if kind == "JSON" || kind == "JSONB" {
		dec := json.NewDecoder(strings.NewReader(s))
		dec.UseNumber()
		var v any
		if err := dec.Decode(&v); err == nil {
			return v, nil
		}
	}
	return s, nil
}

func plain(raw any) (any, error) {
	switch v := raw.(type) {
	case nil, bool:
		return v, nil
	case int64:
		return json.Number(strconv.FormatInt(v, 10)), nil
	case uint64:
		return json.Number(strconv.FormatUint(v, 10)), nil
	case float32:
		return number(strconv.FormatFloat(float64(v), 'g', -1, 32)), nil
	case float64:
		return number(strconv.FormatFloat(v, 'g', -1, 64)), nil
	}
	return nil, nil // an infinite time and the like: no value for us
}

// mark is a cursor's value as the server itself reads it back; ok is false for
// NULL.
func mark(raw any, kind string) (s string, ok bool) {
	switch v := raw.(type) {
	case nil:
		return "", false
	case time.Time:
		switch kind {
		case "TIMESTAMPTZ", "DATETIMEOFFSET":
			return v.UTC().Format(time.RFC3339Nano), true
		case "DATE":
			return v.Format(dayOnly), true
		case "DATETIME", "SMALLDATETIME":
			return v.Format(isoMillis), true
		case "DATETIME2":
			return v.Format(isoZoneless), true
		}
		return v.Format(zoneless), true
	case []byte:
		return string(v), utf8.Valid(v)
	case string:
		return v, utf8.ValidString(v)
	}
	v, err := plain(raw)
	n, isNumber := v.(json.Number)
	return string(n), err == nil && isNumber
}

// moment is t as a column of a kind would say it, "" for a kind that holds none.
func moment(t time.Time, system, kind string, zone *time.Location) string {
	if system == "sqlserver" {
		return momentMSSQL(t, kind, zone)
	}
	switch kind {
	case "TIMESTAMPTZ":
		return t.UTC().Format(time.RFC3339Nano)
	case "TIMESTAMP":
		if system == "mysql" { // the session's zone is UTC
			return t.UTC().Format(zoneless)
		}
		return t.In(zone).Format(zoneless)
	case "DATETIME":
		return t.In(zone).Format(zoneless)
	case "DATE":
		return t.In(zone).Format(dayOnly)
	}
	return ""
}

// less reports whether a comes before b, for marks of times and numbers; of other
// text the server alone knows the order.
func less(a, b string) bool {
	x, errA := strconv.ParseFloat(a, 64)
	y, errB := strconv.ParseFloat(b, 64)
	if errA == nil && errB == nil {
		return x < y
	}
	for _, layout := range []string{time.RFC3339Nano, zoneless, isoZoneless, dayOnly} {
		x, errA := time.Parse(layout, a)
		y, errB := time.Parse(layout, b)
		if errA == nil && errB == nil {
			return x.Before(y)
		}
	}
	return false
}
