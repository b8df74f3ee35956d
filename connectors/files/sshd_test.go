package files

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"balaikota/connectors/connectortest"
)

// sshd is a real OpenSSH server on a port of its own, with settings and keys in a
// folder of its own that goes with the test. Its user is whoever runs the test.
type sshd struct {
	port        int
	user        string
	fingerprint string
	key         string // our private key
	cmd         *exec.Cmd
	ended       chan struct{}
}

// keyPair makes a key: the private one as OpenSSH writes it, and the public one.
func keyPair(t testing.TB) (private string, public ssh.PublicKey) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "uji")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(block)), signer.PublicKey()
}

// newSSHD starts a server for the length of the test. Where OpenSSH's is not installed
// the test is skipped; in CI it fails.
func newSSHD(t testing.TB) *sshd {
	t.Helper()
	program := connectortest.Program(t, "sshd")
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	pam := "no"
	if me.Uid == "0" {
		// The folder that the server gives up its rights in; its package makes it when
		// the service starts, which it does not here.
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
		pam = "yes" // without it a root that has no password may not come in by key either
	}
	dir := t.TempDir()
	s := &sshd{user: me.Username}
	hostKey, hostPublic := keyPair(t)
	ourKey, ourPublic := keyPair(t)
	s.fingerprint, s.key = ssh.FingerprintSHA256(hostPublic), ourKey
	for try := range 5 { // another process may have taken the port meanwhile
		s.port = freePort(t)
		write := func(name, text string) string {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		config := write("sshd_config", fmt.Sprintf(`Port %d
ListenAddress 127.0.0.1
HostKey %s
AuthorizedKeysFile %s
PidFile none
StrictModes no
UsePAM %s
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
`, s.port, write("host_key", hostKey), write("authorized_keys", string(ssh.MarshalAuthorizedKey(ourPublic))), pam))
		if err = s.start(program, config, filepath.Join(dir, "log")); err == nil {
			break
		}
		if try == 4 {
			t.Fatalf("start sshd: %v", err)
		}
	}
	t.Cleanup(func() {
		s.stop()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Logf("sshd's log:\n%s", log)
		}
	})
	return s
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

// start starts the server and waits until it answers.
func (s *sshd) start(program, config, log string) error {
	s.cmd = exec.Command(program, "-D", "-f", config, "-E", log)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.ended = make(chan struct{})
	go func() { _ = s.cmd.Wait(); close(s.ended) }()
	for {
		conn, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), time.Second)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-s.ended:
			text, _ := os.ReadFile(log)
			return fmt.Errorf("it ended: %s", strings.TrimSpace(string(text)))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop ends the server, and with it those of its processes that serve us.
func (s *sshd) stop() {
	_ = s.cmd.Process.Kill()
	<-s.ended
}
