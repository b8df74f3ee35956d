package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// mostText is how many characters the Bot API takes in one message.
const mostText = 4096

// Write implements connectors.Writer. The text is plain, so that nothing in it is
// taken for markup.
func (c *connector) Write(ctx context.Context, m city.ChatMessage) error {
	id, err := strconv.ParseInt(m.Person, 10, 64)
	if err != nil {
		return city.Errorf(city.NotFound, "the chat is none")
	}
	text := []rune(m.Text)
	if len(text) > mostText {
		text = append(text[:mostText-1], '…')
	}
	body, err := json.Marshal(map[string]any{"chat_id": id, "text": string(text), "link_preview_options": map[string]bool{"is_disabled": true}})
	if err != nil {
		return err
	}
	_, err = c.call(ctx, c.env.HTTP, "sendMessage", body)
	if status, ok := errors.AsType[*connectors.StatusError](err); ok && (status.Status == http.StatusForbidden || status.Status == http.StatusBadRequest) {
		// 403: blocked, or the account is gone; 400: there is no such chat.
		return city.Errorf(city.NotFound, "the person takes no messages of the bot any more (code %d)", status.Status)
	}
	return err
}
