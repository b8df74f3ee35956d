package whatsapp

import (
	"testing"

	"balaikota/connectors/connectortest"
)

// TestReasonsAreThoseTheScreenKnows: all for which a body is refused.
func TestReasonsAreThoseTheScreenKnows(t *testing.T) {
	t.Parallel()
	connectortest.Reasons(t, reasonUnreadable, reasonElse, reasonNumber, reasonSender)
}
