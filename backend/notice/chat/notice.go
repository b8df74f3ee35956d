package chat

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"balaikota/backend/city"
)

// NoticeCarrier brings notices to officers by the chat that they bound to their
// account.
type NoticeCarrier struct {
	// Of is the service's channel.
	Of city.NoticeChannel
	// PublicURL is where officers open the app; "" leaves links out.
	PublicURL string
	// Write is as Carrier's.
	Write func(ctx context.Context, m city.ChatMessage) error
}

// Channel implements city.Carrier.
func (c *NoticeCarrier) Channel() city.NoticeChannel { return c.Of }

// Carry implements city.Carrier. It says what a mail says: nothing that somebody wrote
// by hand. No error names who is written to.
func (c *NoticeCarrier) Carry(ctx context.Context, address string, n city.Notice) error {
	to, ok := city.ReadReporterChat(address)
	if !ok {
		return city.Errorf(city.NotFound, "the address is none")
	}
	text := n.Text
	if c.PublicURL != "" {
		text += "\n" + strings.TrimRight(c.PublicURL, "/") + n.Path
	}
	if err := c.Write(ctx, city.ChatMessage{ReporterChat: to, Text: text, Key: "maklumat/" + strconv.FormatInt(n.ID, 10)}); err != nil {
		return fmt.Errorf("write by %s: %w", c.Of, err)
	}
	return nil
}
