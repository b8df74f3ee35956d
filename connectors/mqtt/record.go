package mqtt

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/mapping"
)

// convert maps one message. What cannot be understood is refused with its topic
// and the reason; the error is for the context alone.
func (c *connector) convert(ctx context.Context, m message, page *connectors.Page) error {
	refuse := func(reason string, raw any) {
		text, _ := json.Marshal(raw) // text or what JSON gave
		page.Refused = append(page.Refused, city.Refusal{Kind: c.cfg.Mapping.Kind, ExternalID: m.topic, Place: "topic " + m.topic, Reason: reason, Raw: text})
	}
	if c.cfg.Status != nil {
		if levels, ok := c.r.status.match(m.topic); ok {
			return c.tell(ctx, m, levels, page, refuse)
		}
	}
	levels, ours := c.levels(m.topic)
	if !ours || len(m.payload) == 0 && m.size <= maxPacket {
		// A topic of earlier settings, which the broker has kept in our session; or
		// how one takes a retained message back.
		return nil
	}
	content, reason := decode(c.cfg.Payload, m)
	if reason != "" {
		refuse(reason, string(m.payload[:min(len(m.payload), 1000)]))
		return nil
	}
	items := []any{content}
	if c.r.items != nil {
		var err error
		if items, err = c.r.items.All(ctx, content); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			refuse("items: "+err.Error(), content)
			return nil
		}
	}
	records := make([]any, 0, len(items))
	for _, item := range items {
		if list, ok := item.([]any); ok && c.r.items != nil {
			for _, inner := range list {
				records = append(records, c.record(m, levels, inner))
			}
			continue
		}
		records = append(records, c.record(m, levels, item))
	}
	return c.rowsOf(ctx, m, records, page)
}

// rowsOf maps the records of one message and refuses observations that do not say
// when they were made, with the reason why we cannot say it for them.
func (c *connector) rowsOf(ctx context.Context, m message, records []any, page *connectors.Page) error {
	var got connectors.Page
	if err := c.rows.Convert(ctx, records, &got); err != nil {
		return err
	}
	for _, o := range got.Observations {
		if !o.Time.IsZero() {
			page.Observations = append(page.Observations, o)
			continue
		}
		raw, _ := json.Marshal(map[string]any{"indicator": o.Indicator, "station": o.Station, "value": o.Value})
		page.Refused = append(page.Refused, city.Refusal{Kind: c.cfg.Mapping.Kind, ExternalID: m.topic, Place: "topic " + m.topic, Reason: c.timeless(m), Raw: raw})
	}
	for _, r := range got.Refused {
		// Mapping calls a record by its station or number; the topic says more.
		r.Place = "topic " + m.topic
		if r.ExternalID == "" {
			r.ExternalID = m.topic
		}
		page.Refused = append(page.Refused, r)
	}
	page.Reports = append(page.Reports, got.Reports...)
	page.Undeclared, page.PassedOver = append(page.Undeclared, got.Undeclared...), append(page.PassedOver, got.PassedOver...)
	page.Columns = append(page.Columns, got.Columns...)
	if len(got.Proposed) > 0 {
		page.Proposed = got.Proposed // by all messages so far
	}
	return nil
}

func (c *connector) timeless(m message) string {
	switch {
	case m.retained:
		return "is a retained message that does not say when it was measured: it may be days old"
	case c.settings.hello.keep:
		return "does not say when it was measured, and may have waited at the broker; let the sensor send the time, or choose session fresh, where the time of arrival counts (.received)"
	}
	return "does not say when it was measured; map time, for example from .received"
}

// levels are those of a topic that have names; false for a topic that is none of
// the source's.
func (c *connector) levels(topic string) (map[string]any, bool) {
	for _, p := range c.r.topics {
		if found, ok := p.match(topic); ok {
			return found, true
		}
	}
	return nil, false
}

// record is what the mapping's expressions see. The time of arrival is there only
// where it is that of the measurement: not for what the broker kept for new
// subscribers (retained), and not for what may have waited for us.
func (c *connector) record(m message, levels map[string]any, content any) map[string]any {
	r := map[string]any{"topic": m.topic, "levels": levels, "payload": content, "retained": m.retained, "received": nil}
	if !m.retained && !c.settings.hello.keep {
		r["received"] = m.arrived.UTC().Format(time.RFC3339Nano)
	}
	return r
}

// decode reads a message's content; reason says what is wrong with it.
func decode(format string, m message) (content any, reason string) {
	switch {
	case m.size > maxPacket:
		return nil, fmt.Sprintf("is larger than %d kB", maxPacket>>10)
	case !utf8.Valid(m.payload):
		return nil, "is not text (UTF-8)"
	case format == "text":
		return strings.TrimSpace(string(m.payload)), ""
	}
	if err := connectors.DecodeJSON(m.payload, "", &content); err != nil {
		return nil, err.Error()
	}
	return content, ""
}

// tell turns a message about a sensor's loss into an alert of the source that
// arises with the loss and ends with the return. It is a state and no reading:
// when it was retained does not matter, and said twice it is one.
func (c *connector) tell(ctx context.Context, m message, levels map[string]any, page *connectors.Page, refuse func(string, any)) error {
	content, reason := decode("json", m)
	if reason != "" {
		content, reason = decode("text", m)
	}
	if content == "" {
		return nil
	}
	var word string
	if reason == "" {
		v, err := c.r.word.First(ctx, map[string]any{"topic": m.topic, "levels": levels, "payload": content})
		if err == nil {
			word, err = mapping.PlainText(v)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			reason = "status: " + err.Error()
		}
	}
	is := func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, word) })
	}
	sensor := c.r.status.sensor(levels)
	if sensor == "" {
		sensor = m.topic
	}
	switch {
	case reason != "":
		refuse(reason, string(m.payload[:min(len(m.payload), 1000)]))
	case is(c.cfg.Status.Lost):
		page.Alerts = append(page.Alerts, c.lost(sensor))
	case is(c.cfg.Status.Back):
		page.Alerts = append(page.Alerts, city.Alert{Key: c.key(sensor), Over: true})
	default:
		refuse(fmt.Sprintf("status: %q is neither a word for lost nor for back", word[:min(len(word), 40)]), word)
	}
	return nil
}

func (c *connector) key(sensor string) string { return "sensor:" + c.cfg.ClientID + ":" + sensor }

func (c *connector) lost(sensor string) city.Alert {
	return city.Alert{
		Key: c.key(sensor), Kind: city.AlertSource, Severity: city.Perhatian, Since: c.env.Now(),
		Headline: "Sensor " + sensor + " terputus", HeadlineEN: "Sensor " + sensor + " is lost",
		Evidence: "Dinyatakan broker MQTT atau sensor itu sendiri", EvidenceEN: "Said by the MQTT broker or the sensor itself",
		Advice: "Periksa listrik dan jaringan sensor", AdviceEN: "Check the sensor's power and network",
	}
}
