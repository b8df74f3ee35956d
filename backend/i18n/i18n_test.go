package i18n

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// names returns the params a text asks for, each once, in order.
func names(text string) []string {
	found := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		found[m[1]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func TestLanguagesHaveTheSameKeysAndParams(t *testing.T) {
	t.Parallel()
	id, en := texts[Indonesian], texts[English]
	if diff := cmp.Diff(slices.Sorted(maps.Keys(id)), slices.Sorted(maps.Keys(en))); diff != "" {
		t.Fatalf("keys of id.json and en.json differ (-id +en):\n%s", diff)
	}
	for key, text := range id {
		if diff := cmp.Diff(names(text), names(en[key])); diff != "" {
			t.Errorf("%s: params differ (-id +en):\n%s", key, diff)
		}
	}
}

func TestTextsAreWritten(t *testing.T) {
	t.Parallel()
	for language, all := range texts {
		for key, text := range all {
			if strings.TrimSpace(text) != text || text == "" {
				t.Errorf("%s %s: empty, or blanks around %q", language, key, text)
			}
			if rest := placeholder.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}") {
				t.Errorf("%s %s: a brace that is no placeholder in %q", language, key, text)
			}
		}
	}
}

// A second key of the same name would silently win over the first.
func TestFilesHaveEachKeyOnceAndInOrder(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{"id.json": indonesian, "en.json": english} {
		decoder := json.NewDecoder(strings.NewReader(string(data)))
		var keys []string
		for depth := 0; ; {
			token, err := decoder.Token()
			if err != nil {
				break
			}
			if _, ok := token.(json.Delim); ok {
				depth++
				continue
			}
			keys = append(keys, token.(string))
			if _, err := decoder.Token(); err != nil {
				t.Fatalf("%s: reading the text of %q: %v", name, keys[len(keys)-1], err)
			}
		}
		if want := slices.Compact(slices.Sorted(slices.Values(keys))); !slices.Equal(keys, want) {
			t.Errorf("%s: keys are not sorted or not unique: %s", name, cmp.Diff(want, keys))
		}
	}
}

// Errors name their text by key; one without a text would show nothing.
func TestKeysInGoCodeHaveTexts(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`"(error\.[a-z_]+)"`)
	seen := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		code, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range named.FindAllStringSubmatch(string(code), -1) {
			seen++
			if !Known(Key(m[1])) {
				t.Errorf("%s names the text %q, which id.json does not have", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("reading the Go code: %v", err)
	}
	if seen == 0 {
		t.Error("found no key in the Go code; the search is broken")
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language Language
		key      Key
		params   map[string]string
		want     string
	}{
		{Indonesian, "reports.arrivals", map[string]string{"n": "12"}, "12 laporan baru"},
		{English, "reports.arrivals", map[string]string{"n": "1"}, "1 new report"},
		{English, "reports.arrivals", map[string]string{"n": "12"}, "12 new reports"},
		{Indonesian, LoginThrottled, map[string]string{"seconds": "40"}, "Terlalu banyak percobaan. Coba lagi dalam 40 detik."},
		{Indonesian, "time.minutes", nil, "{n} menit"},
		{"jv", "nav.map", nil, "Peta"},
		{Indonesian, "no.such", nil, "no.such"},
	} {
		if got := Text(c.language, c.key, c.params); got != c.want {
			t.Errorf("Text(%q, %q, %v) = %q, want %q", c.language, c.key, c.params, got, c.want)
		}
	}
}

func TestKeysAreSortedAndComplete(t *testing.T) {
	t.Parallel()
	keys := Keys()
	if len(keys) != len(texts[Indonesian]) || !slices.IsSorted(keys) {
		t.Errorf("Keys() returned %d keys, sorted: %v; want all %d", len(keys), slices.IsSorted(keys), len(texts[Indonesian]))
	}
}
