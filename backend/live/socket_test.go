package live_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/live"
	"balaikota/backend/live/livetest"
)

const patience = 20 * time.Second

var (
	mayor = city.Scope{Role: city.WaliKota}
	lurah = city.Scope{Role: city.Lurah, AreaCode: "64.72.01.1001"}
)

// testSocket is a test double of a connection: it keeps what it is sent.
type testSocket struct {
	try   func() bool                     // nil: TrySend always goes through
	block chan struct{}                   // Send waits for it, when not nil
	ping  func(ctx context.Context) error // nil: always answered

	mu     sync.Mutex
	msgs   [][]byte
	came   chan struct{} // capacity 1: there is more in msgs
	code   int
	closed chan struct{} // closed by Close and by Cut
}

func newTestSocket() *testSocket {
	return &testSocket{came: make(chan struct{}, 1), closed: make(chan struct{})}
}

var errGone = errors.New("the connection is gone")

func (s *testSocket) take(m *live.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
		return errGone
	default:
	}
	s.msgs = append(s.msgs, m.Wire(func(p []byte) []byte { return p }))
	select {
	case s.came <- struct{}{}:
	default:
	}
	return nil
}

func (s *testSocket) TrySend(m *live.Message) (bool, error) {
	if s.try != nil && !s.try() {
		return false, nil
	}
	return true, s.take(m)
}

func (s *testSocket) Send(m *live.Message, progress func()) error {
	if s.block != nil {
		select {
		case <-s.block:
		case <-s.closed:
			return errGone
		}
	}
	progress()
	return s.take(m)
}

func (s *testSocket) Ping(ctx context.Context) error {
	if s.ping != nil {
		return s.ping(ctx)
	}
	return nil
}

func (s *testSocket) Close(code int, _ string) { s.shut(code) }
func (s *testSocket) Cut()                     { s.shut(-1) }

func (s *testSocket) shut(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
	default:
		s.code = code
		close(s.closed)
	}
}

// next returns the next message, or fails when none comes or it is closed.
func (s *testSocket) next(t *testing.T) message {
	t.Helper()
	m, err := s.tryNext(patience)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (s *testSocket) tryNext(wait time.Duration) (message, error) {
	deadline := time.After(wait)
	for {
		s.mu.Lock()
		if len(s.msgs) > 0 {
			b := s.msgs[0]
			s.msgs = s.msgs[1:]
			s.mu.Unlock()
			return parse(b)
		}
		s.mu.Unlock()
		select {
		case <-s.came:
		case <-s.closed:
			return message{}, fmt.Errorf("closed with %d", s.code)
		case <-deadline:
			return message{}, errors.New("no message came")
		}
	}
}

func (s *testSocket) closeCode(t *testing.T) int {
	t.Helper()
	select {
	case <-s.closed:
		return s.code
	case <-time.After(patience):
		t.Fatal("the client is not closed")
		return 0
	}
}

// message is any message of the server.
type message struct {
	Type      string
	From, Seq int64
	At        time.Time
	Changes   []live.Change
	live.Snapshot
}

func (m *message) UnmarshalJSON(b []byte) error {
	var head struct {
		Type      string
		From, Seq int64
		At        time.Time
		Changes   []live.Change
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return err
	}
	m.Type, m.From, m.Seq, m.At, m.Changes = head.Type, head.From, head.Seq, head.At, head.Changes
	return json.Unmarshal(b, &m.Snapshot)
}

func parse(b []byte) (message, error) {
	var m message
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("%w in %s", err, b)
	}
	return m, nil
}

// quick are options that make the hub's clocks short and snapshots fresh.
func quick() live.Options {
	return live.Options{Tick: 2 * time.Millisecond, Poll: 50 * time.Millisecond, CheckEvery: 20 * time.Millisecond, SnapshotAge: time.Nanosecond}
}

// start runs a hub until the test ends, or until the returned function is
// called.
func start(t *testing.T, log live.Log, sessions live.Sessions, opt live.Options) (*live.Hub, func()) {
	t.Helper()
	hub := live.New(log, sessions, opt)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- hub.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("hub: %v", err)
			}
		case <-time.After(patience):
			t.Error("the hub does not stop")
		}
	})
	t.Cleanup(stop)
	return hub, stop
}

// join connects a socket and keeps house for it as backend/web does.
func join(t *testing.T, hub *live.Hub, session live.Session, sock *testSocket) *live.Client {
	t.Helper()
	c, err := hub.Join(session, sock)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-sock.closed
		c.Leave()
	}()
	t.Cleanup(sock.Cut)
	return c
}

// follow connects a socket that subscribes with the message.
func follow(t *testing.T, hub *live.Hub, scope city.Scope, say string) *testSocket {
	t.Helper()
	sock := newTestSocket()
	join(t, hub, live.Session{Scope: scope}, sock).Receive([]byte(say))
	return sock
}

func report(id int, area, text string) city.Event {
	data, err := json.Marshal(city.ReportSummary{ID: int64(id), AreaCode: area, Text: text})
	if err != nil {
		panic(err)
	}
	return city.Event{Topic: city.TopicReports, Key: fmt.Sprint(id), Op: "put", AreaCode: area, Data: data}
}

// eventually waits for a condition that nothing signals.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

func keys(m message) []string {
	var list []string
	for _, c := range m.Changes {
		list = append(list, c.Op+" "+c.Key)
	}
	return list
}

func wantDelta(t *testing.T, m message, from, seq int64, want ...string) {
	t.Helper()
	if m.Type != "delta" || m.From != from || m.Seq != seq || !slices.Equal(keys(m), want) {
		t.Fatalf("got %s %d→%d %v, want delta %d→%d %v", m.Type, m.From, m.Seq, keys(m), from, seq, want)
	}
}

func wantSnapshot(t *testing.T, m message, seq int64, reports int) {
	t.Helper()
	if m.Type != "snapshot" || m.Seq != seq || len(m.Reports) != reports {
		t.Fatalf("got %s %d with %d reports, want snapshot %d with %d", m.Type, m.Seq, len(m.Reports), seq, reports)
	}
}

const subscribeReports = `{"subscribe":["reports"]}`

var _ live.Log = (*livetest.MemoryLog)(nil)
