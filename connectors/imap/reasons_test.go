package imap

import (
	"testing"

	"balaikota/connectors/connectortest"
)

// TestReasonsAreThoseTheScreenKnows: all for which a letter is refused.
func TestReasonsAreThoseTheScreenKnows(t *testing.T) {
	t.Parallel()
	connectortest.Reasons(t, reasonReply, reasonBounce, reasonList, reasonLoop, reasonSpam, reasonSender, reasonNothing, errNoLetter.Error())
}
