// Package store is Postgres: all SQL of Balaikota, one file per subject, and
// the only importer of pgx besides backend/localdb and backend/jobs. It
// implements the reading and writing interfaces of backend/city and
// backend/live's needs through them; it imports backend/city, migrations and
// the driver.
//
// Every read takes an asker. The pool signs in as a role that may touch
// nothing; a transaction takes balaikota_writer for the system's own work, or
// a reading role under row-level security for an asker (docs/adr/0003).
package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// appRole is the role every connection takes at sign-in.
const appRole = "balaikota_app"

// Config says how to reach the database.
type Config struct {
	// URL is the libpq URL of the serving role (localdb.DB.AppURL, or
	// DATABASE_URL, whose user must be a member of balaikota_app).
	URL string
	// MaxConns bounds the pool; 0 means 16.
	MaxConns int32
	Log      *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Identities are the keys under which identities lie; nil refuses to store
	// or open any.
	Identities city.Identities
}

// Store reads and writes the city's data.
type Store struct {
	pool *pgxpool.Pool
	log  *slog.Logger
	now  func() time.Time
	// identities are never nil.
	identities city.Identities
	catalogue  catalogueCache
	locks      locks
	turns      turns
	// NoteWait is for how long questions to a reporter wait for the words of a
	// recording; 0 where nothing turns recordings into words. Set before use.
	NoteWait time.Duration
	// AfterIngest, when set, is called inside each ingest transaction that
	// added or changed reports: tests break transactions there.
	AfterIngest func(ctx context.Context, tx pgx.Tx, reportIDs []int64) error
}

// Open connects the pool. It does not wait for the database to answer; Ping
// tells whether it does.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	pc, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, city.Wrap(city.Invalid, err, "the database address cannot be read; it has the form postgres://user@host/database")
	}
	pc.ConnConfig.RuntimeParams["role"] = appRole
	pc.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pc.ConnConfig.RuntimeParams["application_name"] = "balaikota"
	pc.ConnConfig.ConnectTimeout = 5 * time.Second
	pc.MaxConns = cfg.MaxConns
	if pc.MaxConns == 0 {
		pc.MaxConns = 16
	}
	pc.MaxConnLifetime = time.Hour
	pc.HealthCheckPeriod = 10 * time.Second
	// Times are read in UTC whatever the zone of the machine.
	pc.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		conn.TypeMap().RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}})
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("open the database pool: %w", err)
	}
	s := &Store{pool: pool, log: cfg.Log, now: cfg.Now, identities: cfg.Identities, turns: newTurns()}
	if s.identities == nil {
		s.identities = noKeys{}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s, nil
}

// Close ends all connections.
func (s *Store) Close() {
	s.locks.close()
	s.pool.Close()
}

// Pool is the pool itself, for backend/jobs (river) only.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return unavailable(err)
	}
	return nil
}

// write runs fn in a transaction as balaikota_writer and commits. fn may be
// run again (see again), and must have no effect outside tx.
func (s *Store) write(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return s.again(ctx, pgx.TxOptions{}, "SET LOCAL ROLE balaikota_writer", fn)
}

// read runs fn in a read-only snapshot with the asker's rights; fn may be run
// again.
func (s *Store) read(ctx context.Context, asker city.Asker, fn func(tx pgx.Tx) error) error {
	return s.again(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, askerSettings(asker, ""), fn)
}

