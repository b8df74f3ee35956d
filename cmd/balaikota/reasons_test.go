package main

import (
	"encoding/json"
	"go/ast"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// neverShown are texts of connectors that no officer reads: what they are for.
var neverShown = map[string]string{
	"[alamat tidak terbaca]":                   "an address in a log",
	"XLS (Excel 97-2003)":                      "the name of a format",
	"x answered 7 x":                           "a status has a text of its own (connectors.FailureTexts)",
	"there is no import of \"x\"; there are x": "the command line's",
}

// TestWhatConnectorsSayHasIndonesianWords: why a row is refused, a setting is wrong
// or a pull failed is said in English where it is found out. Each of these texts has
// its Indonesian words by its form in backend/i18n/reasons.id.json, from which the
// screen takes them.
func TestWhatConnectorsSayHasIndonesianWords(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", "backend", "i18n", "reasons.id.json"))
	if err != nil {
		t.Fatal(err)
	}
	var forms map[string]string
	if err := json.Unmarshal(raw, &forms); err != nil {
		t.Fatal(err)
	}
	tree, err := readTree(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{} // a text with samples in its places: where it stands
	for _, s := range tree {
		if s.file == nil || s.test || !speaks(s.path) {
			continue
		}
		for _, text := range saidIn(s) {
			said[sampled(text.format)] = s.path + ":" + strconv.Itoa(s.line(text.at))
		}
	}
	if len(said) < 300 {
		t.Fatalf("only %d texts were found; does the search still fit?", len(said))
	}
	var patterns []*regexp.Regexp
	for form, words := range forms {
		patterns = append(patterns, patternOf(form))
		if strings.TrimSpace(words) == "" {
			t.Errorf("%q has no words", form)
		}
		for _, place := range formPlace.FindAllString(words, -1) {
			if !strings.Contains(form, place) {
				t.Errorf("the words of %q name %s, which it has not", form, place)
			}
		}
	}
	for _, text := range slices.Sorted(maps.Keys(said)) {
		if _, never := neverShown[text]; never {
			continue
		}
		if !slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return matches(p, text) }) {
			t.Errorf("%s says %q, which has no words in backend/i18n/reasons.id.json", said[text], text)
		}
	}
	for text := range neverShown {
		if said[text] == "" {
			t.Errorf("%q is said nowhere", text)
		}
	}
}

// matches reports whether a text has a form, as it is or without what stands before
// the reason.
func matches(p *regexp.Regexp, text string) bool {
	if p.MatchString(text) {
		return true
	}
	before := led.FindString(text)
	return before != "" && matches(p, text[len(before):])
}

func speaks(path string) bool {
	for _, silent := range []string{"connectors/simcity/", "connectors/connectortest/"} {
		if strings.HasPrefix(path, silent) {
			return false
		}
	}
	return strings.HasPrefix(path, "connectors/") || strings.HasPrefix(path, "backend/importing/") || ofStore(path)
}

// ofStore reports whether a file is the store's, which refuses rows as well: of its
// texts only those count that it refuses with.
func ofStore(path string) bool { return strings.HasPrefix(path, "backend/store/") }

