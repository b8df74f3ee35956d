package whatsapp

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors/chat"
)

// The parts of a body that are read
// (developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples).
type (
	envelope struct {
		Object string `json:"object"`
		Entry  []struct {
			Changes []struct {
				Field string          `json:"field"`
				Value json.RawMessage `json:"value"`
			} `json:"changes"`
		} `json:"entry"`
	}
	value struct {
		Metadata struct {
			PhoneNumberID string `json:"phone_number_id"`
		} `json:"metadata"`
		Contacts []contact `json:"contacts"`
		Messages []message `json:"messages"`
		Statuses []status  `json:"statuses"`
	}
	contact struct {
		ID      string `json:"wa_id"`
		Profile struct {
			Name string `json:"name"`
		} `json:"profile"`
	}
	status struct {
		ID        string `json:"id"`
		Status    string `json:"status"`
		Timestamp string `json:"timestamp"`
		Key       string `json:"biz_opaque_callback_data"`
		Errors    []struct {
			Code int `json:"code"`
		} `json:"errors"`
	}
	message struct {
		From      string `json:"from"`
		ID        string `json:"id"`
		Timestamp string `json:"timestamp"`
		Type      string `json:"type"`
		Context   struct {
			ID        string `json:"id"`
			Forwarded bool   `json:"forwarded"`
			Often     bool   `json:"frequently_forwarded"`
		} `json:"context"`
		Text struct {
			Body string `json:"body"`
		} `json:"text"`
		Location *struct {
			Lat     *float64 `json:"latitude"`
			Lon     *float64 `json:"longitude"`
			Name    string   `json:"name"`
			Address string   `json:"address"`
		} `json:"location"`
		Image    *media `json:"image"`
		Video    *media `json:"video"`
		Audio    *media `json:"audio"`
		Document *media `json:"document"`
		Button   struct {
			Text string `json:"text"`
		} `json:"button"`
		Interactive struct {
			Button title `json:"button_reply"`
			List   title `json:"list_reply"`
		} `json:"interactive"`
	}
	title struct {
		Title string `json:"title"`
	}
	media struct {
		ID      string `json:"id"`
		Mime    string `json:"mime_type"`
		Caption string `json:"caption"`
		Voice   bool   `json:"voice"`
	}
)

// Why something that came is no report. The screen says it in Indonesian
// (frontend/src/panels/sumber/reasons.ts).
const (
	reasonUnreadable = "the body cannot be read"
	reasonElse       = "not about WhatsApp messages"
	reasonNumber     = "for another number than this source's"
	reasonSender     = "a message without its id or sender"
)

// decode reads the values of a body that are about messages. Each is read on its
// own, so that one of an unknown form does not take others with it.
func decode(body []byte) (out []value, reason string) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, reasonUnreadable
	}
	if e.Object != "whatsapp_business_account" {
		return nil, reasonElse
	}
	for _, entry := range e.Entry {
		for _, change := range entry.Changes {
			if change.Field != "messages" {
				continue
			}
			v, ok := readValue(change.Value)
			if !ok {
				reason = reasonUnreadable
				continue
			}
			out = append(out, v)
		}
	}
	if len(out) > 0 {
		return out, ""
	}
	if reason == "" {
		reason = reasonElse
	}
	return nil, reason
}

// readValue reads a value; a message whose parts have another form than we know is
// read again for what every message has.
func readValue(raw json.RawMessage) (v value, ok bool) {
	if json.Unmarshal(raw, &v) == nil {
		return v, true
	}
	var loose struct {
		value
		Messages []json.RawMessage `json:"messages"`
	}
	if json.Unmarshal(raw, &loose) != nil {
		return v, false
	}
	v = loose.value
	v.Messages = nil
	for _, row := range loose.Messages {
		var m message
		if json.Unmarshal(row, &m) != nil {
			var known struct{ From, ID, Timestamp, Type string }
			if json.Unmarshal(row, &known) != nil {
				continue
			}
			m = message{From: known.From, ID: known.ID, Timestamp: known.Timestamp, Type: known.Type}
		}
		v.Messages = append(v.Messages, m)
	}
	return v, true
}

