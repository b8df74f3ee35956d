// Package tabular reads files that hold a table (CSV, XLSX, JSON) as records,
// whatever the one who offers them calls them: it looks at the content, and
// says in plain words when that is something else. It may import connectors and
// backend/city.
package tabular
