package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"balaikota/backend/city"
	"balaikota/backend/live"
	"balaikota/backend/live/livetest"
)

const patience = 20 * time.Second

// liveServer is a hub over a memory log behind a real HTTP server.
type liveServer struct {
	*httptest.Server
	log  *livetest.MemoryLog
	hub  *live.Hub
	stop func() // stops the hub and waits for it
}

// tokens are the sessions a request may bring as ?as=….
var tokens = map[string]live.Session{
	"wali":   {ID: "wali", Scope: city.Scope{Role: city.WaliKota}},
	"lurah":  {ID: "lurah", Scope: city.Scope{Role: city.Lurah, AreaCode: "64.72.01.1001"}},
	"publik": {ID: "publik", Scope: city.Scope{Role: city.Publik}},
	"layar":  {ID: "layar", Scope: city.Scope{Role: city.Layar}},
}

func authenticateTest(r *http.Request) (live.Session, error) {
	s, ok := tokens[r.URL.Query().Get("as")]
	if !ok {
		return s, city.Errorf(city.Unauthorized, "nobody is signed in")
	}
	return s, nil
}

func startLive(t testing.TB, opt live.Options, sessions live.Sessions, use ...echo.MiddlewareFunc) *liveServer {
	t.Helper()
	log := livetest.NewMemoryLog()
	hub := live.New(log, sessions, opt)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- hub.Run(ctx) }()
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		status := map[city.Code]int{city.Unauthorized: 401, city.Forbidden: 403}[city.CodeOf(err)]
		_ = c.NoContent(max(status, 400))
	}
	e.Use(use...)
	allowed := func(o string) bool { return o == "https://layar.example.go.id" }
	e.GET(LivePath, NewLive(hub, authenticateTest, allowed, slog.New(slog.DiscardHandler)).Handle)
	s := &liveServer{Server: httptest.NewUnstartedServer(e), log: log, hub: hub}
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.Start()
	stopped := false
	s.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("hub: %v", err)
			}
		case <-time.After(patience):
			t.Error("the hub does not stop")
		}
	}
	t.Cleanup(func() { s.stop(); s.Close() })
	return s
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func (s *liveServer) dial(t *testing.T, as string, header http.Header) (*websocket.Conn, *http.Response, error) {
	t.Helper()

	return websocket.Dial(within(t), "ws"+strings.TrimPrefix(s.URL, "http")+LivePath+"?as="+as, &websocket.DialOptions{HTTPHeader: header})
}

