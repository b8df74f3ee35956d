package connectors

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Text is a text on screen in both languages, Indonesian first.
type Text struct {
	ID string `json:"id"`
	EN string `json:"en"`
}

// Spec declares a connector: from it come validation, the form on Sumber Data,
// the JSON Schema and the reference page docs/connectors.md.
type Spec struct {
	// Name is the connector's key in a source's configuration: lower case,
	// one word ("bmkg", "open311").
	Name        string
	Title       Text
	Description Text
	// Docs is the address of the other side's own documentation, "" if none.
	Docs string
	// Attribution must be shown with the data, "" if none is required.
	Attribution string
	// Schedule is what a new source starts with.
	Schedule string
	// Waits says that the connector is a Waiter, Receives that it is a Receiver.
	Waits    bool
	Receives bool
	// Once says that the other side hands each record over a single time: there
	// is nothing to be read again. Others start anew without a cursor, and are
	// Rewinders where they can go back to a moment.
	Once bool
	// Brings names what the connector delivers: reports, observations, alerts.
	Brings []string
	// Templates are the connector's ready-made configurations, by name; nil if it
	// has none.
	Templates func() []Template
	// Fields are the configuration's fields; Define fills them from the tags.
	Fields []Field
	// New builds a connector from a configuration; Define provides it. Errors
	// in the configuration are *city.Error Invalid with the field's path.
	New func(config json.RawMessage, env Env) (Connector, error)
	// Check validates a configuration without building anything.
	Check func(config json.RawMessage) error

	config reflect.Type
}

// Field is one field of a connector's configuration.
type Field struct {
	// Path is the JSON path within the configuration ("paging.size").
	Path  string
	Label Text
	// Doc says what the field is for, in English.
	Doc string
	// DocID says the same in Indonesian; "" where nobody has written it yet.
	DocID string
	// Type is string, boolean, integer, number, list, map, object or any.
	Type     string
	Format   string
	Default  string
	Example  string
	Required bool
	Secret   bool
	Enum     []string
	// Anew says that what is read changes with the field, so that reading
	// begins anew when it does: the cursor is about something else, and rows that
	// were refused before wait no more. Connectors that cannot read again what
	// they have read do not say it.
	Anew bool
}

// Define completes a Spec whose configuration is the struct C. Each field of C
// needs the tags json and doc; label and label_id name it on the form, doc_id says
// there in Indonesian what doc says in English, and
// default, required:"true", enum:"a,b", secret:"true", anew:"true", example and
// format:"url|duration|date|folder" say how it is checked. It panics on a
// malformed declaration, which any test of the connector would show.
func Define[C any](s Spec, build func(C, Env) (Connector, error)) Spec {
	s.config = reflect.TypeFor[C]()
	s.Fields = fieldsOf(s.config, "")
	s.Check = func(raw json.RawMessage) error {
		_, err := decodeConfig[C](raw)
		return err
	}
	s.New = func(raw json.RawMessage, env Env) (Connector, error) {
		c, err := decodeConfig[C](raw)
		if err != nil {
			return nil, err
		}
		if o, ok := any(&c).(interface{ httpOptions() HTTPOptions }); ok && env.HTTP != nil {
			if env.HTTP, err = env.HTTP.For(o.httpOptions()); err != nil {
				return nil, err
			}
		}
		return build(c, env)
	}
	return s
}

// Registry holds the connectors of the program by name. It is filled once, at
// start (connectors/all), and only read afterwards.
type Registry struct {
	specs map[string]Spec
}

// NewRegistry returns a registry of the given connectors; see Register.
func NewRegistry(specs ...Spec) *Registry {
	r := &Registry{specs: map[string]Spec{}}
	for _, s := range specs {
		r.Register(s)
	}
	return r
}

// Register makes a connector known under its name. It panics on a second
// connector of the same name and on a Spec that Define did not complete.
func (r *Registry) Register(s Spec) {
	if s.New == nil || s.Name == "" || s.Name != strings.ToLower(s.Name) {
		panic(fmt.Sprintf("connectors: %q is not a complete Spec; use Define", s.Name))
	}
	if _, exists := r.specs[s.Name]; exists {
		panic(fmt.Sprintf("connectors: a connector called %q is already registered", s.Name))
	}
	r.specs[s.Name] = s
}

// Lookup returns the connector registered under name.
func (r *Registry) Lookup(name string) (Spec, bool) {
	s, ok := r.specs[name]
	return s, ok
}

// Specs returns all registered connectors in order of their names.
func (r *Registry) Specs() []Spec {
	return slices.SortedFunc(maps.Values(r.specs), func(a, b Spec) int { return strings.Compare(a.Name, b.Name) })
}

// fieldsOf lists the fields of a configuration struct, nested ones after their
// parent, embedded ones in place.
func fieldsOf(t reflect.Type, prefix string) []Field {
	var out []Field
	for f := range t.Fields() {
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			out = append(out, fieldsOf(f.Type, prefix)...)
			continue
		}
		name := jsonName(f)
		if name == "" {
			continue
		}
		d := declaredField(f, prefix+name)
		out = append(out, d)
		switch {
		case d.Type == "object":
			out = append(out, fieldsOf(structOf(f.Type), d.Path+".")...)
		case d.Type == "list" && isConfigStruct(f.Type.Elem()):
			out = append(out, fieldsOf(structOf(f.Type.Elem()), d.Path+"[].")...)
		case d.Type == "map" && isConfigStruct(f.Type.Elem()):
			out = append(out, fieldsOf(structOf(f.Type.Elem()), d.Path+".*.")...)
		}
	}
	return out
}

func declaredField(f reflect.StructField, path string) Field {
	d := Field{
		Path:     path,
		Label:    Text{ID: f.Tag.Get("label_id"), EN: f.Tag.Get("label")},
		Doc:      f.Tag.Get("doc"),
		DocID:    f.Tag.Get("doc_id"),
		Type:     typeName(f.Type),
		Format:   f.Tag.Get("format"),
		Default:  f.Tag.Get("default"),
		Example:  f.Tag.Get("example"),
		Required: f.Tag.Get("required") == "true",
		Secret:   f.Tag.Get("secret") == "true",
		Anew:     f.Tag.Get("anew") == "true",
	}
	if d.Doc == "" {
		panic(fmt.Sprintf("connectors: field %s of %s has no doc tag", path, f.Type))
	}
	if e := f.Tag.Get("enum"); e != "" {
		d.Enum = strings.Split(e, ",")
	}
	if f.Type == durationType {
		d.Format = "duration"
	}
	return d
}

// jsonName is the field's name in JSON, "" for fields that are not in it.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "-" || !f.IsExported() {
		return ""
	}
	return name
}
