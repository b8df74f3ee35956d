package imap

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// serve is a mail server that says what the test wants; a test double. talk gets
// each line of the client, "" for the greeting.
func serve(t *testing.T, talk func(w io.Writer, tag, command string) error) int {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if talk(conn, "", "") != nil {
					return
				}
				lines := bufio.NewScanner(conn)
				for lines.Scan() {
					tag, command, _ := strings.Cut(lines.Text(), " ")
					if talk(conn, tag, command) != nil {
						return
					}
				}
			}()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().(*net.TCPAddr).Port
}

// polite answers as a server of few abilities does.
func polite(w io.Writer, tag, command string) error {
	word, _, _ := strings.Cut(command, " ")
	var err error
	switch word {
	case "":
		_, err = io.WriteString(w, "* OK [CAPABILITY IMAP4rev1] siap\r\n")
	case "CAPABILITY":
		_, err = fmt.Fprintf(w, "* CAPABILITY IMAP4rev1\r\n%s OK\r\n", tag)
	case "EXAMINE":
		_, err = fmt.Fprintf(w, "* 1 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 2]\r\n%s OK [READ-ONLY]\r\n", tag)
	case "UID":
		if strings.Contains(command, "SEARCH") {
			_, err = fmt.Fprintf(w, "* SEARCH 1\r\n%s OK\r\n", tag)
			break
		}
		_, err = fmt.Fprintf(w, "%s OK\r\n", tag)
	default:
		_, err = fmt.Fprintf(w, "%s OK\r\n", tag)
	}
	return err
}

// plainSettings read from a server on a port, with so much time for a command.
func plainSettings(t *testing.T, port int, timeout string) *connector {
	t.Helper()
	return open(t, connectortest.YAML(t, fmt.Sprintf("host: 127.0.0.1\nport: %d\nsecurity: none\nallow_private: true\nuser: u\npassword: env:SUREL_SANDI\ntimeout: %s\n", port, timeout)), env(t, nil))
}

// TestAServerThatIsUnwellDisturbsNobody: one that hangs, drips, floods, lies,
// talks nonsense or hangs up ends in a failure that is told apart, within the time
// of a command.
func TestAServerThatIsUnwellDisturbsNobody(t *testing.T) {
	t.Parallel()
	at := func(word string, do func(w io.Writer, tag string) error) func(io.Writer, string, string) error {
		return func(w io.Writer, tag, command string) error {
			if strings.HasPrefix(command, word) && (word != "" || command == "") {
				return do(w, tag)
			}
			return polite(w, tag, command)
		}
	}
	silent := func(io.Writer, string) error { return nil }
	drip := func(text string) func(io.Writer, string) error {
		return func(w io.Writer, _ string) error {
			drops := time.NewTicker(20 * time.Millisecond) // never silent for long
			defer drops.Stop()
			for i := 0; ; i++ {
				if _, err := w.Write([]byte{text[i%len(text)]}); err != nil {
					return err
				}
				<-drops.C
			}
		}
	}
	flood := func(head string) func(io.Writer, string) error {
		return func(w io.Writer, _ string) error {
			if _, err := io.WriteString(w, head); err != nil {
				return err
			}
			for {
				if _, err := io.WriteString(w, strings.Repeat("a", 1<<16)); err != nil {
					return err
				}
			}
		}
	}
	for name, c := range map[string]struct {
		talk func(io.Writer, string, string) error
		want connectors.Failure
	}{
		"no greeting":           {at("", silent), connectors.FailTimeout},
		"a greeting that drips": {at("", drip("* OK siap ")), connectors.FailTimeout},
		"hangs at the sign-in":  {at("LOGIN", silent), connectors.FailTimeout},
		"hangs at the folder":   {at("EXAMINE", silent), connectors.FailTimeout},
		"drips at the search":   {at("UID SEARCH", drip("* SEARCH 1\r\n")), connectors.FailTimeout},
		"a letter without end":  {at("UID FETCH", flood("* 1 FETCH (UID 1 BODY[]<0> {4000000000}\r\n")), connectors.FailTooLarge},
		"a line without end":    {at("UID FETCH", flood("* OK ")), connectors.FailTooLarge},
		"hangs up":              {at("UID FETCH", func(io.Writer, string) error { return io.EOF }), connectors.FailCut},
		"another language":      {at("", func(w io.Writer, _ string) error { _, err := io.WriteString(w, "220 smtp siap\r\n"); return err }), connectors.FailMalformed},
		"says no":               {at("LOGIN", func(w io.Writer, tag string) error { _, err := fmt.Fprintf(w, "%s NO u\r\n", tag); return err }), connectors.FailKey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			timeout := "1m" // what is not about time must not end by it
			if c.want == connectors.FailTimeout {
				timeout = "1s"
			}
			c2 := plainSettings(t, serve(t, c.talk), timeout)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			_, err := c2.Pull(ctx, nil)
			if told := connectors.Explain(err); err == nil || told.Key != string(c.want) || ctx.Err() != nil {
				t.Errorf("told as %+v of %v (%v)", told, err, ctx.Err())
			}
		})
	}
}

