package httpjson

import (
	"testing"

	"balaikota/connectors/connectortest"
)

// TestReasonsAreThoseTheScreenKnows: what is wrong with a source most often.
func TestReasonsAreThoseTheScreenKnows(t *testing.T) {
	t.Parallel()
	var said []string
	for _, config := range []string{"{}", "template: prometheus\nmapping: {url: 'https://a.contoh.go.id', items: .data, kind: observations, fields: {indicator: {const: x}, time: .t, value: .v}}",
		"template: harga", "template: apt-pranoto-pm25\nparams: {alamat: x}", "template: apt-pranoto-hujan\nparams: {indicator: curah-hujan}",
		"template: sp4n-kontrak\nparams: {base_url: 'https://a.contoh.go.id', token: rahasia}",
	} {
		said = append(said, connectortest.Said(t, Spec.Check(connectortest.YAML(t, config))))
	}
	connectortest.Reasons(t, said...)
}
