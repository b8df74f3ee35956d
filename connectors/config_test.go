package connectors

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
)

type sampleConfig struct {
	HTTPOptions
	BaseURL string            `json:"base_url" required:"true" format:"url" doc:"Where the system answers." example:"https://contoh.go.id" label:"Address" label_id:"Alamat"`
	Token   string            `json:"token" secret:"true" doc:"Access key."`
	Mode    string            `json:"mode" enum:"a,b" default:"a" doc:"Which way."`
	Pages   int               `json:"pages" default:"7" doc:"How many."`
	Ratio   float64           `json:"ratio" default:"0.5" doc:"How much."`
	Names   []string          `json:"names" default:"x,y" doc:"Which ones."`
	Map     map[string]string `json:"map" doc:"From to."`
	Wait    Duration          `json:"wait" default:"90s" doc:"How long."`
	Inner   struct {
		Deep bool `json:"deep" doc:"Really."`
	} `json:"inner" doc:"Nested."`
	Steps []struct {
		Name string `json:"name" required:"true" doc:"Step name."`
	} `json:"steps" doc:"Steps."`
}

func TestConfigDefaultsAndValues(t *testing.T) {
	t.Parallel()
	c, err := decodeConfig[sampleConfig](json.RawMessage(`{"base_url":"https://a.go.id","token":"env:KUNCI","inner":{"deep":true},"allow_private":true,"map":{"k":"v"},"steps":[{"name":"s"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if c.Mode != "a" || c.Pages != 7 || c.Ratio != 0.5 || time.Duration(c.Wait) != 90*time.Second || time.Duration(c.Timeout) != 30*time.Second ||
		!c.Inner.Deep || !c.AllowPrivate || c.Map["k"] != "v" || c.Steps[0].Name != "s" {
		t.Errorf("decoded %+v", c)
	}
	if diff := cmp.Diff([]string{"x", "y"}, c.Names); diff != "" {
		t.Error(diff)
	}
}

func TestConfigRefusesWithFieldAndRemedy(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ config, field, says string }{
		"unknown key":        {`{"base_url":"https://a.go.id","tokn":"x"}`, "tokn", "known fields are"},
		"unknown nested key": {`{"base_url":"https://a.go.id","inner":{"dep":true}}`, "inner.dep", "known fields are deep"},
		"missing":            {`{}`, "base_url", "where the system answers, for example https://contoh.go.id"},
		"wrong type":         {`{"base_url":"https://a.go.id","pages":"7"}`, "pages", "whole number, without quotes"},
		"fraction":           {`{"base_url":"https://a.go.id","pages":1.5}`, "pages", "whole number"},
		"not a list":         {`{"base_url":"https://a.go.id","names":"x"}`, "names", "list"},
		"list item":          {`{"base_url":"https://a.go.id","names":["x",3]}`, "names[1]", "text in quotes"},
		"missing in list":    {`{"base_url":"https://a.go.id","steps":[{"name":"a"},{}]}`, "steps[1].name", "is missing"},
		"enum":               {`{"base_url":"https://a.go.id","mode":"c"}`, "mode", "one of a, b"},
		"not a URL":          {`{"base_url":"ftp://a"}`, "base_url", "https://"},
		"password in URL":    {`{"base_url":"https://u:rahasia123@a.go.id"}`, "base_url", "as a secret"},
		"duration":           {`{"base_url":"https://a.go.id","wait":90}`, "wait", "90s"},
		"raw secret":         {`{"base_url":"https://a.go.id","token":"rahasia123"}`, "token", "env:NAME"},
		"not JSON":           {`{"base_url":`, "config", "not valid JSON"},
		"not an object":      {`[1]`, "config", "object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := decodeConfig[sampleConfig](json.RawMessage(tc.config))
			var e *city.Error
			if !errors.As(err, &e) {
				t.Fatalf("error = %v, wants *city.Error", err)
			}
			if e.Code != city.Invalid || e.Field != tc.field || !strings.Contains(e.Message, tc.says) {
				t.Errorf("error = %s at %q: %s", e.Code, e.Field, e.Message)
			}
			if strings.Contains(err.Error(), "rahasia123") {
				t.Error("the error shows the secret")
			}
		})
	}
}

func TestConfigFromYAML(t *testing.T) {
	t.Parallel()
	raw, err := ConfigFromYAML([]byte("base_url: https://a.go.id\nwait: 5m\nnames: [p, q]\n"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := decodeConfig[sampleConfig](raw)
	if err != nil || time.Duration(c.Wait) != 5*time.Minute || len(c.Names) != 2 {
		t.Errorf("got %+v, %v", c, err)
	}
	if _, err := ConfigFromYAML([]byte("a: [")); city.CodeOf(err) != city.Invalid {
		t.Errorf("broken YAML gives %v", err)
	}
}

func TestDefineAndRegister(t *testing.T) {
	t.Parallel()
	spec := Define(Spec{Name: "contoh"}, func(sampleConfig, Env) (Connector, error) { return nil, nil })
	r := NewRegistry(spec)
	if got, ok := r.Lookup("contoh"); !ok || got.Fields[0].Path != "allow_private" {
		t.Errorf("lookup gives %+v, %v", got, ok)
	}
	defer func() {
		if recover() == nil {
			t.Error("a second connector of the same name did not panic")
		}
	}()
	r.Register(spec)
}

func TestReferenceAndSchema(t *testing.T) {
	t.Parallel()
	spec := Define(Spec{Name: "contoh", Title: Text{ID: "Contoh", EN: "Sample"}, Schedule: "@every 1m"}, func(sampleConfig, Env) (Connector, error) { return nil, nil })
	var b strings.Builder
	if err := NewRegistry(spec).WriteReference(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"## contoh", "| `base_url` | string (url), required |", "| `token` | secret |", "`inner.deep`", "`steps[].name`", "One of `a`, `b`", "Usual schedule: `@every 1m`"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q:\n%s", want, b.String())
		}
	}
	var schema struct {
		Required             []string
		AdditionalProperties *bool
		Properties           map[string]map[string]any
	}
	if err := json.Unmarshal(spec.JSONSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	if len(schema.Required) != 1 || *schema.AdditionalProperties || schema.Properties["token"]["x-secret"] != true || schema.Properties["pages"]["default"] != 7.0 {
		t.Errorf("schema %s", spec.JSONSchema())
	}
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"base_url":"https://a.go.id","steps":[{"name":"x"}],"wait":"3s"}`))
	f.Add([]byte(`{"inner":null,"map":{"a":1}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, err := decodeConfig[sampleConfig](raw)
		if err != nil && city.CodeOf(err) != city.Invalid {
			t.Errorf("%v is not an Invalid error", err)
		}
	})
}
