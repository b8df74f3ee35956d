package notice_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"balaikota/backend/city"

	"github.com/emersion/go-smtp"
)

// browser is one that takes pushes: it has the keys of RFC 8291 and opens what
// its push service was given.
type browser struct {
	private *ecdh.PrivateKey
	auth    []byte
}

func newBrowser(t *testing.T) browser {
	t.Helper()
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	auth := make([]byte, 16)
	_, _ = rand.Read(auth)
	return browser{private, auth}
}

func (b browser) subscription(endpoint string) city.PushSubscription {
	return city.PushSubscription{Endpoint: endpoint, Keys: city.PushKeys{
		P256DH: base64.RawURLEncoding.EncodeToString(b.private.PublicKey().Bytes()), Auth: base64.RawURLEncoding.EncodeToString(b.auth),
	}}
}

// open decrypts a body of one record: RFC 8291 section 3.4, RFC 8188 section 2.
func (b browser) open(body []byte) ([]byte, error) {
	if len(body) < 21 {
		return nil, errors.New("no header")
	}
	salt, size, idLen := body[:16], binary.BigEndian.Uint32(body[16:20]), int(body[20])
	if len(body) < 21+idLen {
		return nil, errors.New("no key")
	}
	serverKey, record := body[21:21+idLen], body[21+idLen:]
	if uint32(len(record)) > size {
		return nil, errors.New("more than one record")
	}
	server, err := ecdh.P256().NewPublicKey(serverKey)
	if err != nil {
		return nil, err
	}
	shared, err := b.private.ECDH(server)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(b.private.PublicKey().Bytes()) + string(serverKey)
	ikm, err1 := hkdf.Key(sha256.New, shared, b.auth, info, 32)
	key, err2 := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, err3 := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	block, err4 := aes.NewCipher(key)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, record, nil)
	if err != nil {
		return nil, err
	}
	plain = bytes.TrimRight(plain, "\x00")
	if len(plain) == 0 || plain[len(plain)-1] != 2 {
		return nil, errors.New("no last record's delimiter")
	}
	return plain[:len(plain)-1], nil
}

// TestTheBrowserOpensTheExampleOfTheStandard holds the test's own decryption
// against RFC 8291, appendix A.
func TestTheBrowserOpensTheExampleOfTheStandard(t *testing.T) {
	t.Parallel()
	un := func(s string) []byte {
		raw, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	private, err := ecdh.P256().NewPrivateKey(un("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := browser{private, un("BTBZMqHH6r4Tts7J_aSIgg")}.open(un("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"))
	if err != nil || string(got) != "When I grow up, I want to be a watermelon" {
		t.Errorf("%q, %v", got, err)
	}
}

// pushed is what a push service was given.
type pushed struct {
	header http.Header
	body   []byte
}

// pushService answers as it is told, over TLS.
type pushService struct {
	*httptest.Server
	mu     sync.Mutex
	answer func(w http.ResponseWriter, r *http.Request)
	got    []pushed
	came   chan struct{}
}

func newPushService(t *testing.T) *pushService {
	t.Helper()
	p := &pushService{came: make(chan struct{}, 100)}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		p.got = append(p.got, pushed{r.Header.Clone(), body})
		answer := p.answer
		p.mu.Unlock()
		p.came <- struct{}{}
		if answer == nil {
			w.WriteHeader(http.StatusCreated)
			return
		}
		answer(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *pushService) answers(fn func(w http.ResponseWriter, r *http.Request)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = fn
}

func (p *pushService) all() []pushed {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]pushed(nil), p.got...)
}

// mailServer is a real SMTP server that can be away.
type mailServer struct {
	addr string
	t    *testing.T
	mu   sync.Mutex
	mail []letter
	gone map[string]bool // mailboxes that there are none of
	srv  *smtp.Server
}

type letter struct {
	to   string
	text string
}

func newMailServer(t *testing.T) *mailServer {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailServer{addr: l.Addr().String(), t: t, gone: map[string]bool{}}
	m.serve(l)
	t.Cleanup(m.stop)
	return m
}

func (m *mailServer) serve(l net.Listener) {
	srv := smtp.NewServer(m)
	srv.Domain = "surel.uji"
	m.srv = srv
	go func() { _ = srv.Serve(l) }()
}

func (m *mailServer) stop() { _ = m.srv.Close() }

// start listens on the same address again.
func (m *mailServer) start() {
	l, err := (&net.ListenConfig{}).Listen(m.t.Context(), "tcp", m.addr)
	if err != nil {
		m.t.Fatal(err)
	}
	m.serve(l)
}

func (m *mailServer) letters() []letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]letter(nil), m.mail...)
}

func (m *mailServer) NewSession(*smtp.Conn) (smtp.Session, error) { return &mailSession{of: m}, nil }

type mailSession struct {
	of *mailServer
	to string
}

func (s *mailSession) Reset()                               {}
func (s *mailSession) Logout() error                        { return nil }
func (s *mailSession) Mail(string, *smtp.MailOptions) error { return nil }

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	if s.of.gone[to] {
		return &smtp.SMTPError{Code: 550, Message: "no such mailbox " + to}
	}
	s.to = to
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.of.mail = append(s.of.mail, letter{s.to, string(raw)})
	return nil
}
