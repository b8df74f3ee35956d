// Package imap reads a mailbox (IMAP4, RFC 3501 and 9051) in which citizens'
// letters arrive: each letter is a report, and a letter that follows an earlier
// one of the same sender joins its report. It can be told of new letters (IDLE,
// RFC 2177). It may import connectors and backend/city.
package imap

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"slices"
	"strings"
	"time"

	goimap "github.com/emersion/go-imap/v2"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Config is the configuration of an imap source.
type Config struct {
	Host         string              `json:"host" anew:"true" required:"true" label:"Mail server" label_id:"Server surel" doc:"Name of the mail server." doc_id:"Nama server surel." example:"imap.contoh.go.id"`
	Port         int                 `json:"port" label:"Port" label_id:"Porta" doc:"Port of the mail server; if empty, 993 with tls and 143 otherwise." doc_id:"Porta server surel; bila kosong, 993 dengan tls dan 143 selainnya." example:"993"`
	Security     string              `json:"security" enum:"tls,starttls,none" default:"tls" label:"Encryption" label_id:"Penyandian" doc:"How the connection is encrypted; none only to a server on this machine." doc_id:"Cara sambungan disandikan; none hanya untuk server di mesin ini."`
	User         string              `json:"user" anew:"true" required:"true" label:"User" label_id:"Nama pengguna" doc:"User name of the mailbox, mostly its address." doc_id:"Nama pengguna kotak surat, biasanya alamatnya." example:"pengaduan@contoh.go.id"`
	Password     string              `json:"password" required:"true" secret:"true" label:"Password" label_id:"Kata sandi" doc:"Password of the mailbox; of Google and Microsoft an app password." doc_id:"Kata sandi kotak surat; untuk Google dan Microsoft sandi aplikasi." example:"env:SUREL_SANDI"`
	Authority    string              `json:"authority" secret:"true" label:"Certificate authority" label_id:"Otoritas sertifikat" doc:"PEM certificate of the authority that signed the mail server's, if the city runs one of its own." doc_id:"Sertifikat PEM otoritas yang menandatangani sertifikat server surel, bila kota memakai otoritas sendiri." example:"file:otoritas-surel.pem"`
	Folder       string              `json:"folder" anew:"true" default:"INBOX" label:"Folder" label_id:"Folder" doc:"The folder that is read, without those in it." doc_id:"Folder yang dibaca, tanpa subfolder." example:"INBOX"`
	MarkSeen     bool                `json:"mark_seen" label:"Mark as read" label_id:"Tandai terbaca" doc:"Mark letters as read once their report is kept. Otherwise the mailbox is not changed in any way; nothing is ever deleted or moved." doc_id:"Tandai surat sebagai terbaca setelah laporannya tersimpan. Bila tidak, kotak surat tidak diubah sama sekali; surat tidak pernah dihapus atau dipindahkan."`
	DaysBack     int                 `json:"days_back" default:"30" label:"Days back" label_id:"Hari ke belakang" doc:"How old letters may be that are taken when the mailbox is read for the first time; 0 to 3650." doc_id:"Umur surat terlama yang diambil saat kotak surat pertama kali dibaca; 0 sampai 3650 hari."`
	Own          []string            `json:"own_addresses" label:"Own addresses" label_id:"Alamat sendiri" doc:"Addresses of the city hall from which letters are never reports, beside that of the mailbox." doc_id:"Alamat balai kota yang suratnya tidak pernah menjadi laporan, selain alamat kotak surat ini." example:"[balaikota@contoh.go.id]"`
	AuthServer   string              `json:"auth_server" label:"Server that checks senders" label_id:"Server pemeriksa pengirim" doc:"How the city's own mail server calls itself in Authentication-Results, if it writes that line and takes out those of others: then a letter from an officer's confirmed address, for which it says that dkim or spf passed, is a question to the assistant. If empty, all letters are reports." doc_id:"Nama server surel kota pada Authentication-Results, bila server itu menulis baris tersebut dan membuang baris milik orang lain: surat dari alamat pejabat yang sudah dikonfirmasi, yang dinyatakannya lolos dkim atau spf, lalu menjadi pertanyaan kepada asisten. Bila kosong, semua surat adalah laporan." example:"mx.contoh.go.id"`
	Channel      string              `json:"channel" default:"surel" label:"Channel" label_id:"Kanal" doc:"The channel that reports from here are counted for." doc_id:"Kanal yang mencatat laporan dari sini."`
	AllowPrivate bool                `json:"allow_private" label:"Allow private addresses" label_id:"Izinkan alamat jaringan dalam" doc:"Allow a server in the inside network (10.x, 192.168.x, localhost). Only for systems the city runs itself." doc_id:"Izinkan server di jaringan dalam (10.x, 192.168.x, localhost). Hanya untuk sistem milik kota sendiri."`
	Timeout      connectors.Duration `json:"timeout" default:"30s" label:"Time limit" label_id:"Batas waktu" doc:"How long one command may take from its first byte to the last of its answer; at most 2m." doc_id:"Batas waktu satu perintah; paling lama 2m." example:"30s"`
}

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	switch {
	case strings.ContainsAny(c.Host, ":/@ ") && net.ParseIP(c.Host) == nil:
		return city.InvalidField("host", "is the server's name alone, for example imap.contoh.go.id")
	case c.Port < 0 || c.Port > 65535:
		return city.InvalidField("port", "must be 1 to 65535")
	case c.Security == "none" && !onThisMachine(c.Host):
		return city.InvalidField("security", "none is for a server on this machine alone; the password would cross the network as it is")
	case c.DaysBack < 0 || c.DaysBack > 3650:
		return city.InvalidField("days_back", "must be 0 to 3650")
	case time.Duration(c.Timeout) < time.Second || time.Duration(c.Timeout) > 2*time.Minute:
		return city.InvalidField("timeout", "must be 1s to 2m")
	}
	for i, a := range c.Own {
		if parsed, err := mail.ParseAddress(a); err != nil || parsed.Address != a {
			return city.InvalidField(fmt.Sprintf("own_addresses[%d]", i), "is not an address such as balaikota@contoh.go.id")
		}
	}
	return nil
}

func onThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "imap",
	Title: connectors.Text{ID: "Kotak surat (IMAP)", EN: "Mailbox (IMAP)"},
	Description: connectors.Text{
		ID: "Surat warga dari kotak surat pengaduan. Setiap surat menjadi satu laporan begitu tiba; surat susulan pengirim yang sama melengkapi laporannya. Balasan otomatis, surat gagal kirim, dan surat massal ditolak dengan alasannya.",
		EN: "Citizens' letters from a complaint mailbox. Each letter becomes a report as it arrives; a letter that follows one of the same sender joins its report. Automatic replies, bounces and bulk mail are refused with the reason.",
	},
	Docs:     "https://www.rfc-editor.org/rfc/rfc9051",
	Schedule: "@every 2m",
	Waits:    true,
	Brings:   []string{"reports"},
}, newConnector)

// Pages of a reading: letters are fetched one after the other and a page ends at
// either bound, so that a full mailbox is taken up in portions.
const (
	lettersPerPage = 25
	pageTime       = 40 * time.Second
)

type connector struct {
	env     connectors.Env
	cfg     Config
	secret  string
	roots   *x509.CertPool // nil for the system's
	own     []string
	session *session
	// read are the letters of the last page that became reports.
	read []goimap.UID
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	secret, err := env.Secret(cfg.Password)
	if err != nil {
		return nil, fmt.Errorf("password: %w", err)
	}
	if cfg.Port == 0 {
		cfg.Port = map[string]int{"tls": 993}[cfg.Security]
	}
	if cfg.Port == 0 {
		cfg.Port = 143
	}
	c := &connector{env: env, cfg: cfg, secret: secret}
	if cfg.Authority != "" {
		pem, err := env.Secret(cfg.Authority)
		if err != nil {
			return nil, fmt.Errorf("authority: %w", err)
		}
		if c.roots = x509.NewCertPool(); !c.roots.AppendCertsFromPEM([]byte(pem)) {
			return nil, city.InvalidField("authority", "does not stand for a certificate in PEM (-----BEGIN CERTIFICATE-----)")
		}
	}
	for _, a := range append(slices.Clone(cfg.Own), cfg.User) {
		c.own = append(c.own, strings.ToLower(a))
	}
	return c, nil
}

// Close implements io.Closer.
func (c *connector) Close() error {
	if c.session != nil {
		c.session.close()
		c.session = nil
	}
	return nil
}

// cursor is how far the folder was read. A folder whose UIDVALIDITY changed is
// another one: its letters are read anew and found by their Message-IDs.
type cursor struct {
	Validity uint32     `json:"validity"`
	Next     goimap.UID `json:"next"`
	// Since is the day that somebody sent the source back to.
	Since time.Time `json:"since,omitzero"`
}

func readCursor(raw json.RawMessage) (cur cursor, err error) {
	if len(raw) == 0 {
		return cur, nil
	}
	if err := json.Unmarshal(raw, &cur); err != nil {
		return cur, fmt.Errorf("read the cursor: %w", err)
	}
	return cur, nil
}

// Rewind implements connectors.Rewinder: the folder is read again from the day of
// the moment on. Letters whose reports are kept already are found unchanged.
func (c *connector) Rewind(_ json.RawMessage, to time.Time) (json.RawMessage, error) {
	return json.Marshal(cursor{Since: to})
}

