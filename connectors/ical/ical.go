// Package ical reads a calendar that is published as an iCalendar feed
// (RFC 5545): the mayor's agenda, from Google, Outlook, Nextcloud or any other
// program that gives one an address. It may import connectors and backend/city.
package ical

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// Config is the configuration of an ical source. Exactly one of URL and
// SecretURL is given.
type Config struct {
	connectors.HTTPOptions
	URL       string `json:"url" anew:"true" label:"Address" label_id:"Alamat" doc:"Where the calendar is published, when its address alone lets nobody in." example:"https://kalender.contoh.go.id/wali-kota.ics"`
	SecretURL string `json:"secret_url" anew:"true" secret:"true" label:"Secret address" label_id:"Alamat rahasia" doc:"The calendar's address, when whoever knows it may read it (Google's and Outlook's private addresses)." example:"env:KALENDER_WALIKOTA"`
	User      string `json:"user" label:"User" label_id:"Nama pengguna" doc:"User name, for calendars behind a password."`
	Password  string `json:"password" secret:"true" label:"Password" label_id:"Kata sandi" doc:"Password of user; of Nextcloud an app password." example:"env:KALENDER_SANDI"`
	Zone      string `json:"zone" anew:"true" label:"Time zone" label_id:"Zona waktu" doc:"Time zone of whole days and of times without one; the city's if empty." example:"Asia/Jakarta"`
	DaysBack  int    `json:"days_back" default:"7" label:"Days back" label_id:"Hari ke belakang" doc:"How many past days are read again each time, for corrections; 0 to 90."`
	DaysAhead int    `json:"days_ahead" default:"60" label:"Days ahead" label_id:"Hari ke depan" doc:"How many days ahead are read; 1 to 370."`
}

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	switch {
	case (c.URL == "") == (c.SecretURL == ""):
		return city.InvalidField("url", "give either url or secret_url")
	case c.URL != "" && !isAddress(c.URL):
		return city.InvalidField("url", "is not an address such as https://contoh.go.id/agenda.ics")
	case (c.User == "") != (c.Password == ""):
		return city.InvalidField("password", "user and password belong together")
	case c.DaysBack < 0 || c.DaysBack > 90:
		return city.InvalidField("days_back", "must be 0 to 90")
	case c.DaysAhead < 1 || c.DaysAhead > 370:
		return city.InvalidField("days_ahead", "must be 1 to 370")
	case c.Zone != "":
		if _, ok := database(c.Zone); !ok {
			return city.InvalidField("zone", "is not a time zone; write for example Asia/Makassar")
		}
	}
	return nil
}

// isAddress takes webcal too, which is how calendar programs write https.
func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && slices.Contains([]string{"http", "https", "webcal"}, u.Scheme)
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "ical",
	Title: connectors.Text{ID: "Kalender (iCalendar)", EN: "Calendar (iCalendar)"},
	Description: connectors.Text{
		ID: "Agenda Wali Kota dari kalender yang diterbitkan sebagai iCalendar: Google, Outlook, Nextcloud, dan lainnya. Acara pribadi tampil sebagai \"Sibuk\".",
		EN: "The mayor's agenda from a calendar published as iCalendar: Google, Outlook, Nextcloud and others. Private appointments show as \"Sibuk\" (busy).",
	},
	Docs:     "https://www.rfc-editor.org/rfc/rfc5545",
	Schedule: "@every 10m",
	Brings:   []string{"agenda"},
}, newConnector)

// maxCalendar bounds a calendar; ten years of a busy office are about 5 MB.
const maxCalendar = 16 << 20

type connector struct {
	connectors.ReadsWhole
	env     connectors.Env
	address string
	header  http.Header
	zone    *time.Location
	cfg     Config
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	c := &connector{env: env, address: cfg.URL, zone: env.Location, cfg: cfg, header: http.Header{"Accept": {"text/calendar, text/plain;q=0.5, */*;q=0.1"}}}
	if cfg.Zone != "" {
		z, _ := database(cfg.Zone) // Validate has found it
		c.zone = z.(named).Location
	}
	if cfg.SecretURL != "" {
		secret, err := env.Secret(cfg.SecretURL)
		if err != nil {
			return nil, fmt.Errorf("secret_url: %w", err)
		}
		c.address = secret
	}
	if !isAddress(c.address) {
		return nil, city.InvalidField("secret_url", "does not stand for an address such as https://contoh.go.id/agenda.ics")
	}
	if rest, ok := strings.CutPrefix(c.address, "webcal://"); ok {
		c.address = "https://" + rest
	}
	if cfg.User != "" {
		password, err := env.Secret(cfg.Password)
		if err != nil {
			return nil, fmt.Errorf("password: %w", err)
		}
		r := http.Request{Header: http.Header{}}
		r.SetBasicAuth(cfg.User, password)
		c.header.Set("Authorization", r.Header.Get("Authorization"))
	}
	if env.HTTP != nil {
		own := *env.HTTP
		own.MaxBody = maxCalendar
		c.env.HTTP = &own
	}
	return c, nil
}

// cursor is what the calendar said of itself when it was last read whole. It
// holds for the day it was read on: tomorrow's span is another one.
type cursor struct {
	Day        string                `json:"day"`
	Validators connectors.Validators `json:"validators,omitzero"`
}

// Pull reads the whole calendar: a feed says what is, not what changed.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (connectors.Page, error) {
	var cur cursor
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return connectors.Page{}, fmt.Errorf("read the cursor: %w", err)
		}
	}
	from, to := c.span()
	today := c.env.Now().In(c.env.Location).Format(time.DateOnly)
	req := connectors.Request{URL: c.address, Header: c.header}
	if cur.Day == today {
		req.Validators = cur.Validators
	}
	res, err := c.env.HTTP.Do(ctx, req)
	if err != nil {
		return connectors.Page{}, err
	}
	if res.NotModified {
		return connectors.Page{Cursor: raw}, nil
	}
	page, err := read(ctx, res.Body, from, to, c.zone)
	if err != nil {
		return connectors.Page{}, err
	}
	if page.Cursor, err = json.Marshal(cursor{Day: today, Validators: res.Validators}); err != nil {
		return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

// span is what is read: whole days of the city.
func (c *connector) span() (from, to time.Time) {
	now := c.env.Now().In(c.env.Location)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, c.env.Location)
	return day.AddDate(0, 0, -c.cfg.DaysBack), day.AddDate(0, 0, c.cfg.DaysAhead+1)
}

// read turns a feed into the agenda of a span.
func read(ctx context.Context, body []byte, from, to time.Time, home *time.Location) (connectors.Page, error) {
	calendars, err := parse(body)
	if err != nil {
		return connectors.Page{}, &connectors.MalformedError{What: "iCalendar", Err: err}
	}
	r := &reading{from: from, to: to, home: home}
	for _, cal := range calendars {
		if err := r.calendar(ctx, cal); err != nil {
			return connectors.Page{}, err
		}
	}
	slices.SortFunc(r.entries, func(a, b city.AgendaEntry) int {
		if n := a.Start.Compare(b.Start); n != 0 {
			return n
		}
		return strings.Compare(a.Key, b.Key)
	})
	r.entries = slices.CompactFunc(r.entries, func(a, b city.AgendaEntry) bool { return a.Key == b.Key })
	return connectors.Page{Refused: r.refused, Agenda: &city.AgendaSpan{From: from.UTC(), To: to.UTC(), Entries: r.entries}}, nil
}
