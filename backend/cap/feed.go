package cap

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"time"

	"balaikota/backend/city"
)

// feed is an Atom feed (RFC 4287) of CAP messages, whose entries hold the
// whole message, as CAP feeds of weather offices do.
type feed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Author  string   `xml:"author>name"`
	Entries []entry  `xml:"entry"`
}

type entry struct {
	ID      string  `xml:"id"`
	Title   string  `xml:"title"`
	Updated string  `xml:"updated"`
	Content content `xml:"content"`
}

type content struct {
	Type string `xml:"type,attr"`
	XML  string `xml:",innerxml"`
}

// Feed puts messages, newest first, into an Atom feed. Bodies must be what
// Write returned.
func Feed(id, title, author string, updated time.Time, messages []city.HazardMessage) ([]byte, error) {
	f := feed{ID: id, Title: clean(title), Updated: updated.Format(timeForm), Author: clean(author)}
	for _, m := range messages {
		f.Entries = append(f.Entries, entry{
			ID: "urn:cap:" + m.Identifier, Title: m.MsgType + " " + m.Event, Updated: m.Sent.In(updated.Location()).Format(timeForm),
			Content: content{"application/cap+xml", string(bytes.TrimPrefix(m.Body, []byte(xml.Header)))},
		})
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	if err := xml.NewEncoder(&out).Encode(f); err != nil {
		return nil, fmt.Errorf("write a feed of CAP messages: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
