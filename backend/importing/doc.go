// Package importing reads what people hand over as files or JSON: CSV, XLSX,
// JSON lines and JSON arrays of reports, observations, indicators, categories
// and holidays. It finds the columns under their usual names, understands
// Indonesian numbers, dates and words, and turns each row into a typed value
// or a refusal that says file, row, field, reason and remedy.
//
// It knows no database and no HTTP; it imports backend/city, excelize and
// x/text (UTF-16) only.
package importing
