package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"balaikota/backend/city"
)

// Socket is one client's connection. backend/web implements it. TrySend and
// Send are never called at the same time; the others may be, at any time.
type Socket interface {
	// TrySend sends without ever blocking. It answers false when the message
	// is not, or only partly, sent; Send must then be called with it.
	TrySend(m *Message) (bool, error)
	// Send sends the message, or the rest of it, and may block. It calls
	// progress whenever the client has taken some more.
	Send(m *Message, progress func()) error
	// Ping asks for a sign of life and waits for it until ctx ends.
	Ping(ctx context.Context) error
	// Close tells the client why and closes; it may take some seconds.
	Close(code int, reason string)
	// Cut drops the connection at once.
	Cut()
}

// Client is one connected client.
type Client struct {
	hub     *Hub
	sock    Socket
	session Session
	writer  int // index in hub.writers
	since   time.Time
	ctx     context.Context // ends when the client is closed or has left
	cancel  context.CancelFunc
	// blocked is when the write under way last made progress, in Unix
	// nanoseconds; 0 while none blocks.
	blocked  atomic.Int64
	expires  atomic.Int64 // when the session ends by itself, Unix nanoseconds; 0 = never
	nextPing time.Time    // only the sweeper looks at it
	budget   bucket       // only Receive looks at it

	mu      sync.Mutex
	sub     *subscription // nil until it subscribes
	queue   []*Message
	writing bool  // somebody is sending; others queue
	sent    int64 // the number of the last message begun
	closed  bool
	left    bool
}

// Join takes in a client whose session has been checked. The caller passes on
// what the client says with Receive, and calls Leave when its connection has
// ended. A role that may follow nothing is refused (city.Forbidden), and so is
// everybody while the hub is full or stopping (city.Internal with RetryAfter).
func (h *Hub) Join(s Session, sock Socket) (*Client, error) {
	if s.Scope.Role == "" || s.Scope.Role == city.Publik {
		return nil, city.Errorf(city.Forbidden, "this role may not follow live changes")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopping || len(h.clients) >= h.opt.MaxClients {
		err := city.Errorf(city.Internal, "no more live connections can be taken now; try again")
		err.RetryAfter = 5 * time.Second
		return nil, err
	}
	now := time.Now()
	c := &Client{
		hub: h, sock: sock, session: s, since: now,
		writer:   int(h.joined % uint64(len(h.writers))),
		budget:   newBucket(now),
		nextPing: now.Add(jitter(h.opt.PingEvery)),
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.expireAt(s.ExpiresAt)
	h.joined++
	h.clients[c] = struct{}{}
	return c, nil
}

// Leave forgets the client; its connection has ended. It may be called again.
func (c *Client) Leave() {
	h := c.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left {
		return
	}
	c.left = true
	c.end()
	if c.sub != nil {
		c.sub.aud.remove(c.sub)
		c.sub = nil
	}
	delete(h.clients, c)
	if h.stopping && len(h.clients) == 0 {
		close(h.empty)
	}
}

// Close ends the client with a close code; nothing more is sent to it.
func (c *Client) Close(code int, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.end()
	c.hub.tasks.spawn(func() { c.sock.Close(code, reason) })
}

// end marks the client closed; c.mu is held.
func (c *Client) end() {
	if !c.closed {
		c.closed, c.queue = true, nil
		c.cancel()
	}
}

// fail ends a client whose connection does not take any more.
func (c *Client) fail() {
	c.mu.Lock()
	c.end()
	c.mu.Unlock()
	c.sock.Cut()
}

// Receive handles one text message from the client. Calls must not overlap.
func (c *Client) Receive(message []byte) {
	if !c.budget.take(time.Now()) {
		c.Close(CloseTooManyMessage, "too many messages")
		return
	}
	m, err := ParseSubscribe(message)
	if err != nil {
		c.Close(CloseBadMessage, "not a subscribe message")
		return
	}
	c.hub.subscribe(c, m)
}

// ParseSubscribe reads a client's message. Unknown fields, text after the
// message and a negative number are errors; unknown topics are not.
func ParseSubscribe(message []byte) (Subscribe, error) {
	var m Subscribe
	dec := json.NewDecoder(bytes.NewReader(message))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return m, fmt.Errorf("read client message: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return m, errors.New("read client message: text after the message")
	}
	if m.Subscribe == nil {
		return m, errors.New("read client message: subscribe is missing")
	}
	if m.Since != nil && *m.Since < 0 {
		return m, errors.New("read client message: since is negative")
	}
	return m, nil
}

// deliver sends or queues a message for a subscription; one that the client has
// replaced is ignored.
func (c *Client) deliver(s *subscription, m *Message) {
	c.mu.Lock()
	if c.sub != s || c.closed {
		c.mu.Unlock()
		return
	}
	if c.writing {
		full := len(c.queue) >= c.hub.opt.Queue
		if !full {
			c.queue = append(c.queue, m)
		}
		c.mu.Unlock()
		if full {
			c.hub.stats.slow.Add(1)
			c.Close(CloseSlow, "too slow; come back")
		}
		return
	}
	c.writing, c.sent = true, m.seq
	c.mu.Unlock()
	c.pump(m)
}

// follows reports whether the subscription is still the client's.
func (c *Client) follows(s *subscription) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sub == s && !c.closed
}

// hand queues messages whatever their number, and reports whether the caller
// must call pump. h.mu is held, so nothing is sent here.
func (c *Client) hand(messages ...*Message) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range messages {
		if m != nil && !c.closed {
			c.queue = append(c.queue, m)
		}
	}
	if c.writing || len(c.queue) == 0 {
		return false
	}
	c.writing = true
	return true
}

// next takes the next message off the queue, nil (and writing ends) if none.
func (c *Client) next() *Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.queue) == 0 {
		c.writing, c.queue = false, nil
		return nil
	}
	m := c.queue[0]
	c.queue[0] = nil
	c.queue = c.queue[1:]
	c.sent = m.seq
	return m
}

// pump sends m (if not nil) and then what is queued, without blocking; what
// does not go out at once is left to a goroutine.
func (c *Client) pump(m *Message) {
	if m == nil {
		m = c.next()
	}
	for ; m != nil; m = c.next() {
		done, err := c.sock.TrySend(m)
		if err != nil {
			c.fail()
			return
		}
		if !done {
			c.hub.tasks.spawn(func() { c.drain(m) })
			return
		}
		c.hub.stats.delivered(c.writer, 1)
	}
}

// drain sends m and what is queued, waiting for the client. The sweeper cuts it
// off when the client takes nothing for too long.
func (c *Client) drain(m *Message) {
	progress := func() { c.blocked.Store(time.Now().UnixNano()) }
	for ; m != nil; m = c.next() {
		progress()
		err := c.sock.Send(m, progress)
		c.blocked.Store(0)
		if err != nil {
			c.fail()
			return
		}
		c.hub.stats.delivered(c.writer, 1)
	}
}

// bucket bounds messages: ten at once, then one a second.
type bucket struct {
	tokens float64
	at     time.Time
}

const bucketSize = 10

func newBucket(now time.Time) bucket { return bucket{bucketSize, now} }

func (b *bucket) take(now time.Time) bool {
	b.tokens = min(bucketSize, b.tokens+now.Sub(b.at).Seconds())
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
