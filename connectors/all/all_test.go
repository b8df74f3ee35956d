package all

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"balaikota/connectors"
)

// TestEveryFolderIsListed: a folder that declares a connector and is not
// imported here would silently not be in the program.
func TestEveryFolderIsListed(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "all.go", nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, i := range file.Imports {
		listed = append(listed, strings.Trim(i.Path.Value, `"`))
	}
	names := map[string]bool{}
	for _, s := range Registry().Specs() {
		names[s.Name] = true
	}
	folders, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range folders {
		if !d.IsDir() || !declaresConnector(t, filepath.Join("..", d.Name())) {
			continue
		}
		if !slices.Contains(listed, "balaikota/connectors/"+d.Name()) || !names[d.Name()] {
			t.Errorf("connectors/%s is not in the list of all.go, or its Spec has another name", d.Name())
		}
		for _, want := range []string{"README.md", "testdata"} {
			// files reads those of others, and what cctv brings are pictures that its
			// tests draw.
			drawn := want == "testdata" && (d.Name() == "files" || d.Name() == "cctv")
			if _, err := os.Stat(filepath.Join("..", d.Name(), want)); err != nil && !drawn {
				t.Errorf("connectors/%s has no %s", d.Name(), want)
			}
		}
	}
}

// declaresConnector reports whether the folder's own files use Define.
func declaresConnector(t *testing.T, folder string) bool {
	t.Helper()
	files, err := fs.Glob(os.DirFS(folder), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "_test.go") && strings.Contains(string(text), "= connectors.Define(") {
			return true
		}
	}
	return false
}

func TestDeclarationsAreComplete(t *testing.T) {
	t.Parallel()
	for _, s := range Registry().Specs() {
		if s.Title.ID == "" || s.Title.EN == "" || s.Description.ID == "" || s.Description.EN == "" || len(s.Brings) == 0 {
			t.Errorf("%s: title, description or what it brings is missing", s.Name)
		}
		if _, err := connectors.ParseSchedule(s.Schedule); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		for _, f := range s.Fields {
			top := !strings.ContainsAny(f.Path, ".[")
			if f.Doc == "" || top && (f.Label.ID == "" || f.Label.EN == "") {
				t.Errorf("%s: field %s lacks doc or label", s.Name, f.Path)
			}
		}
		if len(s.JSONSchema()) == 0 {
			t.Errorf("%s has no schema", s.Name)
		}
	}
	var b strings.Builder
	if err := Registry().WriteReference(&b); err != nil || strings.Count(b.String(), "\nBrings: ") != len(Registry().Specs()) {
		t.Errorf("the reference page is not whole: %v", err)
	}
}
