// Package mapping turns records of any form (JSON objects, rows of a table,
// features of a map) into reports and observations, as a few lines of YAML say:
// one jq expression for each of our fields, with tables, layouts of times,
// styles of numbers and units. The connectors that read strangers' records
// share it, so that an officer learns it once. It may import connectors and
// backend/city.
package mapping
