package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/coder/websocket"
	"github.com/labstack/echo/v4"

	"balaikota/backend/city"
	"balaikota/backend/live"
)

// LivePath is where the WebSocket lives.
const LivePath = "/live"

// SkipLive is the skipper for every middleware that replaces the response
// writer or holds back its header, Echo's Gzip above all: it never lets the
// 101 of the handshake out, and the client hangs.
func SkipLive(c echo.Context) bool { return c.Request().URL.Path == LivePath }

const (
	maxClientMessage = 4 << 10
	// writeStep is how much is written before the client is seen to make
	// progress: at 5 s a step, 50 kbit/s keep up.
	writeStep = 32 << 10
	// kernelBuffer bounds what the kernel keeps for a client that does not
	// read, which is also what must fill up before we notice.
	kernelBuffer = 64 << 10
)

// Live serves /live: it lets clients in and carries messages between their
// sockets and the hub.
type Live struct {
	hub          *live.Hub
	authenticate func(*http.Request) (live.Session, error)
	allowed      func(origin string) bool
	log          *slog.Logger
}

// NewLive returns the handler of /live. authenticate reads the session or the
// bearer token of a request; allowed says which origins besides the server's
// own may connect ("https://host[:port]", lower case) and may be nil.
func NewLive(hub *live.Hub, authenticate func(*http.Request) (live.Session, error), allowed func(origin string) bool, log *slog.Logger) *Live {
	if allowed == nil {
		allowed = func(string) bool { return false }
	}
	return &Live{hub: hub, authenticate: authenticate, allowed: allowed, log: log}
}

// Handle upgrades a request. It returns once the client is let in: nothing of
// net/http stays in memory for a connection.
func (l *Live) Handle(c echo.Context) error {
	r := c.Request()
	if !l.originAllowed(r) {
		return city.Errorf(city.Forbidden, "this page may not connect to %s", LivePath)
	}
	session, err := l.authenticate(r)
	if err != nil {
		return err
	}
	s := &socket{}
	// Origin is checked above, with a plain refusal instead of the library's.
	s.conn, err = websocket.Accept(&hijacked{c.Response(), s}, r, &websocket.AcceptOptions{
		CompressionMode:    websocket.CompressionDisabled,
		InsecureSkipVerify: true,
		OnPingReceived:     s.pinged,
	})
	if err != nil {
		l.log.Debug("live: handshake failed", "err", err)
		return nil // Accept has answered
	}
	s.conn.SetReadLimit(maxClientMessage)
	client, err := l.hub.Join(session, s)
	switch {
	case city.CodeOf(err) == city.Forbidden:
		go s.Close(live.CloseForbidden, "this role may not follow anything")
	case err != nil:
		go s.Close(live.CloseFull, "no room; come back")
	default:
		s.client.Store(client)
		go s.read(client)
	}
	return nil
}

// originAllowed refuses pages of other sites: a browser sends our cookie along
// with their handshake. Programs send no Origin.
func (l *Live) originAllowed(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	u, err := url.Parse(origins[0])
	if err != nil || len(origins) > 1 || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return false
	}
	return strings.EqualFold(u.Host, r.Host) || l.allowed(strings.ToLower(u.Scheme+"://"+u.Host))
}

// pingBurst is how many pings a client may send at once; then one a second.
const pingBurst = 20

// socket is a live.Socket on a WebSocket. The library does the handshake, reads
// and sends control frames; data frames are the same bytes for every client of
// an audience, so they are framed once and written straight to the connection,
// first without blocking. Library and socket share the write lock.
type socket struct {
	client atomic.Pointer[live.Client] // nil until the hub has let it in
	conn   *websocket.Conn
	net    *lockedConn

	// Of the reading goroutine: the pings the client may still send.
	pings   float64
	pingsAt time.Time

	// Of whoever sends (the hub makes sure it is one at a time): the rest of a
	// partly sent message, during which the write lock is held.
	rest []byte
}

// read passes on what the client says until the connection ends.
func (s *socket) read(client *live.Client) {
	defer client.Leave()
	defer s.conn.CloseNow()
	for {
		kind, message, err := s.conn.Read(context.Background())
		if err != nil {
			return
		}
		if kind != websocket.MessageText {
			client.Close(live.CloseBadMessage, "not a text message")
			continue // until the close handshake is over
		}
		client.Receive(message)
	}
}

// pinged decides whether a client's ping is answered; a flood of them closes.
func (s *socket) pinged(context.Context, []byte) bool {
	now := time.Now()
	if s.pingsAt.IsZero() {
		s.pings = pingBurst
	} else {
		s.pings = min(pingBurst, s.pings+now.Sub(s.pingsAt).Seconds())
	}
	s.pingsAt = now
	if s.pings < 1 {
		if client := s.client.Load(); client != nil {
			client.Close(live.CloseTooManyMessage, "too many pings")
		}
		return false
	}
	s.pings--
	return true
}

