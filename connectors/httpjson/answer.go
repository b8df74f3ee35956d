package httpjson

import (
	"bytes"
	"cmp"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"balaikota/connectors/mapping"
)

// formatOf tells what an answer is, for those that do not say: json, xml or table.
// What is none of them for certain is json, whose error then says what came instead:
// a line of text that is taken for a table would be an empty one.
func formatOf(body []byte, contentType, address string) string {
	body = bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n")
	head := strings.ToLower(string(body[:min(200, len(body))]))
	switch {
	case head == "" || head[0] == '{' || head[0] == '[' || strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html"):
		return "json"
	case head[0] == '<':
		return "xml"
	case strings.HasPrefix(head, "pk\x03\x04"):
		return "table" // a workbook
	}
	for _, sign := range []string{"csv", "tab-separated", "spreadsheet", "excel"} {
		if strings.Contains(contentType, sign) {
			return "table"
		}
	}
	if u, err := url.Parse(address); err == nil && slices.Contains([]string{".csv", ".tsv"}, strings.ToLower(path.Ext(u.Path))) {
		return "table"
	}
	first, rest, _ := strings.Cut(head, "\n")
	if rest != "" && !strings.Contains(contentType, "json") && strings.ContainsAny(first, ",;\t|") {
		return "table"
	}
	return "json"
}

// itemsOf is the expression that gives the records of an answer: that of the longest
// list of objects in it, of several alike the one that lies least deep, and the whole
// answer where there is none. A trial proposes it; a source that is read says it
// itself, since the next answer may be an empty list beside another.
func itemsOf(answer any) string {
	best, most := ".", 0
	level := []found{{"", answer}}
	for range 4 {
		var deeper []found
		for _, at := range level {
			switch v := at.value.(type) {
			case []any:
				if isRecords(v) && len(v) > most {
					best, most = cmp.Or(at.path, "."), len(v)
				}
			case map[string]any:
				for _, key := range slices.Sorted(maps.Keys(v)) {
					deeper = append(deeper, found{at.path + mapping.Member(key), v[key]})
				}
			}
		}
		level = deeper
	}
	return best
}

// found is a value within an answer, with the expression that gives it.
type found struct {
	path  string
	value any
}

func isRecords(list []any) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(v any) bool { _, ok := v.(map[string]any); return !ok })
}