func (s *liveServer) connect(t *testing.T, as, message string) *websocket.Conn {
	t.Helper()
	c, _, err := s.dial(t, as, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	c.SetReadLimit(64 << 20)
	say(t, c, message)
	return c
}

func say(t *testing.T, c *websocket.Conn, message string) {
	t.Helper()
	if message == "" {
		return
	}
	if err := c.Write(within(t), websocket.MessageText, []byte(message)); err != nil {
		t.Fatal(err)
	}
}

type frame struct {
	Type      string
	From, Seq int64
	At        time.Time
	Changes   []live.Change
	Reports   []city.ReportSummary
}

func hear(t *testing.T, c *websocket.Conn) frame {
	t.Helper()
	_, b, err := c.Read(within(t))
	if err != nil {
		t.Fatal(err)
	}
	var f frame
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return f
}

// closeCode reads until the server closes and returns its code.
func closeCode(t *testing.T, c *websocket.Conn) int {
	t.Helper()
	ctx := within(t)
	for {
		if _, _, err := c.Read(ctx); err != nil {
			if ctx.Err() != nil {
				t.Fatal("the server does not close")
			}
			return int(websocket.CloseStatus(err))
		}
	}
}

func report(id int, area string) city.Event {
	return city.Event{
		Topic: city.TopicReports, Key: fmt.Sprint(id), Op: "put", AreaCode: area,
		Data: json.RawMessage(fmt.Sprintf(`{"id":%d,"area_code":%q,"status":"open"}`, id, area)),
	}
}

func TestLiveSnapshotThenDelta(t *testing.T) {
	t.Parallel()
	s := startLive(t, live.Options{}, nil)
	s.log.Append(report(1, "64.72.01.1001"), report(2, "64.72.02.1001"))
	c := s.connect(t, "lurah", `{"subscribe":["reports"]}`)
	snap := hear(t, c)
	if snap.Type != "snapshot" || snap.Seq != 2 || len(snap.Reports) != 1 || snap.Reports[0].ID != 1 {
		t.Fatalf("snapshot %+v", snap)
	}
	s.log.Append(report(3, "64.72.02.1001")) // not for this lurah
	s.log.Append(report(4, "64.72.01.1001"))
	d := hear(t, c)
	if d.Type != "delta" || d.From != 2 || d.Seq != 4 || len(d.Changes) != 1 || d.Changes[0].Key != "4" {
		t.Fatalf("delta %+v", d)
	}
	if age := time.Since(d.At); age < 0 || age > patience {
		t.Errorf("at is %v old", age)
	}
}

func TestLiveResume(t *testing.T) {
	t.Parallel()
	s := startLive(t, live.Options{}, nil)
	for i := range 5 {
		s.log.Append(report(i+1, "64.72.01.1001"))
	}
	d := hear(t, s.connect(t, "wali", `{"subscribe":["reports"],"since":3}`))
	if d.Type != "delta" || d.From != 3 || d.Seq != 5 || len(d.Changes) != 2 {
		t.Errorf("delta %+v", d)
	}
	if f := hear(t, s.connect(t, "wali", `{"subscribe":["reports"],"since":99}`)); f.Type != "snapshot" || f.Seq != 5 {
		t.Errorf("a number of the future got %+v", f)
	}
}

func TestLiveRefusals(t *testing.T) {
	t.Parallel()
	s := startLive(t, live.Options{}, nil)
	for name, tc := range map[string]struct {
		as     string
		origin []string
		status int // 101 = let in
	}{
		"nobody":        {"", nil, 401},
		"program":       {"wali", nil, 101},
		"own page":      {"wali", []string{s.URL}, 101},
		"listed page":   {"wali", []string{"https://LAYAR.example.go.id"}, 101},
		"other scheme":  {"wali", []string{"http://layar.example.go.id"}, 403},
		"foreign page":  {"wali", []string{"https://example.com"}, 403},
		"sandboxed":     {"wali", []string{"null"}, 403},
		"empty":         {"wali", []string{""}, 403},
		"two":           {"wali", []string{s.URL, "https://example.com"}, 403},
		"prefix":        {"wali", []string{s.URL + ".example.com"}, 403},
		"file":          {"wali", []string{"file://" + strings.TrimPrefix(s.URL, "http://")}, 403},
		"foreign, anon": {"", []string{"https://example.com"}, 403},
	} {
		c, resp, err := s.dial(t, tc.as, http.Header{"Origin": tc.origin})
		if resp == nil || resp.StatusCode != tc.status || (err == nil) != (tc.status == 101) {
			t.Errorf("%s: %v, %v; want %d", name, resp, err, tc.status)
		}
		if c != nil {
			_ = c.CloseNow()
		}
	}
}

func TestLiveCloseCodes(t *testing.T) {
	t.Parallel()
	s := startLive(t, live.Options{SubscribeWithin: 50 * time.Millisecond, Stall: time.Second}, nil)
	ok := `{"subscribe":["reports"]}`
	for name, tc := range map[string]struct {
		as       string
		messages []string
		code     int
	}{
		"public":        {"publik", []string{ok}, live.CloseForbidden},
		"silent":        {"wali", nil, live.CloseBadMessage},
		"not JSON":      {"wali", []string{"hello"}, live.CloseBadMessage},
		"other field":   {"wali", []string{`{"subscribe":[],"role":"wali_kota"}`}, live.CloseBadMessage},
		"no topics":     {"wali", []string{`{}`}, live.CloseBadMessage},
		"two in one":    {"wali", []string{ok + ok}, live.CloseBadMessage},
		"negative":      {"wali", []string{`{"subscribe":[],"since":-1}`}, live.CloseBadMessage},
		"flood":         {"wali", strings.Split(strings.Repeat(ok+"\n", 30), "\n")[:30], live.CloseTooManyMessage},
		"large message": {"wali", []string{`{"subscribe":["` + strings.Repeat("x", 5000) + `"]}`}, int(websocket.StatusMessageTooBig)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := s.connect(t, tc.as, "")
			for _, m := range tc.messages {
				_ = c.Write(within(t), websocket.MessageText, []byte(m)) // the server may have closed already
			}
			if got := closeCode(t, c); got != tc.code {
				t.Errorf("closed with %d, want %d", got, tc.code)
			}
		})
	}
}

