package connectortest

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// DovecotPassword lets every user in; each has a mailbox of its own.
const DovecotPassword = "kata-sandi-uji" //nolint:gosec // of servers that live as long as a test

// Dovecot is a real mail server on ports of its own, with settings and letters in
// a folder of its own that goes with the test.
type Dovecot struct {
	Port    int // STARTTLS, or no encryption
	TLSPort int
	// Authority is the PEM certificate of whoever signed the server's.
	Authority string

	folder string
	cmd    *exec.Cmd
	ended  chan struct{}
}

// NewDovecot starts a server for the length of the test. Where Dovecot is not
// installed the test is skipped; in CI it fails.
func NewDovecot(t testing.TB) *Dovecot {
	t.Helper()
	program := Program(t, "dovecot")
	// Not t.TempDir(): names of sockets are short, names of tests are not.
	folder, err := os.MkdirTemp("", "surel")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil { // the server's own users go through it
		t.Fatal(err)
	}
	d := &Dovecot{folder: folder}
	d.certificate(t)
	for try := range 5 { // another process may have taken a port meanwhile
		d.Port, d.TLSPort = freePort(t), freePort(t)
		if err = d.start(t, program); err == nil {
			break
		}
		if try == 4 {
			t.Fatalf("start Dovecot: %v\n%s", err, d.log())
		}
	}
	t.Cleanup(func() {
		d.Stop()
		if t.Failed() {
			t.Logf("Dovecot's log:\n%s", d.log())
		}
	})
	return d
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// settings are for Dovecot 2.3, without privileges where the test has none.
func (d *Dovecot) settings(t testing.TB) string {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	owner, internal := me.Uid+" gid="+me.Gid, ""
	if me.Uid == "0" {
		owner = "65534 gid=65534" // mail is never handled as root
	} else {
		internal = fmt.Sprintf("default_internal_user = %s\ndefault_internal_group = %s\ndefault_login_user = %s\n", me.Username, groupName(me), me.Username)
	}
	return strings.NewReplacer("DIR", d.folder, "OWNER", owner, "PASSWORD", DovecotPassword, "PORT_TLS", strconv.Itoa(d.TLSPort), "PORT_PLAIN", strconv.Itoa(d.Port)).Replace(internal + `
base_dir = DIR/run
state_dir = DIR/state
log_path = DIR/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <DIR/cert.pem
ssl_key = <DIR/key.pem
disable_plaintext_auth = no
first_valid_uid = 1
mail_max_userip_connections = 50
mail_location = maildir:DIR/mail/%u:LAYOUT=fs
passdb {
  driver = static
  args = password=PASSWORD
}
userdb {
  driver = static
  args = uid=OWNER home=DIR/mail/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = PORT_PLAIN
  }
  inet_listener imaps {
    port = PORT_TLS
    ssl = yes
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`)
}

func groupName(u *user.User) string {
	if g, err := user.LookupGroupId(u.Gid); err == nil {
		return g.Name
	}
	return u.Gid
}

func (d *Dovecot) start(t testing.TB, program string) error {
	t.Helper()
	config := filepath.Join(d.folder, "dovecot.conf")
	if err := os.WriteFile(config, []byte(d.settings(t)), 0o600); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(d.folder, "mail"), 0o755); err != nil {
		return err
	}
	if os.Getuid() == 0 {
		if err := os.Chown(filepath.Join(d.folder, "mail"), 65534, 65534); err != nil {
			return err
		}
	}
	d.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), program, "-F", "-c", config)
	// A file, not a buffer: processes that the server leaves behind hold it open.
	said, err := os.Create(filepath.Join(d.folder, "said"))
	if err != nil {
		return err
	}
	defer said.Close()
	d.cmd.Stderr = said
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // for Stop
	if err := d.cmd.Start(); err != nil {
		return err
	}
	d.ended = make(chan struct{})
	go func() { defer close(d.ended); _ = d.cmd.Wait() }()
	deadline := time.After(20 * time.Second)
	for {
		if d.greets(t.Context()) {
			return nil
		}
		select {
		case <-d.ended:
			text, _ := os.ReadFile(said.Name())
			return fmt.Errorf("it ended: %s", text)
		case <-deadline:
			d.Stop()
			return errors.New("it does not answer")
		case <-time.After(20 * time.Millisecond): // looked at again, not waited for
		}
	}
}

// greets reports whether the server says what an IMAP server says first.
func (d *Dovecot) greets(ctx context.Context) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", d.address())
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	line, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && strings.HasPrefix(line, "* OK")
}

func (d *Dovecot) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(d.Port)) }

func (d *Dovecot) log() string {
	b, err := os.ReadFile(filepath.Join(d.folder, "log"))
	if err != nil {
		return err.Error()
	}
	var out []string
	for line := range strings.SplitSeq(string(b), "\n") {
		if !strings.Contains(line, ": Info: ") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// Stop ends the server with all connections, which would outlive it by ten seconds.
func (d *Dovecot) Stop() {
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.ended:
	case <-time.After(10 * time.Second):
	}
	_ = syscall.Kill(-d.cmd.Process.Pid, syscall.SIGKILL)
	<-d.ended
}

// Start starts a stopped server again, on the same ports.
func (d *Dovecot) Start(t testing.TB) {
	t.Helper()
	if err := d.start(t, d.cmd.Path); err != nil {
		t.Fatalf("start Dovecot again: %v\n%s", err, d.log())
	}
}

// certificate makes an authority and the certificate that it signs for 127.0.0.1.
func (d *Dovecot) certificate(t testing.TB) {
	t.Helper()
	now := time.Now()
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Uji"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "127.0.0.1"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
	}
	signer, key := newKey(t), newKey(t)
	d.Authority = string(signed(t, authority, authority, signer, signer))
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string][]byte{
		"cert.pem": signed(t, server, authority, key, signer), "key.pem": pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}),
	} {
		if err := os.WriteFile(filepath.Join(d.folder, name), block, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func signed(t testing.TB, c, by *x509.Certificate, key, signer *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// Client returns a connection of a mailbox's owner, signed in.
func (d *Dovecot) Client(t testing.TB, mailbox string) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(d.address(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Login(mailbox, DovecotPassword).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

// Deliver puts a letter into a folder of a mailbox, taken in at a time, and
// returns when the server has it.
func (d *Dovecot) Deliver(t testing.TB, mailbox, folder string, at time.Time, letter string) {
	t.Helper()
	c := d.Client(t, mailbox)
	letter = strings.ReplaceAll(strings.ReplaceAll(letter, "\r\n", "\n"), "\n", "\r\n")
	cmd := c.Append(folder, int64(len(letter)), &imap.AppendOptions{Time: at})
	if _, err := cmd.Write([]byte(letter)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	_ = c.Close() // mailboxes let so many in at once
}
