package whatsapp

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

// window is how long after a person's last message a business may write freely to
// them; afterwards only a template that Meta approved goes. A little is kept back
// for the road.
const window = 24*time.Hour - 5*time.Minute

// What Meta takes in one text, and in one value of a template.
const (
	mostText  = 4096
	mostValue = 1024
)

// Why a message cannot go; the person may always write again.
var (
	errWindow = city.Errorf(city.NotFound, "more than 24 hours since the person wrote, and the source names no approved template (letter_template)")
	errGone   = city.Errorf(city.NotFound, "WhatsApp cannot reach the person")
)

// Codes of Meta's answers (developers.facebook.com, Cloud API, error codes).
const (
	codeWindow      = 131047 // more than 24 hours
	codeUndelivered = 131026
	codeToSelf      = 131051
)

// Write implements connectors.Writer: free text within the window, else the template.
func (c *connector) Write(ctx context.Context, m city.ChatMessage) error {
	if c.cfg.AccessToken == "" {
		return city.Errorf(city.NotFound, "the source has no access token to write with (access_token)")
	}
	if age := c.env.Now().Sub(m.Heard); m.Heard.IsZero() || age > window {
		return c.template(ctx, m)
	}
	err := c.post(ctx, m, map[string]any{"type": "text", "text": map[string]any{"preview_url": false, "body": short(m.Text, mostText)}})
	if errors.Is(err, errWindow) {
		return c.template(ctx, m) // Meta counts otherwise
	}
	return err
}

func (c *connector) template(ctx context.Context, m city.ChatMessage) error {
	if c.cfg.LetterTemplate == "" {
		return errWindow
	}
	// A value may hold neither line ends nor more than four spaces.
	value := map[string]string{"type": "text", "text": short(strings.Join(strings.Fields(m.Text), " "), mostValue)}
	return c.post(ctx, m, map[string]any{"type": "template", "template": map[string]any{
		"name": c.cfg.LetterTemplate, "language": map[string]string{"code": c.cfg.LetterLanguage},
		"components": []any{map[string]any{"type": "body", "parameters": []any{value}}},
	}})
}

func (c *connector) post(ctx context.Context, m city.ChatMessage, message map[string]any) error {
	token, err := c.env.Secret(c.cfg.AccessToken)
	if err != nil {
		return err
	}
	message["messaging_product"], message["recipient_type"], message["to"] = "whatsapp", "individual", m.Person
	message["biz_opaque_callback_data"] = m.Key // comes back with each status
	body, err := json.Marshal(message)
	if err != nil {
		return err
	}
	_, err = c.env.HTTP.Do(ctx, connectors.Request{
		Method: http.MethodPost, URL: c.cfg.BaseURL + "/" + c.cfg.PhoneNumberID + "/messages",
		Header: http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}, Body: body,
	})
	status, refused := errors.AsType[*connectors.StatusError](err)
	if !refused {
		return err
	}
	var answer struct {
		Error struct {
			Code int `json:"code"`
		} `json:"error"`
	}
	_ = json.Unmarshal(status.Body, &answer) // a proxy on the way answers in its own words
	switch answer.Error.Code {
	case codeWindow:
		return errWindow
	case codeUndelivered, codeToSelf:
		return errGone
	}
	return err
}

// short bounds a text in characters; the end stays, where the link is.
func short(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	const tail = 600
	return string(r[:most-tail-2]) + "… " + string(r[len(r)-tail:])
}
