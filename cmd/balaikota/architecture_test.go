package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// modulePath is what go.mod declares; an import below it is one of ours.
const modulePath = "balaikota"

// source is one file of the repository as the rules see it.
type source struct {
	path string // slash separated, relative to the repository's root
	text []byte
	test bool      // a Go test file
	file *ast.File // nil unless Go
	line func(p token.Pos) int
}

// dir is the folder the file lies in; "." at the root.
func (s source) dir() string { return path.Dir(s.path) }

// generated reports whether a program wrote the file.
func (s source) generated() bool {
	if s.file != nil {
		return ast.IsGenerated(s.file)
	}
	return strings.Contains(path.Base(s.path), ".gen.") || bytes.Contains(s.text[:min(len(s.text), 400)], []byte("auto-generated"))
}

// alone reports whether a Go file is a program of its own (//go:build ignore),
// run by go generate and no part of the package it lies beside.
func (s source) alone() bool {
	return s.file != nil && bytes.Contains(s.text[:s.file.Package-1], []byte("//go:build ignore\n"))
}

// imports lists what a Go file imports, in the order of the file.
func (s source) imports() []string {
	if s.file == nil {
		return nil
	}
	var out []string
	for _, spec := range s.file.Imports {
		out = append(out, strings.Trim(spec.Path.Value, "`\""))
	}
	return out
}

// newSource parses what is Go and leaves the rest as text.
func newSource(name string, text []byte) (source, error) {
	s := source{path: name, text: text}
	if !strings.HasSuffix(name, ".go") {
		return s, nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return s, fmt.Errorf("parse %s: %w", name, err)
	}
	s.file, s.test = file, strings.HasSuffix(name, "_test.go")
	s.line = func(p token.Pos) int { return fset.Position(p).Line }
	return s, nil
}

// readTree reads every file that is, or is about to be, in the repository:
// what git tracks and what it would track.
func readTree(root string) ([]source, error) {
	names, err := repositoryFiles(root)
	if err != nil {
		return nil, err
	}
	var tree []source
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed, and not yet committed as such
		}
		if err != nil {
			return nil, fmt.Errorf("read the tree: %w", err)
		}
		s, err := newSource(name, text)
		if err != nil {
			return nil, err
		}
		tree = append(tree, s)
	}
	return tree, nil
}

// repositoryFiles asks git; in an unpacked archive without git's folder it
// walks, leaving out what .gitignore names.
func repositoryFiles(root string) ([]string, error) {
	out, err := exec.Command("git", "-C", root, "ls-files", "-co", "--exclude-standard", "-z").Output()
	if err == nil {
		return slices.DeleteFunc(strings.Split(string(out), "\x00"), func(s string) bool { return s == "" }), nil
	}
	ignored := []string{".git", ".cache", "bin", "var", "node_modules", "dist", "test-results"}
	var names []string
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(ignored, d.Name()):
			return fs.SkipDir
		case d.Type().IsRegular():
			rel, err := filepath.Rel(root, p)
			if err != nil {
				return err
			}
			names = append(names, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("walk the tree: %w", err)
	}
	return names, nil
}

// TestArchitecture holds the whole repository against every rule.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	tree, err := readTree(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, known := range []string{"go.mod", "cmd/balaikota/architecture_test.go", "backend/city/doc.go"} {
		if !slices.ContainsFunc(tree, func(s source) bool { return s.path == known }) {
			t.Fatalf("the tree as read (%d files) lacks %s: nothing below would mean anything", len(tree), known)
		}
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			for _, broken := range r.check(tree) {
				t.Errorf("%s\n\twhy: %s", broken, r.why)
			}
		})
	}
}

// TestSizes reports how long functions and files are (the habit: nine in ten
// functions under 50 lines, nine in ten files under 400) without failing on
// one function; the rule "file length" fails on a file nobody can read.
func TestSizes(t *testing.T) {
	t.Parallel()
	tree, err := readTree(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	kinds := []struct {
		name string
		has  func(source) bool
	}{
		{"Go", func(s source) bool { return s.file != nil && !s.test }},
		{"Go tests", func(s source) bool { return s.test }},
		{"Svelte and TypeScript", func(s source) bool {
			return strings.HasSuffix(s.path, ".svelte") || strings.HasSuffix(s.path, ".ts")
		}},
	}
	for _, kind := range kinds {
		var files, functions []int
		for _, s := range tree {
			if !kind.has(s) || s.generated() {
				continue
			}
			files = append(files, lines(s.text))
			functions = append(functions, functionLengths(s)...)
		}
		t.Logf("%s: %d files, lines p50 %d, p90 %d, longest %d", kind.name, len(files),
			quantile(files, 50), quantile(files, 90), quantile(files, 100))
		if len(functions) > 0 {
			t.Logf("%s: %d functions, lines p50 %d, p90 %d, longest %d", kind.name, len(functions),
				quantile(functions, 50), quantile(functions, 90), quantile(functions, 100))
		}
	}
}

// functionLengths gives the lines of each declared function, signature included.
func functionLengths(s source) []int {
	if s.file == nil {
		return nil
	}
	var out []int
	for _, d := range s.file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			out = append(out, s.line(fn.End())-s.line(fn.Pos())+1)
		}
	}
	return out
}

func lines(text []byte) int { return bytes.Count(text, []byte{'\n'}) }

// quantile returns the value that pct of a hundred do not exceed; 0 of nothing.
func quantile[T cmp.Ordered](values []T, pct int) T {
	var none T
	if len(values) == 0 {
		return none
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, (len(sorted)*pct+99)/100-1)]
}
