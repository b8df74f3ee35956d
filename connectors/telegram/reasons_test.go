package telegram

import (
	"testing"

	"balaikota/connectors/connectortest"
)

// TestReasonsAreThoseTheScreenKnows: all for which an update is refused.
func TestReasonsAreThoseTheScreenKnows(t *testing.T) {
	t.Parallel()
	connectortest.Reasons(t, reasonUnreadable, reasonCommand, reasonSender)
}
