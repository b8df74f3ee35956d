package httpjson

import "testing"

func TestWhatAnAnswerIs(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ body, kind, address, want string }{
		"json":                      {"\ufeff {\"a\": 1}", "text/plain", "https://a.go.id/x", "json"},
		"xml":                       {"<?xml version=\"1.0\"?><a/>", "", "https://a.go.id/x", "xml"},
		"a page is no XML":          {"<!DOCTYPE html><html>", "text/html", "https://a.go.id/x.csv", "json"},
		"csv by what it says":       {"a\n1", "text/csv; charset=utf-8", "https://a.go.id/x", "table"},
		"csv by its address":        {"a\n1", "application/octet-stream", "https://a.go.id/x.CSV?v=2", "table"},
		"csv by its look":           {"a;b\n1;2", "text/plain", "https://a.go.id/x", "table"},
		"workbook":                  {"PK\x03\x04", "application/octet-stream", "https://a.go.id/x", "table"},
		"a line of text is none":    {"Too many requests, try again", "text/plain", "https://a.go.id/x", "json"},
		"text that calls itself so": {"tunggu, ya\nlagi", "application/json", "https://a.go.id/x", "json"},
		"nothing":                   {"", "", "https://a.go.id/x", "json"},
	} {
		if got := formatOf([]byte(tc.body), tc.kind, tc.address); got != tc.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestWhereTheRecordsAre(t *testing.T) {
	t.Parallel()
	record := map[string]any{"a": 1}
	for want, answer := range map[string]any{
		".":              record,
		".data":          map[string]any{"galat": []any{}, "data": []any{record, record}, "kolom": []any{record}},
		".hasil.\"a b\"": map[string]any{"hasil": map[string]any{"a b": []any{record}, "nama": []any{"x", "y"}}},
	} {
		if got := itemsOf(answer); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
	if got := itemsOf([]any{record}); got != "." {
		t.Error(got)
	}
}
