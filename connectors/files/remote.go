package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Server is an SFTP server.
type Server struct {
	Host         string   `json:"host" label:"Server" label_id:"Server" doc:"Name or address of the SFTP server; empty for a folder of this machine." doc_id:"Nama atau alamat server SFTP; kosong untuk folder di mesin ini." example:"sftp.contoh.go.id"`
	Port         int      `json:"port" default:"22" label:"Port" label_id:"Port" doc:"Its port." doc_id:"Portnya."`
	User         string   `json:"user" label:"User" label_id:"Pengguna" doc:"Our account there; the right to read is enough." doc_id:"Akun kita di sana; hak baca sudah cukup." example:"balaikota"`
	Password     string   `json:"password" secret:"true" label:"Password" label_id:"Kata sandi" doc:"Its password, unless there is a key." doc_id:"Kata sandinya, kecuali memakai kunci." example:"env:SANDI_SFTP"`
	Key          string   `json:"key" secret:"true" label:"Private key" label_id:"Kunci privat" doc:"Private key (OpenSSH or PEM, without passphrase), as a file." doc_id:"Kunci privat (OpenSSH atau PEM, tanpa frasa sandi), sebagai berkas." example:"file:/run/secrets/sftp_key"`
	HostKeys     []string `json:"host_keys" label:"Fingerprints of the server" label_id:"Sidik jari server" doc:"Fingerprints that the server's key may have (SHA256:…), as its owner tells them. Without one nothing is read: a trial shows what the server presents." doc_id:"Sidik jari kunci server (SHA256:…) menurut pengelolanya. Tanpa ini tidak ada yang dibaca; uji coba menampilkan sidik jari yang disodorkan server." example:"SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"`
	AllowPrivate bool     `json:"allow_private" label:"Allow private addresses" label_id:"Izinkan alamat jaringan dalam" doc:"Allow addresses of the inside network (10.x, 192.168.x, localhost). Only for systems the city runs itself." doc_id:"Izinkan alamat jaringan dalam (10.x, 192.168.x, localhost). Hanya untuk sistem milik kota sendiri."`
}

// check checks what tags cannot say; c is the configuration that it is part of.
func (s *Server) check(c *Config) error {
	switch {
	case s.Host == "" && (s.User != "" || s.Password != "" || s.Key != "" || len(s.HostKeys) > 0):
		return city.InvalidField("server.host", "is missing: the name of the server")
	case s.Host == "":
		return nil
	case strings.ContainsAny(s.Host, "/@ "):
		return city.InvalidField("server.host", "is the name alone, without sftp:// and user")
	case s.Port < 1 || s.Port > 65535:
		return city.InvalidField("server.port", "must be between 1 and 65535")
	case s.User == "":
		return city.InvalidField("server.user", "is missing")
	case (s.Password == "") == (s.Key == ""):
		return city.InvalidField("server.key", "give either key or password")
	case c.Done != "":
		return city.InvalidField("done", "is for folders of this machine: nothing is moved on a server")
	}
	for i, k := range s.HostKeys {
		if !strings.HasPrefix(k, "SHA256:") || len(k) != len("SHA256:")+43 {
			return city.InvalidField(fmt.Sprintf("server.host_keys[%d]", i), "is not a fingerprint; it begins with SHA256: and 43 signs follow, as ssh-keygen -lf shows it")
		}
	}
	return nil
}

// Bounds of what is taken from a server.
const (
	maxListed    = 50_000
	maxFile      = 256 << 20
	handshake    = 30 * time.Second
	sshPartAtOne = 32 << 10
)

// remote is a folder of an SFTP server. Files are read from a copy in a folder of its
// own, which goes with the run.
type remote struct {
	folder string
	server Server
	auth   []ssh.AuthMethod

	mu     sync.Mutex // of conn, which the end of a context closes
	conn   net.Conn
	client *sftp.Client
	copies string // the folder of the copy
	copied entry  // which file that is
}

func newRemote(cfg Config, env connectors.Env) (*remote, error) {
	r := &remote{folder: cfg.Folder, server: cfg.Server}
	if cfg.Server.Key != "" {
		pem, err := env.Secret(cfg.Server.Key)
		if err != nil {
			return nil, fmt.Errorf("server.key: %w", err)
		}
		signer, err := ssh.ParsePrivateKey([]byte(pem))
		if err != nil { // the error may quote the key
			return nil, city.InvalidField("server.key", "is not a private key without passphrase")
		}
		r.auth = []ssh.AuthMethod{ssh.PublicKeys(signer)}
		return r, nil
	}
	password, err := env.Secret(cfg.Server.Password)
	if err != nil {
		return nil, fmt.Errorf("server.password: %w", err)
	}
	r.auth = []ssh.AuthMethod{ssh.Password(password), ssh.KeyboardInteractive(func(_, _ string, questions []string, echos []bool) ([]string, error) {
		if len(questions) == 0 {
			return nil, nil
		}
		if len(questions) != 1 || echos[0] {
			return nil, errors.New("the server asks more than the password")
		}
		return []string{password}, nil
	})}
	return r, nil
}

// pinned refuses every key but those whose fingerprints are configured, before
// anything of ours is told to the server.
func (r *remote) pinned(_ string, _ net.Addr, key ssh.PublicKey) error {
	shown := ssh.FingerprintSHA256(key)
	switch {
	case slices.Contains(r.server.HostKeys, shown):
		return nil
	case len(r.server.HostKeys) == 0:
		return city.InvalidField("server.host_keys", "is missing; the server presents %s (%s). Ask its owner whether that is its key, then write it here", shown, key.Type())
	}
	return city.InvalidField("server.host_keys", "does not hold the key that the server presents, %s (%s): it has a new key, or another machine answers in its place. Ask its owner before you change this", shown, key.Type())
}

