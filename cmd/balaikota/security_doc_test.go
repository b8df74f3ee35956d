package main

import (
	"os"
	"regexp"
	"testing"
)

// TestSecurityTableNamesRealTests: a promise in docs/security.md whose test was
// renamed or taken away is a promise that nothing holds.
func TestSecurityTableNamesRealTests(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	form := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	tree, err := readTree("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range tree {
		if s.test {
			for _, m := range form.FindAllSubmatch(s.text, -1) {
				declared[string(m[1])] = true
			}
		}
	}
	named := regexp.MustCompile("`(Test\\w+)`").FindAllSubmatch(page, -1)
	if len(named) < 25 {
		t.Fatalf("the table names only %d tests", len(named))
	}
	for _, m := range named {
		if !declared[string(m[1])] {
			t.Errorf("docs/security.md names %s, which no package has", m[1])
		}
	}
}
