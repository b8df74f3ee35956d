package files

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// onServer is the configuration of a folder on a server.
func onServer(t *testing.T, folder string, port int, server map[string]any) json.RawMessage {
	t.Helper()
	server["host"], server["port"], server["allow_private"] = "127.0.0.1", port, true
	raw, err := json.Marshal(map[string]any{"folder": folder, "kind": "reports", "page_rows": 2, "server": server})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// outcome is what all pages of one run brought, and how it ended.
type outcome struct {
	reports, refused []string
	cursor           json.RawMessage
	err              error
}

// pull makes a connector and pulls until it has no more, at most so many pages.
func pull(t *testing.T, config, cursor json.RawMessage, secret string, pages int) outcome {
	t.Helper()
	env := connectors.Env{
		OpenRows: openCSV, Now: time.Now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Secret: func(string) (string, error) { return secret, nil },
	}
	c, err := Spec.New(config, env)
	if err != nil {
		return outcome{err: err}
	}
	defer func() {
		if err := c.(io.Closer).Close(); err != nil {
			t.Error(err)
		}
	}()
	out := outcome{cursor: cursor}
	for range pages {
		page, err := c.Pull(t.Context(), out.cursor)
		if err != nil {
			out.err = err
			return out
		}
		for _, r := range page.Reports {
			out.reports = append(out.reports, r.ExternalID)
		}
		for _, r := range page.Refused {
			out.refused = append(out.refused, r.Place+": "+r.Reason)
		}
		if out.cursor = page.Cursor; !page.More {
			return out
		}
	}
	return out
}

// put writes a file that was last changed some time ago.
func put(t *testing.T, folder, name, text string, ago time.Duration) {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(-ago)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

// leftovers are the copies that runs of this test left behind.
func leftovers(t *testing.T, before []string) []string {
	t.Helper()
	now, err := filepath.Glob(filepath.Join(os.TempDir(), "balaikota-sftp-*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(now) <= len(before) {
		return nil
	}
	return now
}

// TestAFolderOnAServer reads one over a real OpenSSH: files in order, in pages, on from
// where a run ended, known by content, half-written ones and links not.
func TestAFolderOnAServer(t *testing.T) { //nolint:paralleltest // it sets where copies go
	s := newSSHD(t)
	t.Setenv("TMPDIR", t.TempDir())
	folder := t.TempDir()
	put(t, folder, "b.csv", "external_id,text\nB1,satu\nB2,dua\nB3,tiga\n", time.Minute)
	put(t, folder, "a.csv", "external_id,text\nA1,satu\n", time.Hour)
	put(t, folder, "salin.csv", "external_id,text\nA1,satu\n", 2*time.Minute)
	put(t, folder, "baru.csv", "external_id,text\nX1,masih ditulis\n", 0)
	put(t, folder, "c.csv.part", "external_id,text\nX2,setengah\n", time.Hour)
	put(t, folder, "rusak.csv", "bukan kolom\n", 3*time.Hour)
	if err := os.Symlink(filepath.Join(folder, "a.csv"), filepath.Join(folder, "tautan.csv")); err != nil {
		t.Fatal(err)
	}
	config := onServer(t, folder, s.port, map[string]any{"user": s.user, "key": "file:/kunci", "host_keys": []string{s.fingerprint}})

	first := pull(t, config, nil, s.key, 4) // broken off in the middle of b.csv
	if got := strings.Join(first.reports, " "); got != "A1 B1 B2" || first.err != nil || len(first.refused) != 1 || !strings.HasPrefix(first.refused[0], "rusak.csv: ") {
		t.Fatalf("first: %+v", first)
	}
	second := pull(t, config, first.cursor, s.key, 10)
	if got := strings.Join(second.reports, " "); got != "B3" || second.err != nil {
		t.Fatalf("on from there: %+v", second)
	}
	if third := pull(t, config, second.cursor, s.key, 10); len(third.reports)+len(third.refused) != 0 || third.err != nil {
		t.Errorf("nothing is new: %+v", third)
	}
	put(t, folder, "b.csv", "external_id,text\nB1,satu\nB2,dua\nB3,tiga\nB4,empat\n", 30*time.Second)
	if again := pull(t, config, second.cursor, s.key, 10); strings.Join(again.reports, " ") != "B1 B2 B3 B4" {
		t.Errorf("a file that grew: %+v", again)
	}
	if left := leftovers(t, nil); len(left) > 0 {
		t.Errorf("copies are left behind: %v", left)
	}
	missing := pull(t, onServer(t, folder+"/tiada", s.port, map[string]any{"user": s.user, "key": "file:/kunci", "host_keys": []string{s.fingerprint}}), nil, s.key, 1)
	if e := connectors.Explain(missing.err); e == nil || e.Field != "folder" {
		t.Errorf("no such folder: %v", missing.err)
	}
}

// TestTheServersKeyIsPinned: without a fingerprint, and with another, nothing is told
// to the server and nothing read; the error shows what it presents.
func TestTheServersKeyIsPinned(t *testing.T) {
	t.Parallel()
	s := newSSHD(t)
	folder := t.TempDir()
	put(t, folder, "a.csv", "external_id,text\nA1,satu\n", time.Hour)
	_, other := keyPair(t)
	for name, keys := range map[string][]string{"none": nil, "another's": {ssh.FingerprintSHA256(other)}} {
		out := pull(t, onServer(t, folder, s.port, map[string]any{"user": s.user, "key": "file:/kunci", "host_keys": keys}), nil, s.key, 1)
		e := connectors.Explain(out.err)
		if e == nil || e.Field != "server.host_keys" || !strings.Contains(e.Message, s.fingerprint) || len(out.reports) > 0 {
			t.Errorf("%s: %v %+v", name, out.err, out)
		}
	}
	strange, _ := keyPair(t)
	out := pull(t, onServer(t, folder, s.port, map[string]any{"user": s.user, "key": "file:/kunci", "host_keys": []string{s.fingerprint}}), nil, strange, 1)
	if e := connectors.Explain(out.err); e == nil || e.Field != "server.key" {
		t.Errorf("a key that the server does not know: %v", out.err)
	}
}

// passwordServer is a test double of a server that asks for a password: OpenSSH's would
// need accounts of the machine. It counts how often one was tried.
func passwordServer(t *testing.T, folder string, tried *[]string) (port int, fingerprint string) {
	t.Helper()
	private, public := keyPair(t)
	signer, err := ssh.ParsePrivateKey([]byte(private))
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ServerConfig{PasswordCallback: func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		*tried = append(*tried, string(password))
		if c.User() != "balaikota" || string(password) != "sandi-uji" {
			return nil, errors.New("no")
		}
		return nil, nil //nolint:nilnil // the library's word for yes
	}}
	config.AddHostKey(signer)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serveSFTP(conn, config, folder)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port, ssh.FingerprintSHA256(public)
}

// serveSFTP serves one connection to its end.
func serveSFTP(conn net.Conn, config *ssh.ServerConfig, folder string) {
	defer conn.Close()
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				_ = r.Reply(r.Type == "subsystem", nil)
			}
		}()
		if server, err := sftp.NewServer(channel, sftp.ReadOnly(), sftp.WithServerWorkingDirectory(folder)); err == nil {
			_ = server.Serve() // until the client goes
		}
	}
}

