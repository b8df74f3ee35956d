package connectors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"balaikota/backend/city"
)

// Duration is a span of time in a configuration, written "90s", "5m", "48h".
type Duration time.Duration

// UnmarshalJSON reads "90s"; a bare number is refused because its unit is not.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return errors.New(`write a span of time as text, for example "90s", "5m" or "48h"`)
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 {
		return errors.New(`is not a span of time; write for example "90s", "5m" or "48h"`)
	}
	*d = Duration(v)
	return nil
}

// MarshalJSON writes "1m30s".
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

var (
	durationType    = reflect.TypeFor[Duration]()
	unmarshalerType = reflect.TypeFor[json.Unmarshaler]()
	rawType         = reflect.TypeFor[json.RawMessage]()
	secretForm      = regexp.MustCompile(`^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$`)
)

// maxConfigBytes bounds a configuration; the largest template is under 8 kB.
const maxConfigBytes = 256 << 10

// ConfigFromYAML turns a configuration written in YAML (or JSON, which is
// YAML) into the JSON that sources store.
func ConfigFromYAML(text []byte) (json.RawMessage, error) {
	if len(text) > maxConfigBytes {
		return nil, city.InvalidField("config", "is larger than %d kB", maxConfigBytes>>10)
	}
	out, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, city.InvalidField("config", "is not valid YAML: %s", firstLine(yaml.FormatError(err, false, false)))
	}
	return out, nil
}

// validated is a configuration that checks more than its tags can say.
type validated interface{ Validate() error }

// decodeConfig reads a configuration strictly: unknown keys, wrong types,
// missing and impossible values are *city.Error Invalid with the field's path
// and the remedy. Values are never quoted, since one may be a secret that
// somebody pasted into the wrong field.
func decodeConfig[C any](raw json.RawMessage) (C, error) {
	var c C
	if len(bytes.TrimSpace(raw)) == 0 {
		raw = json.RawMessage(`{}`)
	}
	if len(raw) > maxConfigBytes {
		return c, city.InvalidField("config", "is larger than %d kB", maxConfigBytes>>10)
	}
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return c, city.InvalidField("config", "is not valid JSON; check commas, quotes and brackets")
	}
	if err := decodeInto(reflect.ValueOf(&c).Elem(), v, "", Field{}); err != nil {
		return c, err
	}
	if check, ok := any(&c).(validated); ok {
		if err := check.Validate(); err != nil {
			return c, err
		}
	}
	return c, nil
}

// decodeInto sets dst from v, which is JSON decoded with UseNumber.
func decodeInto(dst reflect.Value, v any, path string, f Field) error {
	t := dst.Type()
	if t == rawType || reflect.PointerTo(t).Implements(unmarshalerType) {
		b, err := json.Marshal(v)
		if err == nil {
			err = json.Unmarshal(b, dst.Addr().Interface())
		}
		if err != nil {
			return wrongValue(path, err)
		}
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		return decodeStruct(dst, v, path)
	case reflect.Pointer:
		dst.Set(reflect.New(t.Elem()))
		return decodeInto(dst.Elem(), v, path, f)
	case reflect.Slice:
		return decodeList(dst, v, path, f)
	case reflect.Map:
		return decodeMap(dst, v, path, f)
	}
	return decodeScalar(dst, v, path, f)
}

func wrongValue(path string, err error) error {
	if e, ok := errors.AsType[*city.Error](err); ok {
		return city.InvalidField(joinPath(path, e.Field), "%s", e.Message)
	}
	return city.InvalidField(path, "%s", err)
}

func decodeStruct(dst reflect.Value, v any, path string) error {
	obj, ok := v.(map[string]any)
	if !ok {
		return city.InvalidField(orConfig(path), "must be an object { … }")
	}
	known := map[string]bool{}
	if err := decodeFields(dst, obj, path, known); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(obj)) {
		if !known[key] {
			names := slices.Sorted(maps.Keys(known))
			return city.InvalidField(joinPath(path, key), "is not a field here; known fields are %s", strings.Join(names, ", "))
		}
	}
	return nil
}

func decodeFields(dst reflect.Value, obj map[string]any, path string, known map[string]bool) error {
	t := dst.Type()
	for i := range t.NumField() {
		sf := t.Field(i)
		if sf.Anonymous && sf.Type.Kind() == reflect.Struct {
			if err := decodeFields(dst.Field(i), obj, path, known); err != nil {
				return err
			}
			continue
		}
		name := jsonName(sf)
		if name == "" {
			continue
		}
		known[name] = true
		if err := decodeField(dst.Field(i), obj[name], declaredField(sf, joinPath(path, name))); err != nil {
			return err
		}
	}
	return nil
}

