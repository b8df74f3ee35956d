package syndication

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// silent are elements whose text nobody reads.
var silent = map[string]bool{"script": true, "style": true, "iframe": true, "object": true, "noscript": true, "template": true, "svg": true, "form": true}

// blocks end a line.
var blocks = map[string]bool{
	"p": true, "br": true, "div": true, "li": true, "ul": true, "ol": true, "tr": true, "table": true, "h1": true, "h2": true, "h3": true, "h4": true,
	"blockquote": true, "section": true, "article": true, "header": true, "footer": true,
}

// mostText bounds a text, in bytes.
const mostText = 64 << 10

// Plain takes markup out of text: what stays is what a reader would see, one
// line for each block, blanks joined.
func Plain(text string) string {
	var b strings.Builder
	var hushed string // the silent element we are in
	z := html.NewTokenizer(strings.NewReader(text))
	for b.Len() < mostText {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		token := z.Token()
		switch kind {
		case html.TextToken:
			if hushed == "" {
				b.WriteString(token.Data)
			}
		case html.StartTagToken:
			if hushed == "" && silent[token.Data] {
				hushed = token.Data
			}
		case html.EndTagToken:
			if token.Data == hushed {
				hushed = ""
			}
		}
		if kind != html.TextToken && blocks[token.Data] {
			b.WriteByte('\n')
		}
	}
	return tidy(b.String())
}

func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\r':
			return r
		case unicode.IsControl(r), r == '\u200b', r == '\ufeff', r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// plain is the text of an element: escaped markup is read as such, and elements
// that stand in it (Atom's xhtml) as themselves.
func (m markup) plain() string {
	if m.Type == "text" || m.Type == "text/plain" {
		return tidy(m.Text)
	}
	if m.Type == "xhtml" {
		return Plain(m.Inner)
	}
	return Plain(m.Text)
}
