package connectortest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"balaikota/connectors"
)

// Listing reads a source to its end and tells of each page which part of a list
// of everything it is: "first", "last", "first last", "within", or "none".
func Listing(t testing.TB, spec connectors.Spec, config, cursor json.RawMessage, env connectors.Env) (parts []string, next json.RawMessage) {
	t.Helper()
	c, err := spec.New(config, env)
	if err != nil {
		t.Fatal(err)
	}
	next, err = Drain(t, c, cursor, func(page connectors.Page) {
		var words []string
		switch l := page.Listing; {
		case l == nil:
			words = []string{"none"}
		case !l.First && !l.Last:
			words = []string{"within"}
		default:
			if l.First {
				words = append(words, "first")
			}
			if l.Last {
				words = append(words, "last")
			}
		}
		parts = append(parts, strings.Join(words, " "))
	})
	if err != nil {
		t.Fatal(err)
	}
	return parts, next
}

// With sets a field of a configuration or cursor.
func With(t testing.TB, config json.RawMessage, field string, value any) json.RawMessage {
	t.Helper()
	var all map[string]any
	dec := json.NewDecoder(bytes.NewReader(config))
	dec.UseNumber() // a cursor's hashes are longer than a float
	if err := dec.Decode(&all); err != nil {
		t.Fatal(err)
	}
	all[field] = value
	out, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