// fate is what a status says of a letter of ours; false for one that says nothing
// (sent: it left Meta) or is of a message that is no letter.
func (s status) fate(received time.Time) (city.LetterFate, bool) {
	what, ok := map[string]city.LetterEvent{"delivered": city.LetterArrived, "read": city.LetterRead, "failed": city.LetterFailed}[s.Status]
	f := city.LetterFate{Key: s.Key, What: what, At: received}
	if seconds, err := strconv.ParseInt(s.Timestamp, 10, 64); err == nil && seconds > 0 && time.Unix(seconds, 0).Before(received) {
		f.At = time.Unix(seconds, 0)
	}
	if len(s.Errors) > 0 {
		f.Code = s.Errors[0].Code
	}
	return f, ok && s.Key != ""
}

// unsaid are types that say nothing of a matter: a thumb under one of our letters,
// a number that changed, our own messages that come back.
var unsaid = []string{"reaction", "system", "request_welcome", "ephemeral"}

// message is what a message says to the city: nil for what is no word to it, with
// a reason for what a person should know was left out.
func (m message) message(contacts []contact, received time.Time) (*chat.Message, string) {
	if slices.Contains(unsaid, m.Type) {
		return nil, ""
	}
	if m.ID == "" || m.From == "" {
		return nil, reasonSender
	}
	out := &chat.Message{
		ID: m.ID, Person: m.From, Answers: m.Context.ID, At: received, Words: m.words(), Voice: m.Type == "audio", Notes: m.notes(),
		Reporter: city.Reporter{Phone: "+" + strings.TrimPrefix(m.From, "+"), Handle: m.From},
	}
	if seconds, err := strconv.ParseInt(m.Timestamp, 10, 64); err == nil && seconds > 0 && !time.Unix(seconds, 0).After(received.Add(time.Hour)) {
		out.At = time.Unix(seconds, 0)
	}
	for _, c := range contacts {
		if c.ID == m.From {
			out.Reporter.Name = c.Profile.Name
		}
	}
	if l := m.Location; l != nil && l.Lat != nil && l.Lon != nil {
		out.Lon, out.Lat = l.Lon, l.Lat
		out.Place = strings.Trim(l.Name+", "+l.Address, ", ")
	}
	if m.Image != nil && mediaForm.MatchString(m.Image.ID) {
		out.Media = mediaScheme + m.Image.ID
	}
	if m.Audio != nil && mediaForm.MatchString(m.Audio.ID) {
		out.Sound = mediaScheme + m.Audio.ID
	}
	if out.Words == "" && out.Lon == nil && len(out.Notes) == 0 {
		out.Notes = []string{"pesan jenis " + kind(m.Type)}
	}
	return out, ""
}

func (m message) words() string {
	for _, said := range []string{m.Text.Body, m.Button.Text, m.Interactive.Button.Title, m.Interactive.List.Title, m.Image.caption(), m.Video.caption(), m.Document.caption()} {
		if s := strings.TrimSpace(said); s != "" {
			return s
		}
	}
	return ""
}

func (f *media) caption() string {
	if f == nil {
		return ""
	}
	return f.Caption
}

// brought names what a message brings beside words.
var brought = map[string]string{
	"image": "foto", "video": "video", "document": "berkas", "sticker": "stiker", "contacts": "kartu kontak", "order": "pesanan",
	"unsupported": "pesan yang tidak didukung WhatsApp", "unknown": "pesan yang tidak didukung WhatsApp",
}

func (m message) notes() (out []string) {
	if m.Context.Forwarded || m.Context.Often {
		out = append(out, "pesan terusan")
	}
	switch {
	case m.Type == "audio" && m.Audio != nil && m.Audio.Voice:
		out = append(out, "pesan suara")
	case m.Type == "audio":
		out = append(out, "rekaman suara")
	case brought[m.Type] != "":
		out = append(out, brought[m.Type])
	}
	return out
}

// kind is a type that we do not know, if it can be shown.
func kind(s string) string {
	if len(s) > 30 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") != "" || s == "" {
		return "lain"
	}
	return s
}
