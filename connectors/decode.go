package connectors

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// GetJSON fetches url and decodes its JSON into v; see DecodeJSON.
func (c *Client) GetJSON(ctx context.Context, url string, header http.Header, v any) (*Response, error) {
	res, err := c.Do(ctx, Request{URL: url, Header: withAccept(header, "application/json")})
	if err != nil {
		return nil, err
	}
	return res, DecodeJSON(res.Body, res.Header.Get("Content-Type"), v)
}

// GetXML fetches url and decodes its XML into v; see DecodeXML.
func (c *Client) GetXML(ctx context.Context, url string, header http.Header, v any) (*Response, error) {
	res, err := c.Do(ctx, Request{URL: url, Header: withAccept(header, "application/xml, text/xml;q=0.9")})
	if err != nil {
		return nil, err
	}
	return res, DecodeXML(res.Body, res.Header.Get("Content-Type"), v)
}

func withAccept(h http.Header, accept string) http.Header {
	h = h.Clone()
	if h == nil {
		h = http.Header{}
	}
	if h.Get("Accept") == "" {
		h.Set("Accept", accept)
	}
	return h
}

// DecodeJSON decodes one JSON value and nothing after it. A body in another
// charset is converted first. Numbers in interface values stay json.Number, so
// that long ids keep their digits. Errors are *MalformedError.
func DecodeJSON(body []byte, contentType string, v any) error {
	body, err := toUTF8(body, charsetOf(contentType))
	if err != nil {
		return &MalformedError{What: "JSON", Err: err}
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return &MalformedError{What: "JSON", Err: shortJSONError(err)}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return &MalformedError{What: "JSON", Err: errors.New("there is more after its end")}
	}
	return nil
}

// shortJSONError keeps what and where, and leaves out the offending value.
func shortJSONError(err error) error {
	if te, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("field %s holds a %s where a %s belongs", te.Field, firstWord(te.Value), te.Type)
	}
	return err
}

func firstWord(s string) string {
	w, _, _ := strings.Cut(s, " ")
	return w
}

// DecodeXML decodes an XML document. Document type declarations are refused,
// for they are how XML reaches for files and expands without end; bytes that
// are not UTF-8 become U+FFFD, so that one bad record does not hide the rest
// (callers refuse records that hold U+FFFD). Errors are *MalformedError.
func DecodeXML(body []byte, contentType string, v any) error {
	body, err := cleanXML(body, charsetOf(contentType))
	if err == nil {
		err = refuseDTD(body)
	}
	if err == nil {
		dec := xml.NewDecoder(bytes.NewReader(body))
		dec.CharsetReader = sameBytes
		err = dec.Decode(v)
	}
	if err != nil {
		return &MalformedError{What: "XML", Err: err}
	}
	return nil
}

// cleanXML converts a document to UTF-8 as its declaration or header says.
func cleanXML(body []byte, charset string) ([]byte, error) {
	if charset == "" {
		charset = declaredEncoding(body)
	}
	body, err := toUTF8(body, charset)
	if err != nil {
		return nil, err
	}
	return bytes.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			return utf8.RuneError
		}
		return r
	}, bytes.ToValidUTF8(body, []byte("\uFFFD"))), nil
}

// declaredEncoding finds encoding="…" in the XML declaration, "" if absent.
func declaredEncoding(body []byte) string {
	head := body[:min(len(body), 200)]
	before, _, ok0 := bytes.Cut(head, []byte("?>"))
	if !bytes.HasPrefix(head, []byte("<?xml")) || !ok0 {
		return ""
	}
	_, rest, ok := strings.Cut(string(before), "encoding=")
	if !ok || len(rest) < 2 {
		return ""
	}
	name, _, _ := strings.Cut(rest[1:], rest[:1])
	return name
}

// sameBytes satisfies the decoder, whose input is UTF-8 whatever the
// declaration still says.
func sameBytes(_ string, r io.Reader) (io.Reader, error) { return r, nil }

// maxXMLDepth is deeper than any feed and shallower than what hurts.
const maxXMLDepth = 64

func refuseDTD(body []byte) error {
	dec := xml.NewDecoder(bytes.NewReader(body))
	dec.CharsetReader = sameBytes
	for depth := 0; ; {
		tok, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch tok.(type) {
		case xml.Directive:
			return errors.New("it holds a document type declaration, which is refused")
		case xml.StartElement:
			if depth++; depth > maxXMLDepth {
				return fmt.Errorf("it is nested more than %d deep", maxXMLDepth)
			}
		case xml.EndElement:
			depth--
		}
	}
}

func charsetOf(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return params["charset"]
}

// toUTF8 converts from a charset by its web name and drops a byte order mark.
func toUTF8(body []byte, charset string) ([]byte, error) {
	switch strings.ToLower(charset) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return bytes.TrimPrefix(body, []byte("\uFEFF")), nil
	}
	enc, err := htmlindex.Get(charset)
	if err != nil {
		return nil, fmt.Errorf("its charset %q is not known", clip(charset, 40))
	}
	out, err := enc.NewDecoder().Bytes(body)
	if err != nil {
		return nil, fmt.Errorf("convert from %s: %w", charset, err)
	}
	return bytes.TrimPrefix(out, []byte("\uFEFF")), nil
}
