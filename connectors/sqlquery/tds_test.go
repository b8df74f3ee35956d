package sqlquery

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unicode/utf16"

	"github.com/jackc/pgx/v5/pgconn"

	"balaikota/connectors/connectortest"
)

// tdsDouble is a test double of SQL Server, which cannot be installed here: it
// speaks TDS 7.4 as [MS-TDS] writes it down (pre-login with the TLS handshake in its
// packets, LOGIN7, batches, sp_executesql, transactions, attention) and hands the
// statements to a database in the tests' Postgres, whose types and errors it tells
// as SQL Server would. What of T-SQL Postgres does not know, it does not either; who
// may do what is asked of Postgres' own grants.
type tdsDouble struct {
	url, database, account string
	certificate            *tls.Certificate
	forced                 bool // it takes nobody who does not encrypt
	readOnly               atomic.Int32
	attentions             atomic.Int32
}

// What SQL Server has and Postgres has not, for the questions we ask.
var tdsCatalogue = []string{
	"CREATE SCHEMA sys", "GRANT USAGE ON SCHEMA sys TO PUBLIC",
	`CREATE VIEW sys.objects AS SELECT relname AS name, relnamespace AS schema_id, CASE relkind WHEN 'r' THEN 'U' ELSE 'V' END AS type
	FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace = 'public'::regnamespace`,
	"GRANT SELECT ON sys.objects TO PUBLIC",
	"CREATE FUNCTION schema_name(oid) RETURNS text LANGUAGE sql AS 'SELECT nspname::text FROM pg_namespace WHERE oid = $1'",
	"CREATE FUNCTION quotename(name) RETURNS text LANGUAGE sql AS 'SELECT quote_ident($1)'",
	"CREATE FUNCTION quotename(text) RETURNS text LANGUAGE sql AS 'SELECT quote_ident($1)'",
	"CREATE FUNCTION has_perms_by_name(text, text, text) RETURNS int LANGUAGE sql AS 'SELECT has_table_privilege($1, $3)::int'",
	`CREATE FUNCTION fn_my_permissions(text, text) RETURNS TABLE (permission_name text) LANGUAGE sql AS $$
	SELECT 'CONNECT' UNION ALL SELECT 'SELECT' UNION ALL SELECT 'CREATE TABLE' WHERE has_schema_privilege('public', 'CREATE') $$`,
}

// sqlserver makes a database behind a double of its own.
func sqlserver(t *testing.T) theirs {
	t.Helper()
	db, _ := sqlserverWith(t, func(*tdsDouble) {})
	return db
}

func sqlserverWith(t *testing.T, change func(*tdsDouble)) (theirs, *tdsDouble) {
	t.Helper()
	behind := postgres(t)
	behind.do(t, tdsCatalogue...)
	d := &tdsDouble{url: behind.url, database: behind.database, account: "baca_" + behind.database}
	change(d)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var served sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); stop(); served.Wait() })
	served.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			served.Go(func() {
				defer conn.Close()
				defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
				s := &tdsSession{double: d, raw: conn, wire: conn}
				if err := s.serve(ctx); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) && ctx.Err() == nil {
					t.Logf("the double's session ended: %v", err)
				}
			})
		}
	})
	behind.system, behind.address = "sqlserver", l.Addr().String()
	return behind, d
}

// Packet types.
const (
	tdsBatch, tdsRPC, tdsReply, tdsAttention, tdsTransaction, tdsLogin, tdsPrelogin = 1, 3, 4, 6, 14, 16, 18
)

type tdsMessage struct {
	kind byte
	body []byte
}

type tdsSession struct {
	double *tdsDouble
	raw    net.Conn
	wire   io.ReadWriter // raw, or TLS over it
	pg     *pgconn.PgConn
	tran   uint64
}

func (s *tdsSession) read() (tdsMessage, error) {
	var m tdsMessage
	for {
		var head [8]byte
		if _, err := io.ReadFull(s.wire, head[:]); err != nil {
			return m, err
		}
		size := int(binary.BigEndian.Uint16(head[2:]))
		if size < 8 || size > 4096 || m.kind != 0 && m.kind != head[0] {
			return m, fmt.Errorf("a packet of type %d with %d bytes", head[0], size)
		}
		body := make([]byte, size-8)
		if _, err := io.ReadFull(s.wire, body); err != nil {
			return m, err
		}
		m.kind, m.body = head[0], append(m.body, body...)
		if head[1]&1 != 0 {
			return m, nil
		}
	}
}

