package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"balaikota/backend/city"
)

// Message is one encoded message, shared by all clients it goes to.
type Message struct {
	payload []byte
	seq     int64 // the number a client has after it
	once    sync.Once
	wire    []byte
}

// Payload returns the JSON text. It must not be changed.
func (m *Message) Payload() []byte { return m.payload }

// Wire returns the message as a transport sends it; encode is called once for
// the message, whoever asks first. The result must not be changed.
func (m *Message) Wire(encode func(payload []byte) []byte) []byte {
	m.once.Do(func() { m.wire = encode(m.payload) })
	return m.wire
}

// newEntry encodes an event's change. An event that breaks the contract gives
// an entry that nobody is shown, and the reason.
func newEntry(ev city.Event) (*entry, error) {
	e := &entry{ev: ev, topic: topicsOf(ev.Topic)}
	e.ev.Data = nil
	var b bytes.Buffer
	b.Grow(len(ev.Data) + len(ev.Key) + 64)
	b.WriteString(`{"topic":"` + string(ev.Topic) + `","op":"` + ev.Op + `","key":`)
	key, err := json.Marshal(ev.Key)
	if err != nil {
		return e, fmt.Errorf("encode key of event %d: %w", ev.Seq, err)
	}
	b.Write(key)
	switch {
	case e.topic == 0:
		return e, fmt.Errorf("event %d has the unknown topic %q", ev.Seq, ev.Topic)
	case ev.Op == "put":
		b.WriteString(`,"data":`)
		// Compact also checks, and leaves no line break in the frame.
		if err := json.Compact(&b, ev.Data); err != nil {
			return e, fmt.Errorf("data of event %d: %w", ev.Seq, err)
		}
	case ev.Op != "remove":
		return e, fmt.Errorf("event %d has the unknown operation %q", ev.Seq, ev.Op)
	}
	b.WriteByte('}')
	e.change = b.Bytes()
	return e, nil
}

// shown are the entries as the audience gets them: a wall's without citizens'
// words (city.EventForWall).
func (k audienceKey) shown(entries []*entry) []*entry {
	if k.scope.Role != city.Layar {
		return entries
	}
	out := make([]*entry, len(entries))
	for i, e := range entries {
		out[i] = e.onWall()
	}
	return out
}

func (e *entry) onWall() *entry {
	var c Change
	if e.ev.Op != "put" || json.Unmarshal(e.change, &c) != nil {
		return e
	}
	masked := city.EventForWall(c.Topic, c.Data)
	switch {
	case masked == nil: // it cannot be read, so it cannot be shown
		c.Op, c.Data = "remove", nil
	case bytes.Equal(masked, c.Data):
		return e
	default:
		c.Data = masked
	}
	raw, err := json.Marshal(c)
	if err != nil {
		raw = nil
	}
	copied := *e
	copied.change = raw
	return &copied
}

// thing names what a change is about; the latest change of a thing wins.
type thing struct {
	topic topicSet
	key   string
}

// newDelta encodes the delta that leads from one number to another, of entries
// that its readers may see, in order and at least one. Of several changes of
// the same thing only the last is sent.
func newDelta(from, to int64, entries []*entry) *Message {
	at := entries[0].ev.At
	size := 0
	for _, e := range entries {
		if e.ev.At.Before(at) {
			at = e.ev.At
		}
		size += len(e.change) + 1
	}
	b := make([]byte, 0, size+128)
	b = append(b, `{"type":"delta","from":`...)
	b = strconv.AppendInt(b, from, 10)
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, to, 10)
	b = append(b, `,"at":"`...)
	b = at.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","changes":[`...)
	for i, e := range lastOfEach(entries) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, e.change...)
	}
	return &Message{payload: append(b, ']', '}'), seq: to}
}

// lastOfEach keeps the last change of each thing, in order.
func lastOfEach(entries []*entry) []*entry {
	if len(entries) == 1 {
		return entries
	}
	last := make(map[thing]int, len(entries))
	for i, e := range entries {
		last[thing{e.topic, e.ev.Key}] = i
	}
	if len(last) == len(entries) {
		return entries
	}
	kept := make([]*entry, 0, len(last))
	for i, e := range entries {
		if last[thing{e.topic, e.ev.Key}] == i {
			kept = append(kept, e)
		}
	}
	return kept
}

// newSnapshot encodes a snapshot.
func newSnapshot(s *Snapshot) (*Message, error) {
	copied := *s
	copied.Type = "snapshot"
	b, err := json.Marshal(&copied)
	if err != nil {
		return nil, fmt.Errorf("encode snapshot %d: %w", s.Seq, err)
	}
	return &Message{payload: b, seq: s.Seq}, nil
}
