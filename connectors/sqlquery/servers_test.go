package sqlquery

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"

	"balaikota/backend/store/storetest"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// What connectortest's Env makes of env:SANDI.
const password = "nilai-env:SANDI"

// theirs is another system's database, with an account "baca" that may read the
// tables data, and what a test's own hand does to it.
type theirs struct {
	system, address, database string
	url                       string // Postgres': as its owner, by its socket
	do                        func(t *testing.T, statements ...string)
}

// systems make one of each kind; SQL Server's is a double.
var systems = map[string]func(*testing.T) theirs{"postgres": postgres, "mariadb": mariadb, "sqlserver": sqlserver}

// postgres makes a database in the tests' server. That one listens on a Unix
// socket alone; a listener of the test's hands its bytes on.
func postgres(t *testing.T) theirs {
	t.Helper()
	db := storetest.EmptyDB(t)
	conn := storetest.Connect(t, db.SuperuserURL)
	account := "baca_" + db.Name
	do := func(t *testing.T, statements ...string) {
		t.Helper()
		for _, s := range statements {
			if _, err := conn.Exec(context.WithoutCancel(t.Context()), strings.ReplaceAll(s, "baca", account)); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
	}
	do(t, "CREATE ROLE baca LOGIN PASSWORD '"+password+"'", "GRANT CONNECT ON DATABASE "+db.Name+" TO baca", "GRANT USAGE ON SCHEMA public TO baca")
	t.Cleanup(func() { do(t, "DROP OWNED BY baca", "DROP ROLE baca") })
	return theirs{system: "postgres", address: relay(t, db.SuperuserURL), database: db.Name, url: db.SuperuserURL, do: do}
}

// relay makes a server reachable by TCP, wherever it listens.
func relay(t *testing.T, address string) string {
	t.Helper()
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	network, place := "tcp", net.JoinHostPort(cfg.Host, strconv.Itoa(int(cfg.Port)))
	if strings.HasPrefix(cfg.Host, "/") {
		network, place = "unix", filepath.Join(cfg.Host, fmt.Sprintf(".s.PGSQL.%d", cfg.Port))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial(network, place)
			if err != nil {
				_ = in.Close()
				continue
			}
			go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
		}
	}()
	return l.Addr().String()
}

// maria is the MariaDB of this package's tests, started by the first that needs
// it.
var maria struct {
	once      sync.Once
	address   string
	authority string // that vouches for its certificate
	root      *sql.DB
	err       error
	stop      func()
	count     int
	mu        sync.Mutex
}

func TestMain(m *testing.M) {
	code := m.Run()
	if maria.stop != nil {
		maria.stop()
	}
	os.Exit(code)
}

