package ckan

import (
	"testing"

	"balaikota/connectors/connectortest"
)

// TestReasonsAreThoseTheScreenKnows: what is wrong with a source most often.
func TestReasonsAreThoseTheScreenKnows(t *testing.T) {
	t.Parallel()
	var said []string
	const mapping = "\nmapping: {kind: observations, fields: {indicator: {const: x}, time: .t, value: .v}}\n"
	for _, config := range []string{"base_url: https://data.contoh.go.id", "base_url: https://data.contoh.go.id\ndataset: a\nsearch: b", "base_url: https://data.contoh.go.id/api/3\ndataset: a"} {
		said = append(said, connectortest.Said(t, Spec.Check(connectortest.YAML(t, config+mapping))))
	}
	sets := []dataset{{Resources: []resource{{Name: "Peta", Format: "pdf"}}}}
	for _, wanted := range []string{"", "Tabel"} {
		said = append(said, connectortest.Said(t, (&connector{cfg: Config{Resource: wanted}}).notThere(sets)))
	}
	connectortest.Reasons(t, said...)
}