// connect signs in, unless that is done.
func (r *remote) connect(ctx context.Context) error {
	if r.client != nil {
		return nil
	}
	address := net.JoinHostPort(r.server.Host, strconv.Itoa(r.server.Port))
	conn, err := connectors.NewDialer(r.server.AllowPrivate).DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("connect to the server: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if err := conn.SetDeadline(time.Now().Add(handshake)); err != nil {
		return errors.Join(err, conn.Close())
	}
	var refused *city.Error
	shake, channels, requests, err := ssh.NewClientConn(conn, address, &ssh.ClientConfig{
		User: r.server.User, Auth: r.auth, ClientVersion: "SSH-2.0-balaikota", Timeout: handshake,
		HostKeyCallback: func(host string, at net.Addr, key ssh.PublicKey) error {
			err := r.pinned(host, at, key)
			errors.As(err, &refused)
			return err
		},
	})
	if err != nil {
		_ = conn.Close()
		return signInError(refused, err, r.server.Key != "")
	}
	client, err := sftp.NewClient(ssh.NewClient(shake, channels, requests), sftp.MaxPacket(sshPartAtOne))
	if err == nil {
		err = conn.SetDeadline(time.Time{})
	}
	if err != nil {
		return errors.Join(fmt.Errorf("begin SFTP: %w", err), conn.Close())
	}
	r.hold(conn)
	r.client = client
	return nil
}

// signInError is why nobody could sign in, in words; the library's own has no type.
func signInError(refused *city.Error, err error, byKey bool) error {
	switch {
	case refused != nil:
		return refused
	case strings.Contains(err.Error(), "unable to authenticate"):
		field := "server.password"
		if byKey {
			field = "server.key"
		}
		return city.InvalidField(field, "is refused by the server for this user")
	}
	return fmt.Errorf("sign in at the server: %w", err)
}

func (r *remote) list(ctx context.Context) ([]entry, error) {
	if err := r.connect(ctx); err != nil {
		return nil, err
	}
	infos, err := r.client.ReadDirContext(ctx, r.folder)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		e := city.InvalidField("folder", "cannot be opened on the server; check its name and the rights of our account")
		e.Err = err
		return nil, e
	}
	if err != nil {
		return nil, fmt.Errorf("list the folder: %w", err)
	}
	if len(infos) > maxListed {
		return nil, city.InvalidField("folder", "holds more than %d files; have the old ones put elsewhere", maxListed)
	}
	var found []entry
	for _, info := range infos {
		if info.Mode().IsRegular() && info.Name() == path.Base(info.Name()) && !strings.ContainsAny(info.Name(), "\\\x00") {
			found = append(found, entry{Name: info.Name(), Size: info.Size(), Modified: modified(info)})
		}
	}
	return found, nil
}

// fetch copies a file, unless the copy at hand is of it.
func (r *remote) fetch(ctx context.Context, e entry) (string, error) {
	if r.copies != "" && r.copied.key() == e.key() {
		return filepath.Join(r.copies, e.Name), nil
	}
	if e.Size > maxFile {
		return "", city.InvalidField(e.Name, "the file is larger than %d MB", maxFile>>20)
	}
	if err := r.connect(ctx); err != nil {
		return "", err
	}
	if err := r.forget(); err != nil {
		return "", err
	}
	var err error
	if r.copies, err = os.MkdirTemp("", "balaikota-sftp-"); err != nil { // for its owner's eyes alone
		return "", fmt.Errorf("make a folder for the copy: %w", err)
	}
	to := filepath.Join(r.copies, e.Name)
	if err := r.copy(e, to); err != nil {
		return "", errors.Join(fmt.Errorf("copy %s: %w", e.Name, err), r.forget())
	}
	r.copied = e
	return to, nil
}

// copy copies a file; one that is not as it was listed is an error of the moment.
func (r *remote) copy(e entry, to string) error {
	from, err := r.client.Open(path.Join(r.folder, e.Name))
	if err != nil {
		return err
	}
	defer from.Close()
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(file, io.LimitReader(from, e.Size+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if now, err := r.stat(e.Name); err != nil || n != e.Size || now.key() != e.key() {
		return errors.Join(errors.New("it changed while it was copied"), err)
	}
	return nil
}

func (r *remote) stat(name string) (entry, error) {
	if r.client == nil {
		return entry{}, errors.New("there is no connection to the server")
	}
	info, err := r.client.Lstat(path.Join(r.folder, name))
	if err != nil {
		return entry{}, fmt.Errorf("look at %s: %w", name, err)
	}
	return entry{Name: name, Size: info.Size(), Modified: modified(info)}, nil
}

// during ends the connection with ctx: SFTP's own calls wait without end.
func (r *remote) during(ctx context.Context) func() {
	stop := context.AfterFunc(ctx, r.cut)
	return func() { stop() }
}

func (r *remote) hold(conn net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conn = conn
}

// cut ends the connection, whoever is using it.
func (r *remote) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn != nil {
		_ = r.conn.Close()
	}
}

// forget removes the copy.
func (r *remote) forget() error {
	if r.copies == "" {
		return nil
	}
	folder := r.copies
	r.copies, r.copied = "", entry{}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("remove the copy: %w", err)
	}
	return nil
}

func (r *remote) close() error {
	err := r.forget()
	if r.client != nil {
		r.cut()              // first: the client's own end waits for the server's
		_ = r.client.Close() // the connection below it is gone
		r.client = nil
		r.hold(nil)
	}
	return err
}
