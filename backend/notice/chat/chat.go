// Package chat brings letters to reporters by the chat that they came by, one
// carrier a service. How a service is written to is its connector's matter. It
// imports backend/city and the standard library only.
package chat

import (
	"context"
	"fmt"

	"balaikota/backend/city"
)

// Carrier brings letters by one service.
type Carrier struct {
	// Of is the service's channel.
	Of city.NoticeChannel
	// PublicURL is where reporters open their page.
	PublicURL string
	// Write writes by the source that the reporter wrote to. NotFound says that
	// the person cannot be reached any more, or not without their writing first.
	Write func(ctx context.Context, m city.ChatMessage) error
}

// Channel implements city.ReporterCarrier.
func (c *Carrier) Channel() city.NoticeChannel { return c.Of }

// CarryLetter implements city.ReporterCarrier. No error names who is written to.
func (c *Carrier) CarryLetter(ctx context.Context, address string, l city.ReporterLetter) error {
	to, ok := city.ReadReporterChat(address)
	if !ok {
		return city.Errorf(city.NotFound, "the address is none")
	}
	if l.Path != "" && c.PublicURL == "" {
		return city.Errorf(city.Conflict, "a letter to a reporter needs the address of this server; set --public-url")
	}
	if err := c.Write(ctx, city.ChatMessage{ReporterChat: to, Text: l.Chat(c.PublicURL), Key: l.Key}); err != nil {
		return fmt.Errorf("write by %s: %w", c.Of, err)
	}
	return nil
}