var (
	formPlace = regexp.MustCompile(`\{[a-z]+\}`)
	// What stands before a reason: a field of ours, or the value it is about.
	led  = regexp.MustCompile(`^(?:[a-z_]+(?:(?:\.|, )[a-z_]+)*: |"[^"]*" )`)
	verb = regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z]`)
)

// patternOf reads a form as frontend/src/panels/sumber/reasons.ts does.
func patternOf(form string) *regexp.Regexp {
	var b strings.Builder
	at := 0
	for _, place := range formPlace.FindAllStringIndex(form, -1) {
		b.WriteString(regexp.QuoteMeta(form[at:place[0]]))
		held := `.*?`
		if name := form[place[0]+1 : place[1]-1]; name == "field" || name == "name" {
			held = `[^\s:]+`
		}
		b.WriteString("(" + held + ")")
		at = place[1]
	}
	return regexp.MustCompile(`(?s)^` + b.String() + regexp.QuoteMeta(form[at:]) + `$`)
}

// sampled puts something into the places of a format.
func sampled(format string) string {
	return verb.ReplaceAllStringFunc(strings.ReplaceAll(format, "%%", "%"), func(v string) string {
		switch v[len(v)-1] {
		case 'q':
			return `"x"`
		case 'd', 'g', 'f':
			return "7"
		}
		return "x"
	})
}

type saidText struct {
	format string
	at     token.Pos
}

// sayers are the calls that say something to officers, and which argument it is.
var sayers = map[string]int{
	"InvalidField": 1, "Wrap": 2, "wrong": 0, "fail": 1, "refuse": -1, "refusal": 2, "New": 0, "Errorf": 0,
}

// saidIn finds what a file says: to the calls above, as a Reason, in constants
// named reason…, and in sentences that a function returns as they are. Causes of a
// damaged answer are left out, of which the screen says only that it is damaged, and
// what only leads to a cause (%w).
func saidIn(s source) (out []saidText) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			return !ofStore(s.path) || n.Name.Name == "reasonAgainst" || refuses(n)
		case *ast.CompositeLit:
			return nameOf(n.Type) != "MalformedError"
		case *ast.CallExpr:
			if name := nameOf(n.Fun); name == "malformed" || name == "damaged" {
				return false
			}
			if !ofStore(s.path) || nameOf(n.Fun) == "refuse" {
				out = append(out, saidTo(n)...)
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "Reason" || key.Name == "Detail") {
				out = append(out, sentence(n.Value, 0)...)
			}
		case *ast.ValueSpec:
			for i, v := range n.Values {
				if strings.HasPrefix(n.Names[i].Name, "reason") {
					out = append(out, sentence(v, 0)...)
				}
			}
		case *ast.AssignStmt:
			for i, v := range n.Rhs {
				if id, ok := n.Lhs[min(i, len(n.Lhs)-1)].(*ast.Ident); ok && id.Name == "reason" {
					out = append(out, sentence(v, 0)...)
				}
			}
		case *ast.ReturnStmt:
			for _, r := range n.Results {
				if _, literal := r.(*ast.BasicLit); literal {
					out = append(out, sentence(r, 2)...)
				}
				if c, ok := r.(*ast.CallExpr); ok && nameOf(c.Fun) == "Sprintf" {
					out = append(out, sentence(c.Args[0], 2)...)
				}
			}
		}
		return true
	})
	return out
}

// refuses reports whether a function refuses a row.
func refuses(f *ast.FuncDecl) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok && nameOf(c.Fun) == "refuse" {
			found = true
		}
		return true
	})
	return found
}

func saidTo(call *ast.CallExpr) (out []saidText) {
	at, ok := sayers[nameOf(call.Fun)]
	if !ok || at >= len(call.Args) {
		return nil
	}
	if at == 0 && len(call.Args) > 1 {
		if _, literal := call.Args[0].(*ast.BasicLit); !literal {
			at = 1 // city.Errorf names its code first
		}
	}
	if at >= 0 {
		return sentence(call.Args[at], 0)
	}
	for _, arg := range call.Args {
		out = append(out, sentence(arg, 1)...)
	}
	return out
}

// sentence is a text that is written out, if it has so many blanks at least and
// says something of its own.
func sentence(e ast.Expr, blanks int) []saidText {
	if c, ok := e.(*ast.CallExpr); ok && nameOf(c.Fun) == "Sprintf" {
		e = c.Args[0]
	}
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return nil
	}
	text, err := strconv.Unquote(lit.Value)
	own := strings.TrimSpace(verb.ReplaceAllString(text, ""))
	if err != nil || strings.Contains(text, "%w") || own == "" || own == ":" || strings.Count(text, " ") < blanks {
		return nil
	}
	return []saidText{{format: text, at: lit.Pos()}}
}

// nameOf is the last name of a function or type: Errorf of fmt.Errorf.
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
