package ical

import (
	"bytes"
	"errors"
	"strings"
)

const (
	// maxLine bounds an unfolded line. Longer ones are pictures and minutes
	// written into a calendar, nothing an agenda shows.
	maxLine = 8 << 10
	// maxDepth bounds components within components; RFC 5545 has three.
	maxDepth = 8
	maxLines = 2_000_000
)

// property is one content line (RFC 5545 §3.1). Names and parameters' names
// are upper case; a value is as written, escapes included.
type property struct {
	name   string
	params map[string]string
	value  string
	broken bool // it has no value that could be read
}

// component is BEGIN:name … END:name.
type component struct {
	name  string
	props []property
	parts []*component
}

// get returns the first property of a name.
func (c *component) get(name string) (property, bool) {
	for _, p := range c.props {
		if p.name == name {
			return p, true
		}
	}
	return property{}, false
}

func (c *component) all(name string) []property {
	var out []property
	for _, p := range c.props {
		if p.name == name {
			out = append(out, p)
		}
	}
	return out
}

// text is a TEXT value without its escapes, "" if there is none.
func (c *component) text(name string) string {
	p, _ := c.get(name)
	return unescape(p.value)
}

// word is a value that is one of a list of words, upper case.
func (c *component) word(name string) string {
	p, _ := c.get(name)
	return strings.ToUpper(strings.TrimSpace(p.value))
}

// parse reads a stream of calendars and returns their components; a calendar
// that does not end was cut off and is refused whole, because what is missing
// would be taken for cancelled. A line that cannot be read spoils its own
// component alone: neither of the libraries we looked at forgives one.
func parse(body []byte) ([]*component, error) {
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	root := &component{}
	open := []*component{root}
	lines := 0
	for len(body) > 0 {
		var line string
		line, body = unfold(body)
		if lines++; lines > maxLines {
			return nil, errors.New("it has too many lines")
		}
		if line == "" {
			continue
		}
		p := parseLine(strings.ToValidUTF8(line, "\uFFFD"))
		switch p.name {
		case "BEGIN":
			if len(open) > maxDepth {
				return nil, errors.New("its parts are nested too deeply")
			}
			part := &component{name: strings.ToUpper(strings.TrimSpace(p.value))}
			if len(open) == 1 && part.name != "VCALENDAR" {
				return nil, errors.New("it does not begin with BEGIN:VCALENDAR")
			}
			top := open[len(open)-1]
			top.parts = append(top.parts, part)
			open = append(open, part)
		case "END":
			if len(open) == 1 || !strings.EqualFold(strings.TrimSpace(p.value), open[len(open)-1].name) {
				return nil, errors.New("a part ends that did not begin")
			}
			open = open[:len(open)-1]
		default:
			if len(open) == 1 {
				return nil, errors.New("it does not begin with BEGIN:VCALENDAR")
			}
			top := open[len(open)-1]
			top.props = append(top.props, p)
		}
	}
	switch {
	case len(root.parts) == 0:
		return nil, errors.New("it does not begin with BEGIN:VCALENDAR")
	case len(open) > 1:
		return nil, errors.New("it is cut off: END:VCALENDAR is missing")
	}
	return root.parts, nil
}

// unfold takes the first line off, with those that continue it. Folds may cut
// through a character, so bytes are joined before anything is read.
func unfold(b []byte) (line string, rest []byte) {
	first, b := cutLine(b)
	if len(b) == 0 || b[0] != ' ' && b[0] != '\t' {
		return string(first), b
	}
	long := append([]byte(nil), first...)
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		var more []byte
		more, b = cutLine(b[1:])
		if len(long) <= maxLine {
			long = append(long, more...)
		}
	}
	return string(long), b
}

func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}

// parseLine reads name;param=value;…:value. Quoted parameter values may hold
// colons and semicolons.
func parseLine(line string) property {
	broken := func(name string) property { return property{name: strings.ToUpper(name), broken: true} }
	end := strings.IndexAny(line, ";:")
	if end < 0 {
		return broken(clip(line, 40))
	}
	name := strings.ToUpper(line[:end])
	if len(line) > maxLine {
		return broken(name)
	}
	p := property{name: name}
	rest := line[end:]
	for strings.HasPrefix(rest, ";") {
		key, after, found := strings.Cut(rest[1:], "=")
		if !found || strings.ContainsAny(key, `:;"`) {
			return broken(name)
		}
		var value string
		var ok bool
		if value, rest, ok = paramValue(after); !ok {
			return broken(name)
		}
		if p.params == nil {
			p.params = map[string]string{}
		}
		p.params[strings.ToUpper(key)] = value
	}
	if !strings.HasPrefix(rest, ":") {
		return broken(name)
	}
	p.value = rest[1:]
	return p
}

// paramValue reads a parameter's value up to what follows it; of a list, which
// no parameter we use has, it keeps the text between.
func paramValue(s string) (value, rest string, ok bool) {
	quoted := false
	for i := range len(s) {
		switch s[i] {
		case '"':
			quoted = !quoted
		case ';', ':':
			if !quoted {
				return strings.ReplaceAll(s[:i], `"`, ""), s[i:], true
			}
		}
	}
	return "", "", false
}

var unescaper = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\;`, ";", `\,`, ",")

func unescape(s string) string { return unescaper.Replace(s) }

// clip cuts text for a message.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}