// again runs fn in a transaction, and once more after a serialization failure,
// a deadlock, or a connection that broke before the commit was sent, at most
// five times within about half a second.
func (s *Store) again(ctx context.Context, opts pgx.TxOptions, settings string, fn func(tx pgx.Tx) error) error {
	var err error
	for attempt := range 5 {
		err = s.inTx(ctx, opts, settings, fn)
		if err == nil || ctx.Err() != nil || !s.retryable(err) {
			break
		}
		pause := time.Duration(rand.Int64N(int64(20*time.Millisecond) << attempt))
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return translate(err)
}

// askerSettings is the statement that gives a transaction its rights.
func askerSettings(a city.Asker, reason string) string {
	role := "balaikota_reader"
	switch {
	case a.Role == city.SystemRole:
		return "SET LOCAL ROLE balaikota_writer"
	case a.Role == city.Layar:
		role = "balaikota_wall_reader"
	case reason != "":
		role = "balaikota_identity_reader"
	case a.Role.CityWide():
		role = "balaikota_city_reader"
	}
	return "SET LOCAL ROLE " + role + "; SELECT set_config('balaikota.role'," + literal(string(a.Role)) +
		",true), set_config('balaikota.area'," + literal(a.AreaCode) +
		",true), set_config('balaikota.office','" + strconv.FormatInt(a.OfficeID, 10) +
		"',true), set_config('balaikota.officer','" + strconv.FormatInt(a.OfficerID, 10) +
		"',true), set_config('balaikota.reason'," + literal(reason) +
		",true), set_config('balaikota.key'," + literal(keyHash(a)) + ",true)"
}

// literal quotes a string for SQL; standard_conforming_strings is always on.
func literal(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "\x00", ""), "'", "''") + "'"
}

// beforeCommit marks a failure after which nothing can have been committed.
type beforeCommit struct{ error }

func (e beforeCommit) Unwrap() error { return e.error }

func (s *Store) inTx(ctx context.Context, opts pgx.TxOptions, settings string, fn func(tx pgx.Tx) error) (err error) {
	tx, err := s.pool.BeginTx(ctx, opts)
	if err != nil {
		return beforeCommit{fmt.Errorf("begin a transaction: %w", err)}
	}
	defer func() {
		if err != nil {
			// The caller's context may be the reason; the rollback has its own.
			rctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			_ = tx.Rollback(rctx)
		}
	}()
	if _, err = tx.Conn().PgConn().Exec(ctx, settings).ReadAll(); err != nil {
		return beforeCommit{fmt.Errorf("take the transaction's rights: %w", err)}
	}
	if err = fn(tx); err != nil {
		return beforeCommit{err}
	}
	if err = tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// retryable reports whether running the transaction once more is safe and may
// help. What the server says of itself as it goes down holds for all
// connections, so they are given up.
func (s *Store) retryable(err error) bool {
	var pg *pgconn.PgError
	var before beforeCommit
	isBefore := errors.As(err, &before)
	if !errors.As(err, &pg) {
		var own *city.Error
		var broken *net.OpError
		return pgconn.SafeToRetry(err) || (isBefore && !errors.As(err, &own) &&
			(errors.As(err, &broken) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)))
	}
	switch pg.Code {
	case "40001", "40P01":
		return true
	case "57P01", "57P02", "57P03": // shut down, crashed, not yet started
		s.pool.Reset()
		return isBefore
	}
	return false
}

// translate gives database failures the domain's codes.
func translate(err error) error {
	var own *city.Error
	var pg *pgconn.PgError
	switch {
	case err == nil, errors.As(err, &own):
		return err
	case errors.Is(err, pgx.ErrNoRows):
		return city.Wrap(city.NotFound, err, "there is no such thing, or it is not yours to see")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case !errors.As(err, &pg):
		return unavailable(err)
	}
	switch pg.Code {
	case "23505":
		return city.Wrap(city.Conflict, err, "this already exists")
	case "23514", "23503", "23502", "22P02", "22003", "22021":
		return city.Wrap(city.Invalid, err, "a rule of the data is broken: %s", ruleName(pg))
	case "42501":
		return city.Wrap(city.Forbidden, err, "this role may not do that")
	case "57P01", "57P02", "57P03", "53300", "53400", "25006":
		return unavailable(err)
	}
	return err
}

func ruleName(pg *pgconn.PgError) string {
	if pg.ConstraintName != "" {
		return strings.ReplaceAll(pg.ConstraintName, "_", " ")
	}
	return pg.Message
}

func unavailable(err error) error {
	e := city.Wrap(city.Internal, err, "the database does not answer")
	e.RetryAfter = 2 * time.Second
	return e
}

// cleanText drops what a Postgres text cannot hold: NUL and invalid UTF-8.
func cleanText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
