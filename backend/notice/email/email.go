// Package email brings notices by SMTP (RFC 5321), encrypted where the server
// offers it. It imports backend/city and the standard library only.
package email

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Settings say which server takes the city's mail.
type Settings struct {
	// Addr is host:port; port 465 is TLS from the start, others STARTTLS.
	Addr           string
	User, Password string
	// From is the sender: "Balaikota <balaikota@samarindakota.go.id>".
	From string
	// PublicURL is where officers open the app, without the last slash; links
	// lead there. "" leaves links out.
	PublicURL string
	// Plain lets mail and password go unencrypted: loopback only.
	Plain bool
	// Roots of TLS certificates; nil for the system's.
	TLS *tls.Config
	Now func() time.Time
}

// Carrier sends mail.
type Carrier struct {
	set        Settings
	from       *mail.Address
	host, port string
}

// New checks the settings. It dials nobody.
func New(set Settings) (*Carrier, error) {
	host, port, err := net.SplitHostPort(set.Addr)
	if err != nil {
		return nil, city.Wrap(city.Invalid, err, "the SMTP address has the form host:port")
	}
	from, err := mail.ParseAddress(set.From)
	if err != nil {
		return nil, city.Wrap(city.Invalid, err, "the sender of mail has the form Name <user@host>")
	}
	if set.Plain && host != "localhost" && !isLoopback(host) {
		return nil, city.Errorf(city.Invalid, "mail goes unencrypted to this machine only, not to %s", host)
	}
	if set.Now == nil {
		set.Now = time.Now
	}
	set.PublicURL = strings.TrimRight(set.PublicURL, "/")
	return &Carrier{set: set, from: from, host: host, port: port}, nil
}

func isLoopback(host string) bool { ip := net.ParseIP(host); return ip != nil && ip.IsLoopback() }

// Channel implements city.Carrier.
func (c *Carrier) Channel() city.NoticeChannel { return city.NoticeEmail }

// Carry implements city.Carrier. The Message-ID comes from the officer and the
// notice's key: a mail sent twice is one to every reader's mailbox that knows
// to join them.
func (c *Carrier) Carry(ctx context.Context, address string, n city.Notice) error {
	body := n.Text + "\r\n"
	if c.set.PublicURL != "" {
		body += "\r\n" + c.set.PublicURL + n.Path + "\r\n"
	}
	body += "\r\n" + n.TextEN + "\r\n\r\nIni pemberitahuan otomatis dari Balaikota. Pilihan pemberitahuan ada di aplikasi.\r\n"
	return c.Send(ctx, address, n.Text, body, strconv.FormatInt(n.OfficerID, 10)+"/"+n.Key)
}

// CarryLetter implements city.ReporterCarrier. A letter that has a link is not
// sent without the address of this server.
func (c *Carrier) CarryLetter(ctx context.Context, address string, l city.ReporterLetter) error {
	text := l.Before + "\n\n"
	if l.Path != "" {
		if c.set.PublicURL == "" {
			return city.Errorf(city.Conflict, "a letter to a reporter needs the address of this server; set --public-url")
		}
		text += c.set.PublicURL + l.Path + "\n\n"
	}
	text += l.After + "\n"
	return c.send(ctx, address, l.Subject, strings.ReplaceAll(text, "\n", "\r\n"), l.Key, thread{l.Follows, l.ReplyTo})
}

// SendCode sends the code that confirms an address.
func (c *Carrier) SendCode(ctx context.Context, address, code string) error {
	return c.Send(ctx, address, "Kode konfirmasi Balaikota: "+code,
		"Kode untuk menerima pemberitahuan Balaikota di alamat ini: "+code+"\r\nBerlaku 15 menit. Abaikan surel ini jika Anda tidak memintanya.\r\n\r\n"+
			"Code to receive Balaikota's notices at this address: "+code+"\r\nIt holds for 15 minutes. Ignore this mail if you did not ask for it.\r\n",
		"kode/"+address+"/"+code)
}

// Send sends a text to one address; key makes its Message-ID. The error never
// holds the address.
func (c *Carrier) Send(ctx context.Context, address, subject, body, key string) error {
	return c.send(ctx, address, subject, body, key, thread{})
}

// thread is where a letter stands: the Message-ID of the one that it follows,
// and who reads replies; "" for none.
type thread struct{ follows, replyTo string }