// Pull reads the letters from the cursor on.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (connectors.Page, error) {
	cur, err := readCursor(raw)
	if err != nil {
		return connectors.Page{}, err
	}
	c.read = nil
	if c.session == nil {
		if c.session, err = c.connect(ctx); err != nil {
			return connectors.Page{}, err
		}
	}
	box, err := c.session.open(ctx, c.cfg.Folder, c.cfg.MarkSeen && !c.env.Trial)
	if err != nil {
		return connectors.Page{}, err
	}
	first := cur.Validity != box.validity
	if first {
		cur = cursor{Validity: box.validity, Next: 1, Since: cur.Since}
	}
	var page connectors.Page
	if cur.Next < box.next {
		if cur.Next, err = c.letters(ctx, &page, cur, box, first); err != nil {
			return connectors.Page{}, err
		}
	}
	cur.Since = time.Time{} // the letters behind the first page are younger
	page.More = cur.Next < box.next
	if page.Cursor, err = json.Marshal(cur); err != nil {
		return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

// letters puts the letters from the cursor on into the page and returns the UID
// behind the last of them. An error part-way ends the page where it stands.
func (c *connector) letters(ctx context.Context, page *connectors.Page, cur cursor, box folder, first bool) (goimap.UID, error) {
	since := time.Time{}
	if first || cur.Next == 1 {
		since = c.env.Now().In(c.env.Location).AddDate(0, 0, -c.cfg.DaysBack)
		if !cur.Since.IsZero() {
			since = cur.Since.In(c.env.Location)
		}
	}
	uids, err := c.session.uids(ctx, cur.Next, box.next-1, since)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	for i, uid := range uids {
		if i == lettersPerPage || time.Since(began) > pageTime {
			return uid, nil
		}
		if err := c.letter(ctx, page, cur.Validity, uid); err != nil {
			if page.Rows() == 0 || ctx.Err() != nil {
				return 0, err
			}
			c.env.Log.Warn("Reading a mailbox broke off; it goes on where it stands", "err", err)
			c.session.close()
			c.session = nil
			return uid, nil
		}
	}
	return box.next, nil
}

// letter reads one letter into the page: as a report, or as a refusal that names
// it by its number alone.
func (c *connector) letter(ctx context.Context, page *connectors.Page, validity uint32, uid goimap.UID) error {
	m, err := c.session.fetch(ctx, uid)
	if err != nil || m == nil { // deleted meanwhile
		return err
	}
	l, err := decode(m.raw)
	refuse := func(reason string) { // by its own id, or two letters of one reason would be one row
		page.Refused = append(page.Refused, city.Refusal{Kind: "reports", ExternalID: externalID(post{*m, l}), Place: fmt.Sprintf("%s, letter %d", c.cfg.Folder, uid), Reason: reason})
	}
	if err != nil {
		refuse(err.Error())
		return nil
	}
	l.incomplete = l.incomplete || m.size > int64(len(m.raw))
	if reason := c.refused(l); reason != "" {
		refuse(reason)
		return nil
	}
	if taken, err := c.officer(ctx, page, *m, l); err != nil || taken {
		if taken {
			c.read = append(c.read, uid)
		}
		return err
	}
	r, err := c.report(ctx, validity, *m, l)
	if err != nil {
		return err
	}
	page.Reports = append(page.Reports, r)
	c.read = append(c.read, uid)
	return nil
}

// refused says why a letter becomes no report, "" if it does.
func (c *connector) refused(l letter) string {
	switch {
	case l.automatic != "":
		return l.automatic
	case l.from.Address == "":
		return reasonSender
	case slices.Contains(c.own, l.from.Address):
		return reasonLoop
	case l.words == "" && plainSubject(l.subject) == "" && l.attachments() == "":
		return reasonNothing
	}
	return ""
}

// Kept implements connectors.Keeper: letters are marked as read only now, when
// their reports are kept. That it fails is no failure of the pull.
func (c *connector) Kept(ctx context.Context) {
	if !c.cfg.MarkSeen || c.env.Trial || len(c.read) == 0 || c.session == nil {
		return
	}
	if err := c.session.markSeen(ctx, c.read); err != nil {
		c.env.Log.Warn("Letters were not marked as read", "letters", len(c.read), "err", err)
	}
	c.read = nil
}

// idleFor is how long one IDLE stands; then the connection shows that it lives.
// Servers may close it after half an hour (RFC 2177), routers forget it sooner.
const idleFor = 9 * time.Minute

// Wait implements connectors.Waiter by IDLE, on a connection of its own.
func (c *connector) Wait(ctx context.Context, raw json.RawMessage) error {
	cur, err := readCursor(raw)
	if err != nil {
		return err
	}
	s, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	if !s.canIdle() {
		return connectors.ErrNoWait
	}
	for {
		box, err := s.open(ctx, c.cfg.Folder, false)
		if err != nil {
			return err
		}
		if box.validity != cur.Validity || box.next > cur.Next {
			return nil
		}
		if err := s.idle(ctx, idleFor); err != nil {
			return err
		}
	}
}

// errHungUp is a server that ended the connection.
var errHungUp = errors.New("the mail server ended the connection")
