package open311

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// text is a value that servers write as string, number, boolean, null or not
// at all.
type text string

// UnmarshalJSON takes any scalar.
func (t *text) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		*t = ""
	case string:
		*t = text(v)
	case float64, bool:
		*t = text(strings.Trim(string(b), `"`))
	default:
		return errors.New("a single value belongs here")
	}
	return nil
}

// String is the value without surrounding blanks.
func (t text) String() string { return strings.TrimSpace(string(t)) }

// row is a service request as GeoReport v2 writes it. It is "long", not "lon".
type row struct {
	ID          text `json:"service_request_id" xml:"service_request_id"`
	Status      text `json:"status" xml:"status"`
	StatusNotes text `json:"status_notes" xml:"status_notes"`
	ServiceName text `json:"service_name" xml:"service_name"`
	ServiceCode text `json:"service_code" xml:"service_code"`
	Description text `json:"description" xml:"description"`
	Agency      text `json:"agency_responsible" xml:"agency_responsible"`
	Requested   text `json:"requested_datetime" xml:"requested_datetime"`
	Updated     text `json:"updated_datetime" xml:"updated_datetime"`
	Address     text `json:"address" xml:"address"`
	AddressText text `json:"address_string" xml:"address_string"`
	Lat         text `json:"lat" xml:"lat"`
	Long        text `json:"long" xml:"long"`
	MediaURL    text `json:"media_url" xml:"media_url"`
	// Extended are the extended_attributes of a single value.
	Extended extended `json:"extended_attributes" xml:"extended_attributes"`

	raw json.RawMessage
}

// extended are extended attributes by name; what is not a single value is left
// out.
type extended map[string]string

// UnmarshalJSON takes an object and ignores any other form.
func (e *extended) UnmarshalJSON(b []byte) error {
	var fields map[string]json.RawMessage
	if json.Unmarshal(b, &fields) != nil {
		return nil //nolint:nilerr // an extension in another form says nothing to us
	}
	*e = extended{}
	for name, raw := range fields {
		var t text
		if t.UnmarshalJSON(raw) == nil && t != "" {
			(*e)[name] = t.String()
		}
	}
	return nil
}

// UnmarshalXML takes the child elements.
func (e *extended) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var v struct {
		Fields []struct {
			XMLName xml.Name
			Value   string `xml:",chardata"`
		} `xml:",any"`
	}
	if err := d.DecodeElement(&v, &start); err != nil {
		return err
	}
	*e = extended{}
	for _, f := range v.Fields {
		if s := strings.TrimSpace(f.Value); s != "" {
			(*e)[f.XMLName.Local] = s
		}
	}
	return nil
}

// service is an entry of the services list.
type service struct {
	Code     text `json:"service_code" xml:"service_code"`
	Name     text `json:"service_name" xml:"service_name"`
	Keywords text `json:"keywords" xml:"keywords"`
	Group    text `json:"group" xml:"group"`
}

// serverError is an error the way GeoReport tells it.
type serverError struct {
	Code        text `json:"code" xml:"code"`
	Description text `json:"description" xml:"description"`
}

func (e serverError) Error() string {
	return strings.TrimSpace("the server says: " + clip(e.Code.String()+" "+e.Description.String()))
}

// requests asks for one window and page.
func (c *connector) requests(ctx context.Context, cur cursor) (answer, error) {
	res, err := c.get(ctx, c.query("requests", c.params(cur)))
	if err != nil {
		return answer{}, fmt.Errorf("service requests: %w", err)
	}
	rows, refused, err := parseRequests(res.Body, res.Header.Get("Content-Type"), c.cfg.Format)
	if err != nil {
		return answer{}, fmt.Errorf("service requests: %w", err)
	}
	return answer{rows: rows, refused: refused, clock: res.CheckClock()}, nil
}

// answer is one answer to a request for rows; clock is why its times cannot be
// believed, nil if they can.
type answer struct {
	rows    []row
	refused []city.Refusal
	clock   error
}

// get fetches an address; the server's own words join its status.
func (c *connector) get(ctx context.Context, address string) (*connectors.Response, error) {
	accept := map[string]string{"json": "application/json", "xml": "application/xml, text/xml;q=0.9"}[c.cfg.Format]
	res, err := c.env.HTTP.Do(ctx, connectors.Request{URL: address, Header: http.Header{"Accept": {accept}}})
	if status, ok := errors.AsType[*connectors.StatusError](err); ok {
		if told, ok := parseErrors(status.Body, c.cfg.Format); ok {
			return nil, fmt.Errorf("%w (%w)", err, told)
		}
	}
	return res, err
}