func (s *tdsSession) write(kind byte, body []byte) error {
	for n := byte(1); ; n++ {
		part := body[:min(len(body), 4096-8)]
		body = body[len(part):]
		head := []byte{kind, 0, 0, 0, 0, 51, n, 0}
		binary.BigEndian.PutUint16(head[2:], uint16(len(part)+8))
		if len(body) == 0 {
			head[1] = 1
		}
		if _, err := s.wire.Write(append(head, part...)); err != nil || len(body) == 0 {
			return err
		}
	}
}

// handshake carries TLS' handshake in pre-login packets, as TDS 7 wants it, and
// hands the bytes on once it is done.
type handshake struct {
	net.Conn
	session *tdsSession
	pending bytes.Buffer // theirs, unread
	out     bytes.Buffer // ours, unsent
	done    bool
}

func (h *handshake) Read(p []byte) (int, error) {
	if h.done {
		return h.Conn.Read(p)
	}
	if err := h.flush(); err != nil {
		return 0, err
	}
	if h.pending.Len() == 0 {
		m, err := h.session.read()
		if err != nil || m.kind != tdsPrelogin {
			return 0, fmt.Errorf("a packet of type %d during the handshake: %w", m.kind, err)
		}
		h.pending.Write(m.body)
	}
	return h.pending.Read(p)
}

func (h *handshake) Write(p []byte) (int, error) {
	if h.done {
		return h.Conn.Write(p)
	}
	return h.out.Write(p)
}

func (h *handshake) flush() error {
	if h.out.Len() == 0 {
		return nil
	}
	defer h.out.Reset()
	return h.session.write(tdsPrelogin, h.out.Bytes())
}

// prelogin agrees on encryption.
func (s *tdsSession) prelogin() error {
	m, err := s.read()
	if err != nil || m.kind != tdsPrelogin {
		return fmt.Errorf("the first packet is of type %d: %w", m.kind, err)
	}
	asked := byte(2)
	for b := m.body; len(b) >= 5 && b[0] != 0xff; b = b[5:] {
		at, n := int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
		if at+n > len(m.body) {
			return errors.New("an option of the pre-login lies outside")
		}
		if b[0] == 1 && n == 1 {
			asked = m.body[at]
		}
	}
	answer := byte(2) // not supported
	switch {
	case s.double.certificate == nil:
	case s.double.forced:
		answer = 3
	case asked == 1 || asked == 3:
		answer = 1
	}
	reply := []byte{0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0x10, 0, 0, 0, answer}
	if err := s.write(tdsReply, reply); err != nil || answer == 2 {
		return err
	}
	h := &handshake{Conn: s.raw, session: s}
	secure := tls.Server(h, &tls.Config{Certificates: []tls.Certificate{*s.double.certificate}, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12})
	if err := secure.Handshake(); err != nil {
		return errors.Join(err, h.flush())
	}
	if err := h.flush(); err != nil {
		return err
	}
	h.done, s.wire = true, secure
	return nil
}

// login checks LOGIN7 and connects to what stands behind.
func (s *tdsSession) login(ctx context.Context) (tokens []byte, ok bool, err error) {
	m, err := s.read()
	if err != nil {
		return nil, false, err
	}
	if m.kind != tdsLogin || len(m.body) < 94 || binary.LittleEndian.Uint32(m.body[4:]) != 0x74000004 {
		return nil, false, fmt.Errorf("no LOGIN7 of TDS 7.4 but a packet of type %d", m.kind)
	}
	field := func(at int) []byte {
		from, n := int(binary.LittleEndian.Uint16(m.body[at:])), 2*int(binary.LittleEndian.Uint16(m.body[at+2:]))
		if from+n > len(m.body) {
			return nil
		}
		return bytes.Clone(m.body[from : from+n])
	}
	secret := field(44)
	for i, b := range secret { // the halves of each byte changed, then 0xA5
		b ^= 0xa5
		secret[i] = b<<4 | b>>4
	}
	user, database := utf16Text(field(40)), utf16Text(field(68))
	if m.body[26]&0x20 != 0 {
		s.double.readOnly.Add(1)
	}
	if user != s.double.account || utf16Text(secret) != password {
		return tdsError(18456, 14, "Login failed for user '"+user+"'."), false, nil
	}
	if database != s.double.database {
		return tdsError(4060, 11, "Cannot open database \""+database+"\" requested by the login. The login failed."), false, nil
	}
	cfg, err := pgconn.ParseConfig(s.double.url)
	if err != nil {
		return nil, false, err
	}
	cfg.User, cfg.Password, cfg.RuntimeParams = user, "", map[string]string{"timezone": "UTC", "datestyle": "ISO"}
	if s.pg, err = pgconn.ConnectConfig(ctx, cfg); err != nil {
		return nil, false, err
	}
	name := utf16Bytes("Microsoft SQL Server")
	ack := append([]byte{1, 0x74, 0, 0, 4, byte(len(name) / 2)}, name...)
	tokens = environment(1, utf16Length(database), utf16Length("master"))
	tokens = append(tokens, lengthed(0xad, append(ack, 16, 0, 0x10, 0))...)
	tokens = append(tokens, environment(4, utf16Length("4096"), utf16Length("4096"))...)
	return append(tokens, done(0xfd, 0, 0)...), true, nil
}