// mariadb makes a database in it.
func mariadb(t *testing.T) theirs {
	t.Helper()
	server, install := program(t, "mariadbd"), program(t, "mariadb-install-db")
	maria.once.Do(func() {
		var certificate, key string
		maria.authority, certificate, key = connectortest.Certificates(t)
		maria.err = startMaria(server, install, certificate, key)
	})
	if maria.err != nil {
		t.Fatal(maria.err)
	}
	maria.mu.Lock()
	maria.count++
	name := fmt.Sprintf("uji_%d", maria.count)
	maria.mu.Unlock()
	do := func(t *testing.T, statements ...string) {
		t.Helper()
		conn, err := maria.root.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for _, s := range append([]string{"USE " + name}, statements...) {
			if _, err := conn.ExecContext(t.Context(), strings.NewReplacer("baca", "baca_"+name, "timestamptz", "timestamp").Replace(s)); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
	}
	for _, s := range []string{"CREATE DATABASE " + name, "CREATE USER baca_" + name + " IDENTIFIED BY '" + password + "'"} {
		if _, err := maria.root.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	return theirs{system: "mysql", address: maria.address, database: name, do: do}
}

// program finds a program of the server's package, which Debian puts where only
// root's PATH looks. Without it the test is skipped, never in CI.
func program(t *testing.T, name string) string {
	t.Helper()
	for _, candidate := range []string{name, "/usr/sbin/" + name, "/opt/homebrew/bin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not here; .ci/need mariadb installs it", name)
	}
	t.Skipf("%s is not on this machine", name)
	return ""
}

func startMaria(server, install, certificate, key string) error {
	dir, err := os.MkdirTemp("", "balaikota-maria")
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	maria.address = l.Addr().String()
	_, port, _ := net.SplitHostPort(maria.address)
	_ = l.Close()
	for name, text := range map[string]string{"cert.pem": certificate, "key.pem": key} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	data := filepath.Join(dir, "data")
	as := []string{"--no-defaults", "--datadir=" + data}
	if os.Geteuid() == 0 {
		as = append(as, "--user=root") // its folder is ours alone
	}
	made := exec.Command(install, append(as, "--auth-root-authentication-method=normal", "--skip-test-db")...)
	if out, err := made.CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb-install-db: %w\n%s", err, out)
	}
	cmd := exec.Command(server, append(as, "--socket="+dir+"/sock", "--bind-address=127.0.0.1", "--port="+port,
		"--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", "--log-error="+dir+"/log", "--ssl-cert="+dir+"/cert.pem", "--ssl-key="+dir+"/key.pem", "--default-time-zone=+07:00")...)
	if err := cmd.Start(); err != nil {
		return err
	}
	maria.stop = func() {
		_ = maria.root.Close()
		_ = cmd.Process.Signal(syscall.SIGKILL) // nothing of it is kept
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	}
	cfg := mysql.NewConfig()
	cfg.User, cfg.Net, cfg.Addr, cfg.Logger = "root", "unix", dir+"/sock", &mysql.NopLogger{}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return err
	}
	maria.root = sql.OpenDB(connector)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := maria.root.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			text, _ := os.ReadFile(dir + "/log")
			return errors.Join(fmt.Errorf("MariaDB did not start: %w\n%s", err, text))
		}
	}
}

// config is the configuration of a source at the database; more replace lines.
func (db theirs) config(t *testing.T, more ...string) json.RawMessage {
	t.Helper()
	host, port, err := net.SplitHostPort(db.address)
	if err != nil {
		t.Fatal(err)
	}
	config := map[string]any{}
	for _, part := range append([]string{`
system: ` + db.system + `
host: ` + host + `
port: ` + port + `
database: ` + db.database + `
user: baca_` + db.database + `
password: env:SANDI
tls: "off"
allow_private: true
query: select nomor, dibuat, isi, diubah from data where diubah > :since order by diubah
cursor: diubah
start: "2026-01-01 00:00:00"
mapping:
  kind: reports
  fields:
    external_id: .nomor
    created_at: .dibuat
    text: .isi
`}, more...) {
		if err := json.Unmarshal(connectortest.YAML(t, part), &config); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func open(t *testing.T, config json.RawMessage) *connector {
	t.Helper()
	c, err := Spec.New(config, connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment()))
	if err != nil {
		t.Fatal(err)
	}
	return c.(*connector)
}

// run makes one run from cursor. It returns what came, told shortly, and the
// cursor that follows.
func run(t *testing.T, config, cursor json.RawMessage) (got []string, pages int, next json.RawMessage, err error) {
	t.Helper()
	c := open(t, config)
	defer func() {
		if cerr := c.Close(); cerr != nil {
			t.Error(cerr)
		}
	}()
	next, err = connectortest.Drain(t, c, cursor, func(page connectors.Page) {
		pages++
		for _, r := range page.Reports {
			got = append(got, r.ExternalID+" "+r.CreatedAt.In(connectortest.WITA).Format(time.RFC3339)+" "+r.Text)
		}
		for _, r := range page.Refused {
			got = append(got, r.Place+": "+r.Reason)
		}
	})
	return got, pages, next, err
}
