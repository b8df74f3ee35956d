package connectors

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxXMLNodes bounds the elements and attributes of a document as a tree.
const maxXMLNodes = 1_000_000

// DecodeXMLTree decodes an XML document into the kind of tree that JSON gives, so
// that the same expressions can read it: {"root": …}. An element that holds only text
// is that text, trimmed; any other is an object of its children by their names,
// its attributes as "@name", and text of its own as "#text"; an empty one is "".
// Children of one name become a list when there are several, in their order; those
// that lists names are one always, so that a single record is read like many.
// Namespaces are left out of names. It refuses what DecodeXML refuses, and more than
// a million nodes; errors are *MalformedError.
func DecodeXMLTree(body []byte, contentType string, lists []string) (any, error) {
	body, err := cleanXML(body, charsetOf(contentType))
	if err == nil {
		err = refuseDTD(body)
	}
	if err != nil {
		return nil, &MalformedError{What: "XML", Err: err}
	}
	b := treeBuilder{lists: lists}
	dec := xml.NewDecoder(bytes.NewReader(body))
	dec.CharsetReader = sameBytes
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = b.take(tok)
		}
		if err != nil {
			return nil, &MalformedError{What: "XML", Err: err}
		}
	}
	if len(b.root) == 0 {
		return nil, &MalformedError{What: "XML", Err: errors.New("it holds no element")}
	}
	return b.root, nil
}

// treeBuilder makes the tree; open are the elements that have not ended.
type treeBuilder struct {
	lists []string
	root  map[string]any
	open  []treeElement
	nodes int
}

type treeElement struct {
	name     string
	children map[string]any
	text     *strings.Builder
}

func (b *treeBuilder) take(tok xml.Token) error {
	switch tok := tok.(type) {
	case xml.StartElement:
		if len(b.open) == 0 && b.root != nil {
			return errors.New("it holds more than one document")
		}
		if b.nodes += 1 + len(tok.Attr); b.nodes > maxXMLNodes {
			return fmt.Errorf("it holds more than %d elements", maxXMLNodes)
		}
		b.open = append(b.open, treeElement{name: tok.Name.Local, children: map[string]any{}, text: &strings.Builder{}})
		e := &b.open[len(b.open)-1]
		for _, a := range tok.Attr {
			if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
				e.children["@"+a.Name.Local] = a.Value
			}
		}
	case xml.CharData:
		if n := len(b.open); n > 0 {
			b.open[n-1].text.Write(tok)
		}
	case xml.EndElement:
		b.end()
	}
	return nil
}

// end closes the innermost element and hangs it into the one around it.
func (b *treeBuilder) end() {
	e := &b.open[len(b.open)-1]
	var v any = e.children
	switch text := strings.TrimSpace(e.text.String()); {
	case len(e.children) == 0:
		v = text
	case text != "":
		e.children["#text"] = text
	}
	name := e.name
	b.open = b.open[:len(b.open)-1]
	if len(b.open) == 0 {
		b.root = map[string]any{name: v}
		return
	}
	around := b.open[len(b.open)-1].children
	have, there := around[name]
	list, several := have.([]any)
	switch {
	case several:
		around[name] = append(list, v)
	case there:
		around[name] = []any{have, v}
	case slices.Contains(b.lists, name):
		around[name] = []any{v}
	default:
		around[name] = v
	}
}