// parseRequests reads a list of service requests. A row that cannot be read is
// refused; an error list in place of the rows is an error.
func parseRequests(body []byte, contentType, format string) ([]row, []city.Refusal, error) {
	if format == "xml" {
		return parseXML(body, contentType)
	}
	list, err := jsonList(body, contentType, "service_requests", "requests")
	if err != nil {
		return nil, nil, err
	}
	var rows []row
	var refused []city.Refusal
	for i, raw := range list {
		var e serverError
		r := row{raw: raw}
		err := json.Unmarshal(raw, &r)
		if err == nil && r.ID == "" && json.Unmarshal(raw, &e) == nil && e.Description != "" && e.Code != "" {
			return nil, nil, e
		}
		if err != nil {
			refused = append(refused, city.Refusal{Kind: "reports", ExternalID: r.ID.String(), Place: "row " + strconv.Itoa(i+1),
				Reason: "a field is not a single value", Raw: raw})
			continue
		}
		rows = append(rows, r)
	}
	return rows, refused, nil
}

// jsonList reads an array, also when a server wraps it in an object.
func jsonList(body []byte, contentType string, wrappers ...string) ([]json.RawMessage, error) {
	var raw json.RawMessage
	if err := connectors.DecodeJSON(body, contentType, &raw); err != nil {
		return nil, err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err == nil {
		return list, nil
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err == nil {
		for _, name := range append(wrappers, "errors") {
			if json.Unmarshal(object[name], &list) == nil && object[name] != nil {
				return list, nil
			}
		}
	}
	return nil, &connectors.MalformedError{What: "GeoReport", Err: errors.New("it is not a list")}
}

func parseXML(body []byte, contentType string) ([]row, []city.Refusal, error) {
	var doc struct {
		XMLName xml.Name
		Rows    []row         `xml:"request"`
		Errors  []serverError `xml:"error"`
	}
	if err := connectors.DecodeXML(body, contentType, &doc); err != nil {
		return nil, nil, err
	}
	switch {
	case len(doc.Errors) > 0:
		return nil, nil, doc.Errors[0]
	case doc.XMLName.Local != "service_requests" && doc.XMLName.Local != "requests":
		return nil, nil, &connectors.MalformedError{What: "GeoReport", Err: fmt.Errorf("its root is %q", clip(doc.XMLName.Local))}
	}
	var rows []row
	var refused []city.Refusal
	for i, r := range doc.Rows {
		raw, err := json.Marshal(r)
		if err != nil {
			return nil, nil, fmt.Errorf("keep row %d: %w", i+1, err)
		}
		r.raw = raw
		if bytes.ContainsRune(raw, '\uFFFD') {
			refused = append(refused, city.Refusal{Kind: "reports", ExternalID: r.ID.String(), Place: "row " + strconv.Itoa(i+1),
				Reason: "holds bytes that are not text (NUL or not UTF-8)", Raw: raw})
			continue
		}
		rows = append(rows, r)
	}
	return rows, refused, nil
}

// parseErrors finds the server's own explanation in an error answer; ok is
// false when there is none that can be read.
func parseErrors(body []byte, format string) (e serverError, ok bool) {
	if format == "xml" {
		return parseXMLErrors(body)
	}
	list, err := jsonList(body, "")
	if err != nil || len(list) == 0 {
		return e, false
	}
	err = json.Unmarshal(list[0], &e)
	return e, err == nil && e.Description != ""
}

func parseXMLErrors(body []byte) (e serverError, ok bool) {
	var doc struct {
		Errors []serverError `xml:"error"`
		Text   string        `xml:",chardata"`
	}
	if connectors.DecodeXML(body, "", &doc) != nil {
		return e, false
	}
	if len(doc.Errors) > 0 {
		return doc.Errors[0], true
	}
	e.Description = text(strings.TrimSpace(doc.Text))
	return e, e.Description != ""
}

// clip keeps foreign text in messages short.
func clip(s string) string {
	s = strings.ToValidUTF8(strings.TrimSpace(s), "\uFFFD")
	if r := []rune(s); len(r) > 120 {
		return string(r[:120]) + "…"
	}
	return s
}
