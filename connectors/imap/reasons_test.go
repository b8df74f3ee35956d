package imap

import (
	"strings"
	"testing"
	"time"

	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// TestReasonsAreThoseTheScreenKnows: all for which a letter is refused.
func TestReasonsAreThoseTheScreenKnows(t *testing.T) {
	t.Parallel()
	connectortest.Reasons(t, reasonReply, reasonBounce, reasonList, reasonLoop, reasonSpam, reasonSender, reasonNothing, errNoLetter.Error())
}

// TestWhatIsWrongWithASettingHoldsNoColon: the form puts the setting's name and a colon
// before it.
func TestWhatIsWrongWithASettingHoldsNoColon(t *testing.T) {
	t.Parallel()
	right := Config{Host: "imap.contoh.go.id", Security: "tls", Timeout: connectors.Duration(30 * time.Second)}
	if err := right.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, wrong := range map[string]func(*Config){
		"host": func(c *Config) { c.Host = "imap://x" }, "port": func(c *Config) { c.Port = -1 }, "security": func(c *Config) { c.Security = "none" },
		"days back": func(c *Config) { c.DaysBack = -1 }, "timeout": func(c *Config) { c.Timeout = 0 }, "own": func(c *Config) { c.Own = []string{"x"} },
	} {
		c := right
		wrong(&c)
		if said := connectortest.Said(t, c.Validate()); strings.Contains(said, ":") {
			t.Errorf("%s: %q", name, said)
		}
	}
}
