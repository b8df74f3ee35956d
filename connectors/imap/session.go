package imap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	goimap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// answerBytes bounds what a server may send for one command.
const answerBytes = maxLetter + 1<<20

// wire is the connection below the IMAP client. It holds each command to one
// deadline and so many bytes, whatever the client sets: a server that drips a
// byte a second would otherwise never be late. It remembers what went wrong
// first, which the client tells in words only.
type wire struct {
	net.Conn
	mu    sync.Mutex
	left  int64
	cause error
}

// allow begins a command.
func (w *wire) allow(d time.Duration, bytes int64) error {
	w.mu.Lock()
	w.left = bytes
	w.mu.Unlock()
	return w.Conn.SetDeadline(time.Now().Add(d))
}

func (w *wire) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left -= int64(n)
	if err == nil && w.left < 0 {
		err = connectors.ErrTooLarge
	}
	if err != nil && w.cause == nil {
		w.cause = err
	}
	return n, err
}

func (w *wire) Write(b []byte) (int, error) {
	n, err := w.Conn.Write(b)
	if err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.cause == nil {
			w.cause = err
		}
	}
	return n, err
}

// SetReadDeadline and SetWriteDeadline leave the command's own deadline.
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }
func (w *wire) SetDeadline(time.Time) error      { return nil }

func (w *wire) first() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cause
}

// session is one connection to the mail server, signed in.
type session struct {
	wire    *wire
	client  *imapclient.Client
	timeout time.Duration
	news    chan struct{} // holds one when the server said that letters came
	unhook  func() bool
}

// folder is a folder as it was opened. Letters have UIDs below next.
type folder struct {
	validity uint32
	next     goimap.UID
}

// connect dials, encrypts and signs in; each step has the time of one command.
// The connection ends with ctx.
func (c *connector) connect(ctx context.Context) (*session, error) {
	timeout := time.Duration(c.cfg.Timeout)
	dialing, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := connectors.NewDialer(c.cfg.AllowPrivate).DialContext(dialing, "tcp", net.JoinHostPort(c.cfg.Host, strconv.Itoa(c.cfg.Port)))
	if err != nil {
		return nil, fmt.Errorf("reach the mail server: %w", err)
	}
	s := &session{wire: &wire{Conn: conn}, timeout: timeout, news: make(chan struct{}, 1)}
	s.unhook = context.AfterFunc(ctx, func() { _ = conn.Close() })
	if err := s.greet(ctx, c.cfg.Security, &tls.Config{ServerName: c.cfg.Host, MinVersion: tls.VersionTLS12, RootCAs: c.roots}); err != nil {
		s.close()
		return nil, err
	}
	if err := s.signIn(ctx, c.cfg.User, c.secret); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// greet encrypts as the source says and waits for the server's greeting.
func (s *session) greet(ctx context.Context, security string, config *tls.Config) error {
	options := &imapclient.Options{TLSConfig: config, UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				select {
				case s.news <- struct{}{}:
				default:
				}
			}
		},
	}}
	return s.do(ctx, "connect", func() (err error) {
		switch security {
		case "tls":
			encrypted := tls.Client(s.wire, config)
			if err := encrypted.HandshakeContext(ctx); err != nil {
				return err
			}
			s.client = imapclient.New(encrypted, options)
		case "starttls":
			s.client, err = imapclient.NewStartTLS(s.wire, options)
			return err
		default:
			s.client = imapclient.New(s.wire, options)
		}
		return s.client.WaitGreeting()
	})
}

