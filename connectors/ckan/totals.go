package ckan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"balaikota/backend/city"
	"balaikota/connectors/mapping"
)

// totals tells rows that sum the others up. Such a row says so in one of its
// cells and names no area; taken for a row of the whole city it would count
// everything twice.
type totals struct {
	areas   city.AreaIndex
	columns []string // which the mapping takes the area from
	off     bool
}

func newTotals(rule string, m mapping.Rows, areas city.AreaIndex) *totals {
	t := &totals{areas: areas, off: rule == "keep"}
	if f, ok := m.Fields["area"]; ok {
		for _, c := range columnsIn.FindAllStringSubmatch(f.Get, -1) {
			t.columns = append(t.columns, c[1]+c[2])
		}
	}
	return t
}

var (
	// columnsIn finds .name and ."a name" in an expression.
	columnsIn = regexp.MustCompile(`\.(?:"([^"]+)"|([A-Za-z_][A-Za-z0-9_]*))`)
	// sums are the words of such rows, Indonesian and English.
	sums = regexp.MustCompile(`(?i)^(grand |sub ?-?)?(total|jumlah|rekapitulasi)( (keseluruhan|seluruhnya|total|akhir|kota|kabupaten|provinsi|kecamatan|kelurahan|se-?kota)\b.*)?[:.]?$`)
	code = regexp.MustCompile(`(?i)\b(kode|code|kd|id)\b|^(kode|kd)_|_(kode|code|id)$`)
)

// is reports whether a record is a row of totals.
func (t *totals) is(record any) bool {
	m, ok := record.(map[string]any)
	if !ok || t.off || !says(m) {
		return false
	}
	if len(t.columns) > 0 {
		return !slices.ContainsFunc(t.columns, func(c string) bool { return t.area(m[c]) })
	}
	for name, v := range m {
		if name != "_id" && code.MatchString(name) && text(v) != "" {
			return false
		}
	}
	return true
}

// says reports whether a cell says that the row is a sum.
func says(m map[string]any) bool {
	for _, v := range m {
		if s, ok := v.(string); ok && sums.MatchString(strings.Join(strings.Fields(s), " ")) {
			return true
		}
	}
	return false
}

// area reports whether a value names an area of the city.
func (t *totals) area(v any) bool {
	s := text(v)
	if s == "" {
		return false
	}
	if _, ok := t.areas.Area(s); ok {
		return true
	}
	return len(t.areas.Find(s)) > 0
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return strings.TrimSpace(fmt.Sprint(v))
}
