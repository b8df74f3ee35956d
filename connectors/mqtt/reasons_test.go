package mqtt

import (
	"testing"

	"balaikota/connectors/connectortest"
)

// TestReasonsAreThoseTheScreenKnows: what is wrong with a source most often.
func TestReasonsAreThoseTheScreenKnows(t *testing.T) {
	t.Parallel()
	var said []string
	for _, line := range []string{"broker: tls://a.go.id", "allow_private: false", "user:"} {
		said = append(said, connectortest.Said(t, Spec.Check(settingsOf(t, "127.0.0.1:1883", "5", line))))
	}
	connectortest.Reasons(t, said...)
}
