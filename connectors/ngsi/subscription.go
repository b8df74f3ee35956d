package ngsi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"balaikota/connectors"
)

// subscribe sees to it that the broker notifies us, for as long as the lease. check
// asks the broker even when our lease runs on: it may have lost its subscriptions.
func (c *connector) subscribe(ctx context.Context, cur *cursor, check bool) error {
	if cur.Subscription != "" && cur.Settings != c.settings {
		if err := c.end(ctx, cur.Subscription); err != nil {
			c.env.Log.Warn("An old subscription could not be ended; it ends by itself", "until", cur.Until, "err", err)
		}
		cur.Subscription = ""
	}
	if c.cfg.HookURL == "" {
		cur.Subscription, cur.Settings, cur.Until = "", 0, time.Time{}
		return nil
	}
	lease := time.Duration(c.cfg.Lease)
	if cur.Subscription != "" && !check && cur.Until.Sub(c.env.Now()) > lease/2 {
		return nil
	}
	until := c.env.Now().Add(lease)
	if cur.Subscription != "" {
		known, err := c.renew(ctx, cur.Subscription, until)
		if err != nil {
			return err
		}
		if known {
			cur.Until, cur.Settings = until, c.settings
			return nil
		}
	}
	cur.Subscription = ""
	if err := c.endStrays(ctx); err != nil {
		return err
	}
	id, err := c.create(ctx, until)
	if err != nil {
		return err
	}
	cur.Subscription, cur.Until, cur.Settings = id, until, c.settings
	return nil
}

// base is where the broker's subscriptions are.
func (c *connector) base() string {
	if c.cfg.Version == "v2" {
		return c.cfg.BrokerURL + "/v2/subscriptions"
	}
	return c.cfg.BrokerURL + "/ngsi-ld/v1/subscriptions"
}

// send makes a request with a body of JSON.
func (c *connector) send(ctx context.Context, method, address string, body any) (*connectors.Response, error) {
	req := connectors.Request{Method: method, URL: address, Header: c.header}
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("write the subscription: %w", err)
		}
		req.Header = c.header.Clone()
		req.Header.Set("Content-Type", "application/json")
		req.Body = raw
	}
	return c.env.HTTP.Do(ctx, req)
}

// notification is whom the broker notifies, and with what.
func (c *connector) notification() map[string]any {
	if c.cfg.Version == "v2" {
		return map[string]any{
			"httpCustom": map[string]any{"url": c.cfg.HookURL, "headers": map[string]string{hookHeader: c.word}},
			"attrs":      c.others(), "metadata": []string{"TimeInstant", "timestamp", "unitCode"},
		}
	}
	return map[string]any{
		"attributes": c.others(), "format": "normalized",
		"endpoint": map[string]any{
			"uri": c.cfg.HookURL, "accept": "application/json",
			"receiverInfo": []map[string]string{{"key": hookHeader, "value": c.word}},
		},
	}
}

// create makes a subscription and returns its id.
func (c *connector) create(ctx context.Context, until time.Time) (string, error) {
	body := map[string]any{"description": "Balaikota", "notification": c.notification()}
	if c.cfg.Version == "v2" {
		body["subject"] = map[string]any{"entities": []any{map[string]string{"idPattern": ".*", "type": c.cfg.Type}}, "condition": map[string]any{"attrs": []string{c.cfg.Attribute}}}
		body["expires"] = ends(until)
	} else {
		body["type"], body["entities"] = "Subscription", []any{map[string]string{"type": c.cfg.Type}}
		body["watchedAttributes"], body["expiresAt"] = []string{c.cfg.Attribute}, ends(until)
	}
	res, err := c.send(ctx, http.MethodPost, c.base(), body)
	if err != nil {
		return "", fmt.Errorf("subscribe: %w", err)
	}
	location, err := url.Parse(res.Header.Get("Location"))
	id := ""
	if err == nil {
		id = path.Base(location.Path)
	}
	if id == "" || id == "." || id == "/" || strings.HasSuffix(id, "subscriptions") {
		return "", &connectors.MalformedError{What: "NGSI", Err: errors.New("it does not say where the subscription is")}
	}
	return id, nil
}

// renew makes a subscription last until then, and active again; known is false when
// the broker has it no more.
func (c *connector) renew(ctx context.Context, id string, until time.Time) (known bool, err error) {
	body := map[string]any{"expires": ends(until), "status": "active"}
	if c.cfg.Version == "ld" {
		body = map[string]any{"expiresAt": ends(until), "isActive": true}
	}
	_, err = c.send(ctx, http.MethodPatch, c.base()+"/"+url.PathEscape(id), body)
	if gone(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("renew the subscription: %w", err)
	}
	return true, nil
}

// end ends a subscription.
func (c *connector) end(ctx context.Context, id string) error {
	if _, err := c.send(ctx, http.MethodDelete, c.base()+"/"+url.PathEscape(id), nil); err != nil && !gone(err) {
		return fmt.Errorf("end the subscription: %w", err)
	}
	return nil
}

// endStrays ends the subscriptions that notify our hook and that we do not know: made
// before a crash could write them down. What they watch, and with which word, cannot
// always be read back, so they are not taken over.
func (c *connector) endStrays(ctx context.Context) error {
	var list []struct {
		ID           string `json:"id"`
		Notification struct {
			Custom struct {
				URL string `json:"url"`
			} `json:"httpCustom"`
			Endpoint struct {
				URI string `json:"uri"`
			} `json:"endpoint"`
		} `json:"notification"`
	}
	if _, err := c.env.HTTP.GetJSON(ctx, c.base()+"?limit=100", c.header, &list); err != nil {
		return fmt.Errorf("list the subscriptions: %w", err)
	}
	for _, s := range list {
		if s.ID != "" && (s.Notification.Custom.URL == c.cfg.HookURL || s.Notification.Endpoint.URI == c.cfg.HookURL) {
			if err := c.end(ctx, s.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// gone reports whether the broker does not know what was asked for.
func gone(err error) bool {
	status, ok := errors.AsType[*connectors.StatusError](err)
	return ok && status.Status == http.StatusNotFound
}
