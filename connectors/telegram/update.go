package telegram

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/chat"
)

// The parts of an update that are read (core.telegram.org/bots/api#update).
type (
	update struct {
		ID      int64    `json:"update_id"`
		Message *message `json:"message"`
		Edited  *message `json:"edited_message"`
	}
	message struct {
		ID       int64    `json:"message_id"`
		Date     int64    `json:"date"`
		EditDate int64    `json:"edit_date"`
		Chat     talk     `json:"chat"`
		From     *person  `json:"from"`
		ReplyTo  *earlier `json:"reply_to_message"`
		Origin   *struct {
			Type string `json:"type"`
		} `json:"forward_origin"`
		ForwardDate int64     `json:"forward_date"` // how older servers mark it
		Text        string    `json:"text"`
		Caption     string    `json:"caption"`
		Location    *point    `json:"location"`
		Venue       *venue    `json:"venue"`
		Photo       []file    `json:"photo"`
		Voice       *file     `json:"voice"`
		Audio       *file     `json:"audio"`
		Video       *file     `json:"video"`
		VideoNote   *file     `json:"video_note"`
		Document    *document `json:"document"`
		Sticker     *struct{} `json:"sticker"`
		Contact     *contact  `json:"contact"`
		Animation   *struct{} `json:"animation"`
		Poll        *struct{} `json:"poll"`
	}
	talk struct {
		ID   int64  `json:"id"`
		Type string `json:"type"`
	}
	person struct {
		ID       int64  `json:"id"`
		IsBot    bool   `json:"is_bot"`
		First    string `json:"first_name"`
		Last     string `json:"last_name"`
		Username string `json:"username"`
	}
	earlier struct {
		ID int64 `json:"message_id"`
	}
	point struct {
		Lat float64 `json:"latitude"`
		Lon float64 `json:"longitude"`
	}
	venue struct {
		Location point  `json:"location"`
		Title    string `json:"title"`
		Address  string `json:"address"`
	}
	file struct {
		ID       string `json:"file_id"`
		Size     int64  `json:"file_size"`
		Width    int    `json:"width"`
		Height   int    `json:"height"`
		Duration int    `json:"duration"`
	}
	document struct {
		file
		Mime string `json:"mime_type"`
	}
	contact struct {
		Phone  string `json:"phone_number"`
		UserID int64  `json:"user_id"`
	}
)

// decode reads the updates one by one, so that one that cannot be read does not
// keep the others out for ever; of such a one only the number is known.
func decode(raw json.RawMessage) ([]update, error) {
	var rows []json.RawMessage
	if err := json.Unmarshal(raw, &rows); err != nil {
		return nil, &connectors.MalformedError{What: "JSON", Err: errors.New("the updates are no list")}
	}
	out := make([]update, 0, len(rows))
	for _, row := range rows {
		var u update
		if err := json.Unmarshal(row, &u); err != nil {
			var number struct {
				ID int64 `json:"update_id"`
			}
			if json.Unmarshal(row, &number) != nil || number.ID == 0 {
				return nil, &connectors.MalformedError{What: "JSON", Err: errors.New("an update has no number")}
			}
			u = update{ID: number.ID, Message: &message{Chat: talk{Type: unreadable}}}
		}
		out = append(out, u)
	}
	return out, nil
}

const unreadable = "unreadable"

// Why an update is no report. The screen says it in Indonesian
// (frontend/src/panels/sumber/reasons.ts).
const (
	reasonUnreadable = "the update cannot be read"
	reasonCommand    = "a command to the bot, not a report"
	reasonSender     = "the sender is not named"
)

