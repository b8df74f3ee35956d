package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// answer is how the Bot API answers anything, errors too.
type answer struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
}

// errReplaced: another getUpdates took the place of ours.
var errReplaced = &city.Error{Code: city.Conflict, Message: "another program reads this bot's messages with the same token; stop it, or give Balaikota a bot of its own"}

// errWebhook: the bot's messages go elsewhere.
var errWebhook = &city.Error{Code: city.Conflict, Message: "the bot's messages are sent to a webhook, so they cannot be read here; remove it with deleteWebhook, or use another bot"}

// updates asks for what came from offset on; the other side waits up to hold for
// something to tell.
func (c *connector) updates(ctx context.Context, client *connectors.Client, offset int64, limit int, hold time.Duration) ([]update, error) {
	ask := map[string]any{"limit": limit, "timeout": int(hold.Seconds()), "allowed_updates": []string{"message", "edited_message"}}
	if offset > 0 {
		ask["offset"] = offset
	}
	body, err := json.Marshal(ask)
	if err != nil {
		return nil, err
	}
	raw, err := c.call(ctx, client, "getUpdates", body)
	if err != nil {
		return nil, err
	}
	return decode(raw)
}

// call calls a method. The token is part of the address, so no error holds that.
func (c *connector) call(ctx context.Context, client *connectors.Client, method string, body []byte) (json.RawMessage, error) {
	res, err := client.Do(ctx, connectors.Request{
		Method: http.MethodPost, URL: c.cfg.BaseURL + "/bot" + c.token + "/" + method,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: body,
	})
	if status, ok := errors.AsType[*connectors.StatusError](err); ok {
		return nil, refused(status, c.cfg.BaseURL+"/bot…/"+method)
	}
	if err != nil {
		return nil, err
	}
	var a answer
	if err := json.Unmarshal(res.Body, &a); err != nil {
		return nil, &connectors.MalformedError{What: "JSON", Err: errors.New("not an answer of the Bot API")}
	}
	if !a.OK {
		return nil, a.failure(&connectors.StatusError{Status: a.Code, URL: c.cfg.BaseURL + "/bot…/" + method})
	}
	return a.Result, nil
}

// refused is a call that was answered with a status other than success. Its body
// says why.
func refused(status *connectors.StatusError, address string) error {
	var a answer
	_ = json.Unmarshal(status.Body, &a) // a proxy on the way answers in its own words
	return a.failure(&connectors.StatusError{Status: status.Status, URL: address})
}

func (a answer) failure(status *connectors.StatusError) error {
	switch {
	case status.Status == http.StatusConflict && strings.Contains(a.Description, "webhook"):
		return errWebhook
	case status.Status == http.StatusConflict:
		return errReplaced
	case status.Status == http.StatusNotFound && a.Code == http.StatusNotFound:
		// The Bot API knows no bot under this token.
		return &connectors.StatusError{Status: http.StatusUnauthorized, URL: status.URL}
	case a.Parameters.RetryAfter > 0:
		return &connectors.RetryAfterError{After: min(time.Duration(a.Parameters.RetryAfter)*time.Second, 24*time.Hour), Err: status}
	}
	return status
}
