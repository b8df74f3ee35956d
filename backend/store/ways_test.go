package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// waysOfWords are the statements that read what citizens wrote, and how it is masked
// before it leaves the store for any other use than the page of the report; the table
// in docs/security.md says the same of each.
var waysOfWords = map[string]string{
	"reportColumnsQuery":  "Excerpt in lists, events and tools, HidePersonal in quotes, MaskPersonal on the report's own page",
	"pendingColumns":      "the analysis: categories, places, urgency; no text goes on",
	"placeSamplesQuery":   "the analysis: what it learns are names of streets",
	"saidReportsQuery":    "the analysis: who says the same; no text goes on",
	"correctedQuery":      "learning: weights of words",
	"sourceLabelledQuery": "learning: weights of words",
	"reportsOfPartsQuery": "back to the chat's connector, which adds to it",
	"latestReportOfQuery": "back to the chat's connector, which adds to it",
	"askedReportOfQuery":  "back to the chat's connector, which adds to it",
	"filedQuery":          "back to its filer's report, which is added to",
	"requestRows":         "ServiceRequest.Outward",
	"saidHash":            "a hash",
	"addReporterQuestion": "a hash; text is the question's",
	"answerReportsQuery":  "none: text is the answer's",

	"maySayLess":           "a comparison: whether a report may lack something",
	"addAutomaticQuestion": "a hash; text is the question's",
	"heardToo":             "with the text that it follows",
	"spokenToQuery":        "search words",
	"spokenOfQuery":        "what was heard, joined beside the report's own words",
	"voiceNotesQuery":      "MaskPersonal and MaskSpoken on the report's own page",
	"heldText":             "a comparison with what the source says now",
	"heldWords":            "a comparison with what the source says now",
	"subjectDataQuery":     "back to who wrote it: the copy of a person who proved who they are",
	"subjectVoicesQuery":   "back to who said it: the copy of a person who proved who they are",
	"holdReportOfSubject":  "sealed, as what stood before a correction",
}

var (
	ofReports   = regexp.MustCompile(`(?i)\b(?:from|join) (?:reports|voice_notes)\b(?: (?:as )?(\w+))?`)
	bareWords   = regexp.MustCompile(`(?i)(?:select|,|\() ?(?:id, )?text\b`)
	aliasWords  = regexp.MustCompile(`\b(\w+)\.(?:text|spoken)\b`)
	onlyWritten = regexp.MustCompile(`(?i)^\s*insert into reports\b`)
)

// readsWords reports whether a statement names the text of reports: by the name that
// it gave the table, by r, as all parts of statements call it, or bare.
func readsWords(sql string) bool {
	names := map[string]bool{"r": true}
	from := ofReports.FindAllStringSubmatch(sql, -1)
	for _, m := range from {
		names[m[1]] = true
	}
	for _, m := range aliasWords.FindAllStringSubmatch(sql, -1) {
		if names[m[1]] {
			return true
		}
	}
	return len(from) > 0 && bareWords.MatchString(sql)
}

// TestEveryWayOfCitizensWordsIsDeclared: a new statement that reads the text of
// reports fails here until it is said how its words are masked.
func TestEveryWayOfCitizensWordsIsDeclared(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for name, sql := range statementsOf(file) {
			if onlyWritten.MatchString(sql) || !readsWords(sql) {
				continue
			}
			found[name] = true
			if waysOfWords[name] == "" {
				t.Errorf("%s in %s reads what citizens wrote: mask it before it leaves the store (city.MaskOutward, HidePersonal), and say so in waysOfWords and in docs/security.md: %.200s", name, e.Name(), sql)
			}
		}
	}
	for name := range waysOfWords {
		if !found[name] {
			t.Errorf("%s is declared, and no statement of that name reads what citizens wrote", name)
		}
	}
}

// statementsOf are a file's strings by the constant, or the function, they stand in.
func statementsOf(file *ast.File) map[string]string {
	out := map[string]string{}
	add := func(name string, n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					out[name] += " " + s
				}
			}
			return true
		})
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Body != nil {
				add(d.Name.Name, d.Body)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if v, ok := s.(*ast.ValueSpec); ok && d.Tok == token.CONST {
					for i, value := range v.Values {
						add(v.Names[i].Name, value)
					}
				}
			}
		}
	}
	return out
}