func TestLiveBinaryMessage(t *testing.T) {
	t.Parallel()
	s := startLive(t, live.Options{}, nil)
	c := s.connect(t, "wali", "")
	if err := c.Write(within(t), websocket.MessageBinary, []byte(`{"subscribe":[]}`)); err != nil {
		t.Fatal(err)
	}
	if got := closeCode(t, c); got != live.CloseBadMessage {
		t.Errorf("closed with %d", got)
	}
}

func TestLivePingFlood(t *testing.T) {
	t.Parallel()
	s := startLive(t, live.Options{}, nil)
	c := s.connect(t, "wali", `{"subscribe":["reports"]}`)
	closed := make(chan int, 1)
	go func() { closed <- closeCode(t, c) }()
	ctx := within(t)
	for c.Ping(ctx) == nil {
	}
	if got := <-closed; got != live.CloseTooManyMessage {
		t.Errorf("closed with %d", got)
	}
}

func TestLiveStopClosesWithRestart(t *testing.T) {
	t.Parallel()
	s := startLive(t, live.Options{}, nil)
	c := s.connect(t, "wali", `{"subscribe":["reports"]}`)
	hear(t, c)
	code := make(chan int, 1)
	go func() { code <- closeCode(t, c) }()
	s.stop()
	if got := <-code; got != live.CloseRestart {
		t.Errorf("closed with %d, want %d", got, live.CloseRestart)
	}
	if n := s.hub.Stats().Connections; n != 0 {
		t.Errorf("%d clients after stop", n)
	}
	if got := closeCode(t, s.connect(t, "wali", "")); got != live.CloseFull {
		t.Errorf("a client after stop is closed with %d", got)
	}
}

func TestLiveStopCutsTheSilent(t *testing.T) {
	t.Parallel()
	s := startLive(t, live.Options{}, nil)
	c := s.connect(t, "wali", `{"subscribe":["reports"]}`)
	hear(t, c) // and never reads again, so it does not answer the close frame
	began := time.Now()
	s.stop()
	if took := time.Since(began); took > patience/2 {
		t.Errorf("stopping took %v", took)
	}
}

// handshake speaks HTTP by hand and returns the status line, or the reason why
// none came in the time given.
func handshake(s *liveServer, patience time.Duration) (string, error) {
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		return "", err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintf(c, "GET %s?as=wali HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Accept-Encoding: gzip, deflate, br\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", LivePath); err != nil {
		return "", err
	}
	b := make([]byte, 256)
	n, err := c.Read(b)
	line, _, _ := strings.Cut(string(b[:n]), "\r\n")
	return line, err
}

// Echo's Gzip keeps back the 101 until a body is written, which never comes.
func TestLiveBehindGzip(t *testing.T) {
	t.Parallel()
	skipping := startLive(t, live.Options{}, nil, middleware.GzipWithConfig(middleware.GzipConfig{Skipper: SkipLive}))
	if line, err := handshake(skipping, patience); err != nil || line != "HTTP/1.1 101 Switching Protocols" {
		t.Errorf("with the skipper: %q, %v", line, err)
	}
	plain := startLive(t, live.Options{}, nil, middleware.Gzip())
	line, err := handshake(plain, 2*time.Second)
	var timeout net.Error
	if strings.Contains(line, " 101 ") || !(errors.As(err, &timeout) && timeout.Timeout()) {
		t.Errorf("without the skipper: %q, %v: Gzip lets the handshake through now; SkipLive may go", line, err)
	}
}

// A client that falls behind and then catches up gets every frame whole and in
// order, pongs in between.
func TestLivePartialWrites(t *testing.T) {
	t.Parallel()
	const frames, size = 24, 200_000 // far more than the kernel keeps
	s := startLive(t, live.Options{Tick: time.Nanosecond, Stall: patience}, nil)
	c := s.connect(t, "wali", `{"subscribe":["reports"]}`)
	if f := hear(t, c); f.Type != "snapshot" {
		t.Fatalf("first came %+v", f)
	}
	ponged := make(chan error, 1)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for i := range frames {
		e := report(i, "")
		e.Data = json.RawMessage(fmt.Sprintf(`{"id":%d,"text":%q}`, i, strings.Repeat("x", size)))
		s.log.Append(e)
		for deadline := time.Now().Add(patience); s.hub.Stats().Frames <= int64(i); <-tick.C {
			if time.Now().After(deadline) {
				t.Fatalf("frame %d is not encoded", i)
			}
		}
	}
	go func() { ponged <- c.Ping(within(t)) }()
	for i := range frames {
		f := hear(t, c)
		if f.Type != "delta" || f.From != int64(i) || f.Seq != int64(i+1) || len(f.Changes) != 1 || len(f.Changes[0].Data) < size {
			t.Fatalf("frame %d is %s %d→%d with %d changes", i, f.Type, f.From, f.Seq, len(f.Changes))
		}
	}
	go func() { _, _, _ = c.Read(within(t)) }()
	if err := <-ponged; err != nil {
		t.Error(err)
	}
}