// serve answers one connection until it ends.
func (s *tdsSession) serve(ctx context.Context) error {
	if err := s.prelogin(); err != nil {
		return err
	}
	tokens, ok, err := s.login(ctx)
	if err != nil {
		return err
	}
	if !ok {
		return s.write(tdsReply, append(tokens, done(0xfd, 2, 0)...))
	}
	defer func() { _ = s.pg.Close(context.WithoutCancel(ctx)) }()
	if err := s.write(tdsReply, tokens); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	messages := make(chan tdsMessage)
	failed := make(chan error, 1)
	go func() {
		for {
			m, err := s.read()
			if err != nil {
				failed <- err
				stop()
				return
			}
			select {
			case messages <- m:
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case err := <-failed:
			return err
		case m := <-messages:
			if err := s.request(ctx, m, messages); err != nil {
				return err
			}
		}
	}
}

// request answers one request; an attention that comes meanwhile ends it.
func (s *tdsSession) request(ctx context.Context, m tdsMessage, messages <-chan tdsMessage) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answer := make(chan []byte, 1)
	if m.kind == tdsAttention {
		answer <- nil
	} else {
		go func() { answer <- s.answer(ctx, m) }()
	}
	select {
	case tokens := <-answer:
		if m.kind == tdsAttention { // what it was to end had ended
			s.double.attentions.Add(1)
			tokens = done(0xfd, 0x20, 0)
		}
		return s.write(tdsReply, tokens)
	case next := <-messages:
		if next.kind != tdsAttention {
			return fmt.Errorf("a request of type %d before the last was answered", next.kind)
		}
		cancel()
		<-answer
		s.double.attentions.Add(1)
		return s.write(tdsReply, append(s.lost(), done(0xfd, 0x20, 0)...))
	case <-ctx.Done():
		<-answer
		return ctx.Err()
	}
}

var brackets = regexp.MustCompile(`\[([^\]]+)\]`)

// answer does what a message asks, and gives the tokens of the reply.
func (s *tdsSession) answer(ctx context.Context, m tdsMessage) []byte {
	body := m.body
	if len(body) < 4 || int(binary.LittleEndian.Uint32(body)) > len(body) {
		return append(tdsError(4002, 16, "The incoming tabular data stream is incorrect."), done(0xfd, 2, 0)...)
	}
	all := body[:binary.LittleEndian.Uint32(body)]
	body = body[len(all):]
	if len(all) < 22 || binary.LittleEndian.Uint16(all[8:]) != 2 || binary.LittleEndian.Uint64(all[10:]) != s.tran {
		return append(tdsError(3989, 16, "New request is not allowed to start because it should come with valid transaction descriptor."), done(0xfd, 2, 0)...)
	}
	switch m.kind {
	case tdsTransaction:
		return s.transaction(ctx, binary.LittleEndian.Uint16(body))
	case tdsBatch:
		return s.batch(ctx, utf16Text(body))
	case tdsRPC:
		query, value, err := readRPC(body)
		if err != nil {
			return append(tdsError(8009, 16, err.Error()), done(0xfe, 2, 0)...)
		}
		query = strings.ReplaceAll(brackets.ReplaceAllString(query, `"$1"`), "@p1", "$1")
		got, err := whole(s.pg.ExecParams(ctx, query, [][]byte{[]byte(value)}, nil, nil, nil))
		return s.results(ctx, 0xfe, []*pgconn.Result{got}, err)
	}
	return append(tdsError(4002, 16, "The incoming tabular data stream is incorrect."), done(0xfd, 2, 0)...)
}