func TestAServerThatAsksForAPassword(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	put(t, folder, "a.csv", "external_id,text\nA1,satu\n", time.Hour)
	var tried []string
	port, fingerprint := passwordServer(t, folder, &tried)
	config := func(keys ...string) json.RawMessage {
		return onServer(t, folder, port, map[string]any{"user": "balaikota", "password": "env:SANDI", "host_keys": keys})
	}
	if out := pull(t, config(), nil, "sandi-uji", 1); out.err == nil || len(tried) > 0 {
		t.Fatalf("the password was told to a server that nobody knows: %v, %q", out.err, tried)
	}
	if out := pull(t, config(fingerprint), nil, "sandi-uji", 3); out.err != nil || strings.Join(out.reports, " ") != "A1" {
		t.Errorf("%+v", out)
	}
	out := pull(t, config(fingerprint), nil, "salah", 1)
	if e := connectors.Explain(out.err); e == nil || e.Field != "server.password" || strings.Contains(fmt.Sprint(out.err), "salah") {
		t.Errorf("a wrong password: %v", out.err)
	}
}

// TestASilentServerIsLeft: one that takes the connection and says nothing does not
// hold the run beyond its context.
func TestASilentServerIsLeft(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c, err := Spec.New(onServer(t, "/masuk", l.Addr().(*net.TCPAddr).Port, map[string]any{"user": "a", "password": "env:A"}), connectors.Env{
		OpenRows: openCSV, Now: time.Now, Secret: func(string) (string, error) { return "sandi", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := c.Pull(ctx, nil)
		done <- err
	}()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	cancel()
	if err := <-done; err == nil {
		t.Error("a server that said nothing was read")
	}
}

func TestServerConfig(t *testing.T) {
	t.Parallel()
	good := "SHA256:" + strings.Repeat("a", 43)
	for field, server := range map[string]string{
		"server.host": `{"user":"a"}`, "server.user": `{"host":"a"}`, "server.key": `{"host":"a","user":"b"}`, "server.port": `{"host":"a","user":"b","port":70000}`,
		"server.host_keys[1]": `{"host":"a","user":"b","key":"env:A","host_keys":["` + good + `","MD5:00"]}`,
	} {
		err := Spec.Check(json.RawMessage(`{"folder":"/a","kind":"reports","server":` + server + `}`))
		if e, ok := errors.AsType[*city.Error](err); !ok || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := Spec.Check(json.RawMessage(`{"folder":"/a","done":"/b","kind":"reports","server":{"host":"a","user":"b","key":"env:A"}}`)); err == nil {
		t.Error("files are moved on a server")
	}
}