// send is Send of a letter in a thread.
func (c *Carrier) send(ctx context.Context, address, subject, body, key string, in thread) error {
	if to, err := mail.ParseAddress(address); err != nil || to.Address != address {
		return city.Errorf(city.NotFound, "the address is none")
	}
	client, err := c.dial(ctx)
	if err != nil {
		return fmt.Errorf("reach the mail server: %w", err)
	}
	defer client.Close()
	if err := client.Mail(c.from.Address); err != nil {
		return c.refused("the mail server refuses the sender", err, false)
	}
	if err := client.Rcpt(address); err != nil {
		return c.refused("the mail server refuses the address", err, true)
	}
	w, err := client.Data()
	if err != nil {
		return c.refused("the mail server takes no text", err, false)
	}
	if _, err := w.Write([]byte(c.message(address, subject, body, key, in))); err != nil {
		return fmt.Errorf("send a mail's text: %w", err)
	}
	if err := w.Close(); err != nil {
		return c.refused("the mail server refuses the text", err, false)
	}
	// It is taken; a farewell that fails changes nothing.
	_ = client.Quit()
	return nil
}

// refused words an SMTP answer without the server's own text, which may repeat
// the address: only its number. ofAddress: 550, 551 and 553 say that there is
// no such mailbox (RFC 5321 4.2.3).
func (c *Carrier) refused(what string, err error, ofAddress bool) error {
	var answer *textproto.Error
	if !errors.As(err, &answer) {
		return fmt.Errorf("%s: the connection broke", what)
	}
	if ofAddress && (answer.Code == 550 || answer.Code == 551 || answer.Code == 553) {
		return city.Errorf(city.NotFound, "%s: %d", what, answer.Code)
	}
	return fmt.Errorf("%s: %d", what, answer.Code)
}

// dial connects, encrypts and signs in, all before ctx ends.
func (c *Carrier) dial(ctx context.Context) (*smtp.Client, error) {
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", c.set.Addr)
	if err != nil {
		return nil, err
	}
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(30 * time.Second)
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.set.TLS != nil {
		config = c.set.TLS.Clone()
	}
	config.ServerName = c.host
	if c.port == "465" {
		conn = tls.Client(conn, config)
	}
	client, err := smtp.NewClient(conn, c.host)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if err := c.secure(client, config); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return client, nil
}

func (c *Carrier) secure(client *smtp.Client, config *tls.Config) error {
	_, encrypted := client.TLSConnectionState()
	if offered, _ := client.Extension("STARTTLS"); offered && !encrypted {
		if err := client.StartTLS(config); err != nil {
			return err
		}
		encrypted = true
	}
	if !encrypted && !c.set.Plain {
		return errors.New("the mail server offers no encryption")
	}
	if c.set.User == "" {
		return nil
	}
	if err := client.Auth(smtp.PlainAuth("", c.set.User, c.set.Password, c.host)); err != nil {
		return c.refused("the mail server refuses the sign-in", err, false)
	}
	return nil
}

// strangersID is what a Message-ID may hold that somebody else wrote: nothing that
// ends the line or the brackets (RFC 5322, 3.6.4, and what is met beside it).
var strangersID = regexp.MustCompile(`^[!-;=?-~]{1,250}$`)

func (c *Carrier) message(address, subject, body, key string, in thread) string {
	sum := sha256.Sum256([]byte(key))
	host := c.from.Address[strings.LastIndexByte(c.from.Address, '@')+1:]
	more := ""
	if strangersID.MatchString(in.follows) {
		more = "\r\nIn-Reply-To: <" + in.follows + ">\r\nReferences: <" + in.follows + ">"
	}
	if to, err := mail.ParseAddress(in.replyTo); err == nil && to.Address == in.replyTo {
		more += "\r\nReply-To: " + (&mail.Address{Address: in.replyTo}).String()
	}
	return "From: " + c.from.String() + "\r\nTo: " + (&mail.Address{Address: address}).String() +
		"\r\nSubject: " + mime.QEncoding.Encode("utf-8", subject) + "\r\nDate: " + c.set.Now().Format(time.RFC1123Z) +
		"\r\nMessage-ID: <" + hex.EncodeToString(sum[:16]) + "@" + host + ">" + more + "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0" +
		"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body
}
