package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/live"

	"github.com/coder/websocket"
)

// screen follows /live as the dashboard does: snapshot, deltas, resume with
// its last number after every break. It keeps the state it would draw.
type screen struct {
	t      *testing.T
	url    func() string // the server's address; it changes when it is restarted
	token  string
	topics []city.Topic

	mu        sync.Mutex
	seq       int64
	state     map[string]json.RawMessage // topic + key → data
	snapshots int
	resumes   int
	gaps      []string
	changed   chan struct{} // closed and replaced at every message
}

func watch(t *testing.T, token string, url func() string, topics ...city.Topic) *screen {
	t.Helper()
	s := &screen{t: t, url: url, token: token, topics: topics, state: map[string]json.RawMessage{}, changed: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			s.follow(ctx)
			select {
			case <-ctx.Done():
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	return s
}

// follow is one connection's life.
func (s *screen) follow(ctx context.Context) {
	dial, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	address := "ws" + strings.TrimPrefix(s.url(), "http") + "/live"
	conn, _, err := websocket.Dial(dial, address, &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + s.token}}})
	if err != nil {
		return
	}
	defer conn.CloseNow()
	conn.SetReadLimit(64 << 20)
	sub := live.Subscribe{Subscribe: s.topics}
	s.mu.Lock()
	if s.snapshots > 0 {
		since := s.seq
		sub.Since = &since
		s.resumes++
	}
	s.mu.Unlock()
	raw, err := json.Marshal(sub)
	if err != nil {
		s.t.Error(err)
		return
	}
	if err := conn.Write(ctx, websocket.MessageText, raw); err != nil {
		return
	}
	for {
		_, raw, err := conn.Read(ctx)
		if err != nil {
			return
		}
		s.take(raw)
	}
}

func (s *screen) take(raw []byte) {
	var kind struct{ Type string }
	if err := json.Unmarshal(raw, &kind); err != nil {
		s.t.Errorf("a message is no JSON: %v", err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { close(s.changed); s.changed = make(chan struct{}) }()
	if kind.Type == "snapshot" {
		s.takeSnapshot(raw)
		return
	}
	var d live.Delta
	if err := json.Unmarshal(raw, &d); err != nil {
		s.t.Errorf("a delta cannot be read: %v", err)
		return
	}
	if d.From != s.seq {
		s.gaps = append(s.gaps, fmt.Sprintf("had %d, delta goes on from %d", s.seq, d.From))
	}
	s.seq = d.Seq
	for _, c := range d.Changes {
		id := string(c.Topic) + " " + c.Key
		if c.Op == "remove" {
			delete(s.state, id)
		} else {
			s.state[id] = c.Data
		}
	}
}

func (s *screen) takeSnapshot(raw []byte) {
	var snap struct {
		Seq        int64
		Reports    []json.RawMessage
		Indicators []json.RawMessage
		Alerts     []json.RawMessage
		Sources    []json.RawMessage
	}
	if err := json.Unmarshal(raw, &snap); err != nil {
		s.t.Errorf("a snapshot cannot be read: %v", err)
		return
	}
	s.seq = snap.Seq
	s.snapshots++
	clear(s.state)
	for topic, rows := range map[string][]json.RawMessage{"reports": snap.Reports, "indicators": snap.Indicators, "alerts": snap.Alerts, "sources": snap.Sources} {
		for _, r := range rows {
			var k struct {
				ID                   int64
				Indicator, Key, Slug string
				AreaCode             string `json:"area_code"`
			}
			if err := json.Unmarshal(r, &k); err != nil {
				s.t.Errorf("a row of the snapshot cannot be read: %v", err)
			}
			key := map[string]string{"reports": fmt.Sprint(k.ID), "indicators": k.Indicator + "|" + k.AreaCode, "alerts": k.Key, "sources": k.Slug}[topic]
			s.state[topic+" "+key] = r
		}
	}
}

// count is how many things of a topic the screen holds.
func (s *screen) count(topic city.Topic) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for id := range s.state {
		if strings.HasPrefix(id, string(topic)+" ") {
			n++
		}
	}
	return n
}

func (s *screen) number() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seq
}

// until waits for the screen to show what ok wants.
func (s *screen) until(within time.Duration, what string, ok func() error) {
	s.t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		err := ok()
		if err == nil {
			return
		}
		select {
		case <-changed:
		case <-deadline.C:
			s.t.Fatalf("%s: not within %s: %v", what, within, err)
		case <-s.t.Context().Done():
			s.t.Fatal(errors.Join(err, s.t.Context().Err()))
		}
	}
}

// mustHaveNoGap fails the test when a delta did not go on from the screen's
// own number.
func (s *screen) mustHaveNoGap() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.gaps) > 0 {
		s.t.Errorf("%d gaps, the first: %s", len(s.gaps), s.gaps[0])
	}
}
