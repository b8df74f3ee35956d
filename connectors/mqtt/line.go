package mqtt

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Deadlines of a connection.
const (
	greetIn = 15 * time.Second // to connect, sign in and subscribe
	writeIn = 10 * time.Second
	partIn  = time.Second // to say goodbye
)

// settings are what a connection is made with.
type settings struct {
	broker, version, ca string
	allowPrivate        bool
	hello               hello
	filters             []string
}

// line is one connection to a broker.
type line struct {
	conn net.Conn
	in   *bufio.Reader
	wire wire

	mu sync.Mutex // one packet at a time goes out
}

// dial connects to the broker; nothing of the protocol has been said yet.
func dial(ctx context.Context, s settings) (*line, error) {
	u, err := url.Parse(s.broker)
	if err != nil {
		return nil, city.InvalidField("broker", "is not an address")
	}
	plain := connectors.NewDialer(s.allowPrivate)
	l := &line{wire: wire5{}}
	if s.version == "3.1.1" {
		l.wire = wire3{}
	}
	if u.Scheme == "tcp" {
		l.conn, err = plain.DialContext(ctx, "tcp", u.Host)
	} else {
		trust := &tls.Config{MinVersion: tls.VersionTLS12}
		if s.ca != "" {
			trust.RootCAs = x509.NewCertPool()
			if !trust.RootCAs.AppendCertsFromPEM([]byte(s.ca)) {
				return nil, city.InvalidField("ca", "holds no certificate (PEM)")
			}
		}
		l.conn, err = (&tls.Dialer{NetDialer: plain, Config: trust}).DialContext(ctx, "tcp", u.Host)
	}
	if err != nil {
		return nil, fmt.Errorf("connect to the broker: %w", err)
	}
	l.in = bufio.NewReader(l.conn)
	return l, nil
}

// greet signs in and subscribes; present says whether the broker had kept our
// session. Messages may come before the answer to the subscription: put takes
// them.
func (l *line) greet(s settings, put func(message) error) (present bool, err error) {
	if err := l.conn.SetDeadline(time.Now().Add(greetIn)); err != nil {
		return false, fmt.Errorf("set the deadline: %w", err)
	}
	if err := l.wire.connect(l.conn, s.hello); err != nil {
		return false, fmt.Errorf("sign in: %w", err)
	}
	// The rest of what a web server would say first makes no packet.
	if first, err := l.in.Peek(1); err == nil && first[0]>>typeOf != connack {
		return false, malformed(errors.New("what answers there speaks no MQTT"))
	}
	p, err := readPacket(l.wire, l.in)
	switch {
	case err != nil:
		return false, fmt.Errorf("wait for the broker's welcome: %w", err)
	case p.code != 0:
		return false, l.wire.refused(p.code, p.reason)
	}
	present = p.present
	if err := l.wire.subscribe(l.conn, 1, s.filters); err != nil {
		return present, fmt.Errorf("subscribe: %w", err)
	}
	for {
		p, err := readPacket(l.wire, l.in)
		switch {
		case err != nil:
			return present, fmt.Errorf("wait for the subscription: %w", err)
		case p.kind == dismissed:
			return present, l.wire.refused(p.code, p.reason)
		case p.kind == published:
			if err := put(p.message); err != nil {
				return present, err
			}
		case p.kind == subscribed:
			return present, granted(p.codes, s.filters)
		}
	}
}

// granted checks the broker's word on each topic: from 128 on it is a refusal.
func granted(codes []byte, filters []string) error {
	if len(codes) != len(filters) {
		return malformed(errors.New("the broker answered for other topics than were asked"))
	}
	for i, code := range codes {
		if code >= 128 {
			return city.InvalidField("topics", "%s may not be read with this account (code MQTT %d); ask the broker's owner for the right to read it", filters[i], code)
		}
	}
	return nil
}

// listen reads until the connection ends and hands messages to put, which may
// take its time: what is not read waits at the broker.
func (l *line) listen(ctx context.Context, put func(message) error) error {
	if err := l.conn.SetDeadline(time.Time{}); err != nil {
		return fmt.Errorf("set the deadline: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	var pinging sync.WaitGroup
	pinging.Go(func() { l.keepAlive(ctx) })
	defer pinging.Wait()
	defer stop()
	for {
		// The answers to our pings come at least this often.
		if err := l.conn.SetReadDeadline(time.Now().Add(3 * keepAlive / 2 * time.Second)); err != nil {
			return fmt.Errorf("set the deadline: %w", err)
		}
		if ctx.Err() != nil { // part may have set an earlier one just before
			return errStopped
		}
		p, err := readPacket(l.wire, l.in)
		switch {
		case err != nil:
			return fmt.Errorf("listen to the broker: %w", err)
		case p.kind == dismissed:
			return l.wire.refused(p.code, p.reason)
		case p.kind == published:
			if err := put(p.message); err != nil {
				return err
			}
		}
	}
}

// keepAlive tells the broker from time to time that we are there. When that
// fails, reading fails as well.
func (l *line) keepAlive(ctx context.Context) {
	tick := time.NewTicker(keepAlive / 2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = l.send(writeIn, func() error { return l.wire.ping(l.conn) })
		}
	}
}

// send writes one packet. One that was written in part is the connection's end.
func (l *line) send(within time.Duration, write func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.conn.SetWriteDeadline(time.Now().Add(within))
	if err == nil {
		err = write()
	}
	if err != nil {
		_ = l.conn.Close()
	}
	return err
}

// acknowledge tells the broker to forget a message.
func (l *line) acknowledge(id uint16) error {
	return l.send(writeIn, func() error { return l.wire.ack(l.conn, id) })
}

// part says goodbye as a client does that will come back. The broker then closes
// the connection, or reading ends after a moment.
func (l *line) part() {
	_ = l.send(partIn, func() error { return l.wire.goodbye(l.conn) })
	_ = l.conn.SetReadDeadline(time.Now().Add(partIn))
}

// close ends the connection. After a goodbye it first passes over what is still
// coming: to close with something unread would throw away, on the broker's side,
// the acknowledgements that it has not read yet.
func (l *line) close(parted bool) {
	if parted {
		_, _ = io.Copy(io.Discard, l.in)
	}
	_ = l.conn.Close()
}