// decodeField applies the default, then sets and checks one field.
func decodeField(dst reflect.Value, v any, f Field) error {
	if v == nil || v == "" {
		switch {
		case f.Required:
			return city.InvalidField(f.Path, "is missing: %s%s", lowerFirst(f.Doc), forExample(f))
		case f.Default == "" && f.Type == "object" && dst.Kind() == reflect.Struct:
			v = map[string]any{}
		case f.Default == "":
			return nil
		default:
			v = defaultValue(f)
		}
	}
	return decodeInto(dst, v, f.Path, f)
}

func decodeList(dst reflect.Value, v any, path string, f Field) error {
	items, ok := v.([]any)
	if !ok {
		return city.InvalidField(path, "must be a list [ … ]%s", forExample(f))
	}
	out := reflect.MakeSlice(dst.Type(), len(items), len(items))
	for i, item := range items {
		if err := decodeInto(out.Index(i), item, fmt.Sprintf("%s[%d]", path, i), f); err != nil {
			return err
		}
	}
	dst.Set(out)
	return nil
}

func decodeMap(dst reflect.Value, v any, path string, f Field) error {
	obj, ok := v.(map[string]any)
	if !ok {
		return city.InvalidField(path, "must be an object { … }%s", forExample(f))
	}
	out := reflect.MakeMapWithSize(dst.Type(), len(obj))
	for key, item := range obj {
		val := reflect.New(dst.Type().Elem()).Elem()
		if err := decodeInto(val, item, joinPath(path, key), f); err != nil {
			return err
		}
		out.SetMapIndex(reflect.ValueOf(key).Convert(dst.Type().Key()), val)
	}
	dst.Set(out)
	return nil
}

func decodeScalar(dst reflect.Value, v any, path string, f Field) error {
	switch dst.Kind() {
	case reflect.String:
		s, ok := v.(string)
		if !ok {
			return city.InvalidField(path, "must be text in quotes%s", forExample(f))
		}
		dst.SetString(s)
		return checkText(path, s, f)
	case reflect.Bool:
		b, ok := v.(bool)
		if !ok {
			return city.InvalidField(path, "must be true or false, without quotes")
		}
		dst.SetBool(b)
	case reflect.Int, reflect.Int64:
		n, ok := v.(json.Number)
		i, err := strconv.ParseInt(string(n), 10, 64)
		if !ok || err != nil {
			return city.InvalidField(path, "must be a whole number, without quotes%s", forExample(f))
		}
		dst.SetInt(i)
	case reflect.Float64:
		n, ok := v.(json.Number)
		x, err := strconv.ParseFloat(string(n), 64)
		if !ok || err != nil {
			return city.InvalidField(path, "must be a number with a decimal point, without quotes%s", forExample(f))
		}
		dst.SetFloat(x)
	default:
		return city.InvalidField(path, "has a type that the form does not know")
	}
	return nil
}

// checkText checks what the tags say about a text field.
func checkText(path, s string, f Field) error {
	switch {
	case s == "":
		return nil
	case f.Secret && !secretForm.MatchString(s):
		return city.InvalidField(path, "must not hold the secret itself: put it into an environment variable and write env:NAME here, or into a file and write file:PATH")
	case len(f.Enum) > 0 && !slices.Contains(f.Enum, s):
		return city.InvalidField(path, "must be one of %s", strings.Join(f.Enum, ", "))
	case f.Format == "url":
		return checkURL(path, s)
	}
	return nil
}

func checkURL(path, s string) error {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return city.InvalidField(path, "must be a full address that starts with https:// or http://")
	}
	if u.User != nil {
		return city.InvalidField(path, "must not hold a name and password; give them as a secret (env:NAME)")
	}
	return nil
}

// defaultValue reads a default tag as the JSON value it stands for.
func defaultValue(f Field) any {
	switch f.Type {
	case "string":
		return f.Default
	case "list":
		var items []any
		for s := range strings.SplitSeq(f.Default, ",") {
			items = append(items, s)
		}
		return items
	case "boolean":
		return f.Default == "true"
	}
	return json.Number(f.Default)
}

func typeName(t reflect.Type) string {
	switch {
	case t == durationType:
		return "string"
	case t == rawType:
		return "any"
	case reflect.PointerTo(t).Implements(unmarshalerType):
		return "any"
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.Slice:
		return "list"
	case reflect.Map:
		return "map"
	case reflect.Struct:
		return "object"
	case reflect.Pointer:
		return typeName(t.Elem())
	}
	panic(fmt.Sprintf("connectors: a configuration cannot hold a %s", t))
}

func structOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func isConfigStruct(t reflect.Type) bool { return typeName(t) == "object" }

func joinPath(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "." + name
}

func orConfig(path string) string {
	if path == "" {
		return "config"
	}
	return path
}

func forExample(f Field) string {
	if f.Example == "" {
		return ""
	}
	return ", for example " + f.Example
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.TrimSuffix(strings.ToLower(s[:1])+s[1:], ".")
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