// TrySend implements live.Socket.
func (s *socket) TrySend(m *live.Message) (bool, error) {
	frame := m.Wire(textFrame)
	if s.net.raw == nil || !s.net.mu.TryLock() {
		s.rest = nil
		return false, nil // Send starts from the beginning
	}
	n, err := s.net.tryWrite(frame)
	if err == nil && n > 0 && n < len(frame) {
		s.rest = frame[n:] // and the lock stays ours until Send is through
		return false, nil
	}
	s.net.mu.Unlock()
	return n == len(frame), err
}

// Send implements live.Socket.
func (s *socket) Send(m *live.Message, progress func()) error {
	rest := s.rest
	if s.rest = nil; rest == nil {
		s.net.mu.Lock()
		rest = m.Wire(textFrame)
	}
	defer s.net.mu.Unlock()
	for len(rest) > 0 {
		n, err := s.net.Conn.Write(rest[:min(len(rest), writeStep)])
		if err != nil {
			return fmt.Errorf("write to client: %w", err)
		}
		rest = rest[n:]
		progress()
	}
	return nil
}

// Ping implements live.Socket.
func (s *socket) Ping(ctx context.Context) error { return s.conn.Ping(ctx) }

// Close implements live.Socket.
func (s *socket) Close(code int, reason string) {
	_ = s.conn.Close(websocket.StatusCode(code), reason)
}

// Cut implements live.Socket. The library's CloseNow would wait for a Close
// under way.
func (s *socket) Cut() { _ = s.net.Conn.Close() }

// textFrame frames a payload as one unmasked text frame (RFC 6455 §5.2).
func textFrame(payload []byte) []byte {
	const finText = 0x81
	f := make([]byte, 0, len(payload)+10)
	switch n := len(payload); {
	case n < 126:
		f = append(f, finText, byte(n))
	case n <= 0xffff:
		f = binary.BigEndian.AppendUint16(append(f, finText, 126), uint16(n))
	default:
		f = binary.BigEndian.AppendUint64(append(f, finText, 127), uint64(n))
	}
	return append(f, payload...)
}

// lockedConn is the connection as the library sees it: each of its writes (one
// control frame) waits for the data frame under way.
type lockedConn struct {
	net.Conn
	early []byte // read by net/http ahead of the handshake's end
	mu    sync.Mutex
	raw   syscall.RawConn // nil when the connection cannot write without blocking
	// Arguments and results of the callback, which is made once.
	attempt func(fd uintptr) bool
	out     []byte
	n       int
	err     error
}

func newLockedConn(c net.Conn, early []byte) *lockedConn {
	l := &lockedConn{Conn: c, early: early}
	if sized, ok := c.(interface{ SetWriteBuffer(bytes int) error }); ok {
		_ = sized.SetWriteBuffer(kernelBuffer) // without it the kernel's own, much larger bound holds
	}
	if sc, ok := c.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			l.raw = raw
		}
	}
	l.attempt = func(fd uintptr) bool {
		for {
			l.n, l.err = syscall.Write(int(fd), l.out)
			if !errors.Is(l.err, syscall.EINTR) {
				return true
			}
		}
	}
	return l
}

// tryWrite writes what the kernel takes at once. The lock is held.
func (l *lockedConn) tryWrite(p []byte) (int, error) {
	l.out = p
	err := l.raw.Write(l.attempt)
	l.out = nil
	switch {
	case err != nil:
		return 0, fmt.Errorf("write to client: %w", err)
	case errors.Is(l.err, syscall.EAGAIN):
		return 0, nil
	case l.err != nil:
		return 0, fmt.Errorf("write to client: %w", l.err)
	}
	return l.n, nil
}

func (l *lockedConn) Read(p []byte) (int, error) {
	if len(l.early) > 0 {
		n := copy(p, l.early)
		l.early = l.early[n:]
		return n, nil
	}
	return l.Conn.Read(p)
}

func (l *lockedConn) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Conn.Write(p)
}

// hijacked hands the library our connection with buffers of the size that
// control frames and subscriptions need, instead of net/http's 4 kB each.
type hijacked struct {
	http.ResponseWriter
	socket *socket
}

// Hijack implements http.Hijacker.
func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("take over the connection: %w", err)
	}
	early, err := rw.Reader.Peek(rw.Reader.Buffered())
	if err != nil {
		return nil, nil, fmt.Errorf("read ahead of the handshake: %w", err)
	}
	h.socket.net = newLockedConn(conn, bytes.Clone(early))
	return h.socket.net, bufio.NewReadWriter(bufio.NewReaderSize(h.socket.net, 512), bufio.NewWriterSize(h.socket.net, 256)), nil
}