// TestAServerWithoutIdleIsLeftToItsSchedule: it cannot tell, and is pulled.
func TestAServerWithoutIdleIsLeftToItsSchedule(t *testing.T) {
	t.Parallel()
	c := plainSettings(t, serve(t, polite), "1m")
	if err := c.Wait(t.Context(), nil); !errors.Is(err, connectors.ErrNoWait) {
		t.Errorf("waiting gives %v", err)
	}
	page, err := c.Pull(t.Context(), nil)
	if err != nil || page.Rows() != 0 || string(page.Cursor) != `{"validity":7,"next":2}` {
		t.Errorf("%+v %s, %v", page, page.Cursor, err)
	}
}

// TestALetterWhoseNumberComesLastIsRead: servers may name what was asked for in
// any order.
func TestALetterWhoseNumberComesLastIsRead(t *testing.T) {
	t.Parallel()
	const letter = "From: warga@contoh.id\r\nSubject: Lampu mati\r\nMessage-ID: <a@contoh.id>\r\n\r\nGang Mawar.\r\n"
	c := plainSettings(t, serve(t, func(w io.Writer, tag, command string) error {
		var err error
		switch {
		case strings.HasPrefix(command, "SEARCH UID 1"):
			_, err = fmt.Fprintf(w, "* SEARCH 1\r\n%s OK\r\n", tag)
		case strings.HasPrefix(command, "UID FETCH 1 "), strings.HasPrefix(command, "FETCH 1 "):
			_, err = fmt.Fprintf(w, "* 1 FETCH (RFC822.SIZE %d BODY[]<0> {%d}\r\n%s INTERNALDATE \"20-Nov-2026 08:00:00 +0800\" UID 1)\r\n%s OK\r\n", len(letter), len(letter), letter, tag)
		default:
			err = polite(w, tag, command)
		}
		return err
	}), "1m")
	page, err := c.Pull(t.Context(), nil)
	if err != nil || len(page.Reports) != 1 || page.Reports[0].Text != "Lampu mati\n\nGang Mawar." || !page.Reports[0].CreatedAt.Equal(delivered) {
		t.Errorf("%+v, %v", page.Reports, err)
	}
}

// TestReadingStopsWithItsContext although the server never answers.
func TestReadingStopsWithItsContext(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 1)
	c := plainSettings(t, serve(t, func(w io.Writer, tag, command string) error {
		if strings.HasPrefix(command, "EXAMINE") {
			asked <- struct{}{}
			return nil
		}
		return polite(w, tag, command)
	}), "1m")
	c.cfg.Timeout = connectors.Duration(time.Hour)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, err := c.Pull(ctx, nil); done <- err }()
	<-asked
	stop()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it reads on")
	}
}
