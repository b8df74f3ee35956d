package mapping

import (
	"regexp"
	"slices"
	"strconv"
)

// What a trial names of the records' columns.
const (
	columnRecords = 20 // that are looked at
	columnsMost   = 100
)

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// columns adds the columns of records to those known, as expressions that read them
// (.nama, ."nama lain", .alamat.jalan), in the order of their names, at most
// columnsMost. Values are not among them: a trial may be looked at by who may not
// read them.
func columns(known []string, records []any) []string {
	seen := map[string]bool{}
	for _, record := range records[:min(columnRecords, len(records))] {
		name(seen, "", record, 0)
	}
	for c := range seen {
		if !slices.Contains(known, c) {
			known = append(known, c)
		}
	}
	slices.Sort(known)
	return known[:min(columnsMost, len(known))]
}

// name names the members of an object, and those of objects within it.
func name(seen map[string]bool, prefix string, v any, depth int) {
	object, ok := v.(map[string]any)
	if !ok || depth > 2 {
		return
	}
	for key, member := range object {
		path := prefix + Member(key)
		if inner, ok := member.(map[string]any); ok && len(inner) > 0 && depth < 2 {
			name(seen, path, inner, depth+1)
			continue
		}
		if len(path) <= 200 {
			seen[path] = true
		}
	}
}

// Member is the expression that reads a member of an object.
func Member(name string) string {
	if plainName.MatchString(name) {
		return "." + name
	}
	return "." + strconv.Quote(name)
}

var plainPath = regexp.MustCompile(`^(?:\.[A-Za-z_][A-Za-z0-9_]*|\."[^"\\]*")+$`)
var pathPart = regexp.MustCompile(`\.(?:"([^"]*)"|([A-Za-z0-9_]+))`)

// holds reports whether a record has the member that an expression reads, be it null;
// true where the expression is more than the path of one.
func holds(record any, expression string) bool {
	if !plainPath.MatchString(expression) {
		return true
	}
	for _, part := range pathPart.FindAllStringSubmatch(expression, -1) {
		object, ok := record.(map[string]any)
		if !ok {
			return record == nil // a part that is null as a whole
		}
		if record, ok = object[part[1]+part[2]]; !ok {
			return false
		}
	}
	return true
}