// signIn signs in; what the server says about it is told by its code alone, for
// its words may repeat the name.
func (s *session) signIn(ctx context.Context, user, password string) error {
	err := s.do(ctx, "sign in", func() error {
		if s.client.State() == goimap.ConnStateAuthenticated {
			return nil
		}
		caps := s.client.Caps()
		if caps.Has(goimap.AuthCap(sasl.Plain)) {
			return s.client.Authenticate(sasl.NewPlainClient("", user, password))
		}
		if caps.Has(goimap.CapLoginDisabled) {
			return &goimap.Error{Type: goimap.StatusResponseTypeNo, Code: "LOGINDISABLED"}
		}
		return s.client.Login(user, password).Wait()
	})
	if answer, ok := errors.AsType[*goimap.Error](err); ok && answer.Code != goimap.ResponseCodeUnavailable {
		code := string(answer.Code)
		if code == "" {
			code = string(answer.Type)
		}
		return &city.Error{
			Code: city.Forbidden, Key: string(connectors.FailKey), Params: map[string]string{"status": code},
			Message: "The source refused our access key (code " + code + "). Ask its owner for a new one.",
		}
	}
	return err
}

// do runs one command within its time. A server that answers no is a
// *goimap.Error in the chain; of its words only the code is told.
func (s *session) do(ctx context.Context, what string, command func() error) error {
	return s.doUpTo(ctx, what, answerBytes, command)
}

// doUpTo is do for an answer of so many bytes.
func (s *session) doUpTo(ctx context.Context, what string, bytes int64, command func() error) error {
	if err := s.wire.allow(s.timeout, bytes); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	err := command()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var answer *goimap.Error
	switch {
	case errors.As(err, &answer):
		return &refusal{what: what, answer: answer}
	case s.wire.first() != nil && !errors.As(err, new(*tls.CertificateVerificationError)):
		return fmt.Errorf("%s: %w", what, cut(s.wire.first()))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: %w", what, io.ErrUnexpectedEOF)
	case errors.As(err, new(*tls.CertificateVerificationError)), errors.As(err, new(tls.RecordHeaderError)):
		return fmt.Errorf("%s: %w", what, err)
	}
	// The client could not read what came. Its words may hold bytes of letters.
	return &connectors.MalformedError{What: "IMAP", Err: errors.New(what)}
}

// cut is a connection that ended while something was awaited.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// refusal is a command that the server answered with no.
type refusal struct {
	what   string
	answer *goimap.Error
}

func (e *refusal) Error() string {
	return fmt.Sprintf("%s: the mail server answered %s %s", e.what, e.answer.Type, e.answer.Code)
}

func (e *refusal) Unwrap() error { return e.answer }

// open opens a folder, or opens it again to see what is new.
func (s *session) open(ctx context.Context, name string, change bool) (folder, error) {
	var box folder
	err := s.do(ctx, "open the folder", func() error {
		data, err := s.client.Select(name, &goimap.SelectOptions{ReadOnly: !change}).Wait()
		if err != nil {
			return err
		}
		box = folder{validity: data.UIDValidity, next: data.UIDNext}
		return nil
	})
	if _, no := errors.AsType[*goimap.Error](err); no {
		return box, &city.Error{Code: city.Invalid, Field: "folder", Message: "the mail server does not open this folder; is it written as there?"}
	}
	if err == nil && (box.validity == 0 || box.next == 0) {
		return box, &connectors.MalformedError{What: "IMAP", Err: errors.New("the server names no UIDVALIDITY or UIDNEXT")}
	}
	return box, err
}

// uids lists the letters from first to last, ascending; of those that came
// before the day of since none, unless since is zero.
func (s *session) uids(ctx context.Context, first, last goimap.UID, since time.Time) (out []goimap.UID, err error) {
	var span goimap.UIDSet
	span.AddRange(first, last)
	err = s.do(ctx, "list the letters", func() error {
		data, err := s.client.UIDSearch(&goimap.SearchCriteria{UID: []goimap.UIDSet{span}, Since: since}, nil).Wait()
		if err != nil {
			return err
		}
		out = data.AllUIDs()
		return nil
	})
	out = slices.DeleteFunc(out, func(u goimap.UID) bool { return u < first || u > last })
	slices.Sort(out)
	return slices.Compact(out), err
}

