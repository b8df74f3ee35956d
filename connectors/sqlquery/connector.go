package sqlquery

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/mapping"
)

// connector is one run of an sqlquery source.
type connector struct {
	cfg       Config
	env       connectors.Env
	dialect   dialect
	statement statement
	account   account
	rows      *mapping.Reader
	db        *sql.DB
	allowed   bool // the account was found to do no more than read
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	c := &connector{cfg: cfg, env: env, dialect: dialects[cfg.System]}
	var err error
	if c.statement, err = readStatement(cfg.Query, c.dialect); err != nil {
		return nil, err
	}
	if c.rows, err = cfg.Mapping.Reader(env); err != nil {
		return nil, err
	}
	c.account = account{
		host: cfg.Host, port: cfg.Port, database: cfg.Database, user: cfg.User,
		allowPrivate: cfg.AllowPrivate, limit: time.Duration(cfg.Timeout),
	}
	if c.account.port == 0 {
		c.account.port = c.dialect.port
	}
	if c.account.password, err = env.Secret(cfg.Password); err != nil {
		return nil, fmt.Errorf("password: %w", err)
	}
	authority := ""
	if cfg.CA != "" {
		if authority, err = env.Secret(cfg.CA); err != nil {
			return nil, fmt.Errorf("ca: %w", err)
		}
	}
	c.account.tls, err = trust(cfg, authority)
	return c, err
}

// Mapped implements connectors.Mapper.
func (c *connector) Mapped(ctx context.Context) []city.MappedField { return c.rows.Mapped(ctx) }

// Close ends the connection.
func (c *connector) Close() error {
	if c.db == nil {
		return nil
	}
	return c.db.Close()
}

// cursor is where reading goes on.
type cursor struct {
	Settings uint64 `json:"settings"` // another query starts anew
	Since    string `json:"since"`
}

// Pull reads one page in a transaction of its own.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (connectors.Page, error) {
	cur, err := c.readCursor(raw)
	if err != nil {
		return connectors.Page{}, err
	}
	got, err := c.read(ctx, cur.Since)
	if err != nil {
		return connectors.Page{}, c.explain(err)
	}
	var page connectors.Page
	if err := got.whole(c.cfg, c.statement.since, cur.Since); err != nil {
		return page, err
	}
	var records []any
	for _, r := range got.rows {
		if r.refusal != nil {
			page.Refused = append(page.Refused, *r.refusal)
			continue
		}
		records = append(records, r.record)
	}
	if err := c.rows.Convert(ctx, records, &page); err != nil {
		return page, err
	}
	cur.Since = got.follows(cur.Since)
	page.More = got.more
	if page.Cursor, err = json.Marshal(cur); err != nil {
		return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

func (c *connector) readCursor(raw json.RawMessage) (cursor, error) {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%q", []string{c.cfg.System, c.cfg.Host, c.cfg.Database, c.cfg.Query, c.cfg.Cursor, c.cfg.Start, fmt.Sprint(c.cfg.Mapping)}) // a hash never fails
	var cur cursor
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return cur, fmt.Errorf("read the cursor: %w", err)
		}
	}
	if cur.Settings != h.Sum64() {
		cur = cursor{Settings: h.Sum64(), Since: c.cfg.Start}
	}
	return cur, nil
}

// errLimit is why a query ends whose server does not end it.
var errLimit = errors.New("the query's time limit has passed")

// read runs the query for rows behind since, in a transaction that may only read,
// where the system knows such, and is rolled back.
func (c *connector) read(ctx context.Context, since string) (*result, error) {
	if c.db == nil {
		db, err := c.dialect.open(c.account)
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(1)
		c.db = db
	}
	// The server ends the query at its limit; this is for one that does not answer.
	ctx, cancel := context.WithTimeout(ctx, c.account.limit+10*time.Second)
	defer cancel()
	conn, err := c.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if c.dialect.prepare != nil {
		if err := c.dialect.prepare(ctx, conn, c.account.limit); err != nil {
			return nil, err
		}
	}
	if c.dialect.allowed != nil && !c.allowed {
		if err := c.dialect.allowed(ctx, conn); err != nil {
			return nil, err
		}
		c.allowed = true
	}
	if !c.dialect.writable {
		return c.ask(ctx, conn, since)
	}
	// Told to stop by us, the server does.
	ctx, cancel = context.WithTimeoutCause(ctx, c.account.limit, errLimit)
	defer cancel()
	got, err := c.ask(ctx, conn, since)
	if err != nil && errors.Is(context.Cause(ctx), errLimit) {
		return nil, tooSlow()
	}
	return got, err
}

// ask asks the query and takes its rows.
func (c *connector) ask(ctx context.Context, conn *sql.Conn, since string) (*result, error) {
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: !c.dialect.writable})
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	args := make([]any, c.statement.times)
	for i := range args {
		args[i] = since
	}
	rows, err := tx.QueryContext(ctx, c.statement.text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return c.collect(rows)
}

// explain puts the server's error into words; what stays is the network's.
func (c *connector) explain(err error) error {
	if own, ok := errors.AsType[*city.Error](err); ok {
		return own
	}
	return c.dialect.explain(fmt.Errorf("ask the database: %w", err))
}

// Rewind implements connectors.Rewinder where the cursor's column holds times, as
// the place that the source has come to, or begins with, tells. Times without a
// zone may be the city's or, in MySQL's TIMESTAMP, UTC: the earlier is taken,
// which reads a few hours more.
func (c *connector) Rewind(raw json.RawMessage, to time.Time) (json.RawMessage, error) {
	cur, err := c.readCursor(raw)
	if err != nil || !c.statement.since {
		return nil, err
	}
	local, utc := to.In(c.rows.Location()), to.UTC()
	switch {
	case isTime(time.RFC3339Nano, cur.Since):
		cur.Since = utc.Format(time.RFC3339Nano)
	case isTime(isoZoneless, cur.Since):
		cur.Since = min(local.Format(isoMillis), utc.Format(isoMillis))
	case isTime(zoneless, cur.Since), isTime(time.DateTime, cur.Since):
		cur.Since = min(local.Format(zoneless), utc.Format(zoneless))
	case isTime(dayOnly, cur.Since):
		cur.Since = min(local.Format(dayOnly), utc.Format(dayOnly))
	default:
		return nil, &city.Error{Code: city.Conflict, Key: "source.reread.no_time", Field: "from",
			Message: "the query's cursor holds no times; leave the moment out, or change what the reading begins with in the source's settings"}
	}
	return json.Marshal(cur)
}

func isTime(layout, s string) bool {
	_, err := time.Parse(layout, s)
	return err == nil
}
