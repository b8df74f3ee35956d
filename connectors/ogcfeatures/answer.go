package ogcfeatures

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"

	"balaikota/connectors"
	"balaikota/connectors/mapping"
)

// answer is one page, read.
type answer struct {
	records []any
	next    string // address of the next page, "" if none is named
	matched int    // features in all; -1 if the server does not say
	hash    uint64
}

// collection is a GeoJSON feature collection with what the standards add.
type collection struct {
	Type     string            `json:"type"`
	Features []json.RawMessage `json:"features"`
	Links    []link            `json:"links"`
	// Matched is a number, or the word unknown.
	Matched json.RawMessage `json:"numberMatched"`
	Total   json.RawMessage `json:"totalFeatures"` // GeoServer's older name
}

type link struct {
	Href string `json:"href"`
	Rel  string `json:"rel"`
	Type string `json:"type"`
}

// fetch asks for a page.
func (c *connector) fetch(ctx context.Context, address string) (answer, error) {
	res, err := c.env.HTTP.Do(ctx, connectors.Request{URL: address, Header: c.header})
	if err != nil {
		return answer{}, inTheirWords(err)
	}
	swap, err := c.axes(res.Header.Get("Content-Crs"))
	if err != nil {
		return answer{}, err
	}
	return decode(res.Body, res.Header, swap)
}

// axes reports whether coordinates come latitude first.
func (c *connector) axes(contentCRS string) (swap bool, err error) {
	switch c.cfg.Axes {
	case "lon_lat":
		return false, nil
	case "lat_lon":
		return true, nil
	}
	crs := strings.Trim(strings.TrimSpace(contentCRS), "<>")
	switch {
	case crs == "" || strings.Contains(crs, "CRS84"):
		return false, nil
	case strings.HasSuffix(crs, "/4326") || strings.HasSuffix(crs, ":4326"):
		return true, nil // by the EPSG's own definition: latitude first
	}
	return false, &connectors.MalformedError{What: "GeoJSON in degrees", Err: fmt.Errorf("its coordinates are in %s; ask the service for CRS84 (params)", clip(crs, 80))}
}

// decode reads a page. Services also say their errors under the status 200, WFS
// in XML whatever was asked for.
func decode(body []byte, header http.Header, swap bool) (answer, error) {
	if text := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\uFEFF")), " \t\r\n"); len(text) > 0 && text[0] == '<' {
		return answer{}, fromXML(body, header.Get("Content-Type"))
	}
	var c collection
	if err := connectors.DecodeJSON(body, header.Get("Content-Type"), &c); err != nil {
		return answer{}, err
	}
	if c.Type != "FeatureCollection" {
		if told := exceptionJSON(body); told != "" {
			return answer{}, &connectors.ToldError{Detail: told}
		}
		return answer{}, &connectors.MalformedError{What: "GeoJSON", Err: errors.New("it is no collection of features; check the address and the collection's name")}
	}
	records, err := mapping.Features(c.Features, swap)
	if err != nil {
		return answer{}, &connectors.MalformedError{What: "GeoJSON", Err: err}
	}
	h := fnv.New64a()
	for _, f := range c.Features {
		_, _ = h.Write(f) // a hash never fails
	}
	return answer{records: records, next: nextOf(c.Links), matched: countOf(c.Matched, c.Total), hash: h.Sum64()}, nil
}

// nextOf prefers the link that stays GeoJSON: some services link the next page
// of each of their forms, HTML first.
func nextOf(links []link) string {
	out := ""
	for _, l := range links {
		if l.Rel != "next" || l.Href == "" {
			continue
		}
		if strings.Contains(l.Type, "json") {
			return l.Href
		}
		if out == "" && !strings.Contains(l.Type, "html") {
			out = l.Href
		}
	}
	return out
}

func countOf(all ...json.RawMessage) int {
	for _, raw := range all {
		var n int
		if len(raw) > 0 && json.Unmarshal(raw, &n) == nil && n >= 0 {
			return n
		}
	}
	return -1
}

// exceptionJSON is what OGC API services say in an error: code, description;
// others use problem details.
func exceptionJSON(body []byte) string {
	var e struct {
		Code        any    `json:"code"`
		Description string `json:"description"`
		Title       string `json:"title"`
		Detail      string `json:"detail"`
	}
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	for _, text := range []string{e.Description, e.Detail, e.Title} {
		if text != "" {
			return clip(text, 200)
		}
	}
	if s, ok := e.Code.(string); ok {
		return s
	}
	return ""
}

// fromXML finds an exception report (OWS Common) in XML.
func fromXML(body []byte, contentType string) error {
	var report struct {
		XMLName    xml.Name
		Exceptions []struct {
			Code string   `xml:"exceptionCode,attr"`
			Text []string `xml:"ExceptionText"`
		} `xml:"Exception"`
	}
	if err := connectors.DecodeXML(body, contentType, &report); err != nil || len(report.Exceptions) == 0 {
		return &connectors.MalformedError{What: "GeoJSON", Err: errors.New("it is a page of HTML or XML; the service may not offer GeoJSON, or wants a sign-in")}
	}
	e := report.Exceptions[0]
	detail := strings.Join(strings.Fields(strings.Join(e.Text, " ")), " ")
	if strings.Contains(strings.ToLower(detail), "without a primary key") || strings.Contains(strings.ToLower(detail), "natural order") {
		detail += " (name a column under sort_by)"
	}
	return &connectors.ToldError{Detail: strings.TrimSpace(e.Code + ": " + clip(detail, 180))}
}

// inTheirWords finds the service's own words in an answer that says that the
// request was wrong.
func inTheirWords(err error) error {
	status, ok := errors.AsType[*connectors.StatusError](err)
	if !ok || status.Status != http.StatusBadRequest && status.Status != http.StatusInternalServerError {
		return err
	}
	if bytes.HasPrefix(bytes.TrimSpace(status.Body), []byte("<")) {
		var told *connectors.ToldError
		if x := fromXML(status.Body, ""); errors.As(x, &told) {
			return told
		}
		return err
	}
	if text := exceptionJSON(status.Body); text != "" && status.Status == http.StatusBadRequest {
		return &connectors.ToldError{Detail: text}
	}
	return err
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