// message is what an update says to the city: nil for what is nobody's private
// word to it (groups, channels, bots), with a reason for what a person should know
// was left out. A command to the bot has both: it may be an officer's.
func (u update) message() (*chat.Message, string) {
	m := u.Message
	if m == nil {
		m = u.Edited
	}
	switch {
	case m == nil:
		return nil, ""
	case m.Chat.Type == unreadable:
		return nil, reasonUnreadable
	case m.Chat.Type != "private", m.From != nil && m.From.IsBot:
		return nil, ""
	case m.From == nil, m.ID == 0, m.Date <= 0:
		return nil, reasonSender
	}
	words, command, reason := strings.TrimSpace(m.Text+m.Caption), "", ""
	if strings.HasPrefix(words, "/") {
		// "/lapor jalan rusak" is one that says something.
		first, rest, _ := strings.Cut(words, " ")
		command, _, _ = strings.Cut(strings.ToLower(first[1:]), "@")
		if words = strings.TrimSpace(rest); words == "" || strings.HasPrefix(m.Text, "/start") {
			reason = reasonCommand
		}
	}
	out := &chat.Message{
		ID: strconv.FormatInt(m.ID, 10), Person: strconv.FormatInt(m.Chat.ID, 10), At: time.Unix(m.Date, 0), Words: words, Command: command,
		Voice: m.Voice != nil || m.Audio != nil, Notes: m.notes(), Media: m.picture(), Sound: m.sound(), Reporter: m.reporter(),
	}
	if m.EditDate > 0 {
		out.Changed = time.Unix(m.EditDate, 0)
	}
	if m.ReplyTo != nil {
		out.Answers = strconv.FormatInt(m.ReplyTo.ID, 10)
	}
	switch {
	case m.Venue != nil:
		out.Lon, out.Lat = &m.Venue.Location.Lon, &m.Venue.Location.Lat
		out.Place = strings.TrimSpace(strings.Join([]string{m.Venue.Title, m.Venue.Address}, ", "))
	case m.Location != nil:
		out.Lon, out.Lat = &m.Location.Lon, &m.Location.Lat
	}
	return out, reason
}

// notes say what the message brought that is no text.
func (m message) notes() (out []string) {
	add := func(there bool, what string) {
		if there {
			out = append(out, what)
		}
	}
	add(m.Origin != nil || m.ForwardDate > 0, "pesan terusan")
	add(len(m.Photo) > 0, "foto")
	add(m.Voice != nil, "pesan suara "+seconds(m.Voice))
	add(m.Audio != nil, "rekaman suara "+seconds(m.Audio))
	add(m.Video != nil, "video "+seconds(m.Video))
	add(m.VideoNote != nil, "pesan video "+seconds(m.VideoNote))
	add(m.Document != nil && m.Animation == nil, "berkas")
	add(m.Animation != nil, "gambar bergerak")
	add(m.Sticker != nil, "stiker")
	add(m.Contact != nil, "kartu kontak")
	add(m.Poll != nil, "jajak pendapat")
	return out
}

func seconds(f *file) string {
	if f == nil || f.Duration <= 0 {
		return ""
	}
	return fmt.Sprintf("%d detik", f.Duration)
}

// Pictures are fetched up to this size (the Bot API gives files up to 20 MB, a
// report's picture may have 8).
const maxPicture = 8 << 20

// picture names the message's picture as Media finds it again, "" for none: of the
// sizes that Telegram made, the largest.
func (m message) picture() string {
	var best file
	for _, f := range m.Photo {
		if f.Size <= maxPicture && f.Width*f.Height >= best.Width*best.Height {
			best = f
		}
	}
	if best.ID == "" && m.Document != nil && strings.HasPrefix(m.Document.Mime, "image/") && m.Document.Size <= maxPicture {
		best = m.Document.file
	}
	if best.ID == "" || len(best.ID) > 300 {
		return ""
	}
	return mediaScheme + best.ID
}

// sound names what the message says aloud as Media finds it again, "" for nothing.
func (m message) sound() string {
	for _, f := range []*file{m.Voice, m.Audio} {
		if f != nil && f.ID != "" && len(f.ID) <= 300 && f.Size <= connectors.MaxMedia {
			return mediaScheme + f.ID
		}
	}
	return ""
}

// reporter is who wrote. A contact that is the sender's own brings the number.
func (m message) reporter() city.Reporter {
	r := city.Reporter{Name: strings.TrimSpace(m.From.First + " " + m.From.Last), Handle: strconv.FormatInt(m.Chat.ID, 10)}
	if m.Contact != nil && m.Contact.UserID == m.From.ID {
		r.Phone = m.Contact.Phone
	}
	return r
}
