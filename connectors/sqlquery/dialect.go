package sqlquery

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// dialect is what differs between the systems.
type dialect struct {
	port        int
	placeholder string
	numbered    bool // one value serves all placeholders
	hash        bool // # begins a comment, and $$ no quotation
	transact    bool // Transact-SQL: [names], statements without a semicolon between
	backslash   bool // escapes within quotations
	open        func(c account) (*sql.DB, error)
	// prepare sets the limits of a connection that open could not.
	prepare func(ctx context.Context, conn *sql.Conn, limit time.Duration) error
	// allowed is asked once a run, where no transaction keeps an account from
	// writing.
	allowed func(ctx context.Context, conn *sql.Conn) error
	// writable: transactions cannot be made to only read, and queries not to end
	// by the server's own clock.
	writable bool
	value    func(raw any, kind string, zone *time.Location) (any, error)
	explain  func(err error) error
}

var dialects = map[string]dialect{
	"postgres":  {port: 5432, placeholder: "$1", numbered: true, open: openPostgres, value: postgresValue, explain: explainPostgres},
	"mysql":     {port: 3306, placeholder: "?", hash: true, backslash: true, open: openMySQL, prepare: limitMySQL, value: mysqlValue, explain: explainMySQL},
	"sqlserver": {port: 1433, placeholder: "@p1", numbered: true, transact: true, writable: true, open: openMSSQL, prepare: limitMSSQL, allowed: onlyReads, value: mssqlValue, explain: explainMSSQL},
}

// account is how a server is reached.
type account struct {
	host, database, user, password string
	port                           int
	tls                            *tls.Config // nil for none
	allowPrivate                   bool
	limit                          time.Duration
}

func (a account) address() string { return net.JoinHostPort(a.host, strconv.Itoa(a.port)) }

// trust is the encryption of a connection; nil for none.
func trust(c Config, authority string) (*tls.Config, error) {
	if c.TLS == "off" {
		return nil, nil //nolint:nilnil // no encryption is a choice
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.Host}
	if authority != "" {
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM([]byte(authority)) {
			return nil, city.InvalidField("ca", "holds no certificate (PEM)")
		}
	}
	return t, nil
}

// openPostgres prepares a connection that takes nothing from the environment:
// our own PG variables and password files are for our own database.
func openPostgres(a account) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig("host=localhost sslmode=disable passfile=/dev/null connect_timeout=10")
	if err != nil {
		return nil, fmt.Errorf("prepare the connection: %w", err)
	}
	cfg.Host, cfg.Port, cfg.Database, cfg.User, cfg.Password = a.host, uint16(a.port), a.database, a.user, a.password
	cfg.TLSConfig, cfg.Fallbacks, cfg.ValidateConnect, cfg.AfterConnect = a.tls, nil, nil, nil
	cfg.DialFunc = connectors.NewDialer(a.allowPrivate).DialContext
	// An unnamed prepared statement, which poolers in between understand.
	cfg.DefaultQueryExecMode = pgx.QueryExecModeDescribeExec
	cfg.RuntimeParams = map[string]string{
		"application_name": "balaikota", "default_transaction_read_only": "on",
		"statement_timeout": strconv.FormatInt(a.limit.Milliseconds(), 10), "TimeZone": "UTC", "DateStyle": "ISO",
	}
	return stdlib.OpenDB(*cfg), nil
}

func openMySQL(a account) (*sql.DB, error) {
	cfg := mysql.NewConfig()
	cfg.Net, cfg.Addr, cfg.DBName, cfg.User, cfg.Passwd = "tcp", a.address(), a.database, a.user, a.password
	cfg.TLS, cfg.AllowCleartextPasswords, cfg.AllowNativePasswords = a.tls, false, true
	cfg.AllowAllFiles, cfg.MultiStatements = false, false
	cfg.Timeout, cfg.ReadTimeout, cfg.WriteTimeout = 10*time.Second, a.limit+10*time.Second, 10*time.Second
	cfg.DialFunc = connectors.NewDialer(a.allowPrivate).DialContext
	cfg.Logger = &mysql.NopLogger{}
	cfg.Params = map[string]string{"time_zone": "'+00:00'"} // what TIMESTAMP is told in
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("prepare the connection: %w", err)
	}
	return sql.OpenDB(connector), nil
}

// limitMySQL sets the time limit, which MySQL and MariaDB call differently, and
// makes the whole session one that only reads.
func limitMySQL(ctx context.Context, conn *sql.Conn, limit time.Duration) error {
	if _, err := conn.ExecContext(ctx, "SET SESSION TRANSACTION READ ONLY"); err != nil {
		return err
	}
	maria := fmt.Sprintf("SET SESSION max_statement_time = %d", int(limit.Seconds()))
	if _, err := conn.ExecContext(ctx, maria); err == nil {
		return nil
	}
	_, err := conn.ExecContext(ctx, fmt.Sprintf("SET SESSION max_execution_time = %d", limit.Milliseconds()))
	return err
}
