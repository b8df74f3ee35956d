package imap

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Elements whose content nobody reads, and those that begin a line.
var (
	unread = []atom.Atom{atom.Head, atom.Style, atom.Script, atom.Title, atom.Noscript, atom.Template, atom.Svg}
	blocks = []atom.Atom{
		atom.P, atom.Div, atom.Tr, atom.Table, atom.Li, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Blockquote, atom.Pre, atom.Hr, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Address, atom.Center,
	}
)

// htmlText is what a reader of an HTML letter sees as text. Quotes of the letter
// that is answered are left out where the mail program marked them; when nothing
// else is there they stay.
func htmlText(source string) string {
	if strings.TrimSpace(source) == "" {
		return ""
	}
	if text := flat(readHTML(source, true)); text != "" {
		return text
	}
	return flat(readHTML(source, false))
}

// flat takes the indents out that come from the layout.
func flat(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.Join(strings.Fields(l), " ")
	}
	return tidy(strings.Join(lines, "\n"))
}

// readHTML goes through the source once; what is skipped ends where an element
// of the same name closes as often as it opened.
func readHTML(source string, skipQuotes bool) string {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	z.SetMaxBuf(maxHTML)
	var skipped atom.Atom
	depth := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out.String()
		case html.TextToken:
			if depth == 0 {
				out.WriteString(inline(string(z.Text())))
			}
		case html.StartTagToken:
			t := z.Token()
			switch {
			case depth > 0:
				if t.DataAtom == skipped {
					depth++
				}
			case hides(t, skipQuotes):
				skipped, depth = t.DataAtom, 1
			default:
				breakLine(&out, t.DataAtom)
			}
		case html.SelfClosingTagToken:
			if t := z.Token(); depth == 0 {
				breakLine(&out, t.DataAtom)
			}
		case html.EndTagToken:
			t := z.Token()
			switch {
			case depth > 0 && t.DataAtom == skipped:
				depth--
			case depth == 0 && t.DataAtom != atom.Br:
				breakLine(&out, t.DataAtom)
			}
		}
	}
}

// inline is text as it flows: line ends of the source are spaces.
func inline(s string) string {
	flat := strings.Join(strings.Fields(s), " ")
	if flat == "" {
		if s != "" {
			return " "
		}
		return ""
	}
	if strings.TrimLeft(s, " \t\r\n") != s {
		flat = " " + flat
	}
	if strings.TrimRight(s, " \t\r\n") != s {
		flat += " "
	}
	return flat
}

func breakLine(out *strings.Builder, a atom.Atom) {
	switch {
	case a == atom.Br || slices.Contains(blocks, a):
		out.WriteString("\n")
	case a == atom.Td || a == atom.Th:
		out.WriteString(" ")
	}
}

// hides reports whether the content of an element is not read.
func hides(t html.Token, skipQuotes bool) bool {
	if t.DataAtom == 0 {
		return false
	}
	if slices.Contains(unread, t.DataAtom) {
		return true
	}
	for _, a := range t.Attr {
		value := strings.ToLower(strings.ReplaceAll(a.Val, " ", ""))
		switch {
		case a.Key == "hidden", a.Key == "style" && strings.Contains(value, "display:none"):
			return true
		case !skipQuotes:
		case a.Key == "class" && quoteClass(a.Val), a.Key == "id" && (value == "divrplyfwdmsg" || value == "appendonsend"):
			return t.DataAtom == atom.Div || t.DataAtom == atom.Blockquote
		case t.DataAtom == atom.Blockquote && a.Key == "type" && value == "cite":
			return true
		}
	}
	return false
}

// quoteClass knows the marks of Gmail, Yahoo, Thunderbird, Proton and Zimbra.
func quoteClass(class string) bool {
	return slices.ContainsFunc(strings.Fields(class), func(c string) bool {
		return slices.Contains([]string{"gmail_quote", "gmail_quote_container", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote", "zmail_extra"}, c)
	})
}