// batch runs statements; what sets a session it knows word for word.
func (s *tdsSession) batch(ctx context.Context, text string) []byte {
	for from, to := range map[string]string{
		`SET DATEFORMAT (\w+)`: "SET datestyle = 'ISO, $1'", `SET LOCK_TIMEOUT (\d+)`: "SET lock_timeout = $1",
		`SET DEADLOCK_PRIORITY LOW`: "SELECT WHERE false", `SET XACT_ABORT ON`: "SELECT WHERE false",
	} {
		text = regexp.MustCompile(from).ReplaceAllString(text, to)
	}
	reader := s.pg.Exec(ctx, brackets.ReplaceAllString(text, `"$1"`))
	var results []*pgconn.Result
	for reader.NextResult() {
		got, _ := whole(reader.ResultReader()) // its error is the reader's
		results = append(results, got)
	}
	return s.results(ctx, 0xfd, results, reader.Close())
}

// whole reads a result, its columns also where it has no rows.
func whole(r *pgconn.ResultReader) (*pgconn.Result, error) {
	got := &pgconn.Result{}
	for r.NextRow() {
		row := make([][]byte, len(r.Values()))
		for i, v := range r.Values() {
			row[i] = bytes.Clone(v)
		}
		got.Rows = append(got.Rows, row)
	}
	got.FieldDescriptions = slices.Clone(r.FieldDescriptions())
	_, err := r.Close()
	return got, err
}

func (s *tdsSession) transaction(ctx context.Context, request uint16) []byte {
	words := map[uint16]string{5: "BEGIN", 7: "COMMIT", 8: "ROLLBACK"}[request]
	if _, err := s.pg.Exec(ctx, words).ReadAll(); words == "" || err != nil {
		return append(tdsError(3902, 16, "The transaction request has no corresponding BEGIN TRANSACTION."), done(0xfd, 2, 0)...)
	}
	descriptor := make([]byte, 9)
	descriptor[0] = 8
	if request == 5 {
		s.tran = 0x3300000001
		binary.LittleEndian.PutUint64(descriptor[1:], s.tran)
		return append(environment(8, descriptor, []byte{0}), done(0xfd, 0, 0)...)
	}
	binary.LittleEndian.PutUint64(descriptor[1:], s.tran)
	s.tran = 0
	return append(environment(byte(request+2), []byte{0}, descriptor), done(0xfd, 0, 0)...)
}

// lost ends the transaction after an error, as XACT_ABORT wants it.
func (s *tdsSession) lost() []byte {
	if s.tran == 0 {
		return nil
	}
	_, _ = s.pg.Exec(context.Background(), "ROLLBACK").ReadAll()
	descriptor := make([]byte, 9)
	descriptor[0] = 8
	binary.LittleEndian.PutUint64(descriptor[1:], s.tran)
	s.tran = 0
	return environment(10, []byte{0}, descriptor)
}

// tdsNumbers are SQL Server's numbers for Postgres' errors.
var tdsNumbers = map[string]int32{
	"42501": 229, "42P01": 208, "42703": 207, "42601": 102, "22007": 241, "22008": 242, "55P03": 1222, "25006": 3906, "22P02": 245, "42883": 195,
}

func (s *tdsSession) results(ctx context.Context, end byte, results []*pgconn.Result, err error) []byte {
	var out []byte
	if err != nil {
		number, words := int32(50000), err.Error()
		if e, ok := errors.AsType[*pgconn.PgError](err); ok {
			number, words = tdsNumbers[e.Code], e.Message
			if number == 0 {
				code, _ := strconv.Atoi(strings.TrimLeft(e.Code, "0"))
				number = int32(60000 + code%1000)
			}
		}
		if ctx.Err() != nil {
			return nil // the attention's answer says it
		}
		return append(append(tdsError(number, 16, words), s.lost()...), done(end, 2, 0)...)
	}
	for i, r := range results {
		more := uint16(1)
		if i == len(results)-1 {
			more = 0
		}
		if len(r.FieldDescriptions) == 0 {
			out = append(out, done(end, more, 0)...)
			continue
		}
		out = append(out, tdsRows(r)...)
		if end == 0xfe {
			out = append(out, 0x79, 0, 0, 0, 0)
		}
		out = append(out, done(end, more|0x10, uint64(len(r.Rows)))...)
	}
	return out
}

func utf16Bytes(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func utf16Text(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// certified is a certificate for a double, and the authority that vouches for it.
func certified(t *testing.T) (*tls.Certificate, string) {
	t.Helper()
	authority, certificate, key := connectortest.Certificates(t)
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return &pair, authority
}
