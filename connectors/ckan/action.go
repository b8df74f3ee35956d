package ckan

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"balaikota/connectors"
)

// envelope is what every action answers with.
type envelope struct {
	Success *bool           `json:"success"`
	Result  json.RawMessage `json:"result"`
	Error   json.RawMessage `json:"error"`
}

// act calls an action and returns its result. What the portal says against us,
// whatever status it says it with, is told in its own words.
func (c *connector) act(ctx context.Context, action string, params url.Values) (json.RawMessage, error) {
	address := c.cfg.BaseURL + "/api/3/action/" + action + "?" + params.Encode()
	header := http.Header{"Accept": {"application/json"}}
	if c.token != "" {
		header.Set("Authorization", c.token)
	}
	res, err := c.env.HTTP.Do(ctx, connectors.Request{URL: address, Header: header})
	if err != nil {
		return nil, inTheirWords(err)
	}
	return decodeEnvelope(res.Body, res.Header.Get("Content-Type"))
}

// decodeEnvelope takes the result out of an answer.
func decodeEnvelope(body []byte, contentType string) (json.RawMessage, error) {
	var e envelope
	if err := connectors.DecodeJSON(body, contentType, &e); err != nil {
		return nil, err
	}
	switch {
	case e.Success == nil:
		return nil, &connectors.MalformedError{What: "CKAN", Err: errors.New("it does not say success")}
	case !*e.Success:
		return nil, told(e.Error)
	case len(e.Result) == 0 || bytes.Equal(e.Result, []byte("null")):
		return nil, &connectors.MalformedError{What: "CKAN", Err: errors.New("it holds no result")}
	}
	return e.Result, nil
}

// told turns the error of an envelope into ours.
func told(raw json.RawMessage) error {
	kind, text := errorText(raw)
	switch kind {
	case "Authorization Error":
		return &connectors.StatusError{Status: http.StatusForbidden, URL: "the portal"}
	case "Not Found Error":
		return &connectors.StatusError{Status: http.StatusNotFound, URL: "the portal"}
	}
	return &connectors.ToldError{Detail: text}
}

// errorText reads {"__type", "message"}, {"__type", "field": ["why"]} and plain
// text.
func errorText(raw json.RawMessage) (kind, text string) {
	var fields map[string]any
	if json.Unmarshal(raw, &fields) != nil {
		var s string
		_ = json.Unmarshal(raw, &s) // neither: nothing is said
		return "", s
	}
	kind, _ = fields["__type"].(string)
	if message, ok := fields["message"].(string); ok && message != "" {
		return kind, message
	}
	var parts []string
	for name, why := range fields {
		if name != "__type" {
			parts = append(parts, fmt.Sprintf("%s: %v", name, why))
		}
	}
	slices.Sort(parts)
	return kind, strings.Join(parts, "; ")
}

// inTheirWords finds the portal's own error in an answer of failure. Statuses
// that have words of their own (no key, not there, busy) keep them.
func inTheirWords(err error) error {
	status, ok := errors.AsType[*connectors.StatusError](err)
	if !ok || status.Status != http.StatusConflict && status.Status != http.StatusBadRequest {
		return err
	}
	var e envelope
	if json.Unmarshal(status.Body, &e) != nil || len(e.Error) == 0 {
		return err
	}
	kind, text := errorText(e.Error)
	if kind == "Not Found Error" {
		return &connectors.StatusError{Status: http.StatusNotFound, URL: status.URL}
	}
	if text == "" {
		return err
	}
	return &connectors.ToldError{Detail: text}
}

// isMissing reports whether the portal said that there is no such thing.
func isMissing(err error) bool {
	status, ok := errors.AsType[*connectors.StatusError](err)
	return ok && status.Status == http.StatusNotFound
}

// one decodes a result that is an object with CKAN and an array of one with
// DKAN.
func one(raw json.RawMessage, v any) error {
	if trimmed := bytes.TrimLeft(raw, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return &connectors.MalformedError{What: "CKAN", Err: err}
		}
		if len(list) == 0 {
			return &connectors.StatusError{Status: http.StatusNotFound, URL: "the portal"}
		}
		raw = list[0]
	}
	if err := connectors.DecodeJSON(raw, "", v); err != nil {
		return err
	}
	return nil
}
