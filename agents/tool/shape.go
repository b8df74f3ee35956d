package tool

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"balaikota/backend/city"
)

// assumedField is the input field that every tool takes beside its own.
const assumedField = "assumed"

// longestInput is how many bytes an input may be; no honest one comes near.
const longestInput = 16 << 10

// Values says which values a field may take, nil for any.
type Values func(field string) []string

// shape is the form of a tool's input.
type shape struct {
	schema *jsonschema.Schema
	fields []string // in declared order, without assumed
}

func shapeOf[In any]() (shape, error) {
	s, err := jsonschema.For[In](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[json.RawMessage](): {Type: "object", AdditionalProperties: &jsonschema.Schema{}},
	}})
	if err != nil {
		return shape{}, fmt.Errorf("describe input: %w", err)
	}
	fields := slices.Clone(s.PropertyOrder)
	if s.Properties == nil {
		s.Properties = map[string]*jsonschema.Schema{}
	}
	s.Properties[assumedField] = &jsonschema.Schema{
		Type: "array", Items: &jsonschema.Schema{Type: "string"},
		Description: "names of the fields that the person did not say and you assumed",
	}
	s.PropertyOrder = append(s.PropertyOrder, assumedField)
	dropNull(s)
	return shape{schema: s, fields: fields}, nil
}

// dropNull turns "null or a number" into "a number": an optional field is left
// out, and several providers refuse a list of types.
func dropNull(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if types := slices.DeleteFunc(slices.Clone(s.Types), func(t string) bool { return t == "null" }); len(types) == 1 {
		s.Type, s.Types = types[0], nil
	}
	for _, p := range s.Properties {
		dropNull(p)
	}
	dropNull(s.Items)
}

// parameters is the schema as a plain map with the values filled in.
func (s shape) parameters(values Values) map[string]any {
	schema := s.schema.CloneSchemas()
	for name, p := range schema.Properties {
		if values == nil || name == assumedField {
			continue
		}
		for _, v := range values(name) {
			p.Enum = append(p.Enum, v)
		}
	}
	body, err := json.Marshal(schema)
	if err != nil {
		return map[string]any{"type": "object"}
	}
	out := map[string]any{}
	if json.Unmarshal(body, &out) != nil {
		return map[string]any{"type": "object"}
	}
	return out
}

// decode reads an input strictly: one JSON object, no field that the tool does
// not know, every value of the field's own type. It returns what stood in
// assumed. Errors are Invalid with the field and a Message that a model can
// mend its call by.
func (s shape) decode(input json.RawMessage, into any) (assumed []string, err error) {
	input = bytes.TrimSpace(input)
	if len(input) == 0 {
		input = json.RawMessage("{}")
	}
	if len(input) > longestInput {
		return nil, city.Errorf(city.Invalid, "the input is longer than %d bytes", longestInput)
	}
	d := json.NewDecoder(bytes.NewReader(input))
	fields := map[string]json.RawMessage{}
	if err := d.Decode(&fields); err != nil {
		return nil, city.Wrap(city.Invalid, err, "the input is not a JSON object")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, city.Errorf(city.Invalid, "something follows the JSON object")
	}
	for name := range fields {
		if name != assumedField && !slices.Contains(s.fields, name) {
			return nil, city.InvalidField(clip(name, 40), "unknown field; known are: %s", strings.Join(s.fields, ", "))
		}
	}
	if raw, ok := fields[assumedField]; ok {
		if err := json.Unmarshal(raw, &assumed); err != nil {
			return nil, city.InvalidField(assumedField, "must be a list of field names")
		}
		delete(fields, assumedField)
	}
	// In the declared order, so that of two wrong fields the same is named each time.
	for _, name := range s.fields {
		raw, ok := fields[name]
		if !ok {
			continue
		}
		one := fmt.Appendf(nil, "{%q:%s}", name, raw)
		strict := json.NewDecoder(bytes.NewReader(one))
		strict.DisallowUnknownFields()
		if err := strict.Decode(into); err != nil {
			return nil, s.wrongType(name, raw, err)
		}
	}
	return assumed, nil
}

func (s shape) wrongType(name string, raw json.RawMessage, err error) error {
	e := city.InvalidField(name, "must be %s, not %s", kindOf(s.schema.Properties[name]), clip(string(raw), 60))
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && strings.HasPrefix(wrong.Field, name+".") {
		e.Field = wrong.Field
		e.Message = "must not be " + wrong.Value
	}
	e.Err = err
	return e
}

func kindOf(s *jsonschema.Schema) string {
	if s == nil || s.Type == "" {
		return "another type"
	}
	article := "a"
	if strings.ContainsAny(s.Type[:1], "aio") {
		article = "an"
	}
	return article + " " + s.Type
}

// clip cuts a text to at most n runes.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}
