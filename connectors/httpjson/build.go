package httpjson

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/mapping"
)

//go:embed templates/*.yaml
var templateFiles embed.FS

// Template is a ready-made mapping with what is said of it.
type Template struct {
	connectors.Template
	Mapping json.RawMessage `json:"mapping"`
}

var templateName = regexp.MustCompile(`^[a-z0-9-]+$`)

// ReadTemplate returns a ready-made mapping by name.
func ReadTemplate(name string) (Template, error) {
	var t Template
	if !templateName.MatchString(name) || !slices.Contains(Templates(), name) {
		return t, city.InvalidField("template", "there is no template %q; they are %s", name, strings.Join(Templates(), ", "))
	}
	text, err := templateFiles.ReadFile("templates/" + name + ".yaml")
	if err != nil {
		return t, fmt.Errorf("read template %s: %w", name, err)
	}
	raw, err := yaml.YAMLToJSON(text)
	if err != nil {
		return t, fmt.Errorf("read template %s: %w", name, err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields() // what nobody reads is a mistake in the file
	if err := dec.Decode(&t); err != nil {
		return t, fmt.Errorf("read template %s: %w", name, err)
	}
	t.Name = name
	return t, nil
}

// described are the templates as the form and the reference show them; they are read
// once.
var described = sync.OnceValue(func() []connectors.Template {
	out := []connectors.Template{}
	for _, name := range Templates() {
		t, err := ReadTemplate(name)
		if err != nil {
			panic(err) // they are part of the program
		}
		out = append(out, t.Template)
	}
	return out
})

// mappingOnly lets a template's mapping pass the same strict reading as one's
// own.
type mappingOnly struct {
	Mapping Mapping `json:"mapping" required:"true" doc:"The mapping."`
}

// Validate checks the configuration as far as it can be without running: it
// compiles every expression.
func (c *Config) Validate() error {
	_, err := c.resolve()
	return err
}

// resolved is a configuration with its template put in.
type resolved struct {
	mapping Mapping
	params  map[string]string
}

func (c *Config) resolve() (resolved, error) {
	out := resolved{params: c.Params}
	switch {
	case c.Template == "" && c.Mapping == nil:
		return out, city.InvalidField("mapping", "is missing: name a template or give a mapping")
	case c.Template != "" && c.Mapping != nil:
		return out, city.InvalidField("mapping", "must not be given together with a template")
	case c.Mapping != nil:
		out.mapping = *c.Mapping
	default:
		if err := c.fromTemplate(&out); err != nil {
			return out, err
		}
	}
	if err := out.fillConstants(); err != nil {
		return out, err
	}
	if err := checkMapping(out.mapping); err != nil {
		return out, err
	}
	return out, out.mapping.Rows.Check()
}

// fillConstants puts parameters into the fields' fixed values and tables, and
// into headers; a header that comes out empty is not sent.
func (r *resolved) fillConstants() error {
	values := map[string]place{}
	for name, value := range r.params {
		values["param."+name] = place{text: value}
	}
	fields := maps.Clone(r.mapping.Fields)
	for name, f := range fields {
		filled, err := fillPlaces(f.Const, values, false, func(s string) string { return s })
		if err != nil {
			return city.InvalidField("mapping.fields."+name+".const", "holds a {{place}} that has no value in params")
		}
		f.Const = filled
		if f.Map, err = fillMap(f.Map, values); err != nil {
			return city.InvalidField("mapping.fields."+name+".map", "holds a {{place}} that has no value in params")
		}
		fields[name] = f
	}
	r.mapping.Fields = fields
	headers := map[string]string{}
	for name, text := range r.mapping.Headers {
		filled, err := fillPlaces(text, values, false, func(s string) string { return s })
		if err != nil {
			return city.InvalidField("mapping.headers."+name, "holds a {{place}} that has no value in params")
		}
		if filled != "" {
			headers[name] = filled
		}
	}
	r.mapping.Headers = headers
	return nil
}

// fillMap puts parameters into what a table translates to.
func fillMap(table map[string]string, values map[string]place) (map[string]string, error) {
	if table == nil {
		return nil, nil
	}
	out := make(map[string]string, len(table))
	for from, to := range table {
		filled, err := fillPlaces(to, values, false, func(s string) string { return s })
		if err != nil {
			return nil, err
		}
		out[from] = filled
	}
	return out, nil
}

func (c *Config) fromTemplate(out *resolved) error {
	t, err := ReadTemplate(c.Template)
	if err != nil {
		return err
	}
	spec := connectors.Define(connectors.Spec{Name: "mapping"}, func(m mappingOnly, _ connectors.Env) (connectors.Connector, error) {
		out.mapping = m.Mapping
		return nil, nil //nolint:nilnil // only the decoding is wanted
	})
	out.params = map[string]string{}
	for _, p := range t.Params {
		value := c.Params[p.Name]
		if value == "" {
			value = p.Default
		}
		if err := checkParam(p, value); err != nil {
			return err
		}
		out.params[p.Name] = value
	}
	for name := range c.Params {
		if _, known := out.params[name]; !known {
			return city.InvalidField("params."+name, "is not a parameter of the template %s", c.Template)
		}
	}
	filled, err := fillSecret(t.Mapping, out.params)
	if err != nil {
		return fmt.Errorf("read template %s: %w", c.Template, err)
	}
	raw, err := json.Marshal(map[string]json.RawMessage{"mapping": filled})
	if err != nil {
		return fmt.Errorf("read template %s: %w", c.Template, err)
	}
	if _, err := spec.New(raw, connectors.Env{}); err != nil {
		return err
	}
	return nil
}

// checkParam checks the value of a template's parameter.
func checkParam(p connectors.Param, value string) error {
	switch field := "params." + p.Name; {
	case value == "" && p.Required:
		return city.InvalidField(field, "is missing: %s, for example %s", p.Label.EN, p.Example)
	case value != "" && p.Secret && !isSecretRef(value):
		return city.InvalidField(field, "must not hold the secret itself: write env:NAME or file:PATH")
	case value != "" && value == p.Not:
		return city.InvalidField(field, "must not be %q with this template: %s", value, p.NotFor)
	}
	return nil
}

// fillSecret puts the parameter into a template's auth.secret that says where the
// secret is. It must be there before the mapping is read, which takes no other text.
func fillSecret(mapping json.RawMessage, params map[string]string) (json.RawMessage, error) {
	var parts, auth map[string]json.RawMessage
	var secret string
	if err := json.Unmarshal(mapping, &parts); err != nil {
		return nil, err
	}
	if parts["auth"] == nil {
		return mapping, nil
	}
	if err := json.Unmarshal(parts["auth"], &auth); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(auth["secret"], &secret); err != nil {
		return nil, err
	}
	values := map[string]place{}
	for name, value := range params {
		values["param."+name] = place{text: value}
	}
	secret, err := fillPlaces(secret, values, false, func(s string) string { return s })
	if err != nil {
		return nil, err
	}
	if auth["secret"], err = json.Marshal(secret); err != nil {
		return nil, err
	}
	if parts["auth"], err = json.Marshal(auth); err != nil {
		return nil, err
	}
	return json.Marshal(parts)
}

var carriesSecret = regexp.MustCompile(`(?i)key|token|secret|auth|cookie|password|credential`)

func isSecretRef(s string) bool { return strings.HasPrefix(s, "env:") || strings.HasPrefix(s, "file:") }

// checkMapping checks what tags cannot say.
func checkMapping(m Mapping) error {
	for name, value := range m.Headers {
		if carriesSecret.MatchString(name) && !isSecretRef(value) {
			return city.InvalidField("mapping.headers."+name, "must not hold the secret itself: write env:NAME or file:PATH")
		}
	}
	if _, query, ok := strings.Cut(m.URL, "?"); ok {
		for name, values := range mustQuery(query) {
			if carriesSecret.MatchString(name) && len(values) > 0 && values[0] != "" && !strings.Contains(values[0], "{{") {
				return city.InvalidField("mapping.url", "holds a secret in %s; give it under auth, type query", name)
			}
		}
	}
	switch p := m.Paging; {
	case len(m.Lists) > 0 && m.Format != "xml" && m.Format != "auto":
		return city.InvalidField("mapping.lists", "is for the format xml only")
	case (m.Auth.Type == "path") != strings.Contains(m.URL, "{{secret}}"):
		return city.InvalidField("mapping.url", "holds {{secret}} if, and only if, auth has the type path")
	case m.Auth.Type != "none" && m.Auth.Secret == "":
		return city.InvalidField("mapping.auth.secret", "is missing: write env:NAME or file:PATH")
	case m.Auth.Type != "none" && !isSecretRef(m.Auth.Secret):
		return city.InvalidField("mapping.auth.secret", "must not hold the secret itself: write env:NAME or file:PATH")
	case slices.Contains([]string{"basic", "header", "query"}, m.Auth.Type) && m.Auth.Name == "":
		return city.InvalidField("mapping.auth.name", "is missing: the name of the user, header or parameter")
	case m.Complete && (m.Kind != "reports" || strings.Contains(m.URL+m.Body, "{{since")):
		return city.InvalidField("mapping.complete", "is for reports that are read whole each time, without {{since}}")
	case p.Type == "cursor" && p.Next == "":
		return city.InvalidField("mapping.paging.next", "is missing: cursor paging needs it")
	case p.Type != "none" && (p.Size < 1 || p.MaxPages < 1):
		return city.InvalidField("mapping.paging.size", "and max_pages must be at least 1")
	}
	return compileRest(m, &connector{})
}

func mustQuery(query string) url.Values {
	v, err := url.ParseQuery(query)
	if err != nil {
		return url.Values{}
	}
	return v
}

// compileRest compiles the expressions on the whole answer into c.
func compileRest(m Mapping, c *connector) (err error) {
	for _, e := range []struct {
		path, text string
		to         **mapping.Program
	}{
		{"mapping.items", m.Items, &c.items}, {"mapping.check", m.Check, &c.check},
		{"mapping.paging.next", m.Paging.Next, &c.next},
	} {
		if *e.to, err = mapping.Compile(e.path, e.text); err != nil {
			return err
		}
	}
	return nil
}

// accepted is what is asked for, by the format of the answer.
var accepted = map[string]string{
	"auto": "application/json, application/xml;q=0.9, text/csv;q=0.9, */*;q=0.5",
	"json": "application/json", "xml": "application/xml, text/xml;q=0.9",
	"table": "text/csv, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet;q=0.9, */*;q=0.5",
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	r, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	c := &connector{env: env, m: r.mapping, places: r.params, headers: http.Header{"Accept": {accepted[r.mapping.Format]}}}
	if err := compileRest(c.m, c); err != nil {
		return nil, err
	}
	if c.rows, err = c.m.Reader(env); err != nil {
		return nil, err
	}
	if err := c.authorize(); err != nil {
		return nil, err
	}
	// An address that cannot be filled is a mistake to tell now, not at night.
	_, err = c.address(cursor{Began: env.Now()})
	return c, err
}

// authorize reveals the secrets and sets the headers.
func (c *connector) authorize() error {
	for name, value := range c.m.Headers {
		if isSecretRef(value) {
			secret, err := c.env.Secret(value)
			if err != nil {
				return fmt.Errorf("header %s: %w", name, err)
			}
			value = secret
		}
		c.headers.Set(name, value)
	}
	if c.m.Auth.Type == "none" {
		return nil
	}
	secret, err := c.env.Secret(c.m.Auth.Secret)
	if err != nil {
		return fmt.Errorf("auth: %w", err)
	}
	switch c.m.Auth.Type {
	case "bearer":
		c.headers.Set("Authorization", "Bearer "+secret)
	case "basic":
		r := http.Request{Header: http.Header{}}
		r.SetBasicAuth(c.m.Auth.Name, secret)
		c.headers.Set("Authorization", r.Header.Get("Authorization"))
	case "header":
		c.headers.Set(c.m.Auth.Name, secret)
	case "query", "path":
		c.secret = secret
	}
	return nil
}