// mailed is a letter as the server has it.
type mailed struct {
	uid  goimap.UID
	at   time.Time // INTERNALDATE: when the server took it
	size int64     // of the whole letter, in bytes
	raw  []byte    // its beginning
}

// fetch fetches the beginning of a letter without marking it as read; nil when
// it is gone. A server may name the letter's UID behind its bytes, where the
// client no longer looks for it; such a letter is asked for by its place.
func (s *session) fetch(ctx context.Context, uid goimap.UID) (*mailed, error) {
	return s.fetchUpTo(ctx, uid, maxLetter)
}

// fetchUpTo is fetch of so many bytes.
func (s *session) fetchUpTo(ctx context.Context, uid goimap.UID, bytes int64) (*mailed, error) {
	out, err := s.fetchBy(ctx, goimap.UIDSetNum(uid), uid, bytes)
	if err != nil || out != nil {
		return out, err
	}
	var places []uint32
	err = s.do(ctx, "find a letter", func() error {
		data, err := s.client.Search(&goimap.SearchCriteria{UID: []goimap.UIDSet{goimap.UIDSetNum(uid)}}, nil).Wait()
		if err == nil {
			places = data.AllSeqNums()
		}
		return err
	})
	if err != nil || len(places) != 1 {
		return nil, err
	}
	return s.fetchBy(ctx, goimap.SeqSetNum(places[0]), uid, bytes)
}

func (s *session) fetchBy(ctx context.Context, number goimap.NumSet, uid goimap.UID, bytes int64) (out *mailed, err error) {
	body := &goimap.FetchItemBodySection{Peek: true, Partial: &goimap.SectionPartial{Size: bytes}}
	err = s.doUpTo(ctx, "fetch a letter", bytes+1<<20, func() error {
		got, err := s.client.Fetch(number, &goimap.FetchOptions{
			UID: true, InternalDate: true, RFC822Size: true, BodySection: []*goimap.FetchItemBodySection{body},
		}).Collect()
		if err != nil {
			return err
		}
		for _, m := range got {
			if m.UID == uid && len(m.BodySection) > 0 {
				out = &mailed{uid: uid, at: m.InternalDate.UTC(), size: m.RFC822Size, raw: m.BodySection[0].Bytes}
			}
		}
		return nil
	})
	return out, err
}

func (s *session) markSeen(ctx context.Context, uids []goimap.UID) error {
	return s.do(ctx, "mark letters as read", func() error {
		return s.client.Store(goimap.UIDSetNum(uids...), &goimap.StoreFlags{Op: goimap.StoreFlagsAdd, Silent: true, Flags: []goimap.Flag{goimap.FlagSeen}}, nil).Close()
	})
}

func (s *session) canIdle() bool { return s.client.Caps().Has(goimap.CapIdle) }

// idle waits until the server tells of letters, for at most d. It returns an
// error when the connection does not last.
func (s *session) idle(ctx context.Context, d time.Duration) error {
	var idling *imapclient.IdleCommand
	if err := s.do(ctx, "idle", func() (err error) { idling, err = s.client.Idle(); return err }); err != nil {
		return err
	}
	if err := s.wire.allow(d+s.timeout, answerBytes); err != nil {
		return fmt.Errorf("idle: %w", err)
	}
	turn := time.NewTimer(d)
	defer turn.Stop()
	select {
	case <-s.news:
	case <-turn.C:
	case <-s.client.Closed():
		_ = idling.Close()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("idle: %w", errHungUp)
	case <-ctx.Done():
	}
	return s.do(ctx, "end idling", func() error { return errors.Join(idling.Close(), idling.Wait()) })
}

// close ends the connection. Nothing of the mailbox hangs on a farewell.
func (s *session) close() {
	s.unhook()
	_ = s.wire.Close()
	if s.client != nil {
		_ = s.client.Close()
	}
}
