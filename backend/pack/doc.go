// Package pack holds cities as data: areas, offices, categories, indicators
// with thresholds, holidays and population facts in CSV and JSON files, one
// folder per city, embedded in the program and loadable from any folder of
// the same shape. Facts carry their source; SOURCES.md in each folder names
// them all.
//
// It imports backend/city, orb and the standard library only.
package pack

//go:generate go run generate.go samarinda
