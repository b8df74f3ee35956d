package email_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/notice/email"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// authority is a certificate authority of the test's own.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{pool: x509.NewCertPool()}
	a.cert, a.key = a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "Uji"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	a.pool.AddCert(a.cert)
	return a
}

func (a *authority) issue(t *testing.T, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(time.Now().UnixNano()), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := c, key
	if a.cert != nil {
		parent, signer = a.cert, a.key
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// server is the TLS side of a mail server whose certificate names an address.
func (a *authority) server(t *testing.T, address string) *tls.Config {
	t.Helper()
	cert, key := a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: address}, IPAddresses: []net.IP{net.ParseIP(address)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	return &tls.Config{MinVersion: tls.VersionTLS10, Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}}
}

// inbox is a mail server; it notes what it was given, and whether encrypted.
type inbox struct {
	mu       sync.Mutex
	addr     string
	letters  []string
	password string
	plain    []string // what came unencrypted
}

func (b *inbox) note(c *smtp.Conn, what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, encrypted := c.TLSConnectionState(); !encrypted {
		b.plain = append(b.plain, what)
	}
}

func newInbox(t *testing.T, config *tls.Config) *inbox {
	t.Helper()
	b := &inbox{}
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &visit{inbox: b, conn: c}, nil }))
	s.TLSConfig, s.Domain, s.AllowInsecureAuth = config, "surel.uji", true
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.addr = l.Addr().String()
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close(); <-done })
	return b
}

// visit is one connection to an inbox.
type visit struct {
	*inbox
	conn *smtp.Conn
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, _, password string) error {
		v.note(v.conn, "password")
		v.mu.Lock()
		defer v.mu.Unlock()
		v.password = password
		return nil
	}), nil
}

func (v *visit) Mail(string, *smtp.MailOptions) error { v.note(v.conn, "sender"); return nil }
func (v *visit) Rcpt(string, *smtp.RcptOptions) error { v.note(v.conn, "address"); return nil }
func (v *visit) Reset()                               {}
func (v *visit) Logout() error                        { return nil }

func (v *visit) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.letters = append(v.letters, string(raw))
	return err
}

// TestMailIsEncryptedOrNotSent: to a server that offers STARTTLS everything but
// the greeting is encrypted, the password too, and only to whom its certificate
// names; where that fails nothing goes, also not unencrypted.
func TestMailIsEncryptedOrNotSent(t *testing.T) {
	t.Parallel()
	ours, theirs := newAuthority(t), newAuthority(t)
	good := ours.server(t, "127.0.0.1")
	old := good.Clone()
	old.MaxVersion = tls.VersionTLS11
	trusting := &tls.Config{RootCAs: ours.pool}
	for name, c := range map[string]struct {
		server, client *tls.Config
		plain          bool
		fails          bool
	}{
		"encrypted":                        {server: good, client: trusting},
		"encrypted where it need not be":   {server: good, client: trusting, plain: true},
		"an authority unknown to us":       {server: theirs.server(t, "127.0.0.1"), client: trusting, fails: true},
		"unknown, though plain is allowed": {server: theirs.server(t, "127.0.0.1"), client: trusting, plain: true, fails: true},
		"the system's authorities":         {server: good, fails: true},
		"a certificate of another host":    {server: ours.server(t, "127.0.0.2"), client: trusting, fails: true},
		"a TLS that is too old":            {server: old, client: trusting, fails: true},
		"no encryption offered":            {client: trusting, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newInbox(t, c.server)
			mailer, err := email.New(email.Settings{Addr: b.addr, User: "balaikota", Password: "sangat-rahasia", From: "Balaikota <balaikota@contoh.go.id>", Plain: c.plain, TLS: c.client})
			if err != nil {
				t.Fatal(err)
			}
			err = mailer.Send(t.Context(), "pelapor@surel.uji", "Uji", "Isi surat.\r\n", "kunci")
			b.mu.Lock()
			defer b.mu.Unlock()
			if len(b.plain) != 0 {
				t.Errorf("unencrypted: %v", b.plain)
			}
			if c.fails {
				if err == nil || len(b.letters) != 0 || b.password != "" {
					t.Errorf("%v, %d letters, password %q", err, len(b.letters), b.password)
				}
				if err != nil && strings.Contains(err.Error(), "rahasia") || city.CodeOf(err) == city.NotFound {
					t.Errorf("the failure reads %v", err)
				}
				return
			}
			if err != nil || len(b.letters) != 1 || b.password != "sangat-rahasia" || !strings.Contains(b.letters[0], "Isi surat.") {
				t.Errorf("%v, %q, password %q", err, b.letters, b.password)
			}
		})
	}
}

// TestAServerThatTakesBackItsOfferGetsNothing: one in the middle lets STARTTLS
// be offered and answers it with a refusal.
func TestAServerThatTakesBackItsOfferGetsNothing(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			heard <- err.Error()
			return
		}
		defer conn.Close()
		var all strings.Builder
		_, _ = io.WriteString(conn, "220 surel.uji\r\n")
		answers := map[string]string{"EHLO": "250-surel.uji\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n", "STAR": "454 TLS not available\r\n"}
		buf := make([]byte, 512)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
					all.WriteString(" ")
				}
				heard <- all.String()
				return
			}
			line := string(buf[:n])
			all.WriteString(line)
			answer, ok := answers[line[:min(4, n)]]
			if !ok {
				answer = "250 ok\r\n"
			}
			_, _ = io.WriteString(conn, answer)
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	mailer, err := email.New(email.Settings{Addr: l.Addr().String(), User: "balaikota", Password: "sangat-rahasia", From: "Balaikota <balaikota@contoh.go.id>", Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := mailer.Send(t.Context(), "pelapor@surel.uji", "Uji", "Isi surat.\r\n", "kunci"); err == nil {
		t.Error("it was sent")
	}
	select {
	case said := <-heard:
		if strings.Contains(said, "AUTH") || strings.Contains(said, "MAIL") || strings.Contains(said, "pelapor") {
			t.Errorf("it was told %q", said)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the connection stays open")
	}
}
