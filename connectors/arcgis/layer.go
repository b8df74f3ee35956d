package arcgis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// layer is what a layer says of itself.
type layer struct {
	Name      string  `json:"name"`
	Type      string  `json:"type"`
	IDField   string  `json:"objectIdField"`
	Most      int     `json:"maxRecordCount"`
	Formats   string  `json:"supportedQueryFormats"`
	Fields    []field `json:"fields"`
	Layers    []part  `json:"layers"`    // of a service
	SubLayers []part  `json:"subLayers"` // of a group
	Can       struct {
		Pagination bool `json:"supportsPagination"`
	} `json:"advancedQueryCapabilities"`
}

type part struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

type field struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Domain *struct {
		Coded []struct {
			Name string `json:"name"`
			Code any    `json:"code"`
		} `json:"codedValues"`
	} `json:"domain"`
}

// idField is the column of object ids; old servers name it among the fields
// only.
func (l *layer) idField() string {
	if l.IDField != "" {
		return l.IDField
	}
	for _, f := range l.Fields {
		if f.Type == "esriFieldTypeOID" {
			return f.Name
		}
	}
	return "OBJECTID"
}

// describe asks the layer what it is and refuses what holds no features.
func (c *connector) describe(ctx context.Context) (*layer, error) {
	var l layer
	if err := c.ask(ctx, c.cfg.URL, url.Values{}, &l); err != nil {
		return nil, err
	}
	parts := l.Layers
	if len(parts) == 0 {
		parts = l.SubLayers
	}
	if len(parts) > 0 {
		var names []string
		for _, p := range parts {
			names = append(names, fmt.Sprintf("%d %s", p.ID, p.Name))
		}
		return nil, city.InvalidField("url", "is not a layer but holds several; end the address with the number of one: %s", strings.Join(names, ", "))
	}
	if l.Type == "Raster Layer" || len(l.Fields) == 0 && l.IDField == "" {
		return nil, city.InvalidField("url", "is not a layer of features; end the address with the number of one, as in …/FeatureServer/0")
	}
	if c.cfg.Changed != "" && !l.isDate(c.cfg.Changed) {
		return nil, city.InvalidField("changed_field", "is not a date column of the layer; it has %s", strings.Join(l.dates(), ", "))
	}
	return &l, nil
}

func (l *layer) isDate(name string) bool {
	for _, f := range l.Fields {
		if f.Name == name {
			return f.Type == "esriFieldTypeDate"
		}
	}
	return false
}

func (l *layer) dates() []string {
	out := []string{}
	for _, f := range l.Fields {
		if f.Type == "esriFieldTypeDate" {
			out = append(out, f.Name)
		}
	}
	return out
}

// ask sends a request and decodes its JSON; an error within an answer of
// success is that error.
func (c *connector) ask(ctx context.Context, address string, params url.Values, v any) error {
	if params.Get("f") == "" {
		params.Set("f", "json")
	}
	if c.token != "" {
		params.Set("token", c.token)
	}
	res, err := c.env.HTTP.Do(ctx, connectors.Request{URL: address + "?" + params.Encode(), Header: http.Header{"Accept": {"application/json, application/geo+json"}}})
	if err != nil {
		return err
	}
	return decode(res.Body, res.Header.Get("Content-Type"), v)
}

// decode decodes an answer, after looking for an error in it. ArcGIS says all
// its errors under the status 200.
func decode(body []byte, contentType string, v any) error {
	var told struct {
		Error *struct {
			Code    json.Number `json:"code"`
			Message string      `json:"message"`
			Details []string    `json:"details"`
		} `json:"error"`
	}
	if len(body) > 0 && body[0] == '<' {
		return &connectors.MalformedError{What: "JSON", Err: errors.New("it is a page of HTML or XML; the address may not be that of a layer")}
	}
	// An error whose form is another is found by the decoding proper.
	if err := connectors.DecodeJSON(body, contentType, &told); err == nil && told.Error != nil {
		code, _ := told.Error.Code.Int64()
		switch code {
		case 401, 403, 498, 499: // 498 and 499 are esri's own: token wrong, token missing
			return &connectors.StatusError{Status: http.StatusForbidden, URL: "the layer"}
		case 404:
			return &connectors.StatusError{Status: http.StatusNotFound, URL: "the layer"}
		case 429, 503:
			return &connectors.StatusError{Status: http.StatusServiceUnavailable, URL: "the layer"}
		}
		return &connectors.ToldError{Detail: strings.Join(strings.Fields(told.Error.Message+" "+strings.Join(told.Error.Details, " ")), " ")}
	}
	return connectors.DecodeJSON(body, contentType, v)
}
