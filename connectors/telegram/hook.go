package telegram

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// secretForm is what the Bot API allows, and long enough that nobody guesses it.
var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{16,256}$`)

// Receive implements connectors.Receiver: what Telegram pushes, known by the word
// that it was given (core.telegram.org/bots/api#setwebhook).
func (c *connector) Receive(_ context.Context, r city.HookRequest) (city.HookAnswer, error) {
	given := r.Header.Get("X-Telegram-Bot-Api-Secret-Token")
	if c.secret == "" || r.Method != http.MethodPost || subtle.ConstantTimeCompare([]byte(given), []byte(c.secret)) != 1 {
		return city.HookAnswer{}, connectors.ErrUnverified
	}
	return city.HookAnswer{Keep: len(r.Body) > 0}, nil
}

// wanted stands for what the other side must know about pushes, "" that we ask.
func (c *connector) wanted() string {
	if c.secret == "" {
		return ""
	}
	h := hmac.New(sha256.New, []byte(c.token+c.secret))
	_, _ = h.Write([]byte(c.cfg.HookURL))
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// agree tells the other side where to push, or that we ask again, when that is not
// what it was told last; it returns what it knows now. A trial agrees on nothing.
func (c *connector) agree(ctx context.Context, before string) (string, error) {
	want := c.wanted()
	if want == before || c.env.Trial {
		return before, nil
	}
	method, ask := "deleteWebhook", map[string]any{}
	if want != "" {
		method = "setWebhook"
		ask = map[string]any{"url": c.cfg.HookURL, "secret_token": c.secret, "allowed_updates": []string{"message", "edited_message"}}
	}
	body, err := json.Marshal(ask)
	if err != nil {
		return before, err
	}
	if _, err := c.call(ctx, c.env.HTTP, method, body); err != nil {
		return before, err
	}
	return want, nil
}

// pushed reads what came to the hook, at most 100 bodies. What cannot be read is
// refused by the number under which it came.
func (c *connector) pushed(ctx context.Context) (updates []update, refused []city.Refusal, err error) {
	letters, err := c.inbox.Read(ctx, pageSize)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range letters {
		var body json.RawMessage
		if json.Unmarshal(l.Body, &body) == nil {
			if found, err := decode(json.RawMessage("[" + string(body) + "]")); err == nil {
				updates = append(updates, found...)
				continue
			}
		}
		refused = append(refused, city.Refusal{Kind: "reports", Place: fmt.Sprintf("delivery %d", l.ID), Reason: reasonUnreadable})
	}
	return updates, refused, nil
}