// Everybody who was connected comes back at once, as after a restart.
func TestLiveReconnectStorm(t *testing.T) {
	t.Parallel()
	const n = 300
	s := startLive(t, live.Options{}, nil)
	for i := range 40 {
		s.log.Append(report(i, ""))
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); s.hub.Stats().Seq < 40; <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("the hub does not read the log")
		}
	}
	var group sync.WaitGroup
	began := time.Now()
	for i := range n {
		group.Go(func() {
			say, want := `{"subscribe":["reports"]}`, "snapshot"
			if i%2 == 0 {
				say, want = `{"subscribe":["reports"],"since":35}`, "delta"
			}
			c, _, err := s.dial(t, "wali", nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.CloseNow()
			c.SetReadLimit(1 << 20)
			if err := c.Write(within(t), websocket.MessageText, []byte(say)); err != nil {
				t.Error(err)
				return
			}
			_, b, err := c.Read(within(t))
			if err != nil || !strings.Contains(string(b), `"type":"`+want+`"`) || !strings.Contains(string(b), `"seq":40`) {
				t.Errorf("client %d: %v, %.80s", i, err, b)
			}
		})
	}
	group.Wait()
	most := int(time.Since(began)/time.Second) + 1 // one a second
	if got := s.log.Snapshots(); got > most {
		t.Errorf("%d snapshots were read, want at most %d", got, most)
	}
	if got := s.hub.Stats(); got.Frames != 1 {
		t.Errorf("the same delta was encoded %d times", got.Frames)
	}
}

// clientFrame is a masked frame with a zero mask.
func clientFrame(first byte, payload string) []byte {
	f := []byte{first}
	if n := len(payload); n < 126 {
		f = append(f, 0x80|byte(n))
	} else {
		f = append(f, 0x80|126, byte(n>>8), byte(n))
	}
	return append(append(f, 0, 0, 0, 0), payload...)
}

// FuzzLiveFrames sends bytes after the handshake. Whatever they are, the server
// lets go of the connection once the client has said all.
func FuzzLiveFrames(f *testing.F) {
	sub := clientFrame(0x81, `{"subscribe":["reports"]}`)
	for _, seed := range [][]byte{
		nil, sub, append(sub, sub...), sub[:9],
		{0x81, 0x05, 'h', 'e', 'l', 'l', 'o'},                        // not masked
		{0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4, 'x'},     // 1 GB announced
		{0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, // negative length
		clientFrame(0xc1, "rsv1"), clientFrame(0x83, "unknown opcode"), clientFrame(0x80, "continuation of nothing"),
		clientFrame(0x88, "\x03\xe8"), clientFrame(0x88, "x"), clientFrame(0x88, "\x00\x01"), clientFrame(0x89, strings.Repeat("p", 125)),
		clientFrame(0x89, strings.Repeat("p", 126)), clientFrame(0x09, "fragmented ping"),
		append(clientFrame(0x01, `{"subscribe":`), clientFrame(0x80, `["alerts"]}`)...),
		clientFrame(0x81, strings.Repeat("[", 4000)), clientFrame(0x81, "\xff\xfe"), clientFrame(0x82, "\x00"),
		[]byte(strings.Repeat(string(clientFrame(0x89, "")), 100)),
	} {
		f.Add(seed)
	}
	s := startLive(f, live.Options{}, nil)
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		_, err = fmt.Fprintf(c, "GET %s?as=wali HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n%s", LivePath, b)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.(*net.TCPConn).CloseWrite() // the server may be gone already
		answer, err := io.ReadAll(c)
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			t.Fatalf("the server keeps the connection after %q", b)
		}
		if err == nil && !strings.HasPrefix(string(answer), "HTTP/1.1 101 ") {
			t.Fatalf("the handshake was answered with %.60q", answer)
		}
	})
}
